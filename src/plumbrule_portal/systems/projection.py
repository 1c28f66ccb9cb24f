"""What entries mean for the register. Called by `ledger.projection`, inside its transaction; called by nobody else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from plumbrule.errors import InputError
from plumbrule.evidence import AssessmentPredicate, Statement
from plumbrule.evidence.claims import Claim
from plumbrule_portal.accounts.models import Organisation
from plumbrule_portal.ledger.content import read
from plumbrule_portal.ledger.models import Entry
from plumbrule_portal.systems.models import Assessment, Finding, Grading, Questionnaire, Record, System, Withheld
from plumbrule_portal.systems.organisations import document as organisations
from plumbrule_portal.systems.purchases import projection as purchases
from plumbrule_portal.systems.record import questionnaires
from plumbrule_portal.systems.submissions import projection as submissions


def record(entry: Entry, statement: Statement) -> None:
    """A record of the register: an organisation, a system, or the pack of an assessment."""
    claim = statement.predicate
    if not isinstance(claim, Claim):
        raise InputError("an entry of the register is no record.", expected="the predicate record:1.")
    kind = str(claim.fields["form"]).rpartition("-")[0]
    if str(claim.fields["form"]) in questionnaires():
        _questionnaire(entry, claim)
    handler = _RECORDS.get(kind)
    if handler is not None:
        handler(entry, claim)


def assessment(entry: Entry, statement: Statement) -> None:
    """A published assessment: its findings, from its own `assessment.json`."""
    said = statement.predicate
    if not isinstance(said, AssessmentPredicate):
        raise InputError("an entry is no assessment.", expected="the predicate assessment:1.")
    document = _document(entry, "assessment.json")
    titles = _texts(dict(document.get("title") or {}).get("texts"))
    row = Assessment.objects.create(
        entry=entry.index,
        system=said.system,
        name=said.assessment,
        title=_title(titles, said.assessment),
        titles=titles,
        profile=str(document.get("profile", "")),
        signer=entry.signer,
        created=entry.created,
        files=dict(entry.files),
        rows=_rows(document),
        superseded_by=entry.superseded_by,
        withdrawn_by=entry.withdrawn_by,
    )
    found = {str(one.get("requirement")): one for one in document.get("findings", [])}
    Finding.objects.bulk_create(
        Finding(assessment=row, requirement=requirement, verdict=verdict, detail=found.get(requirement, {}))
        for requirement, verdict in said.verdicts.items()
    )


def classification(entry: Entry, statement: Statement) -> None:
    """A person's grading of a system; one that was withdrawn grades nothing."""
    claim = statement.predicate
    if not isinstance(claim, Claim) or entry.withdrawn_by is not None:
        return
    slug, tier = str(claim.fields["system"]), str(claim.fields["tier"])
    newest = Record.objects.filter(system=slug).last()
    Grading.objects.create(
        entry=entry.index,
        system=slug,
        tier=tier,
        profile=str(claim.fields["profile"]),
        document=_document(entry, "grading.json"),
        record=newest.entry if newest else None,
        created=entry.created,
    )
    System.objects.filter(slug=slug).update(
        tier=tier, tier_profile=claim.fields["profile"], entry=entry.index, updated=entry.created
    )


def _organisation(entry: Entry, claim: Claim) -> None:
    slug = str(claim.fields["record"])
    raw = _file(entry, organisations.FILE)
    if not raw:  # withdrawn since: what the entries say of its systems still needs it
        Organisation.objects.get_or_create(slug=slug)
        Organisation.objects.filter(slug=slug, entry=None).update(entry=entry.index)
        return
    said = organisations.read(raw, slug)
    shown = {"names": dict(said.names), "kind": said.kind, "country": said.country, "entry": entry.index}
    Organisation.objects.update_or_create(slug=slug, defaults=shown)


