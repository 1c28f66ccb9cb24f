"""From a plan and a table to observations: what was asked first, then what else is looked at."""

from __future__ import annotations

from dataclasses import dataclass, replace

from plumbrule import lab
from plumbrule.base.languages import Wording
from plumbrule.base.observation import Observation, Stated
from plumbrule.findings.criteria import observe_criteria
from plumbrule.findings.model import System
from plumbrule.findings.plan import Plan, PlannedDecisions
from plumbrule.rulebook import Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What a table shows for a plan: the measurement, its observations, and gaps after the declared factors.

    `measured` is None where the plan names no data.
    """

    measured: lab.Measurement | None
    observations: tuple[Observation, ...]
    adjustments: tuple[lab.Adjustment, ...]


def observe(plan: Plan, profile: Profile, table: lab.Table | None) -> Observed:
    """What the decisions show, and the declared facts.

    Raises:
        TableError: a column or a group that the plan names is not there, or does not hold what it should.
    """
    if table is None or plan.decisions is None:
        return Observed(measured=None, observations=declared_facts(plan), adjustments=())
    found = _observe_decisions(plan, plan.decisions, profile, table)
    return replace(found, observations=(*found.observations, *declared_facts(plan)))


def _observe_decisions(plan: Plan, wanted: PlannedDecisions, profile: Profile, table: lab.Table) -> Observed:
    """The primary family, the levels, and everything else as exploratory.

    The rows are counted once. Only the metrics that the profile judges enter the primary family, so that its level is
    not spent on questions nobody asked.
    """
    inputs = (table.sha256,)
    decisions = decisions_of(plan, wanted)
    cells = lab.count_cells(table, decisions)
    references = references_of(plan)
    measured = lab.measure_cells(
        cells,
        wanted.by,
        label=wanted.label is not None,
        references=references,
        confidence=wanted.confidence,
        min_n=wanted.min_n,
        intersections=wanted.intersections,
    )
    judged = {check.metric for check in profile.checks if check.kind == "gap"}
    metrics = tuple(metric.name for metric in lab.metrics_for(label=wanted.label is not None) if metric.name in judged)
    questions = [lab.Question(attribute=one.attribute, group=one.group, reference=one.reference) for one in plan.comparison]
    primary = lab.observe_gaps(lab.primary_gaps(cells, questions, metrics, wanted.confidence), inputs) if metrics else ()
    observations = (
        *lab.observe_rates((measured.overall, *measured.groups), wanted.confidence, inputs),
        *primary,
        *lab.observe_levels(cells, list(references), wanted.confidence, inputs),
        *lab.exploratory(measured, primary, inputs),
        *observe_criteria(plan, wanted, table, decisions, cells),
        *_observe_scores(wanted, table, decisions, measured),
        *lab.observe_repeats(lab.repeated_identifier(table, decisions), inputs),
    )
    adjustments = _adjust(plan, wanted.confidence, table, decisions, cells, max(lab.distinct(questions, metrics), len(questions)))
    turned = lab.undeclared_adjustments(cells, measured)
    return Observed(measured=measured, observations=observations, adjustments=(*adjustments, *turned))


def _observe_scores(
    wanted: PlannedDecisions, table: lab.Table, decisions: lab.Decisions, measured: lab.Measurement
) -> tuple[Observation, ...]:
    """What the scores show, where the plan names them; never judged."""
    if wanted.score is None:
        return ()
    found = lab.measure_scores(
        lab.count_scores(table, decisions),
        references=measured.references,
        confidence=wanted.confidence,
        min_n=wanted.min_n,
    )
    return lab.observe_scores(found, (table.sha256,))


def references_of(plan: Plan) -> dict[str, str]:
    """The reference group of each attribute that is compared."""
    return {one.attribute: one.reference for one in plan.comparison}


def decisions_of(plan: Plan, wanted: PlannedDecisions) -> lab.Decisions:
    """Which column plays which part, as the lab takes it."""
    parts = lab.attributes([*wanted.by, *plan.adjust.within], wanted.cut)
    return lab.Decisions(
        prediction=wanted.prediction,
        label=wanted.label,
        score=wanted.score,
        favourable=wanted.favourable,
        count=wanted.count,
        weight=wanted.weight,
        cluster=wanted.cluster,
        by=parts[: len(wanted.by)],
        within=parts[len(wanted.by) :],
    )


def _adjust(
    plan: Plan, confidence: float, table: lab.Table, decisions: lab.Decisions, cells: lab.Cells, family: int
) -> tuple[lab.Adjustment, ...]:
    """Both adjusted figures of every planned comparison."""
    found: list[lab.Adjustment] = []
    within = plan.adjust.within
    if within:
        selection = [lab.METRICS["selection_rate"]]
        for one in plan.comparison:
            found += lab.stratified_primary(
                cells, one.attribute, one.group, one.reference, within, selection, confidence=confidence, comparisons=family
            )
    if plan.adjust.factors:
        asked: dict[tuple[str, str], list[str]] = {}
        for one in plan.comparison:
            asked.setdefault((one.attribute, one.reference), []).append(one.group)
        attributes = {attribute.name: attribute for attribute in decisions.by}
        for (name, reference), groups in asked.items():
            found += lab.adjusted(
                table,
                decisions,
                attributes[name],
                reference=reference,
                groups=groups,
                factors=plan.adjust.factors,
                pooled=plan.adjust.pooled,
                confidence=confidence,
                comparisons=family,
            )
    return tuple(found)


def declared_facts(plan: Plan) -> tuple[Observation, ...]:
    """Declared facts are observations by examination: somebody said so, nobody tested it."""
    return tuple(
        Observation(
            id=f"declared:{key}",
            means="examination",
            metric=key,
            measure="fact",
            estimate=Stated(holds=fact.holds, text=fact.text, stated_by=fact.stated_by, source=fact.source),
            group={},
            family="declared",
        )
        for key, fact in plan.declared.items()
    )


def system_of(plan: Plan) -> System:
    """The system as the plan describes it."""
    system = plan.system
    return System(
        id=system.id,
        name=Wording(texts=system.name),
        version=system.version,
        organisation=system.organisation,
        purpose=Wording(texts=system.purpose),
        jurisdiction=system.jurisdiction,
        phase=system.phase,
        note=Wording(texts=system.note) if system.note else None,
    )
