"""What an entry about a label means for the public table."""

from __future__ import annotations

from datetime import date

from plumbrule.errors import InputError
from plumbrule.evidence import Statement
from plumbrule.evidence.claims import Claim
from plumbrule_portal.ledger.models import Entry
from plumbrule_portal.systems.labels.models import Label


def label(entry: Entry, statement: Statement) -> None:
    """A system carries a label, because of findings in one assessment that is an entry of this log."""
    claim = statement.predicate
    if not isinstance(claim, Claim) or not isinstance(claim.fields["evidence"], dict):
        raise InputError("an entry is no trust label.", expected="the predicate trust-label:1.")
    named, findings = claim.fields["evidence"], claim.fields["findings"]
    if not Entry.objects.filter(index=named["log_index"], sha256=named["envelope"]).exists():
        raise InputError("a label names evidence that is not in this log.", expected="an assessment published here.")
    Label.objects.create(
        entry=entry.index,
        system=str(claim.fields["system"]),
        label=str(claim.fields["label"]),
        evidence=named["log_index"],
        findings=list(findings) if isinstance(findings, list | tuple) else [],
        first=date.fromisoformat(str(claim.fields["from"])),
        until=date.fromisoformat(str(claim.fields["until"])),
    )
