"""The page about the register: who runs it, the key to compare by voice, how far the log is, who else has seen it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from portal_made import publish_loans
from portal_people import NOW

from running import Ran


def page(client: Any) -> str:
    """The page in English."""
    answer = client.get("/about")
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_the_key_can_be_compared_with_the_file(node: Path, client: Any) -> None:
    """The fingerprint on the page is the SHA-256 of the file /log/log.vkey as it is served, whoever computes it."""
    served = client.get("/log/log.vkey").content
    shown = page(client)
    assert served.decode().strip() in shown
    digest = hashlib.sha256(served).hexdigest()
    assert digest in shown.replace(" ", "").replace("-", "")


def test_it_says_how_far_the_log_is(node: Path, client: Any) -> None:
    """Two entries recorded, none signed; then two signed, and when."""
    from portal_made import publish_head

    publish_loans()
    assert "over 0 entries" in page(client)
    publish_head()
    assert "over 2 entries" in page(client)
    assert f'<time datetime="{datetime.now(UTC):%Y-%m-%d}' in page(client)


def test_without_a_witness_it_says_what_that_means(node: Path, client: Any) -> None:
    """No witness, no name of whoever runs it, no address for weaknesses: three plain sentences, none left out."""
    shown = page(client)
    assert "No witness has signed this log" in shown
    assert "has not said here who they are" in shown
    assert "has named no address" in shown
    assert "/withheld" in shown and "/verify" in shown


def test_a_round_of_tick_puts_the_witness_on_the_page(node: Path, client: Any, tmp_path: Path, here: Callable[..., Ran]) -> None:
    """A real witness follows the node and is followed by it; after `tick` the page names it, and no path of this machine."""
    from portal_made import publish_head

    from plumbrule.evidence.federation import follow, make_witness, sync
    from plumbrule_portal.ledger.node import log_key

    publish_loans()
    publish_head()
    sync(node, lambda: NOW)
    other = tmp_path / "university"
    witness = make_witness(other, "university.example")
    follow(other, log_key(), str(node / "share"))
    sync(other, lambda: NOW)
    follow(node, witness, str(other / "share"))
    assert here("tick", "--node", node).code == 0
    shown = page(client)
    assert "<code>university.example</code>: signed 2 entries" in shown
    assert "No witness has signed" not in shown
    assert str(tmp_path) not in shown and str(tmp_path) not in (node / "standing.json").read_text("utf-8")
    document = json.loads((node / "standing.json").read_text("utf-8"))
    document["contradiction"] = True
    (node / "standing.json").write_text(json.dumps(document), encoding="utf-8")
    assert "A witness saw another history" in page(client)


def test_what_the_office_says_of_itself_stands_there_as_text(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who runs it, line by line and never as HTML; an office of one says so."""
    from django.conf import settings

    office = replace(settings.OFFICE, operator="Ministry <X>\n1 Main Street", alone=True, security_contact="mailto:a@b.example")
    monkeypatch.setattr(settings, "OFFICE", office)
    shown = page(client)
    assert "Ministry &lt;X&gt;<br>1 Main Street" in shown
    assert "one person may publish alone" in shown
    assert 'href="mailto:a@b.example"' in shown
