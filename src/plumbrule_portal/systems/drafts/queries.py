"""How far a draft has come."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext

from plumbrule.errors import InputError
from plumbrule_portal.systems.models import Draft
from plumbrule_portal.systems.record import Form, Record, missing, read_form, record_from


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One section of the form: how many of its questions have an answer, and which that must have one do not."""

    id: str
    label: str
    answered: int
    asked: int
    lacking: tuple[str, ...]


def parts(draft: Draft) -> tuple[Part, ...]:
    """The sections of a draft in the order of its form."""
    form = read_form(draft.form)
    lacking = {one.field for one in missing(record_of(draft))}
    return tuple(_part(form, section.id, gettext(section.label), draft, lacking) for section in form.sections)


def record_of(draft: Draft) -> Record:
    """The draft as a record. What it holds was read by its form before; raises InputError if it does not fit any more."""
    return record_from(
        {
            "schema": "plumbrule-record/1",
            "form": draft.form,
            "id": draft.slug,
            "organisation": draft.organisation,
            "language": draft.language,
            "declared": None,
            "fields": draft.fields,
        },
        draft.slug,
    )


def section_label(form: Form, section: str) -> str:
    """The heading of a section. Raises InputError if the form has none of this id."""
    for one in form.sections:
        if one.id == section:
            return gettext(one.label)
    raise InputError(f"the form has no section {section[:40]}.", expected=", ".join(one.id for one in form.sections))


def _part(form: Form, section: str, label: str, draft: Draft, lacking: set[str]) -> Part:
    specs = [spec for spec in form.fields if spec.section == section]
    return Part(
        id=section,
        label=label,
        answered=sum(spec.id in draft.fields for spec in specs),
        asked=len(specs),
        lacking=tuple(gettext(spec.label) for spec in specs if spec.id in lacking),
    )
