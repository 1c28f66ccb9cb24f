"""Bills of materials and model cards: real files come in, what goes out fits the schemas of others, nothing is lost unsaid."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from referencing import Registry, Resource

from plumbrule.errors import InputError
from plumbrule_portal.systems.exchange import Organisation, Wanted, fills, formats, read_file, required_by, table_of, write_file
from plumbrule_portal.systems.exchange.ways import WAYS
from plumbrule_portal.systems.record import Absent, Record, read_form, read_record, record_from

DAY = "2026-11-21"
OWNER = Organisation(id="city", name="City")
SPEC = ("bom-{}.SNAPSHOT.schema.json", "spdx.SNAPSHOT.schema.json", "jsf-0.82.SNAPSHOT.schema.json")


def whole() -> Record:
    """The released record that uses every field."""
    return read_record((Path(__file__).parent / "released" / "record-1-whole.json").read_bytes())


def cyclonedx_validator(version: str) -> jsonschema.Draft7Validator:
    """CycloneDX's own schema of that version, from the schemas that cyclonedx-python-lib carries."""
    pytest.importorskip("cyclonedx", reason="needs cyclonedx-python-lib: it is in the dev group")
    folder = resources.files("cyclonedx.schema") / "_res"
    loaded = [json.loads((folder / name.format(version)).read_text(encoding="utf-8")) for name in SPEC]
    pairs = [
        (name.format("").replace("SNAPSHOT.", ""), Resource.from_contents(one)) for name, one in zip(SPEC, loaded, strict=True)
    ]
    registry: Registry[Any] = Registry().with_resources(
        [
            *((one["$id"], Resource.from_contents(one)) for one in loaded),
            *pairs,
            *((name, pair) for name, (_, pair) in zip(SPEC, pairs, strict=True)),
        ]
    )
    return jsonschema.Draft7Validator(loaded[0], registry=registry)


@pytest.mark.shared
@pytest.mark.parametrize("version", ["1.6", "1.7"])
def test_a_real_bill_of_materials_comes_in_and_goes_out(shared: Path, version: str) -> None:
    """Each considered field of the model card is equal again, or the report says why not."""
    content = (shared / "data" / "formats" / "mlbom" / f"valid-machine-learning-{version}.json").read_bytes()
    imported, report = read_file(content, Wanted(format="cyclonedx", retrieved=DAY, organisation=OWNER))
    (record,) = imported.records
    assert record.id == "cdx-compvis-stable-diffusion"
    assert record.fields["versions"] == ({"label": "1.4"},)
    again = json.loads(write_file([record], "cyclonedx", names={"city": "City"})[0])
    before, after = json.loads(content)["components"][0]["modelCard"], again["components"][0]["modelCard"]
    named = {note.theirs for note in report.notes if note.kind in {"altered", "not-mapped"}}
    for part in ("modelParameters", "considerations"):
        for key, value in before[part].items():
            assert after[part].get(key) == value or f"modelCard.{part}.{key}" in named, key
    assert {"modelCard.quantitativeAnalysis", "modelCard.properties"} <= named
    cyclonedx_validator("1.6").validate(again)


@pytest.mark.parametrize("version", ["1.5", "1.6"])
def test_what_we_write_is_cyclonedx(version: str) -> None:
    """The whole record, and one that says nothing, validate against the schemas of 1.5 and 1.6."""
    bare = read_record((Path(__file__).parent / "released" / "record-1-absences.json").read_bytes())
    content, report = write_file([whole(), bare], "cyclonedx", names={})
    bom = json.loads(content)
    if version == "1.5":
        bom = {**bom, "specVersion": "1.5", "$schema": "http://cyclonedx.org/schema/bom-1.5.schema.json"}
    cyclonedx_validator(version).validate(bom)
    assert report.of("lacking") == ()
    assert write_file([whole(), bare], "cyclonedx", names={})[0] == content


@pytest.mark.parametrize("name", [one for one in formats() if one not in {"nl-register", "uk-atrs"}])
def test_what_goes_out_comes_in_again(name: str) -> None:
    """Every field that a format holds in full is the same after export and import, in the language that went out."""
    record = whole()
    content, report = write_file([record], name, names={"city": "City"})
    wanted = Wanted(format=name, retrieved=DAY, language=record.language, organisation=OWNER)
    imported, _ = read_file(content, wanted)
    (again,) = imported.records
    partly = {note.ours for note in report.notes if note.kind in {"not-mapped", "lacking"} and "one language" not in note.reason}
    language = table_of(name).language or record.language
    compared = 0
    for field, theirs in fills(name).items():
        before = record.fields[field]
        if not theirs or field in partly or isinstance(before, Absent):
            continue
        said = {again.language: before[language]} if isinstance(before, dict | type(record.fields)) else before  # type: ignore[call-overload, index]
        assert again.fields[field] == said, field
        compared += 1
    assert compared >= 8


