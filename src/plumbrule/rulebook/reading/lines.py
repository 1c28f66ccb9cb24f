"""The lines of a document with what their layout says: indents, blank lines, page breaks; and words mended across them."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate, pairwise

from plumbrule.rulebook.reading.formulas import CJK, Formulas, squeezed
from plumbrule.rulebook.reading.letters import plain_letters
from plumbrule.rulebook.reading.model import Span
from plumbrule.rulebook.reading.traced import Traced

_LINE = re.compile(r"[^\n\r\f\v\u2028\u2029\x85]+")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\u0000-\u0008\u000e-\u001f]+")
_SPACE = re.compile(r"\s+")
_BROKEN_WORD = re.compile(r"(?<=[^\W\d_])-[ \t]*[\r\n\f]\s*(?=[^\W\d_])")
_HALVES = re.compile(r"(?<=[^\W\d_])[ \t]*[\r\n\f]\s*(?=[^\W\d_])")
_NEAR_CJK = re.compile(f"[{CJK}]")
_NEAR_CJK_SIGN = re.compile(f"[{CJK}“”‘’—…]")  # signs that Chinese shares with others
_STOPPED = re.compile(r"[,，、;；:：.。…؛،!?]\W{0,3}\d{0,3}$")
_MOST_TIGHT = 0.1  # so few lines without an empty line before them, so many with more than one, and so many sentences
_FEWEST_WIDER = 0.08  # broken by one: a single empty line says nothing
_FEWEST_BROKEN = 0.3
_FEW_BLANK = 0.02
_HARDLY_BLANK = 0.1  # so few blank lines do not part paragraphs
_SHORT = 0.8  # of the width of most of the text; shorter ones end their paragraph where lines are all of a width
_WHOLE = 0.8  # this many of the full lines end with a stop where lines are whole paragraphs
_FULL = 0.6  # a line at least this long, of the longest but a tenth, may go on in the next
_SLASH = re.compile(r"(?<=\S[/-])\s*[\r\n\f]\s*")
_LETTERS_APART = re.compile(r"(?<!\S)\S(?: \S)*(?!\S)")  # single letters, one space between
_APART = 0.7  # this much of a stretch in single letters says that it is set so


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line with something to see: its visible span, `key` as it is compared, and the layout around it.

    `blank` says that an empty line stands before it (one more than between all lines, where one stands between all),
    `new_page` that a page begins with it, `indent` how many spaces; `gap` counts the line ends before it.
    """

    start: int
    end: int
    key: str
    indent: int
    blank: bool
    new_page: bool = False
    gap: int = 1


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """The text with its lines and formulas: what every rule of structure looks at."""

    text: str
    lines: tuple[Line, ...]
    formulas: Formulas

    @cached_property
    def double_spaced(self) -> bool:
        """Blank lines stand between all lines, also inside sentences, so they say nothing."""
        blank = sum(line.blank for line in self.lines)
        if len(self.lines) < 5 or blank < 0.75 * len(self.lines):
            return False
        full = _FULL * sorted(len(line.key) for line in self.lines)[len(self.lines) * 9 // 10]
        wrapped = sum(
            line.blank and len(before.key) >= full and not _STOPPED.search(before.key) for before, line in pairwise(self.lines)
        )
        return wrapped > 0.3 * blank

    @cached_property
    def first_lines(self) -> int | None:
        """The indent of most lines, where hardly a blank line stands and only some lines, the first ones, stand further in."""
        if not self.lines or sum(line.blank for line in self.lines) > _HARDLY_BLANK * len(self.lines):
            return None
        common = Counter(line.indent for line in self.lines).most_common(1)[0][0]
        further = sum(line.indent > common for line in self.lines)
        return common if further > _FEWEST_WIDER * len(self.lines) else None

    @cached_property
    def words(self) -> frozenset[str]:
        """Whole words inside lines, small letters: what a broken word may be mended to."""
        inner = (word for line in self.lines for word in line.key.split(" ")[1:-1])
        return frozenset(word.strip(".,;:()[]«»“”\"'") for word in inner)

    def shows_paragraph(self, index: int) -> bool:
        """Whether the layout alone says that a paragraph may begin here."""
        line = self.lines[index]
        if line.new_page:
            return False
        if self.double_spaced:
            return line.indent > 0
        return line.blank or (self.first_lines is not None and line.indent > self.first_lines)

    def with_paragraphs(self) -> Sheet:
        """The same sheet; where no blank line stands anywhere, one is taken to stand after every line that ends a paragraph.

        A line that is not full does; where lines are whole paragraphs, every line does.
        """
        if not self.lines or sum(line.blank for line in self.lines) > _FEW_BLANK * len(self.lines):
            return self
        lengths = sorted(len(line.key) for line in self.lines)
        sums = list(accumulate(lengths))
        full = _SHORT * lengths[bisect_left(sums, sums[-1] / 2)]  # half of all letters stand in lines as long: menus weigh little
        long = [line.key for line in self.lines if len(line.key) >= full]
        whole = sum(bool(_STOPPED.search(key)) for key in long) > _WHOLE * len(long)
        after = [False, *(whole or len(line.key) < full for line in self.lines[:-1])]
        lines = (replace(line, blank=line.blank or ended) for line, ended in zip(self.lines, after, strict=True))
        return replace(self, lines=tuple(lines))

    def between(self, first: int, last: int) -> Span:
        """From the first to after the last visible character of lines `first` to `last`."""
        return self.lines[first].start, self.lines[last].end


def sheet_of(text: str, formulas: Formulas, *, skip: Iterable[Span] = ()) -> Sheet:
    """The lines of a text but for stretches to skip. An indented line straight after another, rare in its text, begins a page."""
    skipped = sorted(skip)
    starts = [start for start, _ in skipped]
    lines = [line for line in _lines(text) if not inside(line.start, skipped, starts)]
    if _single_gaps_say_nothing(lines):
        lines = [replace(line, blank=line.gap > 2) for line in lines]
    hanging = [at for at, line in enumerate(lines) if at and line.indent and not line.blank and not line.new_page]
    if len(hanging) < max(3, 0.08 * len(lines)):
        for at in hanging:
            lines[at] = replace(lines[at], new_page=True)
    return Sheet(text=text, lines=tuple(lines), formulas=formulas)


def _single_gaps_say_nothing(lines: list[Line]) -> bool:
    """Empty lines stand between all lines, also inside sentences, and more of them between paragraphs."""
    tight, wider = sum(line.gap == 1 for line in lines[1:]), sum(line.gap > 2 for line in lines[1:])
    broken = [not _STOPPED.search(before.key) for before, line in pairwise(lines) if line.gap == 2]
    return (
        tight < _MOST_TIGHT * len(lines) and wider > _FEWEST_WIDER * len(lines) and sum(broken) > _FEWEST_BROKEN * len(broken)
    )


def inside(place: int, spans: list[Span], starts: list[int]) -> bool:
    """Whether a place lies in one of the spans, which are in order and apart; `starts` are theirs."""
    at = bisect_right(starts, place) - 1
    return at >= 0 and place < spans[at][1]


def _lines(text: str) -> Iterable[Line]:
    last = 0
    for match in _LINE.finditer(text):
        raw = match[0]
        key = squeezed(_letters_joined(raw))
        if not key:
            continue
        lead = len(raw) - len(raw.lstrip())
        gap = text[last : match.start()]
        start = match.start() + lead
        yield Line(
            start=start,
            end=start + len(raw.strip()),
            key=key,
            indent=lead,
            blank=gap.replace("\r\n", "\n").count("\n") > 1,
            new_page="\f" in gap,
            gap=gap.replace("\r\n", "\n").count("\n"),
        )
        last = match.end()


def mended(sheet: Sheet, spans: Iterable[Span], *, drop: Iterable[Span] = ()) -> Traced:
    """Stretches of the document as running text: lines joined, words made whole, footnote numbers (`drop`) left out."""
    text = sheet.text
    parts = []
    for start, end in spans:
        after = end + 1 if end < len(text) and text[end].isspace() else end
        parts.append(_without_places(Traced.of(text[start:after], start), drop))
    whole = Traced.joined(parts)
    whole = replace(whole, text=plain_letters(whole.text))
    whole = whole.sub(_INVISIBLE, "") if _INVISIBLE.search(whole.text) else whole
    if "-" in whole.text:
        whole = whole.sub(_BROKEN_WORD, lambda match: _hyphen(match, sheet))
    if not _NEAR_CJK.search(whole.text[:200]):
        whole = whole.sub(_HALVES, lambda match: _joint(match, sheet))
    whole = whole.sub(_SLASH, "")
    whole = _closed_up(whole)
    near = _NEAR_CJK_SIGN if sheet.formulas.language == "zh" else _NEAR_CJK
    whole = whole.sub(_SPACE, lambda match: _space(match, near))
    lead = len(whole) - len(whole.text.lstrip())
    return whole[lead : len(whole.text.rstrip())] if whole.text.strip() else Traced("")


def _without_places(part: Traced, drop: Iterable[Span]) -> Traced:
    start = part.places[0]
    inside = [(max(s - start, 0), min(e - start, len(part))) for s, e in drop if s < start + len(part) and e > start]
    return part.without(*inside) if inside else part


def _hyphen(match: re.Match[str], sheet: Sheet) -> str:
    """A hyphen at the end of a line goes only where the word without it stands elsewhere in the text."""
    one, other = _halves(match)
    return "" if (one + other).casefold() in sheet.words and f"{one}-{other}".casefold() not in sheet.words else "-"


def _joint(match: re.Match[str], sheet: Sheet) -> str:
    """Two halves of a word, where the whole stands elsewhere in the text and neither half does."""
    one, other = (half.casefold() for half in _halves(match))
    return "" if one + other in sheet.words and one not in sheet.words and other not in sheet.words else " "


def _halves(match: re.Match[str]) -> tuple[str, str]:
    before = re.search(r"[^\W\d_]{1,40}$", match.string[max(match.start() - 40, 0) : match.start()])
    after = re.match(r"[^\W\d_]{1,40}", match.string[match.end() : match.end() + 40])
    return (before[0] if before else "", after[0] if after else "")


def _letters_apart(text: str) -> list[Span]:
    """Where letters stand apart by single spaces and words by wider ones; without wider ones nothing is known."""
    if "  " not in text.strip() or _NEAR_CJK.search(text):
        return []
    found = [m.span() for m in _LETTERS_APART.finditer(text)]
    letters = sum((end - start + 1) // 2 for start, end in found)
    return found if letters > _APART * sum(not sign.isspace() for sign in text) else []


def _letters_joined(raw: str) -> str:
    for start, end in reversed(_letters_apart(raw)):
        raw = raw[:start] + raw[start:end].replace(" ", "") + raw[end:]
    return raw


def _closed_up(whole: Traced) -> Traced:
    spaces = [(at, at + 1) for start, end in _letters_apart(whole.text) for at in range(start, end) if whole.text[at] == " "]
    return whole.without(*spaces) if spaces else whole


def _space(match: re.Match[str], near: re.Pattern[str]) -> str:
    """White space beside a Chinese character is none; elsewhere it is one space."""
    text, start, end = match.string, match.start(), match.end()
    beside = (text[start - 1] if start else "") + (text[end] if end < len(text) else "")
    return "" if near.search(beside) else " "
