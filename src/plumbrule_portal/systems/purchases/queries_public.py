"""What the public pages ask about decided purchases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from plumbrule_portal.accounts.models import Organisation
from plumbrule_portal.ledger.content import read
from plumbrule_portal.ledger.models import Entry
from plumbrule_portal.systems.models import System
from plumbrule_portal.systems.purchases import document
from plumbrule_portal.systems.purchases.document import Decision, Line
from plumbrule_portal.systems.purchases.models import PurchaseDecision
from plumbrule_portal.systems.purchases.queries import Cell

MOST = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A decision with what stands around it. `said` is None where its file was withdrawn."""

    row: PurchaseDecision
    said: Decision | None
    organisation: Organisation | None
    system: System | None

    def lines(self) -> list[tuple[Line, Cell | None]]:
        """The points that were asked, each with what the chosen supplier's answer rests on."""
        return [(line, _cell(line)) for line in self.said.asked_lines()] if self.said else []


def published(slug: str) -> Published | None:
    """One decision, or None."""
    row = PurchaseDecision.objects.filter(slug=slug).first()
    return None if row is None else _shown(row)


def page(organisation: str = "", after: int | None = None) -> tuple[list[Published], int | None]:
    """A page of decisions, and the entry after which the next page begins, None at the end."""
    found = list(islice(every(organisation, after), MOST + 1))
    return found[:MOST], found[MOST - 1].row.entry if len(found) > MOST else None


def every(organisation: str = "", after: int | None = None) -> Iterator[Published]:
    """Decisions, newest first, of one organisation or of all; those that come after an entry in this order."""
    found = PurchaseDecision.objects.all()
    if organisation:
        found = found.filter(organisation=organisation)
    if after is not None:
        found = found.filter(entry__lt=after)
    return (_shown(row) for row in found.iterator())


def of_system(slug: str) -> list[Published]:
    """The decisions that name a system of the register."""
    return [_shown(row) for row in PurchaseDecision.objects.filter(system=slug)]


def withdrawn_by(row: PurchaseDecision) -> int | None:
    """The entry that withdrew what a decision says."""
    found = Entry.objects.filter(index=row.entry).first()
    return None if found is None else found.withdrawn_by


def _shown(row: PurchaseDecision) -> Published:
    raw = read(row.sha256) if withdrawn_by(row) is None else b""
    return Published(
        row=row,
        said=document.read(raw) if raw else None,
        organisation=Organisation.objects.filter(slug=row.organisation).first(),
        system=System.objects.filter(slug=row.system).first() if row.system else None,
    )


def _cell(line: Line) -> Cell | None:
    if line.rests is None:
        return None
    found = Organisation.objects.filter(slug=line.rests.assessor).first() if line.rests.assessor else None
    return Cell(rests=line.rests, texts={}, assessor=found)
