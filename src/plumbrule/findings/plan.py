"""The plan: what will be judged and how, declared before the data are read (OSCAL: assessment-plan).

A plan is a TOML file, `assessment.toml`. `read_plan` parses it once, strictly: an unknown key is refused, so that a
misspelt line is not silently left out of what was declared.
"""

from __future__ import annotations

import difflib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import ConfigDict, TypeAdapter, ValidationError, with_config

from plumbrule.errors import AssessmentError
from plumbrule.findings.planned.check import PlannedCheck, check_checks
from plumbrule.findings.planned.dataset import PlannedDataSet
from plumbrule.findings.planned.explanation import PlannedExplanation
from plumbrule.findings.planned.languages import PlannedLanguages
from plumbrule.findings.planned.predictor import PlannedPredictor
from plumbrule.findings.planned.privacy import PlannedPrivacy
from plumbrule.findings.planned.robustness import PlannedRobustness
from plumbrule.findings.planned.watch import PlannedWatch

SCHEMA = "plumbrule-plan/1"
Texts = Mapping[str, str]
_STRICT = ConfigDict(extra="forbid", strict=True)


@with_config(_STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedSystem:
    """The system assessed. `note` is shown before anything else."""

    id: str
    version: str
    organisation: str
    jurisdiction: str
    phase: str
    name: Texts
    purpose: Texts
    note: Texts | None = None


@with_config(_STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """A declared fact: whether it holds, in what words, by whom, and where that stands."""

    holds: bool
    text: str
    stated_by: str
    source: str = ""


@with_config(_STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedData:
    """Where the decision table is: a file beside the plan, or a file inside an installed package.

    `query` is an optional SELECT over `decisions`, the table as read. `more_rows` says whether more rows exist at all.
    """

    file: str
    population: Texts
    more_rows: bool
    package: str | None = None
    source: str = ""
    licence: str = ""
    query: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    decimal: str | None = None
    sheet: str | None = None
    missing: tuple[str, ...] = ()


@with_config(_STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedDecisions:
    """Which column plays which part; as the options of `plumbrule audit`."""

    prediction: str
    by: tuple[str, ...]
    label: str | None = None
    score: str | None = None
    favourable: str | None = None
    count: str | None = None
    weight: str | None = None
    cluster: str | None = None
    cut: tuple[str, ...] = ()
    intersections: bool = True
    min_n: int = 10
    confidence: float = 0.95


@with_config(_STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedComparison:
    """One question of the primary family: a group held against a reference."""

    attribute: str
    group: str
    reference: str


@with_config(_STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedAdjustment:
    """The declared factors: `factors` for the regression, `within` for the strata; `pooled` adds all others together."""

    factors: tuple[str, ...] = ()
    within: tuple[str, ...] = ()
    pooled: bool = False


@with_config(_STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All of assessment.toml.

    `data` and `decisions` go together; a plan without them asks for further tests only.
    """

    schema: Literal["plumbrule-plan/1"]
    id: str
    title: Texts
    profile: str
    system: PlannedSystem
    data: PlannedData | None = None
    decisions: PlannedDecisions | None = None
    comparison: tuple[PlannedComparison, ...] = ()
    tier: Mapping[str, bool] = field(default_factory=dict)
    declared: Mapping[str, Declared] = field(default_factory=dict)
    adjust: PlannedAdjustment = field(default_factory=PlannedAdjustment)
    check: tuple[PlannedCheck, ...] = ()
    data_set: PlannedDataSet | None = None
    privacy: PlannedPrivacy | None = None
    predictor: PlannedPredictor | None = None
    robustness: PlannedRobustness | None = None
    explanation: PlannedExplanation | None = None
    languages: PlannedLanguages | None = None
    watch: PlannedWatch | None = None

    def asks_further(self) -> bool:
        """Whether a test beyond the decisions is asked for."""
        return any(getattr(self, name) is not None for name in FURTHER)

    def look(self) -> tuple[PlannedData, PlannedDecisions] | None:
        """The data and which column plays which part; None for a plan without a decision table."""
        return (self.data, self.decisions) if self.data and self.decisions else None


FURTHER: tuple[str, ...] = ("data_set", "privacy", "robustness", "explanation", "languages", "watch")
"""The keys of a plan that ask for a test beyond the decisions (`findings.further`)."""

_UNKNOWN_KEY = ("unexpected_keyword_argument", "extra_forbidden")
_ADAPTER: TypeAdapter[Plan] = TypeAdapter(Plan)


def read_plan(text: bytes, name: str = "assessment.toml") -> Plan:
    """Parse a plan.

    Raises:
        AssessmentError: not TOML, a key missing, misspelt or of the wrong kind; a comparison that makes no sense.
    """
    try:
        loaded = tomllib.loads(text.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise AssessmentError(
            f"{name} is not TOML: {error}.", expected="a TOML file in UTF-8", cure="Correct the line named."
        ) from None
    try:
        # Through JSON, whose strict mode takes arrays for tuples and whole numbers for decimals, and nothing else.
        plan = _ADAPTER.validate_json(json.dumps(loaded, default=str))
    except ValidationError as error:
        raise _explained(error, name) from None
    _check(plan, name)
    return plan


def plan_object(plan: Plan) -> dict[str, Any]:
    """The plan as plain JSON values, for its statement."""
    found: dict[str, Any] = _ADAPTER.dump_python(plan, mode="json")
    return found


def plan_schema() -> dict[str, Any]:
    """The JSON Schema of assessment.toml."""
    return _ADAPTER.json_schema()


def _explained(error: ValidationError, name: str) -> AssessmentError:
    """Pydantic's first complaint in our three parts; a misspelt key explains a missing one, so it comes first."""
    complaints = error.errors()
    first = next((one for one in complaints if one["type"] in _UNKNOWN_KEY), complaints[0])
    place = ".".join(str(part) for part in first["loc"])
    if first["type"] in _UNKNOWN_KEY:
        near = difflib.get_close_matches(str(first["loc"][-1]), _keys(), n=1)
        return AssessmentError(
            f"{name} has a key {place!r} that no plan has.",
            expected="only known keys",
            cure=f"Did you mean {near[0]!r}?" if near else "Take it out.",
        )
    if first["type"] in ("missing", "missing_argument", "missing_keyword_only_argument"):
        return AssessmentError(
            f"{name} does not say {place!r}.",
            expected=f"the key {place!r}",
            cure="Add it; examples/mortgage/assessment.toml shows all of them.",
        )
    return AssessmentError(
        f"{name}: {place!r} holds {str(first['input'])[:60]!r}.", expected=str(first["msg"]).lower(), cure="Correct that key."
    )


def _keys() -> list[str]:
    definitions = plan_schema().get("$defs", {}).values()
    return sorted({key for part in (plan_schema(), *definitions) for key in part.get("properties", {})})


def _check(plan: Plan, name: str) -> None:
    """What types cannot say: wording in English, comparisons about attributes that are looked at, each once."""
    wordings = [(plan.title, "title"), (plan.system.name, "system.name"), (plan.system.purpose, "system.purpose")]
    if plan.data:
        wordings.append((plan.data.population, "data.population"))
    for texts, place in wordings:
        if "en" not in texts:
            raise AssessmentError(
                f"{name}: {place} has no English wording.", expected="at least the key 'en'", cure=f"Add {place}.en."
            )
    if (plan.data is None) != (plan.decisions is None):
        there, lacking = ("data", "decisions") if plan.data else ("decisions", "data")
        raise AssessmentError(
            f"{name} has [{there}] and no [{lacking}].",
            expected="both, or neither",
            cure=f"Add [{lacking}], or take out [{there}].",
        )
    if plan.decisions is None and not plan.asks_further():
        raise AssessmentError(
            f"{name} asks for nothing.",
            expected="[data], [decisions] and at least one [[comparison]], or a further test",
            cure="examples/mortgage/assessment.toml shows how decisions are asked about.",
        )
    if (plan.robustness or plan.explanation) and not plan.predictor:
        raise AssessmentError(
            f"{name} asks for robustness or explanation, and names no model.",
            expected="[predictor] with model and columns",
            cure="Add it; examples/model/assessment.toml shows one.",
        )
    _check_comparisons(plan, name)
    check_checks(plan.check, name)


def _check_comparisons(plan: Plan, name: str) -> None:
    """The primary family is there where decisions are, and makes sense."""
    by = plan.decisions.by if plan.decisions else ()
    seen = set()
    for one in plan.comparison:
        if one.attribute not in by:
            raise AssessmentError(
                f"{name}: a comparison is about {one.attribute!r}, which is not in decisions.by.",
                expected=f"one of {', '.join(by) or '(there are no decisions)'}",
                cure="Add the attribute to decisions.by, or correct the comparison.",
            )
        if one.group == one.reference or one in seen:
            fault = "is there twice" if one in seen else "compares a group with itself"
            raise AssessmentError(
                f"{name}: the comparison of {one.group!r} with {one.reference!r} {fault}.",
                expected="different groups, each comparison once",
                cure="Correct or remove it.",
            )
        seen.add(one)
    if plan.decisions and not plan.comparison:
        raise AssessmentError(
            f"{name} names no comparison.",
            expected="at least one [[comparison]]: the primary family",
            cure="Add one for each ground that will be judged.",
        )
    if plan.decisions and not 0.5 < plan.decisions.confidence < 1:
        raise AssessmentError(
            f"{name}: decisions.confidence is {plan.decisions.confidence:g}.",
            expected="a number between 0.5 and 1",
            cure="Write 0.95.",
        )
