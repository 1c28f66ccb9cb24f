"""One round with everybody that a node follows: pull, check, store, cosign, compare, collect, lay out for others.

    keys/witness.key   if this node cosigns         mirrors/…    one folder for each followed log
    witnesses/…        those who cosign our log      witnessed/…  our checkpoints with their cosignatures
    share/             what a web server serves, or a stick carries: our own log, `mirrors/`, `cosigned/`

A round may run at any time, also from cron, and again: what is there is not fetched twice. One that finds two histories
of a log keeps both and never decides between them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

from plumbrule.base.lock import locked
from plumbrule.base.messages import message
from plumbrule.base.progress import listener
from plumbrule.errors import InputError, OutputError, PlumbruleError
from plumbrule.evidence.federation.alarm import ALARM, acknowledged
from plumbrule.evidence.federation.contact import (
    BEHIND,
    DISAGREES,
    FINE,
    FOLLOW,
    NOTED,
    SILENT,
    UNFIT,
    folder_name,
    note_contact,
    read_follow,
    read_submit,
    write_follow,
)
from plumbrule.evidence.federation.cosign import COSIGNED, HELD, LIST, WITNESSED, cosign, keep_cosignatures, seen_by
from plumbrule.evidence.federation.mirror import DisagreementError, Mirror
from plumbrule.evidence.federation.share import SHARE, share_mirror, share_own
from plumbrule.evidence.federation.source import ROUND, MissingError, SilentError, Source, open_source, open_submission
from plumbrule.evidence.federation.submit import seen_path, submit
from plumbrule.evidence.federation.swap import refuse_unfinished
from plumbrule.evidence.keys import KeySigner, new_signer, read_key, write_key
from plumbrule.evidence.log import Log
from plumbrule.evidence.log.guard import write_durably
from plumbrule.evidence.note import MAX_NOTE
from plumbrule.evidence.sentence import Sentence, sentence
from plumbrule.evidence.vkey import Kind, VerifierKey

MIRRORS, WITNESSES, KEY = "mirrors", "witnesses", Path("keys") / "witness.key"
MAX_LIST, AT_ONCE = 1_000_000, 16
_OWN = Lock()  # one thread of a round at a time compares and keeps; the others wait for answers from elsewhere meanwhile
Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a round went with one log or witness: its name, the state of `Contact`, and what to tell a person."""

    name: str
    state: str
    said: Sentence


def follow(directory: Path, key: VerifierKey, at: str, submission: str = "") -> Path:
    """Follow a log, or collect what a witness says about ours; which of them, the key tells. Following again moves the place.

    Args:
        directory: the node.
        key: of the log, or of the witness.
        at: where its files are read from; "" only for a witness that takes checkpoints.
        submission: the submission prefix of a witness that takes new checkpoints (c2sp.org/tlog-witness).

    Raises:
        InputError: the key is of another kind, or `at` is no place to read from.
    """
    if at or not submission:
        open_source(at)
    if submission:
        open_submission(submission)
    if key.kind is Kind.LOG and not submission:
        folder = directory / MIRRORS / folder_name(key.name)
        if (folder / FOLLOW).is_file() and read_follow(folder)[0] != key:
            raise InputError(
                f"{key.name} is followed under another key.",
                expected="the same key for ever.",
                cure="ask its operator why there are two; never swap one for the other.",
            )
        Mirror.create(folder, key, at).close()
    elif key.kind is Kind.WITNESS:
        folder = directory / WITNESSES / folder_name(key.name)
        write_follow(folder, key, at, submission)
    elif key.kind is Kind.LOG:
        raise InputError(f"{key.label} is a log key.", expected="a witness key.", cure="only a witness takes checkpoints.")
    else:
        raise InputError(f"{key.label} is a {key.kind.name.lower()} key.", expected="the key of a log or of a witness.")
    return folder


def make_witness(directory: Path, name: str, passphrase: str | None = None) -> VerifierKey:
    """The witness key of a node, made now if there is none. Its public half also lies in `share/witness.vkey`."""
    path = directory / KEY
    if path.is_file():
        return read_key(path, Kind.WITNESS, passphrase).verifier
    signer = new_signer(name, Kind.WITNESS)
    try:
        path.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
        (directory / SHARE).mkdir(exist_ok=True)
    except OSError as error:
        raise OutputError(f"{directory} cannot be written: {error.strerror}.", cure="check the folder.") from None
    write_key(path, signer, passphrase)
    write_durably(directory / SHARE / "witness.vkey", f"{signer.verifier}\n".encode())
    return signer.verifier


