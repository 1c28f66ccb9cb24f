"""Lists for machines: CSV, JSON and Atom hold what the page holds, in the forms that their standards have."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from portal_made import publish_record

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def register(node: Path) -> None:
    """A city with three systems, one of them with a name that a spreadsheet would run and signs that XML cannot hold."""
    publish_record("organisation-1", "city-x", {"names": {"en": "City of X, <Council>"}, "country": "KZ"}, party="city-x")
    for slug, name in (("a", '=HYPERLINK("http://bad.example","x")'), ("b", "Two\nlines, \x0b & <b>"), ("c", "三")):
        fields = {"name": {"en": name, "fr": f"Le {name}"}, "summary": {"en": f"About {slug}."}, "phases": [{"phase": "use"}]}
        document = {"id": slug, "organisation": "city-x", "language": "en", "form": "system-1", "fields": fields}
        publish_record("system-1", slug, document, system=slug)


def body(client: Any, path: str) -> bytes:
    """What an address answers, whole."""
    answer = client.get(path)
    assert answer.status_code == 200, path
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def test_csv_is_rfc_4180_and_runs_nothing(register: None, client: Any) -> None:
    """Python's strict reader gives back every row; lines end with CRLF; no cell begins a formula."""
    raw = body(client, "/systems.csv")
    rows = list(csv.DictReader(io.StringIO(raw.decode(), newline=""), strict=True))
    assert [row["id"] for row in rows] == ["c", "b", "a"]
    assert rows[1]["name"] == "Two\nlines, \x0b & <b>"
    assert rows[2]["name"].startswith("'=HYPERLINK")
    assert raw.count(b"\r\n") == 4
    assert {row["licence"] for row in rows} == {"CC-BY-4.0"}
    for path in ("/entries.csv", "/organisations.csv", "/assessments.csv"):
        table = list(csv.reader(io.StringIO(body(client, path).decode(), newline=""), strict=True))
        assert len({len(row) for row in table}) == 1, path
        assert not [cell for row in table for cell in row if cell[:1] in {"=", "+", "-", "@"}], path


def test_json_holds_the_list_and_its_licence(register: None, client: Any) -> None:
    """The same systems, with every language; a single system whole."""
    found = json.loads(body(client, "/systems.json?q=about+b"))
    assert [one["id"] for one in found["items"]] == ["b"]
    assert found["items"][0]["names"]["fr"].startswith("Le Two")
    assert found["licence"] == "CC-BY-4.0"
    whole = json.loads(body(client, "/systems/b.json"))
    assert whole["fields"]["summary"] == {"en": "About b."}
    assert [one["entry"] for one in whole["history"]] == [2]
    assert json.loads(body(client, "/entries/2.json"))["about"] == "b"
    for path in ("/entries.json", "/organisations.json", "/assessments.json"):
        assert json.loads(body(client, path))["licence"] == "CC-BY-4.0", path
    assert client.get("/systems/none.json").status_code == 404


FEEDS = ("/systems.atom", "/entries.atom", "/organisations.atom", "/assessments.atom", "/systems.atom?q=xyz")


@pytest.mark.parametrize("path", FEEDS)
def test_feeds_follow_rfc_4287(register: None, client: Any, path: str) -> None:
    """What a feed and each of its entries must have, once, with absolute ids that differ and times with a zone."""
    feed = etree.fromstring(body(client, path))
    assert feed.tag == f"{ATOM}feed"
    for holder in (feed, *feed.findall(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert len(holder.findall(ATOM + name)) == 1, name
        assert holder.findtext(f"{ATOM}id", "").startswith("http://")
        assert datetime.fromisoformat(holder.findtext(f"{ATOM}updated", "")).tzinfo
        assert len(holder.findall(f"{ATOM}author/{ATOM}name")) == 1
        kinds = [(link.get("rel"), link.get("type")) for link in holder.findall(f"{ATOM}link")]
        assert len(set(kinds)) == len(kinds)
        assert ("alternate", "text/html") in kinds
    assert feed.find(f"{ATOM}link[@rel='self']") is not None
    assert feed.findtext(f"{ATOM}rights") == "CC-BY-4.0"
    ids = [entry.findtext(f"{ATOM}id") for entry in feed.findall(f"{ATOM}entry")]
    assert len(ids) == len(set(ids))


def test_a_feed_goes_on_with_further_pages(register: None, client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """`next` leads through all entries, newest first (RFC 5005)."""
    from plumbrule_portal.pages import feeds
    from plumbrule_portal.systems import queries_search

    monkeypatch.setattr(feeds, "FEED", 3)
    monkeypatch.setattr(queries_search, "PAGE", 2)
    walks = (("/entries.atom", ["3 · c", "2 · b", "1 · a", "0 · city-x"]), ("/systems.atom", ["三", "Two", "=HYP"]))
    for path, expected in walks:
        titles, address = [], path
        while address:
            feed = etree.fromstring(body(client, address.removeprefix("http://127.0.0.1:8000")))
            titles += [entry.findtext(f"{ATOM}title", "")[: len(expected[-1])] for entry in feed.findall(f"{ATOM}entry")]
            found = feed.find(f"{ATOM}link[@rel='next']")
            address = "" if found is None else str(found.get("href"))
        assert [title[:3] for title in titles] == [title[:3] for title in expected], path


def test_pages_of_lists_name_their_other_forms(register: None, client: Any) -> None:
    """The register's page, its filters and the comparison answer; the query string goes with the links."""
    page = client.get("/systems?q=about&phase=use").content.decode()
    assert "/systems.csv?q=about&amp;phase=use" in page
    assert "City of X, &lt;Council&gt;" in page
    compared = client.get("/compare?system=a&system=b&system=none").content.decode()
    assert "About a." in compared
    assert "differs" in compared
    assert client.get("/entries").status_code == client.get("/compare").status_code == 200
