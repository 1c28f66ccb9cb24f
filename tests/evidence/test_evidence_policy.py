"""The policy: what the specification allows, who must have seen, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plumbrule.errors import UnreadableError, VerificationError
from plumbrule.evidence import Checkpoint, KeySigner, Kind, VerifierKey, new_signer, parse_policy
from plumbrule.evidence.checkpoint import cosigned_message
from plumbrule.evidence.note import NoteSignature, write_note
from plumbrule.evidence.policy import accept
from plumbrule.evidence.tree import EMPTY_ROOT

LOG = new_signer("example.org/log", Kind.LOG)
WITNESSES = [new_signer(f"witness{i}.example", Kind.WITNESS) for i in range(6)]
TEXT = Checkpoint(origin="example.org/log", size=0, root=EMPTY_ROOT).text()
EXAMPLE = f"""# The example of tlog-policy, with keys
log {LOG.verifier}

witness X1 {WITNESSES[0].verifier}
witness X2 {WITNESSES[1].verifier} https://x2.example/
witness X3 {WITNESSES[2].verifier}
group X-witnesses 2 X1 X2 X3

  witness\tY1 {WITNESSES[3].verifier}\x20
witness Y2 {WITNESSES[4].verifier}
witness Y3 {WITNESSES[5].verifier}
group Y-witnesses any Y1 Y2 Y3

group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
"""


def line(signer: KeySigner, text: str = TEXT, time: int = 1_800_000_000) -> NoteSignature:
    """A log's signature or a witness's cosignature."""
    if signer.verifier.kind is Kind.LOG:
        blob = signer.sign(text.encode())
    else:
        blob = time.to_bytes(8, "big") + signer.sign(cosigned_message(text, time))
    return NoteSignature(name=signer.name, key_id=signer.verifier.id, blob=blob)


def checkpoint(*signers: KeySigner) -> bytes:
    """The checkpoint, signed by these."""
    return write_note(TEXT, [line(signer) for signer in signers])


@pytest.mark.parametrize(
    ("seen", "enough"),
    [
        ((), False),
        ((0, 1), False),
        ((0, 3), False),
        ((0, 1, 3), True),
        ((0, 2, 5), True),
        ((3, 4, 5), False),
        ((0, 1, 2, 3, 4, 5), True),
    ],
)
def test_the_example_of_the_specification(seen: tuple[int, ...], enough: bool) -> None:
    """Two of the X and one of the Y must have seen the checkpoint."""
    policy = parse_policy(EXAMPLE.encode())
    assert policy.least() == 3
    raw = checkpoint(LOG, *(WITNESSES[i] for i in seen))
    if enough:
        assert len(accept(policy, raw).witnesses) == len(seen)
    else:
        with pytest.raises(VerificationError, match=r"quorum .X-and-Y. is not satisfied"):
            accept(policy, raw)


def test_without_a_quorum_the_log_is_enough() -> None:
    """`quorum none` asks for no witness; a stranger's signature is ignored and said."""
    policy = parse_policy(f"log {LOG.verifier}\nquorum none\n".encode())
    accepted = accept(policy, checkpoint(LOG, WITNESSES[0]))
    assert (accepted.log, dict(accepted.witnesses), accepted.ignored) == (LOG.verifier, {}, (WITNESSES[0].verifier.label,))
    with pytest.raises(VerificationError, match="no log that the policy names"):
        accept(policy, checkpoint(new_signer("example.org/log", Kind.LOG)))


def test_a_known_signature_that_does_not_fit_spoils_the_note() -> None:
    """A false cosignature is refused even where the others would be enough."""
    policy = parse_policy(EXAMPLE.encode())
    false = NoteSignature(name="witness5.example", key_id=WITNESSES[5].verifier.id, blob=bytes(72))
    raw = write_note(TEXT, [*(line(signer) for signer in (LOG, *WITNESSES[:4])), false])
    with pytest.raises(VerificationError, match=r"witness5\.example"):
        accept(policy, raw)


