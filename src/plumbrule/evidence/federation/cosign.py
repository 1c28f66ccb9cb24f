"""Cosignatures: a witness says "I hold all of this, and it continues what I saw before" (c2sp.org/tlog-cosignature).

A witness cosigns only what its mirror holds, and never less than it cosigned already (c2sp.org/tlog-witness). What it
signed lies in `share/cosigned/`, one note for each log, for the log's operator to collect and for others to compare.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from plumbrule.errors import InputError, OutputError, UnreadableError, VerificationError
from plumbrule.evidence.checkpoint import cosigned_at, cosigned_message
from plumbrule.evidence.federation.alarm import keep_contradiction
from plumbrule.evidence.federation.contact import folder_name
from plumbrule.evidence.federation.mirror import DisagreementError, Mirror
from plumbrule.evidence.keys import Signer
from plumbrule.evidence.log import Log
from plumbrule.evidence.log.guard import publishing, read_guard, read_head, write_durably
from plumbrule.evidence.note import MAX_NOTE, MAX_SIGNATURES, Note, NoteSignature, parse_note, write_note
from plumbrule.evidence.quorum import operator_of
from plumbrule.evidence.vkey import VerifierKey

COSIGNED, LIST, WITNESSED, ASKED, HELD = "cosigned", "list", "witnessed", "asked.checkpoint", "held.checkpoint"
WAIT_SECONDS = 30.0
KEPT = 100
"""How many of our own log's cosigned checkpoints are kept."""


def cosign(mirror: Mirror, signer: Signer, share: Path, now: datetime) -> bytes:
    """Cosign what the mirror holds and lay it out for others; returns the note.

    Raises:
        DisagreementError: the mirror holds less than was cosigned before, or something else: it was rolled back, or the
            log signed two histories.
    """
    mirror.refuse_if_alarmed()
    path = share / COSIGNED / folder_name(mirror.origin)
    with publishing(mirror.directory / COSIGNED, WAIT_SECONDS):  # somebody may be asking this witness at the same time
        return _cosign(mirror, signer, path, now)


def _cosign(mirror: Mirror, signer: Signer, path: Path, now: datetime) -> bytes:
    raw = mirror.checkpoint
    if not raw or not mirror.head.size:
        return b""
    if path.is_file():
        old = path.read_bytes()
        if not mirror.compare(old):
            if _asked_for(mirror, old):
                return old  # cosigned on a proof; the entries have not come yet
            raise DisagreementError(
                f"this mirror of {mirror.origin} holds {mirror.head.size} entries, and more were cosigned: it was rolled back.",
                expected="a mirror that never forgets.",
                cure="restore it from a newer copy, or let it pull again.",
            )
        if parse_note(old).text == parse_note(raw).text:
            return old
    note = parse_note(raw)
    signed = write_note(note.text, [*log_lines(note, mirror.key), cosignature(note, signer, now)])
    lay_out(path, signed)
    return signed


def lay_out(path: Path, signed: bytes) -> None:
    """Put a cosigned note where others collect it, durably, and then its name into the list of all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_durably(path, signed)
    with publishing(path.parents[2] / COSIGNED, WAIT_SECONDS):
        names = "".join(f"{name}\n" for name in _names(path.parent)).encode()
        listed = path.with_name(LIST)
        if not listed.is_file() or listed.read_bytes() != names:
            write_durably(listed, names)


def _asked_for(mirror: Mirror, old: bytes) -> bool:
    """True if this note was cosigned because its log handed it in with a proof, and not because the entries were here."""
    path = mirror.directory / ASKED
    return path.is_file() and parse_note(path.read_bytes()).text == parse_note(old).text


def cosignature(note: Note, signer: Signer, now: datetime) -> NoteSignature:
    """A witness's line for a note: eight bytes of time and the signature."""
    stamp = int(now.timestamp())
    blob = stamp.to_bytes(8, "big") + signer.sign(cosigned_message(note.text, stamp))
    return NoteSignature(name=signer.verifier.name, key_id=signer.verifier.id, blob=blob)


