"""Two texts of one language word for word: what went, what came, what stayed; Chinese character for character."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Literal

_TOKEN = re.compile(r"[\u3005\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]|\d{1,30}|[^\W\d]{1,60}|[^\w\s]|\s{1,60}|.", re.DOTALL)
_WORD = re.compile(r"[\u3005\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]|\w+")
LONGEST = 6_000
"""Words of two texts that are compared one by one; the time for longer ones grows with their square."""


@dataclass(frozen=True, slots=True)
class Change:
    """A stretch that is `same`, was `dropped` from the first text, or `added` in the second."""

    what: Literal["same", "dropped", "added"]
    text: str


Bag = frozenset[str]


def likeness(left: Bag, right: Bag) -> float:
    """Dice's coefficient of two sets of words, 0 to 1 (Dice 1945)."""
    whole = len(left) + len(right)
    return 2 * len(left & right) / whole if whole else 1.0


def bag(text: str) -> Bag:
    """The words of a text; for Chinese, characters and pairs of them that follow each other."""
    words = [word.casefold() for word in _WORD.findall(text)]
    pairs = (a + b for a, b in pairwise(words) if len(a) == len(b) == 1 and ord(a) > 0x2FFF)
    return frozenset([*words, *pairs])


def plain(text: str) -> str:
    """A text as it is compared: runs of spaces count as one."""
    return " ".join(text.split())


def changes(left: str, right: str) -> tuple[Change, ...]:
    """The stretches of two texts, in order. Joined, `same` and `dropped` give the first, `same` and `added` the second.

    Beyond `LONGEST` words what differs between the common beginning and end is shown as one stretch.
    """
    a, b = _TOKEN.findall(plain(left)), _TOKEN.findall(plain(right))
    head = _common(a, b)
    tail = _common(a[head:][::-1], b[head:][::-1])
    inner_a, inner_b = a[head : len(a) - tail], b[head : len(b) - tail]
    inner = _matched(inner_a, inner_b) if len(inner_a) + len(inner_b) <= LONGEST else _whole(inner_a, inner_b)
    found = [Change("same", "".join(a[:head])), *inner, Change("same", "".join(a[len(a) - tail :]))]
    return tuple(_joined(change for change in found if change.text))


def _common(a: Sequence[str], b: Sequence[str]) -> int:
    return next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))


def _whole(a: Sequence[str], b: Sequence[str]) -> Iterator[Change]:
    yield Change("dropped", "".join(a))
    yield Change("added", "".join(b))


def _matched(a: Sequence[str], b: Sequence[str]) -> Iterator[Change]:
    for what, i, j, m, n in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if what == "equal":
            yield Change("same", "".join(a[i:j]))
        else:
            yield Change("dropped", "".join(a[i:j]))
            yield Change("added", "".join(b[m:n]))


def _joined(found: Iterator[Change]) -> Iterator[Change]:
    """Neighbours of one kind as one."""
    last: Change | None = None
    for change in found:
        if last and last.what == change.what:
            last = Change(last.what, last.text + change.text)
            continue
        if last:
            yield last
        last = change
    if last:
        yield last
