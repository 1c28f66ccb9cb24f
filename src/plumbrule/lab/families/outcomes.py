"""The named fairness criteria of a decision table, each the largest gap between any two groups, with bounds that hold.

Names and values are fairlearn's where it has one (`demographic_parity_difference`, `equalized_odds_ratio`, ...): the
highest minus the lowest rate of any group, or the lowest over the highest. Such a largest gap is too large on average,
so the bounds come from all pairs of groups at once (`inference.largest`). fairlearn counts groups of every size; here
groups under the least size are left out, as everywhere.

| criterion | what is the same in all groups | source |
|---|---|---|
| demographic parity | selection rate | Feldman and others 2015 |
| equal opportunity | true positive rate | Hardt, Price and Srebro 2016 |
| predictive equality | false positive rate | Corbett-Davies and others 2017 |
| equalized odds | both of these; the larger gap counts | Hardt, Price and Srebro 2016 |
| predictive parity | precision | Chouldechova 2017 |
| accuracy parity | accuracy | Berk and others 2021 |
| conditional parity | selection rate within strata (Mantel-Haenszel) | Kamiran, Žliobaitė and Calders 2013 |
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from plumbrule.base.observation import Estimate, Group, Known, Observation, Unknown
from plumbrule.lab.cells import Cells, roll_up
from plumbrule.lab.inference.largest import Largest, largest_gaps
from plumbrule.lab.measure import Measurement
from plumbrule.lab.metrics import Metric, metrics_for
from plumbrule.lab.search.lines import MIRRORS

Kind = Literal["difference", "ratio"]
CRITERIA: dict[str, tuple[str, ...]] = {
    "demographic_parity": ("selection_rate",),
    "equal_opportunity": ("true_positive_rate",),
    "predictive_equality": ("false_positive_rate",),
    "equalized_odds": ("true_positive_rate", "false_positive_rate"),
    "predictive_parity": ("precision",),
    "accuracy_parity": ("accuracy",),
}
"""The criteria, and the rates that each wants to be the same in all groups."""
CONDITIONAL = "conditional_parity"
STATEMENTS = 3
"""What is bounded for each attribute and rate: the difference, the ratio, and the rates at both ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One criterion on one attribute.

    `name` is `demographic_parity_difference`, ...; the value is the highest minus the lowest rate (never negative), or
    the lowest over the highest (never over 1). `metric` is the rate that shows it, `highest` and `lowest` the groups.
    The bounds hold with `confidence` for all `comparisons` together.
    """

    name: str
    kind: Kind
    attributes: tuple[str, ...]
    metric: str
    highest: Group
    lowest: Group
    estimate: Estimate
    confidence: float
    comparisons: int


def compared(*, label: bool) -> tuple[Metric, ...]:
    """The rates whose largest gap is looked at: all but those that are one minus another."""
    return tuple(metric for metric in metrics_for(label=label) if metric.name not in MIRRORS)


def worst_groups(
    cells: Cells, by: Sequence[str], *, label: bool, confidence: float = 0.95, min_n: int = 10
) -> tuple[Largest, ...]:
    """The largest gap of every rate between any two groups of each attribute; all bounds hold together (Bonferroni)."""
    metrics = compared(label=label)
    each = 1 - (1 - confidence) / comparisons_of(by, metrics)
    return tuple(one for name in by for one in largest_gaps(roll_up(cells, (name,)), metrics, each, min_n=min_n))


def comparisons_of(by: Sequence[str], metrics: Sequence[Metric]) -> int:
    """How many statements share the error of the largest gaps."""
    return max(len(by) * len(metrics), 1) * STATEMENTS


def criteria(worst: Iterable[Largest], *, confidence: float, comparisons: int) -> tuple[Criterion, ...]:
    """The criteria that these largest gaps allow, attribute by attribute; difference before ratio."""
    by_attribute: dict[tuple[str, ...], dict[str, Largest]] = {}
    for one in worst:
        by_attribute.setdefault(one.attributes, {})[one.metric] = one
    return tuple(
        _criterion(f"{name}_{kind}", kind, [held[rate] for rate in rates], confidence, comparisons)
        for held in by_attribute.values()
        for name, rates in CRITERIA.items()
        if all(rate in held for rate in rates)
        for kind in ("difference", "ratio")
    )


def _criterion(name: str, kind: Kind, rates: Sequence[Largest], confidence: float, comparisons: int) -> Criterion:
    """One criterion; of several rates the larger gap counts, and its bounds are the larger of both."""
    estimates = [one.difference if kind == "difference" else one.ratio for one in rates]
    known = [one for one in estimates if isinstance(one, Known)]
    worse = max if kind == "difference" else min
    shown, estimate = rates[0], estimates[0]
    if len(known) == len(estimates):
        values = [one.value for one in known]
        shown, first = rates[values.index(worse(values))], known[values.index(worse(values))]
        estimate = Known(
            value=first.value,
            low=worse(one.low for one in known),
            high=worse(one.high for one in known),
            n=max(one.n for one in known),
            method=first.method,
        )
    elif len(rates) > 1:
        # One rate that is not known leaves open how large the larger gap is.
        reasons = [one for one in estimates if isinstance(one, Unknown)]
        shown, estimate = rates[estimates.index(reasons[0])], reasons[0]
    return Criterion(
        name=name,
        kind=kind,
        attributes=shown.attributes,
        metric=shown.metric,
        highest=shown.highest,
        lowest=shown.lowest,
        estimate=estimate,
        confidence=confidence,
        comparisons=comparisons,
    )


def criteria_of(cells: Cells, attribute: str, *, label: bool, confidence: float, min_n: int) -> tuple[Criterion, ...]:
    """The criteria on one attribute, whose bounds hold together and depend on no other attribute that is looked at."""
    worst = worst_groups(cells, [attribute], label=label, confidence=confidence, min_n=min_n)
    return criteria(worst, confidence=confidence, comparisons=comparisons_of([attribute], compared(label=label)))


def conditional(measured: Measurement) -> tuple[Criterion, ...]:
    """The largest Mantel-Haenszel difference of the selection rate within the strata, against the reference group.

    Its bounds are the farthest nearer and farthest farther end over the groups of one attribute.
    """
    found = []
    for name in measured.by:
        held = [
            (one, one.adjusted)
            for one in measured.adjustments
            if one.metric == "selection_rate" and tuple(one.reference) == (name,) and isinstance(one.adjusted, Known)
        ]
        if not held:
            continue
        worst, largest = max(held, key=lambda pair: abs(pair[1].value))
        group, reference = (worst.group, worst.reference) if largest.value >= 0 else (worst.reference, worst.group)
        estimate = Known(
            value=abs(largest.value),
            low=max(max(one.low, -one.high, 0.0) for _, one in held),
            high=max(max(-one.low, one.high) for _, one in held),
            n=largest.n,
            method=largest.method,
        )
        found.append(
            Criterion(
                name=f"{CONDITIONAL}_difference",
                kind="difference",
                attributes=(name,),
                metric="selection_rate",
                highest=group,
                lowest=reference,
                estimate=estimate,
                confidence=worst.confidence,
                comparisons=worst.comparisons,
            )
        )
    return tuple(found)


def observe_criteria(found: Iterable[Criterion], inputs: tuple[str, ...]) -> tuple[Observation, ...]:
    """Criteria as exploratory observations: `demographic_parity_difference:race`, the highest group against the lowest."""
    return tuple(
        Observation(
            id=f"{one.name}:{'&'.join(one.attributes)}",
            means="test",
            metric=one.name,
            measure=one.kind,
            estimate=one.estimate,
            group=(one.highest if one.kind == "difference" else one.lowest) or dict.fromkeys(one.attributes),
            reference=(one.lowest if one.kind == "difference" else one.highest) or None,
            family="exploratory",
            test="criteria",
            confidence=one.confidence,
            comparisons=one.comparisons,
            inputs=inputs,
        )
        for one in found
    )
