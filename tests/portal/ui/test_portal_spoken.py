"""Every public page speaks the reader's language: what it asks of the catalogues while it is made is there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from access_things import arguments, things
from portal_made import publish_answers, publish_grading, publish_record
from portal_people import NOW, person, visitor

LANGUAGES = ("ar", "zh-hans", "fr", "ru", "es", "kk", "ky", "tg", "tk", "uz", "uz-cyrl")
EVERYWHERE = (":", ":?.!", "String to return when truncating text\x04%(truncated_text)s…", "%(truncated_text)s…")
"""Signs of Django's that every language writes so, unless it says otherwise."""
LINKED = ("supply", "start", "language", "sign-out")
"""What only somebody with a secret link sees, and what is no page."""


@pytest.fixture
def asked_in_vain(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The messages for which a language had no translation, as they are asked for."""
    from django.conf import settings
    from django.utils.translation import trans_real

    found: list[str] = []
    english = trans_real.translation(settings.LANGUAGE_CODE)
    for name in ("gettext", "pgettext", "ngettext", "npgettext"):
        plain = getattr(english, name)

        def told(*said: Any, plain: Any = plain, at: int = 1 if name.startswith(("p", "np")) else 0) -> Any:
            found.append(said[at])
            return plain(*said)

        monkeypatch.setattr(english, name, told)
    return found


def pages(known: dict[str, dict[str, Any]]) -> Iterator[str]:
    """The addresses of all public pages, each with things that are there."""
    from django.urls import reverse
    from test_portal_access import addresses, expected

    rows = expected()
    for name, _, pattern in addresses():
        if rows.get(name, {}).get("public") and not name.startswith(LINKED) and not name.endswith("-list"):
            yield reverse(name, kwargs=arguments(name, pattern, known))


def published() -> tuple[str, ...]:
    """Publish what makes pages say more: a grading, answers, a decided purchase, a withdrawal. Returns addresses besides."""
    from plumbrule_portal.ledger import proposals
    from plumbrule_portal.ledger.earlier import propose_withdrawal
    from plumbrule_portal.ledger.models import Entry
    from plumbrule_portal.systems.purchases import actions
    from plumbrule_portal.systems.purchases.models import Purchase

    ada, ben = person("ada", "steward"), person("ben", "steward")
    publish_grading()
    publish_answers(text="Nobody")
    answers = publish_answers()
    fields = {"name": {"en": "Other"}, "summary": {"en": "Another one."}}
    document = {"id": "other", "organisation": "city-x", "language": "en", "form": "system-1", "fields": fields}
    first = publish_record("system-1", "other", document, system="other")
    proposals.agree(actions.decide(Purchase.objects.get(slug="ropes"), None, "Nobody fitted.", "", ada, NOW), ben, NOW)
    gone = propose_withdrawal(Entry.objects.get(index=first.index), "error", "Wrong", "city-x", ada, NOW)
    withdrawal = proposals.agree(gone, ben, NOW)
    return (f"/answers/{answers.index}", f"/entries/{first.index}", f"/entries/{withdrawal.index}", "/purchases/ropes", "/",
            "/systems/loans", "/systems/loans/formats/model-card", "/systems?q=xyz", "/systems?q=loans", "/entries",
            "/compare?system=loans", "/systems?on=2030-01-01", "/systems/loans?on=2030-01-01",
            "/systems/loans?on=2000-01-01", "/systems/other", "/organisations/city-x", "/withheld", "/nowhere")  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_public_page_speaks(node: Path, asked_in_vain: list[str], language: str) -> None:
    """Not one message of a public page is asked for in vain, with a system, a purchase and its decision."""
    known, client, silent, seen = things(), visitor(), dict[str, list[str]](), 0
    for address in (*pages(known), *published()):
        asked_in_vain.clear()
        answer = client.get(address, headers={"Accept-Language": language})
        if answer.headers["Content-Type"].startswith("text/html") and "Content-Disposition" not in answer.headers:
            seen += 1
            vain = [word for word in asked_in_vain if word not in EVERYWHERE]
            silent |= {address: vain} if vain else {}
            assert f'lang="{language.replace("zh-hans", "zh")}"'.lower() in answer.content.decode().lower(), address
    assert seen > 20
    assert not silent


def test_a_register_without_a_name_is_called_what_it_is(node: Path, settings_of_office: None) -> None:
    """In the reader's language; one that an office has given stays as it is."""
    page = visitor().get("/", headers={"Accept-Language": "fr"}).content.decode()
    assert "<h1>Registre des systèmes d’IA</h1>" in page and "Register of AI systems" not in page


@pytest.fixture
def settings_of_office(monkeypatch: pytest.MonkeyPatch) -> None:
    """An office that chose no name."""
    from dataclasses import replace

    from django.conf import settings

    from plumbrule_portal.config.office import UNNAMED

    monkeypatch.setattr(settings, "OFFICE", replace(settings.OFFICE, name=UNNAMED))
