"""A frame in memory: pandas, polars, Arrow. It is registered as it stands, and only what is counted becomes text.

A later change to the frame does not matter: Arrow and polars data do not change, and pandas hands out a copy that
shares its memory until somebody writes to either (copy on write; before pandas 3 it copies the values).
What can be read only once, such as an Arrow reader, is copied into DuckDB.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import duckdb

from plumbrule.errors import TableError
from plumbrule.lab.tables.dialect import check_header
from plumbrule.lab.tables.digest import OnDemand
from plumbrule.lab.tables.encoded import Encoded
from plumbrule.lab.tables.encoding import Coded, encode_arrow, encode_pandas
from plumbrule.lab.tables.reading import Loaded, Options, Typed, quote_name, quote_text
from plumbrule.lab.tables.typed import kinds_of, row_place, select_text, typed_reading

FRAME_DIGEST = "SHA-256 of the rows as UTF-8 CSV: header first, every value in quotes, a missing one empty, lines ended by LF"
"""How the digest of a table that is not a file is made (frames)."""

HEAD = 10_000
"""Rows of a pandas frame that can be looked at without going through all of them."""

_NAME, _SOURCE, _HEAD = "the frame", "frame", "frame_head"


def read_frame(connection: duckdb.DuckDBPyConnection, frame: Any, options: Options) -> Loaded:
    """A frame in memory: pandas, polars, pyarrow, or anything else that speaks Arrow's C stream.

    Raises:
        TableError: it is no table, or has no columns, or columns without a name of their own.
    """
    names = [str(name) for name in frame.columns] if _is_pandas(frame) else _names(frame)
    if not names:
        raise TableError(
            f"{_NAME} ({type(frame).__name__}) cannot be read: it has no columns.",
            expected="a pandas, polars or Arrow table with columns",
            cure="Name a file, or hand in a table.",
        )
    columns = check_header(names, _NAME)
    encode = _register(connection, frame, columns)
    select, _ = select_text(connection, _SOURCE, options, _NAME)
    connection.execute(f"CREATE VIEW source AS {select}")
    typed = kinds_of(connection, _SOURCE, columns, options)
    if encode:
        typed = replace(typed, head=_head_of(connection, typed, frame), encode=_texts_of(connection, encode, typed))
    return Loaded(
        relation="source",
        columns=columns,
        digest=OnDemand(lambda: dump_digest(connection, columns)),
        reading=typed_reading("frame", options, ()),
        place=row_place,
        typed=typed,
        rows=None if encode is None else len(frame),
    )


def dump_digest(connection: duckdb.DuckDBPyConnection, columns: tuple[str, ...]) -> str:
    """The digest of `source` described by `FRAME_DIGEST`."""

    def field(value: str) -> str:
        doubled = f"CASE WHEN contains({value}, '\"') THEN replace({value}, '\"', '\"\"') ELSE {value} END"  # few hold a quote
        return f"CASE WHEN {value} IS NULL THEN '' ELSE '\"' || {doubled} || '\"' END"

    def record(values: list[str]) -> str:
        return "concat(" + ", ',', ".join(map(field, values)) + ")"

    digest = hashlib.sha256()
    header = record([quote_text(name) for name in columns])
    rows = record([quote_name(name) for name in columns])
    for query in (f"SELECT {header}", f"SELECT {rows} FROM source"):
        lines = connection.execute(query)
        while batch := lines.fetchmany(20_000):
            digest.update("".join([f"{line}\n" for (line,) in batch]).encode())
    return digest.hexdigest()


_Encoder = Callable[[int], Coded | None]
"""Column number to its codes and its values; None where that would be slow or wrong."""


def _register(connection: duckdb.DuckDBPyConnection, frame: Any, columns: tuple[str, ...]) -> _Encoder | None:
    """Make the frame the relation `frame`; returns what encodes its columns."""
    try:
        if _is_pandas(frame):
            return _register_pandas(connection, frame, columns)
        table = _arrow(frame)
        if table is None:  # may be read only once
            connection.register("raw_frame", frame)
            connection.execute(f"CREATE TABLE {_SOURCE} AS SELECT * FROM raw_frame")
            connection.unregister("raw_frame")
            return None
        connection.register(_SOURCE, table)
    except duckdb.Error as error:
        raise TableError(
            f"{_NAME} ({type(frame).__name__}) cannot be read: {error}.",
            expected="a pandas, polars or Arrow table",
            cure="Save it as Parquet.",
        ) from error
    return lambda number: encode_arrow(table.column(number))


def _register_pandas(connection: duckdb.DuckDBPyConnection, frame: Any, columns: tuple[str, ...]) -> _Encoder:
    import pandas as pd  # noqa: PLC0415 - loaded already, since this is one of its frames

    still = frame.copy(deep=int(pd.__version__.split(".", maxsplit=1)[0]) < 3).reset_index(drop=True)
    still.columns = list(columns)
    connection.execute("SET pandas_analyze_sample=0")  # Python objects as text; a type taken from a sample may not fit the rest
    _relation(connection, _HEAD, still.iloc[:HEAD])
    _relation(connection, _SOURCE, still)
    return lambda number: encode_pandas(still.iloc[:, number])


def _relation(connection: duckdb.DuckDBPyConnection, name: str, frame: Any) -> None:
    """Make a pandas frame a relation; columns that are Arrow's within go as such, or every query would make Python texts."""
    arrow = {column: frame[column] for column in frame.columns if getattr(frame[column].dtype, "storage", "") == "pyarrow"}
    if not arrow:
        connection.register(name, frame)
        return
    import pyarrow as pa  # type: ignore[import-untyped]  # noqa: PLC0415 - pandas has it, and it ships no types

    sources = f"{name}_arrow"
    connection.register(sources, pa.table({column: one.array.__arrow_array__() for column, one in arrow.items()}))
    rest = [column for column in frame.columns if column not in arrow]
    if rest:
        connection.register(f"{name}_pandas", frame[rest])
        sources += f" POSITIONAL JOIN {name}_pandas"
    connection.execute(f"CREATE VIEW {name} AS SELECT {', '.join(map(quote_name, frame.columns))} FROM {sources}")


