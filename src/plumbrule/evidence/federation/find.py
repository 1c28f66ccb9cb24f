"""What all logs that lie here say, by subject, kind and party: an index that is built from them and can be thrown away.

The index answers where something is said. It names the keys that *claim* to have signed; only with a trust file are
the signatures checked, on the bytes that the log holds. Whether a pack is to be believed is for `plumbrule verify`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from plumbrule.base.progress import listener
from plumbrule.errors import OutputError, UnreadableError
from plumbrule.evidence.envelope import parse_envelope
from plumbrule.evidence.federation.contact import FOLLOW, folder_name, read_follow
from plumbrule.evidence.federation.mirror import Mirror
from plumbrule.evidence.federation.signed import Signed, check_signatures
from plumbrule.evidence.federation.sync import MIRRORS, followed
from plumbrule.evidence.log import Log, store
from plumbrule.evidence.statement import parse_statement
from plumbrule.evidence.trust import Trust

INDEX, FORMAT = "index.sqlite3", 1
Read = Callable[[int, int], Iterator[tuple[int, bytes]]]
_TABLES = (
    "CREATE TABLE origin (id INTEGER PRIMARY KEY, name TEXT UNIQUE NOT NULL, size INTEGER NOT NULL)",
    "CREATE TABLE statement (id INTEGER PRIMARY KEY, origin INTEGER NOT NULL, idx INTEGER NOT NULL, kind TEXT NOT NULL,"
    " about TEXT NOT NULL, UNIQUE (origin, idx))",
    "CREATE TABLE subject (statement INTEGER NOT NULL, name TEXT NOT NULL, sha256 TEXT NOT NULL)",
    "CREATE TABLE party (statement INTEGER NOT NULL, name TEXT NOT NULL)",
    "CREATE INDEX by_name ON subject (name)",
    "CREATE INDEX by_digest ON subject (sha256)",
    "CREATE INDEX by_party ON party (name)",
    "CREATE INDEX by_kind ON statement (kind)",
)
_SEARCH = (
    "SELECT o.name, s.idx, s.kind, s.about, s.id FROM statement s JOIN origin o ON o.id = s.origin WHERE"
    " (:kind = '' OR s.kind = :kind) AND (:subject = '' OR s.about = :subject OR s.id IN"
    " (SELECT statement FROM subject WHERE name = :subject OR sha256 = :subject)) AND (:party = '' OR s.about = :party OR"
    " s.id IN (SELECT statement FROM party WHERE name = :party)) ORDER BY o.name, s.idx LIMIT :most"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A statement: entry `index` of the log `origin`; `about` is the system or party, `parties` who claims to have signed.

    `signatures` says which of these hold; it is empty when no trust file was given.
    """

    origin: str
    index: int
    kind: str
    about: str
    parties: tuple[str, ...]
    subjects: tuple[str, ...]
    signatures: tuple[Signed, ...] = ()


def find(
    directory: Path, *, subject: str = "", kind: str = "", party: str = "", most: int = 100, trust: Trust | None = None
) -> tuple[Found, ...]:
    """Search the node's own log and all its mirrors; what is new since the last search is read first.

    Args:
        directory: the node.
        subject: the name or SHA-256 of a file, or the id of a system.
        kind: the word of a predicate type, such as `assessment`.
        party: who signed, by the name of the key, or the party it is about.
        most: how many at most.
        trust: who may sign what; with it every signature on what is found is checked.

    Raises:
        OutputError: the index cannot be written.
        UnreadableError: a log or a mirror does not open.
    """
    try:
        with closing(_open(directory / INDEX)) as index:
            _extend(index, directory)
            asked = {"subject": subject, "kind": kind, "party": party, "most": most}
            found = tuple(_found(index, row) for row in index.execute(_SEARCH, asked).fetchall())
    except sqlite3.Error as error:
        path = directory / INDEX
        raise OutputError(f"{path} cannot be used: {error}.", cure="delete it; it is built again from the logs.") from None
    return found if trust is None else tuple(_checked(directory, found, trust))


def _checked(directory: Path, found: tuple[Found, ...], trust: Trust) -> Iterator[Found]:
    for origin, group in groupby(found, key=lambda one: one.origin):  # they come in the order of origins
        with _entries_of(directory, origin) as entry:
            for one in group:
                yield replace(one, signatures=check_signatures(entry(one.index), origin, one.index, trust))


