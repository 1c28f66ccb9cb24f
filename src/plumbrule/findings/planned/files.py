"""Files that a further test reads beside the decision table, and how they are read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pydantic import ConfigDict, with_config

_STRICT = ConfigDict(extra="forbid", strict=True)


@with_config(_STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedTable:
    """A table in a file beside the plan. What is left out of `encoding`, `delimiter` and `decimal` is found in the file.

    `columns` names the columns of a file without a header, `skip` lines above the table that do not belong to it. `query`
    is a SELECT over `decisions`, the table as read; `missing` lists texts that stand for no value.
    """

    file: str
    source: str = ""
    licence: str = ""
    columns: tuple[str, ...] | None = None
    skip: int = 0
    query: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    decimal: str | None = None
    sheet: str | None = None
    missing: tuple[str, ...] = ()


@with_config(_STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedTexts:
    """Texts in a file beside the plan.

    With `column` a table, or JSON Lines (`.jsonl`), with a text in each row under that name. Without it plain text in
    UTF-8, parted into texts by empty lines, by lines, or not at all (`file`).
    """

    file: str
    source: str = ""
    licence: str = ""
    column: str | None = None
    parted_by: Literal["empty line", "line", "file"] | None = None
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
