"""The gaps looked at in one row of arrays, and which of them stand out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plumbrule.lab.cells import tally
from plumbrule.lab.inference import intervals
from plumbrule.lab.inference.gaps import GapTable, Sides

Places = NDArray[np.int_]
MOST_SKEW = 0.5
"""How much the skewness of a count may move the tail of its statistic before the guaranteed interval is asked too."""
MIRRORS = frozenset({"false_negative_rate", "true_negative_rate", "false_discovery_rate"})
"""One minus a rate that is looked at already: the same gap with the other sign, so it is not counted twice."""


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
        return cls(tables=tuple(tables), table=np.concatenate(places), line=np.concatenate(lines), sides=joined(blocks))

    def some(self, at: Places) -> Sides:
        """Both sides of some of them."""
        return some(self.sides, at)

    def whose(self, at: int) -> tuple[GapTable, int]:
        """The table of a line, and its place there."""
        return self.tables[self.table[at]], int(self.line[at])


def joined(blocks: Sequence[Sides]) -> Sides:
    """The sides of several tables after one another."""
    columns = {part.name: [getattr(block, part.name) for block in blocks] for part in fields(Sides)}
    whole: dict[str, Any] = {
        name: None if any(one is None for one in each) else np.concatenate(each) for name, each in columns.items()
    }
    return Sides(**whole)


def some(sides: Sides, at: Places) -> Sides:
    """The sides of some lines."""
    columns = {part.name: getattr(sides, part.name) for part in fields(Sides)}
    picked: dict[str, Any] = {name: None if column is None else column[at] for name, column in columns.items()}
    return Sides(**picked)


def select(lines: Lines, rate: float) -> tuple[Places, int]:
    """The lines that stand out, and how many were looked at: the largest R whose intervals at 1 - R rate / m exclude none."""
    known = np.flatnonzero((lines.sides.n1 > 0) & (lines.sides.n2 > 0))
    passed = known
    while len(passed):
        out = excludes_none(some(lines.sides, passed), 1 - rate * len(passed) / len(known))
        if out.all():
            break
        passed = passed[out]
    return passed, len(known)


def excludes_none(sides: Sides, level: float) -> NDArray[np.bool_]:
    """Where the interval of a difference excludes none.

    The score interval does where the score statistic at none is beyond its quantile. Small denominators need the interval
    of guaranteed coverage to do so too; and so do skewed counts, since so far out the statistic of a rare outcome is not
    normal (100 people at 1 % against 1,000: its tail beyond 4.7 is a hundred times too heavy). Skewed is a count whose
    Edgeworth term z³γ/6 is over `MOST_SKEW` (Hall 1992, The Bootstrap and Edgeworth Expansion, 2.3).
    """
    sides = sides.at(level)
    z = intervals.critical_value(level)
    statistic = intervals.difference_statistic(sides.x1, sides.n1, sides.x2, sides.n2, np.zeros(len(sides.n1)))
    out = np.asarray(np.abs(statistic) > z)
    smaller, rate = np.minimum(sides.n1, sides.n2), (sides.x1 + sides.x2) / (sides.n1 + sides.n2)
    spread = np.sqrt(np.maximum(smaller * rate * (1 - rate), 1e-300))
    unsure = (smaller < intervals.EXACT_BELOW) | (z**3 / 6 * np.abs(1 - 2 * rate) / spread > MOST_SKEW)
    few = np.flatnonzero(out & unsure)
    if len(few):
        x1, n1, x2, n2 = (side[few] for side in (sides.x1, sides.n1, sides.x2, sides.n2))
        low, high = intervals.exact_rectangle_difference(x1, n1, x2, n2, level)
        out[few] = (low > 0) | (high < 0)
    return out
