"""The forms of buyers and suppliers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from plumbrule_portal.accounts.models import Organisation
from plumbrule_portal.systems.models import System
from plumbrule_portal.systems.naming import short_name
from plumbrule_portal.systems.purchases import checklist
from plumbrule_portal.systems.purchases.models import HandedPack, Point, PointAnswer, Supplier
from plumbrule_portal.ui.languages import OWN_NAMES
from plumbrule_portal.ui.templatetags.texts import best_of

MOST = 10_000
LONGEST = timedelta(days=400)
_HIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class Plain(forms.CharField):
    """A longer plain text: line ends of one kind, and no signs that could hide or turn what is written."""

    def __init__(self, *, rows: int = 5, max_length: int = MOST, **more: Any) -> None:
        super().__init__(max_length=max_length, widget=forms.Textarea(attrs={"rows": rows}), **more)

    def to_python(self, value: Any) -> str:
        """The text without them."""
        return _HIDDEN.sub("", str(super().to_python(value) or "").replace("\r\n", "\n")).strip()


class Line(forms.CharField):
    """One line of text, without such signs."""

    def to_python(self, value: Any) -> str:
        """The text on one line."""
        return " ".join(_HIDDEN.sub(" ", str(super().to_python(value) or "")).split())


class Begin(forms.Form):
    """A purchase, and from which profile its checklist is made."""

    title = Line(label=_("What is bought, in one line"), max_length=300)
    slug = short_name()
    purpose = Plain(label=_("What it is for"), help_text=_("Suppliers read this, and later everybody."))
    organisation = forms.ChoiceField(label=_("Organisation that buys"))
    profile = forms.ChoiceField(
        label=_("Profile"),
        widget=forms.RadioSelect,
        help_text=_(
            "How much its decisions weigh on people. The checklist is made from it; you can add points, and take some out."
        ),
    )
    language = forms.ChoiceField(label=_("Language in which you write"), choices=list(OWN_NAMES.items()))

    def __init__(self, *arguments: Any, organisations: Iterable[Organisation], **more: Any) -> None:
        super().__init__(*arguments, **more)
        named = [(one.slug, one.names[best_of(one.names)] if one.names else one.slug) for one in organisations]
        profiles = [(key, titles[best_of(titles)]) for key, titles in checklist.profiles().items()]
        _offer(self, "organisation", named)
        _offer(self, "profile", profiles)


class AddPoint(forms.Form):
    """A point of the buyer's own."""

    title = Line(label=_("The point, in one line"), max_length=300)
    statement = Plain(label=_("What it means"), required=False, rows=3)
    wants = forms.ChoiceField(label=_("What would satisfy it"), choices=Point.Wants.choices, widget=forms.RadioSelect)


class TakeOut(forms.Form):
    """Why a point is not asked."""

    reason = Plain(
        label=_("Why it is taken out"),
        rows=2,
        max_length=2000,
        help_text=_("The reason becomes public with the decision."),
    )


class Closing(forms.Form):
    """The last day on which suppliers may answer."""

    day = forms.DateField(
        label=_("Last day to answer"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Until the end of this day, by the clock of Greenwich (UTC). Once somebody is asked it can only be put off."),
    )

    def clean_day(self) -> date:
        """A day, and none so far off that nobody would see the end of it."""
        day: date = self.cleaned_data["day"]
        if day > datetime.now(UTC).date() + LONGEST:
            raise forms.ValidationError(_("Choose a day within 400 days."))
        return day

    def moment(self) -> datetime:
        """The moment from which nothing can be changed."""
        return datetime.combine(self.cleaned_data["day"] + timedelta(days=1), time(), UTC)


class Ask(forms.Form):
    """Whom to ask."""

    name = Line(label=_("Name of the supplier"), max_length=200, help_text=_("Of the organisation, not of a person."))
    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=150,
        required=False,
        help_text=_("A letter with the link goes there. Without an address you hand the link over yourself."),
    )
    language = forms.ChoiceField(label=_("Language of the letter"))

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        _offer(self, "language", [(code, OWN_NAMES[code]) for code in settings.OFFICE.languages])


