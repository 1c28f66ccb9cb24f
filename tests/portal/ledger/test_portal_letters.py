"""Letters reach a real mail server, once for each occasion, in the reader's language; else they wait to be printed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from portal_people import NOW, person
from site_made import free_port


class Kept:
    """What a mail server took. It refuses addresses at refuse.example."""

    def __init__(self) -> None:
        self.mails: list[tuple[list[str], bytes]] = []

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        """Take or refuse an address."""
        if address.endswith("@refuse.example"):
            return "450 not now"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Keep a mail."""
        self.mails.append((envelope.rcpt_tos, envelope.content))
        return "250 OK"


@pytest.fixture
def mail(node: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kept]:
    """A real SMTP server on this machine, and an office that uses it."""
    controller = pytest.importorskip("aiosmtpd.controller")
    from django.conf import settings

    kept, port = Kept(), free_port()
    server = controller.Controller(kept, hostname="127.0.0.1", port=port)
    server.start()
    office = replace(settings.OFFICE, mail_host="127.0.0.1", mail_port=port, mail_from="register@ministry.example")
    for name, value in {"OFFICE": office, "EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": port, "EMAIL_USE_TLS": False}.items():
        monkeypatch.setattr(settings, name, value)
    yield kept
    server.stop()


def proposed(title: str = "City of Y <b>&") -> Any:
    """Something that waits for a second person."""
    from test_portal_proposals import record_claim

    from plumbrule_portal.ledger.proposals import propose

    claim, files = record_claim()
    ada = person("ada", "focal-point", organisation="city-y")
    return propose("record", title, claim=claim, files=files, by=ada, organisation="city-y", now=NOW)


def test_a_second_person_is_written_to_once_in_their_language(mail: Kept) -> None:
    """Two rounds of `tick` send one mail, plain text, with the address of the page."""
    from plumbrule_portal.ledger import letters, occasions

    ben = person("ben", "steward")
    proposal = proposed()
    assert occasions.write_due(NOW) == 1
    assert letters.send_due(NOW) == (1, 0)
    assert occasions.write_due(NOW) == 0
    assert letters.send_due(NOW) == (0, 0)
    ((to, content),) = mail.mails
    assert to == [ben.email]
    text = content.decode()
    assert "City of Y <b>&" in text and f"/proposals/{proposal.pk}" in text
    assert "Message-ID: <letter-" in text and "Content-Type: text/plain" in text


def test_a_mail_that_fails_is_tried_again_and_in_the_end_printed(mail: Kept) -> None:
    """The pauses grow; after five failures the letter waits for somebody to print it."""
    from plumbrule_portal.ledger import letters
    from plumbrule_portal.ledger.letters import Reader
    from plumbrule_portal.ledger.models import Letter

    reader = Reader(to="somebody@refuse.example", language="en")
    letters.write("test/1", "ledger/letters/waiting.txt", {"proposal": proposed()}, [reader], "", NOW)
    now = NOW
    for _ in range(5):
        assert letters.send_due(now) == (0, 1)
        assert letters.send_due(now) == (0, 0)
        now = Letter.objects.get().after + timedelta(seconds=1)
    assert letters.send_due(now + timedelta(days=9)) == (0, 0)
    (letter,) = letters.to_be_printed()
    letters.mark_printed(letter, now)
    assert not letters.to_be_printed()
    assert not mail.mails


def test_without_a_mail_server_everything_is_printed(node: Path) -> None:
    """The letter to an office without people has no address, and is there to be printed."""
    from plumbrule_portal.ledger import letters, occasions

    proposed()
    assert occasions.write_due(NOW) == 1
    assert letters.send_due(NOW) == (0, 0)
    assert [letter.to for letter in letters.to_be_printed()] == [""]