def _head_of(connection: duckdb.DuckDBPyConnection, typed: Typed, frame: Any) -> str:
    """The relation of the first rows of a pandas frame, where DuckDB gives both the same types."""
    if not _is_pandas(frame):
        return ""
    kinds = [str(row[1]) for row in connection.execute(f"DESCRIBE SELECT * FROM {_HEAD}").fetchall()]
    return _HEAD if kinds == [kind for _, kind in typed.columns.values()] else ""


def _texts_of(
    connection: duckdb.DuckDBPyConnection, encode: _Encoder, typed: Typed
) -> Callable[[Sequence[str]], dict[str, Encoded] | None]:
    """The encoder of columns by name; values become text by the rule for the whole column."""
    places = {name: number for number, name in enumerate(typed.columns)}
    kept: dict[str, Encoded | None] = {}

    def texts(column: str, found: Coded | None) -> Encoded | None:
        if found is None:
            return None
        codes, values = found
        kind = typed.columns[column][1]
        kind = "VARCHAR" if kind.startswith("ENUM") else kind
        few = f"SELECT unnest(CAST(? AS {kind}[])) AS value"
        told = connection.execute(f"SELECT {typed.as_text('value', kind)} FROM ({few})", [values]).fetchall()
        return Encoded(texts=(*(text for (text,) in told), None), codes=codes)

    def encoded(columns: Sequence[str]) -> dict[str, Encoded] | None:
        new = [name for name in dict.fromkeys(columns) if name not in kept]
        if any(name in kept and kept[name] is None for name in columns):
            return None
        with ThreadPoolExecutor(thread_name_prefix="plumbrule-encode") as pool:  # Arrow works without Python's lock
            found = list(pool.map(encode, (places[name] for name in new)))
        kept.update({name: texts(name, one) for name, one in zip(new, found, strict=True)})
        wanted = {name: one for name in columns if (one := kept[name]) is not None}
        return wanted if len(wanted) == len(set(columns)) else None

    return encoded


def _is_pandas(frame: Any) -> bool:
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(frame, pandas.DataFrame)


def _arrow(frame: Any) -> Any:
    """The frame as an Arrow table, where that costs little; None for what DuckDB must read itself."""
    pyarrow = sys.modules.get("pyarrow")
    polars = sys.modules.get("polars")
    if polars is not None and isinstance(frame, polars.DataFrame):
        return frame.to_arrow()
    return frame if pyarrow is not None and isinstance(frame, pyarrow.Table) else None


def _names(frame: Any) -> list[str]:
    """The names of the columns of an Arrow table, a reader of one, or a polars frame."""
    schema = getattr(frame, "schema", None)
    names = getattr(schema, "names", None) or getattr(frame, "columns", None)
    return [str(name) for name in (names() if callable(names) else names or ())]