class Decide(forms.Form):
    """Whom, and why."""

    supplier = forms.ChoiceField(label=_("Chosen supplier"), widget=forms.RadioSelect)
    reasons = Plain(
        label=_("Reasons"),
        rows=8,
        help_text=_("They become public, word for word. Name no persons, and no supplier who was not chosen."),
    )
    system = forms.ChoiceField(
        label=_("System in the register"),
        required=False,
        help_text=_("If what is bought is in the register already, its page will point to this decision."),
    )

    def __init__(self, *arguments: Any, asked: Iterable[Supplier], systems: Iterable[System], **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.asked = list(asked)
        answered = [(str(one.pk), one.name) for one in self.asked if one.sent]
        _offer(self, "supplier", [*answered, ("none", _("None of them"))])
        named = [(one.slug, one.names[best_of(one.names)] if one.names else one.slug) for one in systems]
        _offer(self, "system", [("", "–"), *named])

    def clean(self) -> dict[str, Any]:
        """Nobody is named in public who was not chosen."""
        said: dict[str, Any] = super().clean() or {}
        others = [one.name for one in self.asked if str(one.pk) != said.get("supplier")]
        if any(names(said.get("reasons", ""), other) for other in others):
            self.add_error("reasons", _("This names a supplier who was not chosen. It becomes public: say it without the name."))
        return said


class AnswerPoint(forms.Form):
    """What a supplier says to one point."""

    kind = forms.ChoiceField(label=_("Your answer"), widget=forms.RadioSelect, choices=PointAnswer.Kind.choices)
    entry = forms.IntegerField(
        label=_("Number of the entry"),
        required=False,
        min_value=0,
        max_value=2**53,
        help_text=_("If the evidence is published here: the number at the head of the assessment's page."),
    )
    pack = forms.ChoiceField(
        label=_("Pack"),
        required=False,
        help_text=_("If the evidence is in a pack: hand it in first, then choose it here."),
    )
    text = Plain(
        label=_("In your words"),
        required=False,
        rows=8,
        help_text=_("What you declare, or why you cannot. Plain text; only the buyer reads it. With evidence it may stay empty."),
    )
    language = forms.ChoiceField(label=_("Language of your words"), choices=list(OWN_NAMES.items()))

    def __init__(self, *arguments: Any, packs: Iterable[HandedPack], **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.packs = {str(one.pk): one for one in packs}
        _offer(self, "pack", [("", "–"), *((key, str(one)) for key, one in self.packs.items())])

    def clean(self) -> dict[str, Any]:
        """Each kind of answer has what it needs."""
        said: dict[str, Any] = super().clean() or {}
        match said.get("kind"):
            case PointAnswer.Kind.PUBLISHED if said.get("entry") is None and "entry" not in self.errors:
                self.add_error("entry", _("Give the number of the entry."))
            case PointAnswer.Kind.PACK if not said.get("pack"):
                self.add_error("pack", _("Choose a pack. If there is none, hand one in first."))
            case PointAnswer.Kind.DECLARATION if not said.get("text"):
                self.add_error("text", _("Write what you declare."))
            case PointAnswer.Kind.CANNOT if not said.get("text"):
                self.add_error("text", _("Write why you cannot."))
        return said


def names(text: str, name: str) -> bool:
    """Whether a text has a name in it, as words of its own, in small letters or large."""
    return re.search(rf"(?<!\w){re.escape(name.casefold())}(?!\w)", text.casefold()) is not None


def _offer(form: forms.Form, name: str, choices: list[tuple[str, Any]]) -> None:
    form.fields[name].choices = choices  # type: ignore[attr-defined] # each caller names a ChoiceField
