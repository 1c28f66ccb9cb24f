"""Further tests: what a plan asked beyond the decisions, family by family, with what each does not show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from plumbrule.base.messages import message
from plumbrule.base.observation import Known, Observation
from plumbrule.findings.model import Assessment
from plumbrule.report import phrases
from plumbrule.report.views.detail import detail
from plumbrule.report.views.figures import Figures
from plumbrule.report.views.pictures import Figure, drawn_list, named_table, versus
from plumbrule.report.views.speaker import Table

MOST = 24
"""How many values of one kind a page shows; all of them stand in assessment.json."""
PICTURED = 12
"""Longer lists are read, not looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """The values of one kind: a picture with its table, or the table alone where a picture says no more."""

    heading: Markup
    figure: Figure | None
    table: Table


@dataclass(frozen=True, slots=True, kw_only=True)
class FurtherTest:
    """One family of tests. `left_out` counts values that this page had no room for."""

    id: str
    title: Markup
    asks: Markup
    limits: Markup
    measured: tuple[Measured, ...]
    left_out: int


def further_tests(assessment: Assessment, figures: Figures) -> tuple[FurtherTest, ...]:
    """Every family that gave observations, in the order of the lab's pages."""
    found = []
    for test in phrases.TESTS:
        seen = [one for one in assessment.observations if one.test == test]
        if not seen:
            continue
        kinds = dict.fromkeys((one.metric, one.measure) for one in seen)
        by_kind = [[one for one in seen if (one.metric, one.measure) == kind] for kind in kinds]
        speaker = figures.speaker
        found.append(
            FurtherTest(
                id=test,
                title=speaker.term(phrases.TESTS[test]),
                asks=speaker.term(phrases.TEST_ASKS[test]),
                limits=speaker.term(phrases.TEST_LIMITS[test]),
                measured=tuple(_measured(figures, _some(some), f"{test}-{index}") for index, some in enumerate(by_kind)),
                left_out=sum(max(len(some) - MOST, 0) for some in by_kind),
            )
        )
    return tuple(found)


def _some(seen: Sequence[Observation]) -> Sequence[Observation]:
    """The first of a long list; of windows of time the last."""
    return seen[-MOST:] if seen[0].test == "watch" else seen[:MOST]


def _measured(figures: Figures, seen: Sequence[Observation], id_: str) -> Measured:
    first = seen[0]
    name = figures.speaker.called(phrases.METRICS, first.metric)
    heading = name
    if first.measure == "difference":
        # What is a difference already (a share beyond chance) is named so; a gap between groups is not.
        between = message("differences in {metric}, in points") if first.reference else message("{metric}, in points")
        heading = figures.speaker.say(between, metric=name)
    elif first.measure == "ratio" and first.reference:
        heading = figures.speaker.say(message("ratios of {metric}"), metric=name)
    named = [(about(figures, one), one) for one in seen]
    spread = [one for one in seen if isinstance(one.estimate, Known) and one.estimate.low < one.estimate.high]
    figure = None
    if 2 <= len(spread) <= PICTURED and first.measure in ("rate", "share", "difference"):
        figure = drawn_list(figures, heading, named, id_=f"further-{id_}")
    return Measured(heading=heading, figure=figure, table=named_table(figures, heading, message("Of what"), named))


def about(figures: Figures, one: Observation) -> Markup:
    """What an observation is about: what was done or looked at, and of whom; from its id and its groups.

    An id is `metric:detail`; the part of the detail that names the groups is said in words instead.
    """
    rest = one.id.removeprefix(f"{one.metric}:").removesuffix(f":{one.measure}")
    group = "&".join(f"{name}={'' if value is None else value}" for name, value in one.group.items())
    reference = "&".join(str(value) for value in (one.reference or {}).values())
    for part in (f"{group}~{reference}" if reference else "", group):
        if part and part in rest:
            rest = rest.replace(part, "", 1)
            break
    said = detail(figures, one, rest.strip("@~ ").replace("@@", "@"))
    parts = [said] if said else []
    if one.reference is not None:
        parts.append(versus(figures, one.group, one.reference))
    elif one.group:
        parts.append(figures.speaker.group(one.group, names=True))
    return Markup("; ").join(parts) if parts else figures.speaker.say(message("everybody"))
