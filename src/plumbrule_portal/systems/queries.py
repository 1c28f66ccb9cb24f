"""What the pages ask the register."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from plumbrule_portal.systems.models import Assessment, Record, System

PAGE = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a reader wants to see of the register. Empty means everything."""

    words: str = ""
    organisation: str = ""
    phase: str = ""
    tier: str = ""
    declared: str = ""


def systems(wish: Wish) -> QuerySet[System]:
    """The systems that fit a wish, newest first."""
    found = System.objects.select_related("organisation")
    if wish.organisation:
        found = found.filter(organisation__slug=wish.organisation)
    if wish.phase:
        found = found.filter(phase=wish.phase)
    if wish.tier:
        found = found.filter(tier=wish.tier)
    if wish.declared:
        found = found.filter(declared="" if wish.declared == "entered" else wish.declared)
    for word in wish.words.split():
        found = found.filter(Q(names__icontains=word) | Q(summaries__icontains=word) | Q(slug__icontains=word))
    return found


def phases() -> dict[str, int]:
    """How many systems are in each phase of life."""
    return dict(System.objects.values_list("phase").annotate(n=Count("id")).order_by())


def system(slug: str) -> System | None:
    """One system, or None."""
    return System.objects.select_related("organisation").filter(slug=slug).first()


def history(slug: str) -> list[Record]:
    """Its records, oldest first."""
    return list(Record.objects.filter(system=slug))


def assessments(slug: str) -> list[Assessment]:
    """Its published assessments with their findings, newest first."""
    return list(Assessment.objects.filter(system=slug).prefetch_related("findings"))
