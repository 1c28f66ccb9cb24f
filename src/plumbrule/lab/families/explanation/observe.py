"""Explanation: from importances, reasons, counterfactuals and their stability to observations.

Of one person's row an observation holds its number and how much each column weighed, never the values; those stand in
`Reasons` and `Counterfactual`, which are for that person.

>>> from plumbrule.lab.families.explanation.counterfactual import Rules
>>> from plumbrule.lab.families.robustness.trials import look
>>> from plumbrule.lab.predictors.predictor import Inputs
>>> class Bank:
...     def predict(self, columns):
...         return (columns["income"] >= 50).astype(float)
>>> base = look(Bank(), Inputs.of({"income": list(range(100))}))
>>> found = recourse(base, Rules(directions={"income": "down"}), seed=1)
>>> [(one.id, one.estimate.value, one.estimate.n) for one in observe_recourse(found)[:1]]
[('counterfactual_rate:refused', 0.0, 50)]
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import comb

import numpy as np

from plumbrule.base.messages import message
from plumbrule.base.observation import Estimate, Family, Group, Known, Measure, Observation, Unknown
from plumbrule.lab.families.explanation.counterfactual import Counterfactual, NoCounterfactual, Rules, nearest
from plumbrule.lab.families.explanation.importance import Importance
from plumbrule.lab.families.explanation.reasons import Reasons
from plumbrule.lab.families.explanation.stability import Stability
from plumbrule.lab.families.robustness.summary import Robustness, observe_robustness, summarise
from plumbrule.lab.families.robustness.trials import Baseline, Trial

NOT_HALF = message("fewer than half of the rows, or too few rows, have a counterfactual")
_IMPORTANCE: Mapping[str, Measure] = {"decision": "rate", "accuracy": "difference", "score": "number"}
"""Turned decisions are a share, lost accuracy is a difference of shares, a change of the score is on the score's scale."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recourse:
    """What could have changed the decisions of those who were refused.

    `answers` are for the rows tried, in the order of the table; `rates` the share for whom a counterfactual was found,
    by group, with gaps; `costs` the median cost by group (`{}` is everybody), counting those without one as dearer than all.
    """

    answers: tuple[Counterfactual | NoCounterfactual, ...]
    rates: Robustness
    costs: tuple[tuple[Group, Estimate], ...]
    confidence: float


def recourse(
    base: Baseline,
    rules: Rules,
    *,
    seed: int,
    most: int = 200,
    budget: int = 20_000,
    confidence: float = 0.95,
    references: Mapping[str, str] | None = None,
    family: Family = "exploratory",
    comparisons: int | None = None,
) -> Recourse:
    """Look for the nearest counterfactual of `most` refused rows drawn at random, by at most `budget` questions for each.

    `family` and `comparisons` are those of `summarise`.

    Raises:
        InputError: the rules do not fit, or the predictor fails.
    """
    refused = np.flatnonzero(~base.yes(base.scores))
    if len(refused) > most:
        refused = np.sort(np.random.default_rng(seed).choice(refused, size=most, replace=False))
    answers = tuple(nearest(base, int(place), rules, budget=budget) for place in refused)
    cost = np.array([one.cost if isinstance(one, Counterfactual) else np.inf for one in answers])
    concerned, turned = np.zeros(base.inputs.size, bool), np.zeros(base.inputs.size, bool)
    concerned[refused], turned[refused] = True, np.isfinite(cost)
    trial = Trial(name="refused", concerned=concerned, marks={"counterfactual_rate": turned})
    rates = summarise([trial], base.inputs, confidence=confidence, references=references, family=family, comparisons=comparisons)
    costs = []
    for rate in rates.rates:
        chosen = np.ones(len(refused), bool)
        for name, value in rate.group.items():
            chosen &= np.array([base.inputs.by[name][place] == value for place in refused], bool)
        costs.append((rate.group, median(cost[chosen], confidence)))
    return Recourse(answers=answers, rates=rates, costs=tuple(costs), confidence=confidence)


