"""Parquet, Arrow files and frames: types become text by one rule; damaged files are refused."""

from __future__ import annotations

import datetime as dt
import decimal
import hashlib
import os
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import pytest

from plumbrule.errors import TableError
from plumbrule.lab.tables.table import open_table

COLUMNS = {
    "text": pa.array(["w", "", None, " x "]),
    "category": pa.array(["u", "v", "u", None]).dictionary_encode(),
    "number": pa.array([1.0, 2.5, float("nan"), None]),
    "big": pa.array([1e15, -0.0, 1e-7, 123456789.0]),
    "single": pa.array([0.1, 1, 2, 3], pa.float32()),
    "whole": pa.array([1, -2, None, 2**62]),
    "exact": pa.array([decimal.Decimal("1.50"), decimal.Decimal("2.00"), None, decimal.Decimal("0.05")]),
    "yes": pa.array([True, False, None, True]),
    "day": pa.array([dt.date(2024, 3, 21), None, dt.date(1, 1, 1), dt.date(9999, 12, 31)]),
    "at": pa.array([dt.datetime(2024, 3, 21, 10), None, dt.datetime(2024, 3, 21), dt.datetime(2024, 3, 21, 0, 0, 0, 500000)]),
    "zoned": pa.array([dt.datetime(2024, 3, 21, 10)] * 4, pa.timestamp("us", "Asia/Bishkek")),
    "infinite": pa.array([float("inf"), -float("inf"), 1, 2]),
}
TEXTS = {
    "text": ["w", None, None, " x "],
    "category": ["u", "v", "u", None],
    "number": ["1", "2.5", None, None],
    "big": ["1000000000000000.0", "0", "1e-07", "123456789"],
    "single": ["0.1", "1", "2", "3"],
    "whole": ["1", "-2", None, str(2**62)],
    "exact": ["1.50", "2", None, "0.05"],
    "yes": ["true", "false", None, "true"],
    "day": ["2024-03-21", None, "0001-01-01", "9999-12-31"],
    "at": ["2024-03-21 10:00:00", None, "2024-03-21 00:00:00", "2024-03-21 00:00:00.5"],
    "zoned": ["2024-03-21 10:00:00+00"] * 4,
    "infinite": ["inf", "-inf", "1", "2"],
}


def _columns(source: object, **options: object) -> dict[str, list[str | None]]:
    with open_table(source, **options) as table:  # type: ignore[arg-type]  # each test knows its options
        rows = table.query("SELECT * FROM decisions")
        assert {kind for _, kind, *_ in table.query("DESCRIBE decisions")} == {"VARCHAR"}
        return {name: [row[position] for row in rows] for position, name in enumerate(table.columns)}


def _sources(folder: Path) -> dict[str, object]:
    frame = pa.table(COLUMNS)
    pq.write_table(frame, folder / "t.parquet")
    pyarrow.feather.write_feather(frame, str(folder / "t.feather"), compression="uncompressed")
    pyarrow.feather.write_feather(frame, str(folder / "t.arrow"), compression="zstd")
    with pa.OSFile(str(folder / "stream.arrow"), "wb") as file, pa.ipc.new_stream(file, frame.schema) as writer:
        writer.write_table(frame)
    return {
        "parquet": folder / "t.parquet",
        "feather": folder / "t.feather",
        "arrow": folder / "t.arrow",
        "stream": folder / "stream.arrow",
        "pyarrow": frame,
        "reader": frame.to_reader(),
    }


@pytest.mark.parametrize("kind", ["parquet", "feather", "arrow", "stream", "pyarrow", "reader"])
def test_every_type_becomes_the_same_text(tmp_path: Path, kind: str) -> None:
    """By one rule, from a file or from memory."""
    assert _columns(_sources(tmp_path)[kind]) == TEXTS


