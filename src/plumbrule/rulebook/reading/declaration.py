"""The form of a declaration: opening paragraphs, a line that puts something forward, and paragraphs that open with a dash."""

from __future__ import annotations

import re

from plumbrule.rulebook.reading.formulas import any_of
from plumbrule.rulebook.reading.furniture import Furniture
from plumbrule.rulebook.reading.layout import Found, Layout
from plumbrule.rulebook.reading.lines import Line, Sheet

DASH = re.compile(r"(?:[—–―-]{1,3}|──)(?=[^\s—–-]|\s)")
_SENTENCE_END = re.compile(r"[。.!！؟?]\W{0,2}$")
_NO_TITLE = re.compile(r"[\[\]【】>|]|\d{2,4}\s?[-/.年]\s?\d{1,2}")
_FEWEST = 2


def lead_in_line(sheet: Sheet) -> int | None:
    """The line after which dash paragraphs begin; None where there is no such line."""
    pattern = re.compile(rf".{{0,20}}{any_of(sheet.formulas.declaration_lead_ins)}.{{0,20}}[:：]$")
    for index, line in enumerate(sheet.lines[:-1]):
        if pattern.match(line.key) and DASH.match(sheet.lines[index + 1].key):
            return index
    return None


def read_declaration(sheet: Sheet, furniture: Furniture, lead_in: int, layout: Layout) -> None:
    """Give every line to its unit; what stands before the title and after the last dash is the page around the text."""
    lines = sheet.lines
    layout.leave(sheet.between(lead_in, lead_in), "lead-in")
    first = _first_paragraph(sheet, lead_in)
    _preamble(sheet, first, lead_in, layout)
    title = _title(sheet, first)
    for index in range(first):
        what = "title" if index == title else "menu" if title is not None and index < title else "front"
        layout.leave(sheet.between(index, index), what)  # type: ignore[arg-type]  # one of three words of the guide
    after = _dashes(sheet, lead_in, layout)
    menu = _is_menu(lines[after:])
    skipped = furniture.lines()
    for index in range(after, len(lines)):
        if menu and index not in skipped:
            layout.leave(sheet.between(index, index), "menu")


def _paragraph_start(sheet: Sheet, index: int) -> bool:
    return index == 0 or sheet.lines[index].blank or sheet.lines[index].new_page


def _first_paragraph(sheet: Sheet, lead_in: int) -> int:
    """Upwards from the lead-in through paragraphs that end as sentences do."""
    first = end = lead_in
    while end > 0 and _SENTENCE_END.search(sheet.lines[end - 1].key):
        end -= 1
        while end > 0 and not _paragraph_start(sheet, end):
            end -= 1
        first = end
    return first


def _preamble(sheet: Sheet, first: int, lead_in: int, layout: Layout) -> None:
    unit, count = "", 0
    for index in range(first, lead_in):
        span = sheet.between(index, index)
        if not unit or _paragraph_start(sheet, index):
            count += 1
            unit = layout.add(Found(id=f"preamble.{count}", kind="preamble"), span)
        else:
            layout.extend(unit, span)


def _title(sheet: Sheet, first: int) -> int | None:
    """The nearest line above by itself that is neither a date nor a tool of the page."""
    for index in range(first - 1, max(first - 12, -1), -1):
        alone = _paragraph_start(sheet, index) and _paragraph_start(sheet, index + 1)
        if alone and len(sheet.lines[index].key) > 3 and not _NO_TITLE.search(sheet.lines[index].key):
            return index
    return None


def _dashes(sheet: Sheet, lead_in: int, layout: Layout) -> int:
    """The dash paragraphs; gives the line after the last."""
    unit, count = "", 0
    at = sheet.between(lead_in, lead_in)
    for index in range(lead_in + 1, len(sheet.lines)):
        line = sheet.lines[index]
        dash = DASH.match(line.key)
        if dash and (_paragraph_start(sheet, index) or not unit or _ended(sheet, index)):
            count += 1
            unit = layout.add(Found(id=str(count), kind="dash", mark=dash.end(), governed_by=at), (line.start, line.end))
        elif line.blank and _ended(sheet, index):
            return index
        else:
            layout.extend(unit, (line.start, line.end))
    return len(sheet.lines)


def _ended(sheet: Sheet, index: int) -> bool:
    return bool(_SENTENCE_END.search(sheet.lines[index - 1].key))


def _is_menu(lines: tuple[Line, ...]) -> bool:
    """Mostly short lines without the end of a sentence."""
    short = sum(len(line.key) < 30 and not _SENTENCE_END.search(line.key) for line in lines)
    return len(lines) > 20 and short > 0.8 * len(lines)
