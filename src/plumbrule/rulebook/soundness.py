"""Does the rulebook hang together? Every name that is used exists, and every wording is there in both languages."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from difflib import get_close_matches
from typing import NoReturn

from plumbrule.base.languages import Wording
from plumbrule.errors import RulebookError
from plumbrule.rulebook.model import Check, Crosswalk, Instrument, Jurisdiction, Profile, Rulebook, Source, Threshold

LANGUAGES = ("en", "zh")
"""The languages in which every wording must stand."""

ROLES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "gap": {"screen": ("ratio",), "tolerance": ("difference",)},
    "level": {"floor": ("rate", "share", "count"), "ceiling": ("rate", "share", "count")},
    "declared": {},
}
"""Kind of check to the roles its thresholds may have, and to the measures of each role."""


def refuse_if_unsound(rulebook: Rulebook) -> None:
    """Raise RulebookError on the first thing that does not hang together, naming file and entry."""
    _wordings(rulebook)
    for instrument in rulebook.instruments.values():
        _instrument(instrument)
    _provisions(rulebook)
    _requirements(rulebook)
    _tiers(rulebook)
    for profile in rulebook.profiles.values():
        _profile(rulebook, profile)
    for crosswalk in rulebook.crosswalks.values():
        _crosswalk(rulebook, crosswalk)
    for jurisdiction in rulebook.jurisdictions.values():
        _jurisdiction(rulebook, jurisdiction)


def _refuse(place: str, got: str, expected: str, cure: str) -> NoReturn:
    raise RulebookError(f"{place}: {got}", expected=expected, cure=cure)


def _known(place: str, name: str, known: Collection[str], kind: str) -> None:
    if name not in known:
        near = get_close_matches(name, known, n=1)
        hint = f"Did you mean {near[0]!r}?" if near else f"Add it, or use one of: {', '.join(sorted(known)) or 'none yet'}."
        _refuse(place, f"the {kind} {name!r} does not exist.", f"a {kind} that the rulebook holds.", hint)


def _wordings(rulebook: Rulebook) -> None:
    for place, wording in all_wordings(rulebook):
        for language in LANGUAGES:
            if not wording.texts.get(language, "").strip():
                _refuse(place, f"no text in {language!r}.", "wording of our own in en and zh.", f"Write the {language} text.")
        for language in wording.reviewed_by:
            if language not in wording.texts:
                _refuse(
                    place,
                    f"reviewed_by names {language!r}, in which there is no text.",
                    "reviewers of texts that exist.",
                    "Mend the language code.",
                )


def all_wordings(rulebook: Rulebook) -> Iterator[tuple[str, Wording]]:
    """Every wording of the rulebook with its place: file, entry, field."""
    for instrument in rulebook.instruments.values():
        for name in ("title", "force", "in_hand"):
            yield f"instruments.yaml, {instrument.id}, {name}", getattr(instrument, name)
    for provision in rulebook.provisions.values():
        yield f"provisions/{provision.instrument}.yaml, {provision.id}", provision.wording
    for requirement in rulebook.requirements.values():
        yield f"requirements.yaml, {requirement.id}, title", requirement.title
        yield f"requirements.yaml, {requirement.id}, statement", requirement.statement
    yield "tiers.yaml, note", rulebook.tier_note
    yield from ((f"tiers.yaml, questions, {key}", wording) for key, wording in rulebook.questions.items())
    yield from ((f"tiers.yaml, {rule.id}", rule.because) for rule in rulebook.tier_rules)
    for profile in rulebook.profiles.values():
        yield f"profiles/{profile.id}.yaml, title", profile.title
        yield f"profiles/{profile.id}.yaml, inconclusive", profile.inconclusive
        for check in profile.checks:
            yield from ((_at(profile, check, t), t.source.note) for t in check.thresholds if t.source.note)
    yield from _wordings_of_others(rulebook)


def _wordings_of_others(rulebook: Rulebook) -> Iterator[tuple[str, Wording]]:
    """Those of crosswalks and jurisdictions."""
    for crosswalk in rulebook.crosswalks.values():
        yield f"crosswalks/{crosswalk.id}.yaml, title", crosswalk.title
        yield from ((_of_link(crosswalk, link.requirement, link.to), link.reason) for link in crosswalk.links)
    for jurisdiction in rulebook.jurisdictions.values():
        place = f"jurisdictions/{jurisdiction.id}.yaml"
        yield f"{place}, name", jurisdiction.name
        for tier in jurisdiction.tiers:
            yield f"{place}, {tier.id}", tier.name
            yield f"{place}, {tier.id}, because", tier.because
        sources = [
            *((tier.id, tier.source) for tier in jurisdiction.tiers),
            *((limit.threshold.id, limit.threshold.source) for limit in jurisdiction.limits),
        ]
        yield from ((f"{place}, {name}", source.note) for name, source in sources if source.note)


def _instrument(instrument: Instrument) -> None:
    place = f"instruments.yaml, {instrument.id}"
    law = instrument.kind == "law"
    if law == (instrument.jurisdiction == "none"):
        _refuse(
            place,
            f"the kind {instrument.kind!r} with the jurisdiction {instrument.jurisdiction!r}.",
            "a jurisdiction for a law, `none` for any other text.",
            "Mend kind or jurisdiction.",
        )
    if not law and (instrument.binding or instrument.in_force):
        _refuse(place, f"a {instrument.kind} that binds or is in force.", "binding and in_force for laws only.", "Remove them.")
    if instrument.sources == "secondary" and instrument.citable:
        _refuse(
            place,
            "it is citable, and was read in secondary sources.",
            "citable: false until the text itself has been read.",
            "Read the text, or set citable to false.",
        )
    for part in instrument.in_force:
        _dates(f"{place}, {part.part}", part.since, part.until)


def _dates(place: str, since: str, until: str) -> None:
    for written in (since, until):
        try:
            date.fromisoformat(written or since)
        except ValueError:
            _refuse(place, f"the date {written!r}.", "a day as 2026-01-18.", "Mend the date.")
    if until and until < since:
        _refuse(place, f"it ends on {until}, before {since}.", "an end after the beginning.", "Mend one of the dates.")


def _crosswalk(rulebook: Rulebook, crosswalk: Crosswalk) -> None:
    _unique(f"crosswalks/{crosswalk.id}.yaml", crosswalk.places)
    _unique(f"crosswalks/{crosswalk.id}.yaml", (f"{link.requirement} to {link.to}" for link in crosswalk.links))
    for link in crosswalk.links:
        place = _of_link(crosswalk, link.requirement, link.to)
        _known(place, link.requirement, rulebook.requirements, "requirement")
        _known(place, link.to, crosswalk.places, "place under `places`")
        if not link.source:
            _refuse(place, "it has no source.", "a paragraph, or `ours, unreviewed`.", "Say who draws the link.")


def _of_link(crosswalk: Crosswalk, requirement: str, to: str) -> str:
    return f"crosswalks/{crosswalk.id}.yaml, {requirement} to {to}"


def _jurisdiction(rulebook: Rulebook, jurisdiction: Jurisdiction) -> None:
    place = f"jurisdictions/{jurisdiction.id}.yaml"
    _known(place, jurisdiction.instrument, rulebook.instruments, "instrument")
    law = rulebook.instruments[jurisdiction.instrument]
    if law.jurisdiction != jurisdiction.id:
        _refuse(
            place,
            f"{law.id} is of the jurisdiction {law.jurisdiction!r}.",
            f"a law of {jurisdiction.id}.",
            "Name a law of this jurisdiction.",
        )
    _unique(place, (tier.id for tier in jurisdiction.tiers))
    for tier in jurisdiction.tiers:
        _source(f"{place}, {tier.id}", tier.source)
    for limit in jurisdiction.limits:
        at = f"{place}, {limit.tier}, {limit.check}"
        checks = {check.id: check for check in rulebook.profiles[limit.tier].checks}
        _known(at, limit.check, checks, "check of that profile")
        _threshold(f"{at}, {limit.threshold.id}", limit.threshold, ROLES[checks[limit.check].kind])


def _provisions(rulebook: Rulebook) -> None:
    for provision in rulebook.provisions.values():
        place = f"provisions/{provision.instrument}.yaml, {provision.id}"
        if not rulebook.instruments[provision.instrument].citable:
            _refuse(
                place,
                f"{provision.instrument} is not citable.",
                "no provision: what is in hand is only about the instrument.",
                "Remove the entry.",
            )
        if not provision.id.startswith(f"{provision.instrument}/"):
            _refuse(
                place,
                f"the id {provision.id!r} is not of this instrument.",
                f"an id that starts with {provision.instrument}/.",
                "Mend the id.",
            )
        if not provision.citation.startswith(f"{provision.instrument} "):
            _refuse(
                place,
                f"the citation is {provision.citation!r}.",
                f"a citation that starts with {provision.instrument}.",
                "Mend the citation.",
            )
        if provision.parent:
            _known(place, provision.parent, rulebook.provisions, "provision")


def _answers(rulebook: Rulebook, place: str, answers: Collection[str]) -> None:
    if not answers:
        _refuse(
            place,
            "it answers no provision.",
            "at least one provision id under `answers`.",
            "Name the provision, or remove the entry.",
        )
    for provision in answers:
        _known(place, provision, rulebook.provisions, "provision")


def _requirements(rulebook: Rulebook) -> None:
    for requirement in rulebook.requirements.values():
        place = f"requirements.yaml, {requirement.id}"
        _answers(rulebook, place, requirement.answers)
        for row in requirement.rows:
            if row in rulebook.rows_without:
                _refuse(place, f"it serves {row}, which is listed as without one.", "one of the two.", "Mend one of them.")


def _tiers(rulebook: Rulebook) -> None:
    _unique("tiers.yaml", (rule.id for rule in rulebook.tier_rules))
    for rule in rulebook.tier_rules:
        place = f"tiers.yaml, {rule.id}"
        _answers(rulebook, place, rule.answers)
        if not rule.when:
            _refuse(place, "it has no condition.", "at least one fact under `when`.", "Name the fact that makes the rule fire.")
        for fact in rule.when:
            _known(place, fact, rulebook.questions, "question")


def _profile(rulebook: Rulebook, profile: Profile) -> None:
    place = f"profiles/{profile.id}.yaml"
    for requirement in profile.requirements:
        _known(place, requirement, rulebook.requirements, "requirement")
    _unique(place, (check.id for check in profile.checks))
    _unique(place, (threshold.id for check in profile.checks for threshold in check.thresholds))
    if len(set(profile.truths)) < 3 or not all(0 <= truth < 1 for truth in profile.truths):
        _refuse(place, f"the truths are {profile.truths}.", "three different gaps from 0 up to 1.", "Mend the truths.")
    for check in profile.checks:
        _check(profile, check)


def _check(profile: Profile, check: Check) -> None:
    place = _at(profile, check)
    _known(place, check.requirement, profile.requirements, "requirement of this profile")
    roles = ROLES[check.kind]
    if bool(check.thresholds) != bool(roles):
        _refuse(
            place,
            f"a {check.kind} check with {len(check.thresholds)} thresholds.",
            "thresholds for gap and level, none for declared.",
            "Mend kind or thresholds.",
        )
    for threshold in check.thresholds:
        _threshold(_at(profile, check, threshold), threshold, roles)
    if check.kind == "gap" and not any(threshold.role == "tolerance" for threshold in check.thresholds):
        _refuse(place, "a gap check without a tolerance.", "one threshold with the role tolerance.", "Add the tolerance.")


def _threshold(place: str, threshold: Threshold, roles: Mapping[str, tuple[str, ...]]) -> None:
    if threshold.measure not in roles.get(threshold.role, ()):
        expected = "; ".join(f"{role} with {' or '.join(measures)}" for role, measures in roles.items())
        _refuse(
            place,
            f"the role {threshold.role!r} with the measure {threshold.measure!r}.",
            f"{expected}.",
            "Mend role, measure or the kind of the check.",
        )
    if threshold.value <= 0 or (threshold.measure != "count" and threshold.value >= 1):
        _refuse(
            place,
            f"the value {threshold.value}.",
            "a plain number above 0, and below 1 unless it is a count (five points is 0.05).",
            "Mend the value.",
        )
    if threshold.source.status == "plan":
        _refuse(place, "the status 'plan'.", "law, guidance, convention or ours.", "Only a plan declares a limit of its own.")
    _source(place, threshold.source)


def _source(place: str, source: Source) -> None:
    if not source.citation or not source.jurisdiction:
        _refuse(
            place,
            "the source is not complete.",
            "citation and jurisdiction (`none` where no law is meant).",
            "Say where it comes from.",
        )


def _at(profile: Profile, check: Check, threshold: Threshold | None = None) -> str:
    return f"profiles/{profile.id}.yaml, {check.id}" + (f", {threshold.id}" if threshold else "")


def _unique(place: str, ids: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in ids:
        if name in seen:
            _refuse(place, f"the id {name!r} is used twice.", "an id of its own for each entry.", "Rename one of them.")
        seen.add(name)
