"""Scores, many classes and amounts as plain JSON: what `plumbrule audit --json` holds beside rates of yes and no."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from plumbrule.lab import (
    ClassGap,
    ClassGroup,
    ClassMeasurement,
    Contrast,
    NumberMeasurement,
    ScoreGroup,
    ScoreMeasurement,
)
from plumbrule.report.audit import EXPLORATORY_NOTE, NO_DECISION, NO_LABEL, estimate_object, gap_object
from plumbrule.rulebook import Threshold


def scores_object(found: ScoreMeasurement) -> dict[str, Any]:
    """The object `scores`: everybody first, then each attribute's groups; never intersections."""
    low, high = found.scale.range
    return {
        "column": found.column,
        "bins": {
            "kind": found.scale.kind,
            "number": found.bins,
            "low": low,
            "high": high,
            "range": "0 to 1, as it is" if found.scale.probability else "found in the table",
            "hidden": found.hidden,
        },
        "unscored": found.unscored,
        "groups": [_score_group(one, found.confidence) for one in found.groups],
        "gaps": [_contrast(gap) for gap in found.gaps],
        "left_out": list(found.left_out),
    }


def _score_group(one: ScoreGroup, confidence: float) -> dict[str, Any]:
    metrics = {name: estimate_object(estimate) for name, estimate in one.metrics.items()}
    if one.error:
        metrics["calibration_error"]["by_chance"] = one.error.by_chance
        if one.error.root_mean_square is not None:
            metrics["calibration_error"]["root_mean_square"] = one.error.root_mean_square
    return {
        "by": dict(one.group),
        "n": one.n,
        "mean": one.mean,
        "quantiles": [{"share": share, "score": score} for share, score in one.quantiles],
        "metrics": metrics,
        "calibration": [
            {
                "from": tenth.first,
                "to": tenth.last,
                "n": tenth.people,
                "mean_score": tenth.score,
                "observed": estimate_object(tenth.observed(confidence)),
            }
            for tenth in one.curve
        ],
    }


def _contrast(gap: Contrast) -> dict[str, Any]:
    """As a gap, without a tolerance: no source sets one for it."""
    return {
        "metric": gap.metric,
        "by": list(gap.group),
        "group": dict(gap.group),
        "reference": dict(gap.reference),
        "kind": gap.kind,
        **estimate_object(gap.estimate),
        "n": list(gap.n),
        "family": "exploratory",
        "comparisons": gap.comparisons,
        "confidence": gap.confidence,
    }


def classes_object(found: ClassMeasurement, tolerances: Mapping[str, Threshold]) -> dict[str, Any]:
    """The whole result of an audit of several classes; `groups` and `gaps` hold the accuracy over all of them."""
    return {
        **_frame(found),
        "overall": {"n": found.overall.n, "metrics": _accuracy(found.overall)},
        "groups": [{"by": dict(one.group), "n": one.n, "metrics": _accuracy(one)} for one in found.groups],
        "gaps": [gap_object(one.gap, tolerances[one.gap.kind]) for one in found.gaps if one.of is None],
        "classes": {
            "classes": list(found.classes),
            "groups": [_class_group(one, found.classes) for one in (found.overall, *found.groups)],
            "gaps": [_class_gap(one, tolerances) for one in found.gaps if one.of is not None],
        },
    }


def _accuracy(one: ClassGroup) -> dict[str, Any]:
    return {"accuracy": estimate_object(one.accuracy)} if one.accuracy else {}


def _class_group(one: ClassGroup, classes: tuple[str, ...]) -> dict[str, Any]:
    return {
        "by": dict(one.group),
        "n": one.n,
        "metrics": [
            {"metric": metric, "class": name, **estimate_object(estimate)}
            for name in classes
            for metric, estimate in one.rates[name].items()
        ],
        **({} if one.confusion is None else {"confusion": one.confusion.tolist()}),
    }


def _class_gap(one: ClassGap, tolerances: Mapping[str, Threshold]) -> dict[str, Any]:
    return {"class": one.of, **gap_object(one.gap, tolerances[one.gap.kind])}


def numbers_object(found: NumberMeasurement) -> dict[str, Any]:
    """The whole result of an audit of amounts; `groups` hold the mean prediction, `numbers` everything."""
    entries = (found.overall, *found.groups)
    figures = [{name: estimate_object(estimate) for name, estimate in one.metrics.items()} for one in entries]
    short = [
        {"n": one.n, "metrics": {"mean_prediction": all_["mean_prediction"]}} for one, all_ in zip(entries, figures, strict=True)
    ]
    return {
        **_frame(found),
        "overall": short[0],
        "groups": [{"by": dict(one.group), **part} for one, part in zip(found.groups, short[1:], strict=True)],
        "gaps": [],
        "numbers": {
            "prediction": found.prediction,
            "label": found.label,
            "groups": [{"by": dict(one.group), "n": one.n, "metrics": part} for one, part in zip(entries, figures, strict=True)],
            "gaps": [_contrast(gap) for gap in found.gaps],
        },
    }


def _frame(found: ClassMeasurement | NumberMeasurement) -> dict[str, Any]:
    """What every audit holds."""
    return {
        "rows": found.rows,
        "by": list(found.by),
        "references": dict(found.references),
        "excluded": [
            *({"by": dict(one.group), "n": one.n, "reason": one.reason} for one in found.excluded),
            *(
                {"by": {}, "n": n, "reason": reason}
                for n, reason in ((found.undecided, NO_DECISION), (found.unlabelled, NO_LABEL))
                if n
            ),
        ],
        "note": EXPLORATORY_NOTE,
    }
