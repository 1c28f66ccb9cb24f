"""Scripts, languages and refusals: screens held against real texts."""

from __future__ import annotations

import unicodedata
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plumbrule.lab.families.languages.script import (
    dominant_script,
    language_signs,
    refuses,
    script_of,
    scripts_of,
    seems_to_be,
    wrong_language,
    wrong_script,
)

LANG = "{http://www.w3.org/XML/1998/namespace}lang"
SENTENCES = {
    "uz-Latn": "Bugun havo yaxshi va siz bozorga borishingiz kerak.",
    "uz-Cyrl": "Бугун ҳаво яхши ва сиз бозорга боришингиз керак.",
    "ru": "Сегодня хорошая погода, и вам не нужно никуда идти.",
    "kk": "Бүгін ауа райы жақсы және сіз базарға баруыңыз керек.",
    "ky": "Бүгүн аба ырайы жакшы жана сиз базарга барышыңыз керек.",
    "tg": "Имрӯз ҳаво хуб аст ва шумо бояд ба бозор равед.",
    "tk": "Bu gün howa gowy we siz bazara gitmeli.",
}


@pytest.mark.shared
@pytest.mark.parametrize("name", ["arb", "cmn_hans", "eng", "fra", "rus", "spa"])
def test_paragraphs_of_a_real_text_are_known(shared: Path, name: str) -> None:
    """The Universal Declaration in six languages: no script wrong, 9 of 10 paragraphs named, at most 1 of 30 named wrong."""
    root = ET.parse(shared / "instruments" / "udhr_217A" / f"udhr_{name}.xml").getroot()  # noqa: S314 - a file we know
    language = root.attrib[LANG]
    said = [one.text for one in root.iter() if one.tag.endswith("para") and one.text and len(one.text) > 15]
    assert len(said) > 50
    assert not any(wrong_script(text, language) for text in said)
    found = [seems_to_be(text) for text in said]
    assert sum(one == language for one in found) >= 0.9 * len(said)
    assert sum(one not in {language, None} for one in found) <= len(said) / 30
    assert not any(refuses(text, language) for text in said)


@pytest.mark.parametrize("language", sorted(SENTENCES))
def test_sentences_of_central_asia(language: str) -> None:
    """One plain sentence in each language is named, and is a wrong answer to a question in any other language."""
    text = SENTENCES[language]
    assert seems_to_be(text) == language
    for other in SENTENCES:
        same = other.split("-")[0] == language.split("-", maxsplit=1)[0]
        assert wrong_language(text, other) is not same
        assert wrong_script(text, other) is (scripts_of(other) != scripts_of(language))


@pytest.mark.parametrize(
    ("code", "scripts"),
    [
        ("uz", ("Latn",)),
        ("uz-Cyrl", ("Cyrl",)),
        ("uz_Latn", ("Latn",)),
        ("kk", ("Cyrl",)),
        ("kk-Latn", ("Latn",)),
        ("zh-Hant-TW", ("Hani",)),
        ("ja", ("Hani", "Kana")),
        ("ar-EG", ("Arab",)),
        ("tlh-zzz", ()),
    ],
)
def test_the_script_asked_for(code: str, scripts: tuple[str, ...]) -> None:
    """A script in the code counts before the likely one; of an unknown language nothing is asked."""
    assert scripts_of(code) == scripts


@given(st.characters(categories=("Lu", "Ll", "Lo")))
def test_a_letter_is_in_the_script_that_its_name_says(sign: str) -> None:
    """Unicode's own names of letters agree with our ranges."""
    names = {"LATIN": "Latn", "CYRILLIC": "Cyrl", "ARABIC": "Arab", "CJK": "Hani", "GREEK": "Grek", "HEBREW": "Hebr"}
    found = script_of(sign)
    if found in names.values():
        first = unicodedata.name(sign, "").split()[0].removesuffix("-COMPATIBILITY")
        assert names.get(first, found) == found or first in {"FULLWIDTH", "MODIFIER", "SQUARE", "COPTIC"}


@pytest.mark.parametrize("text", ["", "42", "B", "OK", "9:45", "——", "١٢", "👍👍👍👍"])
def test_short_answers_say_nothing(text: str) -> None:
    """A number or a letter is in no script and no language."""
    assert dominant_script(text) is None
    assert wrong_script(text, "kk") is None
    assert wrong_language(text, "kk") is None


def test_refusals_in_the_language_asked_or_in_english() -> None:
    """Phrases are a screen: curly apostrophes do not hide one; a language without phrases is unknown."""
    assert refuses("I’m sorry, but I can’t help with that.", "uz-Latn") is True
    assert refuses("К сожалению, я не могу ответить.", "ru") is True
    assert refuses("Kechirasiz, lekin bu savolga javob bera olmayman.", "uz-Latn") is True
    assert refuses("8", "kk") is False
    assert refuses("anything", "sw") is None


def test_all_signs_are_drafts_and_say_so() -> None:
    """Nobody has reviewed the words and phrases; this test changes when somebody does."""
    assert {signs.reviewed_by for signs in language_signs().values()} == {""}


def test_a_very_long_answer_costs_little() -> None:
    """Only the first 20,000 signs are read."""
    assert seems_to_be("да " * 5_000_000) in {None, "ru", "kk", "ky"}
