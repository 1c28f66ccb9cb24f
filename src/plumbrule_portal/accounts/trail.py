"""The audit trail: who did what, when, on what. Private; each batch of it is committed to the log (`ledger.trail`)."""

from __future__ import annotations

import secrets
from datetime import datetime

from plumbrule_portal.accounts.models import Act, User


def record(by: User | None, what: str, on: str, now: datetime) -> Act:
    """Note an act, in the same transaction as the act itself.

    Args:
        by: the person; None for what the node does by itself.
        what: the act, in two or three English words of ours, never a text that somebody typed.
        on: what it was done on, as kind/number.
        now: the time.
    """
    return Act.objects.create(who=by.pk if by else None, what=what, on=on, when=now, salt=secrets.token_hex(32))
