"""Explanation, reasons: what in one person's row moved the score away from the average.

`shap_reasons` gives Shapley values (Lundberg and Lee, NeurIPS 2017; interventional: what a column is not known to be is
taken from other rows, column by column) through the `shap` library; they add up to the score. `single_effects` is
quicker, needs nothing installed and looks at one column at a time; its values add up to nothing in particular.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from plumbrule.base.observation import Known
from plumbrule.errors import InputError, TableError
from plumbrule.lab.families.robustness.trials import Floats
from plumbrule.lab.inference.beta import beta_quantile
from plumbrule.lab.predictors.inputs import Inputs, missing
from plumbrule.lab.predictors.predictor import Predictor, score
from plumbrule.lab.predictors.wire import Column, is_number

PARTS = 10
"""The background is cut into so many parts; how far they differ tells how sure a reason is."""

METHOD = f"t over {PARTS} parts of the background"
Explain = Callable[[Inputs], Floats]
"""From n rows to what each column did in each of them, shape (n, columns)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One column of one row: its value, and by how much it moved the score (plus: towards 1)."""

    column: str
    value: float | str | None
    estimate: Known


@dataclass(frozen=True, slots=True, kw_only=True)
class Reasons:
    """The reasons of one score, the strongest first. `average` plus all estimates is `score`.

    `row` is the number of the row in its table. `way` says whether every combination of columns was looked at, or as
    many orders of the columns as the budget allowed. `background` rows stand for everybody else; `questions` were asked.
    """

    row: int
    score: float
    average: float
    reasons: tuple[Reason, ...]
    way: Literal["exact", "permutations"]
    background: int
    questions: int


def shap_reasons(
    predictor: Predictor,
    inputs: Inputs,
    place: int,
    *,
    seed: int,
    background: int = 100,
    budget: int = 100_000,
    confidence: float = 0.95,
) -> Reasons:
    """The Shapley values of one row (`place` from 0), against `background` other rows drawn at random.

    Every combination of columns is looked at when 2^columns × background is within the budget of questions; otherwise
    orders of columns are drawn at random. The interval is about which rows the background happens to hold (and which
    orders were drawn): Student's t over `PARTS` parts. The first call takes some 9 seconds (shap compiles itself).

    Raises:
        InputError: shap is not installed; the predictor fails.
        TableError: too few rows, no such row, or a budget too small for these columns.
    """
    if inputs.size <= PARTS or not 0 <= place < inputs.size:
        raise TableError(
            f"Row {place + 1} of {inputs.size} was asked for.",
            expected=f"a row among more than {PARTS}",
            cure="Ask about more rows.",
        )
    shap = _shap()
    random = np.random.default_rng(seed)
    others = np.delete(np.arange(inputs.size), place)
    size = min(background, len(others)) // PARTS * PARTS
    drawn = random.choice(others, size=size, replace=False)
    asked = _Coded(predictor, inputs.take(np.concatenate([[place], drawn])))
    columns = len(inputs)
    orders = _orders(columns, size, budget)
    codes = asked.codes
    found = []
    for part in np.split(codes[1:], PARTS):
        masker = shap.maskers.Independent(part, max_samples=len(part))
        found.append(_explained(shap, asked, masker, codes[:1], orders=orders, seed=int(random.integers(2**31))))
    values, averages = np.stack([one for one, _ in found]), [average for _, average in found]
    order = sorted(range(columns), key=lambda j: (-abs(float(values[:, j].mean())), j))
    names = list(inputs)
    return Reasons(
        row=int(inputs.numbers[place]),
        score=float(score(predictor, inputs.take(np.array([place])))[0]),
        average=float(np.mean(averages)),
        reasons=tuple(
            Reason(column=names[j], value=_plain(inputs[names[j]], place), estimate=_over_parts(values[:, j], size, confidence))
            for j in order
        ),
        way="permutations" if orders else "exact",
        background=size,
        questions=asked.questions,
    )


def _orders(columns: int, size: int, budget: int) -> int:
    """How many orders of the columns the budget allows; 0 where every combination fits into it."""
    if columns < 20 and 2**columns * size <= budget:
        return 0
    needed = (2 * columns + 1) * size
    if needed > budget:
        raise TableError(
            f"{columns} columns and {size} rows of background need {needed} questions at least.",
            expected=f"a budget of that size, and not {budget}",
            cure="Raise the budget, or take a smaller background.",
        )
    return budget // needed


def single_effects(predictor: Predictor, inputs: Inputs, *, background: Inputs, most: int = 50, seed: int) -> Floats:
    """How much each column alone moves each score: the score minus its mean with that column from other rows, (n, columns).

    `most` rows of the background are drawn at random, the same for every row and column. Costs columns × `most` looks
    at every row.
    """
    random = np.random.default_rng(seed)
    drawn = random.choice(background.size, size=min(most, background.size), replace=False)
    before, effects = score(predictor, inputs), np.empty((inputs.size, len(inputs)))
    for j, name in enumerate(inputs):
        looks = [
            score(predictor, inputs.replaced({name: np.full(inputs.size, background[name][place], inputs[name].dtype)}))
            for place in drawn
        ]
        effects[:, j] = before - np.mean(looks, axis=0)
    return effects


class _Coded:
    """The rows as numbers, which is all that shap's maskers take: each value stands by its place among those of its column."""

    def __init__(self, predictor: Predictor, rows: Inputs) -> None:
        self._predictor, self._rows = predictor, rows
        self.questions = 0
        self._values: list[Column] = []
        self.codes = np.empty((rows.size, len(rows)))
        for j, column in enumerate(rows.values()):
            first: dict[Any, int] = {}
            keys = [None if gone else value for value, gone in zip(column.tolist(), missing(column), strict=True)]
            for place, key in enumerate(keys):
                first.setdefault(key, place)
            self.codes[:, j] = [first[key] for key in keys]
            self._values.append(column)

    def __call__(self, codes: NDArray[np.float64]) -> Floats:
        places = codes.astype(int)
        self.questions += len(places)
        columns = {name: self._values[j][places[:, j]] for j, name in enumerate(self._rows)}
        numbers = np.full(len(places), self._rows.numbers[0])
        return score(self._predictor, Inputs(columns=columns, numbers=numbers, by={}))


