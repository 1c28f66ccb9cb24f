"""Delete what the office decided not to keep longer (`keep_…_days` in portal.toml), but nothing about a system on hold."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import ProtectedError, Q

from plumbrule_portal.ledger import held, inbox, queries_holds
from plumbrule_portal.ledger.models import Letter, Proposal

CLOSED = (Proposal.State.RETURNED, Proposal.State.TAKEN_BACK)
OPEN = (Proposal.State.WAITING, Proposal.State.REPLY)
ORPHAN = timedelta(days=1)
"""After how long a file of the inbox that nobody waits for is deleted: one that is being proposed just now has no row yet."""


def sweep(now: datetime) -> int:
    """Delete letters, proposals that came to nothing, and files that nobody waits for. Returns how many of all these."""
    kept = queries_holds.held_systems(now)
    return _letters(kept, now) + _proposals(kept, now) + _files(kept, now) + held.let_go(kept)


def is_over(now: datetime) -> Q:
    """Which proposals came to nothing so long ago that they are not kept."""
    return Q(state__in=CLOSED, decided__lt=now - timedelta(days=settings.OFFICE.keep_unpublished_days))


def _letters(kept: frozenset[str], now: datetime) -> int:
    end = now - timedelta(days=settings.OFFICE.keep_letters_days)
    old = Letter.objects.filter(Q(sent__lt=end) | Q(printed__lt=end))
    for number in Proposal.objects.filter(system__in=kept).values_list("pk", flat=True):
        old = old.exclude(key__startswith=f"proposal/{number}/")
    return old.delete()[0]


def _proposals(kept: frozenset[str], now: datetime) -> int:
    gone = 0
    for proposal in Proposal.objects.filter(is_over(now)).exclude(system__in=kept):
        try:
            proposal.delete()
        except ProtectedError:
            continue  # something else of the office's still rests on it, like a purchase
        gone += 1
    return gone


def _files(kept: frozenset[str], now: datetime) -> int:
    """Under any hold every file stays: whose a file without a proposal was, nobody can say."""
    if kept:
        return 0
    waiting = Proposal.objects.filter(state__in=OPEN).values_list("files", flat=True)
    wanted = {digest for files in waiting for digest in files.values()}
    return inbox.clear_orphans(wanted, now - ORPHAN)
