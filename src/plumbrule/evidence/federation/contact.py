"""Whom a node follows, where, and how the last sync with each went: two small JSON files in a folder for each."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, replace
from pathlib import Path

from plumbrule.errors import OutputError, UnreadableError
from plumbrule.evidence.log.guard import write_durably
from plumbrule.evidence.reading import read_json, read_object, refuse
from plumbrule.evidence.vkey import VerifierKey, parse_verifier_key

FOLLOW, CONTACT = "follow.json", "contact.json"
FINE, NEW, SILENT, BEHIND, UNFIT, DISAGREES, NOTED = "fine", "new", "silent", "behind", "unfit", "disagrees", "noted"
_LIMIT = 16_384


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """How the last sync went: when it was tried, when somebody last answered (RFC 3339, "" if never), and what is wrong.

    `state`: fine; new (never tried); silent (nobody answers); behind (it shows less than it did); unfit (what it serves
    was refused); disagrees (two histories were signed); noted (that, and a person has acknowledged it).
    """

    tried: str = ""
    heard: str = ""
    state: str = NEW
    problem: str = ""


def folder_name(name: str) -> str:
    """A folder's name for a log or a witness, readable and without collisions.

    >>> folder_name("example.org/log")
    'example.org_log-d2ddd66899fd'
    """
    return f"{re.sub('[^a-z0-9.-]+', '_', name.lower())[:60].strip('.')}-{hashlib.sha256(name.encode()).hexdigest()[:12]}"


def read_follow(directory: Path) -> tuple[VerifierKey, str]:
    """Whose key a folder follows, and where. Raises UnreadableError."""
    path = directory / FOLLOW
    fields = _read(path, frozenset({"at", "vkey"}), frozenset({"submit"}))
    return parse_verifier_key(fields["vkey"], str(path)), fields["at"]


def read_submit(directory: Path) -> str:
    """Where a witness takes new checkpoints (its submission prefix); "" if its word is only collected. Raises UnreadableError."""
    return _read(directory / FOLLOW, frozenset({"at", "vkey"}), frozenset({"submit"})).get("submit", "")


def write_follow(directory: Path, key: VerifierKey, at: str, submit: str = "") -> None:
    """Remember whom to follow and where; a new place takes the old one's. Raises OutputError."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{directory} cannot be made: {error.strerror}.", cure="check the folder.") from None
    _write(directory / FOLLOW, {"at": at, "vkey": str(key), **({"submit": submit} if submit else {})})


def read_contact(directory: Path) -> Contact:
    """How the last sync went. Half a file, as a power cut may leave it, says as little as none: the next round writes it anew."""
    try:
        return Contact(**_read(directory / CONTACT, frozenset({"tried", "heard", "state", "problem"})))
    except UnreadableError:
        return Contact()


def note_contact(directory: Path, now: str, state: str, problem: str = "") -> Contact:
    """Remember how a sync went; a silent one leaves the time when somebody last answered."""
    contact = replace(read_contact(directory), tried=now, state=state, problem=problem[:1000])
    contact = contact if state == SILENT else replace(contact, heard=now)
    fields = {"tried": contact.tried, "heard": contact.heard, "state": contact.state, "problem": contact.problem}
    aside = directory / f"{CONTACT}.new"
    try:
        aside.write_bytes(_json(fields))
        aside.replace(directory / CONTACT)  # not synced: nothing depends on it, and a hub has hundreds of them in each round
    except OSError as error:
        raise OutputError(f"{aside} cannot be written: {error.strerror}.", cure="look after the disk.") from None
    return contact


def _read(path: Path, keys: frozenset[str], optional: frozenset[str] = frozenset()) -> dict[str, str]:
    try:
        raw = path.read_bytes()
    except OSError as error:
        refuse(str(path), f"it cannot be read ({error.strerror})", cure="follow the log again.")
    fields = read_object(read_json(raw, str(path), _LIMIT), str(path), keys, optional)
    return {key: str(value) for key, value in fields.items()}


def _write(path: Path, fields: dict[str, str]) -> None:
    write_durably(path, _json(fields))


def _json(fields: dict[str, str]) -> bytes:
    return json.dumps(fields, ensure_ascii=False, indent=1, sort_keys=True).encode("utf-8", "replace") + b"\n"
