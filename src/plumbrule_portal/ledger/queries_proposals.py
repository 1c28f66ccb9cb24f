"""What the pages ask about proposals: what would be published, and what it changes against today."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.module_loading import import_string

from plumbrule.evidence import parse_envelope, parse_statement
from plumbrule.evidence.claims import RECORD, read_claim
from plumbrule_portal.ledger import access, inbox, queries
from plumbrule_portal.ledger.changes import Change, changes
from plumbrule_portal.ledger.models import Entry, Proposal

if TYPE_CHECKING:
    from plumbrule_portal.accounts.access import Person

MOST = 60
OPEN = (Proposal.State.WAITING, Proposal.State.REPLY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One entry that would be made: its kind and form, its own values, the files it names, and what it changes today.

    `signer` is empty where the node would sign it. `after` is the entry that it follows, None for the first of its record.
    """

    kind: str
    form: str
    signer: str
    values: tuple[tuple[str, str], ...]
    files: tuple[tuple[str, str], ...]
    changes: tuple[Change, ...]
    after: Entry | None


def parts(proposal: Proposal) -> tuple[Part, ...]:
    """Everything that would be published, in order. Reads the waiting files; a missing one raises InputError."""
    signed = [_signed(text.encode()) for text in proposal.envelopes]
    return (*signed, *(_own(one, proposal.files) for one in proposal.claim.get("claims", ())))


def waiting(user: Person) -> list[Proposal]:
    """What waits for this person's yes or no, oldest first."""
    found = access.proposals(user).filter(state=Proposal.State.WAITING).order_by("proposed", "pk")
    if not settings.OFFICE.alone:
        found = found.exclude(proposed_by_id=user.pk)
    deciders = access.agreeing(user)
    return [one for one in found if deciders(one)]


def mine(user: Person) -> list[Proposal]:
    """What this person proposed, newest first."""
    return list(access.proposals(user).filter(proposed_by_id=user.pk)[:MOST])


def agreed_by(proposal: Proposal) -> bool:
    """Whether an office elsewhere may be asked to agree to this."""
    return bool(settings.OFFICE.agreeing) and proposal.state == Proposal.State.WAITING


def seen(proposal: Proposal) -> str:
    """A mark of what a page showed: whoever agrees hands it back, and agrees to nothing that they did not see."""
    newest = Entry.objects.order_by("-index").filter(about__in={proposal.system, proposal.organisation} - {""}).first()
    return f"{newest.index if newest else -1}:{len(proposal.claim.get('claims', ()))}:{sorted(proposal.files.values())}"


def _signed(envelope: bytes) -> Part:
    opened = parse_envelope(envelope)
    statement = parse_statement(opened.payload)
    return Part(
        kind=statement.predicate_type,
        form="",
        signer=", ".join(line.keyid for line in opened.signatures),
        values=queries.plain_values(statement.predicate.to_json()),
        files=tuple((subject.name, subject.sha256) for subject in statement.carried),
        changes=(),
        after=None,
    )


def _own(one: dict[str, Any], files: dict[str, str]) -> Part:
    claim = read_claim(one["predicate"], one["fields"], "proposal")
    form, newest = str(claim.fields.get("form", "")), None
    found: tuple[Change, ...] = ()
    if claim.kind == RECORD and "record.json" in files and "record.json" in claim.files:
        newest = queries.newest_of(claim)
        today = queries.document(newest) if newest else {}
        then = json.loads(inbox.read(dict(one["subjects"])["record.json"]))
        found = tuple(_said(form, change) for change in changes(today, then))
    return Part(
        kind=claim.kind,
        form=form,
        signer="",
        values=queries.plain_values(claim.to_json()),
        files=tuple((name, digest) for name, digest in one["subjects"]),
        changes=found,
        after=newest,
    )


def _said(form: str, change: Change) -> Change:
    label = import_string(settings.FIELD_LABEL)
    return Change(path=str(label(form, change.path)), before=change.before, after=change.after)
