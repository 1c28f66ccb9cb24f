"""What the pages ask about a purchase: how far it has come, what was answered, and, after closing, all of it side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from plumbrule_portal.accounts.models import Organisation
from plumbrule_portal.ledger import keyring
from plumbrule_portal.ledger.models import Entry, Proposal
from plumbrule_portal.systems import shown
from plumbrule_portal.systems.models import Assessment, Finding, System
from plumbrule_portal.systems.purchases.document import CANNOT, CHECKED, DECLARED, NONE, PUBLISHED, Rests
from plumbrule_portal.systems.purchases.models import HandedPack, Point, PointAnswer, Purchase, Supplier

PREPARING, OPEN, CLOSED, PROPOSED, DECIDED = "preparing", "open", "closed", "proposed", "decided"
_WAITS = (Proposal.State.WAITING, Proposal.State.REPLY)
Answers = Mapping[int, PointAnswer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What one supplier says to one point, with what it rests on as of now.

    `standing` is "" for evidence that stands, else withdrawn, superseded or doubted. `assessment` and `system` are those of
    published evidence; `pack` is the one that was handed in; `texts` what the supplier wrote, by its language.
    """

    rests: Rests
    texts: Mapping[str, str]
    standing: str = ""
    assessment: Assessment | None = None
    system: System | None = None
    assessor: Organisation | None = None
    pack: HandedPack | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One point and the cells of the suppliers, in their order; `note` is the buyer's where one supplier is looked at."""

    point: Point
    cells: tuple[Cell, ...]
    note: str = ""


def state(purchase: Purchase, now: datetime) -> str:
    """How far a purchase has come."""
    proposal = purchase.proposal
    if proposal is not None and proposal.state == Proposal.State.PUBLISHED:
        return DECIDED
    if proposal is not None and proposal.state in _WAITS:
        return PROPOSED
    if purchase.closes is None:
        return PREPARING
    return OPEN if now < purchase.closes else CLOSED


def is_asked(purchase: Purchase) -> bool:
    """Whether somebody was asked already: from then on the points are the same for everybody."""
    return purchase.suppliers.exists()


def points(purchase: Purchase) -> list[Point]:
    """The points that suppliers answer."""
    return list(purchase.points.filter(out_reason=""))


def answers(supplier: Supplier) -> dict[int, PointAnswer]:
    """What a supplier has written so far, by the key of the point."""
    found = supplier.answers.select_related("pack", "point")
    return {one.point_id: one for one in found}


def own_rows(supplier: Supplier) -> list[Row]:
    """What the supplier's own page shows."""
    said = answers(supplier)
    return [Row(point=one, cells=(cell(one, said.get(one.pk)),)) for one in points(supplier.purchase)]


def handed_in(purchase: Purchase) -> list[Supplier]:
    """The suppliers who sent their answers."""
    return list(purchase.suppliers.exclude(sent=None))


def silent(purchase: Purchase) -> list[Supplier]:
    """Those who were asked and sent nothing."""
    return list(purchase.suppliers.filter(sent=None))


def comparison(purchase: Purchase, suppliers: list[Supplier]) -> list[Row]:
    """Points by suppliers. For after closing: before, nobody at the buyer's sees an answer."""
    said = {one.pk: answers(one) for one in suppliers}
    return [
        Row(point=point, cells=tuple(cell(point, said[one.pk].get(point.pk)) for one in suppliers)) for point in points(purchase)
    ]


def of_one(supplier: Supplier) -> list[Row]:
    """All that one supplier says, with the buyer's notes."""
    said = answers(supplier)
    return [
        Row(point=point, cells=(cell(point, said.get(point.pk)),), note=str(supplier.notes.get(str(point.number), "")))
        for point in points(supplier.purchase)
    ]


def cell(point: Point, answer: PointAnswer | None) -> Cell:
    """One answer, with what stands behind it."""
    if answer is None:
        return Cell(rests=Rests(kind=NONE), texts={})
    texts = {answer.language: answer.text} if answer.text else {}
    if answer.kind == PointAnswer.Kind.PUBLISHED:
        return _published(point, answer, texts)
    if answer.kind == PointAnswer.Kind.PACK:
        return _handed(point, answer, texts)
    declared = answer.kind == PointAnswer.Kind.DECLARATION
    return Cell(rests=Rests(kind=DECLARED if declared else CANNOT), texts=texts)


def evidence(entry: int) -> Assessment | None:
    """A published assessment that may be named as evidence: one whose files are not withdrawn."""
    return Assessment.objects.filter(entry=entry, withdrawn_by=None).first()


def _published(point: Point, answer: PointAnswer, texts: Mapping[str, str]) -> Cell:
    number = -1 if answer.entry is None else answer.entry
    assessment = Assessment.objects.filter(entry=number).first()
    entry = Entry.objects.filter(index=number).first()
    if assessment is None or entry is None:
        return Cell(rests=Rests(kind=NONE), texts=texts)
    finding = Finding.objects.filter(assessment=assessment, requirement=point.requirement or None).first()
    standing, _ = shown.standing_of(entry)
    signers = keyring.signers_of(entry)
    return Cell(
        rests=Rests(
            kind=PUBLISHED,
            verdict=finding.verdict if finding else "",
            entry=assessment.entry,
            envelope=entry.sha256,
            assessor=signers[0].party if signers else "",
        ),
        texts=texts,
        standing="" if standing == "current" else standing,
        assessment=assessment,
        system=System.objects.filter(slug=assessment.system).first(),
        assessor=_organisation(signers[0].party if signers else ""),
    )


def _handed(point: Point, answer: PointAnswer, texts: Mapping[str, str]) -> Cell:
    pack = answer.pack
    if pack is None:
        return Cell(rests=Rests(kind=NONE), texts=texts)
    party = str(pack.facts.get("party", ""))
    return Cell(
        rests=Rests(
            kind=CHECKED,
            verdict=str(pack.verdicts.get(point.requirement, "")),
            envelope=str(pack.facts.get("envelope", "")),
            assessor=party,
        ),
        texts=texts,
        pack=pack,
        assessor=_organisation(party),
    )


def _organisation(slug: str) -> Organisation | None:
    return Organisation.objects.filter(slug=slug).first()
