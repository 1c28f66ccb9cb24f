"""What the desk shows of letters: those that somebody has to print, and, without their texts, what became of the others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F
from django.db.models.functions import Coalesce

from plumbrule_portal.ledger.letters import to_be_printed
from plumbrule_portal.ledger.models import Letter

SHOWN = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """A letter that went out: to whom, about what, when, and whether on paper. Its text is nobody's business any more."""

    to: str
    organisation: str
    subject: str
    when: datetime
    paper: bool


def waiting() -> list[Letter]:
    """Letters to print, oldest first."""
    return list(to_be_printed()[:SHOWN])


def gone() -> list[Gone]:
    """The last hundred letters that were sent or posted, newest first."""
    found = Letter.objects.annotate(left=Coalesce(F("sent"), F("printed"))).exclude(left=None).order_by("-left", "-pk")
    rows = found.values_list("to", "organisation", "subject", "left", "printed")[:SHOWN]
    return [
        Gone(to=to, organisation=organisation, subject=subject, when=left, paper=printed is not None)
        for to, organisation, subject, left, printed in rows
    ]
