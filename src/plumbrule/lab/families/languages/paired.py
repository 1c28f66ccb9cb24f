"""The statistics of pairs: the same items answered in two languages.

Only items on which the two languages differ say anything about the gap. `b` counts the items right in the group and
wrong in the reference, `c` the other way round, `n` all pairs; the gap is (b - c) / n.

>>> low, high = tango(12, 2, 50, 0.95)
>>> round(low, 4), round(high, 4)
(0.0611, 0.3447)
>>> round(mcnemar_exact(12, 2), 4), round(mcnemar_mid(12, 2), 4)
(0.0129, 0.0074)
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from plumbrule.lab.families.languages.exact import exact_score
from plumbrule.lab.inference.beta import beta_cdf
from plumbrule.lab.inference.intervals import EXACT_BELOW, critical_value

Floats = NDArray[np.float64]
TANGO, EXACT = "tango", "exact unconditional score of pairs"
BOOTSTRAP, CHERNOFF, NORMAL = "item-clustered bootstrap-t", "chernoff-hoeffding rectangle of items", "item-clustered normal"
POWER = 0.80
_ENOUGH_ITEMS, _ENOUGH_DIFFERENT = 30, 10
_MOST_VALUES = 1000
_EXACT_PAIRS = 3000
_SEED = 19980401  # the same draws each time, so that the same table gives the same interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """An interval with the name of its method."""

    low: float
    high: float
    method: str


# ── one answer to each item ──────────────────────────────────────────────────────────────────────────────────────────


def mcnemar_exact(b: int, c: int) -> float:
    """McNemar's test (Psychometrika 12, 1947, 153-157) by the binomial distribution, two-sided; 1 without discordant pairs."""
    return 1.0 if b == c else min(1.0, 2 * _at_most(min(b, c), b + c))


def mcnemar_mid(b: int, c: int) -> float:
    """Its mid-p form (Fagerland, Lydersen and Laake, BMC Medical Research Methodology 13, 2013, 91): less conservative."""
    few, all_ = min(b, c), b + c
    if b == c:
        return 1.0
    return _at_most(few, all_) + (_at_most(few - 1, all_) if few else 0.0)


def _at_most(k: int, n: int) -> float:
    """P(X ≤ k) for X binomial (n, 1/2); k < n."""
    return float(beta_cdf(np.array(float(n - k)), np.array(k + 1.0), np.array(0.5)))


def tango(b: float, c: float, n: float, confidence: float) -> tuple[float, float]:
    """Tango's score interval for the difference of paired proportions (Statistics in Medicine 17, 1998, 891-908); n > 0."""
    z, seen = critical_value(confidence), (b - c) / n

    def statistic(delta: float) -> float:
        # The restricted estimate of the reference's discordant share solves a quadratic, equation (14) of the paper.
        half = ((2 * n - b + c) * delta - b - c) / (4 * n)
        share = math.sqrt(max(half * half + c * delta * (1 - delta) / (2 * n), 0.0)) - half
        variance = n * max(2 * share + delta * (1 - delta), 0.0)
        top = b - c - n * delta
        return top / math.sqrt(variance) if variance > 0 else math.copysign(math.inf, top) if abs(top) > 1e-12 else 0.0

    return _crossing(statistic, -1.0, seen, z), _crossing(statistic, seen, 1.0, -z)


def _crossing(falling: Callable[[float], float], low: float, high: float, target: float, *, steps: int = 80) -> float:
    """Where a falling function crosses the target."""
    for _ in range(steps):
        middle = (low + high) / 2
        low, high = (middle, high) if falling(middle) > target else (low, middle)
    return (low + high) / 2


def paired_interval(b: int, c: int, n: int, confidence: float, *, guaranteed: bool) -> Spread:
    """Tango's interval; where coverage is to be `guaranteed` and pairs are fewer than 100, the exact one of its statistic."""
    if guaranteed and n < EXACT_BELOW:
        low, high = exact_score(b, c, n, confidence)
        return Spread(low=low, high=high, method=EXACT)
    low, high = tango(b, c, n, confidence)
    return Spread(low=low, high=high, method=TANGO)


# ── several answers to each item ─────────────────────────────────────────────────────────────────────────────────────


