"""Signed notes: text with signatures under it (c2sp.org/signed-note)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from plumbrule.errors import VerificationError
from plumbrule.evidence.keys import Signer
from plumbrule.evidence.reading import read_base64, read_text, refuse, write_base64
from plumbrule.evidence.vkey import VerifierKey, valid_name

MAX_NOTE = 131_072
MAX_SIGNATURES = 16
_DASH = "\u2014"
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteSignature:
    """One signature line: the key's name, its four-byte id, and the bytes that follow the id."""

    name: str
    key_id: bytes
    blob: bytes

    @property
    def label(self) -> str:
        """`name+id`, as a verifier key calls itself."""
        return f"{self.name}+{self.key_id.hex()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A parsed note. `text` is what is signed, its final newline included. Nothing in it is to be believed yet."""

    text: str
    signatures: tuple[NoteSignature, ...]

    def by(self, key: VerifierKey) -> NoteSignature | None:
        """The line that claims to be this key's: name and id both match."""
        return next((line for line in self.signatures if (line.name, line.key_id) == (key.name, key.id)), None)


def parse_note(raw: bytes, what: str = "note") -> Note:
    """Read a signed note; checks no signature.

    Raises:
        UnreadableError: not UTF-8, a control character, no signature, more than 16, or a line that is not in its one form.
    """
    text = read_text(raw, what, MAX_NOTE)
    if _CONTROL.search(text):
        refuse(what, "it holds a control character", "text with newlines only.")
    head, blank, tail = text.rpartition("\n\n")
    if not blank or not tail.endswith("\n"):
        refuse(what, "it is not a signed note", "text, an empty line, and signature lines that end in a newline.")
    lines = tail[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        refuse(what, f"it has {len(lines)} signatures", f"at most {MAX_SIGNATURES}.")
    signatures = tuple(_signature(line, what) for line in lines)
    if len({line.label for line in signatures}) != len(signatures):
        refuse(what, "one key signs twice", "one signature of each key.")
    return Note(text=head + "\n", signatures=signatures)


def write_note(text: str, signatures: Iterable[NoteSignature]) -> bytes:
    """The bytes of a note."""
    lines = "".join(f"{_DASH} {line.name} {write_base64(line.key_id + line.blob)}\n" for line in signatures)
    return f"{text}\n{lines}".encode()


def sign_note(text: str, signers: Sequence[Signer]) -> bytes:
    """Sign a text that ends in a newline, as a log does (Ed25519 over the text)."""
    return write_note(text, [_sign(text, signer) for signer in signers])


def verified(note: Note, keys: Iterable[VerifierKey]) -> tuple[VerifierKey, ...]:
    """Those of the keys whose plain Ed25519 signature is on the note; lines of other keys are ignored, as the format asks.

    Raises:
        VerificationError: a line that claims to be one of the keys is not.
    """
    found = []
    for key in keys:
        line = note.by(key)
        if line is None:
            continue
        if not key.verifies(note.text.encode("utf-8"), line.blob):
            raise VerificationError(
                f"the signature of {key.label} does not fit the text above it.", expected="the bytes that were signed."
            )
        found.append(key)
    return tuple(found)


def _sign(text: str, signer: Signer) -> NoteSignature:
    return NoteSignature(name=signer.verifier.name, key_id=signer.verifier.id, blob=signer.sign(text.encode("utf-8")))


def _signature(line: str, what: str) -> NoteSignature:
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] != _DASH or not valid_name(parts[1]):
        refuse(what, "a signature line is not in its form", "an em dash, the key name and base64, one space between.")
    raw = read_base64(parts[2], what)
    if len(raw) < 5:
        refuse(what, "a signature line holds no signature", "four bytes of key id, then the signature.")
    return NoteSignature(name=parts[1], key_id=raw[:4], blob=raw[4:])
