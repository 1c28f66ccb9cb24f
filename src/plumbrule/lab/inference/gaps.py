"""Rates, differences and ratios of groups, each with its interval, and where unknown attribute values could move them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, overload

import numpy as np
from numpy.typing import NDArray

from plumbrule.base.messages import message
from plumbrule.base.observation import Estimate, Family, Group, Judged, Known, Unknown
from plumbrule.lab.cells import Key, RollUp, Tally, tally
from plumbrule.lab.inference import exact, intervals, verdicts
from plumbrule.lab.metrics import Metric

Floats = NDArray[np.float64]
Kind = Literal["difference", "ratio"]
WEIGHTLESS = message("every weight is zero")
NO_REFERENCE_YES = message("the rate of the reference group is zero")
METHODS = (
    "unknown",
    "miettinen-nurminen",
    "clopper-pearson rectangle",
    "miettinen-nurminen, small",
    "exact unconditional score",
)
UNKNOWN, SCORE, EXACT, SMALL, UNCONDITIONAL = range(5)
NOT_GUARANTEED = METHODS[SMALL]
"""The method where a denominator is small and the exact interval has no upper end: its coverage is not guaranteed."""
KINDS: tuple[Kind, Kind] = ("difference", "ratio")


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
    unknown attribute could bring about; None when there are none. `n` is the two denominators in people. `judged` is
    what a verdict is read from; None where that is the estimate's own interval, and where nothing is judged.
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
    judged: Judged | None = None


class RateTable(Sequence[Rates]):
    """The rates of every group of a roll-up, in columns; a line becomes a `Rates` when it is looked at.

    `value`, `low` and `high` have shape (metrics, groups), `n` counts people in the denominator; a rate is known where
    `known` is true. `scored` says that the mean of the scores stands beside them.
    """

    def __init__(
        self, rolled: RollUp, metrics: Sequence[Metric], confidence: float, *, scored: bool, intervals_too: bool = True
    ) -> None:
        self.rolled, self.metrics = rolled, tuple(metrics)
        counted = [tally(rolled, metric) for metric in metrics]
        x, size = np.stack([one.x for one in counted]), np.stack([one.n for one in counted])
        self.n = np.stack([one.rows for one in counted])
        self.known = size > 0
        self.value = np.stack([one.rate() for one in counted])
        self.low, self.high = self.value, self.value
        if intervals_too:
            safe = np.where(self.known, size, 1.0)
            share = np.stack([_share(one, confidence) for one in counted])
            self.low, self.high = intervals.wilson(x * share, safe * share, confidence)
        self.scored = scored
        self._means = _means(rolled, confidence) if scored else None
        self._sizes = rolled.size()

    def __len__(self) -> int:
        return len(self._sizes)

    @overload
    def __getitem__(self, index: int) -> Rates: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Rates, ...]: ...
    def __getitem__(self, index: int | slice) -> Rates | tuple[Rates, ...]:
        if isinstance(index, slice):
            return tuple(self[i] for i in range(*index.indices(len(self))))
        if not -len(self) <= index < len(self):
            raise IndexError(index)
        found = {metric.name: self._estimate(position, index) for position, metric in enumerate(self.metrics)}
        # Without scores the mean of the predictions is the selection rate: the same number under fairlearn's name.
        found["mean_prediction"] = self._means[index] if self._means else found["selection_rate"]
        return Rates(group=self.rolled.group(index), n=int(self._sizes[index]), metrics=found)

    def __iter__(self) -> Iterator[Rates]:
        """All lines, several times faster than one by one."""
        names = [metric.name for metric in self.metrics]
        columns = [self._column(metric) for metric in range(len(names))]
        means = self._means or columns[names.index("selection_rate")]
        for at, (size, mean, *found) in enumerate(zip(self._sizes.tolist(), means, *columns, strict=True)):
            metrics = dict(zip(names, found, strict=True)) | {"mean_prediction": mean}
            yield Rates(group=self.rolled.group(at), n=size, metrics=metrics)

    def _column(self, metric: int) -> list[Estimate]:
        """One rate of every group."""
        columns = zip(*(column[metric].tolist() for column in (self.known, self.value, self.low, self.high, self.n)), strict=True)
        return [
            Known(value=value, low=low, high=high, n=people, method="wilson") if known else self._estimate(metric, at)
            for at, (known, value, low, high, people) in enumerate(columns)
        ]

    def _estimate(self, metric: int, group: int) -> Estimate:
        if not self.known[metric, group]:
            return Unknown(reason=WEIGHTLESS if self.n[metric, group] else self.metrics[metric].empty)
        value, low, high = (float(column[metric, group]) for column in (self.value, self.low, self.high))
        return Known(value=value, low=low, high=high, n=int(self.n[metric, group]), method="wilson")


def _share(counted: Tally, confidence: float) -> Floats:
    """By how much the few clusters of each group shrink its effective size; 1 without clusters."""
    return np.ones_like(counted.n) if counted.freedom is None else intervals.student_share(counted.freedom, confidence)


def _means(rolled: RollUp, confidence: float) -> list[Estimate]:
    """Mean score of each group with a normal interval; unknown without scores or with one row only."""
    z = intervals.critical_value(confidence)
    found: list[Estimate] = []
    for i in range(len(rolled.keys)):
        weight, rows = float(rolled.scored[i]), int(rolled.size()[i])
        if weight <= 0 or rows < 2:
            found.append(Unknown(reason=message("fewer than two rows have a score"), n=rows))
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


class GapTable(Sequence[Gap]):
    """The difference and the ratio of each comparison in each metric, in columns; a line becomes a `Gap` when looked at.

    Intervals are Miettinen-Nurminen's where both denominators reach `intervals.EXACT_BELOW`; a line of the primary family
    then also has the one that a verdict is read from (`verdicts`). Below that their coverage is guaranteed: by exact
    unconditional score intervals in the primary family, which is judged and has few lines; by the wider rectangle, which
    is quick, elsewhere and where weights or clusters make the sizes effective ones. Each is made at
    1 - (1 - confidence) / comparisons (Bonferroni over a family of that size).
    """

    def __init__(
        self,
        rolled: RollUp,
        metrics: Sequence[Metric],
        compared: Sequence[Comparison],
        *,
        confidence: float,
        comparisons: int,
        family: Family,
    ) -> None:
        self.rolled, self.metrics, self.compared = rolled, tuple(metrics), tuple(compared)
        self.confidence, self.comparisons, self.family = confidence, comparisons, family
        place = {key: index for index, key in enumerate(rolled.keys)}
        self.ones = np.array([place[comparison.group] for comparison in compared], dtype=int)
        self.twos = np.array([place[comparison.reference] for comparison in compared], dtype=int)
        counted = [tally(rolled, metric) for metric in metrics]
        level = 1 - (1 - confidence) / comparisons
        sides = Sides.of(counted, self.ones, self.twos).at(level)
        self._sides, self._level = sides, level
        self.columns: dict[Kind, Column] = {
            "difference": differences(sides, level, judged=family == "primary"),
            "ratio": ratios(sides, level, judged=family == "primary"),
        }
        self._bounds = unknown_bounds(rolled, counted, self.ones, self.twos)

    def __len__(self) -> int:
        return 2 * len(self.metrics) * len(self.compared)

    @overload
    def __getitem__(self, index: int) -> Gap: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Gap, ...]: ...
    def __getitem__(self, index: int | slice) -> Gap | tuple[Gap, ...]:
        if isinstance(index, slice):
            return tuple(self[i] for i in range(*index.indices(len(self))))
        if not -len(self) <= index < len(self):
            raise IndexError(index)
        line, second = divmod(index % len(self), 2)
        return self.gap(line, KINDS[second])

    def gap(self, line: int, kind: Kind) -> Gap:
        """The difference or the ratio on one line; lines go metric by metric, in each over the comparisons."""
        metric, at = divmod(line, len(self.compared))
        low, high = self._bounds[kind] if self._bounds else (None, None)
        bounded = low is not None and high is not None and bool(np.isfinite(low[line]) & np.isfinite(high[line]))
        return Gap(
            metric=self.metrics[metric].name,
            group=self.rolled.group(int(self.ones[at])),
            reference=self.rolled.group(int(self.twos[at])),
            kind=kind,
            estimate=self._estimate(line, kind, self.metrics[metric].empty),
            family=self.family,
            confidence=self.confidence,
            comparisons=self.comparisons,
            bounds=(float(low[line]), float(high[line])) if bounded and low is not None and high is not None else None,
            n=(int(self._sides.rows1[line]), int(self._sides.rows2[line])),
            judged=self._judged(line, kind) if self.family == "primary" else None,
        )

    def lines(self, kind: Kind) -> GapLines:
        """All differences or all ratios as plain Python numbers, for whoever writes every line out."""
        column, sides = self.columns[kind], self._sides
        bounds: list[tuple[float, float] | None] = [None] * len(column.value)
        if self._bounds:
            low, high = self._bounds[kind]
            finite = (np.isfinite(low) & np.isfinite(high)).tolist()
            pairs = zip(low.tolist(), high.tolist(), finite, strict=True)
            bounds = [(one, other) if held else None for one, other, held in pairs]
        return GapLines(
            groups=tuple(map(self.rolled.group, self.ones.tolist())),
            references=tuple(map(self.rolled.group, self.twos.tolist())),
            known=(column.method != UNKNOWN).tolist(),
            value=column.value.tolist(),
            low=column.low.tolist(),
            high=column.high.tolist(),
            method=[METHODS[number] for number in column.method.tolist()],
            n=list(zip(sides.rows1.tolist(), sides.rows2.tolist(), strict=True)),
            bounds=bounds,
        )

    def _judged(self, line: int, kind: Kind) -> Judged | None:
        column, sides = self.columns[kind], self._sides
        if column.method[line] != SCORE:
            return None
        seen = float(sides.x1[line]), float(sides.n1[line]), float(sides.x2[line]), float(sides.n2[line])
        return verdicts.judged(kind, seen, self._level, (float(column.low[line]), float(column.high[line])))

    def _estimate(self, line: int, kind: Kind, empty: str) -> Estimate:
        column, sides = self.columns[kind], self._sides
        people = int(sides.rows1[line] + sides.rows2[line])
        if column.method[line] == UNKNOWN:
            held = sides.n1[line] > 0 and sides.n2[line] > 0
            return Unknown(reason=NO_REFERENCE_YES if held else empty, n=people)
        value, low, high = (float(numbers[line]) for numbers in (column.value, column.low, column.high))
        return Known(value=value, low=low, high=high, n=people, method=METHODS[column.method[line]])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GapLines:
    """The lines of a `GapTable` in one kind as plain lists: `groups` and `references` have one entry for each comparison,
    the rest one for each line (metric by metric, in each over the comparisons). Numbers mean something where `known`."""

    groups: tuple[Group, ...]
    references: tuple[Group, ...]
    known: list[bool]
    value: list[float]
    low: list[float]
    high: list[float]
    method: list[str]
    n: list[tuple[int, int]]
    bounds: list[tuple[float, float] | None]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sides:
    """Both sides of every comparison, metric after metric; arrays of shape (metrics × comparisons,).

    `x` and `n` are successes and trials as the intervals see them, `rows` people in the denominator. `freedom` is that of
    effective sizes that come from clusters, and None elsewhere.
    """

    x1: Floats
    n1: Floats
    x2: Floats
    n2: Floats
    rows1: NDArray[np.int64]
    rows2: NDArray[np.int64]
    freedom1: Floats | None = None
    freedom2: Floats | None = None

    @classmethod
    def of(cls, counted: Sequence[Tally], ones: NDArray[np.int_], twos: NDArray[np.int_]) -> Sides:
        """Pick the groups compared out of the tallies."""
        x, n, rows = (np.stack(columns) for columns in zip(*((one.x, one.n, one.rows) for one in counted), strict=True))
        one, two = ([column[:, at].reshape(-1) for column in (x, n, rows)] for at in (ones, twos))
        found = cls(x1=one[0], n1=one[1], rows1=one[2], x2=two[0], n2=two[1], rows2=two[2])
        if any(one.freedom is None for one in counted):
            return found
        freedom = np.stack([one.freedom for one in counted if one.freedom is not None])
        return replace(found, freedom1=freedom[:, ones].reshape(-1), freedom2=freedom[:, twos].reshape(-1))

    def at(self, level: float) -> Sides:
        """The same with effective sizes shrunk where few clusters made them (Student's quantile in place of the normal one)."""
        if self.freedom1 is None or self.freedom2 is None:
            return self
        one, two = (intervals.student_share(freedom, level) for freedom in (self.freedom1, self.freedom2))
        x1, n1, x2, n2 = self.x1 * one, self.n1 * one, self.x2 * two, self.n2 * two
        return replace(self, x1=x1, n1=n1, x2=x2, n2=n2, freedom1=None, freedom2=None)

    def exactly(self) -> NDArray[np.bool_]:
        """Where an exact interval is wanted, of lines that are judged, and can be had."""
        return np.asarray(self.whole() & (np.minimum(self.n1, self.n2) < intervals.EXACT_BELOW))

    def whole(self) -> NDArray[np.bool_]:
        """Where both sides are plain counts of people, as exact intervals need them."""
        counted = (self.n1 == self.rows1) & (self.n2 == self.rows2)
        return np.asarray(counted & (self.x1 == np.rint(self.x1)) & (self.x2 == np.rint(self.x2)))

    def interval(
        self, function: Callable[..., intervals.Interval], chosen: NDArray[np.bool_], level: float
    ) -> intervals.Interval:
        """An interval for the lines chosen."""
        return function(self.x1[chosen], self.n1[chosen], self.x2[chosen], self.n2[chosen], level)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Column:
    """Values with their bounds, and which of `METHODS` made them (0: unknown); arrays of equal length."""

    value: Floats
    low: Floats
    high: Floats
    method: NDArray[np.int8]

    def fill(self, chosen: NDArray[np.bool_], interval: intervals.Interval, method: int) -> None:
        """Write bounds and method where chosen."""
        self.low[chosen], self.high[chosen] = interval
        self.method[chosen] = method


def _column(value: Floats) -> Column:
    return Column(value=value, low=np.zeros_like(value), high=np.zeros_like(value), method=np.zeros(len(value), np.int8))


def differences(sides: Sides, level: float, *, judged: bool = False) -> Column:
    """p1 - p2 on every line; small groups get the shorter exact interval where the lines are to be judged."""
    sides = sides.at(level)
    known = (sides.n1 > 0) & (sides.n2 > 0)
    small = known & (np.minimum(sides.n1, sides.n2) < intervals.EXACT_BELOW)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = _column(sides.x1 / sides.n1 - sides.x2 / sides.n2)
    fine = known & sides.exactly() & judged
    found.fill(fine, sides.interval(exact.exact_difference, fine, level), UNCONDITIONAL)
    found.fill(small & ~fine, sides.interval(intervals.exact_rectangle_difference, small & ~fine, level), EXACT)
    rest = known & ~small & ~fine
    found.fill(rest, sides.interval(intervals.score_difference, rest, level), SCORE)
    return found


def ratios(sides: Sides, level: float, *, judged: bool = False) -> Column:
    """p1 / p2 on every line; unknown where p2 is zero."""
    sides = sides.at(level)
    known = (sides.n1 > 0) & (sides.n2 > 0) & (sides.x2 > 0)
    small = known & (np.minimum(sides.n1, sides.n2) < intervals.EXACT_BELOW)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = _column((sides.x1 / sides.n1) / (sides.x2 / sides.n2))
    fine = known & sides.exactly() & judged
    found.fill(fine, sides.interval(exact.exact_ratio, fine, level), UNCONDITIONAL)
    found.fill(small & ~fine, sides.interval(intervals.exact_rectangle_ratio, small & ~fine, level), EXACT)
    # A reference too small to bound the ratio from above: the score interval still does, without the guarantee.
    unbounded = small & ~np.isfinite(found.high)
    found.fill(unbounded, sides.interval(intervals.score_ratio, unbounded, level), SMALL)
    rest = known & ~small & ~fine
    found.fill(rest, sides.interval(intervals.score_ratio, rest, level), SCORE)
    return found


def unknown_bounds(
    rolled: RollUp, counted: Sequence[Tally], ones: NDArray[np.int_], twos: NDArray[np.int_]
) -> dict[Kind, tuple[Floats, Floats]]:
    """The lowest and highest gap if every row with an unknown attribute belonged where it moves the gap most.

    A row may belong to a group when the attributes that are known agree. The lowest difference puts every unknown
    failure into the group and every unknown success into the reference; the highest the other way round
    (Horowitz and Manski 1995, Econometrica 63, 281-302: bounds without assumptions on who is missing).
    Infinite where there is nothing to bound. Empty when no row is unknown.
    """
    strays = [i for i, key in enumerate(rolled.keys) if None in key]
    if not strays:
        return {}
    gained, lost = (np.zeros((len(counted), len(rolled.keys))) for _ in range(2))
    x, n = np.stack([one.x for one in counted]), np.stack([one.n for one in counted])
    for stray in strays:
        may_be = np.array([_may_be(rolled.keys[stray], key) for key in rolled.keys])
        gained[:, may_be] += x[:, [stray]]
        lost[:, may_be] += (n - x)[:, [stray]]
    with np.errstate(divide="ignore", invalid="ignore"):
        lowest, highest = x / (n + lost), (x + gained) / (n + gained)
        one, two = ([side[:, at].reshape(-1) for side in (lowest, highest)] for at in (ones, twos))
        moved = (gained + lost)[:, ones].reshape(-1) + (gained + lost)[:, twos].reshape(-1) > 0
        held = moved & (n[:, ones].reshape(-1) > 0) & (n[:, twos].reshape(-1) > 0)
        limits: dict[Kind, tuple[Floats, Floats]] = {
            "difference": (one[0] - two[1], one[1] - two[0]),
            "ratio": (one[0] / two[1], one[1] / two[0]),
        }
    return {kind: (np.where(held, low, -np.inf), np.where(held, high, np.inf)) for kind, (low, high) in limits.items()}


def _may_be(stray: Key, key: Key) -> bool:
    return None not in key and all(value is None or value == wanted for value, wanted in zip(stray, key, strict=True))
