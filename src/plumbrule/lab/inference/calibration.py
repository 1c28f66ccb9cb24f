"""Calibration: whether people with a score of 0.3 turn out to be a yes three times in ten.

What is measured is conditional on the scores as they are: only the outcome is left to chance. A share of outcomes then
varies no more than a share of equal chances would (Hoeffding 1956, Annals of Mathematical Statistics 27, 713-721), so
Wilson's interval for it errs to the wide side.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plumbrule.base.messages import message
from plumbrule.base.observation import Estimate, Known, Unknown
from plumbrule.lab.inference import intervals

WILSON_SHIFTED, BANDS = "wilson, given the scores", "exact in every bin, bonferroni"
_MANY = 1_000
Floats = NDArray[np.float64]
NO_OUTCOME = message("no row has both a score and a label")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenth:
    """One bin of a calibration curve, from the score `first` to `last`.

    `people` have a label, `size` is their effective number, `share` the observed share of yes and `score` their mean score.
    """

    first: float
    last: float
    people: int
    size: float
    weight: float
    share: float
    score: float

    def observed(self, confidence: float) -> Known:
        """The observed share with Wilson's interval."""
        low, high = intervals.wilson(self.share * self.size, self.size, confidence)
        return Known(value=self.share, low=float(low), high=float(high), n=self.people, method="wilson")


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationError:
    """The expected calibration error, and what of it may be the bins' doing.

    `estimate` is the plain figure Σ share of people × |observed share - mean score| over the bins (Naeini, Cooper and
    Hauskrecht 2015, AAAI). It is too large on average, since chance alone moves every bin. Its interval is not made from
    it: every bin has an exact interval, all of them hold together (Bonferroni), and the ends are the smallest and
    the largest error they allow. `by_chance` is what a score that is perfectly calibrated would show on average in these
    bins. `root_mean_square` is another error, the root of the mean square, freed of that part as Kumar, Liang and Ma
    (2019, NeurIPS 32) do it; 0 where nothing is left. None where a bin has one person.
    """

    estimate: Estimate
    by_chance: float
    root_mean_square: float | None


def in_the_large(share: float, size: float, score: float, people: int, confidence: float) -> Estimate:
    """Observed share of yes minus mean score, "calibration in the large" (Cox 1958; Steyerberg 2009, 15.2)."""
    if size <= 0:
        return Unknown(reason=NO_OUTCOME, n=people)
    low, high = intervals.wilson(share * size, size, confidence)
    return Known(value=share - score, low=float(low) - score, high=float(high) - score, n=people, method=WILSON_SHIFTED)


def calibration_error(tenths: Sequence[Tenth], confidence: float) -> CalibrationError:
    """The error over bins; see `CalibrationError`."""
    total = sum(one.weight for one in tenths)
    if total <= 0:
        return CalibrationError(estimate=Unknown(reason=NO_OUTCOME), by_chance=0.0, root_mean_square=None)
    each = 1 - (1 - confidence) / len(tenths)
    value = low = high = chance = square = 0.0
    lonely = False
    bottoms, tops = _bands(np.array([one.share for one in tenths]), np.array([one.size for one in tenths]), each)
    for one, bottom, top in zip(tenths, bottoms.tolist(), tops.tolist(), strict=True):
        part = one.weight / total
        value += part * abs(one.share - one.score)
        low += part * max(bottom - one.score, one.score - top, 0.0)
        high += part * max(abs(bottom - one.score), abs(top - one.score))
        chance += part * math.sqrt(2 / math.pi * max(one.score * (1 - one.score), 0.0) / one.size)
        lonely = lonely or one.size <= 1
        square += part * ((one.share - one.score) ** 2 - one.share * (1 - one.share) / max(one.size - 1, 1e-9))
    people = sum(one.people for one in tenths)
    return CalibrationError(
        estimate=Known(value=value, low=low, high=high, n=people, method=BANDS),
        by_chance=chance,
        root_mean_square=None if lonely else math.sqrt(max(square, 0.0)),
    )


def _bands(share: Floats, size: Floats, confidence: float) -> intervals.Interval:
    """Clopper and Pearson's intervals; from 1,000 people on Wilson's with correction for continuity, which are as wide.

    Newcombe 1998, Statistics in Medicine 17, 857-872, method 4: closed, where the exact ones take their time.
    """
    low, high = _continued(share, size, intervals.critical_value(confidence))
    few = size < _MANY
    if few.any():
        low[few], high[few] = intervals.clopper_pearson(share[few] * size[few], size[few], confidence)
    return low, high


def _continued(p: Floats, n: Floats, z: float) -> intervals.Interval:
    """Wilson's interval with correction for continuity."""
    q, middle, bottom = 1 - p, 2 * n * p + z * z, 2 * (n + z * z)
    down = z * np.sqrt(np.maximum(z * z - 2 - 1 / n + 4 * p * (n * q + 1), 0)) + 1
    up = z * np.sqrt(np.maximum(z * z + 2 - 1 / n + 4 * p * (n * q - 1), 0)) + 1
    low, high = np.clip((middle - down) / bottom, 0, 1), np.clip((middle + up) / bottom, 0, 1)
    return np.where(p <= 0, 0.0, low), np.where(p >= 1, 1.0, high)
