"""Texts that we wrote ourselves as Akoma Ntoso: ids, kinds and parents are as they were, not counted anew."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import get_args

from plumbrule.rulebook.reading.document import Document, Marked
from plumbrule.rulebook.reading.layout import Found, Layout
from plumbrule.rulebook.reading.lines import Sheet
from plumbrule.rulebook.reading.model import Heading, Kind, Outside, Span
from plumbrule.rulebook.reading.units import Cited

_OUTSIDE: dict[str, Outside] = {"title": "title", "opening": "opening", "heading": "heading"}
_LINE = re.compile(r"[^\n]+")
_GOVERNED = {"action", "dash"}


def is_exchanged(document: Document) -> bool:
    """Whether the file says of its parts what they were read as."""
    return any(_kind(mark) for mark in document.marks)


def read_exchanged(sheet: Sheet, document: Document, layout: Layout) -> None:
    """Every stretch goes to the innermost unit, or to what the file says it is."""
    walk = _Walk(sheet=sheet, layout=layout)
    for mark in document.marks:
        walk.open(mark)
    walk.close(len(sheet.text) + 1)


def said_of(document: Document, heading: Heading) -> Heading:
    """What the file says of the instrument, where we wrote it; else what was found."""
    said = dict(document.said)
    if not said or not is_exchanged(document):
        return heading
    session = said.get("session", "")
    return replace(
        heading,
        symbol=said.get("symbol"),
        body=said.get("body", heading.body),
        session=int(session) if re.fullmatch(r"\d{1,4}", session) else None,
        date=said.get("date"),
        agenda_item=said.get("agenda-item"),
        sponsors=tuple(said["sponsors"].split("; ")) if "sponsors" in said else None,
        status=said.get("status"),
    )


def note_places(document: Document) -> dict[int, Span]:
    """In files that hold their notes where they stand: by the number of each note, the character before it."""
    found: dict[int, Span] = {}
    for mark in document.marks:
        if mark.role == "note" and mark.stands and re.fullmatch(r"\d{1,3}", mark.number):
            found.setdefault(int(mark.number), (mark.stands - 1, mark.stands))
    return found


def cited_in(document: Document) -> Mapping[Span, str]:
    """The documents that the file itself points at, by the place of the words that do."""
    return {at: symbol for at, symbol in document.refs if symbol}


def within(refs: Mapping[Span, str], start: int, end: int) -> tuple[Cited, ...]:
    """Those in a stretch of the text."""
    return tuple(Cited(symbol=symbol, at=at) for at, symbol in sorted(refs.items()) if start <= at[0] and at[1] <= end)


def _kind(mark: Marked) -> Kind | None:
    """The kind that a mark of ours names, if there is such a kind."""
    return next((kind for kind in get_args(Kind) if mark.id and kind == mark.kind), None)


@dataclass(slots=True, kw_only=True)
class _Walk:
    """Marks in order: `stack` holds the open ones with their owner, a unit or a word for what stands outside."""

    sheet: Sheet
    layout: Layout
    stack: list[tuple[Marked, str, Outside | None]] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    lead_in: Span | None = None
    at: int = 0

    def open(self, mark: Marked) -> None:
        """A mark begins: what stands before it belongs to the one around it."""
        self.close(mark.at[0])
        self.give(mark.at[0])
        around = self.stack[-1] if self.stack else (mark, "", None)
        if _kind(mark):
            self.stack.append((mark, self.unit(mark), None))
        elif mark.role == "piece":
            what = next((what for what in get_args(Outside) if what == mark.number), None)
            self.lead_in = mark.at if what == "lead-in" else self.lead_in
            self.stack.append((mark, "", what or "unread"))
        elif mark.role in _OUTSIDE:
            self.stack.append((mark, *((around[1], around[2]) if around[1] else ("", _OUTSIDE[mark.role]))))
        else:
            self.numbered(mark, around)
            self.stack.append((mark, around[1], around[2]))

    def numbered(self, mark: Marked, around: tuple[Marked, str, Outside | None]) -> None:
        """A number in front of the unit that stands open is no part of its text."""
        if mark.role == "number" and around[1] and around[0].at[0] == mark.at[0]:
            shown = self.sheet.text[slice(*mark.at)].rstrip()
            self.layout.units[around[1]] = replace(self.layout.units[around[1]], mark=len(shown))

    def unit(self, mark: Marked) -> str:
        """A unit as it was read before."""
        kind = _kind(mark) or "operative"
        parent = self.names.get(mark.parent)
        governed = parent if kind in {"item", "bullet"} else self.lead_in if kind in _GOVERNED else None
        above = None if kind == "footnote" else parent
        found = Found(id=mark.id, kind=kind, parent=above, governed_by=governed, displaced=mark.displaced)
        name = self.layout.add(found, mark.at)  # its place for a fault; what it owns comes line by line
        self.layout.parts[name] = []
        self.names.setdefault(mark.id, name)
        return name

    def close(self, place: int) -> None:
        """Marks that end before a place are closed, and their rest given away."""
        while self.stack and self.stack[-1][0].at[1] <= place:
            self.give(self.stack[-1][0].at[1])
            self.stack.pop()

    def give(self, end: int) -> None:
        """Text up to a place, line by line, to the innermost open mark."""
        _, name, what = self.stack[-1] if self.stack else (None, "", None)
        for line in _LINE.finditer(self.sheet.text, self.at, max(end, self.at)):
            shown = line[0]
            span = (line.start() + len(shown) - len(shown.lstrip()), line.start() + len(shown.rstrip()))
            if name and span[1] > span[0]:
                self.layout.extend(name, span)
            elif span[1] > span[0]:
                self.layout.leave(span, what or "unread")
        self.at = max(self.at, end)
