"""The standalone log: a folder with a database, a head guard and a key.

    log.sqlite3   entries, tiles, remembered checkpoints       log.vkey   the log's verifier key
    checkpoint    the head guard: the last signed checkpoint   log.key    the log's private key, unless it is kept elsewhere
    content/      blobs by digest, if there are any            log.toml   where parts lie elsewhere; who outside must be heard

Order of things: COMMIT, then the head guard on disk, then anybody may see the checkpoint. An entry is *recorded* after
`append` and *published* after `publish`; a crash in between loses nothing, the next `publish` covers it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import Self

from plumbrule.errors import InputError, KeyFileError, OutputError, UnreadableError
from plumbrule.evidence.checkpoint import Checkpoint
from plumbrule.evidence.keys import Signer, read_key
from plumbrule.evidence.log import store
from plumbrule.evidence.log.checks import LogReport, check_at_start, check_continues, check_everything, check_guard
from plumbrule.evidence.log.content import ContentStore
from plumbrule.evidence.log.database import WAIT_SECONDS, Database
from plumbrule.evidence.log.export import export_log
from plumbrule.evidence.log.guard import publishing, read_guard, read_head, write_durably
from plumbrule.evidence.log.named import missing_content
from plumbrule.evidence.log.outside import Gate, cosigners
from plumbrule.evidence.log.settings import SETTINGS, Settings, read_settings
from plumbrule.evidence.log.tiles import RESTORE, WIDTH
from plumbrule.evidence.note import sign_note
from plumbrule.evidence.proof import Proof, write_proof
from plumbrule.evidence.reading import refuse
from plumbrule.evidence.sentence import sentence
from plumbrule.evidence.tree import EMPTY_ROOT, inclusion_proof, leaf_hash, verify_inclusion
from plumbrule.evidence.vkey import Kind, VerifierKey, parse_verifier_key

VKEY, KEY, CONTENT = "log.vkey", "log.key", "content"
Clock = Callable[[], datetime]


class Stage(Enum):
    """How far an entry has come: in the database; under a signed head; held by mirrors; seen by enough witnesses."""

    RECORDED = "recorded"
    PUBLISHED = "published"
    MIRRORED = "mirrored"
    WITNESSED = "witnessed"


class Log:
    """An append-only log in a folder. Open it with `Log.create` or `Log.open`, best in a `with` block.

    One writer at a time; the others wait. Threads may share a log and take turns. After an error of the disk the log
    closes itself: what a failed write left behind is looked at by the next `open`, never guessed.
    """

    def __init__(
        self, directory: Path, verifier: VerifierKey, database: Database, settings: Settings, signer: Signer | None
    ) -> None:
        self.directory, self.verifier, self.database, self.guard = directory, verifier, database, settings.guard_in(directory)
        self.gate: Gate = settings.gate(verifier.name)
        self.restricted = settings.restricted
        self._signer = signer

    @classmethod
    def create(cls, directory: Path, origin: str, signer: Signer, settings: Settings | None = None) -> Self:
        """Make a new, empty log and sign its empty tree.

        Args:
            directory: a folder that is missing, or holds at most the log's key.
            origin: the log's name, for example `example.org/log`; also the name of its key.
            signer: a key of the kind LOG.
            settings: where database and head guard lie, if not in the folder.

        Raises:
            OutputError: the folder holds something else, or cannot be written; a database or a guard is there already.
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
        settings = settings or Settings()
        guard = settings.guard_in(directory)
        _check_new(guard)
        database = settings.open_database(directory, new=True)
        try:
            with database.writing() as cursor:
                store.create(cursor, str(key))
                # All files before COMMIT: a crash leaves a folder that no log opens, never a log without its guard.
                if settings.text():
                    write_durably(directory / SETTINGS, settings.text().encode())
                write_durably(directory / VKEY, f"{key}\n".encode())
                empty = Checkpoint(origin=origin, size=0, root=EMPTY_ROOT)
                write_durably(guard, sign_note(empty.text(), [signer]))
        except BaseException:
            database.close()
            with suppress(OSError):
                guard.unlink(missing_ok=True)  # on another disk nobody would look for it, and the next try would be refused
            raise
        log = cls(directory, key, database, settings, signer)
        log.gate.open()
        return log

    @classmethod
    def open(cls, directory: Path, signer: Signer | None = None, seen: Iterable[bytes] = ()) -> Self:
        """Open a log, and refuse one that does not continue what it published.

        Args:
            directory: the log's folder.
            signer: the log's key; without it `publish` looks for an unencrypted `log.key` in the folder.
            seen: checkpoints of this log that others hold, got now. Only they can tell that database and guard were rolled
                back together, as the snapshot of a whole machine does; those that a party outside cosigned open the gate.

        Raises:
            UnreadableError: no log, a damaged one, a stored root that its tiles do not give, or a tree that is smaller
                than or different from what was published, or from what others saw.
        """
        key = _read_vkey(directory / VKEY)
        if signer is not None and signer.verifier != key:
            raise KeyFileError(f"{signer.verifier.label} is not the key of this log.", expected=f"{key.label}.")
        settings = read_settings(directory)
        log = cls(directory, key, settings.open_database(directory), settings, signer)
        try:
            log._check()
            for raw in seen:
                log.hear(raw)
        except BaseException:
            log.close()
            raise
        return log

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the database. Closing twice is no error."""
        self.database.close()

    @property
    def origin(self) -> str:
        """The log's name."""
        return self.verifier.name

    @property
    def size(self) -> int:
        """How many entries are recorded, published or not."""
        with self.database.reading() as cursor:
            return store.read_state(cursor).size

    @property
    def checkpoint(self) -> bytes:
        """The last published checkpoint, a signed note."""
        return read_guard(self.guard, self.verifier)[1]

    def append(self, envelopes: Sequence[bytes]) -> tuple[int, ...]:
        """Record envelopes in a transaction of their own and return their indexes; when it returns they are on the disk.

        Raises:
            OutputError: an envelope is too long or empty, another process holds the log, or the disk failed.
                Nothing was recorded.
        """
        with self.database.writing() as cursor:
            return store.append(cursor, envelopes)

    def record(self, envelope: bytes) -> int:
        """The index of the first entry with exactly these bytes; appended now if there is none."""
        with self.database.writing() as cursor:
            found = store.find_leaf(cursor, leaf_hash(envelope), store.read_state(cursor).size)
            return store.append(cursor, [envelope])[0] if found is None else found

    def find(self, envelope: bytes) -> int | None:
        """The index of the first entry with exactly these bytes, or None. Reads 32 bytes per entry."""
        with self.database.reading() as cursor:
            return store.find_leaf(cursor, leaf_hash(envelope), store.read_state(cursor).size)

    def entry(self, index: int) -> bytes:
        """The bytes of a recorded entry. Raises InputError if there is none."""
        with self.database.reading() as cursor:
            for _, envelope in store.read_entries(cursor, index, index + 1):
                return envelope
        raise InputError(f"the log has no entry {index}.", expected="the index of a recorded entry.")

    def entries(self, start: int = 0) -> Iterator[tuple[int, bytes]]:
        """Every recorded entry from `start` on as (index, bytes), in order; a snapshot for each tile's width."""
        size = self.size
        for at in range(start, size, WIDTH):
            with self.database.reading() as cursor:
                rows = list(store.read_entries(cursor, at, min(size, at + WIDTH)))
            yield from rows

    def publish(self, clock: Clock) -> bytes:
        """Sign a checkpoint over everything recorded, put it on the disk, and return it.

        When nothing was recorded since the last one, that one is returned again. `clock` gives a time with its zone;
        it is remembered beside the checkpoint and is not part of it.

        Raises:
            KeyFileError: no key to sign with.
            WaitingError: nobody outside was heard since the log was opened, and it has parties outside.
            UnreadableError: the tree does not continue what was published before.
            OutputError: the disk failed; the last checkpoint stands.
        """
        signer = self.signer()
        now = said_time(clock)
        with publishing(self.guard, WAIT_SECONDS):
            guarded, raw = read_guard(self.guard, self.verifier)
            with self.database.reading() as cursor:
                state = store.read_state(cursor)
                remembered = store.last_checkpoint_size(cursor)
                check_guard(remembered, guarded)
                check_continues(cursor, state, guarded)
            if guarded.size != state.size:
                raw = self.sign_head(state, signer)
            if remembered != state.size:
                # After the guard: a crash here leaves the guard ahead of what the database remembers, which is harmless.
                with self.database.writing() as cursor:
                    store.keep_checkpoint(cursor, state.size, raw, now)
            return raw

    def signer(self) -> Signer:
        """Who signs for this log. Raises KeyFileError if there is no key, or it is another log's."""
        signer = self._signer or read_key(self.directory / KEY, Kind.LOG)
        if signer.verifier != self.verifier:
            raise KeyFileError(f"{signer.verifier.label} is not the key of this log.", expected=f"{self.verifier.label}.")
        return signer

    def sign_head(self, state: store.State, signer: Signer) -> bytes:
        """Sign a state that is committed and continues the guard, and make the guard hold it, for the one publisher.

        From here on the log can never say anything else about these entries; only after this may anybody see it.
        Raises WaitingError while the gate is closed: this is the one place where a head is signed.
        """
        self.gate.check()
        raw = sign_note(Checkpoint(origin=self.origin, size=state.size, root=state.root).text(), [signer])
        try:
            write_durably(self.guard, raw)
        except OutputError:
            self.database.abandon()  # nobody knows what the disk has
            raise
        return raw

    def stage(self, index: int) -> Stage:
        """How far an entry has come, as far as this log alone can know. Raises InputError if there is no such entry."""
        guarded, _ = read_guard(self.guard, self.verifier)
        if not 0 <= index < self.size:
            raise InputError(f"the log has no entry {index}.", expected="the index of a recorded entry.")
        return Stage.PUBLISHED if index < guarded.size else Stage.RECORDED

    def compare(self, seen: bytes) -> Checkpoint:
        """Hold a checkpoint of this log that somebody else has against the log.

        Raises:
            UnreadableError: it is not this log's, or the log does not contain what was signed there: it was rolled back,
                or there are two histories.
        """
        head = read_head(seen, self.verifier, "the checkpoint that was handed in")
        with self.database.reading() as cursor:
            try:
                check_continues(cursor, store.read_state(cursor), head)
            except UnreadableError:
                self.gate.contradicted = True  # also for a program that goes on after this error
                raise
        return head

    def hear(self, seen: bytes) -> tuple[str, ...]:
        """As `compare`, and count the parties outside who cosigned it as heard; returns their names.

        Hand in only what was got since the log was opened, and not from this disk.

        Raises:
            UnreadableError: as `compare`.
            VerificationError: a cosignature on it does not hold.
        """
        self.compare(seen)
        return self.gate.hear(cosigners(seen, self.gate.parties))

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
        with self.database.reading() as cursor:
            check_continues(cursor, store.read_state(cursor), head)
            read = store.tree_reader(cursor)
            hashes = inclusion_proof(index, head.size, read)
            if not verify_inclusion(read(0, index), index, head.size, hashes, head.root):
                refuse(store.WHAT, f"the tiles above entry {index} do not give the signed root", cure=RESTORE)
        return write_proof(Proof(index=index, hashes=hashes, checkpoint=raw))

    def export(self, directory: Path, *, whole: bool = False) -> None:
        """Write the published log as static files (c2sp.org/tlog-tiles), with `log.vkey` beside them.

        Exporting again into the same folder adds what is new, and reads what it wrote before only if `whole`; the
        checkpoint is replaced last.

        Raises:
            OutputError: the folder holds something else, another history, or more than this log.
            InputError: the log is restricted.
        """
        if self.restricted:
            cure = "publish its root: plumbrule node cases publish."
            raise InputError(f"{self.origin} is a restricted log.", expected="a public one.", cure=cure)
        guarded, raw = read_guard(self.guard, self.verifier)
        with self.database.reading() as cursor:
            check_continues(cursor, store.read_state(cursor), guarded)
            export_log(cursor, guarded.size, raw, self.verifier, directory, whole=whole)

    def fsck(self) -> LogReport:
        """Check every entry, every tile, every remembered checkpoint and every blob. Reads the whole log."""
        guarded, _ = read_guard(self.guard, self.verifier)
        damage = self.database.damage()
        with self.database.reading() as cursor:
            report = check_everything(cursor, store.read_state(cursor), guarded, self.verifier)
        found = tuple(sentence("The database itself reports damage: {damage}", damage=line) for line in damage)
        changed = tuple(
            sentence("The content store holds {name}, which is not what its name says.", name=name)
            for name in self.content.changed()
        )
        return replace(report, problems=found + report.problems + changed + missing_content(self.content, self.entries))

    @property
    def content(self) -> ContentStore:
        """The blobs beside the log."""
        return ContentStore(self.directory / CONTENT)

    def _check(self) -> None:
        # The guard is read before the database's snapshot, so that a publisher at work cannot look like a rollback,
        # and once more after it, so that the same publisher cannot look like an old guard.
        guarded, _ = read_guard(self.guard, self.verifier)
        with self.database.reading() as cursor:
            state = store.read_state(cursor)
            if state.vkey != str(self.verifier):
                raise UnreadableError(
                    f"{self.directory}: database and {VKEY} name different keys.", cure="put the right files together."
                )
            check_at_start(cursor, state, guarded)
            check_guard(store.last_checkpoint_size(cursor), read_guard(self.guard, self.verifier)[0])


