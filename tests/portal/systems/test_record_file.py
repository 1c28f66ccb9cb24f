"""A record is read as strictly as it is written, and every released version for ever."""

from __future__ import annotations

import copy
import importlib.util
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plumbrule.errors import InputError, LimitError, UnreadableError
from plumbrule_portal.systems.record import (
    Absence,
    Absent,
    form_names,
    form_words,
    read_form,
    read_record,
    record_from,
    record_object,
    record_schema,
    write_record,
)

ROOT = Path(__file__).resolve().parents[3]
RELEASED = sorted((Path(__file__).parent / "released").glob("record-*.json"))
WHOLE = json.loads((Path(__file__).parent / "released" / "record-1-whole.json").read_bytes())
WITHHELD = {
    "absent": "withheld",
    "class": "public-safety",
    "basis": {"en": "Act on public order, section 3"},
    "decided_by": "Office of the steward",
    "review": "2027-06-30",
}


def changed(**fields: Any) -> dict[str, Any]:
    """The whole record with other fields."""
    raw = copy.deepcopy(WHOLE)
    raw["fields"].update(fields)
    return raw


@pytest.mark.parametrize("path", RELEASED, ids=lambda path: path.stem)
def test_every_released_version_is_read(path: Path) -> None:
    """A record that some release could write is read for ever, to the byte, and fits the schema."""
    record = read_record(path.read_bytes())
    assert write_record(record) == path.read_bytes()
    jsonschema.validate(record_object(record), record_schema())


def test_the_whole_record_uses_every_field_and_column() -> None:
    """The released example leaves nothing of the form untried, all eleven phases included."""
    form = read_form("system-1")
    assert set(WHOLE["fields"]) == {one.id for one in form.fields}
    phases = next(column for column in form.field("phases").columns if column.id == "phase")
    assert [row["phase"] for row in WHOLE["fields"]["phases"]] == [one.id for one in phases.choices]
    assert len(phases.choices) == 11
    for one in form.fields:
        if one.type == "rows":
            assert {key for row in WHOLE["fields"][one.id] for key in row} == {column.id for column in one.columns}


def test_what_the_tool_makes_is_committed() -> None:
    """Schema, words and reference pages are what `tools/record_schema.py` writes."""
    spec = importlib.util.spec_from_file_location("record_schema_tool", ROOT / "tools" / "record_schema.py")
    assert spec and spec.loader
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    assert tool.SCHEMA.read_text(encoding="utf-8") == tool.schema_text()
    assert tool.WORDS.read_text(encoding="utf-8") == tool.words_text()
    assert tool.MAP_WORDS.read_text(encoding="utf-8") == tool.map_words_text()
    assert tool.PAGE.read_text(encoding="utf-8") == tool.page()
    assert tool.MAP_PAGE.read_text(encoding="utf-8") == tool.map_page()


def test_the_schema_is_a_schema_and_refuses_what_reading_refuses() -> None:
    """The committed schema is valid, and draws the same lines in the cases it can express."""
    schema = record_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(changed(legal_basis=WITHHELD), schema)
    for raw in (
        changed(name={}),
        changed(name=""),
        changed(legal_basis={"absent": "withheld"}),
        changed(legal_basis={"absent": "forgotten"}),
        changed(contacts=[{"office": "Press"}]),
        changed(versions=[{"label": "1", "digest": "ABC"}]),
        changed(nickname={"en": "x"}),
        {**WHOLE, "form": "system-0"},
        {**WHOLE, "id": "a b"},
    ):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(raw, schema)
        with pytest.raises(InputError):
            record_from(raw)


def test_a_lawful_withholding_is_whole() -> None:
    """Class, legal basis, who decided, and when it is looked at again."""
    value = record_from(changed(limits=WITHHELD)).fields["limits"]
    assert isinstance(value, Absent)
    assert value.reason is Absence.WITHHELD
    assert value.withholding
    assert (value.withholding.kind, value.withholding.review) == ("public-safety", "2027-06-30")
    for lacking in ("class", "basis", "decided_by", "review"):
        with pytest.raises(InputError, match="limits"):
            record_from(changed(limits={key: part for key, part in WITHHELD.items() if key != lacking}))
    with pytest.raises(InputError, match="whole date"):
        record_from(changed(limits={**WITHHELD, "review": "2027"}))


