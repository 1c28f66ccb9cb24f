"""The register as it was on a day: which record held at its end (UTC), by the dates that the signed records carry.

A record holds from the day that it says it was made on until a later entry of the same system. The order is the log's; the day
is the signer's word, which the page says. Files that were withdrawn since are gone for every day.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Any

from django.db.models import Exists, OuterRef

from plumbrule.evidence.claims import CLASSIFICATION, Claim
from plumbrule_portal.accounts.models import Organisation
from plumbrule_portal.ledger.content import read
from plumbrule_portal.ledger.models import Entry
from plumbrule_portal.ledger.queries import statement_of
from plumbrule_portal.systems.models import Assessment, Record, System
from plumbrule_portal.systems.projection import system_columns

PAGE = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Then:
    """A system as it was: a row that lies in no table, the record that it was made from, and what was published of it."""

    day: date
    system: System
    record: Record
    withdrawn: bool
    assessments: tuple[Assessment, ...] = ()


def day_of(text: str) -> date | None:
    """A day as an address has it, `2026-11-01`; None for anything else."""
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def system_on(slug: str, day: date) -> Then | None:
    """A system at the end of a day; None if it was not in the register then."""
    record = Record.objects.filter(system=slug, created__lte=_end(day)).order_by("-entry").first()
    if record is None:
        return None
    then = _then(record, day)
    then.system.tier, then.system.tier_profile = _tier(slug, day)
    found = Assessment.objects.filter(system=slug, created__lte=_end(day)).prefetch_related("findings")
    return replace(then, assessments=tuple(_not_yet(one, day) for one in found))


def systems_on(day: date, after: int | None = None) -> tuple[tuple[Then, ...], int | None]:
    """A page of the systems that were in the register at the end of a day, what had changed last first, and where it goes on."""
    later = Record.objects.filter(system=OuterRef("system"), created__lte=_end(day), entry__gt=OuterRef("entry"))
    found = Record.objects.filter(~Exists(later), created__lte=_end(day)).order_by("-entry")
    rows = list((found if after is None else found.filter(entry__lt=after))[: PAGE + 1])
    shown = tuple(_then(row, day) for row in rows[:PAGE])
    return shown, rows[PAGE - 1].entry if len(rows) > PAGE else None


def _then(record: Record, day: date) -> Then:
    entry = Entry.objects.filter(index=record.entry, withdrawn_by=None).first()
    raw = read(record.sha256) if entry is not None else b""
    document: dict[str, Any] = json.loads(raw) if raw else {"fields": {}, "language": "en", "form": record.form}
    organisation = Organisation.objects.filter(slug=document.get("organisation", "")).first() or Organisation(slug="", names={})
    system = System(slug=record.system, entry=record.entry, updated=record.created, **system_columns(document))
    system.organisation = organisation
    return Then(day=day, system=system, record=record, withdrawn=not raw)


def _tier(slug: str, day: date) -> tuple[str, str]:
    grades = Entry.objects.filter(about=slug, predicate=CLASSIFICATION, created__lte=_end(day), withdrawn_by=None)
    last = grades.order_by("-index").first()
    said = statement_of(last.index) if last else None
    return (str(said.fields["tier"]), str(said.fields["profile"])) if isinstance(said, Claim) else ("", "")


def _not_yet(one: Assessment, day: date) -> Assessment:
    """The assessment without what happened to it after that day. Its row is not saved."""
    for name in ("superseded_by", "withdrawn_by"):
        by = getattr(one, name)
        if by is not None and not Entry.objects.filter(index=by, created__lte=_end(day)).exists():
            setattr(one, name, None)
    return one


def _end(day: date) -> datetime:
    return datetime.combine(day, time.max, UTC)
