"""An organisation is described by its own people, agreed to, shown with what it answers for, and forgotten when withdrawn."""

from __future__ import annotations

import json
import re
from html import escape, unescape
from pathlib import Path
from typing import Any

import pytest
from portal_made import CREATED, publish_loans, publish_record
from portal_people import agree, person, visitor

from plumbrule.errors import InputError
from plumbrule_portal.systems.organisations import document
from plumbrule_portal.systems.organisations.document import Described

ROADS = {"kind": "authority", "country": "KZ", "name_en": "Ministry of Roads", "name_fr": "Ministère des routes"}
WRITE = "/desk/organisations/roads"


def text_of(page: Any) -> str:
    """The words of a page, without its tags."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.content.decode())).split())


def tables() -> list[list[Any]]:
    """What the public tables and search hold of organisations."""
    from plumbrule_portal.accounts.models import Organisation
    from plumbrule_portal.systems.models import Searchable

    rows = Organisation.objects.values_list("slug", "names", "kind", "country", "entry")
    return [list(rows), list(Searchable.objects.order_by("id").values_list("id", "kind", "key", "tags"))]


@pytest.fixture
def people(node: Path) -> tuple[Any, Any, Any]:
    """A focal point of a ministry that the register does not hold, and two stewards of the register."""
    stewards = person("ben", "steward"), person("cy", "steward")
    return (visitor(person("ada", "focal-point", organisation="roads")), *map(visitor, stewards))


def published(focal: Any, steward: Any, **said: str) -> None:
    """Describe the ministry, and agree."""
    proposed = focal.post(WRITE, ROADS | said)
    assert proposed.status_code == 302, text_of(proposed)
    assert agree(steward, proposed.url).status_code == 302


def test_from_nothing_to_the_draft_of_a_system(people: Any, client: Any) -> None:
    """A steward describes an organisation, another agrees, everybody reads it; then its focal point begins a draft."""
    focal, ben, cy = people
    assert client.get("/organisations/roads").status_code == 404
    empty = focal.get("/desk/drafts").content.decode()
    assert 'href="/desk/organisations"' in empty and 'name="slug"' not in empty
    assert 'href="/desk/organisations"' in focal.get("/desk").content.decode()
    assert "It is not in the register yet." in text_of(focal.get("/desk/organisations"))
    assert ben.post("/desk/organisations", {"slug": "roads"}).url == WRITE
    proposed = ben.post(WRITE, ROADS)
    assert "New organisation: Ministry of Roads" in text_of(ben.get(proposed.url))
    assert "Name, French Ministère des routes" in text_of(cy.get(proposed.url))
    assert "Waits for a second person" in text_of(focal.get("/desk/organisations"))
    assert agree(cy, proposed.url).status_code == 302
    page = text_of(client.get("/organisations/roads"))
    assert "Ministry of Roads Kind Authority: a ministry or a regulator Country Kazakhstan Systems 0 systems" in page
    assert re.search(r"History Entry 0 \d+ \w+ \d{4}", page)
    begun = {"name": "Parking", "slug": "parking", "organisation": "roads", "language": "en"}
    assert focal.post("/desk/drafts", begun).url == "/desk/drafts/parking"


def test_names_change_and_the_second_person_sees_how(people: Any, client: Any) -> None:
    """What stands today beside what would; the entry follows the earlier one; search and `rebuild` agree with the page."""
    from plumbrule_portal.ledger.actions import rebuild
    from plumbrule_portal.ledger.queries import statement_of

    focal, ben, _ = people
    published(focal, ben)
    form = focal.get(WRITE).content.decode()
    assert 'value="Ministry of Roads"' in form and '<option value="KZ" selected>' in form and '"authority" selected' in form
    proposed = focal.post(WRITE, ROADS | {"name_en": "Ministry of Roads and Bridges", "name_fr": ""})
    seen = text_of(ben.get(proposed.url))
    assert "Changed: Ministry of Roads and Bridges" in seen and "today (entry 0)" in seen
    assert "Name, English Ministry of Roads Ministry of Roads and Bridges" in seen
    assert "Name, French Ministère des routes –" in seen
    assert "Country" not in seen, "it stays"
    agree(ben, proposed.url)
    said: Any = statement_of(1)
    assert said.fields["previous"]["log_index"] == 0
    found = client.get("/systems?q=bridges").content.decode()
    assert '<a href="/organisations/roads">Ministry of Roads and Bridges</a>' in found
    before = tables()
    assert rebuild() == 2
    assert tables() == before


def test_what_is_overtaken_is_not_published(people: Any) -> None:
    """Two changes of the same record: once one is public, the other has to be proposed anew."""
    from plumbrule_portal.accounts.models import Organisation

    focal, ben, _ = people
    published(focal, ben)
    one, two = (focal.post(WRITE, ROADS | {"name_en": name}).url for name in ("One", "Two"))
    agree(ben, one)
    assert "something newer was published since" in text_of(ben.get(agree(ben, two).url))
    assert Organisation.objects.get().names["en"] == "One"


def test_nothing_changed_proposes_nothing(people: Any) -> None:
    """Sent again as it stands: it is said so, and nobody is asked."""
    from plumbrule_portal.ledger.models import Proposal

    focal, ben, _ = people
    published(focal, ben)
    again = focal.post(WRITE, ROADS)
    assert again.status_code == 422 and "It says the same as today." in text_of(again)
    assert Proposal.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name_en": "<b>Roads</b>"}, "A name is plain text"),
        ({"name_fr": "Rou\u202ates"}, "A name is plain text"),
        ({"name_en": "", "name_fr": " "}, "Write the text in at least one language."),
        ({"kind": "example"}, "Select a valid choice."),
        ({"kind": ""}, "This field is required."),
        ({"country": "EU"}, "Select a valid choice."),
    ],
)
def test_what_does_not_fit_is_said_and_nothing_is_lost(people: Any, typed: dict[str, str], said: str) -> None:
    """No mark-up, no signs that turn the text over, one name at least, no example; what was typed is still there."""
    from plumbrule_portal.ledger.models import Proposal

    page = people[0].post(WRITE, ROADS | typed)
    assert page.status_code == 422 and said in text_of(page)
    for value in (ROADS | typed).values():
        assert not value.strip() or value in {"example", "EU"} or f'"{escape(value.strip())}"' in page.content.decode(), value
    assert not Proposal.objects.exists()


@pytest.mark.parametrize("slug", ["Big", "under_score", "a.", "-a", "a" * 101, "loans", "%00"])
def test_a_new_short_name_is_plain_and_free(people: Any, slug: str) -> None:
    """Small letters, digits and dashes; not the name of a system, by which entries would be taken for those about it."""
    publish_loans()
    ben = people[1]
    assert ben.post("/desk/organisations", {"slug": slug}).status_code == 422
    assert ben.get(f"/desk/organisations/{slug}").status_code == 404


def test_a_system_takes_no_organisations_name(people: Any) -> None:
    """Else whoever answers for the system could withdraw what the register says of the organisation."""
    from plumbrule_portal.systems.models import Draft

    focal, ben, _ = people
    published(focal, ben)
    page = focal.post("/desk/drafts", {"name": "Roads", "slug": "roads", "organisation": "roads", "language": "en"})
    assert "This name is taken already." in text_of(page) and not Draft.objects.exists()


def test_a_stranger_may_not(people: Any) -> None:
    """Not somebody of another organisation, not somebody without a role; own people see only theirs."""
    publish_loans()
    focal = people[0]
    for one in (focal, visitor(person("dan")), visitor(person("eve", "reporter", organisation="city-x"))):
        assert one.get("/desk/organisations/city-x").status_code == 403
        assert one.post("/desk/organisations/city-x", ROADS).status_code == 403
    page = focal.get("/desk/organisations").content.decode()
    assert "city-x" not in page and 'name="slug"' not in page


def test_a_withdrawn_record_is_forgotten(people: Any, client: Any) -> None:
    """Its page says so and shows the short name; search finds it by no old name; `rebuild` shows the same; it can come again."""
    from plumbrule_portal.ledger.actions import rebuild

    focal, ben, cy = people
    published(focal, ben, name_en="Ministry of Rhodes")
    withdrawn = ben.post("/entries/0/withdraw", {"reason": "error", "title": "A wrong name"})
    assert agree(cy, withdrawn.url).status_code == 302
    page = client.get("/organisations/roads")
    assert "<h1>roads</h1>" in page.content.decode() and "was withdrawn since" in text_of(page)
    assert "Rhodes" not in text_of(page) + text_of(client.get("/organisations"))
    assert "/organisations/roads" not in client.get("/systems?q=Rhodes").content.decode()
    before = tables()
    assert rebuild() == 2
    assert tables() == before
    published(focal, ben)
    assert "Ministry of Roads" in text_of(client.get("/organisations/roads"))
    before = tables()
    rebuild()
    assert tables() == before


def test_what_it_answers_for_is_shown(node: Path, client: Any) -> None:
    """Its systems as cards with the number of all; its page is linked from the system's page and from the list."""
    publish_loans()
    page = text_of(client.get("/organisations/city-x"))
    assert "1 system Loans" in page and "All its systems" not in page and "Assessments that it signed" not in page
    for path in ("/systems/loans", "/organisations", "/compare?system=loans"):
        assert '<a href="/organisations/city-x">City of X</a>' in client.get(path).content.decode(), path
    for path in ("/", "/systems"):
        assert 'href="/organisations"' in client.get(path).content.decode(), path
    assert client.get("/api/v1/organisations/city-x").json()["names"] == {"en": "City of X"}