def median(values: Sequence[float] | np.ndarray[tuple[int, ...], np.dtype[np.float64]], confidence: float) -> Estimate:
    """The median with the interval between two of the values in order (binomial; never below the level).

    >>> found = median([float(i) for i in range(1, 11)], 0.95)
    >>> found.value, found.low, found.high
    (5.5, 2.0, 9.0)
    """
    ordered = np.sort(np.asarray(values, float))
    n = len(ordered)
    allowed = (int((1 - confidence) * 2**53) << n) >> 53  # of the 2**n ways in which n values fall on two sides
    outside, rank = 0, 0
    while rank < n // 2 and 2 * (outside + comb(n, rank)) <= allowed:
        outside += comb(n, rank)
        rank += 1
    if rank == 0 or not np.isfinite(ordered[n - rank]):
        return Unknown(reason=NOT_HALF, n=n)
    return Known(
        value=float(np.median(ordered)),
        low=float(ordered[rank - 1]),
        high=float(ordered[n - rank]),
        n=n,
        method="order statistics",
    )


def observe_importances(
    found: Sequence[Importance],
    *,
    confidence: float = 0.95,
    inputs: tuple[str, ...] = (),
    family: Family = "exploratory",
    comparisons: int = 1,
) -> tuple[Observation, ...]:
    """`permutation_importance:age&accuracy`, …; give the confidence and comparisons that the importances were made with."""
    return tuple(
        _observation(
            f"permutation_importance:{one.column}&{one.kind}",
            _IMPORTANCE[one.kind],
            one.estimate,
            confidence=confidence,
            inputs=inputs,
            family=family,
            comparisons=comparisons,
        )
        for one in found
    )


def observe_reasons(found: Reasons, *, confidence: float = 0.95, inputs: tuple[str, ...] = ()) -> tuple[Observation, ...]:
    """`shap_value:row=17&age`, …: what each column did to the score of one row; the row by its number only."""
    return tuple(
        _observation(f"shap_value:row={found.row}&{one.column}", "number", one.estimate, confidence=confidence, inputs=inputs)
        for one in found.reasons
    )


def observe_stability(found: Stability, *, confidence: float = 0.95, inputs: tuple[str, ...] = ()) -> tuple[Observation, ...]:
    """`explanation_rank_correlation:noise=0.05` and `top_reason_kept_rate:noise=0.05`."""
    where = f"noise={found.scale:g}"
    return (
        _observation(f"explanation_rank_correlation:{where}", "number", found.correlation, confidence=confidence, inputs=inputs),
        _observation(f"top_reason_kept_rate:{where}", "rate", found.top_kept, confidence=confidence, inputs=inputs),
    )


def observe_recourse(found: Recourse, *, inputs: tuple[str, ...] = ()) -> tuple[Observation, ...]:
    """`counterfactual_rate:refused`, its groups and gaps, and `counterfactual_cost:refused@sex=women` (the median)."""
    costs = []
    for group, estimate in found.costs:
        where = "&".join(f"{name}={'' if value is None else value}" for name, value in group.items())
        name = "counterfactual_cost:refused" + (f"@{where}" if where else "")
        costs.append(_observation(name, "number", estimate, confidence=found.confidence, inputs=inputs, group=group))
    return observe_robustness(found.rates, inputs=inputs) + tuple(costs)


def _observation(
    name: str,
    measure: Measure,
    estimate: Estimate,
    *,
    confidence: float,
    inputs: tuple[str, ...],
    family: Family = "exploratory",
    comparisons: int = 1,
    group: Group | None = None,
) -> Observation:
    return Observation(
        id=name,
        means="test",
        metric=name.partition(":")[0],
        measure=measure,
        estimate=estimate,
        group=group or {},
        family=family,
        confidence=confidence,
        comparisons=comparisons,
        inputs=inputs,
    )
