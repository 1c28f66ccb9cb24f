"""Scores in the dossier: a table of figures by group, gaps between groups, and a calibration curve for each group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from plumbrule.base.messages import message
from plumbrule.base.observation import Known, Observation
from plumbrule.findings.model import Assessment
from plumbrule.report.curve_svg import Curve, Point, draw_curve
from plumbrule.report.phrases import METRICS
from plumbrule.report.svg import steps
from plumbrule.report.views.figures import Figures
from plumbrule.report.views.pictures import Figure, Key, versus
from plumbrule.report.views.speaker import Table, plain

MOST = 6
"""How many calibration curves a page shows."""
LEVELS = ("auc", "calibration_gap", "calibration_error")
SCORE, SHARE = "curve_mean_score", "curve_observed_share"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """Everything about scores; empty where the plan names none. `left_out` counts groups whose curve has no room."""

    levels: Table | None
    gaps: Table | None
    curves: tuple[Figure, ...]
    left_out: int


def scores(assessment: Assessment, figures: Figures) -> Scores:
    """What the scores show."""
    seen = [one for one in assessment.observations if one.test == "scores"]
    curves = _curves(figures, seen)
    return Scores(
        levels=_levels(figures, [one for one in seen if one.metric in LEVELS and one.reference is None]),
        gaps=_gaps(figures, [one for one in seen if one.reference is not None]),
        curves=tuple(curves[:MOST]),
        left_out=max(len(curves) - MOST, 0),
    )


def _levels(figures: Figures, seen: Sequence[Observation]) -> Table | None:
    """One row for each group: every figure with its interval, and how many people it rests on."""
    if not seen:
        return None
    say = figures.speaker.say
    metrics = [metric for metric in LEVELS if any(one.metric == metric and isinstance(one.estimate, Known) for one in seen)]
    groups = {tuple(one.group.items()): one.group for one in seen}
    rows = []
    for key, group in groups.items():
        mine = {one.metric: one for one in seen if tuple(one.group.items()) == key}
        people = max((one.estimate.n for one in mine.values() if isinstance(one.estimate, Known)), default=0)
        cells = [_cell(figures, mine[metric]) if metric in mine else Markup("–") for metric in metrics]
        rows.append((figures.speaker.group(group, names=True), *cells, figures.words.whole(people)))
    columns = [say(message("Group")), *(figures.speaker.called(METRICS, metric) for metric in metrics), say(message("Rows"))]
    return Table(
        caption=say(message("How well the score tells yes from no, and whether it is calibrated")),
        columns=tuple(columns),
        rows=tuple(rows),
    )


def _gaps(figures: Figures, seen: Sequence[Observation]) -> Table | None:
    """One row for each comparison: the gap in every figure."""
    if not seen:
        return None
    say = figures.speaker.say
    metrics = list(dict.fromkeys(one.metric for one in seen))
    pairs = {(tuple(one.group.items()), tuple((one.reference or {}).items())): one for one in seen}
    rows = []
    for key, first in pairs.items():
        mine = {one.metric: one for one in seen if (tuple(one.group.items()), tuple((one.reference or {}).items())) == key}
        cells = [_cell(figures, mine[metric]) if metric in mine else Markup("–") for metric in metrics]
        rows.append((versus(figures, first.group, first.reference), *cells))
    columns = (say(message("Comparison")), *(figures.speaker.called(METRICS, metric) for metric in metrics))
    return Table(caption=say(message("Gaps between groups")), columns=columns, rows=tuple(rows), note=_note(figures, seen))


def _note(figures: Figures, seen: Sequence[Observation]) -> Markup:
    """For how many comparisons together the intervals hold."""
    return figures.speaker.many(
        "The intervals hold at {level}.",
        "The intervals hold at {level} for all {n} comparisons together.",
        seen[0].comparisons,
        level=figures.words.percent(seen[0].confidence, 0),
    )


def _cell(figures: Figures, seen: Observation) -> Markup:
    """A figure with its interval; gaps against a mean score and shares are said in per cent or points."""
    measure = {"calibration_gap": "difference", "calibration_error": "share"}.get(seen.metric, seen.measure)
    value = figures.estimate(seen.estimate, measure, seen.metric)
    reach = figures.reach(seen.estimate, measure, seen.metric)
    return Markup('<b>{}</b> <span class="interval">({})</span>').format(value, reach) if reach else value


def _curves(figures: Figures, seen: Sequence[Observation]) -> list[Figure]:
    """One picture for each group of an attribute whose value is known, of each attribute the largest first."""
    means = {one.id.removeprefix(SCORE): one for one in seen if one.metric == SCORE}
    shares = {one.id.removeprefix(SHARE): one for one in seen if one.metric == SHARE}
    groups: dict[tuple[tuple[str, str | None], ...], list[tuple[Known, Known]]] = {}
    for key, share in shares.items():
        mean = means.get(key)
        if mean and isinstance(mean.estimate, Known) and isinstance(share.estimate, Known):
            groups.setdefault(tuple(share.group.items()), []).append((mean.estimate, share.estimate))
    known = [(dict(group), bins) for group, bins in groups.items() if group and None not in dict(group).values()]
    attributes = list(dict.fromkeys(tuple(group) for group, _ in known))
    known.sort(key=lambda one: (attributes.index(tuple(one[0])), -sum(share.n for _, share in one[1])))
    end = _end([pair for _, bins in known for pair in bins])
    return [_curve(figures, group, bins, end, f"curve-{place}") for place, (group, bins) in enumerate(known)]


def _end(bins: Sequence[tuple[Known, Known]]) -> float:
    """Where both axes of all curves end: a round share that every point lies under."""
    highest = max((max(mean.value, share.high) for mean, share in bins), default=1.0)
    return min(steps(0.0, max(highest, 0.02), most=4)[-1], 1.0)


def _curve(figures: Figures, group: dict[str, str | None], bins: Sequence[tuple[Known, Known]], end: float, id_: str) -> Figure:
    say, words = figures.speaker.say, figures.words
    heading = say(message("Calibration, {group}"), group=figures.speaker.group(group, names=True))
    said = [
        (
            words.percent(mean.value),
            words.percent(share.value),
            figures.span(share.low, share.high, "share", SHARE),
            words.whole(share.n),
        )
        for mean, share in bins
    ]
    text = message("mean score {score}: observed {share} ({span})")
    desc = "; ".join(plain(say(text, score=score, share=share, span=span)) for score, share, span, _ in said)
    points = tuple(Point(score=mean.value, share=share.value, low=share.low, high=share.high) for mean, share in bins)
    svg = draw_curve(
        Curve(id=id_, title=plain(heading), desc=desc, points=points, end=end, tick=lambda value: words.percent(value, 0))
    )
    keys = (
        Key(swatch="point", text=say(message("observed share of yes with its interval (upwards), by mean score (to the right)"))),
        Key(swatch="edge", text=say(message("where both are the same"))),
    )
    columns = (message("Mean score"), message("Observed"), message("Interval"), message("Rows"))
    rows = tuple(
        (Markup("<bdi>{}</bdi>").format(score), Markup("<bdi>{}</bdi>").format(share), span, n) for score, share, span, n in said
    )
    table = Table(caption=heading, columns=tuple(say(column) for column in columns), rows=rows)
    return Figure(heading=heading, svg=svg, keys=keys, table=table)
