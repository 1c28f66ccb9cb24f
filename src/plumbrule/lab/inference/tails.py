"""The chance of a tail of tables under two binomials, bounded over every nuisance rate: what the exact intervals rest on.

A tail is a region of pairs (i successes of the smaller group, j of the larger one). Its chance is summed only where
tables are likely; what is left out is bounded by Bernstein's inequality and counted in full. So the cost does not grow
with the groups once they have some thousand people, and what comes out is still an upper bound.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from plumbrule.lab.inference.intervals import difference_statistic, ratio_statistic

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Kind = Literal["difference", "ratio"]
MOST_BLOCKS = 3072
"""Where more counts than this are likely, neighbours share one threshold: the region grows by some thousandths of its spread."""
_LEFT_OUT = 30.0
_TIED = 1e-9


def statistic(kind: Kind) -> Callable[[Floats, Floats, Floats, Floats, Floats], Floats]:
    """Miettinen and Nurminen's statistic for a difference, or for the logarithm of a ratio."""
    return difference_statistic if kind == "difference" else ratio_statistic


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocks:
    """Counts of `trials` from `first` on in `number` blocks of `width` neighbours each (odd, so that each has a middle)."""

    trials: int
    first: int
    width: int
    number: int

    @classmethod
    def likely(cls, trials: int, lowest: float, highest: float) -> Blocks:
        """The counts that are likely at rates from `lowest` to `highest`."""
        spread = 0.25 if lowest < 0.5 < highest else max(lowest * (1 - lowest), highest * (1 - highest))
        far = _LEFT_OUT / 3 + math.sqrt(_LEFT_OUT**2 / 9 + 2 * _LEFT_OUT * trials * spread)
        first, last = max(math.floor(trials * lowest - far), 0), min(math.ceil(trials * highest + far), trials)
        width = math.ceil((last - first + 1) / MOST_BLOCKS) // 2 * 2 + 1
        return cls(trials=trials, first=first, width=width, number=(last - first + 1) // width)

    @property
    def last(self) -> int:
        """The last count that is in a block."""
        return self.first + self.number * self.width - 1

    def middles(self) -> Floats:
        """The middle of each block."""
        return np.arange(self.first + self.width // 2, self.last + 1, self.width, dtype=float)

    def ends(self) -> Floats:
        """The last count of each block."""
        return self.middles() + self.width // 2

    def log_ways(self) -> Floats:
        """log of trials choose k at each middle."""
        count = np.arange(self.first, self.last, dtype=float)
        steps = np.concatenate([[0.0], np.cumsum(np.log((self.trials - count) / (count + 1)))])
        return np.asarray(_log_choose(self.trials, self.first) + steps[self.width // 2 :: self.width])

    def chances(self, rates: Floats, log_ways: Floats) -> Floats:
        """The chance of each block for each rate, never too small by more than rounding; shape (rates, blocks).

        A binomial chance is log-concave, so a block of w counts has at most its middle's chance times the sum of the
        tangent's powers, sinh(sw/2) / sinh(s/2) ≤ w exp(s² (w² - 1) / 24) with the slope s at the middle.
        """
        middle = self.middles()
        yes, no = np.log(np.maximum(rates, 1e-300))[:, None], np.log(np.maximum(1 - rates, 1e-300))[:, None]
        logs = log_ways + yes * middle + no * (self.trials - middle)
        if self.width > 1:
            slope = np.log((self.trials - middle) / (middle + 1)) + (yes - no)
            logs += math.log(self.width) + slope * slope * ((self.width**2 - 1) / 24)
        return np.asarray(np.exp(np.minimum(logs, 0.0)))

    def outside(self, rates: Floats) -> Floats:
        """A bound on the chance of all counts outside, for each rate (Bernstein's inequality on both sides)."""
        spread = self.trials * rates * (1 - rates)
        total = np.zeros_like(rates)
        if self.first > 0:
            total += _bernstein(self.trials * rates - self.first, spread)
        if self.last < self.trials:
            total += _bernstein(self.last - self.trials * rates, spread)
        return np.minimum(total, 1.0)


def _bernstein(distance: Floats, spread: Floats) -> Floats:
    far = np.maximum(distance, 0.0)
    return np.asarray(np.exp(-far * far / (2 * np.maximum(spread + far / 3, 1e-300))))


def _log_choose(trials: int, count: int) -> float:
    """log of n choose k, by Stirling's series where both parts are large."""
    k = min(count, trials - count)
    if k < 64:
        return math.fsum(math.log((trials - j) / (j + 1)) for j in range(k))
    rest = trials - k
    entropy = -k * math.log(k / trials) - rest * math.log1p(-k / trials)
    return (
        entropy
        + 0.5 * math.log(trials / (2 * math.pi * k * rest))
        + (1 / trials - 1 / k - 1 / rest) / 12
        - (1 / trials**3 - 1 / k**3 - 1 / rest**3) / 360
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Region:
    """The tables at least as extreme as the one seen: j ≤ `most[b]` for i in block b, where `most` never falls.

    i counts in the smaller group and j in the larger one, so that the region is more likely the higher the rate of i
    and the lower the rate of j: successes as they are, or where group 2 is the smaller one (`exchanged`) failures.
    """

    blocks: Blocks
    larger: int
    most: Whole
    exchanged: bool

    @property
    def smaller(self) -> int:
        """People in the smaller group."""
        return self.blocks.trials


def tail_region(kind: Kind, x1: int, n1: int, x2: int, n2: int, shift: float, likely: tuple[float, float] = (0.0, 1.0)) -> Region:
    """All tables whose score statistic at `shift` (of a ratio the logarithm) is at least that of the table seen.

    `likely` is from which to which rate of i the region will be asked for; only likely counts are looked at.
    """
    exchanged = n1 > n2
    larger = max(n1, n2)
    blocks = Blocks.likely(min(n1, n2), *likely)
    score, trials = statistic(kind), (np.array(float(n1)), np.array(float(n2)))

    def at(y1: Floats, y2: Floats) -> Floats:
        return score(y1, np.full_like(y1, trials[0]), y2, np.full_like(y1, trials[1]), np.full_like(y1, shift))

    least = at(np.array([float(x1)]), np.array([float(x2)])) - _TIED
    i = blocks.ends()
    inside, outside = np.full(len(i), -1, np.int64), np.full(len(i), larger + 1, np.int64)
    while np.any(outside - inside > 1):
        j = (inside + outside) // 2
        tried = np.clip(j, 0, larger).astype(float)
        holds = at(larger - tried, blocks.trials - i) >= least if exchanged else at(i, tried) >= least
        holds &= j <= larger
        holds |= j < 0
        inside, outside = np.where(holds, j, inside), np.where(holds, outside, j)
    return Region(blocks=blocks, larger=larger, most=np.maximum.accumulate(inside), exchanged=exchanged)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tail:
    """A region, and for each rate of the larger group on a grid the chance that j ≤ most[b]; `below` is (points, blocks)."""

    region: Region
    rates: Floats
    below: Floats
    log_ways: Floats

    @classmethod
    def of(cls, region: Region, low: float, high: float, cells: int) -> Tail:
        """The grid is even in the angle arcsin(√rate), in which binomials of every rate vary alike."""
        angles = np.linspace(math.asin(math.sqrt(low)), math.asin(math.sqrt(high)), cells + 1)
        rates = np.clip(np.sin(angles) ** 2, low, high)
        below = _below(region.most, Blocks.likely(region.larger, low, high), rates)
        return cls(region=region, rates=rates, below=below, log_ways=region.blocks.log_ways())

    def largest(self, kind: Kind, shift: float) -> tuple[float, float]:
        """A bound on the largest tail probability over the nuisance rate, and the largest one met at a grid point."""
        rates, blocks = self.rates, self.region.blocks
        partner, slope = partner_rate(kind, shift, rates, exchanged=self.region.exchanged)
        possible, capped = partner >= 0, np.clip(partner, 0.0, 1.0)
        chances, outside = blocks.chances(capped, self.log_ways), blocks.outside(capped)
        met = np.minimum(np.einsum("ki,ki->k", chances, self.below) + outside, 1.0)
        corner = np.minimum(np.einsum("ki,ki->k", chances[1:], self.below[:-1]) + outside[1:], 1.0)
        straight = (partner[:-1] >= 0) & (partner[1:] <= 1)
        chord = np.maximum(met[:-1], met[1:]) + np.diff(rates) ** 2 / 8 * self._curvature(capped, slope, corner)
        bound = np.where(straight, np.minimum(corner, chord), corner)
        return (
            float(np.max(bound, where=possible[1:], initial=0.0)),
            float(np.max(met, where=possible, initial=0.0)),
        )

    def _curvature(self, partner: Floats, slope: float, corner: Floats) -> Floats:
        """A bound on the second derivative along each cell, where the probability itself is nowhere above `corner`.

        A derivative of the probability of an event is the covariance of the event with the derivative of the likelihood
        over the likelihood, so at most √(P(1-P)) times that one's standard deviation. The parts are uncorrelated, with
        mean squares k! n!/(n-k)!/(pq)^k for the k-th derivative of each binomial (Bhattacharyya 1946, Sankhyā 8, 1-14).
        """
        m, n = self.region.smaller, self.region.larger
        a, b = (np.minimum(rate[1:] * (1 - rate[1:]), rate[:-1] * (1 - rate[:-1])) for rate in (partner, self.rates))
        a, b = np.maximum(a, 1e-75), np.maximum(b, 1e-75)
        own = 2.0 * m * (m - 1) * slope**4 / (a * a) + 2.0 * n * (n - 1) / (b * b)
        event = np.sqrt(np.where(corner < 0.5, corner * (1 - corner), 0.25))
        return np.asarray(event * np.sqrt(own + 4.0 * slope**2 * m / a * n / b))


def partner_rate(kind: Kind, shift: float, rate: Floats, *, exchanged: bool) -> tuple[Floats, float]:
    """The rate of the smaller group that goes with a rate of the larger one under the hypothesis, and its slope."""
    if kind == "difference":
        return rate + shift, 1.0  # also of failures: (1 - p2) - (1 - p1)
    ratio = math.exp(shift)
    return (1 - (1 - rate) / ratio, 1 / ratio) if exchanged else (rate * ratio, ratio)


def _below(most: Whole, blocks: Blocks, rates: Floats) -> Floats:
    """The chance of at most most[b] successes, for each rate, never too small; shape (rates, len(most))."""
    log_ways = blocks.log_ways()
    place = np.clip((most - blocks.first) // blocks.width + 1, 0, blocks.number)
    certain = (most >= blocks.trials) | (most > blocks.last)
    found = np.empty((len(rates), len(most)))
    for start in range(0, len(rates), 64):
        block = rates[start : start + 64]
        chances = blocks.chances(block, log_ways)
        sums = np.concatenate([np.zeros((len(block), 1)), np.cumsum(chances, axis=1)], axis=1)[:, place]
        sums += np.where(most < 0, 0.0, blocks.outside(block)[:, None])
        found[start : start + 64] = np.where(certain, 1.0, np.minimum(sums, 1.0))
    return found
