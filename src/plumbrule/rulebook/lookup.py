"""Find one thing in the rulebook by the id or citation that a person writes, and what in the rulebook stands on it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches

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
    if found := dict(_everything(rulebook)).get(_plain(name)):
        return found[1]
    near = near_ids(rulebook, name)
    raise InputError(
        f"The rulebook holds nothing called {name!r}.",
        expected="the id of an instrument, provision, requirement, profile, jurisdiction or crosswalk",
        cure=f"Did you mean {', '.join(near)}?" if near else "`plumbrule search WORDS` finds ids by words.",
    )


def holds(rulebook: Rulebook, name: str) -> bool:
    """Whether `look_up` would find it among instruments and provisions."""
    found = dict(_everything(rulebook)).get(_plain(name))
    return found is not None and isinstance(found[1], Instrument | Provision)


def near_ids(rulebook: Rulebook, name: str) -> tuple[str, ...]:
    """The ids that begin like a name, then those that look most like it, at most five."""
    known, wanted = dict(_everything(rulebook)), _plain(name)
    begin = [key for key in known if wanted and key.startswith(wanted)]
    near = get_close_matches(wanted, known, n=2 * MOST_NEAR, cutoff=0.6)
    return tuple(dict.fromkeys(known[key][0] for key in [*begin, *near]))[:MOST_NEAR]


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


def _everything(rulebook: Rulebook) -> Iterator[tuple[str, tuple[str, Thing | Place]]]:
    """Every name of everything in its plain form; the last one counts, so ids come after citations and symbols."""
    for crosswalk in rulebook.crosswalks.values():
        for place in crosswalk.places:
            links = tuple(link for link in crosswalk.links if link.to == place)
            name = f"{crosswalk.id}/{place}"
            yield _plain(name), (name, Place(crosswalk=crosswalk, place=place, links=links))
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
