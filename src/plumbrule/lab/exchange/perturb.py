"""Two other ways to publish counts: rounded at random, or with noise. Both touch the finest cells only.

Every margin is then the sum of published cells, so nothing can be worked out by subtraction that the cells do not say.
Chance comes from a secret that is not published; the same secret and the same table give the same numbers, so that
publishing twice does not average the chance away.
"""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import math

import numpy as np
from numpy.typing import NDArray

from plumbrule.lab.exchange.cube import Counts, Frame, Sums

DOUBT = 0.001
"""The chance that a true sum lies outside the bounds given for it, each sum by itself."""
_STEPS = np.geomspace(1e-4, 1, 400)


def rounded(inner: Counts, frame: Frame, base: int, secret: bytes) -> Counts:
    """Each count to a multiple of `base` above or below, so that it is right on average (unbiased random rounding).

    The draw of a cell depends on the secret and the cell's name only: a count that stays is published as before.
    Source: Hundepool et al., Statistical Disclosure Control (2012), 5.4.2.
    """
    draws = _draws(frame, secret, b"plumbrule rounding").reshape(inner.shape)
    down = inner // base * base
    return np.asarray(down + base * (draws < (inner - down) / base), np.int64)


def noisy(inner: Counts, frame: Frame, epsilon: float, secret: bytes) -> Counts:
    """Discrete Laplace noise on each count: P(z) is proportional to exp(-epsilon |z|). Counts may fall below zero.

    Each person is in one cell, so the file as a whole is epsilon-differentially private for adding or removing a person,
    the attributes' values taken as known (Ghosh, Roughgarden and Sundararajan 2012, SIAM J. Comput. 41, 1673-1693). A
    later table with the same people adds its own epsilon.
    """
    context = b"plumbrule noise" + hashlib.sha256(np.ascontiguousarray(inner, "<i8").tobytes()).digest()
    first, second = (_draws(frame, secret, context + part) for part in (b"+", b"-"))
    # The difference of two geometric variables is discrete Laplace.
    geometric = [np.floor(np.log1p(-draw) / -epsilon).astype(np.int64) for draw in (first, second)]
    return inner + (geometric[0] - geometric[1]).reshape(inner.shape)


def _draws(frame: Frame, secret: bytes, context: bytes) -> NDArray[np.float64]:
    """A number in [0, 1) for each finest cell, from its name."""
    names = [tuple(name.encode() for name in map(_text, part)) for part in (*frame.levels, *([range(3)] * (1 + frame.labelled)))]
    start = context + _text(list(frame.names)).encode()
    found = [
        int.from_bytes(hmac.digest(secret, start + b"\0" + b"\0".join(cell), "sha256")[:8], "big") >> 11
        for cell in itertools.product(*names)
    ]
    return np.array(found, np.float64) / 2**53


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def rounding_reach(cells: NDArray[np.int64], base: int) -> Sums:
    """How far the sum of so many rounded cells can lie from the truth: certain for a few, Hoeffding's bound for many."""
    likely = base * np.sqrt(cells * math.log(2 / DOUBT) / 2)
    return np.asarray(np.floor(np.minimum(cells * (base - 1.0), likely)), np.float64)


def noise_reach(cells: NDArray[np.int64], epsilon: float) -> Sums:
    """How far the sum of so many noisy cells can lie from the truth (Chernoff's bound at the best of many exponents)."""
    steps = epsilon * _STEPS[:-1]
    falling = math.exp(-epsilon)
    growth = np.log((1 - falling) ** 2 / ((1 - falling * np.exp(steps)) * (1 - falling * np.exp(-steps))))
    each: dict[int, float] = {
        int(count): float(np.min((count * growth + math.log(2 / DOUBT)) / steps)) for count in np.unique(cells)
    }
    return np.asarray(np.floor(np.vectorize(each.__getitem__, otypes=[np.float64])(cells)), np.float64)
