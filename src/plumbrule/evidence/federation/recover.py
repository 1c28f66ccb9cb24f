"""Rebuild a log from the mirrors that others hold, and only as far as nothing that anybody saw is lost.

The heads that count: the head guard if it is still there, the checkpoints that witnesses cosigned, what those whom the
node follows show when they are asked now, and whatever else is handed in. A mirror that reaches all of them gives the
whole log back, under the same key. If none does, the tail is lost, and to go on would be a second history: then the old
origin is frozen with both heads kept, and a log of another name begins, whose first entry cites them.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from plumbrule.errors import InputError, OutputError, PlumbruleError, UnreadableError, VerificationError
from plumbrule.evidence.checkpoint import Checkpoint, parse_checkpoint
from plumbrule.evidence.claims import KEY_EVENT, Claim
from plumbrule.evidence.envelope import seal
from plumbrule.evidence.federation.alarm import keep_contradiction, own_alarms
from plumbrule.evidence.federation.contact import folder_name, read_follow, read_submit
from plumbrule.evidence.federation.cosign import COSIGNED, WITNESSED, cosigned_sizes
from plumbrule.evidence.federation.mirror import DisagreementError, Mirror
from plumbrule.evidence.federation.share import SHARE
from plumbrule.evidence.federation.source import open_source
from plumbrule.evidence.federation.submit import seen_path
from plumbrule.evidence.federation.swap import AGAIN, BROKEN, FREEZING, FROZEN, LOG, swap, unfinished
from plumbrule.evidence.federation.sync import MIRRORS, WITNESSES, followed
from plumbrule.evidence.keys import Passphrase, Signer, new_signer, opening, read_key, write_key
from plumbrule.evidence.log import Log, store
from plumbrule.evidence.log.guard import read_head, write_durably
from plumbrule.evidence.log.named import follow_withdrawals
from plumbrule.evidence.log.settings import Settings, read_settings
from plumbrule.evidence.note import MAX_NOTE, parse_note
from plumbrule.evidence.reading import Json
from plumbrule.evidence.statement import make_statement, subject_of, write_statement
from plumbrule.evidence.tree import tree_root
from plumbrule.evidence.vkey import Kind, VerifierKey, parse_verifier_key

BATCH = 1_000
Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """What came back: the log's name, how many entries, and how many of those that somebody saw are lost (only when frozen)."""

    origin: str
    size: int
    lost: int


def recover(
    directory: Path,
    places: Sequence[str],
    clock: Clock,
    *,
    seen: Iterable[bytes] = (),
    freeze: str = "",
    passphrase: Passphrase = None,
) -> Recovered:
    """Rebuild the node's log from a mirror.

    Args:
        directory: the node; its `log/log.vkey` and `log/log.key` must be there, whatever else is lost.
        places: where copies of the log are: `share/mirrors/…` of other nodes, by address or folder. Not needed to finish
            a recovery that was broken off.
        clock: the time.
        seen: checkpoints of this log that anybody holds, besides the head guard and those that witnesses cosigned.
        freeze: the name of the log that begins if the tail is lost; empty: refuse then.
        passphrase: opens the log's key; the organisation's, and that of a new log, when a log is frozen.

    Raises:
        VerificationError: a head that was seen reaches beyond every copy (without `freeze`), or contradicts them.
        UnreadableError: no place has a copy that is what the log signed.
        OutputError: the disk failed, or something is in the way.
    """
    if unfinished(directory):
        return _finish(directory)
    key = _read_key(directory / "log" / "log.vkey")
    heads = _heads(directory, key, seen)
    aside = directory / "recovering"
    shutil.rmtree(aside, ignore_errors=True)
    try:
        with _best(aside, key, places, clock) as mirror:
            last = max((head for _, head in heads), key=lambda head: head.size, default=mirror.head)
            for raw, head in heads:
                _hold_against(directory, mirror, raw, head)
            lost = max(0, last.size - mirror.head.size)
            if lost and not freeze:
                raise VerificationError(
                    f"{last.size} entries were published, and the best copy holds {mirror.head.size}: the tail is lost.",
                    expected="a copy that holds all that anybody saw.",
                    cure="look for another mirror; if there is none, --freeze NAME ends this log and begins another.",
                )
            raw = next((raw for raw, head in heads if head == last), mirror.checkpoint)
            if lost:
                return _freeze(directory, mirror, raw, freeze, clock, passphrase)
            _rebuild(directory, mirror, passphrase)
            return Recovered(origin=key.name, size=mirror.head.size, lost=0)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _finish(directory: Path) -> Recovered:
    """Go on where an earlier recovery was broken off: everything was checked before its last steps began."""
    if not (directory / LOG).exists() and not (directory / AGAIN).exists():
        raise UnreadableError(
            f"{directory / LOG} is gone, and so is {directory / AGAIN}.",
            expected="what a recovery left.",
            cure=f"rename {directory / BROKEN} to {LOG}, then recover again.",
        )
    frozen = (directory / FREEZING).exists()
    swap(directory)
    with Log.open(directory / LOG) as log:
        return Recovered(origin=log.origin, size=log.size, lost=_lost(directory / FROZEN) if frozen else 0)


