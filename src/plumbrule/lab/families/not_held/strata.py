"""The strata of the whole table, and the form in which both ways answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plumbrule.base.messages import message
from plumbrule.base.observation import Estimate, Group, Known
from plumbrule.lab.cells import Cells, Key, roll_up, tally
from plumbrule.lab.exchange.bounded import BoundedMeasurement
from plumbrule.lab.inference.gaps import Gap, Rates
from plumbrule.lab.inference.intervals import wilson
from plumbrule.lab.measure import Excluded
from plumbrule.lab.metrics import METRICS

Floats = NDArray[np.float64]
RATE = METRICS["selection_rate"]
NO_STRATUM = message("the stratum is unknown")
NOT_ASKED = message("the attribute is unknown in the survey")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Strata:
    """The strata of the whole table: decided people, those with a yes; and how many stand in no known stratum."""

    keys: tuple[Key, ...]
    people: Floats
    yes: Floats
    lost: int
    undecided: int


def strata_of(cells: Cells, within: Sequence[str]) -> Strata:
    """The strata of a table that was counted by these columns."""
    rolled = roll_up(cells, within)
    counted = tally(rolled, RATE)
    kept = np.array([i for i, key in enumerate(rolled.keys) if None not in key and counted.rows[i] > 0], int)
    weight = rolled.weight[:, :, :2].sum(axis=(1, 2))
    return Strata(
        keys=tuple(rolled.keys[i] for i in kept),
        people=weight[kept],
        yes=counted.rate()[kept] * weight[kept],
        lost=int(sum(counted.rows[i] for i, key in enumerate(rolled.keys) if None in key)),
        undecided=int(rolled.rows[:, :, -1].sum()),
    )


def as_measured(
    strata: Strata,
    attribute: str,
    sizes: Mapping[str, int],
    reference: str,
    found: Mapping[str, tuple[Estimate, Estimate]],
    confidence: float,
    *,
    unasked: int = 0,
) -> BoundedMeasurement:
    """Rates and gaps in the form of every audit; people who stand in no known stratum, or were asked in vain, are counted."""
    people = float(strata.people.sum())
    rate = float(strata.yes.sum()) / people
    low, high = wilson(rate * people, people, confidence if confidence < 1 else 0.95)
    everybody = Known(value=rate, low=float(low), high=float(high), n=round(people), method="wilson")
    left_out: tuple[tuple[str, int, Group], ...] = (
        (NO_STRATUM, strata.lost, {}),
        (NOT_ASKED, unasked, {attribute: None}),
    )
    return BoundedMeasurement(
        rows=round(people) + strata.lost + strata.undecided,
        undecided=strata.undecided,
        unlabelled=0,
        by=(attribute,),
        references={attribute: reference},
        overall=Rates(group={}, n=round(people), metrics={RATE.name: everybody}),
        groups=tuple(Rates(group={attribute: group}, n=sizes[group], metrics={RATE.name: found[group][0]}) for group in sizes),
        gaps=tuple(
            Gap(
                metric=RATE.name,
                group={attribute: group},
                reference={attribute: reference},
                kind="difference",
                estimate=found[group][1],
                family="exploratory",
                confidence=confidence,
                comparisons=max(len(sizes) - 1, 1),
                bounds=None,
                n=(sizes[group], sizes[reference]),
            )
            for group in sizes
            if group != reference
        ),
        excluded=tuple(Excluded(group=part, n=n, reason=reason) for reason, n, part in left_out if n),
        strata=(),
        adjustments=(),
        confidence=confidence,
    )
