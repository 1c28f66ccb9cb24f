"""The nouns of a judgement: line, check result, finding, assessment.

Verdicts about AI systems are the five of OSCAL's world that are honest about chance:
`satisfied`, `not-satisfied`, `inconclusive`, `not-applicable`, `not-assessed`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from plumbrule.base.languages import Wording
from plumbrule.base.observation import Group, Observation
from plumbrule.lab import Adjustment
from plumbrule.rulebook.model import Threshold, TierSuggestion

Verdict = Literal["satisfied", "not-satisfied", "inconclusive", "not-applicable", "not-assessed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One of the lines that every check shows.

    `screen`: the point value against its source's number (`passes`, `fails`). `any-gap`: the interval against none
    (`shown`, `not-shown`). `tolerance`: the interval against the tolerance (`within`, `beyond`, `undecided`).
    `floor`, `ceiling`: the interval against a level (`within`, `beyond`, `undecided`). `declared`: what was stated
    (`stated-yes`, `stated-no`). Any of them can be `unknown`.
    """

    role: Literal["screen", "any-gap", "tolerance", "floor", "ceiling", "declared"]
    outcome: Literal[
        "passes", "fails", "shown", "not-shown", "within", "beyond", "undecided", "stated-yes", "stated-no", "unknown"
    ]
    observation: str
    threshold: Threshold | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Power:
    """How many rows would give 80 % power if the true gap were `truth` (plain number).

    `rows` is the total over group and reference in the proportions seen; None when no number of rows would do,
    because the truth lies on the threshold itself.
    """

    truth: float
    rows: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """One check on one comparison (or one level, or one declared fact), with its lines and its verdict.

    `reason` is an English message id, empty when the lines say it all. `power` is filled when inconclusive, and
    `more_rows` then says whether more rows exist at all.
    """

    check: str
    metric: str
    verdict: Verdict
    lines: tuple[Line, ...]
    group: Group
    reference: Group | None = None
    reason: str = ""
    power: tuple[Power, ...] = ()
    more_rows: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The verdict on one requirement (OSCAL: finding). `answers` are provision ids."""

    requirement: str
    title: Wording
    verdict: Verdict
    checks: tuple[CheckResult, ...]
    answers: tuple[str, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """What was assessed. `note` says what a reader must know before anything else."""

    id: str
    name: Wording
    version: str
    organisation: str
    purpose: Wording
    jurisdiction: str
    phase: str
    note: Wording | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """An input file by digest: `sha256` of its bytes as they were read."""

    name: str
    sha256: str
    source: str = ""
    licence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """Who is in the table: rows read, rows with a usable decision, and why others were left out."""

    rows: int
    used: int
    excluded: Mapping[str, int]
    description: Wording
    more_rows: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanReference:
    """The plan that was declared before the data were read. `log_index` is None when it was not signed into a log."""

    sha256: str
    log_index: int | None
    departures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """Observations and findings together, immutable (OSCAL: assessment-results).

    `population` is None where no decisions were looked at. `provisions` holds citation and our wording of every
    provision cited, so that the file can be read alone.
    """

    schema: str
    id: str
    title: Wording
    created: str
    software: str
    rulebook: str
    system: System
    plan: PlanReference
    tier: TierSuggestion
    profile: str
    materials: tuple[Material, ...]
    population: Population | None
    observations: tuple[Observation, ...]
    adjustments: tuple[Adjustment, ...]
    findings: tuple[Finding, ...]
    provisions: Mapping[str, tuple[str, Wording]]
    inconclusive: Wording
