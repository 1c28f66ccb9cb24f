"""Tags that say what a record's form says."""

from __future__ import annotations

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_noop

from plumbrule_portal.accounts.models import Organisation
from plumbrule_portal.systems.card import ABSENT
from plumbrule_portal.systems.exchange import Note
from plumbrule_portal.systems.models import Draft
from plumbrule_portal.systems.organisations import words
from plumbrule_portal.systems.record import Problem, read_form
from plumbrule_portal.systems.submissions.words import REFUSED
from plumbrule_portal.ui.templatetags.texts import said

register = template.Library()


@register.simple_tag
def absence(reason: str) -> str:
    """The reason for an absence, in words."""
    return str(ABSENT[reason])


@register.simple_tag
def draft_name(draft: Draft) -> SafeString | str:
    """What a draft is called: the name of the system, or the questionnaire and the system that it is about."""
    if not draft.system:
        return said(draft.fields.get("name"))
    return f"{gettext(read_form(draft.form).title)}: {draft.system}"


@register.simple_tag
def refusal(check: str) -> str:
    """Why a pack was refused, by the check that it did not pass."""
    return str(REFUSED.get(check, ""))


@register.simple_tag
def form_title(form: str) -> str:
    """What a form is called."""
    return gettext(read_form(form).title)


@register.simple_tag
def became(kind: str) -> str:
    """What became of a field on its way to another format."""
    return gettext(BECAME[kind])


@register.simple_tag
def note_reason(note: Note) -> str:
    """Why a field did not go over as it was."""
    return gettext(note.reason).format(**dict(note.slots)) if note.reason else ""


@register.simple_tag
def organisation_name(one: Organisation) -> SafeString | str:
    """What an organisation is called; its short name where the register holds none."""
    return said(one.names) if one.names else one.slug


@register.simple_tag
def organisation_link(one: Organisation) -> SafeString:
    """Its name, which leads to its page."""
    return format_html('<a href="{}">{}</a>', reverse("organisation", args=[one.slug]), organisation_name(one))


@register.simple_tag
def organisation_kind(token: str) -> str:
    """A kind of organisation in words."""
    return words.kind(token)


@register.simple_tag
def country_name(code: str) -> str:
    """The name of a country."""
    return words.country(code)


BECAME = {
    "mapped": gettext_noop("went over"),
    "not-mapped": gettext_noop("stayed behind"),
    "altered": gettext_noop("was changed on the way"),
    "lacking": gettext_noop("asked for, and not there"),
    "refused": gettext_noop("could not be used"),
}


@register.simple_tag
def problem(found: Problem) -> str:
    """What does not fit, what would, and what to do."""
    said = [gettext(text).format(**found.slots) for text in (found.got, found.expected, found.cure)]
    row = gettext("Row %(row)s: ") % {"row": found.row} if found.row else ""
    return gettext("%(row)s%(got)s Allowed: %(expected)s. %(cure)s") % {
        "row": row,
        "got": said[0],
        "expected": said[1],
        "cure": said[2],
    }
