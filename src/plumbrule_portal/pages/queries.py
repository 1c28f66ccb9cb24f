"""What the pages of no single subject ask: every app's queries may be used here."""

from __future__ import annotations

from plumbrule_portal.accounts.models import Organisation
from plumbrule_portal.ledger.models import Entry
from plumbrule_portal.systems.models import Assessment, System


def counts() -> dict[str, int]:
    """How much the register holds."""
    return {
        "systems": System.objects.count(),
        "declared": System.objects.exclude(declared="").count(),
        "organisations": Organisation.objects.count(),
        "assessments": Assessment.objects.count(),
        "entries": Entry.objects.count(),
    }


def newest_systems() -> list[System]:
    """The systems whose record changed last."""
    return list(System.objects.select_related("organisation")[:8])
