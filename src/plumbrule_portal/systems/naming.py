"""What people give things by hand: a short name that stays in addresses, and a name in words."""

from __future__ import annotations

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from plumbrule_portal.systems.record import Column, Problem, read_column

MOST_SHORT, MOST_NAME = 100, 300
SHORT = RegexValidator(r"\A[a-z0-9][a-z0-9-]*\Z", _("Only small letters, digits and dashes."))
_NAME = Column(id="name", type="line", label="", most=MOST_NAME)


def short_name() -> forms.CharField:
    """The field for a name in addresses."""
    return forms.CharField(
        label=_("Its permanent name in addresses"),
        help_text=_("Small letters, digits and dashes, like parking-permits. It cannot be changed later."),
        max_length=MOST_SHORT,
        validators=[SHORT],
    )


def plain_name(typed: str) -> str:
    """A name as records hold it. Raises ValidationError for what none may hold, such as mark-up."""
    found = read_column(_NAME, typed)
    if isinstance(found, Problem):
        raise forms.ValidationError(_("A name is plain text, without mark-up and without signs that cannot be seen."))
    return str(found)
