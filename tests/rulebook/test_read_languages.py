"""Self-written texts in the form of a resolution, one in each language: ids, fields and citations come out alike.

They prove that the forms are known and nothing crashes. None of French, Spanish, Russian and Arabic has been tried on a real
resolution yet (docs/concepts/reading.md says so).
"""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from string import ascii_lowercase

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from read_fixtures import COLUMNS, DISPLACED, ENGLISH, FRENCH, LONG, ROWS, SIX

from plumbrule.errors import RulebookError
from plumbrule.rulebook.reading import Reading, formulas, read_document
from plumbrule.rulebook.reading.document import Document

SHORT = ["preamble.1", "preamble.2", "1", "1.a", "1.b", "2"]


def read(text: str, language: str = "") -> Reading:
    """A reading of plain text whose language nobody gave."""
    digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
    return read_document(Document(name="made up", form="text", sha256=digest, text=text, language=language))


@pytest.mark.parametrize("language", sorted(set(SIX) - {"en"}))
def test_a_short_resolution_in_each_language(language: str) -> None:
    """The language is found by itself; ids, session, status, body and the resolution cited are those of every version."""
    reading = read(SIX[language])
    assert [passage.id for passage in reading.passages] == SHORT
    heading = reading.heading
    assert (heading.language, heading.session, heading.status) == (language, 91, "draft")
    assert (heading.body, heading.symbol) == ("general-assembly", "A/91/L.5")
    assert heading.cites == ("A/RES/70/1",)
    assert heading.title
    assert reading.unread == ()


@pytest.mark.parametrize("language", sorted(set(SIX) - {"en"}))
def test_numbers_are_no_part_of_the_words(language: str) -> None:
    """A paragraph's number and an item's letter stand in its span and not in its text."""
    reading = read(SIX[language])
    passages = {passage.id: passage for passage in reading.passages}
    for name in ("1", "2", "1.a", "1.b"):
        span = SIX[language][passages[name].start : passages[name].end]
        assert span.endswith(passages[name].text)
        assert len(span) > len(passages[name].text)


@pytest.mark.parametrize("language", sorted(LONG))
def test_a_long_resolution_in_each_language(language: str) -> None:
    """Front matter, bodies named after their numbers, nested items, notes, furniture and the close: alike in four languages."""
    reading = read(LONG[language])
    found = [passage.id for passage in reading.passages]
    last = [] if language == "fr" else ["3"]
    assert found == [
        *("preamble.1", "preamble.2", "preamble.3", "1", "1.a", "1.b", "1.b.i", "1.b.ii", "2", *last, "note.1", "note.2"),
    ]
    heading = reading.heading
    assert (heading.language, heading.symbol, heading.session, heading.status) == (language, "A/RES/91/17", 91, "adopted")
    assert (heading.date, (heading.agenda_item or "")[:2]) == ("2036-11-26", "20")
    wanted = {"A/RES/70/1", "A/RES/69/313", "A/HRC/RES/17/4", "A/RES/217 A (III)"}
    cited = {passage.id: set(passage.cites) for passage in reading.passages}
    assert cited["preamble.1"] - {"A/RES/69/314"} == wanted
    assert [passage.parent for passage in reading.passages if passage.id == "note.1"] == ["preamble.1"]
    assert reading.unread == ()
    assert {piece.what for piece in reading.outside} == {"front", "title", "opening", "closing", "page-furniture"}


def with_tabs(text: str, reading: Reading) -> str:
    """The same text as an old word processor saves it: tabs before paragraphs and after numbers, CRLF, no blank line."""
    starts = sorted(passage.start for passage in reading.passages if passage.kind != "footnote")
    edges = [0, *starts, len(text)]
    parts = [text[at:to] for at, to in itertools.pairwise(edges)]
    marked = [parts[0], *(re.sub(r"^(\d+(?: -|\.)|[(（]?\w{1,3}[)）]|'\d+') +", r"\1\t", part) for part in parts[1:])]
    return re.sub(r"\n\s*\n", "\n", "\t".join(marked)).replace("\n\t\n", "\n").replace("\n", "\r\n")


