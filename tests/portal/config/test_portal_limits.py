"""Whoever has no account can send only so much: every address that takes a form or a pack from strangers, found by asking."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from access_things import arguments, things
from portal_people import NOW

WITHOUT_ACCOUNT = {"sign-in", "sign-out", "start", "submit"}
"""What strangers may send to. Nothing here asks for free text, so none has a trap for machines; `supply…` needs a secret link.

A new name here is a decision: a form that anybody may fill in with words of their own needs a trap and a limit of its own.
"""


def open_to_strangers() -> Iterator[tuple[str, str]]:
    """Every address that takes a POST without an account, by its declared rule and by asking: name and address."""
    from django.test import Client
    from django.urls import reverse
    from test_portal_access import addresses

    from plumbrule_portal.accounts.access import Need, rule_of

    known, client = things(), Client(SERVER_NAME="127.0.0.1")
    for name, view, pattern in addresses():
        rule = rule_of(view)
        if rule is None or rule.need not in {Need.NOTHING, Need.TOKEN} or pattern.startswith("^"):
            continue
        address = reverse(name, kwargs=arguments(name, pattern, known))
        if client.post(address).status_code != 405:
            yield name, address


@pytest.fixture
def strangers(node: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Those addresses, found without being counted."""
    from plumbrule_portal.accounts.models import Tally

    monkeypatch.syspath_prepend(str(Path(__file__).parents[1]))
    found = dict(open_to_strangers())
    Tally.objects.all().delete()
    return found


def full(client_address: str) -> None:
    """Somebody at this network address has sent as many forms as anybody may."""
    from django.test import RequestFactory
    from django.utils import timezone

    from plumbrule_portal.accounts import limits
    from plumbrule_portal.accounts.models import Tally

    request = RequestFactory().get("/", REMOTE_ADDR=client_address)
    limits.count(limits.FORMS, limits.address(request), timezone.now())
    Tally.objects.update(count=limits.FORMS.most)


def test_strangers_send_only_where_somebody_decided_so(strangers: dict[str, str]) -> None:
    """By hand: signing in and out, the link that makes an account, packs, a supplier's secret link, programs with a token."""
    by_secret_or_token = {name for name in strangers if name.startswith(("supply", "api-1:"))}
    assert strangers.keys() - by_secret_or_token == WITHOUT_ACCOUNT
    assert len(strangers) > 4


def test_each_of_them_says_when_it_is_too_often(strangers: dict[str, str]) -> None:
    """After so many forms from one network address each answers 429 with the time to wait; pages are still read."""
    from django.test import Client

    full("192.0.2.7")
    one = Client(SERVER_NAME="127.0.0.1", REMOTE_ADDR="192.0.2.7")
    other = Client(SERVER_NAME="127.0.0.1", REMOTE_ADDR="198.51.100.9")
    for name, address in strangers.items():
        answer = one.post(address)
        assert answer.status_code == 429 and 0 < int(answer["Retry-After"]) <= 300, name
        assert other.post(address).status_code != 429, name
    assert one.get("/systems").status_code == 200


def test_behind_a_tls_server_each_sender_counts_alone(node: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All requests come from the server before us: it is the address that it names last that counts."""
    from django.conf import settings
    from django.test import RequestFactory

    from plumbrule_portal.accounts import limits

    def sender(named: str) -> str:
        return limits.address(RequestFactory().get("/", REMOTE_ADDR="127.0.0.1", headers={"X-Forwarded-For": named}))

    assert sender("192.0.2.7") == sender("198.51.100.9"), "without a TLS server nobody may name an address for themselves"
    monkeypatch.setattr(settings, "OFFICE", replace(settings.OFFICE, secure=True))
    assert sender("192.0.2.7") != sender("198.51.100.9")
    assert sender("203.0.113.1, 192.0.2.7") == sender("192.0.2.7"), "only the last one was written by our own server"
    assert sender("2001:db8::1") == sender("2001:db8::ffff"), "of IPv6, the network"


def test_what_was_counted_is_forgotten(node: Path) -> None:
    """No network address lies in the database, and a count is deleted when its time is over."""
    from datetime import timedelta

    from plumbrule_portal.accounts import limits
    from plumbrule_portal.accounts.models import Tally

    limits.count(limits.FORMS, "192.0.2.7", NOW)
    assert "192.0.2.7" not in Tally.objects.get().key
    limits.count(limits.FORMS, "198.51.100.9", NOW + timedelta(days=1))
    assert Tally.objects.count() == 1
