"""Notes, checkpoints, cosignatures and proof files: the examples of the specifications, and one form only."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plumbrule.errors import UnreadableError, VerificationError
from plumbrule.evidence import Kind, Proof, new_signer, parse_checkpoint, parse_note, parse_proof, sign_note, write_proof
from plumbrule.evidence.checkpoint import cosigned_at, cosigned_message
from plumbrule.evidence.note import NoteSignature, verified, write_note
from plumbrule.evidence.vkey import parse_verifier_key

# c2sp.org/signed-note, "Example"
VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
LINE = "\u2014 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
NOTE = f"This is an example message.\n\n{LINE}".encode()
# c2sp.org/tlog-checkpoint, the example at the top
CHECKPOINT = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "\u2014 example.com/behind-the-sofa "
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
).encode()


def test_the_specifications_own_note() -> None:
    """The vkey of signed-note verifies the note of signed-note, and no other text."""
    key = parse_verifier_key(VKEY)
    assert verified(parse_note(NOTE), [key]) == (key,)
    with pytest.raises(VerificationError, match="does not fit"):
        verified(parse_note(NOTE.replace(b"This", b"That")), [key])
    assert verified(parse_note(NOTE), [new_signer("example.com/foo", Kind.LOG).verifier]) == ()


def test_the_specifications_own_checkpoint() -> None:
    """The example checkpoint is read, and written as it was."""
    note = parse_note(CHECKPOINT)
    checkpoint = parse_checkpoint(note)
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20852163)
    assert checkpoint.text() == note.text
    assert write_note(note.text, note.signatures) == CHECKPOINT


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\n",
        b"no signature\n",
        NOTE[:-1],
        NOTE + b"\n",
        NOTE.replace(b"\n", b"\r\n"),
        NOTE.replace(b"example message", b"exam\tple"),
        NOTE.replace(b"This", b"\xff"),
        b"\xef\xbb\xbf" + NOTE,
        NOTE.replace("\u2014 ".encode(), b"- "),
        NOTE.replace(b"foo Uw2", b"foo  Uw2"),
        NOTE.replace(b"yaQM=", b"yaQN="),
        NOTE.replace(b"yaQM=", b"yaQM"),
        NOTE.replace(b"Uw2QOkn8", b"Uw2QO*n8"),
        NOTE + LINE.encode(),
        b"text\n\n" + "\u2014 name AAAA\n".encode(),
        b"text\n\n" + b"".join(f"\u2014 name{i} AAAAAAA=\n".encode() for i in range(17)),
        b"x" * 200_000,
    ],
)
def test_notes_that_are_not_in_their_form(raw: bytes) -> None:
    """Control characters, CR, base64 that no encoder writes, 17 or doubled signatures, no end: refused."""
    with pytest.raises(UnreadableError):
        parse_note(raw)


def test_sixteen_signatures_are_read() -> None:
    """The format asks every reader for sixteen."""
    lines = "".join(f"\u2014 name{i} AAAAAAA=\n" for i in range(16))
    assert len(parse_note(f"text\n\n{lines}".encode()).signatures) == 16


@pytest.mark.parametrize(
    "text",
    [
        "origin\n1\n",
        "origin\n01\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        "origin\n-1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        "origin\n\u0661\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        "origin\n9223372036854775808\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        "origin\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxqw==\n",
        "\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        "origin\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\nextension\n",
    ],
)
def test_checkpoints_that_are_not_in_their_form(text: str) -> None:
    """Leading zeroes, other digits, a short hash, an empty line: refused."""
    note = parse_note(sign_note(text, [new_signer("origin", Kind.LOG)]))
    with pytest.raises(UnreadableError):
        parse_checkpoint(note)


def test_extension_lines_are_signed_and_kept() -> None:
    """A checkpoint may carry more lines; they are part of the signed text."""
    text = "origin\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\nmore\n"
    assert parse_checkpoint(parse_note(sign_note(text, [new_signer("origin", Kind.LOG)]))).extensions == ("more",)


def test_a_cosignature_is_over_time_and_text() -> None:
    """tlog-cosignature: header, time, note text; another time or another text and it does not hold."""
    witness = new_signer("witness.example/w1", Kind.WITNESS)
    text = parse_note(CHECKPOINT).text
    assert cosigned_message(text, 1679315147).startswith(
        b"cosignature/v1\ntime 1679315147\nexample.com/behind-the-sofa\n20852163\n"
    )
    blob = (1679315147).to_bytes(8, "big") + witness.sign(cosigned_message(text, 1679315147))
    line = NoteSignature(name=witness.name, key_id=witness.verifier.id, blob=blob)
    note = parse_note(write_note(text, [line]))
    assert cosigned_at(note, line, witness.verifier) == 1679315147
    late = NoteSignature(name=witness.name, key_id=witness.verifier.id, blob=b"\0" * 7 + b"\1" + blob[8:])
    short = NoteSignature(name=witness.name, key_id=witness.verifier.id, blob=blob[:-1])
    assert cosigned_at(note, late, witness.verifier) is None
    assert cosigned_at(note, short, witness.verifier) is None


HASH = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="
PROOF = f"c2sp.org/tlog-proof@v1\nindex 3\n{HASH}\n\n".encode() + CHECKPOINT


@given(
    st.integers(0, 2**63 - 1),
    st.lists(st.binary(min_size=32, max_size=32), max_size=63),
    st.none() | st.binary(max_size=50),
)
def test_proofs_survive_the_file(index: int, hashes: list[bytes], extra: bytes | None) -> None:
    """What is written is what is read."""
    proof = Proof(index=index, hashes=tuple(hashes), checkpoint=CHECKPOINT, extra=extra)
    assert parse_proof(write_proof(proof)) == proof


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        PROOF.replace(b"v1\n", b"v2\n"),
        PROOF.replace(b"index 3", b"index 03"),
        PROOF.replace(b"index 3", b"index -3"),
        PROOF.replace(b"index 3\n", b""),
        PROOF.replace(b"index 3\n", b"index 3\nindex 3\n"),
        PROOF.replace(HASH.encode(), HASH[:-2].encode(), 1),
        PROOF.replace(b"q2I=\n\n", b"q2J=\n\n", 1),
        PROOF.replace(b"\n\n", b"\n", 1),
        PROOF.replace(f"{HASH}\n".encode(), f"{HASH}\n".encode() * 64, 1),
        b"c2sp.org/tlog-proof@v1\nindex 0\nextra AA==\n\n" + CHECKPOINT,
        PROOF.replace(b"\n", b"\r\n"),
    ],
)
def test_proofs_that_are_not_in_their_form(raw: bytes) -> None:
    """Leading zeroes, 64 hashes, short hashes, lines in another order: refused."""
    with pytest.raises(UnreadableError):
        parse_proof(raw)


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_no_bytes_break_the_readers(raw: bytes) -> None:
    """Whatever comes, it is read or refused with our own error."""
    for read in (parse_note, parse_proof):
        try:
            read(raw)
        except UnreadableError as error:
            assert error.got


@given(st.integers(0, len(PROOF) - 1), st.integers(0, 255))
def test_a_changed_proof_is_refused_or_another_proof(at: int, value: int) -> None:
    """No two spellings of one proof: a change is refused, or changes what is read, and is written back as it came."""
    raw = PROOF[:at] + bytes([value]) + PROOF[at + 1 :]
    try:
        proof = parse_proof(raw)
    except UnreadableError:
        return
    assert write_proof(proof) == raw