@pytest.mark.parametrize(("short", "language"), [*((True, name) for name in SIX), *((False, name) for name in LONG)])
def test_line_ends_of_windows_tabs_and_no_blank_lines(short: bool, language: str) -> None:
    """All three at once change no id, no word, no citation and no field, and leave nothing unread."""
    source = (SIX if short else LONG)[language]
    plain = read(source)
    text = with_tabs(source, plain)
    assert "\r\n" in text
    assert not re.search(r"\n[ \t]*\r?\n", text)
    for form in (text, text.replace("\r\n", "\r\n\t"), text.replace("\r\n\t", "\r\n") if short else text):
        found = read(form)
        assert [(p.id, p.text, p.cites) for p in found.passages] == [(p.id, p.text, p.cites) for p in plain.passages]
        same = ("symbol", "title", "body", "session", "date", "agenda_item", "status", "language", "cites")
        assert [getattr(found.heading, name) for name in same] == [getattr(plain.heading, name) for name in same]
        assert found.unread == ()


def test_a_full_english_resolution() -> None:
    """Front matter, a wrapped word, nested items, notes with *ibid.*, a page break and the close."""
    reading = read(ENGLISH)
    passages = {passage.id: passage for passage in reading.passages}
    assert list(passages) == [
        *("preamble.1", "preamble.2", "preamble.3", "1", "2", "2.a", "2.a.i", "2.a.ii", "2.b", "note.1", "note.2", "3"),
    ]
    heading = reading.heading
    assert (heading.symbol, heading.session, heading.status) == ("A/RES/91/17", 91, "adopted")
    assert (heading.date, heading.agenda_item, heading.title) == ("2036-11-26", "20(b)", "Lighthouses for all")
    assert "many lighthouses stand dark" in passages["preamble.2"].text
    assert passages["preamble.1"].text.endswith("resolution 17/4,")
    assert passages["preamble.1"].cites == ("A/RES/70/1", "A/RES/69/313", "A/HRC/RES/17/4", "A/RES/217 A (III)")
    assert passages["preamble.3"].cites == ("A/74/821", "A/RES/217 A (III)")
    assert (passages["note.1"].parent, passages["note.2"].parent) == ("preamble.1", "preamble.3")
    assert (passages["2.a.ii"].parent, passages["2.b"].parent) == ("2.a", "2")
    assert {piece.what for piece in reading.outside} == {"front", "title", "opening", "page-furniture", "closing"}


def test_numbers_that_stand_elsewhere() -> None:
    """Numbers in a row before their texts: each paragraph gets its number and says that it was displaced."""
    reading = read(DISPLACED)
    passages = {passage.id: passage for passage in reading.passages}
    assert list(passages) == ["preamble.1", "preamble.2", "1", "2", "3"]
    assert [passages[name].displaced for name in ("1", "2", "3")] == [True, True, False]
    assert passages["2"].text == "Invites keepers of lighthouses to wind their clocks;"


def test_labels_and_notes_in_rows_before_their_texts() -> None:
    """Extraction by columns: numbers of notes and letters of items come first, their texts after; the page breaks a sentence."""
    reading = read(ROWS)
    passages = {passage.id: passage for passage in reading.passages}
    assert [name for name in passages if not name.startswith("note")] == [
        *("preamble.1", "preamble.2", "preamble.3", "preamble.4", "1", "2", "2.a", "2.b", "3"),
    ]
    assert [passages[f"note.{n}"].parent for n in (1, 2, 3)] == ["preamble.1", "preamble.2", "preamble.3"]
    assert passages["note.2"].text == "A/91/83, annex. Available from the library of the harbour in two copies."
    assert all(passages[name].displaced for name in ("note.1", "note.3", "2.a", "2.b"))
    assert passages["2.b"].text == "By lighting those that are built, in particular when ships come near;"
    assert passages["preamble.4"].text.endswith("the keepers of lighthouses for their work,")
    assert passages["preamble.2"].text.endswith("on the matter,")
    assert reading.unread == ()


