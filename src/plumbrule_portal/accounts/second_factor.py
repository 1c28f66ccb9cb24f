"""The second factor: six digits from a telephone (TOTP, RFC 6238), and ten recovery codes for a day without it."""

from __future__ import annotations

import base64
import hashlib
import io
import re
import secrets
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

import segno
from django.conf import settings
from django.db import transaction
from django_otp.plugins.otp_totp.models import TOTPDevice

from plumbrule_portal.accounts import limits
from plumbrule_portal.accounts.models import RecoveryCode, User
from plumbrule_portal.accounts.trail import record

CODES = 10
NAME = "app"


def device_of(user: User) -> Any:
    """The person's telephone, once they have shown that it works; None before."""
    return TOTPDevice.objects.filter(user=user, confirmed=True).first()


def enrol(user: User) -> Any:
    """A telephone that is not shown to work yet; the same one until it is."""
    return TOTPDevice.objects.get_or_create(user=user, confirmed=False, defaults={"name": NAME})[0]


def secret_of(device: Any) -> str:
    """Its secret as an app takes it, in groups of four."""
    plain = base64.b32encode(device.bin_key).decode().rstrip("=")
    return " ".join(re.findall(".{1,4}", plain))


def address_of(device: Any) -> str:
    """The otpauth address that an app reads from the picture."""
    issuer = settings.OFFICE.name.replace(":", " ")
    wanted = {"secret": secret_of(device).replace(" ", ""), "issuer": issuer, "digits": device.digits, "period": device.step}
    return f"otpauth://totp/{quote(issuer)}:{quote(device.user.email)}?{urlencode(wanted, quote_via=quote)}"


def picture_of(device: Any) -> str:
    """The address as an SVG of squares, of ours from first to last sign: it holds no text of anybody."""
    raw = io.BytesIO()
    code = segno.make(address_of(device), error="m", micro=False)
    code.save(raw, kind="svg", scale=4, border=4, dark="#000", light="#fff", xmldecl=False, svgclass=None, lineclass=None)
    return raw.getvalue().decode()


def confirm(user: User, token: str, now: datetime) -> list[str]:
    """Take a telephone into use, and return the recovery codes, which are shown once; empty if the digits are wrong.

    Whoever had another telephone before has it no more. Raises TooOftenError.
    """
    _count(user, now)
    device = enrol(user)
    if not _holds(device, token):
        return []
    with transaction.atomic():
        TOTPDevice.objects.filter(user=user, confirmed=True).delete()
        device.confirmed = True
        device.save()
        record(user, "took a second factor", f"person/{user.pk}", now)
        return _new_codes(user)


def new_codes(user: User, now: datetime) -> list[str]:
    """Ten new recovery codes; the old ones work no more."""
    with transaction.atomic():
        record(user, "made recovery codes", f"person/{user.pk}", now)
        return _new_codes(user)


def show(user: User, token: str, now: datetime) -> Any:
    """The device that counts as shown, if the digits or a recovery code are right, else None. Raises TooOftenError."""
    device = device_of(user)
    if device is None:
        return None
    typed = _plain(token)
    if len(typed) == 16:
        return device if _use_code(user, typed, now) else None
    _count(user, now)
    if not _holds(device, typed):
        return None
    limits.forget(limits.CODE, str(user.pk))
    return device


def left(user: User) -> int:
    """How many recovery codes are unused."""
    return RecoveryCode.objects.filter(user=user, used=None).count()


def _count(user: User, now: datetime) -> None:
    limits.count(limits.CODE_DAY, str(user.pk), now)
    limits.count(limits.CODE, str(user.pk), now)


def _holds(device: Any, token: str) -> bool:
    with transaction.atomic():
        held = TOTPDevice.objects.select_for_update().get(pk=device.pk)
        good = bool(held.verify_token(_plain(token)))
    device.refresh_from_db()
    return good


def _use_code(user: User, typed: str, now: datetime) -> bool:
    limits.count(limits.LINK, f"code {user.pk}", now)
    used = RecoveryCode.objects.filter(user=user, used=None, sha256=_digest(user, typed)).update(used=now)
    if used:
        record(user, "used a recovery code", f"person/{user.pk}", now)
    return bool(used)


def _new_codes(user: User) -> list[str]:
    RecoveryCode.objects.filter(user=user).delete()
    codes = [base64.b32encode(secrets.token_bytes(10)).decode() for _ in range(CODES)]
    RecoveryCode.objects.bulk_create(RecoveryCode(user=user, sha256=_digest(user, _plain(code))) for code in codes)
    return [" ".join(re.findall(".{4}", code)) for code in codes]


def _plain(token: str) -> str:
    return re.sub(r"[\s-]", "", token).lower()


def _digest(user: User, code: str) -> str:
    return hashlib.sha256(f"{user.pk}\n{code}".encode()).hexdigest()
