"""Where files wait until their proposal is agreed to: DIR/inbox/<sha256>. Private: nothing here is handed out."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Container, Iterable, Mapping
from datetime import datetime
from pathlib import Path

from plumbrule.base.files import write_file_aside
from plumbrule.errors import InputError, OutputError, VerificationError
from plumbrule_portal.ledger import node

MAX_FILE = 64 * 2**20
_DIGEST = re.compile(r"[0-9a-f]{64}")


def keep(files: Mapping[str, bytes]) -> dict[str, str]:
    """Keep files, and return name → SHA-256. Raises OutputError if one is too large or cannot be written."""
    return {name: _keep(name, raw) for name, raw in files.items()}


def read(digest: str) -> bytes:
    """A waiting file, hashed again. Raises InputError if it is gone, VerificationError if it changed."""
    path = _path(digest)
    try:
        raw = path.read_bytes()
    except OSError:
        raise InputError(
            f"the file {digest[:12]}… of this proposal is not in the inbox.",
            expected="the files as they were proposed.",
            cure="take the proposal back and propose anew.",
        ) from None
    if hashlib.sha256(raw).hexdigest() != digest:
        raise VerificationError(f"the file {digest[:12]}… of this proposal was changed.", expected="bytes with this SHA-256.")
    return raw


def clear(digests: Iterable[str]) -> None:
    """Delete files that nobody waits for any more."""
    for digest in digests:
        _path(digest).unlink(missing_ok=True)


def clear_orphans(wanted: Container[str], before: datetime) -> int:
    """Delete the files that are not wanted and came before a time; what a broken-off proposal left. Returns how many."""
    folder, gone = node.folder() / "inbox", 0
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        if path.name not in wanted and path.stat().st_mtime < before.timestamp():
            path.unlink(missing_ok=True)
            gone += 1
    return gone


def _keep(name: str, raw: bytes) -> str:
    if len(raw) > MAX_FILE:
        raise OutputError(f"{name}: {len(raw)} bytes.", expected=f"at most {MAX_FILE} bytes.", cure="make it smaller.")
    digest = hashlib.sha256(raw).hexdigest()
    path = _path(digest)
    if not path.is_file():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_file_aside(path, raw, mode=0o600)
    return digest


def _path(digest: str) -> Path:
    if not _DIGEST.fullmatch(digest):
        raise InputError(f"{digest[:80]!r} is not a digest.", expected="64 digits and small letters from a to f.")
    return node.folder() / "inbox" / digest
