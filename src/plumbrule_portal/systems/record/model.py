"""What a record is: who wrote it under which form, and for each field a value or a stated absence.

Values are plain and frozen: a text is a mapping from language to words, a choice, line, date or address is a `str`, a list of
those a tuple, and rows are a tuple of mappings from column to value. A column that is left out of a row is not stated.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

SCHEMA = "plumbrule-record/1"

Plain = str | tuple[str, ...] | Mapping[str, str]
"""What a column may hold."""

Row = Mapping[str, Plain]


class Absence(StrEnum):
    """Why there is no value. Absent is not zero, and not the same as a field that nobody has filled in yet."""

    UNKNOWN = "unknown"
    """The organisation says that it does not know."""
    NOT_APPLICABLE = "not-applicable"
    """The question does not arise for this system."""
    WITHHELD = "withheld"
    """There is an answer; the law allows not to publish it, and somebody decided so."""
    NOT_STATED = "not-stated"
    """The source from which the record was taken does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Withholding:
    """A lawful withholding, in public: of which class, on what legal basis, decided by which office, to be reviewed when."""

    kind: str
    basis: Mapping[str, str]
    decided_by: str
    review: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """A stated absence; `withholding` is there if and only if the reason is `withheld`."""

    reason: Absence
    withholding: Withholding | None = None


Value = Plain | tuple[Row, ...] | Absent


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """Where an imported record came from; what it says is declared there, and verified by nobody here.

    `retrieved` is the day on which the source was read (ISO 8601).
    """

    source: str
    retrieved: str
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The register's record of one AI system, as it is published and signed.

    `form` names the form whose meanings hold for `fields`; `id` and `organisation` are tokens; `language` is the main language
    of the texts. A field that is not in `fields` has not been answered yet.
    """

    form: str
    id: str
    organisation: str
    language: str
    fields: Mapping[str, Value]
    declared: Declared | None = None
