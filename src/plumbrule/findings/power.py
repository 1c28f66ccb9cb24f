"""How many rows an inconclusive check would have needed."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from statistics import NormalDist

from plumbrule.findings.model import Power

_NORMAL = NormalDist()


def rows_needed(
    *,
    tolerance: float,
    truths: Sequence[float],
    rate: float,
    share: float,
    level: float,
    power: float = 0.80,
    rows_most: float = 1e12,
) -> tuple[Power, ...]:
    """For each true gap, the rows of group and reference together that give this power for a conclusive verdict.

    The verdict is conclusive when the interval at `level` lies within the tolerance (for a truth inside it) or beyond
    it (for a truth outside). Normal approximation with the reference's rate and the group at `rate - truth`: two one-sided
    comparisons as in Schuirmann (1987, J. Pharmacokinetics and Biopharmaceutics 15, 657-680), each held against the error
    that the score interval has at the tolerance (Farrington and Manning 1990, Statistics in Medicine 9, 1447-1454).

    Args:
        tolerance: the largest gap allowed, a plain number.
        truths: true gaps, as sizes; the group is taken to fare worse.
        rate: the reference group's rate.
        share: the group's share of the rows of the two groups together.
        level: the two-sided level of each interval (already divided among the family).
    """
    return tuple(
        Power(truth=truth, rows=_smallest(_power_at(tolerance, truth, rate, share, level), power, rows_most)) for truth in truths
    )


def _power_at(tolerance: float, truth: float, rate: float, share: float, level: float) -> Callable[[float], float]:
    z = _NORMAL.inv_cdf(0.5 + level / 2)
    spread = _spread(rate - truth, rate, share)
    mean = rate - share * truth
    # At the tolerance the score interval takes both rates as they would be there, and the people as they are.
    held = {side: _spread(mean - side * (1 - share), mean + side * share, share) for side in (tolerance, -tolerance)}

    def reached(distance: float, side: float, rows: float) -> float:
        error = spread / math.sqrt(rows)
        spare = distance - z * held[side] / math.sqrt(rows)
        return _NORMAL.cdf(spare / error) if error > 0 else float(spare > 0)

    def power(rows: float) -> float:
        if truth > tolerance:
            return reached(truth - tolerance, tolerance, rows)
        return max(reached(tolerance - truth, tolerance, rows) + reached(tolerance + truth, -tolerance, rows) - 1, 0.0)

    return power


def _spread(other: float, rate: float, share: float) -> float:
    """The standard error of the difference of two rates, times the root of all rows."""
    one, two = (min(max(value, 0.0), 1.0) for value in (other, rate))
    return math.sqrt(one * (1 - one) / share + two * (1 - two) / (1 - share))


def _smallest(power: Callable[[float], float], wanted: float, most: float) -> int | None:
    """The smallest number of rows with the power wanted, by bisection; None where no number gives it."""
    if power(most) < wanted:
        return None
    low, high = 2.0, most
    while high - low > 1:
        middle = math.floor((low + high) / 2)
        low, high = (low, middle) if power(middle) >= wanted else (middle, high)
    return math.ceil(high)
