"""`[watch]`: has it changed since (docs/concepts/families/watch.md)?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, with_config

_STRICT = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


@with_config(_STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedWindows:
    """How time is cut: `every` day, week or month of the column `time`, or so many `rows` in their order.

    `format` is for times that are not ISO 8601. Windows of fewer than `least` rows are left out.
    """

    time: str | None = None
    every: Literal["day", "week", "month"] | None = None
    rows: Annotated[int | None, Field(ge=1)] = None
    format: str | None = None
    least: Annotated[int, Field(ge=1)] = 30


@with_config(_STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedBaseline:
    """What windows are held against: the rows `before` a day (and `since` another), or the first `rows`."""

    before: date | None = None
    since: date | None = None
    rows: Annotated[int | None, Field(ge=1)] = None


@with_config(_STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedDrift:
    """`[watch.drift]`: inputs and scores to watch, columns of `numbers` and of `words`."""

    numbers: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    bins: Annotated[int, Field(ge=2, le=100)] = 20


@with_config(_STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedWatch:
    """`[watch]`: either `config`, a file of `plumbrule watch` beside the plan, or windows of the plan's own table.

    In the second case `windows` and `baseline` are needed; `metrics` of [decisions] are watched for everybody and
    between the groups of `by` (all attributes of the plan that are not cut). Windows of time that ended before `until`
    are looked at. `false_alarms`: of all watches without a change, the share in which anything ever rings.
    """

    config: str | None = None
    until: date | None = None
    windows: PlannedWindows | None = None
    baseline: PlannedBaseline | None = None
    metrics: tuple[str, ...] = ("selection_rate",)
    by: tuple[str, ...] | None = None
    reference: Mapping[str, str] = field(default_factory=dict)
    drift: PlannedDrift = field(default_factory=PlannedDrift)
    false_alarms: Annotated[float, Field(gt=0, lt=0.5)] = 0.05
