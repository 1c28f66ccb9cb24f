"""What chance alone does to a distance: the chi-square distribution, central and not, in plain numbers.

scipy.stats has both and costs seconds to load; tests hold these against it.

>>> round(chi2_quantile(0.95, 9), 4)
16.919
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_FAR = 1e5
"""Beyond this mean a normal distribution takes the place of the non-central chi-square; it is then off by under 1 %."""


def chi2_cdf(x: float, k: float) -> float:
    """P(X ≤ x) for chi-square with k degrees of freedom (DLMF 8.2.4, 8.11.4)."""
    return float(_gamma_ladder(k / 2, x / 2, 1)[0])


def chi2_quantile(probability: float, k: float) -> float:
    """The x with P(X ≤ x) = probability."""
    high = k + 10.0
    while chi2_cdf(high, k) < probability:
        high *= 2
    return _rising(lambda x: chi2_cdf(x, k), 0.0, high, probability)


def noncentral_cdf(x: float, k: float, shift: float) -> float:
    """P(X ≤ x) for the non-central chi-square: Poisson weights on central ones (Johnson, Kotz and Balakrishnan 1995, 29.3)."""
    if x <= 0:
        return 0.0
    if shift + k > _FAR:
        return 0.5 * math.erfc((k + shift - x) / math.sqrt(4 * (k + 2 * shift)))
    middle, spread = shift / 2, math.sqrt(shift / 2)
    first, last = max(0, math.floor(middle - 9 * spread - 5)), math.ceil(middle + 9 * spread + 15)
    steps = np.arange(first, last + 1, dtype=float)
    log_weight = -middle + steps * math.log(middle) - _log_gamma(steps + 1) if middle > 0 else np.where(steps == 0, 0.0, -np.inf)
    return float(np.exp(log_weight) @ _gamma_ladder(k / 2 + first, x / 2, len(steps)))


def noncentral_interval(x: float, k: float, confidence: float) -> tuple[float, float]:
    """The shifts under which `x` is neither too large nor too small: an interval by turning the distribution round."""
    tail = (1 - confidence) / 2
    far = max(4 * x, 10 * k, 50.0) + 40 * math.sqrt(x + k)
    low = 0.0 if chi2_cdf(x, k) <= 1 - tail else _rising(lambda s: -noncentral_cdf(x, k, s), 0.0, far, tail - 1)
    high = 0.0 if chi2_cdf(x, k) <= tail else _rising(lambda s: -noncentral_cdf(x, k, s), 0.0, far, -tail)
    return low, high


def _gamma_ladder(a: float, x: float, steps: int) -> Floats:
    """The lower regularised gamma functions P(a, x), P(a + 1, x), …: the last by its series, the others by adding on."""
    found = np.zeros(steps)
    if x <= 0:
        return found
    top = a + steps - 1
    ladder = a + np.arange(steps, dtype=float)
    terms = np.exp(ladder * math.log(x) - x - _log_gamma(ladder + 1))
    if x > top + 60 + 12 * math.sqrt(top + 1):
        return np.ones(steps)
    term = total = float(terms[-1])
    n = top
    while term > total * 1e-17 and n < top + 100_000:
        n += 1
        term *= x / n
        total += term
    found[-1] = total
    found[:-1] = total + np.cumsum(terms[:-1][::-1])[::-1]
    return np.minimum(found, 1.0)


_log_gamma: Callable[[Floats], Floats] = np.vectorize(math.lgamma, otypes=[float])


def _rising(function: Callable[[float], float], low: float, high: float, target: float) -> float:
    """Where a rising function reaches the target."""
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if function(middle) < target else (low, middle)
    return (low + high) / 2
