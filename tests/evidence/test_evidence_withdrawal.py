"""Public content is withdrawn by an entry: the bytes go everywhere, the entry stays, and what vanishes without one is damage."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from evidence_made import NOW, Made, clock, plan_envelope
from nodes_made import Node, at, served, states

from plumbrule.errors import InputError, OutputError
from plumbrule.evidence import (
    Claim,
    Kind,
    make_statement,
    new_signer,
    parse_envelope,
    parse_statement,
    seal,
    subject_of,
    verify_pack,
    write_statement,
)
from plumbrule.evidence.claims import LABEL, WITHDRAWAL
from plumbrule.evidence.federation import Mirror, share_content, sync
from plumbrule.evidence.federation.contact import folder_name
from plumbrule.evidence.keys import KeySigner
from plumbrule.evidence.log import ContentStore, Log, content, fsck, guard, withdraw
from plumbrule.evidence.log.named import _MARKS, naming
from running import Ran

Here = Callable[..., Ran]
TEXT = b"a text that names a person who never agreed"
SIGNER = new_signer("example.org/a")


def label(signer: KeySigner, *blobs: bytes, system: str | None = None) -> bytes:
    """An entry that says of some files that they are public."""
    names = [f"text-{number}.txt" for number in range(len(blobs))]
    subjects = [subject_of(name, blob) for name, blob in zip(names, blobs, strict=True)]
    fields = {"created": "2026-07-22T12:00:00Z", "files": names, "labels": ["ai-generated"], "system": system}
    return seal(write_statement(make_statement(subjects, Claim(kind=LABEL, fields=fields))), [signer])


@pytest.fixture
def log(tmp_path: Path) -> Log:
    """A log in which entry 1 names a public text that lies in its content store."""
    made = Log.create(tmp_path / "log", "example.org/log", new_signer("example.org/log", Kind.LOG))
    made.content.put(TEXT)
    made.content.put(b"another")
    made.append([plan_envelope(SIGNER), label(SIGNER, TEXT), label(SIGNER, b"another")])
    made.publish(clock)
    return made


def digest_of(blob: bytes) -> str:
    """SHA-256 in hex."""
    return subject_of("x", blob).sha256


def test_withdrawn_is_said_by_an_entry_and_gone_from_the_disk(log: Log) -> None:
    """The withdrawal cites entry and digest; a notice lies in the blob's place; nothing in the folder holds the text any more."""
    with log:
        digest = digest_of(TEXT)
        assert withdraw(log, digest, "personal-data", SIGNER, clock) == (3,)
        statement = parse_statement(parse_envelope(log.entry(3)).payload)
        assert statement.predicate_type == WITHDRAWAL
        assert statement.predicate.to_json()["content"] == (digest,)
        assert statement.subjects[0].sha256 == digest
        assert not log.content.has(digest)
        with pytest.raises(InputError, match="it was withdrawn"):
            log.content.get(digest)
        assert json.loads(log.content.notices()[digest]) == {"entry": 3, "log": "example.org/log", "reason": "personal-data"}
        assert withdraw(log, digest, "personal-data", SIGNER, clock) == (3,)  # again: no second entry
        assert log.size == 4
        assert not [path for path in log.directory.rglob("*") if path.is_file() and TEXT in path.read_bytes()]
        log.publish(clock)
    assert fsck(log.directory).holds


