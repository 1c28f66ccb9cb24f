"""The largest gap between any two groups, with bounds that hold: a statement about the worst-off group.

The largest of many differences seen is too large on average, since chance alone spreads groups apart; and a plain
bootstrap of it fails where groups are nearly tied (it treats the spread by chance as real). What holds is this: make
intervals for all pairs that hold together; then the largest true difference is at least the largest of their nearer
ends, and at most the largest of their farther ends (Hsu 1996, Multiple Comparisons, chapter 4).

>>> import numpy as np
>>> from plumbrule.lab.metrics import METRICS
>>> rows = np.array([300, 700, 350, 650, 480, 520])
>>> cells = Cells(
...     attributes=("area",), levels=(("east", "north", "west"),), codes=np.repeat(np.arange(3), 2)[:, None],
...     label=np.full(6, -1), prediction=np.array([1, 0] * 3), rows=rows, weight=rows * 1.0, weight_sq=rows * 1.0,
...     score=np.zeros(6), score_sq=np.zeros(6), scored=np.zeros(6), weighted=False,
... )
>>> found = largest_gap(cells, ("area",), METRICS["selection_rate"], 0.95)
>>> found.highest["area"], found.lowest["area"], round(found.estimate.low, 2), round(found.estimate.high, 2)
('west', 'east', 0.13, 0.23)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from plumbrule.base.messages import message
from plumbrule.base.observation import Estimate, Group, Known, Unknown
from plumbrule.lab.cells import Cells, Tally, roll_up, tally
from plumbrule.lab.inference.gaps import Sides, differences
from plumbrule.lab.inference.intervals import EXACT_BELOW, difference_statistic
from plumbrule.lab.metrics import Metric

Floats = NDArray[np.float64]
BONFERRONI, MAX_T = "simultaneous score bounds, bonferroni", "simultaneous score bounds, max-t"
TOO_FEW = message("fewer than two groups are large enough to compare")
JUDGED_PAIRS = 100
"""With more pairs than this, small groups get the rectangle instead of the slower and shorter exact interval."""
MOST_PAIRS = 2000
"""With more pairs than this the bootstrap is not drawn: Bonferroni's level is then nearly the same."""
DRAWS = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Largest:
    """The largest absolute difference of one rate between any two groups of a roll-up.

    `estimate.value` is the one seen, between `highest` and `lowest`, and is biased upward; `estimate.low` and `.high`
    bound the true one, whichever groups it lies between, with `confidence`. `groups` counts the groups compared.
    """

    metric: str
    highest: Group
    lowest: Group
    estimate: Estimate
    groups: int
    confidence: float


def largest_gap(
    cells: Cells,
    attributes: Sequence[str],
    metric: Metric,
    confidence: float,
    *,
    min_n: int = 10,
    seed: int | None = None,
) -> Largest:
    """The largest gap between any two groups of these attributes, from simultaneous score bounds over all pairs.

    Without a `seed` the level is Bonferroni's over the pairs, which is conservative. With one, and where every group
    is a count of at least `intervals.EXACT_BELOW` people, it is the quantile of the largest score statistic over the
    pairs in `DRAWS` tables drawn from the rates seen (a multinomial bootstrap of max |t|, each group's size given).
    It is then some 1 to 4 % shorter. Smaller groups always get Bonferroni and intervals of guaranteed coverage.

    Args:
        cells: the counted decisions.
        attributes: which attributes make the groups; groups with an unknown value are left out.
        metric: the rate compared.
        confidence: of the two bounds together.
        min_n: groups with fewer people in the rate's denominator are left out.
        seed: of the draws; the same seed gives the same bounds.
    """
    rolled = roll_up(cells, attributes)
    counted = tally(rolled, metric)
    usable = [i for i, key in enumerate(rolled.keys) if None not in key and counted.rows[i] >= min_n and counted.n[i] > 0]
    if len(usable) < 2:
        return _none(metric, len(usable), confidence, int(counted.rows[usable].sum()))
    one, two = (np.array(usable)[side] for side in np.triu_indices(len(usable), 1))
    sides = Sides.of([counted], one, two)
    level, method = 1 - (1 - confidence) / len(one), BONFERRONI
    if seed is not None and len(one) <= MOST_PAIRS and sides.whole().all() and counted.n[usable].min() >= EXACT_BELOW:
        level, method = min(level, _max_t_level(counted, usable, confidence, seed)), MAX_T
    order = sorted(usable, key=lambda place: float(counted.rate()[place]))
    return Largest(
        metric=metric.name,
        highest=rolled.group(order[-1]),
        lowest=rolled.group(order[0]),
        estimate=_bounded(counted, usable, sides, level, method),
        groups=len(usable),
        confidence=confidence,
    )


def _none(metric: Metric, groups: int, confidence: float, people: int) -> Largest:
    unknown = Unknown(reason=TOO_FEW, n=people)
    return Largest(metric=metric.name, highest={}, lowest={}, estimate=unknown, groups=groups, confidence=confidence)


def _max_t_level(counted: Tally, usable: Sequence[int], confidence: float, seed: int) -> float:
    """The level whose normal quantile is the quantile of the largest |score statistic| at the differences drawn from."""
    x, n = counted.x[usable], counted.n[usable]
    rate = (x + 0.5) / (n + 1)  # never 0 or 1, where nothing would vary
    one, two = np.triu_indices(len(usable), 1)
    true, sizes = rate[one] - rate[two], n.astype(np.int64)
    random = np.random.default_rng(seed)
    largest = np.empty(DRAWS)
    block = max(1, 200_000 // len(one))
    for start in range(0, DRAWS, block):
        drawn = random.binomial(sizes, rate, size=(min(block, DRAWS - start), len(sizes))).astype(float)
        shape = len(drawn), len(one)
        wide = [np.broadcast_to(side, shape).ravel() for side in (drawn[:, one], n[one], drawn[:, two], n[two], true)]
        largest[start : start + len(drawn)] = np.abs(difference_statistic(*wide)).reshape(shape).max(axis=1)
    return 2 * NormalDist().cdf(float(np.quantile(largest, confidence, method="higher"))) - 1


def _bounded(counted: Tally, usable: Sequence[int], sides: Sides, level: float, method: str) -> Known:
    """The largest gap seen, between the largest nearer and the largest farther end over the pairs."""
    column = differences(sides, level, judged=len(sides.n1) <= JUDGED_PAIRS)
    nearer = np.maximum(np.maximum(column.low, -column.high), 0.0)
    farther = np.minimum(np.maximum(-column.low, column.high), 1.0)
    rates = counted.rate()[list(usable)]
    return Known(
        value=float(rates.max() - rates.min()),
        low=float(nearer.max()),
        high=float(farther.max()),
        n=int(counted.rows[list(usable)].sum()),
        method=method,
    )
