"""Exact unconditional score intervals for the difference and the ratio of two proportions.

Each end is the end of a one-sided test at half the error. Tables are ordered by Miettinen and Nurminen's score
statistic, the tail probability is summed over all tables of these two sizes, and its largest value over the rate that
nobody asked about (the nuisance rate) has to stay under the error: Chan and Zhang 1999, Biometrics 55, 1202-1209.
Three things are done so that coverage is never below the level, also between the points of a grid:

- *One order for all differences.* The order is that of the score limits themselves: the tail of a table holds every
  table whose score limit is at least as high. It does not change with the difference tested, so the tail probability
  rises with it and has one crossing (Buehler 1957, JASA 52, 482-493; Kabaila and Lloyd 2003, Statistics and
  Probability Letters 62, 443-449). With an order that moves, it need not rise, and a search can miss a crossing.
- *Less of the nuisance rate.* It is looked for inside a Clopper-Pearson interval of the larger group, and the error of
  that interval is taken off (Berger and Boos 1994, JASA 89, 1012-1016).
- *A bound between grid points.* A tail is closed under more successes on one side and fewer on the other (Barnard's
  convexity; enforced), so its probability rises in one rate and falls in the other: the worst corner of a cell bounds
  the cell. Where it is closer, the chord plus width²/8 times a bound on the second derivative is taken.

>>> low, high = exact_difference(7, 10, 2, 10, 0.95)
>>> round(float(low), 2), round(float(high), 2)
(0.01, 0.83)
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plumbrule.lab.inference.intervals import Interval, clopper_pearson, critical_value, difference_statistic, ratio_statistic
from plumbrule.lab.inference.roots import falling_root

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Kind = Literal["difference", "ratio"]
SET_ASIDE = 0.01
"""The share of the error that pays for the interval of the nuisance rate."""
SLACK = 0.01
"""Cells are made finer until the bound is within this share of the error of what was attained at a grid point."""
FEWEST_CELLS, MOST_CELLS = 256, 4096
LARGEST = 1_000_000
"""Above this the larger group is as good as known: its interval and the smaller group's make a rectangle."""
_TIED = 1e-9
_ROUNDING = 1e-6
_STEPS = 30
_FAR = 30.0


def exact_difference(x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike, confidence: float) -> Interval:
    """Bounds for p1 - p2 whose coverage is never below the level; x and n whole, n > 0; any shape."""
    return _each("difference", x1, n1, x2, n2, confidence)


def exact_ratio(x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike, confidence: float) -> Interval:
    """The same for p1 / p2; needs x2 > 0. The upper bound is always finite."""
    return _each("ratio", x1, n1, x2, n2, confidence)


def _each(kind: Kind, x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike, confidence: float) -> Interval:
    columns = [np.asarray(np.rint(values)).astype(np.int64) for values in np.broadcast_arrays(x1, n1, x2, n2)]
    shape = columns[0].shape
    lines = [
        _both(kind, int(a), int(b), int(c), int(d), confidence)
        for a, b, c, d in zip(*(column.reshape(-1) for column in columns), strict=True)
    ]
    found = np.array(lines, float).reshape(-1, 2)
    return found[:, 0].reshape(shape), found[:, 1].reshape(shape)


@lru_cache(maxsize=4096)
def _both(kind: Kind, x1: int, n1: int, x2: int, n2: int, confidence: float) -> tuple[float, float]:
    """Both ends; the upper one is the lower one with the groups exchanged. Kept, since a metric and its complement share them."""
    low, mirrored = _lower(kind, x1, n1, x2, n2, confidence), _lower(kind, x2, n2, x1, n1, confidence)
    if kind == "difference":
        return low, -mirrored
    return low, 1 / mirrored if mirrored > 0 else math.inf


def _lower(kind: Kind, x1: int, n1: int, x2: int, n2: int, confidence: float) -> float:
    """The lower end for group 1 against group 2."""
    if x1 == 0 and (kind == "ratio" or x2 == n2):
        return 0.0 if kind == "ratio" else -1.0  # every table is in the tail
    error = (1 - confidence) / 2
    if max(n1, n2) > LARGEST:
        return _lower_rectangle(kind, x1, n1, x2, n2, error)
    limit = score_limit(kind, x1, n1, x2, n2, confidence)
    region = tail_region(kind, x1, n1, x2, n2, limit)
    seen = region.larger - x1 if region.exchanged else x2
    ends = clopper_pearson(float(seen), float(region.larger), 1 - SET_ASIDE * error)
    allowed = (1 - SET_ASIDE) * error / (1 + _ROUNDING)
    low, high = (-1.0, 1.0) if kind == "difference" else (-_FAR, _FAR)
    cells = FEWEST_CELLS
    while True:
        tail = Tail.of(region, float(ends[0]), float(ends[1]), cells)
        low = _last(partial(tail.stays_under, kind, allowed), low, high, limit)
        bound, attained = tail.largest(kind, low)
        if bound - attained <= SLACK * error or cells >= MOST_CELLS:
            return low if kind == "difference" else math.exp(low)
        cells *= 4


