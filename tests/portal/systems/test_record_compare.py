"""What changes between two versions, what is still needed, and that a record keeps its form."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest

from plumbrule.errors import InputError, UnreadableError
from plumbrule_portal.systems.record import Declared, Record, differences, missing, read_form, record_from, upgrade

HEAD = {
    "schema": "plumbrule-record/1",
    "form": "system-1",
    "id": "lamps",
    "organisation": "city",
    "language": "en",
    "declared": None,
}


def made(**fields: Any) -> Record:
    """A record with these fields."""
    return record_from({**HEAD, "fields": fields})


def test_texts_differ_language_by_language() -> None:
    """One changed translation is one difference; a new one stands beside nothing."""
    old = made(name={"en": "Lamps", "fr": "Lampes"}, purpose={"en": "Light"})
    new = made(name={"en": "Lamps", "fr": "Réverbères", "kk": "Шамдар"}, purpose={"absent": "unknown"}, licence="MIT")
    found = [(one.field, one.language, one.before) for one in differences(old, new)]
    assert found == [
        ("name", "fr", "Lampes"),
        ("name", "kk", None),
        ("purpose", "", MappingProxyType({"en": "Light"})),
        ("licence", "", None),
    ]
    assert differences(old, old) == ()


def test_the_head_is_compared_too() -> None:
    """An organisation that changes, and an import that becomes a record of one's own."""
    old = replace(made(), declared=Declared(source="nl-register", retrieved="2026-08-08"))
    found = differences(old, replace(old, organisation="county", declared=None))
    assert [(one.field, one.before, one.after) for one in found] == [
        ("organisation", "city", "county"),
        ("declared", "nl-register, 2026-08-08", None),
    ]


def test_missing_tells_left_out_from_absent() -> None:
    """A stated absence answers where an answer is enough, and not where a value is needed."""
    record = made(name={"absent": "unknown"}, summary={"absent": "unknown"})
    found = {one.field: one.why for one in missing(record)}
    assert found["name"] == "absent"
    assert "summary" not in found
    assert found["purpose"] == "left-out"
    assert set(found) | {"summary"} == {one.id for one in read_form("system-1").fields if one.needed != "no"}


def test_missing_for_an_export_asks_for_values() -> None:
    """Only the fields that the export requires, and an absence does not fill them."""
    record = made(name={"en": "x"}, purpose={"absent": "unknown"})
    found = [(one.field, one.why) for one in missing(record, ("name", "purpose", "oversight"))]
    assert found == [("purpose", "absent"), ("oversight", "left-out")]


def test_a_record_keeps_its_form() -> None:
    """The only way leads to the form itself; another form is refused with words."""
    record = made(name={"en": "x"})
    assert upgrade(record, "system-1") is record
    with pytest.raises(UnreadableError, match="system-2"):
        upgrade(record, "system-2")
    with pytest.raises(InputError, match="No way leads"):
        upgrade(replace(record, form="system-0"), "system-1")
