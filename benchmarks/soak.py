"""A hundred million rows from Parquet: time over the floor, and peak memory. `make soak`; some minutes, 0.5 GB of disk.

    python benchmarks/soak.py [--rows 100000000] [--rounds 5] [--keep]
"""

from __future__ import annotations

import argparse

from side_by_side import alternate_tasks, hold_cores, print_table, print_versions
from tables import table

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=100_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--keep", action="store_true", help="leave the file in build/bench")
    wanted = parser.parse_args()
    hold_cores()
    print_versions("duckdb", "numpy")
    file = table(wanted.rows)
    try:
        taken = alternate_tasks(("floor", "counts", "intervals", "everything"), file, wanted.rounds)
        print_table(f"{wanted.rows:,} rows, {file.stat().st_size / 1e6:,.0f} MB of Parquet, over the floor", taken, "floor")
    finally:
        if not wanted.keep:
            file.unlink()
