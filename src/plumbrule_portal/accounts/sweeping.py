"""Delete what nobody needs any more: ended sessions, invitations that were used or are too old."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Q

from plumbrule_portal.accounts.models import Invitation


def sweep(now: datetime) -> int:
    """Delete them, and return how many rows went."""
    sessions, _ = Session.objects.filter(expire_date__lt=now).delete()
    end = now - timedelta(days=settings.OFFICE.keep_links_days)
    old = Q(expires__lt=end) | Q(used__lt=end)
    invitations, _ = Invitation.objects.filter(old).delete()
    return sessions + invitations
