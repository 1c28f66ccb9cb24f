"""Where in a provision's text its citations and the numbers of its notes stand."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from plumbrule.rulebook.reading.citations import SYMBOL
from plumbrule.rulebook.reading.document import Document
from plumbrule.rulebook.reading.model import Passage, Span

_NUMBER = re.compile(r"(?<![\d/])(?:\d{1,4}/\d{1,4}(?![\d/])|\d{1,4} ?[A-Z] ?\([IVXLCDM]{1,8}(?:-[IVX]{1,4})?\))")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\u0000-\u0008\u000e-\u001f\\s]")
_LOOK = 24


def cited_at(passage: Passage) -> Iterator[tuple[Span, str]]:
    """The stretches of the text that name what it cites: a symbol as printed, else the number that stands for it."""
    if not passage.cites:
        return
    numbers = {_compact(_tail(symbol)): symbol for symbol in reversed(passage.cites)}
    whole = {_compact(symbol): symbol for symbol in passage.cites}
    last = 0
    for match in sorted((*SYMBOL.finditer(passage.text), *_NUMBER.finditer(passage.text)), key=lambda found: found.start()):
        shown = match[0].rstrip(".-")
        symbol = whole.get(_compact(shown)) or numbers.get(_compact(shown))
        if symbol and match.start() >= last:
            last = match.start() + len(shown)
            yield (match.start(), last), symbol


def _tail(symbol: str) -> str:
    """What follows the kind of document: `70/1` of `A/RES/70/1`, `217 A (III)` of `A/RES/217 A (III)`."""
    return re.split(r"/(?:RES|DEC)/", symbol, maxsplit=1)[-1]


def _compact(text: str) -> str:
    return "".join(text.split())


def note_places(document: Document, passage: Passage, notes: Sequence[Passage]) -> dict[str, int]:
    """Where in the passage's text the number of each note stands; after its end where that cannot be told.

    The text in hand and the mended text are walked side by side: digits that only the first has, and that are the number of
    the next note, are its mark; or the file itself says where the note stands.
    """
    walk = _Walk(document, passage, [note.id for note in notes])
    for place, sign in enumerate(passage.text):
        if not walk.wanted:
            break
        if not sign.isspace():
            walk.to(sign, place)
    return {**{note.id: len(passage.text) for note in notes}, **walk.found}


class _Walk:
    """Through the text in hand; `wanted` are the notes not found yet, in the order of their numbers."""

    def __init__(self, document: Document, passage: Passage, wanted: list[str]) -> None:
        self.text, self.passage, self.wanted = document.text, passage, wanted
        self.found: dict[str, int] = {}
        stands = {mark.number: mark.stands for mark in document.marks if mark.role == "note" and mark.stands is not None}
        self.stands = {name: stands[_digits(name)] for name in wanted if _digits(name) in stands}
        number = number_of(document.text, passage)
        self.at = document.text.find(number, passage.start) + len(number)
        self.begins = [start for start, _ in passage.breaks]

    def to(self, sign: str, place: int) -> None:
        """Up to the next character of the mended text, and past the numbers of notes before it."""
        at = self.visible(self.at)
        while at < self.passage.end and (self.text[at] != sign or self.due(at)):
            if self.due(at):
                self.found[self.wanted.pop(0)] = len(self.passage.text[:place].rstrip())
                continue
            name = self.wanted[0] if self.wanted else ""
            marked = name and name not in self.stands and self.text.startswith(_digits(name), at)
            if marked:
                self.found[self.wanted.pop(0)] = len(self.passage.text[:place].rstrip())
            at = self.visible(at + (len(_digits(name)) if marked else 1))
        self.at = at + 1

    def visible(self, at: int) -> int:
        """The next visible character that is not in a break."""
        while at < self.passage.end:
            last = bisect_right(self.begins, at) - 1
            inside = last >= 0 and at < self.passage.breaks[last][1]
            if not inside and not _INVISIBLE.match(self.text, at):
                break
            at = self.passage.breaks[last][1] if inside else at + 1
        return at

    def due(self, at: int) -> bool:
        """Whether the file itself says that the next note stands before this place."""
        return bool(self.wanted) and self.stands.get(self.wanted[0], at + 1) <= at


def _digits(note: str) -> str:
    return note.rpartition(".")[2]


def number_of(document: str, passage: Passage) -> str:
    """The number or the mark in front of a passage, as the document in hand prints it; empty where there is none."""
    head, text = document[passage.start : min(passage.start + _LOOK, passage.end)], _compact(passage.text)[:8]
    if not text:
        return ""
    for cut in range(len(head)):
        if not head[cut].isspace() and _compact(head[cut:]).startswith(text[: len(_compact(head[cut:]))]):
            shown = head[:cut].strip()
            return shown if len(_compact(head[cut:])) >= min(len(text), 2) else ""
    return ""
