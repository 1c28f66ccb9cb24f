"""Explanation: from `[explanation]` to observations. Of one person's row they hold the number and weights, no values."""

from __future__ import annotations

from functools import partial

from plumbrule.base.observation import Observation
from plumbrule.findings.further.files import asked_by, asks_something
from plumbrule.findings.further.look import Look, Ran
from plumbrule.findings.further.model import Model, opened, rows_of
from plumbrule.findings.planned.explanation import (
    PlannedCounterfactual,
    PlannedExplanation,
    PlannedImportance,
    PlannedReasons,
    PlannedStability,
)
from plumbrule.lab.families.explanation import (
    Rules,
    importances,
    observe_importances,
    observe_reasons,
    observe_recourse,
    observe_stability,
    recourse,
    shap_reasons,
    single_effects,
    stability,
)

KEY = "[explanation]"


def run(asked: PlannedExplanation, look: Look) -> Ran:
    """Everything that `[explanation]` asks.

    Raises:
        InputError: a column does not fit a question, shap is not installed where reasons are asked for, or the model
            fails on a row.
    """
    found: tuple[Observation, ...] = ()
    with opened(look, KEY) as model:
        if asked.importance:
            with asked_by("[explanation.importance]"):
                found += _importance(asked.importance, look, model)
        if asked.reasons:
            with asked_by("[explanation.reasons]"):
                found += _reasons(asked.reasons, look, model)
        if asked.stability:
            with asked_by("[explanation.stability]"):
                found += _stability(asked.stability, look, model)
        if asked.counterfactual:
            with asked_by("[explanation.counterfactual]"):
                found += _counterfactual(asked.counterfactual, look, model)
        return model.told(look.plan, KEY) + asks_something(Ran(observations=found), KEY)


def _importance(asked: PlannedImportance, look: Look, model: Model) -> tuple[Observation, ...]:
    """Intervals hold together for all columns and kinds that are asked about."""
    columns = tuple(model.base.inputs) if asked.columns is None else asked.columns
    together = look.comparisons or max(len(columns) * len(asked.of), 1)
    found = [
        one
        for kind in asked.of
        for one in importances(
            model.base,
            kind=kind,
            repeats=asked.repeats,
            seed=model.asked.seed,
            columns=columns,
            confidence=look.confidence,
            comparisons=together,
        )
    ]
    return observe_importances(found, confidence=look.confidence, inputs=model.inputs, comparisons=together)


def _reasons(asked: PlannedReasons, look: Look, model: Model) -> tuple[Observation, ...]:
    inputs = rows_of(model.asked, look, also=asked.rows)
    place = {int(number): at for at, number in enumerate(inputs.numbers)}
    found = (
        shap_reasons(
            model.base.predictor,
            inputs,
            place[row],
            seed=model.asked.seed,
            background=asked.background,
            budget=asked.questions,
            confidence=look.confidence,
        )
        for row in dict.fromkeys(asked.rows)
    )
    return tuple(seen for one in found for seen in observe_reasons(one, confidence=look.confidence, inputs=model.inputs))


def _stability(asked: PlannedStability, look: Look, model: Model) -> tuple[Observation, ...]:
    """By single effects: quick, and nothing to install; whether Shapley values are as stable is another question."""
    base, seed = model.base, model.asked.seed
    explain = partial(single_effects, base.predictor, background=base.inputs, seed=seed)
    some = base.inputs.drawn(asked.rows, seed)
    found = stability(explain, some, scale=asked.noise, seed=seed, copies=asked.copies, confidence=look.confidence)
    return observe_stability(found, confidence=look.confidence, inputs=model.inputs)


def _counterfactual(asked: PlannedCounterfactual, look: Look, model: Model) -> tuple[Observation, ...]:
    rules = Rules(
        immutable=asked.immutable,
        directions=asked.directions,
        weights=asked.weights,
        most_changes=asked.most_changes,
        values=asked.values,
    )
    found = recourse(
        model.base,
        rules,
        seed=model.asked.seed,
        most=asked.rows,
        budget=asked.questions,
        confidence=look.confidence,
        references=look.references,
        family="primary" if look.guaranteed else "exploratory",
        comparisons=look.comparisons,
    )
    return observe_recourse(found, inputs=model.inputs)