def test_notes_whose_numbers_and_texts_lie_apart() -> None:
    """A job number between number and text, a number after its text, a number that stands twice: each note has its own."""
    reading = read(COLUMNS)
    passages = {passage.id: passage for passage in reading.passages}
    assert sorted(passages) == ["1", "2", "note.1", "note.2", "note.3", "preamble.1", "preamble.2", "preamble.3"]
    assert [passages[f"note.{n}"].parent for n in (1, 2, 3)] == ["preamble.1", "preamble.2", "preamble.2"]
    assert [passages[f"note.{n}"].displaced for n in (1, 2, 3)] == [False, True, False]
    assert passages["note.1"].text == "Resolution 70/1."
    assert passages["note.2"].text.endswith("(A/91/3), chap. VI.")
    assert passages["preamble.1"].cites == passages["1"].cites == ("A/RES/70/1",)
    assert passages["preamble.2"].cites == ("A/91/3", "E/2036/66")
    assert passages["preamble.2"].text.endswith("the report of the keepers, and the birds that live near 18 lighthouses,")
    assert "lamps and their reflectors every night" in passages["1"].text
    assert passages["1"].text.endswith("that the United Nations system knows about it, and the rocks, and also the birds;")
    assert len(passages["1"].breaks) == 1
    assert reading.unread == ()


def test_a_note_of_the_page_before_goes_on() -> None:
    """Words after a rule, before the number of the next note and its text, are the end of the note before."""
    text = COLUMNS.replace("Official Records of the Harbour", "See also the records").replace("2036/66.\n2\n", "2036/66.\n")
    reading = read(text.replace("3\nE/", "2\nE/"))
    notes = {p.id: p.text for p in reading.passages if p.kind == "footnote"}
    assert notes["note.1"].startswith("Resolution 70/1. See also the records")
    assert notes["note.2"] == "E/2036/66."
    assert reading.unread == ()


def test_sponsors_above_the_draft_tag_and_each_starred_note() -> None:
    """The list of sponsors may end on the line above *draft resolution*; notes by asterisks are told one by one."""
    front = "Harbours\n\nIceland, Malta and Trinidad and Tobago:*\n\nDraft resolution**\n\nLighthouses\n\n"
    body = "The General Assembly,\n\nRecalling the night,\n\n1. Decides.\n\n"
    text = f"{front}{body}____________\n* A first note.\n** A second note.\n"
    heading = read(text).heading
    assert heading.sponsors == ("Iceland", "Malta", "Trinidad and Tobago")
    assert heading.sponsors_at == (10, front.index(":"))
    assert [text[slice(*at)] for at in heading.asterisk_notes] == ["* A first note.", "** A second note."]


SKIPS = st.lists(st.integers(1, 3), min_size=1, max_size=6).filter(lambda steps: steps[0] < 3 and max(steps) > 1)


@settings(max_examples=40, deadline=None)
@given(steps=SKIPS, gap=st.sampled_from(["\n", "\n\n"]), row=st.sampled_from([ascii_lowercase, "一二三四五六七八九十"]))
def test_items_left_out_are_told(steps: list[int], gap: str, row: str) -> None:
    """Where items were deleted and the others kept their letters, each keeps its own, and those between are named once."""
    places = [place for place in itertools.accumulate(steps, initial=-1) if 0 <= place < len(row)]
    shown = gap.join(f"({row[place]}) To light lamp {place};" for place in places)
    reading = read(f"The General Assembly,{gap}Recalling the night,{gap}1. Decides:{gap}{shown}{gap}2. Requests more oil.", "en")
    names = ascii_lowercase if row == ascii_lowercase else ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"]
    assert [p.id for p in reading.passages] == ["preamble.1", "1", *(f"1.{names[place]}" for place in places), "2"]
    lost = [place for place in range(places[-1]) if place not in places]
    assert sum("is missing before" in str(fault) for fault in reading.faults) == len(lost)
    assert all(any(f"item ({names[place]}) is missing" in str(fault) for fault in reading.faults) for place in lost)


def test_an_item_named_in_a_sentence_is_none() -> None:
    """A line that begins with the name of a later item is no gap; that item keeps its letter."""
    text = "The General Assembly,\n1. Decides:\n(a) To do.\n(c) of article 5 says more;\n(b) To rest.\n(c) To sleep."
    reading = read(text, "en")
    assert [p.id for p in reading.passages] == ["1", "1.a", "1.b", "1.c"]
    assert reading.faults == ()


def test_a_missing_paragraph_is_told() -> None:
    """A gap in the numbers is a fault, and what follows keeps its own number."""
    reading = read(FRENCH.replace("2. Prie", "3. Prie"))
    assert [passage.id for passage in reading.passages] == [*SHORT[:-1], "3"]
    assert "paragraph 2 is missing before 3" in [str(fault) for fault in reading.faults]


