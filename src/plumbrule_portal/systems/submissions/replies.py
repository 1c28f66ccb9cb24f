"""What is done by the party assessed: it answers, before publication and at any later time, or needs no more time."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext

from plumbrule.evidence.claims import RECORD, Claim
from plumbrule_portal.accounts.models import User
from plumbrule_portal.ledger import inbox, proposals
from plumbrule_portal.ledger.models import Entry, Kind, Proposal
from plumbrule_portal.systems.models import Assessment, System
from plumbrule_portal.systems.submissions import access
from plumbrule_portal.systems.submissions.actions import stamp

FILE = "record.json"


def answer(proposal: Proposal, texts: Mapping[str, str], by: User, now: datetime) -> None:
    """Attach an answer that is published with the assessment; no text takes it away again.

    Raises:
        PermissionDenied: this person does not speak for the party assessed.
        InputError: the time to answer before publication is over.
    """
    if not access.may_answer(by, proposal.organisation):
        raise PermissionDenied
    said = {code: text for code, text in texts.items() if text}
    if not said:
        proposals.attach(proposal, None, {}, by, now)
        return
    document = _document(envelope_of(proposal), proposal.organisation, said)
    claim = _claim(name_of(proposal), proposal.system, proposal.organisation, now)
    proposals.attach(proposal, claim, {FILE: document}, by, now)


def answer_later(found: Assessment, system: System, texts: Mapping[str, str], by: User, now: datetime) -> Proposal:
    """Propose an answer to a published assessment; another person of the organisation agrees. Raises PermissionDenied."""
    organisation = system.organisation.slug
    if not access.may_answer(by, organisation):
        raise PermissionDenied
    envelope = Entry.objects.get(index=found.entry).sha256
    return proposals.propose(
        Kind.RECORD,
        gettext("Answer to: %(title)s") % {"title": found.title},
        claim=_claim(found.name, system.slug, organisation, now),
        files={FILE: _document(envelope, organisation, texts)},
        by=by,
        now=now,
        organisation=organisation,
        system=system.slug,
    )


def need_no_more_time(proposal: Proposal, by: User, now: datetime) -> None:
    """Let the rest of the time go: it is published as soon as a second person agrees. Raises PermissionDenied."""
    if not access.may_answer(by, proposal.organisation):
        raise PermissionDenied
    proposals.need_no_more_time(proposal, by, now)


def attached(proposal: Proposal) -> dict[str, str]:
    """The answer that waits with a proposal, by language; empty if there is none."""
    if proposal.state not in {Proposal.State.WAITING, Proposal.State.REPLY} or FILE not in proposal.files:
        return {}
    found: dict[str, Any] = json.loads(inbox.read(proposal.files[FILE]))
    return dict(found["texts"])


def envelope_of(proposal: Proposal) -> str:
    """The SHA-256 of the assessment's envelope, the last that somebody else signed."""
    return hashlib.sha256(proposal.envelopes[-1].encode()).hexdigest()


def name_of(proposal: Proposal) -> str:
    """The id of the assessment, as the claim about its pack has it."""
    return str(proposal.claim["claims"][0]["fields"]["record"])


def _document(envelope: str, organisation: str, texts: Mapping[str, str]) -> bytes:
    said = {"assessment": envelope, "form": "reply-1", "organisation": organisation, "texts": dict(texts)}
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _claim(name: str, system: str, organisation: str, now: datetime) -> Claim:
    fields = {"form": "reply-1", "record": name, "system": system, "party": organisation, "previous": None}
    return Claim(kind=RECORD, fields={**fields, "created": stamp(now), "files": (FILE,)})
