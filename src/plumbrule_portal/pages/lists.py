"""What the lists hold: systems, organisations, assessments and entries, as plain values that every format writes.

Reads only. Addresses begin with the office's own, so that what was taken away still says where it came from.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from django.conf import settings
from django.urls import reverse

from plumbrule_portal.accounts.models import Organisation
from plumbrule_portal.ledger.models import Entry
from plumbrule_portal.systems.models import Assessment, Finding, Record, System

LONGEST_SUMMARY = 2_000
CHUNK = 500

SYSTEM_COLUMNS = (
    "id", "address", "name", "name_language", "organisation", "organisation_name", "country", "summary", "phase", "tier",
    "tier_profile", "source", "form", "entry", "updated", "licence",
)  # fmt: skip
ORGANISATION_COLUMNS = ("id", "name", "name_language", "kind", "country", "entry", "licence")
ASSESSMENT_COLUMNS = (
    "entry", "address", "system", "title", "profile", "signer", "created", "rows", "superseded_by", "withdrawn_by",
    "satisfied", "not_satisfied", "inconclusive", "other", "licence",
)  # fmt: skip
ENTRY_COLUMNS = (
    "index",
    "address",
    "predicate",
    "about",
    "signer",
    "created",
    "sha256",
    "superseded_by",
    "withdrawn_by",
    "licence",
)


def address(name: str, *parts: object) -> str:
    """A permanent address, whole."""
    return str(settings.OFFICE.address).rstrip("/") + reverse(name, args=parts)


def said_in(texts: dict[str, str], language: str) -> tuple[str, str]:
    """A text and its language: the one asked for, else English, else any; empty where there is none."""
    for code in (language, "en", *texts):
        if code in texts:
            return texts[code], code
    return "", language


def moment(when: datetime) -> str:
    """A time as RFC 3339 has it."""
    return when.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def system_line(one: System) -> dict[str, Any]:
    """A system in one line, in the main language of its record."""
    name, code = said_in(one.names, one.language)
    return {
        "id": one.slug,
        "address": address("system", one.slug),
        "name": name,
        "name_language": code,
        "organisation": one.organisation.slug,
        "organisation_name": said_in(one.organisation.names, one.language)[0],
        "country": one.organisation.country,
        "summary": said_in(one.summaries, one.language)[0][:LONGEST_SUMMARY],
        "phase": one.phase,
        "tier": one.tier,
        "tier_profile": one.tier_profile,
        "source": one.declared or "entered",
        "form": one.form,
        "entry": one.entry,
        "updated": moment(one.updated),
        "licence": settings.OFFICE.licence,
    }


def system_object(one: System) -> dict[str, Any]:
    """A system with its texts in every language."""
    line = system_line(one)
    for gone in ("name", "name_language", "organisation_name", "summary", "licence"):
        del line[gone]
    organisation = {"id": one.organisation.slug, "names": one.organisation.names, "country": one.organisation.country}
    return line | {"organisation": organisation, "language": one.language, "names": one.names, "summaries": one.summaries}


def system_whole(one: System) -> dict[str, Any]:
    """Everything that the register holds of a system: the record's fields, its history, its assessments."""
    history = Record.objects.filter(system=one.slug)
    assessments = Assessment.objects.filter(system=one.slug).prefetch_related("findings")
    return system_object(one) | {
        "fields": one.fields,
        "history": [{"entry": r.entry, "form": r.form, "sha256": r.sha256, "created": moment(r.created)} for r in history],
        "assessments": [assessment_object(found) for found in assessments],
        "licence": settings.OFFICE.licence,
    }


def organisation_object(one: Organisation) -> dict[str, Any]:
    """An organisation."""
    return {"id": one.slug, "names": one.names, "kind": one.kind, "country": one.country, "entry": one.entry}


def organisation_line(one: Organisation) -> dict[str, Any]:
    """An organisation in one line."""
    name, code = said_in(one.names, "en")
    line = organisation_object(one) | {"name": name, "name_language": code, "licence": settings.OFFICE.licence}
    del line["names"]
    return line


def assessment_object(one: Assessment) -> dict[str, Any]:
    """An assessment with the verdict on each requirement."""
    return {
        "entry": one.entry,
        "address": address("assessment", one.entry),
        "system": one.system,
        "name": one.name,
        "title": one.title,
        "profile": one.profile,
        "signer": one.signer,
        "created": moment(one.created),
        "rows": one.rows,
        "superseded_by": one.superseded_by,
        "withdrawn_by": one.withdrawn_by,
        "findings": [{"requirement": finding.requirement, "verdict": finding.verdict} for finding in one.findings.all()],
        "files": one.files,
    }


def assessment_line(one: Assessment) -> dict[str, Any]:
    """An assessment in one line, with how many requirements came to which verdict."""
    found = assessment_object(one)
    verdicts = [finding["verdict"] for finding in found.pop("findings")]
    named = ("satisfied", "not-satisfied", "inconclusive")
    counts = {verdict.replace("-", "_"): verdicts.count(verdict) for verdict in named}
    other = sum(verdict not in named for verdict in verdicts)
    return found | counts | {"other": other, "licence": settings.OFFICE.licence}


def entry_object(one: Entry) -> dict[str, Any]:
    """An entry of the log."""
    return {
        "index": one.index,
        "address": address("entry", one.index),
        "predicate": one.predicate,
        "about": one.about,
        "signer": one.signer,
        "created": moment(one.created),
        "sha256": one.sha256,
        "files": [{"name": name, "sha256": digest} for name, digest in one.files],
        "superseded_by": one.superseded_by,
        "withdrawn_by": one.withdrawn_by,
    }


def entry_line(one: Entry) -> dict[str, Any]:
    """An entry in one line."""
    line = entry_object(one) | {"licence": settings.OFFICE.licence}
    del line["files"]
    return line


def entries(before: int | None = None, about: str = "") -> Iterator[Entry]:
    """Entries, newest first, from before a position on."""
    while True:
        found = Entry.objects.order_by("-index")
        if about:
            found = found.filter(about=about)
        rows = list((found if before is None else found.filter(index__lt=before))[:CHUNK])
        yield from rows
        if len(rows) < CHUNK:
            return
        before = rows[-1].index


def entries_page(before: int | None, about: str, size: int) -> tuple[list[Entry], int | None]:
    """A page of entries, and the position before which the next one begins, None at the end."""
    rows = list(islice(entries(before, about), size + 1))
    return rows[:size], rows[size - 1].index if len(rows) > size else None


def assessments(before: int | None = None) -> Iterator[Assessment]:
    """Assessments, newest first."""
    while True:
        found = Assessment.objects.order_by("-entry").prefetch_related("findings")
        rows = list((found if before is None else found.filter(entry__lt=before))[:CHUNK])
        yield from rows
        if len(rows) < CHUNK:
            return
        before = rows[-1].entry


def organisations(after: str = "") -> Iterator[Organisation]:
    """Organisations by their names in addresses."""
    while rows := list(Organisation.objects.order_by("slug").filter(slug__gt=after)[:CHUNK]):
        yield from rows
        after = rows[-1].slug


def findings_of(entry: int) -> list[Finding]:
    """The findings of an assessment, whole, in its own order."""
    return list(Finding.objects.filter(assessment_id=entry))
