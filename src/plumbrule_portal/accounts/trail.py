"""The audit trail: who did what, when, on what. Private; it is committed to the log in batches (`ledger.trail`).

Each act has a salt of its own, so that one can be shown to somebody later, and proved, without the others.
"""

from __future__ import annotations

import json
import secrets
from datetime import UTC, datetime

from django.utils.translation import gettext_noop

from plumbrule.evidence.salted import PREFIX, commitment_of, make_opening
from plumbrule.evidence.tree import leaf_hash
from plumbrule_portal.accounts.models import Act, User


def record(by: User | None, what: str, on: str, now: datetime) -> Act:
    """Note an act, in the same transaction as the act itself.

    Args:
        by: the person; None for what the node does by itself.
        what: the act, in two or three English words of ours, never a text that somebody typed.
        on: what it was done on, as kind/number.
        now: the time.
    """
    return Act.objects.create(who=by.pk if by else None, what=what, on=on, when=now, salt=secrets.token_hex(32))


def content_of(act: Act) -> bytes:
    """What is committed to of an act: canonical JSON, of numbers and words of ours."""
    when = act.when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    document = {"on": act.on, "what": act.what, "when": when, "who": act.who}
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()


def leaf_of(act: Act) -> bytes:
    """The leaf of an act in the trail's tree: the hash (RFC 6962) of its salted commitment's 32 bytes."""
    commitment = commitment_of(make_opening(content_of(act), bytes.fromhex(act.salt)))
    return leaf_hash(bytes.fromhex(commitment.removeprefix(PREFIX)))


WORDS = (
    gettext_noop("signed in"),
    gettext_noop("took a second factor"),
    gettext_noop("made recovery codes"),
    gettext_noop("used a recovery code"),
    gettext_noop("changed the password"),
    gettext_noop("ended a session"),
    gettext_noop("closed the account"),
    gettext_noop("first account"),
    gettext_noop("invited"),
    gettext_noop("invited alone"),
    gettext_noop("asked to invite"),
    gettext_noop("agreed to invite"),
    gettext_noop("cancelled an invitation"),
    gettext_noop("gave a link for a new password"),
    gettext_noop("took a role"),
    gettext_noop("took a role away"),
    gettext_noop("proposed"),
    gettext_noop("agreed"),
    gettext_noop("agreed in another office"),
    gettext_noop("sent back"),
    gettext_noop("took back"),
    gettext_noop("answered"),
    gettext_noop("needs no more time"),
    gettext_noop("published when its time came"),
    gettext_noop("two-person rule off"),
    gettext_noop("two-person rule on"),
)
"""The acts of accounts and proposals, for the tools of gettext; other apps add words of their own."""
