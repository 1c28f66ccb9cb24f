"""Parquet, Arrow files and frames: columns with types, written out as text by one rule.

- A whole number is written without a decimal part, whatever its type: 1.0 in a column of numbers is `1`, so that 1 and
  1.0 are one group. (In CSV and in text columns values stand as written.) NaN is a missing value.
- Truth values are `true` and `false`, dates and times ISO 8601 with a blank between (`2024-03-21 10:00:00`).
- Text and categories stay as they are; an empty text is missing, as everywhere. A pandas column of Python objects
  (`dtype=object`) is written as Python prints each value, None and NaN as missing.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb

from plumbrule.base.files import sha256_file
from plumbrule.errors import TableError
from plumbrule.lab.tables.dialect import check_header
from plumbrule.lab.tables.digest import FileDigest, known
from plumbrule.lab.tables.pages import check_pages
from plumbrule.lab.tables.reading import Found, InputFile, Loaded, Options, Reading, Typed, quote_name, quote_text, text_sql
from plumbrule.lab.tables.text import head

_WHOLE_BELOW = 1e15  # every whole number below it is exact in a double


def typed_text_sql(expression: str, kind: str, *, strip: bool, missing: tuple[str, ...]) -> str:
    """SQL that writes a value of DuckDB type `kind` as text, by the rule of this module."""
    text = f"CAST({expression} AS VARCHAR)"
    if kind in {"DOUBLE", "FLOAT"}:
        number = f"CAST(CAST({expression} AS BIGINT) AS VARCHAR)"
        whole = f"{expression} = trunc({expression}) AND abs({expression}) < {_WHOLE_BELOW:.0f}"
        text = f"CASE WHEN isnan({expression}) THEN NULL WHEN {whole} THEN {number} ELSE {text} END"
    elif kind.startswith("DECIMAL"):
        text = f"regexp_replace({text}, '\\.0+$', '')"
    elif kind == "VARCHAR":
        text = expression
    return text_sql(text, strip=strip, missing=missing)


def select_text(
    connection: duckdb.DuckDBPyConnection, relation: str, options: Options, source: str
) -> tuple[str, tuple[str, ...]]:
    """A SELECT that gives `relation` (a name or a query in brackets) as text, and its columns."""
    described = connection.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()
    names = [str(row[0]) for row in described]
    columns = check_header(names, source)
    strip = bool(options.strip)
    values = ", ".join(
        f"{typed_text_sql(quote_name(name), str(row[1]), strip=strip, missing=options.missing)} AS {quote_name(column)}"
        for name, column, row in zip(names, columns, described, strict=True)
    )
    return f"SELECT {values} FROM {relation}", columns


def read_parquet(connection: duckdb.DuckDBPyConnection, path: Path, options: Options) -> Loaded:
    """A view over the file: rows are read when they are counted, never all held in memory."""
    check_pages(connection, path)
    connection.execute(f"CREATE VIEW raw AS SELECT * FROM read_parquet({quote_text(str(path.resolve()))})")
    select, columns = select_text(connection, "raw", options, path.name)
    connection.execute(f"CREATE VIEW source AS {select}")
    typed = kinds_of(connection, "raw", columns, options)
    listed = _dictionaries(connection, path)
    names = frozenset(column for column, (name, _) in typed.columns.items() if name in listed)
    file = InputFile(name=path.name, digest=FileDigest(path, now=options.digest), size=path.stat().st_size)
    return Loaded(
        relation="source",
        columns=columns,
        digest=file.digest,
        reading=typed_reading("parquet", options, (file,)),
        place=row_place,
        keep=(path.resolve(),),
        typed=replace(typed, parquet=path.resolve(), dictionaries=names),
    )


def _dictionaries(connection: duckdb.DuckDBPyConnection, path: Path) -> set[str]:
    """The columns whose every page gives places in a dictionary (Parquet's `RLE_DICTIONARY`, once `PLAIN_DICTIONARY`)."""
    found = connection.execute(
        f"SELECT path_in_schema FROM parquet_metadata({quote_text(str(path))}) "
        "GROUP BY 1 HAVING bool_and(encodings LIKE '%DICTIONARY%')"
    ).fetchall()
    return {str(name) for (name,) in found}


def kinds_of(connection: duckdb.DuckDBPyConnection, relation: str, columns: tuple[str, ...], options: Options) -> Typed:
    """What `relation` holds before it becomes text, under the final names."""
    described = connection.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()
    kinds = {column: (str(row[0]), str(row[1])) for column, row in zip(columns, described, strict=True)}
    strip, missing = bool(options.strip), options.missing
    return Typed(
        relation=relation, columns=kinds, as_text=lambda sql, kind: typed_text_sql(sql, kind, strip=strip, missing=missing)
    )


def read_arrow(connection: duckdb.DuckDBPyConnection, path: Path, options: Options) -> Loaded:
    """An Arrow IPC file (Feather 2) or stream, through pyarrow."""
    try:
        import pyarrow as pa  # type: ignore[import-untyped]  # noqa: PLC0415 - optional, and ships no types
        from pyarrow import ipc  # noqa: PLC0415 - the same
    except ImportError as error:
        raise TableError(
            f"{path.name} is an Arrow file.",
            expected="the package pyarrow",
            cure="pip install pyarrow, or save the table as Parquet.",
        ) from error
    file = input_file(path)
    try:
        with pa.OSFile(str(path), "rb") as handle:
            opened = ipc.open_file(handle) if head(path).startswith(b"ARROW1") else ipc.open_stream(handle)
            frame = opened.read_all()
        frame.validate(full=True)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise damaged(path.name, "an Arrow file", error) from error
    columns = _materialise(connection, frame, options, path.name)
    reading = typed_reading("arrow", options, (file,))
    return Loaded(relation="source", columns=columns, digest=file.digest, reading=reading, place=row_place)


def _materialise(connection: duckdb.DuckDBPyConnection, table: Any, options: Options, source: str) -> tuple[str, ...]:
    """Copy an Arrow table into the table `source` as text."""
    if not table.schema.names:
        raise TableError(
            f"{source} cannot be read: it has no columns.", expected="a table with columns", cure="Name another file."
        )
    check_header(list(table.schema.names), source)
    connection.register("raw_frame", table)
    select, columns = select_text(connection, "raw_frame", options, source)
    connection.execute(f"CREATE TABLE source AS {select}")
    connection.unregister("raw_frame")
    return columns


def typed_reading(form: Any, options: Options, files: tuple[InputFile, ...]) -> Reading:
    """The reading of an input that has types of its own."""
    decimal = Found(value=options.decimal, how="given") if options.decimal else Found(value=".", how="default")
    return Reading(format=form, decimal=decimal, strip=bool(options.strip), missing=options.missing, files=files)


def input_file(path: Path) -> InputFile:
    """The file as it lies on the disk now."""
    return InputFile(name=path.name, digest=known(sha256_file(path)), size=path.stat().st_size)


def damaged(name: str, kind: str, error: BaseException) -> TableError:
    """The refusal of a file that says it is of `kind` and cannot be read as one."""
    first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return TableError(
        f"{name} is {kind} that cannot be read ({first}).",
        expected="a whole and undamaged file",
        cure="Fetch or export the file again.",
    )


def row_place(row: int) -> str:
    """Where data row n stands in an input that has no lines."""
    return f"row {row}"
