"""Group commit: every submitter gets its own answer, in the order of the log, and one failure stops all."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from evidence_made import clock

from plumbrule.errors import InputError, OutputError, PlumbruleError, UnreadableError
from plumbrule.evidence import Kind, new_signer, parse_checkpoint, parse_note
from plumbrule.evidence.log import Log, Stage, Writer, store
from plumbrule.evidence.log.guard import publishing

ORIGIN = "example.org/log"
SIGNER = new_signer(ORIGIN, Kind.LOG)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    """An empty log."""
    with Log.create(tmp_path / "log", ORIGIN, SIGNER) as made:
        yield made


def size_of(checkpoint: bytes) -> int:
    """How many entries a checkpoint covers."""
    return parse_checkpoint(parse_note(checkpoint)).size


def test_every_submitter_gets_its_own_index(log: Log) -> None:
    """32 threads of 20 entries: each index once, each entry where its submitter was told, few commits, the whole log holds."""
    told: dict[int, bytes] = {}
    with Writer(log, clock) as writer:

        def submit(number: int) -> None:
            for turn in range(20):
                entry = b"%d of %d" % (turn, number)
                index = writer.append(entry) if number % 2 else writer.publish(entry)
                if number % 2 == 0:
                    assert log.stage(index) is Stage.PUBLISHED
                told[index] = entry

        threads = [threading.Thread(target=submit, args=(number,)) for number in range(32)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(told) == list(range(640))
    assert all(log.entry(index) == entry for index, entry in told.items())
    assert size_of(log.checkpoint) == 640
    report = log.fsck()
    assert report.holds
    assert report.checkpoints < 400  # far fewer signatures than entries


def test_a_bad_entry_hurts_only_its_submitter(log: Log) -> None:
    """Empty or too long is refused before it meets the others; 65,535 bytes are taken."""
    with Writer(log, clock) as writer:
        first = writer.submit([b"good", b"x" * 65_535])
        for bad in (b"", b"x" * 65_536):
            with pytest.raises(OutputError, match="an entry of"):
                writer.submit([b"also good", bad])
        assert first.result() == 0
        assert writer.append(b"next") == 2
        with pytest.raises(InputError, match="recorded, not 9"):
            writer.wait(9)


def test_closing_publishes_what_was_handed_in(log: Log) -> None:
    """Nobody waited, and still everything is under a checkpoint after closing; a closed writer takes nothing more."""
    writer = Writer(log, clock)
    tickets = [writer.submit([b"%d" % number]) for number in range(50)]
    writer.close()
    writer.close()
    assert [ticket.result() for ticket in tickets] == list(range(50))
    assert size_of(log.checkpoint) == 50
    with log.database.reading() as cursor:
        assert store.last_checkpoint_size(cursor) == 50
    with pytest.raises(OutputError, match="was closed"):
        writer.append(b"late")
    assert log.append([b"the log is open still"]) == (50,)


def test_importing_many(log: Log) -> None:
    """2,500 entries from a generator, in batches; nothing from an empty one."""
    with Writer(log, clock) as writer:
        assert size_of(writer.extend([])) == 0
        assert size_of(writer.extend(b"%d" % number for number in range(2500))) == 2500
    assert log.entry(2499) == b"2499"
    assert log.fsck().holds


def test_others_append_in_between(log: Log) -> None:
    """A row with its entry, in a transaction of somebody else, between two groups: the tree goes on over it."""
    with Writer(log, clock) as writer, closing(sqlite3.connect(log.directory / "log.sqlite3", isolation_level=None)) as theirs:
        assert writer.append(b"ours") == 0
        theirs.execute("BEGIN IMMEDIATE")
        assert store.append(theirs.cursor(), [b"theirs"]) == (1,)
        theirs.execute("COMMIT")
        assert writer.publish(b"ours again") == 2
    assert log.fsck().holds


def test_there_is_one_publisher(log: Log) -> None:
    """While a writer is open, nobody else signs."""
    with Writer(log, clock), pytest.raises(InputError, match="under way"), publishing(log.guard, 0.05):
        pass
    with publishing(log.guard, 0.05):
        pass


class Failing(sqlite3.Connection):
    """SQLite whose COMMIT does not reach the disk, from the moment it is told so."""

    left = 10**9

    def execute(self, sql: str, *rest: object) -> sqlite3.Cursor:  # type: ignore[override]  # as we call it
        """Fail at COMMIT when the time has come."""
        if sql == "COMMIT":
            self.left -= 1
            if self.left < 0:
                error = sqlite3.OperationalError("disk I/O error")
                error.sqlite_errorcode = sqlite3.SQLITE_IOERR_FSYNC
                raise error
        return super().execute(sql, *rest)  # type: ignore[arg-type]  # as we call it


def failing_after(log: Log, commits: int) -> None:
    """Put a connection that fails into the log's database."""
    database = log.database
    database._connection.close()  # type: ignore[attr-defined]  # the seam for exactly this
    path = log.directory / "log.sqlite3"
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, factory=Failing)
    connection.execute("PRAGMA synchronous = FULL")
    connection.left = commits
    database._connection = connection  # type: ignore[attr-defined]  # as above


def test_a_failed_sync_stops_the_log(log: Log) -> None:
    """COMMIT fails at its fsync: an error, no second try, a closed log; the next start has what was acknowledged."""
    log.append([b"kept"])
    log.publish(clock)
    failing_after(log, 0)
    with pytest.raises(OutputError, match="disk I/O error"):
        log.append([b"lost"])
    for ask in (lambda: log.append([b"again"]), lambda: log.size):
        with pytest.raises((OutputError, UnreadableError), match="closed"):
            ask()
    with Log.open(log.directory, SIGNER) as again:
        assert again.size == 1
        assert again.fsck().holds


def test_a_failed_sync_stops_everybody(log: Log) -> None:
    """The third group fails: whoever was not acknowledged gets the error, the others keep what they were told."""
    failing_after(log, 3)
    told: dict[int, bytes] = {}
    errors: list[PlumbruleError] = []
    writer = Writer(log, clock)

    def submit(number: int) -> None:
        for turn in range(200):
            entry = b"%d of %d" % (turn, number)
            try:
                told[writer.append(entry)] = entry
            except PlumbruleError as error:
                errors.append(error)
                return

    threads = [threading.Thread(target=submit, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(errors) == 16
    with pytest.raises(OutputError, match="disk I/O error"):
        writer.close()
    with Log.open(log.directory, SIGNER) as again:
        assert again.size >= len(told)
        assert all(again.entry(index) == entry for index, entry in told.items())
        again.publish(clock)
        assert again.fsck().holds


def test_a_guard_that_cannot_be_written_stops_everybody(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    """The head cannot be guarded: nothing counts as published, who waits gets the error, and the old checkpoint stands."""
    before = log.checkpoint
    writer = Writer(log, clock)
    monkeypatch.setattr("plumbrule.evidence.log.log.write_durably", refuse_to_write)
    with pytest.raises(OutputError, match="No space left"):
        writer.publish(b"unseen")
    with pytest.raises(OutputError, match="No space left"):
        writer.append(b"more")
    with suppress(OutputError):
        writer.close()
    monkeypatch.undo()
    with Log.open(log.directory, SIGNER) as again:
        assert again.checkpoint == before
        assert again.size == 1
        assert size_of(again.publish(clock)) == 1


def refuse_to_write(path: Path, _: bytes) -> None:
    """A disk without room."""
    raise OutputError(f"{path} cannot be written: No space left on device.")
