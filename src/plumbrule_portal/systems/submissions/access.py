"""Which findings that are not public yet a person may see, and who may answer them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.http import Http404

from plumbrule_portal.accounts.access import may
from plumbrule_portal.accounts.models import Role
from plumbrule_portal.ledger.access import proposal as any_proposal
from plumbrule_portal.ledger.access import proposals
from plumbrule_portal.ledger.models import Kind, Proposal
from plumbrule_portal.systems.models import Assessment, System

if TYPE_CHECKING:
    from plumbrule_portal.accounts.access import Person


def waiting(user: Person) -> QuerySet[Proposal]:
    """The findings not public yet that concern this person's organisations; for the node's stewards all of them."""
    return proposals(user).filter(kind=Kind.ASSESSMENT, state__in=(Proposal.State.WAITING, Proposal.State.REPLY))


def waiting_one(user: Person, number: int) -> Proposal:
    """One of them. Raises Http404 also if it is there and this person may not see it."""
    found = any_proposal(user, number)
    if found.kind != Kind.ASSESSMENT:
        raise Http404
    return found


def may_answer(user: Person, organisation: str) -> bool:
    """Whether the person speaks for the party assessed. Nobody else answers in its name, also no steward."""
    return bool(organisation) and may(user, organisation, Role.FOCAL_POINT)


def published(user: Person, entry: int) -> tuple[Assessment, System]:
    """A published assessment that this person may answer, and its system. Raises Http404."""
    found = Assessment.objects.filter(entry=entry).first()
    system = System.objects.select_related("organisation").filter(slug=found.system).first() if found else None
    if found is None or system is None or not may_answer(user, system.organisation.slug):
        raise Http404
    return found, system
