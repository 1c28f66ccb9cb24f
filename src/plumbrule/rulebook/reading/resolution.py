"""The form of a resolution: a preamble under the name of the body that speaks, then numbered paragraphs with their items."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import partial

from plumbrule.base.messages import message
from plumbrule.rulebook.reading.formulas import Formulas, any_of
from plumbrule.rulebook.reading.furniture import Furniture
from plumbrule.rulebook.reading.layout import Found, Layout
from plumbrule.rulebook.reading.lines import Line, Sheet
from plumbrule.rulebook.reading.marks import FARTHEST, Step, follows, item_label, next_step, paragraph_number, skipped
from plumbrule.rulebook.reading.model import Fault

_TERMINATED = re.compile(
    r"[,，、;；:：.。…؛،!?]\W{0,3}(?: ?\d{1,3}\W?(?: and| et| y| и|和)?)?$|(?:\b(?:and|or|et|ou|y|o|и|или)|和|或|以及)$"
)
_CLOSED = re.compile(r"[.。]\W{0,2}(?: ?\d{1,3})?$")
_OPENS = re.compile(r"[:：]\W{0,2}$")
_ENDED = re.compile(r"[;；:：.。؛]\W{0,3}(?: ?\d{1,3})?(?:\s?\w{1,3})?$")
_WHOLE = 0.8  # so many lines of a preamble end with a stop where each is a whole paragraph
_REST = 200  # lines in which a label is looked for
_SHORT = 0.85  # a line this much shorter than most ends its paragraph


@dataclass(frozen=True, slots=True, kw_only=True)
class Openers:
    """Patterns that begin a line, made once for a language."""

    preamble: re.Pattern[str]
    again: re.Pattern[str]
    operative: re.Pattern[str]
    closing: re.Pattern[str]
    annex: re.Pattern[str]

    @classmethod
    def of(cls, words: Formulas) -> Openers:
        """From the formulas of a language."""
        edge = "" if words.language == "zh" else r"\b"
        prefix = any_of(words.preamble_prefixes)
        return cls(
            preamble=re.compile(rf"(?:{prefix} ?){{0,2}}{any_of(words.preamble_starts)}{edge}"),
            again=re.compile(rf"(?:{prefix} ?){{1,2}}{any_of(words.preamble_starts)}{edge}"),
            operative=re.compile(rf"{any_of(words.operative_starts)}\b"),
            closing=re.compile(rf".{{0,40}}{any_of(words.closing)}"),
            annex=re.compile(rf"{any_of(words.annex)}\s?(?:[一二三四五六七八九十\divx]{{1,3}})?[:：.]?$"),
        )


def opening_line(sheet: Sheet) -> tuple[int, str] | None:
    """The line with the name of the body that speaks, and that body's code; None where no such line stands."""
    bodies = [(code, name) for code, names in sheet.formulas.openings.items() for name in names]
    pattern = re.compile("|".join(rf"(?P<b{n}>{any_of([name])})" for n, (_, name) in enumerate(bodies)) or r"(?!)")
    for index, line in enumerate(sheet.lines):
        found = pattern.match(line.key)
        if found and re.fullmatch(r" ?[,，،:：]", line.key[found.end() :]):
            return index, next(code for n, (code, _) in enumerate(bodies) if found[f"b{n}"])
    return None


def read_resolution(sheet: Sheet, furniture: Furniture, opening: int, layout: Layout) -> None:
    """Give every line from the opening on to its unit."""
    layout.leave(sheet.between(opening, opening), "opening")
    skipped = furniture.lines()
    body = [index for index in range(opening + 1, len(sheet.lines)) if index not in skipped]
    reader = _Body(sheet=sheet, layout=layout, body=body, openers=Openers.of(sheet.formulas))
    for place, index in enumerate(body):
        reader.line(place, index)


