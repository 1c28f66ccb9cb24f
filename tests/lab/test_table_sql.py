"""Queries: over a table that was read, and over files; and what no query may do."""

from __future__ import annotations

import hashlib
from pathlib import Path

import duckdb
import pytest

from plumbrule.errors import TableError
from plumbrule.lab.tables.table import open_table


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A small table."""
    file = tmp_path / "t.csv"
    file.write_text("sex,age,ok\nw,30,1\nm,20,0\nm,50,1\n", encoding="utf-8")
    return file


def test_the_result_of_a_query_becomes_the_table(path: Path) -> None:
    """All text again; whole numbers without a decimal part; an empty text is missing."""
    query = (
        "SELECT *, age::int / 4 AS quarter, ok = '1' AS yes, '' AS none, 2.50::decimal(5,2) AS d FROM decisions -- all of them"
    )
    with open_table(path, query=query) as table:
        assert table.columns == ("sex", "age", "ok", "quarter", "yes", "none", "d")
        assert table.query("SELECT quarter, yes, none, d FROM decisions ORDER BY age") == [
            ("5", "false", None, "2.50"),
            ("7.5", "true", None, "2.50"),
            ("12.5", "true", None, "2.50"),
        ]
        assert {row[1] for row in table.query("DESCRIBE decisions")} == {"VARCHAR"}
        assert table.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_query_is_worked_out_once(path: Path) -> None:
    """Also one whose answer changes each time."""
    with open_table(path, query="SELECT random() AS x FROM decisions;") as table:
        assert table.query("SELECT * FROM decisions") == table.query("SELECT * FROM decisions")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("SELECT nosuch FROM decisions", "nosuch"),
        ("SELEC 1", "syntax error"),
        ("SELECT 1 AS a; SELECT 2 AS a", "2 statements"),
        ("DROP VIEW decisions", "no SELECT"),
        ("", "0 statements"),
        ("SELECT sex, age AS sex FROM decisions", "two columns named 'sex'"),
        ("SELECT * FROM decisions WHERE false", "no rows"),
        ("SELECT sex::int AS a FROM decisions", "Could not convert"),
        ("SELECT * FROM path", "path"),
        ("COPY decisions TO 'stolen.csv'", "no SELECT"),
    ],
)
def test_a_query_that_fails_says_why(path: Path, query: str, words: str) -> None:
    """DuckDB's words without its picture of the query, and no traceback."""
    with pytest.raises(TableError) as caught, open_table(path, query=query):
        pytest.fail("the block must not run")
    assert words in caught.value.got
    assert "LINE" not in caught.value.got
    assert caught.value.cure


FORBIDDEN = [
    "SELECT * FROM read_text('{secret}')",
    "SELECT * FROM read_csv('{secret}')",
    "SELECT * FROM '{secret}'",
    "SELECT * FROM glob('{folder}/*')",
    "SELECT * FROM read_blob('{folder}/../*/*')",
    "SELECT * FROM sniff_csv('{secret}')",
    "SELECT * FROM query('FROM read_text(''{secret}'')')",
    "SELECT * FROM 'https://example.org/a.parquet'",
    "SELECT * FROM 's3://bucket/a.parquet'",
    "SELECT * FROM outside",
    "SELECT getenv('HOME')",
    "SELECT * FROM which_secret('a', 'b')",
    "SELECT * FROM parquet_metadata('{secret}')",
]


@pytest.mark.parametrize("query", FORBIDDEN)
def test_a_query_cannot_leave_the_table(path: Path, tmp_path: Path, query: str) -> None:
    """No file, no folder, no network, no variable of the caller."""
    outside = [("x",)]  # a Python variable that DuckDB could see
    secret = tmp_path / "secret.csv"
    secret.write_text("password\nhunter2\n", encoding="utf-8")
    with pytest.raises(TableError) as caught, open_table(path, query=query.format(secret=secret, folder=tmp_path)):
        pytest.fail(f"the block must not run {outside}")
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "statement",
    [
        "SET enable_external_access=true",
        "SET lock_configuration=false",
        "SET allowed_directories=['/']",
        "SET python_enable_replacements=true",
        "INSTALL httpfs",
        "LOAD httpfs",
        "ATTACH 'other.db'",
        "COPY decisions TO 'stolen.csv'",
        "EXPORT DATABASE 'stolen'",
        "FROM read_text('/etc/hostname')",
    ],
)
def test_the_connection_is_locked(path: Path, statement: str) -> None:
    """Also for whoever holds the connection."""
    with open_table(path) as table, pytest.raises(duckdb.Error):
        table.connection.execute(statement)