def _lost(folder: Path) -> int:
    raws = [(folder / f"{name}.checkpoint").read_bytes() for name in ("last-seen", "recovered")]
    last, kept = (parse_checkpoint(parse_note(raw)).size for raw in raws)
    return last - kept


def _hold_against(directory: Path, mirror: Mirror, raw: bytes, head: Checkpoint) -> None:
    """A head that was seen must be one of the copy's; if not, both are kept where the copy's folder does not take them along."""
    if head.size > mirror.head.size:
        return
    try:
        mirror.compare(raw)
    except DisagreementError:
        keep_contradiction(directory, raw, mirror.checkpoint)
        raise


def _read_key(path: Path) -> VerifierKey:
    try:
        return parse_verifier_key(path.read_text(encoding="utf-8").removesuffix("\n"), str(path))
    except (OSError, UnicodeDecodeError):
        raise UnreadableError(f"{path} cannot be read.", expected="the log's verifier key.", cure="restore it.") from None


def _heads(directory: Path, key: VerifierKey, seen: Iterable[bytes]) -> list[tuple[bytes, Checkpoint]]:
    """Every signed head of the log that is known here. A damaged guard is no head; one of another key neither."""
    raws = [*seen, *_asked(directory, key)]
    found = [(raw, read_head(raw, key, "a checkpoint that was handed in")) for raw in raws]
    guard = read_settings(directory / "log").guard_in(directory / "log")  # perhaps on another disk
    kept = [guard, directory / "log" / "checkpoint", directory / SHARE / "checkpoint"]
    kept += [directory / WITNESSED / str(size) for size in cosigned_sizes(directory / WITNESSED)]
    kept += [folder / "seen.checkpoint" for folder in own_alarms(directory)]
    for path in kept:
        if path.is_file():
            try:
                raw = path.read_bytes()
                found.append((raw, read_head(raw, key, str(path))))
            except (UnreadableError, OSError):
                continue
    return found


def _asked(directory: Path, key: VerifierKey) -> Iterator[bytes]:
    """What everybody whom the node follows cosigned last of this log: a witness may be ahead of every mirror, and of us."""
    for folder in (*followed(directory / WITNESSES), *followed(directory / MIRRORS)):
        shown = ((read_follow(folder)[1], f"{COSIGNED}/{folder_name(key.name)}"), (read_submit(folder), seen_path(key.name)))
        for at, path in shown:
            try:
                raw = open_source(at).read(path, MAX_NOTE) if at else b""
                read_head(raw, key, "a checkpoint that a witness shows")
            except UnreadableError:  # silent, without a word about this log, or signed by somebody else
                continue
            yield raw


def _best(aside: Path, key: VerifierKey, places: Sequence[str], clock: Clock) -> Mirror:
    """Of all copies the one that reaches furthest, pulled and checked like any other log."""
    problems: list[str] = []
    sizes: dict[int, Path] = {}
    for number, place in enumerate(places):
        folder = aside / str(number)
        try:
            with Mirror.create(folder, key, place) as mirror:
                mirror.pull(open_source(place), clock().astimezone(UTC).isoformat(timespec="seconds"))
                sizes.setdefault(mirror.head.size, folder)
        except OutputError:
            raise
        except PlumbruleError as error:
            problems.append(error.got)
    if not sizes:
        raise UnreadableError(
            f"no place has a copy of {key.name}: {'; '.join(problems) or 'none was named'}.",
            expected="a mirror that another node lays out.",
            cure="name another with --from.",
        )
    return Mirror.open(sizes[max(sizes)])


