"""Accounts are made, invited, changed."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from plumbrule_portal.accounts.models import Invitation, Membership, Role, User

INVITED_FOR = timedelta(days=3)


def invite(role: Role, now: datetime, organisation: str = "") -> str:
    """Make a link that works once, and return its secret, which is kept nowhere."""
    secret = secrets.token_urlsafe(32)
    Invitation.objects.create(secret_sha256=_digest(secret), organisation=organisation, role=role, expires=now + INVITED_FOR)
    return secret


def invitation(secret: str, now: datetime) -> Invitation | None:
    """The invitation behind a secret, if it is unused and not too old."""
    return Invitation.objects.filter(secret_sha256=_digest(secret), used=None, expires__gt=now).first()


def accept(found: Invitation, fields: dict[str, Any], now: datetime) -> User:
    """Make the account that an invitation is for, and use the invitation up."""
    with transaction.atomic():
        user = User.objects.create_user(fields["email"], fields["password"], name=fields["name"])
        Membership.objects.create(user=user, organisation=found.organisation, role=found.role)
        found.used = now
        found.save(update_fields=["used"])
    return user


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
