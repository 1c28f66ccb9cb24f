"""Read a tree's hashes from a list of leaf hashes, without a log."""

from __future__ import annotations

from collections.abc import Sequence

from plumbrule.evidence.tree import HashReader, layers


def reader_of(leaves: Sequence[bytes]) -> HashReader:
    """`read(level, index)` over these leaf hashes."""
    return lambda level, index: layers(b"".join(leaves[index << level : (index + 1) << level]))[level]
