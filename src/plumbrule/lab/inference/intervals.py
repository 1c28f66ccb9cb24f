"""Intervals for proportions, and for differences and ratios of two proportions.

Every function takes numbers or arrays of successes `x` and trials `n` (not necessarily whole: sampling weights give
effective sizes) and a two-sided confidence level, and returns `(low, high)` of the same shape.

- `wilson`: for display; close to nominal on average, down to 83 % at worst for n = 5.
- `clopper_pearson`: coverage never below the level.
- `score_difference`, `score_ratio`: Miettinen and Nurminen's score intervals.
- `exact_rectangle_difference`, `exact_rectangle_ratio`: from two Clopper-Pearson intervals at half the error each;
  wide, quick, and never below the level. `exact` has shorter ones for the few gaps that are judged.

>>> low, high = wilson(133, 197, 0.95)
>>> round(float(low), 4), round(float(high), 4)
(0.6069, 0.7366)
"""

from __future__ import annotations

from collections.abc import Callable
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plumbrule.lab.inference.beta import beta_quantile
from plumbrule.lab.inference.roots import Places, falling_root

Floats = NDArray[np.float64]
Interval = tuple[Floats, Floats]
EXACT_BELOW = 100
"""Denominators under this get intervals of guaranteed coverage in verdicts."""


def critical_value(confidence: float) -> float:
    """The two-sided normal quantile: 1.96 for 0.95."""
    return NormalDist().inv_cdf(0.5 + confidence / 2)


def student_share(freedom: Floats, confidence: float) -> Floats:
    """The square of the normal quantile over Student's: by how much fewer degrees of freedom shrink an effective size.

    An interval from a size times this share is as much wider as Student's quantile is larger than the normal one
    (Korn and Graubard 1998, Survey Methodology 24, 193-201). 1 where `freedom` is infinite.
    """
    few = np.isfinite(freedom)
    share, own = np.ones_like(freedom), freedom[few]
    # T² / (freedom + T²) has a beta distribution, so Student's quantile comes from the one that we have.
    left = beta_quantile(own / 2, np.full_like(own, 0.5), 1 - confidence)
    share[few] = critical_value(confidence) ** 2 * left / (own * (1 - left))
    return share


def _floats(*values: ArrayLike) -> list[Floats]:
    return [np.asarray(value, float) for value in np.broadcast_arrays(*values)]


def wilson(x: ArrayLike, n: ArrayLike, confidence: float) -> Interval:
    """Wilson's score interval (Wilson 1927, JASA 22, 209-212), without continuity correction; n > 0."""
    x, n = _floats(x, n)
    z = critical_value(confidence)
    p = x / n
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    # At 0 and n the bound is the value itself; rounding must not push it across.
    return np.where(x <= 0, 0.0, np.maximum(centre - half, 0)), np.where(x >= n, 1.0, np.minimum(centre + half, 1))


def clopper_pearson(x: ArrayLike, n: ArrayLike, confidence: float) -> Interval:
    """Clopper and Pearson's exact interval (Biometrika 26, 1934, 404-413); for x not whole as Korn and Graubard 1998."""
    x, n = _floats(x, n)
    one = np.ones_like(x)
    # Both ends in one call, the upper one turned over: on few lines the calls cost more than the numbers.
    a = np.stack([np.where(x <= 0, one, x), np.where(x >= n, one, n - x)])
    low, rest = beta_quantile(a, np.stack([n - x + 1, x + 1]), (1 - confidence) / 2)
    low, high = np.where(x <= 0, 0.0, low), np.where(x >= n, 1.0, 1 - rest)
    return low, high


def _score(numerator: Floats, variance: Floats) -> Floats:
    """Numerator over its standard error; a zero variance says nothing when the numerator is zero, everything otherwise."""
    error = np.sqrt(np.maximum(variance, 0))
    safe = np.where(error > 0, error, 1.0)
    return np.where(error > 0, numerator / safe, np.sign(np.where(np.abs(numerator) < 1e-14, 0, numerator)) * 1e9)


def _flat(*values: ArrayLike) -> tuple[list[Floats], tuple[int, ...]]:
    """The values as one-dimensional arrays of equal length, and the shape they had."""
    arrays = _floats(*values)
    return [array.reshape(-1) for array in arrays], arrays[0].shape