@pytest.mark.shared
def test_a_real_model_card_comes_in(shared: Path) -> None:
    """A card without a header: sections and bold phrases find their fields, tables of figures stay behind and are named."""
    content = (shared / "data" / "formats" / "modelcards" / "meta_llama3_1_MODEL_CARD.md").read_bytes()
    unnamed, report = read_file(content, Wanted(format="model-card", retrieved=DAY, organisation=OWNER))
    assert unnamed.records == ()
    assert [note.said() for note in report.of("refused")] == ["It is not an entry with a number or a name."]
    wanted = Wanted(format="model-card", retrieved=DAY, organisation=OWNER, name="Llama 3.1")
    imported, report = read_file(content, wanted)
    (record,) = imported.records
    assert record.id == "card-llama-3-1"
    said = {name: value["en"] for name, value in record.fields.items() if not isinstance(value, Absent | str | tuple)}
    assert said["summary"].startswith("The Meta Llama 3.1 collection")
    assert said["proper_use"].startswith("Llama 3.1 is intended for commercial and research use")
    assert said["limits"].startswith("Use in any manner that violates")
    assert "auto-regressive" in said["method"]
    assert record.fields["suppliers"] == ({"name": "Meta"},)
    assert not any("**" in text or "<table" in text for text in said.values())
    assert "sections.benchmark-scores" in {note.theirs for note in report.of("not-mapped")} or any(
        note.theirs.startswith("sections.") for note in report.of("not-mapped")
    )


def test_a_card_with_a_header() -> None:
    """Licence, languages, tags and data sets come from the header; who wrote the card does not come in."""
    card = (
        "---\nlicense: apache-2.0\nlanguage:\n- en\n- kk\ntags: [speech]\ndatasets:\n- common_voice\nmetrics: [wer]\n---\n"
        "# Steppe Speech\n\nTurns speech into text.\n\n## Uses\n\n### Direct Use\n\nSubtitles.\n\n"
        "### Out-of-Scope Use\n\nCourts.\n\n"
        "## Model Card Authors\n\nA. Person\n"
    )
    imported, report = read_file(card.encode(), Wanted(format="model-card", retrieved=DAY))
    fields = imported.records[0].fields
    assert fields["licence"] == "apache-2.0"
    assert fields["languages_served"] == ("en", "kk")
    assert fields["data_sources"] == ({"title": "common_voice"},)
    assert fields["summary"] == {"en": "Turns speech into text."}
    assert (fields["proper_use"], fields["limits"]) == ({"en": "Subtitles."}, {"en": "Courts."})
    assert "Person" not in str(fields)
    assert "Person" not in str(report)
    assert {note.theirs for note in report.of("not-mapped")} == {"header.metrics", "sections.model-card-authors"}
    content, report = write_file(imported.records, "model-card", names={})
    assert "data_sources" not in {note.ours for note in report.of("not-mapped")}
    again, _ = read_file(content, Wanted(format="model-card", retrieved=DAY))
    assert again.records[0].fields == fields


@settings(max_examples=150, deadline=None)
@given(text=st.text(min_size=1, max_size=120) | st.text(alphabet="a *_`#<>[]()&;!\\-~\n|1.", min_size=1, max_size=60))
def test_any_plain_text_survives_a_card(text: str) -> None:
    """Signs that Markdown takes for mark-up come back as they were."""
    raw = {"schema": "plumbrule-record/1", "form": "system-1", "id": "x", "organisation": "y", "language": "en", "declared": None}
    try:
        record = record_from({**raw, "fields": {"name": {"en": "X"}, "purpose": {"en": text}, "limits": {"en": "None."}}})
    except InputError:
        return
    content, _ = write_file([record], "model-card", names={})
    imported, _ = read_file(content, Wanted(format="model-card", retrieved=DAY))
    fields = imported.records[0].fields
    assert (fields["purpose"], fields["limits"]) == (record.fields["purpose"], record.fields["limits"])


def test_what_stands_beside_the_models_is_named() -> None:
    """Other components and the parts about the file stay behind, by name."""
    model = {"type": "machine-learning-model", "name": "m"}
    library = {"type": "library", "name": "left-pad"}
    bom = {"bomFormat": "CycloneDX", "specVersion": "1.5", "metadata": {"component": model, "timestamp": "2026-01-01T00:00:00Z"}}
    content = json.dumps({**bom, "components": [library], "dependencies": [{"ref": "m"}]}).encode()
    imported, report = read_file(content, Wanted(format="cyclonedx", retrieved=DAY))
    assert [record.id for record in imported.records] == ["cdx-m"]
    found = {(note.theirs, note.entries[0]) for note in report.of("not-mapped")}
    assert {("components", "left-pad"), ("metadata.timestamp", "file"), ("dependencies", "file")} <= found


def test_nothing_here_knows_django() -> None:
    """Both rooms are plain Python: the limited process loads neither Django nor a library of numbers."""
    code = "import sys, plumbrule_portal.systems.exchange; print([x for x in ('django', 'numpy', 'duckdb') if x in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


@pytest.mark.parametrize("name", formats())
def test_a_table_speaks_of_real_fields(name: str) -> None:
    """Each line names a field, a column and a way that exist; our tokens are choices; no path stands twice for a field."""
    table = table_of(name)
    form = read_form(table.form)
    seen = [(line.theirs, line.ours, line.kind) for line in table.lines]
    assert len(seen) == len(set(seen))
    for line in table.lines:
        assert line.way in WAYS
        if not line.ours:
            assert line.why or line.way in {"organisation", "constant"}, line.theirs
            continue
        spec = form.field(line.ours)
        columns = {column.id: column for column in spec.columns}
        assert {line.column, *line.where} - {""} <= set(columns), line.theirs
        choices = (columns[line.column] if line.column else spec).choices
        if line.way in {"value", "values"} and choices:
            assert {*line.values.values(), *line.also} <= {one.id for one in choices}
    assert set(required_by(name)) <= {one.id for one in form.fields}
