"""Delete what nobody needs any more: ended sessions, invitations that were used or are too old."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.sessions.models import Session
from django.db.models import Q

from plumbrule_portal.accounts.models import Invitation

KEPT_FOR = timedelta(days=90)
"""How long a used or expired invitation stays, for whoever asks what became of it."""


def sweep(now: datetime) -> int:
    """Delete them, and return how many rows went."""
    sessions, _ = Session.objects.filter(expire_date__lt=now).delete()
    old = Q(expires__lt=now - KEPT_FOR) | Q(used__lt=now - KEPT_FOR)
    invitations, _ = Invitation.objects.filter(old).delete()
    return sessions + invitations