def test_a_text_of_no_known_form_is_unread() -> None:
    """Nothing is guessed: all of it is listed as unread, with its place."""
    text = "Dear keeper,\n\nthe lamp is out again.\n\nYours, the harbour master\n"
    reading = read(text)
    assert reading.passages == ()
    assert [text[piece.start : piece.end] for piece in reading.unread] == [text.strip()]


def test_what_stands_after_the_end_is_unread() -> None:
    """Words after the last paragraph, apart from it, are no part of it and are not lost."""
    text = SIX["es"] + "\n\nNota del archivo\n\nEste ejemplar se copió a mano.\n"
    reading = read(text)
    assert [passage.id for passage in reading.passages] == SHORT
    assert "Este ejemplar" in " ".join(text[piece.start : piece.end] for piece in reading.unread)


def test_letters_set_apart_are_closed_up() -> None:
    """A text whose letters stand apart, words by wider spaces, reads as without them."""
    lines = ("The General Assembly,", "Recalling the night,", "1. Lights the lamp.")
    apart = "\n\n".join("  ".join(" ".join(word) for word in line.split()) for line in lines)
    assert apart.startswith("T h e  G e n e r a l")
    reading = read(apart, "en")
    assert [(passage.id, passage.text) for passage in reading.passages] == [
        ("preamble.1", "Recalling the night,"),
        ("1", "Lights the lamp."),
    ]


PAGE = Path(__file__).resolve().parents[2] / "docs" / "concepts" / "reading.md"
LISTS = Path(formulas.__file__).parent / "lexicon" / "structure"


def test_the_page_says_what_every_list_is_for() -> None:
    """Each list of a lexicon stands in docs/concepts/reading.md, and none that does not exist."""
    rows = re.findall(r"^\| (`[a-z_]+`(?:, `[a-z_]+`)*) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`([a-z_]+)`", row)}
    assert named == {field.name for field in fields(formulas.Formulas)} - {"schema", "language"}


@pytest.mark.parametrize("language", formulas.LANGUAGES)
def test_the_lists_of_each_language_are_whole(language: str) -> None:
    """Every file is in its form and holds words for every part of a resolution."""
    words = formulas.formulas_of(language)
    assert words.language == language
    assert len(words.months) == 12
    assert all((words.openings, words.preamble_starts, words.draft, words.adopted, words.ordinals, words.councils, words.ibid))


@pytest.fixture
def lists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the lists that a test may edit."""
    for file in LISTS.glob("*.yaml"):
        (tmp_path / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr(formulas, "_FOLDER", tmp_path)
    formulas.formulas_of.cache_clear()
    yield tmp_path
    formulas.formulas_of.cache_clear()


def test_a_language_is_a_file(lists: Path) -> None:
    """A seventh language needs a file and no code; without it the English lists are taken, and that is told."""
    text = "Toplanış,\n\nHatırlap,\n\n1. Karar berýär."
    told = [str(fault) for fault in read(text, "tk").faults]
    assert any("tk" in line and "English" in line for line in told)
    english = (lists / "en.yaml").read_text(encoding="utf-8")
    turkmen = english.replace("language: en", "language: tk").replace("[The General Assembly]", "[Toplanış]")
    (lists / "tk.yaml").write_text(turkmen, encoding="utf-8")
    formulas.formulas_of.cache_clear()
    reading = read(text, "tk")
    assert [passage.id for passage in reading.passages] == ["preamble.1", "1"]
    assert reading.faults == ()


def test_a_verb_is_a_word_in_a_list(lists: Path) -> None:
    """A clause whose first word nobody knew begins a clause of its own once the word stands in the list."""
    recital = "Recalling the night, which is long and dark and full of rocks that nobody sees,"
    text = f"The General Assembly,\n{recital}\nSinging,\n1. Decides."
    assert [passage.id for passage in read(text, "en").passages] == ["preamble.1", "1"]
    file = lists / "en.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("[recalling,", "[recalling, singing,"), encoding="utf-8")
    formulas.formulas_of.cache_clear()
    assert [passage.id for passage in read(text, "en").passages] == ["preamble.1", "preamble.2", "1"]


def test_a_file_out_of_its_form_is_refused(lists: Path) -> None:
    """With the name of the file and what was expected."""
    file = lists / "en.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("should:", "shoud:"), encoding="utf-8")
    with pytest.raises(RulebookError, match=r"en\.yaml"):
        read(ENGLISH, "en")
