"""The API: what it gives is what the pages show, what it refuses has a reason, and a stranger's requests break nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from portal_made import publish_loans, publish_record
from portal_people import NOW, person

FIELDS = {"name": {"en": "Loans"}, "summary": {"absent": "unknown"}}


@pytest.fixture
def register(node: Path) -> None:
    """A city with a system."""
    publish_loans()


def token(*scopes: str, organisation: str = "city-x", days: int = 3000) -> dict[str, str]:
    """The header of somebody who writes for the city."""
    from django.utils import timezone

    from plumbrule_portal.pages.actions import make_token
    from plumbrule_portal.pages.models import Scope

    user = person("writer", "focal-point", organisation=organisation)
    secret = make_token(user, organisation, "a test", [Scope(scope) for scope in scopes], days, timezone.now())
    return {"Authorization": f"Bearer {secret}"}


def send(client: Any, method: str, path: str, body: object, headers: dict[str, str]) -> tuple[int, Any]:
    """Status and JSON of an answer."""
    answer = getattr(client, method)(f"/api/v1{path}", json.dumps(body), content_type="application/json", headers=headers)
    return answer.status_code, answer.json()


def test_reading_is_open_and_says_what_the_pages_say(register: None, client: Any) -> None:
    """Every list and every single thing, the licence with the lists; what is not there is said so in JSON."""
    found = client.get("/api/v1/systems?q=loans&phase=").json()
    assert [one["id"] for one in found["items"]] == ["loans"]
    assert (found["count"], found["licence"]) == ({"n": 1, "more": False}, "CC-BY-4.0")
    assert client.get("/api/v1/systems/loans").json()["names"] == {"en": "Loans", "fr": "Prêts"}
    assert client.get("/api/v1/organisations/city-x").json()["names"] == {"en": "City of X"}
    assert [one["about"] for one in client.get("/api/v1/entries").json()["items"]] == ["loans", "city-x"]
    assert client.get("/api/v1/entries/1").json()["about"] == "loans"
    assert client.get("/api/v1/facets").json()["of"] == {"n": 1, "more": False}
    assert client.get("/api/v1/assessments").json()["items"] == []
    assert [one["id"] for one in client.get("/api/v1/organisations").json()["items"]] == ["city-x"]
    for path in ("/systems/none", "/entries/99", "/organisations/none", "/assessments/0", "/systems/loans/on/2020-01-01"):
        answer = client.get(f"/api/v1{path}")
        assert (answer.status_code, answer.json()["detail"]) == (404, "There is nothing at this address."), path


def test_the_description_is_openapi_3_1_and_stands_on_a_page(register: None, client: Any) -> None:
    """Version, every operation with a summary, and all of them on the page without scripts."""
    said = client.get("/api/v1/openapi.json").json()
    assert said["openapi"].startswith("3.1")
    page = client.get("/api/v1/").content.decode()
    for path, methods in said["paths"].items():
        assert path in page
        assert all(one["summary"] for one in methods.values())


def test_a_draft_is_written_and_proposed_by_token_and_publishes_nothing(register: None, client: Any) -> None:
    """From a new draft to a proposal that waits for a second person; the register is as it was."""
    from plumbrule_portal.ledger.models import Entry, Proposal

    both = token("drafts", "proposals")
    status, made = send(client, "post", "/drafts", {"id": "bus-times", "name": "Bus times"}, both)
    assert (status, made["organisation"]) == (201, "city-x")
    assert "summary" in made["lacking"]
    status, refused = send(client, "put", "/drafts/bus-times", {"fields": {"colour": "red"}}, both)
    assert (status, "colour" in refused["detail"]) == (409, True)
    status, refused = send(client, "post", "/drafts/bus-times/proposal", {"title": "New"}, both)
    assert (status, "not answered" in refused["detail"]) == (409, True)
    fields = {name: {"absent": "unknown"} for name in made["lacking"]} | {"name": {"en": "Bus times"}}
    status, kept = send(client, "put", "/drafts/bus-times", {"fields": fields}, both)
    assert (status, kept["lacking"]) == (200, [])
    assert client.get("/api/v1/drafts/bus-times", headers=both).json() == kept
    status, proposed = send(client, "post", "/drafts/bus-times/proposal", {"title": "New: bus times"}, both)
    assert (status, proposed["state"]) == (201, "waiting")
    assert Proposal.objects.get(pk=proposed["id"]).system == "bus-times"
    assert Entry.objects.count() == 2
    status, begun = send(client, "post", "/systems/loans/draft", {}, both)
    assert (status, begun["fields"]["name"], begun["base"]) == (201, {"en": "Loans", "fr": "Prêts"}, 1)


def test_a_token_allows_what_it_names_and_no_more(register: None, client: Any) -> None:
    """Without one, with another scope, of another organisation, run out, ended, or after its person lost the role: refused."""
    from plumbrule_portal.accounts.models import Membership
    from plumbrule_portal.pages.actions import end_token
    from plumbrule_portal.pages.models import Token

    publish_record("organisation-1", "city-y", {"names": {"en": "Y"}}, party="city-y")
    drafts, body = token("drafts"), {"id": "a", "name": "A"}
    assert send(client, "post", "/drafts", body, {})[0] == 401
    assert send(client, "post", "/drafts", body, {"Authorization": "Bearer plr_nothing"})[0] == 401
    assert send(client, "post", "/drafts", body, token("proposals"))[0] == 403
    assert send(client, "post", "/drafts", body, drafts)[0] == 201
    assert send(client, "post", "/drafts/a/proposal", {"title": "A"}, drafts)[0] == 403
    assert client.get("/api/v1/drafts/a", headers=token("drafts", organisation="city-y")).status_code == 404
    assert send(client, "post", "/systems/loans/draft", {}, token("drafts", organisation="city-y"))[0] == 404
    Membership.objects.filter(organisation="city-x").delete()
    assert client.get("/api/v1/drafts/a", headers=drafts).status_code == 403
    assert send(client, "post", "/drafts", {"id": "b", "name": "B"}, drafts)[0] == 403
    person("writer", "focal-point", organisation="city-x")
    for found in Token.objects.all():
        end_token(found, found.user, NOW)
    assert client.get("/api/v1/drafts/a", headers=drafts).status_code == 401


def test_a_token_runs_out(register: None, client: Any) -> None:
    """After its last day it is none; nothing lasts longer than a year."""
    from datetime import timedelta

    from django.utils import timezone

    from plumbrule_portal.pages.actions import use_token
    from plumbrule_portal.pages.models import Token

    secret = token("drafts")["Authorization"].removeprefix("Bearer ")
    assert use_token(secret, timezone.now() + timedelta(days=364)) is not None
    assert use_token(secret, timezone.now() + timedelta(days=366)) is None
    assert secret not in str(list(Token.objects.values()))


def test_tokens_are_made_and_ended_on_the_desk(register: None) -> None:
    """The secret is shown once; the token works; ended it does not, and nobody ends another's."""
    import re

    from portal_people import visitor

    from plumbrule_portal.pages.models import Token

    browser = visitor(person("keeper", "focal-point", organisation="city-x"))
    said = {"name": "nightly", "organisation": "city-x", "scopes": ["drafts"], "days": "30"}
    page = browser.post("/desk/tokens", said).content.decode()
    secret = re.search(r"plr_[\w-]+", page)
    assert secret is not None
    assert secret[0] not in browser.get("/desk/tokens").content.decode()
    headers = {"Authorization": f"Bearer {secret[0]}"}
    assert send(browser, "post", "/drafts", {"id": "a", "name": "A"}, headers)[0] == 201
    assert browser.post("/desk/tokens", said | {"organisation": "city-y"}).status_code == 200
    assert Token.objects.count() == 1
    number = Token.objects.get().pk
    assert visitor(person("stranger", "focal-point", organisation="city-x")).post(f"/desk/tokens/{number}/end").status_code == 404
    assert browser.post(f"/desk/tokens/{number}/end").status_code == 302
    assert send(browser, "post", "/drafts", {"id": "b", "name": "B"}, headers)[0] == 401
    assert visitor().get("/desk/tokens").status_code == 302


