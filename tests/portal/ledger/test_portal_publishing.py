"""Publishing: an entry and what the pages show of it, together or not at all, and the same again from the log."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from portal_made import publish_loans, publish_record


def test_what_is_published_is_shown_and_is_an_entry(client: Any) -> None:
    """A published system has a page, and its entry is in the log that `log fsck` reads."""
    entry = publish_loans()
    assert b"Decides on loans." in client.get("/systems/loans").content
    assert entry.signer.encode() in client.get(f"/entries/{entry.index}").content.replace(b"&#x2F;", b"/")


def test_a_row_and_its_entry_are_there_both_or_neither(node: Path) -> None:
    """When what the pages should show cannot be written, the log has no entry either."""
    from plumbrule.evidence.log import Log
    from plumbrule_portal.ledger.models import Entry

    document = {"id": "x", "organisation": "nobody", "language": "en", "form": "system-1", "fields": {}}
    with pytest.raises(Exception, match="nobody"):
        publish_record("system-1", "x", document, system="x")
    assert Entry.objects.count() == 0
    with Log.open(node / "log") as log:
        assert log.size == 0


def test_rebuild_gives_the_same_tables(node: Path) -> None:
    """Every public row is made anew from the log and the content store, equal in every column."""
    from django.core import serializers

    from plumbrule_portal.ledger.actions import rebuild
    from plumbrule_portal.ledger.projection import PUBLIC_TABLES, models

    publish_loans()

    def shown() -> dict[str, Any]:
        rows = {}
        for label, table in zip(PUBLIC_TABLES, models(), strict=True):
            found = serializers.serialize("python", table._default_manager.order_by("pk"))
            rows[label] = [one["fields"] for one in found]
        return rows

    before = shown()
    assert rebuild() == 2
    after = shown()
    for label in ("systems.System", "systems.Record", "ledger.Entry"):
        assert before[label], label
    assert [row | {"organisation": None} for row in after["systems.System"]] == [
        row | {"organisation": None} for row in before["systems.System"]
    ]
    assert {k: v for k, v in after.items() if k != "systems.System"} == {k: v for k, v in before.items() if k != "systems.System"}
