"""Rates and gaps from a sample of people who were asked for their group, weighted as the whole table is."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from plumbrule.base.messages import message
from plumbrule.base.observation import Estimate, Known, Unknown
from plumbrule.errors import TableError
from plumbrule.lab.cells import Cells, Key, roll_up, tally
from plumbrule.lab.exchange.bounded import BoundedMeasurement
from plumbrule.lab.families.not_held.strata import RATE, Floats, Strata, as_measured, strata_of
from plumbrule.lab.inference.intervals import critical_value, student_share, wilson
from plumbrule.lab.measure import choose_reference

NONE_ASKED = message("nobody of one of the groups is in the survey")
SURVEYED = "post-stratified, linearised"


def from_survey(
    cells: Cells,
    survey: Cells,
    attribute: str,
    within: Sequence[str],
    *,
    reference: str | None = None,
    confidence: float = 0.95,
) -> BoundedMeasurement:
    """The selection rate of each group, and its gap to the reference, from a sample in which people were asked.

    Args:
        cells: the whole table, counted by the stratum columns.
        survey: the sample, counted by the attribute and the stratum columns; in each stratum people are drawn alike.
        attribute: the attribute that the survey asks for.
        within: the stratum columns.
        reference: the group that others are held against; by default the largest of the sample.
        confidence: of each rate, and of all gaps together (Bonferroni).

    Raises:
        TableError: a stratum of the table has fewer than two people in the sample, or the reference is no group.
    """
    strata, sample = strata_of(cells, within), _Sample.of(survey, attribute, within)
    thin = [key for key in strata.keys if sample.people(key) < 2]
    if thin or not strata.keys:
        named = "; ".join(", ".join(map(str, key)) for key in thin[:5])
        raise TableError(
            f"The survey asked fewer than two people in {named}." if thin else "No row has a known stratum.",
            expected="at least two people of each stratum that the table holds",
            cure="Put small strata together, in the table and in the survey alike.",
        )
    sizes = {group: sample.group_size(group) for group in sample.groups}
    chosen = choose_reference(attribute, sizes, reference)
    weights = strata.people / strata.people.sum()
    shown = {group: _rate(strata, sample, weights, group, confidence) for group in sizes}
    level = 1 - (1 - confidence) / max(len(sizes) - 1, 1)
    both = {group: (shown[group], _gap(strata, sample, weights, group, chosen, level)) for group in sizes}
    return as_measured(strata, attribute, sizes, chosen, both, confidence, unasked=sample.unasked)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Sample:
    """A survey: people and yeses of each group in each stratum; those asked in vain are left out and counted."""

    groups: tuple[str, ...]
    counts: Mapping[Key, Mapping[str, tuple[float, float]]]
    unasked: int

    @classmethod
    def of(cls, survey: Cells, attribute: str, within: Sequence[str]) -> _Sample:
        rolled = roll_up(survey, (*within, attribute))
        counted = tally(rolled, RATE)
        counts: dict[Key, dict[str, tuple[float, float]]] = {}
        unasked = 0
        for i, (*stratum, group) in enumerate(rolled.keys):
            if group is None:
                unasked += int(counted.rows[i])
            elif counted.rows[i]:
                counts.setdefault(tuple(stratum), {})[group] = (float(counted.n[i]), float(counted.x[i]))
        groups = tuple(sorted({group for held in counts.values() for group in held}))
        return cls(groups=groups, counts=counts, unasked=unasked)

    def people(self, key: Key) -> float:
        return sum(n for n, _ in self.counts.get(key, {}).values())

    def group_size(self, group: str) -> int:
        return round(sum(held[group][0] for held in self.counts.values() if group in held))

    def shares(self, keys: Sequence[Key], group: str) -> tuple[Floats, Floats]:
        """In each stratum the share of the sample that is of the group, and that is of it and has a yes."""
        both = [self.counts[key].get(group, (0.0, 0.0)) for key in keys]
        total = np.array([self.people(key) for key in keys])
        return np.array([n for n, _ in both]) / total, np.array([x for _, x in both]) / total


def _parts(strata: Strata, sample: _Sample, weights: Floats, group: str) -> tuple[float, float, Floats, Floats]:
    """The group's rate and share in the whole table, and in each stratum its share and its share with a yes."""
    inside, yes = sample.shares(strata.keys, group)
    share = float((weights * inside).sum())
    return (float((weights * yes).sum()) / share if share > 0 else 0.0), share, inside, yes


def _variance(strata: Strata, sample: _Sample, weights: Floats, mean: Floats, square: Floats) -> float:
    """The variance of a weighted sum of stratum means, from the mean and the mean square of what is added."""
    n = np.array([sample.people(key) for key in strata.keys])
    return float((weights**2 * np.maximum(square - mean**2, 0) / (n - 1)).sum())


def _quantile(strata: Strata, sample: _Sample, level: float) -> float:
    freedom = sum(sample.people(key) - 1 for key in strata.keys)
    share: float = float(student_share(np.array([freedom]), level)[0])
    return critical_value(level) / math.sqrt(share)


def _rate(strata: Strata, sample: _Sample, weights: Floats, group: str, confidence: float) -> Estimate:
    rate, share, inside, yes = _parts(strata, sample, weights, group)
    people = sample.group_size(group)
    if share <= 0:
        return Unknown(reason=NONE_ASKED)
    # A member's deviation is (1 - rate) / share with a yes and -rate / share without; everybody else's is none.
    mean = (yes - rate * inside) / share
    square = (yes * (1 - rate) ** 2 + (inside - yes) * rate**2) / share**2
    variance = _variance(strata, sample, weights, mean, square)
    size = rate * (1 - rate) / variance if variance > 0 else float(people)
    size *= (critical_value(confidence) / _quantile(strata, sample, confidence)) ** 2
    low, high = wilson(rate * size, size, confidence)
    return Known(value=rate, low=float(low), high=float(high), n=people, method=SURVEYED)


def _gap(strata: Strata, sample: _Sample, weights: Floats, group: str, reference: str, level: float) -> Estimate:
    one, share1, inside1, yes1 = _parts(strata, sample, weights, group)
    two, share2, inside2, yes2 = _parts(strata, sample, weights, reference)
    people = sample.group_size(group) + sample.group_size(reference)
    if share1 <= 0 or share2 <= 0:
        return Unknown(reason=NONE_ASKED, n=people)
    mean = (yes1 - one * inside1) / share1 - (yes2 - two * inside2) / share2
    square = (yes1 * (1 - one) ** 2 + (inside1 - yes1) * one**2) / share1**2
    square = square + (yes2 * (1 - two) ** 2 + (inside2 - yes2) * two**2) / share2**2
    half = _quantile(strata, sample, level) * _variance(strata, sample, weights, mean, square) ** 0.5
    value = one - two
    return Known(value=value, low=max(value - half, -1.0), high=min(value + half, 1.0), n=people, method=SURVEYED)
