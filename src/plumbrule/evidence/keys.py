"""Private keys: files that only their owner can read, and the seam behind which a hardware key can stand later.

One file holds one key for one purpose. Two lines of text, then the key as PKCS 8 in PEM:

    plumbrule-key/1 statement
    example.org/assessor+1a2b3c4d+/3Vyb...
    -----BEGIN PRIVATE KEY-----

The second line is the public half; it carries the name and the purpose. PEM allows text before the block (RFC 7468
section 2), so `openssl pkey -in FILE` reads the same file. A name that was changed no longer fits its id, and a key
that was swapped no longer fits the line: both are refused.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from plumbrule.errors import KeyFileError, UnreadableError
from plumbrule.evidence.vkey import Kind, VerifierKey, parse_verifier_key, valid_name

FORMAT = "plumbrule-key/1"
_PURPOSES = {Kind.STATEMENT: "statement", Kind.LOG: "log", Kind.WITNESS: "witness"}
_LIMIT = 16384
_PEM = "-----BEGIN "
_LOCKED = "-----BEGIN ENCRYPTED "
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)


Passphrase = str | Callable[[Path], str] | None
"""What opens a key file: some words; or whom to ask for them, who is asked only when the file is encrypted."""


class Signer(Protocol):
    """Whoever can sign under a name. The key behind it may be a file, a card, or another process."""

    @property
    def verifier(self) -> VerifierKey:
        """The public half: name, purpose, key."""
        ...

    def sign(self, message: bytes) -> bytes:
        """The 64-byte Ed25519 signature on `message`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class KeySigner:
    """A signer whose private key lies in this process's memory."""

    verifier: VerifierKey
    private: Ed25519PrivateKey

    @property
    def name(self) -> str:
        """The name it signs under."""
        return self.verifier.name

    @property
    def key_id(self) -> str:
        """The key id, 8 hex digits."""
        return self.verifier.id.hex()

    def sign(self, message: bytes) -> bytes:
        """The 64-byte Ed25519 signature (RFC 8032) on `message`."""
        return self.private.sign(message)

    def __repr__(self) -> str:
        return f"KeySigner({self.verifier.label})"  # never the private key, whose repr is not ours to trust


def new_signer(name: str, kind: Kind = Kind.STATEMENT) -> KeySigner:
    """A fresh key from the operating system's random numbers. Raises KeyFileError if the name is not allowed."""
    if not valid_name(name):
        raise KeyFileError(
            f"{name[:80]!r} cannot name a key.", expected="a name like example.org/assessor, without spaces or plus signs."
        )
    return _signer(name, kind, Ed25519PrivateKey.generate())


def write_key(path: Path, signer: KeySigner, passphrase: str | None = None) -> None:
    """Write a new key file that only its owner can read (mode 0600 where the system has modes). Never overwrites.

    Raises:
        KeyFileError: the file exists, cannot be written, or the passphrase is empty.
    """
    lines = f"{FORMAT} {_PURPOSES[signer.verifier.kind]}\n{signer.verifier}\n".encode()
    block = signer.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, _encryption(passphrase))
    try:
        descriptor = os.open(path, _CREATE, 0o600)
    except FileExistsError:
        raise KeyFileError(
            f"{path} exists already.", expected="a new file.", cure="choose another name; a key is never overwritten."
        ) from None
    except OSError as error:
        raise KeyFileError(f"{path} cannot be written: {error.strerror}.", cure="check the folder and its permissions.") from None
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(lines + block)
        stream.flush()
        os.fsync(stream.fileno())


def key_is_locked(path: Path) -> bool:
    """True if a key file is encrypted. Raises KeyFileError if it cannot be read, or others can read it."""
    return _LOCKED in _private_text(path)


def opening(path: Path, passphrase: Passphrase) -> str | None:
    """The words that open a key file, asked for now if somebody has to be asked; None if it is not encrypted.

    Raises KeyFileError as `read_key` does.
    """
    return passphrase if not callable(passphrase) else passphrase(path) if key_is_locked(path) else None


