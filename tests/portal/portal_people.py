"""People for tests of the portal: an account with roles, and a browser in which it is signed in, with the second factor."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import unescape
from typing import Any

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
PASSWORD = "seven green apples fall"


def person(name: str, *roles: str, organisation: str = "") -> Any:
    """An account with these roles for an organisation; "" is the node itself. Role names are those of `accounts.models.Role`."""
    from plumbrule_portal.accounts.models import Membership, User

    user, _ = User.objects.get_or_create(email=f"{name}@example.org", defaults={"name": name.title(), "password": "!"})
    for role in roles:
        Membership.objects.get_or_create(user=user, organisation=organisation, role=role)
    return user


def visitor(user: Any = None, *, second_factor: bool = True) -> Any:
    """A browser in which this person is signed in; without the second factor if that is asked; without anybody for None."""
    from django.test import Client

    client = Client(SERVER_NAME="127.0.0.1", headers={"Accept-Language": "en"})
    if user is None:
        return client
    client.force_login(user)
    if second_factor:
        from django_otp import DEVICE_ID_SESSION_KEY
        from django_otp.plugins.otp_totp.models import TOTPDevice

        device, _ = TOTPDevice.objects.get_or_create(user=user, name="test", defaults={"confirmed": True})
        session = client.session
        session[DEVICE_ID_SESSION_KEY] = device.persistent_id
        session.save()
    return client


def agree(client: Any, address: str) -> Any:
    """The second person reads a proposal and presses the button on its page."""
    seen = re.search(r'name="seen" value="([^"]*)"', client.get(address).content.decode())
    assert seen is not None
    return client.post(f"{address}/agree", {"seen": unescape(seen[1])})
