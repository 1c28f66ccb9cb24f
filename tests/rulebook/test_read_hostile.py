"""Files made to break a reader: it refuses with an error of ours or reads what is there, soon, and never opens an address.

`PLUMBRULE_LARGE=1` takes 50 MB in one line, which are refused; without it the longest line that is read. `PLUMBRULE_EXAMPLES=N`
takes N examples of each kind of scraps.
"""

from __future__ import annotations

import hashlib
import os
import random
import socket
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from read_files import akoma_ntoso, docx, html, pdf, zipped
from read_fixtures import SIX
from read_measured import owned_once

from plumbrule.errors import InputError, LimitError, PlumbruleError
from plumbrule.rulebook.reading import Reading, load_document, read_document
from plumbrule.rulebook.reading.document import Document

EXAMPLES = int(os.environ.get("PLUMBRULE_EXAMPLES", "0"))
LARGE = 50_000_000 if os.environ.get("PLUMBRULE_LARGE") else 3_900_000
WHOLE = {
    "a.pdf": pdf([["The General Assembly,", "Recalling the night,"], ["1. Decides to sleep."]]),
    "a.docx": docx(["The General Assembly,", "Recalling the night,^1", ("Decides to sleep.", 0)], notes=["See resolution 70/1."]),
    "a.html": html(["The General Assembly,", "Recalling the night,", "1. Decides to sleep."]),
    "a.xml": akoma_ntoso(),
    "a.txt": SIX["zh"].encode(),
}


def read_text(text: str) -> Reading:
    """A reading of plain text that was loaded already."""
    digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
    return read_document(Document(name="made up", form="text", sha256=digest, text=text))


def read_bytes(tmp_path: Path, name: str, data: bytes) -> Reading | None:
    """A reading of a file; None where an error of ours refused it, which has all its three parts."""
    path = tmp_path / name
    path.write_bytes(data)
    try:
        return read_document(load_document(path))
    except PlumbruleError as error:
        assert error.got
        assert error.expected
        assert error.cure
        return None


