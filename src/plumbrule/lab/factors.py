"""How far a declared factor itself differs between the groups: adjusting for it then takes part of the gap away.

A factor may carry bias. Where it lies differently in the two groups, the adjusted figure depends on it, and somebody
should ask how the factor came about.

- A factor in words or cut into strata: the **distance** of the two distributions (total variation: the share of one
  group that would have to stand in other strata for both to be alike). Bounds from the L1 deviation of multinomials
  (Weissman and others 2003, HP Labs HPL-2003-97, theorem 2.1): guaranteed, and wide, since the distance seen is too
  large on average.
- A factor in numbers: the **standardised mean difference** (Austin 2009, Statistics in Medicine 28, 3083-3107), with
  Hedges and Olkin's normal interval (1985, chapter 5).

What counts as strong is ours, unreviewed: half a standard deviation (Cohen's medium effect), or a distance of 0.2, which
is the distance between two normal distributions that far apart.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from plumbrule.base.messages import message
from plumbrule.base.observation import Estimate, Group, Known, Observation, Unknown
from plumbrule.lab.cells import Cells, RollUp, roll_up
from plumbrule.lab.columns import Attribute, Decisions
from plumbrule.lab.inference.intervals import critical_value
from plumbrule.lab.measure import Measurement
from plumbrule.lab.tables.reading import quote_name
from plumbrule.lab.tables.table import Table

Floats = NDArray[np.float64]
Measured = Literal["distribution_distance", "standardised_mean_difference"]
STRONG: dict[Measured, float] = {"distribution_distance": 0.2, "standardised_mean_difference": 0.5}
"""From where on a factor differs strongly; ours, unreviewed."""
NO_FACTOR = message("one group has no row with this factor")
NO_SPREAD = message("the factor is the same in all of these rows")


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorDifference:
    """How far one factor differs between a group and its reference.

    `strong` is true or false where the interval leaves no doubt, else "unknown". Intervals hold with `confidence` for
    all `comparisons` together.
    """

    factor: str
    measured: Measured
    group: Group
    reference: Group
    estimate: Estimate
    confidence: float
    comparisons: int

    @property
    def threshold(self) -> float:
        """From where on it is strong: see `STRONG`."""
        return STRONG[self.measured]

    @property
    def strong(self) -> bool | Literal["unknown"]:
        """Whether it differs by more than the threshold."""
        if not isinstance(self.estimate, Known):
            return "unknown"
        limit, low, high = self.threshold, self.estimate.low, self.estimate.high
        if low > limit or high < -limit:
            return True
        return False if -limit <= low and high <= limit else "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Side:
    """One group: the weight in each stratum (or the sums of weight, weight × value and weight × value²), and its size."""

    sums: Floats
    size: float
    people: int


def factors_in_cells(cells: Cells, measured: Measurement, within: Sequence[str]) -> tuple[FactorDifference, ...]:
    """The distance of each stratum column between each group of each attribute and its reference."""
    groups = [
        (table.rolled.attributes[0], one) for table in measured.comparisons for one in table.compared if len(one.group) == 1
    ]
    size = max(len(groups) * len(within), 1)
    found = []
    for factor in within:
        for name, one in groups:
            held = _strata_of(roll_up(cells, (factor, name)))
            sides = held.get(one.group[0]), held.get(one.reference[0])
            estimate = _distance(*sides, 1 - (1 - measured.confidence) / size)
            found.append(
                _line(factor, "distribution_distance", name, one.group[0], one.reference[0], estimate, measured.confidence, size)
            )
    return tuple(found)


def factors_in_table(
    table: Table,
    decisions: Decisions,
    compared: Sequence[tuple[Attribute, str, str]],
    factors: Sequence[Attribute],
    confidence: float,
) -> tuple[FactorDifference, ...]:
    """How far each factor (a number, words, or a number that is cut) differs in each comparison, from the rows.

    A comparison is an attribute, a group and a reference.

    Raises:
        TableError: a column is not there.
    """
    table.require(*(factor.name for factor in factors))
    size = max(len(compared) * len(factors), 1)
    level, found = 1 - (1 - confidence) / size, []
    for factor in factors:
        numbers = not factor.edges and _all_numbers(table, factor.name)
        for attribute in dict.fromkeys(attribute for attribute, _, _ in compared):
            held = (_moments if numbers else _words)(table, decisions, attribute, factor)
            for _, group, reference in (one for one in compared if one[0] == attribute):
                sides = held.get(group), held.get(reference)
                estimate = _standardised(*sides, level) if numbers else _distance(*sides, level)
                what: Measured = "standardised_mean_difference" if numbers else "distribution_distance"
                found.append(_line(factor.name, what, attribute.name, group, reference, estimate, confidence, size))
    return tuple(found)


def observe_factors(found: Sequence[FactorDifference], inputs: tuple[str, ...]) -> tuple[Observation, ...]:
    """As exploratory observations: `distribution_distance:race=black~white:district`."""
    return tuple(
        Observation(
            id=factor_stem(one.measured, one.group, one.reference) + one.factor,
            means="test",
            metric=one.measured,
            measure="share" if one.measured == "distribution_distance" else "number",
            estimate=one.estimate,
            group=one.group,
            reference=one.reference,
            family="exploratory",
            test="criteria",
            confidence=one.confidence,
            comparisons=one.comparisons,
            inputs=inputs,
        )
        for one in found
    )


def factor_stem(measured: str, group: Group, reference: Group) -> str:
    """The id of such an observation up to the factor's name.

    >>> factor_stem("distribution_distance", {"race": "black"}, {"race": "white"})
    'distribution_distance:race=black~white:'
    """
    return f"{measured}:{'&'.join(f'{k}={v}' for k, v in group.items())}~{'&'.join(map(str, reference.values()))}:"


def _line(
    factor: str, what: Measured, name: str, group: str | None, reference: str | None, estimate: Estimate, level: float, size: int
) -> FactorDifference:
    return FactorDifference(
        factor=factor,
        measured=what,
        group={name: group},
        reference={name: reference},
        estimate=estimate,
        confidence=level,
        comparisons=size,
    )


def _strata_of(rolled: RollUp) -> dict[str | None, _Side]:
    """The weight of each group in each known stratum; groups are the second attribute of the roll-up."""
    strata = {value: i for i, value in enumerate(dict.fromkeys(key[0] for key in rolled.keys if key[0] is not None))}
    sums: dict[str | None, list[Floats]] = {}
    rows = rolled.size()
    for i, (stratum, group) in enumerate(rolled.keys):
        if stratum is not None:
            weight, squares, people = sums.setdefault(group, [np.zeros(len(strata)) for _ in range(3)])
            place = strata[stratum]
            weight[place] += rolled.weight[i].sum()
            squares[place] += rolled.weight_sq[i].sum()
            people[place] += rows[i]
    return {
        group: _Side(sums=weight, size=_effective(weight.sum(), squares.sum(), people.sum()), people=int(people.sum()))
        for group, (weight, squares, people) in sums.items()
    }


def _effective(weight: float, squares: float, people: float) -> float:
    """Kish's effective size; the number of people where a row is counted as so many."""
    return float(people if weight == people else weight * weight / squares if squares else 0.0)


