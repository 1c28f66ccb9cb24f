"""What our statements say: the predicates "plan" and "assessment", in the form of `schemas/*.json`; the others are claims.

A predicate is public and permanent, so nothing in it can hold a sentence about anybody: its strings are tokens (ids,
digests, dates, words without spaces). What has to be said in words travels in a file and is a subject by digest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from plumbrule.evidence.claims import KINDS, Claim, read_claim
from plumbrule.evidence.reading import Json, read_list, read_match, read_object, refuse
from plumbrule.evidence.tokens import CREATED, DIGEST, FILE_NAME, MAX_FILES, MAX_INDEX, TOKEN, WORDLESS

PLAN = "urn:x-plumbrule:plan:1"
ASSESSMENT = "urn:x-plumbrule:assessment:1"
VERDICTS = ("satisfied", "not-satisfied", "inconclusive", "not-applicable", "not-assessed")
MAX_VERDICTS = 1000

_COMMON = frozenset({"assessment", "system", "files"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPredicate:
    """What will be judged, declared before the data are read.

    `assessment` and `system` are ids, `profile` the id of the profile. `declared` is JSON whose strings are tokens: the
    thresholds, comparisons and methods the plan binds itself to. `files` names the subjects that travel in the pack.
    It holds no date, so that the same plan gives the same envelope: its place in the log is its date.
    """

    assessment: str
    system: str
    profile: str
    declared: Mapping[str, Json] = field(default_factory=dict)
    files: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Json]:
        """The predicate as JSON."""
        return {
            "assessment": self.assessment,
            "declared": self.declared,
            "files": self.files,
            "profile": self.profile,
            "system": self.system,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanCitation:
    """The plan that an assessment followed: SHA-256 of its envelope's bytes (hex) and its position in the same log."""

    envelope: str
    log_index: int

    def to_json(self) -> dict[str, Json]:
        """The citation as JSON."""
        return {"envelope": self.envelope, "log_index": self.log_index}


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessmentPredicate:
    """What was found. `verdicts` maps requirement id to one of `VERDICTS`; `created` is RFC 3339 in UTC, to the second.

    `plan` is None when no plan was signed first. `software` is a token like `plumbrule/0.1.0`.
    """

    assessment: str
    system: str
    verdicts: Mapping[str, str]
    plan: PlanCitation | None
    created: str
    software: str
    files: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Json]:
        """The predicate as JSON."""
        return {
            "assessment": self.assessment,
            "created": self.created,
            "files": self.files,
            "plan": None if self.plan is None else self.plan.to_json(),
            "software": self.software,
            "system": self.system,
            "verdicts": self.verdicts,
        }


Predicate = PlanPredicate | AssessmentPredicate | Claim


def read_predicate(predicate_type: str, value: object, what: str) -> Predicate:
    """Check a predicate and give it its type. Raises UnreadableError: an unknown type, or not in the form of its schema."""
    if predicate_type == PLAN:
        return _plan(value, what)
    if predicate_type in KINDS:
        return read_claim(predicate_type, value, what)
    if predicate_type != ASSESSMENT:
        refuse(
            what,
            f"the predicate type {predicate_type[:80]!r} is not known",
            f"{PLAN}, {ASSESSMENT}, or another of ours.",
            "use the software that wrote it.",
        )
    return _assessment(value, what)


def predicate_type(predicate: Predicate) -> str:
    """The type under which a predicate is signed."""
    if isinstance(predicate, Claim):
        return predicate.kind
    return PLAN if isinstance(predicate, PlanPredicate) else ASSESSMENT


def _plan(value: object, what: str) -> PlanPredicate:
    fields = read_object(value, what, _COMMON | {"profile", "declared"})
    declared = fields["declared"]
    if not isinstance(declared, Mapping):
        refuse(what, "'declared' is not an object", "an object of declared values.")
    _check_tokens(declared, what)
    return PlanPredicate(
        assessment=_token(fields, what, "assessment"),
        system=_token(fields, what, "system"),
        profile=_token(fields, what, "profile"),
        declared=declared,
        files=_files(fields, what),
    )


def _assessment(value: object, what: str) -> AssessmentPredicate:
    fields = read_object(value, what, _COMMON | {"verdicts", "plan", "created", "software"})
    return AssessmentPredicate(
        assessment=_token(fields, what, "assessment"),
        system=_token(fields, what, "system"),
        verdicts=_verdicts(fields["verdicts"], what),
        plan=None if fields["plan"] is None else _citation(fields["plan"], what),
        created=read_match(fields["created"], what, "created", CREATED, "a time in UTC like 2026-07-22T09:30:00Z."),
        software=_token(fields, what, "software"),
        files=_files(fields, what),
    )


def _verdicts(value: object, what: str) -> dict[str, str]:
    if not isinstance(value, Mapping) or not 0 < len(value) <= MAX_VERDICTS:
        refuse(
            what, "'verdicts' is not an object with verdicts in it", f"1 to {MAX_VERDICTS} requirement ids, each with a verdict."
        )
    found = {}
    for requirement, verdict in value.items():
        read_match(requirement, what, "verdicts", TOKEN, WORDLESS)
        if verdict not in VERDICTS:
            refuse(what, f"the verdict on {requirement} is {str(verdict)[:40]!r}", f"one of {', '.join(VERDICTS)}.")
        found[requirement] = verdict
    return found


def _citation(value: object, what: str) -> PlanCitation:
    fields = read_object(value, what, frozenset({"envelope", "log_index"}))
    index = fields["log_index"]
    if not isinstance(index, int) or isinstance(index, bool) or not 0 <= index <= MAX_INDEX:
        refuse(what, "'log_index' is not a position", "a whole number from 0.")
    return PlanCitation(envelope=read_match(fields["envelope"], what, "envelope", DIGEST, "64 hex digits."), log_index=index)


def _files(fields: Mapping[str, object], what: str) -> tuple[str, ...]:
    form = "names of small letters, digits, dots, dashes and underscores"
    names = tuple(
        read_match(name, what, "files", FILE_NAME, form) for name in read_list(fields["files"], what, "files", MAX_FILES)
    )
    if list(names) != sorted(set(names)):
        refuse(what, "'files' is not sorted, or names a file twice", "each name once, in order.")
    return names


def _token(fields: Mapping[str, object], what: str, key: str) -> str:
    return read_match(fields[key], what, key, TOKEN, WORDLESS)


def _check_tokens(value: object, what: str) -> None:
    """Refuse running text in a declared value, however deep it lies."""
    if isinstance(value, str):
        read_match(value, what, "declared", TOKEN, WORDLESS + "; text belongs into a file that is a subject")
    elif isinstance(value, Mapping):
        for key, item in value.items():
            read_match(key, what, "declared", TOKEN, WORDLESS)
            _check_tokens(item, what)
    elif isinstance(value, list | tuple):
        for item in value:
            _check_tokens(item, what)
