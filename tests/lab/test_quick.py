"""The quick way to count gives what the plain GROUP BY gives, line by line."""

from __future__ import annotations

import datetime as dt
import decimal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from plumbrule.lab import Cells, Decisions, Table, attributes, count_cells, open_table
from plumbrule.lab.cells import cells_from
from plumbrule.lab.lines import look
from plumbrule.lab.quick import LEAST_ROWS, count_quickly
from plumbrule.lab.tables.encoded import Encoded

ROWS = LEAST_ROWS + 10_001
DAY = dt.date(2024, 2, 29)
KINDS: dict[str, list[Any]] = {
    "text": ["women", "men", "", None, "null", " men", "ж", "a\tb", "e\u0301", "\u00e9", "'", '"', "\\N"],
    "number": [0.0, -0.0, float("nan"), None, 1.0, 1.5, 1e15, 1e300, float("inf"), -float("inf"), 0.1],
    "single": [0.1, 1.0, None, float("nan")],
    "whole": [0, 1, -1, None, 2**62, -(2**63)],
    "unsigned": [0, 1, 2**63, 2**64 - 1, None],
    "exact": [decimal.Decimal("1.50"), decimal.Decimal("2.00"), None, decimal.Decimal("-0.05"), decimal.Decimal("0.00")],
    "yes": [True, False, None],
    "day": [DAY, None, dt.date(1, 1, 1)],
    "at": [dt.datetime(2024, 3, 21, 10), None, dt.datetime(2024, 3, 21, 0, 0, 0, 500000)],
    "raw": [b"abc", b"\xff\xfe", b"", None, "муж".encode("cp1251"), b"\x00"],
}
TYPES: dict[str, pa.DataType] = {
    "single": pa.float32(),
    "unsigned": pa.uint64(),
    "exact": pa.decimal128(12, 2),
    "at": pa.timestamp("us"),
    "raw": pa.binary(),
}
FRAMED = ("text", "whole", "yes", "number")


def column(kind: str, seed: int = 0) -> pa.Array:
    """Rows of every value of a kind; the last one stands in a single row near the end."""
    values = KINDS[kind]
    choice = np.random.default_rng(seed).integers(0, len(values) - 1, ROWS)
    choice[-7] = len(values) - 1
    return pa.array([values[code] for code in choice], TYPES.get(kind))


def outcome(seed: int) -> pa.Array:
    """0, 1 and a missing one."""
    return pa.array(
        np.random.default_rng(seed).integers(0, 3, ROWS), pa.int64(), mask=np.random.default_rng(seed + 1).random(ROWS) < 0.1
    )


def table_of(kind: str) -> pa.Table:
    """Two columns of a kind, with label and prediction as text and as number, a count and a weight."""
    said = pa.array(np.where(np.random.default_rng(5).random(ROWS) < 0.3, "yes", "no"))
    return pa.table(
        {
            "one": column(kind, 1),
            "two": column(kind, 2),
            "label": pa.array([{0: 0, 1: 1, 2: None}[one] for one in np.random.default_rng(3).integers(0, 3, ROWS)]),
            "prediction": pa.array(np.random.default_rng(4).integers(0, 2, ROWS)),
            "said": said,
            "age": pa.array(np.random.default_rng(6).integers(17, 90, ROWS)),
            "weight": pa.array(np.random.default_rng(7).random(ROWS) * 3 + 0.1),
            "people": pa.array(np.random.default_rng(8).integers(0, 4, ROWS)),
            "score": pa.array(np.random.default_rng(9).random(ROWS), mask=np.random.default_rng(10).random(ROWS) < 0.05),
        }
    )


def plain(table: Table, decisions: Decisions) -> Cells:
    """The cells of the plain GROUP BY."""
    decisions.check(table)
    return cells_from(table.columns_of(decisions.cells_sql(table)), decisions)


def quick(table: Table, decisions: Decisions) -> Cells:
    """The cells of the quick way, which must fit."""
    found = count_quickly(table, decisions, look(table, decisions))
    assert found is not None
    assert all(isinstance(found[name], Encoded) for name in ("a0", "label", "prediction"))
    return cells_from(found, decisions)


