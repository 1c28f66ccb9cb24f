"""As it was on a day: the record that held then, what was published by then, and nothing that came later."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

DAYS = ("2026-03-01T09:00:00Z", "2026-06-01T09:00:00Z", "2026-09-01T09:00:00Z")


@pytest.fixture
def three_records(node: Path) -> None:
    """A system whose record changed twice; a second system that came with the third change."""
    publish("organisation-1", "city-x", {"names": {"en": "City of X"}}, None, DAYS[0])
    for number, created in enumerate(DAYS):
        publish("system-1", "loans", system("loans", f"Version {number}"), "loans", created)
    publish("system-1", "later", system("later", "Came later"), "later", DAYS[2])


def system(slug: str, name: str) -> dict[str, Any]:
    """The record of a system."""
    fields = {"name": {"en": name}, "summary": {"en": f"{name} of {slug}."}}
    return {"id": slug, "organisation": "city-x", "language": "en", "form": "system-1", "fields": fields}


def publish(form: str, record: str, document: dict[str, Any], system: str | None, created: str) -> None:
    """Publish a record that was made on a day."""
    from plumbrule.evidence.claims import RECORD, Claim
    from plumbrule_portal.ledger.actions import publish

    party = None if system else record
    fields = {"form": form, "record": record, "system": system, "party": party, "previous": None}
    claim = Claim(kind=RECORD, fields={**fields, "created": created, "files": ("record.json",)})
    publish(claim, {"record.json": json.dumps(document).encode()})


@pytest.mark.parametrize(
    ("day", "shown"),
    [
        ("2026-02-28", ""),
        ("2026-03-01", "Version 0"),
        ("2026-05-31", "Version 0"),
        ("2026-06-01", "Version 1"),
        ("2027-01-01", "Version 2"),
    ],
)
def test_a_system_as_it_was(three_records: None, client: Any, day: str, shown: str) -> None:
    """The page names the day, shows the record that held at its end, and leads to today's."""
    answer = client.get(f"/systems/loans?on={day}")
    page = answer.content.decode()
    assert answer.status_code == (200 if shown else 404)
    assert 'href="/systems/loans"' in page
    assert f"<h1>{shown}" in page if shown else "Not in the register then" in page
    told = client.get(f"/api/v1/systems/loans/on/{day}")
    assert told.status_code == answer.status_code
    if shown:
        assert (told.json()["names"], told.json()["on"]) == ({"en": shown}, day)


def test_the_list_as_it_was(three_records: None, client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The systems of that day with their words of that day, a page at a time; links stay on the day."""
    from plumbrule_portal.systems import queries_then

    page = client.get("/systems?on=2026-07-01").content.decode()
    assert "Version 1" in page
    assert "/systems/loans?on=2026-07-01" in page
    assert "Came later" not in page
    monkeypatch.setattr(queries_then, "PAGE", 1)
    first = client.get("/systems?on=2026-10-01").content.decode()
    assert "Came later" in first
    assert "Version 2" not in first
    assert "Version 2" in client.get("/systems?on=2026-10-01&after=4").content.decode()
    assert "Nothing had been published by then." in client.get("/systems?on=2020-01-01").content.decode()


@pytest.mark.parametrize("day", ["yesterday", "2026-13-01", "20260101", "", "\x00"])
def test_what_is_no_day_is_said_so(three_records: None, client: Any, day: str) -> None:
    """An address with something else is answered in words, never with today's page."""
    assert client.get("/systems/loans", {"on": day}).status_code == 404
    assert client.get("/systems", {"on": day}).status_code == 404


def test_a_withdrawn_record_is_gone_for_every_day(three_records: None, client: Any, node: Path) -> None:
    """Where the file was withdrawn since, the page says so and shows nothing of it."""
    from plumbrule_portal.systems.models import Record

    digest = Record.objects.filter(system="loans")[0].sha256
    (found,) = [path for path in (node / "log" / "content").rglob(f"*{digest[4:]}*") if path.is_file()]
    found.unlink()
    page = client.get("/systems/loans?on=2026-04-01").content.decode()
    assert "was withdrawn since" in page
    assert "Version 0" not in page


def test_a_register_with_withdrawn_records_is_made_anew(three_records: None, client: Any, node: Path) -> None:
    """Where the files of some records are gone, `rebuild` keeps their places in the history and shows what is left."""
    from plumbrule_portal.ledger.actions import rebuild
    from plumbrule_portal.systems.models import Record, System

    for gone in (Record.objects.filter(system="loans").first(), Record.objects.get(system="later")):
        assert gone is not None
        (found,) = [path for path in (node / "log" / "content").rglob(f"*{gone.sha256[4:]}*") if path.is_file()]
        found.unlink()
    assert rebuild() == 5
    assert Record.objects.count() == 4
    assert list(System.objects.values_list("slug", flat=True)) == ["loans"]
    assert "Version 2" in client.get("/systems/loans").content.decode()
