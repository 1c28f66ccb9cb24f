"""The real public registers come in whole, go out again equal or with a remark, and fit the rules of their keepers."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from plumbrule_portal.systems.exchange import (
    Imported,
    Organisation,
    Report,
    Wanted,
    read_file,
    read_outside,
    required_by,
    table_of,
    write_file,
)
from plumbrule_portal.systems.record import (
    Absent,
    Record,
    missing,
    read_form,
    read_record,
    record_from,
    record_object,
    record_schema,
    write_record,
)

pytestmark = pytest.mark.shared
DAY = "2026-11-21"
RELEASED = Path(__file__).parent / "released"


def brought(shared: Path, name: str, format: str) -> tuple[list[dict[str, Any]], Imported, Report]:  # noqa: A002  # the word of the room
    """The entries of a shared file, what came in, and the report."""
    content = (shared / "data" / "registers" / name).read_bytes()
    imported, report = read_file(content, Wanted(format=format, retrieved=DAY))
    if name.endswith(".csv"):
        return list(csv.DictReader(io.StringIO(content.decode()))), imported, report
    raw = json.loads(content)
    return raw if isinstance(raw, list) else raw.get("algoritmes") or raw["records"], imported, report


def written_back(imported: Imported, format: str) -> tuple[Any, Report]:  # noqa: A002  # the word of the room
    """All records as the format writes them."""
    names = {one.id: one.name for one in imported.organisations}
    content, report = write_file(imported.records, format, names=names)
    raw = json.loads(content)
    return raw if isinstance(raw, list) else raw.get("algoritmes") or raw["records"], report


def unequal_without_remark(entries: list[dict[str, Any]], again: list[Any], imported: Imported, report: Report) -> list[Any]:
    """Fields that came in and did not go out equal, and that the report does not name for that very entry."""
    named = {(note.theirs, entry) for note in report.notes if note.kind in {"altered", "not-mapped"} for entry in note.entries}
    return [
        (record.id, key)
        for record, before, after in zip(imported.records, entries, again, strict=True)
        for key, value in before.items()
        if value not in (None, "", []) and after.get(key) != value and (key, record.id) not in named
    ]


def absent(records: tuple[Record, ...], field: str) -> Counter[str]:
    """How often each absence stands in a field; the rest have values."""
    values = [record.fields[field] for record in records]
    return Counter(value.reason.value if isinstance(value, Absent) else "value" for value in values)


def test_every_dutch_entry_comes_in(shared: Path) -> None:
    """1,530 of 1,530 entries of 336 bodies; who says nothing is said to say nothing."""
    entries, imported, report = brought(shared, "nl_algoritmeregister_algoritmes.json", "nl-register")
    assert (report.entries, report.done, len(imported.records)) == (1530, 1530, 1530)
    assert len(imported.organisations) == len({one.id for one in imported.organisations}) == 336
    assert {one.name for one in imported.organisations} == {" ".join(entry["organisatie"].split()) for entry in entries}
    said = Counter(str(record.fields["impact_assessed"]) for record in imported.records)
    assert (said["yes"], said["no"], absent(imported.records, "impact_assessed")["unknown"]) == (623, 22, 885)
    assert absent(imported.records, "legal_basis") == Counter({"value": 1168, "not-stated": 362})
    assert absent(imported.records, "purpose") == Counter({"value": 1522, "not-stated": 8})
    phases = Counter(record.fields["phases"][-1]["phase"] for record in imported.records)  # type: ignore[index]  # rows
    assert phases == Counter({"use": 1392, "development": 73, "decommissioning": 65})
    assert {record.declared.source for record in imported.records if record.declared} == {"nl-register"}
    assert {record.declared.retrieved for record in imported.records if record.declared} == {"2026-08-08"}


def test_dutch_entries_go_out_as_they_came(shared: Path) -> None:
    """Field by field equal for all 1,530, or named in the report; only the copy's own date stays behind."""
    entries, imported, report = brought(shared, "nl_algoritmeregister_algoritmes.json", "nl-register")
    again, _ = written_back(imported, "nl-register")
    assert unequal_without_remark(entries, again, imported, report) == []
    assert [note.theirs for note in report.of("not-mapped")] == ["toegevoegd"]
    assert report.of("altered") == ()
    assert all(
        {**before, "toegevoegd": None} == {**after, "toegevoegd": None} for before, after in zip(entries, again, strict=True)
    )


def test_every_imported_record_is_whole_and_publishable(shared: Path) -> None:
    """Every field is there, with a value or an absence and never an empty text; the bytes are read back, the schema fits."""
    ids = [one.id for one in read_form("system-1").fields]
    validator = jsonschema.Draft202012Validator(record_schema())
    for name, format_ in (("nl_algoritmeregister_algoritmes.json", "nl-register"), ("uk_atrs_records.json", "uk-atrs")):
        _, imported, _ = brought(shared, name, format_)
        for place, record in enumerate(imported.records):
            assert list(record.fields) == ids
            assert missing(record) == ()
            if place % 20 == 0:  # each way of writing is in every twentieth entry, too
                assert read_record(write_record(record)) == record
                validator.validate(record_object(record))


