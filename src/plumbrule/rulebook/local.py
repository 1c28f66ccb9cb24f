"""The profile of a tier as one jurisdiction names it, with the numbers that its law sets."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches

from plumbrule.errors import AssessmentError
from plumbrule.rulebook.model import Check, Jurisdiction, LocalLimit, LocalTier, Profile, Rulebook


def profile_in(rulebook: Rulebook, jurisdiction: str, tier: str) -> Profile:
    """The profile for a tier of a jurisdiction: its name of the tier, its numbers in place of ours where its law sets any.

    Requirements, grounds and everything else stay those of the profile that the jurisdiction's tier is looked at with.
    That pairing is ours (`LocalTier.because`), and no duty under that law follows from it.

    Raises:
        AssessmentError: the rulebook holds no such jurisdiction, or the jurisdiction no such tier; names those it holds.
    """
    if jurisdiction not in rulebook.jurisdictions:
        raise _unknown(f"jurisdiction {jurisdiction!r}", jurisdiction, list(rulebook.jurisdictions))
    place = rulebook.jurisdictions[jurisdiction]
    local = _tier(place, tier)
    ours = rulebook.profiles[local.tier]
    limits = [limit for limit in place.limits if limit.tier == local.tier]
    return replace(ours, title=local.name, checks=tuple(_with(check, limits) for check in ours.checks))


def _tier(place: Jurisdiction, tier: str) -> LocalTier:
    for local in place.tiers:
        if local.id == tier:
            return local
    raise _unknown(f"tier {tier!r} for {place.id}", tier, [local.id for local in place.tiers])


def _with(check: Check, limits: list[LocalLimit]) -> Check:
    """The check with the jurisdiction's thresholds; ours stay in the roles for which it sets none."""
    theirs = [limit.threshold for limit in limits if limit.check == check.id]
    roles = {threshold.role for threshold in theirs}
    return replace(check, thresholds=(*theirs, *(ours for ours in check.thresholds if ours.role not in roles)))


def _unknown(what: str, name: str, held: list[str]) -> AssessmentError:
    near = get_close_matches(name, held, n=1)
    return AssessmentError(
        f"The rulebook holds no {what}.",
        expected=f"one of: {', '.join(held) or 'none yet'}.",
        cure=f"Did you mean {near[0]!r}?" if near else "Use one of these, or the profiles of the rulebook itself.",
    )
