"""Forms about keys."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class NewKey(forms.Form):
    """The request that shows who has a key."""

    request = forms.CharField(
        label=_("Key request"),
        max_length=4096,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "dir": "ltr"}),
        help_text=_(
            "The text that the organisation made with plumbrule node key request. Ask them by another way whether it is theirs."
        ),
        strip=False,
    )

    def raw(self) -> bytes:
        """The bytes of the request, as they were before a browser changed the ends of its lines."""
        return str(self.cleaned_data["request"]).replace("\r\n", "\n").strip("\n").encode() + b"\n"


class EndKey(forms.Form):
    """Which key ends, and from where it is in doubt."""

    key = forms.CharField(label=_("Key"), max_length=300)
    suspect_from = forms.IntegerField(
        label=_("In doubt from entry"),
        required=False,
        min_value=0,
        help_text=_("If somebody else may have had the key: the first entry that must be endorsed again. Else leave it empty."),
    )
