"""What a check came to: sentences, in the order in which a reader needs them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from plumbrule.evidence.policy import Accepted, Policy
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
class Ledger:
    """Sentences while a check runs."""

    proved: list[Sentence] = field(default_factory=list)
    failures: list[Sentence] = field(default_factory=list)
    not_shown: list[Sentence] = field(default_factory=list)
    warnings: list[Sentence] = field(default_factory=list)
    suggested: list[Sentence] = field(default_factory=list)

    def prove(self, text: str, /, **values: object) -> None:
        """Something that holds."""
        self.proved.append(sentence(text, **values))

    def fail(self, text: str, /, *, file: str, **values: object) -> None:
        """Something that does not hold, and the file it is about."""
        self.failures.append(sentence(text, file=file, **values))

    def leave_open(self, text: str, /, **values: object) -> None:
        """Something that was not shown."""
        self.not_shown.append(sentence(text, **values))

    def warn(self, text: str, /, **values: object) -> None:
        """Something about policy and trust that the reader should know."""
        self.warnings.append(sentence(text, **values))

    def suggest(self, text: str, /, **values: object) -> None:
        """Something the pack would have us trust."""
        self.suggested.append(sentence(text, **values))

    def closed(self, *, fingerprints: Mapping[str, str], statements: Mapping[str, Statement], witnessed: bool) -> Verification:
        """The result."""
        holds = not self.failures
        always = NEVER_SHOWN if witnessed else (*NEVER_SHOWN, WITNESSED_BY_NOBODY)
        return Verification(
            holds=holds,
            proved=tuple(self.proved) if holds else (),
            failures=tuple(self.failures),
            not_shown=(*self.not_shown, *always),
            warnings=tuple(self.warnings),
            suggested=tuple(self.suggested),
            fingerprints=fingerprints,
            statements=statements if holds else {},
        )


def warn(ledger: Ledger, rules: Policy, trusted: Trust, accepted: Iterable[Accepted], now: datetime) -> None:
    """Say what is weak about the policy and trust that were used."""
    age = now.astimezone(UTC).date() - trusted.as_of
    if trusted.demo:
        ledger.warn("The trust file holds demo keys: they show how checking works and prove nothing.")
    if age > OLD_TRUST:
        ledger.warn("The trust file is of {day}, more than a year old: keys may have been withdrawn since.", day=trusted.as_of)
    if age < -timedelta(days=1):
        ledger.warn("The trust file is of {day}, a day that has not come yet: check the clock.", day=trusted.as_of)
    if rules.least() == 1:
        ledger.warn("One witness is enough for this policy: log and witness together could deceive you.")
    for key in (*rules.logs, *rules.witnesses.values()):
        if key.kind is Kind.ML_DSA_44:
            ledger.warn("The policy names {key}, an ML-DSA-44 key: this version cannot check its signatures.", key=key.label)
    _warn_about_checkpoints(ledger, accepted, now)


def _warn_about_checkpoints(ledger: Ledger, accepted: Iterable[Accepted], now: datetime) -> None:
    late = (now + CLOCKS_MAY_DIFFER).timestamp()
    for one in accepted:
        for label in one.ignored:
            warning = sentence("A signature on the checkpoint was ignored: the policy does not name {key}.", key=label)
            if warning not in ledger.warnings:
                ledger.warnings.append(warning)
        for name, timestamp in one.witnesses.items():
            if timestamp > late:
                ledger.warn("The witness {name} dates its cosignature in the future: a clock is wrong.", name=name)
