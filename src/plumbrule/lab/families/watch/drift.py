"""How far two distributions lie apart: Kolmogorov-Smirnov, Wasserstein-1, and the population stability index.

All of them from sorted values or from counts in bins, and each with what chance alone would do to it.

>>> import numpy as np
>>> round(ks_distance(np.array([1.0, 2, 3]), np.array([2.0, 3, 4])), 4)
0.3333
>>> wasserstein(np.array([1.0, 2, 3]), np.array([2.0, 3, 4]))
1.0
>>> round(psi(np.array([50, 50]), np.array([80, 20])), 3), psi_noise(2, 100, 100).expected
(0.406, 0.02)
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plumbrule.base.messages import message
from plumbrule.base.observation import Estimate, Known, Unknown
from plumbrule.lab.families.watch.chance import chi2_quantile, noncentral_interval

Floats = NDArray[np.float64]
NO_VALUES = message("no row has a value")
ONE_BIN = message("all values lie in one bin")
DKW, PSI_METHOD = "dvoretzky-kiefer-wolfowitz", "non-central chi-square"
HALF = 0.5
"""Added to each bin before shares are compared: an empty bin would make the index infinite."""


# ── distances ────────────────────────────────────────────────────────────────────────────────────────────────────────


def ks_distance(one: ArrayLike, two: ArrayLike) -> float:
    """The largest difference of the two distribution functions (Smirnov 1939); values in any order, none missing, n ≥ 1."""
    a, b = np.sort(np.asarray(one, float)), np.sort(np.asarray(two, float))
    points = np.concatenate([a, b])
    return float(np.abs(_share_up_to(a, points) - _share_up_to(b, points)).max())


def wasserstein(one: ArrayLike, two: ArrayLike) -> float:
    """The area between the two distribution functions, in the unit of the values: how far the mass has to be moved."""
    a, b = np.sort(np.asarray(one, float)), np.sort(np.asarray(two, float))
    points = np.sort(np.concatenate([a, b]))
    gaps = np.abs(_share_up_to(a, points[:-1]) - _share_up_to(b, points[:-1]))
    return float(gaps @ np.diff(points))


def _share_up_to(values: Floats, points: Floats) -> Floats:
    return np.searchsorted(values, points, side="right") / len(values)


def ks_binned(one: ArrayLike, two: ArrayLike) -> float:
    """The same from counts in ordered bins: never more than the distance of the values, less by at most a bin's share."""
    return float(np.abs(_steps(one) - _steps(two)).max())


def wasserstein_binned(one: ArrayLike, two: ArrayLike, places: ArrayLike) -> float:
    """The same from counts in ordered bins whose values are taken to lie at `places` (rising, one a bin)."""
    return float(np.abs(_steps(one) - _steps(two))[:-1] @ np.diff(np.asarray(places, float)))


def _steps(counts: ArrayLike) -> Floats:
    held = np.asarray(counts, float)
    return np.asarray(np.cumsum(held) / held.sum(), dtype=float)


def psi(one: ArrayLike, two: ArrayLike) -> float:
    """The population stability index Σ (p - q) log(p / q) of counts in bins, half a row added to each (Jeffreys 1946)."""
    a, b = np.asarray(one, float) + HALF, np.asarray(two, float) + HALF
    p, q = a / a.sum(), b / b.sum()
    return float((p - q) @ np.log(p / q))


# ── what chance does to them ─────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """The index where nothing has drifted: `expected` on average, and `high` exceeded with the error allowed."""

    expected: float
    high: float


def psi_noise(bins: int, n1: float, n2: float, confidence: float = 0.95) -> Noise:
    """Without drift the index over (1/n1 + 1/n2) is about chi-square with bins - 1 degrees of freedom.

    Yurdakul and Naranjo, Journal of Risk Model Validation 14 (2020), 89-100. The mean (bins - 1)(1/n1 + 1/n2) is what
    a fixed limit such as 0.1 forgets: with 10 bins and 100 rows in each window the index is 0.18 on average.
    """
    scale = 1 / n1 + 1 / n2
    return Noise(expected=(bins - 1) * scale, high=chi2_quantile(confidence, bins - 1) * scale)


def ks_estimate(one: ArrayLike, two: ArrayLike, confidence: float) -> Estimate:
    """The binned distance with bounds by Dvoretzky, Kiefer and Wolfowitz with Massart's constant (1990): they always hold."""
    n1, n2 = float(np.sum(one)), float(np.sum(two))
    if n1 <= 0 or n2 <= 0:
        return Unknown(reason=NO_VALUES, n=int(n1 + n2))
    value, reach = ks_binned(one, two), dkw(n1, confidence) + dkw(n2, confidence)
    return Known(value=value, low=max(value - reach, 0.0), high=min(value + reach, 1.0), n=int(n1 + n2), method=DKW)


def wasserstein_estimate(one: ArrayLike, two: ArrayLike, places: ArrayLike, confidence: float) -> Estimate:
    """The binned distance; the bounds are the same band times the range of the places, outside which nothing is seen."""
    n1, n2, where = float(np.sum(one)), float(np.sum(two)), np.asarray(places, float)
    if n1 <= 0 or n2 <= 0:
        return Unknown(reason=NO_VALUES, n=int(n1 + n2))
    reach = (dkw(n1, confidence) + dkw(n2, confidence)) * float(where[-1] - where[0])
    value = wasserstein_binned(one, two, where)
    return Known(value=value, low=max(value - reach, 0.0), high=value + reach, n=int(n1 + n2), method=DKW)


def psi_estimate(one: ArrayLike, two: ArrayLike, confidence: float) -> Estimate:
    """The index with the interval of drifts under which it is neither too large nor too small (non-central chi-square).

    The interval is of the index itself without the part that chance adds; its lower end is 0 where chance could be all.
    """
    n1, n2, bins = float(np.sum(one)), float(np.sum(two)), len(np.asarray(one))
    if n1 <= 0 or n2 <= 0 or bins < 2:
        return Unknown(reason=NO_VALUES if n1 <= 0 or n2 <= 0 else ONE_BIN, n=int(n1 + n2))
    scale, value = 1 / n1 + 1 / n2, psi(one, two)
    low, high = noncentral_interval(value / scale, bins - 1, confidence)
    return Known(value=value, low=low * scale, high=max(high * scale, value), n=int(n1 + n2), method=PSI_METHOD)


def dkw(n: float, confidence: float) -> float:
    """How far a distribution function of n values strays, at half the error: two samples share it."""
    return math.sqrt(math.log(4 / (1 - confidence)) / (2 * n))
