"""Grading and questionnaires: a suggestion with reasons, a person's decision, a second person, and a change that asks again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from portal_made import CREATED, publish_record
from portal_people import agree, person, visitor

from plumbrule_portal.systems.record import questionnaires, read_form

FIELDS: dict[str, Any] = {"name": {"en": "Loans"}, "purpose": {"en": "To decide on loans."}}


def whole(fields: dict[str, Any]) -> dict[str, Any]:
    """A record that could be published."""
    head = {"schema": "plumbrule-record/1", "id": "loans", "organisation": "city-x", "language": "en", "declared": None}
    return {**head, "form": "system-1", "fields": fields}


def publish_whole(fields: dict[str, Any]) -> Any:
    """Publish it in its canonical bytes."""
    from plumbrule.evidence.claims import RECORD, Claim
    from plumbrule_portal.ledger.actions import publish
    from plumbrule_portal.systems.record import record_from, write_record

    said = {"form": "system-1", "record": "loans", "system": "loans", "party": None, "previous": None}
    claim = Claim(kind=RECORD, fields={**said, "created": CREATED, "files": ("record.json",)})
    return publish(claim, {"record.json": write_record(record_from(whole(fields)))})


@pytest.fixture
def office(node: Path) -> tuple[Any, Any]:
    """A published system, a focal point of its organisation, and a steward of the node."""
    publish_record("organisation-1", "city-x", {"names": {"en": "City of X"}}, party="city-x")
    publish_whole(FIELDS)
    return visitor(person("ada", "focal-point", organisation="city-x")), visitor(person("ben", "steward"))


FACTS = {"non_military": "yes", "decides_about_people": "yes", "affects_essential_services": "yes", "affects_children": "no"}


def test_a_grading_is_suggested_decided_agreed_to_and_shown_with_its_reasons(office: tuple[Any, Any], client: Any) -> None:
    """The rules suggest high; the person decides on limited, with reasons; the public page shows both, and rebuild agrees."""
    from plumbrule_portal.ledger.actions import rebuild
    from plumbrule_portal.systems.models import Grading, System

    focal, steward = office
    page = focal.post("/desk/systems/loans/grade", FACTS)
    assert "The rules suggest: high risk" in page.content.decode()
    decided = {"tier": "limited", "office": "AI desk", "reasons": "A person checks each decision <b>."}
    proposed = focal.post("/desk/systems/loans/grade", {**FACTS, **decided})
    assert proposed.status_code == 302
    assert "Nobody has graded it yet." in client.get("/systems/loans").content.decode()
    assert agree(steward, proposed.url).status_code == 302
    shown = client.get("/systems/loans").content.decode()
    assert "limited risk" in shown and "The rules suggest another tier:" in shown
    assert "A person checks each decision &lt;b&gt;." in shown
    before = list(Grading.objects.values("system", "tier", "document", "record"))
    rebuild()
    assert list(Grading.objects.values("system", "tier", "document", "record")) == before
    assert System.objects.get().tier == "limited"


def test_a_military_system_is_not_graded(office: tuple[Any, Any]) -> None:
    """Nor is one of which nobody said that it is not."""
    focal, _ = office
    for facts in ({"non_military": "no"}, {}):
        page = focal.post("/desk/systems/loans/grade", {**facts, "decides_about_people": "yes"})
        assert page.status_code == 422
        assert "outside the military domain only" in page.content.decode()


def test_a_change_of_facts_asks_for_another_grading(office: tuple[Any, Any], client: Any) -> None:
    """Changing the purpose asks for it; changing the web page does not."""
    from plumbrule_portal.systems.grading.queries import graded

    focal, steward = office
    decided = {"tier": "high", "office": "AI desk", "reasons": "As suggested."}
    agree(steward, focal.post("/desk/systems/loans/grade", {**FACTS, **decided}).url)
    publish_whole({**FIELDS, "website": "https://city-x.example/loans"})
    assert graded("loans").changed == ()
    publish_whole({**FIELDS, "purpose": {"en": "To decide on loans and rents."}})
    assert graded("loans").changed == ("purpose",)
    assert "The grade is to be looked at again." in client.get("/systems/loans").content.decode()


@pytest.mark.parametrize("form", questionnaires())
def test_every_questionnaire_can_be_answered_and_published(office: tuple[Any, Any], client: Any, form: str) -> None:
    """Answered section by section, one answer withheld, agreed to, shown, and counted among what is withheld."""
    focal, steward = office
    begun = focal.post(f"/desk/systems/loans/questions/{form}")
    assert begun.status_code == 302
    withheld = ""
    for section in read_form(form).sections:
        sent: dict[str, Any] = {}
        for spec in read_form(form).fields:
            if spec.section != section.id or spec.needed == "no":
                continue
            if spec.needed == "answer" and not withheld:
                withheld = spec.id
                rest = {"class": "trade-secret", "basis": "Act 1", "decided_by": "Office", "review": "2026-01-31"}
                sent |= {f"{spec.id}.absent": "withheld", **{f"{spec.id}.{key}": value for key, value in rest.items()}}
            elif spec.needed == "answer":
                sent[f"{spec.id}.absent"] = "not-applicable"
            else:
                sent[spec.id] = spec.choices[0].id if spec.choices else "2026-11-20" if spec.type == "date" else "Said plainly."
        assert focal.post(f"{begun.url}/{section.id}", sent).status_code == 302, section.id
    proposed = focal.post(f"{begun.url}/propose", {"title": "Answers"})
    assert proposed.status_code == 302, proposed.content.decode()[:3000]
    assert agree(steward, proposed.url).status_code == 302
    from plumbrule_portal.systems.models import Questionnaire

    found = Questionnaire.objects.get()
    assert f"/answers/{found.entry}" in client.get("/systems/loans").content.decode()
    page = client.get(f"/answers/{found.entry}").content.decode()
    assert "Withheld, as the law allows." in page and "Act 1" in page
    counted = client.get("/withheld").content.decode()
    assert "1 of 1 systems withhold something." in counted
    assert json.dumps(found.fields)


def test_what_the_record_holds_begins_the_answers(office: tuple[Any, Any]) -> None:
    """A questionnaire begins with the texts of the record, in each language it has; what is absent there begins nothing."""
    from plumbrule_portal.systems.models import Draft

    publish_whole({**FIELDS, "purpose": {"en": "To lend.", "fr": "Prêter."}, "legal_basis": {"absent": "unknown"}})
    office[0].post("/desk/systems/loans/questions/three-part-1")
    assert Draft.objects.get().fields == {"aim": {"en": "To lend.", "fr": "Prêter."}}


def test_answers_begin_with_texts_of_fields_that_there_are() -> None:
    """`begins_with` names text fields of the system's record, for a text."""
    texts = {spec.id for spec in read_form("system-1").fields if spec.type == "text"}
    specs = [spec for form in questionnaires() for spec in read_form(form).fields if spec.begins_with]
    named = [(spec.type, set(spec.begins_with)) for spec in specs]
    assert named
    assert all(kind == "text" and wanted <= texts for kind, wanted in named)
