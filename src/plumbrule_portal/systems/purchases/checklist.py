"""The points of a checklist: what a profile of the rulebook asks for, and what every purchase asks. No Django here.

>>> [one.requirement for one in points("minimal")]
['purpose', 'procurement-asks', 'procurement-asks']
>>> points("minimal")[0].provisions[0]
('R265/6.d', 'R265 6(d)')
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml
from pydantic import TypeAdapter, ValidationError

from plumbrule.errors import InputError
from plumbrule.rulebook import Rulebook, cite, load_rulebook, profile

PACK, DECLARATION = "pack", "declaration"
SCHEMA, FILE = "plumbrule-purchase-points/1", "points.yaml"
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Standing:
    titles: Mapping[str, str]
    statements: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Book:
    schema: str
    requirement: str
    status: str
    reviewed_by: tuple[str, ...]
    points: tuple[_Standing, ...]


@cache
def book() -> Rulebook:
    """The core rulebook."""
    return load_rulebook()


def profiles() -> dict[str, Mapping[str, str]]:
    """The profiles with which something may be bought, with their titles by language.

    The profile of systems from which one refrains is not among them: that question is no supplier's to answer.
    """
    return {name: one.title.texts for name, one in book().profiles.items() if one.tier not in _NOT_BOUGHT}


def points(profile_id: str) -> tuple[Asked, ...]:
    """The requirements of a profile in its order, then what every purchase asks. Raises AssessmentError: no such profile."""
    rules = book()
    return (*(_asked(rules, name) for name in profile(rules, profile_id).requirements), *standing())


@cache
def standing() -> tuple[Asked, ...]:
    """What every purchase asks, whatever its profile. Raises InputError: the file is not in its form."""
    raw = files(__name__.rpartition(".")[0]).joinpath(FILE).read_bytes()
    try:
        found = TypeAdapter(_Book).validate_python(yaml.safe_load(raw))
    except (ValidationError, yaml.YAMLError) as error:
        raise InputError(f"{FILE}: {str(error)[:300]}", expected=f"the form {SCHEMA}.") from None
    provisions = _cited(book(), found.requirement)
    return tuple(
        Asked(
            requirement=found.requirement,
            titles=one.titles,
            statements=one.statements,
            provisions=provisions,
            wants=DECLARATION,
        )
        for one in found.points
    )


def _asked(rules: Rulebook, name: str) -> Asked:
    found = rules.requirements[name]
    return Asked(
        requirement=name,
        titles=found.title.texts,
        statements=found.statement.texts,
        provisions=_cited(rules, name),
        # What a test judges needs data, and so a pack; what is only examined or decided is stated by somebody.
        wants=PACK if found.looked_at in _BY_DATA else DECLARATION,
    )


def _cited(rules: Rulebook, requirement: str) -> tuple[tuple[str, str], ...]:
    return tuple((one, cite(rules, one)) for one in rules.requirements[requirement].answers)
