"""PostgreSQL for a standalone log that has outgrown SQLite, through pg8000 (the extra `postgres`)."""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from threading import RLock
from typing import Any, NoReturn
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from plumbrule.errors import InputError, OutputError, UnreadableError
from plumbrule.evidence.log.database import WAIT_SECONDS, cannot_read, cannot_write
from plumbrule.evidence.log.dialect import Cursor

SCHEMES = ("postgresql", "postgres")
EXAMPLE = "postgresql://plumbrule@localhost:5432/plumbrule, or postgresql://plumbrule@/plumbrule?host=/run/postgresql"
_HERE = {"localhost", "127.0.0.1", "::1"}
_LOCK_NOT_AVAILABLE = "55P03"


class PostgresDatabase:
    """A PostgreSQL database that the log reaches by an address without a password (that comes from PGPASSWORD).

    To another machine only by TLS with a certificate that this one trusts.

    Raises:
        InputError: the address is not in its form, or pg8000 is not installed.
        UnreadableError: it cannot be reached.
        OutputError: it should be `new`, and holds a log.
    """

    def __init__(self, address: str, *, new: bool = False) -> None:
        wanted = _parameters(address)
        try:
            from pg8000 import dbapi  # noqa: PLC0415 - an extra, loaded on use
        except ImportError:
            raise InputError(
                "the log is kept in PostgreSQL, and pg8000 is not installed.",
                expected="the extra `postgres`.",
                cure="pip install 'plumbrule[postgres]'",
            ) from None
        self._turn, self._errors = RLock(), (dbapi.Error, OSError)
        self._name = f"the database {wanted['database']} of {wanted.get('unix_sock') or wanted['host']}"
        try:
            self._connection: Any = dbapi.connect(password=os.environ.get("PGPASSWORD"), **wanted)
            self._connection.cursor().execute(f"SET SESSION lock_timeout = {int(WAIT_SECONDS * 1000)}")
            self._connection.commit()
        except self._errors as error:
            raise UnreadableError(
                f"{self._name} cannot be reached: {_told(error)}.",
                expected="a PostgreSQL that runs, and a database and a user that exist.",
                cure="check the address in log.toml, and PGPASSWORD.",
            ) from None

        if new:
            self._check_empty()

    @property
    def name(self) -> str:
        """Database and host."""
        return self._name

    @contextmanager
    def reading(self) -> Iterator[Cursor]:
        """One snapshot."""
        try:
            with self._turn:
                cursor = _Quiet(self._connection.cursor())
                try:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                    yield cursor
                finally:
                    self._connection.rollback()
        except self._errors as error:
            raise cannot_read(self.name, _told(error)) from None

    @contextmanager
    def writing(self) -> Iterator[Cursor]:
        """A transaction; ROLLBACK on any error."""
        try:
            with self._turn:
                try:
                    yield _Quiet(self._connection.cursor())
                    self._connection.commit()
                except BaseException:
                    with suppress(*self._errors):
                        self._connection.rollback()
                    raise
        except self._errors as error:
            if _state(error) != _LOCK_NOT_AVAILABLE:
                self.close()  # nobody knows whether it was committed; the next start looks
            raise cannot_write(self.name, _told(error)) from None

    def damage(self) -> tuple[str, ...]:
        """Nothing: PostgreSQL checks its pages itself when it was set up with checksums (`pg_checksums --check`)."""
        return ()

    def close(self) -> None:
        """Close the connection."""
        with suppress(*self._errors):
            self._connection.close()

    def abandon(self) -> None:
        """Close the connection: the server has its own disk, and looks after it."""
        self.close()

    def _check_empty(self) -> None:
        with self.reading() as cursor:
            cursor.execute("SELECT to_regclass('log_state')")
            taken = cursor.fetchone()[0] is not None
        if taken:
            self.close()
            raise OutputError(
                f"{self.name} holds a log already.", expected="a database without one.", cure="name another one, or make one."
            )


class _Quiet:
    """A cursor of pg8000 whose `connection` can be asked for without a warning."""

    def __init__(self, cursor: Any) -> None:  # pg8000 ships no types
        self._cursor = cursor

    @property
    def connection(self) -> Any:
        return self._cursor._c  # the attribute behind `connection`, which warns that it is an extension of PEP 249

    def execute(self, sql: str, parameters: Sequence[object] = (), /) -> None:
        self._cursor.execute(sql, parameters)

    def executemany(self, sql: str, parameters: Sequence[Sequence[object]], /) -> None:
        self._cursor.executemany(sql, parameters)

    def fetchone(self) -> Any:
        return self._cursor.fetchone()

    def fetchall(self) -> Any:
        return self._cursor.fetchall()


def _parameters(address: str) -> dict[str, Any]:
    """What pg8000 wants to know, from an address as libpq writes it."""
    parts = urlsplit(address)
    options = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
    if parts.scheme not in SCHEMES or not parts.username or len(parts.path) < 2 or set(options) - {"host", "port"}:
        _refuse("it is not the address of a PostgreSQL database with its user")
    if parts.password is not None:
        _refuse("it holds a password", "put it into the environment variable PGPASSWORD, and change it: it was written down.")
    try:
        port = parts.port or int(options.get("port", "5432"))
    except ValueError:
        _refuse("its port is not a number")
    found: dict[str, Any] = {"user": unquote(parts.username), "database": unquote(parts.path[1:]), "timeout": 2 * WAIT_SECONDS}
    socket = options.get("host", "")
    if socket.startswith("/"):
        return found | {"unix_sock": f"{socket}/.s.PGSQL.{port}"}
    return found | {"port": port} | _by_network(parts, socket)


def _by_network(parts: SplitResult, host: str) -> dict[str, Any]:
    host = parts.hostname or host or "localhost"
    return {"host": host, "ssl_context": None if host in _HERE else ssl.create_default_context()}


def _refuse(problem: str, cure: str = "mend the line `database` of log.toml.") -> NoReturn:
    raise InputError(f"the address of the log's database: {problem}.", expected=f"something like {EXAMPLE}.", cure=cure)


def _told(error: Exception) -> str:
    """The server's own sentence, without the codes around it."""
    fields = error.args[0] if error.args else ""
    return str(fields.get("M", fields)) if isinstance(fields, dict) else str(error)


def _state(error: Exception) -> str:
    """The five letters by which SQL calls an error, empty if the server said nothing."""
    fields = error.args[0] if error.args else ""
    return str(fields.get("C", "")) if isinstance(fields, dict) else ""
