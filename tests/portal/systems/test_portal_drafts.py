"""Writing a record in the pages: what is typed is kept, what does not fit is said, and a second person publishes it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from portal_made import publish_record
from portal_people import agree, person, visitor

from plumbrule_portal.systems.drafts.questions import questions, read_section
from plumbrule_portal.systems.record import read_form

FORM = read_form("system-1")


def typed_again(section: str, fields: dict[str, Any], language: str = "en") -> dict[str, list[str]]:
    """What a browser sends when somebody opens a section and saves it without touching anything."""
    sent: dict[str, list[str]] = {}
    for question in questions(FORM, section, fields, language):
        for blank in (*question.blanks, *(one for row in question.rows for one in row)):
            sent[blank.name] = list(blank.chosen) if blank.kind == "boxes" else [blank.value or (blank.chosen or ("",))[0]]
        sent[f"{question.spec.id}.absent"] = [question.absent]
        for key, value in question.withheld.items():
            sent[f"{question.spec.id}.{key}"] = [value]
    return sent


WHOLE = {
    "name": {"en": "Parking", "fr": "Stationnement"},
    "summary": {"en": "Finds free places."},
    "themes": ["transport", "work"],
    "keywords": ["cars", "streets"],
    "purpose": {"absent": "not-applicable"},
    "limits": {
        "absent": "withheld",
        "class": "trade-secret",
        "basis": {"en": "Act 1", "fr": "Loi 1"},
        "decided_by": "Ministry of Roads",
        "review": "2027-03-31",
    },
    "suppliers": [{"name": "Maker", "supplies": {"en": "The model", "fr": "Le modèle"}}, {"name": "Other"}],
    "languages_served": ["en", "fr"],
    "jurisdictions": ["KZ"],
    "phases": [{"phase": "design", "since": "2024"}, {"phase": "use"}],
    "contacts": [{"office": "Desk", "email": "desk@city.example"}],
}


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("section", [one.id for one in FORM.sections])
def test_saving_without_touching_anything_changes_nothing(section: str, language: str) -> None:
    """Every kind of field comes back as it was, in either language."""
    after, problems = read_section(FORM, section, WHOLE, language, typed_again(section, WHOLE, language))
    assert not problems
    assert after == WHOLE


def test_a_language_that_is_emptied_leaves_the_others() -> None:
    """Taking the French name away keeps the English one; taking both away leaves the question open."""
    sent = typed_again("what", WHOLE, "fr") | {"name": [""]}
    after, _ = read_section(FORM, "what", WHOLE, "fr", sent)
    assert after["name"] == {"en": "Parking"}
    gone, _ = read_section(FORM, "what", after, "en", typed_again("what", after) | {"name": [""]})
    assert "name" not in gone


def test_what_does_not_fit_is_said_and_the_rest_is_kept() -> None:
    """A wrong address is refused beside its question, keeps the former value, and the page shows what was typed."""
    sent = typed_again("what", WHOLE) | {"website": ["ftp://x"], "summary": ["Finds places."]}
    after, problems = read_section(FORM, "what", WHOLE, "en", sent)
    assert [problem.field for problem in problems] == ["website"]
    assert after["summary"] == {"en": "Finds places."}
    assert "website" not in after
    shown = {one.spec.id: one for one in questions(FORM, "what", after, "en", sent, problems)}
    assert shown["website"].blanks[0].value == "ftp://x"
    assert shown["website"].problem is not None


def test_a_record_is_written_proposed_agreed_to_and_public(node: Path) -> None:
    """A focal point answers every section, a second person agrees, and the public page shows it."""
    publish_record("organisation-1", "city-x", {"names": {"en": "City of X"}}, party="city-x")
    focal = visitor(person("ada", "focal-point", organisation="city-x"))
    steward = visitor(person("ben", "steward"))
    begun = {"name": "Parking", "slug": "parking", "organisation": "city-x", "language": "en"}
    assert focal.post("/desk/drafts", begun).status_code == 302
    for section in FORM.sections:
        sent = typed_again(section.id, {"name": {"en": "Parking"}})
        for spec in FORM.fields:
            if spec.section == section.id and spec.needed == "answer":
                sent[f"{spec.id}.absent"] = ["unknown"]
        assert focal.post(f"/desk/drafts/parking/{section.id}", sent).status_code == 302
    refused = visitor(person("eve", "focal-point", organisation="city-y")).get("/desk/drafts/parking")
    assert refused.status_code == 404
    proposed = focal.post("/desk/drafts/parking/propose", {"title": "A new system"})
    assert proposed.status_code == 302
    assert steward.get("/systems/parking").status_code == 404
    assert agree(steward, proposed.url).status_code == 302
    assert "Parking" in steward.get("/systems/parking").content.decode()


def test_a_draft_begins_from_a_file_of_another_format(node: Path, shared: Path) -> None:
    """A real entry of the Dutch standard fills a draft; what it does not say stays open, and the page says what stayed behind."""
    from plumbrule_portal.systems.models import Draft

    publish_record("organisation-1", "city-x", {"names": {"en": "City of X"}}, party="city-x")
    focal = visitor(person("ada", "focal-point", organisation="city-x"))
    path = shared / "data" / "registers" / "nl_template_gemeente_amsterdam.json"
    said = {"kind": "nl-standard-1.0", "organisation": "city-x", "language": "nl", "name": ""}
    with path.open("rb") as file:
        page = focal.post("/desk/drafts/from-file", {**said, "file": file})
    assert page.status_code in {200, 422}, page.status_code
    if page.status_code == 422:  # Dutch is none of the languages of the pages
        with path.open("rb") as file:
            page = focal.post("/desk/drafts/from-file", {**said, "language": "en", "file": file})
    draft = Draft.objects.get()
    assert draft.organisation == "city-x" and draft.fields["name"]
    assert not [value for value in draft.fields.values() if value == {"absent": "not-stated"}]
    assert "What went over, and what did not" in page.content.decode()
    assert focal.get(f"/desk/drafts/{draft.slug}").status_code == 200


def test_a_file_that_is_another_begins_nothing(node: Path) -> None:
    """It is refused beside its field."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    from plumbrule_portal.systems.models import Draft

    publish_record("organisation-1", "city-x", {"names": {"en": "City of X"}}, party="city-x")
    focal = visitor(person("ada", "focal-point", organisation="city-x"))
    said = {"kind": "uk-atrs", "organisation": "city-x", "language": "en", "file": SimpleUploadedFile("x.json", b"\x00")}
    page = focal.post("/desk/drafts/from-file", said)
    assert page.status_code == 422 and "This is no file of that format" in page.content.decode()
    assert not Draft.objects.exists()


@pytest.mark.parametrize("language", ["ar", "zh", "uz", "uz-Cyrl"])
def test_a_draft_in_every_language_of_the_office_is_kept(node: Path, language: str) -> None:
    """What is begun and written in a language is shown in it, and said so where the reader's language is missing."""
    from plumbrule_portal.systems.models import Draft

    publish_record("organisation-1", "city-x", {"names": {"en": "City of X"}}, party="city-x")
    ada = visitor(person("ada", "focal-point", organisation="city-x"))
    begun = {"name": "Parking", "slug": "parking", "organisation": "city-x", "language": language}
    assert ada.post("/desk/drafts", begun)["Location"] == "/desk/drafts/parking"
    assert ada.get("/desk/drafts/parking").status_code == 200
    first = ada.get(f"/desk/drafts/parking/{FORM.sections[0].id}?in={language}")
    assert f'lang="{language}"' in first.content.decode()
    assert Draft.objects.get(slug="parking").fields["name"] == {language: "Parking"}
