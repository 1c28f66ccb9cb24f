"""Texts whose own file marks their parts: Akoma Ntoso, and the Universal Declaration's collection."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from plumbrule.rulebook.reading.document import Document, Marked
from plumbrule.rulebook.reading.layout import Found, Layout
from plumbrule.rulebook.reading.lines import Sheet
from plumbrule.rulebook.reading.marks import item_label
from plumbrule.rulebook.reading.model import Kind, Outside, Span

_NUMBER = re.compile(r"\(?(\d{1,3}(?:[^\W\d_]{1,3})?|[^\W\d_]{1,4})[.)]?(?=\s)")
_UNITS = {"recital", "section", "paragraph", "point", "note", "part"}
_OUTSIDE: dict[str, Outside] = {"title": "title", "opening": "opening", "heading": "heading", "front": "front", "menu": "menu"}
_KINDS: dict[str, Kind] = {
    "recital": "preamble",
    "section": "section",
    "paragraph": "operative",
    "point": "item",
    "note": "footnote",
    "part": "section",
}


def has_marks(document: Document) -> bool:
    """Whether the file marks provisions itself."""
    return any(mark.role in {"recital", "paragraph", "section"} for mark in document.marks)


def read_marked(sheet: Sheet, document: Document, layout: Layout) -> None:
    """Every stretch goes to the innermost element that is a unit, or to what it is outside."""
    reader = _Tree(sheet=sheet, layout=layout)
    for mark in document.marks:
        reader.open(mark)
    reader.close_until(len(sheet.text) + 1)


@dataclass(slots=True, kw_only=True)
class _Tree:
    """Walks marks in order; `stack` holds the open ones with the name of their unit, `at` how far the text is given away."""

    sheet: Sheet
    layout: Layout
    stack: list[tuple[Marked, str]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    at: int = 0
    lines: int = 0

    def open(self, mark: Marked) -> None:
        """A mark begins: what stands before it belongs to the one around it."""
        self.close_until(mark.at[0])
        self.give(mark.at[0])
        name = self.unit(mark) if mark.role in _UNITS else ""
        self.stack.append((mark, name))

    def close_until(self, place: int) -> None:
        """Marks that end before a place are closed, and their rest given away."""
        while self.stack and self.stack[-1][0].at[1] <= place:
            self.give(self.stack[-1][0].at[1])
            self.stack.pop()

    def give(self, end: int) -> None:
        """Text up to a place, line by line, to the innermost open mark."""
        mark, name = self.stack[-1] if self.stack else (None, "")
        for line in re.finditer(r"[^\n]+", self.sheet.text[self.at : end]):
            start, stop = self.at + line.start(), self.at + line.end()
            shown = self.sheet.text[start:stop]
            span = (start + len(shown) - len(shown.lstrip()), start + len(shown.rstrip()))
            if span[1] > span[0]:
                self.owner(mark, name, span)
        self.at = max(self.at, end)

    def owner(self, mark: Marked | None, name: str, span: Span) -> None:
        """One line of a mark; a line that only says under which verb recitals stand is a lead-in."""
        if name:
            self.layout.extend(name, span)
        elif mark is not None:
            self.layout.leave(span, _OUTSIDE.get(mark.role, "unread"))
        else:
            self.layout.leave(span, "lead-in" if self.counts else "front")

    def unit(self, mark: Marked) -> str:
        """A new unit under the innermost open one; its number as the file or its text gives it, else counted."""
        parent = next((name for _, name in reversed(self.stack) if name), None)
        kind = _KINDS[mark.role]
        printed = self.printed(mark)
        row = {"recital": "preamble", "note": "note"}.get(mark.role, "")
        base = ".".join(part for part in (self.part(), row if kind in {"preamble", "footnote"} else parent or "") if part)
        if kind not in {"preamble", "footnote"} and parent:
            base = parent
        label = "" if kind == "preamble" else printed
        self.counts[base] = self.counts.get(base, 0) + 1
        name = f"{base}.{label or self.counts[base]}".lstrip(".")
        above = None if kind in {"preamble", "footnote"} else parent
        return self.layout.add(Found(id=name, kind=kind, parent=above, governed_by=above if kind == "item" else None))

    def part(self) -> str:
        """The part of a collection that stands open."""
        return next((name for mark, name in self.stack if mark.role == "part"), "")

    def printed(self, mark: Marked) -> str:
        """A number from the file, or the one in front of the text; a name becomes a slug."""
        if mark.number:
            return re.sub(r"[^\w]+", "-", mark.number.casefold()).strip("-_").replace("_", "-")
        text = self.sheet.text[mark.at[0] : mark.at[0] + 20]
        found = _NUMBER.match(text) if item_label(text) or re.match(r"\(?\d", text) else None
        return found[1].casefold() if found else ""
