"""From sums to figures: means and errors of every group with their intervals, and the gaps between groups."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from plumbrule.base.messages import message
from plumbrule.base.observation import Estimate, Group, Unknown
from plumbrule.errors import TableError
from plumbrule.lab.cells import Key, selections
from plumbrule.lab.compared import Pairs, pairs
from plumbrule.lab.inference import student
from plumbrule.lab.inference.student import Mean
from plumbrule.lab.measure import Excluded, choose_reference
from plumbrule.lab.model import Contrast, Level
from plumbrule.lab.moments.sums import SPREAD, Moments, Sums, added

NO_PREDICTION = message("no row has a prediction")
NO_LABEL = message("no row has a label")
NO_ERROR = message("no row has both a label and a prediction")
_EMPTY = {"prediction": NO_PREDICTION, "label": NO_LABEL}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Metric:
    """Which quantity is averaged, and to which power the mean is then taken; `ratio` metrics are compared as ratios."""

    part: str
    power: float = 1.0
    ratio: bool = False


METRICS: Mapping[str, _Metric] = {
    "mean_prediction": _Metric(part="prediction"),
    "variance_prediction": _Metric(part="prediction spread", ratio=True),
    "mean_label": _Metric(part="label"),
    "variance_label": _Metric(part="label spread", ratio=True),
    "mean_error": _Metric(part="error"),
    "mean_absolute_error": _Metric(part="size"),
    "root_mean_squared_error": _Metric(part="square", power=0.5, ratio=True),
}
"""Names are fairlearn's and scikit-learn's where they have one; an error is prediction minus label."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberGroup:
    """One group (everybody, where `group` is empty): how many people, and the figures by metric name."""

    group: Group
    n: int
    metrics: Mapping[str, Estimate]


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberMeasurement:
    """What a table of amounts shows. Gaps are differences of means and the ratio of root mean squared errors."""

    prediction: str
    label: str | None
    rows: int
    undecided: int
    unlabelled: int
    by: tuple[str, ...]
    references: Mapping[str, str]
    overall: NumberGroup
    groups: tuple[NumberGroup, ...]
    gaps: tuple[Contrast, ...]
    excluded: tuple[Excluded, ...]
    confidence: float


