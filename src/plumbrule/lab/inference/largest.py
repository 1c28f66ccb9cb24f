"""The largest gap between any two groups, with bounds that hold: a statement about the worst-off group.

The largest of many differences seen is too large on average, since chance alone spreads groups apart; and a plain
bootstrap of it fails where groups are nearly tied (it treats the spread by chance as real). What holds is this: make
intervals for all pairs that hold together; then the largest true difference is at least the largest of their nearer
ends, and at most the largest of their farther ends (Hsu 1996, Multiple Comparisons, chapter 4). The smallest ratio, and
the lowest and the highest rate of any group, are bounded in the same way.

The level of all pairs together is that of the largest |t| over pairs of independent groups: the studentized range
(Tukey 1953; Kramer 1956), which never promises too much where groups differ in size (Hayter 1984, Annals of Statistics
12, 61-75). It speaks of normal statistics, so it is used where every denominator is a count of at least
`intervals.EXACT_BELOW`; otherwise it is Bonferroni's, with intervals of guaranteed coverage for the small ones.

>>> import numpy as np
>>> from plumbrule.lab.cells import Cells, roll_up
>>> from plumbrule.lab.metrics import METRICS
>>> rows = np.array([300, 700, 350, 650, 480, 520])
>>> cells = Cells(
...     attributes=("area",), levels=(("east", "north", "west"),), codes=np.repeat(np.arange(3), 2)[:, None],
...     label=np.full(6, -1), prediction=np.array([1, 0] * 3), rows=rows, weight=rows * 1.0, weight_sq=rows * 1.0,
...     score=np.zeros(6), score_sq=np.zeros(6), scored=np.zeros(6), weighted=False,
... )
>>> found = largest_gap(roll_up(cells, ("area",)), METRICS["selection_rate"], 0.95)
>>> found.highest["area"], found.lowest["area"], round(found.difference.low, 2), round(found.difference.high, 2)
('west', 'east', 0.13, 0.23)
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from plumbrule.base.messages import message
from plumbrule.base.observation import Estimate, Group, Known, Unknown
from plumbrule.lab.cells import RollUp, Tally, tally
from plumbrule.lab.inference.intervals import (
    EXACT_BELOW,
    clopper_pearson,
    score_difference,
    score_ratio,
    student_share,
    wilson,
)
from plumbrule.lab.metrics import Metric

Floats = NDArray[np.float64]
BONFERRONI, MAX_T = "simultaneous score bounds, bonferroni", "simultaneous score bounds, max-t"
FROM_RATES, EXTREME = "bounds from all rates together", "simultaneous bounds of rates"
TOO_FEW = message("fewer than two groups are large enough to compare")
NOBODY_YES = message("no group has any of it, so no ratio can be made")
MOST_GROUPS = 100
"""With more groups than this not every pair is looked at: the bounds then come from the rates of all groups together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Largest:
    """The largest difference and the smallest ratio of one rate between any two groups of a roll-up.

    `difference.value` and `ratio.value` are those seen, between `highest` and `lowest`, and are biased away from none;
    their low and high bound the true ones, whichever groups they lie between. `highest_rate` and `lowest_rate` are the
    rates of those two groups, and bound the highest and the lowest true rate of any group. Each of the three (the
    difference, the ratio, both rates) holds with `confidence`. `groups` counts the groups compared.
    """

    metric: str
    attributes: tuple[str, ...]
    highest: Group
    lowest: Group
    difference: Estimate
    ratio: Estimate
    highest_rate: Estimate
    lowest_rate: Estimate
    groups: int
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Groups:
    """The groups large enough in one rate, lowest rate first, and how their pairs are bounded."""

    metric: Metric
    counted: Tally
    order: NDArray[np.int_]
    large: bool
    level: float

    @property
    def rates(self) -> Floats:
        return self.counted.rate()[self.order]

    @property
    def people(self) -> int:
        return int(self.counted.rows[self.order].sum())

    def seen(self, level: float) -> tuple[Floats, Floats]:
        """Successes and trials as intervals of this level see them, lowest rate first."""
        share = 1.0 if self.counted.freedom is None else student_share(self.counted.freedom[self.order], level)
        return self.counted.x[self.order] * share, self.counted.n[self.order] * share