def test_what_vanishes_without_an_entry_is_damage(log: Log) -> None:
    """A blob that was kept and is gone, one that was withdrawn and is back: the whole check names both; an unnamed one not."""
    with log:
        stray = log.content.put(b"of a transaction that failed")
        log.content.withdraw(stray)
        assert fsck(log.directory).holds
        log.content.withdraw(digest_of(b"another"))
        report = fsck(log.directory)
        assert [str(problem) for problem in report.problems] == [
            f"The content store has lost {digest_of(b'another')}: it was kept, and no entry says that it was withdrawn."
        ]
        log.content.put(b"another")
        assert fsck(log.directory).holds
        withdraw(log, digest_of(TEXT), "order", SIGNER, clock)
        path = log.directory / "content" / digest_of(TEXT)[:2] / digest_of(TEXT)
        path.write_bytes(TEXT)
        assert "still holds" in str(fsck(log.directory).problems[0])
        withdraw(log, digest_of(TEXT), "order", SIGNER, clock)
        assert fsck(log.directory).holds
        shutil.rmtree(log.directory / "content" / digest_of(b"another")[:2])
        with (log.directory / "content" / "kept").open("ab") as stream:
            stream.write(b"\n0123")  # half a line that a crash left
        log.content.put(b"a third")
        assert digest_of(b"another") in str(fsck(log.directory).problems[0])


def test_withdrawals_broken_off_at_every_step_are_seen_and_finished(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped before the notice, before the deletion: the check says what still lies there, and the same verb finishes it."""
    digest = digest_of(TEXT)
    with log:
        for step in (guard.write_durably, guard.sync_folder):

            def fail(*_: object, **__: object) -> None:
                raise OutputError("the power went.")

            with monkeypatch.context() as broken:
                broken.setattr(content, step.__name__, fail)
                if step is guard.sync_folder:
                    broken.setattr(Path, "unlink", fail)
                with pytest.raises(OutputError, match="the power went"):
                    withdraw(log, digest, "order", SIGNER, clock)
            assert log.content.has(digest)
            assert "still holds" in str(fsck(log.directory).problems[0])
        assert log.size == 4
        assert withdraw(log, digest, "order", SIGNER, clock) == (3,)
        assert not log.content.has(digest)
        assert fsck(log.directory).holds


def test_what_cannot_be_withdrawn(log: Log) -> None:
    """Content that no entry names, that other live entries name too, without one of the reasons: refused, and nothing is gone."""
    with log:
        log.append([label(SIGNER, TEXT, b"third")])
        digest = digest_of(TEXT)
        with pytest.raises(InputError, match="2 entries name this content: 1, 3"):
            withdraw(log, digest, "error", SIGNER, clock)
        with pytest.raises(InputError, match="no entry of"):
            withdraw(log, digest_of(b"unheard of"), "error", SIGNER, clock)
        with pytest.raises(InputError, match="is not a reason"):
            withdraw(log, digest, "embarrassment", SIGNER, clock)
        assert log.content.has(digest)
        assert withdraw(log, digest, "error", SIGNER, clock, everywhere=True) == (4, 5)
        assert not log.content.has(digest)
        log.content.put(TEXT)  # published anew
        log.append([label(SIGNER, TEXT, system="loans")])
        assert log.content.has(digest)
        found = naming(log.entries(), {digest})[digest]
        assert (sorted(found.live), found.gone) == ([6], {1: 4, 3: 5})


def test_a_withdrawal_of_another_entry_counts_for_nothing(log: Log) -> None:
    """One that cites a digest that is not the entry's, or an entry that does not name the content, withdraws nothing."""
    with log:
        digest = digest_of(TEXT)
        for envelope, index in (("0" * 64, 1), (digest_of(log.entry(0)), 0), (digest_of(log.entry(1)), 2)):
            fields = {
                "content": [digest], "created": "2026-07-22T12:00:00Z", "files": [], "reason": "error",
                "entry": {"envelope": envelope, "log_index": index},
            }  # fmt: skip
            claim = Claim(kind=WITHDRAWAL, fields=fields)
            entry = seal(write_statement(make_statement([subject_of("x.txt", TEXT)], claim)), [SIGNER])
            assert any(mark in entry for mark in _MARKS)
            log.append([entry])
        assert sorted(naming(log.entries(), {digest})[digest].live) == [1]


def test_mirrors_delete_and_show_it_as_withdrawn(tmp_path: Path) -> None:
    """A mirror, and a mirror of that mirror, delete what the log withdrew and lay out the notice; who comes late gets only that.
    A blob that another live entry names stays."""
    first, second, third = (Node(tmp_path, name) for name in ("first", "second", "third"))
    digest, other = digest_of(TEXT), digest_of(b"another")
    with Log.open(first.log) as log:
        log.content.put(TEXT)
        log.content.put(b"another")
    first.publish([label(first.signer, TEXT, b"another"), label(first.signer, b"another", system="loans")])
    second.follow(first)
    sync(second.path, at())
    copy = second.path / "mirrors" / folder_name(first.key.name)
    assert (second.share / "mirrors" / copy.name / "content" / digest).read_bytes() == TEXT
    with Log.open(first.log) as log:
        withdraw(log, digest, "personal-data", first.signer, clock)
        withdraw(log, other, "error", first.signer, clock, everywhere=True)
        log.content.put(b"another")
        log.append([label(first.signer, b"another", system="scores")])
        log.publish(clock)
    sync(first.path, at())
    assert [path.name for path in (first.share / "content").iterdir() if path.name.startswith(digest)] == [f"{digest}.withdrawn"]
    with served(first.share) as address:
        second.follow(first, address)
        assert set(states(sync(second.path, at()))) == {"fine"}
    with Mirror.open(copy) as mirror:
        assert not mirror.content.has(digest)
        assert json.loads(mirror.content.notices()[digest])["entry"] == 2
        assert mirror.content.has(other)
    laid = second.share / "mirrors" / copy.name
    assert not (laid / "content" / digest).exists()
    assert (laid / "content" / f"{digest}.withdrawn").is_file()
    third.follow(first, laid)
    assert set(states(sync(third.path, at()))) == {"fine"}
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and TEXT in path.read_bytes()]
    assert json.loads((laid / "content" / f"{digest}.withdrawn").read_bytes())["reason"] == "personal-data"


