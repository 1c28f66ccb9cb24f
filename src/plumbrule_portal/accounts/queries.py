"""What is asked about people."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from plumbrule_portal.accounts.access import NODE
from plumbrule_portal.accounts.models import Act, Invitation, Membership, Role, User

ACTS = 100


def anybody() -> bool:
    """Whether anybody has an account that is open."""
    return User.objects.filter(is_active=True).exists()


def administrators(organisation: str) -> QuerySet[User]:
    """Who administers an organisation's people: its own administrators, and those of the node."""
    where = {organisation, NODE}
    return User.objects.filter(
        is_active=True, memberships__role=Role.ADMINISTRATOR, memberships__organisation__in=where
    ).distinct()


def members(organisations: frozenset[str] | None) -> QuerySet[Membership]:
    """Who has which role, in these organisations; None means all."""
    found = Membership.objects.select_related("user").order_by("organisation", "role", "user__name")
    return found if organisations is None else found.filter(organisation__in=organisations)


def invitations(organisations: frozenset[str] | None, now: datetime) -> QuerySet[Invitation]:
    """Links that were given and not used, and those that wait for a second administrator."""
    found = Invitation.objects.filter(used=None, expires__gt=now, resets=None).select_related("asked_by").order_by("-pk")
    return found if organisations is None else found.filter(organisation__in=organisations)


def acts(before: int = 0) -> list[Act]:
    """A page of the trail, newest first; `before` is where the page before it ended."""
    found = Act.objects.all()
    return list((found.filter(pk__lt=before) if before else found)[:ACTS])


def names(acts: list[Act]) -> dict[int, str]:
    """The names of those who acted, as far as their accounts are open."""
    numbers = {act.who for act in acts if act.who is not None}
    return {user.pk: str(user) for user in User.objects.filter(pk__in=numbers, is_active=True)}