def _last(holds: Callable[[float], bool], low: float, high: float, guess: float) -> float:
    """The last place, going up from `low` where it holds, at which it still holds: steps from a guess, then bisection."""
    step = 0.02
    place = min(max(guess, low), high)
    while place - step > low and not holds(place - step):
        step *= 2
    low = max(low, place - step)
    step = 0.02
    while place + step < high and holds(place + step):
        step *= 2
    high = min(high, place + step)
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if holds(middle) else (low, middle)
        if high - low < 1e-7:
            break
    return low


def _statistic(kind: Kind) -> Callable[[Floats, Floats, Floats, Floats, Floats], Floats]:
    return difference_statistic if kind == "difference" else ratio_statistic


def score_limit(kind: Kind, x1: int, n1: int, x2: int, n2: int, confidence: float) -> float:
    """Miettinen and Nurminen's lower limit, for a ratio its logarithm; also where x2 is 0."""
    target, far = critical_value(confidence), 1.0 if kind == "difference" else _FAR
    y1, m1, y2, m2 = (np.array([float(value)]) for value in (x1, n1, x2, n2))
    score = _statistic(kind)
    return float(falling_root(lambda shift, _: score(y1, m1, y2, m2, shift) - target, np.array([-far]), np.array([far]))[0])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Region:
    """The tables at least as extreme as the one seen: j ≤ `most[i]`, where `most` never falls.

    i counts in the smaller group and j in the larger one, so that the region is more likely the higher the rate of i
    and the lower the rate of j: successes as they are, or where group 2 is the smaller one (`exchanged`) failures.
    """

    smaller: int
    larger: int
    most: Whole
    exchanged: bool


def tail_region(kind: Kind, x1: int, n1: int, x2: int, n2: int, shift: float) -> Region:
    """All tables whose score statistic at `shift` (of a ratio the logarithm) is at least that of the table seen."""
    exchanged = n1 > n2
    smaller, larger = min(n1, n2), max(n1, n2)
    score, trials = _statistic(kind), (np.array(float(n1)), np.array(float(n2)))

    def at(y1: Floats, y2: Floats) -> Floats:
        return score(y1, np.full_like(y1, trials[0]), y2, np.full_like(y1, trials[1]), np.full_like(y1, shift))

    least = at(np.array([float(x1)]), np.array([float(x2)])) - _TIED
    i = np.arange(smaller + 1, dtype=float)
    inside, outside = np.full(smaller + 1, -1, np.int64), np.full(smaller + 1, larger + 1, np.int64)
    while np.any(outside - inside > 1):
        j = (inside + outside) // 2
        tried = np.clip(j, 0, larger).astype(float)
        holds = at(larger - tried, smaller - i) >= least if exchanged else at(i, tried) >= least
        holds &= j <= larger
        holds |= j < 0
        inside, outside = np.where(holds, j, inside), np.where(holds, outside, j)
    return Region(smaller=smaller, larger=larger, most=np.maximum.accumulate(inside), exchanged=exchanged)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tail:
    """A region, and for each rate of the larger group on a grid the chance that j ≤ most[i]; `below` is (points, smaller + 1)."""

    region: Region
    rates: Floats
    below: Floats
    log_ways: Floats

    @classmethod
    def of(cls, region: Region, low: float, high: float, cells: int) -> Tail:
        """The grid is even in the angle arcsin(√rate), in which binomials of every rate vary alike."""
        angles = np.linspace(math.asin(math.sqrt(low)), math.asin(math.sqrt(high)), cells + 1)
        rates = np.clip(np.sin(angles) ** 2, low, high)
        below = _binomial_below(region.most, region.larger, rates)
        return cls(region=region, rates=rates, below=below, log_ways=_log_ways(region.smaller))

    def largest(self, kind: Kind, shift: float) -> tuple[float, float]:
        """A bound on the largest tail probability over the nuisance rate, and the largest one met at a grid point."""
        rates = self.rates
        partner, slope = _partner(kind, shift, rates, exchanged=self.region.exchanged)
        possible, capped = partner >= 0, np.clip(partner, 0.0, 1.0)
        chances = _binomial(self.region.smaller, capped, self.log_ways)
        met = np.einsum("ki,ki->k", chances, self.below)
        corner = np.einsum("ki,ki->k", chances[1:], self.below[:-1])
        straight = (partner[:-1] >= 0) & (partner[1:] <= 1)
        chord = np.maximum(met[:-1], met[1:]) + np.diff(rates) ** 2 / 8 * self._curvature(capped, slope)
        bound = np.where(straight, np.minimum(corner, chord), corner)
        return (
            float(np.max(bound, where=possible[1:], initial=0.0)),
            float(np.max(met, where=possible, initial=0.0)),
        )

    def stays_under(self, kind: Kind, allowed: float, shift: float) -> bool:
        """Whether the tail probability is certain not to exceed what is allowed, whatever the nuisance rate."""
        return self.largest(kind, shift)[0] <= allowed

    def _curvature(self, partner: Floats, slope: float) -> Floats:
        """A bound on the second derivative along each cell.

        The k-th derivative of a binomial probability of any event is at most half the mean size of the k-th derivative
        of the likelihood over the likelihood, whose mean square is k! n!/(n-k)!/(pq)^k (Bhattacharyya 1946).
        """
        m, n = self.region.smaller, self.region.larger
        a, b = (np.minimum(rate[1:] * (1 - rate[1:]), rate[:-1] * (1 - rate[:-1])) for rate in (partner, self.rates))
        a, b = np.maximum(a, 1e-150), np.maximum(b, 1e-150)
        own = math.sqrt(2 * m * (m - 1)) / a * slope * slope + math.sqrt(2 * n * (n - 1)) / b
        return np.asarray(own / 2 + slope * math.sqrt(m * n) / np.sqrt(a) / np.sqrt(b))


