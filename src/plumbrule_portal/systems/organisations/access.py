"""Which organisations a person may describe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import Http404

from plumbrule_portal.accounts.access import NODE, demand, held
from plumbrule_portal.accounts.models import Organisation
from plumbrule_portal.ledger import access as ledger
from plumbrule_portal.ledger.models import Kind, Proposal
from plumbrule_portal.ledger.queries_proposals import OPEN
from plumbrule_portal.systems.drafts.access import WRITERS
from plumbrule_portal.systems.models import Record
from plumbrule_portal.systems.organisations import queries
from plumbrule_portal.systems.organisations.document import FORM, Described
from plumbrule_portal.systems.organisations.forms import Which

if TYPE_CHECKING:
    from plumbrule_portal.accounts.access import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """An organisation that somebody acts for: as the register holds it, if it does, and what waits for a second person."""

    slug: str
    organisation: Organisation | None
    waiting: Proposal | None


def own(user: Person) -> list[Own]:
    """The organisations for which the person was given a role in which one writes."""
    slugs = sorted(_slugs(user))
    found = Organisation.objects.in_bulk(slugs, field_name="slug")
    return [Own(slug=slug, organisation=found.get(slug), waiting=waiting(user, slug)) for slug in slugs]


def waiting(user: Person, slug: str) -> Proposal | None:
    """The newest proposal about an organisation's own record that waits, if this person may see it."""
    found = ledger.proposals(user).filter(kind=Kind.RECORD, state__in=OPEN, organisation=slug, system="")
    return next((one for one in found if _describes(one)), None)


def to_describe(user: Person, slug: str) -> Described:
    """What the register says of an organisation today; nothing yet of one that may come in under this short name.

    Raises:
        PermissionDenied: this person may not write for it.
        Http404: it is not in the register, and nothing can come in under this name.
    """
    demand(user, slug, *WRITERS)
    found = queries.organisation(slug)
    if found is not None:
        return queries.described(found)
    if is_taken(slug) or not (slug in _slugs(user) or Which({"slug": slug}).is_valid()):
        raise Http404
    return Described(slug=slug)


def is_taken(slug: str) -> bool:
    """Whether a system has this name: entries name what they are about by it, so it is that of one thing only."""
    return Record.objects.filter(system=slug.replace("\x00", "")).exists()


def _slugs(user: Person) -> set[str]:
    return {of for of, role in held(user) if role in WRITERS and of != NODE}


def _describes(proposal: Proposal) -> bool:
    return any(one["fields"].get("form") == FORM for one in proposal.claim.get("claims", ()))
