"""Bad Akoma Ntoso: every fault is told with its line, and every visible character stands somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from exchange_fixtures import NOTED, read_text, schema_of
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from plumbrule.errors import InputError
from plumbrule.rulebook.reading import Document, Reading, load_document, read_document
from plumbrule.rulebook.reading.extract_xml import extract

AKN = "{http://docs.oasis-open.org/legaldocml/ns/akn/3.0}"
FILES = {"itu_pp18_dec_5": (21, 53), "itu_pp18_res_2": (3, 38), "itu_pp18_final_acts_akn": (3952, 2866)}
"""The faults that the schema finds in each file, and the provisions that we do."""


def visible(text: str) -> str:
    return "".join(text.split())


def lines(reading: Reading, what: str) -> set[int]:
    """The lines of faults of one kind."""
    return {int(dict(fault.values)["line"]) for fault in reading.faults if what in fault.what}


def whole(reading: Reading, document: Document) -> bool:
    """Every visible character stands in a provision or in a listed piece, once."""
    held = [0] * len(document.text)
    for passage in reading.passages:
        inside = [place for start, end in passage.breaks for place in range(start, end)]
        for place in set(range(passage.start, passage.end)) - set(inside):
            held[place] += 1
    for piece in reading.outside:
        for place in range(piece.start, piece.end):
            held[place] += 1
    return all(times == 1 for times, sign in zip(held, document.text, strict=True) if not sign.isspace())


@pytest.mark.shared
@pytest.mark.parametrize("name", FILES)
def test_what_the_schema_finds_is_told_with_its_line(shared: Path, name: str) -> None:
    """Against the schema as an oracle: repeated identifiers, attributes and elements out of place, on the same lines."""
    path = shared / "instruments" / "akn4un" / f"{name}.xml"
    schema = schema_of(shared)
    tree = etree.parse(str(path))
    schema.validate(tree)
    assert len(schema.error_log) == FILES[name][0]
    wanted: dict[str, set[int]] = {"CVC_IDC": set(), "CVC_COMPLEX_TYPE_3_2_1": set(), "ELEMENT_CONTENT": set()}
    for error in schema.error_log:
        wanted[error.type_name.removeprefix("SCHEMAV_")].add(error.line)
    reading = read_document(load_document(path))
    misplaced = lines(reading, "may not stand here")
    assert misplaced == wanted["ELEMENT_CONTENT"]
    assert lines(reading, "the attribute") == wanted["CVC_COMPLEX_TYPE_3_2_1"]
    unseen = {node.sourceline for list_ in tree.iter(f"{AKN}list") if list_.sourceline in misplaced for node in list_.iter()}
    assert lines(reading, "(eId)") - unseen == wanted["CVC_IDC"] - unseen  # the schema looks into no element out of place
    ids = [node.get("eId") for node in tree.iter(etree.Element) if node.get("eId")]
    assert sum("(eId)" in fault.what for fault in reading.faults) == len(ids) - len(set(ids))


@pytest.mark.shared
@pytest.mark.parametrize("name", FILES)
def test_invalid_files_lose_nothing(shared: Path, name: str) -> None:
    """All text outside the metadata is in the document, in its order; all of that in a provision or a piece."""
    path = shared / "instruments" / "akn4un" / f"{name}.xml"
    document = load_document(path)
    reading = read_document(document)
    root = etree.parse(str(path)).getroot()
    for meta in list(root.iter(f"{AKN}meta")):
        meta.getparent().remove(meta)
    assert visible(document.text) == visible("".join(root.itertext()))
    assert len(reading.passages) == FILES[name][1]
    assert whole(reading, document)


def test_each_kind_of_fault_has_a_place(tmp_path: Path) -> None:
    """An unknown element, a missing one, a pointer at nothing, a second identifier: told, and the text is read."""
    xml = NOTED.replace("<meta/>", "").replace('<p>On wells', '<p>On wells').replace(
        'eId="para_1"', 'eId="rec_1" refersTo="#nowhere"'
    ).replace("<content>", "<contents>").replace("</content>", "</contents>")  # fmt: skip
    reading, document = read_text(tmp_path, xml, "bad.xml")
    told = " | ".join(str(fault) for fault in reading.faults)
    for part in ("has no element contents", "statement has no element meta", "#nowhere points at nothing", "(eId) rec_1"):
        assert part in told
    assert whole(reading, document)
    assert {"1", "preamble.1", "note.1", "note.2"} <= {passage.id for passage in reading.passages}


def test_a_sound_file_has_no_faults(tmp_path: Path) -> None:
    """But for the metadata that it leaves empty."""
    reading, document = read_text(tmp_path, NOTED)
    assert [str(fault) for fault in reading.faults] == ["line 2: meta has no element identification"]
    assert whole(reading, document)


def test_notes_in_the_metadata_are_read(tmp_path: Path) -> None:
    """Akoma Ntoso may keep the text of notes apart from the text."""
    noted = '<meta><notes source="#x"><note marker="7" eId="n7"><p>Kept apart.</p></note></notes></meta>'
    reading, document = read_text(tmp_path, NOTED.replace("<meta/>", noted))
    assert {passage.id: passage.text for passage in reading.passages}["note.7"] == "Kept apart."
    assert whole(reading, document)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "gb18030", "windows-1251"])
def test_encodings_that_the_file_declares(tmp_path: Path, encoding: str) -> None:
    """China's and Russia's encodings too, which the parser does not know by itself."""
    title = "О колодцах" if encoding == "windows-1251" else "关于水井"
    xml = NOTED.replace("On wells", title).replace("UTF-8", encoding)
    reading, _ = read_text(tmp_path, xml.encode(encoding))
    assert reading.heading.title == title


@pytest.mark.parametrize("cut", [200, 300, 400, 500, 600])
def test_a_file_cut_off_is_read_as_far_as_it_goes(tmp_path: Path, cut: int) -> None:
    """And beyond the place where it is no longer XML, without its marks; told."""
    reading, document = read_text(tmp_path, NOTED[:cut])
    assert any("not well-formed" in fault.what for fault in reading.faults)
    assert whole(reading, document)


def test_what_follows_a_broken_place_is_listed(tmp_path: Path) -> None:
    """A stray bracket in the middle: the rest is there, as unread."""
    reading, document = read_text(tmp_path, NOTED.replace("Calls upon", "Calls < upon"))
    unread = "".join(document.text[piece.start : piece.end] for piece in reading.unread)
    assert "to dig." in unread
    assert whole(reading, document)


def test_entities_are_refused(tmp_path: Path) -> None:
    """No file makes another of itself."""
    bomb = NOTED.replace("<akomaNtoso", '<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb">]><akomaNtoso', 1)
    with pytest.raises(InputError, match="declares entities"):
        read_text(tmp_path, bomb)


def test_faults_without_end_are_counted(tmp_path: Path) -> None:
    """Twenty thousand repeated identifiers: ten thousand told, the rest as a number."""
    rows = '<paragraph eId="a"><content><p>x</p></content></paragraph>' * 20_000
    found = extract(re.sub(r"(?<=<mainBody>).*(?=</mainBody>)", rows, NOTED, flags=re.DOTALL).encode())
    faults = found["faults"]
    assert isinstance(faults, list)
    assert len(faults) == 10_001
    assert re.search(r"'count': 1000\d|'count': 9999", str(faults[-1][3]))


def test_nesting_without_end_is_read(tmp_path: Path) -> None:
    """Fifty thousand points inside each other: the first two hundred elements are units, the rest is their text."""
    many = 50_000
    inner = "<point><num>1</num><content><p>x</p></content>" * many + "</point>" * many
    text = re.sub(r"(?<=<mainBody>).*(?=</mainBody>)", f"<paragraph>{inner}</paragraph>", NOTED, flags=re.DOTALL)
    reading, document = read_text(tmp_path, text)
    assert any("nested too deep" in fault.what for fault in reading.faults)
    assert len(reading.passages) < 250
    assert document.text.count("x") == many


@settings(max_examples=80, deadline=None)
@given(st.integers(0, len(NOTED)), st.binary(max_size=6))
def test_no_damage_makes_it_crash(place: int, damage: bytes) -> None:
    """Bytes thrown in anywhere: text, marks inside it, or a refusal that says why."""
    data = NOTED.encode()
    try:
        found = extract(data[:place] + damage + data[place:])
    except InputError:
        return
    text, marks = found["text"], found["marks"]
    assert isinstance(text, str)
    assert isinstance(marks, list)
    assert all(0 <= mark[0] < mark[1] <= len(text) for mark in marks)
