"""Rates, differences and ratios of groups, each with its interval, and where unknown attribute values could move them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from plumbrule.base.observation import Estimate, Family, Group, Known, Unknown
from plumbrule.lab import intervals
from plumbrule.lab.cells import Key, RollUp, Tally, tally
from plumbrule.lab.metrics import Metric

Kind = Literal["difference", "ratio"]
NO_REFERENCE_YES = "the rate of the reference group is zero"
SCORE, EXACT = "miettinen-nurminen", "clopper-pearson rectangle"
SMALL = "miettinen-nurminen, small"
"""The method where a denominator is small and the exact interval has no upper end: its coverage is not guaranteed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """One group: how many people (`n`), and its rates by metric name."""

    group: Group
    n: int
    metrics: Mapping[str, Estimate]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A group held against a reference group in one metric.

    `difference` is group minus reference, `ratio` group over reference. The interval holds with `confidence` for all
    `comparisons` of its family together (Bonferroni). `bounds` is the lowest and highest value that the rows with an
    unknown attribute could bring about; None when there are none. `n` is the two denominators in people.
    """

    metric: str
    group: Group
    reference: Group
    kind: Kind
    estimate: Estimate
    family: Family
    confidence: float
    comparisons: int
    bounds: tuple[float, float] | None
    n: tuple[int, int]


def rates(rolled: RollUp, metrics: Sequence[Metric], confidence: float, *, scored: bool = False) -> tuple[Rates, ...]:
    """The rates of every group of a roll-up with Wilson intervals, each at `confidence` on its own."""
    columns = {metric.name: _estimates(tally(rolled, metric), metric, confidence) for metric in metrics}
    columns["mean_prediction"] = _means(rolled, confidence) if scored else _as_means(columns["selection_rate"])
    sizes = rolled.size()
    return tuple(
        Rates(group=rolled.group(i), n=int(sizes[i]), metrics={name: column[i] for name, column in columns.items()})
        for i in range(len(sizes))
    )


def _estimates(counted: Tally, metric: Metric, confidence: float) -> list[Estimate]:
    safe = np.where(counted.n > 0, counted.n, 1.0)
    low, high = intervals.wilson(counted.x, safe, confidence)
    rate = counted.rate()
    return [
        Known(value=float(rate[i]), low=float(low[i]), high=float(high[i]), n=int(counted.rows[i]), method="wilson")
        if counted.n[i] > 0
        else Unknown(reason=metric.empty)
        for i in range(len(rate))
    ]


def _as_means(selection: list[Estimate]) -> list[Estimate]:
    """Without scores the mean of the predictions is the selection rate: the same number under fairlearn's name."""
    return selection


def _means(rolled: RollUp, confidence: float) -> list[Estimate]:
    """Mean score of each group with a normal interval; unknown without scores or with one row only."""
    z = intervals.critical_value(confidence)
    found: list[Estimate] = []
    for i in range(len(rolled.keys)):
        weight, rows = float(rolled.scored[i]), int(rolled.size()[i])
        if weight <= 0 or rows < 2:
            found.append(Unknown(reason="fewer than two rows have a score", n=rows))
            continue
        mean = float(rolled.score[i]) / weight
        spread = max(float(rolled.score_sq[i]) / weight - mean * mean, 0.0) * rows / (rows - 1)
        half = z * (spread / rows) ** 0.5
        found.append(Known(value=mean, low=mean - half, high=mean + half, n=rows, method="normal"))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two groups to hold against each other, by the values of their attributes in the roll-up's order."""

    group: Key
    reference: Key


def gaps(
    rolled: RollUp,
    metrics: Sequence[Metric],
    compared: Sequence[Comparison],
    *,
    confidence: float,
    comparisons: int,
    family: Family,
) -> tuple[Gap, ...]:
    """The difference and the ratio of each comparison in each metric.

    `comparisons` is the size of the family over which `confidence` holds (Bonferroni): each interval is made at
    1 - (1 - confidence) / comparisons. Intervals are Miettinen-Nurminen's where both denominators reach
    `intervals.EXACT_BELOW`, and of guaranteed coverage below that.
    """
    place = {key: index for index, key in enumerate(rolled.keys)}
    ones = np.array([place[comparison.group] for comparison in compared], dtype=int)
    twos = np.array([place[comparison.reference] for comparison in compared], dtype=int)
    counted = [tally(rolled, metric) for metric in metrics]
    sides = _Sides.of(counted, ones, twos)
    level = 1 - (1 - confidence) / comparisons
    empty = [metric.empty for metric in metrics for _ in compared]
    kinds: dict[Kind, list[Estimate]] = {
        "difference": _differences(sides, level, empty),
        "ratio": _ratios(sides, level, empty),
    }
    found: list[Gap] = []
    for position, metric in enumerate(metrics):
        for index, comparison in enumerate(compared):
            limits = unknown_bounds(rolled, counted[position], comparison)
            for kind, estimates in kinds.items():
                found.append(
                    Gap(
                        metric=metric.name,
                        group=rolled.group(int(ones[index])),
                        reference=rolled.group(int(twos[index])),
                        kind=kind,
                        estimate=estimates[position * len(compared) + index],
                        family=family,
                        confidence=confidence,
                        comparisons=comparisons,
                        bounds=limits.get(kind),
                        n=(int(counted[position].rows[ones[index]]), int(counted[position].rows[twos[index]])),
                    )
                )
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Sides:
    """Both sides of every comparison, metric after metric; arrays of shape (metrics × comparisons,)."""

    x1: NDArray[np.float64]
    n1: NDArray[np.float64]
    x2: NDArray[np.float64]
    n2: NDArray[np.float64]
    rows: NDArray[np.int64]

    @classmethod
    def of(cls, counted: Sequence[Tally], ones: NDArray[np.int_], twos: NDArray[np.int_]) -> _Sides:
        def both(values: Sequence[NDArray[np.float64]], chosen: NDArray[np.int_]) -> NDArray[np.float64]:
            return np.concatenate([one[chosen] for one in values])

        return cls(
            x1=both([one.x for one in counted], ones),
            n1=both([one.n for one in counted], ones),
            x2=both([one.x for one in counted], twos),
            n2=both([one.n for one in counted], twos),
            rows=np.concatenate([one.rows[ones] + one.rows[twos] for one in counted]),
        )

    def interval(
        self, function: Callable[..., intervals.Interval], chosen: NDArray[np.bool_], level: float
    ) -> intervals.Interval:
        return function(self.x1[chosen], self.n1[chosen], self.x2[chosen], self.n2[chosen], level)