@pytest.mark.parametrize("name", WHOLE)
def test_a_file_cut_off_anywhere(tmp_path: Path, name: str) -> None:
    """Read as far as it goes, or refused: at a dozen places, the last bytes among them."""
    data = WHOLE[name]
    places = sorted({1, 4, *(len(data) * step // 10 for step in range(1, 10)), len(data) - 1})
    for place in places:
        read_bytes(tmp_path, name, data[:place])


@pytest.mark.parametrize("name", WHOLE)
def test_a_file_with_bytes_changed(tmp_path: Path, name: str) -> None:
    """The same for a few bytes overwritten, ten times over."""
    chance = random.Random(4)
    for _ in range(10):
        data = bytearray(WHOLE[name])
        for _ in range(5):
            data[chance.randrange(len(data))] = chance.randrange(256)
        read_bytes(tmp_path, name, bytes(data))


HEADS = [b"", b"%PDF-1.7\n", b"PK\x03\x04", b"<?xml version='1.0'?>", b"<html>"]
SCRAPS = st.sampled_from(
    [
        *("The General Assembly,", "大会，", "إن الجمعية العامة،", "Recalling", "1.", "2. Decides", "(a)", "(i)", "•", "» "),
        *("\f", "\n", "\n\n", " ", "\0", "�", "\u202e", "\u2067", "\ufeff", "\u00ad", "\r", "\u2028", "__________", "1 See"),
        *("A/RES/70/1", "resolution 70/1", "第70/1号决议", "附件一", "Annex", "我建议以下目标：", "会员国应：", "我们倡议："),
        *("http://a.invalid/b", "* ", "…", "-\n", "第一条", "48th plenary meeting", "1/2", "36-20465", "draft resolution"),
        *("A: ", "(", "和", "\u2060", "\ud800", "——", "3", "Notes"),
    ]
)


@settings(max_examples=EXAMPLES or 30, deadline=None)
@given(parts=st.lists(st.one_of(SCRAPS, st.text(max_size=30)), max_size=80))
def test_any_row_of_scraps_is_read(parts: list[str]) -> None:
    """Scraps of instruments in any order, mixed directions and lone surrogates: no crash, and every character owned once."""
    text = "".join(parts).replace("\ud800", "�")
    reading = read_text(text)
    assert owned_once(reading, text)
    assert len({passage.id for passage in reading.passages}) == len(reading.passages)
    for passage in reading.passages:
        assert 0 <= passage.start < passage.end <= len(text)


@settings(max_examples=EXAMPLES or 30, deadline=None)
@given(lines=st.lists(st.one_of(SCRAPS, st.text(max_size=12)), max_size=60), language=st.sampled_from(sorted(SIX)))
def test_scraps_inside_a_resolution(lines: list[str], language: str) -> None:
    """The same between the lines of a resolution in each language."""
    text = SIX[language].replace("\n", "\n" + "\n".join(lines).replace("\ud800", "�"), 6)
    assert owned_once(read_text(text), text)


@settings(max_examples=EXAMPLES or 10, deadline=None)
@given(data=st.binary(max_size=3000), head=st.sampled_from(HEADS))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes, head: bytes) -> None:
    """Bytes of no meaning behind the first bytes of every form."""
    read_bytes(tmp_path_factory.mktemp("bytes"), "a", head + data)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("The General Assembly,\n" + "".join(f"{'(' * n}a)\n" for n in range(1, 400)), id="brackets"),
        pytest.param("The General Assembly,\n1. Decides:\n" + "(a) x:\n(i) y:\n" * 3000, id="items"),
        pytest.param("我建议以下目标：\n" + "•" * 50_000 + "\n» " * 5000 + "\n会员国应：\n" + "• »\n" * 5000, id="bullets"),
        pytest.param("我们倡议：\n" + "—" * 100_000 + "。\n" + "——a\n" * 5000, id="dashes"),
        pytest.param("大会，\n" + "回顾" * 200_000 + "\n1. 决定\n", id="words"),
        pytest.param("The General Assembly,\n" + "Recalling resolution " + "1/1, " * 60_000, id="numbers"),
        pytest.param("The General Assembly,\n" + "-\n" * 60_000, id="hyphens"),
        pytest.param("The General Assembly,\n" + "A " * 300_000, id="letters apart"),
        pytest.param("\u202e\u2067إن الجمعية العامة،\n" + "abc \u202eإذ \u2067" * 20_000, id="directions"),
        pytest.param("The General Assembly,\n" + "____________\n" + "1 a\n2 b\n" * 10_000, id="notes"),
        pytest.param("The General Assembly,\n" + "".join(f"{n}.\n\n" for n in range(1, 5000)), id="bare numbers"),
        pytest.param("A" + ", B" * 100_000 + ": draft resolution\nA title\nThe General Assembly,\n1. Decides.\n", id="sponsors"),
    ],
)
def test_long_and_deep_texts_end(text: str) -> None:
    """Repetitions that make careless patterns run for ever: read, and every character owned once."""
    assert owned_once(read_text(text), text)


