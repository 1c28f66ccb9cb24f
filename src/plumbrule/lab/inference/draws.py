"""Exact multinomial draws of a whole table of cells, fast and whatever the number of rows.

Drawing cell after cell, each from what the others left (conditional binomials), prepares a new distribution for each draw.
Poisson counts need no such chain: given their sum they are multinomial. So counts are drawn as Poisson with a little less
than the total wanted; where the sum comes out above it the replicate is drawn again, which says nothing about how it is
spread over the cells; and the few people still missing are added one by one, by Walker's alias method. The result has the
multinomial distribution, not an approximation of it (Devroye 1986, Non-Uniform Random Variate Generation, XI.1.4; Walker 1977,
ACM Transactions on Mathematical Software 3, 253-256).

>>> import numpy as np
>>> drawn = Urn.of(np.array([50.0, 30.0, 20.0])).draw(np.full(4, 1000), np.random.default_rng(1))
>>> drawn.shape, drawn.sum(axis=0).tolist()
((3, 4), [1000, 1000, 1000, 1000])
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
ONE_BY_ONE = 2
"""With at most so many people a cell still to be drawn, drawing them one by one is quicker than a round of Poisson counts."""
SHORT = 2.0
"""By how many standard deviations the Poisson total is short of the one wanted: one replicate in forty is drawn again."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Urn:
    """Chances of cells, shape (cells,), and Walker's table of them: a cell keeps `keeps` of its place, the rest is `other`'s."""

    chance: Floats
    keeps: Floats
    other: NDArray[np.intp]

    @classmethod
    def of(cls, weights: Floats) -> Urn:
        """An urn of these weights, all above zero."""
        chance = weights / weights.sum()
        keeps, other = chance * len(chance), np.arange(len(chance))
        small, large = (list(np.flatnonzero(side)) for side in (keeps < 1, keeps >= 1))
        while small and large:
            less, more = small.pop(), large[-1]
            other[less] = more
            keeps[more] -= 1 - keeps[less]
            if keeps[more] < 1:
                small.append(large.pop())
        keeps[[*small, *large]] = 1.0  # what rounding left over
        return cls(chance=chance, keeps=keeps, other=other)

    def draw(self, totals: Whole, random: np.random.Generator) -> Whole:
        """One multinomial draw for each total; shape (cells, totals)."""
        counts = np.zeros((len(self.chance), len(totals)), np.int64)
        left = totals.astype(np.int64)
        while left.max(initial=0) > ONE_BY_ONE * len(self.chance):
            drawn = self._nearly(left, random)
            counts += drawn
            left = left - drawn.sum(axis=0)
        return counts + self._one_by_one(left, random)

    def _nearly(self, totals: Whole, random: np.random.Generator) -> Whole:
        """Poisson counts whose sum is at most each total."""
        wanted = np.maximum(totals - SHORT * np.sqrt(totals), 0.0)
        counts = random.poisson(self.chance[:, None] * wanted)
        while len(over := np.flatnonzero(counts.sum(axis=0) > totals)):
            counts[:, over] = random.poisson(self.chance[:, None] * wanted[over])
        return counts

    def _one_by_one(self, totals: Whole, random: np.random.Generator) -> Whole:
        """Everybody by himself: a place at random, and there the cell or the other one."""
        size = len(self.chance)
        where = random.random(int(totals.sum())) * size
        place = where.astype(np.intp)
        cell = np.where(where - place < self.keeps[place], place, self.other[place])
        column = np.repeat(np.arange(len(totals)), totals)
        return np.bincount(cell * len(totals) + column, minlength=size * len(totals)).reshape(size, len(totals))
