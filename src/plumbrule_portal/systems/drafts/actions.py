"""Begin a draft, keep what was typed, propose it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from plumbrule.errors import InputError
from plumbrule.evidence.claims import RECORD, Claim
from plumbrule_portal.accounts.models import Organisation, User
from plumbrule_portal.ledger import proposals
from plumbrule_portal.ledger.models import Entry, Kind, Proposal
from plumbrule_portal.ledger.queries import newest_of
from plumbrule_portal.systems.drafts.queries import record_of
from plumbrule_portal.systems.exchange import Report, Wanted, read_outside
from plumbrule_portal.systems.models import Draft, Questionnaire, Record, System
from plumbrule_portal.systems.record import (
    LATEST,
    Absence,
    Absent,
    Value,
    missing,
    read_form,
    value_object,
    write_record,
)
from plumbrule_portal.systems.record import Record as Written

MOST_DRAFTS = 20


def begin(slug: str, organisation: str, language: str, name: str, by: User, now: datetime) -> Draft:
    """A draft for a system that is not in the register yet. Raises InputError if the id is taken."""
    if not _is_free(slug):
        raise InputError(f"{slug} is taken.", expected="an id that nothing else has.", cure="choose another one.")
    fields = {"name": {language: name}}
    return Draft.objects.create(
        slug=slug, organisation=organisation, language=language, form=LATEST, fields=fields, changed_by=by, changed=now
    )


def begin_from(system: System, by: User, now: datetime) -> Draft:
    """A draft that begins with what the register says now; the one that is being written already, if there is one."""
    newest = Record.objects.filter(system=system.slug).last()
    found, _ = Draft.objects.get_or_create(
        slug=system.slug,
        defaults={
            "organisation": system.organisation.slug,
            "language": system.language,
            "form": system.form,
            "fields": system.fields,
            "base": newest.entry if newest else None,
            "changed_by": by,
            "changed": now,
        },
    )
    return found


def begin_from_file(content: bytes, wanted: Wanted, by: User, now: datetime) -> tuple[list[Draft], Report]:
    """Drafts from a file in a format of others: what it holds is filled in, what it does not say is left open.

    Raises:
        InputError: it is not a file of that format, or holds more than `MOST_DRAFTS` systems.
    """
    imported, report = read_outside(content, wanted)
    if len(imported.records) > MOST_DRAFTS:
        raise InputError(
            f"the file holds {len(imported.records)} systems.",
            expected=f"at most {MOST_DRAFTS}.",
            cure="a whole register comes in by `plumbrule import`.",
        )
    owner = wanted.organisation.id if wanted.organisation else ""
    return [_begun(record, owner, by, now) for record in imported.records if _is_free(record.id)], report


def _is_free(slug: str) -> bool:
    """A name is given once, to a system or to an organisation: entries name by it what they are about, and the history of a
    system whose records were withdrawn stays at its address."""
    theirs = (Record.objects.filter(system=slug), Draft.objects.filter(slug=slug), Organisation.objects.filter(slug=slug))
    return not any(found.exists() for found in theirs)


def _begun(record: Written, owner: str, by: User, now: datetime) -> Draft:
    stated = {name: value for name, value in record.fields.items() if not _not_stated(value)}
    return Draft.objects.create(
        slug=record.id,
        organisation=owner,
        language=record.language,
        form=record.form,
        fields={name: value_object(value) for name, value in stated.items()},
        changed_by=by,
        changed=now,
    )


def _not_stated(value: Value) -> bool:
    """What the file does not say is a question for whoever writes the draft, no answer."""
    return isinstance(value, Absent) and value.reason is Absence.NOT_STATED


def begin_about(system: System, form: str, by: User, now: datetime) -> Draft:
    """A draft of a questionnaire about a system, from its newest published answers if there are any."""
    slug = f"{system.slug}_{form.rpartition('-')[0]}"[:120]
    newest = Questionnaire.objects.filter(record=slug, newest=True).first()
    found, _ = Draft.objects.get_or_create(
        slug=slug,
        defaults={
            "system": system.slug,
            "organisation": system.organisation.slug,
            "language": newest.language if newest else system.language,
            "form": form,
            "fields": newest.fields if newest and newest.form == form else begun_with(form, system.fields),
            "base": _newest(slug, system.slug, form),
            "changed_by": by,
            "changed": now,
        },
    )
    return found


def _newest(slug: str, system: str, form: str) -> int | None:
    """The newest entry of these answers, also one that was withdrawn: what is published next follows it."""
    found = newest_of(Claim(kind=RECORD, fields={"form": form, "record": slug, "system": system}))
    return found.index if found else None


def begun_with(form: str, record: Mapping[str, Any]) -> dict[str, Any]:
    """What a system's record says already, as the beginning of the answers to a questionnaire, in every language it has."""
    found: dict[str, Any] = {}
    for spec in read_form(form).fields:
        texts: dict[str, list[str]] = {}
        for name in spec.begins_with:
            value = record.get(name)
            if isinstance(value, dict) and "absent" not in value:
                for language, text in value.items():
                    texts.setdefault(language, []).append(text)
        if texts:
            found[spec.id] = {language: "\n\n".join(parts) for language, parts in texts.items()}
    return found


def keep(draft: Draft, fields: dict[str, Any], by: User, now: datetime) -> None:
    """Keep the fields of a draft."""
    draft.fields, draft.changed_by, draft.changed = fields, by, now
    draft.save()


def drop(draft: Draft) -> None:
    """Throw a draft away. What is published stays."""
    draft.delete()


def propose(draft: Draft, title: str, by: User, now: datetime) -> Proposal:
    """Ask for the draft to be published as the system's record.

    Raises:
        InputError: something that every record needs is not answered.
        PermissionDenied: this person may not propose for this organisation.
    """
    record = record_of(draft)
    lacking = missing(record)
    if lacking:
        raise InputError(
            f"{len(lacking)} questions are not answered, the first of them {lacking[0].field}.",
            expected="an answer to each, or the reason why there is none.",
            cure="answer them, then propose.",
        )
    claim = Claim(
        kind=RECORD,
        fields={
            "form": draft.form,
            "record": draft.slug,
            "system": draft.system or draft.slug,
            "party": None,
            "previous": _previous(draft),
            "created": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "files": ("record.json",),
        },
    )
    with transaction.atomic():
        made = proposals.propose(
            Kind.RECORD,
            title,
            claim=claim,
            files={"record.json": write_record(record)},
            by=by,
            now=now,
            organisation=draft.organisation,
            system=draft.system or draft.slug,
        )
        draft.delete()
    return made


def _previous(draft: Draft) -> dict[str, str | int] | None:
    """The entry that the new record follows."""
    found = Entry.objects.filter(index=draft.base).first() if draft.base is not None else None
    return {"envelope": found.sha256, "log_index": found.index} if found else None
