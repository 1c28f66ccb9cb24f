"""Key files: who can read them, what is refused, and that another program reads the same key."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from plumbrule.errors import KeyFileError, UnreadableError
from plumbrule.evidence import Kind, new_signer, parse_verifier_key, read_key, write_key
from plumbrule.evidence.keys import KeySigner


@pytest.fixture
def signer() -> KeySigner:
    """A fresh key for statements."""
    return new_signer("example.org/lab")


def test_a_key_comes_back_as_it_was(tmp_path: Path, signer: KeySigner) -> None:
    """Name, purpose and key survive the file, and the file is for its owner only."""
    write_key(tmp_path / "key", signer)
    again = read_key(tmp_path / "key")
    assert again.verifier == signer.verifier
    assert again.sign(b"x") == signer.sign(b"x")
    assert signer.verifier.verifies(b"x", again.sign(b"x"))
    if os.name == "posix":
        assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600


def test_a_key_is_never_overwritten(tmp_path: Path, signer: KeySigner) -> None:
    """A second key does not replace the first."""
    write_key(tmp_path / "key", signer)
    with pytest.raises(KeyFileError, match="exists already"):
        write_key(tmp_path / "key", new_signer("example.org/other"))
    assert read_key(tmp_path / "key").verifier == signer.verifier


@pytest.mark.skipif(os.name != "posix", reason="needs a system with file modes: run on Linux or macOS")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o602])
def test_a_key_that_others_reach_is_refused(tmp_path: Path, signer: KeySigner, mode: int) -> None:
    """A key file open to group or others is not used."""
    write_key(tmp_path / "key", signer)
    (tmp_path / "key").chmod(mode)
    with pytest.raises(KeyFileError, match="by others") as caught:
        read_key(tmp_path / "key")
    assert "chmod 600" in caught.value.cure


def test_passphrase(tmp_path: Path, signer: KeySigner) -> None:
    """An encrypted key opens with its passphrase, and with nothing else; the errors name no secret."""
    write_key(tmp_path / "key", signer, "correct horse")
    assert b"ENCRYPTED PRIVATE KEY" in (tmp_path / "key").read_bytes()
    assert read_key(tmp_path / "key", passphrase="correct horse").verifier == signer.verifier
    for wrong, words in ((None, "is encrypted"), ("battery staple", "cannot be opened")):
        with pytest.raises(KeyFileError, match=words) as caught:
            read_key(tmp_path / "key", passphrase=wrong)
        assert "battery" not in str(caught.value)
    with pytest.raises(KeyFileError, match="passphrase is empty"):
        write_key(tmp_path / "other", signer, "")
    write_key(tmp_path / "plain", signer)
    with pytest.raises(KeyFileError, match="not encrypted"):
        read_key(tmp_path / "plain", passphrase="correct horse")


def test_purposes_are_kept_apart(tmp_path: Path) -> None:
    """A log's key signs no statement and a statement's key signs no checkpoint."""
    write_key(tmp_path / "log", new_signer("example.org/log", Kind.LOG))
    write_key(tmp_path / "statement", new_signer("example.org/lab"))
    with pytest.raises(KeyFileError, match="another purpose"):
        read_key(tmp_path / "log")
    with pytest.raises(KeyFileError, match="another purpose"):
        read_key(tmp_path / "statement", Kind.LOG)
    one = new_signer("example.org/one")
    assert parse_verifier_key(str(one.verifier)) == one.verifier
    as_log = type(one.verifier)(name="example.org/one", kind=Kind.LOG, public=one.verifier.public)
    assert as_log.id != one.verifier.id


def test_a_changed_file_is_refused(tmp_path: Path, signer: KeySigner) -> None:
    """A changed name, a swapped key, another algorithm or plain rubbish: no traceback, no use."""
    path = tmp_path / "key"
    write_key(path, signer)
    good = path.read_bytes()
    other = tmp_path / "other"
    write_key(other, new_signer("example.org/lab"))
    swapped = good[: good.index(b"-----")] + other.read_bytes()[other.read_bytes().index(b"-----") :]
    curve = generate_private_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for bad in (
        good.replace(b"example.org/lab", b"example.org/bal"),
        swapped,
        good[: good.index(b"-----")] + curve,
        good.replace(b"plumbrule-key/1", b"plumbrule-key/2"),
        good[: len(good) // 2],
        b"",
        b"\xff\xfe",
        b"x" * 20000,
    ):
        path.write_bytes(bad)
        with pytest.raises(KeyFileError):
            read_key(path)
    with pytest.raises(KeyFileError, match="cannot be read"):
        read_key(tmp_path / "missing")


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs the openssl command on the path")
def test_openssl_reads_the_same_key(tmp_path: Path, signer: KeySigner) -> None:
    """The file is PKCS 8 in PEM to everybody else: openssl finds the same public key in it."""
    write_key(tmp_path / "key", signer)
    done = subprocess.run(
        ["openssl", "pkey", "-in", str(tmp_path / "key"), "-pubout", "-outform", "DER"], capture_output=True, check=True
    )
    assert done.stdout[-32:] == signer.verifier.public


@pytest.mark.parametrize("name", ["", "two words", "a+b", "new\nline", "a\u202eb", "a\u00a0b", "x" * 256])
def test_names_that_cannot_name_a_key(name: str) -> None:
    """Spaces, plus signs and what a terminal would not show are refused, in files and in vkeys."""
    with pytest.raises(KeyFileError):
        new_signer(name)
    with pytest.raises(UnreadableError):
        parse_verifier_key(f"{name}+00000000+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")


def test_a_signer_does_not_print_its_key(signer: KeySigner) -> None:
    """The private key is in no text that a log file could catch."""
    assert repr(signer) == f"KeySigner(example.org/lab+{signer.key_id})"
    assert signer.name == "example.org/lab"
