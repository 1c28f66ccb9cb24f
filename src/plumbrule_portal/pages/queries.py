"""What the pages of no single subject ask: every app's queries may be used here."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count
from django.utils.translation import gettext

from plumbrule_portal.accounts.models import Organisation
from plumbrule_portal.ledger.state import newest_index
from plumbrule_portal.systems.models import Assessment, System
from plumbrule_portal.systems.queries_search import Wish, page
from plumbrule_portal.systems.record import LATEST, read_form
from plumbrule_portal.ui.templatetags.texts import TIERS


def counts() -> dict[str, int]:
    """How much the register holds."""
    return {
        "systems": System.objects.count(),
        "declared": System.objects.exclude(declared="").count(),
        "organisations": Organisation.objects.count(),
        "assessments": Assessment.objects.count(),
        "entries": newest_index() + 1,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One line of a picture: what is counted, how often, and the most that a line of this picture has."""

    code: str
    label: str
    count: int
    most: int


def phases() -> tuple[Bar, ...]:
    """How many systems are in each phase of life, in the order of the phases; empty where no record says."""
    column = next(one for one in read_form(LATEST).field("phases").columns if one.id == "phase")
    found = dict(System.objects.values_list("phase").annotate(n=Count("id")).order_by())
    return _bars([(one.id, gettext(one.label), found.get(one.id, 0)) for one in column.choices])


def tiers() -> tuple[Bar, ...]:
    """How many systems a person graded into each tier; empty where nobody graded any."""
    found = dict(System.objects.exclude(tier="").values_list("tier").annotate(n=Count("id")).order_by())
    return _bars([(code, str(word), found.get(code, 0)) for code, word in TIERS.items()])


def _bars(rows: list[tuple[str, str, int]]) -> tuple[Bar, ...]:
    most = max((count for _, _, count in rows), default=0)
    return tuple(Bar(code=code, label=label, count=count, most=most) for code, label, count in rows) if most else ()


def newest_systems() -> list[System]:
    """The systems whose record changed last."""
    return list(page(Wish()).systems[:8])
