"""One resolution as text in many encodings, PDF, web page, DOCX and Akoma Ntoso: the same provisions come out."""

from __future__ import annotations

from pathlib import Path

import pytest
from read_files import akoma_ntoso, docx, html, locked_pdf, pdf
from read_fixtures import ARABIC, CHINESE, ENGLISH, RUSSIAN, SIX

from plumbrule.errors import InputError
from plumbrule.rulebook.reading import Reading, load_document, read_document

LINES = [
    *("A/91/L.5", "", "Lighthouses for all", "", "The General Assembly,", "Recalling the night,", "1. Calls upon keepers:"),
    *("(a) To light lamps;", "(b) To sleep", "by day;", "2. Decides to meet again."),
]
IDS = ["preamble.1", "1", "1.a", "1.b", "2"]
TEXTS = ["Recalling the night,", "Calls upon keepers:", "To light lamps;", "To sleep by day;", "Decides to meet again."]


def read(tmp_path: Path, name: str, data: bytes, **given: str) -> Reading:
    """A reading of a file with these bytes."""
    path = tmp_path / name
    path.write_bytes(data)
    return read_document(load_document(path, **given))


def provisions(reading: Reading) -> list[tuple[str, str]]:
    """Ids and texts."""
    return [(passage.id, passage.text) for passage in reading.passages]


def test_a_pdf_of_two_pages(tmp_path: Path) -> None:
    """Text comes out page by page; a paragraph that the page breaks is one."""
    reading = read(tmp_path, "a.pdf", pdf([LINES[:9], LINES[9:]]))
    assert provisions(reading) == list(zip(IDS, TEXTS, strict=True))
    assert reading.form == "pdf"
    assert reading.heading.symbol == "A/91/L.5"


def test_a_web_page_with_a_menu(tmp_path: Path) -> None:
    """Menus stand outside as menus, scripts are no text, nothing of either becomes a provision."""
    lines = [line for line in LINES if line]
    path = tmp_path / "a.html"
    path.write_bytes(html([*lines[:6], f"{lines[6]} {lines[7]}", lines[8]]))
    document = load_document(path)
    reading = read_document(document)
    assert provisions(reading) == list(zip(IDS, TEXTS, strict=True))
    menus = [document.text[piece.start : piece.end] for piece in reading.outside if piece.what == "menu"]
    assert any("Contact" in menu for menu in menus)
    assert any("All rights reserved" in menu for menu in menus)
    assert "var a" not in document.text


def test_a_docx_with_counted_paragraphs_and_notes(tmp_path: Path) -> None:
    """Numbers that the word processor counts are counted; a note belongs to the paragraph that cites it."""
    data = docx(
        [
            *("Lighthouses for all", "The General Assembly,", "Recalling the night,^1", ("Calls upon keepers:", 0)),
            *(("To light lamps;", 1), ("To sleep by day;", 1), ("Decides to meet again.", 0)),
        ],
        notes=["See resolution 70/1."],
        header="A/91/L.5",
    )
    reading = read(tmp_path, "a.docx", data)
    assert provisions(reading)[:5] == list(zip(IDS, TEXTS, strict=True))
    note = reading.passages[5]
    assert (note.id, note.kind, note.parent, note.cites) == ("note.1", "footnote", "preamble.1", ("A/RES/70/1",))
    assert reading.passages[0].cites == ("A/RES/70/1",)
    assert reading.heading.symbol == "A/91/L.5"


def test_akoma_ntoso(tmp_path: Path) -> None:
    """The marks of the file are the structure; numbers are no part of the words."""
    reading = read(tmp_path, "a.xml", akoma_ntoso())
    passages = {passage.id: passage for passage in reading.passages}
    assert list(passages) == ["preamble.1", "preamble.2", "1", "1.a", "1.b", "2"]
    assert passages["1.a"].text == "To light lamps;"
    assert passages["1.b"].parent == "1"
    assert (reading.heading.title, reading.heading.body) == ("Lighthouses for all", "general-assembly")
    assert reading.unread == ()


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        *((ENGLISH, "utf-8"), (ENGLISH, "utf-8-sig"), (ENGLISH, "utf-16"), (ENGLISH, "cp1252"), (CHINESE, "gb18030")),
        *((CHINESE, "utf-16-le"), (RUSSIAN, "cp1251"), (RUSSIAN, "koi8-r"), (ARABIC, "cp1256"), (CHINESE, "utf-32")),
    ],
    ids=lambda value: value if len(value) < 20 else "text",
)
def test_encodings_are_found(tmp_path: Path, text: str, encoding: str) -> None:
    """The same provisions as from UTF-8; a guess is told as one."""
    plain = read(tmp_path, "plain.txt", text.encode("utf-8"))
    other = read(tmp_path, "other.txt", text.encode(encoding))
    assert provisions(other) == provisions(plain)
    guessed = encoding not in {"utf-8", "utf-8-sig", "utf-16", "utf-32"}
    assert guessed == any("guessed" in fault.what for fault in other.faults)


def test_the_kind_is_told_by_the_bytes_not_by_the_name(tmp_path: Path) -> None:
    """A PDF called .txt is read as a PDF."""
    assert read(tmp_path, "a.txt", pdf([LINES])).form == "pdf"


def test_line_ends_of_windows_change_no_id(tmp_path: Path) -> None:
    """CRLF files give the same provisions; offsets count the characters of the file as it is."""
    text = SIX["en"].replace("\n", "\r\n")
    path = tmp_path / "a.txt"
    path.write_bytes(text.encode("utf-8"))
    document = load_document(path)
    assert document.text == text
    assert provisions(read_document(document)) == provisions(read(tmp_path, "b.txt", SIX["en"].encode()))


@pytest.mark.parametrize(
    ("name", "data", "got"),
    [
        ("empty.txt", b"", "holds no text"),
        ("blank.txt", b" \n\n\t ", "holds no text"),
        ("zeros.txt", bytes(4000), "holds no text"),
        ("binary.bin", bytes(range(256)) * 40, "no text"),
        ("locked.pdf", locked_pdf(), "locked"),
        ("pictures.pdf", pdf([[], []]), "holds no text"),
        ("cut.pdf", pdf([LINES])[:60], "cannot be read"),
        ("cut.docx", docx(["a"])[:200], "cannot be opened"),
        ("other.docx", b"PK\x03\x04" + bytes(100), "cannot be opened"),
    ],
)
def test_what_cannot_be_read_says_why(tmp_path: Path, name: str, data: bytes, got: str) -> None:
    """Got, expected, cure: all three, in one error of ours."""
    with pytest.raises(InputError) as caught:
        read(tmp_path, name, data)
    assert got in caught.value.got
    assert caught.value.expected
    assert caught.value.cure


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    """The name that was asked for is in the error."""
    with pytest.raises(InputError, match=r"nowhere\.txt"):
        load_document(tmp_path / "nowhere.txt")


def test_a_wrong_encoding_is_refused(tmp_path: Path) -> None:
    """An encoding that the user names is taken at its word."""
    with pytest.raises(InputError, match="not in ascii"):
        read(tmp_path, "a.txt", CHINESE.encode(), encoding="ascii")
    with pytest.raises(InputError, match="not in nonsense"):
        read(tmp_path, "a.txt", CHINESE.encode(), encoding="nonsense")
