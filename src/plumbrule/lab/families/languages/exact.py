"""The exact unconditional interval for the difference of paired proportions: guaranteed, and much narrower than a rectangle.

Every table (b, c) that n pairs can bring is ordered by Tango's score statistic; a difference is ruled out when, whatever
the share of pairs right in the reference only, tables at least as extreme are too rare (Hsueh, Liu and Chen, Biometrics
57, 2001, 478-483; Tang, Tang and Chan, Statistics in Medicine 22, 2003, 1217-1233).

>>> low, high = exact_score(12, 2, 50, 0.95)
>>> round(low, 3), round(high, 3)
(0.054, 0.352)
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_SHARES = 64
"""Values tried for the share of pairs right in the reference only; closer together near the ends."""
_SCAN, _REFINE = 32, 9
_CLOSE = 1e-9


@lru_cache(maxsize=512)
def exact_score(b: int, c: int, n: int, confidence: float) -> tuple[float, float]:
    """Bounds for (b - c) / n, b right in the group only and c in the reference only; made for n of some hundreds at most."""
    return _low(b, c, n, (1 - confidence) / 2), -_low(c, b, n, (1 - confidence) / 2)


def _low(b: int, c: int, n: int, error: float) -> float:
    """The smallest difference that is not ruled out from below: from -1 upwards, then halving inside the step that holds it."""
    seen = (b - c) / n
    steps = np.linspace(-1.0, seen, _SCAN).tolist()
    place = next((i for i, delta in enumerate(steps) if _tail(b, c, n, delta) > error), len(steps) - 1)
    if place == 0:
        return -1.0
    out, kept = steps[place - 1], steps[place]
    for _ in range(_REFINE):
        middle = (out + kept) / 2
        out, kept = (out, middle) if _tail(b, c, n, middle) > error else (middle, kept)
    return float(out)


def _tail(b: int, c: int, n: int, delta: float) -> float:
    """The greatest chance of a table at least as far above `delta` as this one, over the shares that go with `delta`."""
    ups, downs, ways = _tables(n)
    own = float(_statistic(np.array([b]), np.array([c]), n, delta)[0])
    extreme = _statistic(ups, downs, n, delta) >= own - _CLOSE
    up, down, coefficient = ups[extreme], downs[extreme], ways[extreme]
    least, most = max(0.0, -delta), (1 - delta) / 2
    down_share = least + (most - least) * (1 - np.cos(np.linspace(0, math.pi, _SHARES))) / 2
    up_share, same = down_share + delta, np.maximum(1 - 2 * down_share - delta, 0)
    chance = np.exp(coefficient + _power(up_share, up) + _power(down_share, down) + _power(same, n - up - down))
    return float(chance.sum(axis=1).max())


def _power(share: Floats, times: Floats) -> Floats:
    """times · log(share), shape (shares, tables); nothing to the power of nothing is one."""
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.log(np.maximum(share, 0))[:, None] * times[None, :]
    return np.where(times[None, :] == 0, 0.0, found)


@lru_cache(maxsize=8)
def _tables(n: int) -> tuple[Floats, Floats, Floats]:
    """Every (b, c) with b + c ≤ n, and the log of the number of ways to get it."""
    b, c = (part.ravel() for part in np.meshgrid(np.arange(n + 1.0), np.arange(n + 1.0)))
    b, c = b[b + c <= n], c[b + c <= n]
    log = np.array([math.lgamma(k + 1) for k in range(n + 1)])
    ways = log[n] - log[b.astype(int)] - log[c.astype(int)] - log[(n - b - c).astype(int)]
    return b, c, ways


def _statistic(b: Floats, c: Floats, n: int, delta: float) -> Floats:
    """Tango's score statistic of every table at once; see `languages_paired.tango`."""
    half = ((2 * n - b + c) * delta - b - c) / (4 * n)
    share = np.sqrt(np.maximum(half * half + c * delta * (1 - delta) / (2 * n), 0.0)) - half
    top, variance = b - c - n * delta, n * np.maximum(2 * share + delta * (1 - delta), 0.0)
    error = np.sqrt(variance)
    certain = np.where(np.abs(top) < _CLOSE, 0.0, np.sign(top) * 1e9)
    return np.where(error > _CLOSE, top / np.where(error > _CLOSE, error, 1.0), certain)
