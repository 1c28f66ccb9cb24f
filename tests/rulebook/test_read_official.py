"""The official texts, read: structure against the marks made by hand, the Declaration in six languages, a news report.

The figures of benchmarks/read_accuracy.py are held here for the three texts that rules were written on; for the two that were
read cold and seen since, in test_read_seen.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from read_measured import accuracy, owned_once

from plumbrule.rulebook.reading import Document, Reading, load_document, read_document

ROOT = Path(__file__).resolve().parents[2]
ANSWERS = Path(__file__).parent / "reading"
WORKED_ON = ("R265", "GAI", "GDC")
EXACT = ("provisions", "provision.parent", "provision.breaks", "provision.cites", "outside")
DECLARATION = ("arb", "cmn_hans", "eng", "fra", "rus", "spa")
LANGUAGE = {"arb": "ar", "cmn_hans": "zh", "eng": "en", "fra": "fr", "rus": "ru", "spa": "es"}


@pytest.fixture(scope="module")
def official(shared: Path) -> dict[str, tuple[dict[str, Any], Document, Reading]]:
    """Each text with its marks, read once."""
    found = {}
    for name in WORKED_ON:
        answers = yaml.safe_load((ANSWERS / f"{name}.yaml").read_text(encoding="utf-8"))
        document = load_document(shared / "instruments" / answers["file"])
        found[name] = (answers, document, read_document(document))
    return found


@pytest.mark.parametrize("name", WORKED_ON)
@pytest.mark.parametrize("field", EXACT)
def test_structure_is_as_marked(official: dict[str, Any], name: str, field: str) -> None:
    """Ids, kinds, spans, parents, breaks, citations and what stands outside: precision and recall 1.00."""
    answers, document, reading = official[name]
    result = accuracy().score(reading, answers, document.text)[field]
    assert result.right == result.found == result.wanted, result.differences


@pytest.mark.parametrize("name", WORKED_ON)
def test_the_instrument_is_as_marked(official: dict[str, Any], name: str) -> None:
    """Symbol, title, body, session, date, agenda item, sponsors, notes, status, language and citations."""
    answers, document, reading = official[name]
    scores = accuracy().score(reading, answers, document.text)
    wrong = {field: s.differences for field, s in scores.items() if field.startswith("instrument.") and s.differences}
    assert wrong == {}


@pytest.mark.parametrize("name", WORKED_ON)
def test_nothing_is_dropped_and_nothing_read_twice(official: dict[str, Any], name: str) -> None:
    """Every visible character of the file has one owner: a provision, or a piece outside with its word."""
    _, document, reading = official[name]
    assert owned_once(reading, document.text)


@pytest.mark.parametrize("name", WORKED_ON)
def test_lost_characters_are_kept_and_told(official: dict[str, Any], name: str) -> None:
    """A lost digit stays � in the text of its provision, and its place is among the faults."""
    _, document, reading = official[name]
    lost = {at for at, sign in enumerate(document.text) if sign == "�"}
    told = {at for fault in reading.faults for at in range(*fault.at) if "lost" in fault.what}
    assert lost <= told
    kept = sum(passage.text.count("�") for passage in reading.passages)
    inside = {
        at for at in lost for p in reading.passages if p.start <= at < p.end and not any(s <= at < e for s, e in p.breaks)
    }
    assert kept == len(inside)


def test_words_are_whole(official: dict[str, Any]) -> None:
    """No line break, no header and no footnote number is left inside the text of a provision."""
    for _, _, reading in official.values():
        assert not any("\n" in passage.text or "  " in passage.text for passage in reading.passages)


LAYOUTS: dict[str, Callable[[str], str]] = {
    "line ends of Windows": lambda text: text.replace("\n", "\r\n"),
    "no form feeds": lambda text: text.replace("\f", ""),
    "every line end doubled": lambda text: text.replace("\n", "\n\n"),
    "spaces between characters": lambda text: re.sub(r"(?<=[\u4e00-\u9fff])(?=[\u4e00-\u9fff])", " ", text),
    "spaces that do not break": lambda text: text.replace(" ", "\u00a0"),
    "signs of half width": lambda text: text.replace("，", ",").replace("；", ";").replace("：", ":"),
    "a byte order mark": lambda text: "\ufeff" + text,
}
WITHOUT_LAYOUT: dict[str, Callable[[str], str]] = {
    "no blank lines": lambda text: re.sub(r"\n\s*\n+", "\n", text),
    "no indents": lambda text: "\n".join(line.strip() for line in text.split("\n")),
    "neither": lambda text: "\n".join(line.strip() for line in text.split("\n") if line.strip()),
}


def letters(reading: Reading) -> dict[str, str]:
    """Texts by id, without white space and signs."""
    return {passage.id: re.sub(r"[\s.,，;；:：]", "", passage.text) for passage in reading.passages}


@pytest.mark.parametrize(
    ("name", "layout"),
    [*((name, layout) for name in WORKED_ON for layout in LAYOUTS), *(("R265", layout) for layout in WITHOUT_LAYOUT)],
)
def test_another_layout_changes_nothing(official: dict[str, Any], name: str, layout: str) -> None:
    """The same provisions with the same letters, and as many asks, when extraction leaves other spaces, lines and signs."""
    _, document, reading = official[name]
    changed = replace(document, text={**LAYOUTS, **WITHOUT_LAYOUT}[layout](document.text))
    found = read_document(changed)
    assert letters(found) == letters(reading)
    assert [len(passage.asks) for passage in found.passages] == [len(passage.asks) for passage in reading.passages]


@pytest.mark.parametrize("layout", WITHOUT_LAYOUT)
def test_objectives_and_actions_need_no_layout(official: dict[str, Any], layout: str) -> None:
    """Where no blank line and no indent is left, the brief's objectives, actions and bullets are still all there, and no more."""
    _, document, reading = official["GDC"]
    found = read_document(replace(document, text=WITHOUT_LAYOUT[layout](document.text)))
    asked = {"objective", "action", "bullet"}
    assert {p.id for p in found.passages if p.kind in asked} == {p.id for p in reading.passages if p.kind in asked}


