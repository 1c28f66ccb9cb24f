"""The witness's side of c2sp.org/tlog-witness: a log hands in its new checkpoint, and gets a cosignature or a reason.

`judge` is the protocol as a function without a clock, a disk or a network. `add_checkpoint` puts it on a node: one log
at a time, and what is cosigned lies on the disk before anybody gets to see it. The record is the note in
`share/cosigned/` that the witness who pulls keeps too, so one witness never says two things, whichever way it is asked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from plumbrule.errors import UnreadableError
from plumbrule.evidence.checkpoint import Checkpoint, parse_checkpoint
from plumbrule.evidence.federation.contact import FOLLOW, folder_name, read_follow
from plumbrule.evidence.federation.cosign import (
    ASKED,
    COSIGNED,
    WAIT_SECONDS,
    cosignature,
    lay_out,
    log_lines,
)
from plumbrule.evidence.federation.mirror import DisagreementError, Mirror, keep_alarm
from plumbrule.evidence.keys import Signer
from plumbrule.evidence.log.guard import publishing, read_head, write_durably
from plumbrule.evidence.note import MAX_NOTE, Note, parse_note, write_note
from plumbrule.evidence.reading import read_base64, read_decimal, read_text, refuse, write_base64
from plumbrule.evidence.tree import EMPTY_ROOT, HASH_SIZE, verify_consistency
from plumbrule.evidence.vkey import VerifierKey

WHAT, SIZE_TYPE, TEXT_TYPE = "the request", "text/x.tlog.size", "text/plain; charset=utf-8"
MAX_HASHES = 63
MAX_REQUEST = MAX_NOTE + 4096
"""Bytes of a request: a line of the old size, 63 lines of 45 bytes, an empty line and a note."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a log hands in: the size it says was cosigned last, hashes of a consistency proof, and its checkpoint."""

    old: int
    proof: tuple[bytes, ...]
    note: Note
    head: Checkpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a witness knows of a log: its key, and the last checkpoint that it cosigned (None: it never did)."""

    key: VerifierKey
    latest: Checkpoint | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A status of HTTP and what goes with it. `forks`: the same log signed another root for this size, which proves a fork."""

    status: int
    body: bytes
    content_type: str = TEXT_TYPE
    forks: bool = False


def read_request(body: bytes) -> Request:
    """Read the body of `add-checkpoint`. Raises UnreadableError, which is a 400."""
    front, blank, note_text = read_text(body, WHAT, MAX_REQUEST).partition("\n\n")
    lines = front.split("\n")
    if not blank or not lines[0].startswith("old "):
        refuse(WHAT, "it is not in its form", "`old` and a size, hashes, an empty line, a checkpoint.")
    if len(lines) > MAX_HASHES + 1:
        refuse(WHAT, f"it has {len(lines) - 1} hashes", f"at most {MAX_HASHES}.")
    note = parse_note(note_text.encode("utf-8"), WHAT)
    return Request(
        old=read_decimal(lines[0][4:], WHAT),
        proof=tuple(read_base64(line, WHAT, HASH_SIZE) for line in lines[1:]),
        note=note,
        head=parse_checkpoint(note, WHAT),
    )


def write_request(old: int, proof: tuple[bytes, ...], checkpoint: bytes) -> bytes:
    """The body of `add-checkpoint`."""
    return "".join([f"old {old}\n", *(f"{write_base64(one)}\n" for one in proof), "\n"]).encode() + checkpoint