def sync(directory: Path, clock: Clock, passphrase: str | None = None) -> tuple[Outcome, ...]:
    """One round. Raises OutputError if our own disk fails, InputError if another round is under way."""
    if not directory.is_dir():
        raise InputError(f"{directory} is no folder.", expected="a node's folder.", cure="make one with plumbrule node init.")
    with locked(directory / "sync", "sync"):
        refuse_unfinished(directory)
        signer = read_key(directory / KEY, Kind.WITNESS, passphrase) if (directory / KEY).is_file() else None
        share_own(directory)
        mirrors, witnesses = followed(directory / MIRRORS), followed(directory / WITNESSES)
        takers = tuple(folder for folder in witnesses if read_submit(folder)) if (directory / "log").is_dir() else ()
        step = _Steps(2 * len(mirrors) + len(takers) + len(witnesses))
        pulled = step.each(lambda folder: (_pull(directory, folder, signer, clock),), mirrors)
        silent = {folder for folder, outcome in zip(mirrors, pulled, strict=True) if outcome.state == SILENT}
        step.skip(len(silent))
        others = tuple(folder for folder in mirrors + witnesses if folder not in silent and read_follow(folder)[1])
        submitted = step.each(lambda folder: tuple(_submit(directory, folder, clock)), takers)
        compared = step.each(lambda folder: tuple(_compare(directory, folder, clock)), others)
        share_own(directory)
        return (*pulled, *submitted, *compared)


class _Steps:
    """Many at a time, so that one that is silent or slow keeps nobody else waiting; outcomes in the order of the folders."""

    def __init__(self, count: int) -> None:
        self._heard, self._count, self._done, self._lock = listener(), count, 0, Lock()

    def skip(self, count: int) -> None:
        """Those who did not answer once are not asked again."""
        self._done += count

    def each(self, act: Callable[[Path], tuple[Outcome, ...]], folders: tuple[Path, ...]) -> list[Outcome]:
        if len(folders) == 1:  # in this thread, where a long pull can say how far it is
            return [outcome for folder in folders for outcome in act(folder)]
        pool = ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="sync")
        try:
            return [outcome for found in pool.map(lambda folder: self._one(act, folder), folders) for outcome in found]
        finally:
            pool.shutdown(cancel_futures=True)

    def _one(self, act: Callable[[Path], tuple[Outcome, ...]], folder: Path) -> tuple[Outcome, ...]:
        found = act(folder)
        with self._lock:
            self._done += 1
            if self._heard is not None:
                self._heard(self._done / self._count)
        return found


def followed(folder: Path) -> tuple[Path, ...]:
    """The folders below `mirrors` or `witnesses` that follow somebody."""
    return tuple(path.parent for path in sorted(folder.glob(f"*/{FOLLOW}")))


def witness_keys(directory: Path) -> tuple[VerifierKey, ...]:
    """The keys of the witnesses that a node follows."""
    return tuple(read_follow(folder)[0] for folder in followed(directory / WITNESSES))


def _pull(directory: Path, folder: Path, signer: KeySigner | None, clock: Clock) -> Outcome:
    key, at = read_follow(folder)
    try:
        with Mirror.open(folder) as mirror:
            brought = mirror.pull(open_source(at, ROUND), _now(clock))
            share_mirror(mirror, directory / SHARE / MIRRORS / folder.name)
            if signer is not None:
                cosign(mirror, signer, directory / SHARE, clock())
    except OutputError:
        raise
    except PlumbruleError as error:
        return _failed(folder, key.name, error, clock)
    if brought.shown < brought.before:
        note_contact(folder, _now(clock), BEHIND, f"it shows {brought.shown} entries and had shown {brought.before}")
        text = message("{log}: entries that the source shows: {shown}; it had shown {held}.")
        return Outcome(name=key.name, state=BEHIND, said=sentence(text, log=key.name, shown=brought.shown, held=brought.before))
    note_contact(folder, _now(clock), FINE)
    new = brought.after - brought.before
    said = sentence("{log}: entries held: {size}, new: {new}.", log=key.name, size=brought.after, new=new)
    return Outcome(name=key.name, state=FINE, said=said)


def _submit(directory: Path, folder: Path, clock: Clock) -> Iterator[Outcome]:
    """Hand our newest checkpoint to a witness that takes them; one that has cosigned it already is asked what it saw last."""
    key, _ = read_follow(folder)
    try:
        source = open_submission(read_submit(folder), ROUND)
        with Log.open(directory / "log") as log:
            size, seen = log.compare(log.checkpoint).size, seen_by(directory / WITNESSED, key)
            new = seen is None or seen[0] != size
            raw = submit(log, key, source, seen[0] if seen else 0) if new else source.read(seen_path(log.origin), MAX_NOTE)
            with _OWN:
                kept = _kept(log, raw, key, directory)
    except MissingError:
        kept = None  # it need not show what it saw
    except OutputError:
        raise
    except PlumbruleError as error:
        yield _failed(folder, key.name, error, clock)
        return
    note_contact(folder, _now(clock), FINE)
    if isinstance(kept, Outcome):
        yield kept
    elif kept and new:
        said = sentence("{witness} cosigned the newest state of this log.", witness=key.name)
        yield Outcome(name=key.name, state=FINE, said=said)


