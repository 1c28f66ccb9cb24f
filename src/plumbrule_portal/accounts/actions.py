"""Accounts are made, invited, changed, closed."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

from django.contrib.sessions.models import Session as Stored
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import CASCADE

from plumbrule.errors import InputError
from plumbrule_portal.accounts import access, queries
from plumbrule_portal.accounts.models import Invitation, Membership, Role, Session, User
from plumbrule_portal.accounts.trail import record

INVITED_FOR = timedelta(days=3)
TWO_PEOPLE = frozenset({Role.ADMINISTRATOR, Role.STEWARD})
"""Roles that two administrators give together: else one could invite themselves as the second person for everything."""


def invite(role: Role, now: datetime, organisation: str = "") -> str:
    """Make a link that works once, and return its secret, which is kept nowhere. For the first start."""
    secret = secrets.token_urlsafe(32)
    Invitation.objects.create(secret_sha256=_digest(secret), organisation=organisation, role=role, expires=now + INVITED_FOR)
    return secret


def ask(by: User, role: Role, organisation: str, whom: str, now: datetime) -> tuple[Invitation, str]:
    """Invite somebody to a role. Returns the invitation and its secret; the secret is empty while a second one must agree.

    While there is only one administrator, nobody could agree, and the invitation is good at once; the trail says so.
    Raises PermissionDenied.
    """
    access.demand(by, organisation, Role.ADMINISTRATOR)
    waits = role in TWO_PEOPLE and queries.administrators(organisation).exclude(pk=by.pk).exists()
    secret = "" if waits else secrets.token_urlsafe(32)
    with transaction.atomic():
        made = Invitation.objects.create(
            secret_sha256=_digest(secret) if secret else None,
            organisation=organisation,
            role=role,
            whom=whom[:200],
            asked_by=by,
            expires=now + INVITED_FOR,
        )
        Invitation.objects.filter(expires__lt=now).update(whom="")
        what = "asked to invite" if waits else "invited alone" if role in TWO_PEOPLE else "invited"
        record(by, what, _named(made), now)
    return made, secret


def password_link(user: User, by: User, now: datetime) -> str:
    """A link by which somebody who forgot the password chooses a new one; returns its secret. Earlier links end.

    For administrators of the register. It opens no second factor, so it is no way into a steward's account. Raises
    PermissionDenied.
    """
    access.demand(by, access.NODE, Role.ADMINISTRATOR)
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        Invitation.objects.filter(resets=user, used=None).update(expires=now)
        record(by, "gave a link for a new password", f"person/{user.pk}", now)
        Invitation.objects.create(secret_sha256=_digest(secret), resets=user, asked_by=by, expires=now + INVITED_FOR)
    return secret


def new_password(found: Invitation, password: str, now: datetime) -> None:
    """Choose a new password by a link. Every browser is signed out. Raises InputError if the link was used meanwhile."""
    user = found.resets
    if user is None or not user.is_active:
        raise InputError("this link is for no password.", expected="a link for a new password.")
    with transaction.atomic():
        _use(found, now)
        change_password(user, password, now)
        Stored.objects.filter(session_key__in=user.sessions.values("key")).delete()
        user.sessions.all().delete()


def agree_to_invite(found: Invitation, by: User, now: datetime) -> str:
    """The second administrator agrees; returns the secret of the link. Raises PermissionDenied, InputError."""
    access.demand(by, found.organisation, Role.ADMINISTRATOR)
    if found.asked_by_id == by.pk:
        raise PermissionDenied
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        waiting = Invitation.objects.filter(pk=found.pk, secret_sha256=None, used=None, expires__gt=now)
        if not waiting.update(secret_sha256=_digest(secret), agreed_by=by, expires=now + INVITED_FOR):
            raise InputError("this invitation waits no longer.", expected="one that waits for a second administrator.")
        record(by, "agreed to invite", _named(found), now)
    return secret


def cancel(found: Invitation, by: User, now: datetime) -> None:
    """Make an invitation worthless. Raises PermissionDenied."""
    access.demand(by, found.organisation, Role.ADMINISTRATOR)
    with transaction.atomic():
        record(by, "cancelled an invitation", _named(found), now)
        Invitation.objects.filter(pk=found.pk, used=None).update(expires=now, whom="")


def invitation(secret: str, now: datetime) -> Invitation | None:
    """The invitation behind a secret, if it is unused and not too old."""
    return Invitation.objects.filter(secret_sha256=_digest(secret), used=None, expires__gt=now).first()


def accept(found: Invitation, fields: dict[str, Any], now: datetime) -> User:
    """Make the account that an invitation is for, and use the invitation up.

    The first administrator of a node is steward as well: somebody must publish before there are others.
    Raises InputError if the link was used meanwhile, or the address has an account already.
    """
    with transaction.atomic():
        _use(found, now)
        first = not queries.administrators(access.NODE).exists()
        if User.objects.filter(email=fields["email"].lower()).exists():
            raise InputError("this address has an account.", expected="another one.", cure="sign in, then open the link.")
        language = str(fields.get("language", "en"))
        user = User.objects.create_user(fields["email"], fields["password"], name=fields["name"], language=language)
        _give(user, found, now)
        if first:
            Membership.objects.get_or_create(user=user, organisation=access.NODE, role=Role.STEWARD)
            record(user, "first account", f"person/{user.pk}/{Role.STEWARD}", now)
    return user


def take_role(found: Invitation, user: User, now: datetime) -> None:
    """Add the role of an invitation to somebody's account, and use the invitation up. Raises InputError, PermissionDenied."""
    if found.asked_by_id == user.pk and found.agreed_by_id is None and found.role in TWO_PEOPLE:
        raise PermissionDenied
    with transaction.atomic():
        _use(found, now)
        _give(user, found, now)


