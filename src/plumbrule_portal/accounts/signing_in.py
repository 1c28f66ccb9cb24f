"""Signing in: a password, tried not too often.

Wrong passwords are counted for the account, for the network address, and apart from both for a browser in which the person
signed in before. So a stranger who tries passwords shuts out other strangers, for a quarter of an hour, and not the person.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

import django_otp
from django.contrib.auth import authenticate, update_session_auth_hash
from django.contrib.sessions.models import Session as Stored
from django.core import signing
from django.http import HttpRequest, HttpResponse

from plumbrule_portal.accounts import limits
from plumbrule_portal.accounts.models import Session, User
from plumbrule_portal.accounts.trail import record

COOKIE, SALT = "known", "accounts.known-browser"
KNOWN_FOR = 180 * 86_400


def try_password(request: HttpRequest, email: str, password: str, now: datetime) -> User | None:
    """The person whose password it is, or None. Raises TooOftenError before anything is tried."""
    email = email.strip().lower()
    known = _known(request, email)
    limit = (limits.PASSWORD_HERE, known) if known else (limits.PASSWORD_ELSEWHERE, email)
    if not known:
        limits.count(limits.PASSWORD_ADDRESS, limits.address(request), now)
    limits.count(*limit, now)
    user = authenticate(request, username=email, password=password)
    if not isinstance(user, User):
        return None
    limits.forget(*limit)
    record(user, "signed in", f"person/{user.pk}", now)
    return user


def remember(request: HttpRequest, response: HttpResponse, user: User, *, secure: bool) -> None:
    """Let this browser count as known to this person."""
    if _known(request, user.email):
        return
    value = signing.dumps([user.pk, secrets.token_hex(16)], salt=SALT)
    response.set_cookie(COOKIE, value, max_age=KNOWN_FOR, path="/account", secure=secure, httponly=True, samesite="Lax")


def show_second_factor(request: HttpRequest, device: object) -> None:
    """From now on this session counts with the second factor. It gets a new key, as with everything that raises rights."""
    old = request.session.session_key
    request.session.cycle_key()
    _renamed(request, old)
    django_otp.login(request, device)


def keep_signed_in(request: HttpRequest, user: User) -> None:
    """After a change of password: this browser stays signed in, every other one of the person does not."""
    old = request.session.session_key
    update_session_auth_hash(request, user)
    _renamed(request, old)
    for other in Session.objects.filter(user=user).exclude(key=request.session.session_key):
        Stored.objects.filter(session_key=other.key).delete()
        other.delete()


def _renamed(request: HttpRequest, old: str | None) -> None:
    Session.objects.filter(key=old or "").update(key=request.session.session_key)


def _known(request: HttpRequest, email: str) -> str:
    """What this browser is counted under for this account; empty for one that is not known."""
    try:
        found: Any = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=KNOWN_FOR)
    except signing.BadSignature:
        return ""
    user, nonce = found
    return str(nonce) if User.objects.filter(pk=user, email=email).exists() else ""
