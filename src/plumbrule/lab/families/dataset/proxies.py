"""Proxies: how well the other columns tell the groups of a protected attribute apart, one by one and together.

0.5 is a coin, 1 a column that gives the group away. Each column is learnt on one half of the rows and tried on the
other (`codes`), so that a column of noise, or of numbers that name a person, comes out at a half.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plumbrule.base.messages import message
from plumbrule.base.observation import Estimate, Family, Observation, Unknown
from plumbrule.errors import TableError
from plumbrule.lab.columns import Attribute
from plumbrule.lab.families.dataset.codes import Coded, evidence, joint_evidence, read_codes
from plumbrule.lab.inference import auc
from plumbrule.lab.tables.table import Table

SAME_FOR_ALL = message("the values do not vary, or do not repeat: everybody gets the same score")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy:
    """How well a column (or all of them, `columns` together) tells one group from all others, on rows not learnt from.

    `area` is the chance that somebody of the group gets a higher score than somebody else.
    """

    columns: tuple[str, ...]
    group: str
    area: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxies:
    """Every column, and all together, for every group (for one of the two where there are two: the areas are equal).

    Intervals hold for all `comparisons` together. `learnt` and `tried` count rows, `unknown` those whose group is
    missing; `sampled` says that the table was longer than what was looked at.
    """

    attribute: str
    single: tuple[Proxy, ...]
    joint: tuple[Proxy, ...]
    learnt: int
    tried: int
    unknown: int
    sampled: bool
    comparisons: int
    confidence: float


def proxies(
    table: Table,
    attribute: Attribute,
    *,
    columns: Sequence[str] | None = None,
    cluster: str | None = None,
    confidence: float = 0.95,
    comparisons: int | None = None,
    guaranteed: bool = False,
) -> Proxies:
    """Hold every other column against a protected attribute.

    Args:
        table: one row a person (a table of counts has to be unfolded first).
        attribute: the protected attribute.
        columns: which columns; all but the attribute when left out.
        cluster: a column that says which rows belong together (the same person); their halves are kept apart.
        confidence: of all areas together (Bonferroni).
        comparisons: size of the family; columns plus one, times groups, when left out.
        guaranteed: intervals that are never below their level where few people were tried; see `plumbrule.lab.inference.auc`.

    Raises:
        TableError: a column is not there, or the attribute has fewer than two groups, or far too many.
    """
    left_out = {attribute.name, cluster}
    chosen = tuple(columns) if columns is not None else tuple(name for name in table.columns if name not in left_out)
    if attribute.name in chosen or not chosen:
        raise TableError(
            f"The columns to hold against {attribute.name!r} are {', '.join(chosen) or 'none'}.",
            expected="other columns than the attribute itself",
            cure="Leave it out of the columns.",
        )
    coded = read_codes(table, attribute, chosen, cluster=cluster)
    lines = _lines(coded)
    family = comparisons or (len(chosen) + 1) * len(lines)
    level = 1 - (1 - confidence) / family

    def proxy(columns: tuple[str, ...], score: NDArray[np.float64], group: int) -> Proxy:
        return Proxy(columns=columns, group=coded.groups[group], area=_area(coded, score, group, level, guaranteed=guaranteed))

    return Proxies(
        attribute=attribute.name,
        single=tuple(
            proxy((name,), evidence(coded, place, group), group) for place, name in enumerate(chosen) for group in lines
        ),
        joint=tuple(proxy(chosen, joint_evidence(coded, group), group) for group in lines),
        learnt=int(coded.learn.sum()),
        tried=int((~coded.learn).sum()),
        unknown=coded.unknown,
        sampled=coded.sampled,
        comparisons=family,
        confidence=confidence,
    )


def _lines(coded: Coded) -> Sequence[int]:
    """Which groups to tell from the rest: all of them, or the smaller of two."""
    if len(coded.groups) > 2:
        return range(len(coded.groups))
    return [int(np.bincount(coded.target, minlength=2).argmin())]


def _area(coded: Coded, score: NDArray[np.float64], group: int, level: float, *, guaranteed: bool) -> Estimate:
    tried = ~coded.learn
    mine, marks = score[tried], coded.target[tried] == group
    if len(mine) and not np.ptp(mine) > 0:
        return Unknown(reason=SAME_FOR_ALL, n=len(mine))
    return auc.auc(mine, marks, confidence=level, guaranteed=guaranteed)


def observe_proxies(found: Proxies, *, inputs: tuple[str, ...], family: Family = "exploratory") -> tuple[Observation, ...]:
    """`proxy_area` for each column and group, `joint_proxy_area` for all columns together."""
    lines = [("proxy_area", one) for one in found.single] + [("joint_proxy_area", one) for one in found.joint]
    return tuple(
        Observation(
            id=f"{metric}:{found.attribute}={one.group}" + (f"~{one.columns[0]}" if metric == "proxy_area" else ""),
            means="test",
            metric=metric,
            measure="number",
            estimate=one.area,
            group={found.attribute: one.group},
            family=family,
            confidence=found.confidence,
            comparisons=found.comparisons,
            inputs=inputs,
        )
        for metric, one in lines
    )
