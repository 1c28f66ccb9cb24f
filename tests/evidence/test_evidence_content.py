"""The content store: bytes under their own digest, never others, and gone when withdrawn."""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plumbrule.errors import InputError, OutputError, VerificationError
from plumbrule.evidence import Kind, new_signer
from plumbrule.evidence.log import ContentStore, Log, content, fsck

ORIGIN = "example.org/log"


def test_a_blob_comes_back_as_it_was(tmp_path: Path) -> None:
    """Put twice it lies there once; the digest is what sha256sum prints."""
    store = ContentStore(tmp_path / "content")
    assert list(store.digests()) == []
    digests = sorted(store.put(blob) for blob in (b"", b"text", b"\0" * 100_000, b"text"))
    assert digests[0] < digests[1]
    assert sorted(set(digests)) == list(store.digests())
    assert store.get(hashlib.sha256(b"text").hexdigest()) == b"text"
    assert store.has(hashlib.sha256(b"").hexdigest())
    assert store.changed() == ()


@given(st.text(max_size=80))
def test_only_digests_name_a_blob(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    """No path tricks: whatever is not 64 small hex digits is refused before the disk is asked."""
    store = ContentStore(Path(os.devnull) / "content")
    for ask in (store.get, store.has, store.withdraw):
        with pytest.raises(InputError, match="is not a digest"):
            ask(name if len(name) != 64 else name + "/")


def test_withdrawn_is_not_there(tmp_path: Path) -> None:
    """After withdrawing, the bytes are gone, twice is no error, and nobody gets something else instead."""
    store = ContentStore(tmp_path / "content")
    digest = store.put(b"a text that had to go")
    store.withdraw(digest)
    store.withdraw(digest)
    assert not store.has(digest)
    with pytest.raises(InputError, match="there is no content"):
        store.get(digest)


def test_changed_bytes_are_not_handed_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another content, a strange file, half a blob: `get` refuses, `log fsck` names the first two."""
    signer = new_signer(ORIGIN, Kind.LOG)
    with Log.create(tmp_path / "log", ORIGIN, signer) as log:
        digest = log.content.put(b"public text")
        path = log.directory / "content" / digest[:2] / digest
    assert fsck(tmp_path / "log").holds
    path.write_bytes(b"other text")
    (path.parent / f"{digest}.new").write_bytes(b"pub")
    (path.parent / "notes.txt").write_bytes(b"what is this")
    with pytest.raises(VerificationError, match="not what its name says"):
        ContentStore(tmp_path / "log" / "content").get(digest)
    report = fsck(tmp_path / "log")
    assert len(report.problems) == 2
    assert any(digest in str(problem) for problem in report.problems)
    monkeypatch.setattr(content, "MAX_BLOB", 10)
    with pytest.raises(OutputError, match="a blob of 11 bytes"):
        ContentStore(tmp_path / "content").put(b"x" * 11)


def test_many_who_put_the_same_blobs_at_once(tmp_path: Path) -> None:
    """Each is told that it is kept, and so it is: nobody's writing takes away what another has put."""
    blobs = [b"the same %d" % number for number in range(60)]

    def put(_writer: int) -> list[str]:
        return [ContentStore(tmp_path / "content").put(blob) for blob in blobs]

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(put, range(8)))
    store = ContentStore(tmp_path / "content")
    assert all(store.get(digest) == blob for one in told for digest, blob in zip(one, blobs, strict=True))
    assert store.missing() == () and store.changed() == ()
    assert not list(store.directory.rglob("*.new"))


def test_who_fails_takes_nothing_from_who_did_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk is full for one while another puts the same blob: it stays, and nothing is left aside."""
    store = ContentStore(tmp_path / "content")

    def full(path: Path, raw: bytes, _aside: Path) -> None:
        path.write_bytes(raw)  # the other one, a moment before
        raise OutputError("no space left on the disk.")

    monkeypatch.setattr(content, "write_durably", full)
    with pytest.raises(OutputError):
        store.put(b"the same")
    assert store.get(hashlib.sha256(b"the same").hexdigest()) == b"the same"
    assert not list(store.directory.rglob("*.new"))
