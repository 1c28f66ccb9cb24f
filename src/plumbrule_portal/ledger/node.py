"""The node under this portal: its folder, its keys, its content store."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from plumbrule.evidence import KeySigner, Kind, VerifierKey, parse_verifier_key, read_key


def folder() -> Path:
    """The node's folder."""
    return Path(settings.NODE)


def signer() -> KeySigner:
    """The node's own statement key. Its passphrase, if it has one, comes from PLUMBRULE_PASSPHRASE. Raises KeyFileError."""
    return _signer(folder(), os.environ.get("PLUMBRULE_PASSPHRASE") or None)


@lru_cache(maxsize=4)
def _signer(node: Path, passphrase: str | None) -> KeySigner:
    return read_key(node / "keys" / "statement.key", Kind.STATEMENT, passphrase)


def log_key() -> VerifierKey:
    """The log's verifier key, as it lies beside the log."""
    return parse_verifier_key((folder() / "log" / "log.vkey").read_text("ascii").strip(), "log.vkey")
