"""Legal hold: a court, an authority or a quarrel asks that nothing about a system be deleted until further word.

    ask ─→ counts at once ─agree→ counts until lifted ─ask_to_lift→ … ─agree→ lifted, and `tick` deletes what is due
                └─ nobody agrees in fourteen days → ends by itself

Two stewards of the node each time, as with everything that binds the office; each step is an act of the audit trail. While
a hold counts, withdrawing still takes a file from the public, at once and at every mirror; but its bytes are kept in
DIR/held/<system>/<sha256>, where no page shows them.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext_noop

from plumbrule.errors import InputError
from plumbrule_portal.accounts.access import NODE, demand
from plumbrule_portal.accounts.models import Role, User
from plumbrule_portal.accounts.trail import record
from plumbrule_portal.ledger import queries_holds
from plumbrule_portal.ledger.models import Hold
from plumbrule_portal.ledger.rule import settle

ASKED, AGREED = gettext_noop("asked for a legal hold"), gettext_noop("agreed to a legal hold")
LIFTING, LIFTED = gettext_noop("asked to lift a legal hold"), gettext_noop("lifted a legal hold")


def ask(system: str, reason: str, by: User, now: datetime) -> Hold:
    """Hold everything about a system, from now on. Raises PermissionDenied; InputError: no such system, or no reason."""
    demand(by, NODE, Role.STEWARD)
    if not reason.strip() or not queries_holds.is_known(system):
        raise InputError(f"no reason, or nothing is kept about {system[:80]!r}.", expected="a system of this register, and why.")
    with transaction.atomic():
        made = Hold.objects.create(system=system, reason=reason.strip(), asked_by=by, asked=now)
        record(by, ASKED, _name(made), now)
    return made


def ask_to_lift(hold: Hold, reason: str, by: User, now: datetime) -> None:
    """Ask that a hold end. It counts until a second person agrees. Raises PermissionDenied, InputError."""
    demand(by, NODE, Role.STEWARD)
    with transaction.atomic():
        found = _locked(hold, now)
        if not reason.strip() or found.lift_asked is not None:
            raise InputError("no reason, or it was asked for already.", expected="a hold that nobody has asked to lift, and why.")
        found.lift_reason, found.lift_asked_by, found.lift_asked = reason.strip(), by, now
        found.save()
        record(by, LIFTING, _name(found), now)


def agree(hold: Hold, by: User, now: datetime) -> None:
    """The second person's yes: to the end of a hold if that was asked for, else to its lasting.

    Raises:
        PermissionDenied: no steward of the node, or the same person who asked, and the office is not of one.
        InputError: nothing waits for a second person.
    """
    demand(by, NODE, Role.STEWARD)
    with transaction.atomic():
        found = _locked(hold, now)
        ends = found.lift_asked is not None
        if not ends and found.agreed is not None:
            raise InputError("this hold waits for nobody.", expected="one that was asked for, or that somebody asked to lift.")
        first = found.lift_asked_by_id if ends else found.asked_by_id
        if first == by.pk and not settings.OFFICE.alone:
            raise PermissionDenied
        settle(by, now)
        if ends:
            found.lifted_by, found.lifted = by, now
        else:
            found.agreed_by, found.agreed = by, now
        found.save()
        record(by, LIFTED if ends else AGREED, _name(found), now)


def _locked(hold: Hold, now: datetime) -> Hold:
    found = queries_holds.in_force(now).select_for_update(of=("self",)).filter(pk=hold.pk).first()
    if found is None:
        raise InputError("this hold counts no longer.", expected="one that counts.", cure="ask for a new one.")
    return found


def _name(hold: Hold) -> str:
    return f"hold/{hold.pk}/{hold.system}"
