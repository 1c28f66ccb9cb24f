"""What else the cells say, beyond rates and gaps line by line: what stands out, the worst groups, criteria, reversals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from plumbrule.lab.cells import Cells
from plumbrule.lab.factors import FactorDifference, factors_in_cells
from plumbrule.lab.families.outcomes import Criterion, compared, comparisons_of, conditional, criteria, worst_groups
from plumbrule.lab.inference.largest import Largest
from plumbrule.lab.measure import Measurement
from plumbrule.lab.reversals import Reversal, reversals
from plumbrule.lab.search.ranking import Search, search


@dataclass(frozen=True, slots=True, kw_only=True)
class Explored:
    """All of it exploratory. `largest` and `criteria` hold together over `comparisons` statements."""

    search: Search
    largest: tuple[Largest, ...]
    criteria: tuple[Criterion, ...]
    reversals: tuple[Reversal, ...]
    factors: tuple[FactorDifference, ...]
    confidence: float
    comparisons: int


def explore(cells: Cells, measured: Measurement, *, label: bool, within: Sequence[str] = (), min_n: int = 10) -> Explored:
    """What the cells say beyond the lines of the measurement that was made from them.

    Args:
        cells: the counted decisions.
        measured: their rates and gaps.
        label: whether the cells hold labels.
        within: the declared strata, if any.
        min_n: groups with fewer people are left out of the largest gaps.
    """
    confidence, comparisons = measured.confidence, comparisons_of(measured.by, compared(label=label))
    worst = worst_groups(cells, measured.by, label=label, confidence=confidence, min_n=min_n)
    return Explored(
        search=search(cells, measured),
        largest=worst,
        criteria=(*criteria(worst, confidence=confidence, comparisons=comparisons), *conditional(measured)),
        reversals=reversals(cells, measured, within),
        factors=factors_in_cells(cells, measured, within) if within else (),
        confidence=confidence,
        comparisons=comparisons,
    )
