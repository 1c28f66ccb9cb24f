"""Akoma Ntoso: valid against the schema, complete, well-formed whatever the text, and read back as it was."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from exchange_fixtures import DECLARATION, NOTED, RESOLUTION, made_up, read_text, schema_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from read_fixtures import DISPLACED, SIX

from plumbrule.rulebook import load_rulebook
from plumbrule.rulebook.asking import Addressee, Quantity
from plumbrule.rulebook.exchange import as_akn, wording_documents
from plumbrule.rulebook.exchange.meta import UNDATED
from plumbrule.rulebook.exchange.xml import escaped
from plumbrule.rulebook.reading import Ask, Document, Heading, Reading, load_document, read_document

AKN = "{http://docs.oasis-open.org/legaldocml/ns/akn/3.0}"
OURS = "{urn:x-plumbrule:reading:1}"
WRITTEN = [RESOLUTION, DECLARATION, NOTED, DISPLACED, *SIX.values()]
FORBIDDEN = (*range(9), 11, 12, *range(14, 32), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF)
OFFICIAL = [
    "A_78_L49.zh.txt",
    "global-ai-governance-initiative.zh.txt",
    "policy-brief-5-global-digital-compact.zh.txt",
    "udhr_217A/udhr_eng.xml",
    "udhr_217A/udhr_arb.xml",
    "news-78-311.zh.md",
    "akn4un/itu_pp18_dec_5.xml",
    "akn4un/itu_pp18_final_acts_akn.xml",
]


@pytest.fixture(scope="module")
def schema(shared: Path) -> etree.XMLSchema:
    """The official schema."""
    return schema_of(shared)


def official(shared: Path, name: str) -> tuple[Reading, Document]:
    document = load_document(shared / "instruments" / name)
    return read_document(document), document


def visible(text: str) -> str:
    return "".join(text.split())


def again(folder: Path, xml: str) -> Reading:
    """What is read from a file with this XML."""
    path = folder / "again.xml"
    path.write_text(xml, encoding="utf-8", newline="\n")
    return read_document(load_document(path))


def told(reading: Reading) -> list[tuple[object, ...]]:
    """What a round trip must keep of each provision."""
    return [
        (p.id, p.kind, p.parent, p.text, p.cites, p.displaced, *(replace(ask, verb_at=(0, 0)) for ask in p.asks))
        for p in sorted(reading.passages, key=lambda p: p.id)
    ]


def named(reading: Reading) -> Heading:
    """What it keeps of what the text says of itself: all but places and what a report is about."""
    return replace(reading.heading, title_at=None, sponsors_at=None, asterisk_notes=(), about=None)


def held(xml: str) -> dict[str, str]:
    """The text of every provision as the XML holds it: without its number, its notes and what stands under it."""
    root = etree.fromstring(xml.encode())
    return {node.get(f"{OURS}id"): "".join(_own(node)) for node in root.iter() if node.get(f"{OURS}kind")}


def _own(node: etree._Element) -> Iterator[str]:
    worded = node.tag.removeprefix(AKN) in {"p", "heading", "crossHeading", "block", "ref"}  # line breaks elsewhere say nothing
    yield (node.text or "") if worded else ""
    for child in node:
        skipped = child.get(f"{OURS}id") or child.get(f"{OURS}outside") or child.tag in {f"{AKN}num", f"{AKN}meta"}
        if not skipped:
            yield from _own(child)
        yield (child.tail or "") if worded else ""


@pytest.mark.shared
@pytest.mark.parametrize("name", OFFICIAL)
def test_official_texts_become_valid_documents_and_come_back(
    shared: Path, tmp_path: Path, schema: etree.XMLSchema, name: str
) -> None:
    """No fault by the schema; ids, kinds, parents, texts and citations of every provision the same after a second reading."""
    reading, document = official(shared, name)
    xml = as_akn(reading, document)
    assert schema.validate(etree.fromstring(xml.encode())), schema.error_log
    back = again(tmp_path, xml)
    assert told(back) == told(reading)
    assert named(back) == named(reading) or not reading.passages
    assert not [fault for fault in back.faults if "line {line}" in fault.what]


@pytest.mark.shared
@pytest.mark.parametrize("name", OFFICIAL[:5])
def test_no_visible_character_is_lost(shared: Path, name: str) -> None:
    """The text in the elements is that of the provisions; with what stands aside, every character of the file is there."""
    reading, document = official(shared, name)
    xml = as_akn(reading, document)
    texts = held(xml)
    assert {p.id: visible(p.text) for p in reading.passages} == {name: visible(text) for name, text in texts.items()}
    whole = visible("".join(etree.fromstring(xml.encode()).itertext()))
    for piece in reading.outside:
        for line in document.text[piece.start : piece.end].splitlines():
            assert visible(escaped(line)) in visible(escaped(whole))


@pytest.mark.parametrize("text", WRITTEN)
def test_texts_written_for_this_come_back(tmp_path: Path, text: str) -> None:
    """Draft resolutions in six languages, one with its numbers apart, a declaration and a file with notes."""
    reading, document = read_text(tmp_path, text)
    assert len(reading.passages) > 2
    xml = as_akn(reading, document)
    assert told(again(tmp_path, xml)) == told(reading)
    assert xml == as_akn(*read_text(tmp_path, text))


@pytest.mark.shared
@pytest.mark.parametrize("text", WRITTEN)
def test_they_are_valid_too(schema: etree.XMLSchema, tmp_path: Path, text: str) -> None:
    """By the official schema."""
    assert schema.validate(etree.fromstring(as_akn(*read_text(tmp_path, text)).encode())), schema.error_log


def test_a_resolution_is_laid_out_as_the_guidelines_say(tmp_path: Path) -> None:
    """Title, enacting formula, containers of the preamble, paragraphs with a list of points, references to documents."""
    root = etree.fromstring(as_akn(*read_text(tmp_path, RESOLUTION)).encode())
    statement = root[0]
    assert (statement.tag, statement.get("name")) == (f"{AKN}statement", "resolutionDraft")
    assert [child.tag.removeprefix(AKN) for child in statement] == ["meta", "preface", "preamble", "mainBody"]
    assert root.findtext(f".//{AKN}docTitle") == "Wells for dry places"
    assert root.findtext(f".//{AKN}docNumber") == "A/90/L.7"
    assert root.find(f".//{AKN}formula").get("name") == "enactingFormula"
    assert [c.get("name") for c in root.iterfind(f".//{AKN}preamble/{AKN}container")] == ["recital", "recital"]
    point = root.find(f".//{AKN}mainBody/{AKN}paragraph/{AKN}list/{AKN}point")
    assert (point.get("eId"), point.findtext(f"{AKN}num")) == ("para_1__list_1__point_a", "(a)")
    refs = {(ref.text, ref.get("href")) for ref in root.iter(f"{AKN}ref")}
    assert refs == {
        ("85/12", "https://undocs.org/A/RES/85/12"),
        ("A/84/99", "https://undocs.org/A/84/99"),
        ("86/7", "https://undocs.org/A/RES/86/7"),
    }


def test_a_document_says_what_it_is_a_version_of(tmp_path: Path) -> None:
    """Work, expression and manifestation; a date that the text does not print is marked unknown, and no clock is read."""
    root = etree.fromstring(as_akn(*read_text(tmp_path, RESOLUTION)).encode())
    work, expression, written = root.find(f".//{AKN}identification")
    assert work.find(f"{AKN}FRBRuri").get("value") == f"/akn/un/statement/deliberation/ga/{UNDATED}/A-90-L.7"
    assert work.find(f"{AKN}FRBRdate").attrib == {"date": UNDATED, "name": "unknown"}
    assert work.find(f"{AKN}FRBRauthoritative").get("value") == "false"
    assert expression.find(f"{AKN}FRBRlanguage").get("language") == "eng"
    assert written.find(f"{AKN}FRBRdate").get("name") == "unknown"


def test_notes_stand_where_their_number_stood(tmp_path: Path) -> None:
    """A note in mid-sentence interrupts no text, is cited through, and *ibid.* still means the note before."""
    reading, document = read_text(tmp_path, NOTED)
    passages = {passage.id: passage for passage in reading.passages}
    assert passages["preamble.1"].text == "Recalling its report, which is long,"
    assert (passages["note.1"].parent, passages["note.2"].parent) == ("preamble.1", "1")
    assert passages["1"].cites == passages["preamble.1"].cites == ("A/84/99",)
    note = etree.fromstring(as_akn(reading, document).encode()).find(f".//{AKN}mainBody//{AKN}authorialNote")
    assert (note.get("marker"), note.getparent().text) == ("2", "Calls upon States")


def test_asks_stand_in_metadata_under_our_own_name(tmp_path: Path) -> None:
    """Who is asked, by which verb, what and by when, tied to the paragraph by its identifier."""
    reading, document = read_text(tmp_path, RESOLUTION)
    ask = Ask(
        verb="Calls upon", verb_at=(3, 13), function="exhorts", rank="calls-upon", deadline="2035",
        addressees=(Addressee(kind="named-body", name="A & B"),), quantity=Quantity(value=1e6, unit="people"),
        qualifiers=("urgent",), confirmed_by='A "name"',
    )  # fmt: skip
    passages = tuple(replace(passage, asks=(ask,)) if passage.id == "1" else passage for passage in reading.passages)
    root = etree.fromstring(as_akn(replace(reading, passages=passages), document).encode())
    said = root.find(f".//{AKN}proprietary/{OURS}provision/{OURS}ask")
    assert said.getparent().get("ref") == "#para_1"
    assert (said.get("verb"), said.get("deadline"), said.get("confirmed-by")) == ("Calls upon", "2035", 'A "name"')
    assert said.find(f"{OURS}addressee").attrib == {"class": "named-body", "name": "A & B"}
    assert said.find(f"{OURS}quantity").attrib == {"value": "1000000", "unit": "people"}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.text(st.characters(codec=None), max_size=30), min_size=1, max_size=6), st.booleans())
def test_no_text_makes_it_ill_formed(texts: list[str], deep: bool) -> None:
    """Controls, NUL, lone surrogates, brackets: always well-formed, identifiers unique, texts whole but for what XML forbids."""
    xml = as_akn(*made_up(texts, deep=deep))
    root = etree.fromstring(xml.encode("utf-8"))
    eids = [node.get("eId") for node in root.iter(etree.Element) if node.get("eId")]
    assert len(eids) == len(set(eids))
    shown = [text.translate(dict.fromkeys(FORBIDDEN, "�")) for text in texts]
    assert [text for _, text in sorted(held(xml).items(), key=lambda one: (len(one[0]), one[0]))] == shown


@pytest.mark.shared
def test_deep_nesting_and_hostile_texts_stay_valid(schema: etree.XMLSchema) -> None:
    """Two thousand levels are written without a crash: those too deep stand side by side and name their parents."""
    reading, document = made_up([f"]]> <{n}> \x00 &amp;" for n in range(2000)], deep=True)
    root = etree.fromstring(as_akn(reading, document).encode(), etree.XMLParser(huge_tree=True))
    assert schema.validate(root), schema.error_log
    assert len([node for node in root.iter(etree.Element) if node.get(f"{OURS}kind")]) == 2000


@pytest.mark.shared
@pytest.mark.parametrize("language", ["en", "zh"])
def test_our_wording_is_written_as_ours(schema: etree.XMLSchema, tmp_path: Path, language: str) -> None:
    """A document for each instrument that has provisions: valid, by us, not the official text, every provision in it."""
    rulebook = load_rulebook()
    documents = wording_documents(rulebook, language=language, when="2026-11-21T00:00:00Z")
    assert set(documents) == {f"{p.instrument}.xml" for p in rulebook.provisions.values()}
    for name, xml in documents.items():
        root = etree.fromstring(xml.encode())
        assert schema.validate(root), schema.error_log
        assert "not the official text" in "".join(root.find(f".//{AKN}preface").itertext())
        authors = {author.get("href") for author in root.iter(f"{AKN}FRBRauthor")}
        assert authors == {"#plumbrule"}
        back = again(tmp_path, xml)
        wanted = {p.id.partition("/")[2]: p for p in rulebook.provisions.values() if f"{p.instrument}.xml" == name}
        said = {name: " ".join(p.wording.said(language)[0].split()) for name, p in wanted.items()}
        assert {p.id: p.text for p in back.passages} == said


def test_a_wording_that_is_missing_is_told() -> None:
    """Asked for a language that the rulebook does not hold, a document gives the English and says where."""
    documents = wording_documents(load_rulebook(), language="xx")
    root = etree.fromstring(documents["CA.xml"].encode())
    assert len(root.findall(f".//{OURS}fault")) == len([n for n in root.iter(etree.Element) if n.get(f"{OURS}kind")])
