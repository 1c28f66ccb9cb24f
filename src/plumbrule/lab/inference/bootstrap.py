"""An interval for any function of the cells, by drawing the table again: for what no formula holds.

The statistic is made from rates of roll-ups. The interval is Efron's BCa (bias-corrected and accelerated; Efron 1987, JASA 82,
171-185), the acceleration from a jackknife over the cells. What it means is chance in a sample of rows drawn one by one.
It is refused, with the reason, where it is known to fail: where few people count as yes or as no, where rows have weights or
come in clusters, and where the value is that of a corner, the largest of several gaps that are nearly tied or nearly none
(Andrews 2000, Econometrica 68, 399-405). Where a formula holds, it is better; `largest` bounds the largest gap.

>>> import numpy as np
>>> rows = np.array([300, 90, 110, 500, 160, 120, 90, 230])
>>> cells = Cells(
...     attributes=("area",), levels=(("east", "west"),), codes=np.repeat([0, 1], 4)[:, None],
...     label=np.array([1, 0, 1, 0] * 2), prediction=np.array([1, 1, 0, 0] * 2), rows=rows, weight=rows * 1.0,
...     weight_sq=rows * 1.0, score=np.zeros(8), score_sq=np.zeros(8), scored=np.zeros(8), weighted=False,
... )
>>> found = bootstrap_cells(cells, equalized_odds_difference(["area"]), seed=1)
>>> round(found.value, 3), round(found.low, 2), round(found.high, 2), found.method
(0.19, 0.13, 0.25, 'multinomial bootstrap, bca')
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from plumbrule.base.messages import message
from plumbrule.base.observation import Estimate, Known, Unknown
from plumbrule.errors import InputError
from plumbrule.lab.cells import Cells
from plumbrule.lab.inference.replicates import BLOCK, Lattice, Replicates, as_counted, drawn_again
from plumbrule.lab.metrics import METRICS, Metric

Floats = NDArray[np.float64]
Statistic = Callable[[Replicates], Floats]
"""From replicates to one number each, shape (replicates,); NaN where a table has no value."""
BCA = "multinomial bootstrap, bca"
LEAST_EVENTS = 10
"""With fewer people who count as yes, or as no, in a rate that is used, the draws do not vary as chance does."""
MOST_BIAS = 0.25
"""A quarter of the standard error, by which the draws may lie to one side on average (Efron and Tibshirani 1993, 10.3)."""
AROUND, ALIKE = 3.0, 0.9
"""So many standard errors away the same people still have to make the value: their influence correlated at least so much."""
WEIGHTED = message("rows have weights or come in clusters, and tables cannot be drawn again from their cells")
NO_VALUE = message("the table does not give it a value")
FEW = message("too few people count as yes or as no for drawing the table again")
TIED = message("what is largest is nearly tied or nearly none, and drawing the table again then misleads")
BESIDE = message("tables drawn again lie beside the value seen, not around it")
SAME = message("nothing that varies by chance changes it")
_NORMAL = NormalDist()


def bootstrap_cells(
    cells: Cells, statistic: Statistic, replicates: int = 1000, seed: int = 0, *, confidence: float = 0.95
) -> Estimate:
    """The statistic of a table with its interval, or why there is none.

    Args:
        cells: the counted decisions.
        statistic: from `Replicates` to an array of one number for each; only from what `rates` and `tally` give.
        replicates: tables drawn; enough that some lie beyond each end.
        seed: of the draws; the same seed gives the same interval.
        confidence: of the interval.

    Raises:
        InputError: too few replicates for this confidence.
    """
    least = math.ceil(20 / (1 - confidence))
    if replicates < least:
        raise InputError(
            f"{replicates} tables drawn again say little about an interval of {confidence:.2%}.",
            expected=f"at least {least}, so that some ten lie beyond each end",
            cure=f"Draw at least {least}.",
        )
    people, reason = int(cells.rows.sum()), _unfit(cells, statistic)
    if reason:
        return Unknown(reason=reason, n=people)
    value, lattice = float(statistic(as_counted(cells))[0]), Lattice(cells)
    influence = _Influence.of(lattice, lattice.counts.astype(float), statistic)
    reason = _cornered(lattice, influence, statistic)
    if reason:
        return Unknown(reason=reason, n=people)
    drawn = np.concatenate([statistic(block) for block in drawn_again(cells, replicates, seed)])
    reason = _astray(value, drawn)
    if reason:
        return Unknown(reason=reason, n=people)
    acceleration = influence.power(3) / (6 * influence.power(2) ** 1.5)
    low, high = _bca(value, np.sort(drawn), acceleration, confidence)
    return Known(value=value, low=min(low, value), high=max(high, value), n=people, method=BCA)


def _unfit(cells: Cells, statistic: Statistic) -> str:
    """Why this table cannot be drawn again for this statistic, or nothing."""
    if cells.weighted or cells.cluster is not None:
        return WEIGHTED
    table = as_counted(cells)
    if not cells.rows.sum() or not math.isfinite(float(statistic(table)[0])):
        return NO_VALUE
    return FEW if table.fewest is not None and table.fewest < LEAST_EVENTS else ""


def _cornered(lattice: Lattice, here: _Influence, statistic: Statistic) -> str:
    """Whether other people would make the value if it were a few standard errors higher or lower.

    Then another group would be the worst off, another rate the one that differs most, or the gap of the other sign: the
    statistic has a corner there, and the draws follow it and not the data.
    """
    if here.power(2) <= 0:
        return SAME
    moved = (here.moved(errors) for errors in (-AROUND, AROUND))
    return TIED if any(here.like(_Influence.of(lattice, people, statistic)) < ALIKE for people in moved) else ""


def _astray(value: float, drawn: Floats) -> str:
    """Why the draws make no interval, or nothing."""
    if not np.isfinite(drawn).all():
        return NO_VALUE
    return BESIDE if abs(float(drawn.mean()) - value) > MOST_BIAS * float(drawn.std()) else ""


def _bca(value: float, ordered: Floats, acceleration: float, confidence: float) -> tuple[float, float]:
    """The two quantiles of the draws; with no bias and no acceleration those of the percentile interval."""
    below = (float(np.sum(ordered < value)) + float(np.sum(ordered == value)) / 2) / len(ordered)
    bias = _NORMAL.inv_cdf(min(max(below, 0.5 / len(ordered)), 1 - 0.5 / len(ordered)))
    ends = []
    for z in (_NORMAL.inv_cdf((1 - confidence) / 2), _NORMAL.inv_cdf((1 + confidence) / 2)):
        place = _NORMAL.cdf(bias + (bias + z) / (1 - acceleration * (bias + z)))
        ends.append(float(np.quantile(ordered, min(max(place, 0.0), 1.0))))
    return ends[0], ends[1]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Influence:
    """What one more person of each cell adds to the statistic, shape (cells,); nothing on average over the `people`."""

    people: Floats
    adds: Floats

    @classmethod
    def of(cls, lattice: Lattice, people: Floats, statistic: Statistic) -> _Influence:
        """A jackknife over the cells, since everybody in a cell adds the same."""
        held, value = np.flatnonzero(people), float(statistic(Replicates(lattice, people[:, None]))[0])
        adds = np.zeros(len(people))
        for start in range(0, len(held), BLOCK):
            block = held[start : start + BLOCK]
            counts, fewer = np.repeat(people[:, None], len(block), axis=1), np.minimum(people[block] / 2, 1.0)
            counts[block, np.arange(len(block))] -= fewer
            adds[block] = (value - statistic(Replicates(lattice, counts))) / fewer
        return cls(people=people, adds=np.where(people > 0, adds - people @ adds / people.sum(), 0.0))

    def power(self, exponent: int) -> float:
        """The sum over all people of a power of what each adds."""
        return float(self.people @ self.adds**exponent)

    def moved(self, errors: float) -> Floats:
        """The people if those who add much were more, by so many standard errors of the statistic (fewer, where negative)."""
        return np.asarray(self.people * np.maximum(1 + errors * self.adds / math.sqrt(self.power(2)), 0.0))

    def like(self, other: _Influence) -> float:
        """The correlation of what the same people add."""
        both = float(self.people @ (self.adds * other.adds))
        return both / math.sqrt(self.power(2) * float(self.people @ other.adds**2) or 1.0)


def equalized_odds_difference(attributes: Sequence[str]) -> Statistic:
    """The larger of the largest gaps in true and in false positive rate between groups, as fairlearn defines it.

    Groups with an unknown value are left out. It has no value where a group has nobody of one of the labels.
    """
    metrics = METRICS["true_positive_rate"], METRICS["false_positive_rate"]

    def statistic(tables: Replicates) -> Floats:
        named = [place for place, key in enumerate(tables.keys(attributes)) if None not in key]
        rates = [tables.rates(attributes, metric)[named] for metric in metrics]
        return np.asarray(np.max([one.max(axis=0) - one.min(axis=0) for one in rates], axis=0))

    return statistic


def ratio_of_ratios(attribute: str, group: str, reference: str, rate: Metric, against: Metric) -> Statistic:
    """The ratio of two groups in one rate over their ratio in another: how much of a disparity the other does not carry.

    With `rate` the selection rate and `against` the base rate it is 1 where decisions differ as labels do, which does not make
    the labels right.
    """

    def statistic(tables: Replicates) -> Floats:
        keys = tables.keys([attribute])
        one, two = keys.index((group,)), keys.index((reference,))
        top, bottom = (tables.rates([attribute], metric) for metric in (rate, against))
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray((top[one] / top[two]) / (bottom[one] / bottom[two]))

    return statistic
