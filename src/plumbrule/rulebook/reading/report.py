"""A report about an instrument: recognised as one, so that nothing it says is taken for the text itself."""

from __future__ import annotations

import re

from plumbrule.rulebook.reading.citations import SYMBOL
from plumbrule.rulebook.reading.formulas import any_of
from plumbrule.rulebook.reading.furniture import ADDRESS
from plumbrule.rulebook.reading.layout import Layout
from plumbrule.rulebook.reading.lines import Sheet

_FIELD = re.compile(r"(title|date|url|source|fetch_date|author): ?(.*)")
_LONG = 40
_PICTURE = re.compile(r"\[?!\[.{0,80}\]\(.*\)|\*{2}.{0,60}\*{2}")


def is_report(sheet: Sheet) -> bool:
    """Whether a text tells that a resolution was adopted and who said what about it, in a few hundred lines."""
    words = sheet.formulas
    adopted, said = re.compile(any_of(words.report_adopted)), re.compile(any_of(words.report_said))
    keys = [line.key for line in sheet.lines[:400]]
    named = [key for key in keys if words.report_named.casefold() in key]
    return any(adopted.search(key) for key in named) and sum(bool(said.search(key)) for key in keys) > 1


def about(sheet: Sheet) -> str | None:
    """What a report is about: the first symbol it prints; else the name of the resolution in its title or first words."""
    for line in sheet.lines:
        found = None if ADDRESS.match(line.key) else SYMBOL.search(sheet.text[line.start : line.end])
        if found and "/RES/" in found[0]:
            return found[0]
    words = sheet.formulas
    verb, named = any_of(words.report_adopted), re.escape(words.report_named.casefold())
    pattern = re.compile(rf"{verb}(.{{4,120}}?{named}|.{{4,120}})")
    found = next((match for line in sheet.lines if (match := pattern.search(line.key))), None)
    return found[1].strip(" ,，。.") if found else None


def title_line(sheet: Sheet) -> int | None:
    """The first heading of the page, else its field `title`."""
    for pattern in (re.compile(r"# ?(?=\S)"), re.compile(r"title: ")):
        for index, line in enumerate(sheet.lines[:60]):
            if pattern.match(line.key):
                return index
    return 0 if sheet.lines else None


def published(sheet: Sheet) -> str | None:
    """The day the page itself names."""
    for line in sheet.lines[:30]:
        found = re.match(r"date: ?(\d{4}-\d\d-\d\d)", line.key)
        if found:
            return found[1]
    return None


def read_report(sheet: Sheet, layout: Layout) -> None:
    """No provisions: its sentences are running text, the page around them a menu."""
    title = title_line(sheet)
    for index, line in enumerate(sheet.lines):
        span = sheet.between(index, index)
        if index == title:
            layout.leave(span, "title")
        elif _FIELD.match(line.key) or line.key == "---":
            layout.leave(span, "front")
        elif line.key.startswith("#"):
            layout.leave(span, "heading")
        elif _PICTURE.fullmatch(line.key) or len(line.key) < _LONG:
            layout.leave(span, "menu")
        else:
            layout.leave(span, "running-text")