def _system(entry: Entry, claim: Claim) -> None:
    document = _document(entry, "record.json")
    slug, digest = str(claim.fields["record"]), dict(entry.files)["record.json"]
    kept = Record(entry=entry.index, system=slug, form=str(claim.fields["form"]), sha256=digest, created=entry.created)
    if not document:  # withdrawn since: its place in the history is all that is left
        kept.save(force_insert=True)
        return
    organisation = Organisation.objects.filter(slug=document["organisation"]).first()
    if organisation is None:
        raise InputError(
            f"the record {document['id']} names the organisation {document['organisation']}, which is not in the register.",
            expected="an organisation that was published before it.",
        )
    made = {"organisation": organisation, "entry": entry.index, "updated": entry.created, **_tier(slug)}
    System.objects.update_or_create(slug=slug, defaults=made | system_columns(document))
    _withheld(slug, slug, document)
    kept.save(force_insert=True)


def system_columns(document: Mapping[str, Any]) -> dict[str, Any]:
    """What a row of a system copies from its record."""
    fields: dict[str, Any] = document["fields"]
    return {
        "names": _texts(fields.get("name")),
        "summaries": _texts(fields.get("summary")),
        "language": document["language"],
        "phase": _phase(fields.get("phases")),
        "declared": (document.get("declared") or {}).get("source", ""),
        "form": document["form"],
        "fields": fields,
    }


def _tier(slug: str) -> dict[str, str]:
    """The tier that a person decided on last; it may stand before the record that the register shows."""
    newest = Grading.objects.filter(system=slug).first()
    return {"tier": newest.tier, "tier_profile": newest.profile} if newest else {"tier": "", "tier_profile": ""}


def _questionnaire(entry: Entry, claim: Claim) -> None:
    """A questionnaire: the newest answers count, the earlier ones stay to be read."""
    document = _document(entry, "record.json")
    slug, system = str(claim.fields["record"]), str(claim.fields["system"])
    if not document:  # withdrawn
        return
    if not Record.objects.filter(system=system).exists():
        raise InputError(f"answers about {system}, which is not in the register.", expected="a system that was published before.")
    Questionnaire.objects.filter(record=slug, newest=True).update(newest=False)
    Questionnaire.objects.create(
        entry=entry.index,
        record=slug,
        system=system,
        organisation=document["organisation"],
        form=document["form"],
        language=document["language"],
        fields=document["fields"],
        created=entry.created,
    )
    _withheld(slug, system, document)


def _withheld(record: str, system: str, document: Mapping[str, Any]) -> None:
    """Count what the newest record withholds, and no more what an earlier one did."""
    Withheld.objects.filter(record=record).delete()
    Withheld.objects.bulk_create(
        Withheld(record=record, system=system, form=document["form"], field=field, kind=value["class"], review=value["review"])
        for field, value in document["fields"].items()
        if isinstance(value, dict) and value.get("absent") == "withheld"
    )


_RECORDS = {
    "organisation": _organisation,
    "system": _system,
    "pack": submissions.pack,
    "reply": submissions.answer,
    "purchase": purchases.decision,
}


def _document(entry: Entry, name: str) -> dict[str, Any]:
    """A JSON file that the entry names; a withdrawn one is an empty document."""
    raw = _file(entry, name)
    found: dict[str, Any] = json.loads(raw) if raw else {}
    return found


def _file(entry: Entry, name: str) -> bytes:
    """A file that the entry names, read again from the content store; empty if it was withdrawn."""
    return read(dict(entry.files).get(name, "")) if entry.withdrawn_by is None else b""


def _title(titles: Mapping[str, str], name: str) -> str:
    """One line for lists that speak no language in particular."""
    return (titles.get("en") or next(iter(titles.values()), name))[:300]


def _texts(value: object) -> dict[str, str]:
    """The texts of a multilingual field by language; empty where it is absent."""
    if isinstance(value, dict) and "absent" not in value:
        return {str(language): str(text) for language, text in value.items()}
    return {}


def _phase(moves: object) -> str:
    """The phase to which the system moved last; empty where the record is silent."""
    return str(moves[-1]["phase"]) if isinstance(moves, list) and moves else ""


def _rows(document: Mapping[str, Any]) -> int | None:
    rows = document.get("population", {}).get("rows")
    return rows if isinstance(rows, int) else None
