"""Where the numbers of footnotes stand in the text: glued to a word or sign; else apart, where only one can be meant."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping

from plumbrule.rulebook.reading.furniture import Furniture
from plumbrule.rulebook.reading.layout import Layout
from plumbrule.rulebook.reading.lines import Sheet
from plumbrule.rulebook.reading.model import Span

_GLUED = re.compile(r"(?<=[^\s\d(（\[/.\-–—$€£])(\d{1,3})(?=[\s，。、；：,.;:《「“]|$)(?![,.]\d)")
_BRACKETED = re.compile(r"(?<=\S)[(（](\d{1,3})[)）]")
_APART = re.compile(r"(?:^(?=\d{1,3}$)|(?<=[^\W\d_,;:.”\"’»)]\s)|(?<=[,;:.”\"’»)]\s))(\d{1,3})(?=\s|[,.;:]\s|$)")
_AFTER_SIGN = re.compile(r"(?<=[^\s\d][,;:.”\"’»)]\s)(\d{1,3})(?=\s[^\W\d_])")
_AGAIN = re.compile(r"(?<=[a-zß-öø-ÿа-яё]{3})(\d{1,3})(?=[\s,.;:]|$)(?![,.]\d)")
_NO_TEXT = {"title", "menu", "page-furniture", "figure"}
Candidate = tuple[int, int, int]  # number, start, end


def note_marks(sheet: Sheet, furniture: Furniture, layout: Layout) -> dict[int, Span]:
    """By the number of the note: where it first stands in the text, each before its note, in rising order."""
    if not furniture.notes:
        return {}
    before = {number: sheet.lines[lines[0]].start for number, lines in furniture.notes.items()}
    lines = _lines(sheet, furniture)
    glued = _inside(_candidates(sheet, lines, before, _GLUED), layout)
    row = _longest(glued)
    if len(row) < len(before):  # a number set apart after a sign, where these and the glued ones make a longer row
        after_sign = _inside(_candidates(sheet, lines, before, _AFTER_SIGN), layout)
        row = max(row, _longest(sorted([*glued, *after_sign], key=lambda c: c[1])), key=len)
    marks = {number: (start, end) for number, start, end in row}
    if any(sheet.text[start] in "(（" for start in before.values()):
        between = _candidates(sheet, lines, before, _BRACKETED)
        marks |= {number: (start - 1, end + 1) for number, start, end in _longest(between)}
    if len(marks) < len(before):
        _only_ones(marks, _inside(_candidates(sheet, lines, before, _APART), layout), before)
    return marks


def marks_again(sheet: Sheet, furniture: Furniture, layout: Layout, marks: Mapping[int, Span]) -> tuple[tuple[int, Span], ...]:
    """Where a number stands once more, after its first place: glued to a word, as a text does that points twice at a note."""
    ends = {number: len(sheet.text) for number in marks}
    found = _inside(_candidates(sheet, _lines(sheet, furniture), ends, _AGAIN), layout)
    return tuple((number, (start, end)) for number, start, end in found if start >= marks[number][1])


def _lines(sheet: Sheet, furniture: Furniture) -> list[int]:
    skipped = furniture.lines()
    return [index for index in range(len(sheet.lines)) if index not in skipped]


def _inside(candidates: Iterable[Candidate], layout: Layout) -> list[Candidate]:
    """Those that stand in what a person reads as text."""
    outside = [at for at, what in layout.outside if what in _NO_TEXT]
    return [c for c in candidates if not any(start <= c[1] < end for start, end in outside)]


def _candidates(
    sheet: Sheet, lines: Iterable[int], before: Mapping[int, int], pattern: re.Pattern[str]
) -> Iterator[Candidate]:
    """Numbers of notes that stand before their note."""
    for index in lines:
        line = sheet.lines[index]
        for found in pattern.finditer(sheet.text[line.start : line.end]):
            number, start = int(found[1]), line.start + found.start(1)
            if start < before.get(number, 0):
                yield number, start, line.start + found.end(1)


def _longest(candidates: Iterable[Candidate]) -> list[Candidate]:
    """The longest rising row of numbers; of equal ones the first."""
    tails: list[int] = []
    last: list[int] = []
    rows: list[tuple[Candidate, int]] = []
    for candidate in candidates:
        at = bisect_left(tails, candidate[0])
        if at < len(tails) and tails[at] == candidate[0]:
            continue
        rows.append((candidate, last[at - 1] if at else -1))
        tails[at : at + 1], last[at : at + 1] = [candidate[0]], [len(rows) - 1]
    row, at = [], last[-1] if last else -1
    while at >= 0:
        candidate, at = rows[at]
        row.append(candidate)
    return row[::-1]


def _only_ones(marks: dict[int, Span], candidates: Iterable[Candidate], before: Mapping[int, int]) -> None:
    """Numbers set apart, each between the marks of its neighbours, where no second one could be meant."""
    found: dict[int, list[Span]] = {}
    for number, start, end in candidates:
        found.setdefault(number, []).append((start, end))
    for number in sorted(before.keys() - marks.keys()):
        low = max((at[1] for n, at in marks.items() if n < number), default=0)
        high = min((at[0] for n, at in marks.items() if n > number), default=before[number])
        fitting = [at for at in found.get(number, ()) if low <= at[0] < high]
        if len(fitting) == 1:
            marks[number] = fitting[0]
