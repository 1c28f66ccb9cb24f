"""A document as text: what every kind of file is turned into before it is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from plumbrule.rulebook.reading.model import Fault, Span

Form = Literal["text", "html", "pdf", "docx", "xml"]
Role = Literal[
    "part", "menu", "title", "opening", "recital", "section", "paragraph", "point", "number", "note", "heading", "front",
    "unit", "piece",
]
"""A `unit` or a `piece` is what a file that we wrote says it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """A stretch that the file itself marks: as a menu (HTML), a recital or a numbered paragraph (Akoma Ntoso).

    `number` is the number the file gives it (`"7"`, `"a)"`), empty where it gives none; `depth` counts what it stands in.
    `id`, `kind`, `parent`, `displaced` are what a file that we wrote says of a unit; `stands` is where the number of a note
    stands.
    """

    at: Span
    role: Role
    number: str = ""
    depth: int = 0
    id: str = ""
    kind: str = ""
    parent: str = ""
    stands: int | None = None
    displaced: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file as text. All offsets of a reading count characters of `text`, which is never changed afterwards.

    For a text file it is the file decoded, newlines untouched; for others, what a person would see, a form feed between
    pages. `language` is what the file or its user says (a code of two letters), else empty. `refs` are stretches that point
    at a document, with its symbol; `said` is what a file that we wrote says of the instrument.
    """

    name: str
    form: Form
    sha256: str
    text: str
    language: str = ""
    marks: tuple[Marked, ...] = ()
    faults: tuple[Fault, ...] = ()
    refs: tuple[tuple[Span, str], ...] = ()
    said: tuple[tuple[str, str], ...] = ()
