"""What is asked about organisations."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from plumbrule.evidence.claims import RECORD, Claim
from plumbrule_portal.accounts.models import Organisation
from plumbrule_portal.ledger import keyring
from plumbrule_portal.ledger import queries as ledger
from plumbrule_portal.ledger.models import Entry
from plumbrule_portal.systems.models import Assessment, System
from plumbrule_portal.systems.organisations.document import FORM, Described
from plumbrule_portal.systems.purchases.models import PurchaseDecision
from plumbrule_portal.systems.queries_search import Wish
from plumbrule_portal.systems.queries_search import page as page_of_systems
from plumbrule_portal.systems.shown import standing_of

MOST_LISTED, MOST_SIGNED = 100, 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A line of the list: an organisation, and for how many systems it answers."""

    organisation: Organisation
    systems: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """An assessment that a key of the organisation signed. `standing` is current, superseded, withdrawn or doubted."""

    assessment: Assessment
    system: System | None
    standing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """All that the page of an organisation shows. `systems` are the newest of `count`; `history` is of its own record."""

    organisation: Organisation
    count: int
    systems: tuple[System, ...]
    signed: tuple[Signed, ...]
    buys: bool
    history: tuple[Entry, ...]

    @property
    def is_withdrawn(self) -> bool:
        """Whether the file of its newest record is gone; an import may leave an organisation without a name, too."""
        return not self.organisation.names and bool(self.history) and self.history[-1].withdrawn_by is not None


def organisation(slug: str) -> Organisation | None:
    """One organisation, or None."""
    return Organisation.objects.filter(slug=slug.replace("\x00", "")).first()


def described(found: Organisation) -> Described:
    """What the register says of an organisation today."""
    return Described(slug=found.slug, names=found.names, kind=found.kind, country=found.country)


def shown(found: Organisation) -> Shown:
    """Put together what its page shows."""
    return Shown(
        organisation=found,
        count=System.objects.filter(organisation=found).count(),
        systems=page_of_systems(Wish(filters={"organisation": found.slug})).systems,
        signed=tuple(signed(found.slug)),
        buys=PurchaseDecision.objects.filter(organisation=found.slug).exists(),
        history=tuple(history(found.slug)),
    )


def history(slug: str) -> list[Entry]:
    """The entries of its own record, oldest first."""
    own = Claim(kind=RECORD, fields={"form": FORM, "record": slug, "party": slug})
    return list(ledger.entries_of(own))[::-1]


def signed(slug: str) -> list[Signed]:
    """The newest assessments that a key of the organisation signed, with how they stand today."""
    keys = keyring.keyring()
    labels = set() if keys is None else {record.key.label for record in keys.keys if record.party == slug}
    if not labels:
        return []
    wanted = Q(signer__in=labels)
    for label in labels:  # several keys may have signed
        wanted |= Q(signer__startswith=f"{label}, ") | Q(signer__contains=f", {label}")
    found = list(Assessment.objects.filter(wanted).order_by("-entry")[:MOST_SIGNED])
    entries = Entry.objects.in_bulk([one.entry for one in found])
    systems = System.objects.in_bulk({one.system for one in found}, field_name="slug")
    return [
        Signed(assessment=one, system=systems.get(one.system), standing=standing_of(entries[one.entry])[0]) for one in found
    ]


def page(after: str) -> tuple[list[Listed], str]:
    """A page of all organisations by their names in addresses, and after which of them the next page begins, "" at the end.

    The systems are counted for the lines of the page only, each along the index of their organisation.
    """
    theirs = System.objects.filter(organisation=OuterRef("pk")).order_by().values("organisation")
    counted = Coalesce(Subquery(theirs.annotate(n=Count("pk")).values("n")), 0)
    rows = Organisation.objects.filter(slug__gt=after.replace("\x00", "")).order_by("slug").annotate(n=counted)
    found = [Listed(organisation=one, systems=one.n) for one in rows[: MOST_LISTED + 1]]
    return found[:MOST_LISTED], found[MOST_LISTED - 1].organisation.slug if len(found) > MOST_LISTED else ""
