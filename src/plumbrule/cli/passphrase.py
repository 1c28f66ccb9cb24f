"""Passphrases of key files: from PLUMBRULE_PASSPHRASE, or asked for on the terminal, and only when a key has one."""

from __future__ import annotations

import getpass
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from plumbrule.errors import KeyFileError

if TYPE_CHECKING:
    from plumbrule.evidence import KeySigner, Kind

VARIABLE = "PLUMBRULE_PASSPHRASE"


def ask(path: Path) -> str:
    """The passphrase of a key file that is encrypted.

    Raises:
        KeyFileError: there is none in the environment, and nobody to ask.
    """
    found = os.environ.get(VARIABLE)
    if found is None and _somebody():
        found = getpass.getpass(f"{path}: passphrase? ")
    if not found:
        raise KeyFileError(
            f"{path} is encrypted, and no passphrase was given.",
            expected=f"the passphrase in {VARIABLE}, or a terminal where it can be asked for.",
            cure=f"set {VARIABLE}, where nobody else can read it, and run the command again.",
        )
    return found


def new_passphrase(wanted: bool, path: Path) -> str | None:
    """The passphrase for a key file that is about to be made; None if none is wanted.

    Raises:
        KeyFileError: none was given, or the second was not the first.
    """
    if not wanted:
        return None
    first = ask(path)
    if os.environ.get(VARIABLE) is None and getpass.getpass(f"{path}: once more: ") != first:
        raise KeyFileError("the two passphrases are not the same.", expected="the same words twice.", cure="run it again.")
    return first


def read_signer(path: Path, kind: Kind | None = None) -> KeySigner:
    """The signer in a key file, for statements if no kind is named. Raises KeyFileError."""
    from plumbrule import evidence  # noqa: PLC0415 - cryptography loads only when something is signed

    return evidence.read_key(path, kind or evidence.Kind.STATEMENT, ask)


def words_for(path: Path) -> str | None:
    """The passphrase of a key file, asked for if it is there and encrypted; None if not."""
    from plumbrule.evidence import key_is_locked  # noqa: PLC0415 - as above

    return ask(path) if path.is_file() and key_is_locked(path) else None


def log_signer(log: Path) -> KeySigner | None:
    """The signer of a log whose key lies encrypted in its folder; None if the log finds its key by itself, or has none there."""
    from plumbrule.evidence import Kind, key_is_locked  # noqa: PLC0415 - as above

    path = log / "log.key"
    return read_signer(path, Kind.LOG) if path.is_file() and key_is_locked(path) else None


def _somebody() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()
