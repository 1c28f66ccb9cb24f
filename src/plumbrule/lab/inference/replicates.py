"""Tables drawn again from cells, and their roll-ups: what a bootstrap computes its statistic from.

Roll-ups are made one from another: the groups of two attributes from those of three, each a sum over neighbouring lines.
The order of the lines depends on the cells alone and is found once for all draws.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plumbrule.lab.cells import Cells, Key
from plumbrule.lab.inference.draws import Urn
from plumbrule.lab.metrics import Metric, Pair

Whole = NDArray[np.int64]
Floats = NDArray[np.float64]
Counts = NDArray[Any]
"""People, whole or not."""
BLOCK = 125
"""Replicates drawn together: enough to keep numpy busy, few enough to stay in the processor's cache."""
_THREADS = 2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Step:
    """How a roll-up's lines come from its parent's: take them in `order`, then add from each of `starts` to the next."""

    parent: tuple[str, ...] | None
    order: NDArray[np.intp]
    starts: NDArray[np.intp]
    codes: Whole


class Lattice:
    """The roll-ups of some cells, each with the step that makes it; steps are found when first asked for."""

    def __init__(self, cells: Cells) -> None:
        self.attributes, self.levels = cells.attributes, cells.levels
        marks = (cells.label % 3) * 3 + cells.prediction % 3
        self.outcomes, outcome = np.unique(marks, return_inverse=True)
        codes, group = np.unique(cells.codes, axis=0, return_inverse=True)
        place = outcome.reshape(-1) * len(codes) + group.reshape(-1)
        self._lines, self._at = np.unique(place, return_inverse=True)
        self.size = len(codes)
        self.counts: Whole = np.bincount(self._at, weights=cells.rows).astype(np.int64)
        self._steps = {self.attributes: _Step(parent=None, order=np.arange(0), starts=np.arange(0), codes=codes)}

    def spread(self, counts: Counts) -> Counts:
        """Counts of the cells, shape (cells, replicates), as a full table of shape (outcomes, finest groups, replicates)."""
        table = np.zeros((len(self.outcomes) * self.size, counts.shape[1]), counts.dtype)
        table[self._lines] = counts
        return table.reshape(len(self.outcomes), self.size, counts.shape[1])

    def step(self, attributes: tuple[str, ...]) -> _Step:
        """From the smallest roll-up known that holds one attribute more; the finest is there from the start."""
        if attributes not in self._steps:
            parents = [self._with(attributes, name) for name in self.attributes if name not in attributes]
            parent = min(parents, key=lambda names: len(self.step(names).codes))
            codes = self.step(parent).codes[:, [parent.index(name) for name in attributes]]
            kinds, inverse = np.unique(codes, axis=0, return_inverse=True)
            order = np.argsort(inverse.reshape(-1), kind="stable")
            starts = np.searchsorted(inverse.reshape(-1)[order], np.arange(len(kinds)))
            self._steps[attributes] = _Step(parent=parent, order=order, starts=starts, codes=kinds)
        return self._steps[attributes]

    def _with(self, attributes: tuple[str, ...], name: str) -> tuple[str, ...]:
        return tuple(one for one in self.attributes if one in {*attributes, name})

    def keys(self, attributes: tuple[str, ...]) -> tuple[Key, ...]:
        """The groups of a roll-up, in the order of its lines."""
        levels = [self.levels[self.attributes.index(name)] for name in attributes]
        return tuple(
            tuple(level[code] for level, code in zip(levels, line, strict=True)) for line in self.step(attributes).codes.tolist()
        )


class Replicates:
    """Some tables of the same cells with other counts; every roll-up of them is made once.

    `count` is how many there are. With one table, `fewest` is the smallest number of people who count as yes or as no in
    any rate asked for so far, over groups in which anybody can count.
    """

    def __init__(self, lattice: Lattice, counts: Counts) -> None:
        self._lattice, self.count = lattice, counts.shape[1]
        self._tables = {lattice.attributes: lattice.spread(counts)}
        self.fewest: float | None = None

    def keys(self, attributes: Sequence[str]) -> tuple[Key, ...]:
        """The groups of these attributes, None for a missing value."""
        return self._lattice.keys(self._ordered(attributes))

    def tally(self, attributes: Sequence[str], metric: Metric) -> tuple[Counts, Counts]:
        """Numerator and denominator of a rate in each group and replicate, shape (groups, replicates)."""
        table = self._table(self._ordered(attributes))
        yes, no = self._over(table, metric.numerator), self._over(table, metric.denominator - metric.numerator)
        if self.count == 1 and len(yes):
            least = min(np.minimum(yes, no)[yes + no > 0].tolist(), default=math.inf)
            self.fewest = least if self.fewest is None else min(self.fewest, least)
        return yes, yes + no

    def rates(self, attributes: Sequence[str], metric: Metric) -> Floats:
        """A rate in each group and replicate, shape (groups, replicates); NaN where nobody counts."""
        yes, all_ = self.tally(attributes, metric)
        return np.asarray(np.divide(yes, all_, out=np.full(yes.shape, np.nan), where=all_ > 0))

    def _ordered(self, attributes: Sequence[str]) -> tuple[str, ...]:
        return tuple(name for name in self._lattice.attributes if name in attributes)

    def _table(self, attributes: tuple[str, ...]) -> Counts:
        if attributes not in self._tables:
            step = self._lattice.step(attributes)
            parent = self._table(step.parent or ())
            self._tables[attributes] = np.add.reduceat(parent.take(step.order, axis=1), step.starts, axis=1)
        return self._tables[attributes]

    def _over(self, table: Counts, pairs: frozenset[Pair]) -> Counts:
        wanted = {label % 3 * 3 + prediction % 3 for label, prediction in pairs}
        parts = [table[place] for place, mark in enumerate(self._lattice.outcomes.tolist()) if mark in wanted]
        if not parts:
            return np.zeros(table.shape[1:], table.dtype)
        total: Counts = parts[0]
        for part in parts[1:]:
            total = total + part
        return total


def drawn_again(cells: Cells, replicates: int, seed: int) -> Iterator[Replicates]:
    """The table drawn again from its own cells so many times, in blocks: multinomial, as many people as there are.

    A block has its own stream of random numbers, so the draws depend on the seed and not on the number of threads. The next
    blocks are drawn while one is looked at.

    Args:
        cells: counts of people, without weights or clusters.
        replicates: how many tables.
        seed: of all draws.
    """
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - slow to load, and an audit draws nothing

    lattice = Lattice(cells)
    held = np.flatnonzero(lattice.counts)
    urn, people = Urn.of(lattice.counts[held].astype(float)), int(lattice.counts.sum())
    sizes = [min(BLOCK, replicates - start) for start in range(0, replicates, BLOCK)]

    def block(size: int, stream: np.random.SeedSequence) -> Whole:
        drawn = urn.draw(np.full(size, people), np.random.Generator(np.random.SFC64(stream)))
        if len(held) == len(lattice.counts):
            return drawn
        counts = np.zeros((len(lattice.counts), size), np.int64)
        counts[held] = drawn
        return counts

    with ThreadPoolExecutor(_THREADS) as pool:
        for counts in pool.map(block, sizes, np.random.SeedSequence(seed).spawn(len(sizes))):
            yield Replicates(lattice, counts)


def as_counted(cells: Cells) -> Replicates:
    """The table itself, as the one replicate that was not drawn."""
    lattice = Lattice(cells)
    return Replicates(lattice, lattice.counts[:, None])
