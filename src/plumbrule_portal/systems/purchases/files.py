"""Where the files of handed packs lie: DIR/purchases/<sha256>. Private: they are shown to the buyer, and to nobody else."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from plumbrule.base.files import write_file_aside
from plumbrule.errors import InputError, VerificationError
from plumbrule_portal.ledger import node

_DIGEST = re.compile(r"[0-9a-f]{64}")


def keep(files: Mapping[str, bytes]) -> dict[str, str]:
    """Keep files, and return name → SHA-256. Raises OutputError: one cannot be written."""
    return {name: _keep(raw) for name, raw in files.items()}


def read(digest: str) -> bytes:
    """A kept file, hashed again. Raises InputError if it is gone, VerificationError if it changed."""
    try:
        raw = _path(digest).read_bytes()
    except OSError:
        raise InputError(f"the file {digest[:12]}… is not kept.", expected="a file of a pack that was handed in.") from None
    if hashlib.sha256(raw).hexdigest() != digest:
        raise VerificationError(f"the file {digest[:12]}… was changed.", expected="bytes with this SHA-256.")
    return raw


def clear(digests: Iterable[str]) -> None:
    """Delete files that no pack names any more."""
    for digest in digests:
        _path(digest).unlink(missing_ok=True)


def _keep(raw: bytes) -> str:
    digest = hashlib.sha256(raw).hexdigest()
    path = _path(digest)
    if not path.is_file():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_file_aside(path, raw, mode=0o600)
    return digest


def _path(digest: str) -> Path:
    if not _DIGEST.fullmatch(digest):
        raise InputError(f"{digest[:80]!r} is not a digest.", expected="64 digits and small letters from a to f.")
    return node.folder() / "purchases" / digest