def test_a_query_over_a_parquet_file_cannot_write_it(tmp_path: Path) -> None:
    """The file must stay readable during the block; it still cannot be replaced through a query."""
    file = tmp_path / "t.parquet"
    duckdb.sql("SELECT 1 AS a, 2 AS b").write_parquet(str(file))
    before = file.read_bytes()
    with pytest.raises(TableError, match="no SELECT"), open_table(file, query=f"COPY (SELECT 1) TO '{file}'"):
        pytest.fail("the block must not run")
    assert file.read_bytes() == before


# ── SQL as the source ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def parquet(tmp_path: Path) -> Path:
    """A Parquet file beside a CSV file."""
    file = tmp_path / "t.parquet"
    duckdb.sql(
        "SELECT unnest(['a', 'b', '']) AS g, unnest([1.0, 2.5, 'nan'::double]) AS x, DATE '2024-03-21' AS d"
    ).write_parquet(str(file))
    return file


@pytest.mark.parametrize(
    "form",
    ["select * from '{0}'", "FROM read_parquet(['{0}'])", "with t as (from '{0}') select * from t", '\n SELECT * FROM "{0}";'],
)
def test_a_query_over_a_file(parquet: Path, form: str) -> None:
    """In every way to name a file; one file gives its own digest."""
    with open_table(form.format(parquet)) as table:
        assert table.query("SELECT * FROM decisions") == [
            ("a", "1", "2024-03-21"),
            ("b", "2.5", "2024-03-21"),
            (None, None, "2024-03-21"),
        ]
        assert table.reading.format == "sql"
        assert table.sha256 == hashlib.sha256(parquet.read_bytes()).hexdigest()
        with pytest.raises(duckdb.Error):
            table.query("SELECT * FROM read_text('/etc/hostname')")


def test_a_query_over_two_files(parquet: Path, path: Path) -> None:
    """The digest is that of the list that `sha256sum` prints."""
    with open_table(f"SELECT t.sex, p.g FROM '{path}' t JOIN '{parquet}' p ON (t.sex = 'w' AND p.g = 'a')") as table:
        assert table.query("SELECT * FROM decisions") == [("w", "a")]
        listed = "".join(f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in (path, parquet))
        assert table.sha256 == hashlib.sha256(listed.encode()).hexdigest()
        assert [file.name for file in table.reading.files] == ["t.csv", "t.parquet"]


def test_a_query_over_a_query(parquet: Path) -> None:
    """The source makes `decisions`, the query works on it."""
    with open_table(f"select * from '{parquet}'", query="SELECT g FROM decisions WHERE x = '1'") as table:
        assert table.query("SELECT * FROM decisions") == [("a",)]


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("select 1 as a", "names no file"),
        ("select * from '/no/such/file.parquet'", "names no file"),
        ("select * from 'https://example.org/t.parquet'", "names no file"),
        ("select * from '{0}', read_text('/etc/host' || 'name')", "disabled by configuration"),
        ("select * from '{0}', 'https://example.org/t.parquet'", "failed"),
        ("select nosuch from '{0}'", "nosuch"),
        ("select * from '{0}'; select 1", "2 statements"),
        ("from '{0}' select nosuch(1)", "nosuch"),
    ],
)
def test_a_query_over_files_reads_only_what_it_names(parquet: Path, form: str, words: str) -> None:
    """Names that are put together, other files and the network are out of reach."""
    with pytest.raises(TableError) as caught, open_table(form.format(parquet)):
        pytest.fail("the block must not run")
    assert words in caught.value.got


def test_a_file_whose_name_begins_like_a_query(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that exists is a file."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "select cases.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with open_table("select cases.csv") as table:
        assert table.columns == ("a", "b")


def test_a_very_long_query_is_no_path(parquet: Path) -> None:
    """Longer than a file name may be."""
    with open_table(f"select g from '{parquet}' where {' or '.join(['x = 1'] * 2000)}") as table:
        assert table.rows == 1
