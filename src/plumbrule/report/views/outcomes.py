"""Named criteria and factors that differ, as tables: looked at beside the findings, and not judged."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from plumbrule.base.messages import message
from plumbrule.base.observation import Known, Observation
from plumbrule.findings.model import Assessment
from plumbrule.lab import STRONG, factor_stem
from plumbrule.report import phrases
from plumbrule.report.terms_outcomes import CRITERIA
from plumbrule.report.views.figures import Figures
from plumbrule.report.views.pictures import versus
from plumbrule.report.views.speaker import Table

MOST = 12
"""How many factors a page shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes:
    """The criteria by attribute, and how far the declared factors differ; None where there are none."""

    criteria: Table | None
    factors: Table | None


def outcomes(assessment: Assessment, figures: Figures) -> Outcomes:
    """What the criteria and the declared factors show."""
    seen = [one for one in assessment.observations if one.test == "criteria"]
    factors = [one for one in seen if one.metric in STRONG]
    return Outcomes(
        criteria=_criteria(figures, [one for one in seen if one.metric not in STRONG]),
        factors=_factors(figures, factors) if factors else None,
    )


def strong_factors(assessment: Assessment, figures: Figures, factors: tuple[str, ...], attributes: set[str]) -> list[Markup]:
    """A sentence for each of these factors that differs strongly between groups of these attributes that are compared."""
    text = message("{factor} itself differs strongly, {comparison}: {value} ({span}). A factor may itself carry bias.")
    return [
        figures.speaker.say(
            text,
            factor=factor_of(one),
            comparison=versus(figures, one.group, one.reference),
            value=figures.value(one),
            span=figures.interval(one),
        )
        for one in assessment.observations
        if one.test == "criteria"
        and one.metric in STRONG
        and set(one.group) == attributes
        and factor_of(one) in factors
        and is_strong(one)
    ]


def factor_of(seen: Observation) -> str:
    """The factor that such an observation is about; its id ends with it."""
    return seen.id.removeprefix(factor_stem(seen.metric, seen.group, seen.reference or {}))


def is_strong(seen: Observation) -> bool:
    """Whether the interval leaves no doubt that the factor differs by more than our limit."""
    estimate, limit = seen.estimate, next(value for name, value in STRONG.items() if name == seen.metric)
    return isinstance(estimate, Known) and (estimate.low > limit or estimate.high < -limit)


def _criteria(figures: Figures, seen: list[Observation]) -> Table | None:
    """One row for each criterion and attribute: the groups furthest apart, the difference, the ratio."""
    say, by_id = figures.speaker.say, {one.id: one for one in seen}
    rows = []
    for one in seen:
        name = one.metric.removesuffix("_difference")
        if name == one.metric or not isinstance(one.estimate, Known):
            continue
        attribute = one.id.removeprefix(f"{one.metric}:")
        ratio = by_id.get(f"{name}_ratio:{attribute}")
        quotient = ratio.estimate if ratio and isinstance(ratio.estimate, Known) else None
        rows.append(
            (
                say(message("{attribute}: {criterion}"), attribute=attribute, criterion=figures.speaker.called(CRITERIA, name)),
                versus(figures, one.group, one.reference),
                _size(figures, one.estimate),
                figures.words.number(quotient.value, 3) if quotient else "–",
            )
        )
    columns = (
        message("Criterion"),
        message("Highest and lowest"),
        message("Largest difference"),
        message("Smallest ratio"),
    )
    if not rows:
        return None
    methods = dict.fromkeys(figures.method(one) for one in seen if isinstance(one.estimate, Known))
    return Table(
        caption=say(message("The largest gap between any two groups")),
        columns=tuple(say(column) for column in columns),
        rows=tuple(rows),
        note=Markup("; ").join(methods),
    )


def _size(figures: Figures, estimate: Known) -> Markup:
    """A gap without a sign, and its bounds."""
    words = figures.words
    low, high = (words.number(side * 100, 1) for side in (estimate.low, estimate.high))
    return figures.speaker.say(
        message("{value} ({low} to {high})"), value=words.points(estimate.value, signed=False), low=low, high=high
    )


def _factors(figures: Figures, seen: list[Observation]) -> Table:
    """The factors that differ most, by the end of the interval nearer to none."""
    say = figures.speaker.say
    known = [(one.estimate, one) for one in seen if isinstance(one.estimate, Known)]
    known.sort(key=lambda pair: (-max(pair[0].low, -pair[0].high, 0.0), -abs(pair[0].value)))
    shown = [one for _, one in known[:MOST]]
    rows = tuple(
        (
            Markup("<bdi>{}</bdi>").format(factor_of(one)),
            versus(figures, one.group, one.reference),
            figures.speaker.called(phrases.METRICS, one.metric),
            figures.value(one),
            figures.interval(one),
            say(message("yes")) if is_strong(one) else "–",
        )
        for one in shown
    )
    columns = (message("Factor"), message("Comparison"), message("What is measured"), message("Value"), message("Interval"))
    return Table(
        caption=say(message("How far the declared factors themselves differ")),
        columns=tuple(say(column) for column in (*columns, message("Strong"))),
        rows=rows,
        note=say(
            message(
                "The {n} lines that differ most. Strong: a distance over {distance} or a standardised difference over "
                "{difference}; limits of ours, unreviewed."
            ),
            n=figures.words.whole(len(shown)),
            distance=figures.words.percent(STRONG["distribution_distance"], 0),
            difference=figures.words.number(STRONG["standardised_mean_difference"], 1),
        ),
    )