def _distance(one: _Side | None, two: _Side | None, level: float) -> Estimate:
    if one is None or two is None or one.size <= 0 or two.size <= 0:
        return Unknown(reason=NO_FACTOR)
    seen = float(np.abs(one.sums / one.sums.sum() - two.sums / two.sums.sum()).sum()) / 2
    strata, error = len(one.sums), (1 - level) / 2
    if strata < 2:
        return Unknown(reason=NO_SPREAD, n=one.people + two.people)
    # log(2^k - 2) without overflow, then half of each group's L1 deviation.
    reach = math.log(2) * strata + math.log1p(-(2.0 ** (1 - min(strata, 1000)))) - math.log(error)
    half = sum(math.sqrt(2 * reach / side.size) for side in (one, two)) / 2
    return Known(value=seen, low=max(seen - half, 0.0), high=min(seen + half, 1.0), n=one.people + two.people, method="weissman")


def _standardised(one: _Side | None, two: _Side | None, level: float) -> Estimate:
    if one is None or two is None or min(one.size, two.size) < 2:
        return Unknown(reason=NO_FACTOR)
    means, spreads = zip(*(_mean_and_variance(side) for side in (one, two)), strict=True)
    spread = math.sqrt(sum(spreads) / 2)
    people = one.people + two.people
    if spread <= 0:
        return Unknown(reason=NO_SPREAD, n=people)
    value = (means[0] - means[1]) / spread
    half = critical_value(level) * math.sqrt(1 / one.size + 1 / two.size + value * value / (2 * (one.size + two.size)))
    return Known(value=value, low=value - half, high=value + half, n=people, method="hedges-olkin")


