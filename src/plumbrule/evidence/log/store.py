"""The log's tables, worked on through a cursor that somebody else holds.

The store never begins, commits or rolls back. Whoever publishes a row together with its entry opens the transaction,
passes the cursor and ends the transaction; then both are there or neither is. The SQL is what SQLite and PostgreSQL
share, except for the column types in `TABLES`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from plumbrule.errors import OutputError
from plumbrule.evidence.envelope import MAX_ENVELOPE
from plumbrule.evidence.log.tiles import RESTORE, WIDTH, Fetch, extend, hash_reader
from plumbrule.evidence.reading import refuse
from plumbrule.evidence.tree import EMPTY_ROOT, HASH_SIZE, HashReader, leaf_hash, tree_root

WHAT = "the log's database"
TABLES = (
    "CREATE TABLE log_state (id INTEGER PRIMARY KEY CHECK (id = 1), format TEXT NOT NULL, vkey TEXT NOT NULL,"
    " size INTEGER NOT NULL, root BLOB NOT NULL)",
    "CREATE TABLE log_entry (idx INTEGER PRIMARY KEY, envelope BLOB NOT NULL)",
    "CREATE TABLE log_tile (level INTEGER NOT NULL, idx INTEGER NOT NULL, hashes BLOB NOT NULL, PRIMARY KEY (level, idx))",
    "CREATE TABLE log_checkpoint (size INTEGER PRIMARY KEY, published TEXT NOT NULL, note BLOB NOT NULL)",
)
FORMAT = "plumbrule-log/1"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What the log has recorded: whose it is (`vkey`), how many entries, and the root over them."""

    vkey: str
    size: int
    root: bytes


def create(cursor: Cursor, vkey: str) -> None:
    """Make the tables of a new log. Raises OutputError if no transaction is open."""
    _require_transaction(cursor)
    for statement in TABLES:
        cursor.execute(statement)
    cursor.execute("INSERT INTO log_state (id, format, vkey, size, root) VALUES (1, ?, ?, 0, ?)", (FORMAT, vkey, EMPTY_ROOT))


def append(cursor: Cursor, envelopes: Sequence[bytes]) -> tuple[int, ...]:
    """Record envelopes as the next entries, and return their indexes. Nothing is durable before the caller commits.

    An envelope that is in the log already becomes a second entry: the log does not look back.

    Raises:
        OutputError: no transaction is open, or an envelope is empty or longer than 65,535 bytes.
    """
    _require_transaction(cursor)
    for envelope in envelopes:
        if not 0 < len(envelope) <= MAX_ENVELOPE:
            raise OutputError(
                f"an entry of {len(envelope)} bytes.",
                expected=f"1 to {MAX_ENVELOPE} bytes.",
                cure="put larger material in by its digest.",
            )
    state = read_state(cursor)
    indexes = tuple(range(state.size, state.size + len(envelopes)))
    cursor.executemany("INSERT INTO log_entry (idx, envelope) VALUES (?, ?)", list(zip(indexes, envelopes, strict=True)))
    changed = extend(state.size, [leaf_hash(envelope) for envelope in envelopes], tile_fetcher(cursor))
    cursor.executemany(
        "INSERT INTO log_tile (level, idx, hashes) VALUES (?, ?, ?)"
        " ON CONFLICT (level, idx) DO UPDATE SET hashes = excluded.hashes",
        changed,
    )
    size = state.size + len(envelopes)
    cursor.execute("UPDATE log_state SET size = ?, root = ? WHERE id = 1", (size, tree_root(size, tree_reader(cursor))))
    return indexes


def read_state(cursor: Cursor) -> State:
    """The log's state. Raises UnreadableError if the database holds no log of this format."""
    cursor.execute("SELECT format, vkey, size, root FROM log_state WHERE id = 1")
    row = cursor.fetchone()
    if row is None or row[0] != FORMAT:
        refuse(WHAT, "it holds no log of this format", FORMAT, "use the version of the software that wrote it.")
    root = _blob(row[3])
    if not isinstance(row[1], str) or not isinstance(row[2], int) or row[2] < 0 or len(root) != HASH_SIZE:
        refuse(WHAT, "the row of the log's state is damaged", cure=RESTORE)
    return State(vkey=row[1], size=row[2], root=root)


