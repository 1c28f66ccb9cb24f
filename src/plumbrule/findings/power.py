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
    it (for a truth outside). Normal approximation with the reference's rate and the group at `rate + truth`:
    two one-sided comparisons as in Schuirmann (1987, J. Pharmacokinetics and Biopharmaceutics 15, 657-680).

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
    other = min(max(rate - truth, 0.0), 1.0)
    spread = math.sqrt(other * (1 - other) / share + rate * (1 - rate) / (1 - share))

    def power(rows: float) -> float:
        error = spread / math.sqrt(rows)
        if error == 0:
            return 0.0 if truth == tolerance else 1.0
        if truth > tolerance:
            return _NORMAL.cdf((truth - tolerance) / error - z)
        return max(_NORMAL.cdf((tolerance - truth) / error - z) + _NORMAL.cdf((tolerance + truth) / error - z) - 1, 0.0)

    return power


def _smallest(power: Callable[[float], float], wanted: float, most: float) -> int | None:
    """The smallest number of rows with the power wanted, by bisection; None where no number gives it."""
    if power(most) < wanted:
        return None
    low, high = 2.0, most
    while high - low > 1:
        middle = math.floor((low + high) / 2)
        low, high = (low, middle) if power(middle) >= wanted else (middle, high)
    return math.ceil(high)
