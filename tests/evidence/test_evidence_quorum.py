"""Quorums count operators, not keys: what is said of a policy, and how keys of one operator are made to count once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from evidence_made import NOW, Made
from hypothesis import given
from hypothesis import strategies as st

from plumbrule.errors import VerificationError
from plumbrule.evidence import Checkpoint, KeySigner, Kind, new_signer, parse_policy, parse_proof, verify_pack, write_proof
from plumbrule.evidence.federation.cosign import best_checkpoint, cosignature
from plumbrule.evidence.note import Note, parse_note, sign_note, write_note
from plumbrule.evidence.policy import Accepted, Policy, accept
from plumbrule.evidence.quorum import operator_of, warn_of_quorum, warn_of_witnesses
from plumbrule.evidence.tree import EMPTY_ROOT

LOG = new_signer("ministry.example/log", Kind.LOG)
KEYS = {
    name: new_signer(f"{host}/{name.lower()}", Kind.WITNESS)
    for name, host in {
        "U1": "university.example", "U2": "university.example", "U3": "University.example",
        "C1": "court.example", "N1": "news.example", "M1": "ministry.example", "M2": "ministry.example",
    }.items()
}  # fmt: skip
ONE, ONE_OPERATOR, FEW = "One witness is enough", "Witnesses of one operator are enough", "can come from"
OWN, OUTSIDE = "The operator of the log", "outside the State"


def policy_of(groups: str, outside: str = "") -> Policy:
    """A policy with all keys and these groups."""
    witnesses = "".join(f"witness {name} {signer.verifier}\n" for name, signer in KEYS.items())
    return parse_policy(f"log {LOG.verifier}\n{outside}{witnesses}{groups}".encode())


@pytest.mark.parametrize(
    ("groups", "warned"),
    [
        ("quorum none\n", []),
        ("quorum C1\n", [ONE, OUTSIDE]),
        ("group G any C1 N1\nquorum G\n", [ONE, OUTSIDE]),
        ("quorum M1\n", [ONE, OWN, OUTSIDE]),
        ("group G 2 U1 U2 U3\nquorum G\n", [ONE_OPERATOR, OUTSIDE]),
        ("group G 2 U1 U2 C1\nquorum G\n", [ONE_OPERATOR, OUTSIDE]),
        ("group G 2 M1 M2 C1\nquorum G\n", [ONE_OPERATOR, OWN, OUTSIDE]),
        ("group G 3 U1 U2 C1\nquorum G\n", [FEW, OUTSIDE]),
        ("group G 2 U1 C1 N1\nquorum G\n", [OUTSIDE]),
        ("group U any U1 U2 U3\ngroup G 2 U C1 N1\nquorum G\n", [OUTSIDE]),
        ("group U any U1 U2 U3\ngroup M any M1 M2\ngroup G all U M C1\nquorum G\n", [OUTSIDE]),
    ],
)
def test_what_is_thin_is_said(groups: str, warned: Sequence[str]) -> None:
    """One witness, one operator, fewer operators than keys, the log's own operator, nobody known outside."""
    found = [str(one) for one in warn_of_quorum(policy_of(groups))]
    assert len(found) == len(warned), found
    assert all(part in line for part, line in zip(warned, found, strict=True))


def test_who_is_outside_is_the_authors_word() -> None:
    """A comment that others ignore: the warning goes when the quorum cannot be reached without one of those it names."""
    groups = "group G all U1 N1\nquorum G\n"
    for outside, warned in (("", True), ("# outside: N1\n", False), ("# outside: C1\n", True), ("#outside: N1\n", True)):
        policy = policy_of(groups, outside)
        assert any(OUTSIDE in str(one) for one in warn_of_quorum(policy)) is warned
    assert policy_of(groups, "# outside: the State, nobody, N1\n").outside == {"N1"}
    assert policy_of("group G 2 U1 N1 C1\nquorum G\n", "# outside: N1\n").outside == {"N1"}


def cosigned(*names: str) -> bytes:
    """A checkpoint with these witnesses' lines."""
    raw = sign_note(Checkpoint(origin=LOG.name, size=0, root=EMPTY_ROOT).text(), [LOG])
    note = parse_note(raw)
    return write_note(note.text, [*note.signatures, *(cosignature(note, KEYS[name], NOW) for name in names)])