def test_a_crash_between_commit_and_deletion_is_made_good(tmp_path: Path) -> None:
    """A mirror that was stopped after it stored the entries deletes at its next round, though nothing new came."""
    first, second = Node(tmp_path, "first"), Node(tmp_path, "second")
    with Log.open(first.log) as log:
        log.content.put(TEXT)
    first.publish([label(first.signer, TEXT)])
    second.follow(first)
    sync(second.path, at())
    with Log.open(first.log) as log:
        withdraw(log, digest_of(TEXT), "order", first.signer, clock)
        log.publish(clock)
    sync(first.path, at())
    sync(second.path, at())
    folder = second.path / "mirrors" / folder_name(first.key.name)
    (folder / "withdrawals-followed").write_bytes(b"1\n")
    ContentStore(folder / "content").put(TEXT)
    sync(second.path, at())
    assert not ContentStore(folder / "content").has(digest_of(TEXT))


def test_an_export_shows_it_as_withdrawn(log: Log, tmp_path: Path) -> None:
    """What was exported before is cleaned by the next export; a notice that cannot be written is an error of the disk."""
    with log:
        share_content(log.content, tmp_path / "out")
        assert (tmp_path / "out" / "content" / digest_of(TEXT)).read_bytes() == TEXT
        withdraw(log, digest_of(TEXT), "order", SIGNER, clock)
        assert share_content(log.content, tmp_path / "out") == 1
        assert not (tmp_path / "out" / "content" / digest_of(TEXT)).exists()
        path = log.directory / "content" / digest_of(b"another")[:2] / f"{digest_of(b'another')}.withdrawn"
        path.mkdir()
        with pytest.raises(OutputError):
            withdraw(log, digest_of(b"another"), "order", SIGNER, clock)
        assert log.content.has(digest_of(b"another"))


def test_a_pack_without_a_withdrawn_file_says_so_in_words(made: Made) -> None:
    """It does not hold, and the reader learns that the log, not the pack, can say whether the file was withdrawn, and why."""
    (made.pack / "dossier.html").unlink()
    checked = verify_pack(made.pack, made.policy, made.trust, now=NOW)
    assert not checked.holds
    assert [failure.values["file"] for failure in checked.failures] == ["dossier.html"]
    assert "If it was withdrawn, a later entry of the log says so" in str(checked.failures[0])
