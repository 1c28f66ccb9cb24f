"""Which purchases a person may see and make, and which supplier stands behind a link."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.http import Http404

from plumbrule_portal.accounts.access import organisations_of
from plumbrule_portal.accounts.models import Organisation, Role
from plumbrule_portal.systems.models import System
from plumbrule_portal.systems.purchases.models import HandedPack, Point, Purchase, Supplier

if TYPE_CHECKING:
    from plumbrule_portal.accounts.access import Person

BUYERS = (Role.FOCAL_POINT, Role.STEWARD)
READ_AFTER_CLOSING = timedelta(days=90)
"""How long a supplier may still read their own answers by the link. They change nothing any more."""


def purchases(user: Person) -> QuerySet[Purchase]:
    """The purchases of the organisations for which the person buys."""
    where = organisations_of(user, *BUYERS)
    found = Purchase.objects.select_related("proposal")
    return found if where is None else found.filter(organisation__in=where)


def purchase(user: Person, slug: str) -> Purchase:
    """One purchase. Raises Http404 also if it is there and this person may not see it."""
    found = purchases(user).filter(slug=slug).first()
    if found is None:
        raise Http404
    return found


def point(found: Purchase, number: int) -> Point:
    """A point of this purchase, and of no other. Raises Http404."""
    one = found.points.filter(number=number).first()
    if one is None:
        raise Http404
    return one


def supplier_of(found: Purchase, number: int) -> Supplier:
    """A supplier of this purchase, and of no other. Raises Http404."""
    one = found.suppliers.filter(pk=number).first()
    if one is None:
        raise Http404
    return one


def pack_of(supplier: Supplier, number: int) -> HandedPack:
    """A pack that this supplier handed in, and nobody else. Raises Http404."""
    one = supplier.packs.filter(pk=number).first()
    if one is None:
        raise Http404
    return one


def organisations(user: Person) -> QuerySet[Organisation]:
    """The organisations for which the person buys."""
    where = organisations_of(user, *BUYERS)
    return Organisation.objects.all() if where is None else Organisation.objects.filter(slug__in=where)


def systems(organisation: str) -> QuerySet[System]:
    """The systems in the register that this organisation may say a purchase is for."""
    return System.objects.filter(organisation__slug=organisation).order_by("slug")


def supplier(secret: str, now: datetime) -> Supplier:
    """Who stands behind a link. Raises Http404: nobody, or the link is too old."""
    found = Supplier.objects.select_related("purchase").filter(secret_sha256=digest_of(secret)).first()
    if found is None or found.purchase.closes is None or now >= found.purchase.closes + READ_AFTER_CLOSING:
        raise Http404
    return found


def digest_of(secret: str) -> str:
    """What is kept of a link's secret."""
    return hashlib.sha256(secret.encode()).hexdigest()