@dataclass(slots=True, kw_only=True)
class _Body:
    """Reads line by line. `unit` owns the line before; `number` is the last paragraph's; `stack` its open rows of items.

    `fronts` gives, by number, the last line where it stands in front of a text; `labels` are items whose labels stand alone
    in a row before their texts. `whole` says that every line of the preamble is a paragraph.
    """

    sheet: Sheet
    layout: Layout
    body: list[int]
    openers: Openers
    unit: str = ""
    preambles: int = 0
    number: int = 0
    annexes: int = 0
    closed: bool = False
    stack: list[Step] = field(default_factory=list)
    waiting: list[int] = field(default_factory=list)
    labels: list[Found] = field(default_factory=list)
    labelled: bool = False
    seen: set[int] = field(default_factory=set)
    bare: bool = False
    numbered: bool = False
    fronts: dict[int, int] = field(default_factory=dict)
    indents: bool = False
    width: int = 0
    last_mark: int = 0
    ended: bool = False
    whole: bool = False

    def __post_init__(self) -> None:
        lines = [self.sheet.lines[at] for at in self.body]
        marked = [place for place, line in enumerate(lines) if paragraph_number(line.key) or item_label(line.key)]
        numbers = [(place, paragraph_number(lines[place].key)) for place in marked]
        self.numbered = any(found for _, found in numbers)
        self.fronts = {found[0]: place for place, found in numbers if found and found[1] < len(lines[place].key)}
        self.last_mark = max(marked, default=0)
        preamble = [line.key for line in lines[: marked[0] if marked else None]]
        self.whole = sum(bool(_TERMINATED.search(key)) for key in preamble) > _WHOLE * len(preamble)
        self.width = sorted(len(line.key) for line in lines)[len(lines) // 2] if lines else 0
        self.indents = self.sheet.double_spaced and any(line.indent and not line.new_page for line in lines)

    def line(self, place: int, index: int) -> None:
        """One line: the first rule that knows it takes it."""
        line = self.sheet.lines[index]
        if self.ended and not (self.openers.annex.match(line.key) or self.openers.closing.match(line.key)):
            return
        for rule in (self._annex, self._end, self._paragraph, self._item, self._labelled, self._displaced, self._preamble):
            if rule(place, index, line):
                return
        self._goes_on(place, index)

    def _before(self, place: int) -> str:
        return self.sheet.lines[self.body[place - 1]].key if place else "，"

    def _span(self, index: int) -> tuple[int, int]:
        line = self.sheet.lines[index]
        return line.start, line.end

    def _annex(self, place: int, index: int, line: Line) -> bool:
        if self.annexes and not self.openers.annex.match(line.key):
            self.layout.extend(self.unit, self._span(index))
            return True
        if not self.number or not self.openers.annex.match(line.key) or not (self.closed or _CLOSED.search(self._before(place))):
            return False
        self.annexes += 1
        self.unit = self.layout.add(Found(id=f"annex.{self.annexes}", kind="annex"), self._span(index))
        return True

    def _end(self, place: int, index: int, line: Line) -> bool:
        """Place, meeting and date after the last paragraph."""
        ended = self.number and _CLOSED.search(self._before(place))
        self.closed = self.closed or bool(ended and self.openers.closing.match(line.key))
        if self.closed:
            self.layout.leave(self._span(index), "closing")
        return self.closed

    def _paragraph(self, place: int, index: int, line: Line) -> bool:
        found = paragraph_number(line.key)
        if found is None:
            return False
        number, taken = found
        if taken == len(line.key) and self._number_apart(number, place, index):
            return True
        if not (place == 0 or _TERMINATED.search(self._before(place)) or self.sheet.shows_paragraph(index)):
            return False
        if not self.number < number <= self.number + (1 if taken == len(line.key) else FARTHEST):
            return False
        self._missing(number, index)
        self._new_paragraph(number, index, mark=_length(self.sheet, line, taken))
        self.bare = taken == len(line.key)
        return True

    def _number_apart(self, number: int, place: int, index: int) -> bool:
        """A number alone that does not stand in front of its text: several in a row, or after a text that has it."""
        unit = self.layout.units.get(str(number))
        late = unit is not None and unit.displaced and number not in self.seen
        waits = number == self.number + len(self.waiting) + 1 and (bool(self.waiting) or self._next_is_number(place))
        if not late and not waits:
            return False
        self.seen.add(number)
        if waits and not late:
            self.waiting.append(number)
        self.layout.leave(self._span(index), "page-furniture")
        return True

    def _missing(self, number: int, index: int) -> None:
        for lost in range(self.number + 1, number):
            values = (("lost", str(lost)), ("number", str(number)))
            what = message("paragraph {lost} is missing before {number}")
            self.layout.faults.append(Fault(at=self._span(index), what=what, values=values))

    def _next_is_number(self, place: int) -> bool:
        """A number alone, followed by another or by the end, does not stand in front of its text."""
        if place + 1 >= len(self.body):
            return True
        found = paragraph_number(self.sheet.lines[self.body[place + 1]].key)
        return found is not None and found[1] == len(self.sheet.lines[self.body[place + 1]].key)

    def _new_paragraph(self, number: int, index: int, *, mark: int, displaced: bool = False) -> None:
        self.number, self.stack, self.labels, self.labelled = number, [], [], False
        self.unit = self.layout.add(Found(id=str(number), kind="operative", mark=mark, displaced=displaced), self._span(index))

    def _item(self, place: int, index: int, line: Line) -> bool:
        found = item_label(line.key) if self.number else None
        in_row = bool(self.labels) and not self.labelled
        if found is None or not (in_row or _TERMINATED.search(self._before(place)) or self.sheet.shows_paragraph(index)):
            return False
        opens = bool(_OPENS.search(self._before(place)))
        gone = partial(self._gone, place, index)
        step = next_step(self.stack, found[0], lambda: self._following(place), opens=opens, missing=gone)
        if step is None:
            return False
        depth, at = step
        self._missing_items(index, at, skipped(self.stack, depth, at))
        parent = self.stack[depth - 1].unit if depth else str(self.number)
        mark = _length(self.sheet, line, found[1])
        unit = Found(id=f"{parent}.{at.label}", kind="item", parent=parent, mark=mark, governed_by=parent)
        if found[1] == len(line.key) and self._label_apart(place, index, unit):
            self.stack = [*self.stack[:depth], replace(at, unit=unit.id)]
            return True
        self.unit = self.layout.add(unit, self._span(index))
        self.stack = [*self.stack[:depth], replace(at, unit=self.unit)]
        return True

    def _gone(self, place: int, index: int, label: str) -> bool:
        """After the end of an item, a label that stands nowhere in the rest of its paragraph."""
        if not (_ENDED.search(self._before(place)) or self.sheet.shows_paragraph(index)):
            return False
        for later in self.body[place + 1 : place + _REST]:
            key = self.sheet.lines[later].key
            found = item_label(key)
            if found and found[0] == label:
                return False
            if paragraph_number(key):
                break
        return True

    def _missing_items(self, index: int, at: Step, lost: Iterable[Step]) -> None:
        for step in lost:
            values = (("lost", f"({step.label})"), ("label", f"({at.label})"))
            what = message("item {lost} is missing before {label}")
            self.layout.faults.append(Fault(at=self._span(index), what=what, values=values))

    def _label_apart(self, place: int, index: int, unit: Found) -> bool:
        """A label alone before or after another: their texts come after all of them."""
        if not self.labels or self.labelled:
            following = self.sheet.lines[self.body[place + 1]].key if place + 1 < len(self.body) else ""
            label = item_label(following)
            if label is None or label[1] < len(following) or not follows(unit.id.rpartition(".")[2], label[0]):
                return False
            self.labels, self.labelled = [], False
        self.labels.append(replace(unit, mark=0, displaced=True))
        self.layout.leave(self._span(index), "page-furniture")
        return True

    def _labelled(self, place: int, index: int, _line: Line) -> bool:
        """The text of a label that stands in a row before: the next one, after the end of another."""
        if not self.labels or (self.labelled and not _ENDED.search(self._before(place))):
            return False
        self.labelled = True
        unit = self.labels.pop(0)
        self.unit = self.layout.add(unit, self._span(index))
        return True

    def _following(self, place: int) -> str | None:
        """The label of the next item."""
        for index in self.body[place + 1 : place + _REST]:
            found = item_label(self.sheet.lines[index].key)
            if found:
                return found[0]
        return None

    def _displaced(self, place: int, index: int, line: Line) -> bool:
        """A paragraph whose number stands elsewhere: it begins as one, after the end of another."""
        if self.bare or not self.openers.operative.match(line.key) or not _TERMINATED.search(self._before(place)):
            return False
        if self.number and not re.search(r"[;；.。؛]\W{0,2}(?: ?\d{1,3})?$", self._before(place)):
            return False
        if not self._capital(line) or self.fronts.get(self.number + 1, 0) > place:  # its number stands before another text
            return False
        if self.waiting:
            self.waiting.pop(0)
        self._new_paragraph(self.number + 1, index, mark=0, displaced=self.numbered)
        return True

    def _preamble(self, place: int, index: int, line: Line) -> bool:
        if self.number or (self.unit and not self._begins_preamble(place, index, line)):
            return False
        self.preambles += 1
        self.unit = self.layout.add(Found(id=f"preamble.{self.preambles}", kind="preamble"), self._span(index))
        return True

    def _begins_preamble(self, place: int, index: int, line: Line) -> bool:
        """After the end of a clause: by layout where it speaks, else by the first word; after a page break by both."""
        if not _TERMINATED.search(self._before(place)):
            return False
        opens = bool(self.openers.preamble.match(line.key))
        if self.body[place - 1] != index - 1 or line.new_page or self._before(place)[-1].isalpha():  # *and* ends many lines
            return opens
        if self.sheet.shows_paragraph(index) and (self.indents or not self.sheet.double_spaced):
            return True
        again = bool(self.openers.again.match(line.key))  # *also recalling* begins a clause at any width
        return opens and (self.whole or again or self._capital(line) or len(self._before(place)) < _SHORT * self.width)

    def _capital(self, line: Line) -> bool:
        return self.sheet.text[line.start].isupper() or self.sheet.formulas.language == "ar"

    def _goes_on(self, place: int, index: int) -> None:
        """The paragraph goes on; after the end of the last one, what follows apart from it is no part of it."""
        apart = place > self.last_mark and self.number and not self.bare and _CLOSED.search(self._before(place))
        self.bare = False
        self.ended = self.ended or bool(apart and self.sheet.shows_paragraph(index))
        if self.unit and not self.ended:
            self.layout.extend(self.unit, self._span(index))


def _length(sheet: Sheet, line: Line, taken: int) -> int:
    """How many characters of the line itself the first `taken` of its key stand for."""
    seen = [n for n, sign in enumerate(sheet.text[line.start : line.end]) if not sign.isspace()]
    wanted = len(line.key[:taken].replace(" ", ""))
    return seen[wanted - 1] + 1 if 0 < wanted <= len(seen) else 0
