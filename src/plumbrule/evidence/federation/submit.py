"""The log's side of c2sp.org/tlog-witness: hand a new checkpoint to a witness, and check what it gives back.

The witness's answer is a claim like any other: a cosignature is kept only if it is the witness's own on this very
checkpoint. A witness that says it saw more than this log holds is asked for what it saw, and that decides.
"""

from __future__ import annotations

import hashlib

from plumbrule.errors import UnreadableError
from plumbrule.evidence.checkpoint import Checkpoint, cosigned_at
from plumbrule.evidence.federation.cosign import log_lines
from plumbrule.evidence.federation.source import MissingError, SilentError, WebSource
from plumbrule.evidence.federation.witness import write_request
from plumbrule.evidence.log import Log, store
from plumbrule.evidence.log.guard import read_head
from plumbrule.evidence.note import MAX_NOTE, parse_note, write_note
from plumbrule.evidence.reading import read_decimal
from plumbrule.evidence.tree import consistency_proof
from plumbrule.evidence.vkey import VerifierKey

TRIES = 3
"""Others may hand in checkpoints of the same log at the same time, so the size that a 409 names can be old again."""


def submit(log: Log, witness: VerifierKey, source: WebSource, old: int = 0) -> bytes:
    """Hand the published checkpoint to a witness; returns a signed note with the log's line and the witness's.

    Or, if the witness saw more than was published here, the checkpoint that it saw: the caller compares and keeps.

    Args:
        log: our log.
        witness: whose cosignature is wanted.
        source: its submission prefix.
        old: the size that it cosigned last, as far as we know.

    Raises:
        SilentError: nobody answers, or the server is in trouble.
        UnreadableError: it refuses, or what it gave is not its cosignature on this checkpoint.
    """
    raw = log.checkpoint
    note, head = parse_note(raw), read_head(raw, log.verifier, "the last published checkpoint")
    plain = write_note(note.text, log_lines(note, log.verifier))
    for _ in range(TRIES):
        status, body = source.post("add-checkpoint", _request(log, head, plain, old), MAX_NOTE)
        if status == 200:
            return _with_line(plain, body, witness, source.name)
        if status not in {409, 422}:
            raise _refused(status, body, source.name)
        if status == 422:
            return _seen(log, source, "its record does not continue into ours")
        old = read_decimal(body.decode("ascii", "replace").removesuffix("\n"), f"{source.name}: the size of its last checkpoint")
        if old > head.size:
            return _seen(log, source, f"it says that it cosigned {old} entries")
    raise SilentError(f"{source.name} is asked by somebody else at the same time.", cure="try later.")


def seen_path(origin: str) -> str:
    """Where a witness shows the last checkpoint of a log that it cosigned, below its address (tlog-witness)."""
    return f"{hashlib.sha256(origin.encode()).hexdigest()}/checkpoint"


def _request(log: Log, head: Checkpoint, plain: bytes, old: int) -> bytes:
    proof: tuple[bytes, ...] = ()
    if 0 < old <= head.size:
        with log.database.reading() as cursor:
            proof = consistency_proof(old, head.size, store.tree_reader(cursor))
    return write_request(min(old, head.size), proof, plain)


def _with_line(plain: bytes, body: bytes, witness: VerifierKey, name: str) -> bytes:
    """The note with the witness's own line of the answer; lines of others are ignored, as the text asks."""
    what = f"{name}: the answer of {witness.name}"
    answered = parse_note(plain.split(b"\n\n", 1)[0] + b"\n\n" + body, what)
    line = answered.by(witness)
    if line is None or cosigned_at(answered, line, witness) is None:
        raise UnreadableError(f"{what} is not its cosignature.", expected=f"a line of {witness.label}.", cure="ask who runs it.")
    own = parse_note(plain)
    return write_note(own.text, [*own.signatures, line])


def _seen(log: Log, source: WebSource, claim: str) -> bytes:
    """What the witness saw, signed by our log; without it the claim is nobody's word."""
    path = seen_path(log.origin)
    try:
        raw = source.read(path, MAX_NOTE)
    except MissingError:
        raise UnreadableError(f"{source.name}: {claim}, and it shows no checkpoint for that.", cure="ask who runs it.") from None
    head = read_head(raw, log.verifier, f"{source.name}/{path}")
    if head.size <= log.compare(log.checkpoint).size and _holds(log, raw):
        raise UnreadableError(f"{source.name}: {claim}, and what it shows is in order.", cure="ask who runs it.")
    return raw


def _holds(log: Log, raw: bytes) -> bool:
    try:
        log.compare(raw)
    except UnreadableError:
        return False
    return True


def _refused(status: int, body: bytes, name: str) -> UnreadableError:
    said = "".join(sign for sign in body[:200].decode("utf-8", "replace") if sign.isprintable())
    cures = {404: "ask its operator to follow this log.", 403: "compare the log's key with its operator."}
    kind = UnreadableError if status in {400, 403, 404, 413} else SilentError
    return kind(f"{name} answers {status} ({said}).", expected="a cosignature.", cure=cures.get(status, "try later."))
