"""Pages made from the log alone: no cookie, kept by readers and by the portal until something is published, and light."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest
from portal_made import publish_loans, publish_record

PAGES = ("/", "/systems", "/systems?q=loans", "/systems/loans", "/entries", "/entries/1", "/compare?system=loans")
OWNERS = ("/organisations", "/organisations/city-x")
LISTS = ("/systems.csv", "/systems.json", "/systems.atom", "/systems/loans.json", "/entries.atom")


@pytest.mark.parametrize("path", [*PAGES, *OWNERS, *LISTS])
def test_public_pages_set_no_cookie_and_are_validated(node: Path, client: Any, path: str) -> None:
    """A second visit costs a 304 without a body; after something is published the page comes again."""
    publish_loans()
    first = client.get(path)
    assert first.status_code == 200
    assert not first.cookies
    assert first.headers["Cache-Control"] == "public, no-cache"
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(path, headers={"If-None-Match": first.headers["ETag"], "Accept-Language": "ar"}).status_code == 200
    publish_record("organisation-1", "city-z", {"names": {"en": "City of Z"}}, party="city-z")
    assert client.get(path, headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_a_kept_page_is_not_rendered_and_is_the_same(node: Path, client: Any, django_told: list[str]) -> None:
    """The second reader gets the bytes of the first, in the language asked for; only how far the log has come is asked."""
    publish_loans()
    first = client.get("/systems/loans")
    asked = len(django_told)
    second = client.get("/systems/loans")
    assert second.content == first.content
    assert all("max(" in one for one in django_told[asked:])
    assert second.headers["Content-Security-Policy"] == first.headers["Content-Security-Policy"]
    assert b'lang="ar"' in client.get("/systems/loans", headers={"Accept-Language": "ar"}).content
    assert b'lang="en"' in client.get("/systems/loans").content


@pytest.fixture
def django_told(node: Path) -> Any:
    """Every question that the database is asked, as Django keeps them."""
    from django.db import connection

    told: list[str] = []

    def tell(run: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        told.append(sql)
        return run(sql, parameters, many, context)

    with connection.execute_wrapper(tell):
        yield told


def test_whoever_is_signed_in_gets_a_page_of_their_own(node: Path, client: Any) -> None:
    """A page with a person's name or desk is kept by nobody else, and a kept page is not shown to them."""
    from plumbrule_portal.accounts.models import User

    publish_loans()
    client.get("/systems/loans")
    client.force_login(User.objects.create_user("a@example.org", "a long password of ours"))
    mine = client.get("/systems/loans")
    assert b"/desk" in mine.content
    assert "private" in mine.headers["Cache-Control"]
    client.logout()
    client.cookies.clear()
    assert b"/desk" not in client.get("/systems/loans").content


def test_the_shelf_is_bounded() -> None:
    """The least used pages go when there are too many bytes; a page of an earlier state is none."""
    from django.http.response import ResponseHeaders

    from plumbrule_portal.ledger.caching import BESIDE, Shelf, _Kept

    shelf = Shelf(most=3 * (BESIDE + 30) + 10)
    for number in range(10):
        shelf.put((str(number), "en", False), _Kept(state="a", headers=ResponseHeaders({}), body=b"x" * 30))
        assert shelf.get(("0", "en", False), "a")
    assert [number for number in range(10) if shelf.get((str(number), "en", False), "a")] == [0, 8, 9]
    assert shelf.get(("0", "en", False), "b") is None


def test_languages_are_chosen_without_a_token_and_stay_on_the_site(client: Any) -> None:
    """The choice is kept in a cookie; `next` leads nowhere else, and loses a `lang` of its own."""
    answer = client.get("/language", {"language": "fr", "next": "/systems?lang=ar&q=x"})
    assert answer.headers["Location"] == "/systems?q=x"
    assert answer.cookies["language"].value == "fr"
    assert client.get("/language", {"language": "xx", "next": "https://bad.example/"}).headers["Location"] == "/"
    assert client.get("/language", {"language": "fr", "next": "//bad.example/"}).headers["Location"] == "/"


@pytest.mark.parametrize("language", ["en", "ar", "ru", "zh"])
def test_first_views_are_light(node: Path, client: Any, language: str) -> None:
    """Page and style sheet together stay under 14 kB compressed, also with a full page of systems; nothing else is fetched."""
    publish_loans()
    for number in range(30):
        fields = {
            "name": {"en": f"System {number}", "ru": f"Система {number}"},
            "summary": {"en": SUMMARY[number:] + SUMMARY[:number]},
        }
        document = {"id": f"s{number}", "organisation": "city-x", "language": "en", "form": "system-1", "fields": fields}
        publish_record("system-1", f"s{number}", document, system=f"s{number}")
    for path in PAGES:
        answer = client.get(path, headers={"Accept-Language": language, "Accept-Encoding": "gzip"})
        assert answer.headers["Content-Encoding"] == "gzip"
        page = gzip.decompress(answer.content).decode()
        assert not re.findall(r"<(?:script|img|iframe|source|object)", page)
        sheets = re.findall(r'rel="stylesheet" href="/static/([^"]+)"', page)
        assert sheets
        size = len(answer.content) + sum(len(gzip.compress((node / "static" / one).read_bytes(), 9)) for one in sheets)
        assert size <= 14 * 1024, (path, size)


SUMMARY = json.dumps(
    "This system reads applications of residents, compares what they wrote with what the register of buildings holds, and"
    " tells the officer which papers are missing; it decides nothing by itself, and people may ask for a conversation instead."
)