def test_the_time_zone_of_the_machine_does_not_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same file gives the same text everywhere."""
    monkeypatch.setitem(os.environ, "TZ", "Asia/Bishkek")
    assert _columns(_sources(tmp_path)["parquet"])["zoned"] == TEXTS["zoned"]


def test_a_pandas_frame(tmp_path: Path) -> None:
    """Text and categories stay; NaN, None and NA are missing; whole numbers lose .0; objects are as Python prints them."""
    frame = pd.DataFrame(
        {
            "text": ["w", None, "007"],
            "category": pd.Categorical(["u", None, "v"]),
            "number": [1.0, np.nan, 2.5],
            "nullable": pd.array([1, None, 3], dtype="Int64"),
            "yes": [True, False, True],
            "objects": np.array([1, "a", 2.0], dtype=object),
            "day": pd.to_datetime(["2024-03-21", None, "2024-03-22"]),
        },
        index=[7, 8, 9],
    )
    assert _columns(frame) == {
        "text": ["w", None, "007"],
        "category": ["u", None, "v"],
        "number": ["1", None, "2.5"],
        "nullable": ["1", None, "3"],
        "yes": ["true", "false", "true"],
        "objects": ["1", "a", "2.0"],
        "day": ["2024-03-21 00:00:00", None, "2024-03-22 00:00:00"],
    }
    assert _columns(frame, missing=("007",), strip=True)["text"] == ["w", None, None]


def test_a_late_value_of_another_type_in_a_pandas_column() -> None:
    """Types are not taken from a sample."""
    frame = pd.DataFrame({"a": pd.Series([1] * 5000 + ["x"], dtype=object), "b": 1})
    assert _columns(frame)["a"][-1] == "x"


def test_a_frame_may_change_afterwards() -> None:
    """The table is a copy: its digest stays true."""
    frame = pd.DataFrame({"a": ["x", "y"], "b": [1, 2]})
    with open_table(frame) as table:
        frame.loc[0, "a"] = "changed"
        assert table.query("SELECT * FROM decisions") == [("x", "1"), ("y", "2")]


def test_the_digest_of_a_frame_is_that_of_its_text() -> None:
    """As FRAME_DIGEST says, by other means; the same table as pandas and as Arrow has one digest."""
    frame = pd.DataFrame({'a "q"': ['say "hi"', None, "ж"], "b": [1.0, 2.5, np.nan]})
    text = '"a ""q""","b"\n"say ""hi""","1"\n,"2.5"\n"ж",\n'
    with open_table(frame) as one, open_table(pa.Table.from_pandas(frame)) as two:
        assert one.sha256 == two.sha256 == hashlib.sha256(text.encode()).hexdigest()


def test_other_orders_and_missing_values_have_other_digests() -> None:
    """NULL is not the text of a delimiter, rows are not exchanged."""
    frames = [{"a": ["x", None]}, {"a": [None, "x"]}, {"a": ["x", '","']}, {"a": ["x", "null"]}, {"b": ["x", None]}]
    digests = set()
    for frame in frames:
        with open_table(pd.DataFrame(frame)) as table:
            digests.add(table.sha256)
    assert len(digests) == len(frames)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (pd.DataFrame({"a": []}), "no rows"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "two columns named 'a'"),
        (pd.DataFrame([[1, 2]], columns=["a", "A"]), "two columns named 'a' and 'A'"),
        (pd.DataFrame({"": [1]}), "has no name"),
        (pd.DataFrame(index=[1, 2]), "no columns"),
        (pa.table({"a": pa.array([], pa.string())}), "no rows"),
        ([1, 2], "cannot be read"),
        (None, "cannot be read"),
        (pa.schema([]), "cannot be read"),
        (42, "cannot be read"),
        ({"a": [1]}, "cannot be read"),
    ],
)
def test_frames_that_are_no_table(source: object, words: str) -> None:
    """Each with its reason."""
    with pytest.raises(TableError, match=words):
        _columns(source)


def test_names_that_are_no_text() -> None:
    """pandas numbers columns that have no names."""
    assert _columns(pd.DataFrame([["x", "y"]])) == {"0": ["x"], "1": ["y"]}


def test_a_parquet_file_is_not_held_in_memory(tmp_path: Path) -> None:
    """A view: rows are read when they are counted."""
    _sources(tmp_path)
    with open_table(tmp_path / "t.parquet") as table:
        assert table.connection.execute("SELECT count(*) FROM duckdb_tables()").fetchall() == [(0,)]
        assert table.sha256 == hashlib.sha256((tmp_path / "t.parquet").read_bytes()).hexdigest()


def test_a_parquet_file_that_changes_meanwhile(tmp_path: Path) -> None:
    """The digest must speak of the bytes that were counted."""
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"a": [1, 2]}), path)
    with pytest.raises(TableError, match="changed while it was read"), open_table(path) as table:
        assert table.rows == 2
        pq.write_table(pa.table({"a": [1, 2, 3]}), path)