@pytest.mark.parametrize("name", ["uk_atrs_records.json", "uk_atrs_records.csv"])
def test_every_british_record_comes_in_and_goes_out(shared: Path, name: str) -> None:
    """136 of 136, from JSON and from CSV, with the same ids; six say no body; equal again or remarked."""
    entries, imported, report = brought(shared, name, "uk-atrs")
    assert (report.entries, report.done, len(imported.records)) == (136, 136, 136)
    unnamed = [one for one in imported.organisations if not one.name]
    assert [one.id for one in unnamed] == ["gb-not-stated"]
    assert sum(record.organisation == "gb-not-stated" for record in imported.records) == 6
    again, _ = written_back(imported, "uk-atrs")
    assert unequal_without_remark(entries, again, imported, report) == []
    assert {"uk-atrs-trustid", "uk-atrs-hmrc-ask-hmrc-online"} <= {record.id for record in imported.records}
    keys = {"publishing_body", "tool_name", "title", "url", "published", "description", "listed_organisations"}
    assert all(set(one) == keys for one in again)


def test_the_same_file_gives_the_same_ids_whatever_is_known(shared: Path) -> None:
    """A second import finds its organisations again; a name that another took gets digits of its digest."""
    content = (shared / "data" / "registers" / "nl_algoritmeregister_algoritmes.json").read_bytes()
    first, _ = read_file(content, Wanted(format="nl-register", retrieved=DAY))
    known = {one.id: one.name for one in first.organisations}
    second, _ = read_file(content, Wanted(format="nl-register", retrieved=DAY, known=known))
    assert second == first
    taken, _ = read_file(content, Wanted(format="nl-register", retrieved=DAY, known={"nl-douane": "Another customs office"}))
    other = next(one for one in taken.organisations if one.name == "Douane")
    assert other.id.startswith("nl-douane-")
    assert len({one.id for one in taken.organisations}) == 336


def test_a_full_entry_of_the_standard(shared: Path) -> None:
    """Amsterdam's real entry: mark-up becomes paragraphs, every other field is equal or remarked, the owner is the caller's."""
    content = (shared / "data" / "registers" / "nl_template_gemeente_amsterdam.json").read_bytes()
    owner = Organisation(id="nl-gemeente-amsterdam", name="Gemeente Amsterdam")
    imported, report = read_file(content, Wanted(format="nl-standard-1.0", retrieved=DAY, organisation=owner))
    (record,) = imported.records
    assert record.id == "nl-gemeente-amsterdam-meldingen-openbare-ruimte"
    assert imported.organisations == (owner,)
    purpose = record.fields["purpose"]["nl"]  # type: ignore[index, call-overload]  # a text
    assert "<" not in purpose
    assert purpose.count("\n\n") == 1
    assert record.fields["themes"] == ("public-order",)
    again, _ = written_back(imported, "nl-standard-1.0")
    entries = json.loads(content)
    assert unequal_without_remark(entries, again, imported, report) == []
    second, _ = read_file(json.dumps(again).encode(), Wanted(format="nl-standard-1.0", retrieved=DAY, organisation=owner))
    assert second.records[0].fields == record.fields


def dutch() -> Record:
    """A whole record in Dutch, as a municipality could fill it in."""
    raw = json.loads((RELEASED / "record-1-whole.json").read_bytes())
    fields = raw["fields"]
    for name, value in fields.items():
        if isinstance(value, dict) and "en" in value:
            fields[name] = {**value, "nl": value.get("nl", "Nederlandse tekst: " + value["en"])}
    fields["impact_note"] = {"nl": "Een toets was nodig."}
    fields["phases"] = [{"phase": "use", "since": "2016-07"}]
    fields["elsewhere"] = [
        {"register": "nl-register", "entry": "11136893", "since": "2026-04-07"},
        {"register": "own-register", "entry": "A-1", "url": "https://city.example/register"},
    ]
    return record_from({**raw, "language": "nl", "fields": fields})


def rules(shared: Path) -> dict[str, Any]:
    """The field list of the standard 1.0."""
    raw = json.loads((shared / "data" / "registers" / "nl_MinBZK_publicatiestandaard_v1_0.json").read_bytes())
    return dict(raw["properties"])


