"""Checks that a plan itself declares: an observation of a further test held against a limit of the plan's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from plumbrule.base.observation import Observation
from plumbrule.findings.judging import judge_level
from plumbrule.findings.model import CheckResult
from plumbrule.findings.plan import Plan
from plumbrule.findings.planned.check import PlannedCheck
from plumbrule.rulebook import Check, Source, Threshold

PREFIX = "plan:"
"""The id of a check that the plan declared begins so."""


def named_results(plan: Plan, observations: Sequence[Observation]) -> Mapping[str, tuple[CheckResult, ...]]:
    """The results of the plan's checks, by requirement.

    The verdict is the interval's: within the limit, beyond it, or undecided where it lies across. The limit is shown as
    declared in the plan, with the source that the plan gives; it carries no force but that.

    Raises:
        KeyError: an observation is not there; `run_further` has refused such a plan before.
    """
    by_id = {one.id: one for one in observations}
    found: dict[str, tuple[CheckResult, ...]] = {}
    for asked in plan.check:
        one = by_id[asked.observation]
        result = replace(judge_level(_check(asked, one, plan.system.jurisdiction), one), reference=one.reference)
        found[asked.requirement] = (*found.get(asked.requirement, ()), result)
    return found


def _check(asked: PlannedCheck, one: Observation, jurisdiction: str) -> Check:
    id_ = f"{PREFIX}{asked.observation}"
    source = Source(citation=asked.source, jurisdiction=jurisdiction, status="plan")
    measure = "rate" if one.measure == "fact" else one.measure
    thresholds = []
    if asked.at_least is not None:
        thresholds.append(Threshold(id=f"{id_}:at-least", role="floor", measure=measure, value=asked.at_least, source=source))
    if asked.at_most is not None:
        thresholds.append(Threshold(id=f"{id_}:at-most", role="ceiling", measure=measure, value=asked.at_most, source=source))
    return Check(id=id_, requirement=asked.requirement, kind="level", metric=one.metric, thresholds=tuple(thresholds))
