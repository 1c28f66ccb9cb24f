"""The tree against published vectors and against six lines that follow the definition."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plumbrule.evidence.tree import (
    EMPTY_ROOT,
    HashReader,
    consistency_proof,
    inclusion_proof,
    layers,
    leaf_hash,
    tree_root,
    verify_consistency,
    verify_inclusion,
)

# The leaves and answers that certificate-transparency implementations publish for RFC 6962.
LEAVES = [bytes.fromhex(text) for text in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
)]  # fmt: skip
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
A, B, C = (
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
)
D, E = (
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
)
INCLUSION = {(0, 1): [], (0, 8): [D, A, E], (5, 8): [B, C, ROOTS[3]], (2, 3): [ROOTS[1]], (1, 5): [ROOTS[0], A, B]}
CONSISTENCY = {
    (1, 8): [D, A, E],
    (6, 8): ["0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a", C, ROOTS[3]],
    (2, 5): [A, B],
    (8, 8): [],
}


def reader(leaves: list[bytes]) -> HashReader:
    """Read hashes from a list of entries."""
    hashes = [leaf_hash(leaf) for leaf in leaves]
    return lambda level, index: layers(b"".join(hashes[index << level : (index + 1) << level]))[level]


def defined(leaves: list[bytes]) -> bytes:
    """MTH as RFC 6962 section 2.1 writes it."""
    if len(leaves) < 2:
        return hashlib.sha256(b"\x00" + leaves[0]).digest() if leaves else hashlib.sha256().digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + defined(leaves[:k]) + defined(leaves[k:])).digest()


def test_published_roots() -> None:
    """The eight published roots, and the root of nothing."""
    assert [tree_root(size, reader(LEAVES)).hex() for size in range(1, 9)] == list(ROOTS)
    assert tree_root(0, reader([])) == EMPTY_ROOT == hashlib.sha256(b"").digest()


@pytest.mark.parametrize(("index", "size"), INCLUSION)
def test_published_inclusion_proofs(index: int, size: int) -> None:
    """We build the published inclusion proofs and accept them."""
    proof = inclusion_proof(index, size, reader(LEAVES))
    assert [part.hex() for part in proof] == INCLUSION[index, size]
    assert verify_inclusion(leaf_hash(LEAVES[index]), index, size, proof, bytes.fromhex(ROOTS[size - 1]))


@pytest.mark.parametrize(("old", "new"), CONSISTENCY)
def test_published_consistency_proofs(old: int, new: int) -> None:
    """We build the published consistency proofs and accept them."""
    proof = consistency_proof(old, new, reader(LEAVES))
    assert [part.hex() for part in proof] == CONSISTENCY[old, new]
    assert verify_consistency(old, new, bytes.fromhex(ROOTS[old - 1]), bytes.fromhex(ROOTS[new - 1]), proof)


@given(st.lists(st.binary(max_size=4), max_size=70))
def test_roots_follow_the_definition(leaves: list[bytes]) -> None:
    """For any entries the root is the one of the recursive definition."""
    assert tree_root(len(leaves), reader(leaves)) == defined(leaves)


@given(st.lists(st.binary(max_size=4), min_size=1, max_size=70), st.data())
def test_inclusion_proofs_prove_and_nothing_else_does(leaves: list[bytes], data: st.DataObject) -> None:
    """A proof holds for its entry, index and size; with another entry, index, hash or length it does not."""
    index = data.draw(st.integers(0, len(leaves) - 1))
    size, root, leaf = len(leaves), defined(leaves), leaf_hash(leaves[index])
    proof = inclusion_proof(index, size, reader(leaves))
    assert verify_inclusion(leaf, index, size, proof, root)
    assert not verify_inclusion(leaf_hash(leaves[index] + b"x"), index, size, proof, root)
    assert not verify_inclusion(leaf, index, size, (*proof, root), root)
    assert not verify_inclusion(leaf, size, size, proof, root)
    if proof:
        assert not verify_inclusion(leaf, index, size, proof[:-1], root)
        at = data.draw(st.integers(0, len(proof) - 1))
        assert not verify_inclusion(leaf, index, size, (*proof[:at], leaf_hash(b"wrong"), *proof[at + 1 :]), root)
    other = data.draw(st.integers(0, len(leaves) - 1))
    if leaves[other] != leaves[index]:
        assert not verify_inclusion(leaf, other, size, proof, root)


@given(st.lists(st.binary(max_size=4), min_size=1, max_size=70), st.data())
def test_consistency_proofs_prove_and_nothing_else_does(leaves: list[bytes], data: st.DataObject) -> None:
    """An append is consistent with what stood before; a changed entry is not."""
    old = data.draw(st.integers(1, len(leaves)))
    new, before, after = len(leaves), defined(leaves[:old]), defined(leaves)
    proof = consistency_proof(old, new, reader(leaves))
    assert verify_consistency(old, new, before, after, proof)
    forged = [b"forged", *leaves[1:old]]
    assert not verify_consistency(old, new, defined(forged), after, proof)
    assert not verify_consistency(old, new, before, leaf_hash(b"other"), proof)
    assert not verify_consistency(old, new, before, after, (*proof, before))


def test_impossible_questions_are_refused() -> None:
    """There is no proof for an entry outside the tree, and none from an empty or larger tree."""
    read = reader(LEAVES)
    for index, size in ((8, 8), (-1, 8), (0, 0)):
        with pytest.raises(ValueError, match="no entry"):
            inclusion_proof(index, size, read)
    for old, new in ((0, 8), (9, 8)):
        with pytest.raises(ValueError, match="no consistency proof"):
            consistency_proof(old, new, read)
    assert not verify_consistency(0, 8, EMPTY_ROOT, bytes.fromhex(ROOTS[7]), ())
