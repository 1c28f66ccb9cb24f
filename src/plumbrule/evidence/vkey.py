"""Verifier keys: who signed, in one line of text that can be printed, read out and compared.

`<name>+<key id, 8 hex digits>+<base64 of type and public key>`, as in c2sp.org/signed-note. The type keeps keys apart
by what they sign: a log's key cannot be taken for an organisation's, even if somebody pastes it into the wrong file.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import Enum

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from plumbrule.evidence.reading import read_base64, refuse, write_base64

MAX_NAME = 255


class Kind(Enum):
    """What a key signs: the type that stands before the public key (C2SP signed-note, "signature types").

    LOG: a log's own signature on a checkpoint (0x01). WITNESS: a timestamped cosignature (0x04).
    ML_DSA_44: a cosignature (0x06) that this version can name and cannot check.
    STATEMENT: a DSSE envelope. The list has no type for that, so it is 0xff and a name of our own, as the list advises.
    """

    LOG = b"\x01"
    WITNESS = b"\x04"
    ML_DSA_44 = b"\x06"
    STATEMENT = b"\xffurn:x-plumbrule:dsse-ed25519:1\n"


_LENGTHS = {Kind.LOG: 32, Kind.WITNESS: 32, Kind.ML_DSA_44: 1312, Kind.STATEMENT: 32}


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifierKey:
    """A public key with the name it signs under. `public` is 32 bytes for Ed25519 (RFC 8032), 1,312 for ML-DSA-44.

    `str()` gives the line of text that `parse_verifier_key` reads.
    """

    name: str
    kind: Kind
    public: bytes

    @property
    def id(self) -> bytes:
        """The four bytes that find the key, SHA-256(name, newline, type, public key)[:4]. Not a strong hash."""
        return hashlib.sha256(self.name.encode("utf-8") + b"\n" + self.kind.value + self.public).digest()[:4]

    @property
    def label(self) -> str:
        """`name+id`: how envelopes and messages call the key."""
        return f"{self.name}+{self.id.hex()}"

    def __str__(self) -> str:
        return f"{self.label}+{write_base64(self.kind.value + self.public)}"

    def verifies(self, message: bytes, signature: bytes) -> bool:
        """True if `signature` (64 bytes, Ed25519) is this key's on `message`. Always false for ML-DSA-44."""
        if self.kind is Kind.ML_DSA_44:
            return False
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


def parse_verifier_key(text: str, what: str = "verifier key") -> VerifierKey:
    """Read one verifier key.

    Raises:
        UnreadableError: not in the form, an unknown type, or an id that is not the key's.

    >>> key = parse_verifier_key("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
    >>> key.name, key.kind.name, key.id.hex()
    ('example.com/foo', 'LOG', '530d903a')
    """
    parts = text.split("+", 2)  # base64 may hold a plus, names and hex may not
    if len(parts) != 3:
        refuse(what, "it has no verifier key where one belongs", "<name>+<8 hex digits>+<base64>.")
    name, digits, encoded = parts
    if not valid_name(name):
        refuse(what, "the name of a verifier key is not allowed", "a name without spaces, plus signs or unprintable signs.")
    material = read_base64(encoded, what)
    key = _split(name, material, what)
    if key.id.hex() != digits:
        refuse(what, f"the verifier key of {name} says id {digits[:16]!r}", f"{key.id.hex()}, computed from the key.")
    return key


def valid_name(name: str) -> bool:
    """True for a name that a key may carry.

    signed-note asks for no Unicode spaces and no plus. We also refuse what a terminal would not show (control and
    format characters), because names are printed.
    """
    clean = name.isprintable() and "+" not in name and not any(map(str.isspace, name))
    return clean and 0 < len(name.encode("utf-8", "replace")) <= MAX_NAME


def _split(name: str, material: bytes, what: str) -> VerifierKey:
    fitting = [kind for kind in Kind if material.startswith(kind.value) and len(material) == len(kind.value) + _LENGTHS[kind]]
    if not fitting:
        refuse(
            what,
            f"the verifier key of {name} is of a type that is not known here, or of the wrong length",
            "an Ed25519 key of a log (0x01), of a witness (0x04) or of a signer of statements, or an ML-DSA-44 key (0x06).",
        )
    return VerifierKey(name=name, kind=fitting[0], public=material[len(fitting[0].value) :])