def test_a_report_is_no_instrument(shared: Path) -> None:
    """A news report is about a resolution, and holds no provision of it."""
    reading = read_document(load_document(shared / "instruments" / "news-78-311.zh.md"))
    assert reading.heading.about
    assert reading.passages == ()
    assert reading.unread == ()


@pytest.fixture(scope="module")
def declaration(shared: Path) -> dict[str, Reading]:
    """Resolution 217 A (III) in six languages."""
    folder = shared / "instruments" / "udhr_217A"
    return {name: read_document(load_document(folder / f"udhr_{name}.xml")) for name in DECLARATION}


@pytest.mark.parametrize("name", DECLARATION)
def test_the_declaration_has_thirty_articles_in_every_language(declaration: dict[str, Reading], name: str) -> None:
    """Articles 1 to 30 with their paragraphs under the same ids; its opening is no provision; nothing is unread."""
    reading = declaration[name]
    assert reading.heading.language == LANGUAGE[name]
    assert reading.unread == ()
    articles = [passage.id for passage in reading.passages if passage.kind == "section"]
    assert articles == [str(number) for number in range(1, 31)]
    english = [p.id for p in declaration["eng"].passages if p.kind != "preamble"]
    assert [p.id for p in reading.passages if p.kind != "preamble"] == english
    assert all(p.parent == p.id.rpartition(".")[0] for p in reading.passages if p.kind == "item")


def test_the_preamble_of_the_declaration_tells_its_versions_apart(declaration: dict[str, Reading]) -> None:
    """Seven recitals and the proclamation; the Arabic file lacks one recital and breaks the proclamation in two lines."""
    preambles = {name: sum(p.kind == "preamble" for p in reading.passages) for name, reading in declaration.items()}
    assert preambles == {"arb": 7, "cmn_hans": 8, "eng": 8, "fra": 8, "rus": 8, "spa": 8}


def test_articles_hold_their_words_without_their_names(declaration: dict[str, Reading]) -> None:
    """*Article 3* is the name of an article, not its text; an article that is only a name keeps it."""
    passages = {passage.id: passage for passage in declaration["eng"].passages}
    assert passages["3"].text.startswith("Everyone")
    assert passages["29"].text == "Article 29"


@pytest.mark.parametrize("file", ["itu_pp18_res_2.xml", "itu_pp18_dec_5.xml", "itu_pp18_final_acts_akn.xml"])
def test_invalid_akoma_ntoso_is_read_whole_and_its_faults_told(shared: Path, file: str) -> None:
    """Files that no schema accepts: provisions with ids, all different; faults listed; nothing unread."""
    document = load_document(shared / "instruments" / "akn4un" / file)
    reading = read_document(document)
    ids = [passage.id for passage in reading.passages]
    assert len(ids) == len(set(ids)) > 10
    assert any("eId" in fault.what for fault in reading.faults)
    assert reading.unread == ()
