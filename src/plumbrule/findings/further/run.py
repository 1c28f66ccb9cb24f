"""Run every further test that a plan asks for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from plumbrule.base.messages import message
from plumbrule.base.observation import Test
from plumbrule.errors import AssessmentError
from plumbrule.findings.further import dataset
from plumbrule.findings.further.look import Look, Ran


def run_further(look: Look, *, tell: Callable[[str], None] = lambda _: None) -> Ran:
    """The observations of every test asked for, each marked with its family, and the files read.

    Args:
        look: the plan, its folder and its open table.
        tell: hears what is being done, in an English message id.

    Raises:
        InputError: a file, a column or a model that the plan names cannot be used.
    """
    plan, found = look.plan, Ran()
    if plan.data_set:
        tell(message("Looking at the data set"))
        found += _of("data-set", dataset.run(plan.data_set, look))
    _refuse_twins(found)
    return found


def _of(test: Test, ran: Ran) -> Ran:
    """The observations marked with the family of tests that they come from."""
    return replace(ran, observations=tuple(replace(one, test=test) for one in ran.observations))


def _refuse_twins(found: Ran) -> None:
    """An id names one observation: two questions that come to the same are one too many."""
    ids = [one.id for one in found.observations]
    twins = sorted({id_ for id_ in ids if ids.count(id_) > 1})
    if twins:
        raise AssessmentError(
            f"The plan asks for {twins[0]!r} twice.", expected="each question once", cure="Take one of them out."
        )
