"""Proof files: an entry's place in a log, checkable offline (c2sp.org/tlog-proof)."""

from __future__ import annotations

from dataclasses import dataclass

from plumbrule.evidence.note import MAX_NOTE
from plumbrule.evidence.reading import read_base64, read_decimal, read_text, refuse, write_base64
from plumbrule.evidence.tree import HASH_SIZE

HEADER = "c2sp.org/tlog-proof@v1"
MAX_HASHES = 63
MAX_PROOF = MAX_NOTE + 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """`index` counts from 0; `hashes` run from the leaf's sibling up; `checkpoint` is the signed note, byte for byte.

    `extra` is not authenticated by anything: whoever uses it must check it.
    """

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None = None


def parse_proof(raw: bytes, what: str = "proof") -> Proof:
    """Read a proof file in its one form; checks no hash and no signature. Raises UnreadableError."""
    head, blank, note = read_text(raw, what, MAX_PROOF).partition("\n\n")
    lines = head.split("\n")
    if not blank or lines.pop(0) != HEADER:
        refuse(what, "it is not a proof file", f"a first line {HEADER}, and a checkpoint after an empty line.")
    extra = None
    if lines and lines[0].startswith("extra "):
        extra = read_base64(lines.pop(0)[6:], what)
    if not lines or not lines[0].startswith("index "):
        refuse(what, "it has no index line", "`index` and a number.")
    index = read_decimal(lines.pop(0)[6:], what)
    if len(lines) > MAX_HASHES:
        refuse(what, f"it has {len(lines)} hashes", f"at most {MAX_HASHES}.")
    hashes = tuple(read_base64(line, what, HASH_SIZE) for line in lines)
    return Proof(index=index, hashes=hashes, checkpoint=note.encode("utf-8"), extra=extra)


def write_proof(proof: Proof) -> bytes:
    """The bytes of a proof file."""
    lines = [HEADER]
    if proof.extra is not None:
        lines.append(f"extra {write_base64(proof.extra)}")
    lines += [f"index {proof.index}", *map(write_base64, proof.hashes)]
    return "\n".join(lines).encode("ascii") + b"\n\n" + proof.checkpoint
