"""A published assessment as the pages show it: how it stands, who signed, what the party assessed says, how to check it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.safestring import SafeString

from plumbrule_portal.accounts.models import Organisation
from plumbrule_portal.ledger import content, keyring
from plumbrule_portal.ledger.models import Entry
from plumbrule_portal.systems import fragments
from plumbrule_portal.systems.models import Assessment
from plumbrule_portal.systems.organisations.document import EXAMPLE
from plumbrule_portal.systems.submissions.models import Answer
from plumbrule_portal.systems.submissions.queries import answers

FILE, DOSSIER = "assessment.json", "dossier.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One assessment. `standing` is current, superseded, withdrawn, or doubted (no key of it counts any more); `later` is
    the entry that made it so. `example` is true for what a first start brings along."""

    assessment: Assessment
    entry: Entry
    standing: str
    later: int | None
    party: Organisation | None
    answers: tuple[Answer, ...]
    findings: SafeString
    gone: bool
    example: bool


def shown(found: Assessment, language: str, *, whole: bool = False) -> Shown:
    """Put together what a page shows: its findings in full, or in short with the first picture of each."""
    entry = Entry.objects.get(index=found.entry)
    standing, later = standing_of(entry)
    party = _party(entry)
    digest = found.files.get(FILE, "") if standing != "withdrawn" else ""
    return Shown(
        assessment=found,
        entry=entry,
        standing=standing,
        later=later,
        party=party,
        answers=tuple(answers(entry.sha256)),
        findings=(fragments.whole if whole else fragments.short)(digest, language),
        gone=not digest or not content.has(digest),
        example=party is not None and party.kind == EXAMPLE,
    )


def standing_of(entry: Entry) -> tuple[str, int | None]:
    """How an assessment stands today, and the entry that made it so."""
    if entry.withdrawn_by is not None:
        return "withdrawn", entry.withdrawn_by
    if entry.superseded_by is not None:
        return "superseded", entry.superseded_by
    signers = keyring.signers_of(entry)
    if signers and not any(record.counts_at(entry.index) for record in signers):
        return "doubted", next((record.ended_by for record in signers if record.ended_by is not None), None)
    return "current", None


def of_system(slug: str, language: str) -> list[Shown]:
    """The assessments of a system, newest first; pictures only of those that stand."""
    return [shown(found, language) for found in Assessment.objects.filter(system=slug).order_by("-entry")]


def _party(entry: Entry) -> Organisation | None:
    """The organisation whose key signed, by the acts on keys; None for a key that is not on record."""
    for record in keyring.signers_of(entry):
        return Organisation.objects.filter(slug=record.party).first()
    return None
