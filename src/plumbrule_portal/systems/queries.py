"""What the pages ask the register."""

from __future__ import annotations

from plumbrule_portal.systems.models import Assessment, Record, System


def system(slug: str) -> System | None:
    """One system, or None."""
    return System.objects.select_related("organisation").filter(slug=slug).first()


def history(slug: str) -> list[Record]:
    """Its records, oldest first."""
    return list(Record.objects.filter(system=slug))


def assessments(slug: str) -> list[Assessment]:
    """Its published assessments with their findings, newest first."""
    return list(Assessment.objects.filter(system=slug).prefetch_related("findings"))
