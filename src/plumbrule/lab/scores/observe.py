"""From scores to observations: all exploratory, since no profile sets a threshold for them."""

from __future__ import annotations

from plumbrule.base.observation import Estimate, Group, Known, Observation
from plumbrule.lab.inference.calibration import Tenth
from plumbrule.lab.observe import observation_id
from plumbrule.lab.scores.measure import ScoreGroup, ScoreMeasurement

CURVE_SCORE, CURVE_SHARE = "curve_mean_score", "curve_observed_share"
"""A point of the calibration curve: the mean score of a bin, and the share of yes observed in it."""


def observe_scores(found: ScoreMeasurement, inputs: tuple[str, ...] = ()) -> tuple[Observation, ...]:
    """`auc:race=black`, `auc:race=black~white:difference`, `calibration_gap:…`, `curve_observed_share:race=black&bin=3`, …

    All of them are `number`s, but for differences between groups.
    """
    levels = [
        _one(observation_id(metric, one.group), metric, one.group, estimate, found, inputs)
        for one in found.groups
        for metric, estimate in one.metrics.items()
    ]
    curves = [point for one in found.groups for point in _curve(one, found, inputs)]
    gaps = [
        Observation(
            id=observation_id(gap.metric, gap.group, gap.reference, gap.kind),
            means="test",
            metric=gap.metric,
            measure="number" if gap.kind == "distance" else "difference",
            estimate=gap.estimate,
            group=gap.group,
            reference=gap.reference,
            family="exploratory",
            confidence=gap.confidence,
            comparisons=gap.comparisons,
            inputs=inputs,
            test="scores",
        )
        for gap in found.gaps
    ]
    return (*levels, *curves, *gaps)


def _curve(one: ScoreGroup, found: ScoreMeasurement, inputs: tuple[str, ...]) -> list[Observation]:
    """Two observations for each bin, where the score is a probability."""
    if not found.scale.probability:
        return []
    return [
        _one(f"{observation_id(metric, one.group)}&bin={place}", metric, one.group, estimate, found, inputs)
        for place, tenth in enumerate(one.curve, start=1)
        for metric, estimate in ((CURVE_SCORE, _mean_score(tenth)), (CURVE_SHARE, tenth.observed(found.confidence)))
    ]


def _mean_score(tenth: Tenth) -> Known:
    return Known(value=tenth.score, low=tenth.first, high=tenth.last, n=tenth.people, method="range of the scores")


def _one(
    id_: str,
    metric: str,
    group: Group,
    estimate: Estimate,
    found: ScoreMeasurement,
    inputs: tuple[str, ...],
) -> Observation:
    return Observation(
        id=id_,
        means="test",
        metric=metric,
        measure="number",
        estimate=estimate,
        group=group,
        family="exploratory",
        confidence=found.confidence,
        inputs=inputs,
        test="scores",
    )
