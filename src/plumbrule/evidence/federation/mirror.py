"""A mirror: everything another log has published, checked before it was stored.

    mirrors/<origin>-<hash>/
        follow.json       whose key, and where it is read from        contact.json   how the last sync went
        mirror.sqlite3    entries, tiles, verified checkpoints         content/       blobs by digest
        alarm/            two signed checkpoints that contradict each other: kept for ever

What came is appended and hashed in steps, and counts only when the result is the root that the log signed: the checkpoint
is remembered in the transaction of the last step. Every entry since the first is here, so the same computation proves
that the log continues what it said before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from plumbrule.base.progress import listener
from plumbrule.errors import InputError, OutputError, VerificationError
from plumbrule.evidence.checkpoint import Checkpoint
from plumbrule.evidence.federation.alarm import ALARM, Acknowledged, acknowledged
from plumbrule.evidence.federation.bundles import named_content, read_bundle, read_row
from plumbrule.evidence.federation.contact import read_follow, write_follow
from plumbrule.evidence.federation.source import MissingError, Source
from plumbrule.evidence.log import ContentStore, store
from plumbrule.evidence.log.checks import check_at_start
from plumbrule.evidence.log.content import MAX_BLOB
from plumbrule.evidence.log.database import SqliteDatabase
from plumbrule.evidence.log.dialect import Cursor
from plumbrule.evidence.log.guard import read_head, write_durably
from plumbrule.evidence.log.named import follow_withdrawals
from plumbrule.evidence.log.tiles import WIDTH, extend, hash_reader
from plumbrule.evidence.note import MAX_NOTE
from plumbrule.evidence.reading import refuse
from plumbrule.evidence.tree import EMPTY_ROOT, HASH_SIZE, leaf_hashes, tree_root
from plumbrule.evidence.vkey import VerifierKey

DATABASE, CONTENT, LOOKED = "mirror.sqlite3", "content", "withdrawals-followed"
STEP = 64
"""Bundles in one transaction of a pull."""
FIRST, SECOND = "first.checkpoint", "second.checkpoint"


class DisagreementError(VerificationError):
    """A log signed two states that cannot both be true. Never resolved here: a person asks why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulled:
    """What one pull brought: sizes before and after, blobs stored, and the size the source showed (smaller: it is behind)."""

    before: int
    after: int
    blobs: int
    shown: int


