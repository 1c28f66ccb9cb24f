"""What entries about assessments mean for the public tables: the pack, the answer of the party assessed, a newer one."""

from __future__ import annotations

import json
from typing import Any

from plumbrule.evidence import Statement
from plumbrule.evidence.claims import Claim
from plumbrule_portal.ledger.content import read
from plumbrule_portal.ledger.models import Entry
from plumbrule_portal.systems import indexing
from plumbrule_portal.systems.models import Assessment
from plumbrule_portal.systems.submissions.models import Answer


def pack(entry: Entry, claim: Claim) -> None:
    """The files with which an outsider checks an assessment, kept as they came; it is known by its envelope."""
    files = dict(entry.files) if entry.withdrawn_by is None else {}
    found = Entry.objects.filter(sha256=files.get("assessment-envelope.json", "")).first()
    if found is not None:
        plan = Entry.objects.filter(sha256=files.get("plan-envelope.json", "")).first()
        named = Assessment.objects.filter(entry=found.index, system=claim.fields["system"])
        named.update(pack=files, plan_entry=None if plan is None else plan.index)


def answer(entry: Entry, claim: Claim) -> None:
    """The party assessed answers: shown beside the finding for as long as that is."""
    raw = read(dict(entry.files).get("record.json", "")) if entry.withdrawn_by is None else b""
    document: dict[str, Any] = json.loads(raw) if raw else {}
    Answer.objects.create(
        entry=entry.index,
        assessment=str(document.get("assessment", "")),
        organisation=str(claim.fields["party"] or document.get("organisation", "")),
        texts=document.get("texts", {}),
        created=entry.created,
    )


def superseded(entry: Entry, _statement: Statement) -> None:
    """A later entry took the place of an assessment; the assessment says so from then on."""
    old = Entry.objects.filter(superseded_by=entry.index).first()
    if old is not None:
        Assessment.objects.filter(entry=old.index).update(superseded_by=entry.index)
        indexing.entry(old)
