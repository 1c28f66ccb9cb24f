"""The tables of mappings, as data: one line for each field of the other side, read from `maps/*.yaml`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Literal

import yaml
from pydantic import ConfigDict, TypeAdapter

from plumbrule_portal.systems.record import read_form

FOLDER = Path(__file__).parent / "maps"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One field of the other side.

    theirs    its name, with dots between the levels
    ours      the field it goes to; nothing when it stays behind, and then `why` says why
    way       how it is read and written (`ways.WAYS`)
    column    the column it goes to, in the one row of `ours` whose other columns are `where`
    pick      which row is written when several fit
    values    their word to our token; `also`: our further tokens to their word, for writing only
    columns   for rows: their keys to our columns
    each      for rows: what every row of theirs holds as well
    limits    for rows: the most characters of their keys; 0 for a key without a limit; a row needs every key that is named here
    absent    which word of theirs stands for one of our absences; written, and where no value of ours has it also read
    constant  what always stands there
    kind      which of the listed links, hashes or the like is meant
    most      the most characters they take; for rows, in any key
    required  they take no entry without it
    hush      its value may be about a person, and is not shown in a report
    only      for a line that is only read or only written
    """

    theirs: str
    ours: str = ""
    way: str = "line"
    column: str = ""
    where: Mapping[str, str] = field(default_factory=dict)
    pick: Literal["first", "last"] = "first"
    values: Mapping[str, str] = field(default_factory=dict)
    also: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    each: Mapping[str, str] = field(default_factory=dict)
    limits: Mapping[str, int] = field(default_factory=dict)
    absent: Mapping[str, str] = field(default_factory=dict)
    constant: str = ""
    kind: str = ""
    most: int = 0
    required: bool = False
    hush: bool = False
    only: Literal["", "import", "export"] = ""
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The mapping to and from one format.

    `country` and `prefix` begin the ids of organisations and systems; `language` is the one their texts are in, empty where
    the file says; `always` holds what is true of every entry of the source; `title` is a message id.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")
    schema: Literal["plumbrule-map/1"]
    format: str
    form: str
    title: str
    prefix: str
    country: str = ""
    language: str = ""
    always: Mapping[str, Any] = field(default_factory=dict)
    lines: tuple[Line, ...]


def formats() -> tuple[str, ...]:
    """The formats that can be read and written."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


@cache
def table_of(name: str) -> Table:
    """The table of a format; read once.

    Raises:
        KeyError: there is none.
    """
    if name not in formats():
        raise KeyError(name)
    raw = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    return TypeAdapter(Table).validate_json(json.dumps(raw), strict=True)


def required_by(name: str) -> tuple[str, ...]:
    """The fields of a record in which the format requires a value; for `record.missing`."""
    table = table_of(name)
    return tuple(dict.fromkeys(line.ours for line in table.lines if line.required and line.ours and line.only != "import"))


@cache
def fills(name: str) -> Mapping[str, tuple[str, ...]]:
    """For each field of the form the fields of that format which it fills: entered once, used everywhere."""
    table = table_of(name)
    return {
        spec.id: tuple(line.theirs for line in table.lines if line.ours == spec.id and line.only != "import")
        for spec in read_form(table.form).fields
    }


def map_words() -> tuple[str, ...]:
    """Every message id that the tables show, each once."""
    found = [word for name in formats() for table in [table_of(name)] for word in (table.title, *(x.why for x in table.lines))]
    return tuple(dict.fromkeys(word for word in found if word))
