"""The points that a profile of the rulebook asks for. Knows no database, no request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from plumbrule.rulebook import Rulebook, cite, load_rulebook, profile

PACK, DECLARATION = "pack", "declaration"
_BY_DATA = frozenset({"tested", "measured"})
_NOT_BOUGHT = frozenset({"unacceptable"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One point: the requirement in several languages, the provisions that it answers as (id, citation), what satisfies it."""

    requirement: str
    titles: Mapping[str, str]
    statements: Mapping[str, str]
    provisions: tuple[tuple[str, str], ...]
    wants: str


@lru_cache(maxsize=1)
def book() -> Rulebook:
    """The core rulebook."""
    return load_rulebook()


def profiles() -> dict[str, Mapping[str, str]]:
    """The profiles with which something may be bought, with their titles by language.

    The profile of systems from which one refrains is not among them: that question is no supplier's to answer.
    """
    return {name: one.title.texts for name, one in book().profiles.items() if one.tier not in _NOT_BOUGHT}


def points(profile_id: str) -> tuple[Asked, ...]:
    """The requirements of a profile as points, in its order. Raises AssessmentError: no such profile."""
    rules = book()
    return tuple(_asked(rules, name) for name in profile(rules, profile_id).requirements)


def _asked(rules: Rulebook, name: str) -> Asked:
    found = rules.requirements[name]
    return Asked(
        requirement=name,
        titles=found.title.texts,
        statements=found.statement.texts,
        provisions=tuple((one, cite(rules, one)) for one in found.answers),
        # What a test judges needs data, and so a pack; what is only examined or decided is stated by somebody.
        wants=PACK if found.looked_at in _BY_DATA else DECLARATION,
    )
