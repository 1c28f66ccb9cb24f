"""Suggest a tier from answers to plain questions. The table suggests; a person decides."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import get_args

from plumbrule.errors import AssessmentError
from plumbrule.rulebook.model import Rulebook, TierName, TierRule, TierSuggestion

SCOPE = "non_military"
"""The question that must be answered yes: the instruments speak of systems outside the military domain (R265 preamble 6)."""

ORDER: tuple[TierName, ...] = get_args(TierName)
"""From the highest tier to the lowest."""


def suggest_tier(rulebook: Rulebook, facts: Mapping[str, bool]) -> TierSuggestion:
    """The highest tier with a rule that fired, those rules, and the unanswered questions that could have led higher.

    Args:
        rulebook: where the questions and the decision table stand.
        facts: question to answer; a question left out was not answered, and counts neither way.

    Raises:
        AssessmentError: a fact that is no question, an answer that is not yes or no, a scope that was not stated, or
            a military system, to which none of this applies.
    """
    _refuse_unknown(rulebook, facts)
    _refuse_out_of_scope(facts)
    fired = [rule for rule in rulebook.tier_rules if all(facts.get(fact) is value for fact, value in rule.when.items())]
    tier = min((rule.tier for rule in fired), key=ORDER.index)
    return TierSuggestion(
        tier=tier,
        fired=tuple(rule for rule in fired if rule.tier == tier),
        unanswered=_unanswered(rulebook, facts, above=ORDER[: ORDER.index(tier)]),
    )


def _unanswered(rulebook: Rulebook, facts: Mapping[str, bool], above: tuple[TierName, ...]) -> tuple[str, ...]:
    """Questions, in the order in which they are asked, on which a rule of a higher tier still hangs."""
    open_rules = [rule for rule in rulebook.tier_rules if rule.tier in above and not _contradicted(rule, facts)]
    wanted = {fact for rule in open_rules for fact in rule.when if fact not in facts}
    return tuple(question for question in rulebook.questions if question in wanted)


def _contradicted(rule: TierRule, facts: Mapping[str, bool]) -> bool:
    return any(fact in facts and facts[fact] is not value for fact, value in rule.when.items())


def _refuse_unknown(rulebook: Rulebook, facts: Mapping[str, bool]) -> None:
    for fact, answer in facts.items():
        if fact not in rulebook.questions:
            near = get_close_matches(fact, rulebook.questions, n=1)
            raise AssessmentError(
                f"The tier fact {fact!r} is not a question of the rulebook.",
                expected=f"one of: {', '.join(rulebook.questions)}.",
                cure=f"Did you mean {near[0]!r}?" if near else "Remove the line.",
            )
        if not isinstance(answer, bool):
            raise AssessmentError(
                f"The tier fact {fact!r} has the answer {answer!r}.",
                expected="true or false, without quotation marks.",
                cure="Write true or false; leave the line out if nobody knows.",
            )


def _refuse_out_of_scope(facts: Mapping[str, bool]) -> None:
    if SCOPE not in facts:
        raise AssessmentError(
            f"Nobody stated whether the system is outside the military domain ({SCOPE}).",
            expected=f"{SCOPE} = true: the instruments speak of such systems only (R265 preamble 6).",
            cure=f"Answer {SCOPE} under [tier].",
        )
    if not facts[SCOPE]:
        raise AssessmentError(
            f"The system is said to be military ({SCOPE} = false), and the rulebook does not reach it.",
            expected="a system outside the military domain in its design, development and use (R265 preamble 6).",
            cure="Do not grade it here: no tier, profile or finding of this rulebook applies to it.",
        )
