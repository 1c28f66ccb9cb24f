"""Who is in the table, held against a reference population: shares, their ratio, and how sure each is.

The reference may be uncertain too: a census is taken as exact, a survey has a size of its own.

>>> census = Reference(attribute="sex", source="census 2021", shares={"women": Share(value=0.52), "men": Share(value=0.48)})
>>> found = represent({"women": 300, "men": 700, None: 5}, census, confidence=0.95)
>>> women = found.groups[1]
>>> women.group, round(women.ratio.value, 3), round(women.ratio.low, 3), round(women.ratio.high, 3)
('women', 0.577, 0.515, 0.642)
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plumbrule.base.messages import message
from plumbrule.base.observation import Estimate, Family, Known, Observation, Unknown
from plumbrule.errors import InputError
from plumbrule.lab.columns import Attribute
from plumbrule.lab.families.dataset.groups import UNKNOWN_GROUP, count_groups
from plumbrule.lab.inference import intervals
from plumbrule.lab.tables.table import Table

Floats = NDArray[np.float64]
NOT_IN_REFERENCE = message("the reference population names no such group")
NONE_IN_REFERENCE = message("the reference population holds nobody of this group")
UNBOUNDED = message("the reference is too small a sample to bound the ratio from above")
EXACT, SCORE = "clopper-pearson against an exact share", "miettinen-nurminen of two samples"
RECTANGLE = "clopper-pearson rectangle of two samples"
_ROUNDING = 0.005
"""Published shares are rounded: they may add up to this much more than 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A group's share of the reference population, between 0 and 1.

    `size` is the effective number of people of the sample it was estimated from; None takes it as exact (a census).
    """

    value: float
    size: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """The population that the table is held against: who published its shares, and of which attribute."""

    attribute: str
    source: str
    shares: Mapping[str, Share]


@dataclass(frozen=True, slots=True, kw_only=True)
class Represented:
    """One group: its share of the table, of the reference, and the two held against each other.

    `share` has an interval of its own; `difference` (table minus reference) and `ratio` (table over reference) hold
    for all groups together. `bounds` and `ratio_bounds` say where they could lie if everybody whose group is unknown
    belonged to it, or nobody.
    """

    group: str
    share: Estimate
    reference: Share | None
    difference: Estimate
    ratio: Estimate
    bounds: tuple[float, float] | None
    ratio_bounds: tuple[float, float] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Representation:
    """Every group that the table or the reference names. `people` counts those whose group is known."""

    attribute: str
    source: str
    people: int
    unknown: int
    groups: tuple[Represented, ...]
    comparisons: int
    confidence: float


def reference_from_counts(attribute: str, source: str, counts: Mapping[str, float], *, exact: bool) -> Reference:
    """Shares from the number of people in each group: of a census (`exact`), or of a sample of that many.

    Raises:
        InputError: a count is negative or not a number, or all are zero.
    """
    total = math.fsum(counts.values()) if counts else 0.0
    if not counts or not math.isfinite(total) or total <= 0 or min(counts.values()) < 0:
        raise InputError(
            f"The reference of {attribute!r} counts {total:g} people in {len(counts)} groups.",
            expected="a count of zero or more for each group, and somebody in all",
            cure="Correct the counts.",
        )
    size = None if exact else total
    return Reference(
        attribute=attribute, source=source, shares={name: Share(value=n / total, size=size) for name, n in counts.items()}
    )


def size_from_error(value: float, error: float) -> float:
    """The size of a simple random sample in which this share has this standard error: p (1 - p) / error².

    Raises:
        InputError: the share is not strictly between 0 and 1, or the error not positive.

    >>> round(size_from_error(0.2, 0.01))
    1600
    """
    if not (0 < value < 1 and error > 0):
        raise InputError(
            f"A share of {value:g} with a standard error of {error:g} has no size.",
            expected="a share strictly between 0 and 1 and an error above 0",
            cure="Give the size of the sample instead.",
        )
    return value * (1 - value) / (error * error)


def representation(
    table: Table,
    by: Attribute,
    reference: Reference,
    *,
    count: str | None = None,
    weight: str | None = None,
    confidence: float = 0.95,
    comparisons: int | None = None,
    guaranteed: bool = False,
) -> Representation:
    """Count the groups of the table and hold them against the reference; see `represent`.

    Raises:
        TableError: a column is missing or holds what it should not.
        InputError: the reference is not one.
    """
    counted = count_groups(table, (by,), count=count, weight=weight)
    people = {key[0]: int(n) for key, n in zip(counted.keys, counted.people, strict=True)}
    weights = {key[0]: float(w) for key, w in zip(counted.keys, counted.weight, strict=True)}
    known = [line for line, key in enumerate(counted.keys) if None not in key]
    total, squares = float(counted.weight[known].sum()), float(counted.weight_sq[known].sum())
    effective = total * total / squares if weight and squares > 0 else total
    return represent(
        weights,
        reference,
        confidence=confidence,
        comparisons=comparisons,
        people=people,
        effective=effective,
        guaranteed=guaranteed,
    )


def represent(
    counts: Mapping[str | None, float],
    reference: Reference,
    *,
    confidence: float,
    comparisons: int | None = None,
    people: Mapping[str | None, int] | None = None,
    effective: float | None = None,
    guaranteed: bool = False,
) -> Representation:
    """Shares of the table against shares of the reference, simultaneous over all groups (Bonferroni).

    Against an exact share the interval is Clopper and Pearson's divided by that share (or less it). Against a sample
    it is Miettinen and Nurminen's for two independent samples, or with fewer than 100 people in one of them the
    rectangle of two Clopper-Pearson intervals.

    Args:
        counts: people (or their weight) by group; None for those whose group is unknown.
        reference: the population.
        confidence: of all differences together, and of all ratios together.
        comparisons: size of the family; the number of groups that both sides name when left out.
        people: people by group where `counts` are weights.
        effective: Kish's effective size of the table where `counts` are weights.
        guaranteed: intervals against a sample that are never below their level with 100 people or more, too.

    Raises:
        InputError: the reference names no group, or shares that are none.
    """
    _check(reference)
    heads = {name: round(n) for name, n in counts.items()} if people is None else people
    known = {name: float(n) for name, n in counts.items() if name is not None}
    groups = sorted(known.keys() | reference.shares.keys())
    total = math.fsum(known.values())
    family = comparisons or max(sum(name in reference.shares for name in groups), 1)
    table = _Side(
        weight=np.array([known.get(name, 0.0) for name in groups]),
        unknown=float(counts.get(None, 0)),
        size=total if effective is None else effective,
        people=sum(n for name, n in heads.items() if name is not None),
    )
    shares = [reference.shares.get(name) for name in groups]
    return Representation(
        attribute=reference.attribute,
        source=reference.source,
        people=table.people,
        unknown=heads.get(None, 0),
        groups=_represented(groups, shares, table, confidence, 1 - (1 - confidence) / family, guaranteed=guaranteed),
        comparisons=family,
        confidence=confidence,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Side:
    """The table: weight of each group, shape (groups,), and of those unknown; effective size and people of those known."""

    weight: Floats
    unknown: float
    size: float
    people: int

    def share(self) -> Floats:
        """Of those known; shape (groups,)."""
        shares: Floats = self.weight / self.weight.sum()
        return shares


def _represented(
    groups: Sequence[str],
    shares: Sequence[Share | None],
    table: _Side,
    confidence: float,
    level: float,
    *,
    guaranteed: bool,
) -> tuple[Represented, ...]:
    if table.weight.sum() <= 0:
        nobody = Unknown(reason=UNKNOWN_GROUP)
        return tuple(
            Represented(
                group=name, share=nobody, reference=share, difference=nobody, ratio=nobody, bounds=None, ratio_bounds=None
            )
            for name, share in zip(groups, shares, strict=True)
        )
    value = table.share()
    own = np.stack(intervals.clopper_pearson(value * table.size, table.size, confidence))
    known = [place for place, share in enumerate(shares) if share is not None]
    held = [shares[place] for place in known]
    against = dict(zip(known, _against(value[known], held, table, level, guaranteed=guaranteed), strict=True))
    absent = Unknown(reason=NOT_IN_REFERENCE, n=table.people)
    whole = table.weight.sum() + table.unknown
    found = []
    for place, (name, share) in enumerate(zip(groups, shares, strict=True)):
        least, most = float(table.weight[place] / whole), float((table.weight[place] + table.unknown) / whole)
        truth = share.value if share is not None and table.unknown > 0 else None
        difference, ratio = against.get(place, (absent, absent))
        found.append(
            Represented(
                group=name,
                share=_known(float(value[place]), own[:, place], table.people, "clopper-pearson"),
                reference=share,
                difference=difference,
                ratio=ratio,
                bounds=None if truth is None else (least - truth, most - truth),
                ratio_bounds=(least / truth, most / truth) if truth else None,
            )
        )
    return tuple(found)


def _against(
    value: Floats, shares: Sequence[Share | None], table: _Side, level: float, *, guaranteed: bool
) -> list[tuple[Estimate, Estimate]]:
    """The difference and the ratio of each group's share against the reference's."""
    truth = np.array([share.value for share in shares if share is not None])
    size = np.array([share.size or np.inf for share in shares if share is not None])
    apart, over = _exact(value, truth, table.size, level)
    sampled = np.isfinite(size)
    small = sampled & ((np.minimum(size, table.size) < intervals.EXACT_BELOW) | guaranteed)
    for chosen, subtract, divide in (
        (small, intervals.exact_rectangle_difference, intervals.exact_rectangle_ratio),
        (sampled & ~small, intervals.score_difference, intervals.score_ratio),
    ):
        for kept, function, bounds in ((chosen, subtract, apart), (chosen & (truth > 0), divide, over)):
            if kept.any():
                sides = value[kept] * table.size, table.size, truth[kept] * size[kept], size[kept]
                bounds[:, kept] = function(*sides, level)
    methods = np.where(small, RECTANGLE, np.where(sampled, SCORE, EXACT))
    found: list[tuple[Estimate, Estimate]] = []
    for place, method in enumerate(methods):
        difference = _known(float(value[place] - truth[place]), apart[:, place], table.people, str(method))
        ratio: Estimate = Unknown(reason=UNBOUNDED if truth[place] > 0 else NONE_IN_REFERENCE, n=table.people)
        if truth[place] > 0 and np.isfinite(over[1, place]):
            ratio = _known(float(value[place] / truth[place]), over[:, place], table.people, str(method))
        found.append((difference, ratio))
    return found


def _exact(value: Floats, truth: Floats, size: float, level: float) -> tuple[Floats, Floats]:
    """Bounds of difference and ratio against shares without uncertainty; both of shape (2, groups)."""
    bounds = np.stack(intervals.clopper_pearson(value * size, size, level))
    return bounds - truth, bounds / np.where(truth > 0, truth, np.inf)


def _known(value: float, bounds: Floats, n: int, method: str) -> Known:
    return Known(value=value, low=float(bounds[0]), high=float(bounds[1]), n=n, method=method)


def _check(reference: Reference) -> None:
    shares = reference.shares
    wrong = [name for name, one in shares.items() if not 0 <= one.value <= 1 or (one.size is not None and not one.size > 0)]
    total = math.fsum(one.value for one in shares.values())
    if not shares or wrong or total > 1 + _ROUNDING:
        got = f"an impossible share or size for {wrong[0]!r}" if wrong else f"shares that add up to {total:.4g}"
        raise InputError(
            f"The reference of {reference.attribute!r} holds {got}.",
            expected="for each group a share between 0 and 1, in all at most 1, and a size above 0 where it is a sample",
            cure="Give shares, not percentages; groups that are left out need no share.",
        )


def observe_representation(
    found: Representation, *, inputs: tuple[str, ...], family: Family = "exploratory"
) -> tuple[Observation, ...]:
    """For each group its share of the table, and ratio and difference against the reference population."""
    return tuple(
        Observation(
            id=f"{metric}:{found.attribute}={one.group}",
            means="test",
            metric=metric,
            measure="share" if metric == "table_share" else "ratio" if metric == "representation_ratio" else "difference",
            estimate=estimate,
            group={found.attribute: one.group},
            family="exploratory" if metric == "table_share" else family,
            confidence=found.confidence,
            comparisons=1 if metric == "table_share" else found.comparisons,
            bounds=bounds,
            inputs=inputs,
        )
        for one in found.groups
        for metric, estimate, bounds in _lines(one)
    )


def _lines(one: Represented) -> Sequence[tuple[str, Estimate, tuple[float, float] | None]]:
    return (
        ("table_share", one.share, None),
        ("representation_ratio", one.ratio, one.ratio_bounds),
        ("representation_difference", one.difference, one.bounds),
    )
