"""Where rule and facts meet: a plan says what will be judged, `judge` holds observations against checks.

    >>> from plumbrule.findings import beyond, combine
    >>> beyond(-0.25, -0.06, 0.05)
    'beyond'
    >>> combine(["satisfied", "not-satisfied", "inconclusive"])
    'not-satisfied'

A verdict is honest about chance: an interval that lies across a threshold is `inconclusive`, and says how many rows
would have settled it. A requirement is not satisfied when any of its checks is not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.base.late import late_door

if TYPE_CHECKING:
    from plumbrule.findings.judging import beyond, beyond_ratio, cited, combine, judge
    from plumbrule.findings.model import (
        Assessment,
        CheckResult,
        Finding,
        Line,
        Material,
        PlanReference,
        Population,
        Power,
        System,
        Verdict,
    )
    from plumbrule.findings.named import named_results
    from plumbrule.findings.observing import Observed, decisions_of, observe, references_of, system_of
    from plumbrule.findings.plan import Plan, PlannedData, plan_object, plan_schema, read_plan
    from plumbrule.findings.power import rows_needed

__all__ = [
    "Assessment",
    "CheckResult",
    "Finding",
    "Line",
    "Material",
    "Observed",
    "Plan",
    "PlanReference",
    "PlannedData",
    "Population",
    "Power",
    "System",
    "Verdict",
    "beyond",
    "beyond_ratio",
    "cited",
    "combine",
    "decisions_of",
    "judge",
    "named_results",
    "observe",
    "plan_object",
    "plan_schema",
    "read_plan",
    "references_of",
    "rows_needed",
    "system_of",
]

__getattr__ = late_door(
    __name__,
    {
        "judging": ("beyond", "beyond_ratio", "cited", "combine", "judge"),
        "model": (
            "Assessment",
            "CheckResult",
            "Finding",
            "Line",
            "Material",
            "PlanReference",
            "Population",
            "Power",
            "System",
            "Verdict",
        ),
        "named": ("named_results",),
        "observing": ("Observed", "decisions_of", "observe", "references_of", "system_of"),
        "plan": ("Plan", "PlannedData", "plan_object", "plan_schema", "read_plan"),
        "power": ("rows_needed",),
    },
)
