"""One piece of work in a fresh process: seconds, peak memory and how much came out, as one line of JSON.

    python benchmarks/tasks.py TASK FILE

Imports are not timed, and neither is the loading of a frame.
"""

# ruff: noqa: PLC0415 - a task loads only what it needs, or its peak memory would be that of all

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

BY = ("a", "b", "c", "d")
SIX = (*BY, "label", "prediction")
Work = Callable[[], int]


def floor(file: Path) -> Work:
    """Hash the six columns and nothing else."""
    import duckdb

    def work() -> int:
        with duckdb.connect() as connection:
            query = f"SELECT bit_xor(hash({', '.join(SIX)})) FROM read_parquet('{file}')"
            return len(connection.execute(query).fetchall())

    return work


def counts(file: Path, *, with_intervals: bool = False) -> Work:
    """Open, check, count, and every rate of every subgroup; nothing is compared."""
    from plumbrule.lab import Decisions, attributes, count_cells, measure_cells, open_table

    def work() -> int:
        with open_table(file, digest=False) as table:
            cells = count_cells(table, Decisions(prediction="prediction", label="label", by=attributes(list(BY), [])))
        found = measure_cells(cells, BY, label=True, with_intervals=with_intervals)
        return sum(map(len, found.comparisons)) if with_intervals else 1 + sum(map(len, found.rates))

    return work


def intervals(file: Path) -> Work:
    """The same, with the interval of every rate and of every gap."""
    return counts(file, with_intervals=True)


def everything(file: Path) -> Work:
    """The whole result of `plumbrule audit --json` as an object: also the search, the largest gaps, named criteria, reversals."""
    from plumbrule.pipeline import audit

    return lambda: len(audit(file, prediction="prediction", label="label", by=BY)["gaps"])


def frame(file: Path, kind: str = "str") -> Work:
    """A pandas frame in memory: every rate of every subgroup."""
    import pandas as pd

    data = pd.read_parquet(file, columns=list(SIX)).astype(dict.fromkeys(BY, kind))
    return counts(data)


def frame_objects(file: Path) -> Work:
    """The same with texts as Python objects, as pandas kept them before its third version."""
    return frame(file, "object")


def pandas(file: Path, kind: str = "str") -> Work:
    """pandas' own group-by of the six columns, and nothing else."""
    import pandas as pd

    data = pd.read_parquet(file, columns=list(SIX)).astype(dict.fromkeys(BY, kind))
    return lambda: len(data.groupby(list(SIX), observed=True, sort=False).size())


def pandas_objects(file: Path) -> Work:
    """The same with texts as Python objects."""
    return pandas(file, "object")


TASKS = (floor, counts, intervals, everything, frame, frame_objects, pandas, pandas_objects)


def peak() -> float:
    """The most memory that this process held, in MB; 0 where the system does not say (elsewhere than on Linux)."""
    status = Path("/proc/self/status")  # not getrusage, which counts what the parent held when it began us
    if not status.exists():
        return 0.0
    held = [line.split()[1] for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM:")]
    return int(held[0]) * 1024 / 1e6


if __name__ == "__main__":
    work = {task.__name__: task for task in TASKS}[sys.argv[1]](Path(sys.argv[2]))
    begun = time.perf_counter()
    came = work()
    seconds = time.perf_counter() - begun
    print(json.dumps({"seconds": seconds, "peak": peak(), "came": came}))
