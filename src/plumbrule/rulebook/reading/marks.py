"""Numbers in front of a text: of paragraphs, and of items to any depth."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count, islice

PARAGRAPH = re.compile(r"(\d{1,3}|[٠-٩]{1,3})(?:\s?[.．、](?!\d)|\s?[-–—]\s)\s*|(\d{1,3})\s?[.．]?$")
ITEM = re.compile(
    r"[(（]\s?([0-9]{1,2}|[^\W\d_]{1,5})\s?[)）]\s*|([^\W\d_]{1,4})[)）]\s+|['‘’]([0-9٠-٩]{1,2})['‘’]\s+|([㈠-㈩])\s*"
)
FARTHEST = 3
"""A number or label this far ahead still goes on with its row; the ones between are told as missing."""
_ABJAD = ("أ", "ب", "ج", "د", "هـ", *"وزحطيكلمنسعفصقرشتثخذضظغ")
_CYRILLIC = tuple("абвгдежзиклмнопрстуфхцчшщэюя")
_TENS = ((50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))


def roman(number: int) -> str:
    """A number in small Roman letters.

    >>> roman(14)
    'xiv'
    """
    shown = ""
    for value, sign in _TENS:
        times, number = divmod(number, value)
        shown += sign * times
    return shown


def _letters(number: int) -> str:
    return chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)


STYLES: dict[str, tuple[str, ...]] = {
    "letter": tuple(_letters(n) for n in range(1, 79)),
    "roman": tuple(roman(n) for n in range(1, 60)),
    "number": tuple(str(n) for n in islice(count(1), 99)),
    "cyrillic": _CYRILLIC,
    "abjad": _ABJAD,
    "arabic-letter": tuple("أبتثجحخدذرزسشصضطظعغفقكلمنهوي"),
    "chinese": ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二", "十三", "十四", "十五"),
}
"""Rows of labels, each in its order."""


@dataclass(frozen=True, slots=True)
class Step:
    """A row of labels and how far it has come; `unit` is the id of its last item."""

    style: str
    place: int
    unit: str

    @property
    def label(self) -> str:
        """As it stands in an id, the same in every language: letters and numerals of other scripts by their place."""
        return STYLES[{"roman": "roman", "number": "number", "chinese": "roman"}.get(self.style, "letter")][self.place]


def paragraph_number(key: str) -> tuple[int, int] | None:
    """The number in front of a paragraph, and how many characters of `key` it takes; the whole of a line that is a number.

    >>> paragraph_number("12. requests the"), paragraph_number("3.5 million"), paragraph_number("7.")
    ((12, 4), None, (7, 2))
    """
    found = PARAGRAPH.match(key)
    if found is None or (found[2] and not key.endswith((".", "．"))):
        return None
    return int(found[1] or found[2]), found.end()


def item_label(key: str) -> tuple[str, int] | None:
    """The label in front of an item, in small letters, and how many characters it takes."""
    found = ITEM.match(key)
    if found is None:
        return None
    if found[3]:  # the small numbers of Arabic texts stand where others have (i)
        return roman(int(found[3])), found.end()
    label = STYLES["chinese"][ord(found[4]) - ord("㈠")] if found[4] else (found[1] or found[2]).casefold()
    return label, found.end()


def follows(label: str, after: str) -> bool:
    """Whether a label comes right after another in some row.

    >>> follows("a", "b"), follows("i", "ii"), follows("a", "c")
    (True, True, False)
    """
    return any(row[at : at + 2] == (label, after) for row in STYLES.values() for at in range(len(row) - 1))


def _never(_label: str) -> bool:
    return False


def next_step(
    stack: list[Step],
    label: str,
    following: Callable[[], str | None],
    *,
    opens: bool = False,
    missing: Callable[[str], bool] = _never,
) -> tuple[int, Step] | None:
    """Where a label goes: how deep, and its place in its row; None if it continues no row and begins none.

    Where several rows fit, the label after it (`following`) decides: `(i)` after `(h)` goes on with letters before `(j)` and
    begins a row under it before `(ii)`. Where that says nothing, it begins a row after a colon (`opens`), else it goes on with
    the deepest row. A row may skip labels that `missing` says stand nowhere.
    """
    gone_on = [(depth, step) for depth, step in reversed(list(enumerate(stack)))]
    goes_on = [(depth, late) for depth, step in gone_on if (late := _later(step.style, step.place + 1, label)) is not None]
    open_styles = {step.style for step in stack}
    begins = [(len(stack), Step(style, 0, "")) for style, row in STYLES.items() if row[0] == label and style not in open_styles]
    skips = [(depth, late) for depth, step in gone_on if (late := _skipping(step.style, step.place + 1, label, missing))]
    if opens and not begins:
        late_rows = (_skipping(style, 0, label, missing) for style in STYLES if style not in open_styles)
        skips += [(len(stack), late) for late in late_rows if late][:1]
    fitting = [*begins[:1], *goes_on, *skips] if opens else [*goes_on, *skips, *begins[:1]]
    if len(fitting) > 1:
        after = following()
        fitting.sort(key=lambda option: after not in STYLES[option[1].style][option[1].place + 1 : option[1].place + 2])
    return fitting[0] if fitting else None


def skipped(stack: list[Step], depth: int, at: Step) -> Iterator[Step]:
    """The places between the last item of a row and the next one that stands there."""
    first = stack[depth].place + 1 if depth < len(stack) else 0
    return (Step(at.style, place, "") for place in range(first, at.place))


def _later(style: str, place: int, label: str) -> Step | None:
    return Step(style, place, "") if label in STYLES[style][place : place + 1] else None


def _skipping(style: str, place: int, label: str, missing: Callable[[str], bool]) -> Step | None:
    """The label a little further on in its row, where those between are missing."""
    between = STYLES[style][place : place + FARTHEST]
    at = between.index(label) if label in between else 0
    return Step(style, place + at, "") if at and all(missing(lost) for lost in between[:at]) else None
