"""The short forms around a draft: beginning one, proposing it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from plumbrule_portal.accounts.models import Organisation
from plumbrule_portal.systems.exchange import formats, table_of
from plumbrule_portal.systems.naming import MOST_NAME, plain_name, short_name
from plumbrule_portal.ui.languages import OWN_NAMES
from plumbrule_portal.ui.templatetags.texts import best_of

MOST_FILE = 2 * 2**20


def called(organisations: Iterable[Organisation]) -> list[tuple[str, str]]:
    """Organisations to choose from, by their names in the reader's language."""
    return [(one.slug, one.names[best_of(one.names)] if one.names else one.slug) for one in organisations]


class Begin(forms.Form):
    """A system that is not in the register yet."""

    name = forms.CharField(label=_("Name of the system"), max_length=MOST_NAME)
    slug = short_name()
    organisation = forms.ChoiceField(label=_("Organisation that answers for it"))
    language = forms.ChoiceField(label=_("Language in which you write"), choices=list(OWN_NAMES.items()))

    def __init__(self, *arguments: Any, organisations: Iterable[Organisation], **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.fields["organisation"].choices = called(organisations)  # type: ignore[attr-defined] # a ChoiceField, as declared

    def clean_name(self) -> str:
        """Refuse what no record may hold, such as mark-up, before a draft is made of it."""
        return plain_name(self.cleaned_data["name"])


class Propose(forms.Form):
    """What changed, for the second person."""

    title = forms.CharField(label=_("What changes, in one line, for the person who agrees"), max_length=200)


class FromFile(forms.Form):
    """A file in a format of others, to begin from."""

    kind = forms.ChoiceField(label=_("Format"))
    file = forms.FileField(label=_("File"), help_text=_("At most 2 MB."))
    organisation = forms.ChoiceField(label=_("Organisation that answers for it"))
    language = forms.ChoiceField(label=_("Language of its texts"), choices=list(OWN_NAMES.items()))
    name = forms.CharField(
        label=_("Name of the system"), help_text=_("Only where the file does not say."), max_length=300, required=False
    )

    def __init__(self, *arguments: Any, organisations: Iterable[Organisation], **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.fields["kind"].choices = [  # type: ignore[attr-defined] # a ChoiceField, as declared above
            (name, gettext(table_of(name).title)) for name in formats()
        ]
        self.fields["organisation"].choices = called(organisations)  # type: ignore[attr-defined] # as above

    def clean_file(self) -> Any:
        """Refuse what is too large."""
        file = self.cleaned_data["file"]
        if file.size > MOST_FILE:
            raise forms.ValidationError(_("The file is larger than 2 MB. Take the entry of this system out of it."))
        return file
