"""Forms of the second person."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class SendBack(forms.Form):
    """A reason."""

    reason = forms.CharField(label=_("What should be changed"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4}))


class Agreement(forms.Form):
    """What somebody in another office signed."""

    agreement = forms.FileField(label=_("The signed agreement"), max_length=200)


WITHDRAWN_FOR = (
    ("error", _("It is wrong")),
    ("personal-data", _("It holds personal data that should not be public")),
    ("rights-of-others", _("It hurts the rights of others")),
    ("order", _("A court or an authority ordered it")),
)


class Withdraw(forms.Form):
    """Why the files of an entry shall go."""

    reason = forms.ChoiceField(label=_("Why"), choices=WITHDRAWN_FOR, widget=forms.RadioSelect)


class Supersede(forms.Form):
    """Which later entry takes the place of this one."""

    newer = forms.IntegerField(label=_("Number of the newer entry"), min_value=0, max_value=2**53)
    reason = forms.ChoiceField(
        label=_("Why"),
        choices=(("correction", _("It corrects an error")), ("update", _("It brings it up to date"))),
        widget=forms.RadioSelect,
    )