def _explained(
    shap: Any, asked: _Coded, masker: Any, row: NDArray[np.float64], *, orders: int, seed: int
) -> tuple[Floats, float]:
    """The values of one row against one part of the background, and the average score there. No orders: exact."""
    if not orders:
        found = shap.explainers.ExactExplainer(asked, masker)(row)
    else:
        before = np.random.get_state()  # shap seeds the generator that everybody shares: it gets its own state back
        try:
            explainer = shap.explainers.PermutationExplainer(asked, masker, seed=seed)
            found = explainer(row, max_evals=orders * (2 * row.shape[1] + 1), silent=True)
        finally:
            np.random.set_state(before)
    return np.asarray(found.values[0], float), float(np.ravel(found.base_values)[0])


def _over_parts(values: Floats, n: int, confidence: float) -> Known:
    mean, error = float(values.mean()), float(values.std(ddof=1)) / len(values) ** 0.5
    half = student(len(values) - 1, confidence) * error
    return Known(value=mean, low=mean - half, high=mean + half, n=n, method=METHOD)


def student(freedom: int, confidence: float) -> float:
    """The two-sided quantile of Student's t: T² / (freedom + T²) has a beta distribution (DLMF 8.17.18).

    >>> round(student(9, 0.95), 4)
    2.2622
    """
    share = float(beta_quantile(np.array(0.5), np.array(freedom / 2), confidence))
    return float(np.sqrt(freedom * share / (1 - share)))


def _plain(column: Column, place: int) -> float | str | None:
    value = column[place]
    if is_number(column):
        return None if np.isnan(value) else float(value)
    return None if value is None else str(value)


def strongest(reasons: Sequence[Reason], most: int) -> tuple[Reason, ...]:
    """The first reasons whose interval is on one side of zero; a reason that may as well be none is not told to anybody."""
    return tuple(one for one in reasons if one.estimate.low * one.estimate.high > 0)[:most]


def _shap() -> Any:
    try:
        return importlib.import_module("shap")  # an extra: 3 s and 290 MB of memory, so only when asked
    except ImportError as error:
        raise InputError(
            "Reasons by Shapley values need shap, which is not installed.",
            expected="the extra for explanations",
            cure="pip install 'plumbrule[shap]'",
        ) from error