def test_many_organisations_come_a_page_at_a_time(node: Path, client: Any) -> None:
    """In the order of their short names, each once, each page with one question however many systems there are."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from plumbrule_portal.accounts.models import Organisation
    from plumbrule_portal.systems.models import System
    from plumbrule_portal.systems.organisations import queries

    made = Organisation.objects.bulk_create(Organisation(slug=f"city-{n:03}", names={"en": f"City {n}"}) for n in range(205))
    line = {"form": "system-1", "entry": 1, "updated": "2026-11-21T10:00:00Z", "organisation": made[7]}
    System.objects.bulk_create(System(slug=f"system-{n}", **line) for n in range(30))
    seen, address = list[str](), "/organisations"
    while address:
        page = client.get(address).content.decode()
        seen += re.findall(r'<a href="/organisations/([^"?]+)">', page)
        after = re.search(r'rel="next" href="([^"]+)"', page)
        address = f"/organisations{after[1]}" if after else ""
    assert seen == [f"city-{n:03}" for n in range(205)]
    with CaptureQueriesContext(connection) as asked:
        found, following = queries.page("")
    assert (found[7].systems, found[8].systems, following, len(asked)) == (30, 0, "city-099", 1)


def test_more_systems_than_a_page_shows(node: Path, client: Any) -> None:
    """The newest 25, and the way to all of them."""
    publish_loans()
    head = {"schema": "plumbrule-record/1", "declared": None, "form": "system-1", "organisation": "city-x", "language": "en"}
    for n in range(25):
        slug = f"more-{n}"
        publish_record("system-1", slug, head | {"id": slug, "fields": {"name": {"en": f"More {n}"}}}, system=slug)
    page = client.get("/organisations/city-x")
    assert page.content.decode().count('class="card"') == 25 and "26 systems" in text_of(page)
    assert 'href="/systems?organisation=city-x">All its systems' in page.content.decode() and "Loans" not in text_of(page)


def test_names_of_other_languages_stay_and_names_of_none_give_way(people: Any, client: Any) -> None:
    """An import says in no language what it calls an organisation: a name in one takes its place; a name in Dutch stays."""
    from plumbrule_portal.accounts.models import Organisation

    focal, ben, _ = people
    publish_record("organisation-1", "roads", {"names": {"und": "ROADS", "nl": "Wegen"}}, party="roads")
    shown = focal.get(WRITE).content.decode()
    assert '<li lang="und" dir="auto">ROADS</li>' in shown and "Wegen" in shown
    published(focal, ben)
    assert Organisation.objects.get().names == {"en": "Ministry of Roads", "fr": "Ministère des routes", "nl": "Wegen"}


def test_an_example_stays_an_example(people: Any) -> None:
    """Whoever changes its names is not asked for another kind."""
    from plumbrule_portal.accounts.models import Organisation

    focal, ben, _ = people
    publish_record("organisation-1", "roads", {"names": {"en": "R"}, "kind": "example", "country": ""}, party="roads")
    assert 'name="kind"' not in focal.get(WRITE).content.decode()
    published(focal, ben, kind="company", country="")
    assert (Organisation.objects.get().kind, Organisation.objects.get().country) == ("example", "")


def test_the_document_is_written_as_imports_always_wrote_it() -> None:
    """The bytes of an import's organisation are those of earlier versions, so that the same organisation is the same file."""
    said = Described(slug="gb-home-office", names={"und": "Home Office"})
    written = b'{"id":"gb-home-office","names":{"und":"Home Office"},"schema":"plumbrule-organisation/1"}\n'
    assert document.write(said) == written and document.read(written, "gb-home-office") == said
    nameless = b'{"id":"gb-not-stated","names":{},"schema":"plumbrule-organisation/1"}\n'
    assert document.write(Described(slug="gb-not-stated")) == nameless


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"names": []},
        {"names": {"en": ""}},
        {"names": {"en": 1}},
        {"names": {"in English": "X"}},
        {"names": {"en": "X"}, "id": "other"},
        {"names": {"en": "X"}, "schema": "plumbrule-organisation/2"},
        {"names": {"en": "X"}, "kind": None},
        {"names": {"en": "X"}, "country": "Kazakhstan"},
        {"names": {"en": "X"}, "address": "Street 1"},
    ],
)
def test_a_record_that_is_in_no_form_is_not_published(node: Path, wrong: dict[str, Any]) -> None:
    """Whoever hands it in."""
    from plumbrule.evidence.claims import RECORD, Claim
    from plumbrule_portal.ledger.actions import publish
    from plumbrule_portal.ledger.models import Entry

    said = {"form": "organisation-1", "record": "roads", "system": None, "party": "roads", "previous": None}
    claim = Claim(kind=RECORD, fields={**said, "created": CREATED, "files": ("record.json",)})
    with pytest.raises(InputError, match="not in its form"):
        publish(claim, {"record.json": json.dumps(wrong).encode()})
    assert not Entry.objects.exists()


