"""SQL as a source of rows, with only the files that the query names in reach, and SQL over a table already read."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import duckdb

from plumbrule.errors import TableError
from plumbrule.lab.tables.digest import known
from plumbrule.lab.tables.reading import Loaded, Options, quote_name, quote_text
from plumbrule.lab.tables.typed import input_file, select_text, typed_reading

VIEW: Final = "decisions"
"""The name of the relation in every query."""


def read_sql(connection: duckdb.DuckDBPyConnection, sql: str, options: Options) -> Loaded:
    """The result of an SQL query over files as the table `result`. Afterwards only those files can be read.

    Raises:
        TableError: not one SELECT, no file that exists, or whatever DuckDB has against it.
    """
    select = _one_select(sql)
    tree = json.loads(connection.execute("SELECT json_serialize_sql(?)", [select]).fetchall()[0][0])
    paths = tuple(Path(name) for name in dict.fromkeys(_named_files(tree)) if is_file(name))
    if not paths:
        raise TableError(
            "The query names no file that exists.",
            expected="FROM 'table.parquet', or FROM read_parquet(['one.parquet', 'two.parquet'])",
            cure="Write each path in quotes, without *; the network is not read.",
        )
    with standing_still(paths):
        files = tuple(input_file(path) for path in paths)
        forbid_files(connection, tuple(path.resolve() for path in paths))
        columns = _create(connection, "result", select, options)
    listed = "".join(f"{file.sha256}  {file.name}\n" for file in files)
    digest = files[0].sha256 if len(files) == 1 else sha256(listed.encode()).hexdigest()
    reading = typed_reading("sql", options, files)
    return Loaded(relation="result", columns=columns, digest=known(digest), reading=reading, place=_result_row)


def apply_query(connection: duckdb.DuckDBPyConnection, query: str, loaded: Loaded) -> Loaded:
    """Put the result of a query over `decisions` in its place. It is worked out once, so that it cannot change later.

    Raises:
        TableError: not one SELECT, or whatever DuckDB has against it.
    """
    columns = _create(connection, "answer", _one_select(query), Options())
    connection.execute(f"DROP VIEW {VIEW}")
    connection.execute(f"CREATE VIEW {VIEW} AS SELECT * FROM answer")
    if not loaded.keep:
        connection.execute(f"DROP TABLE {loaded.relation}")
    return replace(loaded, relation="answer", columns=columns, place=_result_row, typed=None, rows=None)


def forbid_files(connection: duckdb.DuckDBPyConnection, allowed: tuple[Path, ...]) -> None:
    """From now on no statement reaches the network or any file but these."""
    connection.execute(f"SET allowed_paths=[{', '.join(quote_text(str(path)) for path in allowed)}]")
    connection.execute("SET enable_external_access=false")


@contextmanager
def standing_still(paths: tuple[Path, ...]) -> Iterator[None]:
    """See that files do not change while they are read, or the digest would speak of other bytes.

    Raises:
        TableError: one changed.
    """
    before = [_state(path) for path in paths]
    yield
    for path, state in zip(paths, before, strict=True):
        if _state(path) != state:
            raise TableError(
                f"{path.name} changed while it was read.", expected="a file that stands still", cure="Copy it and try again."
            )


def is_file(name: str) -> bool:
    """True for the name of a file; False for anything else, however long or strange."""
    return os.path.isfile(name)  # noqa: PTH113 - Path.is_file raises on names that are too long


def message(error: duckdb.Error) -> str:
    """The first paragraph of DuckDB's message, without its picture of the query."""
    return " ".join(str(error).split("\n\nLINE ")[0].split("\nLINE ")[0].split())


def _state(path: Path) -> tuple[int, int]:
    try:
        state = path.stat()
    except OSError:
        return -1, -1
    return state.st_size, state.st_mtime_ns


def _create(connection: duckdb.DuckDBPyConnection, name: str, select: str, options: Options) -> tuple[str, ...]:
    try:
        _refuse_twins([str(row[0]) for row in connection.execute(f"DESCRIBE {select}").fetchall()])
        text, columns = select_text(connection, f"({select})", options, "the query's result")
        connection.execute(f"CREATE TABLE {name} AS {text}")
    except duckdb.Error as error:
        raise TableError(
            f"The SQL query failed: {message(error)}", expected=f"a SELECT over {VIEW}", cure="Correct the query."
        ) from error
    return columns


def _refuse_twins(names: list[str]) -> None:
    """DuckDB would call the second one `sex_1` without a word, and the audit would use the first."""
    for position, name in enumerate(names):
        if name.casefold() in {other.casefold() for other in names[:position]}:
            raise TableError(
                f"The query gives two columns named {name!r}.",
                expected="names that differ in more than capitals",
                cure=f"Name one differently, or leave the old one out: SELECT * EXCLUDE ({quote_name(name)}), …",
            )


def _one_select(sql: str) -> str:
    """The text of the only statement, a SELECT, without a semicolon."""
    try:
        statements = duckdb.extract_statements(sql)
    except duckdb.Error as error:
        raise TableError(
            f"The SQL query cannot be read: {message(error)}", expected="one SELECT", cure="Correct the query."
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


def _result_row(row: int) -> str:
    return f"row {row} of the query's result"
