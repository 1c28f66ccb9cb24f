"""From stretches with owners to units with spans, breaks and mended text; what nobody owns is unread."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from itertools import pairwise

from plumbrule.rulebook.reading.layout import Found, Layout
from plumbrule.rulebook.reading.lines import Sheet, mended
from plumbrule.rulebook.reading.model import Outside, Piece, Span
from plumbrule.rulebook.reading.traced import Traced
from plumbrule.rulebook.reading.units import Unit

_VISIBLE = re.compile(r"\S(?:.*\S)?", re.DOTALL)
Owned = tuple[int, int, str]


def assembled(sheet: Sheet, layout: Layout, note_marks: Iterable[Span]) -> tuple[tuple[Unit, ...], tuple[Piece, ...]]:
    """Units in the order in which they stand, and the pieces outside them; together they hold every visible character once.

    Args:
        sheet: the text and its lines.
        layout: who owns what.
        note_marks: where numbers of footnotes stand in the text; left out of mended text.
    """
    owned = _owned(layout)
    pieces = _pieces(sheet.text, owned, layout)
    runs: dict[str, list[list[int]]] = {}
    for place, (start, end, owner) in enumerate(owned):
        of = runs.setdefault(owner, [])
        if of and owned[place - 1][2] == owner and not sheet.text[of[-1][1] : start].strip():
            of[-1][1] = end
        else:
            of.append([start, end])
    drops = sorted(note_marks)
    texts = {name: _text(sheet, unit, runs[name], drops) for name, unit in layout.units.items() if name in runs}
    units = [
        Unit(
            id=name,
            kind=unit.kind,
            parent=unit.parent,
            text=texts[name],
            start=runs[name][0][0],
            end=runs[name][-1][1],
            lead_in=_lead_in(sheet, unit, texts),
            breaks=tuple(_breaks(sheet.text, runs[name])),
            displaced=unit.displaced,
        )
        for name, unit in layout.units.items()
        if name in texts
    ]
    return tuple(sorted(units, key=lambda unit: (unit.start, unit.end))), pieces


def _owned(layout: Layout) -> list[Owned]:
    """All stretches in order; where two overlap, the first to begin keeps it."""
    found = [(start, end, name) for name, spans in layout.parts.items() for start, end in spans]
    found += [(start, end, "") for (start, end), _ in layout.outside]
    owned: list[Owned] = []
    last = 0
    for start, end, name in sorted(found):
        begins = max(start, last)
        if end > begins:
            owned.append((begins, end, name))
            last = end
    return owned


def _pieces(text: str, owned: list[Owned], layout: Layout) -> tuple[Piece, ...]:
    """What stands outside; what nobody owns is unread."""
    what: dict[int, Outside] = {start: said for (start, _), said in layout.outside}
    found: list[Piece] = []
    edges = [(0, 0, ""), *owned, (len(text), len(text), "")]
    for (_, before, _), (start, end, name) in pairwise(edges):
        gap = _VISIBLE.search(text, before, start)
        if gap:
            _join(text, found, Piece(start=gap.start(), end=gap.end(), what="unread"))
        if not name and end > start:
            _join(text, found, Piece(start=start, end=end, what=what.get(start, "unread")))
    return tuple(found)


def _join(text: str, found: list[Piece], piece: Piece) -> None:
    """Neighbours of one kind are one piece."""
    last = found[-1] if found else None
    if last and last.what == piece.what and not text[last.end : piece.start].strip():
        found[-1] = Piece(start=last.start, end=piece.end, what=piece.what)
    else:
        found.append(piece)


def _text(sheet: Sheet, unit: Found, runs: list[list[int]], drops: list[Span]) -> Traced:
    start, end = runs[0][0], runs[-1][1]
    near = drops[bisect_left(drops, (start, start)) : bisect_right(drops, (end, end))]
    mark = [(start, start + unit.mark)] if unit.mark else []
    return mended(sheet, [(s, e) for s, e in runs], drop=[*mark, *near])


def _lead_in(sheet: Sheet, unit: Found, texts: Mapping[str, Traced]) -> Traced | None:
    if unit.governed_by is None:
        return None
    return texts.get(unit.governed_by) if isinstance(unit.governed_by, str) else mended(sheet, [unit.governed_by])


def _breaks(text: str, runs: list[list[int]]) -> Iterable[Span]:
    """What interrupts a unit, from the first to after the last visible character."""
    for (_, end), (start, _) in pairwise(runs):
        found = _VISIBLE.search(text, end, start)
        if found:
            yield found.span()
