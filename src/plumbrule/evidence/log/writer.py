"""Group commit: many submitters, one transaction for all who wait, and one signature over it.

One thread appends what has gathered and commits; while the disk is busy, the next group gathers. Another thread signs
the newest head and puts it into the guard: at once when somebody waits for it, and else every tenth of a second. The
order stays COMMIT, guard, acknowledgement:

    submit ──gather→ group ──COMMIT→ recorded ──sign→ guard on the disk ──→ published

Whatever fails stops everything: each submitter whose entry was not acknowledged gets the error, and nothing is tried
again.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import islice
from types import TracebackType
from typing import Any, Generic, Self, TypeVar, cast

from plumbrule.errors import InputError, OutputError, PlumbruleError
from plumbrule.evidence.checkpoint import Checkpoint
from plumbrule.evidence.log import store
from plumbrule.evidence.log.checks import check_continues, check_guard
from plumbrule.evidence.log.database import WAIT_SECONDS
from plumbrule.evidence.log.guard import publishing, read_guard
from plumbrule.evidence.log.log import Clock, Log, said_time
from plumbrule.evidence.tree import leaf_hashes

MAX_GROUP = 4_096
"""Entries in one transaction, unless a single submission has more."""
BATCH = 1_000
PAUSE = 0.1
"""Seconds between two heads while nobody waits for one."""


T = TypeVar("T")


class Ticket(Generic[T]):
    """What a submitter waits on: a `Future` without what makes one slow when a hundred threads wait."""

    __slots__ = ("_lock", "_told")

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lock.acquire()
        self._told: T | PlumbruleError | None = None

    def result(self) -> T:
        """Wait, and give the result. Raises the error that came instead."""
        with self._lock:
            told = self._told
        if isinstance(told, PlumbruleError):
            raise told
        return cast("T", told)

    def tell(self, told: T | PlumbruleError) -> None:
        """Give the result or the error, once."""
        self._told = told
        self._lock.release()


@dataclass(slots=True, kw_only=True)
class _Submission:
    """Envelopes that belong together, their leaf hashes, and where the index of the first will be told."""

    envelopes: Sequence[bytes]
    leaves: Sequence[bytes]
    first: Ticket[int] = field(default_factory=Ticket)


class Writer:
    """Take entries from many threads and write them in groups. Use it in a `with` block; it is the log's one publisher.

    >>> import tempfile
    >>> from datetime import UTC, datetime
    >>> from pathlib import Path
    >>> from plumbrule.evidence import Kind, new_signer
    >>> signer = new_signer("example.org/log", Kind.LOG)
    >>> folder = tempfile.TemporaryDirectory()
    >>> with Log.create(Path(folder.name) / "log", "example.org/log", signer) as log:
    ...     with Writer(log, lambda: datetime.now(UTC)) as writer:
    ...         indexes = writer.append(b"first"), writer.publish(b"second")
    ...         checkpoint = writer.extend(b"entry %d" % number for number in range(5000))
    >>> indexes, checkpoint.split()[1]
    ((0, 1), b'5002')
    >>> folder.cleanup()
    """

    def __init__(self, log: Log, clock: Clock) -> None:
        """Start. `clock` gives times with their zone, remembered beside checkpoints.

        Raises:
            KeyFileError: no key to sign with.
            InputError: another publisher is at work.
            WaitingError: the log has parties outside, and none was heard since it was opened.
            UnreadableError: the log does not continue what it published.
        """
        self._log, self._clock, self._signer = log, clock, log.signer()
        log.gate.check()
        with ExitStack() as held:
            held.enter_context(publishing(log.guard, WAIT_SECONDS))
            self._guarded, self._raw = read_guard(log.guard, log.verifier)
            with log.database.reading() as cursor:
                self._state = store.read_state(cursor)
                check_guard(store.last_checkpoint_size(cursor), self._guarded)
                check_continues(cursor, self._state, self._guarded)
            self._publisher = held.pop_all()
        self._error: PlumbruleError | None = None
        self._waiting: list[_Submission] = []
        self._unsigned: list[tuple[int, Ticket[bytes]]] = []
        self._unremembered: tuple[int, bytes, str] | None = None
        self._closing = self._all_recorded = False
        self._lock = threading.Lock()
        self._gathering, self._newer = threading.Condition(self._lock), threading.Condition(self._lock)
        self._threads = tuple(
            threading.Thread(target=self._guard_thread, args=(work,), daemon=True)
            for work in (self._commit_groups, self._sign_heads)
        )
        for thread in self._threads:
            thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def submit(self, envelopes: Sequence[bytes]) -> Ticket[int]:
        """Hand in envelopes that shall follow one another; the ticket gives the first one's index once all are recorded.

        Raises:
            OutputError: an envelope is too long or empty (nothing was handed in), or the writer has stopped.
        """
        for envelope in envelopes:
            store.check_length(envelope)
        new = _Submission(envelopes=envelopes, leaves=leaf_hashes(envelopes))
        with self._lock:
            self._check_open()
            self._waiting.append(new)
            if len(self._waiting) == 1:
                self._gathering.notify()
        return new.first

    def append(self, envelope: bytes) -> int:
        """Record one envelope and return its index; when it returns, it is on the disk. Raises as `submit` does."""
        return self.submit((envelope,)).result()

    def publish(self, envelope: bytes) -> int:
        """Record one envelope, wait until a signed head over it is in the guard, and return its index."""
        index = self.append(envelope)
        self.wait(index + 1)
        return index

    def wait(self, size: int) -> bytes:
        """Wait until the first `size` entries are published, and return the checkpoint. InputError if not all are recorded."""
        with self._lock:
            if size > self._state.size:
                raise InputError(f"{self._state.size} entries are recorded, not {size}.", expected="entries that are recorded.")
            if self._guarded.size >= size:
                return self._raw
            self._check_open(closing=True)
            signed: Ticket[bytes] = Ticket()
            self._unsigned.append((size, signed))
            self._newer.notify()
        return signed.result()

    def extend(self, envelopes: Iterable[bytes]) -> bytes:
        """Import many envelopes in batches of 1,000, and return the checkpoint that covers them all.

        An error leaves the batches before it in the log.
        """
        source, running, length = iter(envelopes), None, 0
        while batch := list(islice(source, BATCH)):
            submitted = self.submit(batch)
            if running is not None:
                running.result()  # at most two batches are on their way, however long the source
            running, length = submitted, len(batch)
        return self.wait(0 if running is None else running.result() + length)

    def close(self) -> None:
        """Record and publish what was handed in, and stop.

        Raises:
            OutputError: what stopped the writer before, if anything did.
        """
        with self._lock:
            if self._closing:
                return
            self._closing = True
            self._gathering.notify_all()
        for thread in self._threads:
            thread.join()
        try:
            if self._error:
                raise self._error
            self._remember_last()
        finally:
            self._publisher.close()

    def _check_open(self, *, closing: bool = False) -> None:
        if self._error:
            raise self._error
        if self._closing and not closing:
            raise OutputError("the writer was closed.", expected="an open one.", cure="open another on the same log.")

    def _commit_groups(self) -> None:
        while group := self._gathered():
            try:
                self._record(group)
            except BaseException:
                with self._lock:
                    self._waiting = group + self._waiting  # they are told with the others
                raise
        with self._lock:
            self._all_recorded = True
            self._newer.notify_all()

    def _gathered(self) -> list[_Submission]:
        with self._lock:
            self._gathering.wait_for(lambda: self._waiting or self._closing or self._error)
            if self._error:
                return []
            count, room = 0, MAX_GROUP
            while count < len(self._waiting) and (count == 0 or len(self._waiting[count].envelopes) <= room):
                room -= len(self._waiting[count].envelopes)
                count += 1
            group, self._waiting = self._waiting[:count], self._waiting[count:]
            return group

    def _record(self, group: list[_Submission]) -> None:
        envelopes = [envelope for submission in group for envelope in submission.envelopes]
        leaves = [leaf for submission in group for leaf in submission.leaves]
        with self._lock:
            remembered, guarded = self._unremembered, self._guarded
        with self._log.database.writing() as cursor:
            before, after = store.append_hashed(cursor, envelopes, leaves)
            if before != self._state:  # somebody else appended, in a transaction of their own
                check_continues(cursor, after, guarded)
            if remembered is not None:
                store.keep_checkpoint(cursor, *remembered)
        with self._lock:
            if self._unsigned or self._state.size == self._guarded.size:
                self._newer.notify()
            self._state = after
            self._unremembered = None if self._unremembered is remembered else self._unremembered
        index = before.size
        for submission in group:
            submission.first.tell(index)
            index += len(submission.envelopes)

    def _sign_heads(self) -> None:
        while (state := self._newest()) is not None:
            raw = self._log.sign_head(state, self._signer)
            head = Checkpoint(origin=self._log.origin, size=state.size, root=state.root)
            with self._lock:
                self._guarded, self._raw, self._unremembered = head, raw, (state.size, raw, said_time(self._clock))
                told = [signed for size, signed in self._unsigned if size <= state.size]
                self._unsigned = [(size, signed) for size, signed in self._unsigned if size > state.size]
            for signed in told:
                signed.tell(raw)

    def _newest(self) -> store.State | None:
        """The state to sign next: at once if somebody waits for it, else after a pause; None at the end."""
        until = time.monotonic() + PAUSE
        with self._lock:
            while not self._error:
                new = self._state.size > self._guarded.size
                if new and (self._unsigned or self._all_recorded or time.monotonic() >= until):
                    return self._state
                if self._all_recorded:
                    return None
                self._newer.wait(max(0.0, until - time.monotonic()) if new else None)
        return None

    def _remember_last(self) -> None:
        if self._unremembered is not None:
            with self._log.database.writing() as cursor:
                store.keep_checkpoint(cursor, *self._unremembered)

    def _guard_thread(self, work: Callable[[], None]) -> None:
        """Run one of the threads; if it fails, stop the other and tell everybody who waits."""
        try:
            work()
        except PlumbruleError as error:
            self._stop(error)
        except BaseException:
            self._stop(
                OutputError("the writer stopped, and not as it should.", cure="open the log again, and report what you did.")
            )
            raise

    def _stop(self, error: PlumbruleError) -> None:
        self._log.close()
        with self._lock:
            self._error = self._error or error
            failed: list[Ticket[Any]] = [submission.first for submission in self._waiting]
            failed += [signed for _, signed in self._unsigned]
            self._waiting, self._unsigned = [], []
            self._gathering.notify_all()
            self._newer.notify_all()
        for ticket in failed:
            ticket.tell(self._error)
