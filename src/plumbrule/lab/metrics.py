"""Rates of a decision table, each a share of one set of (label, prediction) pairs in another.

Names are fairlearn's where it has one. An empty denominator is `Unknown` here; fairlearn and scikit-learn say 0.

>>> METRICS["false_positive_rate"].needs_label
True
"""

from __future__ import annotations

from dataclasses import dataclass

from plumbrule.base.messages import message

YES, NO, MISSING = 1, 0, -1
Pair = tuple[int, int]
"""(label, prediction), each YES, NO or MISSING. MISSING indexes the last place of an axis of length 3."""

_DECIDED = frozenset({(label, prediction) for label in (NO, YES, MISSING) for prediction in (NO, YES)})
_TN, _FP, _FN, _TP = (NO, NO), (NO, YES), (YES, NO), (YES, YES)
_KNOWN = frozenset({_TN, _FP, _FN, _TP})


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A rate: rows whose pair is in `numerator`, over rows whose pair is in `denominator`.

    `empty` is why it cannot be known when the denominator is empty (an English message id).
    """

    name: str
    numerator: frozenset[Pair]
    denominator: frozenset[Pair]
    empty: str
    needs_label: bool = True


def _metric(name: str, numerator: set[Pair], denominator: set[Pair] | frozenset[Pair], empty: str) -> Metric:
    return Metric(name=name, numerator=frozenset(numerator), denominator=frozenset(denominator), empty=empty)


_NO_POSITIVE = message("no row has a positive label")
_NO_NEGATIVE = message("no row has a negative label")
_NO_LABEL = message("no row has both a label and a prediction")
_NONE_PREDICTED_YES = message("no row with a label has a positive prediction")
_NONE_PREDICTED_NO = message("no row with a label has a negative prediction")

METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric(
            name="selection_rate",
            numerator=frozenset({pair for pair in _DECIDED if pair[1] == YES}),
            denominator=_DECIDED,
            empty=message("no row has a prediction"),
            needs_label=False,
        ),
        _metric("true_positive_rate", {_TP}, {_TP, _FN}, _NO_POSITIVE),
        _metric("false_positive_rate", {_FP}, {_FP, _TN}, _NO_NEGATIVE),
        _metric("false_negative_rate", {_FN}, {_TP, _FN}, _NO_POSITIVE),
        _metric("true_negative_rate", {_TN}, {_FP, _TN}, _NO_NEGATIVE),
        _metric("precision", {_TP}, {_TP, _FP}, _NONE_PREDICTED_YES),
        _metric("false_discovery_rate", {_FP}, {_TP, _FP}, _NONE_PREDICTED_YES),
        _metric("false_omission_rate", {_FN}, {_FN, _TN}, _NONE_PREDICTED_NO),
        _metric("accuracy", {_TP, _TN}, _KNOWN, _NO_LABEL),
        _metric("base_rate", {_TP, _FN}, _KNOWN, _NO_LABEL),
    )
}
"""The rates by name, in the order they are shown. `mean_prediction` is a mean and stands in `groups`."""


def metrics_for(*, label: bool) -> tuple[Metric, ...]:
    """The metrics that a table with or without a label column allows."""
    return tuple(metric for metric in METRICS.values() if label or not metric.needs_label)
