"""An audit of every subgroup against the floor, a frame against pandas, and what a whole command takes. `make bench`.

Everything runs in fresh processes, alternating with its yardstick. The floor hashes the same six columns in DuckDB and
does nothing else. Peers stand in `bench_peers.py`, a hundred million rows in `soak.py`.
"""

from __future__ import annotations

import argparse
import sys

from side_by_side import ROUNDS, alternate_processes, alternate_tasks, hold_cores, print_table, print_versions
from tables import small_table, table

AUDIT = ("--prediction", "prediction", "--label", "label", "--by", "a,b,c,d")


def main(rounds: int) -> None:
    """All tables."""
    hold_cores()
    print_versions("duckdb", "numpy", "pandas", "pyarrow")
    for rows in (1_000_000, 10_000_000):
        taken = alternate_tasks(("floor", "counts"), table(rows), rounds)
        print_table(f"{rows:,} rows: all subgroups without intervals, over the floor", taken, "floor")
        taken = alternate_tasks(("counts", "intervals", "everything"), table(rows), rounds)
        print_table(f"{rows:,} rows: with intervals, and the whole object of --json, over the audit without", taken, "counts")
    million = table(1_000_000)
    taken = alternate_tasks(("pandas", "frame"), million, rounds)
    print_table("1,000,000 rows, pandas frame with text columns, over pandas' own group-by", taken, "pandas")
    taken = alternate_tasks(("pandas_objects", "frame_objects"), million, rounds)
    print_table("The same with texts as Python objects", taken, "pandas_objects")
    python, audit = sys.executable, (sys.executable, "-m", "plumbrule", "audit")
    commands = {
        "python -c pass": (python, "-c", "pass"),
        "import plumbrule": (python, "-c", "import plumbrule"),
        "plumbrule audit, 1,000 rows": (*audit, str(small_table()), *AUDIT[:-1], "a,b"),
        "plumbrule audit --json, 10,000,000 rows": (*audit, str(table(10_000_000)), *AUDIT, "--json"),
    }
    print_table("Whole processes", alternate_processes(commands, rounds), "python -c pass")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    main(parser.parse_args().rounds)
