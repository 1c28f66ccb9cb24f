"""Search in six languages: what is found, what is not, in which order, and why."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plumbrule.errors import InputError, OutputError
from plumbrule.rulebook import load_rulebook
from plumbrule.rulebook.search import (
    Entry,
    Found,
    Query,
    SearchIndex,
    entries_of_rulebook,
    fold_word,
    index_in_memory,
    index_of_folder,
    index_on_disk,
    near_words,
    search,
    snippet,
    tokens,
)

TEXTS = {
    "L/1": ("en", "Member States light every lighthouse and protect the privacy of keepers."),
    "L/2": ("en", "The keepers of lighthouses are trained in privacy, privacy and privacy again."),
    "L/3": ("fr", "Les États éclairent les phares et protègent les données à caractère privé."),
    "L/4": ("ru", "Государства соблюдают права человека на маяках."),
    "L/5": ("ar", "تَحْمِي الدُّوَلُ خصوصيةَ الأفراد وبياناتهم في المنارات."),
    "L/6": ("zh", "会员国点亮灯塔，保护个人数据和隐私权。"),
    "L/7": ("es", "Los Estados forman a los torreros según la resolución 78/265."),
}


@pytest.fixture(scope="module")
def small() -> SearchIndex:
    """Seven texts about lighthouses."""
    return index_in_memory(
        Entry(ref=ref, kind="provision", instrument="L", language=language, text=text) for ref, (language, text) in TEXTS.items()
    )


@pytest.fixture(scope="module")
def rulebook() -> SearchIndex:
    """The rulebook that ships."""
    return index_in_memory(entries_of_rulebook(load_rulebook()))


def refs(found: Found) -> list[str]:
    """Ids of the hits, best first."""
    return [hit.entry.ref for hit in found.hits]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("privacy", ["L/2", "L/1"]),
        ("PRIVAC", ["L/2", "L/1"]),
        ("lighthouse privacy", ["L/2", "L/1"]),
        ("etats", ["L/3"]),
        ("protégent donnees", ["L/3"]),
        ("право человека", ["L/4"]),
        ("ПРАВАМ", ["L/4"]),
        ("خصوصيه", ["L/5"]),
        ("الخصوصية", ["L/5"]),
        ("افراد", ["L/5"]),
        ("بياناتهم", ["L/5"]),
        ("تحمي", ["L/5"]),
        ("会员国", ["L/6"]),
        ("隐私", ["L/6"]),
        ("权", ["L/6"]),
        ("数据 灯塔", ["L/6"]),
        ("78/265", ["L/7"]),
        ("según resolucion", ["L/7"]),
    ],
)
def test_words_are_found_however_they_are_written(small: SearchIndex, words: str, found: list[str]) -> None:
    """Case, accents, vowel signs, articles, hamza, endings and missing spaces do not hide a text."""
    hits = search(small, Query(words=words))
    assert refs(hits) == found
    assert not hits.some


@pytest.mark.parametrize("words", ["据和隐私权", "lights", "265/78", "会员 国", "xyzzy", "灯光"])
def test_what_is_not_there_is_not_found_as_if_it_were(small: SearchIndex, words: str) -> None:
    """No text holds all of it, unless all of it stands there."""
    hits = search(small, Query(words=words))
    held = {"据和隐私权", "lights", "会员 国"}
    assert (hits.some or not hits.hits) if words not in held else not hits.some


def test_some_words_are_found_and_said_to_be_only_some(small: SearchIndex) -> None:
    """Where no text holds all the words, those that hold some come, and it says so."""
    found = search(small, Query(words="lighthouse xyzzy"))
    assert found.some
    assert set(refs(found)) == {"L/1", "L/2"}


def test_a_hit_says_where_its_words_stand(small: SearchIndex) -> None:
    """Places in the text as it is written, vowel signs and capitals and all."""
    for words, shown in (("права", ["права"]), ("الدول", ["الدُّوَلُ"]), ("隐私", ["隐私"]), ("etat", ["États"])):
        (hit,) = search(small, Query(words=words)).hits
        (why,) = hit.matched
        assert [why.text[start:end] for start, end in why.places] == shown
        text, places = snippet(why)
        assert [text[start:end] for start, end in places] == shown


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (Query(words="R265 6(h)", limit=1), ["R265/6.h"]),
        (Query(words="R265/6.h", limit=1), ["R265/6.h"]),
        (Query(words="歧视 偏见", instrument="R265"), ["R265/6.h"]),
        (Query(words="человека", instrument="R265", function="exhorts", theme="refrain-or-cease"), ["R265/5"]),
    ],
)
def test_the_rulebook_is_found_by_id_words_and_filters(rulebook: SearchIndex, query: Query, expected: list[str]) -> None:
    """Ids, citations, Chinese, Russian; instrument, function and theme together."""
    assert refs(search(rulebook, query))[: len(expected)] == expected


def test_filters_alone_list(rulebook: SearchIndex) -> None:
    """Who asks the private sector for anything: the same provisions that the data name."""
    held = load_rulebook().provisions.values()
    wanted = {p.id for p in held if any(to.kind == "private-sector" for ask in p.asks for to in ask.addressees)}
    assert set(refs(search(rulebook, Query(addressee="private-sector", limit=100)))) == wanted
    assert wanted


def test_each_provision_is_one_hit_in_the_preferred_language(rulebook: SearchIndex) -> None:
    """Six wordings of one provision are one hit; the id alone matches in all six, and the preferred one is shown."""
    for code in ("en", "zh", "ar"):
        found = search(rulebook, Query(words="R265/6.h", prefer=code, limit=50))
        assert refs(found).count("R265/6.h") == 1
        assert found.hits[0].entry.language == code
        assert set(found.hits[0].also) == {"ar", "zh", "en", "fr", "ru", "es"} - {code}


@pytest.mark.parametrize("code", ["ar", "zh", "en", "fr", "ru", "es"])
def test_every_wording_is_found_by_its_own_words(rulebook: SearchIndex, code: str) -> None:
    """Three words of each wording find it, in its language."""
    entries = [e for e in entries_of_rulebook(load_rulebook()) if e.language == code and e.kind == "provision"]
    for entry in entries[::7]:
        words = entry.text[:12] if code == "zh" else " ".join(entry.text.split()[:6])
        found = search(rulebook, Query(words=words, language=code, limit=20))
        assert entry.ref in refs(found), (entry.ref, words)


def test_near_words_are_offered(small: SearchIndex) -> None:
    """A slip of the pen, in letters and in characters."""
    assert "privacy" in near_words(small, "privcy")
    assert "隐私" in near_words(small, "隐私呢")


@given(st.text(max_size=40))
@settings(max_examples=300, deadline=None)
def test_no_words_break_the_search(words: str) -> None:
    """Quotes, operators, controls, any script: an answer and no error, and every place lies in its text."""
    index = _ONE
    for hit in search(index, Query(words=words)).hits:
        for why in hit.matched:
            assert all(0 <= start < end <= len(why.text) for start, end in why.places)
    near_words(index, words)


_ONE = index_in_memory(
    [Entry(ref="X/1", kind="provision", instrument="X", language="en", text='a "quoted" * NEAR(text) OR 人工智能')]
)


@given(st.text(max_size=60))
@settings(max_examples=300, deadline=None)
def test_a_text_is_found_by_each_of_its_tokens(text: str) -> None:
    """Folding a word twice changes nothing, and what the index holds of a text is letters and digits."""
    for token in tokens(text):
        assert token
        assert fold_word(token) in {token, fold_word(fold_word(token))}


def test_an_index_on_disk_is_built_once_and_again_when_something_changed(tmp_path: Path) -> None:
    """The same stamp opens the file; another stamp, another version or rubbish builds it anew."""
    path = tmp_path / "index.sqlite"
    one = [Entry(ref="X/1", kind="provision", instrument="X", language="en", text="lighthouse")]
    first = index_on_disk(path, "a", one)
    assert refs(search(first, Query(words="lighthouse"))) == ["X/1"]
    assert index_on_disk(path, "a", ()).size == 1
    assert index_on_disk(path, "b", [*one, *one]).size == 2
    first.connection.close()
    path.write_bytes(b"rubbish" * 1000)
    assert index_on_disk(path, "b", one).size == 1
    assert [file.name for file in tmp_path.iterdir()] == ["index.sqlite"]
    with pytest.raises(OutputError):
        index_on_disk(tmp_path / "nowhere" / "index.sqlite", "a", one)


def test_a_file_that_is_no_index_of_ours_is_built_anew_and_a_damaged_one_refused(tmp_path: Path) -> None:
    """A view in the place of a table is not asked; rows that somebody spoiled are told, with a cure."""
    path = tmp_path / "index.sqlite"
    one = [Entry(ref="X/1", kind="provision", instrument="X", language="en", text="lighthouse")]
    index_on_disk(path, "a", one).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("create view other as select 1")
        connection.commit()
    rebuilt = index_on_disk(path, "a", [*one, *one])
    assert rebuilt.size == 2
    rebuilt.close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("update entries set entry = '[]'")
        connection.commit()
    damaged = index_on_disk(path, "a", ())
    with pytest.raises(InputError, match="damaged"):
        search(damaged, Query(words="lighthouse"))
    damaged.close()


def test_an_index_is_opened_for_reading_only(tmp_path: Path) -> None:
    """Nothing a query does can change the file."""
    index = index_on_disk(tmp_path / "index.sqlite", "a", [])
    with pytest.raises(sqlite3.OperationalError):
        index.connection.execute("delete from entries")


def test_a_folder_without_readings_is_refused(tmp_path: Path) -> None:
    """Nothing there, or files of another sort only."""
    with pytest.raises(InputError, match="no folder"):
        index_of_folder(tmp_path / "none", load_rulebook())
    (tmp_path / "other.json").write_text('{"a": 1}', encoding="utf-8")
    with pytest.raises(InputError, match="no saved reading"):
        index_of_folder(tmp_path, load_rulebook())
