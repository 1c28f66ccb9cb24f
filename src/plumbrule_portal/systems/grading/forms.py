"""The questions of the decision table, and the decision."""

from __future__ import annotations

from typing import Any, get_args

from django import forms
from django.utils.translation import gettext_lazy as _

from plumbrule.rulebook import load_rulebook
from plumbrule.rulebook.model import TierName
from plumbrule_portal.ui.languages import current
from plumbrule_portal.ui.templatetags.texts import TIERS

ANSWERS = (("yes", _("Yes")), ("no", _("No")), ("", _("Not known")))


class Facts(forms.Form):
    """One plain question for each fact of the decision table, in the order in which they are asked."""

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        for name, wording in load_rulebook().questions.items():
            texts = wording.texts
            self.fields[name] = forms.ChoiceField(
                label=texts.get(current()) or texts["en"], choices=ANSWERS, required=False, widget=forms.RadioSelect
            )

    def facts(self) -> dict[str, bool]:
        """The answers that were given; a question that nobody can answer is left out."""
        return {name: value == "yes" for name, value in self.cleaned_data.items() if name in self.fields and value}


class Decision(forms.Form):
    """The tier that a person decides on, and why."""

    tier = forms.ChoiceField(
        label=_("Tier"), choices=[(name, TIERS[name]) for name in get_args(TierName)], widget=forms.RadioSelect
    )
    office = forms.CharField(label=_("Office that decides"), max_length=300)
    reasons = forms.CharField(
        label=_("Reasons"),
        help_text=_("They are published. Say above all why, if the tier is not the one that the rules suggest."),
        widget=forms.Textarea,
        max_length=20_000,
    )
