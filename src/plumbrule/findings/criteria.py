"""What an assessment shows beside its primary family: named criteria, factors that differ, and signs that turn."""

from __future__ import annotations

from plumbrule import lab
from plumbrule.base.observation import Observation
from plumbrule.findings.plan import Plan, PlannedDecisions


def observe_criteria(
    plan: Plan, wanted: PlannedDecisions, table: lab.Table, decisions: lab.Decisions, cells: lab.Cells
) -> tuple[Observation, ...]:
    """Criteria attribute by attribute, and how far each declared factor differs in each planned comparison.

    All exploratory. None of them depends on which other attributes are looked at.
    """
    label = wanted.label is not None
    criteria = [
        one
        for name in wanted.by
        for one in lab.criteria_of(cells, name, label=label, confidence=wanted.confidence, min_n=wanted.min_n)
    ]
    attributes = {attribute.name: attribute for attribute in decisions.by}
    compared = [(attributes[one.attribute], one.group, one.reference) for one in plan.comparison]
    within = {attribute.name: attribute for attribute in decisions.within}
    factors = [within.get(name, lab.Attribute(name=name)) for name in dict.fromkeys([*plan.adjust.factors, *plan.adjust.within])]
    differing = lab.factors_in_table(table, decisions, compared, factors, wanted.confidence)
    inputs = (table.sha256,)
    return (*lab.observe_criteria(criteria, inputs), *lab.observe_factors(differing, inputs))
