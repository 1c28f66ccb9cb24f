"""What is done with a pack that came in: it is checked, put before the party assessed, answered, published."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from plumbrule.evidence.claims import RECORD, Claim
from plumbrule.pipeline.arrival import Arrival, RegisteredKey
from plumbrule_portal.ledger import keyring, proposals, queries_holds
from plumbrule_portal.ledger.models import Kind, Proposal
from plumbrule_portal.ledger.sweeping import is_over
from plumbrule_portal.systems.models import System
from plumbrule_portal.systems.pack import OWN_FILES, SHOWN_AS
from plumbrule_portal.systems.submissions import check
from plumbrule_portal.systems.submissions.models import Submission


def receive(files: Mapping[str, bytes], now: datetime) -> Submission:
    """Check a pack that came in, and put it before the party assessed; what is refused is kept with its reasons only.

    Args:
        files: name to bytes, as they came.
        now: the time.
    """
    found = check.check_bytes(files, registered())
    reasons = found.reasons or check.check_register(found)
    if reasons:
        return _kept(Submission.State.REFUSED, found, now, reasons=[asdict(reason) for reason in reasons])
    with transaction.atomic():
        known = check.waiting(str(found.facts["envelope"]))
        return known or _kept(Submission.State.ACCEPTED, found, now, proposal=_propose(files, found, now))


def registered() -> tuple[RegisteredKey, ...]:
    """Every key on record here, as it stands for the next entry of this log."""
    keys, position = keyring.keyring(), keyring.size()
    if keys is None:
        return ()
    return tuple(
        RegisteredKey(
            key=str(record.key),
            party=record.party,
            standing="counts" if record.counts_at(position) else record.standing(position).value,
            predicates=record.predicates,
            systems=record.systems,
        )
        for record in keys.keys
    )


def forget(now: datetime) -> int:
    """Delete what is kept of packs that came to nothing, after their time; nothing of a system on hold. Returns how many."""
    end = now - timedelta(days=settings.OFFICE.keep_refused_days)
    refused = Submission.objects.filter(state=Submission.State.REFUSED, came__lt=end)
    over = Submission.objects.filter(proposal__in=Proposal.objects.filter(is_over(now)))
    held = queries_holds.held_systems(now)
    old = [one.pk for one in (*refused, *over) if one.facts.get("system") not in held]
    return Submission.objects.filter(pk__in=old).delete()[0]


def _propose(files: Mapping[str, bytes], found: Arrival, now: datetime) -> Proposal:
    """One proposal for all of it: the plan, the assessment, and the files with which both are checked."""
    system = System.objects.select_related("organisation").get(slug=found.facts["system"])
    kept = {SHOWN_AS.get(name, name): raw for name, raw in files.items()}
    pack = Claim(kind=RECORD, fields=_pack(found.facts, tuple(sorted(set(kept) & set(OWN_FILES))), now))
    return proposals.propose(
        Kind.ASSESSMENT,
        str(found.facts["title"]),
        claim=pack,
        envelopes=[files[name] for name in ("plan.dsse.json", "assessment.dsse.json") if name in files],
        files=kept,
        by=None,
        now=now,
        organisation=system.organisation.slug,
        system=system.slug,
        public_from=now + timedelta(days=settings.OFFICE.reply_days),
    )


def _pack(facts: Mapping[str, Any], files: tuple[str, ...], now: datetime) -> dict[str, Any]:
    return {
        "form": "pack-1",
        "record": facts["assessment"],
        "system": facts["system"],
        "party": None,
        "previous": None,
        "created": stamp(now),
        "files": files,
    }


def stamp(now: datetime) -> str:
    """A time as claims say it."""
    return now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _kept(state: str, found: Arrival, now: datetime, **more: Any) -> Submission:
    return Submission.objects.create(
        name=secrets.token_urlsafe(24),
        state=state,
        came=now,
        envelope=found.facts.get("envelope", ""),
        facts=dict(found.facts),
        **more,
    )
