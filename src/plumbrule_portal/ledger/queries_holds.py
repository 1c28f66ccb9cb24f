"""Which systems are under a legal hold now."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from plumbrule_portal.ledger.models import Entry, Hold, Proposal

UNCONFIRMED = timedelta(days=14)
"""How long a hold counts that one person asked for and nobody agreed to."""


def in_force(now: datetime) -> QuerySet[Hold]:
    """The holds that count now.

    One counts from the moment it is asked for: what is deleted while a second person thinks about it is gone for good, and
    what is kept a few days too long is not. Unless somebody agrees it ends by itself.
    """
    return Hold.objects.filter(Q(agreed__isnull=False) | Q(asked__gt=now - UNCONFIRMED), lifted=None)


def held_systems(now: datetime) -> frozenset[str]:
    """The systems about which nothing may be deleted now."""
    return frozenset(in_force(now).values_list("system", flat=True))


def rows(now: datetime) -> list[tuple[Hold, bool]]:
    """Every hold there ever was, newest first, and whether it counts now."""
    now_held = set(in_force(now).values_list("pk", flat=True))
    found = Hold.objects.select_related("asked_by", "agreed_by", "lift_asked_by", "lifted_by")
    return [(one, one.pk in now_held) for one in found]


def is_known(system: str) -> bool:
    """Whether anything is kept about a system of this name."""
    return Entry.objects.filter(about=system).exists() or Proposal.objects.filter(system=system).exists()
