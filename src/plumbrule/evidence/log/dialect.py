"""What differs between SQLite and PostgreSQL, found out from the cursor that somebody hands in.

The store's SQL is written once, with `?` for parameters. A cursor of `sqlite3` takes it so; every other one (psycopg,
pg8000, Django's for either database) wants `%s`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any, Protocol

from plumbrule.errors import OutputError

AT_ONCE = 250
"""Rows in one statement: few statements for a server to prepare, and far from the 65,535 values that one may have."""
FULL = 2
"""SQLite's `synchronous`: from here on COMMIT waits for the disk, in WAL mode too."""


class Cursor(Protocol):
    """What the store needs of a DB-API cursor (PEP 249)."""

    @property
    def connection(self) -> Any:  # every driver has its own connection type
        """The connection, asked only whether a transaction is open."""
        ...

    def execute(self, sql: str, parameters: Any = ..., /) -> Any:  # drivers disagree about these types
        """Run one statement."""
        ...

    def executemany(self, sql: str, parameters: Any, /) -> Any:  # as above
        """Run one statement for each set of parameters."""
        ...

    def fetchone(self) -> Any:  # a row or None
        """The next row."""
        ...

    def fetchall(self) -> Any:  # rows
        """All rows that are left."""
        ...


def run(cursor: Cursor, sql: str, *parameters: object) -> None:
    """Execute one statement written with `?`."""
    if isinstance(cursor, sqlite3.Cursor):
        cursor.execute(sql, parameters)
    else:
        cursor.execute(sql.replace("?", "%s"), parameters)


def run_many(cursor: Cursor, sql: str, rows: Sequence[tuple[object, ...]]) -> None:
    """Insert rows by one statement `… VALUES (?, ?) …`.

    Elsewhere than in SQLite many rows go in one statement: a driver that sends row by row waits for the server each time.
    """
    if isinstance(cursor, sqlite3.Cursor):
        cursor.executemany(sql, rows)
        return
    for start in range(0, len(rows), AT_ONCE):
        some = rows[start : start + AT_ONCE]
        row = f"({', '.join(['%s'] * len(some[0]))})"
        values = [value for one in some for value in one]
        cursor.execute(sql.replace("?", "%s").replace(row, ", ".join([row] * len(some))), values)


def on_sqlite(cursor: Cursor) -> bool:
    """True if SQLite is behind the cursor, also through Django's."""
    return isinstance(cursor.connection, sqlite3.Connection)


def column_types(cursor: Cursor, sql: str) -> str:
    """A CREATE TABLE written for SQLite, with the database's own words for whole numbers and bytes."""
    return sql if on_sqlite(cursor) else sql.replace("BLOB", "BYTEA").replace("INTEGER", "BIGINT")


def require_transaction(cursor: Cursor) -> None:
    """Raise OutputError unless the caller has a transaction open, which the caller will end."""
    if not _in_transaction(cursor.connection):
        raise OutputError(
            "no transaction is open on the cursor that was handed to the log.",
            expected="a transaction of the caller, so that a row and its entry commit together or not at all.",
            cure="begin one (BEGIN IMMEDIATE on SQLite) and commit it yourself.",
        )


def require_durable(cursor: Cursor) -> None:
    """Raise OutputError unless a COMMIT here waits for the disk: an acknowledgement would be an empty word."""
    if on_sqlite(cursor):
        cursor.execute("PRAGMA synchronous")
        if int(cursor.fetchone()[0]) < FULL:
            _refuse_lazy("PRAGMA synchronous is below FULL", "PRAGMA synchronous = FULL when connecting.")
        return
    cursor.execute("SELECT current_setting('synchronous_commit'), current_setting('fsync')")
    commit, fsync = cursor.fetchone()
    if commit == "off" or fsync != "on":
        _refuse_lazy(f"synchronous_commit is {commit} and fsync is {fsync}", "turn both on in the database's settings.")


def take_turn(cursor: Cursor) -> None:
    """Wait until no other transaction appends. SQLite has one writer anyway; PostgreSQL needs a lock, held until the end."""
    if not on_sqlite(cursor):
        cursor.execute("SELECT pg_advisory_xact_lock(CAST('log_state'::regclass::oid AS bigint))")
        cursor.fetchone()


def _in_transaction(connection: Any) -> bool:  # every driver has its own connection type
    if isinstance(connection, sqlite3.Connection):
        return connection.in_transaction
    if not getattr(connection, "autocommit", True):
        return True  # PEP 249: the first statement opens one
    info = getattr(connection, "info", None)  # psycopg in autocommit mode, inside `with connection.transaction():`
    return int(getattr(info, "transaction_status", 0)) != 0


def _refuse_lazy(problem: str, cure: str) -> None:
    raise OutputError(
        f"the database does not wait for the disk: {problem}.", expected="a COMMIT that survives a crash.", cure=cure
    )
