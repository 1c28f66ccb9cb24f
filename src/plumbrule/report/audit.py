"""The result of an audit as one plain JSON object: the contract of `plumbrule audit --json`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from plumbrule.base.messages import message
from plumbrule.base.observation import Estimate, Known
from plumbrule.findings.judge import beyond, beyond_ratio
from plumbrule.lab import NOT_GUARANTEED, Adjustment, Gap, Measurement, Rates
from plumbrule.rulebook import Threshold

NO_DECISION = message("no decision in these rows")
NO_LABEL = message("no label in these rows")


def audit_object(measured: Measurement, tolerances: Mapping[str, Threshold]) -> dict[str, Any]:
    """The whole result; every value is a string, a number, true or false, or null for a missing attribute.

    Args:
        measured: what the lab found.
        tolerances: the threshold for a `difference` and for a `ratio`.
    """
    found: dict[str, Any] = {
        "rows": measured.rows,
        "by": list(measured.by),
        "references": dict(measured.references),
        "overall": {"n": measured.overall.n, "metrics": _metrics(measured.overall)},
        "groups": [{"by": dict(one.group), "n": one.n, "metrics": _metrics(one)} for one in measured.groups],
        "gaps": [_gap(gap, tolerances[gap.kind]) for gap in measured.gaps],
        "excluded": [
            *({"by": dict(one.group), "n": one.n, "reason": one.reason} for one in measured.excluded),
            *(
                {"by": {}, "n": n, "reason": reason}
                for n, reason in ((measured.undecided, NO_DECISION), (measured.unlabelled, NO_LABEL))
                if n
            ),
        ],
        "note": "exploratory: looked at, not judged; verdicts come from plumbrule assess",
    }
    if measured.strata:
        found["within"] = {
            "by": list(measured.strata[0].stratum),
            "strata": [
                {
                    "stratum": dict(one.stratum),
                    "groups": [{"by": dict(group.group), "n": group.n, "metrics": _metrics(group)} for group in one.groups],
                }
                for one in measured.strata
            ],
            "adjusted": [_adjusted(one) for one in measured.adjustments],
        }
    return found


def _estimate(estimate: Estimate) -> dict[str, Any]:
    if isinstance(estimate, Known):
        return {
            "state": "known",
            "value": estimate.value,
            "low": estimate.low,
            "high": estimate.high,
            "n": estimate.n,
            "method": estimate.method,
        }
    return {"state": "unknown", "reason": estimate.reason, "n": estimate.n}


def _metrics(rates: Rates) -> dict[str, Any]:
    return {name: _estimate(estimate) for name, estimate in rates.metrics.items()}


def _gap(gap: Gap, tolerance: Threshold) -> dict[str, Any]:
    return {
        "metric": gap.metric,
        "by": list(gap.group),
        "group": dict(gap.group),
        "reference": dict(gap.reference),
        "kind": gap.kind,
        **_estimate(gap.estimate),
        "n": list(gap.n),
        "family": gap.family,
        "comparisons": gap.comparisons,
        "confidence": gap.confidence,
        "tolerance": {
            "value": tolerance.value,
            "source": f"{tolerance.source.citation} ({tolerance.source.status}, {tolerance.source.jurisdiction})",
        },
        "beyond": _beyond(gap, tolerance.value),
        **({"bounds": list(gap.bounds)} if gap.bounds else {}),
    }


def _beyond(gap: Gap, tolerance: float) -> bool | str:
    """True or false where the interval leaves no doubt; an interval without guarantee for small groups leaves some."""
    if not isinstance(gap.estimate, Known) or gap.estimate.method == NOT_GUARANTEED:
        return "unknown"
    compare = beyond if gap.kind == "difference" else beyond_ratio
    outcome = compare(gap.estimate.low, gap.estimate.high, tolerance)
    return "unknown" if outcome == "undecided" else outcome == "beyond"


def _adjusted(one: Adjustment) -> dict[str, Any]:
    return {
        "metric": one.metric,
        "by": list(one.group),
        "group": dict(one.group),
        "reference": dict(one.reference),
        "kind": "difference",
        **_estimate(one.adjusted),
        "raw": _estimate(one.raw),
        "raw_same_rows": _estimate(one.raw_same_rows),
        "used": one.used,
        "lost": one.lost,
        "reversed": one.reversed,
    }
