"""Membership inference: can somebody tell from a model's scores whose data it was trained on?

A score (minus the loss, a confidence, a likelihood) is taken for people whose data were in the training set and for
people whose data were not; the higher, the more like a member. Whoever gains from telling them apart needs a threshold,
and must choose it before knowing the truth: it is chosen on one half of the scores and tried on the other, so that a
model that leaks nothing comes out at nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plumbrule.base.messages import message
from plumbrule.base.observation import Estimate, Family, Known, Measure, Observation, Unknown
from plumbrule.errors import InputError, TableError
from plumbrule.lab.inference import auc, intervals, verdicts
from plumbrule.lab.tables.reading import quote_name
from plumbrule.lab.tables.table import Table

Floats = NDArray[np.float64]
LOW_RATES = (0.001, 0.01)
TOO_FEW = message("fewer than two members or two non-members have a score")
TOO_FEW_OUTSIDE = message("too few non-members to set a threshold with so few false alarms")
SEED = 20_220_419
"""Of the split in two halves: the same scores give the same halves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LowRate:
    """Members found at a threshold that calls few others members.

    `wanted` is the share of non-members that may be called members where the threshold was set; `found` the share of
    members called so on the other half, `alarms` that of non-members there.
    """

    wanted: float
    found: Estimate
    alarms: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """What a threshold on the scores tells.

    `advantage` is the share of members called members minus that of non-members, at the threshold that was best on
    the other half (0: nothing, 1: everything); `area` needs no threshold and rests on all scores. `missing` counts
    people without a score.
    """

    members: int
    others: int
    missing: int
    area: Estimate
    advantage: Estimate
    low_rates: tuple[LowRate, ...]
    confidence: float
    comparisons: int


def membership(
    members: ArrayLike,
    others: ArrayLike,
    *,
    confidence: float = 0.95,
    low_rates: Sequence[float] = LOW_RATES,
    comparisons: int | None = None,
    guaranteed: bool = False,
) -> Membership:
    """Attack the scores with a threshold.

    Sources: the advantage, Yeom and others 2018 (IEEE Computer Security Foundations Symposium, 268-282); few false
    alarms, Carlini and others 2022 (IEEE Symposium on Security and Privacy, 1897-1914); the area, `plumbrule.lab.inference.auc`.

    Args:
        members, others: scores of people whose data were in the training set, and of people like them whose data were
            not; shape (m,) and (n,), higher for more like a member. NaN is a missing score.
        confidence: of all figures together (Bonferroni over the area, the advantage and the low rates).
        low_rates: shares of non-members that may be called members.
        comparisons: size of the family; the figures just named when left out.
        guaranteed: an interval of the advantage that is never below its level, and one of the area where people are few.

    Raises:
        InputError: a low rate is not between 0 and 1.
    """
    if not all(0 < rate < 1 for rate in low_rates):
        raise InputError(
            f"The low rates are {', '.join(f'{rate:g}' for rate in low_rates)}.",
            expected="shares between 0 and 1, such as 0.001",
            cure="Give shares, not percentages.",
        )
    inside, outside = (np.asarray(scores, float).reshape(-1) for scores in (members, others))
    missing = int(np.isnan(inside).sum() + np.isnan(outside).sum())
    inside, outside = inside[~np.isnan(inside)], outside[~np.isnan(outside)]
    family = comparisons or 2 + len(low_rates)
    level = 1 - (1 - confidence) / family
    marks = np.r_[np.ones(len(inside)), np.zeros(len(outside))]
    few = min(len(inside), len(outside)) < 2
    (set_in, try_in), (set_out, try_out) = _halves(inside), _halves(outside)
    return Membership(
        members=len(inside),
        others=len(outside),
        missing=missing,
        area=auc.auc(np.r_[inside, outside], marks, confidence=level, guaranteed=guaranteed),
        advantage=Unknown(reason=TOO_FEW, n=len(marks))
        if few
        else _advantage(_best_threshold(set_in, set_out), try_in, try_out, level, guaranteed=guaranteed),
        low_rates=tuple(_low_rate(rate, set_out, try_in, try_out, level) for rate in low_rates),
        confidence=confidence,
        comparisons=family,
    )


def membership_from_table(
    table: Table,
    score: str,
    member: str,
    *,
    loss: bool = False,
    confidence: float = 0.95,
    low_rates: Sequence[float] = LOW_RATES,
    comparisons: int | None = None,
    guaranteed: bool = False,
) -> Membership:
    """The same from a table: a column of scores, and a column that is 1 for members and 0 for others.

    With `loss` the column holds losses, lower for more like a member.

    Raises:
        TableError: a column is not there, a score is no number, or a mark is neither 1 nor 0.
        InputError: as `membership`.
    """
    table.require(member)
    table.require_numeric(score)
    mark = quote_name(member)
    strange = table.query(f"SELECT {mark} FROM {table.view} WHERE {mark} NOT IN ('0', '1') OR {mark} IS NULL LIMIT 1")
    if strange:
        raise TableError(
            f"The column {member!r} holds {strange[0][0]!r}.",
            expected="1 for people whose data were in the training set, 0 for others",
            cure=f"Map it in a query: select *, ({member} = '…')::int as member01 from decisions",
        )
    inside = np.asarray(table.columns_of(f"SELECT {mark} = '1' AS m FROM {table.view}")["m"], bool)
    scores = _scores(table, score, loss=loss)
    return membership(
        scores[inside],
        scores[~inside],
        confidence=confidence,
        low_rates=low_rates,
        comparisons=comparisons,
        guaranteed=guaranteed,
    )


