"""Identifiers that repeat are noticed; amounts, measurements, dates and codes of groups are not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from plumbrule.lab import Decisions, attributes, open_table, repeated_identifier
from plumbrule.lab.notices import Repeats

RANDOM = np.random.default_rng(1)
ROWS = 1000
COLUMNS = {
    "yes": np.arange(ROWS) % 2,
    "sex": np.array(["women", "men"])[np.arange(ROWS) % 2],
    "person_id": RANDOM.integers(0, 400, ROWS),
    "entity_id": np.arange(ROWS),
    "who": [f"Name {i} Surname" for i in RANDOM.integers(0, 700, ROWS)],
    "number": 100_000 + RANDOM.integers(0, 700, ROWS),
    "income": RANDOM.integers(0, 900, ROWS) * 10,
    "height": np.round(RANDOM.normal(170, 9, ROWS), 2),
    "day": pd.date_range("2020-01-01", periods=700)[RANDOM.integers(0, 700, ROWS)].strftime("%Y-%m-%d"),
    "district": [f"district {i}" for i in RANDOM.integers(0, 30, ROWS)],
}
DECISIONS = Decisions(prediction="yes", by=attributes(["sex"], []))


def noticed(names: list[str], decisions: Decisions = DECISIONS) -> Repeats | None:
    """The notice about a table of these columns."""
    with open_table(pd.DataFrame({name: COLUMNS[name] for name in ("yes", "sex", *names)})) as table:
        return repeated_identifier(table, decisions)


@pytest.mark.parametrize("name", ["person_id", "who", "number"])
def test_an_identifier_that_repeats_is_noticed(name: str) -> None:
    """By its name, by names of people in it, or by numbers of one length; with how many different values in how many rows."""
    found = noticed([name, "income", "height"])
    assert found == Repeats(column=name, rows=ROWS, different=len(set(COLUMNS[name])))


@pytest.mark.parametrize("name", ["entity_id", "income", "height", "day", "district"])
def test_nothing_else_is(name: str) -> None:
    """An identifier that is new in every row, an amount, a measurement, a date, a group."""
    assert noticed([name]) is None


def test_the_name_counts_more_than_the_looks() -> None:
    """A column that says that it is an identifier is named before one that only looks like it."""
    found = noticed(["who", "person_id"])
    assert found is not None
    assert found.column == "person_id"


def test_whoever_named_a_cluster_is_not_asked() -> None:
    """With --cluster, or counts of people in a row, there is nothing to notice."""
    clustered = Decisions(prediction="yes", by=attributes(["sex"], []), cluster="person_id")
    assert noticed(["person_id"], clustered) is None


def test_text_files_and_typed_ones_say_the_same(tmp_path: Path) -> None:
    """CSV and Parquet of the same rows give the same notice."""
    frame = pd.DataFrame({name: COLUMNS[name] for name in ("yes", "sex", "person_id", "height")})
    frame.to_csv(tmp_path / "rows.csv", index=False)
    frame.to_parquet(tmp_path / "rows.parquet")
    found = []
    for name in ("rows.csv", "rows.parquet"):
        with open_table(tmp_path / name) as table:
            found.append(repeated_identifier(table, DECISIONS))
    assert found[0] == found[1] is not None
