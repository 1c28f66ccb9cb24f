"""The standalone log: a folder with a database, a head guard and a key.

    log.sqlite3   entries, tiles, remembered checkpoints       log.vkey   the log's verifier key
    checkpoint    the head guard: the last signed checkpoint   log.key    the log's private key, unless it is kept elsewhere

Order of things: COMMIT, then the head guard on disk, then anybody may see the checkpoint. An entry is *recorded* after
`append` and *published* after `publish`; a crash in between loses nothing, the next `publish` covers it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from plumbrule.errors import InputError, KeyFileError, OutputError, UnreadableError
from plumbrule.evidence.checkpoint import Checkpoint
from plumbrule.evidence.keys import Signer, read_key
from plumbrule.evidence.log import store
from plumbrule.evidence.log.checks import LogReport, check_at_start, check_continues, check_everything, check_guard
from plumbrule.evidence.log.export import export_log
from plumbrule.evidence.log.guard import read_guard, read_head, write_durably
from plumbrule.evidence.note import sign_note
from plumbrule.evidence.proof import Proof, write_proof
from plumbrule.evidence.sentence import sentence
from plumbrule.evidence.tree import EMPTY_ROOT, inclusion_proof, leaf_hash
from plumbrule.evidence.vkey import Kind, VerifierKey, parse_verifier_key

DATABASE, GUARD, VKEY, KEY = "log.sqlite3", "checkpoint", "log.vkey", "log.key"
WAIT_SECONDS = 30.0
Clock = Callable[[], datetime]


class Log:
    """An append-only log in a folder. Open it with `Log.create` or `Log.open`, best in a `with` block.

    One process at a time writes; SQLite makes the others wait. After an error of the disk the log closes itself:
    what a failed write left behind is looked at by the next `open`, never guessed.
    """

    def __init__(self, directory: Path, verifier: VerifierKey, connection: sqlite3.Connection, signer: Signer | None) -> None:
        self.directory, self.verifier = directory, verifier
        self._connection, self._signer, self._failed = connection, signer, False

    @classmethod
    def create(cls, directory: Path, origin: str, signer: Signer) -> Self:
        """Make a new, empty log and sign its empty tree.

        Args:
            directory: a folder that is missing, or holds at most the log's key.
            origin: the log's name, for example `example.org/log`; also the name of its key.
            signer: a key of the kind LOG.

        Raises:
            OutputError: the folder holds something else, or cannot be written.
            KeyFileError: the key is of another kind or carries another name.
        """
        key = signer.verifier
        if key.kind is not Kind.LOG or key.name != origin:
            raise KeyFileError(f"{key.label} cannot sign for the log {origin}.", expected=f"a log key named {origin}.")
        try:
            directory.mkdir(parents=True, exist_ok=True)
            strangers = [path.name for path in directory.iterdir() if path.name != KEY]
        except OSError as error:
            raise OutputError(f"{directory} cannot be used: {error.strerror}.", expected="a folder for the log.") from None
        if strangers:
            raise OutputError(
                f"{directory} holds {min(strangers)} already.", expected="an empty folder.", cure="open the log that is there."
            )
        connection = _connect(directory / DATABASE, "rwc")
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            with _transaction(connection):
                store.create(connection.cursor(), str(key))
            write_durably(directory / VKEY, f"{key}\n".encode())
            empty = Checkpoint(origin=origin, size=0, root=EMPTY_ROOT)
            write_durably(directory / GUARD, sign_note(empty.text(), [signer]))
        except sqlite3.Error as error:
            raise OutputError(f"{directory / DATABASE} cannot be written: {error}.", cure="look after the disk.") from None
        return cls(directory, key, connection, signer)

    @classmethod
    def open(cls, directory: Path, signer: Signer | None = None) -> Self:
        """Open a log, and refuse one that does not continue what it published.

        Args:
            directory: the log's folder.
            signer: the log's key; without it `publish` looks for an unencrypted `log.key` in the folder.

        Raises:
            UnreadableError: no log, a damaged one, a stored root that its tiles do not give, or a tree that is smaller
                than or different from what was published.
        """
        key = _read_vkey(directory / VKEY)
        if signer is not None and signer.verifier != key:
            raise KeyFileError(f"{signer.verifier.label} is not the key of this log.", expected=f"{key.label}.")
        connection = _connect(directory / DATABASE, "rw")
        log = cls(directory, key, connection, signer)
        try:
            with log._reading() as cursor:
                log._check(cursor)
        except UnreadableError:
            log.close()
            raise
        return log

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the database. Closing twice is no error."""
        self._connection.close()

    @property
    def origin(self) -> str:
        """The log's name."""
        return self.verifier.name

    @property
    def size(self) -> int:
        """How many entries are recorded, published or not."""
        with self._reading() as cursor:
            return store.read_state(cursor).size

    @property
    def checkpoint(self) -> bytes:
        """The last published checkpoint, a signed note."""
        return read_guard(self.directory / GUARD, self.verifier)[1]

    def append(self, envelopes: Sequence[bytes]) -> tuple[int, ...]:
        """Record envelopes in a transaction of their own and return their indexes; when it returns they are on the disk.

        Raises:
            OutputError: an envelope is too long or empty, another process holds the log, or the disk failed.
                Nothing was recorded.
        """
        with self._writing() as cursor:
            return store.append(cursor, envelopes)

    def record(self, envelope: bytes) -> int:
        """The index of the first entry with exactly these bytes; appended now if there is none."""
        with self._writing() as cursor:
            found = store.find_leaf(cursor, leaf_hash(envelope), store.read_state(cursor).size)
            return store.append(cursor, [envelope])[0] if found is None else found

    def find(self, envelope: bytes) -> int | None:
        """The index of the first entry with exactly these bytes, or None. Reads 32 bytes per entry."""
        with self._reading() as cursor:
            return store.find_leaf(cursor, leaf_hash(envelope), store.read_state(cursor).size)

    def entry(self, index: int) -> bytes:
        """The bytes of a recorded entry. Raises InputError if there is none."""
        with self._reading() as cursor:
            for _, envelope in store.read_entries(cursor, index, index + 1):
                return envelope
        raise InputError(f"the log has no entry {index}.", expected="the index of a recorded entry.")

    def publish(self, clock: Clock) -> bytes:
        """Sign a checkpoint over everything recorded, put it on the disk, and return it.

        When nothing was recorded since the last one, that one is returned again. `clock` gives a time with its zone;
        it is remembered beside the checkpoint and is not part of it.

        Raises:
            KeyFileError: no key to sign with.
            UnreadableError: the tree does not continue what was published before.
            OutputError: the disk failed; the last checkpoint stands.
        """
        signer = self._signer or read_key(self.directory / KEY, Kind.LOG)
        if signer.verifier != self.verifier:
            raise KeyFileError(f"{signer.verifier.label} is not the key of this log.", expected=f"{self.verifier.label}.")
        now = clock().astimezone(UTC).isoformat(timespec="seconds")
        with self._writing() as cursor:
            state = store.read_state(cursor)
            guarded, raw = read_guard(self.directory / GUARD, self.verifier)
            check_continues(cursor, state, guarded)
            if guarded.size != state.size:
                raw = sign_note(Checkpoint(origin=self.origin, size=state.size, root=state.root).text(), [signer])
                self._failed = True  # until the disk has it, nobody knows what the disk has
                write_durably(self.directory / GUARD, raw)
                self._failed = False
            # After the guard: a crash here leaves the guard ahead of what the database remembers, which is harmless.
            store.keep_checkpoint(cursor, state.size, raw, now)
            return raw

    def prove(self, index: int, checkpoint: bytes | None = None) -> bytes:
        """The proof file for an entry, at the last published checkpoint or at the earlier one that is given.

        Raises:
            InputError: the entry is not published, or not yet at that checkpoint.
            UnreadableError: the checkpoint is not one of this log's.
        """
        raw = self.checkpoint if checkpoint is None else checkpoint
        head = read_head(raw, self.verifier, "checkpoint")
        if not 0 <= index < head.size:
            raise InputError(
                f"entry {index} is not in the published tree of {head.size}.",
                expected="a published entry.",
                cure="publish, then prove.",
            )
        with self._reading() as cursor:
            check_continues(cursor, store.read_state(cursor), head)
            hashes = inclusion_proof(index, head.size, store.tree_reader(cursor))
        return write_proof(Proof(index=index, hashes=hashes, checkpoint=raw))

    def export(self, directory: Path) -> None:
        """Write the published log as static files (c2sp.org/tlog-tiles), with `log.vkey` beside them.

        Exporting again into the same folder adds what is new; the checkpoint is replaced last.

        Raises:
            OutputError: the folder holds something else, or tiles of another history.
        """
        guarded, raw = read_guard(self.directory / GUARD, self.verifier)
        with self._reading() as cursor:
            check_continues(cursor, store.read_state(cursor), guarded)
            export_log(cursor, guarded.size, raw, self.verifier, directory)

    def fsck(self) -> LogReport:
        """Check every entry, every tile and every remembered checkpoint. Reads the whole log."""
        guarded, _ = read_guard(self.directory / GUARD, self.verifier)
        with self._reading() as cursor:
            damage = [str(row[0]) for row in cursor.execute("PRAGMA quick_check(5)").fetchall()]
            report = check_everything(cursor, store.read_state(cursor), guarded, self.verifier)
        found = tuple(sentence("SQLite finds damage in the database: {damage}", damage=line) for line in damage if line != "ok")
        return replace(report, problems=found + report.problems)

    def _check(self, cursor: sqlite3.Cursor) -> None:
        # The guard is read before the database's snapshot, so that a publisher at work cannot look like a rollback,
        # and once more after it, so that the same publisher cannot look like an old guard.
        guarded, _ = read_guard(self.directory / GUARD, self.verifier)
        state = store.read_state(cursor)
        if state.vkey != str(self.verifier):
            raise UnreadableError(
                f"{self.directory}: database and {VKEY} name different keys.", cure="put the right files together."
            )
        check_at_start(cursor, state, guarded)
        check_guard(store.last_checkpoint_size(cursor), read_guard(self.directory / GUARD, self.verifier)[0])

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Cursor]:
        """One snapshot to read from."""
        try:
            self._connection.execute("BEGIN")
            try:
                yield self._connection.cursor()
            finally:
                self._connection.rollback()
        except sqlite3.Error as error:
            raise UnreadableError(
                f"{self.directory / DATABASE} cannot be read: {error}.",
                expected="the database of a log that is open.",
                cure="open the log again; if that fails too, restore it from a mirror or a backup.",
            ) from None

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Cursor]:
        try:
            with _transaction(self._connection) as cursor:
                yield cursor
        except sqlite3.Error as error:
            self._failed |= getattr(error, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_BUSY
            raise OutputError(
                f"{self.directory / DATABASE} could not be written: {error}.",
                expected="a disk that writes, and one writer at a time.",
                cure="look after the disk, then open the log again: what was acknowledged is there.",
            ) from None
        finally:
            if self._failed:
                self.close()


def fsck(directory: Path) -> LogReport:
    """Check a whole log, also one that `Log.open` refuses, and report what is wrong.

    Raises:
        UnreadableError: there is nothing that could be checked: no database, no key, no head guard.
    """
    key = _read_vkey(directory / VKEY)
    with Log(directory, key, _connect(directory / DATABASE, "rw"), None) as log:
        return log.fsck()


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Cursor]:
    """BEGIN IMMEDIATE … COMMIT; ROLLBACK on any error."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection.cursor()
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.rollback()
        raise


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    try:
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode={mode}",
            uri=True,
            isolation_level=None,
            timeout=WAIT_SECONDS,
        )
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA cell_size_check = ON")
        connection.execute("PRAGMA trusted_schema = OFF")
    except sqlite3.Error as error:
        raise UnreadableError(
            f"{path} cannot be opened: {error}.", expected="the database of a log.", cure="name the log's folder."
        ) from None
    return connection


def _read_vkey(path: Path) -> VerifierKey:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise UnreadableError(
            f"{path} cannot be read.", expected="the folder of a log.", cure="make one with `plumbrule node init`."
        ) from None
    return parse_verifier_key(text.removesuffix("\n"), str(path))