def _mean_and_variance(side: _Side) -> tuple[float, float]:
    weight, first, second = (float(part) for part in side.sums)
    mean = first / weight
    return mean, max(second / weight - mean * mean, 0.0) * side.size / (side.size - 1)


def _all_numbers(table: Table, factor: str) -> bool:
    """Whether every value of the column is a number."""
    name = quote_name(factor)
    (words,) = table.query(f"SELECT count(*) FROM {table.view} WHERE {name} IS NOT NULL AND {table.numeric_sql(factor)} IS NULL")
    return not words[0]


def _pull(table: Table, decisions: Decisions) -> str:
    column = decisions.count or decisions.weight
    return table.numeric_sql(column) if column else "1.0"


def _sums(
    table: Table, decisions: Decisions, attribute: Attribute, factor: Attribute, key: str, terms: str
) -> list[tuple[object, ...]]:
    group, pull = attribute.sql(table), _pull(table, decisions)
    inner = f"SELECT {group} AS g, {key} AS k, {pull} AS w FROM {table.view} WHERE {quote_name(factor.name)} IS NOT NULL"
    return table.query(f"SELECT g, {terms} FROM ({inner}) WHERE g IS NOT NULL GROUP BY ALL ORDER BY ALL")


def _moments(table: Table, decisions: Decisions, attribute: Attribute, factor: Attribute) -> dict[str, _Side]:
    """The weighted sums of a number by group."""
    terms = "sum(w), sum(w * k), sum(w * k * k), sum(w * w), count(*)"
    found = {}
    for row in _sums(table, decisions, attribute, factor, table.numeric_sql(factor.name), terms):
        group, (weight, first, second, squares, rows) = row[0], (float(str(part)) for part in row[1:])
        people = weight if decisions.count else rows
        found[str(group)] = _Side(
            sums=np.array([weight, first, second]), size=_effective(weight, squares, people), people=round(people)
        )
    return found


def _words(table: Table, decisions: Decisions, attribute: Attribute, factor: Attribute) -> dict[str, _Side]:
    """The weight of each word by group."""
    rows = _sums(table, decisions, attribute, factor, factor.sql(table), "k, sum(w), sum(w * w), count(*)")
    words = {word: i for i, word in enumerate(dict.fromkeys(str(row[1]) for row in rows))}
    sums: dict[str, list[Floats]] = {}
    for group, word, *numbers in rows:
        held = sums.setdefault(str(group), [np.zeros(len(words)) for _ in range(3)])
        for part, number in zip(held, numbers, strict=True):
            part[words[str(word)]] += float(str(number))
    return {
        group: _Side(
            sums=weight,
            size=_effective(weight.sum(), squares.sum(), weight.sum() if decisions.count else count.sum()),
            people=round(float(weight.sum() if decisions.count else count.sum())),
        )
        for group, (weight, squares, count) in sums.items()
    }
