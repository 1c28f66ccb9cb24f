"""Numbers in front of a text: of paragraphs, and of items to any depth."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count, islice

PARAGRAPH = re.compile(r"(\d{1,3}|[٠-٩]{1,3})(?:\s?[.．、](?!\d)|\s?[-–—]\s)\s*|(\d{1,3})\s?[.．]?$")
ITEM = re.compile(
    r"[(（]\s?([0-9]{1,2}|[^\W\d_]{1,5})\s?[)）]\s*|([^\W\d_]{1,4})[)）]\s+|['‘’]([0-9٠-٩]{1,2})['‘’]\s+|([㈠-㈩])\s*"
)
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


def next_step(
    stack: list[Step], label: str, following: Callable[[], str | None], *, opens: bool = False
) -> tuple[int, Step] | None:
    """Where a label goes: how deep, and its place in its row; None if it continues no row and begins none.

    Where several rows fit, the label after it (`following`) decides: `(i)` after `(h)` goes on with letters before `(j)` and
    begins a row under it before `(ii)`. Where that says nothing, it begins a row after a colon (`opens`), else it goes on with
    the deepest row.
    """
    goes_on = [
        (depth, Step(step.style, step.place + 1, ""))
        for depth, step in reversed(list(enumerate(stack)))
        if label in STYLES[step.style][step.place + 1 : step.place + 2]
    ]
    open_styles = {step.style for step in stack}
    begins = [(len(stack), Step(style, 0, "")) for style, row in STYLES.items() if row[0] == label and style not in open_styles]
    fitting = [*begins[:1], *goes_on] if opens else [*goes_on, *begins[:1]]
    if len(fitting) > 1:
        after = following()
        fitting.sort(key=lambda option: after not in STYLES[option[1].style][option[1].place + 1 : option[1].place + 2])
    return fitting[0] if fitting else None