def difference_statistic(x1: Floats, n1: Floats, x2: Floats, n2: Floats, delta: Floats) -> Floats:
    """Miettinen and Nurminen's standardised p1 - p2 - delta under the restriction that p1 - p2 = delta."""
    p1, p2, theta = x1 / n1, x2 / n2, n2 / n1
    a = 1 + theta
    b = -(1 + theta + p1 + theta * p2 + delta * (theta + 2))
    c = delta * delta + delta * (2 * p1 + theta + 1) + p1 + theta * p2
    d = -p1 * delta * (1 + delta)
    third = b / (3 * a)
    v = third * third * third - third * c / (2 * a) + d / (2 * a)
    u = np.sqrt(np.maximum(third * third - c / (3 * a), 0)) * np.where(v < 0, -1.0, 1.0)
    cube = np.where(u == 0, 1.0, u * u * u)
    angle = (np.pi + np.arccos(np.clip(np.where(u == 0, 0.0, v / cube), -1, 1))) / 3
    r1 = np.clip(2 * u * np.cos(angle) - third, 0, 1)
    r2 = np.clip(r1 - delta, 0, 1)
    variance = (r1 * (1 - r1) / n1 + r2 * (1 - r2) / n2) * (n1 + n2) / (n1 + n2 - 1)
    return _score(p1 - p2 - delta, variance)


def score_difference(x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike, confidence: float) -> Interval:
    """Miettinen and Nurminen's interval for p1 - p2 (Statistics in Medicine 4, 1985, 213-226).

    The restricted maximum likelihood estimate is the closed form of Farrington and Manning (1990); the variance has
    Miettinen and Nurminen's factor N/(N-1).
    """
    (y1, m1, y2, m2), shape = _flat(x1, n1, x2, n2)
    z, seen = critical_value(confidence), y1 / m1 - y2 / m2

    def above(target: float) -> Callable[[Floats, Places], Floats]:
        return lambda delta, at: difference_statistic(y1[at], m1[at], y2[at], m2[at], delta) - target

    ends = -np.ones_like(seen), np.ones_like(seen)
    return falling_root(above(z), ends[0], seen).reshape(shape), falling_root(above(-z), seen, ends[1]).reshape(shape)


def ratio_statistic(x1: Floats, n1: Floats, x2: Floats, n2: Floats, log_ratio: Floats) -> Floats:
    """Miettinen and Nurminen's standardised p1 - ratio × p2 under the restriction that p1 / p2 = ratio."""
    ratio, total = np.exp(log_ratio), n1 + n2
    a, b, c = total * ratio, n1 * ratio + x1 + n2 + x2 * ratio, x1 + x2
    # The smaller root, in the form that does not cancel: 2c / (b + sqrt(b² - 4ac)).
    r2 = np.clip(2 * c / (b + np.sqrt(np.maximum(b * b - 4 * a * c, 0))), 0, 1)
    r1 = np.clip(r2 * ratio, 0, 1)
    variance = (r1 * (1 - r1) / n1 + ratio * ratio * r2 * (1 - r2) / n2) * total / (total - 1)
    return _score(x1 / n1 - ratio * x2 / n2, variance)


def score_ratio(x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike, confidence: float) -> Interval:
    """Miettinen and Nurminen's interval for p1 / p2 (same paper); needs x2 > 0."""
    (y1, m1, y2, m2), shape = _flat(x1, n1, x2, n2)
    z = critical_value(confidence)
    seen = np.log(np.maximum(y1 / m1, 1e-12) / (y2 / m2))

    def above(target: float) -> Callable[[Floats, Places], Floats]:
        return lambda log_ratio, at: ratio_statistic(y1[at], m1[at], y2[at], m2[at], log_ratio) - target

    far = np.full_like(seen, 30.0)
    low, high = falling_root(above(z), -far, seen), falling_root(above(-z), seen, far)
    return np.where(y1 <= 0, 0.0, np.exp(low)).reshape(shape), np.exp(high).reshape(shape)


def _both_sides(x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike, confidence: float) -> Interval:
    """Clopper and Pearson's intervals of both groups in one call; arrays of shape (2, …)."""
    y1, m1, y2, m2 = _floats(x1, n1, x2, n2)
    return clopper_pearson(np.stack([y1, y2]), np.stack([m1, m2]), confidence)


def exact_rectangle_difference(x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike, confidence: float) -> Interval:
    """Bounds for p1 - p2 from two Clopper-Pearson intervals at half the error each (Bonferroni): never below the level."""
    half = 1 - (1 - confidence) / 2
    (low1, low2), (high1, high2) = _both_sides(x1, n1, x2, n2, half)
    return low1 - high2, high1 - low2


def exact_rectangle_ratio(x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike, confidence: float) -> Interval:
    """The same for p1 / p2; the upper bound is infinite where the reference's lower bound is 0."""
    half = 1 - (1 - confidence) / 2
    (low1, low2), (high1, high2) = _both_sides(x1, n1, x2, n2, half)
    return low1 / high2, np.where(low2 > 0, high1 / np.where(low2 > 0, low2, 1.0), np.inf)