def keep_cosignatures(log: Log, raw: bytes, witnesses: Iterable[VerifierKey], directory: Path) -> tuple[str, ...]:
    """Keep what witnesses say about our own log; returns the names of those whose cosignature is on the note.

    Args:
        log: our log.
        raw: a checkpoint of it, as somebody else serves it.
        witnesses: the witnesses that we follow; lines of others are not kept.
        directory: where the notes lie, one for each size.

    Raises:
        VerificationError: a cosignature does not hold.
        DisagreementError: our log does not continue what the witness saw.
    """
    head = read_head(raw, log.verifier, "the checkpoint that a witness shows")
    try:
        log.compare(raw)
    except UnreadableError as error:
        keep_contradiction(directory.parent, raw, log.checkpoint)
        raise DisagreementError(
            f"a witness saw {head.size} entries of {log.origin} that this log does not continue ({error.got}).",
            expected="a log that was not rolled back.",
            cure="publish nothing more; plumbrule node recover rebuilds the log from a mirror.",
        ) from None
    note = parse_note(raw)
    lines = [line for key in witnesses if (line := _holding(note, key)) is not None]
    path = directory / str(head.size)
    old = parse_note(path.read_bytes()) if path.is_file() else parse_note(raw)
    merged = _merge([*log_lines(note, log.verifier), *(old.signatures if path.is_file() else ()), *lines])
    if lines:
        directory.mkdir(parents=True, exist_ok=True)
        write_durably(path, write_note(note.text, merged))
        for size in sorted(cosigned_sizes(directory))[:-KEPT]:
            (directory / str(size)).unlink(missing_ok=True)
        _put_on_head(log, write_note(note.text, merged))
    return tuple(line.name for line in lines)


def cosigned_sizes(directory: Path) -> list[int]:
    """The sizes of our own log at which witnesses cosigned, in no order."""
    return [int(path.name) for path in directory.glob("*") if path.name.isdecimal()] if directory.is_dir() else []


def best_checkpoint(directory: Path, index: int) -> bytes | None:
    """Of the cosigned checkpoints that cover an entry, the one that most operators cosigned, then most keys, then the newest."""
    found = [(size, (directory / str(size)).read_bytes()) for size in cosigned_sizes(directory) if size > index]

    def rank(one: tuple[int, bytes]) -> tuple[int, int, int]:
        names = [line.name for line in parse_note(one[1]).signatures[1:]]
        return len(set(map(operator_of, names))), len(names), one[0]

    return max(found, key=rank)[1] if found else None


def seen_by(directory: Path, key: VerifierKey) -> tuple[int, int] | None:
    """The largest size of our log that a witness cosigned, and when it says it did; None if it never did."""
    for size in sorted(cosigned_sizes(directory), reverse=True):
        note = parse_note((directory / str(size)).read_bytes()[:MAX_NOTE])
        line = note.by(key)
        stamp = None if line is None else cosigned_at(note, line, key)
        if stamp is not None:
            return size, stamp
    return None


def _put_on_head(log: Log, raw: bytes) -> None:
    """Cosignatures on the newest checkpoint go onto the head guard, so that exports carry them; a busy publisher goes first."""
    try:
        with publishing(log.guard, 1.0):
            _, guarded = read_guard(log.guard, log.verifier)
            if parse_note(guarded).text == parse_note(raw).text and guarded != raw:
                write_durably(log.guard, raw)
    except OutputError:
        raise
    except InputError:
        return  # the writer holds it; the next sync comes


def _holding(note: Note, key: VerifierKey) -> NoteSignature | None:
    line = note.by(key)
    if line is not None and cosigned_at(note, line, key) is None:
        raise VerificationError(f"the cosignature of {key.label} does not fit.", expected="the bytes that were cosigned.")
    return line


def log_lines(note: Note, key: VerifierKey) -> list[NoteSignature]:
    """The log's own line of a note, if it is there."""
    line = note.by(key)
    return [] if line is None else [line]


def _merge(lines: Iterable[NoteSignature]) -> list[NoteSignature]:
    """Each key once, the first line of each, the log's first; no more than a note may have."""
    return list({line.label: line for line in reversed(list(lines))}.values())[::-1][:MAX_SIGNATURES]


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name != LIST and path.suffix != ".new")
