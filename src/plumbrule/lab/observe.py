"""From a plan's questions to observations: the primary family, the levels, and everything else as exploratory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import overload

from plumbrule.base.messages import message
from plumbrule.base.observation import Estimate, Group, Judged, Known, Observation, Unknown
from plumbrule.errors import TableError
from plumbrule.lab.cells import Cells, roll_up
from plumbrule.lab.inference import intervals
from plumbrule.lab.inference.gaps import Comparison, Gap, GapTable, Rates
from plumbrule.lab.measure import Measurement
from plumbrule.lab.metrics import METRICS, Metric, Pair
from plumbrule.lab.shown import FEW_PEOPLE, is_few


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One comparison of the primary family: a group of one attribute held against its reference."""

    attribute: str
    group: str
    reference: str


def distinct(questions: Sequence[Question], metrics: Sequence[str]) -> int:
    """How many comparisons a primary family holds: those that are the same number with the sign turned count once.

    The true and the false negative rate add up to one, so their differences are one number; so for the true negative and
    the false positive rate, for precision and the false discovery rate, and for two groups exchanged.

    >>> one = Question(attribute="sex", group="women", reference="men")
    >>> distinct([one], ["selection_rate", "true_positive_rate", "false_negative_rate"])
    2
    """
    pairs = {(one.attribute, frozenset({one.group, one.reference})) for one in questions}
    rates = {(_shared(METRICS[name]), METRICS[name].denominator) for name in metrics}
    return len(pairs) * len(rates)


def _shared(metric: Metric) -> frozenset[frozenset[Pair]]:
    """What a rate and its complement have in common: how they divide the denominator."""
    return frozenset({metric.numerator, metric.denominator - metric.numerator})


def primary_gaps(cells: Cells, questions: Sequence[Question], metrics: Sequence[str], confidence: float) -> tuple[Gap, ...]:
    """The gaps that will be judged, simultaneous over the distinct ones among questions times metrics and nothing else.

    Raises:
        TableError: a group that the plan names is not in the table.
    """
    family = distinct(questions, metrics)
    found: list[Gap] = []
    for question in questions:
        rolled = roll_up(cells, (question.attribute,))
        held = [key[0] for key in rolled.keys if key[0] is not None]
        for name in (question.group, question.reference):
            if name not in held:
                raise TableError(
                    f"The plan compares the group {name!r} of {question.attribute!r}, which no row holds.",
                    expected=f"one of {', '.join(held)}",
                    cure="Correct the comparison in the plan, or the query that makes the column.",
                )
        compared = [Comparison(group=(question.group,), reference=(question.reference,))]
        chosen = [METRICS[name] for name in metrics]
        found.extend(_one_of_two(GapTable(rolled, chosen, compared, confidence=confidence, comparisons=family, family="primary")))
    return tuple(found)


def _one_of_two(gaps: Iterable[Gap]) -> Iterator[Gap]:
    """The gaps as they come; where a complement's difference came before, its interval with the sign turned."""
    seen: dict[tuple[frozenset[frozenset[Pair]], frozenset[Pair]], Gap] = {}
    for gap in gaps:
        metric = METRICS[gap.metric]
        first = seen.setdefault((_shared(metric), metric.denominator), gap) if gap.kind == "difference" else gap
        yield gap if first is gap else replace(gap, estimate=_turned(first.estimate), judged=_turned(first.judged))


@overload
def _turned(interval: Estimate) -> Estimate: ...
@overload
def _turned(interval: Judged | None) -> Judged | None: ...
def _turned(interval: Estimate | Judged | None) -> Estimate | Judged | None:
    """The same with the sign turned."""
    if isinstance(interval, Known):
        return replace(interval, value=0.0 - interval.value, low=0.0 - interval.high, high=0.0 - interval.low)
    return replace(interval, low=0.0 - interval.high, high=0.0 - interval.low) if isinstance(interval, Judged) else interval