def test_many_megabytes_in_one_line(tmp_path: Path) -> None:
    """Nearly four million characters in one line are read; fifty million bytes are refused with their limit."""
    path = tmp_path / "a.txt"
    path.write_bytes(b"The General Assembly,\n" + b"1. Decides " * (LARGE // 11))
    if LARGE > 4_000_000:
        with pytest.raises(LimitError, match="more than any instrument"):
            load_document(path)
        return
    reading = read_document(load_document(path, language="en"))
    assert reading.sha256


def test_a_sparse_file_larger_than_memory_is_refused_unread(tmp_path: Path) -> None:
    """The size is looked at before a byte is read."""
    path = tmp_path / "a.txt"
    with path.open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(LimitError, match="larger than any instrument"):
        load_document(path)


def test_a_zip_bomb_in_a_docx_is_refused(tmp_path: Path) -> None:
    """200 MB of nothing in 200 KB; what the ZIP says of its sizes is not believed."""
    bomb = docx(["a"], more={"word/footnotes.xml": b"<a>" + b" " * 200_000_000 + b"</a>"})
    assert len(bomb) < 1_000_000
    path = tmp_path / "a.docx"
    path.write_bytes(bomb)
    with pytest.raises(InputError, match="larger inside"):
        load_document(path)


def test_a_docx_of_too_many_files_is_refused(tmp_path: Path) -> None:
    """As many entries as a directory walk would drown in."""
    path = tmp_path / "a.docx"
    path.write_bytes(zipped({f"word/{n}.xml": b"" for n in range(6000)}))
    with pytest.raises(InputError, match="larger inside"):
        load_document(path)


LAUGHS = '<!DOCTYPE a [<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)) + "]>\n"


def test_a_billion_laughs_are_refused(tmp_path: Path) -> None:
    """No entity is declared: not in Akoma Ntoso, not inside a DOCX."""
    path = tmp_path / "a.xml"
    path.write_bytes(akoma_ntoso(doctype=LAUGHS, more="&a9;"))
    with pytest.raises(InputError, match="entities"):
        load_document(path)
    path = tmp_path / "a.docx"
    inner = f"<?xml version='1.0'?>{LAUGHS}<w>&a9;</w>".encode()
    path.write_bytes(zipped({"word/document.xml": inner}))
    with pytest.raises(InputError, match="document type"):
        load_document(path)


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A file that no other file may bring in."""
    path = tmp_path / "secret"
    path.write_text("the secret", encoding="utf-8")
    return path


def test_no_file_is_brought_in_by_an_entity(tmp_path: Path, secret: Path) -> None:
    """An external entity is refused; a document type elsewhere is not opened."""
    path = tmp_path / "a.xml"
    path.write_bytes(akoma_ntoso(doctype=f'<!DOCTYPE a [<!ENTITY x SYSTEM "{secret.as_uri()}">]>\n', more="&x;"))
    with pytest.raises(InputError, match="entities"):
        load_document(path)
    path.write_bytes(akoma_ntoso(doctype=f'<!DOCTYPE a SYSTEM "{secret.as_uri()}">\n', more="&x;"))
    assert "the secret" not in load_document(path).text


def test_no_address_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every form with addresses in it: nobody answers at them, because nobody asks."""
    server = socket.socket()
    server.bind(("127.0.0.1", 0))
    server.listen(5)
    server.settimeout(0.2)
    address = f"http://127.0.0.1:{server.getsockname()[1]}/x"
    links = f"<img src='{address}'><link rel=stylesheet href='{address}'><iframe src='{address}'></iframe>"
    read_bytes(tmp_path, "a.html", html(["The General Assembly,"]).replace(b"<main>", b"<main>" + links.encode()))
    doctype = f'<?xml-stylesheet href="{address}"?><!DOCTYPE a PUBLIC "-//A" "{address}">'
    read_bytes(tmp_path, "a.xml", akoma_ntoso(doctype=doctype))
    read_bytes(tmp_path, "a.docx", docx([address], more={"word/_rels/document.xml.rels": f"<a Target='{address}'/>".encode()}))
    read_bytes(tmp_path, "a.pdf", pdf([[address]]))
    with pytest.raises(TimeoutError):
        server.accept()
    server.close()

    def refuse(*_: object) -> NoReturn:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert read_text(SIX["en"] + address).passages


def test_html_nested_ten_thousand_deep(tmp_path: Path) -> None:
    """Depth costs no stack."""
    deep = b"<ol><li>" * 10_000 + b"The General Assembly," + b"</li></ol>" * 10_000
    assert read_bytes(tmp_path, "a.html", b"<html><body>" + deep) is not None


def test_xml_nested_ten_thousand_deep(tmp_path: Path) -> None:
    """Nor here; every level becomes a provision or is refused, and nothing breaks off."""
    deep = akoma_ntoso().replace(b"Decides to meet", b"<point><num>(a)</num><p>x</p>" * 3000 + b"</point>" * 3000 + b"Decides")
    read_bytes(tmp_path, "a.xml", deep)


def test_a_reading_holds_no_nan(tmp_path: Path) -> None:
    """A page of nothing but numbers gives no number that is none."""
    reading = read_text("The General Assembly,\n1. Decides 1e999 nan Infinity of 1 000 000 000 000 000 000 000.\n")
    assert all(ask.quantity is None or ask.quantity.value < float("inf") for p in reading.passages for ask in p.asks)
