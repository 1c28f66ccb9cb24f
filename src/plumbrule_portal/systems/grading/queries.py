"""What was graded, and what has to be graded again because the facts changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from plumbrule.base.languages import Wording
from plumbrule.errors import InputError
from plumbrule.rulebook import TierSuggestion, cite, load_rulebook
from plumbrule_portal.ledger.content import read
from plumbrule_portal.systems.models import Grading, Record
from plumbrule_portal.systems.queries import standing_record
from plumbrule_portal.systems.record import differences, read_record

WEIGHTY = frozenset(
    {"purpose", "functions", "capabilities", "limits", "proper_use", "scope", "people_affected", "data", "oversight", "phases"}
)
"""Fields of a record on which a grade rests: when one of them changes, the grade has to be looked at again. Ours, unreviewed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why the rules suggest a tier: a sentence, and the provisions that it answers, as people cite them."""

    texts: Mapping[str, str]
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Graded:
    """A grading to show: what was decided, what the rules suggested and why, and the facts that changed since."""

    grading: Grading
    reasons: tuple[Reason, ...]
    unanswered: tuple[Mapping[str, str], ...]
    changed: tuple[str, ...]

    @property
    def departs(self) -> bool:
        """Whether the person decided on another tier than the rules suggest."""
        return bool(self.grading.document) and self.grading.document.get("suggested") != self.grading.tier


def graded(system: str) -> Graded | None:
    """The newest grading of a system, or None."""
    found = Grading.objects.filter(system=system).first()
    if found is None:
        return None
    document: dict[str, Any] = found.document
    book = load_rulebook()
    fired = [rule for rule in book.tier_rules if rule.id in document.get("fired", ())]
    questions = [book.questions[name] for name in document.get("unanswered", ()) if name in book.questions]
    return Graded(
        grading=found,
        reasons=tuple(_reason(rule.because, rule.answers) for rule in fired),
        unanswered=tuple(question.texts for question in questions),
        changed=changed_since(found),
    )


def reasons_of(suggested: TierSuggestion) -> tuple[Reason, ...]:
    """Why the rules suggest a tier."""
    return tuple(_reason(rule.because, rule.answers) for rule in suggested.fired)


def changed_since(grading: Grading) -> tuple[str, ...]:
    """The fields on which a grade rests that the newest record says otherwise than the one at the time of the grading."""
    newest = standing_record(grading.system)
    then = Record.objects.filter(entry=grading.record).first() if grading.record is not None else None
    if newest is None or then is None or newest.entry == then.entry:
        return ()
    before, after = read(then.sha256), read(newest.sha256)
    if not before or not after:
        return ()
    try:
        found = {one.field for one in differences(read_record(before), read_record(after))}
    except InputError:  # one of the two is no record of this version: nobody can say what changed, so everything counts
        found = set(WEIGHTY)
    return tuple(sorted(found & WEIGHTY))


def _reason(because: Wording, answers: tuple[str, ...]) -> Reason:
    book = load_rulebook()
    return Reason(texts=because.texts, answers=tuple(cite(book, answer) for answer in answers))