def largest_gap(rolled: RollUp, metric: Metric, confidence: float, *, min_n: int = 10) -> Largest:
    """The largest gap of one rate: see `largest_gaps`."""
    (found,) = largest_gaps(rolled, [metric], confidence, min_n=min_n)
    return found


def largest_gaps(rolled: RollUp, metrics: Sequence[Metric], confidence: float, *, min_n: int = 10) -> tuple[Largest, ...]:
    """The largest gap of each rate between any two groups of a roll-up, from simultaneous bounds over all pairs.

    Args:
        rolled: the groups; those with an unknown value are left out.
        metrics: the rates compared.
        confidence: of the bounds of each rate.
        min_n: groups with fewer people in the rate's denominator are left out.
    """
    groups = [_groups(rolled, metric, confidence, min_n) for metric in metrics]
    bounds: dict[str, tuple[Estimate, Estimate]] = {}
    for level in dict.fromkeys(one.level for one in groups if 2 <= len(one.order) <= MOST_GROUPS):
        alike = [one for one in groups if one.level == level and 2 <= len(one.order) <= MOST_GROUPS]
        bounds |= _from_pairs(alike, level)
    ends = _rate_bounds(groups, confidence)
    return tuple(
        _largest(rolled, one, confidence, bounds.get(one.metric.name), both) for one, both in zip(groups, ends, strict=True)
    )


