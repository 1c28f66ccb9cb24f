"""Robustness, the expectations: what the user declares must hold when a row changes, and in which rows it does not.

>>> class Bank:
...     def predict(self, columns):
...         return np.where(columns["income"] > 80, 0.2, columns["income"] / 100)
>>> base = look(Bank(), Inputs.of({"income": [10, 40, 70, 90]}))
>>> monotonic(base, "income", direction="up").marks["violation_rate"].tolist()
[True, True, True, True]
>>> double = Expectation(name="double", changes=(Change(column="income", kind="times", value=2),), expect="not-lower")
>>> expected(base, double).marks["violation_rate"].tolist()
[False, False, True, False]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from plumbrule.errors import TableError
from plumbrule.lab.families.robustness.trials import REFUSED, ROUNDING, Baseline, Floats, Marks, Trial, answers, look
from plumbrule.lab.predictors.inputs import Inputs, missing
from plumbrule.lab.predictors.wire import Column, is_number

__all__ = ["Change", "Expectation", "Inputs", "expected", "look", "monotonic"]

VIOLATIONS = ("violation_rate", "decision_violation_rate")
"""The score did what was declared it must not; the decision did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One column set to a value, or (numbers only) raised by an amount, or multiplied."""

    column: str
    kind: Literal["set", "add", "times"]
    value: float | str

    def apply(self, inputs: Inputs) -> Column:
        """The column after the change; a missing value stays missing unless it is set.

        Raises:
            TableError: no such column, or a word where a number belongs, or the other way round.
        """
        inputs.require(self.column)
        column, word = inputs[self.column], isinstance(self.value, str)
        if is_number(column) == word or (word and self.kind != "set"):
            raise TableError(
                f"The change {self.kind} {self.value!r} does not fit column {self.column!r}.",
                expected="a number for a column of numbers; set and a word for a column of words",
                cure="Correct the expectation, or say that the column is words.",
            )
        if self.kind == "set":
            return np.full(len(column), self.value, column.dtype)
        return column + self.value if self.kind == "add" else column * self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """A metamorphic expectation: after these changes together the score must be the same, or not lower, or not higher.

    `where` limits it to rows that hold these values before the change; `tolerance` is in units of the score.
    """

    name: str
    changes: tuple[Change, ...]
    expect: Literal["same", "not-lower", "not-higher"]
    tolerance: float = ROUNDING
    where: Mapping[str, str | float] = field(default_factory=dict)


def expected(base: Baseline, expectation: Expectation) -> Trial:
    """Try an expectation on every row that it is declared for and whose changed columns are not missing.

    Raises:
        TableError: it names columns or values that do not fit, or no row.
    """
    inputs = base.inputs
    changed = inputs.replaced({change.column: change.apply(inputs) for change in expectation.changes})
    concerned = np.ones(inputs.size, bool)
    for column in expectation.where:
        inputs.require(column)
        concerned &= np.array(inputs[column] == expectation.where[column], bool)
    for change in expectation.changes:
        concerned &= ~missing(inputs[change.column])
    name = f"expect={expectation.name}"
    if not concerned.any():
        raise TableError(
            f"No row is concerned by the expectation {expectation.name!r}.",
            expected="rows with the values in its `where`, and with values to change",
            cure="Correct the values; numbers are written without quotes.",
        )
    after = answers(base, changed)
    if after is None:
        return Trial(name=name, concerned=concerned, marks={}, refused=REFUSED)
    shift, sign = after - base.scores, {"same": 0, "not-lower": 1, "not-higher": -1}[expectation.expect]
    yes, before = base.yes(after).astype(int), base.yes(base.scores).astype(int)
    marks = _wrong(shift, sign, expectation.tolerance), _wrong((yes - before).astype(float), sign, 0.0)
    return Trial(name=name, concerned=concerned, marks=dict(zip(VIOLATIONS, marks, strict=True)), shift=shift)


def _wrong(moved: Floats, sign: int, tolerance: float) -> Marks:
    return np.abs(moved) > tolerance if sign == 0 else moved * sign < -tolerance


def monotonic(
    base: Baseline,
    column: str,
    *,
    direction: Literal["up", "down"],
    steps: int = 10,
    tolerance: float = ROUNDING,
) -> Trial:
    """A higher value of the column must never lower the score (`up`), or never raise it (`down`).

    Every row is asked at `steps` values that the column holds (quantiles), everything else as it is; it is marked when
    the score falls anywhere between two of them or its own. `shift` is the largest fall (zero or negative; for `down`
    the largest rise).

    Raises:
        TableError: the column holds words, or fewer than two values.
    """
    base.inputs.require(column, numeric=True)
    own = base.inputs[column]
    held = ~np.isnan(own)
    grid = np.unique(np.quantile(own[held], np.linspace(0, 1, steps), method="nearest")) if held.any() else own[:0]
    if len(grid) < 2:
        raise TableError(
            f"Column {column!r} holds {len(grid)} value.", expected="at least two values to compare", cure="Leave the column out."
        )
    name, sign = f"monotonic={column}&{direction}", 1.0 if direction == "up" else -1.0
    lines = []
    for value in grid:
        found = answers(base, base.inputs.replaced({column: np.full(len(own), value)}))
        if found is None:
            return Trial(name=name, concerned=held, marks={}, refused=REFUSED)
        lines.append(found)
    falls = _largest_fall(grid, np.stack(lines) * sign, own, base.scores * sign)
    decisions = [base.yes(line).astype(float) * sign for line in (*lines, base.scores)]
    turned = _largest_fall(grid, np.stack(decisions[:-1]), own, decisions[-1])
    marks = {VIOLATIONS[0]: (falls > tolerance) & held, VIOLATIONS[1]: (turned > 0) & held}
    return Trial(name=name, concerned=held, marks=marks, shift=-sign * falls)


def _largest_fall(grid: Floats, scores: NDArray[np.float64], own: Floats, own_scores: Floats) -> Floats:
    """How far the score of each row falls at most while the value rises; scores of shape (grid, n), result (n,) and ≥ 0."""
    highest = np.maximum.accumulate(scores, axis=0)
    fall = (highest - scores).max(axis=0)
    before, after = grid[:, None] < own, grid[:, None] > own
    fall = np.maximum(fall, np.where(before, scores - own_scores, 0).max(axis=0))
    largest: Floats = np.maximum(fall, np.where(after, own_scores - scores, 0).max(axis=0))
    return largest