def measure_moments(
    moments: Moments,
    by: tuple[str, ...],
    *,
    references: Mapping[str, str] | None = None,
    confidence: float = 0.95,
    min_n: int = 10,
    intersections: bool = True,
) -> NumberMeasurement:
    """Means and errors of every group, and the gaps between groups; all of it exploratory.

    Arguments as `measure_cells`.

    Raises:
        TableError: the reference named is no group, or an attribute has one group only.
    """
    rolled = {names: _roll(moments, names) for names in selections(by, intersections=intersections)}
    everybody = _roll(moments, ())[()]
    chosen = _references(rolled, by, references or {})
    plans = {
        names: pairs(names, {key: one.people for key, one in groups.items()}, chosen, min_n) for names, groups in rolled.items()
    }
    metrics = [name for name, metric in METRICS.items() if metric.part in everybody.means]
    level = Level(confidence=confidence, comparisons=max(sum(len(plan) for plan, _ in plans.values()) * len(metrics), 1))
    return NumberMeasurement(
        prediction=moments.prediction,
        label=moments.label,
        rows=everybody.people,
        undecided=moments.undecided,
        unlabelled=moments.unlabelled,
        by=by,
        references=chosen,
        overall=_group({}, everybody, confidence),
        groups=tuple(
            _group(dict(zip(names, key, strict=True)), one, confidence)
            for names, groups in rolled.items()
            for key, one in groups.items()
        ),
        gaps=tuple(
            itertools.chain.from_iterable(
                _gaps(names, groups, plans[names][0], metrics, level) for names, groups in rolled.items()
            )
        ),
        excluded=tuple(itertools.chain.from_iterable(small for _, small in plans.values())),
        confidence=confidence,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """What a group holds: its people, and the mean of each quantity."""

    people: int
    means: Mapping[str, Mean | Unknown]


def _roll(moments: Moments, names: tuple[str, ...]) -> dict[Key, _Held]:
    """The means of every group of these attributes; no attributes gives one group, everybody."""
    cells = moments.cells
    at = [cells.attributes.index(name) for name in names]
    lines = cells.codes[:, at] if at else np.zeros((len(cells.rows), 1), np.int64)
    unique, place = np.unique(lines, axis=0, return_inverse=True)
    place, groups = place.reshape(-1), len(unique)
    people = added(place, cells.rows.astype(float), groups)
    means = {}
    for name, sums in moments.sums.items():
        means[name] = _means(sums, place, groups, cells.cluster, _EMPTY.get(name, NO_ERROR))
        if name in SPREAD:
            means[f"{name} spread"] = _variances(sums, means[name], place, groups, cells.cluster)
    keys: list[Key] = [
        tuple(cells.levels[position][code] for position, code in zip(at, line, strict=True)) if at else ()
        for line in unique.tolist()
    ]
    return {
        key: _Held(people=round(float(people[index])), means={name: found[index] for name, found in means.items()})
        for index, key in enumerate(keys)
    }


def _means(
    sums: Sums, place: NDArray[np.int64], groups: int, cluster: NDArray[np.int64] | None, empty: str
) -> list[Mean | Unknown]:
    """The mean of one quantity in every group, with its standard error.

    Without weights the error is s / √n. Sampling weights give the weighted mean, and n is Kish's effective size
    (Σw)²/Σw²; clusters the error of a ratio of cluster totals (Cochran 1977, 6.4), and as degrees of freedom one less
    than there are clusters.
    """
    total = sums.added(place, groups)
    added = _by_cluster(sums, place, groups, cluster, total) if cluster is not None else None
    found: list[Mean | Unknown] = []
    for index in range(groups):
        weight, people = float(total.weight[index]), round(float(total.rows[index]))
        if weight <= 0 or total.weight_sq[index] <= 0:  # nobody, or weights whose squares are no numbers any more
            found.append(Unknown(reason=empty, n=people))
            continue
        off = float(total.first[index]) / weight
        variance = max(float(total.second[index]) / weight - off * off, 0.0)
        if variance <= 1e-14 * float(total.second[index]) / weight:
            variance = 0.0  # what is left is rounding
        size = weight * weight / float(total.weight_sq[index])
        error = math.sqrt(variance / (size - 1)) if size > 1 + 1e-9 else math.inf
        if added is not None:
            size, error = min(size, added[index][0]), max(error, added[index][1])
        found.append(Mean(value=total.anchor + off, error=error, size=size, people=people))
    return found


def _variances(
    sums: Sums, means: list[Mean | Unknown], place: NDArray[np.int64], groups: int, cluster: NDArray[np.int64] | None
) -> list[Mean | Unknown]:
    """The variance of one quantity in every group, as the mean squared distance from the group's mean times n / (n - 1)."""
    centre = np.array([one.value - sums.anchor if isinstance(one, Mean) else 0.0 for one in means])
    spread = sums.spread(centre[place])
    found = _means(spread, place, groups, cluster, "") if spread else []
    return [mean if isinstance(mean, Unknown) else _unbiased(one) for mean, one in zip(means, found, strict=True)]


def _unbiased(one: Mean | Unknown) -> Mean | Unknown:
    if isinstance(one, Unknown) or not math.isfinite(one.error):
        return one
    factor = one.size / (one.size - 1)
    return replace(one, value=one.value * factor, error=one.error * factor)


def _by_cluster(
    sums: Sums, place: NDArray[np.int64], groups: int, cluster: NDArray[np.int64], total: Sums
) -> list[tuple[float, float]]:
    """For each group the number of clusters and the linearised standard error of its mean (infinite with one cluster)."""
    both, inverse = np.unique(np.stack([place, cluster], axis=1), axis=0, return_inverse=True)
    inside = sums.added(inverse.reshape(-1), len(both))
    group, held = both[:, 0], inside.weight > 0
    mean = np.divide(total.first, total.weight, out=np.zeros_like(total.first), where=total.weight > 0)
    squares = added(group, (inside.first - mean[group] * inside.weight) ** 2 * held, groups)
    clusters = added(group, held.astype(float), groups)
    return [
        (number, math.sqrt(square * number / (number - 1)) / weight if number > 1 else math.inf)
        for square, number, weight in zip(squares.tolist(), clusters.tolist(), total.weight.tolist(), strict=True)
    ]


def _references(
    rolled: Mapping[tuple[str, ...], Mapping[Key, _Held]], by: tuple[str, ...], named: Mapping[str, str]
) -> dict[str, str]:
    """The reference group of each attribute: the one named, else the largest with predictions."""
    for name in named:
        if name not in by:
            raise TableError(
                f"A reference was given for {name!r}, which is not looked at.",
                expected=f"one of {', '.join(by)}",
                cure=f"Add --by {name}.",
            )
    sizes = {
        name: {
            str(key[0]): mean.people
            for key, one in rolled[(name,)].items()
            if key[0] is not None and isinstance(mean := one.means["prediction"], Mean)
        }
        for name in by
    }
    return {name: choose_reference(name, sizes[name], named.get(name)) for name in by}


def _group(group: Group, held: _Held, confidence: float) -> NumberGroup:
    metrics = {
        name: _estimate(metric, held.means[metric.part], confidence)
        for name, metric in METRICS.items()
        if metric.part in held.means
    }
    return NumberGroup(group=group, n=held.people, metrics=metrics)


def _estimate(metric: _Metric, mean: Mean | Unknown, confidence: float) -> Estimate:
    return student.log_interval(mean, metric.power, confidence) if metric.ratio else student.mean_interval(mean, confidence)


def _gaps(
    names: tuple[str, ...], groups: Mapping[Key, _Held], compared: Pairs, metrics: list[str], level: Level
) -> list[Contrast]:
    found = []
    for name, (one, two) in itertools.product(metrics, compared):
        metric = METRICS[name]
        sides = [groups[key].means[metric.part] for key in (one, two)]
        found.append(
            Contrast(
                metric=name,
                group=dict(zip(names, one, strict=True)),
                reference=dict(zip(names, two, strict=True)),
                kind="ratio" if metric.ratio else "difference",
                estimate=student.log_ratio(sides[0], sides[1], metric.power, level.each)
                if metric.ratio
                else student.mean_difference(sides[0], sides[1], level.each),
                n=(_people(sides[0]), _people(sides[1])),
                confidence=level.confidence,
                comparisons=level.comparisons,
            )
        )
    return found


def _people(side: Mean | Unknown) -> int:
    return side.people if isinstance(side, Mean) else side.n