@pytest.mark.parametrize("name", ["t.parquet", "t.feather", "t.arrow", "stream.arrow"])
def test_a_file_cut_off_is_refused(tmp_path: Path, name: str) -> None:
    """At any length that loses something, also when a query is the first to notice."""
    _sources(tmp_path)
    data = (tmp_path / name).read_bytes()
    for cut in (3, 8, 100, len(data) // 3, len(data) // 2, len(data) - 9):
        (tmp_path / name).write_bytes(data[:cut])
        with pytest.raises(TableError) as caught:
            _columns(tmp_path / name)
        assert caught.value.cure


def _broken_page(path: Path, *, crc: bool, flip: int, **options: object) -> None:
    """A file whose footer is whole and in whose first page one byte is wrong."""
    rows = range(50_000)
    frame = pa.table({"a": [f"text {n}" for n in rows], "b": list(rows)})
    pq.write_table(frame, path, write_page_checksum=crc, **options)
    column = pq.read_metadata(path).row_group(0).column(0)
    start = column.dictionary_page_offset or column.data_page_offset
    data = bytearray(path.read_bytes())
    data[start + column.total_compressed_size // 2] ^= flip
    path.write_bytes(bytes(data))


@pytest.mark.parametrize("compression", ["none", "snappy", "zstd", "gzip", "lz4", "brotli"])
@pytest.mark.parametrize("version", ["1.0", "2.0"])
@pytest.mark.parametrize("dictionary", [True, False])
def test_a_page_with_another_checksum(tmp_path: Path, compression: str, version: str, dictionary: bool) -> None:
    """One flipped bit is caught where the writer left checksums, in every kind of page; whole files pass."""
    path = tmp_path / "t.parquet"
    options = {"compression": compression, "data_page_version": version, "use_dictionary": dictionary}
    _broken_page(path, crc=True, flip=0, **options)
    with open_table(path) as table:
        assert table.rows == 50_000
    _broken_page(path, crc=True, flip=1, **options)
    with pytest.raises(TableError, match=r"page \d+ of 'a' in row group 1 has a wrong checksum"):
        _columns(path)


def test_a_broken_page_without_a_checksum(tmp_path: Path) -> None:
    """The file opens; the first query that cannot decode the page says which file is damaged, whoever asks."""
    path = tmp_path / "t.parquet"
    _broken_page(path, crc=False, flip=0x80, compression="none", use_dictionary=False)
    with pytest.raises(TableError, match=r"t\.parquet cannot be read to its end"), open_table(path) as table:
        table.connection.execute("SELECT a, count(*) FROM decisions GROUP BY a").fetchall()
    with pytest.raises(TableError, match=r"t\.parquet cannot be read to its end"), open_table(path) as table:
        table.query("SELECT max(a) FROM decisions")


@pytest.mark.parametrize("rows", [1, 300_000])
def test_files_of_another_writer_pass_the_check_of_pages(tmp_path: Path, rows: int) -> None:
    """DuckDB's own files, nested columns among them."""
    path = tmp_path / "t.parquet"
    duckdb.sql(
        f"SELECT range AS n, 'g' || range % 7 AS g, [range, 1] AS l, {{'x': range}} AS s FROM range({rows})"
    ).write_parquet(str(path))
    with open_table(path) as table:
        assert table.rows == rows
        assert table.query("SELECT n, g, l, s FROM decisions WHERE n = '0'") == [("0", "g0", "[0, 1]", "{'x': 0}")]


def test_every_flipped_byte_of_a_small_parquet_file(tmp_path: Path) -> None:
    """Refused or read, never a crash or a traceback of another library; values may differ, and so does the digest."""
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"a": ["x", "y", "z"] * 20, "b": list(range(60))}), path, compression="snappy")
    data = path.read_bytes()
    refused = 0
    for offset in range(4, len(data), 5):
        path.write_bytes(data[:offset] + bytes([data[offset] ^ 0x41]) + data[offset + 1 :])
        try:
            _columns(path)
        except TableError:
            refused += 1
    assert refused > 20


def test_a_mistake_in_our_own_sql_is_not_called_damage(tmp_path: Path) -> None:
    """A bug must look like a bug."""
    (tmp_path / "t.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(duckdb.BinderException), open_table(tmp_path / "t.csv") as table:
        table.query("SELECT nosuch FROM decisions")


def test_an_arrow_file_without_pyarrow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Says what to install."""
    _sources(tmp_path)
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(TableError, match="is an Arrow file") as caught:
        _columns(tmp_path / "t.arrow")
    assert "pip install pyarrow" in caught.value.cure
