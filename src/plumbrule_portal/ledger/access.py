"""Who may propose, agree to and see what; and look-ups of proposals that ask it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.http import Http404

from plumbrule_portal.accounts.access import NODE, STRONG, given, has_role, held, may, organisations_of
from plumbrule_portal.accounts.models import Role
from plumbrule_portal.ledger.models import Kind, Proposal

if TYPE_CHECKING:
    from plumbrule_portal.accounts.access import Person

PROPOSE: dict[str, tuple[Role, ...]] = {
    Kind.RECORD: (Role.FOCAL_POINT, Role.STEWARD),
    Kind.GRADING: (Role.FOCAL_POINT, Role.STEWARD),
    Kind.LABEL: (Role.STEWARD,),
    Kind.WITHDRAWAL: (Role.FOCAL_POINT, Role.STEWARD),
    Kind.SUPERSEDES: (Role.FOCAL_POINT, Role.STEWARD),
    Kind.KEY_EVENT: (Role.STEWARD,),
}
"""Who may propose, for their own organisation. An assessment is proposed by any assessor: it is about another's system."""
ONLY_NODE = frozenset({Kind.KEY_EVENT, Kind.LABEL, Kind.ASSESSMENT})
"""What only stewards of the node agree to: it binds everybody, or the organisation would decide on a finding about itself."""


def may_propose(user: Person, kind: str, organisation: str) -> bool:
    """Whether this person may propose this kind of thing about this organisation."""
    if kind == Kind.ASSESSMENT:
        return has_role(user, Role.ASSESSOR) or may(user, NODE, Role.STEWARD)
    return may(user, organisation, *PROPOSE.get(kind, ()))


def may_agree(user: Person, proposal: Proposal) -> bool:
    """Whether this person's agreement would count: that it is another person than the proposer is asked elsewhere."""
    return agreeing(user)(proposal)


def agreeing(user: Person) -> Callable[[Proposal], bool]:
    """`may_agree` for many proposals, with one question to the database."""
    where = organisations_of(user, Role.STEWARD)

    def counts(proposal: Proposal) -> bool:
        return where is None or (proposal.kind not in ONLY_NODE and proposal.organisation in where)

    return counts


def factor_missing(user: Person) -> bool:
    """Whether this person was given a role that does not count now, for want of the second factor."""
    return bool(given(user) & STRONG) and not any(role in STRONG for _, role in held(user))


def proposals(user: Person) -> QuerySet[Proposal]:
    """The proposals that this person may see: their own, and those of organisations for which they act."""
    found = Proposal.objects.select_related("proposed_by", "decided_by").order_by("-proposed", "-pk")
    if not user.is_authenticated:
        return found.none()
    where = organisations_of(user, Role.FOCAL_POINT, Role.STEWARD, Role.AUDITOR)
    if where is None:
        return found
    return found.filter(Q(proposed_by_id=user.pk) | Q(organisation__in=where - {NODE}))


def proposal(user: Person, number: int) -> Proposal:
    """One proposal. Raises Http404 also if it is there and this person may not see it: that it exists is private, too."""
    found = proposals(user).filter(pk=number).first()
    if found is None:
        raise Http404
    return found
