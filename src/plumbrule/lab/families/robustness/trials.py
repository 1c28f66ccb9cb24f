"""Robustness, the trials: ask a predictor again about rows that were changed a little, and mark whose decision turned.

>>> import numpy as np
>>> class Bank:
...     def predict(self, columns):
...         return (columns["income"] >= 50).astype(float)
>>> base = look(Bank(), Inputs.of({"income": [10, 49, 51, 90]}))
>>> trial = out_of_range(base, "income")[0]
>>> trial.name, trial.marks["flip_rate"].tolist()
('out-of-range=income&high', [True, True, False, False])
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plumbrule.base.messages import message
from plumbrule.errors import InputError, LimitError, TableError
from plumbrule.lab.predictors.inputs import Inputs, missing
from plumbrule.lab.predictors.predictor import Predictor, score
from plumbrule.lab.predictors.wire import Column, is_number

Floats = NDArray[np.float64]
Marks = NDArray[np.bool_]
REFUSED = message("the model gave no answer for a row that was changed")
MOST_VALUES = 20
"""An attribute with more values than this is not swapped: each value costs a look at every row."""

ROUNDING = 1e-6
"""Scores closer than this count as the same, unless the same rows are asked in the same order."""

_UNSEEN = "plumbrule: a value that no row holds"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Baseline:
    """A predictor, the rows it is tested on, its scores for them as they are, and from which score on the decision is yes."""

    predictor: Predictor
    inputs: Inputs
    scores: Floats
    threshold: float

    def yes(self, scores: Floats) -> Marks:
        """The decisions."""
        return scores >= self.threshold


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trial:
    """What one change did: arrays of shape (n,) in the order of the rows.

    `concerned` marks the rows that were changed at all; only they count. `marks` tells, for each metric, in which rows
    it happened. `shift` is the score after minus the score before (for several changes, the one farthest from zero).
    `refused` is the reason why there is no answer, and then there are no marks.
    """

    name: str
    concerned: Marks
    marks: Mapping[str, Marks]
    shift: Floats | None = None
    refused: str = ""


FLIPS = ("flip_rate", "gain_rate", "loss_rate")
"""The decision turned; turned from no to yes; turned from yes to no. Shares of all rows concerned."""


def look(predictor: Predictor, inputs: Inputs, *, threshold: float = 0.5) -> Baseline:
    """Ask about the rows as they are.

    Raises:
        InputError: the predictor fails on a row.
    """
    return Baseline(predictor=predictor, inputs=inputs, scores=score(predictor, inputs), threshold=threshold)


def noise(base: Baseline, *, scale: float, seed: int, columns: Sequence[str] | None = None) -> Trial:
    """Add normal noise of `scale` standard deviations to the columns of numbers (all, if none are named), once a row.

    A column that holds only whole numbers is rounded again, and no value leaves the range that the column has: what is
    tested is a small change of something possible. A missing value stays missing.

    Raises:
        TableError: there is no column of numbers, or one of those named is none.
    """
    inputs = base.inputs
    chosen = [name for name in inputs if is_number(inputs[name])] if columns is None else list(columns)
    inputs.require(*chosen, numeric=True)
    if not chosen:
        raise TableError("The predictor gets no column of numbers.", expected="at least one", cure="Leave this trial out.")
    random = np.random.default_rng(seed)
    changed = {name: noisy(inputs[name], scale, random) for name in chosen}
    only = f"&{'&'.join(chosen)}" if columns is not None else ""
    return _again(base, f"noise={scale:g}{only}", [changed])


def noisy(column: Column, scale: float, random: np.random.Generator) -> Column:
    """The numbers of a column with noise; see `noise`."""
    held = column[~np.isnan(column)]
    if not len(held):
        return column
    moved = column + random.normal(0, scale * held.std(), len(column))
    if np.all(held == np.round(held)):
        moved = np.round(moved)
    return np.clip(moved, held.min(), held.max())


def missing_values(base: Baseline, column: str) -> Trial:
    """Take the value of one column away from every row that has it."""
    base.inputs.require(column)
    values = base.inputs[column]
    gone = np.full(len(values), np.nan) if is_number(values) else np.full(len(values), None, object)
    return _again(base, f"missing={column}", [{column: gone}], ~missing(values))


def out_of_range(base: Baseline, column: str, *, times: float = 1.0) -> tuple[Trial, ...]:
    """Set one column far outside: a number `times` its range above the largest and below the smallest; a word to one never seen.

    Two trials for numbers (high, low), one for words (unseen).

    Raises:
        TableError: no such column, or no value in it.
    """
    base.inputs.require(column)
    values = base.inputs[column]
    if not is_number(values):
        return (_again(base, f"out-of-range={column}&unseen", [{column: np.full(len(values), _UNSEEN, object)}]),)
    held = values[~np.isnan(values)]
    if not len(held):
        raise TableError(f"Column {column!r} is empty.", expected="a value in at least one row", cure="Leave the column out.")
    low, high = held.min(), held.max()
    reach = times * ((high - low) or max(abs(high), 1.0))  # a column of one value has no range: its size then, or 1
    ends = {"high": high + reach, "low": low - reach}
    return tuple(_again(base, f"out-of-range={column}&{end}", [{column: np.full(len(values), v)}]) for end, v in ends.items())


def swapped(base: Baseline, column: str) -> Trial:
    """Give each row every other value of a protected attribute that the predictor is told; marked when any of them turns it.

    Nothing else changes: columns that go along with the attribute stay as they are.

    Raises:
        TableError: the predictor is not told the attribute, or it has fewer than 2 or more than `MOST_VALUES` values.
    """
    base.inputs.require(column)
    values = base.inputs[column]
    held = ~missing(values)
    found = sorted(set(values[held].tolist()))
    if not 2 <= len(found) <= MOST_VALUES:
        raise TableError(
            f"Column {column!r} holds {len(found)} values.",
            expected=f"2 to {MOST_VALUES} values to swap",
            cure="Name an attribute with few values, or leave the swap out.",
        )
    changes = [{column: np.full(len(values), value, values.dtype)} for value in found]
    return _again(base, f"swap={column}", changes, held)


def repeated(base: Baseline) -> Trial:
    """Ask about the same rows in the same order once more; `score_change_rate` marks any difference at all."""
    again = score(base.predictor, base.inputs)
    return _trial("repeat", base, again, np.ones(len(again), bool), tolerance=0.0)


def reordered(base: Baseline, *, seed: int) -> Trial:
    """Ask about the same rows in another order: a decision must not depend on whose file lies beside it."""
    order = np.random.default_rng(seed).permutation(base.inputs.size)
    again = np.empty(base.inputs.size)
    again[order] = score(base.predictor, base.inputs.take(order))
    return _trial("reorder", base, again, np.ones(len(again), bool), tolerance=ROUNDING)


def answers(base: Baseline, changed: Inputs) -> Floats | None:
    """Scores for changed rows; None when the predictor refuses one. A predictor that hangs is an error, always."""
    try:
        return score(base.predictor, changed)
    except LimitError:
        raise
    except InputError:
        return None


def _again(base: Baseline, name: str, changes: Sequence[Mapping[str, Column]], concerned: Marks | None = None) -> Trial:
    """A trial of one or more changes of the same rows; a row is marked when any of them turns it."""
    rows = np.ones(base.inputs.size, bool) if concerned is None else concerned
    before = base.yes(base.scores)
    gained, lost, shift = np.zeros_like(rows), np.zeros_like(rows), np.zeros(len(rows))
    for change in changes:
        after = answers(base, base.inputs.replaced(change))
        if after is None:
            return Trial(name=name, concerned=rows, marks={}, refused=REFUSED)
        yes, moved = base.yes(after), after - base.scores
        gained |= ~before & yes
        lost |= before & ~yes
        shift = np.where(np.abs(moved) > np.abs(shift), moved, shift)
    return Trial(name=name, concerned=rows, marks=dict(zip(FLIPS, (gained | lost, gained, lost), strict=True)), shift=shift)


def _trial(name: str, base: Baseline, after: Floats, concerned: Marks, *, tolerance: float) -> Trial:
    marks = {
        "score_change_rate": np.abs(after - base.scores) > tolerance,
        "flip_rate": base.yes(after) != base.yes(base.scores),
    }
    return Trial(name=name, concerned=concerned, marks=marks, shift=after - base.scores)
