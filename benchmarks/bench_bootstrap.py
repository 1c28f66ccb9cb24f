"""Tables drawn again from their cells: 1,000 replicates of 6,400 cells, four rates of 3,402 subgroups.

`python benchmarks/bench_bootstrap.py`; under a minute. The floor is numpy's own multinomial draw on one core, and nothing else.
"""

from __future__ import annotations

import numpy as np
from side_by_side import alternate, hold_cores, print_table, print_versions

from plumbrule.lab import METRICS, Cells
from plumbrule.lab.cells import selections
from plumbrule.lab.inference.replicates import drawn_again

LEVELS = {"a": 2, "b": 5, "c": 8, "d": 20}
RATES = [METRICS[name] for name in ("selection_rate", "true_positive_rate", "false_positive_rate", "precision")]
SELECTED = [(), *selections(tuple(LEVELS), intersections=True)]
REPLICATES = 1000


def table(people: int) -> Cells:
    """So many people in every combination of four attributes, label and prediction, unevenly."""
    codes = np.indices((*LEVELS.values(), 2, 2)).reshape(len(LEVELS) + 2, -1)
    random = np.random.default_rng(1)
    rows = random.multinomial(people, random.dirichlet(np.full(codes.shape[1], 2.0)))
    nothing = np.zeros(len(rows))
    return Cells(
        attributes=tuple(LEVELS),
        levels=tuple(tuple(f"{name}{i}" for i in range(size)) for name, size in LEVELS.items()),
        codes=codes[:-2].T.copy(),
        label=codes[-2],
        prediction=codes[-1],
        rows=rows,
        weight=rows * 1.0,
        weight_sq=rows * 1.0,
        score=nothing,
        score_sq=nothing,
        scored=nothing,
        weighted=False,
    )


def replicate(cells: Cells) -> int:
    """Every rate of every subgroup in every replicate; how many there are."""
    total = 0
    for block in drawn_again(cells, REPLICATES, seed=1):
        total += sum(block.rates(names, metric).size for names in SELECTED for metric in RATES)
    return total


def main() -> None:
    """Alternating with the floor, for four sizes of the table: the cost does not grow with the rows."""
    hold_cores()
    print_versions("numpy")
    for people in (100_000, 1_000_000, 10_000_000, 100_000_000):
        cells = table(people)
        assert replicate(cells) == 3402 * len(RATES) * REPLICATES
        chance = cells.rows / cells.rows.sum()

        def floor(people: int = people, chance: np.ndarray = chance) -> object:
            return np.random.default_rng(1).multinomial(people, chance, size=REPLICATES)

        medians = alternate(
            {"numpy's draws alone": floor, "draws and 13,608 rates of each": lambda cells=cells: replicate(cells)}
        )
        print_table(f"{people:,} rows, {len(cells.rows):,} cells, {REPLICATES:,} replicates", medians, "numpy's draws alone")


if __name__ == "__main__":
    main()