def fsck(directory: Path, seen: Iterable[bytes] = ()) -> LogReport:
    """Check a whole log, also one that `Log.open` refuses, and report what is wrong.

    `seen` are checkpoints of this log that others hold; each is held against the log.

    Raises:
        UnreadableError: there is nothing that could be checked: no database, no key, no head guard.
    """
    key, settings = _read_vkey(directory / VKEY), read_settings(directory)
    with Log(directory, key, settings.open_database(directory), settings, None) as log:
        report = log.fsck()
        for raw in seen:
            read_head(raw, key, "the checkpoint that was handed in")
            try:
                log.compare(raw)
            except UnreadableError as error:
                problem = sentence(
                    "Somebody else holds a checkpoint that this log does not continue: {problem}", problem=error.got
                )
                report = replace(report, problems=(*report.problems, problem))
        return report


def said_time(clock: Clock) -> str:
    """The clock's time in UTC, to the second."""
    return clock().astimezone(UTC).isoformat(timespec="seconds")


def _check_new(guard: Path) -> None:
    if guard.exists():
        raise OutputError(
            f"{guard} exists already.", expected="a new head guard.", cure="it belongs to another log; name another."
        )
    if not guard.parent.is_dir():
        raise OutputError(
            f"{guard.parent} is not a folder.", expected="a folder for the head guard.", cure="make it, or mount the disk."
        )


def _read_vkey(path: Path) -> VerifierKey:
    try:
        text = path.read_text(encoding="utf-8")
    except PermissionError:
        raise UnreadableError(
            f"{path} cannot be read.", expected="a folder that you may read.", cure="ask who owns it."
        ) from None
    except (OSError, UnicodeDecodeError):
        cure = "make one with `plumbrule node init`."
        if path.parent.with_name(f"{path.parent.name}.broken").is_dir():
            cure = f"a recovery was broken off: `plumbrule node recover {path.parent.parent}` finishes it."
        raise UnreadableError(f"{path} cannot be read.", expected="the folder of a log.", cure=cure) from None
    return parse_verifier_key(text.removesuffix("\n"), str(path))