def test_a_log_speaks_only_for_its_own_origin() -> None:
    """A log that the policy names cannot sign the checkpoint of another."""
    other = new_signer("example.org/other", Kind.LOG)
    policy = parse_policy(f"log {LOG.verifier}\nlog {other.verifier}\nquorum none\n".encode())
    assert accept(policy, checkpoint(LOG)).log == LOG.verifier
    with pytest.raises(VerificationError, match="no log that the policy names"):
        accept(policy, write_note(TEXT, [line(other)]))


def test_a_key_that_cannot_be_checked_satisfies_nothing() -> None:
    """An ML-DSA-44 witness may stand in a policy; a quorum that needs it is not satisfied."""
    later = VerifierKey(name="witness.example/pq", kind=Kind.ML_DSA_44, public=bytes(1312))
    policy = parse_policy(f"log {LOG.verifier}\nwitness W {later}\nquorum W\n".encode())
    raw = write_note(TEXT, [line(LOG), NoteSignature(name=later.name, key_id=later.id, blob=bytes(2428))])
    with pytest.raises(VerificationError, match="0 of 1 witnesses"):
        accept(policy, raw)


W0, W1 = WITNESSES[0].verifier, WITNESSES[1].verifier


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"log {LOG.verifier}\n",
        "quorum none",
        "quorum none\r\n",
        "quorum none\nquorum none\n",
        "quorum W\n",
        f"quorum W\nwitness W {W0}\n",
        f"log {LOG.verifier}\nlog {LOG.verifier}\nquorum none\n",
        f"witness A {W0}\nwitness B {W0}\nquorum none\n",
        f"witness A {W0}\nwitness A {W1}\nquorum none\n",
        f"witness none {W0}\nquorum none\n",
        f"log {W0}\nquorum none\n",
        f"witness A {LOG.verifier}\nquorum none\n",
        f"log {new_signer('example.org/lab').verifier}\nquorum none\n",
        "group G any\nquorum none\n",
        "group G any A\nquorum none\n",
        "group G 1 none\nquorum none\n",
        f"witness A {W0}\ngroup G 2 A\nquorum none\n",
        f"witness A {W0}\ngroup G 0 A\nquorum none\n",
        f"witness A {W0}\ngroup G 01 A\nquorum none\n",
        f"witness A {W0}\ngroup G some A\nquorum none\n",
        f"witness A {W0}\nwitness B {W1}\ngroup G all A A\nquorum none\n",
        f"witness A {W0}\ngroup G any A\ngroup H any A\nquorum none\n",
        f"witness A {W0}\ngroup A any A\nquorum none\n",
        "logs x\nquorum none\n",
        "log example.org/log+00000000+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k\nquorum none\n",
        "quorum none\x00\n",
        "quorum none\x7f\n",
    ],
)
def test_policies_that_are_refused(text: str) -> None:
    """Names used before they stand, keys and members twice, keys of another kind, control characters, no quorum."""
    with pytest.raises(UnreadableError):
        parse_policy(text.encode())


def test_names_are_octets() -> None:
    """Two names of different octets are different, valid UTF-8 or not; a Kelvin sign is no K."""
    raw = b"witness K %s\nwitness \xe2\x84\xaa %s\nwitness \xff %s\ngroup G all K \xe2\x84\xaa \xff\nquorum G\n" % tuple(
        str(signer.verifier).encode() for signer in WITNESSES[:3]
    )
    assert parse_policy(raw).least() == 3
    with pytest.raises(UnreadableError):
        parse_policy(b"quorum \xff\n")


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_no_bytes_break_the_reader(raw: bytes) -> None:
    """Whatever comes, it is read or refused with our own error, which can be printed."""
    try:
        parse_policy(raw)
    except UnreadableError as error:
        assert str(error).encode()
