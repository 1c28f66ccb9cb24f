"""What the ledger asks of the register about a record: whose it is, and what its fields are called."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext

from plumbrule.errors import InputError
from plumbrule.evidence import Claim
from plumbrule_portal.accounts.models import Organisation
from plumbrule_portal.systems.models import Questionnaire, Record, System
from plumbrule_portal.systems.organisations import document as organisations
from plumbrule_portal.systems.organisations import forms as organisation_forms
from plumbrule_portal.systems.purchases import document as purchases
from plumbrule_portal.systems.purchases import words
from plumbrule_portal.systems.record import form_names, read_form
from plumbrule_portal.ui.languages import current, locale


def owner(about: str) -> str:
    """The slug of the organisation that answers for a system, or of the organisation itself; "" for neither."""
    system = System.objects.select_related("organisation").filter(slug=about).first()
    if system is not None:
        return system.organisation.slug
    answers = Questionnaire.objects.filter(system=about).first()  # of a system whose record was withdrawn
    if answers is not None:
        return answers.organisation
    return about if Organisation.objects.filter(slug=about).exists() else ""


def refuse_taken(claim: Claim) -> None:
    """Raise InputError if a system would be called like an organisation, or the other way round: entries name both alike."""
    name, kind = str(claim.fields.get("record", "")), str(claim.fields.get("form", "")).rpartition("-")[0]
    system, organisation = Record.objects.filter(system=name), Organisation.objects.filter(slug=name)
    if (kind == "organisation" and system.exists()) or (kind == "system" and organisation.exists()):
        raise InputError(f"{name} is taken.", expected="a name that nothing else has.", cure="take it back, and choose another.")


def page(about: str) -> str:
    """The address of the page of a system or of an organisation; "" for neither."""
    if Record.objects.filter(system=about).exists():
        return reverse("system", args=[about])
    return reverse("organisation", args=[about]) if Organisation.objects.filter(slug=about).exists() else ""


def label(form: str, path: str) -> str:
    """The label of the field in words, with the language of a text; the path itself where no form of ours knows it."""
    if form == organisations.FORM:
        return organisation_forms.label(path)
    if form == purchases.FORM:
        return words.label(path, current())
    parts = path.split(".")
    if form not in form_names() or parts[0] != "fields" or len(parts) < 2:
        return path
    found = next((field for field in read_form(form).fields if field.id == parts[1]), None)
    if found is None:
        return path
    rest = [locale(current()).languages.get(part.replace("-", "_"), part) for part in parts[2:]]
    return ", ".join([gettext(found.label), *rest])
