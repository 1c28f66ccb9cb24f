"""Cases of people: a restricted log whose root and counts are published in batches; the cases stay where they are.

    cases/log/…       a log like any other, of the name <node>/cases; it cannot be exported
    cases/private/…   salt and content of each case, erasable

An entry holds the kind of a case and a salted commitment to the rest. The public log gets the restricted log's root, its
size and how many cases of which kind came since the last batch. So nobody can take a case out, put one in between or
change one afterwards, and a person can be shown that theirs is there; and the public log has no byte of it.

**What a batch shows.** At least ten cases, and no count below five: kinds with fewer are counted together as `other`, and
if those are still fewer than five, the smallest of the others joins them. What is counted adds up to what is known
anyway, the growth of the log; so nothing can be worked out by subtraction.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from types import TracebackType
from typing import Self

from plumbrule.errors import InputError, OutputError, UnreadableError
from plumbrule.evidence.checkpoint import Checkpoint, parse_checkpoint
from plumbrule.evidence.claims import CASE, CASES, WITHDRAWAL, Claim
from plumbrule.evidence.envelope import seal
from plumbrule.evidence.keys import Signer, new_signer, write_key
from plumbrule.evidence.log import store
from plumbrule.evidence.log.checks import check_continues
from plumbrule.evidence.log.database import WAIT_SECONDS
from plumbrule.evidence.log.guard import publishing
from plumbrule.evidence.log.log import KEY, Clock, Log
from plumbrule.evidence.log.named import marks_of, said, withdrawing
from plumbrule.evidence.log.private import PrivateStore
from plumbrule.evidence.log.settings import Settings
from plumbrule.evidence.log.withdrawal import REASONS
from plumbrule.evidence.note import parse_note
from plumbrule.evidence.reading import Json
from plumbrule.evidence.salted import PREFIX
from plumbrule.evidence.statement import Statement, Subject, make_statement, subject_of, write_statement
from plumbrule.evidence.tree import EMPTY_ROOT
from plumbrule.evidence.vkey import Kind, parse_verifier_key

CASES_FOLDER, LOG, PRIVATE = "cases", "log", "private"
OTHER, WITHDRAWN = "other", "withdrawn"
FEWEST, SMALLEST_BATCH = 5, 10
SUBJECT, HEAD = "case", "cases.checkpoint"


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """A published batch: entry `index` of the public log says that the restricted log has `size` entries and this root."""

    index: int
    size: int
    root: bytes
    counts: Mapping[str, int]


class Cases:
    """A node's restricted log and what its entries commit to. Use it in a `with` block."""

    def __init__(self, directory: Path, log: Log) -> None:
        self.directory, self.log, self.private = directory, log, PrivateStore(directory / PRIVATE)

    @classmethod
    def open(cls, node: Path, signer: Signer | None = None, passphrase: str | None = None) -> Self:
        """Open the cases of a node, and make them if it has none; the passphrase is for the key that is made then.

        Raises as `Log.open` and `Log.create`.
        """
        directory = node / CASES_FOLDER
        if not (directory / LOG / "log.vkey").is_file():
            signer = _create(node, directory, passphrase)
        return cls(directory, Log.open(directory / LOG, signer))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.log.close()

    def add(self, kind: str, content: bytes, signer: Signer, clock: Clock) -> tuple[int, str]:
        """Keep a case and record it; returns its index in the restricted log and its salted commitment.

        Args:
            kind: a word such as `appeal:upheld`, which may become public with its count; never anything about the person.
            content: whatever belongs to the case.
            signer: the organisation's key.
            clock: the time.

        Raises:
            InputError: a kind that batches use themselves.
            UnreadableError: the kind is no token.
            OutputError: the disk failed; nothing was recorded.
        """
        if kind in {OTHER, WITHDRAWN}:
            raise InputError(f"{kind!r} is how batches count what they do not name.", expected="another kind.")
        with self._alone():
            commitment = self.private.keep(content)
            fields: dict[str, Json] = {"case": commitment, "created": _now(clock), "files": (), "kind": kind}
            try:
                index = self.log.append([_sealed(Claim(kind=CASE, fields=fields), _subject(commitment), signer)])[0]
            except BaseException:
                self.private.erase(commitment)
                raise
        return index, commitment

    def erase(self, commitment: str, reason: str, signer: Signer, clock: Clock) -> int:
        """Record that a case is withdrawn, and delete salt and content; returns the index of the withdrawal.

        The entry stays, and with it every root that was published. The same case again is no error.

        Raises:
            InputError: no such case; no reason of ours.
            OutputError: the disk failed.
        """
        if reason not in REASONS:
            raise InputError(f"{reason!r} is not a reason.", expected=f"one of {', '.join(REASONS)}.")
        with self._alone():
            found, gone = self._find(commitment)
            if found is None:
                raise InputError(f"there is no case {commitment[:80]}.", expected="the commitment of a recorded case.")
            if gone is None:
                entry: dict[str, Json] = {"envelope": hashlib.sha256(self.log.entry(found)).hexdigest(), "log_index": found}
                fields: dict[str, Json] = {
                    "content": (commitment.removeprefix(PREFIX),), "created": _now(clock), "entry": entry, "files": (),
                    "reason": reason,
                }  # fmt: skip
                (gone,) = self.log.append([_sealed(Claim(kind=WITHDRAWAL, fields=fields), _subject(commitment), signer)])
            self.private.erase(commitment)
        return gone

    def publish(self, public: Log, signer: Signer, clock: Clock, least: int = SMALLEST_BATCH) -> Batch:
        """Record in the public log what the restricted one holds; the public log's next `publish` shows it.

        Args:
            public: the node's own log.
            signer: the organisation's key.
            clock: the time.
            least: how many new cases a batch has at least; never fewer than five.

        Raises:
            InputError: there are fewer new cases.
            UnreadableError: the restricted log does not continue what was published of it: it was rolled back.
            OutputError: the disk failed.
        """
        if least < FEWEST:
            raise InputError(f"a batch of {least}.", expected=f"at least {FEWEST} cases.", cure="wait for more.")
        with self._alone():
            before = self.last_batch(public)
            with self.log.database.reading() as cursor:
                check_continues(cursor, store.read_state(cursor), self._head(before))
            start = before.size if before else 0
            self._count(start, self.log.size, least)  # refused before anything is signed
            raw = self.log.publish(clock)
            head = parse_checkpoint(parse_note(raw))
            counts = disclosed(self._count(start, head.size, least))
            fields: dict[str, Json] = {
                "counts": counts, "created": _now(clock), "files": (), "log": self.log.origin, "root": head.root.hex(),
                "size": head.size,
            }  # fmt: skip
            (index,) = public.append([_sealed(Claim(kind=CASES, fields=fields), subject_of(HEAD, raw), signer)])
            self.sweep()
        return Batch(index=index, size=head.size, root=head.root, counts=counts)

    def batches(self, public: Log) -> Iterator[Batch]:
        """What the public log says of this restricted log, in order."""
        marks = marks_of(CASES)
        for index, entry in public.entries():
            if any(mark in entry for mark in marks) and (batch := _batch(index, said(entry), self.log.origin)) is not None:
                yield batch

    def last_batch(self, public: Log) -> Batch | None:
        """The newest batch that the public log holds; None before the first."""
        return max(self.batches(public), key=lambda batch: batch.index, default=None)

    def prove(self, commitment: str, public: Log) -> dict[str, bytes]:
        """What shows a person that their case is in what was published: files, by name, for `check_case`.

        Raises:
            InputError: no such case, erased, or not in a published batch yet.
        """
        index, _ = self._find(commitment)
        if index is None:
            raise InputError(f"there is no case {commitment[:80]}.", expected="the commitment of a recorded case.")
        batch = next((batch for batch in self.batches(public) if batch.size > index), None)
        if batch is None:
            raise InputError(f"case {index} is in no batch yet.", expected="a case of a published batch.", cure="publish one.")
        with self.log.database.reading() as cursor:
            heads = {size: raw for size, _, raw in store.read_checkpoints(cursor)}
        if heads.get(batch.size) is None:
            raise UnreadableError(
                f"the restricted log does not remember the head of batch {batch.index}.", cure="restore it from a backup."
            )
        return {
            "case.opening": self.private.opening(commitment),
            "case.dsse.json": self.log.entry(index),
            "case.tlog-proof": self.log.prove(index, heads[batch.size]),
            "cases.dsse.json": public.entry(batch.index),
            "cases.tlog-proof": public.prove(batch.index),
        }

    def sweep(self, *, strays: bool = False) -> int:
        """Delete the openings of withdrawn cases that a crash left; returns how many went.

        With `strays` also those that no entry names: a crash left them before the case was recorded. Only a person can tell
        them from the openings of a log that was set back to an older copy; those are all that is left of people's cases.
        """
        standing, gone = self._standing()
        lost = [one for one in self.private.commitments() if one in gone or (strays and one not in standing)]
        for commitment in lost:
            self.private.erase(commitment)
        return len(lost)

    def _alone(self) -> AbstractContextManager[None]:
        """One at a time: between the opening on the disk and its entry nobody may sweep."""
        return publishing(self.directory / CASES_FOLDER, WAIT_SECONDS)

    def _head(self, batch: Batch | None) -> Checkpoint:
        size, root = (batch.size, batch.root) if batch else (0, EMPTY_ROOT)
        return Checkpoint(origin=self.log.origin, size=size, root=root)

    def _find(self, commitment: str) -> tuple[int | None, int | None]:
        """The index of a case, and of its withdrawal."""
        digest, found, gone = commitment.removeprefix(PREFIX), None, None
        marks = marks_of(digest)
        for index, entry in self.log.entries():
            statement = said(entry) if any(mark in entry for mark in marks) else None
            if statement is not None and _case(statement).get("case") == commitment:
                found = index
            elif statement is not None and digest in withdrawing(statement)[2]:
                gone = index
        return found, gone

    def _standing(self) -> tuple[set[str], set[str]]:
        """The commitments of all cases that were not withdrawn, and of those that were."""
        live: set[str] = set()
        gone: set[str] = set()
        for _, entry in self.log.entries():
            statement = said(entry)
            if statement is not None:
                live |= {str(_case(statement)["case"])} if _case(statement) else set()
                gone |= {PREFIX + digest for digest in withdrawing(statement)[2]} & live
        return live - gone, gone

    def _count(self, start: int, end: int, least: int) -> Counter[str]:
        """How many entries of which kind lie between two sizes. Raises InputError if there are too few cases among them."""
        found: Counter[str] = Counter()
        for index, entry in self.log.entries(start):
            statement = said(entry) if index < end else None
            if statement is not None:
                found[str(_case(statement).get("kind", WITHDRAWN))] += 1
        cases = found.total() - found[WITHDRAWN]
        if cases < least:
            raise InputError(
                f"{cases} cases came since the last batch.",
                expected=f"at least {least}, so that a batch says nothing about few people.",
                cure="wait for more.",
            )
        return found


