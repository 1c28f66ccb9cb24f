"""The tables that benchmarks read: noise, made once in build/bench (which git ignores)."""

from __future__ import annotations

from pathlib import Path

import duckdb
from peers.asking import LEVELS

FOLDER = Path(__file__).resolve().parents[1] / "build" / "bench"


def table(rows: int) -> Path:
    """Four text attributes (2, 5, 8 and 20 levels), label, prediction and score; Parquet in row groups of a million."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    file = FOLDER / f"rows_{rows}.parquet"
    if not file.exists():
        sizes = enumerate(LEVELS.items())
        texts = ", ".join(f"'{name}' || (hash(i * 9 + {at}) % {size}) AS {name}" for at, (name, size) in sizes)
        rest = "(hash(i * 9 + 5) % 100 < 40)::INT AS label, (hash(i * 9 + 6) % 100 < 45)::INT AS prediction"
        score = "(hash(i * 9 + 7) % 10000) / 10000.0 AS score"
        made = f"SELECT {texts}, {rest}, {score} FROM range({rows}) t(i)"
        _write(made, file, "FORMAT parquet, ROW_GROUP_SIZE 1000000")
    return file


def small_table() -> Path:
    """The first thousand rows of the table of a million, as CSV."""
    file = FOLDER / "rows_1000.csv"
    if not file.exists():
        _write(f"SELECT * FROM read_parquet('{table(1_000_000)}') LIMIT 1000", file, "FORMAT csv")
    return file


def _write(query: str, file: Path, form: str) -> None:
    """Written aside and moved into place, so that what was broken off is not taken for the table."""
    part = file.with_suffix(".part")
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({query}) TO '{part}' ({form})")
    part.replace(file)