def read_key(path: Path, kind: Kind = Kind.STATEMENT, passphrase: Passphrase = None) -> KeySigner:
    """The signer in a key file.

    `passphrase` may be a function from the file's path to the words; it is called only when the file is encrypted.

    Raises:
        KeyFileError: missing, readable by others, for another purpose, not in the form, or the passphrase is missing or wrong.
    """
    text = _private_text(path)
    head, _, block = text.partition(_PEM)
    lines = head.split("\n")
    if len(lines) != 3 or lines[2] or lines[0] not in {f"{FORMAT} {purpose}" for purpose in _PURPOSES.values()}:
        raise KeyFileError(
            f"{path} is not a key file of ours.",
            expected=f"a first line `{FORMAT} {_PURPOSES[kind]}`.",
            cure="make one with `plumbrule node init`.",
        )
    if lines[0] != f"{FORMAT} {_PURPOSES[kind]}":
        raise KeyFileError(
            f"{path} is a key of another purpose ({lines[0].split()[1]}).",
            expected=f"a {_PURPOSES[kind]} key.",
            cure="name the other file.",
        )
    signer = _signer_of(lines[1], kind, _decode(_PEM + block, opening(path, passphrase), path), path)
    if str(signer.verifier) != lines[1]:
        raise KeyFileError(
            f"{path}: the public line does not belong to the private key.",
            expected="the two as they were written.",
            cure="restore the file from a backup.",
        )
    return signer


def _signer_of(line: str, kind: Kind, private: Ed25519PrivateKey, path: Path) -> KeySigner:
    try:
        return _signer(parse_verifier_key(line, str(path)).name, kind, private)
    except UnreadableError as error:
        raise KeyFileError(error.got, expected=error.expected, cure="restore the file from a backup.") from None


def _signer(name: str, kind: Kind, private: Ed25519PrivateKey) -> KeySigner:
    verifier = VerifierKey(name=name, kind=kind, public=private.public_key().public_bytes_raw())
    return KeySigner(verifier=verifier, private=private)


def _encryption(passphrase: str | None) -> KeySerializationEncryption:
    if passphrase is None:
        return NoEncryption()
    if not passphrase:
        raise KeyFileError(
            "the passphrase is empty.",
            expected="some words, or none at all.",
            cure="leave the passphrase out to write the key unencrypted.",
        )
    return BestAvailableEncryption(passphrase.encode("utf-8"))


def _private_text(path: Path) -> str:
    """The text of a file that only its owner can read, looked at through one descriptor so that it cannot be swapped."""
    try:
        with path.open("rb") as stream:
            status = os.fstat(stream.fileno())
            raw = stream.read(_LIMIT + 1)
    except OSError as error:
        raise KeyFileError(
            f"{path} cannot be read: {error.strerror}.", expected="a key file.", cure="make one with `plumbrule node init`."
        ) from None
    if os.name == "posix" and stat.S_IMODE(status.st_mode) & 0o077:
        raise KeyFileError(
            f"{path} can be read or written by others (mode {stat.S_IMODE(status.st_mode):04o}).",
            expected="mode 0600.",
            cure=f"chmod 600 {path}, and ask who may have copied it.",
        )
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise KeyFileError(
            f"{path} is not a key file of ours.", expected="text.", cure="make one with `plumbrule node init`."
        ) from None


def _decode(block: str, passphrase: str | None, path: Path) -> Ed25519PrivateKey:
    secret = None if passphrase is None else passphrase.encode("utf-8")
    try:
        key = load_pem_private_key(block.encode("utf-8"), secret)
    except TypeError:
        raise KeyFileError(
            f"{path} is {'not encrypted, and a passphrase was given' if secret else 'encrypted'}.",
            expected="a passphrase exactly when the key has one.",
            cure="leave the passphrase out." if secret else "give the passphrase.",
        ) from None
    except (ValueError, UnsupportedAlgorithm):
        raise KeyFileError(
            f"{path} cannot be opened.",
            expected="a key in PKCS 8, and its passphrase if it has one.",
            cure="check the passphrase.",
        ) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyFileError(
            f"{path} holds a key of another kind.", expected="an Ed25519 key.", cure="make one with `plumbrule node init`."
        )
    return key
