"""Words: every message translated, catalogues compiled, numbers in the reader's form, values isolated."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
import words as tool
from babel.messages.mofile import read_mo
from hypothesis import given
from hypothesis import strategies as st

from plumbrule.base.words import FIRST_STRONG_ISOLATE, LOCALES, POP_ISOLATE, fill, isolated, translator

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = tool.languages()
SLOT = re.compile(r"\{\w+\}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_of_the_source_is_translated(language: str) -> None:
    """Nothing in the interface falls back unnoticed: `python tools/words.py update`, then translate."""
    assert tool.missing(tool.read(language)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_translation_is_left_over(language: str) -> None:
    """A message that the source no longer says is gone from the catalogue too."""
    known = {item.id for item in tool.messages() if item.id}
    assert [item.id for item in tool.read(language) if item.id and item.id not in known] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_compiled_is_what_people_edit(language: str) -> None:
    """plumbrule.mo says the same as plumbrule.po, message by message."""
    compiled = read_mo(io.BytesIO((LOCALES / language / "LC_MESSAGES" / "plumbrule.mo").read_bytes()))
    edited = tool.read(language)
    pairs = [
        {_all(item.id): _all(item.string) for item in one if item.id and all(_all(item.string))} for one in (compiled, edited)
    ]
    assert pairs[0] == pairs[1]
    assert compiled.language_team == edited.language_team


def _all(text: str | list[str] | tuple[str, ...]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_fills_the_same_slots(language: str) -> None:
    """No value is lost or invented in a translation."""
    for item in tool.read(language):
        if item.id:
            asked = {frozenset(SLOT.findall(text)) for text in _all(item.id)}
            assert {frozenset(SLOT.findall(string)) for string in _all(item.string) if string} <= asked, item.id


def test_a_catalogue_is_a_draft_until_somebody_reviewed_it() -> None:
    """Chinese is a draft today, and says so; English is the source."""
    assert translator("zh").draft
    assert not translator("en").draft


@pytest.mark.parametrize(
    ("asked", "spoken"),
    [("zh", "zh"), ("zh-Hans-CN", "zh"), ("en-GB", "en"), ("tlh", "en"), ("", "en"), ("../../etc", "en"), ("a b", "en")],
)
def test_the_language_spoken_is_said(asked: str, spoken: str) -> None:
    """The whole code, else its primary language, else English; a code that is no code opens no file."""
    words = translator(asked)
    assert (words.language, words.asked) == (spoken, asked)


def test_the_languages_of_the_united_nations_are_offered() -> None:
    """All six, English among them by itself, and others for public pages; the pseudo-Arabic of the tests is none of ours."""
    assert {"ar", "es", "fr", "ru", "zh"} == set(LANGUAGES) - tool.CENTRAL_ASIAN
    assert translator("uz-cyrl").catalogue is not translator("uz").catalogue
    assert translator("ar").direction == "rtl"
    assert translator("ar-XA").language == "ar"


def test_numbers_have_the_readers_form() -> None:
    """Grouping, percent and sign; a true minus; no sign on what rounds to nothing."""
    words = translator("en")
    assert words.whole(1989) == "1,989"
    assert words.percent(0.908388) == "90.8%"
    assert words.points(-0.2333) == "−23.3 points"
    assert words.points(0.05, signed=False) == "5.0 points"
    assert words.points(-0.0001) == "0.0 points"
    assert words.date("2026-11-21T09:00:00Z") == "21 November 2026"
    assert translator("zh").points(-0.2333) == "−23.3 个百分点"


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_a_number_is_shown_or_refused_and_never_nan(value: float) -> None:
    """Finite numbers become words; the others are a fault of the caller."""
    words = translator("en")
    if value in (float("inf"), float("-inf")) or value != value:
        with pytest.raises(ValueError, match="finite"):
            words.number(value)
    else:
        assert "nan" not in words.number(value, 2).lower()


def test_values_are_isolated_where_direction_could_break_the_sentence() -> None:
    """An Arabic name inside an English sentence, and a Latin one inside an Arabic sentence."""
    assert isolated("white", "ltr") == "white"
    assert isolated("أسود", "ltr") == f"{FIRST_STRONG_ISOLATE}أسود{POP_ISOLATE}"
    assert isolated("white", "rtl") == f"{FIRST_STRONG_ISOLATE}white{POP_ISOLATE}"


@given(st.text())
def test_a_value_is_never_read_as_a_slot(value: str) -> None:
    """What fills a slot is not filled again."""
    assert fill("[{a}]", {"a": value}, str) == f"[{value}]"


def test_a_slot_without_a_value_is_a_fault() -> None:
    """A sentence with a hole is never shown."""
    with pytest.raises(KeyError):
        translator("en").say("{a} and {b}", a=1)


def test_plurals_follow_the_number() -> None:
    """One row, two rows."""
    words = translator("en")
    assert [words.many("{n} row", "{n} rows", n) for n in (1, 2, 1000)] == ["1 row", "2 rows", "1,000 rows"]


def test_pseudo_arabic_runs_from_right_to_left(tmp_path: Path) -> None:
    """The fixture that proves the layout: every letter stands in for an Arabic one, slots stay."""
    tool.pseudo_arabic(tmp_path)
    words = translator("ar-XA", locales=tmp_path)
    assert words.direction == "rtl"
    assert words.language == "ar-XA"
    assert not re.search(r"[A-Za-z]", SLOT.sub("", words.text("{n} rows; {method}")))
    assert words.say("{n} rows; {method}", n=3, method="x").count(POP_ISOLATE) == 2