def test_the_table_of_the_standard_has_its_rules(shared: Path) -> None:
    """Every field of the standard has a line, with its limit, its permitted values and whether it is required."""
    lines = {line.theirs: line for line in table_of("nl-standard-1.0").lines}
    for name, rule in rules(shared).items():
        line = lines[name]
        optional = [part["max_length"] for part in rule.get("items", {}).values() if part["required"] is False]
        assert line.most == rule.get("max_length", max(optional, default=0)), name
        assert line.required == (rule.get("required") is True), name
        if "permitted_values" in rule:
            assert set(line.values or {line.constant}) == set(rule["permitted_values"]), name
        needed = {key: part.get("max_length", 0) for key, part in rule.get("items", {}).items() if part["required"] is True}
        assert dict(line.limits) == needed, name
    schema = json.loads((shared / "data" / "registers" / "nl_MinBZK_schema.json").read_bytes())
    lines = {line.theirs: line for line in table_of("nl-schema-1.0.0").lines}
    assert set(lines) == set(schema["properties"])
    assert {name for name, line in lines.items() if line.required} == set(schema["required"])
    for name, rule in schema["properties"].items():
        assert lines[name].most == rule.get("maxLength", 0), name
        assert set(lines[name].values) >= set(rule.get("enum", ())), name


def test_an_export_fits_the_standard(shared: Path) -> None:
    """A whole record keeps every rule of the field list, and validates against the JSON Schema in its own spelling."""
    record = dutch()
    assert missing(record, required_by("nl-standard-1.0")) == missing(record, required_by("nl-schema-1.0.0")) == ()
    content, report = write_file([record], "nl-standard-1.0", names={"city": "Gemeente Stad"})
    assert report.of("lacking") == ()
    (entry,) = json.loads(content)
    for name, rule in rules(shared).items():
        if rule.get("required") is True:
            assert entry.get(name), name
        value = entry.get(name)
        if rule.get("max_length") and value is not None:
            assert isinstance(value, str)
            assert len(value) <= rule["max_length"], name
        if "permitted_values" in rule and value is not None:
            assert set(value if isinstance(value, list) else [value]) <= set(rule["permitted_values"]), name
    assert set(entry) <= set(rules(shared))
    content, report = write_file([record], "nl-schema-1.0.0", names={"city": "Gemeente Stad"})
    assert report.of("lacking") == ()
    schema = json.loads((shared / "data" / "registers" / "nl_MinBZK_schema.json").read_bytes())
    (entry,) = json.loads(content)
    jsonschema.Draft7Validator(schema).validate(entry)
    assert (entry["start_date"], entry["status"]) == ("2016-07", "In gebruik")


def test_what_the_standard_cannot_hold_is_in_the_report() -> None:
    """Other languages, further rows, fields without a place, texts that are too long, and what is withheld."""
    record = dutch()
    raw = record_object(record)
    raw["fields"]["summary"] = {"nl": "x" * 401}
    raw["fields"]["legal_references"] = [{"title": "A law without a link"}, {"title": "A law", "url": "https://law.example/"}]
    raw["fields"]["suppliers"] = [{"name": "One"}, {"name": "Two"}]
    raw["fields"]["oversight"] = {
        "absent": "withheld",
        "class": "public-safety",
        "basis": {"nl": "Politiewet"},
        "decided_by": "Gemeente",
        "review": "2027-06-30",
    }
    content, report = write_file([record_from(raw)], "nl-standard-1.0", names={"city": "Gemeente Stad"})
    said = {(note.kind, note.ours): note.said() for note in report.notes if note.kind in {"not-mapped", "lacking"}}
    assert said["not-mapped", "name"] == "They take one language; these stayed behind: ar, en."
    assert said["not-mapped", "legal_references"].endswith("title.")
    assert said["not-mapped", "suppliers"].endswith("name.")
    assert said["not-mapped", "capabilities"] == "They have no place for this."
    assert said["not-mapped", "summary"] == "They take at most 400 characters."
    assert "require" in said["lacking", "summary"]
    assert "lawfully withheld" in said["not-mapped", "oversight"]
    assert b"Politiewet" not in content
    assert json.loads(content)[0]["lawful_basis_grouping"] == [{"title": "A law", "link": "https://law.example/"}]
    fields = {line.ours for line in table_of("nl-standard-1.0").lines}
    homeless = {one.id for one in read_form("system-1").fields} - fields - {"jurisdictions"}
    assert homeless <= {note.ours for note in report.of("not-mapped")}
    _, report = write_file([record_from({**raw, "fields": {"name": {"en": "Lamps"}}})], "nl-standard-1.0", names={})
    assert {note.theirs for note in report.of("lacking")} == {
        "description_short",
        "organization",
        "status",
        "contact_email",
        "publication_category",
    }


def test_strangers_files_are_read_in_a_process_of_their_own(shared: Path) -> None:
    """The limited process gives the same records and the same report as reading here."""
    content = (shared / "data" / "registers" / "uk_atrs_records.json").read_bytes()
    wanted = Wanted(format="uk-atrs", retrieved=DAY, known={"gb-hmrc": "HMRC"})
    assert read_outside(content, wanted) == read_file(content, wanted)