def disclosed(counts: Mapping[str, int], fewest: int = FEWEST) -> dict[str, int]:
    """The counts with none below `fewest`; what is not named is `other`. The sum stays what it was.

    Raises ValueError if all together are fewer.

    >>> disclosed({"appeal:upheld": 9, "appeal:open": 6, "complaint": 2})
    {'appeal:upheld': 9, 'other': 8}
    """
    if sum(counts.values()) < fewest:
        raise ValueError("too few to count")
    named = {kind: count for kind, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])) if count >= fewest}
    other = sum(counts.values()) - sum(named.values())
    if 0 < other < fewest:
        other += named.popitem()[1]
    return {**dict(sorted(named.items())), **({OTHER: other} if other else {})}


def _create(node: Path, directory: Path, passphrase: str | None) -> Signer:
    """Make an empty restricted log beside a node's log, under a key of its own."""
    try:
        origin = parse_verifier_key((node / LOG / "log.vkey").read_text(encoding="utf-8").removesuffix("\n")).name
        (directory / LOG).mkdir(mode=0o700, parents=True, exist_ok=True)
        directory.chmod(0o700)
    except (OSError, UnicodeDecodeError):
        raise OutputError(
            f"{node} has no log beside which cases could be kept.", expected="a node.", cure="make one with plumbrule node init."
        ) from None
    signer = new_signer(f"{origin.removesuffix('/log')}/{CASES_FOLDER}", Kind.LOG)
    write_key(directory / LOG / KEY, signer, passphrase)
    Log.create(directory / LOG, signer.name, signer, Settings(restricted=True)).close()
    return signer


def _case(statement: Statement) -> Mapping[str, Json]:
    return statement.predicate.to_json() if statement.predicate_type == CASE else {}


def _batch(index: int, statement: Statement | None, origin: str) -> Batch | None:
    """The batch of a restricted log that an entry of the public log tells of."""
    if statement is None or statement.predicate_type != CASES:
        return None
    fields = statement.predicate.to_json()
    counts, size = fields["counts"], fields["size"]
    if fields["log"] != origin or not isinstance(counts, Mapping) or not isinstance(size, int):
        return None
    told = {kind: count for kind, count in counts.items() if isinstance(count, int)}
    return Batch(index=index, size=size, root=bytes.fromhex(str(fields["root"])), counts=told)


def _subject(commitment: str) -> Subject:
    return Subject(name=SUBJECT, sha256=commitment.removeprefix(PREFIX))


def _sealed(claim: Claim, subject: Subject, signer: Signer) -> bytes:
    return seal(write_statement(make_statement([subject], claim)), [signer])


def _now(clock: Clock) -> str:
    return clock().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