def _rebuild(directory: Path, mirror: Mirror, passphrase: Passphrase) -> None:
    """A log folder beside the broken one, whole and checked, then in its place."""
    again, broken = directory / AGAIN, directory / BROKEN
    if broken.exists():
        raise OutputError(f"{broken} is in the way.", expected="no earlier broken log.", cure="move it to a safe place first.")
    signer = read_key(directory / "log" / "log.key", Kind.LOG, passphrase)
    shutil.rmtree(again, ignore_errors=True)
    with Log.create(again, signer.verifier.name, signer, _waiting(directory)) as log:
        _fill(log, mirror)
        write_durably(log.guard, mirror.checkpoint)
    shutil.copy2(directory / "log" / "log.key", again / "log.key")  # as it is: for its owner only, and encrypted if it was
    with Log.open(again) as log:
        _copy_content(log, mirror)
    swap(directory)


def _waiting(directory: Path) -> Settings:
    """Whoever had to be heard before the old log signed must be heard before the new one does."""
    old = read_settings(directory / "log")
    return Settings(outside=old.outside, required=old.required)


def _fill(log: Log, mirror: Mirror) -> None:
    source = mirror.entries()
    while batch := [entry for _, entry in islice(source, BATCH)]:
        log.append(batch)
    with log.database.reading() as cursor:
        size, same = store.read_state(cursor).size, tree_root(store.read_state(cursor).size, store.tree_reader(cursor))
    if (size, same) != (mirror.head.size, mirror.head.root):
        raise UnreadableError("the rebuilt log is not the one that was signed.", cure="try again from another mirror.")


def _copy_content(log: Log, mirror: Mirror) -> None:
    for digest in mirror.content.digests():
        log.content.put(mirror.content.get(digest))
    follow_withdrawals(log.entries(), log.entries, log.content, log.origin)  # the notices; and a mirror may lag


def _freeze(directory: Path, mirror: Mirror, last: bytes, name: str, clock: Clock, passphrase: Passphrase) -> Recovered:
    """End the old origin with both heads kept, and begin a log whose first entry cites them."""
    old, folder, begun = mirror.origin, directory / FROZEN, directory / AGAIN
    if folder.exists() or (directory / BROKEN).exists():
        raise OutputError(f"{folder} or {directory / BROKEN} is in the way.", expected="a log that was never frozen.")
    if name == old:
        raise InputError(f"{name!r} is the name of the log that ends.", expected="another name.")
    secret = opening(directory / "keys" / "statement.key", passphrase)
    statement = read_key(directory / "keys" / "statement.key", passphrase=secret)
    recovered, lost = mirror.checkpoint, read_head(last, mirror.key, "the last head that was seen").size - mirror.head.size
    signer = new_signer(name, Kind.LOG)
    shutil.rmtree(begun, ignore_errors=True)
    with Log.create(begun, name, signer, _waiting(directory)) as log:
        log.append([_citation(signer.verifier, mirror.key, last, recovered, clock, statement)])
        log.publish(clock)
        for raw in (last, recovered):
            log.content.put(raw)
        _copy_content(log, mirror)
    write_key(begun / "log.key", signer, secret)
    aside = directory / FREEZING
    shutil.rmtree(aside, ignore_errors=True)
    shutil.copytree(mirror.directory, aside)
    write_durably(aside / "last-seen.checkpoint", last)
    write_durably(aside / "recovered.checkpoint", recovered)
    swap(directory)
    return Recovered(origin=name, size=1, lost=lost)


def _citation(new: VerifierKey, old: VerifierKey, last: bytes, recovered: bytes, clock: Clock, signer: Signer) -> bytes:
    """The first entry of the log that begins: a key event whose subjects are the two heads of the one that ended."""
    fields: dict[str, Json] = {
        "created": clock().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "event": "rotated",
        "files": ("last-seen.checkpoint", "recovered.checkpoint"),
        "from": 0,
        "key": _token(new),
        "purpose": "log",
        "replaces": _token(old),
        "suspect_from": None,
    }
    subjects = [subject_of("last-seen.checkpoint", last), subject_of("recovered.checkpoint", recovered)]
    return seal(write_statement(make_statement(subjects, Claim(kind=KEY_EVENT, fields=fields))), [signer])


def _token(key: VerifierKey) -> str:
    """A key's label where only a token may stand; a name in another script is told by its digest."""
    plain = key.label.isascii() and len(key.label) <= 200
    return key.label if plain else f"sha256:{hashlib.sha256(key.label.encode()).hexdigest()}"
