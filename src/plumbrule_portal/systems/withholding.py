"""What the register withholds, counted for the public: a withholding is shown as one, and cannot be forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q
from django.utils.translation import gettext

from plumbrule_portal.systems.models import System, Withheld
from plumbrule_portal.systems.record import LATEST, read_form


@dataclass(frozen=True, slots=True, kw_only=True)
class Class:
    """One class of withholding: how many answers, of how many systems, and how many should have been looked at again."""

    label: str
    answers: int
    systems: int
    overdue: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """All classes that occur, and of how many systems in all."""

    classes: tuple[Class, ...]
    systems: int
    of: int


def counted(today: date) -> Counted:
    """Count what the newest records withhold."""
    labels = {one.id: one.label for one in read_form(LATEST).withholding}
    standing = Withheld.objects.filter(system__in=System.objects.values("slug"))
    rows = standing.values("kind").annotate(
        answers=Count("id"), systems=Count("system", distinct=True), overdue=Count("id", filter=Q(review__lt=today))
    )
    return Counted(
        classes=tuple(
            Class(
                label=gettext(labels.get(row["kind"], row["kind"])),
                answers=row["answers"],
                systems=row["systems"],
                overdue=row["overdue"],
            )
            for row in rows.order_by("kind")
        ),
        systems=standing.values("system").distinct().count(),
        of=System.objects.count(),
    )
