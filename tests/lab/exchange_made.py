"""Small tables of decisions for the tests of cells that travel, and the shortest way from rows to a file."""

from __future__ import annotations

import csv
from pathlib import Path

from hypothesis import strategies as st

from plumbrule.lab import Cells, CellsFile, Decisions, Meaning, Release, attributes, cells_file, count_cells, open_table

Row = tuple[str, str, str, str]
"""race, sex, label, prediction"""

rows_of_people = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c", ""]),
        st.sampled_from(["x", "y"]),
        st.sampled_from(["0", "1", ""]),
        st.sampled_from(["0", "1"]),
    ),
    min_size=6,
    max_size=60,
)


def write(path: Path, rows: list[Row], extra: list[str] | None = None) -> Path:
    """A CSV file with a header, and one more column if asked for."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["race", "sex", "label", "prediction", *(["extra"] if extra else [])])
        writer.writerows([*row, *([extra[i]] if extra else [])] for i, row in enumerate(rows))
    return path


def decided(by: tuple[str, ...] = ("race", "sex"), cut: tuple[str, ...] = (), **columns: str) -> Decisions:
    """Which column plays which part."""
    return Decisions(**{"prediction": "prediction", "label": "label", **columns}, by=attributes(by, cut))


def counted(path: Path, decisions: Decisions) -> tuple[Cells, str]:
    """The cells of a table and its SHA-256."""
    with open_table(path) as table:
        return count_cells(table, decisions), table.sha256


def filed(path: Path, release: Release, decisions: Decisions | None = None) -> CellsFile:
    """The file that a site would write."""
    decisions = decisions or decided()
    cells, digest = counted(path, decisions)
    return cells_file(cells, Meaning.of(decisions), decisions.by, release, software="plumbrule/0.1.0", source=digest)


def regular(sizes: dict[tuple[str, str], tuple[int, int, int, int]]) -> list[Row]:
    """Rows from tp, fp, fn, tn of each (race, sex)."""
    found: list[Row] = []
    for (race, sex), counts in sizes.items():
        for (label, prediction), n in zip((("1", "1"), ("0", "1"), ("1", "0"), ("0", "0")), counts, strict=True):
            found += [(race, sex, label, prediction)] * n
    return found


REGION = regular(
    {
        ("a", "x"): (40, 12, 9, 60),
        ("a", "y"): (35, 20, 14, 41),
        ("b", "x"): (22, 8, 17, 30),
        ("b", "y"): (18, 11, 13, 26),
        ("c", "x"): (3, 0, 2, 9),
        ("c", "y"): (4, 1, 6, 12),
    }
)
"""A table in which one race is small."""
