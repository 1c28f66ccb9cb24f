"""Things of city-x that belong to a stranger, and what an address that names one of them has to be given."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

from portal_made import CREATED, publish_loans
from portal_people import NOW, person, visitor
from purchase_made import purchase_arguments

from plumbrule.evidence.claims import RECORD, Claim

LATE = NOW + timedelta(days=400)
COMMON = {
    "slug": "loans",
    "index": 1,
    "entry": 1,
    "secret": "x",
    "digest": "0" * 64,
    "path": "checkpoint",
    "name": "x",
    "day": "2026-11-21",
    "label": "known-data",
}
"""What an argument is where nothing else is said: the system `loans`, the second entry."""


def things() -> dict[str, dict[str, Any]]:
    """Make them. Returns arguments by the name of an address, or by how its name begins; `""` for all others."""
    publish_loans()
    stranger = person("stranger", "focal-point", organisation="city-x")
    visitor(stranger)
    made = {"": COMMON, "organisation": {"slug": "city-x"}}
    return {**made, **_proposals(stranger), **_people(stranger), **_drafts(), **purchase_arguments(stranger)}


def arguments(name: str, pattern: str, known: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The arguments of an address: those of the longest beginning of its name that says something, else the common ones."""
    found = {}
    for one in re.findall(r"<(?:\w+:)?(\w+)>", pattern):
        fitting = [start for start in known if name.removeprefix("api-1:").startswith(start) and one in known[start]]
        assert fitting, f"{name}: say in tests/portal/access_things.py what <{one}> may be"
        found[one] = known[max(fitting, key=len)][one]
    return found


def _proposals(stranger: Any) -> dict[str, dict[str, Any]]:
    from plumbrule_portal.ledger.models import Proposal
    from plumbrule_portal.ledger.proposals import propose
    from plumbrule_portal.systems.models import Assessment

    said = {"form": "organisation-1", "record": "city-x", "system": None, "party": "city-x", "previous": None}
    claim = Claim(kind=RECORD, fields={**said, "created": CREATED, "files": ("record.json",)})
    files = {"record.json": json.dumps({"names": {"en": "X"}}).encode()}
    one = propose("record", "X", claim=claim, files=files, by=stranger, organisation="city-x", now=NOW)
    about = {"title": "F", "organisation": "city-x", "proposed": NOW, "public_from": LATE, "state": "taken-back"}
    finding = Proposal.objects.create(kind="assessment", **about)
    row = {"system": "loans", "name": "x", "title": "x", "profile": "x", "signer": "x", "created": NOW}
    Assessment.objects.create(entry=1, **row)
    number = {"number": finding.pk}
    return {"proposal": {"number": one.pk}, "waiting-finding": number, "no-more-time": number}


def _people(stranger: Any) -> dict[str, dict[str, Any]]:
    from plumbrule_portal.accounts.models import Invitation, Membership, Session
    from plumbrule_portal.ledger.models import Hold, Letter
    from plumbrule_portal.pages.models import Token

    member = Membership.objects.create(user=stranger, organisation="city-x", role="reporter")
    asked = Invitation.objects.create(organisation="city-x", role="reporter", asked_by=stranger, expires=LATE)
    token = Token.objects.create(secret_sha256="0" * 64, name="x", user=stranger, organisation="city-x", made=NOW, expires=LATE)
    hold = Hold.objects.create(system="loans", reason="R", asked_by=stranger, asked=NOW)
    letter = Letter.objects.create(key="x", language="en", subject="S", body="B", made=NOW, after=NOW)
    return {
        "people": {"number": asked.pk},
        "people-password": {"number": stranger.pk},
        "people-remove": {"number": member.pk},
        "session": {"number": Session.objects.get(user=stranger).pk},
        "token": {"number": token.pk},
        "letter": {"number": letter.pk},
        "hold": {"number": hold.pk},
    }


def _drafts() -> dict[str, dict[str, Any]]:
    from plumbrule_portal.systems.models import Draft
    from plumbrule_portal.systems.record import questionnaires, read_form

    Draft.objects.create(slug="new", organisation="city-x", language="en", form="system-1", changed=NOW)
    new = {"slug": "new", "part": read_form("system-1").sections[0].id}
    return {"begin-about": {"form": questionnaires()[0]}, "draft": new, "propose": new, "drop": new, "write": new}
