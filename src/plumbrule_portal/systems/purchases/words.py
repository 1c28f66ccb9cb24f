"""What the places of a record `purchase-1` are called, for the person who agrees to it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from plumbrule_portal.ui.languages import locale

WORDS = {
    "answered": _("Suppliers who sent answers"),
    "asked": _("Suppliers asked"),
    "assessor": _("Assessor"),
    "chosen": _("Chosen supplier"),
    "closed": _("Closed"),
    "entry": _("Number of the entry"),
    "envelope": _("SHA-256 of the signed statement"),
    "form": _("Form"),
    "id": _("Its permanent name in addresses"),
    "kind": _("What the answer rests on"),
    "language": _("Language in which you write"),
    "organisation": _("Organisation that buys"),
    "profile": _("Profile"),
    "provisions": _("Answers to"),
    "purpose": _("What it is for"),
    "reasons": _("Reasons"),
    "requirement": _("Requirement"),
    "rests_on": _("What the chosen supplier's answer rests on"),
    "rulebook": _("Edition of the rulebook"),
    "system": _("System in the register"),
    "taken_out": _("Why it is taken out"),
    "title": _("Title"),
    "verdict": _("Verdict"),
    "wants": _("What would satisfy it"),
}
_POINT = _("Point %(n)s")


def label(path: str, language: str) -> str:
    """The place in words, as far as it has any: `points.2.title.fr` is "Point 2, Title, French"."""
    parts = path.split(".")
    said = []
    if parts[0] == "points" and len(parts) > 1:
        said.append(str(_POINT) % {"n": parts[1]})
        parts = parts[2:]
    for part in parts:
        word = WORDS.get(part)
        said.append(str(word) if word else str(locale(language).languages.get(part.replace("-", "_"), part)))
    return ", ".join(said)
