"""The decision table of tiers against the hand-marked answers, and what must hold whatever the answers are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from plumbrule.errors import AssessmentError
from plumbrule.rulebook import load_rulebook, suggest_tier

ORDER = ("minimal", "limited", "high", "unacceptable")
CASES = yaml.safe_load((Path(__file__).parent / "answers.yaml").read_text(encoding="utf-8"))["tiers"]
QUESTIONS = tuple(load_rulebook().questions)

facts = st.dictionaries(st.sampled_from([q for q in QUESTIONS if q != "non_military"]), st.booleans()).map(
    lambda answers: {**answers, "non_military": True}
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_tier_as_marked_by_hand(case: dict[str, Any]) -> None:
    """Each hand-marked combination of facts gives the tier that was marked, or is refused."""
    answers = {**dict.fromkeys(case["facts"], True), **dict.fromkeys(case.get("no", ()), False)}
    if case["tier"] == "refused":
        with pytest.raises(AssessmentError):
            suggest_tier(load_rulebook(), answers)
        return
    suggestion = suggest_tier(load_rulebook(), answers)
    assert suggestion.tier == case["tier"]
    assert suggestion.fired
    assert {rule.tier for rule in suggestion.fired} == {case["tier"]}


def test_mortgage_example_lists_what_nobody_answered() -> None:
    """The questions that could have led higher than high are the five of the unacceptable rules, in the order asked."""
    answers = {
        "non_military": True,
        "decides_about_people": True,
        "affects_essential_services": True,
        "decided_by_law_enforcement": False,
    }
    assert suggest_tier(load_rulebook(), answers).unanswered == (
        "impossible_within_human_rights_law",
        "undue_risk_to_human_rights",
        "fails_three_part_test",
        "social_scoring",
        "manipulates_people",
    )


@given(facts)
def test_no_answered_question_is_listed_as_unanswered(answers: dict[str, bool]) -> None:
    """Unanswered means unanswered, and the order is that of the questions."""
    listed = suggest_tier(load_rulebook(), answers).unanswered
    assert not set(listed) & set(answers)
    assert list(listed) == [q for q in QUESTIONS if q in listed]


@given(facts)
def test_unanswered_is_exactly_what_could_lead_higher(answers: dict[str, bool]) -> None:
    """Saying yes to all that is listed leads higher; saying anything to all that is not listed does not."""
    book = load_rulebook()
    suggestion = suggest_tier(book, answers)
    here = ORDER.index(suggestion.tier)
    if suggestion.unanswered:
        assert ORDER.index(suggest_tier(book, {**dict.fromkeys(suggestion.unanswered, True), **answers}).tier) > here
    others = {q: True for q in QUESTIONS if q not in answers and q not in suggestion.unanswered}
    assert ORDER.index(suggest_tier(book, {**others, **answers}).tier) == here


@given(facts, st.sampled_from(QUESTIONS))
def test_a_further_yes_never_lowers_the_tier(answers: dict[str, bool], question: str) -> None:
    """Every rule fires on a yes, so nobody lowers a tier by answering yes to one more question."""
    book = load_rulebook()
    before, after = suggest_tier(book, answers), suggest_tier(book, {**answers, question: True})
    assert ORDER.index(after.tier) >= ORDER.index(before.tier)


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"non_military": False, "decides_about_people": True}, ("military", "R265 preamble 6")),
        ({}, ("non_military", "[tier]")),
        ({"non_military": True, "decides_about_poeple": True}, ("decides_about_poeple", "Did you mean 'decides_about_people'?")),
        ({"non_military": "yes"}, ("'yes'", "true or false")),
    ],
)
def test_refusals_say_got_expected_cure(answers: dict[str, Any], words: tuple[str, ...]) -> None:
    """A military system, an unstated scope, an unknown fact and an answer that is no yes or no are refused with a cure."""
    with pytest.raises(AssessmentError) as caught:
        suggest_tier(load_rulebook(), answers)
    assert all(word in str(caught.value) for word in words)
    assert caught.value.expected
    assert caught.value.cure