def observation_id(metric: str, group: Group, reference: Group | None = None, kind: str = "") -> str:
    """`selection_rate:race=black`, or with a reference `selection_rate:race=black~white:difference`.

    >>> observation_id("selection_rate", {"race": "black"}, {"race": "white"}, "ratio")
    'selection_rate:race=black~white:ratio'
    """
    stem = f"{metric}:" + "&".join(f"{name}={'' if value is None else value}" for name, value in group.items())
    return stem if reference is None else f"{stem}~{'&'.join(str(value) for value in reference.values())}:{kind}"


def observe_rates(groups: Iterable[Rates], confidence: float, inputs: tuple[str, ...]) -> tuple[Observation, ...]:
    """Rates as observations; a rate alone is never judged, so all are exploratory.

    An assessment is shown to others, so nothing is said of a group of fewer than `FEWEST_SHOWN` people, nor how many they are
    (`shown` does the rest).
    """
    return tuple(
        Observation(
            id=observation_id(metric, one.group),
            means="test",
            metric=metric,
            measure="rate",
            estimate=Unknown(reason=FEW_PEOPLE) if is_few(one.n) else estimate,
            group=one.group,
            family="exploratory",
            confidence=confidence,
            inputs=inputs,
        )
        for one in groups
        for metric, estimate in one.metrics.items()
        if metric != "mean_prediction"
    )


def observe_gaps(found: Iterable[Gap], inputs: tuple[str, ...]) -> tuple[Observation, ...]:
    """Gaps as observations."""
    return tuple(
        Observation(
            id=observation_id(gap.metric, gap.group, gap.reference, gap.kind),
            means="test",
            metric=gap.metric,
            measure=gap.kind,
            estimate=gap.estimate,
            group=gap.group,
            reference=gap.reference,
            family=gap.family,
            confidence=gap.confidence,
            comparisons=gap.comparisons,
            bounds=gap.bounds,
            judged=gap.judged,
            inputs=inputs,
        )
        for gap in found
    )


def observe_levels(
    cells: Cells, attributes: Sequence[str], confidence: float, inputs: tuple[str, ...]
) -> tuple[Observation, ...]:
    """Who is in the table: the share of people whose attribute is unknown, and the size of the smallest group."""
    found = []
    for name in attributes:
        rolled = roll_up(cells, (name,))
        sizes = {key[0]: int(size) for key, size in zip(rolled.keys, rolled.size(), strict=True)}
        total, unknown = sum(sizes.values()), sizes.get(None, 0)
        known = [size for value, size in sizes.items() if value is not None]
        low, high = intervals.wilson(unknown, total, confidence) if total else (0.0, 1.0)
        share: Known | Unknown = (
            Known(value=unknown / total, low=float(low), high=float(high), n=total, method="wilson")
            if total
            else Unknown(reason=message("the table is empty"))
        )
        smallest = min(known, default=0)
        count = Known(value=smallest, low=smallest, high=smallest, n=total, method="counted")
        found += [
            _level("unknown_share", "share", name, share, confidence, inputs),
            _level("smallest_group", "count", name, count, confidence, inputs),
        ]
    return tuple(found)


def _level(
    metric: str, measure: str, attribute: str, estimate: Known | Unknown, confidence: float, inputs: tuple[str, ...]
) -> Observation:
    return Observation(
        id=f"{metric}:{attribute}",
        means="test",
        metric=metric,
        measure="share" if measure == "share" else "count",
        estimate=estimate,
        group={attribute: None},
        family="primary",
        confidence=confidence,
        inputs=inputs,
    )


def exploratory(measured: Measurement, primary: Sequence[Observation], inputs: tuple[str, ...]) -> tuple[Observation, ...]:
    """The gaps that were looked at and are not judged: those of the measurement that the primary family does not hold."""
    judged: Mapping[str, Observation] = {one.id: one for one in primary}
    return tuple(one for one in observe_gaps(measured.gaps, inputs) if one.id not in judged)
