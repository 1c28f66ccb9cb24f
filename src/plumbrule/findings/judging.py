"""Hold observations against checks. Three lines for every gap: screen, any gap, tolerance; the tolerance decides.

A screen is reported as its source writes it, a point value without regard to chance, and never decides alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from plumbrule.base.languages import Wording
from plumbrule.base.messages import message
from plumbrule.base.observation import Judged, Known, Observation, Stated, Unknown
from plumbrule.findings.model import CheckResult, Finding, Line, Power, Verdict
from plumbrule.findings.power import rows_needed
from plumbrule.rulebook import Check, Profile, Requirement, Rulebook, Threshold, TierSuggestion, cite

NOT_DECLARED = message("nobody declared it")
NOT_MEASURED = message("the table does not hold what this check needs")
NO_CHECK = message("this profile has no check for it")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The observations by what a check looks for: gaps and levels by metric, declared facts by key."""

    gaps: Mapping[str, tuple[tuple[Observation, Observation | None, Observation], ...]]
    levels: Mapping[str, tuple[Observation, ...]]
    declared: Mapping[str, Observation]


def beyond(low: float, high: float, tolerance: float) -> Literal["beyond", "within", "undecided"]:
    """An interval of differences against a tolerance in both directions.

    >>> beyond(-0.25, -0.06, 0.05), beyond(-0.02, 0.03, 0.05), beyond(-0.07, 0.03, 0.05)
    ('beyond', 'within', 'undecided')
    """
    if low > tolerance or high < -tolerance:
        return "beyond"
    return "within" if -tolerance <= low and high <= tolerance else "undecided"


def beyond_ratio(low: float, high: float, least: float) -> Literal["beyond", "within", "undecided"]:
    """An interval of ratios against `least` and its inverse: 0.8 allows 0.8 to 1.25.

    >>> beyond_ratio(0.65, 0.79, 0.8), beyond_ratio(0.9, 1.1, 0.8), beyond_ratio(0.7, 0.9, 0.8)
    ('beyond', 'within', 'undecided')
    """
    if high < least or low > 1 / least:
        return "beyond"
    return "within" if least <= low and high <= 1 / least else "undecided"


def judge(
    observations: Sequence[Observation],
    rulebook: Rulebook,
    profile: Profile,
    *,
    more_rows: bool,
    named: Mapping[str, tuple[CheckResult, ...]] | None = None,
) -> tuple[Finding, ...]:
    """One finding for each requirement of the profile, in its order; only primary and declared observations count.

    `named` are the results of the plan's own checks (`named_results`), by requirement.
    """
    facts = _arrange([one for one in observations if one.family != "exploratory" and one.test == "outcomes"], observations)
    return tuple(
        _finding(
            rulebook.requirements[name],
            [check for check in profile.checks if check.requirement == name],
            facts,
            profile,
            more_rows=more_rows,
            more=(named or {}).get(name, ()),
        )
        for name in profile.requirements
    )


def _arrange(judged: Sequence[Observation], everything: Sequence[Observation]) -> Facts:
    by_id = {one.id: one for one in everything}
    gaps: dict[str, list[tuple[Observation, Observation | None, Observation]]] = {}
    levels: dict[str, list[Observation]] = {}
    for one in judged:
        if one.measure == "difference" and one.reference is not None:
            stem = one.id.removesuffix(":difference")
            reference = by_id[f"{one.metric}:" + "&".join(f"{key}={value}" for key, value in one.reference.items())]
            gaps.setdefault(one.metric, []).append((one, by_id.get(f"{stem}:ratio"), reference))
        elif one.means == "test" and one.reference is None:
            levels.setdefault(one.metric, []).append(one)
    return Facts(
        gaps={metric: tuple(found) for metric, found in gaps.items()},
        levels={metric: tuple(found) for metric, found in levels.items()},
        declared={one.metric: one for one in judged if one.means == "examination"},
    )


def _finding(
    requirement: Requirement,
    checks: Sequence[Check],
    facts: Facts,
    profile: Profile,
    *,
    more_rows: bool,
    more: tuple[CheckResult, ...],
) -> Finding:
    results = (*(result for check in checks for result in _results(check, facts, profile, more_rows=more_rows)), *more)
    verdict = combine([result.verdict for result in results])
    return Finding(
        requirement=requirement.id,
        title=requirement.title,
        verdict=verdict,
        checks=results,
        answers=requirement.answers,
        reason="" if results else NO_CHECK,
    )


def combine(verdicts: Sequence[Verdict]) -> Verdict:
    """The verdict on a requirement: not satisfied when any check is not; satisfied only when all are.

    >>> combine(["satisfied", "inconclusive"]), combine([])
    ('inconclusive', 'not-assessed')
    """
    counted = [verdict for verdict in verdicts if verdict != "not-applicable"]
    order: tuple[Verdict, ...] = ("not-satisfied", "inconclusive", "not-assessed")
    for verdict in order:
        if verdict in counted:
            return verdict
    if counted:
        return "satisfied"
    return "not-applicable" if verdicts else "not-assessed"


