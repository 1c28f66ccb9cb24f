"""What a page adds to its text: addresses, rules, page numbers and job numbers; and the notes at its foot or at the end."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from plumbrule.rulebook.reading.formulas import any_of
from plumbrule.rulebook.reading.lines import Line, Sheet
from plumbrule.rulebook.reading.model import Outside

ADDRESS = re.compile(r"(?:https?|file)://\S+(?: \d{1,4}/\d{1,4})?")
PRINTED = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4},? \d{1,2}:\d\d(?: ?[ap]m)?(?: .{0,120})?")  # by a browser
RULE = re.compile(r"[_‗—–=-]{6,}")
PAGE = re.compile(
    r"\d{1,3}/\d{1,3}(?: \d\d-\d{5}.{0,40})?|\d\d-\d{5}\b.{0,60}|\*[0-9a-z]{5,12}\*|\d{6}"
    r"|- ?\d{1,3} ?-|(?:page|página|стр\.?|第) ?\d{1,3} ?页?"
)
SYMBOL = re.compile(r"(?:[aes]|st)(?:/[a-z0-9][a-z0-9.()-]*){1,6}\*?")
NOTE = re.compile(r"[(（]?(\d{1,3})(?:[)）]\s?|\s|$)")
STARRED = re.compile(r"\*+(?: |$|\D)")
_EDGES = re.compile(r"^(?:[aes]|st)/[a-z0-9./()-]+\s|\s(?:[aes]|st)/[a-z0-9./()-]+$|\s\d{1,3}/\d{1,3}$")
_SHORTEST = 8  # of a page header that repeats the title
_BLOCK = 40  # lines of a page in which the number of a note is looked for after its text
_END = (".", "。", "．", "؟", "!", "”", '"', ")", "）")


@dataclass(frozen=True, slots=True, kw_only=True)
class Furniture:
    """By the index of its line: what stands outside, and the lines of each note by its number, in order.

    `displaced` are the notes whose number stands in a row of numbers before their texts, or after them.
    """

    outside: dict[int, Outside] = field(default_factory=dict)
    notes: dict[int, list[int]] = field(default_factory=dict)
    displaced: set[int] = field(default_factory=set)

    def lines(self) -> frozenset[int]:
        """All lines that are no text of the body."""
        return frozenset(self.outside) | {index for lines in self.notes.values() for index in lines}


@dataclass(slots=True, kw_only=True)
class _Reader:
    """One pass over the lines. `current` is the note being read: a number, 0 for a starred one, None for none.

    `row` holds numbers that stand alone one after another: their texts come in the same order, each to its end. `late` are
    numbers that come after their texts.
    """

    sheet: Sheet
    after: int
    recycle: re.Pattern[str]
    heading: re.Pattern[str]
    outside: dict[int, Outside] = field(default_factory=dict)
    notes: dict[int, list[int]] = field(default_factory=dict)
    displaced: set[int] = field(default_factory=set)
    row: list[int] = field(default_factory=list)
    late: set[int] = field(default_factory=set)
    in_notes: bool = False
    endnotes: bool = False
    current: int | None = None

    def read(self) -> None:
        for index, line in enumerate(self.sheet.lines):
            if self.current and self._bare() and self._is_next(line):
                self._next_of_row(index)
            elif self._waits() and self._of_page(line):
                self.outside[index] = "page-furniture"  # between a number and its text
            elif self.row and not self._ends_row(index, line):
                self._text_of_row(index, line)
            elif self.current and self._bare():
                self.notes[self.current].append(index)  # what follows a number alone is its note, also a mere symbol
            elif self._is_furniture(index, line):
                self.outside[index] = "page-furniture"
                self.in_notes, self.current = bool(RULE.fullmatch(line.key)) or self.endnotes, None
            elif self._is_heading(index, line):
                self.outside[index] = "heading"
                self.in_notes = self.endnotes = True
            elif self.in_notes or self._starred(index, line):
                self.in_notes = True
                self._note(index, line)

    def _starred(self, index: int, line: Line) -> bool:
        """A note marked by asterisks without a rule above it, where something before the text carries one."""
        if index <= self.after or not STARRED.match(line.key):
            return False
        apart = line.blank or line.new_page or self.sheet.lines[index - 1].key.endswith(_END)
        return apart and self.after > 0 and any("*" in line.key for line in self.sheet.lines[: self.after])

    def _bare(self) -> bool:
        lines = self.notes[self.current or 0]
        return len(lines) == 1 and self.sheet.lines[lines[0]].key.isdecimal()

    def _waits(self) -> bool:
        """Numbers of notes have been read and none of their text."""
        return bool(self.current) and (self.row[0] not in self.displaced if self.row else self._bare())

    def _of_page(self, line: Line) -> bool:
        """Numbers of a page or of a job, which nobody takes for the text of a note."""
        return not line.new_page and bool(PAGE.fullmatch(line.key) or self.recycle.match(line.key))

    def _is_next(self, line: Line) -> bool:
        """The next number, alone as well: the numbers stand in a row, and their texts after it."""
        return line.key.isdecimal() and int(line.key) == len(self.notes) + 1

    def _next_of_row(self, index: int) -> None:
        last = self.current or 0
        self.current = last + 1
        self.notes[self.current] = [index]
        self.row = [*(self.row or [last]), self.current]

    def _ends_row(self, index: int, line: Line) -> bool:
        """The page after the notes; a symbol alone is the text of a note that has none yet."""
        begun = self.row[0] in self.displaced and bool(self.notes[self.row[0]])
        over = bool(line.new_page or RULE.fullmatch(line.key) or PAGE.fullmatch(line.key))
        if over or (begun and self._is_furniture(index, line)):
            self.row, self.current, self.in_notes = [], None, self.endnotes
        return not self.row

    def _text_of_row(self, index: int, line: Line) -> None:
        """A line after a row of numbers: to the first of them whose text has not ended."""
        for number in self.row:
            if number not in self.displaced:
                self.outside[self.notes[number][0]] = "page-furniture"
                self.notes[number] = []
                self.displaced.add(number)
        self.notes[self.row[0]].append(index)
        if line.key.endswith(_END):
            self.row.pop(0)
        self.in_notes = bool(self.row) or self.endnotes
        self.current = self.row[0] if self.row else None

    def headers(self, title: str) -> None:
        """Lines after the opening that repeat words of the title beside other furniture; twice for headers of two lines."""
        noted = {index for lines in self.notes.values() for index in lines}
        for _ in range(2):
            for index in range(self.after + 1, len(self.sheet.lines)):
                key = _EDGES.sub("", self.sheet.lines[index].key).strip()
                beside = self.outside.get(index - 1) == "page-furniture" or self.outside.get(index + 1) == "page-furniture"
                edged = key != self.sheet.lines[index].key
                known = index in self.outside or index in noted
                if not known and (beside or edged) and len(key) > _SHORTEST and key in title:
                    self.outside[index] = "page-furniture"

    def _is_furniture(self, index: int, line: Line) -> bool:
        key = line.key
        if ADDRESS.fullmatch(key) or RULE.fullmatch(key) or PRINTED.fullmatch(key):
            return True
        return index > self.after and bool(PAGE.fullmatch(key) or SYMBOL.fullmatch(key) or self.recycle.match(key))

    def _is_heading(self, index: int, line: Line) -> bool:
        following = self.sheet.lines[index + 1] if index + 1 < len(self.sheet.lines) else None
        return bool(
            self.heading.fullmatch(line.key) and following and NOTE.match(self.sheet.text[following.start : following.start + 8])
        )

    def _note(self, index: int, line: Line) -> None:
        raw = self.sheet.text[line.start : line.start + 8]  # as it stands: `1 第…` loses its space where lines are compared
        number = NOTE.match(raw)
        if number and int(number[1]) == len(self.notes) + 1:
            self.current = int(number[1])
            self.notes[self.current] = [index]
        elif line.key.isdecimal() and int(line.key) in self.late:
            self.late.discard(int(line.key))
            self.outside[index] = "page-furniture"
        elif self._before_its_number(index, line):
            self.current = len(self.notes) + 1
            self.notes[self.current] = [index]
            self.displaced.add(self.current)
            self.late.add(self.current)
        elif self.current is None and self._from_page_before(index):
            self.current = len(self.notes)
            self.notes[self.current].append(index)
        elif STARRED.match(line.key):
            self.current = 0
            self.outside[index] = "asterisk-note"
        elif self.current is None or self._ended(index, line):
            self.in_notes, self.current = False, None
        elif self.current:
            self.notes[self.current].append(index)
        else:
            self.outside[index] = "asterisk-note"

    def _before_its_number(self, index: int, line: Line) -> bool:
        """The text of a note whose number stands alone further down: after that of the next one, or last on the page."""
        before, wanted = self.sheet.lines[index - 1].key, str(len(self.notes) + 1)
        begins = RULE.fullmatch(before) or (self.current and before.endswith(_END))
        if not begins or STARRED.match(line.key) or not any(sign.isalpha() for sign in line.key):
            return False
        block = self._block(index)
        return wanted in block and (block[-1] == wanted or str(int(wanted) + 1) in block[: block.index(wanted)])

    def _from_page_before(self, index: int) -> bool:
        """Under a rule, above the number and text of the next note: the last note goes on."""
        if not self.notes or not RULE.fullmatch(self.sheet.lines[index - 1].key):
            return False
        numbers = (NOTE.match(key) for key in self._block(index))
        return any(number and int(number[1]) == len(self.notes) + 1 for number in numbers)

    def _block(self, index: int) -> list[str]:
        """The lines after one, to the end of its page."""
        block: list[str] = []
        for line in self.sheet.lines[index + 1 : index + _BLOCK]:
            if line.new_page or RULE.fullmatch(line.key) or PAGE.fullmatch(line.key):
                break
            block.append(line.key)
        return block

    def _ended(self, index: int, line: Line) -> bool:
        """The page after the notes: by its first line, or by a blank line where those say something."""
        if self.endnotes:
            return False
        before = self.sheet.lines[index - 1].key
        return line.new_page or (line.blank and not self.sheet.double_spaced and before.endswith(_END))


def _added(words: tuple[str, ...]) -> re.Pattern[str]:
    """Lines that a page adds: whole ones, beside a symbol too; those given with … may go on."""
    whole = any_of(said for said in words if not said.endswith("…"))
    begun = any_of(said.removesuffix("…") for said in words if said.endswith("…"))
    return re.compile(rf"{begun}|{whole}\W{{0,3}}(?:{SYMBOL.pattern})?\W{{0,3}}$")


def furniture_of(sheet: Sheet, *, after: int, title: int | None = None) -> Furniture:
    """Page furniture and notes of a text.

    Args:
        sheet: the text and its lines.
        after: symbols and page numbers count as furniture only after this line.
        title: the line where the title begins, which page headers repeat; it lasts until `after`.
    """
    words = sheet.formulas
    reader = _Reader(
        sheet=sheet,
        after=after,
        recycle=_added(words.furniture),
        heading=re.compile(any_of(words.notes_heading)),
    )
    reader.read()
    if title is not None:
        reader.headers(" ".join(line.key for line in sheet.lines[title:after]))
    told = {number: lines for number, lines in reader.notes.items() if lines}
    return Furniture(outside=reader.outside, notes=told, displaced=reader.displaced)