def _differences(sides: _Sides, level: float, empty: Sequence[str]) -> list[Estimate]:
    known = (sides.n1 > 0) & (sides.n2 > 0)
    small = known & (np.minimum(sides.n1, sides.n2) < intervals.EXACT_BELOW)
    found: list[Estimate] = [Unknown(reason=reason, n=int(sides.rows[i])) for i, reason in enumerate(empty)]
    with np.errstate(divide="ignore", invalid="ignore"):
        value = sides.x1 / sides.n1 - sides.x2 / sides.n2
    _fill(found, sides, value, small, sides.interval(intervals.exact_rectangle_difference, small, level), EXACT)
    large = known & ~small
    _fill(found, sides, value, large, sides.interval(intervals.score_difference, large, level), SCORE)
    return found


def _ratios(sides: _Sides, level: float, empty: Sequence[str]) -> list[Estimate]:
    held = (sides.n1 > 0) & (sides.n2 > 0)
    known = held & (sides.x2 > 0)
    small = known & (np.minimum(sides.n1, sides.n2) < intervals.EXACT_BELOW)
    found: list[Estimate] = [
        Unknown(reason=NO_REFERENCE_YES if held[i] else reason, n=int(sides.rows[i])) for i, reason in enumerate(empty)
    ]
    with np.errstate(divide="ignore", invalid="ignore"):
        value = (sides.x1 / sides.n1) / (sides.x2 / sides.n2)
    low, high = sides.interval(intervals.exact_rectangle_ratio, small, level)
    # A reference too small to bound the ratio from above: the score interval still does, without the guarantee.
    unbounded = small.copy()
    unbounded[small] = ~np.isfinite(high)
    _fill(found, sides, value, small & ~unbounded, (low[np.isfinite(high)], high[np.isfinite(high)]), EXACT)
    _fill(found, sides, value, unbounded, sides.interval(intervals.score_ratio, unbounded, level), SMALL)
    large = known & ~small
    _fill(found, sides, value, large, sides.interval(intervals.score_ratio, large, level), SCORE)
    return found


def _fill(
    found: list[Estimate],
    sides: _Sides,
    value: NDArray[np.float64],
    chosen: NDArray[np.bool_],
    interval: intervals.Interval,
    method: str,
) -> None:
    low, high = interval
    for position, place in enumerate(np.flatnonzero(chosen)):
        found[place] = Known(
            value=float(value[place]),
            low=float(low[position]),
            high=float(high[position]),
            n=int(sides.rows[place]),
            method=method,
        )


def unknown_bounds(rolled: RollUp, counted: Tally, comparison: Comparison) -> dict[Kind, tuple[float, float]]:
    """The lowest and highest gap if every row with an unknown attribute belonged where it moves the gap most.

    A row may belong to a group when the attributes that are known agree. The lowest difference puts every unknown
    failure into the group and every unknown success into the reference; the highest the other way round
    (Horowitz and Manski 1995, Econometrica 63, 281-302: bounds without assumptions on who is missing).
    """
    place = {key: index for index, key in enumerate(rolled.keys)}
    one, two = place[comparison.group], place[comparison.reference]
    unknown_one = [i for i, key in enumerate(rolled.keys) if None in key and _may_be(key, comparison.group)]
    unknown_two = [i for i, key in enumerate(rolled.keys) if None in key and _may_be(key, comparison.reference)]
    if not any(counted.n[i] > 0 for i in (*unknown_one, *unknown_two)) or counted.n[one] <= 0 or counted.n[two] <= 0:
        return {}

    def edge(index: int, unknown: list[int], *, up: bool) -> float:
        gained = float(sum(counted.x[i] for i in unknown))
        lost = float(sum(counted.n[i] - counted.x[i] for i in unknown))
        return (
            float(counted.x[index] + gained) / float(counted.n[index] + gained)
            if up
            else float(counted.x[index]) / float(counted.n[index] + lost)
        )

    low1, high1 = edge(one, unknown_one, up=False), edge(one, unknown_one, up=True)
    low2, high2 = edge(two, unknown_two, up=False), edge(two, unknown_two, up=True)
    limits: dict[Kind, tuple[float, float]] = {"difference": (low1 - high2, high1 - low2)}
    if low2 > 0:
        limits["ratio"] = (low1 / high2, high1 / low2)
    return limits


def _may_be(key: Key, group: Key) -> bool:
    return all(value is None or value == wanted for value, wanted in zip(key, group, strict=True))
