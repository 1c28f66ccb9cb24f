"""The result of an audit as one plain JSON object: the contract of `plumbrule audit --json`."""

from __future__ import annotations

import gc
import itertools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Literal

from plumbrule.base.messages import message
from plumbrule.base.observation import Estimate, Known
from plumbrule.findings.judging import beyond, beyond_ratio
from plumbrule.lab import (
    NOT_GUARANTEED,
    Adjustment,
    Bounded,
    BoundedExcluded,
    BoundedMeasurement,
    BoundedRates,
    Excluded,
    Gap,
    GapTable,
    Measurement,
    People,
    Rates,
    RateTable,
)
from plumbrule.rulebook import Threshold

NO_DECISION = message("no decision in these rows")
NO_LABEL = message("no label in these rows")
_SAID: Mapping[str, bool | str] = {"beyond": True, "within": False, "undecided": "unknown"}
EXPLORATORY_NOTE = "exploratory: looked at, not judged; verdicts come from plumbrule assess"


def audit_object(measured: Measurement | BoundedMeasurement, tolerances: Mapping[str, Threshold]) -> dict[str, Any]:
    """The whole result; every value is a string, a number, true or false, or null for a missing attribute.

    Args:
        measured: what the lab found.
        tolerances: the threshold for a `difference` and for a `ratio`.
    """
    with _all_of_it_kept():
        return _object(measured, tolerances)


@contextmanager
def _all_of_it_kept() -> Iterator[None]:
    """No search for garbage among 200,000 new objects none of which is garbage: it takes longer than making them."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _object(measured: Measurement | BoundedMeasurement, tolerances: Mapping[str, Threshold]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "rows": _size(measured.overall),
        "by": list(measured.by),
        "references": dict(measured.references),
        "overall": {"n": _size(measured.overall), "metrics": _metrics(measured.overall)},
        "groups": group_objects(measured),
        "gaps": gap_objects(measured, tolerances),
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
        "tolerance": _tolerance(tolerance),
        "beyond": _beyond(gap, tolerance.value),
        **({"bounds": list(gap.bounds)} if gap.bounds else {}),
    }


def group_objects(measured: Measurement | BoundedMeasurement) -> list[dict[str, Any]]:
    """Every group with its rates; from the columns where each rate is known, as `gap_objects` does."""
    if not isinstance(measured, Measurement):
        return [_group(one) for one in measured.groups]
    return list(itertools.chain.from_iterable(map(_groups, measured.rates)))


def _group(one: Rates) -> dict[str, Any]:
    return {"by": dict(one.group), "n": _size(one), "metrics": _metrics(one)}


def _groups(table: RateTable) -> list[dict[str, Any]]:
    """The groups of one roll-up."""
    if table.scored or not table.known.all():
        return [_group(one) for one in table]
    columns = []
    for at in range(len(table.metrics)):
        numbers = (column[at].tolist() for column in (table.value, table.low, table.high, table.n))
        columns.append(
            [
                {"state": "known", "value": value, "low": low, "high": high, "n": n, "method": "wilson"}
                for value, low, high, n in zip(*numbers, strict=True)
            ]
        )
    names, found = [metric.name for metric in table.metrics], []
    for at, (size, *rates) in enumerate(zip(table.rolled.size().tolist(), *columns, strict=True)):
        metrics = dict(zip(names, rates, strict=True))
        metrics["mean_prediction"] = {**metrics["selection_rate"]}
        found.append({"by": dict(table.rolled.group(at)), "n": size, "metrics": metrics})
    return found


def gap_objects(measured: Measurement | BoundedMeasurement, tolerances: Mapping[str, Threshold]) -> list[dict[str, Any]]:
    """`gap_object` of every gap in their order.

    With all intersections of four attributes there are some 70,000; a `Gap` of each first would take longer than counting
    ten million rows. They are therefore read from the columns, and what many lines have in common (the names of a group,
    the tolerance) is one object that they share.
    """
    if not isinstance(measured, Measurement):
        return [gap_object(gap, tolerances[gap.kind]) for gap in measured.gaps]
    found: list[dict[str, Any]] = []
    for table in measured.comparisons:
        sides = (_lines(table, "difference", tolerances["difference"]), _lines(table, "ratio", tolerances["ratio"]))
        found += itertools.chain.from_iterable(zip(*sides, strict=True))
    return found


def _lines(table: GapTable, kind: Literal["difference", "ratio"], threshold: Threshold) -> list[dict[str, Any]]:
    """Every difference, or every ratio, of one table."""
    lines, tolerance, by = table.lines(kind), _tolerance(threshold), list(table.rolled.attributes)
    compare, limit = beyond if kind == "difference" else beyond_ratio, threshold.value
    family, comparisons, confidence = table.family, table.comparisons, table.confidence
    found: list[dict[str, Any]] = []
    columns = zip(lines.known, lines.value, lines.low, lines.high, lines.method, lines.n, lines.bounds, strict=True)
    pairs = itertools.product([metric.name for metric in table.metrics], zip(lines.groups, lines.references, strict=True))
    for (metric, (group, reference)), (known, value, low, high, method, n, bounds) in zip(pairs, columns, strict=True):
        if not known:
            found.append(gap_object(table.gap(len(found), kind), threshold))
            continue
        outcome = "undecided" if method == NOT_GUARANTEED else compare(low, high, limit)
        one = {
            "metric": metric,
            "by": by,
            "group": group,
            "reference": reference,
            "kind": kind,
            "n": [*n],
            "state": "known",
            "value": value,
            "low": low,
            "high": high,
            "method": method,
            "family": family,
            "comparisons": comparisons,
            "confidence": confidence,
            "tolerance": tolerance,
            "beyond": _SAID[outcome],
        }
        if bounds:
            one["bounds"] = [*bounds]
        found.append(one)
    return found


def _tolerance(threshold: Threshold) -> dict[str, Any]:
    source = threshold.source
    return {"value": threshold.value, "source": f"{source.citation} ({source.status}, {source.jurisdiction})"}


def _beyond(gap: Gap, tolerance: float) -> bool | str:
    """True or false where the interval leaves no doubt; an interval without guarantee for small groups leaves some."""
    if not isinstance(gap.estimate, Known) or gap.estimate.method == NOT_GUARANTEED:
        return "unknown"
    compare = beyond if gap.kind == "difference" else beyond_ratio
    outcome = compare(gap.estimate.low, gap.estimate.high, tolerance)
    return _SAID[outcome]


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
