"""A second person in another office: a signed file takes the place of their presence, and only the right one does."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from portal_made import CREATED, publish_record
from portal_people import NOW, person, visitor
from typer.testing import CliRunner

from plumbrule.errors import PlumbruleError
from plumbrule.evidence import Kind, new_signer, parse_verifier_key, read_key, root_trust, write_key, write_request
from plumbrule.evidence.claims import ENDORSEMENT, KEY_ACT, RECORD, STEWARD_ACT, Claim


@pytest.fixture
def other(node: Path, tmp_path: Path) -> Path:
    """The key file of another office, whose key two stewards of this node have put on record."""
    from datetime import date

    from plumbrule_portal.ledger import keys, proposals
    from plumbrule_portal.ledger.node import log_key, signer

    acts = (KEY_ACT, STEWARD_ACT, ENDORSEMENT)
    (node / "trust").mkdir(exist_ok=True)
    roots = root_trust(log_key().name, ((signer().verifier, tuple(sorted(acts))),), as_of=date(2026, 11, 21))
    (node / "trust" / "root.toml").write_bytes(roots)
    path = tmp_path / "other.key"
    write_key(path, new_signer("other.example/office", Kind.STATEMENT), None)
    publish_record("organisation-1", "other.example", {"names": {"en": "Other"}}, party="other.example")
    request = write_request(read_key(path, Kind.STATEMENT), log_key().name, "other.example")
    one, two = person("one", "steward"), person("two", "steward")
    proposals.agree(keys.propose_key(request, one, NOW), two, NOW)
    return path


@contextmanager
def agreeing(*parties: str) -> Iterator[None]:
    """An office that lets these organisations agree."""
    from django.conf import settings
    from django.test import override_settings

    with override_settings(OFFICE=replace(settings.OFFICE, agreeing=parties)):
        yield


def run(told: list[str]) -> Any:
    """The verb `agree`."""
    import typer

    from plumbrule_portal.config import agreeing as verb

    app = typer.Typer()
    verb.add_to(app)
    return CliRunner().invoke(app, told)


def proposed() -> Any:
    """A record that waits for a second person."""
    from plumbrule_portal.ledger.proposals import propose

    said = {"form": "organisation-1", "record": "city-y", "system": None, "party": "city-y", "previous": None}
    claim = Claim(kind=RECORD, fields={**said, "created": CREATED, "files": ("record.json",)})
    files = {"record.json": json.dumps({"names": {"en": "Y"}}).encode()}
    return propose("record", "Y", claim=claim, files=files, by=person("ada", "steward"), organisation="city-y", now=NOW)


def signed(raw: bytes, key: Path, folder: Path, name: str = "agreement.dsse.json") -> bytes:
    """What `plumbrule agree` writes on the other machine."""
    (folder / "proposal.json").write_bytes(raw)
    out = folder / name
    told = [str(folder / "proposal.json"), "--key", str(key), "--party", "other.example", "--out", str(out)]
    ran = run(told)
    assert ran.exit_code == 0, ran.output
    assert "record.json" in ran.output
    return out.read_bytes()


def test_somebody_in_another_office_agrees_with_a_file(other: Path, tmp_path: Path) -> None:
    """Hand the file out, sign it there, hand it in: published, with the agreement as an entry before it."""
    from plumbrule_portal.accounts.models import Act, Organisation
    from plumbrule_portal.ledger import queries
    from plumbrule_portal.ledger.actions import rebuild

    one, ada = proposed(), visitor(person("ada", "steward"))
    with agreeing("other.example"):
        assert b"plumbrule agree" in ada.get(f"/proposals/{one.pk}").content
        raw = ada.get(f"/proposals/{one.pk}/proposal.json").content
        upload = io.BytesIO(signed(raw, other, tmp_path))
        upload.name = "agreement.dsse.json"
        answer = ada.post(f"/proposals/{one.pk}/agreement", {"agreement": upload})
    one.refresh_from_db()
    assert answer["Location"] == f"/entries/{one.entry}" and one.state == "published"
    assert Organisation.objects.filter(slug="city-y").exists()
    agreement: Any = queries.statement_of(one.entry - 1)
    assert (agreement.fields["form"], agreement.fields["party"]) == ("agreement-1", "other.example")
    assert Act.objects.filter(what="agreed in another office").count() == 1
    assert rebuild() == one.entry + 1, "the log with agreement and act is read again without a word"
    assert Organisation.objects.filter(slug="city-y").exists()


def test_only_the_right_agreement_counts(other: Path, tmp_path: Path, node: Path) -> None:
    """Not one to another proposal, by a stranger's key, by the node's own, by an office not named, nor a changed file."""
    from plumbrule_portal.ledger import agreements

    one, two = proposed(), proposed()
    good = signed(agreements.text_of(one), other, tmp_path)
    stranger = tmp_path / "stranger.key"
    write_key(stranger, new_signer("other.example/office", Kind.STATEMENT), None)
    false = signed(agreements.text_of(one), stranger, tmp_path, "false.json")
    own = signed(agreements.text_of(one), node / "keys" / "statement.key", tmp_path, "own.json")
    for raw, parties in ((good, ()), (good, ("city-z",)), (false, ("other.example",)), (own, ("other.example",))):
        with agreeing(*parties), pytest.raises(PlumbruleError):
            agreements.accept(one, raw, NOW)
    with agreeing("other.example"):
        for wrong, raw in ((two, good), (one, good[:-20]), (one, b"{}"), (one, b"")):
            with pytest.raises(PlumbruleError):
                agreements.accept(wrong, raw, NOW)
        agreements.accept(one, good, NOW)
        with pytest.raises(PlumbruleError):
            agreements.accept(one, good, NOW)
    two.refresh_from_db()
    assert two.state == "waiting"


def test_agreeing_does_not_write_over_a_file_and_reads_only_proposals(tmp_path: Path) -> None:
    """Exit code 2, and nothing written, for a file that is no proposal or a name that is taken."""
    key = tmp_path / "k.key"
    write_key(key, new_signer("other.example/office", Kind.STATEMENT), None)
    assert parse_verifier_key(str(read_key(key, Kind.STATEMENT).verifier), "k")
    for text in ("{}", "[]", "no", json.dumps({"schema": "plumbrule-proposal/1"})):
        (tmp_path / "p.json").write_text(text, encoding="utf-8")
        told = [str(tmp_path / "p.json"), "--key", str(key), "--party", "x", "--out", str(tmp_path / "out")]
        assert run(told).exit_code != 0
        assert not (tmp_path / "out").exists()
