"""What the findings stand on: exploratory figures, adjusted figures, who is in the table, thresholds, tier, plan."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from plumbrule.base.messages import message
from plumbrule.base.observation import Known, Observation
from plumbrule.findings.model import Assessment
from plumbrule.lab.model import Adjustment
from plumbrule.report import phrases
from plumbrule.report.views.figures import Figures
from plumbrule.report.views.finding import Citation, citations
from plumbrule.report.views.outcomes import strong_factors
from plumbrule.report.views.pictures import Figure, adjusted, gap_heading, listed, versus
from plumbrule.report.views.speaker import Table
from plumbrule.rulebook.model import Threshold

MOST = 12
"""How many exploratory values of one kind a page shows; all of them stand in assessment.json."""
TURNED = frozenset({"false_negative_rate", "true_negative_rate", "false_discovery_rate"})
"""One minus another rate: shown where a finding rests on it, and not once more in the long lists."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjusted:
    """Adjustments of one kind: the picture, the factors, what was lost, and reversals of the sign."""

    figure: Figure
    notes: tuple[Markup, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exploratory:
    """What was looked at and not judged. `left_out` counts what this page had no room for."""

    figures: tuple[Figure, ...]
    left_out: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """All of it."""

    adjusted: tuple[Adjusted, ...]
    exploratory: Exploratory
    left_out: Table | None
    unknown: Table | None
    thresholds: Table
    tier: Table
    unanswered: tuple[Markup, ...]
    tier_answers: tuple[Citation, ...]
    reviewers: tuple[str, ...]
    materials: Table


def basis(assessment: Assessment, figures: Figures) -> Basis:
    """What the findings stand on."""
    return Basis(
        adjusted=_adjusted(assessment, figures),
        exploratory=_exploratory(assessment, figures),
        left_out=_left_out(assessment, figures),
        unknown=_unknown(assessment, figures),
        thresholds=_thresholds(assessment, figures),
        tier=_tier(assessment, figures),
        unanswered=tuple(figures.speaker.called(phrases.QUESTIONS, key) for key in assessment.tier.unanswered),
        tier_answers=citations(
            assessment, tuple(dict.fromkeys(id_ for rule in assessment.tier.fired for id_ in rule.answers)), figures
        ),
        reviewers=_reviewers(assessment, figures),
        materials=_materials(assessment, figures),
    )


def _adjusted(assessment: Assessment, figures: Figures) -> tuple[Adjusted, ...]:
    found = []
    # One picture for each way of adjusting with one list of factors: what stands together can be compared.
    keys = dict.fromkeys(_alike(one) for one in assessment.adjustments)
    for index, key in enumerate(keys):
        group = [one for one in assessment.adjustments if _alike(one) == key]
        say, first = figures.speaker.say, group[0]
        notes = [
            say(message("Shown: {differences}."), differences=gap_heading(figures, first.metric)),
            say(
                message("Declared factors: {factors}.")
                if first.declared
                else message("Nobody declared {factors}: exploratory, shown because the sign turns within it."),
                factors=figures.speaker.listing(first.factors),
            ),
        ]
        notes += [_level(figures, *level) for level in dict.fromkeys((one.confidence, one.comparisons) for one in group)]
        notes += [_lost(figures, *counts) for counts in dict.fromkeys((one.used, one.lost) for one in group if one.lost)]
        notes += [
            say(
                message("The sign turns when adjusted: {comparison}."),
                comparison=versus(figures, one.group, one.reference, pooled=one.pooled),
            )
            for one in group
            if one.reversed
        ]
        notes += strong_factors(assessment, figures, first.factors, set(first.reference)) if first.declared else []
        if any(one.pooled for one in group):
            notes.append(say(message("“All others” are everybody of a known group other than the reference, taken together.")))
        found.append(Adjusted(figure=adjusted(figures, group, id_=f"adjusted-{index}"), notes=tuple(notes)))
    return tuple(found)


def _level(figures: Figures, confidence: float, comparisons: int) -> Markup:
    return figures.speaker.many(
        "The intervals hold at {level}.",
        "The intervals hold at {level} for all {n} comparisons together.",
        comparisons,
        level=figures.words.percent(confidence, 0),
    )


def _lost(figures: Figures, used: int, lost: int) -> Markup:
    return figures.speaker.many(
        "{used} rows were used; {n} row was lost because a factor is missing in it.",
        "{used} rows were used; {n} rows were lost because a factor is missing in them.",
        lost,
        used=figures.words.whole(used),
    )


def _alike(one: Adjustment) -> tuple[str, str, bool, tuple[str, ...], tuple[str, ...]]:
    return (one.kind, one.metric, one.declared, one.factors, tuple(one.reference))


def _exploratory(assessment: Assessment, figures: Figures) -> Exploratory:
    """Where attributes meet, and every gap that is not of the primary family; the largest first."""
    judged = {line.observation for finding in assessment.findings for check in finding.checks for line in check.lines}
    loose = [
        seen
        for seen in assessment.observations
        if seen.test == "outcomes" and seen.family == "exploratory" and seen.id not in judged
    ]
    rates = [seen for seen in loose if seen.measure == "rate" and len(seen.group) > 1]
    gaps = [seen for seen in loose if seen.measure == "difference"]
    left_out = sum(seen.metric in TURNED for seen in (*rates, *gaps))
    rates, gaps = ([seen for seen in some if seen.metric not in TURNED] for some in (rates, gaps))
    rates.sort(key=lambda seen: (seen.metric, not isinstance(seen.estimate, Known), _place(seen)))
    gaps.sort(key=lambda seen: (seen.metric, -_nearer(seen), -abs(_place(seen))))
    found: list[Figure | None] = []
    for measure, title, seen in (
        ("rate", message("{metric} where attributes meet, the lowest first"), rates),
        ("difference", message("{differences}, the largest first by the end of the interval nearer to none"), gaps),
    ):
        for index, metric in enumerate(dict.fromkeys(one.metric for one in seen)):
            of_metric = [one for one in seen if one.metric == metric]
            left_out += max(len(of_metric) - MOST, 0)
            heading = figures.speaker.say(
                title, metric=figures.speaker.called(phrases.METRICS, metric), differences=gap_heading(figures, metric)
            )
            found.append(listed(figures, heading, of_metric[:MOST], id_=f"exploratory-{measure}-{index}"))
    return Exploratory(figures=tuple(figure for figure in found if figure), left_out=left_out)


def _nearer(seen: Observation) -> float:
    """How far the end nearer to none is from it; small groups, which swing widely by chance, come late."""
    return max(seen.estimate.low, -seen.estimate.high, 0.0) if isinstance(seen.estimate, Known) else 0.0


def _place(seen: Observation) -> float:
    return seen.estimate.value if isinstance(seen.estimate, Known) else 0.0


def _left_out(assessment: Assessment, figures: Figures) -> Table | None:
    excluded = assessment.population.excluded if assessment.population else {}
    if not excluded:
        return None
    say = figures.speaker.say
    rows = tuple((figures.speaker.term(reason), figures.words.whole(n)) for reason, n in excluded.items())
    return Table(caption=say(message("Rows left out")), columns=(say(message("Why")), say(message("Rows"))), rows=rows)


def _unknown(assessment: Assessment, figures: Figures) -> Table | None:
    """Unknown values of each attribute: how many, how they fared, and how far they could move a primary gap."""
    say, rows = figures.speaker.say, []
    for seen in assessment.observations:
        if seen.test != "outcomes" or seen.measure != "rate" or len(seen.group) != 1 or list(seen.group.values()) != [None]:
            continue
        (attribute,) = seen.group
        bounded = [
            one
            for one in assessment.observations
            if one.bounds
            and one.family == "primary"
            and one.measure == "difference"
            and attribute in one.group
            and one.metric == seen.metric
        ]
        spans = [
            say(
                message("{comparison}: {span}"),
                comparison=versus(figures, one.group, one.reference),
                span=figures.span(*one.bounds, one.measure, one.metric),
            )
            for one in bounded
            if one.bounds
        ]
        rows.append(
            (
                say(message("{attribute} unknown"), attribute=attribute),
                figures.sample(seen.estimate),
                figures.value(seen),
                Markup("<br>").join(spans) or "–",
            )
        )
    columns = (
        say(message("Attribute")),
        say(message("Rows")),
        say(message("Their rate")),
        say(message("Where the difference would lie if all of them counted one way or the other")),
    )
    return (
        Table(caption=say(message("Unknown values: counted and bounded, never the reference")), columns=columns, rows=tuple(rows))
        if rows
        else None
    )


def _thresholds(assessment: Assessment, figures: Figures) -> Table:
    speaker, say = figures.speaker, figures.speaker.say
    used: dict[str, tuple[Threshold, str]] = {}
    for finding in assessment.findings:
        for check in finding.checks:
            for line in check.lines:
                if line.threshold:
                    used.setdefault(line.threshold.id, (line.threshold, check.metric))
    rows = tuple(
        (
            speaker.say(
                message("{role}: {metric}"),
                role=speaker.called(phrases.ROLES, threshold.role),
                metric=speaker.called(phrases.METRICS, metric),
            ),
            figures.level(threshold),
            Markup("<bdi>{}</bdi>").format(threshold.source.citation),
            _force(figures, threshold),
            speaker.wording(threshold.source.note) if threshold.source.note else "–",
        )
        for threshold, metric in used.values()
    )
    columns = (
        say(message("Threshold")),
        say(message("Value")),
        say(message("Source")),
        say(message("Status, jurisdiction")),
        say(message("What to know")),
    )
    return Table(caption=say(message("Every threshold used, and where it comes from")), columns=columns, rows=rows)


def _tier(assessment: Assessment, figures: Figures) -> Table:
    speaker, say = figures.speaker, figures.speaker.say
    rows = tuple(
        (speaker.wording(rule.because), Markup("; ").join(_answer(figures, key, holds=holds) for key, holds in rule.when.items()))
        for rule in assessment.tier.fired
    )
    columns = (say(message("Because")), say(message("What was stated")))
    return Table(caption=say(message("Rules that fired")), columns=columns, rows=rows)


def _answer(figures: Figures, key: str, *, holds: bool) -> Markup:
    text = message("{statement}: yes") if holds else message("{statement}: no")
    return figures.speaker.say(text, statement=figures.speaker.called(phrases.QUESTIONS, key))


def _force(figures: Figures, threshold: Threshold) -> Markup:
    """How strong a threshold is, and where."""
    status, where = figures.status(threshold.source), threshold.source.jurisdiction
    return status if where in ("", "none") else Markup("{}, <bdi>{}</bdi>").format(status, where)


def _reviewers(assessment: Assessment, figures: Figures) -> tuple[str, ...]:
    """Who reviewed the wording of the provisions in the language shown; empty when somebody's review is missing."""
    wordings = [wording for _, wording in assessment.provisions.values()]
    names = [wording.reviewed_by.get(wording.said(figures.words.asked)[1], "") for wording in wordings]
    return tuple(dict.fromkeys(names)) if all(names) else ()


def _materials(assessment: Assessment, figures: Figures) -> Table:
    say = figures.speaker.say
    rows = tuple(
        (
            Markup("<bdi>{}</bdi>").format(one.name),
            Markup('<code class="digest">{}</code>').format(one.sha256),
            Markup("<bdi>{}</bdi>").format(one.source) if one.source else "–",
            one.licence or say(message("not stated")),
        )
        for one in assessment.materials
    )
    columns = (say(message("File")), say(message("SHA-256")), say(message("Source")), say(message("Licence")))
    return Table(caption=say(message("Materials")), columns=columns, rows=rows)
