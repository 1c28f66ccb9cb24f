"""What a withdrawal means for the public tables: they keep nothing of what its entry's files said.

Everything that entries say of the same system or organisation is read again, without the withdrawn one. So a record that was
withdrawn gives way to the one before it; a system of which no record is left stands in no list, and only its history remains.
"""

from __future__ import annotations

from plumbrule.evidence import Statement, parse_envelope, parse_statement
from plumbrule_portal.accounts.models import Organisation
from plumbrule_portal.ledger.actions import envelopes_at
from plumbrule_portal.ledger.models import Entry
from plumbrule_portal.ledger.projection import project
from plumbrule_portal.systems.labels.models import Label
from plumbrule_portal.systems.models import Assessment, Grading, Questionnaire, Record, Searchable, System, Withheld
from plumbrule_portal.systems.purchases.models import PurchaseDecision
from plumbrule_portal.systems.submissions.models import Answer

BY_ENTRY = (Label, PurchaseDecision, Answer, Questionnaire, Grading, Assessment, Record)
NOBODY = "-"
"""What an entry is about that is about no system and no organisation."""


def withdrawn(entry: Entry, _statement: Statement) -> None:
    """The files of an earlier entry were withdrawn by this one."""
    earlier = Entry.objects.filter(withdrawn_by=entry.index).first()
    if earlier is not None and earlier.about != NOBODY:
        _forget(earlier.about)
        _read_again(earlier.about)


def _forget(about: str) -> None:
    told = list(Entry.objects.filter(about=about).values_list("index", flat=True))
    for table in BY_ENTRY:
        table._default_manager.filter(entry__in=told).delete()
    Withheld.objects.filter(system=about).delete()
    System.objects.filter(slug=about).delete()
    Organisation.objects.filter(slug=about).update(names={}, kind="", country="", entry=None)
    Searchable.objects.exclude(kind="assessment").filter(key=about).delete()
    Searchable.objects.filter(kind="assessment", key__in=map(str, told)).delete()


def _read_again(about: str) -> None:
    entries = list(Entry.objects.filter(about=about).order_by("index"))
    envelopes = envelopes_at(one.index for one in entries)
    for one in entries:
        project(one, parse_statement(parse_envelope(envelopes[one.index]).payload))
