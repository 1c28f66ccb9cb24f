"""What holds of asks for any text: places, order, no crash, bounded work; and a verb added as data is found."""

from __future__ import annotations

import re
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest
from asks_reading import GAP, asks_of, unit
from hypothesis import given, settings
from hypothesis import strategies as st

from plumbrule.errors import RulebookError
from plumbrule.rulebook.reading import asks_verbs
from plumbrule.rulebook.reading.asks import find_asks
from plumbrule.rulebook.reading.asks_lexicon import lexicon_of, read_lexicon
from plumbrule.rulebook.reading.asks_patterns import patterns_of
from plumbrule.rulebook.reading.formulas import LANGUAGES, formulas_of
from plumbrule.rulebook.reading.model import Ask, Heading, Kind

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "concepts" / "asks.md").read_text(encoding="utf-8")
ASKING: tuple[Kind, ...] = ("operative", "item", "action", "bullet", "dash")
LEAD_INS = {"zh": "会员国应：", "en": "Member States should:"}


def scraps(language: str) -> st.SearchStrategy[str]:
    """Words of a lexicon, signs, digits and anything at all, in a row."""
    lexicon = lexicon_of(language)
    verbs = [verb for verbs in lexicon.verbs.values() for verb in verbs]
    names = [name for said in (lexicon.names, lexicon.bodies) for names in said.values() for name in names]
    conditions = [word.replace("…", "x") for words in lexicon.qualifiers.values() for word in words]
    few = [*lexicon.and_, *lexicon.modals, *lexicon.refrain, *lexicon.cease, *lexicon.before_verb, *lexicon.infinitive]
    signs = [",", "，", ";", "；", "。", ". ", "2040", "1 000", "�", "《", "》", "(", ")"]
    plain = st.sampled_from([*verbs, *names, *conditions, *few, *lexicon.may, *signs])
    joint = "" if not lexicon.spaced else " "
    return st.lists(st.one_of(plain, st.text(max_size=6)), max_size=25).map(joint.join)


@pytest.mark.parametrize("language", LANGUAGES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_text_is_read_and_every_verb_stands_where_it_is_said_to(language: str, data: st.DataObject) -> None:
    """No text crashes the rules; a verb stands in the provision or in what governs it, and nowhere else."""
    text, kind = data.draw(scraps(language)), data.draw(st.sampled_from(ASKING))
    lead = LEAD_INS.get(language, LEAD_INS["en"])
    document = ("\0" * GAP + text).ljust(1000, "\0") + lead
    found = find_asks([unit(text, kind, lead_in=lead)], Heading(language=language, session=91))
    for ask in found.get("1", ()):
        start, end = ask.verb_at
        assert document[start:end] == ask.verb
        assert 0 < ask.confidence <= 1
        assert ask.rule.startswith(f"{language}/")
        sound(ask)


def sound(ask: Ask) -> None:
    """Its codes are those of the guide, and its fields agree with each other."""
    assert (ask.rank is None) or ask.function == "exhorts"
    assert all(f"| `{addressee.kind}` |" in GUIDE for addressee in ask.addressees)
    assert all((addressee.name is not None) == (addressee.kind == "named-body") for addressee in ask.addressees)
    assert ask.quantity is not None or not ask.further_quantities
    assert ask.deadline is None or re.fullmatch(r"\d{4}(-\d\d-\d\d)?|session:\d{1,3}", ask.deadline)
    if ask.function in {"decides", "commits", "notes"}:
        assert ask.addressees == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_lexicons_hold_codes_of_the_guide_and_no_sentences(language: str) -> None:
    """Every code has its row in the guide; an entry is a verb, a name or a formula, never a clause of an instrument."""
    lexicon = lexicon_of(language)
    codes = {*lexicon.names, *lexicon.qualifiers, *lexicon.beneficiaries}
    assert {code for code in codes if f"| `{code}` |" not in GUIDE} == set()
    lists = (lexicon.verbs, lexicon.qualifiers, lexicon.beneficiaries)
    entries = [word for said in lists for words in said.values() for word in words]
    assert max(len(entry) for entry in entries) <= (14 if language == "zh" else 75)
    assert patterns_of(language).verb.match(next(iter(lexicon.verbs["decides"])))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_that_opens_an_operative_paragraph_is_known(language: str) -> None:
    """What structure knows as the first word of a paragraph begins a verb here, or an adverb before one."""
    lexicon = lexicon_of(language)
    known = [*lexicon.before_verb, *(verb for verbs in lexicon.verbs.values() for verb in verbs)]
    opening = [word.removeprefix(lexicon.glued_and) for word in formulas_of(language).operative_starts]
    assert [word for word in opening if not any(entry.startswith(word) for entry in known)] == []


def test_a_verb_added_as_data_is_found() -> None:
    """A person adds a line to a lexicon, and the verb asks; without the line it does not."""
    text = "Beseeches Member States to light lamps;"
    english = lexicon_of("en")
    beseeching = replace(english, verbs={**english.verbs, "urges": (*english.verbs["urges"], "beseeches")})
    assert asks_of(text, "en") == ()
    (ask,) = asks_of(text, "en", lexicon=beseeching)
    assert (ask.verb, ask.rank, ask.rule) == ("Beseeches", "urges", "en/verb:beseeches")


def test_a_lexicon_with_a_slip_is_refused_with_its_place() -> None:
    """A list that nobody knows, and a verb that is no text, are errors of ours that name the file."""
    path = files("plumbrule.rulebook.reading") / "lexicon" / "asks" / "en.yaml"
    text = path.read_text(encoding="utf-8")
    for slip in (text + "\nverbz: [asks]\n", text.replace("invites: [invites]", "invites: [on]")):
        with pytest.raises(RulebookError, match=r"mine\.yaml"):
            read_lexicon(slip, "mine.yaml")


SCRAPS = {
    "zh": ("促请会员国并", "请", "通过", "，并在适用情况下"),
    "en": ("requests ", "and ", "should ", "while respecting "),
    "ru": ("просит ",),
    "ar": ("وتدعو ",),
}


@pytest.mark.parametrize(("language", "scrap"), [(language, scrap) for language in SCRAPS for scrap in SCRAPS[language]])
def test_the_walk_to_a_verb_is_linear(language: str, scrap: str) -> None:
    """Twice the text makes about twice the steps, whatever is repeated."""
    words = patterns_of(language)
    steps = [sum(1 for _ in asks_verbs._openings(scrap * times, words)) for times in (200, 400)]
    assert steps[1] <= 2 * steps[0] + 10
    assert len(asks_of(scrap * 300, language)) <= 300


def test_a_unit_of_endless_length_is_looked_into_from_its_beginning() -> None:
    """What stands first is found, however long the line; the rest of such a line is left."""
    text = "Urges Member States to light lamps, " + "lamps, " * 300_000
    assert [ask.verb for ask in asks_of(text, "en")] == ["Urges"]
