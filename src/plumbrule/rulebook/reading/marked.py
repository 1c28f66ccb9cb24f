"""Texts whose own file marks their parts: Akoma Ntoso, and the Universal Declaration's collection."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from plumbrule.rulebook.reading.document import Document, Marked
from plumbrule.rulebook.reading.formulas import Formulas, any_of, squeezed
from plumbrule.rulebook.reading.layout import Found, Layout
from plumbrule.rulebook.reading.lines import Sheet
from plumbrule.rulebook.reading.marks import item_label
from plumbrule.rulebook.reading.model import Kind, Outside, Span

_NUMBER = re.compile(r"\(?(\d{1,3}(?:[^\W\d_]{1,3})?|[^\W\d_]{1,4})[.)]?(?=\s)")
_STOPPED = re.compile(r"[,،;؛:.。，；：]\W{0,2}$")
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
    reader = _Tree(sheet=sheet, layout=layout, opening=_opening(sheet.formulas))
    for mark in document.marks:
        reader.open(mark)
    reader.close_until(len(sheet.text) + 1)
    for name, unit in layout.units.items():  # a unit that is nothing but its number or name keeps it as its text
        if unit.mark and sum(end - start for start, end in layout.parts[name]) <= unit.mark:
            layout.units[name] = replace(unit, mark=0)


def _opening(words: Formulas) -> re.Pattern[str]:
    """What stands between recitals and is none: *Now, therefore,* and the name of the body that speaks."""
    bodies = any_of(name for names in words.openings.values() for name in names)
    return re.compile(rf"(?:{any_of(words.therefore)}\W{{0,3}})?(?:{bodies}\W{{0,3}})?")


@dataclass(slots=True, kw_only=True)
class _Tree:
    """Walks marks in order; `stack` holds the open ones with the name of their unit, `at` how far the text is given away.

    `opened` says that the opening has been read: what goes on after it without a stop before is one paragraph.
    """

    sheet: Sheet
    layout: Layout
    opening: re.Pattern[str]
    opened: bool = False
    stack: list[tuple[Marked, str]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    at: int = 0
    recital: str = ""

    def open(self, mark: Marked) -> None:
        """A mark begins: what stands before it belongs to the one around it."""
        self.close_until(mark.at[0])
        self.give(mark.at[0])
        if mark.role == "recital" and self.opening.fullmatch(squeezed(self.sheet.text[slice(*mark.at)])):
            mark, self.opened = replace(mark, role="opening"), True
        self.stack.append((mark, self.name(mark)))

    def name(self, mark: Marked) -> str:
        """The unit that owns the text of a mark; empty where none does."""
        if mark.role == "number":
            return self.numbered(mark)
        if mark.role == "recital" and self.opened and self.recital and not self.stopped(self.recital):
            return self.recital
        name = self.unit(mark) if mark.role in _UNITS else ""
        self.recital = name if mark.role == "recital" else self.recital
        return name

    def stopped(self, name: str) -> bool:
        """Whether a unit ends as a clause or a sentence does."""
        parts = self.layout.parts[name]
        return not parts or bool(_STOPPED.search(self.sheet.text[slice(*parts[-1])]))

    def numbered(self, mark: Marked) -> str:
        """A number or a name in front of the unit that stands open, which is no part of its text."""
        around, name = self.stack[-1] if self.stack else (mark, "")
        if name and around.at[0] == mark.at[0]:
            shown = self.sheet.text[slice(*mark.at)].rstrip()
            self.layout.units[name] = replace(self.layout.units[name], mark=len(shown))
        return name

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
        printed, taken = self.printed(mark)
        row = {"recital": "preamble", "note": "note"}.get(mark.role, "")
        base = ".".join(part for part in (self.part(), row if kind in {"preamble", "footnote"} else parent or "") if part)
        if kind not in {"preamble", "footnote"} and parent:
            base = parent
        label = "" if kind == "preamble" else printed
        self.counts[base] = self.counts.get(base, 0) + 1
        name = f"{base}.{label or self.counts[base]}".lstrip(".")
        above = None if kind in {"preamble", "footnote"} else parent
        found = Found(id=name, kind=kind, parent=above, mark=taken, governed_by=above if kind == "item" else None)
        name = self.layout.add(found, mark.at)  # its place for a fault; what it owns comes line by line
        self.layout.parts[name] = []
        return name

    def part(self) -> str:
        """The part of a collection that stands open."""
        return next((name for mark, name in self.stack if mark.role == "part"), "")

    def printed(self, mark: Marked) -> tuple[str, int]:
        """A number from the file (a name becomes a slug), or the one in front of the text and how long it is there."""
        if mark.number:
            return re.sub(r"[^\w]+", "-", mark.number.casefold()).strip("-_").replace("_", "-"), 0
        text = self.sheet.text[mark.at[0] : mark.at[0] + 20]
        found = _NUMBER.match(text) if item_label(text) or re.match(r"\(?\d", text) else None
        return (found[1].casefold(), found.end()) if found else ("", 0)
