"""What an audit adds to its lines, as plain JSON values: `search`, `largest`, `criteria`, `reversals`, `factors`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from plumbrule.base.observation import Estimate, Known
from plumbrule.findings.judging import beyond, beyond_ratio
from plumbrule.lab import (
    NOT_GUARANTEED,
    Criterion,
    Explored,
    FactorDifference,
    Folded,
    Largest,
    Repeats,
    Reversal,
    Search,
    Standing,
)
from plumbrule.report.audit import estimate_object
from plumbrule.report.terms_outcomes import UNCERTAINTY
from plumbrule.rulebook import Threshold

OURS = "Plumbrule (ours, unreviewed)"


def explored_object(explored: Explored, tolerances: Mapping[str, Threshold]) -> dict[str, Any]:
    """The keys that stand beside `groups` and `gaps` in `plumbrule audit --json`.

    Args:
        explored: what the lab found.
        tolerances: the threshold for a `difference` and for a `ratio`.
    """
    shared = {"confidence": explored.confidence, "comparisons": explored.comparisons}
    return {
        "search": [_standing(one, explored.search, tolerances["difference"]) for one in explored.search.found],
        "searched": _searched(explored.search),
        "largest": [_largest(one, tolerances["difference"]) | shared for one in explored.largest],
        "criteria": [_criterion(one, tolerances[one.kind]) for one in explored.criteria],
        "reversals": [_reversal(one) for one in explored.reversals],
        "factors": [_factor(one) for one in explored.factors],
    }


def notices_object(repeats: Repeats | None) -> list[dict[str, Any]]:
    """What somebody should know about the rows; empty when there is nothing."""
    if repeats is None:
        return []
    return [{"kind": "repeated identifier", "column": repeats.column, "rows": repeats.rows, "different": repeats.different}]


def uncertainty_object(*, all_decisions: bool) -> dict[str, Any]:
    """What the intervals speak of: chance in drawing a sample, or in the process where every decision is in the table."""
    about = "process" if all_decisions else "sample or process"
    return {"uncertainty": {"about": about, "text": UNCERTAINTY[about]}}


def _searched(found: Search) -> dict[str, Any]:
    return {"looked_at": found.looked_at, "selected": found.selected, "shown": len(found.found), "rate": found.rate}


def _standing(one: Standing, found: Search, tolerance: Threshold) -> dict[str, Any]:
    """A gap that stands out. Its mark is that of the whole family: a gap is never marked here and left open there."""
    family = one.gap.estimate
    return {
        "rank": one.rank,
        "metric": one.gap.metric,
        "by": list(one.gap.group),
        "group": dict(one.gap.group),
        "reference": dict(one.gap.reference),
        "kind": "difference",
        "n": list(one.gap.n),
        **_numbers(one.estimate),
        "bound": one.bound,
        **({"ratio": _numbers(one.ratio)} if one.ratio else {}),
        "fcr": {**_searched(found), "level": found.level},
        "tolerance": _tolerance(tolerance),
        "beyond": _beyond(family, tolerance),
        "explains": [_folded(below) for below in one.explains],
    }


def _folded(one: Folded) -> dict[str, Any]:
    return {
        "metric": one.gap.metric,
        "by": list(one.gap.group),
        "group": dict(one.gap.group),
        "reference": dict(one.gap.reference),
        "kind": "difference",
        "n": list(one.gap.n),
        **_numbers(one.estimate),
        "why": one.why,
    }


def _largest(one: Largest, tolerance: Threshold) -> dict[str, Any]:
    return {
        "metric": one.metric,
        "by": list(one.attributes),
        "groups": one.groups,
        "highest": {"group": dict(one.highest), **estimate_object(one.highest_rate)},
        "lowest": {"group": dict(one.lowest), **estimate_object(one.lowest_rate)},
        "difference": estimate_object(one.difference),
        "ratio": estimate_object(one.ratio),
        "tolerance": _tolerance(tolerance),
        "beyond": _beyond(one.difference, tolerance),
    }


def _criterion(one: Criterion, threshold: Threshold) -> dict[str, Any]:
    """A criterion with its lines: the screen as its source writes it, any gap at all, and the tolerance."""
    estimate = one.estimate
    shown: bool | str = "unknown"
    if isinstance(estimate, Known):
        shown = estimate.low > 0 if one.kind == "difference" else estimate.high < 1
    screen = {}
    if one.kind == "ratio":
        outcome = ("passes" if estimate.value >= threshold.value else "fails") if isinstance(estimate, Known) else "unknown"
        screen = {"screen": outcome}
    return {
        "criterion": one.name,
        "by": list(one.attributes),
        "kind": one.kind,
        "metric": one.metric,
        "highest": dict(one.highest),
        "lowest": dict(one.lowest),
        **estimate_object(estimate),
        "confidence": one.confidence,
        "comparisons": one.comparisons,
        **screen,
        "any_gap": shown,
        "tolerance": _tolerance(threshold),
        "beyond": _beyond(estimate, threshold, ratio=one.kind == "ratio"),
    }


def _reversal(one: Reversal) -> dict[str, Any]:
    return {
        "metric": one.metric,
        "by": list(one.group),
        "group": dict(one.group),
        "reference": dict(one.reference),
        "within": list(one.within),
        "declared": one.declared,
        "raw": estimate_object(one.raw),
        "adjusted": estimate_object(one.adjusted),
        "strata": one.strata,
        "turned": one.turned,
        "share": one.share,
    }


def _factor(one: FactorDifference) -> dict[str, Any]:
    return {
        "factor": one.factor,
        "by": list(one.group),
        "group": dict(one.group),
        "reference": dict(one.reference),
        "measured": one.measured,
        **estimate_object(one.estimate),
        "confidence": one.confidence,
        "comparisons": one.comparisons,
        "threshold": {"value": one.threshold, "source": OURS},
        "strong": one.strong,
    }


def _numbers(estimate: Known) -> dict[str, Any]:
    return {"value": estimate.value, "low": estimate.low, "high": estimate.high, "method": estimate.method}


def _tolerance(threshold: Threshold) -> dict[str, Any]:
    source = threshold.source
    return {"value": threshold.value, "source": f"{source.citation} ({source.status}, {source.jurisdiction})"}


def _beyond(estimate: Estimate, threshold: Threshold, *, ratio: bool = False) -> bool | str:
    """True or false where the interval leaves no doubt."""
    if not isinstance(estimate, Known) or estimate.method == NOT_GUARANTEED:
        return "unknown"
    outcome = (beyond_ratio if ratio else beyond)(estimate.low, estimate.high, threshold.value)
    return "unknown" if outcome == "undecided" else outcome == "beyond"
