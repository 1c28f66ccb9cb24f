"""A record entered once, in the formats of others: each file can be fetched, and the page says what stayed behind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from portal_made import publish_record
from test_portal_grading import publish_whole

from plumbrule_portal.systems.exchange import formats

FIELDS: dict[str, Any] = {
    "name": {"en": "Loans"},
    "summary": {"en": "Decides on loans."},
    "purpose": {"en": "To decide on loans."},
    "legal_basis": {"absent": "unknown"},
    "limits": {"absent": "withheld", "class": "trade-secret", "basis": {"en": "A"}, "decided_by": "B", "review": "2027-01-01"},
}


@pytest.mark.parametrize("name", formats())
def test_every_format_has_a_file_and_a_report(client: Any, name: str) -> None:
    """The file holds the name, nothing that is withheld, and the page about it says what was asked for in vain."""
    publish_record("organisation-1", "city-x", {"names": {"en": "City of X"}}, party="city-x")
    publish_whole(FIELDS)
    file = client.get(f"/systems/loans/formats/{name}/file")
    assert file.status_code == 200 and b"Loans" in file.content
    assert b"trade-secret" not in file.content
    assert "attachment" in file.headers["Content-Disposition"]
    if "json" in file.headers["Content-Type"]:
        assert json.loads(file.content)
    page = client.get(f"/systems/loans/formats/{name}").content.decode()
    assert "went over" in page
    assert client.get("/systems/loans/formats").content.decode().count('class="card"') == len(formats())


def test_there_is_no_other_format(client: Any, node: Path) -> None:
    """A name that is none of ours is no page, and no file."""
    publish_record("organisation-1", "city-x", {"names": {"en": "City of X"}}, party="city-x")
    publish_whole(FIELDS)
    for end in ("x", "..", "x/file"):
        assert client.get(f"/systems/loans/formats/{end}").status_code == 404
