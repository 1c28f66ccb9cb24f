"""Which letters are due because of proposals: looked up anew each time, so that nothing is forgotten and nothing sent twice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from plumbrule_portal.accounts.models import Role
from plumbrule_portal.ledger.letters import Reader, people, write
from plumbrule_portal.ledger.models import Kind, Proposal

STATE = Proposal.State
RECENT = timedelta(days=30)


def write_due(now: datetime) -> int:
    """Write every letter that some proposal of the last thirty days, or one that waits, asks for. Returns how many are new."""
    waiting = Proposal.objects.filter(state__in=(STATE.WAITING, STATE.REPLY))
    done = Proposal.objects.filter(state__in=(STATE.PUBLISHED, STATE.RETURNED), decided__gte=now - RECENT)
    return sum(_write(proposal, now) for proposal in (*waiting, *done.select_related("proposed_by")))


def _write(proposal: Proposal, now: datetime) -> int:
    new = 0
    if proposal.state == STATE.WAITING:
        new += _to(proposal, "waiting", people("", Role.STEWARD), "", now)
    if proposal.kind == Kind.ASSESSMENT and proposal.state in {STATE.WAITING, STATE.REPLY}:
        new += _to(proposal, "reply", people(proposal.organisation, Role.FOCAL_POINT), proposal.organisation, now)
    if proposal.state == STATE.PUBLISHED and proposal.organisation:
        new += _to(proposal, "published", people(proposal.organisation, Role.FOCAL_POINT), proposal.organisation, now)
    if proposal.state == STATE.RETURNED and proposal.proposed_by is not None:
        reader = Reader(to=proposal.proposed_by.email, language=proposal.proposed_by.language)
        new += _to(proposal, "returned", [reader], proposal.organisation, now)
    return new


def _to(proposal: Proposal, what: str, readers: Sequence[Reader], organisation: str, now: datetime) -> int:
    about = {"proposal": proposal}
    return write(f"proposal/{proposal.pk}/{what}", f"ledger/letters/{what}.txt", about, readers, organisation, now)
