"""A sequential alarm whose false-alarm rate holds for as long as one watches.

Each window is held against everything before it. If nothing has changed, the rows of the window are a random draw from
window and past together, so the rank of the window's distance among distances of such draws, ties broken at random, is
uniform: a p-value. Given all that comes later the rank is still uniform, so the p-values of successive windows are
independent (Vovk, Gammerman and Shafer, Algorithmic Learning in a Random World, 2005, theorem 8.1 on which conformal
martingales stand; here a window takes the place of one observation).

On independent uniform p-values a capital that bets against them is a martingale that starts at 1, and the probability
that it *ever* reaches 1/α is at most α, however long one looks and whenever one stops (Ville 1939). The bets are
κ p^(κ-1) for several κ, one of them no bet at all, and the weight wanders between them (Vovk, Machine Learning 110,
2021, "Testing randomness online": jumpers), so that a change after a long quiet time is still seen.

>>> capital = START
>>> for p in (0.4, 0.7, 0.2, 0.9): capital = bet(capital, p)
>>> round(worth(capital), 2)
0.33
>>> for p in (0.004, 0.001, 0.01): capital = bet(capital, p)
>>> worth(capital) > 100
True
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
BETS = (0.1, 0.25, 0.5, 1.0)
JUMP = 0.01
START = tuple(1 / len(BETS) for _ in BETS)
DRAWS = 999
_MOST_ROWS = 1_000_000_000
"""numpy draws from urns of fewer balls than this."""


def bet(capital: tuple[float, ...], p: float) -> tuple[float, ...]:
    """The capital on each bet after one more p-value, 0 < p ≤ 1; what it was divided into wanders a little first."""
    total = sum(capital)
    moved = [(1 - JUMP) * part + JUMP * total / len(BETS) for part in capital]
    return tuple(part * kappa * p ** (kappa - 1) for part, kappa in zip(moved, BETS, strict=True))


def worth(capital: tuple[float, ...]) -> float:
    """All of it: the evidence against "nothing has changed"; 1 at the start."""
    return sum(capital)


def limit(false_alarms: float, streams: int) -> float:
    """The worth at which one of `streams` rings, so that at most this share of watches without a change ever ring."""
    return streams / false_alarms


@dataclass(frozen=True, slots=True, kw_only=True)
class Rank:
    """How far the window lies from the past (`distance`), and where that stands among draws without a change (`p`)."""

    distance: float
    p: float


def rank(distances: Callable[[Ints], Floats], seen: Ints, draw: Callable[[np.random.Generator], Ints], seed: str) -> Rank:
    """The p-value of one window.

    Args:
        distances: distances of many windows from what is left of the pool, shape (many, bins) to (many,).
        seen: the counts of the window, shape (bins,).
        draw: `DRAWS` windows drawn at random from the pool, shape (DRAWS, bins).
        seed: names this window of this stream: the same name gives the same p-value, so that a run can be repeated.
    """
    generator = np.random.default_rng(int.from_bytes(hashlib.sha256(seed.encode()).digest()[:16], "big"))
    own = float(distances(seen[None, :])[0])
    others = distances(draw(generator))
    close = 1e-12 * (1 + abs(own))
    larger, equal = int((others > own + close).sum()), int((np.abs(others - own) <= close).sum())
    p = (larger + (1 - generator.random()) * (equal + 1)) / (len(others) + 1)
    return Rank(distance=own, p=float(p))


def draw_counts(pool: Ints, rows: int) -> Callable[[np.random.Generator], Ints]:
    """Windows of so many rows drawn without replacement from a pool of counts."""

    def draw(generator: np.random.Generator) -> Ints:
        return generator.multivariate_hypergeometric(pool, rows, size=DRAWS, method="marginals")

    return draw


def draw_groups(pools: tuple[Ints, ...], rows: tuple[int, ...]) -> Callable[[np.random.Generator], Ints]:
    """The same in several groups, each drawn from its own pool; the counts stand side by side."""

    def draw(generator: np.random.Generator) -> Ints:
        parts = [
            generator.multivariate_hypergeometric(pool, count, size=DRAWS, method="marginals")
            for pool, count in zip(pools, rows, strict=True)
        ]
        return np.concatenate(parts, axis=1)

    return draw


def fits(pool: Ints) -> bool:
    """Whether a pool is small enough to draw from."""
    return int(pool.sum()) < _MOST_ROWS


# ── distances of a window from the rest of the pool ──────────────────────────────────────────────────────────────────


def shares_apart(pool: Ints) -> Callable[[Ints], Floats]:
    """For bins without an order: the chi-square distance of window and rest (Pearson 1900)."""

    def distances(windows: Ints) -> Floats:
        rest, expected = pool - windows, pool / pool.sum()
        n, m = windows.sum(axis=1, keepdims=True), rest.sum(axis=1, keepdims=True)
        apart = windows / n - rest / np.maximum(m, 1)
        return np.asarray((apart * apart / np.where(expected > 0, expected, 1)).sum(axis=1), dtype=float)

    return distances


def steps_apart(pool: Ints) -> Callable[[Ints], Floats]:
    """For bins in order: the area between the distribution functions, each bin counting as one step (Wasserstein-1 of ranks).

    More is seen of a shift than with the largest difference alone; bins hold about equal shares, so ranks are what counts.
    """

    def distances(windows: Ints) -> Floats:
        rest = pool - windows
        one = np.cumsum(windows, axis=1) / windows.sum(axis=1, keepdims=True)
        two = np.cumsum(rest, axis=1) / np.maximum(rest.sum(axis=1, keepdims=True), 1)
        return np.asarray(np.abs(one - two).sum(axis=1), dtype=float)

    return distances


def gap_apart(pools: tuple[Ints, Ints]) -> Callable[[Ints], Floats]:
    """For a group and its reference, counts (no, yes) of each side by side: how far the gap of rates has moved."""
    both = np.concatenate(pools)

    def gap(counts: Ints) -> Floats:
        one, two = counts[:, :2], counts[:, 2:]
        return np.asarray(one[:, 1] / np.maximum(one.sum(axis=1), 1) - two[:, 1] / np.maximum(two.sum(axis=1), 1), dtype=float)

    return lambda windows: np.abs(gap(windows) - gap(both - windows))