def _kept(log: Log, raw: bytes, key: VerifierKey, directory: Path) -> tuple[str, ...] | Outcome:
    """Keep what a witness gave or showed. If our log does not continue it, that is told of our log, not of the witness."""
    try:
        return keep_cosignatures(log, raw, [key], directory / WITNESSED)
    except DisagreementError as error:
        return _of_our_own(log, error)


def _of_our_own(log: Log, error: DisagreementError) -> Outcome:
    said = sentence("{log}: {problem}", log=log.origin, problem=error.got)
    return Outcome(name=log.origin, state=DISAGREES, said=said)


def _compare(directory: Path, folder: Path, clock: Clock) -> Iterator[Outcome]:
    """Hold what somebody cosigned, about any log that lies here, against what lies here."""
    key, at = read_follow(folder)
    witness = key.kind is Kind.WITNESS
    try:
        notes = _cosigned(directory, open_source(at, ROUND))
        with _OWN:
            yield from _hold_against(directory, notes, folder, key.name, clock)
    except MissingError:
        if witness and not read_submit(folder):
            yield Outcome(name=key.name, state=FINE, said=sentence("{witness} has cosigned nothing yet.", witness=key.name))
    except OutputError:
        raise
    except PlumbruleError as error:
        if witness or not isinstance(error, SilentError):
            yield _failed(folder, key.name, error, clock)
        return
    if witness:
        note_contact(folder, _now(clock), FINE)


def _cosigned(directory: Path, source: Source) -> dict[str, bytes]:
    """What somebody cosigned of the logs that lie here, and how much of ours they lay out. Raises MissingError: nothing."""
    names = set(source.read(f"{COSIGNED}/{LIST}", MAX_LIST).decode("ascii", "replace").splitlines())
    found = {folder.name for folder in followed(directory / MIRRORS) if folder.name in names}
    own = _own_name(directory)
    notes = {name: source.read(f"{COSIGNED}/{name}", MAX_NOTE) for name in sorted(found | ({own} & names))}
    if own in names:
        with suppress(MissingError):
            notes[HELD] = source.read(f"{MIRRORS}/{own}/checkpoint", MAX_NOTE)
    return notes


def _own_name(directory: Path) -> str:
    """The folder name of our own log, "" without one."""
    if not (directory / "log").is_dir():
        return ""
    with Log.open(directory / "log") as log:
        return folder_name(log.origin)


def _hold_against(directory: Path, notes: Mapping[str, bytes], peer: Path, name: str, clock: Clock) -> Iterator[Outcome]:
    """A contradiction is told of the log that signed it, not of the one who showed it."""
    for folder in (directory / MIRRORS / name for name in notes):
        if (folder / FOLLOW).is_file():
            with Mirror.open(folder) as mirror:
                try:
                    if mirror.alarm is None:
                        mirror.compare(notes[folder.name])
                except DisagreementError as error:
                    yield _failed(folder, mirror.origin, error, clock)
    if not (directory / "log").is_dir():
        return
    with Log.open(directory / "log") as log:
        raw = notes.get(folder_name(log.origin))
        if raw is None:
            return
        try:
            kept = keep_cosignatures(log, raw, witness_keys(directory), directory / WITNESSED)
            if HELD in notes:
                keep_cosignatures(log, notes[HELD], (), directory / WITNESSED)
                write_durably(peer / HELD, notes[HELD])
        except DisagreementError as error:
            yield _of_our_own(log, error)
            return
        if kept:
            said = sentence("{witness} cosigned a state of this log.", witness=", ".join(kept))
            yield Outcome(name=name, state=FINE, said=said)


def _failed(folder: Path, name: str, error: PlumbruleError, clock: Clock) -> Outcome:
    state = SILENT if isinstance(error, SilentError) else DISAGREES if isinstance(error, DisagreementError) else UNFIT
    if state == DISAGREES and acknowledged(folder / ALARM) is not None:
        state = NOTED
    note_contact(folder, _now(clock), state, error.got)
    return Outcome(name=name, state=state, said=sentence("{log}: {problem}", log=name, problem=error.got))


def _now(clock: Clock) -> str:
    return clock().astimezone(UTC).isoformat(timespec="seconds")