def _results(check: Check, facts: Facts, profile: Profile, *, more_rows: bool) -> list[CheckResult]:
    if check.kind == "gap":
        found = [_gap(check, *gap, profile, more_rows=more_rows) for gap in facts.gaps.get(check.metric, ())]
    elif check.kind == "level":
        found = [judge_level(check, one) for one in facts.levels.get(check.metric, ())]
    else:
        found = [_declared(check, facts.declared[check.metric])] if check.metric in facts.declared else []
    reason = NOT_DECLARED if check.kind == "declared" else NOT_MEASURED
    return found or [CheckResult(check=check.id, metric=check.metric, verdict="not-assessed", lines=(), group={}, reason=reason)]


def _gap(
    check: Check, difference: Observation, ratio: Observation | None, reference: Observation, profile: Profile, *, more_rows: bool
) -> CheckResult:
    lines = tuple(
        [*(_screen(threshold, ratio) for threshold in check.thresholds if threshold.role == "screen"), _any_gap(difference)]
        + [_tolerance(threshold, difference) for threshold in check.thresholds if threshold.role == "tolerance"]
    )
    verdict = combine([_VERDICTS[line.outcome] for line in lines if line.role == "tolerance"])
    power: tuple[Power, ...] = ()
    tolerance = next((threshold.value for threshold in check.thresholds if threshold.role == "tolerance"), None)
    if (
        verdict == "inconclusive"
        and tolerance is not None
        and isinstance(reference.estimate, Known)
        and isinstance(difference.estimate, Known)
    ):
        rows, all_rows = reference.estimate.n, difference.estimate.n
        power = rows_needed(
            tolerance=tolerance,
            truths=profile.truths,
            rate=reference.estimate.value,
            share=(all_rows - rows) / all_rows,
            level=1 - (1 - difference.confidence) / difference.comparisons,
        )
    return CheckResult(
        check=check.id,
        metric=check.metric,
        verdict=verdict,
        lines=lines,
        group=difference.group,
        reference=difference.reference,
        reason=difference.estimate.reason if isinstance(difference.estimate, Unknown) else "",
        power=power,
        more_rows=more_rows,
    )


_VERDICTS: dict[str, Verdict] = {
    "beyond": "not-satisfied",
    "within": "satisfied",
    "undecided": "inconclusive",
    "unknown": "not-assessed",
    "stated-yes": "satisfied",
    "stated-no": "not-satisfied",
}


def _screen(threshold: Threshold, ratio: Observation | None) -> Line:
    """The point value as the source writes it; four fifths holds in either direction, whichever group fares worse."""
    if ratio is None or not isinstance(ratio.estimate, Known):
        return Line(role="screen", outcome="unknown", observation=ratio.id if ratio else "", threshold=threshold)
    value = ratio.estimate.value
    lower = min(value, 1 / value) if value > 0 else 0.0
    return Line(
        role="screen", outcome="passes" if lower >= threshold.value else "fails", observation=ratio.id, threshold=threshold
    )


def _any_gap(difference: Observation) -> Line:
    interval = difference.judged or difference.estimate
    if not isinstance(interval, Known | Judged):
        return Line(role="any-gap", outcome="unknown", observation=difference.id)
    shown = interval.low > 0 or interval.high < 0
    return Line(role="any-gap", outcome="shown" if shown else "not-shown", observation=difference.id)


def _tolerance(threshold: Threshold, difference: Observation) -> Line:
    interval = difference.judged or difference.estimate
    outcome = beyond(interval.low, interval.high, threshold.value) if isinstance(interval, Known | Judged) else "unknown"
    return Line(role="tolerance", outcome=outcome, observation=difference.id, threshold=threshold)


def judge_level(check: Check, one: Observation) -> CheckResult:
    """One observation held against the floors and ceilings of a check, by its interval."""
    lines = tuple(_floor_or_ceiling(threshold, one) for threshold in check.thresholds if threshold.role in ("floor", "ceiling"))
    reason = one.estimate.reason if isinstance(one.estimate, Unknown) else ""
    return CheckResult(
        check=check.id,
        metric=check.metric,
        verdict=combine([_VERDICTS[line.outcome] for line in lines]),
        lines=lines,
        group=one.group,
        reason=reason,
    )


def _floor_or_ceiling(threshold: Threshold, one: Observation) -> Line:
    role: Literal["floor", "ceiling"] = "floor" if threshold.role == "floor" else "ceiling"
    interval = one.judged or one.estimate
    if not isinstance(interval, Known | Judged):
        return Line(role=role, outcome="unknown", observation=one.id, threshold=threshold)
    low, high, value = interval.low, interval.high, threshold.value
    within, over = (low >= value, high < value) if role == "floor" else (high <= value, low > value)
    return Line(
        role=role, outcome="within" if within else "beyond" if over else "undecided", observation=one.id, threshold=threshold
    )


def _declared(check: Check, one: Observation) -> CheckResult:
    holds = isinstance(one.estimate, Stated) and one.estimate.holds
    line = Line(role="declared", outcome="stated-yes" if holds else "stated-no", observation=one.id)
    return CheckResult(check=check.id, metric=check.metric, verdict=_VERDICTS[line.outcome], lines=(line,), group={})


def cited(book: Rulebook, judged: tuple[Finding, ...], tier: TierSuggestion) -> Mapping[str, tuple[str, Wording]]:
    """Citation and our wording of every provision that a finding or a fired tier rule answers."""
    wanted = [
        *(answer for finding in judged for answer in finding.answers),
        *(answer for rule in tier.fired for answer in rule.answers),
    ]
    return {name: (cite(book, name), book.provisions[name].wording) for name in dict.fromkeys(wanted)}