def test_a_fuzzer_finds_nothing(register: None) -> None:
    """Schemathesis sends what the description allows and what it does not, with a token; every answer is as described."""
    schemathesis = pytest.importorskip("schemathesis", reason="needs schemathesis: it is in the dev group")
    from django.core.handlers.wsgi import WSGIHandler
    from hypothesis import HealthCheck, Phase, settings

    headers = token("drafts", "proposals") | {"Accept-Encoding": "identity"}
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", WSGIHandler())
    for operation in schema.get_all_operations():
        call(operation.ok(), headers, settings(max_examples=12, deadline=None, database=None, derandomize=True,
             phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck)))  # fmt: skip


def call(operation: Any, headers: dict[str, str], how: Any) -> None:
    """Many requests of one operation, good and bad ones, each answer checked against the description."""
    from hypothesis import given
    from schemathesis import GenerationMode

    @how
    @given(case=operation.as_strategy(generation_mode=GenerationMode.POSITIVE))
    def good(case: Any) -> None:
        case.call_and_validate(headers=headers)

    @how
    @given(case=operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))
    def bad(case: Any) -> None:
        case.call_and_validate(headers=headers)

    good()
    try:
        bad()
    except Exception as error:  # nothing can be wrong about an operation that takes nothing
        if "Impossible to generate negative" not in str(error) and type(error).__name__ not in {"Unsatisfiable", "SkipTest"}:
            raise
