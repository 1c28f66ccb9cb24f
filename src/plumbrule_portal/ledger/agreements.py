"""The second person may sit in another office: they sign a file that says exactly what would be published.

    proposal.json ─carried there, read, `plumbrule agree`→ agreement.dsse.json ─handed in here→ published

The agreement is a claim `record:1` of the form `agreement-1`. It counts if a key signed it that this log holds for an
organisation which `agreeing` in portal.toml names, and it becomes an entry of the log before what was agreed to.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

from django.conf import settings
from django.db import transaction

from plumbrule.errors import InputError
from plumbrule.evidence import Claim, Envelope, KeyRecord, parse_envelope, parse_statement
from plumbrule.evidence.claims import RECORD
from plumbrule_portal.accounts.trail import record
from plumbrule_portal.ledger import inbox, keyring, node, proposals
from plumbrule_portal.ledger.models import Entry, Proposal

SCHEMA, FORM, FILE = "plumbrule-proposal/1", "agreement-1", "proposal.json"


def text_of(proposal: Proposal) -> bytes:
    """What somebody elsewhere reads and signs: everything that would be published, by digest, and nothing about people."""
    document = {
        "schema": SCHEMA,
        "log": node.log_key().name,
        "proposal": f"proposal-{proposal.pk}",
        "kind": proposal.kind,
        "organisation": proposal.organisation,
        "system": proposal.system,
        "claims": proposal.claim.get("claims", []),
        "envelopes": [hashlib.sha256(text.encode()).hexdigest() for text in proposal.envelopes],
        "files": proposal.files,
    }
    return json.dumps(document, sort_keys=True, indent=1).encode()


def accept(proposal: Proposal, raw: bytes, now: datetime) -> Entry:
    """Publish a proposal because somebody in another office agreed to it.

    Raises:
        UnreadableError: no signed agreement.
        InputError: it agrees to something else; nobody whose agreement counts here signed it; the proposal waits no
            longer, or has to wait for an answer.
    """
    text = text_of(proposal)
    envelope = parse_envelope(raw)
    _check_said(envelope, proposal, text)
    party = _second(envelope, proposal).party
    with transaction.atomic():
        found = proposals.locked(proposal, Proposal.State.WAITING)
        if text_of(found) != text or (found.public_from is not None and found.public_from > now):
            raise InputError(
                "the proposal changed, or the party assessed may still answer.", expected="one that can be published."
            )
        inbox.keep({FILE: text})
        found.envelopes = [raw.decode(), *found.envelopes]
        found.files = found.files | {f"agreed-{FILE}": hashlib.sha256(text).hexdigest()}
        found.decided = now
        record(None, "agreed in another office", f"proposal/{found.pk}/{party}", now)
        entry = proposals.publish(found)
    proposal.refresh_from_db()
    return entry


def _check_said(envelope: Envelope, proposal: Proposal, text: bytes) -> None:
    statement = parse_statement(envelope.payload)
    claim, subjects = statement.predicate, {subject.name: subject.sha256 for subject in statement.carried}
    good = isinstance(claim, Claim) and claim.kind == RECORD and claim.fields["form"] == FORM
    if not good or subjects != {FILE: hashlib.sha256(text).hexdigest()}:
        raise InputError(
            f"this is no agreement to proposal {proposal.pk} as it stands now.",
            expected="an agreement to the very file that this page hands out.",
            cure="hand the file out again, and have it signed again.",
        )


def _second(envelope: Envelope, proposal: Proposal) -> KeyRecord:
    """The key whose signature makes the second person: of another organisation than any that signed what is proposed."""
    keys, here = keyring.keyring(), keyring.size()
    signers = [] if keys is None else [one for one in keys.keys if one.counts_at(here) and envelope.signed_by(one.key)]
    proposed = [parse_envelope(text.encode()) for text in proposal.envelopes]
    first = set() if keys is None else {one.party for one in keys.keys for made in proposed if made.signed_by(one.key)}
    for one in signers:
        if RECORD in one.predicates and one.party in settings.OFFICE.agreeing and one.party not in first:
            return one
    raise InputError(
        "nobody whose agreement counts here signed this.",
        expected=f"a key on record of one of: {', '.join(settings.OFFICE.agreeing) or 'nobody; see `agreeing` in portal.toml'}.",
        cure="have another office sign it, or let another person here agree.",
    )
