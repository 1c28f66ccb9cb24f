"""The form by which a token is made."""

from __future__ import annotations

from collections.abc import Sequence

from django import forms
from django.utils.translation import gettext_lazy as _

from plumbrule_portal.pages.actions import MOST_DAYS
from plumbrule_portal.pages.models import Scope


class NewToken(forms.Form):
    """A token for a program. `organisations` are those for which the person may write, as (slug, name)."""

    name = forms.CharField(label=_("What the token is for"), max_length=100)
    organisation = forms.ChoiceField(label=_("Organisation"))
    scopes = forms.MultipleChoiceField(label=_("What it allows"), choices=Scope.choices, widget=forms.CheckboxSelectMultiple)
    days = forms.IntegerField(label=_("Days until it ends"), min_value=1, max_value=MOST_DAYS, initial=90)

    def __init__(self, organisations: Sequence[tuple[str, str]], data: object = None) -> None:
        super().__init__(data)  # type: ignore[arg-type] # what a request's POST is
        self.fields["organisation"].choices = organisations  # type: ignore[attr-defined] # a field of choices has them
