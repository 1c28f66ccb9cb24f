"""The area under the ROC curve from counts in bins of the score, and how much the bins can have hidden.

Between bins the order is known. Inside a bin the area is taken from the two mean scores: for values that are spread
evenly over the bin the chance that one of the first kind lies above one of the second is ½ + (difference of the means)
/ (width of the bin). A tie counts ½, so a score with few values, each in a bin of its own, comes out exactly.

>>> import numpy as np
>>> counted = Binned(place=np.array([0, 0, 1, 1]), positive=np.array([False, True, False, True]), width=None,
...     weight=np.array([3.0, 1, 1, 3]), weight_sq=np.array([3.0, 1, 1, 3]), score=np.array([0.0, 0, 1, 3]))
>>> found = area_from_bins(counted)
>>> found.value, found.positives, found.negatives
(0.75, 4, 4)
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plumbrule.base.observation import Unknown
from plumbrule.lab.inference.auc import ONE_SIDED, Area

Floats = NDArray[np.float64]
Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Binned:
    """Sums by bin of the score and kind, one line each (arrays of equal length).

    `place` numbers the bins from low to high; lines may share one. `positive` marks the kind that should score high.
    `weight`, `weight_sq` and `score` are the sums of w, w² and w × score over the people of the line (w = 1 without
    weights, so weight_sq is then the number of people). `width` is the width of every bin, shape (bins,), in units of
    the score, 0 where a bin holds one value; None where each bin is one value. `cluster` numbers the clusters where rows
    belong together.
    """

    place: Places
    positive: NDArray[np.bool_]
    weight: Floats
    weight_sq: Floats
    score: Floats
    width: Floats | None
    cluster: Places | None = None

    def over(self, values: Floats, *, positive: bool) -> Floats:
        """The sum of `values` in each bin over the lines of one kind; shape (bins,)."""
        bins = len(self.width) if self.width is not None else int(self.place.max(initial=-1)) + 1
        return np.asarray(np.bincount(self.place, weights=np.where(self.positive == positive, values, 0.0), minlength=bins))


def area_from_bins(counted: Binned) -> Area | Unknown:
    """The area with DeLong's standard error; `positives` and `negatives` are effective numbers of people, rounded down.

    With sampling weights each placement counts with its weight, and its square with the weight's square; with clusters
    the error is that of the sum of the placements of each cluster, both kinds together (Obuchowski 1997, Biometrics 53,
    567-578, in its linearised form).
    """
    yes, no = (counted.over(counted.weight, positive=kind) for kind in (True, False))
    m, n = float(yes.sum()), float(no.sum())
    if m <= 0 or n <= 0:
        return Unknown(reason=ONE_SIDED, n=round(m + n))
    below = np.cumsum(no) - no
    value = float(yes @ (below + no * _inside(counted, yes, no))) / (m * n)
    placed_yes, placed_no = (below + no / 2) / n, 1 - (np.cumsum(yes) - yes / 2) / m
    sizes = [_effective(counted, positive=kind) for kind in (True, False)]
    if counted.cluster is None:
        spread = sum(
            _variance(placed, counted.over(counted.weight_sq, positive=kind), weights, size)
            for placed, weights, size, kind in zip((placed_yes, placed_no), (yes, no), sizes, (True, False), strict=True)
        )
    else:
        spread = _clustered(counted, placed_yes, placed_no, m, n)
    return Area(value=min(max(value, 0.0), 1.0), error=math.sqrt(spread), positives=int(sizes[0]), negatives=int(sizes[1]))


def hidden_by_bins(counted: Binned) -> float:
    """The most by which the area from bins can be wrong: the share of pairs in one bin of several values."""
    yes, no = (counted.over(counted.weight, positive=kind) for kind in (True, False))
    pairs = float(yes.sum() * no.sum())
    return float((yes * no) @ (counted.width > 0)) / pairs if counted.width is not None and pairs else 0.0


def _inside(counted: Binned, yes: Floats, no: Floats) -> Floats:
    """Inside each bin, the chance that the first kind lies above the second."""
    if counted.width is None:
        return np.full(len(yes), 0.5)
    scores = [counted.over(counted.score, positive=kind) for kind in (True, False)]
    means = [
        np.divide(score, held, out=np.zeros_like(held), where=held > 0) for score, held in zip(scores, (yes, no), strict=True)
    ]
    width = np.where(counted.width > 0, counted.width, np.inf)
    return np.asarray(0.5 + np.clip((means[0] - means[1]) / width, -0.5, 0.5))


def _effective(counted: Binned, *, positive: bool) -> float:
    """Kish's effective number of people of one kind; the number of clusters where that is smaller."""
    chosen = counted.positive == positive
    total, squares = float(counted.weight[chosen].sum()), float(counted.weight_sq[chosen].sum())
    size = total * total / squares if squares > 0 else 0.0
    if counted.cluster is None:
        return size + 1e-9  # a sum of many parts may fall short of a whole number in its last digits
    return min(size, float(len(np.unique(counted.cluster[chosen & (counted.weight > 0)])))) + 1e-9


def _variance(placed: Floats, squares: Floats, weights: Floats, size: float) -> float:
    """The variance of the mean placement of one kind; 0 where it has one member."""
    total = float(weights.sum())
    mean = float(weights @ placed) / total
    return float(squares @ (placed - mean) ** 2) / (total * total) * size / (size - 1) if size > 1.5 else 0.0


def _clustered(counted: Binned, placed_yes: Floats, placed_no: Floats, m: float, n: float) -> float:
    """The variance from what each cluster adds to the area."""
    means = [
        float(counted.over(counted.weight, positive=kind) @ placed) / total
        for kind, placed, total in ((True, placed_yes, m), (False, placed_no, n))
    ]
    added = np.where(
        counted.positive,
        (placed_yes[counted.place] - means[0]) / m,
        (placed_no[counted.place] - means[1]) / n,
    )
    cluster = counted.cluster if counted.cluster is not None else counted.place
    sums = np.bincount(np.unique(cluster, return_inverse=True)[1].reshape(-1), weights=added * counted.weight)
    return float(sums @ sums) * len(sums) / (len(sums) - 1) if len(sums) > 1 else 0.0
