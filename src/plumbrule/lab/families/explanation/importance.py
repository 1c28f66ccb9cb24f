"""Explanation, importance: how much worse a predictor gets, or how many decisions turn, when one column is shuffled.

Permutation importance (Breiman, Machine Learning 45, 2001, 5-32, section 10; Fisher, Rudin and Dominici, JMLR 20,
2019, 177). Its interval speaks of rows, not of shuffles alone: each row counts as the one who receives another's value
and as the one whose value is given away, and the variance is that of a U-statistic of both (Hoeffding 1948; in Fisher
et al. section 4). With few repeats it is a little too wide, never too narrow on average.

>>> import numpy as np
>>> from plumbrule.lab.families.robustness.trials import look
>>> from plumbrule.lab.predictors.predictor import Inputs
>>> class Bank:
...     def predict(self, columns):
...         return (columns["income"] >= 50).astype(float)
>>> people = Inputs.of({"income": list(range(100)), "shoes": list(range(100))})
>>> for one in importances(look(Bank(), people), kind="decision", repeats=20, seed=1):
...     print(one.column, round(one.estimate.value, 2), round(one.estimate.low, 2), round(one.estimate.high, 2))
income 0.48 0.45 0.52
shoes 0.0 0.0 0.04
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from plumbrule.base.observation import Estimate, Known, Unknown
from plumbrule.errors import TableError
from plumbrule.lab.families.robustness.trials import REFUSED, Baseline, Floats, answers, look
from plumbrule.lab.inference import intervals

Kind = Literal["accuracy", "decision", "score"]
METHOD = "normal over rows as receivers and givers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Importance:
    """What shuffling one column does.

    `accuracy`: the share of right decisions before minus after. `decision`: the share of decisions that turn.
    `score`: the mean absolute change of the score. `spread` is the standard deviation over the repeats, the noise of
    shuffling alone (scikit-learn's `importances_std`).
    """

    column: str
    kind: Kind
    estimate: Estimate
    spread: float
    repeats: int


def importances(
    base: Baseline,
    *,
    kind: Kind,
    repeats: int = 10,
    seed: int,
    columns: Sequence[str] | None = None,
    confidence: float = 0.95,
    comparisons: int = 1,
) -> tuple[Importance, ...]:
    """Shuffle each column `repeats` times, and look. Costs columns × repeats looks at every row.

    The shuffles of a column depend on the seed and its name, not on what else is looked at. `accuracy` leaves rows
    without a label out. Intervals hold for all `comparisons` together (Bonferroni).

    Raises:
        TableError: `accuracy` without a label, or fewer than two rows to shuffle.
    """
    base = _labelled(base) if kind == "accuracy" else base
    if base.inputs.size < 2 or repeats < 1:
        raise TableError(
            f"There are {base.inputs.size} rows and {repeats} repeats.",
            expected="two rows, one repeat",
            cure="Ask about more rows.",
        )
    chosen = tuple(base.inputs) if columns is None else tuple(columns)
    base.inputs.require(*chosen)
    level = 1 - (1 - confidence) / comparisons
    return tuple(_one(base, column, kind, repeats, seed, level) for column in chosen)


def _labelled(base: Baseline) -> Baseline:
    label = base.inputs.label
    if label is None:
        raise TableError(
            "Accuracy needs a label, and none was named.",
            expected="a column with what was right",
            cure="Name it, or ask for decisions.",
        )
    held = np.flatnonzero(label >= 0)
    if len(held) == len(label):
        return base
    return look(base.predictor, base.inputs.take(held), threshold=base.threshold)


def _one(base: Baseline, column: str, kind: Kind, repeats: int, seed: int, level: float) -> Importance:
    n, values = base.inputs.size, base.inputs[column]
    random = np.random.default_rng([seed, zlib.crc32(column.encode("utf-8"))])
    received, given, means = np.zeros(n), np.zeros(n), []
    changed = False
    for _ in range(repeats):
        order = random.permutation(n)
        after = answers(base, base.inputs.replaced({column: values[order]}))
        if after is None:
            return Importance(column=column, kind=kind, estimate=Unknown(reason=REFUSED, n=n), spread=0.0, repeats=repeats)
        harm = _harm(base, after, kind)
        changed |= bool((after != base.scores).any())
        received += harm / repeats
        given[order] += harm / repeats
        means.append(float(harm.mean()))
    return Importance(
        column=column,
        kind=kind,
        estimate=_estimate(received, given, kind, level, changed=changed),
        spread=float(np.std(means)),
        repeats=repeats,
    )


def _harm(base: Baseline, after: Floats, kind: Kind) -> Floats:
    """What the shuffle did to each row, shape (n,)."""
    before, now = base.yes(base.scores), base.yes(after)
    harm: Floats = np.abs(after - base.scores) if kind == "score" else np.not_equal(before, now).astype(float)
    if kind == "accuracy":
        harm = np.where(before == (base.inputs.label == 1), harm, -harm)
    return harm


def _estimate(received: Floats, given: Floats, kind: Kind, level: float, *, changed: bool) -> Known:
    """The mean with a normal interval; where events are counted no narrower than Wilson's for none in n rows."""
    n, z, value = len(received), intervals.critical_value(level), float(received.mean())
    influence = received + given - 2 * value
    half = z * float(np.sqrt((influence**2).sum() / (n * (n - 1))))
    if kind != "score" or not changed:
        half = max(half, z * z / (n + z * z))
    lowest = -1.0 if kind == "accuracy" else 0.0
    return Known(value=value, low=max(value - half, lowest), high=min(value + half, 1.0), n=n, method=METHOD)
