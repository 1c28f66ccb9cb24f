"""polars by hand, from the file: the six columns are scanned, every rate of every subgroup comes out.

`cells`: as a good user would, one lazy group-by over the finest cells and fifteen roll-ups of the few thousand cells.
`levels`: the same by somebody who knows every value of every attribute beforehand and hands them over as an Enum.
`sets`: the plain way, a lazy group-by from the file for each of the fifteen sets of attributes, collected together so
that polars may share the scan.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import combinations

import polars as pl
from asking import BY, CORNER, LEVELS, path, report, timed

y, p = pl.col("label"), pl.col("prediction")
COUNTS = [
    pl.len().alias("n"),
    (y * p).sum().cast(pl.Int64).alias("tp"),
    ((1 - y) * p).sum().cast(pl.Int64).alias("fp"),
    (y * (1 - p)).sum().cast(pl.Int64).alias("fn"),
]
SETS = [names for size in range(1, 5) for names in combinations(BY, size)]
n, tp, fp, fn = (pl.col(name) for name in ("n", "tp", "fp", "fn"))
tn = n - tp - fp - fn
RATES = {
    "selection_rate": (tp + fp) / n,
    "true_positive_rate": tp / (tp + fn),
    "false_positive_rate": fp / (fp + tn),
    "false_negative_rate": fn / (tp + fn),
    "true_negative_rate": tn / (fp + tn),
    "precision": tp / (tp + fp),
    "false_discovery_rate": fp / (tp + fp),
    "false_omission_rate": fn / (fn + tn),
    "accuracy": (tp + tn) / n,
    "base_rate": (tp + fn) / n,
}


def by_levels(file: str) -> list[pl.DataFrame]:
    """As `by_cells`, on codes instead of texts."""
    known = {name: pl.Enum([f"{name}{number}" for number in range(size)]) for name, size in LEVELS.items()}
    return by_cells(file, [pl.col(name).cast(kind) for name, kind in known.items()])


def by_cells(file: str, columns: Sequence[pl.Expr] = ()) -> list[pl.DataFrame]:
    """One pass over the file, grouped by all six columns; the rest on the cells."""
    cells = pl.scan_parquet(file).with_columns(*columns).group_by(*BY, "label", "prediction").len("n").collect()
    counted = [
        pl.col("n").sum(),
        n.filter((y == 1) & (p == 1)).sum().cast(pl.Int64).alias("tp"),
        n.filter((y == 0) & (p == 1)).sum().cast(pl.Int64).alias("fp"),
        n.filter((y == 1) & (p == 0)).sum().cast(pl.Int64).alias("fn"),
    ]
    signed = cells.with_columns(pl.col("n").cast(pl.Int64))
    return [signed.group_by(*names).agg(counted).with_columns(**RATES) for names in SETS]


def by_sets(file: str) -> list[pl.DataFrame]:
    """Fifteen group-bys from the file."""
    table = pl.scan_parquet(file)
    signed = pl.col("n").cast(pl.Int64)
    return pl.collect_all([table.group_by(*names).agg(COUNTS).with_columns(signed).with_columns(**RATES) for names in SETS])


if __name__ == "__main__":
    ask = {"cells": by_cells, "levels": by_levels, "sets": by_sets}[sys.argv[2]]
    found, seconds = timed(lambda: ask(str(path())))
    corner = found[-1].filter(**CORNER).row(0, named=True)
    report(("polars",), load=0.0, ask=seconds, groups=sum(map(len, found)), corner={name: corner[name] for name in RATES})