def item_interval(values: Floats, confidence: float, *, guaranteed: bool) -> Spread:
    """The interval of the mean of one value an item, shape (items,), each from -1 to 1; items are the sampling units.

    What happened inside an item (its runs) is in its value already, so items alone are drawn again (Davison and
    Hinkley, Bootstrap Methods and their Application, 1997, 3.8); each draw is studentised (the same, 5.2). With fewer
    than 30 items, or fewer than 10 that differ from the rest, or where coverage is to be `guaranteed` and items are
    fewer than 100, the bootstrap says too little and Hoeffding's bound takes its place.
    """
    distinct, counts = np.unique(values, return_counts=True)
    poor = len(values) < _ENOUGH_ITEMS or len(values) - int(counts.max()) < _ENOUGH_DIFFERENT
    if poor or (guaranteed and len(values) < EXACT_BELOW):
        low, high = chernoff_rectangle(values, confidence)
        return Spread(low=low, high=high, method=CHERNOFF)
    if len(distinct) > _MOST_VALUES:
        half = critical_value(confidence) * standard_error(values)
        mean = float(values.mean())
        return Spread(low=max(mean - half, -1.0), high=min(mean + half, 1.0), method=NORMAL)
    low, high = _bootstrap_t(distinct, counts, confidence)
    return Spread(low=max(low, -1.0), high=min(high, 1.0), method=BOOTSTRAP)


def standard_error(values: Floats) -> float:
    """Of the mean; needs two items."""
    return float(values.std(ddof=1)) / math.sqrt(len(values))


def _bootstrap_t(distinct: Floats, counts: NDArray[np.int_], confidence: float) -> tuple[float, float]:
    """Items with equal values are drawn together as multinomial counts: the cost does not grow with the items."""
    n, tail = int(counts.sum()), (1 - confidence) / 2
    draws = min(max(2000, math.ceil(10 / tail)), 20_000)
    drawn = np.random.default_rng(_SEED).multinomial(n, counts / n, size=draws)
    mean, square = drawn @ distinct / n, drawn @ (distinct * distinct) / n
    error = np.sqrt(np.maximum(square - mean * mean, 0) / (n - 1))
    centre = float(counts @ distinct) / n
    own = math.sqrt(max(float(counts @ (distinct * distinct)) / n - centre * centre, 0.0) / (n - 1))
    t = np.divide(mean - centre, error, out=np.sign(mean - centre) * 1e9, where=error > 0)
    low, high = np.quantile(t, [tail, 1 - tail])
    return centre - float(high) * own, centre - float(low) * own


def chernoff_rectangle(values: Floats, confidence: float) -> tuple[float, float]:
    """Bounds that hold for any distribution of items, from Hoeffding (JASA 58, 1963, 13-30), theorem 1.

    The positive and the negative part of the values each lie between 0 and 1; each mean gets the interval of all μ
    with n KL(mean ‖ μ) ≤ log(2 / error) at half the error (Bonferroni).
    """
    error = (1 - confidence) / 2
    up = _chernoff(float(np.maximum(values, 0).mean()), len(values), error)
    down = _chernoff(float(np.maximum(-values, 0).mean()), len(values), error)
    never = float(values.min()) >= 0  # a rate: the negative part is zero by definition and costs nothing
    if never:
        return _chernoff(float(values.mean()), len(values), 1 - confidence)
    return up[0] - down[1], up[1] - down[0]


def _chernoff(mean: float, n: int, error: float) -> tuple[float, float]:
    limit = math.log(2 / error) / n

    def close(centre: float) -> float:
        return limit - _divergence(mean, centre)

    low = 0.0 if mean <= 0 else 1 - _crossing(lambda x: close(1 - x), 1 - mean, 1.0, 0.0)
    high = 1.0 if mean >= 1 else _crossing(close, mean, 1.0, 0.0)
    return low, high


def _divergence(p: float, q: float) -> float:
    """KL of two yes-or-no distributions; infinite where q rules out what p allows."""
    first = 0.0 if p <= 0 else math.inf if q <= 0 else p * math.log(p / q)
    second = 0.0 if p >= 1 else math.inf if q >= 1 else (1 - p) * math.log((1 - p) / (1 - q))
    return first + second


