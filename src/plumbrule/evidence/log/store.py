"""The log's tables, worked on through a cursor that somebody else holds.

The store never begins, commits or rolls back. Whoever publishes a row together with its entry opens the transaction,
passes the cursor and ends the transaction; then both are there or neither is. The SQL is what SQLite and PostgreSQL
share; what they do not share stands in `dialect.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from plumbrule.errors import OutputError
from plumbrule.evidence.envelope import MAX_ENVELOPE
from plumbrule.evidence.log.dialect import Cursor, column_types, require_durable, require_transaction, run, run_many, take_turn
from plumbrule.evidence.log.tiles import RESTORE, WIDTH, Fetch, extend, hash_reader, tile_widths
from plumbrule.evidence.reading import refuse
from plumbrule.evidence.tree import EMPTY_ROOT, HASH_SIZE, HashReader, leaf_hashes, tree_root

WHAT = "the log's database"
TABLES = (
    "CREATE TABLE log_state (id INTEGER PRIMARY KEY CHECK (id = 1), format TEXT NOT NULL, vkey TEXT NOT NULL,"
    " size INTEGER NOT NULL, root BLOB NOT NULL)",
    "CREATE TABLE log_entry (idx INTEGER PRIMARY KEY, envelope BLOB NOT NULL)",
    "CREATE TABLE log_tile (level INTEGER NOT NULL, idx INTEGER NOT NULL, hashes BLOB NOT NULL, PRIMARY KEY (level, idx))",
    "CREATE TABLE log_checkpoint (size INTEGER PRIMARY KEY, published TEXT NOT NULL, note BLOB NOT NULL)",
)
FORMAT = "plumbrule-log/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What the log has recorded: whose it is (`vkey`), how many entries, and the root over them."""

    vkey: str
    size: int
    root: bytes


def create(cursor: Cursor, vkey: str) -> None:
    """Make the tables of a new log. Raises OutputError if no transaction is open."""
    require_transaction(cursor)
    for statement in TABLES:
        cursor.execute(column_types(cursor, statement))
    run(cursor, "INSERT INTO log_state (id, format, vkey, size, root) VALUES (1, ?, ?, 0, ?)", FORMAT, vkey, EMPTY_ROOT)


def append(cursor: Cursor, envelopes: Sequence[bytes]) -> tuple[int, ...]:
    """Record envelopes as the next entries, and return their indexes. Nothing is durable before the caller commits.

    An envelope that is in the log already becomes a second entry: the log does not look back.

    Raises:
        OutputError: no transaction is open, the database does not wait for its disk, or an envelope is empty or longer
            than 65,535 bytes.
    """
    require_transaction(cursor)
    for envelope in envelopes:
        check_length(envelope)
    before, after = append_hashed(cursor, envelopes, leaf_hashes(envelopes))
    return tuple(range(before.size, after.size))


def check_length(envelope: bytes) -> None:
    """Raise OutputError for what no entry can be."""
    if not 0 < len(envelope) <= MAX_ENVELOPE:
        raise OutputError(
            f"an entry of {len(envelope)} bytes.",
            expected=f"1 to {MAX_ENVELOPE} bytes.",
            cure="put larger material in by its digest.",
        )


def append_hashed(cursor: Cursor, envelopes: Sequence[bytes], leaves: Sequence[bytes]) -> tuple[State, State]:
    """As `append`, for a caller that checked the lengths and hashed the envelopes while the disk was busy.

    `leaves` are the leaf hashes of the envelopes, in the same order. Returns the states before and after.
    Raises UnreadableError if the right edge does not give the stored root: nothing is built on a damaged tree.
    """
    require_durable(cursor)
    take_turn(cursor)
    state = read_state(cursor)
    if tree_root(state.size, tree_reader(cursor)) != state.root:
        refuse(WHAT, "the hashes at the tree's right edge do not give the stored root", cure=RESTORE)
    size = state.size + len(envelopes)
    run_many(
        cursor, "INSERT INTO log_entry (idx, envelope) VALUES (?, ?)", list(zip(range(state.size, size), envelopes, strict=True))
    )
    run_many(
        cursor,
        "INSERT INTO log_tile (level, idx, hashes) VALUES (?, ?, ?)"
        " ON CONFLICT (level, idx) DO UPDATE SET hashes = excluded.hashes",
        extend(state.size, leaves, tile_fetcher(cursor)),
    )
    root = tree_root(size, tree_reader(cursor))
    run(cursor, "UPDATE log_state SET size = ?, root = ? WHERE id = 1", size, root)
    return state, State(vkey=state.vkey, size=size, root=root)


def cut(cursor: Cursor, size: int) -> State:
    """Forget the entries from `size` on, which no checkpoint covers; returns the state that is left.

    For who follows another log and stored entries before they were proved. Raises UnreadableError if a remembered
    checkpoint covers them, or if what is left does not give a root; OutputError if no transaction is open.
    """
    require_transaction(cursor)
    state = read_state(cursor)
    if last_checkpoint_size(cursor) > size:
        refuse(WHAT, f"a checkpoint covers more than the first {size} entries", cure=RESTORE)
    run(cursor, "DELETE FROM log_entry WHERE idx >= ?", size)
    for level in range(len(tile_widths(state.size))):
        tile, rest = divmod(size // WIDTH**level, WIDTH)
        kept = tile_fetcher(cursor)(level, tile)[: rest * HASH_SIZE]
        run(cursor, "DELETE FROM log_tile WHERE level = ? AND idx >= ?", level, tile + (rest > 0))
        run(cursor, "UPDATE log_tile SET hashes = ? WHERE level = ? AND idx = ?", kept, level, tile)
    root = tree_root(size, tree_reader(cursor))
    run(cursor, "UPDATE log_state SET size = ?, root = ? WHERE id = 1", size, root)
    return State(vkey=state.vkey, size=size, root=root)


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
        run(cursor, "SELECT hashes FROM log_tile WHERE level = ? AND idx = ?", level, index)
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
        run(cursor, "SELECT idx, envelope FROM log_entry WHERE idx >= ? AND idx < ? ORDER BY idx", start, stop)
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
    require_transaction(cursor)
    run(
        cursor,
        "INSERT INTO log_checkpoint (size, published, note) VALUES (?, ?, ?) ON CONFLICT (size) DO NOTHING",
        size,
        published,
        note,
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
