"""An audit of every subgroup against the floor (hashing the same columns) and against a peer. `make bench`.

Data: four text attributes (2, 5, 8 and 20 levels), label and prediction; Parquet in row groups of a million.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb
import pandas as pd
from fairlearn.metrics import MetricFrame, false_positive_rate, selection_rate, true_positive_rate
from side_by_side import alternate, print_table, print_versions

from plumbrule.lab import Decisions, attributes, count_cells, measure_cells, open_table

FOLDER = Path(__file__).resolve().parents[1] / "build" / "bench"
DECISIONS = Decisions(prediction="prediction", label="label", by=attributes("abcd", []))


def table(rows: int) -> Path:
    """A table of noise, made once."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"rows_{rows}.parquet"
    if not path.exists():
        levels = ", ".join(
            f"'{name}' || (hash(i * 7 + {place}) % {size}) AS {name}"
            for place, (name, size) in enumerate(zip("abcd", (2, 5, 8, 20), strict=True))
        )
        outcome = "(hash(i * 7 + 5) % 100 < 40)::INT AS label, (hash(i * 7 + 6) % 100 < 45)::INT AS prediction"
        duckdb.sql(
            f"COPY (SELECT {levels}, {outcome} FROM range({rows}) t(i)) TO '{path}' (FORMAT parquet, ROW_GROUP_SIZE 1000000)"
        )
    return path


def floor(path: Path) -> None:
    """Hash the six columns and nothing else."""
    with duckdb.connect() as connection:
        connection.execute(f"SELECT bit_xor(hash(a, b, c, d, label, prediction)) FROM read_parquet('{path}')").fetchall()


def audit(path: Path, *, with_intervals: bool) -> int:
    """Open, count, and measure all subgroups."""
    with open_table(path) as opened:
        cells = count_cells(opened, DECISIONS)
    found = measure_cells(cells, tuple("abcd"), label=True, with_intervals=with_intervals)
    return 1 + sum(len(one) for one in found.rates)


def frame(data: pd.DataFrame) -> None:
    """fairlearn on the four-way intersection, in memory already."""
    metrics = {"selection": selection_rate, "tpr": true_positive_rate, "fpr": false_positive_rate}
    MetricFrame(metrics=metrics, y_true=data.label, y_pred=data.prediction, sensitive_features=data[list("abcd")]).by_group  # noqa: B018


def command() -> None:
    """The whole command on 1,000 rows in a fresh process."""
    path = FOLDER / "small.csv"
    if not path.exists():
        duckdb.sql(f"COPY (SELECT * FROM read_parquet('{table(1_000_000)}') LIMIT 1000) TO '{path}'")
    words = ["audit", str(path), "--prediction", "prediction", "--label", "label", "--by", "a,b", "--json"]
    subprocess.run([sys.executable, "-m", "plumbrule", *words], check=True, capture_output=True)


if __name__ == "__main__":
    print_versions("duckdb", "numpy", "fairlearn", "pandas")
    for rows in (1_000_000, 10_000_000):
        path = table(rows)
        print(f"\n{rows:,} rows, {audit(path, with_intervals=False):,} subgroups")
        runs = {
            "floor: hash the same six columns": lambda path=path: floor(path),
            "audit, no intervals": lambda path=path: audit(path, with_intervals=False),
            "audit, every interval": lambda path=path: audit(path, with_intervals=True),
        }
        print_table("against the floor", alternate(runs), "floor: hash the same six columns")
    million = table(1_000_000)
    data = pd.read_parquet(million)
    runs = {
        "audit of all subgroups, from the file": lambda: audit(million, with_intervals=False),
        "fairlearn MetricFrame, four-way only": lambda: frame(data),
    }
    print_table("against fairlearn, 1,000,000 rows", alternate(runs, 3), "audit of all subgroups, from the file")
    python = {
        "python -c 'import plumbrule'": lambda: subprocess.run([sys.executable, "-c", "import plumbrule"], check=True),
        "plumbrule audit, 1,000 rows": command,
    }
    print_table("whole processes", alternate(python, 5), "python -c 'import plumbrule'")
