"""Publishing: a signed entry and what the public pages show of it, in one transaction.

files → content store      (before the transaction: an entry never names a file that is not there)
BEGIN IMMEDIATE · append to the log · apply · COMMIT
head signed and guarded    (after it, by the one publisher)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import cast

from django.db import connection, transaction

from plumbrule.evidence import Claim, Signer, make_statement, seal, subject_of, write_statement
from plumbrule.evidence.claims import WITHDRAWAL
from plumbrule.evidence.log import ContentStore, Log, store
from plumbrule.evidence.log.dialect import Cursor
from plumbrule.evidence.log.named import naming, notice
from plumbrule_portal.ledger import held, node, projection, queries, queries_holds
from plumbrule_portal.ledger.models import Entry


def content() -> ContentStore:
    """The node's content store."""
    return ContentStore(node.folder() / "log" / "content")


def publish(claim: Claim, files: Mapping[str, bytes], *, by: Signer | None = None) -> Entry:
    """Sign a claim about files, put the files where anybody can fetch them, and make it an entry.

    Args:
        claim: what is said; its `files` are names of `files`.
        files: name to bytes, public from now on.
        by: who signs; the node itself if nobody else.

    Raises:
        InputError: the claim is not in its form. Nothing was published.
    """
    subjects = [subject_of(name, raw) for name, raw in sorted(files.items())]
    envelope = seal(write_statement(make_statement(subjects, claim)), [by or node.signer()])
    return publish_envelopes([envelope], files.values())[0]


def publish_envelopes(envelopes: Sequence[bytes], blobs: Sequence[bytes] | object = ()) -> list[Entry]:
    """Make envelopes that somebody signed entries of the log, in this order, all of them or none.

    Raises:
        InputError: one of them is in the log already, or its files are not in the content store.
    """
    kept = content()
    for blob in cast("Sequence[bytes]", blobs):
        kept.put(blob)
    with transaction.atomic():
        with connection.cursor() as cursor:
            indexes = store.append(cast("Cursor", cursor), envelopes)
        return [projection.apply(index, envelope) for index, envelope in zip(indexes, envelopes, strict=True)]


def envelopes() -> Iterator[tuple[int, bytes]]:
    """Every recorded entry with its position, in order."""
    with connection.cursor() as cursor:
        reading = cast("Cursor", cursor)
        yield from store.read_entries(reading, 0, store.read_state(reading).size)


def envelopes_at(indexes: Iterable[int]) -> dict[int, bytes]:
    """Some recorded entries by position."""
    with connection.cursor() as cursor:
        reading = cast("Cursor", cursor)
        return {index: raw for one in sorted(set(indexes)) for index, raw in store.read_entries(reading, one, one + 1)}


def recorded() -> int:
    """How many entries the log holds, signed or not, shown or not."""
    with connection.cursor() as cursor:
        return store.read_state(cast("Cursor", cursor)).size


def waiting_to_be_published() -> bool:
    """Whether something was recorded since the last signed head."""
    with connection.cursor() as cursor:
        return store.read_state(cast("Cursor", cursor)).size > queries.published_size()


def rebuild(tell: object = None) -> int:
    """Empty every public table and read the whole log again. Returns how many entries were read.

    Everything happens in one transaction: who reads meanwhile sees the old tables.
    """
    progress = tell if callable(tell) else lambda _done, _all: None
    with transaction.atomic():
        projection.empty()
        with connection.cursor() as cursor:
            reading = cast("Cursor", cursor)
            size = store.read_state(reading).size
            for start in range(0, size, 1000):
                for index, envelope in list(store.read_entries(reading, start, min(size, start + 1000))):
                    projection.apply(index, envelope)
                progress(min(size, start + 1000), size)
    return size


def proof(index: int) -> bytes:
    """The proof file of an entry, at the last published head. Raises InputError if it is not published yet."""
    with Log.open(node.folder() / "log") as log:
        return log.prove(index)


def erase(claim: Claim, index: int) -> None:
    """Delete the bytes that a recorded withdrawal takes, and leave a notice in their place.

    A file that another entry still says is public stays: each entry is withdrawn by itself. Of a system under a legal hold
    the bytes are kept apart, where nobody is shown them.
    """
    taken = [str(digest) for digest in cast("tuple[str, ...]", claim.fields["content"])]
    live = naming(envelopes(), taken)
    with Log.open(node.folder() / "log") as log:
        origin = log.origin
    about = _held(claim)
    for digest in taken:
        if not live[digest].live:
            if about and content().has(digest):
                held.keep(about, digest, content().get(digest))
            content().withdraw(digest, notice(origin, index, str(claim.fields["reason"])))
    shared = node.folder() / "share"
    if (shared / "content").is_dir():
        from plumbrule.evidence.federation import share_content  # noqa: PLC0415 - loaded only where something is laid out

        share_content(content(), shared)


def finish_withdrawals(since: datetime) -> int:
    """Delete what withdrawals recorded after this time should have deleted, had nothing broken off; returns how many.

    What another entry still says is public stays, and is not counted.
    """
    done = 0
    for index in Entry.objects.filter(predicate=WITHDRAWAL, created__gte=since).order_by("index").values_list("index", flat=True):
        claim = queries.statement_of(index)
        if not isinstance(claim, Claim):
            continue
        waiting = [digest for digest in map(str, cast("tuple[str, ...]", claim.fields["content"])) if content().has(digest)]
        if waiting:
            erase(claim, index)
            done += sum(not content().has(digest) for digest in waiting)
    return done


def _held(claim: Claim) -> str:
    """The system whose entry is withdrawn, if it is under a legal hold; else nothing."""
    named = cast("Mapping[str, int]", claim.fields["entry"])
    about = str(Entry.objects.get(index=named["log_index"]).about)
    return about if about in queries_holds.held_systems(datetime.now(UTC)) else ""