def remove_role(found: Membership, by: User, now: datetime) -> None:
    """Take a role away. Raises PermissionDenied; InputError for the last administrator of the node."""
    access.demand(by, found.organisation, Role.ADMINISTRATOR)
    with transaction.atomic():
        if found.role == Role.ADMINISTRATOR and found.organisation == access.NODE:
            _keep_one(found.user)
        record(by, "took a role away", f"person/{found.user_id}/{found.role}", now)
        found.delete()


def change_password(user: User, password: str, now: datetime) -> None:
    """A new password. Every other browser is signed out."""
    with transaction.atomic():
        user.set_password(password)
        user.save(update_fields=["password"])
        record(user, "changed the password", f"person/{user.pk}", now)


def end_session(found: Session, now: datetime) -> None:
    """Sign a browser out."""
    with transaction.atomic():
        record(found.user, "ended a session", f"person/{found.user_id}", now)
        Stored.objects.filter(session_key=found.key).delete()
        found.delete()


def close(user: User, now: datetime) -> None:
    """Close an account: name, address, password, telephone, sessions and roles go; a number stays, for the trail.

    What the person published stays. Raises InputError for the last administrator of the node.
    """
    with transaction.atomic():
        _keep_one(user)
        record(user, "closed the account", f"person/{user.pk}", now)
        Stored.objects.filter(session_key__in=user.sessions.values("key")).delete()
        _forget(user)
        Invitation.objects.filter(asked_by=user, used=None).update(expires=now, whom="")
        user.email, user.name, user.is_active, user.last_login = f"closed-{user.pk}@account.invalid", "", False, None
        user.set_unusable_password()
        user.save()


def _forget(user: User) -> None:
    """Delete whatever is the person's own in any app: every row that would go if the account's row went."""
    for related in User._meta.related_objects:
        if related.on_delete is CASCADE:
            related.related_model._default_manager.filter(**{related.field.name: user}).delete()


def _use(found: Invitation, now: datetime) -> None:
    live = Invitation.objects.filter(pk=found.pk, used=None, expires__gt=now)
    if not live.update(used=now, whom=""):
        raise InputError("this link was used.", expected="a link that works once.", cure="ask for a new one.")


def _give(user: User, found: Invitation, now: datetime) -> None:
    Membership.objects.get_or_create(user=user, organisation=found.organisation, role=found.role)
    record(user, "took a role", _named(found), now)


def _named(found: Invitation) -> str:
    return f"invitation/{found.pk}/{found.role}"


def _keep_one(user: User) -> None:
    others = queries.administrators(access.NODE).exclude(pk=user.pk)
    if queries.administrators(access.NODE).filter(pk=user.pk).exists() and not others.exists():
        raise InputError(
            "nobody else is administrator of this register.",
            expected="another administrator.",
            cure="invite one first; after that this works.",
        )


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
