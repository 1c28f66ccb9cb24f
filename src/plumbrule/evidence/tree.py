"""The Merkle tree of RFC 6962: roots, and proofs that an entry is in and that nothing was taken out.

Definitions are those of RFC 6962 section 2.1; verification follows RFC 9162 sections 2.1.3.2 and 2.1.4.2, which
wrote the algorithms out. Hashes are 32 bytes, SHA-256.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence

HASH_SIZE = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()

HashReader = Callable[[int, int], bytes]
"""`read(level, index)`: the hash of the complete subtree of 2^level leaves that starts at leaf index * 2^level."""


def leaf_hash(data: bytes) -> bytes:
    """SHA-256(0x00, data): RFC 6962 section 2.1.

    >>> leaf_hash(b"").hex()[:16]
    '6e340b9cffb37a98'
    """
    return hashlib.sha256(b"\x00" + data).digest()


def leaf_hashes(entries: Iterable[bytes]) -> list[bytes]:
    """The leaf hash of each entry."""
    sha256 = hashlib.sha256
    return [sha256(b"\x00" + entry).digest() for entry in entries]  # leaf_hash written out: once for every entry of a log


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01, left, right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def layers(run: bytes) -> tuple[bytes, ...]:
    """All complete subtrees above a run of hashes laid end to end: item k holds, laid the same way, those of 2^k of them each.

    The run must start at a multiple of the largest complete subtree in it, as a tile does.
    """
    found, pair, sha256 = [run], 2 * HASH_SIZE, hashlib.sha256
    while len(run) >= pair:
        # node_hash written out: this line runs once for every entry of a log
        run = b"".join([sha256(b"\x01" + run[i : i + pair]).digest() for i in range(0, len(run) - pair + 1, pair)])
        found.append(run)
    return tuple(found)


def complete_subtrees(start: int, end: int) -> tuple[tuple[int, int], ...]:
    """The (level, index) of the complete subtrees that make up leaves start … end, left to right.

    `start` must be a multiple of the largest power of two that is not above end - start.
    """
    found = []
    while start < end:
        level = (end - start).bit_length() - 1
        found.append((level, start >> level))
        start += 1 << level
    return tuple(found)


def fold(hashes: Iterable[bytes]) -> bytes:
    """One root over complete subtrees given left to right; the empty root if there are none."""
    right_to_left = list(hashes)[::-1]
    if not right_to_left:
        return EMPTY_ROOT
    root = right_to_left[0]
    for left in right_to_left[1:]:
        root = node_hash(left, root)
    return root


def tree_root(size: int, read: HashReader) -> bytes:
    """MTH of the first `size` leaves; reads O(log size) hashes."""
    return _range_root(0, size, read)


def inclusion_proof(index: int, size: int, read: HashReader) -> tuple[bytes, ...]:
    """PATH(index, D[size]) of RFC 6962 section 2.1.1: siblings from the leaf's up to the root's child.

    Raises ValueError unless 0 <= index < size.
    """
    if not 0 <= index < size:
        raise ValueError(f"no entry {index} in a tree of {size}")
    return tuple(_range_root(start, end, read) for start, end in _siblings(index, 0, size))


def consistency_proof(old: int, new: int, read: HashReader) -> tuple[bytes, ...]:
    """PROOF(old, D[new]) of RFC 6962 section 2.1.2. Raises ValueError unless 0 < old <= new."""
    if not 0 < old <= new:
        raise ValueError(f"no consistency proof from {old} to {new}")
    proof: list[bytes] = []
    start, end, whole = 0, new, True
    while old != end:
        split = start + _split(end - start)
        if old <= split:
            proof.append(_range_root(split, end, read))
            end = split
        else:
            proof.append(_range_root(start, split, read))
            start, whole = split, False
    if not whole:
        proof.append(_range_root(start, end, read))
    return tuple(reversed(proof))


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """True if `leaf` (a leaf hash) is entry `index` of the tree of `size` entries with that root (RFC 9162 section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    node, last, value = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            value = node_hash(sibling, value)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            value = node_hash(value, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and value == root


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """True if the tree of `new` entries begins with the tree of `old` entries (RFC 9162 section 2.1.4.2)."""
    if old == new:
        return not proof and old_root == new_root
    if not 0 < old < new or not proof:
        return False
    path = list(proof) if old & (old - 1) else [old_root, *proof]
    node, last = old - 1, new - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    first = second = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            first, second = node_hash(sibling, first), node_hash(sibling, second)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            second = node_hash(second, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and first == old_root and second == new_root


def _range_root(start: int, end: int, read: HashReader) -> bytes:
    return fold([read(level, index) for level, index in complete_subtrees(start, end)])


def _split(count: int) -> int:
    """The largest power of two below `count`."""
    return 1 << ((count - 1).bit_length() - 1)


def _siblings(index: int, start: int, end: int) -> list[tuple[int, int]]:
    """The ranges beside the path to leaf `index`, from the leaf up."""
    found = []
    while end - start > 1:
        split = start + _split(end - start)
        if index < split:
            found.append((split, end))
            end = split
        else:
            found.append((start, split))
            start = split
    return found[::-1]
