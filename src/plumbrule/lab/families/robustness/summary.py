"""Robustness: in how many rows a decision turned or an expectation broke, for everybody and group by group.

Shares have Wilson's interval over rows (Clopper and Pearson's for a primary observation under 100 rows); gaps between
groups have Miettinen and Nurminen's (the exact rectangle under 100). A row is changed once, so rows are independent.

>>> from plumbrule.lab.families.robustness.trials import look, swapped
>>> from plumbrule.lab.predictors.predictor import Inputs
>>> class Bank:
...     def predict(self, columns):
...         return (columns["income"] + 20.0 * (columns["sex"] == "men") >= 50).astype(float)
>>> sex = ["women", "men"] * 50
>>> people = Inputs.of({"income": list(range(100)), "sex": sex}, by={"sex": sex})
>>> found = summarise([swapped(look(Bank(), people), "sex")], people, confidence=0.95)
>>> [(one.metric, dict(one.group), one.happened, one.n) for one in found.rates if one.metric == "gain_rate"]
[('gain_rate', {}, 10, 100), ('gain_rate', {'sex': 'men'}, 0, 50), ('gain_rate', {'sex': 'women'}, 10, 50)]
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from plumbrule.base.messages import message
from plumbrule.base.observation import Estimate, Family, Group, Known, Observation, Unknown
from plumbrule.errors import TableError
from plumbrule.lab.families.robustness.trials import FLIPS, Floats, Marks, Trial
from plumbrule.lab.inference import intervals
from plumbrule.lab.inference.gaps import METHODS, Sides, differences
from plumbrule.lab.predictors.inputs import Inputs

NOBODY = message("no row was concerned")
TOO_FEW = message("fewer than two rows were concerned")
MOST_GROUPS = 100
"""An attribute that splits the rows into more groups than this is refused: it would be a name or a number, not a group."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """The share of the rows concerned in which something happened; `trial` names what was done to them."""

    metric: str
    trial: str
    group: Group
    happened: int
    n: int
    estimate: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class RateGap:
    """The share of a group minus that of the reference."""

    metric: str
    trial: str
    group: Group
    reference: Group
    estimate: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """By how much the score moved on average (after minus before), over the rows concerned."""

    trial: str
    estimate: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Robustness:
    """What all trials gave. Gaps hold with `confidence` for all `comparisons` together (Bonferroni)."""

    rates: tuple[Rate, ...]
    gaps: tuple[RateGap, ...]
    shifts: tuple[Shift, ...]
    confidence: float
    comparisons: int


def summarise(
    trials: Sequence[Trial],
    inputs: Inputs,
    *,
    confidence: float = 0.95,
    references: Mapping[str, str] | None = None,
    family: Family = "exploratory",
    comparisons: int | None = None,
) -> Robustness:
    """Rates and gaps of all trials, for everybody and for each value of each attribute in `inputs.by`.

    Args:
        references: attribute to the group that the others are held against; the largest when left out.
        family: for `primary`, all intervals hold together for `comparisons`, which the plan gives; otherwise each rate
            stands alone, and gaps hold together for all gaps made here.

    Raises:
        TableError: a reference that no row holds.
    """
    pairs = tuple(_pairs(inputs, references or {}))
    made = sum(len(_metrics(trial)) for trial in trials) * len(pairs)
    together = max(comparisons or (made if family == "exploratory" else 1), 1)
    level = 1 - (1 - confidence) / together
    alone = level if family == "primary" else confidence
    groups: list[tuple[Group, Marks]] = [({}, np.ones(inputs.size, bool)), *_groups(inputs)]
    return Robustness(
        rates=tuple(
            _rate(trial, metric, group, members, alone, exact=family == "primary")
            for trial in trials
            for metric in _metrics(trial)
            for group, members in groups
        ),
        gaps=tuple(gap for trial in trials for metric in _metrics(trial) for gap in _gaps(trial, metric, pairs, level)),
        shifts=tuple(
            Shift(trial=trial.name, estimate=_shift(trial, alone)) for trial in trials if trial.refused or trial.shift is not None
        ),
        confidence=confidence,
        comparisons=together,
    )


def observe_robustness(
    found: Robustness, *, inputs: tuple[str, ...] = (), family: Family = "exploratory"
) -> tuple[Observation, ...]:
    """Rates, gaps and shifts as observations: `flip_rate:noise=0.1`, `flip_rate:noise=0.1@sex=women~men:difference`, …

    `inputs` are the digests of the table and, where there is one, of the model's file.
    """
    said = [(one.metric, one.trial, one.group, one.estimate) for one in found.rates]
    said += [("score_shift", one.trial, {}, one.estimate) for one in found.shifts]
    rates = tuple(
        Observation(
            id=_id(metric, trial, group),
            means="test",
            metric=metric,
            measure="number" if metric == "score_shift" else "rate",
            estimate=estimate,
            group=group,
            family=family,
            confidence=found.confidence,
            comparisons=found.comparisons if family == "primary" else 1,
            inputs=inputs,
        )
        for metric, trial, group, estimate in said
    )
    gaps = tuple(
        Observation(
            id=f"{_id(one.metric, one.trial, one.group)}~{next(iter(one.reference.values()))}:difference",
            means="test",
            metric=one.metric,
            measure="difference",
            estimate=one.estimate,
            group=one.group,
            reference=one.reference,
            family=family,
            confidence=found.confidence,
            comparisons=found.comparisons,
            inputs=inputs,
        )
        for one in found.gaps
    )
    return rates + gaps


def _id(metric: str, trial: str, group: Group) -> str:
    where = "&".join(f"{name}={'' if value is None else value}" for name, value in group.items())
    return f"{metric}:{trial}" + (f"@{where}" if where else "")


def _metrics(trial: Trial) -> tuple[str, ...]:
    """What a trial tells; one that was refused says so once."""
    return tuple(trial.marks) or FLIPS[:1]


def _groups(inputs: Inputs) -> Iterator[tuple[Group, Marks]]:
    for name, values in inputs.by.items():
        found = sorted(set(values.tolist()), key=lambda v: (v is None, v or ""))
        if len(found) > MOST_GROUPS:
            raise TableError(
                f"Column {name!r} splits the rows into {len(found)} groups.",
                expected=f"at most {MOST_GROUPS}",
                cure=f"Cut it, as in {name}:25,60, or name another attribute.",
            )
        for value in found:
            yield {name: value}, np.array([one == value for one in values], bool)


def _pairs(inputs: Inputs, references: Mapping[str, str]) -> Iterator[tuple[Group, Marks, Group, Marks]]:
    """Every group with a name against the reference of its attribute. Rows whose group is unknown are in no pair."""
    for name in inputs.by:
        members = {str(group[name]): rows for group, rows in _groups(inputs) if name in group and group[name] is not None}
        reference = references.get(name) or max(members, key=lambda value: int(members[value].sum()), default="")
        if members and reference not in members:
            raise TableError(
                f"No row of {name!r} holds the reference {reference!r}.",
                expected=f"one of {', '.join(list(members)[:20])}",
                cure="Correct the reference.",
            )
        for value, rows in members.items():
            if value != reference:
                yield {name: value}, rows, {name: reference}, members[reference]


def _rate(trial: Trial, metric: str, group: Group, members: Marks, level: float, *, exact: bool) -> Rate:
    chosen = members & trial.concerned
    n = int(chosen.sum())
    if trial.refused or n == 0:
        unknown = Unknown(reason=trial.refused or NOBODY, n=n)
        return Rate(metric=metric, trial=trial.name, group=group, happened=0, n=n, estimate=unknown)
    happened = int(trial.marks[metric][chosen].sum())
    small = exact and n < intervals.EXACT_BELOW
    low, high = (intervals.clopper_pearson if small else intervals.wilson)(happened, n, level)
    method = "clopper-pearson" if small else "wilson"
    known = Known(value=happened / n, low=float(low), high=float(high), n=n, method=method)
    return Rate(metric=metric, trial=trial.name, group=group, happened=happened, n=n, estimate=known)


def _gaps(trial: Trial, metric: str, pairs: Sequence[tuple[Group, Marks, Group, Marks]], level: float) -> Iterator[RateGap]:
    if not pairs:
        return
    happened = trial.marks.get(metric, np.zeros_like(trial.concerned)) & trial.concerned
    sizes = np.array([[(rows & trial.concerned).sum() for rows in (one, two)] for _, one, _, two in pairs])
    counts = np.array([[(rows & happened).sum() for rows in (one, two)] for _, one, _, two in pairs])
    n, x = sizes.astype(float), counts.astype(float)
    sides = Sides(x1=x[:, 0], n1=n[:, 0], x2=x[:, 1], n2=n[:, 1], rows1=sizes[:, 0], rows2=sizes[:, 1])
    column = differences(sides, level)
    for i, (group, _, reference, _) in enumerate(pairs):
        people = int(sizes[i].sum())
        estimate: Estimate = (
            Known(
                value=float(column.value[i]),
                low=float(column.low[i]),
                high=float(column.high[i]),
                n=people,
                method=METHODS[column.method[i]],
            )
            if not trial.refused and n[i].min() > 0
            else Unknown(reason=trial.refused or NOBODY, n=people)
        )
        yield RateGap(metric=metric, trial=trial.name, group=group, reference=reference, estimate=estimate)


def _shift(trial: Trial, level: float) -> Estimate:
    """The mean change of the score with a normal interval over rows, kept inside -1 to 1."""
    n = int(trial.concerned.sum())
    if trial.refused or trial.shift is None or n < 2:
        return Unknown(reason=trial.refused or TOO_FEW, n=n)
    moved: Floats = trial.shift[trial.concerned]
    half = intervals.critical_value(level) * float(moved.std(ddof=1)) / n**0.5
    mean = float(moved.mean())
    return Known(value=mean, low=max(mean - half, -1.0), high=min(mean + half, 1.0), n=n, method="normal over rows")
