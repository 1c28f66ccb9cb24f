"""Labels are given by two people, and renewed by the node for as long as what they rest on stands."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext

from plumbrule.errors import InputError
from plumbrule.evidence import Subject, make_statement, seal, write_statement
from plumbrule.evidence.claims import TRUST_LABEL, Claim
from plumbrule.evidence.reading import Json
from plumbrule_portal.accounts.models import User
from plumbrule_portal.accounts.trail import record
from plumbrule_portal.ledger import actions, node, proposals
from plumbrule_portal.ledger.access import may_propose
from plumbrule_portal.ledger.models import Entry, Kind, Proposal
from plumbrule_portal.systems.labels import queries
from plumbrule_portal.systems.labels.definitions import Definition, definition
from plumbrule_portal.systems.models import System
from plumbrule_portal.systems.submissions.actions import stamp

AHEAD = timedelta(days=10)
"""How long before its end a label is renewed: a node that stands still for a week loses none."""


def propose_label(system: System, label: str, by: User, now: datetime) -> Proposal:
    """Propose that a system carries a label, on the newest assessment that gives it.

    Raises:
        InputError: there is no such label, or no assessment that gives it.
        PermissionDenied: this person may not.
    """
    if not may_propose(by, Kind.LABEL, system.organisation.slug):
        raise PermissionDenied
    wanted = definition(label)
    found = None if wanted is None else queries.fitting(system, wanted, now.date())
    if wanted is None or found is None:
        raise InputError(
            f"no published assessment of {system.slug} gives the label {label[:60]}.",
            expected="one that stands and in which every finding that the label rests on is satisfied.",
        )
    claim, subject = _claim(system.slug, wanted, found.entry, now)
    title = gettext("Label %(label)s for %(system)s") % {"label": wanted.id, "system": system.slug}
    return proposals.propose(
        Kind.LABEL,
        title,
        claim=claim,
        files={},
        elsewhere=[subject],
        by=by,
        now=now,
        organisation=system.organisation.slug,
        system=system.slug,
    )


def renew_due(now: datetime) -> int:
    """Renew every label that ends soon and whose evidence stands; the others run out. For `tick`. Returns how many.

    The node signs by itself: two people gave the label, and nothing that it rests on has changed since.
    """
    renewed = 0
    for one in queries.running(now.date()):
        with transaction.atomic():
            renewed += _renewed(one, now)
    return renewed


def _renewed(one: queries.Standing, now: datetime) -> bool:
    label = one.label
    if label is None or label.until - now.date() > AHEAD or not _still_evidence(one, now.date()):
        return False
    claim, subject = _claim(one.system.slug, one.definition, label.evidence, now)
    envelope = seal(write_statement(make_statement([subject], claim)), [node.signer()])
    entry = actions.publish_envelopes([envelope])[0]
    record(None, "renewed a label", f"entry/{entry.index}", now)
    return True


def _still_evidence(one: queries.Standing, today: date) -> bool:
    """Not too old, and still the assessment that gives this label: definitions change, and newer assessments come."""
    found = queries.fitting(one.system, one.definition, today)
    return found is not None and one.label is not None and found.entry == one.label.evidence


def _claim(system: str, wanted: Definition, index: int, now: datetime) -> tuple[Claim, Subject]:
    entry = Entry.objects.get(index=index)
    fields: dict[str, Json] = {
        "system": system,
        "label": wanted.id,
        "evidence": {"envelope": entry.sha256, "log_index": index},
        "findings": tuple(sorted(wanted.requirements)),
        "from": now.date().isoformat(),
        "until": (now.date() + timedelta(days=wanted.days)).isoformat(),
        "created": stamp(now),
        "files": (),
    }
    return Claim(kind=TRUST_LABEL, fields=fields), Subject(name="assessment", sha256=entry.sha256)