# ── what could have been seen ────────────────────────────────────────────────────────────────────────────────────────


@lru_cache(maxsize=256)  # many languages differ on the same few numbers of items
def smallest_gap(n: int, discordant: float, confidence: float, power: float = POWER) -> float | None:
    """The smallest true gap that McNemar's exact test on n pairs shows with this power; None where no gap would do.

    `discordant` is the share of pairs that differ; a gap cannot be larger than the share, so larger gaps raise it. The
    power is summed over the number of discordant pairs, given which the test is a binomial one (Duffy, Biometrics 40,
    1984, 1005-1015); beyond 3,000 pairs by the normal formula (Connor, Biometrics 43, 1987, 207-211).
    """
    if n > _EXACT_PAIRS:
        return _crossing(lambda gap: -_normal_power(n, gap, discordant, confidence), 0.0, 1.0, -power, steps=20)
    if _power(n, 1.0, discordant, confidence) < power:
        return None
    return _crossing(lambda gap: -_power(n, gap, discordant, confidence), 0.0, 1.0, -power, steps=20)


def smallest_gap_items(values: Floats, confidence: float, power: float = POWER) -> float | None:
    """The same where items have values (several runs): (z + z') standard errors; from the pairs where none differs."""
    if len(values) < _ENOUGH_ITEMS or standard_error(values) <= 0:
        return smallest_gap(len(values), float(np.abs(values).mean()), confidence, power)
    gap = (critical_value(confidence) + NormalDist().inv_cdf(power)) * standard_error(values)
    return gap if gap <= 1 else None


def _normal_power(n: int, gap: float, discordant: float, confidence: float) -> float:
    share = max(discordant, gap)
    top = gap * math.sqrt(n) - critical_value(confidence) * math.sqrt(share)
    spread = math.sqrt(max(share - gap * gap, 0.0))
    return NormalDist().cdf(top / spread) if spread > 0 else float(top > 0)


def _power(n: int, gap: float, discordant: float, confidence: float) -> float:
    share = min(max(discordant, gap), 1.0)
    if share <= 0:
        return 0.0
    lean = min(0.5 + gap / share / 2, 1.0)
    spread = math.sqrt(n * share * (1 - share))
    first, last = max(0, math.floor(n * share - 8 * spread - 1)), min(n, math.ceil(n * share + 8 * spread + 1))
    differ = np.arange(first, last + 1, dtype=float)
    chance = _binomial(differ, n, share)
    limit = _critical(n, round(1 - confidence, 12))[first : last + 1]
    reject = np.zeros_like(differ)
    some = limit >= 0
    k, d = limit[some], differ[some]
    # X ≤ k, and X ≥ d - k; X binomial (d, lean).
    low = beta_cdf(d - k, k + 1, np.array(1 - lean))
    high = beta_cdf(d - k, k + 1, np.array(lean))
    reject[some] = low + high
    return float(chance @ np.minimum(reject, 1))


def _binomial(k: Floats, n: int, p: float) -> Floats:
    if p >= 1:
        return np.asarray(k == n, dtype=float)
    ways = np.array([math.lgamma(n + 1) - math.lgamma(x + 1) - math.lgamma(n - x + 1) for x in k.tolist()])
    return np.exp(ways + k * math.log(p) + (n - k) * math.log1p(-p))


@lru_cache(maxsize=16)
def _critical(n: int, error: float) -> Floats:
    """For each number of discordant pairs 0…n the largest k that is rejected: 2 P(X ≤ k) ≤ error; -1 where none is."""
    d = np.arange(n + 1, dtype=float)
    low: Floats = np.full(n + 1, -1.0)
    high: Floats = np.floor(d / 2)
    for _ in range(max(n, 2).bit_length() + 1):
        middle = np.ceil((low + high) / 2)
        inside = middle >= 0
        tail = np.ones(n + 1)
        k = middle[inside]
        tail[inside] = beta_cdf(np.maximum(d[inside] - k, 1e-9), k + 1, np.array(0.5))
        fits = ~inside | ((2 * tail <= error) & (middle < d))
        low, high = np.where(fits, middle, low), np.where(fits, high, middle - 1)
        high = np.maximum(high, low)
    return np.asarray(low, dtype=float)
