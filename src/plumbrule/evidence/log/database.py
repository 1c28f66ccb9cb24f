"""Where a standalone log keeps its tables: the seam between the log and a database that it opens itself.

Whoever shares a database with the log uses `store` and a cursor of their own; nobody needs this file for that.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from threading import RLock
from typing import Protocol

from plumbrule.errors import OutputError, UnreadableError
from plumbrule.evidence.log.dialect import Cursor
from plumbrule.evidence.log.guard import sync_folder

WAIT_SECONDS = 30.0
PAGE, WAL_BYTES = 8192, 4 * 2**20
"""A tile has 8,192 bytes: with pages of that size appends are a fifth faster than with SQLite's usual 4,096."""
TOUCHED = 4
"""Pages that a small transaction writes again beside the new ones: an entry's, a tile's, the state's, one inside a tree."""


class Database(Protocol):
    """A database with the log's tables, used by one thread at a time; the others wait.

    After an error of the disk it is closed for good: what a failed write left behind is looked at by the next start.
    """

    @property
    def name(self) -> str:
        """What to call it in a message."""
        ...

    def reading(self) -> AbstractContextManager[Cursor]:
        """One snapshot to read from. Raises UnreadableError."""
        ...

    def writing(self) -> AbstractContextManager[Cursor]:
        """A transaction that commits at the end of the block, and is on the disk then. Raises OutputError."""
        ...

    def damage(self) -> tuple[str, ...]:
        """What the database itself finds wrong in its files. Raises UnreadableError."""
        ...

    def close(self) -> None:
        """Close it. Closing twice is no error."""
        ...

    def abandon(self) -> None:
        """Close it after the disk failed, somewhere: not one more write."""
        ...


class SqliteDatabase:
    """A SQLite file in WAL mode with full sync.

    What SQLite does on the side, and whose errors it keeps to itself, is done here by name instead: making the folder's
    list of files durable, and carrying the write-ahead log into the file when it has grown.
    """

    def __init__(self, path: Path, *, new: bool = False) -> None:
        self._path, self._turn = path, RLock()
        self._folder_synced, self._closed, self._pages, self._ahead = False, False, 0, 0
        self._connection = _connect(path, "rwc" if new else "rw")
        if new:
            with self._told_as_output():
                self._connection.execute(f"PRAGMA page_size = {PAGE}")
                self._connection.execute("PRAGMA journal_mode = WAL")

    @property
    def name(self) -> str:
        """The path of the file."""
        return str(self._path)

    @contextmanager
    def reading(self) -> Iterator[Cursor]:
        """One snapshot."""
        try:
            with self._turn:
                self._connection.execute("BEGIN")
                try:
                    yield self._connection.cursor()
                finally:
                    self._connection.rollback()
        except sqlite3.Error as error:
            self._stop(error)
            raise cannot_read(self.name, str(error)) from None

    @contextmanager
    def writing(self) -> Iterator[Cursor]:
        """BEGIN IMMEDIATE … COMMIT; ROLLBACK on any error."""
        with self._turn, self._told_as_output():
            self._carry()
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection.cursor()
                self._count_pages()
                self._sync_folder()
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.rollback()
                raise

    def damage(self) -> tuple[str, ...]:
        """What `PRAGMA quick_check` finds, at most five lines."""
        with self.reading() as cursor:
            # Who shares the file has constraints of their own, with functions that a stranger's schema may not call.
            cursor.execute("PRAGMA trusted_schema = ON")
            try:
                cursor.execute("PRAGMA quick_check(5)")
                return tuple(str(row[0]) for row in cursor.fetchall() if row[0] != "ok")
            finally:
                cursor.execute("PRAGMA trusted_schema = OFF")

    def close(self) -> None:
        """Close the file."""
        with self._turn:
            self._closed = True
            self._connection.close()

    def abandon(self) -> None:
        """Close without a further write. SQLite carries its log when the last connection closes: a reader must be last."""
        with self._turn:
            if self._closed:
                return
            self._closed, beside = True, None
            with suppress(sqlite3.Error):
                beside = sqlite3.connect(f"{self._path.absolute().as_uri()}?mode=ro", uri=True, timeout=0)
                beside.execute("SELECT id FROM log_state").fetchone()  # from here on it holds the file open
            with suppress(sqlite3.Error):
                self._connection.close()
            if beside is not None:
                beside.close()

    def _sync_folder(self) -> None:
        """Once, when the write-ahead log surely stands in the folder."""
        if not self._folder_synced:
            try:
                sync_folder(self._path.parent)
            except OSError as error:
                raise sqlite3.OperationalError(error.strerror) from None  # as SQLite would, if it told
            self._folder_synced = True

    def _count_pages(self) -> None:
        """Estimate by how many pages the write-ahead log is ahead of the file: SQLite does not say so before it is carried."""
        (pages,) = self._connection.execute("PRAGMA page_count").fetchone()
        self._ahead, self._pages = self._ahead + max(0, pages - self._pages) + TOUCHED, pages

    def _carry(self) -> None:
        """Carry the write-ahead log into the file before the next transaction, which is then the one that is not recorded."""
        if self._ahead >= WAL_BYTES // PAGE:
            _, held, carried = self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            self._ahead = 0 if held == carried else self._ahead  # somebody reads an older state: with the next one, then

    @contextmanager
    def _told_as_output(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            self._stop(error)
            raise cannot_write(self.name, str(error)) from None

    def _stop(self, error: sqlite3.Error) -> None:
        """Close, unless somebody else was only writing: nobody knows what the disk has now, and trying again could be
        told yes for a write that was lost."""
        if getattr(error, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_BUSY:
            self.abandon()


def cannot_read(name: str, problem: str) -> UnreadableError:
    """The error for a database that does not answer."""
    return UnreadableError(
        f"{name} cannot be read: {problem}.",
        expected="the database of a log that is open.",
        cure="open the log again; if that fails too, restore it from a mirror or a backup.",
    )


def cannot_write(name: str, problem: str) -> OutputError:
    """The error for a transaction that may not have reached the disk."""
    return OutputError(
        f"{name} could not be written: {problem}.",
        expected="a disk that writes, and one writer at a time.",
        cure="look after the disk, then open the log again: what was acknowledged is there.",
    )


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    try:
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode={mode}",
            uri=True,
            isolation_level=None,
            timeout=WAIT_SECONDS,
            check_same_thread=False,  # the lock above keeps threads apart
        )
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute("PRAGMA cell_size_check = ON")
        connection.execute("PRAGMA trusted_schema = OFF")
    except sqlite3.Error as error:
        raise UnreadableError(
            f"{path} cannot be opened: {error}.", expected="the database of a log.", cure="name the log's folder."
        ) from None
    return connection
