"""Find one thing in the rulebook by the id or citation that a person writes, and what in the rulebook stands on it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from plumbrule.errors import InputError
from plumbrule.rulebook.model import (
    Check,
    Crosswalk,
    Instrument,
    Jurisdiction,
    Link,
    Profile,
    Provision,
    Requirement,
    Rulebook,
    TierRule,
)

Sort = Literal["instrument", "provision", "requirement", "profile", "crosswalk", "place", "jurisdiction"]
Thing = Instrument | Provision | Requirement | Profile | Crosswalk | Jurisdiction
MOST_NEAR = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place in somebody else's text, with our links to it."""

    crosswalk: Crosswalk
    place: str
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CitedBy:
    """What in the rulebook stands on a provision, and which texts cite its instrument."""

    requirements: tuple[Requirement, ...]
    checks: tuple[tuple[Profile, Check], ...]
    tier_rules: tuple[TierRule, ...]
    provisions: tuple[Provision, ...]


def look_up(rulebook: Rulebook, name: str) -> Thing | Place:
    """The thing a person means: its id, its citation (`R265 6(h)`), in any case; a place of a crosswalk as `ID/PLACE`.

    Raises:
        InputError: the rulebook holds nothing of that name; offers the nearest ids.
    """
    known = dict(_everything(rulebook))
    if found := known.get(_plain(name)):
        return found[1]
    crosswalk, _, place = name.partition("/")
    held = next((walk for walk in rulebook.crosswalks.values() if _plain(walk.id) == _plain(crosswalk)), None)
    wanted = next((p for p in held.places if _plain(p) == _plain(place)), None) if held else None
    if held and wanted:
        return Place(crosswalk=held, place=wanted, links=tuple(link for link in held.links if link.to == wanted))
    near = near_ids(rulebook, name)
    raise InputError(
        f"The rulebook holds nothing called {name!r}.",
        expected="the id of an instrument, provision, requirement, profile, jurisdiction or crosswalk",
        cure=f"Did you mean {', '.join(near)}?" if near else "`plumbrule search WORDS` finds ids by words.",
    )


def holds(rulebook: Rulebook, name: str) -> bool:
    """Whether `look_up` would find it among instruments and provisions."""
    found = dict(_everything(rulebook)).get(_plain(name))
    return bool(found) and isinstance(found[1], Instrument | Provision) if found else False


def near_ids(rulebook: Rulebook, name: str) -> tuple[str, ...]:
    """The ids that look most like a name, at most five."""
    known = dict(_everything(rulebook))
    near = get_close_matches(_plain(name), known, n=2 * MOST_NEAR, cutoff=0.6)
    return tuple(dict.fromkeys(known[key][0] for key in near))[:MOST_NEAR]


def cited_by(rulebook: Rulebook, provision: Provision) -> CitedBy:
    """Requirements, checks and tier rules that answer a provision, and provisions of other texts that cite its instrument."""
    requirements = tuple(r for r in rulebook.requirements.values() if provision.id in r.answers)
    names = {requirement.id for requirement in requirements}
    symbol = rulebook.instruments[provision.instrument].symbol
    return CitedBy(
        requirements=requirements,
        checks=tuple((p, check) for p in rulebook.profiles.values() for check in p.checks if check.requirement in names),
        tier_rules=tuple(rule for rule in rulebook.tier_rules if provision.id in rule.answers),
        provisions=tuple(p for p in rulebook.provisions.values() if symbol in p.cites),
    )


def links_of(rulebook: Rulebook, requirement: Requirement) -> Iterator[tuple[Crosswalk, Link]]:
    """Where a requirement stands beside somebody else's text."""
    for crosswalk in rulebook.crosswalks.values():
        yield from ((crosswalk, link) for link in crosswalk.links if link.requirement == requirement.id)


def below(rulebook: Rulebook, thing: Instrument | Provision) -> tuple[Provision, ...]:
    """The provisions that stand directly under an instrument or a provision."""
    if isinstance(thing, Instrument):
        return tuple(p for p in rulebook.provisions.values() if p.instrument == thing.id and not p.parent)
    return tuple(p for p in rulebook.provisions.values() if p.parent == thing.id)


def _everything(rulebook: Rulebook) -> Iterator[tuple[str, tuple[str, Thing]]]:
    """Every name of everything in its plain form; the last one counts, so ids come after citations and symbols."""
    for instrument in rulebook.instruments.values():
        yield _plain(instrument.symbol), (instrument.id, instrument)
    for provision in rulebook.provisions.values():
        yield _plain(provision.citation), (provision.id, provision)
    for table in (
        rulebook.jurisdictions,
        rulebook.crosswalks,
        rulebook.profiles,
        rulebook.requirements,
        rulebook.provisions,
        rulebook.instruments,
    ):
        yield from ((_plain(key), (key, value)) for key, value in table.items())


def _plain(name: str) -> str:
    """`R265 6 (h)`, `r265/6(H)` and `R265/6.h` are one name."""
    return re.sub(r"[\s./()（）]+", ".", name.strip().casefold()).strip(".")
