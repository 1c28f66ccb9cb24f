"""An office that switches the second person off says so in the log when it starts, before anybody can publish alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path


def test_the_switch_is_in_the_log_from_the_start_on(node: Path) -> None:
    """Starting with `alone` makes one entry, starting again none; switched back, the next start says that, too."""
    from django.conf import settings
    from django.test import override_settings

    from plumbrule_portal.config.first_start import prepare
    from plumbrule_portal.ledger.models import Entry
    from plumbrule_portal.ledger.queries import document

    def started(*, alone: bool) -> list[str]:
        with override_settings(OFFICE=replace(settings.OFFICE, alone=alone)):
            return list(prepare(node, name="register.example.org", at="http://127.0.0.1:8000", example=False))

    def acts() -> list[str]:
        return [document(entry)["act"] for entry in Entry.objects.order_by("index") if "act" in document(entry)]

    assert not any("two-person" in line for line in started(alone=False)) and acts() == []
    assert "The log says it from now on: two-person rule off." in started(alone=True)
    started(alone=True)
    assert acts() == ["two-person-rule-off"]
    started(alone=False)
    assert acts() == ["two-person-rule-off", "two-person-rule-on"]
