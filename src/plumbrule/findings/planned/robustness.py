"""`[robustness]`: is the decision another one when a row changes a little (docs/concepts/families/robustness.md)?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, with_config

_STRICT = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


@with_config(_STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedExpectation:
    """`[[robustness.expect]]`: after columns are `set`, or `add`ed to, or multiplied (`times`), what must the score be?

    `within` is how far it may move all the same, in units of the score. `where` names the rows that are concerned.
    """

    name: Annotated[str, Field(min_length=1)]
    score: Literal["same", "not-lower", "not-higher"]
    set: Mapping[str, float | str] = field(default_factory=dict)
    add: Mapping[str, float] = field(default_factory=dict)
    times: Mapping[str, float] = field(default_factory=dict)
    within: Annotated[float, Field(ge=0)] = 1e-6
    where: Mapping[str, float | str] = field(default_factory=dict)


@with_config(_STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRobustness:
    """`[robustness]`; what is left out is not asked.

    `noise` lists scales in standard deviations of a column, of `noise_columns` or of all numbers. `missing`,
    `out_of_range` and `swap` list columns. `monotonic` maps a column to `up` (more of it must never lower the score) or
    `down`.
    """

    noise: tuple[Annotated[float, Field(gt=0)], ...] = ()
    noise_columns: tuple[str, ...] | None = None
    missing: tuple[str, ...] = ()
    out_of_range: tuple[str, ...] = ()
    swap: tuple[str, ...] = ()
    repeat: bool = False
    reorder: bool = False
    monotonic: Mapping[str, Literal["up", "down"]] = field(default_factory=dict)
    expect: tuple[PlannedExpectation, ...] = ()
