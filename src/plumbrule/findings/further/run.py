"""Run every further test that a plan asks for."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from plumbrule.base.messages import message
from plumbrule.base.observation import Observation, Test
from plumbrule.errors import AssessmentError
from plumbrule.findings.further import dataset, explanation, languages, privacy, robustness, watch
from plumbrule.findings.further.look import Look, Ran
from plumbrule.lab.predictors.remembered import Answers


@dataclass(frozen=True, slots=True, kw_only=True)
class Runner:
    """A family of tests: the key of the plan that asks for it, what is said while it runs, and what runs it."""

    key: str
    test: Test
    said: str
    run: Callable[[Any, Look], Ran]


RUNNERS: tuple[Runner, ...] = (
    Runner(key="data_set", test="data-set", said=message("Looking at the data set"), run=dataset.run),
    Runner(key="privacy", test="privacy", said=message("Looking at privacy and security"), run=privacy.run),
    Runner(key="robustness", test="robustness", said=message("Changing rows and asking the model again"), run=robustness.run),
    Runner(key="explanation", test="explanation", said=message("Looking for what drives the decisions"), run=explanation.run),
    Runner(key="languages", test="languages", said=message("Comparing languages"), run=languages.run),
    Runner(key="watch", test="watch", said=message("Holding windows of time against the baseline"), run=watch.run),
)
"""In the order of the dossier."""


def run_further(look: Look, *, tell: Callable[[str], None] = lambda _: None) -> Ran:
    """The observations of every test asked for, each marked with its family, and the files read.

    Args:
        look: the plan, its folder and its open table.
        tell: hears what is being done, in an English message id.

    Raises:
        InputError: a file, a column or a model that the plan names cannot be used; or a check names an observation
            that no test gives.
    """
    found = Ran()
    for runner in RUNNERS:
        asked = getattr(look.plan, runner.key)
        if asked is not None:
            tell(runner.said)
            found += _judged(runner, asked, look)
    _refuse_twins(found)
    _refuse_strangers(look, found)
    return found


def _judged(runner: Runner, asked: object, look: Look) -> Ran:
    """What a family gives; the observations that the plan's checks name stand there as they will be judged.

    A family that holds one runs twice: once to be shown, once at a level that only the number of checks sets, so that
    what else was looked at never waters a verdict down. A model is asked once.
    """
    look = replace(look, answers=Answers())
    ran = runner.run(asked, look)
    named = frozenset(one.observation for one in look.plan.check)
    judged: dict[str, Observation] = {}
    if any(one.id in named for one in ran.observations):
        level = 1 - (1 - look.confidence) / len(named)
        again = runner.run(asked, replace(look, judged_at=level, named=named))
        judged = {
            one.id: replace(one, family="primary", confidence=look.confidence, comparisons=len(named))
            for one in again.observations
            if one.id in named and one.means == "test"
        }
    shown = (judged.get(one.id, one) for one in ran.observations)
    return replace(ran, observations=tuple(replace(one, test=runner.test) for one in shown))


def _refuse_twins(found: Ran) -> None:
    """An id names one observation: two questions that come to the same are one too many."""
    ids = [one.id for one in found.observations]
    twins = sorted({id_ for id_ in ids if ids.count(id_) > 1})
    if twins:
        raise AssessmentError(
            f"The plan asks for {twins[0]!r} twice.", expected="each question once", cure="Take one of them out."
        )


def _refuse_strangers(look: Look, found: Ran) -> None:
    """A check names something that was measured: not another word for it, not what somebody else reported."""
    primary = {one.id for one in found.observations if one.family == "primary"}
    ids = [one.id for one in found.observations]
    for check in look.plan.check:
        if check.observation not in primary:
            near = difflib.get_close_matches(check.observation, ids, n=1)
            reported = check.observation in ids
            raise AssessmentError(
                f"A [[check]] is about {check.observation!r}, which {'nobody measured here' if reported else 'no test gives'}.",
                expected="the id of an observation that a further test of this plan measures",
                cure="Take the check out."
                if reported
                else f"Did you mean {near[0]!r}?"
                if near
                else "See assessment.json for ids.",
            )
