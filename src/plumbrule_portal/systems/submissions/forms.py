"""The form in which the party assessed answers."""

from __future__ import annotations

import re

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from plumbrule_portal.ui.languages import OWN_NAMES

MOST = 10_000
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class AnswerForm(forms.Form):
    """A plain text in one language."""

    language = forms.ChoiceField(label=_("Language of the answer"))
    text = forms.CharField(
        label=_("Answer"),
        max_length=MOST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=_("Plain text. It becomes public, word for word. Name no persons."),
    )

    def __init__(self, *args: object, needed: bool = False, **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]  # Django's own arguments, handed through
        self.fields["language"].choices = [(code, OWN_NAMES[code]) for code in settings.OFFICE.languages]  # type: ignore[attr-defined]
        self.fields["text"].required = needed

    def clean_text(self) -> str:
        """Line ends of one kind, and no signs that could hide or turn what is written."""
        text = str(self.cleaned_data["text"]).replace("\r\n", "\n")
        return _CONTROLS.sub("", text).strip()
