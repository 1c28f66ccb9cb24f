"""Purchases as tests of the portal need them: begun, asked, answered, through the same actions as everybody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
ROPES = {
    "organisation": "city-x",
    "language": "en",
    "title": "Sorting of applications",
    "purpose": "To sort applications for housing.",
    "profile": "high",
}


def begun(by: Any, now: datetime, slug: str = "ropes") -> Any:
    """A purchase of city-x with the points of the profile `high`."""
    from plumbrule_portal.systems.purchases import actions

    return actions.begin(slug, ROPES, by, now)


def purchase_arguments(by: Any) -> dict[str, dict[str, Any]]:
    """A purchase of city-x that closed, with a supplier who sent answers and a pack: the arguments of all its addresses."""
    from plumbrule_portal.systems.purchases import actions, files
    from plumbrule_portal.systems.purchases.models import HandedPack

    made = begun(by, LONG_AGO)
    actions.set_closing(made, LONG_AGO + timedelta(days=9), by, LONG_AGO)
    supplier, _ = actions.ask(made, "Rope and Sons", "", "en", by, LONG_AGO)
    supplier.sent = LONG_AGO
    supplier.save()
    pack = HandedPack.objects.create(supplier=supplier, came=LONG_AGO, files=files.keep({"assessment.json": b"{}"}))
    plain = (
        "purchase",
        "purchase-drop",
        "purchase-point",
        "purchase-closing",
        "purchase-ask",
        "purchase-compare",
        "purchase-decide",
    )
    wanted: dict[tuple[str, ...], dict[str, Any]] = {
        plain: {"slug": "ropes"},
        ("purchase-take-out", "purchase-put-back"): {"slug": "ropes", "number": 1},
        ("purchase-supplier", "purchase-link"): {"slug": "ropes", "number": supplier.pk},
        ("purchase-pack", "purchase-pack-file"): {"slug": "ropes", "number": supplier.pk, "pack": pack.pk},
        ("supply-point", "supply-take", "supply-take-away"): {"secret": "x", "number": 1},
    }
    return {name: found for names, found in wanted.items() for name in names}
