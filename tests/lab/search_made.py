"""Cells drawn in memory with planted gaps, for the tests of the search."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from plumbrule.lab import Cells, Measurement, measure_cells

LEVELS = {"a": 2, "b": 5, "c": 8, "d": 20}
Planted = tuple[dict[str, int], float]


def drawn(
    rows: int,
    names: str,
    seed: int,
    planted: Sequence[Planted] = (),
    *,
    chosen: float = 0.5,
    share: dict[str, list[float]] | None = None,
) -> Cells:
    """A multinomial draw: label a fair coin, prediction at `chosen` less what was planted on the group."""
    sizes = [LEVELS[name] for name in names]
    codes = np.indices((*sizes, 2, 2)).reshape(len(sizes) + 2, -1)
    rate, weight = np.full(codes.shape[1], chosen), np.full(codes.shape[1], 1 / math.prod(sizes))
    for group, size in planted:
        rate = rate - size * np.all([codes[names.index(name)] == value for name, value in group.items()], axis=0)
    for name, shares in (share or {}).items():
        weight = weight * np.array(shares)[codes[names.index(name)]] * LEVELS[name]
    chance = 0.5 * np.where(codes[-1] == 1, rate, 1 - rate) * weight
    return cells_of(np.random.default_rng(seed).multinomial(rows, chance / chance.sum()), names, codes)


def cells_of(rows: np.ndarray, names: str, codes: np.ndarray) -> Cells:
    """Cells from counts; combinations that nobody has are left out."""
    held = rows > 0
    count, nothing = rows[held], np.zeros(held.sum())
    return Cells(
        attributes=tuple(names),
        levels=tuple(tuple(f"{name}{i}" for i in range(LEVELS[name])) for name in names),
        codes=codes[: len(names), held].T.copy(),
        label=codes[-2, held],
        prediction=codes[-1, held],
        rows=count,
        weight=count.astype(float),
        weight_sq=count.astype(float),
        score=nothing,
        score_sq=nothing,
        scored=nothing,
        weighted=False,
    )


def measured(cells: Cells, names: str, *, label: bool = True) -> Measurement:
    """Against the first group of each attribute."""
    return measure_cells(cells, tuple(names), label=label, references={name: f"{name}0" for name in names})
