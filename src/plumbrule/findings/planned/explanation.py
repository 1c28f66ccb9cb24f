"""`[explanation]`: what drives the decisions, and what would have changed one (docs/concepts/families/explanation.md)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, with_config

_STRICT = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


@with_config(_STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedImportance:
    """`[explanation.importance]`: how much a column matters, by shuffling it `repeats` times.

    `of`: `decision` (how many turn), `accuracy` (how many are wrong that were right; needs `decisions.label`), `score`.
    """

    of: tuple[Literal["decision", "accuracy", "score"], ...] = ("decision",)
    repeats: Annotated[int, Field(ge=1, le=1000)] = 10
    columns: tuple[str, ...] | None = None


@with_config(_STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedReasons:
    """`[explanation.reasons]`: what moved the scores of some rows, named by their number in the table, from 1.

    `background` other rows stand for everybody else; `questions` is how many the model is asked for one row at most.
    """

    rows: Annotated[tuple[int, ...], Field(min_length=1, max_length=100)]
    background: Annotated[int, Field(ge=10)] = 100
    questions: Annotated[int, Field(ge=1)] = 100_000


@with_config(_STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedStability:
    """`[explanation.stability]`: do the reasons of `rows` rows stay when their numbers move by `noise` deviations?"""

    noise: Annotated[float, Field(gt=0)] = 0.05
    rows: Annotated[int, Field(ge=2)] = 200
    copies: Annotated[int, Field(ge=1)] = 5


@with_config(_STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedCounterfactual:
    """`[explanation.counterfactual]`: what would have turned the decisions of `rows` people who were refused?

    `immutable` columns never change, those with a direction only go `up` or `down`; at most `most_changes` change at
    once; `weights` make a column harder. `values` are tried in each column, and `questions` asked for a row, at most.
    """

    immutable: tuple[str, ...] = ()
    directions: Mapping[str, Literal["up", "down"]] = field(default_factory=dict)
    weights: Mapping[str, Annotated[float, Field(gt=0)]] = field(default_factory=dict)
    most_changes: Annotated[int, Field(ge=1)] = 3
    values: Annotated[int, Field(ge=1)] = 50
    rows: Annotated[int, Field(ge=1)] = 200
    questions: Annotated[int, Field(ge=1)] = 20_000


@with_config(_STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedExplanation:
    """`[explanation]`; what is left out is not asked."""

    importance: PlannedImportance | None = None
    reasons: PlannedReasons | None = None
    stability: PlannedStability | None = None
    counterfactual: PlannedCounterfactual | None = None
