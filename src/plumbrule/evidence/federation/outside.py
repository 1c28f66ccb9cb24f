"""Ask the witnesses of our own log what they saw last, so that the log's gate may open.

Asked before anything is signed, each time a log is opened: what an earlier round brought lies on this disk, and a
restored snapshot rolls it back with everything else. For the same reason a folder on the log's own disk counts for
nothing here; a stick, another machine's disk or a web address does.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from plumbrule.errors import OutputError, PlumbruleError, UnreadableError
from plumbrule.evidence.checkpoint import parse_checkpoint
from plumbrule.evidence.federation.alarm import keep_contradiction, own_alarms
from plumbrule.evidence.federation.contact import folder_name, read_follow, read_submit
from plumbrule.evidence.federation.cosign import COSIGNED, LIST, WITNESSED, seen_by
from plumbrule.evidence.federation.source import MissingError, Source, open_source
from plumbrule.evidence.federation.submit import seen_path
from plumbrule.evidence.federation.sync import AT_ONCE, MAX_LIST, WITNESSES, followed
from plumbrule.evidence.log import Log
from plumbrule.evidence.note import MAX_NOTE, parse_note
from plumbrule.evidence.sentence import Sentence, sentence
from plumbrule.evidence.vkey import VerifierKey

MAX_VKEY = 4_096


def hear_outside(directory: Path, log: Log) -> tuple[Sentence, ...]:
    """Ask every witness that the node follows, and that the log waits for, and hold what it shows against the log.

    A head that is kept in `alarm` of the node is held against it first, whoever is waited for.

    Args:
        directory: the node.
        log: its log, open. Its gate counts who was heard.

    Returns what to tell a person, one sentence for each who was asked. Nobody is asked when the gate stands open.

    Raises:
        UnreadableError: the log does not continue what a witness saw: it was rolled back, or there are two histories.
            Both heads are kept in `alarm` of the node.
    """
    _hold_kept(directory, log)
    if not log.gate.waiting:
        return ()
    folders = [folder for folder in followed(directory / WITNESSES) if read_follow(folder)[0] in log.gate.parties]
    with ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="outside") as pool:  # a dead one holds up nobody else
        return tuple(pool.map(lambda folder: _ask(directory, log, folder), folders))


def _hold_kept(directory: Path, log: Log) -> None:
    """A head that contradicted the log once is held against it at every start: only a recovered log continues it."""
    for folder in own_alarms(directory):
        path = folder / "seen.checkpoint"
        if path.is_file() and parse_checkpoint(parse_note(raw := path.read_bytes())).origin == log.origin:
            log.compare(raw)


def _ask(directory: Path, log: Log, folder: Path) -> Sentence:
    (key, at), submission = read_follow(folder), read_submit(folder)
    path = f"{COSIGNED}/{folder_name(log.origin)}"
    if submission:  # the witness itself knows better than the files that it lays out
        at, path = submission, seen_path(log.origin)
    if "://" not in at and _same_disk(Path(at), log.directory):
        return sentence(
            "{witness} was not asked: {place} lies on the log's own disk, and a snapshot rolls both back together.",
            witness=key.name,
            place=at,
        )
    source = open_source(at)
    try:
        raw = source.read(path, MAX_NOTE)
    except MissingError:
        return _never_seen(directory, log, key, source)
    except UnreadableError as error:
        return sentence("{witness}: {problem}", witness=key.name, problem=error.got)
    return _hear(directory, log, key, raw)


def _hear(directory: Path, log: Log, key: VerifierKey, raw: bytes) -> Sentence:
    try:
        heard = log.hear(raw)
    except OutputError:
        raise
    except UnreadableError:
        keep_contradiction(directory, raw, log.checkpoint)
        raise
    except PlumbruleError as error:
        return sentence("{witness}: {problem}", witness=key.name, problem=error.got)
    if key.name in heard:
        return sentence("{witness} showed what it saw last; this log continues it.", witness=key.name)
    return sentence("{witness} shows a head that it did not cosign.", witness=key.name)


def _never_seen(directory: Path, log: Log, key: VerifierKey, source: Source) -> Sentence:
    """A witness that answers, and has no head of our log: before it cosigned the first, that is its latest word."""
    try:
        shown = _read(source, "witness.vkey", MAX_VKEY)
        names = _read(source, f"{COSIGNED}/{LIST}", MAX_LIST).decode("ascii", "replace").splitlines()
    except UnreadableError as error:
        return sentence("{witness}: {problem}", witness=key.name, problem=error.got)
    forgot = seen_by(directory / WITNESSED, key) is not None
    if shown != f"{key}\n".encode() or forgot or folder_name(log.origin) in names:
        return sentence("{witness} shows no head of this log.", witness=key.name)
    log.gate.hear([key])
    return sentence("{witness} answers, and has never seen this log.", witness=key.name)


def _read(source: Source, path: str, limit: int) -> bytes:
    try:
        return source.read(path, limit)
    except MissingError:
        return b""


def _same_disk(folder: Path, log: Path) -> bool:
    try:
        return folder.stat().st_dev == log.stat().st_dev
    except OSError:
        return False
