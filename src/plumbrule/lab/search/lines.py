"""The gaps looked at in one row of arrays, and which of them stand out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plumbrule.lab.cells import tally
from plumbrule.lab.inference import intervals
from plumbrule.lab.inference.gaps import GapTable, Sides

Places = NDArray[np.int_]
MIRRORS = frozenset({"false_negative_rate", "true_negative_rate", "false_discovery_rate"})
"""One minus a rate that is looked at already: the same gap with the other sign, so it is not counted twice."""
_SIDES = ("x1", "n1", "x2", "n2", "rows1", "rows2")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lines:
    """The lines of all metrics but the mirrors, roll-up after roll-up: the table each is from, its line there, both sides."""

    tables: tuple[GapTable, ...]
    table: Places
    line: Places
    sides: Sides

    @classmethod
    def of(cls, tables: Sequence[GapTable]) -> Lines:
        """The lines of these tables, of which there is at least one."""
        blocks, places, lines = [], [], []
        for place, one in enumerate(tables):
            kept = np.array([i for i, metric in enumerate(one.metrics) if metric.name not in MIRRORS])
            blocks.append(Sides.of([tally(one.rolled, one.metrics[i]) for i in kept], one.ones, one.twos))
            lines.append((kept[:, None] * len(one.compared) + np.arange(len(one.compared))).reshape(-1))
            places.append(np.full(len(lines[-1]), place))
        sides = Sides(**{name: np.concatenate([getattr(block, name) for block in blocks]) for name in _SIDES})
        return cls(tables=tuple(tables), table=np.concatenate(places), line=np.concatenate(lines), sides=sides)

    def some(self, at: Places) -> Sides:
        """Both sides of some lines."""
        return Sides(**{name: getattr(self.sides, name)[at] for name in _SIDES})

    def whose(self, at: int) -> tuple[GapTable, int]:
        """The table of a line, and its place there."""
        return self.tables[self.table[at]], int(self.line[at])


def select(lines: Lines, rate: float) -> tuple[Places, int]:
    """The lines that stand out, and how many were looked at: the largest R whose intervals at 1 - R rate / m exclude none.

    The score interval excludes none where the score statistic at none is beyond its quantile. A small denominator needs
    the interval of guaranteed coverage to exclude it too.
    """
    known = np.flatnonzero((lines.sides.n1 > 0) & (lines.sides.n2 > 0))
    sides = lines.some(known)
    statistic = np.abs(intervals.difference_statistic(sides.x1, sides.n1, sides.x2, sides.n2, np.zeros(len(known))))
    small = np.minimum(sides.n1, sides.n2) < intervals.EXACT_BELOW
    passed = np.arange(len(known))
    while len(passed):
        level = 1 - rate * len(passed) / len(known)
        going = passed[statistic[passed] > intervals.critical_value(level)]
        few = going[small[going]]
        if len(few):
            x1, n1, x2, n2 = (side[few] for side in (sides.x1, sides.n1, sides.x2, sides.n2))
            low, high = intervals.exact_rectangle_difference(x1, n1, x2, n2, level)
            going = np.setdiff1d(going, few[(low <= 0) & (high >= 0)], assume_unique=True)
        if len(going) == len(passed):
            break
        passed = going
    return known[passed], len(known)
