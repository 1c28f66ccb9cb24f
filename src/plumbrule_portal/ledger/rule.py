"""Whether one person may publish alone: what `portal.toml` says, said in the log before anything can follow from it."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from django.conf import settings
from django.db import transaction

from plumbrule.evidence.claims import RECORD, Claim
from plumbrule_portal.accounts.models import Act, User
from plumbrule_portal.accounts.trail import record
from plumbrule_portal.ledger import actions, node

OFF, ON = "two-person rule off", "two-person rule on"
NAME = "two-person-rule"


def settle(by: User | None, now: datetime) -> str:
    """Publish an act if the switch stands otherwise than the log says, and return it; a log that says nothing has two persons.

    At the start of a node, and before every agreement: inside the caller's transaction, so the act is in the log before what
    follows from it.
    """
    wanted = OFF if settings.OFFICE.alone else ON
    if said() == wanted:
        return ""
    document = {"act": wanted.replace(" ", "-"), "form": "act-1"}
    fields = {"form": "act-1", "record": NAME, "system": None, "party": node.signer().verifier.name, "previous": None}
    stamp = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    claim = Claim(kind=RECORD, fields={**fields, "created": stamp, "files": ("record.json",)})
    with transaction.atomic():
        entry = actions.publish(claim, {"record.json": json.dumps(document, sort_keys=True).encode()})
        record(by, wanted, f"entry/{entry.index}", now)
    return wanted


def said() -> str:
    """What was said last."""
    last = Act.objects.filter(what__in=(OFF, ON)).order_by("-pk").first()
    return last.what if last else ON