def _groups(rolled: RollUp, metric: Metric, confidence: float, min_n: int) -> _Groups:
    counted = tally(rolled, metric)
    enough = (counted.rows >= min_n) & (counted.n > 0)
    usable = np.array([i for i, key in enumerate(rolled.keys) if enough[i] and None not in key], int)
    order = usable[np.argsort(counted.rate()[usable], kind="stable")]
    whole = (counted.n[order] == counted.rows[order]) & (counted.x[order] == np.rint(counted.x[order]))
    large = bool(len(order) > 1 and whole.all() and counted.n[order].min() >= EXACT_BELOW)
    level = 1 - (1 - confidence) / max(len(order) * (len(order) - 1) // 2, 1)
    if large and len(order) <= MOST_GROUPS:
        level = range_level(len(order), confidence)
    return _Groups(metric=metric, counted=counted, order=order, large=large, level=level)


def _largest(
    rolled: RollUp, one: _Groups, confidence: float, bounds: tuple[Estimate, Estimate] | None, ends: tuple[Floats, Floats]
) -> Largest:
    if len(one.order) < 2:
        return _none(rolled, one.metric, len(one.order), confidence, one.people)
    difference, ratio = bounds or _from_rates(one, *ends)
    lowest_rate, highest_rate = _extremes(one, *ends)
    return Largest(
        metric=one.metric.name,
        attributes=rolled.attributes,
        highest=rolled.group(int(one.order[-1])),
        lowest=rolled.group(int(one.order[0])),
        difference=difference,
        ratio=ratio,
        highest_rate=highest_rate,
        lowest_rate=lowest_rate,
        groups=len(one.order),
        confidence=confidence,
    )


def _none(rolled: RollUp, metric: Metric, groups: int, confidence: float, people: int) -> Largest:
    unknown = Unknown(reason=TOO_FEW, n=people)
    return Largest(
        metric=metric.name,
        attributes=rolled.attributes,
        highest={},
        lowest={},
        difference=unknown,
        ratio=unknown,
        highest_rate=unknown,
        lowest_rate=unknown,
        groups=groups,
        confidence=confidence,
    )


@cache
def range_level(groups: int, confidence: float) -> float:
    """The level of each pair's interval at which all pairs of so many groups hold together (studentized range).

    >>> round(range_level(2, 0.95), 4), round(range_level(5, 0.95), 4)
    (0.95, 0.9936)
    """
    density = np.exp(-_PLACES * _PLACES / 2) / math.sqrt(2 * math.pi)
    below = _below()

    def within(steps: int) -> float:
        """The chance that the largest of the groups is less than so many steps above the smallest."""
        started = np.concatenate([np.zeros(steps), below[: len(below) - steps]])
        return float(np.trapezoid(groups * density * (below - started) ** (groups - 1), dx=_STEP))

    low, high = 0, len(_PLACES) - 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if within(middle) < confidence else (low, middle)
    least, most = within(low), within(high)
    reach = (low + (confidence - least) / (most - least)) * _STEP
    return 2 * NormalDist().cdf(reach / math.sqrt(2)) - 1


_STEP = 1 / 128
_PLACES = np.arange(-9 * 128, 9 * 128 + 1) * _STEP


@cache
def _below() -> Floats:
    """The normal distribution function at `_PLACES`."""
    return np.array([NormalDist().cdf(z) for z in _PLACES.tolist()])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Pairs:
    """Every pair of the groups of one rate: intervals of the higher minus the lower, and of the lower over the higher."""

    low: Floats
    high: Floats
    ratio_low: Floats
    ratio_high: Floats
    known: NDArray[np.bool_]


def _from_pairs(groups: Sequence[_Groups], level: float) -> dict[str, tuple[Estimate, Estimate]]:
    """The largest difference and the smallest ratio of each rate, from intervals of all pairs at one level."""
    found: dict[str, tuple[Estimate, Estimate]] = {}
    for one, pairs in zip(groups, _pairs(groups, level), strict=True):
        method, rates = MAX_T if one.large else BONFERRONI, one.rates
        low = float(np.maximum(np.maximum(pairs.low, -pairs.high), 0.0).max())
        high = float(np.minimum(np.maximum(-pairs.low, pairs.high), 1.0).max())
        difference = Known(value=float(rates[-1] - rates[0]), low=low, high=high, n=one.people, method=method)
        ratio: Estimate = Unknown(reason=NOBODY_YES, n=one.people)
        if rates[-1] > 0:
            least, most = _smallest(pairs.ratio_low[pairs.known], pairs.ratio_high[pairs.known])
            # Two groups that both have none of it can have any ratio.
            least = least if pairs.known.all() else 0.0
            ratio = Known(value=float(rates[0] / rates[-1]), low=least, high=most, n=one.people, method=method)
        found[one.metric.name] = difference, ratio
    return found


def _pairs(groups: Sequence[_Groups], level: float) -> list[_Pairs]:
    """Intervals of all pairs of each rate: the score's, or where a group is small the rectangle of both groups' exact ones."""
    made, scored, picked = [], [], []
    seen = [one.seen(level) for one in groups]
    exact = _exact_each(seen, 1 - (1 - level) / 2)
    for (x, n), ends_of in zip(seen, exact, strict=True):
        lower, higher = np.triu_indices(len(n), 1)
        large = np.minimum(n[lower], n[higher]) >= EXACT_BELOW
        made.append(_rectangles(x, *ends_of, lower, higher))
        picked.append(large)
        scored.append((x[higher[large]], n[higher[large]], x[lower[large]], n[lower[large]]))
    x1, n1, x2, n2 = (np.concatenate(columns) for columns in zip(*scored, strict=True))
    difference = score_difference(x1, n1, x2, n2, level)
    known = x1 > 0
    ratio = np.zeros((2, len(x1)))
    ratio[:, known] = score_ratio(x2[known], n2[known], x1[known], n1[known], level)
    ends = np.cumsum([0, *(int(large.sum()) for large in picked)]).tolist()
    for pairs, large, first, last in zip(made, picked, ends[:-1], ends[1:], strict=True):
        here = slice(first, last)
        pairs.low[large], pairs.high[large] = (side[here] for side in difference)
        pairs.ratio_low[large], pairs.ratio_high[large] = ratio[:, here]
        pairs.known[large] = known[here]
    return made


def _exact_each(seen: Sequence[tuple[Floats, Floats]], level: float) -> list[tuple[Floats, Floats]]:
    """Clopper and Pearson's interval of every group of every rate that has a small one, all in one go; 0 to 1 elsewhere."""
    wanted = np.concatenate([np.full(len(n), bool(len(n)) and n.min() < EXACT_BELOW) for _, n in seen])
    x, n = (np.concatenate([one[i] for one in seen]) for i in (0, 1))
    low, high = np.zeros_like(x), np.ones_like(x)
    if wanted.any():
        low[wanted], high[wanted] = clopper_pearson(x[wanted], n[wanted], level)
    ends = np.cumsum([0, *(len(n) for _, n in seen)]).tolist()
    return [(low[first:last], high[first:last]) for first, last in itertools.pairwise(ends)]


def _rectangles(x: Floats, low: Floats, high: Floats, lower: NDArray[np.int_], higher: NDArray[np.int_]) -> _Pairs:
    """From one exact interval for each group at half the error (Bonferroni over the two of a pair)."""
    known = x[higher] > 0
    above = np.where(low[higher] > 0, low[higher], 1.0)
    return _Pairs(
        low=low[higher] - high[lower],
        high=high[higher] - low[lower],
        ratio_low=low[lower] / np.where(known, high[higher], 1.0),
        ratio_high=np.where(low[higher] > 0, high[lower] / above, np.inf),
        known=known,
    )


def _smallest(low: Floats, high: Floats) -> tuple[float, float]:
    """Bounds of the smallest ratio, whichever of two groups stands above, from the intervals of some ratios."""
    with np.errstate(divide="ignore"):
        nearer = np.where(high < 1, high, np.where(low > 1, 1 / low, 1.0))
        farther = np.minimum(np.minimum(low, 1 / high), 1.0)
    return float(farther.min()), float(nearer.min())


def _rate_bounds(groups: Sequence[_Groups], confidence: float) -> list[tuple[Floats, Floats]]:
    """Of each rate the intervals of all groups that hold together (Šidák 1967); exact ones for small groups."""
    found: dict[int, tuple[Floats, Floats]] = {}
    for size in dict.fromkeys(len(one.order) for one in groups):
        level = confidence ** (1 / max(size, 1))
        alike = [place for place, one in enumerate(groups) if len(one.order) == size]
        seen = [groups[place].seen(level) for place in alike]
        for place, (x, n), (low, high) in zip(alike, seen, _exact_each(seen, level), strict=True):
            least, most = wilson(x, n, level) if size else (x, n)
            small = n < EXACT_BELOW
            found[place] = np.where(small, low, least), np.where(small, high, most)
    return [found[place] for place in range(len(groups))]


def _extremes(one: _Groups, low: Floats, high: Floats) -> tuple[Known, Known]:
    """The lowest and the highest rate of any group, from the intervals of all."""
    rates, rows = one.rates, one.counted.rows[one.order]
    first = Known(value=float(rates[0]), low=float(low.min()), high=float(high.min()), n=int(rows[0]), method=EXTREME)
    last = Known(value=float(rates[-1]), low=float(low.max()), high=float(high.max()), n=int(rows[-1]), method=EXTREME)
    return first, last


def _from_rates(one: _Groups, low: Floats, high: Floats) -> tuple[Known, Estimate]:
    """Difference and ratio for very many groups: no lower and no higher than the intervals of all their rates allow."""
    rates, top, bottom = one.rates, float(low.max()), float(high.min())
    difference = Known(
        value=float(rates[-1] - rates[0]),
        low=max(top - bottom, 0.0),
        high=float(high.max() - low.min()),
        n=one.people,
        method=FROM_RATES,
    )
    if rates[-1] <= 0:
        return difference, Unknown(reason=NOBODY_YES, n=one.people)
    most = min(bottom / top, 1.0) if top > 0 else 1.0
    least = float(low.min() / high.max())
    return difference, Known(value=float(rates[0] / rates[-1]), low=least, high=most, n=one.people, method=FROM_RATES)
