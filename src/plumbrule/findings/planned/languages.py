"""`[languages]`: the same items in several languages, compared item by item (docs/concepts/families/languages.md)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from pydantic import ConfigDict, with_config

from plumbrule.findings.planned.files import PlannedTable

_STRICT = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)
Metric = Literal["accuracy", "refusal_rate", "no_answer_rate", "wrong_script_rate", "wrong_language_rate"]


@with_config(_STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedAnswerColumns:
    """`[languages.columns]`: which column of the answers plays which part.

    `correct` and `refused` hold 0 to 1, blank where unknown; `answer` is the text; `answered_in` the language found.
    """

    item: str = "item"
    language: str = "language"
    correct: str | None = None
    run: str | None = None
    answer: str | None = None
    refused: str | None = None
    answered_in: str | None = None


@with_config(_STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedLog:
    """`[[languages.logs]]`: a log of Inspect. Without `language` each sample's metadata names its own, under `language_key`."""

    file: str
    language: str | None = None
    language_key: str = "language"
    item_key: str | None = None
    scorer: str | None = None
    incomplete: bool = False
    source: str = ""
    licence: str = ""


@with_config(_STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedLanguages:
    """`[languages]`: answers from exactly one of `answers` (a table), `logs`, or `transcript` (what `plumbrule ask` wrote).

    Every language in `compare` (all, when left out) is held against `reference`. `pack` is the item pack the answers
    come from (a file, or the name of one of ours): who reviewed each language is then said, a transcript scored again.
    """

    reference: str
    answers: PlannedTable | None = None
    columns: PlannedAnswerColumns = field(default_factory=PlannedAnswerColumns)
    logs: tuple[PlannedLog, ...] = ()
    transcript: str | None = None
    compare: tuple[str, ...] | None = None
    metrics: tuple[Metric, ...] | None = None
    pack: str | None = None
