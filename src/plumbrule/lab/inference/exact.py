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

What is proven is proven for sizes of every order; a large group costs no more than one of some thousand (see `tails`).

>>> low, high = exact_difference(7, 10, 2, 10, 0.95)
>>> round(float(low), 2), round(float(high), 2)
(0.01, 0.83)
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

from plumbrule.lab.inference.intervals import Interval, clopper_pearson, critical_value
from plumbrule.lab.inference.roots import falling_root
from plumbrule.lab.inference.tails import Kind, Region, Tail, partner_rate, statistic, tail_region

SET_ASIDE = 0.01
"""The share of the error that pays for the interval of the nuisance rate."""
SLACK = 0.01
"""Cells are made finer until the bound is within this share of the error of what was attained at a grid point."""
FEWEST_CELLS, MOST_CELLS = 128, 2048
_ROUNDING = 1e-6
_STEPS = 60
_NEAR = 1e-4
_FAR = 30.0
_NORMAL = NormalDist()


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


def _both(kind: Kind, x1: int, n1: int, x2: int, n2: int, confidence: float) -> tuple[float, float]:
    """Both ends; the upper one is the lower one with the groups exchanged."""
    low, mirrored = lower_end(kind, x1, n1, x2, n2, confidence), lower_end(kind, x2, n2, x1, n1, confidence)
    if kind == "difference":
        return low, -mirrored
    return low, 1 / mirrored if mirrored > 0 else math.inf


@lru_cache(maxsize=32768)
def lower_end(kind: Kind, x1: int, n1: int, x2: int, n2: int, confidence: float) -> float:
    """The lower end for group 1 against group 2; the true value is below it with at most half the error. Kept once found."""
    if x1 == 0 and (kind == "ratio" or x2 == n2):
        return 0.0 if kind == "ratio" else -1.0  # every table is in the tail
    search = Search.of(kind, x1, n1, x2, n2, confidence)
    reach = 3 * search.step
    while True:
        region = search.region(reach)
        found = search.lowest(region)
        if abs(found - search.limit) <= reach or region.blocks.last - region.blocks.first >= region.smaller:
            return found if kind == "difference" else math.exp(found)
        reach *= 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What the search for a lower end starts from; of a ratio everything is in logarithms.

    `limit` is the score limit, which orders the tables; `step` the standard error; `nuisance` the interval of the rate of
    the larger group; `error` of the whole end, and `allowed` what is left of it for the tail.
    """

    kind: Kind
    table: tuple[int, int, int, int]
    limit: float
    step: float
    nuisance: tuple[float, float]
    error: float
    allowed: float

    @classmethod
    def of(cls, kind: Kind, x1: int, n1: int, x2: int, n2: int, confidence: float) -> Search:
        """From the table seen."""
        error = (1 - confidence) / 2
        seen, larger = (n1 - x1, n1) if n1 > n2 else (x2, n2)
        ends = clopper_pearson(float(seen), float(larger), 1 - SET_ASIDE * error)
        p1, p2 = (x1 + 0.5) / (n1 + 1), (x2 + 0.5) / (n2 + 1)
        odds = (p1, p2) if kind == "difference" else (1 / p1, 1 / p2)
        return cls(
            kind=kind,
            table=(x1, n1, x2, n2),
            limit=score_limit(kind, x1, n1, x2, n2, confidence),
            step=math.sqrt(odds[0] * (1 - p1) / n1 + odds[1] * (1 - p2) / n2),
            nuisance=(float(ends[0]), float(ends[1])),
            error=error,
            allowed=(1 - SET_ASIDE) * error / (1 + _ROUNDING),
        )

    def region(self, reach: float) -> Region:
        """The tail, looked at where tables are likely if the lower end is within `reach` of the score limit."""
        exchanged = self.table[1] > self.table[3]
        rates = [
            float(partner_rate(self.kind, shift, np.array([rate]), exchanged=exchanged)[0][0])
            for shift in (self.limit - reach, self.limit + reach)
            for rate in self.nuisance
        ]
        likely = (min(max(min(rates), 0.0), 1.0), min(max(*rates, 0.0), 1.0))
        return tail_region(self.kind, *self.table, self.limit, likely)

    def lowest(self, region: Region) -> float:
        """The largest shift found at which the tail is certain to have no more than the chance allowed."""
        cells, guess = FEWEST_CELLS, self.limit
        while True:
            tail = Tail.of(region, *self.nuisance, cells)
            found = self._climb(tail, guess)
            bound, attained = tail.largest(self.kind, found)
            if bound - attained <= SLACK * self.error or cells >= MOST_CELLS:
                return found
            cells, guess = cells * 4, found

    def _climb(self, tail: Tail, guess: float) -> float:
        """Where the chance, on the scale of normal quantiles, reaches what is allowed: nearly a straight line of slope 1 / step.

        A chord through the last two points, inside a bracket that only shrinks; the answer is always a point at which
        the bound was held against what is allowed. The tail only rises with the shift, so it holds below that too.
        """
        low, high = (-1.0, 1.0) if self.kind == "difference" else (-_FAR, _FAR)
        target, holds, fails = _NORMAL.inv_cdf(self.allowed), low, high
        place, slope, last = min(max(guess, low), high), 1 / self.step, None
        for _ in range(_STEPS):
            bound = tail.largest(self.kind, place)[0]
            height = _NORMAL.inv_cdf(min(max(bound, 1e-300), 1 - 1e-16))
            if bound <= self.allowed:
                holds = place
                if target - height <= _NEAR:
                    break
            else:
                fails = place
            if fails - holds < 1e-9 * self.step:
                break
            if last is not None and (place - last[0]) * (height - last[1]) > 0:
                slope = (height - last[1]) / (place - last[0])
            last = place, height
            wanted = place + (target - _NEAR / 2 - height) / slope
            place = wanted if holds < wanted < fails else (holds + fails) / 2
        return holds


def score_limit(kind: Kind, x1: int, n1: int, x2: int, n2: int, confidence: float) -> float:
    """Miettinen and Nurminen's lower limit, for a ratio its logarithm; also where x2 is 0."""
    target, far = critical_value(confidence), 1.0 if kind == "difference" else _FAR
    y1, m1, y2, m2 = (np.array([float(value)]) for value in (x1, n1, x2, n2))
    score = statistic(kind)
    return float(falling_root(lambda shift, _: score(y1, m1, y2, m2, shift) - target, np.array([-far]), np.array([far]))[0])