def test_keys_of_one_operator_count_once_in_a_group_of_their_own() -> None:
    """With `any` three keys of a university are one voice; without it the format counts them three times, which is warned of."""
    once = policy_of("group U any U1 U2 U3\ngroup G 2 U C1 N1\nquorum G\n")
    with pytest.raises(VerificationError, match="is not satisfied"):
        accept(once, cosigned("U1", "U2", "U3"))
    assert accept(once, cosigned("U1", "C1")).witnesses.keys() == {"U1", "C1"}
    thrice = policy_of("group G 2 U1 U2 U3 C1 N1\nquorum G\n")
    accepted = accept(thrice, cosigned("U1", "U2", "U3"))
    assert "are of one operator, university.example" in str(next(warn_of_witnesses(thrice, accepted)))
    assert not list(warn_of_witnesses(thrice, accept(thrice, cosigned("U1", "C1"))))


def test_nobody_outside_cosigned_this_one() -> None:
    """The policy knows somebody outside, and they are not among those who cosigned."""
    policy = policy_of("group G 2 U1 C1 N1\nquorum G\n", "# outside: N1\n")
    said = [str(one) for one in warn_of_witnesses(policy, accept(policy, cosigned("U1", "C1")))]
    assert said == ["No witness that the policy calls outside the State cosigned this state of the log."]
    assert not list(warn_of_witnesses(policy, accept(policy, cosigned("U1", "N1"))))


def test_verify_says_it(made: Made) -> None:
    """In a real check of a pack: the warnings name the operator, and the pack holds all the same."""
    signers: list[KeySigner] = [KEYS["U1"], KEYS["U2"]]
    for name in ("plan", "assessment"):
        path = made.pack / f"{name}.tlog-proof"
        proof = parse_proof(path.read_bytes())
        note = parse_note(proof.checkpoint)
        lines = [*note.signatures, *(cosignature(Note(text=note.text, signatures=()), signer, NOW) for signer in signers)]
        raw = write_note(note.text, lines)
        path.write_bytes(write_proof(type(proof)(index=proof.index, hashes=proof.hashes, checkpoint=raw)))
    added = "".join(f"witness {name} {KEYS[name].verifier}\n" for name in ("U1", "U2")) + "group G 2 U1 U2\nquorum G\n"
    text = made.policy.read_text(encoding="utf-8").replace("quorum none\n", added)
    made.policy.write_text(text, encoding="utf-8", newline="\n")
    found = verify_pack(made.pack, made.policy, made.trust, now=NOW)
    assert found.holds
    said = "\n".join(map(str, found.warnings))
    for part in (ONE_OPERATOR, "(university.example)", "are of one operator", OUTSIDE):
        assert part in said


@given(st.lists(st.sampled_from(sorted(KEYS)), min_size=1, unique=True), st.integers(1, 7))
def test_one_operator_is_said_exactly_when_one_is_enough(names: list[str], threshold: int) -> None:
    """For every group of keys and every threshold: said if and only if some operator has that many keys in it."""
    threshold = min(threshold, len(names))
    policy = policy_of(f"group G {threshold} {' '.join(names)}\nquorum G\n")
    counts = [sum(operator_of(KEYS[other].name) == operator_of(KEYS[name].name) for other in names) for name in names]
    said = [str(one) for one in warn_of_quorum(policy)]
    assert any(ONE in line or ONE_OPERATOR in line for line in said) == (max(counts) >= threshold)
    assert isinstance(accept(policy, cosigned(*names)), Accepted)


def test_a_pack_is_renewed_by_operators_first(tmp_path: Path) -> None:
    """Two operators are worth more than three keys of one, a newer state more than an older one with as many."""
    for size, names in ((5, ("U1", "U2", "U3")), (6, ("U1", "C1")), (7, ("U1", "C1")), (8, ("N1",))):
        (tmp_path / str(size)).write_bytes(cosigned(*names))
    found = {index: best_checkpoint(tmp_path, index) for index in (0, 6, 7, 8)}
    assert found[0] == found[6] == cosigned("U1", "C1")
    assert found[7] == cosigned("N1")
    assert found[8] is None
