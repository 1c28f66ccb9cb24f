"""Kinds of organisations, and countries, in the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from plumbrule_portal.systems.organisations.document import EXAMPLE
from plumbrule_portal.ui.languages import current, locale

KINDS = {
    "authority": _("Authority: a ministry or a regulator"),
    "public-body": _("Another public body"),
    "company": _("Company"),
    "research": _("Research institution"),
    "civil-society": _("Civil society organisation"),
    "international": _("International organisation"),
    "other": _("Other"),
}
"""The kinds that an organisation may be given."""
_SHOWN = KINDS | {EXAMPLE: _("Example")}
_NO_COUNTRIES = frozenset(["AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "XK", "ZZ"])
"""Codes of two letters that Babel names and ISO 3166-1 does not assign to a country or a territory."""


def kind(token: str) -> str:
    """A kind in words; the token itself where it has none, "" for ""."""
    return str(_SHOWN.get(token, token))


def country(code: str) -> str:
    """The name of a country; the code itself where it has none, "" for ""."""
    return str(locale(current()).territories.get(code, code))


def countries() -> list[tuple[str, str]]:
    """Every code of ISO 3166-1 with its name, by name."""
    codes = {code for code in map(str, locale("en").territories) if len(code) == 2 and code.isalpha()} - _NO_COUNTRIES
    return sorted(((code, country(code)) for code in codes), key=lambda pair: pair[1].casefold())
