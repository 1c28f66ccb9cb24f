"""Fold the gaps that say no more than another one under it (the rules are ours: see `ranking`)."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from plumbrule.base.messages import message
from plumbrule.base.observation import Group
from plumbrule.lab.cells import Cells, roll_up, tally
from plumbrule.lab.inference.gaps import Sides, differences
from plumbrule.lab.metrics import METRICS

EXPLAINERS, EXPLAINED, MOST_WORK = 10, 60, 5_000_000
"""Leaving people out is tried for the first lines against so many others, and while it adds up fewer cells than this."""
NOTHING_BEYOND = message("nothing beyond it")
NOTHING_WITHOUT = message("nothing is left without it")
Key = tuple[str, frozenset[tuple[str, str | None]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A gap that stands out, with the interval it was selected by; `at` is its place among the lines looked at."""

    at: int
    metric: str
    group: Group
    reference: Group
    low: float
    high: float
    under: tuple[tuple[int, str], ...] = field(default=())

    @property
    def bound(self) -> float:
        """The end nearer to none."""
        return self.low if self.low > 0 else self.high

    def key(self, names: Sequence[str]) -> Key:
        """What it is about, of these attributes only."""
        return self.metric, frozenset((name, self.group[name]) for name in names)

    def reaches(self, bound: float) -> bool:
        """Whether its interval, on the same side of none, goes as far as `bound`."""
        return 0 < bound <= self.high if self.low > 0 else self.low <= bound < 0


def folded(cells: Cells, seen: Sequence[Seen], level: float) -> list[Seen]:
    """Those that are left, the farthest nearer end first, with the places of the others and why they are folded."""
    return _without_others(cells, _beyond_the_wider(seen), level)


def _beyond_the_wider(seen: Sequence[Seen]) -> list[Seen]:
    """Fold every group that shows nothing beyond a wider one that holds it; the widest first."""
    wider: dict[Key, Seen] = {}
    under: dict[Key, list[tuple[int, str]]] = {}
    for one in sorted(seen, key=lambda one: len(one.group)):
        found = next(_wider(one, wider), None)
        if found:
            under.setdefault(found, []).append((one.at, NOTHING_BEYOND))
        else:
            wider[one.key(tuple(one.group))] = one
    left = (replace(one, under=tuple(under.get(key, ()))) for key, one in wider.items())
    return sorted(left, key=lambda one: -abs(one.bound))


def _wider(one: Seen, wider: Mapping[Key, Seen]) -> Iterator[Key]:
    """The wider groups that show as much already, those of fewest attributes and then of the largest gap first."""
    for order in range(1, len(one.group)):
        keys = [one.key(names) for names in itertools.combinations(one.group, order)]
        held = [key for key in keys if key in wider and wider[key].reaches(one.bound)]
        yield from sorted(held, key=lambda key: -abs(wider[key].bound))


def _without_others(cells: Cells, ranked: Sequence[Seen], level: float) -> list[Seen]:
    """Fold every gap of which nothing is left once the people of one ranked higher are left out."""
    remaining, work, place = list(ranked), 0, 0
    while place < min(EXPLAINERS, len(remaining)) and work <= MOST_WORK:
        first, rest = remaining[place], remaining[place + 1 : place + 1 + EXPLAINED]
        near = [one for one in rest if one.metric == first.metric and _overlap(first, one)]
        if near:
            gone = _gone(cells, first, near, level)
            work += len(cells.rows) * (1 + len({tuple(one.group) for one in near}))
            added = [*((one.at, NOTHING_WITHOUT) for one in gone), *(below for one in gone for below in one.under)]
            remaining[place] = replace(first, under=(*first.under, *added))
            left_out = {one.at for one in gone}
            remaining = [one for one in remaining if one.at not in left_out]
        place += 1
    return remaining


def _overlap(first: Seen, other: Seen) -> bool:
    """Whether leaving out the people of `first` can change the gap of `other`, and is not all of its group."""
    mine, sides = first.group, (other.group, other.reference)
    inside = all(name in other.group and other.group[name] == value for name, value in mine.items())
    apart = all(any(name in side and side[name] != value for name, value in mine.items()) for side in sides)
    return not inside and not apart


def _gone(cells: Cells, first: Seen, near: Sequence[Seen], level: float) -> list[Seen]:
    """Those of which nothing is left without the people of `first`."""

    def attributes(one: Seen) -> tuple[str, ...]:
        return tuple(one.group)

    kept, metric, gone = _left(cells, first.group), METRICS[first.metric], []
    for names, alike in itertools.groupby(sorted(near, key=attributes), attributes):
        rolled = roll_up(kept, names)
        place = {key: i for i, key in enumerate(rolled.keys)}
        found = [(one, place.get(tuple(one.group.values())), place.get(tuple(one.reference.values()))) for one in alike]
        gone += [one for one, group, reference in found if group is None or reference is None]
        held = [(one, group, reference) for one, group, reference in found if group is not None and reference is not None]
        ones, twos = (np.array([sides[i] for sides in held], int) for i in (1, 2))
        column = differences(Sides.of([tally(rolled, metric)], ones, twos), level)
        none = (column.method == 0) | ((column.low <= 0) & (column.high >= 0))
        gone += [one for i, (one, _, _) in enumerate(held) if none[i] and not abs(column.value[i]) >= abs(one.bound)]
    return gone


def _left(cells: Cells, group: Group) -> Cells:
    """The cells without these people."""
    inside = np.ones(len(cells.rows), bool)
    for name, value in group.items():
        position = cells.attributes.index(name)
        inside &= cells.codes[:, position] == cells.levels[position].index(value)
    names = ("codes", "label", "prediction", "rows", "weight", "weight_sq", "score", "score_sq", "scored")
    kept = {name: getattr(cells, name)[~inside] for name in names}
    return replace(cells, **kept, cluster=None if cells.cluster is None else cells.cluster[~inside])