def same(one: Cells, other: Cells) -> None:
    """Equal in every line and every bit."""
    assert (one.attributes, one.levels, one.weighted) == (other.attributes, other.levels, other.weighted)
    for name in ("codes", "label", "prediction", "rows", "weight", "weight_sq", "score", "score_sq", "scored"):
        mine, theirs = getattr(one, name), getattr(other, name)
        assert mine.dtype == theirs.dtype, name
        assert mine.tolist() == theirs.tolist(), name


ASKED = {
    "plain": {"prediction": "prediction", "label": "label"},
    "words": {"prediction": "said", "favourable": "yes"},
    "weight": {"prediction": "said", "favourable": "yes", "label": "label", "weight": "weight", "score": "score"},
    "people": {"prediction": "prediction", "count": "people"},
}


@pytest.fixture(params=list(KINDS), scope="module")
def parquet(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A file whose every column is stored with a dictionary, in two row groups."""
    path = tmp_path_factory.mktemp("quick") / "t.parquet"
    pq.write_table(table_of(request.param), path, row_group_size=ROWS // 2)
    yield path
    path.unlink()


@pytest.mark.parametrize("asked", list(ASKED))
def test_a_file_gives_the_same_cells(parquet: Path, asked: str) -> None:
    """Values of every type, missing ones, and one that no sample shows: equal in every line."""
    decisions = Decisions(by=attributes(["one", "two"], []), **ASKED[asked])  # type: ignore[arg-type]
    with open_table(parquet) as table:
        same(quick(table, decisions), plain(table, decisions))


@pytest.mark.parametrize("options", [{"missing": ("null", "1", "women")}, {"strip": True}])
def test_words_for_missing_and_blanks(tmp_path: Path, options: dict[str, Any]) -> None:
    """What the reading of the table says holds on both ways."""
    pq.write_table(table_of("text"), tmp_path / "t.parquet")
    decisions = Decisions(by=attributes(["one", "two"], []), prediction="said", favourable="yes")
    with open_table(tmp_path / "t.parquet", **options) as table:
        same(quick(table, decisions), plain(table, decisions))


@pytest.mark.parametrize("cut", ["age:25,60", "age:>25", "number:0,1.5"])
def test_cuts_and_strata(tmp_path: Path, cut: str) -> None:
    """Cuts are made on the numbers, missing and infinite ones are no group; strata are counted as well."""
    pq.write_table(table_of("text").append_column("number", column("number", 3)), tmp_path / "t.parquet")
    parts = attributes([cut.split(":", maxsplit=1)[0], "one"], [cut])
    decisions = Decisions(by=parts[:1], within=parts[1:], prediction="prediction")
    with open_table(tmp_path / "t.parquet") as table:
        if cut.startswith("number"):
            with pytest.raises(Exception, match="must hold numbers"):
                look(table, decisions)
                count_cells(table, decisions)
            return
        same(quick(table, decisions), plain(table, decisions))


def test_a_sorted_file(tmp_path: Path) -> None:
    """Where the first rows show one value of many, the rest is counted in a second pass."""
    pq.write_table(table_of("text").sort_by([("one", "descending"), ("two", "ascending")]), tmp_path / "t.parquet")
    decisions = Decisions(by=attributes(["one", "two"], []), prediction="prediction", label="label")
    with open_table(tmp_path / "t.parquet") as table:
        same(quick(table, decisions), plain(table, decisions))


def test_columns_with_the_names_we_use(tmp_path: Path) -> None:
    """Columns called like our own things do not disturb."""
    names = ["file_row_number", "key", "a0", "place", "value", "rows", "plumbrule_rows", "said", "hash"]
    pq.write_table(table_of("text").rename_columns(names), tmp_path / "t.parquet")
    decisions = Decisions(by=attributes(["file_row_number", "key"], []), prediction="value", favourable="yes", label="a0")
    with open_table(tmp_path / "t.parquet") as table:
        same(quick(table, decisions), plain(table, decisions))


def test_without_dictionaries_the_plain_way(tmp_path: Path) -> None:
    """A file that stores values one by one is counted the plain way, with the same answer."""
    pq.write_table(table_of("text"), tmp_path / "plain.parquet", use_dictionary=False)
    pq.write_table(table_of("text"), tmp_path / "coded.parquet")
    decisions = Decisions(by=attributes(["one", "two"], []), prediction="prediction", label="label")
    with open_table(tmp_path / "plain.parquet") as one, open_table(tmp_path / "coded.parquet") as two:
        assert count_quickly(one, decisions, look(one, decisions)) is None
        same(count_cells(one, decisions), count_cells(two, decisions))


def frames(kind: str) -> dict[str, Any]:
    """The same table as frames of every make."""
    arrow = table_of(kind).select(["one", "two", "label", "prediction", "said"])
    pandas = arrow.to_pandas()
    made: dict[str, Any] = {
        "arrow": arrow,
        "pieces": pa.concat_tables([arrow.slice(0, 100), arrow.slice(100)]),
        "dictionaries": pa.table({name: arrow[name].dictionary_encode() for name in arrow.column_names}),
        "pandas": pandas,
        "index": pandas.set_index(np.arange(ROWS) * 3 % 7),
        "objects": pandas.astype({"one": object, "said": object}),
        "categories": pandas.astype({"one": "category", "two": "category", "label": "category", "said": "category"}),
        "nullable": arrow.to_pandas(types_mapper=pd.ArrowDtype),
    }
    return made


@pytest.mark.parametrize("kind", FRAMED)
def test_a_frame_gives_the_cells_of_a_file(tmp_path: Path, kind: str) -> None:
    """pandas (text, objects, categories, nullable types) and Arrow against Parquet of the same rows; polars as well."""
    decisions = Decisions(by=attributes(["one", "two"], []), prediction="said", favourable="yes", label="label")
    for name, frame in frames(kind).items():
        with open_table(frame) as table:
            seen, slow = count_cells(table, decisions), plain(table, decisions)
        same(seen, slow)
        if kind != "text" and name in {"pandas", "index", "objects", "categories"}:
            continue  # pandas itself has made them floats, or Python objects, which are written as Python prints them
        pq.write_table(table_of(kind), tmp_path / "t.parquet")
        with open_table(tmp_path / "t.parquet") as table:
            same(merged(seen), merged(count_cells(table, decisions)))


def merged(cells: Cells) -> Cells:
    """Lines of one group added up: a missing value and an empty text are one group, and frames may tell them apart."""
    from dataclasses import replace

    lines: dict[tuple[int, ...], int] = {}
    for *key, rows in zip(
        *cells.codes.T.tolist(), cells.label.tolist(), cells.prediction.tolist(), cells.rows.tolist(), strict=True
    ):
        lines[tuple(key)] = lines.get(tuple(key), 0) + rows
    table = np.array(sorted(lines), np.int64)
    rows = np.array([lines[tuple(key)] for key in table.tolist()], np.int64)
    nothing = np.zeros(len(rows))
    return replace(
        cells,
        codes=table[:, :-2],
        label=table[:, -2],
        prediction=table[:, -1],
        rows=rows,
        weight=rows.astype(float),
        weight_sq=rows.astype(float),
        score=nothing,
        score_sq=nothing,
        scored=nothing,
    )


def test_mixed_objects_are_what_python_prints() -> None:
    """1, 1.0 and True are one value to pandas and three groups to us."""
    values: list[object] = [1, 1.0, True, "1", None, float("nan"), "x"]
    frame = pd.DataFrame(
        {
            "one": pd.Series([values[i % 7] for i in range(ROWS)], dtype=object),
            "prediction": [0, 1, 1] * (ROWS // 3) + [0] * (ROWS % 3),
        }
    )
    decisions = Decisions(by=attributes(["one"], []), prediction="prediction")
    with open_table(frame) as table:
        found = count_cells(table, decisions)
        same(found, plain(table, decisions))
    assert found.levels == (("1", "1.0", "True", "x", None),)


def test_polars_gives_the_same_cells(tmp_path: Path) -> None:
    """polars text, categories and numbers against Parquet of the same rows."""
    polars = pytest.importorskip("polars")
    decisions = Decisions(by=attributes(["one", "two"], []), prediction="said", favourable="yes", label="label")
    arrow = table_of("text")
    pq.write_table(arrow, tmp_path / "t.parquet")
    frame = polars.from_arrow(arrow)
    coded = frame.with_columns(polars.col("one").cast(polars.Categorical))
    with open_table(tmp_path / "t.parquet") as file:
        wanted = merged(count_cells(file, decisions))
    for one in (frame, coded):
        with open_table(one) as table:
            same(merged(count_cells(table, decisions)), wanted)
