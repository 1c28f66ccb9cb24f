"""The result of an audit as one plain JSON object: the contract of `plumbrule audit --json`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from plumbrule.base.messages import message
from plumbrule.base.observation import Estimate, Known
from plumbrule.findings.judge import beyond, beyond_ratio
from plumbrule.lab import (
    NOT_GUARANTEED,
    Adjustment,
    Bounded,
    BoundedExcluded,
    BoundedMeasurement,
    BoundedRates,
    Excluded,
    Gap,
    Measurement,
    People,
    Rates,
)
from plumbrule.rulebook import Threshold

NO_DECISION = message("no decision in these rows")
NO_LABEL = message("no label in these rows")
EXPLORATORY_NOTE = "exploratory: looked at, not judged; verdicts come from plumbrule assess"


def audit_object(measured: Measurement | BoundedMeasurement, tolerances: Mapping[str, Threshold]) -> dict[str, Any]:
    """The whole result; every value is a string, a number, true or false, or null for a missing attribute.

    Args:
        measured: what the lab found.
        tolerances: the threshold for a `difference` and for a `ratio`.
    """
    found: dict[str, Any] = {
        "rows": _size(measured.overall),
        "by": list(measured.by),
        "references": dict(measured.references),
        "overall": {"n": _size(measured.overall), "metrics": _metrics(measured.overall)},
        "groups": [{"by": dict(one.group), "n": _size(one), "metrics": _metrics(one)} for one in measured.groups],
        "gaps": [gap_object(gap, tolerances[gap.kind]) for gap in measured.gaps],
        "excluded": [
            *({"by": dict(one.group), "n": _size(one), "reason": one.reason} for one in measured.excluded),
            *(
                {"by": {}, "n": n, "reason": reason}
                for n, reason in ((measured.undecided, NO_DECISION), (measured.unlabelled, NO_LABEL))
                if n
            ),
        ],
        "note": EXPLORATORY_NOTE,
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


def estimate_object(estimate: Estimate) -> dict[str, Any]:
    """A value with its interval, or why there is none."""
    if isinstance(estimate, Known):
        return {
            "state": "known",
            "value": estimate.value,
            "low": estimate.low,
            "high": estimate.high,
            "n": estimate.n,
            "method": estimate.method,
        }
    found: dict[str, Any] = {"state": "unknown", "reason": estimate.reason, "n": estimate.n}
    if isinstance(estimate, Bounded):
        people = [_people(one) for one in estimate.people]
        found["n"] = people[0] if len(people) == 1 else people
        if estimate.bounds:
            found["bounds"] = list(estimate.bounds)
    return found


def _size(one: Rates | Excluded) -> int | dict[str, Any]:
    """How many people a group has; an object where that is not known."""
    hidden = one.people if isinstance(one, BoundedRates | BoundedExcluded) else None
    return _people(hidden) if hidden else one.n


def _people(people: People) -> int | dict[str, Any]:
    """A number of people; where it is hidden, the least it can be, and the most if that is known."""
    if people.least == people.most:
        return people.least
    return {"state": "unknown", "least": people.least, **({} if people.most is None else {"most": people.most})}


def _metrics(rates: Rates) -> dict[str, Any]:
    return {name: estimate_object(estimate) for name, estimate in rates.metrics.items()}


def gap_object(gap: Gap, tolerance: Threshold) -> dict[str, Any]:
    """A gap with the tolerance it is held against, and whether it is beyond."""
    return {
        "metric": gap.metric,
        "by": list(gap.group),
        "group": dict(gap.group),
        "reference": dict(gap.reference),
        "kind": gap.kind,
        "n": list(gap.n),
        **{
            name: part for name, part in estimate_object(gap.estimate).items() if name != "n" or isinstance(gap.estimate, Bounded)
        },
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
        **estimate_object(one.adjusted),
        "raw": estimate_object(one.raw),
        "raw_same_rows": estimate_object(one.raw_same_rows),
        "used": one.used,
        "lost": one.lost,
        "reversed": one.reversed,
    }