def judge(request: Request, known: Known | None) -> Answer:
    """The answer to a request, in the order in which the text names the checks; 200 with an empty body: it may be cosigned.

    404: the log is not known. 403: not signed by its key. 400: the old size is above the new one. 409 with the size that
    was cosigned last: the old size is another. 422: a root that is not the empty tree's for no entries, a proof that does
    not hold, or another root for the same size.

    >>> from plumbrule.evidence import Kind, new_signer, sign_note
    >>> log = new_signer("example.org/log", Kind.LOG)
    >>> head = sign_note(Checkpoint(origin="example.org/log", size=0, root=EMPTY_ROOT).text(), [log])
    >>> request = read_request(write_request(0, (), head))
    >>> [judge(request, known).status for known in (None, Known(key=log.verifier))]
    [404, 200]
    """
    head = request.head
    if known is None or not _signed(request.note, known.key):
        return _said(404, "this witness does not know the log") if known is None else _said(403, "not signed by the log's key")
    if request.old > head.size:
        return _said(400, "the old size is above the size of the checkpoint")
    latest = known.latest or Checkpoint(origin=head.origin, size=0, root=EMPTY_ROOT)
    if request.old != latest.size:
        return Answer(status=409, body=f"{latest.size}\n".encode(), content_type=SIZE_TYPE)
    if not head.size and head.root != EMPTY_ROOT:
        return _said(422, "no entries, and not the root of the empty tree")
    if not _continues(request, latest):
        same = head.size == latest.size and head.root != latest.root
        return Answer(status=422, body=b"the proof does not hold\n", forks=same)
    return Answer(status=200, body=b"")


def add_checkpoint(directory: Path, body: bytes, signer: Signer, clock: Callable[[], datetime]) -> Answer:
    """Answer a request as the witness of a node; 200 only when the new record is on the disk.

    Raises:
        OutputError: the disk failed; nothing was given out.
        UnreadableError: what lies here of this log is damaged.
        InputError: another process answers for the same log, and takes too long.
    """
    try:
        request = read_request(body)
    except UnreadableError as error:
        return _said(400, error.got)
    folder = directory / "mirrors" / folder_name(request.head.origin)
    if not (folder / FOLLOW).is_file():
        return judge(request, None)
    key, _ = read_follow(folder)
    if not _signed(request.note, key):  # strangers do not get to wait for one another
        return judge(request, Known(key=key))
    with publishing(folder / COSIGNED, WAIT_SECONDS):
        path = directory / "share" / COSIGNED / folder.name
        latest = path.read_bytes() if path.is_file() else b""
        known = Known(key=key, latest=read_head(latest, key, "what was cosigned last") if latest else None)
        answer = judge(request, known)
        raw = write_note(request.note.text, log_lines(request.note, key)) if answer.status in {200, 422} else b""
        if answer.forks:
            keep_alarm(folder, write_note(parse_note(latest).text, log_lines(parse_note(latest), key)), raw)
        if answer.status != 200:
            return answer
        problem = _contradiction(folder, raw)
        if problem:
            return _said(422, problem)
        line = cosignature(request.note, signer, clock())
        write_durably(folder / ASKED, raw)
        lay_out(path, write_note(request.note.text, [*log_lines(request.note, key), line]))
        # Only now may anybody see it: killed before this line, the witness has given nothing away.
        return _said(200, write_note("", [line]).decode().removeprefix("\n")[:-1])


def cosigned_checkpoint(directory: Path, digest: str) -> bytes | None:
    """What was cosigned last of the log whose origin has this SHA-256; None if nothing was."""
    for path in (directory / "share" / COSIGNED).glob(f"*-{digest[:12]}"):
        raw = path.read_bytes()
        if path.name == folder_name(origin := parse_note(raw).text.split("\n")[0]) and _digest(origin) == digest:
            return raw
    return None


def _digest(origin: str) -> str:
    return hashlib.sha256(origin.encode()).hexdigest()


def _contradiction(folder: Path, raw: bytes) -> str:
    """Hold a checkpoint against the entries that lie here, as far as they reach."""
    with Mirror.open(folder) as mirror:
        try:
            mirror.refuse_if_alarmed()
            mirror.compare(raw)
        except DisagreementError:
            return "this log signed two histories; both checkpoints are kept"
    return ""


def _signed(note: Note, key: VerifierKey) -> bool:
    line = note.by(key)
    return line is not None and note.text.split("\n")[0] == key.name and key.verifies(note.text.encode("utf-8"), line.blob)


def _continues(request: Request, latest: Checkpoint) -> bool:
    if not request.old:
        return not request.proof and (request.head.size > 0 or request.head.root == EMPTY_ROOT)
    return verify_consistency(request.old, request.head.size, latest.root, request.head.root, request.proof)


def _said(status: int, text: str) -> Answer:
    return Answer(status=status, body=f"{text}\n".encode())
