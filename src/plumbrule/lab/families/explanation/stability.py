"""Explanation, stability: whether the reasons of a decision stay in the same order when the row is moved a little.

Spearman's rank correlation between the sizes of the effects before and after small noise (Ghorbani, Abid and Zou, AAAI
2019, measure explanations so). A reason that is another one tomorrow is none that a person can act on.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plumbrule.base.messages import message
from plumbrule.base.observation import Estimate, Known, Unknown
from plumbrule.errors import TableError
from plumbrule.lab.families.explanation.reasons import Explain, student
from plumbrule.lab.families.robustness.trials import Floats, noisy
from plumbrule.lab.inference import intervals
from plumbrule.lab.predictors.inputs import Inputs
from plumbrule.lab.predictors.wire import is_number

FLAT = message("in fewer than two rows do the effects have an order")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stability:
    """How stable explanations are under noise of `scale` standard deviations, `copies` times.

    `correlation` is the mean over rows (of the mean over copies) of Spearman's correlation of the sizes; `top_kept` the
    share of rows whose strongest column stays the strongest in every copy. `flat` counts rows without an order: all
    effects equal, for instance all zero; they are left out of the correlation.
    """

    correlation: Estimate
    top_kept: Estimate
    flat: int
    scale: float
    copies: int


def stability(
    explain: Explain, inputs: Inputs, *, scale: float, seed: int, copies: int = 5, confidence: float = 0.95
) -> Stability:
    """Explain the rows, move their numbers a little (see `robustness.trials.noise`), explain them again, and compare.

    Raises:
        TableError: fewer than two columns, or none of numbers.
    """
    if len(inputs) < 2 or not any(is_number(inputs[name]) for name in inputs):
        raise TableError(
            f"The predictor gets {len(inputs)} columns.",
            expected="at least two, one of them numbers",
            cure="There is no order to compare; leave this out.",
        )
    random = np.random.default_rng(seed)
    before = np.abs(explain(inputs))
    found, kept = [], np.ones(inputs.size, bool)
    for _ in range(copies):
        moved = {name: noisy(inputs[name], scale, random) for name in inputs if is_number(inputs[name])}
        after = np.abs(explain(inputs.replaced(moved)))
        found.append(spearman(before, after))
        kept &= before.argmax(axis=1) == after.argmax(axis=1)
    rows = np.mean(found, axis=0)
    held = np.isfinite(rows)
    low, high = intervals.wilson(int(kept.sum()), inputs.size, confidence)
    return Stability(
        correlation=_mean(rows[held], confidence),
        top_kept=Known(value=float(kept.mean()), low=float(low), high=float(high), n=inputs.size, method="wilson"),
        flat=int((~held).sum()),
        scale=scale,
        copies=copies,
    )


def spearman(one: Floats, two: Floats) -> Floats:
    """Spearman's correlation of each line of two matrices, with mean ranks for ties; NaN where a line is constant.

    >>> spearman(np.array([[1.0, 2, 3], [1, 1, 1]]), np.array([[1.0, 3, 2], [1, 2, 3]])).tolist()
    [0.5, nan]
    """
    x, y = _ranks(one), _ranks(two)
    x, y = x - x.mean(axis=1, keepdims=True), y - y.mean(axis=1, keepdims=True)
    size = np.sqrt((x * x).sum(axis=1) * (y * y).sum(axis=1))
    found: Floats = np.divide((x * y).sum(axis=1), size, out=np.full(len(x), np.nan), where=size > 0)
    return found


def _ranks(values: Floats) -> NDArray[np.float64]:
    """Mean ranks within each line: how many are smaller, and half of those that are equal."""
    below = (values[:, None, :] < values[:, :, None]).sum(axis=2)
    equal = (values[:, None, :] == values[:, :, None]).sum(axis=2)
    ranks: NDArray[np.float64] = below + (equal - 1) / 2
    return ranks


def _mean(values: Floats, confidence: float) -> Estimate:
    """The mean over rows with Student's t, kept inside -1 to 1."""
    if len(values) < 2:
        return Unknown(reason=FLAT, n=len(values))
    mean = float(values.mean())
    half = student(len(values) - 1, confidence) * float(values.std(ddof=1)) / len(values) ** 0.5
    return Known(value=mean, low=max(mean - half, -1.0), high=min(mean + half, 1.0), n=len(values), method="t over rows")
