"""Alarms: two signed checkpoints that cannot both be true, kept for ever, and who has taken note of them.

    alarm/…, alarm-2/…          of our own log: seen.checkpoint and ours.checkpoint
    mirrors/<log>/alarm/…       of a log that we follow: first.checkpoint and second.checkpoint
    …/acknowledged.json         a person's word that they know: by whom, when, and over which bytes

An acknowledgement decides nothing: which history is the true one stays open, nothing is deleted, and of a followed log
nothing more is pulled or cosigned. It only keeps a known alarm from covering up the next.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from plumbrule.errors import InputError, UnreadableError, VerificationError
from plumbrule.evidence.checkpoint import parse_checkpoint
from plumbrule.evidence.federation.contact import folder_name
from plumbrule.evidence.log import Log
from plumbrule.evidence.log.guard import write_durably
from plumbrule.evidence.note import parse_note
from plumbrule.evidence.reading import read_json, read_object

ALARM, NOTED = "alarm", "acknowledged.json"
_KEYS = frozenset({"at", "by", "over", "why"})
_LINE = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]{1,200}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged:
    """Who took note of an alarm, when (RFC 3339), and why it is no news to them; `over` is a digest of the two checkpoints."""

    at: str
    by: str
    why: str
    over: str


def own_alarms(directory: Path) -> tuple[Path, ...]:
    """The folders of our own log's alarms, oldest first."""
    found = [path for path in directory.glob(f"{ALARM}*") if re.fullmatch(r"alarm(-[0-9]{1,6})?", path.name) and path.is_dir()]
    return tuple(sorted(found, key=lambda path: int(path.name.partition("-")[2] or 1)))


def keep_contradiction(directory: Path, seen: bytes, ours: bytes) -> None:
    """Keep two heads of our own log that contradict each other; an alarm that nobody has acknowledged stays as it is."""
    folders = own_alarms(directory)
    folder = next((one for one in folders if acknowledged(one) is None), None)
    if folder is None:
        folder = directory / (f"{ALARM}-{len(folders) + 1}" if folders else ALARM)
    folder.mkdir(parents=True, exist_ok=True)
    for name, raw in (("seen.checkpoint", seen), ("ours.checkpoint", ours)):
        if not (folder / name).exists():
            write_durably(folder / name, raw)


def acknowledged(folder: Path) -> Acknowledged | None:
    """Who took note of an alarm; None if nobody did, or if what they took note of is not what lies there."""
    path = folder / NOTED
    try:
        fields = read_object(read_json(path.read_bytes(), str(path), 16_384), str(path), _KEYS)
    except (OSError, UnreadableError):
        return None
    noted = Acknowledged(**{key: str(value) for key, value in fields.items()})
    return noted if noted.over == _over(folder) else None


def acknowledge(directory: Path, origin: str, *, by: str, why: str, clock: Callable[[], datetime]) -> tuple[Path, ...]:
    """Write down that a person knows of the alarms of a log; returns their folders.

    Args:
        directory: the node.
        origin: the log: our own, one that ended, or one that we follow.
        by: the person, one line.
        why: what was found out, one line.
        clock: the time.

    Raises:
        InputError: there is no alarm of this log that nobody has acknowledged, or a text is not one line.
        VerificationError: our own log does not continue what was seen: it has to be recovered first.
        OutputError: the disk failed.
    """
    for text in (by, why):
        if not _LINE.fullmatch(text):
            raise InputError(f"{text[:60]!r} is not one line of text.", expected="1 to 200 characters.")
    own = [folder for folder in own_alarms(directory) if _is_of(folder, origin)]
    folders = [directory / "mirrors" / folder_name(origin) / ALARM, *own]
    found = tuple(folder for folder in folders if _over(folder) and acknowledged(folder) is None)
    if not found:
        raise InputError(f"no alarm about {origin[:120]!r} is open.", expected="a name that `plumbrule node status` shows.")
    for folder in found:
        if folder.parent == directory:
            _require_recovered(directory, folder, origin)
        now = clock().astimezone(UTC).isoformat(timespec="seconds")
        noted = Acknowledged(at=now, by=by, why=why, over=_over(folder))
        write_durably(folder / NOTED, json.dumps(asdict(noted), ensure_ascii=False, indent=1).encode("utf-8", "replace") + b"\n")
    return found


def _require_recovered(directory: Path, folder: Path, origin: str) -> None:
    with Log.open(directory / "log") as log:
        if log.origin != origin:
            return  # frozen: that log has ended, and its heads are cited by this one
        try:
            for path in _checkpoints(folder):
                log.compare(path.read_bytes())
        except UnreadableError as error:
            raise VerificationError(
                f"{origin} does not continue both checkpoints of {folder} ({error.got}).",
                expected="a log that was recovered.",
                cure="plumbrule node recover first: nobody can acknowledge that away.",
            ) from None


def _checkpoints(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.checkpoint"))


def _is_of(folder: Path, origin: str) -> bool:
    return any(parse_checkpoint(parse_note(path.read_bytes())).origin == origin for path in _checkpoints(folder))


def _over(folder: Path) -> str:
    """A digest of the two checkpoints; "" unless both are there."""
    raws = [path.read_bytes() for path in _checkpoints(folder)]
    return hashlib.sha256(b"".join(hashlib.sha256(raw).digest() for raw in raws)).hexdigest() if len(raws) == 2 else ""
