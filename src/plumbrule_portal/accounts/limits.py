"""How often something may be done: counted in the database, so that several processes count together, without a third party.

A network address is never kept: what is counted is a keyed digest of it, and the row is deleted when its time is over.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest

from plumbrule_portal.accounts.models import Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """At most `most` times in each stretch of `seconds`."""

    name: str
    most: int
    seconds: int


QUARTER, DAY = 900, 86_400
PASSWORD_HERE = Limit(name="password-known-browser", most=10, seconds=QUARTER)
PASSWORD_ELSEWHERE = Limit(name="password-account", most=10, seconds=QUARTER)
PASSWORD_ADDRESS = Limit(name="password-address", most=50, seconds=QUARTER)
CODE = Limit(name="code", most=5, seconds=QUARTER)
CODE_DAY = Limit(name="code-day", most=50, seconds=DAY)
LINK = Limit(name="link", most=30, seconds=QUARTER)
FORMS = Limit(name="forms", most=300, seconds=300)


class TooOftenError(Exception):
    """It was done too often. `wait` is after how many seconds it may be tried again."""

    def __init__(self, wait: int) -> None:
        super().__init__(f"too often; again in {wait} s")
        self.wait = wait


def count(limit: Limit, who: str, now: datetime) -> None:
    """Count one more, before the thing is done, so that many at once do not slip through. Raises TooOftenError."""
    second = int(now.timestamp())
    slot, gone = divmod(second, limit.seconds)
    with transaction.atomic():
        row, new = Tally.objects.get_or_create(
            key=_key(limit, who),
            slot=slot,
            defaults={"count": 1, "until": datetime.fromtimestamp((slot + 1) * limit.seconds, UTC)},
        )
        if not new:
            Tally.objects.filter(pk=row.pk).update(count=F("count") + 1)
            row.refresh_from_db()
        else:
            Tally.objects.filter(until__lt=now).delete()
    if row.count > limit.most:
        raise TooOftenError(limit.seconds - gone)


def forget(limit: Limit, who: str) -> None:
    """Begin at nothing again: it went well."""
    Tally.objects.filter(key=_key(limit, who)).delete()


def address(request: HttpRequest) -> str:
    """The visitor's network address, as far as it can be believed: behind our own TLS server, what that one says last.

    Of an IPv6 address only the first 64 bits: the rest is the visitor's to choose.
    """
    found = request.META.get("REMOTE_ADDR", "")
    if settings.OFFICE.secure:
        found = request.headers.get("X-Forwarded-For", found).rpartition(",")[2].strip()
    try:
        parsed = ip_address(found)
    except ValueError:
        return "unknown"
    return str(int(parsed) >> 64) if isinstance(parsed, IPv6Address) else str(parsed)


def _key(limit: Limit, who: str) -> str:
    return hmac.new(str(settings.SECRET_KEY).encode(), f"{limit.name}\n{who}".encode(), sha256).hexdigest()