@contextmanager
def _entries_of(directory: Path, origin: str) -> Iterator[Callable[[int], bytes]]:
    folder = directory / MIRRORS / folder_name(origin)
    if (folder / FOLLOW).is_file():
        with Mirror.open(folder) as mirror:
            yield mirror.entry
    else:
        with Log.open(directory / "log") as log:
            yield log.entry


def _open(path: Path) -> sqlite3.Connection:
    index = sqlite3.connect(path)
    (version,) = index.execute("PRAGMA user_version").fetchone()
    if version != FORMAT:
        with index:
            for statement in _TABLES:
                index.execute(statement)
            index.execute(f"PRAGMA user_version = {FORMAT}")
    return index


def _extend(index: sqlite3.Connection, directory: Path) -> None:
    """Read what is new in each log; nothing of a log that shrank or ended stays."""
    names = []
    if (directory / "log").is_dir():
        with Log.open(directory / "log") as log:
            names.append(log.origin)
            _add(index, log.origin, log.compare(log.checkpoint).size, lambda start, end: _own(log, start, end))
    for folder in followed(directory / MIRRORS):
        names.append(read_follow(folder)[0].name)
        with Mirror.open(folder) as mirror:
            _add(index, mirror.origin, mirror.head.size, lambda start, _: mirror.entries(start))
    with index:
        for (name,) in index.execute("SELECT name FROM origin").fetchall():
            if name not in names:
                _forget(index, name)


def _own(log: Log, start: int, end: int) -> Iterator[tuple[int, bytes]]:
    with log.database.reading() as cursor:
        yield from store.read_entries(cursor, start, end)


def _add(index: sqlite3.Connection, name: str, size: int, read: Read) -> None:
    with index:
        row = index.execute("SELECT id, size FROM origin WHERE name = ?", (name,)).fetchone()
        if row is not None and row[1] > size:
            _forget(index, name)
            row = None
        if row is None:
            row = (index.execute("INSERT INTO origin (name, size) VALUES (?, 0)", (name,)).lastrowid, 0)
        origin, start = row
        heard = listener()
        for at, entry in read(start, size) if start < size else ():
            _add_statement(index, origin, at, entry)
            if heard is not None and at % 4096 == 0:
                heard(at / size)
        index.execute("UPDATE origin SET size = ? WHERE id = ?", (size, origin))


def _add_statement(index: sqlite3.Connection, origin: int, at: int, entry: bytes) -> None:
    """An entry of a kind that we do not know is left out: other software may write into the same log."""
    try:
        envelope = parse_envelope(entry)
        statement = parse_statement(envelope.payload)
    except UnreadableError:
        return
    kind, about = statement.predicate_type.split(":")[2], statement.predicate.system
    said = (origin, at, kind, about)
    row = index.execute("INSERT INTO statement (origin, idx, kind, about) VALUES (?, ?, ?, ?)", said).lastrowid
    subjects = [(row, subject.name, subject.sha256) for subject in statement.subjects]
    index.executemany("INSERT INTO subject (statement, name, sha256) VALUES (?, ?, ?)", subjects)
    parties = {line.keyid.rpartition("+")[0] for line in envelope.signatures}
    index.executemany("INSERT INTO party (statement, name) VALUES (?, ?)", [(row, name) for name in sorted(parties)])


def _forget(index: sqlite3.Connection, name: str) -> None:
    gone = "SELECT s.id FROM statement s JOIN origin o ON o.id = s.origin WHERE o.name = ?"
    for table in ("subject", "party"):
        index.execute(f"DELETE FROM {table} WHERE statement IN ({gone})", (name,))  # noqa: S608 - two names of ours
    index.execute("DELETE FROM statement WHERE origin IN (SELECT id FROM origin WHERE name = ?)", (name,))
    index.execute("DELETE FROM origin WHERE name = ?", (name,))


def _found(index: sqlite3.Connection, row: tuple[str, int, str, str, int]) -> Found:
    origin, at, kind, about, statement = row
    return Found(
        origin=origin,
        index=at,
        kind=kind,
        about=about,
        parties=_names(index.execute("SELECT name FROM party WHERE statement = ? ORDER BY name", (statement,))),
        subjects=_names(index.execute("SELECT name FROM subject WHERE statement = ? ORDER BY name", (statement,))),
    )


def _names(rows: Iterable[tuple[str]]) -> tuple[str, ...]:
    return tuple(name for (name,) in rows)