def membership_from_two(
    members: Table,
    others: Table,
    score: str,
    *,
    loss: bool = False,
    confidence: float = 0.95,
    low_rates: Sequence[float] = LOW_RATES,
    comparisons: int | None = None,
    guaranteed: bool = False,
) -> Membership:
    """The same from two tables, of members and of others, with a column of scores (or losses) in each.

    Raises:
        TableError: a column is not there, or a score is no number.
        InputError: as `membership`.
    """
    for table in (members, others):
        table.require_numeric(score)
    return membership(
        _scores(members, score, loss=loss),
        _scores(others, score, loss=loss),
        confidence=confidence,
        low_rates=low_rates,
        comparisons=comparisons,
        guaranteed=guaranteed,
    )


def _scores(table: Table, column: str, *, loss: bool) -> Floats:
    """The numbers in a column, NaN where there is none, turned round where they are losses; shape (rows,)."""
    found = table.columns_of(f"SELECT {table.numeric_sql(column)} AS s FROM {table.view}")["s"]
    scores = np.asarray(np.ma.filled(np.ma.asarray(found, float), np.nan), float)
    return -scores if loss else scores


def _halves(scores: Floats) -> tuple[Floats, Floats]:
    """Half of the scores to set a threshold on, and the rest."""
    order = np.random.default_rng(SEED).permutation(len(scores))
    return scores[order[: len(scores) // 2]], scores[order[len(scores) // 2 :]]


def _best_threshold(inside: Floats, outside: Floats) -> float:
    """The score from which to call somebody a member so that the advantage is largest; infinite where none gains."""
    levels = np.unique(np.r_[inside, outside])
    above_in = 1 - np.searchsorted(np.sort(inside), levels) / len(inside)
    above_out = 1 - np.searchsorted(np.sort(outside), levels) / len(outside)
    return float(levels[int((above_in - above_out).argmax())])


def _advantage(threshold: float, inside: Floats, outside: Floats, level: float, *, guaranteed: bool) -> Estimate:
    x1, n1, x2, n2 = int((inside >= threshold).sum()), len(inside), int((outside >= threshold).sum()), len(outside)
    small = min(n1, n2) < intervals.EXACT_BELOW
    method = "clopper-pearson rectangle" if small else "miettinen-nurminen"
    function = intervals.exact_rectangle_difference if small else intervals.score_difference
    low, high = (float(bound) for bound in function(x1, n1, x2, n2, level))
    if guaranteed and not small:
        judged = verdicts.judged("difference", (x1, n1, x2, n2), level, (low, high))
        low, high, method = judged.low, judged.high, judged.method
    return Known(value=x1 / n1 - x2 / n2, low=low, high=high, n=n1 + n2, method=method)


def _low_rate(wanted: float, set_out: Floats, inside: Floats, outside: Floats, level: float) -> LowRate:
    """Set the threshold so that at most `wanted` of the non-members lie at or above it; try it on the others."""
    allowed = math.floor(wanted * len(set_out) + 1e-9)
    if allowed < 1 or not len(inside) or not len(outside):
        nothing = Unknown(reason=TOO_FEW_OUTSIDE, n=len(set_out))
        return LowRate(wanted=wanted, found=nothing, alarms=nothing)
    ranked = np.sort(set_out)[::-1]
    # Just above the first score that would be one alarm too many; ties never let more through than allowed.
    threshold = np.nextafter(ranked[allowed], np.inf) if allowed < len(ranked) else ranked[-1]
    return LowRate(
        wanted=wanted,
        found=_share(int((inside >= threshold).sum()), len(inside), level),
        alarms=_share(int((outside >= threshold).sum()), len(outside), level),
    )


def _share(x: int, n: int, level: float) -> Known:
    low, high = intervals.clopper_pearson(x, n, level)
    return Known(value=x / n, low=float(low), high=float(high), n=n, method="clopper-pearson")


def observe_membership(found: Membership, *, inputs: tuple[str, ...], family: Family = "exploratory") -> tuple[Observation, ...]:
    """The area, the advantage, and for each low rate the members found and the others called so."""
    lines: list[tuple[str, Measure, Estimate]] = [
        ("membership_area", "number", found.area),
        ("membership_advantage", "difference", found.advantage),
    ]
    for one in found.low_rates:
        lines.append((f"membership_found:{one.wanted:g}", "rate", one.found))
        lines.append((f"membership_alarms:{one.wanted:g}", "rate", one.alarms))
    return tuple(
        Observation(
            id=name if ":" in name else f"{name}:all",
            means="test",
            metric=name.partition(":")[0],
            measure=measure,
            estimate=estimate,
            group={},
            family="exploratory" if name.startswith("membership_alarms") else family,
            confidence=found.confidence,
            comparisons=found.comparisons,
            inputs=inputs,
        )
        for name, measure, estimate in lines
    )
