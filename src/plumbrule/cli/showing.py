"""One thing of the rulebook as plain values, for `plumbrule show --json`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from plumbrule.base.words import Words
from plumbrule.rulebook import model
from plumbrule.rulebook.footnote import footnote
from plumbrule.rulebook.lookup import Place, Thing, below, cited_by, links_of
from plumbrule.rulebook.model import Rulebook


def document(thing: Thing | Place, rulebook: Rulebook, words: Words) -> dict[str, Any]:
    """What a thing is (`sort`), all its fields, and what stands around it. Nothing is null that is a number."""
    sort = type(thing).__name__.lower()
    found: dict[str, Any] = {"sort": sort, "rulebook": rulebook.version, "language": words.asked}
    if isinstance(thing, Place):
        return {
            **found,
            "id": f"{thing.crosswalk.id}/{thing.place}",
            "citation": thing.crosswalk.citation,
            "links": [asdict(link) for link in thing.links],
        }
    found |= asdict(thing)
    match thing:
        case model.Instrument():
            found["footnote"] = footnote(thing, None, words)
            found["provisions"] = [p.id for p in rulebook.provisions.values() if p.instrument == thing.id]
        case model.Provision():
            found |= _provision(thing, rulebook, words)
        case model.Requirement():
            checks = [(p.id, check) for p in rulebook.profiles.values() for check in p.checks if check.requirement == thing.id]
            found["checks"] = [{"profile": profile, **asdict(check)} for profile, check in checks]
            found["links"] = [{"crosswalk": crosswalk.id, **asdict(link)} for crosswalk, link in links_of(rulebook, thing)]
        case model.Profile():
            found["tier_rules"] = [asdict(rule) for rule in rulebook.tier_rules if rule.tier == thing.tier]
        case _:
            pass
    return found


def _provision(provision: model.Provision, rulebook: Rulebook, words: Words) -> dict[str, Any]:
    instrument, by = rulebook.instruments[provision.instrument], cited_by(rulebook, provision)
    return {
        "draft": {code: not provision.wording.reviewed_by.get(code) for code in provision.wording.texts},
        "text_it_stands_in": asdict(instrument),
        "holds": [p.id for p in below(rulebook, provision)],
        "cited_by": {
            "requirements": [requirement.id for requirement in by.requirements],
            "checks": [{"profile": profile.id, "check": check.id} for profile, check in by.checks],
            "tier_rules": [rule.id for rule in by.tier_rules],
            "provisions_citing_the_text": [other.id for other in by.provisions],
        },
        "footnote": footnote(instrument, provision, words),
    }
