"""What an organisation is called, its kind, its country."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from plumbrule.base.languages import direction
from plumbrule_portal.accounts.forms import SHORT_NAME
from plumbrule_portal.systems.naming import MOST_NAME, MOST_SHORT, plain_name
from plumbrule_portal.systems.organisations import words
from plumbrule_portal.systems.organisations.document import EXAMPLE, Described
from plumbrule_portal.ui.languages import OWN_NAMES, current, locale

NOBODY_SAID = "und"
_PLACES = {"names": _("Name"), "kind": _("Kind"), "country": _("Country"), "id": _("Its permanent name in addresses")}


class Which(forms.Form):
    """An organisation by its short name, whether it is in the register or new."""

    slug = forms.CharField(
        label=_PLACES["id"],
        help_text=_("Small letters, digits, dashes and dots, like roads or lab.example. It cannot be changed later."),
        max_length=MOST_SHORT,
        validators=[SHORT_NAME],
    )


class Describe(forms.Form):
    """An organisation, with a field for its name in each language that the office offers."""

    kind = forms.ChoiceField(label=_PLACES["kind"])
    country = forms.ChoiceField(label=_PLACES["country"], required=False)

    def __init__(self, *arguments: Any, today: Described, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.today, self.names = today, dict[str, str]()
        _offer(self, "kind", list(words.KINDS.items()), today.kind, today.kind)
        _offer(self, "country", words.countries(), today.country, words.country(today.country))
        if today.kind == EXAMPLE:  # it stays one, and nobody makes another
            del self.fields["kind"]
        for code in settings.OFFICE.languages:
            self.fields[_field(code)] = forms.CharField(
                label=OWN_NAMES[code],
                max_length=MOST_NAME,
                required=False,
                initial=today.names.get(code, ""),
                widget=forms.TextInput(attrs={"lang": code, "dir": direction(code)}),
            )

    def clean(self) -> None:
        """Names are plain text, and there is at least one."""
        for code in settings.OFFICE.languages:
            typed = self.cleaned_data.get(_field(code))
            try:
                self.names |= {code: plain_name(typed)} if typed else {}
            except forms.ValidationError as error:
                self.add_error(_field(code), error)
        if not self.names and not self.errors:
            self.add_error(None, gettext("Write the text in at least one language."))

    def described(self) -> Described:
        """What was typed, with the names in languages that the office does not offer as they are."""
        kept = {code: name for code, name in self.today.names.items() if code not in {NOBODY_SAID, *settings.OFFICE.languages}}
        said = self.cleaned_data
        return Described(
            slug=self.today.slug,
            names=kept | self.names,
            kind=said.get("kind", self.today.kind),
            country=said["country"],
        )

    def elsewhere(self) -> dict[str, str]:
        """The names for which the form has no field."""
        return {code: name for code, name in self.today.names.items() if code not in settings.OFFICE.languages}

    def named(self) -> list[forms.BoundField]:
        """The fields of the names."""
        return [self[_field(code)] for code in settings.OFFICE.languages]


def label(path: str) -> str:
    """A place of the record in words, as far as it has any: `names.fr` is "Name, French"."""
    first, *rest = path.split(".")
    here = locale(current()).languages
    return ", ".join([str(_PLACES.get(first, first)), *(here.get(part.replace("-", "_"), part) for part in rest)])


def _field(code: str) -> str:
    return f"name_{code}"


def _offer(form: forms.Form, name: str, choices: list[tuple[str, Any]], today: str, word: str) -> None:
    """Choices under an empty one, with what stands today if it is none of them."""
    stranger = [] if not today or today in dict(choices) else [(today, word)]
    field = form.fields[name]
    field.choices, field.initial = [("", "–"), *choices, *stranger], today  # type: ignore[attr-defined] # a ChoiceField