class Mirror:
    """One followed log in a folder. Open it in a `with` block."""

    def __init__(self, directory: Path, key: VerifierKey, at: str) -> None:
        self.directory, self.key, self.at = directory, key, at
        self.database = SqliteDatabase(directory / DATABASE)

    @classmethod
    def create(cls, directory: Path, key: VerifierKey, at: str) -> Self:
        """Begin to follow a log. Raises OutputError if the folder cannot be made."""
        try:
            directory.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"{directory} cannot be made: {error.strerror}.", cure="check the folder.") from None
        if not (directory / DATABASE).exists():
            database = SqliteDatabase(directory / DATABASE, new=True)
            with database.writing() as cursor:
                store.create(cursor, str(key))
            database.close()
        write_follow(directory, key, at)
        return cls.open(directory)

    @classmethod
    def open(cls, directory: Path) -> Self:
        """Open a mirror and check it as a log is checked at every start. Raises UnreadableError."""
        key, at = read_follow(directory)
        mirror = cls(directory, key, at)
        try:
            head = mirror.head
            with mirror.database.reading() as cursor:
                state = store.read_state(cursor)
                if state.vkey != str(key):
                    refuse(str(directory), "settings and database name different keys")
                check_at_start(cursor, state, head)
        except BaseException:
            mirror.close()
            raise
        return mirror

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the database."""
        self.database.close()

    @property
    def origin(self) -> str:
        """The followed log's name."""
        return self.key.name

    @property
    def checkpoint(self) -> bytes:
        """The last checkpoint whose entries all lie here, as it came; empty before the first sync."""
        with self.database.reading() as cursor:
            kept = store.read_checkpoints(cursor)
        return kept[-1][2] if kept else b""

    @property
    def head(self) -> Checkpoint:
        """The same, read."""
        raw = self.checkpoint
        if not raw:
            return Checkpoint(origin=self.origin, size=0, root=EMPTY_ROOT)
        return read_head(raw, self.key, f"the checkpoint kept for {self.origin}")

    @property
    def content(self) -> ContentStore:
        """The blobs that the entries name."""
        return ContentStore(self.directory / CONTENT)

    @property
    def alarm(self) -> tuple[bytes, bytes] | None:
        """The two checkpoints that contradict each other, if that ever happened."""
        first, second = self.directory / ALARM / FIRST, self.directory / ALARM / SECOND
        return (first.read_bytes(), second.read_bytes()) if second.is_file() else None

    @property
    def noted(self) -> Acknowledged | None:
        """Who took note of that, if anybody did."""
        return acknowledged(self.directory / ALARM)

    def pull(self, source: Source, now: str) -> Pulled:
        """Fetch, check and store everything up to the checkpoint that the source shows.

        Raises:
            DisagreementError: the log signed two histories, now or earlier; both checkpoints are kept.
            UnreadableError: what the source serves is not what the log signed; nothing was stored.
            SilentError: nobody answers.
        """
        self.refuse_if_alarmed()
        raw = source.read("checkpoint", MAX_NOTE)
        head, before = read_head(raw, self.key, f"{source.name}/checkpoint"), self.head.size
        if head.size <= before:
            self.compare(raw)
            self._follow_withdrawals()
            return Pulled(before=before, after=before, blobs=0, shown=head.size)
        blobs = self._fetch(source, head, raw, now)
        self._follow_withdrawals()
        return Pulled(before=before, after=head.size, blobs=blobs, shown=head.size)

    def refuse_if_alarmed(self) -> None:
        """Raise DisagreementError if this log was ever seen to sign two histories."""
        if self.alarm is not None:
            raise DisagreementError(
                f"{self.origin} signed two histories; both checkpoints lie in {self.directory / ALARM}.",
                expected="one history.",
                cure="show both to its operator and to the other witnesses; follow a new origin when you know why.",
            )

    def compare(self, raw: bytes) -> bool:
        """Hold a checkpoint of this log that anybody shows against the entries here.

        Returns False if it is newer than what lies here: nothing can be said yet.

        Raises:
            UnreadableError: it is not signed by this log.
            DisagreementError: it contradicts what lies here.
        """
        head = read_head(raw, self.key, f"a checkpoint of {self.origin}")
        if not head.size and head.root != EMPTY_ROOT:
            refuse(f"a checkpoint of {self.origin}", "it names a root for no entries", "the root of the empty tree.")
        if head.size > self.head.size:
            return False
        with self.database.reading() as cursor:
            same = tree_root(head.size, store.tree_reader(cursor)) == head.root
        if not same:
            self._raise_alarm(raw)
        return True

    def entries(self, start: int = 0) -> Iterator[tuple[int, bytes]]:
        """The entries from `start` on, as (index, bytes)."""
        end, step = self.head.size, WIDTH
        for at in range(start, end, step):
            with self.database.reading() as cursor:
                rows = list(store.read_entries(cursor, at, min(end, at + step)))
            yield from rows

    def entry(self, index: int) -> bytes:
        """The bytes of one entry. Raises InputError if none lies here."""
        with self.database.reading() as cursor:
            for _, entry in store.read_entries(cursor, index, index + 1):
                return entry
        raise InputError(f"no entry {index} of {self.origin} lies here.", expected="the index of an entry.")

    def _fetch(self, source: Source, head: Checkpoint, raw: bytes, now: str) -> int:
        """Append everything up to `head` in steps, and remember `head` with the last one; returns the number of blobs.

        Until then nothing counts what came. A round that is broken off leaves its steps, and the next goes on from there.
        """
        proved = self.head.size
        left = self._cut(max(proved, head.size))
        while True:
            try:
                return self._append(source, head, raw, now)
            except _MismatchError:
                self._cut(proved)
                if left == proved:
                    self._tell_lie_from_fork(source, head, raw)
                left = proved  # an earlier round's steps, perhaps from elsewhere, do not fit: once more without them

    def _cut(self, size: int) -> int:
        """Forget what lies beyond `size`, which is not below what is proved; returns how much is left."""
        with self.database.writing() as cursor:
            state = store.read_state(cursor)
            return state.size if state.size <= size else store.cut(cursor, size).size

    def _append(self, source: Source, head: Checkpoint, raw: bytes, now: str) -> int:
        """Append everything up to `head`, a transaction for each step. Raises _MismatchError if the root is another."""
        blobs = 0
        while True:
            with self.database.writing() as cursor:
                blobs += self._step(cursor, source, head)
                state = store.read_state(cursor)
                if state.size == head.size:
                    if state.root != head.root:
                        raise _MismatchError
                    store.keep_checkpoint(cursor, head.size, raw, now)
                    return blobs

    def _step(self, cursor: Cursor, source: Source, head: Checkpoint) -> int:
        """Fetch and append the next bundles, at most `STEP`; returns the number of blobs that came with them."""
        state, heard, blobs = store.read_state(cursor), listener(), 0
        first, last = state.size // WIDTH, (head.size + WIDTH - 1) // WIDTH
        for index in range(first, min(first + STEP, last)):
            bundle = read_bundle(source, index, min(WIDTH, head.size - index * WIDTH))
            new = bundle[max(0, state.size - index * WIDTH) :]
            blobs += sum(self._keep_blobs(source, entry) for entry in new)
            _, state = store.append_hashed(cursor, new, leaf_hashes(new))
            if heard is not None:
                heard(state.size / head.size)
        return blobs

    def _keep_blobs(self, source: Source, entry: bytes) -> int:
        """Fetch the public files that an entry names; one that is not served was withdrawn or never public."""
        kept = 0
        for digest in named_content(entry):
            if self.content.has(digest):
                continue
            try:
                blob = source.read(f"content/{digest}", MAX_BLOB)
            except MissingError:
                continue
            if hashlib.sha256(blob).hexdigest() != digest:
                refuse(f"{source.name}/content/{digest}", "its SHA-256 is another", "the content that an entry names.")
            self.content.put(blob)
            kept += 1
        return kept

    def _follow_withdrawals(self) -> None:
        """Delete what the log withdrew since the last look. After COMMIT: a lie that is refused deletes nothing."""
        path, size = self.directory / LOOKED, self.head.size
        text = path.read_text(encoding="ascii", errors="replace").strip() if path.is_file() else ""
        done = int(text) if text.isdecimal() and int(text) <= size else 0
        if done < size:
            follow_withdrawals(self.entries(done), self.entries, self.content, self.origin)
            write_durably(path, f"{size}\n".encode())

    def _tell_lie_from_fork(self, source: Source, head: Checkpoint, raw: bytes) -> None:
        """The log's fault or the mirror's? Leaves that give the signed root are the log's own word, and can be compared."""
        leaves: list[bytes] = []
        for index in range((head.size + WIDTH - 1) // WIDTH):
            width = min(WIDTH, head.size - index * WIDTH)
            tile = read_row(source, 0, index, width)
            leaves += [tile[i : i + HASH_SIZE] for i in range(0, len(tile), HASH_SIZE)]
        tiles: dict[tuple[int, int], bytes] = {}
        for level, index, tile in extend(0, leaves, lambda *_: b""):
            tiles[level, index] = tile
        read = hash_reader(lambda level, index: tiles.get((level, index), b""), source.name)
        if tree_root(head.size, read) != head.root:
            refuse(source.name, "neither its entries nor its tiles are the ones that the log signed", "an honest copy.")
        mine = self.head
        if tree_root(mine.size, read) != mine.root:
            self._raise_alarm(raw)
        refuse(source.name, "it serves entries that the log did not sign", "the entries that its own tiles name.")

    def _raise_alarm(self, second: bytes) -> None:
        keep_alarm(self.directory, self.checkpoint, second)
        self.refuse_if_alarmed()


def keep_alarm(directory: Path, first: bytes, second: bytes) -> None:
    """Keep two checkpoints of a followed log that contradict each other. The first pair stays for ever."""
    folder = directory / ALARM
    if (folder / SECOND).is_file():
        return
    folder.mkdir(exist_ok=True)
    write_durably(folder / FIRST, first)
    write_durably(folder / SECOND, second)


class _MismatchError(Exception):
    """The entries that came do not give the root that was signed; nothing of them is kept."""