def tile_fetcher(cursor: Cursor) -> Fetch:
    """Read tiles through a cursor."""

    def fetch(level: int, index: int) -> bytes:
        cursor.execute("SELECT hashes FROM log_tile WHERE level = ? AND idx = ?", (level, index))
        row = cursor.fetchone()
        return b"" if row is None else _blob(row[0])

    return fetch


def tree_reader(cursor: Cursor) -> HashReader:
    """Read the tree's hashes through a cursor."""
    return hash_reader(tile_fetcher(cursor), WHAT)


def read_entries(cursor: Cursor, start: int, end: int) -> Iterator[tuple[int, bytes]]:
    """The entries from `start` up to and without `end`, as (index, bytes), a tile's width at a time."""
    while start < end:
        stop = min(end, start - start % WIDTH + WIDTH)
        cursor.execute("SELECT idx, envelope FROM log_entry WHERE idx >= ? AND idx < ? ORDER BY idx", (start, stop))
        for index, envelope in cursor.fetchall():
            yield index, _blob(envelope)
        start = stop


def last_index(cursor: Cursor) -> int:
    """The index of the last entry in the table, -1 if it is empty."""
    cursor.execute("SELECT max(idx) FROM log_entry")
    found = cursor.fetchone()[0]
    return -1 if found is None else int(found)


def find_leaf(cursor: Cursor, leaf: bytes, size: int) -> int | None:
    """The first index whose leaf hash this is. Reads level 0 from the start: 32 bytes per entry, no index to keep."""
    cursor.execute("SELECT count(*) FROM log_tile WHERE level = 0")
    fetch = tile_fetcher(cursor)
    for tile in range(int(cursor.fetchone()[0])):
        hashes, at = fetch(0, tile), -1
        while (at := hashes.find(leaf, at + 1)) >= 0:
            index = tile * WIDTH + at // HASH_SIZE
            if at % HASH_SIZE == 0 and index < size:
                return index
    return None


def keep_checkpoint(cursor: Cursor, size: int, note: bytes, published: str) -> None:
    """Remember a checkpoint that was signed. Raises OutputError if no transaction is open."""
    _require_transaction(cursor)
    cursor.execute(
        "INSERT INTO log_checkpoint (size, published, note) VALUES (?, ?, ?) ON CONFLICT (size) DO NOTHING",
        (size, published, note),
    )


def read_checkpoints(cursor: Cursor) -> list[tuple[int, str, bytes]]:
    """Every checkpoint this log remembers to have signed: size, time, note; oldest first."""
    cursor.execute("SELECT size, published, note FROM log_checkpoint ORDER BY size")
    return [(size, published, _blob(note)) for size, published, note in cursor.fetchall()]


def last_checkpoint_size(cursor: Cursor) -> int:
    """The size of the largest checkpoint remembered, 0 if there is none."""
    cursor.execute("SELECT max(size) FROM log_checkpoint")
    return int(cursor.fetchone()[0] or 0)


def _blob(value: object) -> bytes:
    """Bytes as they came. SQLite keeps any type in any column, so a damaged row may hold anything."""
    if not isinstance(value, bytes | memoryview):
        refuse(WHAT, "a row holds something other than bytes", cure=RESTORE)
    return bytes(value)


def _require_transaction(cursor: Cursor) -> None:
    if not getattr(cursor.connection, "in_transaction", False):
        raise OutputError(
            "no transaction is open on the cursor that was handed to the log.",
            expected="a transaction of the caller, so that a row and its entry commit together or not at all.",
            cure="begin one (BEGIN IMMEDIATE on SQLite) and commit it yourself.",
        )
