"""Tokens are made, used, ended."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from plumbrule_portal.accounts.access import demand
from plumbrule_portal.accounts.models import Role, User
from plumbrule_portal.accounts.trail import record
from plumbrule_portal.pages.models import Scope, Token

BEGINS = "plr_"
"""So that a token that was left in a file or a message can be found by those who look for such things."""
MOST_DAYS = 365


def make_token(user: User, organisation: str, name: str, scopes: Iterable[Scope], days: int, now: datetime) -> str:
    """Make a token and return its secret, which is kept nowhere. Raises PermissionDenied."""
    demand(user, organisation, Role.FOCAL_POINT, Role.STEWARD)
    secret = BEGINS + secrets.token_urlsafe(32)
    with transaction.atomic():
        made = Token.objects.create(
            secret_sha256=_digest(secret),
            name=name,
            user=user,
            organisation=organisation,
            scopes=" ".join(sorted(scopes)),
            made=now,
            expires=now + timedelta(days=min(max(days, 1), MOST_DAYS)),
        )
        record(user, "made a token", f"token/{made.pk}", now)
    return secret


def end_token(token: Token, by: User, now: datetime) -> None:
    """End a token; it counts no more."""
    with transaction.atomic():
        token.ended = now
        token.save(update_fields=["ended"])
        record(by, "ended a token", f"token/{token.pk}", now)


def use_token(secret: str, now: datetime) -> Token | None:
    """The token behind a secret, if it still counts and its person still may; None otherwise."""
    if not secret.startswith(BEGINS):
        return None
    found = Token.objects.select_related("user").filter(secret_sha256=_digest(secret)).first()
    if found is None or found.ended is not None or found.expires <= now or not found.user.is_active:
        return None
    if found.used is None or now - found.used > timedelta(minutes=5):
        Token.objects.filter(pk=found.pk).update(used=now)
    return found


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
