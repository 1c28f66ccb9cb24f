"""Things that tests of the portal publish: an organisation, a system, through the same actions as everybody."""

from __future__ import annotations

import json
from typing import Any

from plumbrule.evidence.claims import CLASSIFICATION, RECORD, Claim

CREATED = "2026-11-21T10:00:00Z"


def publish_record(
    form: str, record: str, document: dict[str, Any], *, system: str | None = None, party: str | None = None
) -> Any:
    """Publish a record and return its entry."""
    from plumbrule_portal.ledger.actions import publish

    fields = {"form": form, "record": record, "system": system, "party": party, "previous": None}
    claim = Claim(kind=RECORD, fields={**fields, "created": CREATED, "files": ("record.json",)})
    return publish(claim, {"record.json": written(document)})


def written(document: dict[str, Any]) -> bytes:
    """The bytes of a record's file: canonical where it is a record of a system, as the register writes it."""
    from plumbrule_portal.systems.record import record_from, write_record

    if "schema" in document:
        return write_record(record_from(document))
    return json.dumps(document, ensure_ascii=False).encode()


def publish_loans() -> Any:
    """A city, and its system `loans`."""
    publish_record("organisation-1", "city-x", {"names": {"en": "City of X"}}, party="city-x")
    fields = {
        "name": {"en": "Loans", "fr": "Prêts"},
        "summary": {"en": "Decides on loans."},
        "purpose": {"en": "To decide who gets a loan.\n\nAnd who does not."},
        "legal_basis": {"absent": "unknown"},
        "languages_served": ["en", "fr"],
        "jurisdictions": ["KZ"],
        "phases": [{"phase": "development", "since": "2024"}, {"phase": "use", "since": "2025-03-01"}],
        "contacts": [{"office": "AI desk", "email": "ai@city-x.example"}],
    }
    head = {"schema": "plumbrule-record/1", "declared": None, "form": "system-1"}
    document = head | {"id": "loans", "organisation": "city-x", "language": "en", "fields": fields}
    return publish_record("system-1", "loans", document, system="loans")


def publish_answers(slug: str = "loans", text: str = "Nobody under 18") -> Any:
    """Publish answers to a questionnaire about a system, one of them withheld by law."""
    withheld = {"absent": "withheld", "class": "personal-data", "basis": {"en": "Law 1"}, "decided_by": "Board"}
    fields = {"children": {"en": text}, "heard": withheld | {"review": "2030-01-01"}}
    head = {"schema": "plumbrule-record/1", "declared": None, "form": "impact-child-1", "language": "en"}
    document = {**head, "id": f"{slug}_impact-child", "organisation": "city-x", "fields": fields}
    return publish_record("impact-child-1", f"{slug}_impact-child", document, system=slug)


def publish_grading(slug: str = "loans", reasons: str = "It decides on money.", tier: str = "high") -> Any:
    """Publish a person's grading."""
    from plumbrule_portal.ledger.actions import publish

    fields = {"system": slug, "profile": "general", "tier": tier, "created": CREATED, "files": ("grading.json",)}
    raw = f'{{"reasons": {{"en": "{reasons}"}}, "suggested": "high"}}'.encode()
    return publish(Claim(kind=CLASSIFICATION, fields=fields), {"grading.json": raw})


def publish_head() -> int:
    """Sign a head over everything recorded, as the publisher does on a log that waits for nobody; the size signed."""
    from datetime import UTC, datetime

    from plumbrule.evidence.log import Log
    from plumbrule_portal.ledger import node

    with Log.open(node.folder() / "log") as log:
        log.publish(lambda: datetime.now(UTC))
        return log.size
