"""Checkpoints: what a log says about itself, and what a witness saw (c2sp.org/tlog-checkpoint, c2sp.org/tlog-cosignature)."""

from __future__ import annotations

from dataclasses import dataclass

from plumbrule.evidence.note import Note, NoteSignature
from plumbrule.evidence.reading import read_base64, read_decimal, refuse, write_base64
from plumbrule.evidence.tree import HASH_SIZE
from plumbrule.evidence.vkey import VerifierKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """`size` entries of the log `origin` have the root hash `root` (32 bytes). `extensions` are read and not used."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def text(self) -> str:
        """The text to sign."""
        return "".join(f"{line}\n" for line in (self.origin, str(self.size), write_base64(self.root), *self.extensions))


def parse_checkpoint(note: Note, what: str = "checkpoint") -> Checkpoint:
    """Read the text of a note as a checkpoint. Raises UnreadableError."""
    lines = note.text[:-1].split("\n")
    if len(lines) < 3 or not all(lines):
        refuse(what, "the checkpoint is not in its form", "origin, size and root hash, one a line, none empty.")
    root = read_base64(lines[2], what, HASH_SIZE)
    return Checkpoint(origin=lines[0], size=read_decimal(lines[1], what), root=root, extensions=tuple(lines[3:]))


def cosigned_message(text: str, timestamp: int) -> bytes:
    """What a witness signs with Ed25519 (tlog-cosignature, "Ed25519 signed message")."""
    return f"cosignature/v1\ntime {timestamp}\n{text}".encode()


def cosigned_at(note: Note, line: NoteSignature, key: VerifierKey) -> int | None:
    """When the witness saw this checkpoint, in seconds since 1970 by its own clock; None if the cosignature does not hold."""
    if len(line.blob) != 72:
        return None
    timestamp = int.from_bytes(line.blob[:8], "big")
    if timestamp >= 2**63 or not key.verifies(cosigned_message(note.text, timestamp), line.blob[8:]):
        return None
    return timestamp
