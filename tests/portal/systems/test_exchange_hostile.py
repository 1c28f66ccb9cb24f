"""A file that is not what it says, or that means harm, is refused with words; one bad entry does not stop the others."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plumbrule.errors import InputError, LimitError, UnreadableError
from plumbrule_portal.systems.exchange import Organisation, Wanted, formats, read_file, read_outside, slug, write_file
from plumbrule_portal.systems.exchange.names import organisations
from plumbrule_portal.systems.exchange.plain import from_html, from_markdown
from plumbrule_portal.systems.record import read_record, record_from, write_record

DAY = "2026-11-21"
ENTRY = {
    "id": "1",
    "title": "Lampen",
    "organisatie": "Stad",
    "doel": "Licht",
    "status": "in_gebruik",
    "impactassessment": "Nee",
    "juridische_basis": "",
    "geregistreerd": "2026-01-01",
    "url": "https://r.example/1",
}


def nl(*entries: Any) -> bytes:
    """A file of short Dutch entries."""
    return json.dumps({"algoritmes": list(entries)}).encode()


def wanted(name: str) -> Wanted:
    """A wish with nothing but the format and the day."""
    return Wanted(format=name, retrieved=DAY)


@pytest.mark.parametrize("name", formats())
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"{",
        b"[[]]",
        b"\xff\xfe\x00",
        b"PK\x03\x04\x00",
        b"[" * 200_000,
        b'{"a": NaN}',
        b"a,b\n1,2\n",
        b"\x00",
    ],
)
def test_a_file_of_another_kind_is_refused(name: str, content: bytes) -> None:
    """Got, expected and cure, in every format; a list of nothing gives nothing."""
    try:
        imported, report = read_file(content, wanted(name))
    except InputError as error:
        assert error.got
        assert error.expected
        assert error.cure
    else:
        assert imported.records == ()
        assert report.done == 0


def test_limits_hold() -> None:
    """Too many bytes, too many entries, too long a card."""
    with pytest.raises(LimitError, match="bytes"):
        read_file(b" " * ((64 << 20) + 1), wanted("nl-register"))
    with pytest.raises(LimitError, match="50,001"):
        read_file(nl(*[{}] * 50_001), wanted("nl-register"))
    with pytest.raises(LimitError, match="characters"):
        read_file(b"# x\n" + b"y" * 2_000_000, wanted("model-card"))


def test_one_bad_entry_does_not_stop_the_others() -> None:
    """It is refused by itself, and the report says which and why."""
    imported, report = read_file(
        nl(ENTRY, 5, {**ENTRY, "id": ""}, ENTRY, {**ENTRY, "id": "2", "title": " "}), wanted("nl-register")
    )
    assert [record.id for record in imported.records] == ["nl-1"]
    refused = {note.said(): note.entries for note in report.of("refused")}
    assert refused == {
        "It is not an entry with a number or a name.": ("#2", "#3"),
        "An earlier entry of the file has the same id.": ("nl-1",),
        "It has no name that could be shown.": ("nl-2",),
    }


def test_what_does_not_fit_stays_behind_alone() -> None:
    """A wrong address, a made-up status, a number where a text belongs and a key that nobody knows: each one remark."""
    odd = {**ENTRY, "url": "javascript:alert(1)", "status": "kapot", "doel": 7, "surprise": {"a": 1}, "title": "La\u202empen"}
    imported, report = read_file(nl({**odd, "title": "Lampen"}), wanted("nl-register"))
    record = imported.records[0]
    assert {note.theirs for note in report.of("not-mapped")} == {"url", "status", "doel", "surprise"}
    assert record.fields["elsewhere"] == ({"register": "nl-register", "entry": "1", "since": "2026-01-01"},)
    imported, report = read_file(nl(odd), wanted("nl-register"))
    assert imported.records == ()
    assert [note.said() for note in report.of("refused")] == ["It has no name that could be shown."]
    assert [note.said() for note in report.of("not-mapped")] == ["The text holds invisible control characters."]


def test_the_address_of_a_person_goes_nowhere() -> None:
    """Neither into the record nor into the report, which says why."""
    entry = {"name": "Lampen", "description_short": "Licht", "organization": "Stad", "contact_email": "j.jansen@stad.example"}
    imported, report = read_file(json.dumps([entry]).encode(), wanted("nl-standard-1.0"))
    assert "jansen" not in str(imported) + str(report)
    notes = [note for note in report.of("not-mapped") if note.theirs == "contact_email"]
    assert [note.said() for note in notes] == ["This looks like the e-mail address of a person."]


@pytest.mark.parametrize(
    ("header", "got"),
    [
        ("a: &a [1]\nb: [*a, *a]", "anchors"),
        ("a: !!python/object/apply:os.system [ls]", "tags"),
        ("- 1", "names and values"),
        ("a: [", "not plain YAML"),
        ("a: " + "[" * 100_000, "deeply"),
        ("- " * 5000, "deeply"),
    ],
)
def test_a_header_that_is_no_plain_yaml_is_refused(header: str, got: str) -> None:
    """No anchors that grow without end, no tags that make objects."""
    with pytest.raises(UnreadableError, match=got):
        read_file(f"---\n{header}\n---\n# Card\n".encode(), wanted("model-card"))


def test_an_unknown_format_or_day_or_owner_is_refused() -> None:
    """The caller's own slips, with the choices."""
    for slip in (
        Wanted(format="xml", retrieved=DAY),
        Wanted(format="nl-register", retrieved="yesterday"),
        Wanted(format="model-card", retrieved=DAY, organisation=Organisation(id="a b", name="A")),
    ):
        with pytest.raises(InputError) as caught:
            read_file(nl(ENTRY), slip)
        assert caught.value.cure
    for records in ([], [record_from(WHOLE), record_from(WHOLE)]):
        with pytest.raises(InputError, match="records were given"):
            write_file(records, "model-card", names={})


