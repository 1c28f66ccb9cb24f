"""Forms of a legal hold."""

from __future__ import annotations

from django import forms
from django.core.validators import validate_slug
from django.utils.translation import gettext_lazy as _


class Why(forms.Form):
    """A reason."""

    reason = forms.CharField(
        label=_("Why"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Name the order or the case. Private: stewards of this register read it."),
    )


class Ask(Why):
    """A system and a reason."""

    system = forms.CharField(
        label=_("System"), max_length=200, validators=[validate_slug], help_text=_("Its short name, as in its address.")
    )
    field_order = ("system", "reason")
