"""What a check came to: sentences, in the order in which a reader needs them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from plumbrule.evidence.policy import Accepted, Policy
from plumbrule.evidence.quorum import warn_of_quorum, warn_of_witnesses
from plumbrule.evidence.sentence import Sentence, sentence
from plumbrule.evidence.statement import Statement
from plumbrule.evidence.trust import Trust
from plumbrule.evidence.vkey import Kind

OLD_TRUST = timedelta(days=365)
CLOCKS_MAY_DIFFER = timedelta(hours=1)
NEVER_SHOWN = (
    sentence("That this is the latest word: a later statement may have changed or withdrawn it."),
    sentence("That nothing was left out: other assessments, or failed tests, may exist and not be shown to you."),
    sentence("That the numbers are true: they are what the signer says was measured."),
    sentence("When it happened: the log shows the order of entries, and the dates in them are the signer's word."),
)
WITNESSED_BY_NOBODY = sentence(
    "That the log is the same for everybody. Witnessed by nobody: the log's operator could rewrite it."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """The result of a check.

    `failures` is empty exactly when `holds`; each names its file in `values["file"]`. `proved` is empty when it does
    not hold. `not_shown` is never empty. `warnings` are about the policy and trust that were used; `suggested` is what
    the pack would have us trust, and was ignored. `fingerprints` has `policy` and `trust`, SHA-256 in groups of four
    digits. `statements` holds what was signed, by `"assessment"` and `"plan"`; it is empty when it does not hold.
    """

    holds: bool
    proved: tuple[Sentence, ...]
    failures: tuple[Sentence, ...]
    not_shown: tuple[Sentence, ...]
    warnings: tuple[Sentence, ...]
    suggested: tuple[Sentence, ...]
    fingerprints: Mapping[str, str]
    statements: Mapping[str, Statement]


@dataclass(slots=True, kw_only=True)
class Draft:
    """A result in the making: sentences while a check runs. Each failure names its file as `file`."""

    proved: list[Sentence] = field(default_factory=list)
    failures: list[Sentence] = field(default_factory=list)
    not_shown: list[Sentence] = field(default_factory=list)
    warnings: list[Sentence] = field(default_factory=list)
    suggested: list[Sentence] = field(default_factory=list)

    def closed(self, *, fingerprints: Mapping[str, str], statements: Mapping[str, Statement], witnessed: bool) -> Verification:
        """The result."""
        holds = not self.failures
        always = NEVER_SHOWN if witnessed else (*NEVER_SHOWN, WITNESSED_BY_NOBODY)
        return Verification(
            holds=holds,
            proved=tuple(self.proved) if holds else (),
            failures=tuple(self.failures),
            not_shown=(*self.not_shown, *always),
            warnings=tuple({str(warning): warning for warning in self.warnings}.values()),  # each once: both entries give them
            suggested=tuple(self.suggested),
            fingerprints=fingerprints,
            statements=statements if holds else {},
        )


def warn(draft: Draft, rules: Policy, trusted: Trust, accepted: Iterable[Accepted], now: datetime) -> None:
    """Say what is weak about the policy and trust that were used."""
    age = now.astimezone(UTC).date() - trusted.as_of
    if trusted.demo:
        draft.warnings.append(sentence("The trust file holds demo keys: they show how checking works and prove nothing."))
    if age > OLD_TRUST:
        draft.warnings.append(
            sentence("The trust file is of {day}, more than a year old: keys may have been withdrawn since.", day=trusted.as_of)
        )
    if age < -timedelta(days=1):
        draft.warnings.append(
            sentence("The trust file is of {day}, a day that has not come yet: check the clock.", day=trusted.as_of)
        )
    draft.warnings.extend(warn_of_quorum(rules))
    for key in (*rules.logs, *rules.witnesses.values()):
        if key.kind is Kind.ML_DSA_44:
            draft.warnings.append(
                sentence("The policy names {key}, an ML-DSA-44 key: this version cannot check its signatures.", key=key.label)
            )
    _warn_about_checkpoints(draft, rules, accepted, now)


def _warn_about_checkpoints(draft: Draft, rules: Policy, accepted: Iterable[Accepted], now: datetime) -> None:
    late = (now + CLOCKS_MAY_DIFFER).timestamp()
    for one in accepted:
        draft.warnings.extend(warn_of_witnesses(rules, one))
        for label in one.ignored:
            warning = sentence("A signature on the checkpoint was ignored: the policy does not name {key}.", key=label)
            draft.warnings.append(warning)
        for name, timestamp in one.witnesses.items():
            if timestamp > late:
                draft.warnings.append(
                    sentence("The witness {name} dates its cosignature in the future: a clock is wrong.", name=name)
                )
