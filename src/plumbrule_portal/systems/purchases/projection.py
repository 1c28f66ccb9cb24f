"""What an entry of the form `purchase-1` means for the public table. Called by the projection of records."""

from __future__ import annotations

from plumbrule.evidence.claims import Claim
from plumbrule_portal.ledger.models import Entry
from plumbrule_portal.systems.purchases.document import FILE
from plumbrule_portal.systems.purchases.models import PurchaseDecision


def decision(entry: Entry, claim: Claim) -> None:
    """A purchase was decided; a later record of the same purchase takes its place."""
    slug = str(claim.fields["record"])
    if PurchaseDecision.objects.filter(slug=slug, entry__gt=entry.index).exists():
        return
    PurchaseDecision.objects.filter(slug=slug).delete()
    PurchaseDecision.objects.create(
        entry=entry.index,
        slug=slug,
        organisation=str(claim.fields["party"] or ""),
        system=str(claim.fields["system"] or ""),
        sha256=dict(entry.files).get(FILE, ""),
        created=entry.created,
    )
