"""Robustness: from `[robustness]` to observations."""

from __future__ import annotations

from collections.abc import Iterator

from plumbrule.base.observation import Family
from plumbrule.errors import AssessmentError
from plumbrule.findings.further.files import asked_by
from plumbrule.findings.further.look import Look, Ran
from plumbrule.findings.further.model import Model, opened
from plumbrule.findings.planned.robustness import PlannedExpectation, PlannedRobustness
from plumbrule.lab.families.robustness import (
    Change,
    Expectation,
    Trial,
    expected,
    missing_values,
    monotonic,
    noise,
    observe_robustness,
    out_of_range,
    reordered,
    repeated,
    summarise,
    swapped,
)

KEY = "[robustness]"


def run(asked: PlannedRobustness, look: Look) -> Ran:
    """Every trial that `[robustness]` asks for, for everybody and each group.

    Raises:
        InputError: a column does not fit a trial, or the model hangs.
    """
    family: Family = "primary" if look.guaranteed else "exploratory"
    with opened(look, KEY) as model, asked_by(KEY):
        trials = tuple(_trials(asked, model))
        if not trials:
            raise AssessmentError(
                f"{KEY} asks for nothing.",
                expected='at least one trial, such as noise = [0.1], swap = ["sex"] or repeat = true',
                cure="Add one, or take the table out.",
            )
        found = summarise(
            trials,
            model.base.inputs,
            confidence=look.confidence,
            references=look.references,
            family=family,
            comparisons=look.comparisons,
        )
        seen = observe_robustness(found, inputs=model.inputs, family=family)
        return model.told(look.plan, KEY) + Ran(observations=seen)


def _trials(asked: PlannedRobustness, model: Model) -> Iterator[Trial]:
    base, seed = model.base, model.asked.seed
    for scale in asked.noise:
        yield noise(base, scale=scale, seed=seed, columns=asked.noise_columns)
    for column in asked.missing:
        yield missing_values(base, column)
    for column in asked.out_of_range:
        yield from out_of_range(base, column)
    for column in asked.swap:
        yield swapped(base, column)
    if asked.repeat:
        yield repeated(base)
    if asked.reorder:
        yield reordered(base, seed=seed)
    for column, direction in asked.monotonic.items():
        yield monotonic(base, column, direction=direction)
    for one in asked.expect:
        yield expected(base, _expectation(one))


def _expectation(asked: PlannedExpectation) -> Expectation:
    changes = (
        *(Change(column=column, kind="set", value=value) for column, value in asked.set.items()),
        *(Change(column=column, kind="add", value=value) for column, value in asked.add.items()),
        *(Change(column=column, kind="times", value=value) for column, value in asked.times.items()),
    )
    columns = [change.column for change in changes]
    if not changes or len(set(columns)) < len(columns):
        raise AssessmentError(
            f"The expectation {asked.name!r} changes {'a column twice' if changes else 'nothing'}.",
            expected="set, add or times, each column once",
            cure="Correct it.",
        )
    return Expectation(name=asked.name, changes=changes, expect=asked.score, tolerance=asked.within, where=asked.where)
