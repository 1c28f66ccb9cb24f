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
FARTHEST = 1_000_000
"""Signs of two texts beyond which they are not even cut into words: a bound for hostile files."""
ALIKE = 0.35
"""The share of words in common from which two texts are shown word by word."""


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
    words = [word.casefold() for word in _WORD.findall(text[:FARTHEST])]
    pairs = (a + b for a, b in pairwise(words) if len(a) == len(b) == 1 and ord(a) > 0x2FFF)
    return frozenset([*words, *pairs])


def plain(text: str) -> str:
    """A text as it is compared: runs of spaces count as one."""
    return " ".join(text.split())


def changes(left: str, right: str) -> tuple[Change, ...]:
    """The stretches of two texts, in order. Joined, `same` and `dropped` give the first, `same` and `added` the second.

    Beyond `LONGEST` words what differs between the common beginning and end is shown as one stretch.
    """
    left, right = plain(left), plain(right)
    if len(left) + len(right) > FARTHEST:
        apart = [Change("same", left)] if left == right else [Change("dropped", left), Change("added", right)]
        return tuple(change for change in apart if change.text)
    a, b = _TOKEN.findall(left), _TOKEN.findall(right)
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
    """Word by word; a blank between two changes belongs to both. Texts with little in common stand one after the other."""
    matcher = SequenceMatcher(None, a, b, autojunk=False)
    codes = matcher.get_opcodes()
    if matcher.ratio() < ALIKE:
        yield from _whole(a, b)
        return
    for n, (what, i, j, k, m) in enumerate(codes):
        shared = "".join(a[i:j])
        if what == "equal" and (shared.strip() or n in {0, len(codes) - 1}):
            yield Change("same", shared)
        else:
            yield Change("dropped", "".join(a[i:j]))
            yield Change("added", "".join(b[k:m]))


def _joined(found: Iterator[Change]) -> Iterator[Change]:
    """Neighbours of one kind as one, what was dropped before what was added."""
    same, gone, come = "", "", ""
    for change in found:
        if change.what == "same":
            yield from _written("", gone, come)
            same, gone, come = same + change.text, "", ""
            continue
        yield from _written(same, "", "")
        same = ""
        gone += change.text if change.what == "dropped" else ""
        come += change.text if change.what == "added" else ""
    yield from _written(same, gone, come)


def _written(same: str, gone: str, come: str) -> Iterator[Change]:
    if same:
        yield Change("same", same)
    if gone:
        yield Change("dropped", gone)
    if come:
        yield Change("added", come)
