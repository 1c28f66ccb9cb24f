"""Drafts that a person may see and write: those of the organisations for which they are focal point or steward."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.http import Http404

from plumbrule_portal.accounts.access import demand, organisations_of
from plumbrule_portal.accounts.models import Organisation, Role
from plumbrule_portal.systems.models import Draft, System
from plumbrule_portal.systems.organisations.document import EXAMPLE

if TYPE_CHECKING:
    from plumbrule_portal.accounts.access import Person

WRITERS = (Role.FOCAL_POINT, Role.STEWARD)


def drafts(user: Person) -> QuerySet[Draft]:
    """The drafts of the person's organisations."""
    where = organisations_of(user, *WRITERS)
    return Draft.objects.all() if where is None else Draft.objects.filter(organisation__in=where)


def draft(user: Person, slug: str) -> Draft:
    """One draft. Raises Http404 also if it is there and this person may not see it."""
    found = drafts(user).filter(slug=slug).first()
    if found is None:
        raise Http404
    return found


def organisations(user: Person) -> QuerySet[Organisation]:
    """The organisations for which the person may write, without those that a first start made up."""
    where, real = organisations_of(user, *WRITERS), Organisation.objects.exclude(kind=EXAMPLE)
    return real if where is None else real.filter(slug__in=where)


def system(user: Person, slug: str) -> System:
    """A system of the register that the person may write about. Raises Http404, PermissionDenied."""
    found = System.objects.select_related("organisation").filter(slug=slug).first()
    if found is None:
        raise Http404
    demand(user, found.organisation.slug, *WRITERS)
    return found