def _partner(kind: Kind, shift: float, rate: Floats, *, exchanged: bool) -> tuple[Floats, float]:
    """The rate of the smaller group that goes with a rate of the larger one under the hypothesis, and its slope."""
    if kind == "difference":
        return rate + shift, 1.0  # also of failures: (1 - p2) - (1 - p1)
    ratio = math.exp(shift)
    return (1 - (1 - rate) / ratio, 1 / ratio) if exchanged else (rate * ratio, ratio)


def _log_ways(trials: int) -> Floats:
    """log of n choose i for i = 0 … n."""
    logs = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, trials + 1)))])
    return np.asarray(logs[-1] - logs - logs[::-1])


def _binomial(trials: int, rates: Floats, log_ways: Floats, first: int = 0) -> Floats:
    """Binomial probabilities of first, first + 1, … for each rate; shape (rates, len(log_ways))."""
    count = np.arange(first, first + len(log_ways), dtype=float)
    yes, no = np.log(np.maximum(rates, 1e-300)), np.log(np.maximum(1 - rates, 1e-300))
    return np.asarray(np.exp(log_ways + yes[:, None] * count + no[:, None] * (trials - count)))


def _binomial_below(most: Whole, trials: int, rates: Floats) -> Floats:
    """The chance of at most most[i] successes, for each rate; shape (rates, len(most)).

    Summed over a window that leaves out less than 1e-30 by Bernstein's inequality.
    """
    log_ways = _log_ways(trials)
    found = np.empty((len(rates), len(most)))
    for start in range(0, len(rates), 64):
        block = rates[start : start + 64]
        far = 12 * np.sqrt(trials * block * (1 - block)) + 40
        first = max(int(np.min(trials * block - far)), 0)
        last = min(int(np.max(trials * block + far)) + 1, trials)
        chances = _binomial(trials, block, log_ways[first : last + 1], first)
        sums = np.concatenate([np.zeros((len(block), 1)), np.cumsum(chances, axis=1)], axis=1)
        place = np.clip(most - first + 1, 0, last - first + 1)
        found[start : start + 64] = sums[:, place] / sums[:, -1:]
    return found


def _lower_rectangle(kind: Kind, x1: int, n1: int, x2: int, n2: int, error: float) -> float:
    """From one-sided Clopper-Pearson bounds; the larger group gets a hundredth of the error, which costs it little."""
    spare = SET_ASIDE * error
    one, two = (error - spare, spare) if n1 <= n2 else (spare, error - spare)
    low = float(clopper_pearson(float(x1), float(n1), 1 - 2 * one)[0])
    high = float(clopper_pearson(float(x2), float(n2), 1 - 2 * two)[1])
    return low - high if kind == "difference" else low / high