def test_a_name_like_that_of_a_host_leads_everywhere(people: Any, client: Any) -> None:
    """As the parties of keys have: described by hand, with people, a page, a list and JSON."""
    _, ben, cy = people
    assert ben.post("/desk/organisations", {"slug": "lab.example"}).url == "/desk/organisations/lab.example"
    for wrong in (".lab", "lab.", "Lab", "lab/x", "lab x"):
        assert ben.post("/desk/organisations", {"slug": wrong}).status_code == 422
    agree(cy, ben.post("/desk/organisations/lab.example", ROADS | {"name_en": "Lab"}).url)
    assert client.get("/api/v1/organisations/lab.example").json()["names"]["en"] == "Lab"
    assert "Lab" in text_of(client.get("/organisations/lab.example"))
    administrator = visitor(person("dee", "administrator"))
    asked = {"whom": "Eve", "role": "focal-point", "organisation": "lab.example"}
    assert "/account/start/" in administrator.post("/people/invite", asked).content.decode()
    eve = visitor(person("eve", "focal-point", organisation="lab.example"))
    begun = {"name": "Scan", "slug": "scan", "organisation": "lab.example", "language": "en"}
    assert eve.post("/desk/drafts", begun).status_code == 302
    assert eve.get("/desk/drafts/scan").status_code == 200


def test_two_things_never_get_one_name(people: Any) -> None:
    """A draft of a system and an organisation wait with the same name: whichever is agreed to second is refused, in words."""
    from plumbrule_portal.accounts.models import Organisation

    _, ben, cy = people
    publish_loans()
    publish_record("organisation-1", "city-z", {"names": {"en": "City of Z"}}, party="city-z")
    waiting = ben.post(WRITE, ROADS).url
    fields = {"name": {"en": "Roads"}, "summary": {"en": "Roads."}}
    document = {"id": "roads", "organisation": "city-z", "language": "en", "form": "system-1", "fields": fields}
    publish_record("system-1", "roads", document, system="roads")
    agree(cy, waiting)
    assert not Organisation.objects.filter(slug="roads").exists()
    assert "Waits for a second person" in text_of(cy.get(waiting))