@pytest.mark.parametrize(
    ("fields", "got"),
    [
        ({"name": {"en": " "}}, "Nothing is written"),
        ({"name": {"english": "x"}}, "not the code of a language"),
        ({"name": {"en": "x" * 301}}, "301 characters"),
        ({"name": {"en": 5}}, "not a text"),
        ({"name": "Bus"}, "not a text in one or more"),
        ({"summary": {"en": "a <p>b</p>"}}, "mark-up <p>"),
        ({"summary": {"en": "a\u202eb"}}, "invisible control"),
        ({"summary": {"en": "a\x00b"}}, "invisible control"),
        ({"summary": {"en": "a\ud800"}}, "invisible control"),
        ({"licence": "a\nb"}, "more than one line"),
        ({"begin": "2023-13"}, "not a date"),
        ({"begin": "2023-02-30"}, "not a date"),
        ({"website": "javascript:alert(1)"}, "not an address"),
        ({"website": "https://j.jansen@example.org/"}, "not an address"),
        ({"website": "https://exa mple.org/"}, "not an address"),
        ({"jurisdictions": ["Kazakhstan"]}, "not the code of a country"),
        ({"jurisdictions": ["KZ", "KZ"]}, "named twice"),
        ({"jurisdictions": []}, "not a list"),
        ({"languages_served": ["kk", "Kazakh"]}, "not the code of a language"),
        ({"scope": "military"}, "not one of the choices"),
        ({"phases": [{"phase": "retirement"}]}, "row 1, phase"),
        ({"phases": [{"since": "2020"}]}, "column that every row needs"),
        ({"suppliers": [{"name": "x", "person": "y"}]}, "does not know"),
        ({"suppliers": []}, "no rows"),
        ({"contacts": [{"office": "Registry"}]}, "no way to reach"),
        ({"contacts": [{"email": "j.jansen@ministry.example"}]}, "of a person"),
        ({"contacts": [{"email": "registry at ministry"}]}, "not an e-mail"),
        ({"versions": [{"label": "1", "digest": "sha256:00"}]}, "not a SHA-256"),
        ({"legal_basis": {"absent": "unknown", "class": "x"}}, "says more than it may"),
        ({"legal_basis": {"absent": None}}, "not a reason"),
        ({"colour": {"en": "red"}}, "no field of this name"),
    ],
)
def test_what_does_not_fit_is_refused_with_words(fields: dict[str, Any], got: str) -> None:
    """Got, expected and cure for each kind of slip, with the name of the field."""
    with pytest.raises(InputError, match=got) as caught:
        record_from(changed(**fields))
    assert next(iter(fields)) in caught.value.got
    assert caught.value.expected
    assert caught.value.cure
    assert "{" not in str(caught.value)


def test_addresses_of_offices_are_taken() -> None:
    """The rule against addresses of persons stops no ordinary office."""
    for email in ("algoritmes@gemeente.nl", "data.protection@ministry.example", "info-ai@a.b.example", "i.t@x.example"):
        record_from(changed(contacts=[{"email": email}]))


@pytest.mark.parametrize(
    ("content", "got"),
    [
        (b"", "not JSON"),
        (b"[]", "version"),
        (b"\xff\xfe", "not JSON"),
        (b'{"schema": NaN}', "NaN"),
        (b'{"schema": "plumbrule-record/1", "schema": "plumbrule-record/1"}', "twice"),
        (b'{"schema": "plumbrule-record/2"}', "plumbrule-record/2"),
        (b'{"schema": "plumbrule-record/1"}', "missing or too many"),
        (b"[" * 100_000, "deeply"),
        (b"[" * 60 + b"]" * 60, "deeply"),
        (b" " * (4 << 20) + b"  ", "bytes"),
        (write_record(record_from(WHOLE)) + b"\n", "canonical"),
        (write_record(record_from(WHOLE)).replace(b'"id":', b'"id": '), "canonical"),
        (write_record(record_from(WHOLE)).replace(b'"system-1"', b'"system-9"'), "system-9"),
    ],
)
def test_a_file_that_is_no_record_is_refused(content: bytes, got: str) -> None:
    """Strict JSON, limits, the version and the canonical form: each refusal says what was got."""
    with pytest.raises((UnreadableError, LimitError), match=got) as caught:
        read_record(content)
    assert caught.value.expected
    assert caught.value.cure


@settings(max_examples=60, deadline=None)
@given(raw=st.dictionaries(st.sampled_from(sorted(WHOLE["fields"])), st.sampled_from(list(WHOLE["fields"].values()))))
def test_whatever_is_read_is_written_and_read_again(raw: dict[str, Any]) -> None:
    """Any mixture of fields either is refused with words or survives writing and reading unchanged."""
    try:
        record = record_from({**WHOLE, "fields": raw})
    except InputError as error:
        assert error.expected
        return
    assert read_record(write_record(record)) == record


def test_forms_are_whole() -> None:
    """Each field stands in a section of its form, names and tokens are unique, and every message id is English text."""
    for name in form_names():
        form = read_form(name)
        ids = [one.id for one in form.fields]
        assert len(ids) == len(set(ids))
        assert {one.section for one in form.fields} == {one.id for one in form.sections}
        assert all(word and word == word.strip() and word.isascii() for word in form_words(form))
        for one in form.fields:
            assert bool(one.columns) == (one.type == "rows")
            assert bool(one.choices) == (one.type in {"choice", "choices"})
            assert set(one.one_of) <= {column.id for column in one.columns}