WHOLE = {
    "schema": "plumbrule-record/1",
    "form": "system-1",
    "id": "x",
    "organisation": "y",
    "language": "en",
    "declared": None,
    "fields": {"name": {"en": "X"}},
}


def test_the_limited_process_refuses_as_reading_here_does() -> None:
    """The words of the refusal come through; a clock that runs out is one refusal more."""
    with pytest.raises(InputError, match="no list 'algoritmes'"):
        read_outside(b"{}", wanted("nl-register"))
    with pytest.raises(LimitError, match="too long"):
        read_outside(nl(ENTRY), wanted("nl-register"), seconds=0.01)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.sampled_from(["https://a.example/", "Ja", "2020-01"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_anything_at_any_place_is_taken_or_remarked(data: st.DataObject) -> None:
    """Whatever stands where a value should: no crash, the record is whole, and what was lost is in the report."""
    name, entry = data.draw(st.sampled_from([("nl-register", ENTRY), ("cyclonedx", MODEL)]))
    key = data.draw(st.sampled_from(sorted(entry)))
    changed = {**entry, key: data.draw(JSON)}
    content = nl(changed) if name == "nl-register" else bom(changed)
    try:
        imported, report = read_file(content, wanted(name))
    except InputError as error:
        assert error.cure
        return
    for record in imported.records:
        assert read_record(write_record(record)) == record
        again, _ = write_file([record], name, names={one.id: one.name for one in imported.organisations})
        raw = json.loads(again)
        back = (raw.get("algoritmes") or raw["components"])[0]
        noted = {note.theirs.partition(".")[0] for note in report.notes if note.kind != "mapped"}
        value = changed[key]
        assert key in noted or back.get(key) == value or not value or not str(value).strip() or _bare(value)


def _bare(value: Any) -> bool:
    """Nothing but empty parts."""
    return isinstance(value, list | dict) and all(
        part in (None, "", [], {}) or (isinstance(part, str) and not part.strip())
        for part in (value.values() if isinstance(value, dict) else value)
    )


MODEL = {
    "type": "machine-learning-model",
    "name": "m",
    "version": "1",
    "description": "d",
    "licenses": [{"license": {"name": "MIT"}}],
    "hashes": [{"alg": "SHA-256", "content": "0" * 64}],
    "externalReferences": [{"type": "website", "url": "https://m.example/"}],
    "modelCard": {"considerations": {"users": ["clerks"]}},
}


def bom(*models: Any) -> bytes:
    """A bill of materials."""
    return json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.6", "components": list(models)}).encode()


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=200) | st.text(alphabet="<>/pdivscript &;#lt\n-*_[]()!`ah", max_size=80))
def test_plain_text_holds_no_mark_up(text: str) -> None:
    """No tag that a browser knows survives the way through HTML, and doing it twice changes nothing that was plain."""
    for said in (from_html(f"<p>{text}</p>"), from_markdown(text)):
        assert "<script" not in said.lower() or "&lt;" in text.lower() or "&#" in text or "&LT" in text


def test_mark_up_becomes_paragraphs_and_lines() -> None:
    """What a person would see, without scripts; a link keeps its address."""
    said = from_html('<h2>A</h2><p>b<br>c</p><ul><li>d</li><li><a href="https://e.example/">e</a></li></ul><script>f()</script>')
    assert said == "A\n\nb\nc\n\n- d\n- e (https://e.example/)"
    assert from_markdown("**A** _b_ `c`\n\n```\nx < y\n```\n![p](q.png)") == "A b `c`\n\nx < y\n\np"


def test_ids_are_stable_and_never_shared() -> None:
    """Names that look alike get ids of their own, whatever their order; letters of any script give something."""
    names = ["Stad", "STAD", "Städ", "卫生部", "卫生局", "وزارة الصحة", "Министерство труда", ""]
    found = organisations(names, country="xx", known={})
    assert len({one.id for one in found.values()}) == len(names)
    assert organisations(reversed(names), country="xx", known={}) == found
    assert slug("Министерство труда") == "ministerstvo-truda"
    assert found[""].id == "xx-not-stated"
    assert all(len(slug(name)) < 100 for name in [*names, "x" * 5000])
