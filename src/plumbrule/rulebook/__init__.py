"""The rule: instruments, the provisions we cite, requirements, profiles and tiers, as data a lawyer can edit.

The data are YAML files in `data/`, read once into frozen values. Wording is our own and never the official text; a
wording without a name in `reviewed_by` is a draft. Nothing here speaks louder than the instrument it cites: General
Assembly texts recommend, a proposal proposes, a news report asks for nothing.

    >>> from plumbrule.rulebook import cite, load_rulebook, profile, suggest_tier
    >>> rulebook = load_rulebook()
    >>> cite(rulebook, "R265/6.h")
    'R265 6(h)'
    >>> facts = {"non_military": True, "decides_about_people": True, "affects_essential_services": True}
    >>> suggestion = suggest_tier(rulebook, facts)
    >>> suggestion.tier, [rule.id for rule in suggestion.fired]
    ('high', ['high.essential-services'])
    >>> [check.id for check in profile(rulebook, "high").checks][:2]
    ['selection-rate', 'true-positive-rate']
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import TypeVar

from plumbrule.errors import AssessmentError, InputError
from plumbrule.rulebook.load import load_profile, load_rulebook, read_rulebook
from plumbrule.rulebook.local import profile_in
from plumbrule.rulebook.model import (
    Check,
    Crosswalk,
    InForce,
    Instrument,
    Jurisdiction,
    Link,
    LocalLimit,
    LocalTier,
    Profile,
    Provision,
    Requirement,
    Rulebook,
    Source,
    Threshold,
    TierName,
    TierRule,
    TierSuggestion,
)
from plumbrule.rulebook.tier import suggest_tier

__all__ = [
    "Check",
    "Crosswalk",
    "InForce",
    "Instrument",
    "Jurisdiction",
    "Link",
    "LocalLimit",
    "LocalTier",
    "Profile",
    "Provision",
    "Requirement",
    "Rulebook",
    "Source",
    "Threshold",
    "TierName",
    "TierRule",
    "TierSuggestion",
    "cite",
    "load_profile",
    "load_rulebook",
    "profile",
    "profile_in",
    "read_rulebook",
    "suggest_tier",
]

V = TypeVar("V")


def cite(rulebook: Rulebook, provision_id: str) -> str:
    """How people write a provision: `R265/6.h` is `R265 6(h)`.

    Raises:
        InputError: the rulebook holds no such provision; names the nearest.
    """
    return _look_up(rulebook.provisions, provision_id, "provision", InputError).citation


def profile(rulebook: Rulebook, profile_id: str) -> Profile:
    """The profile that a plan names.

    Raises:
        AssessmentError: the rulebook holds no such profile; names those it holds.
    """
    return _look_up(rulebook.profiles, profile_id, "profile", AssessmentError)


def _look_up(table: Mapping[str, V], name: str, kind: str, error: type[InputError]) -> V:
    if name in table:
        return table[name]
    near = get_close_matches(name, table, n=1)
    listed = ", ".join(table) if len(table) < 10 else f"one of {len(table)}, such as {next(iter(table))}"
    raise error(
        f"The rulebook holds no {kind} {name!r}.",
        expected=f"a {kind} of the rulebook: {listed}.",
        cure=f"Did you mean {near[0]!r}?" if near else f"Use the id of a {kind} that the rulebook holds.",
    )
