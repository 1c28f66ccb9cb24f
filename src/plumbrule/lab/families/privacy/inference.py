"""Attribute inference: how much better can somebody guess a sensitive attribute of a person, knowing the rest?

Two things are kept apart. What follows from the other columns alone would follow without any model: it is a property of
the population. What the model's own output adds is what the model gives away (Jayaraman and Evans 2022, ACM Conference
on Computer and Communications Security, 1569-1582). Both are shares of right guesses beyond those of a simpler guess
about the same people, on rows that were not learnt from.

>>> found = guess_advantage(["a", "a", "b", "b", "b"] * 40, ["a", "a", "b", "b", "a"] * 40, ["b"] * 200, confidence=0.95)
>>> round(found.value, 2), found.low > 0
(0.2, True)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plumbrule.base.messages import message
from plumbrule.base.observation import Estimate, Family, Known, Observation, Unknown
from plumbrule.errors import InputError, TableError
from plumbrule.lab.columns import Attribute
from plumbrule.lab.families.dataset.codes import best_guess, read_codes
from plumbrule.lab.families.languages.paired import paired_interval
from plumbrule.lab.inference import intervals
from plumbrule.lab.tables.table import Table

NOBODY = message("nobody's attribute is known on both sides")


@dataclass(frozen=True, slots=True, kw_only=True)
class Inference:
    """Right guesses about the same people (`tried`, none of them learnt from).

    `base` is the share right by always guessing the largest group; `from_columns` what guessing from the known columns
    adds to it; `from_outputs` what the model's outputs add to that; `together` what both add to the base. A guess that
    does worse than a simpler one has a negative share. Intervals hold for the three together.
    """

    attribute: str
    known: tuple[str, ...]
    outputs: tuple[str, ...]
    learnt: int
    tried: int
    unknown: int
    sampled: bool
    base: Estimate
    from_columns: Estimate
    from_outputs: Estimate
    together: Estimate
    confidence: float
    comparisons: int


def attribute_inference(
    table: Table,
    attribute: Attribute,
    *,
    known: Sequence[str],
    outputs: Sequence[str],
    cluster: str | None = None,
    confidence: float = 0.95,
    comparisons: int | None = None,
    guaranteed: bool = False,
) -> Inference:
    """Guess the attribute by naive Bayes (`codes`) from what is known, and from that and the model's outputs.

    Args:
        table: one row a person, with the true attribute, what the attacker knows, and what the model said.
        attribute: the sensitive attribute.
        known: columns that the attacker knows anyway; may be empty.
        outputs: columns that hold what the model gives out: a decision, a score.
        cluster: a column that says which rows belong together; their halves are kept apart.
        confidence: of the three differences together.
        comparisons: size of the family; those three when left out.
        guaranteed: intervals that are never below their level where fewer than 100 people were tried.

    Raises:
        TableError: a column is not there, is named twice, or the attribute has fewer than two groups, or far too many.
    """
    columns = (*known, *outputs)
    if not outputs or len({attribute.name, *columns}) != 1 + len(columns):
        raise TableError(
            f"The attribute {attribute.name!r} is to be guessed from {', '.join(columns) or 'nothing'}.",
            expected="at least one output of the model, and each column once",
            cure="Name what the attacker knows under known, and what the model gives out under outputs.",
        )
    coded = read_codes(table, attribute, columns, cluster=cluster)
    tried = ~coded.learn
    truth = coded.target[tried]
    guesses = [best_guess(coded, range(size))[tried] for size in (0, len(known), len(columns))]
    family = comparisons or 3
    level = 1 - (1 - confidence) / family
    right = [guess == truth for guess in guesses]
    return Inference(
        attribute=attribute.name,
        known=tuple(known),
        outputs=tuple(outputs),
        learnt=int(coded.learn.sum()),
        tried=len(truth),
        unknown=coded.unknown,
        sampled=coded.sampled,
        base=_share(right[0], confidence),
        from_columns=_paired(right[1], right[0], level, guaranteed=guaranteed),
        from_outputs=_paired(right[2], right[1], level, guaranteed=guaranteed),
        together=_paired(right[2], right[0], level, guaranteed=guaranteed),
        confidence=confidence,
        comparisons=family,
    )


def guess_advantage(
    truth: ArrayLike, guess: ArrayLike, base: ArrayLike, *, confidence: float, guaranteed: bool = False
) -> Estimate:
    """The share right of somebody's guesses minus that of base guesses about the same people.

    The base has to be fixed without looking at these people: the largest group of some other half. Paired: Tango's
    interval, or with `guaranteed` and few people the rectangle of two Clopper-Pearson intervals.

    Args:
        truth, guess, base: shape (n,); values of the attribute.
        confidence: of the interval.
        guaranteed: see above.

    Raises:
        InputError: lengths differ.
    """
    values = [np.asarray(one).astype(str).reshape(-1) for one in (truth, guess, base)]
    if len({len(one) for one in values}) != 1:
        raise InputError(
            f"There are {len(values[0])} truths, {len(values[1])} guesses and {len(values[2])} base guesses.",
            expected="as many of each",
            cure="Take them from the same rows.",
        )
    return _paired(values[1] == values[0], values[2] == values[0], confidence, guaranteed=guaranteed)


def _paired(one: NDArray[np.bool_], other: NDArray[np.bool_], level: float, *, guaranteed: bool) -> Estimate:
    n, gained, lost = len(one), int((one & ~other).sum()), int((other & ~one).sum())
    if not n:
        return Unknown(reason=NOBODY)
    spread = paired_interval(gained, lost, n, level, guaranteed=guaranteed)
    return Known(value=(gained - lost) / n, low=spread.low, high=spread.high, n=n, method=spread.method)


def _share(right: NDArray[np.bool_], level: float) -> Estimate:
    if not len(right):
        return Unknown(reason=NOBODY)
    low, high = intervals.clopper_pearson(int(right.sum()), len(right), level)
    return Known(value=float(right.mean()), low=float(low), high=float(high), n=len(right), method="clopper-pearson")


def observe_inference(found: Inference, *, inputs: tuple[str, ...], family: Family = "exploratory") -> tuple[Observation, ...]:
    """The base, what the columns add to it, what the outputs add to that, and both together."""
    lines: tuple[tuple[str, Estimate], ...] = (
        ("inference_base", found.base),
        ("inference_from_columns", found.from_columns),
        ("inference_from_outputs", found.from_outputs),
        ("inference_together", found.together),
    )
    return tuple(
        Observation(
            id=f"{metric}:{found.attribute}",
            means="test",
            metric=metric,
            measure="rate" if metric == "inference_base" else "difference",
            estimate=estimate,
            group={},
            family="exploratory" if metric == "inference_base" else family,
            confidence=found.confidence,
            comparisons=1 if metric == "inference_base" else found.comparisons,
            inputs=inputs,
        )
        for metric, estimate in lines
    )
