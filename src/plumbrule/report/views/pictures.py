"""The pictures of the dossier, each with the table that says the same in numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from plumbrule.base.observation import Estimate, Group, Known, Observation
from plumbrule.base.words import message
from plumbrule.findings.model import CheckResult
from plumbrule.lab.model import Adjustment
from plumbrule.report.phrases import ADJUSTMENTS, METRICS, VERDICT_TONES
from plumbrule.report.svg import Picture, Row, Tone, draw
from plumbrule.report.views.figures import PLAIN_METRICS, Figures, scaled
from plumbrule.report.views.speaker import Table, plain

UNIT = (0.0, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One line of a legend: the class of its swatch, and what it means."""

    swatch: str
    text: Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A picture with its heading, its legend, and its table."""

    heading: Markup
    svg: Markup
    keys: tuple[Key, ...]
    table: Table


def rates(figures: Figures, metric: str, attribute: str, checks: Sequence[CheckResult], *, id_: str) -> Figure | None:
    """Rates by group of one attribute, against the reference's rate; None when fewer than two are known."""
    seen = [item for item in figures.observations.values() if item.metric == metric and item.measure == "rate" and set(item.group) == {attribute}]
    shown = [item for item in seen if isinstance(item.estimate, Known)]
    if len(shown) < 2:
        return None
    verdicts = {check.group[attribute]: check for check in checks}
    base = figures.known(rate_id(metric, checks[0].reference or {}))
    rows = tuple(_rate_row(figures, item, verdicts.get(item.group[attribute]), base) for item in shown)
    say = figures.speaker.say
    name = figures.speaker.called(METRICS, metric)
    heading = say(message("{metric} by {attribute}"), metric=name, attribute=attribute)
    band = _around(checks, base)
    svg = _drawn(figures, id_, heading, rows, metric, "rate", plumb=base.value if base else None, band=band)
    keys = [Key(swatch="point", text=say(message("value with its interval")))]
    if base:
        keys.append(Key(swatch="plumb", text=say(message("the reference, {group}"), group=figures.speaker.group(checks[0].reference or {}))))
    if band:
        keys.append(Key(swatch="band", text=say(message("within the tolerance of the reference’s value"))))
    keys += _screen_key(figures, rows)
    return Figure(heading=heading, svg=svg, keys=tuple(keys), table=rate_table(figures, heading, [figures.observations.get(rate_id(metric, {})), *seen]))


def gaps(figures: Figures, metric: str, checks: Sequence[CheckResult], *, id_: str) -> Figure | None:
    """Gaps of one metric against none, with the tolerance around it; None when none is known."""
    pairs = [(check, figures.observations.get(gap_id(check))) for check in checks]
    known = [(check, seen) for check, seen in pairs if seen and isinstance(seen.estimate, Known)]
    if not known:
        return None
    rows = tuple(_gap_row(figures, check, seen) for check, seen in known)
    say = figures.speaker.say
    heading = say(message("Differences in {metric}"), metric=figures.speaker.called(METRICS, metric))
    edge = _tolerance(checks)
    svg = _drawn(figures, id_, heading, rows, metric, "difference", plumb=0.0, band=(-edge, edge) if edge else None)
    keys = [Key(swatch="point", text=say(message("difference with its interval"))), Key(swatch="plumb", text=say(message("no difference")))]
    if edge:
        keys.append(Key(swatch="band", text=say(message("tolerance: {size} to either side"), size=scaled(figures.words, "difference", metric, edge).lstrip("+"))))
    keys += _screen_key(figures, rows)
    return Figure(heading=heading, svg=svg, keys=tuple(keys), table=gap_table(figures, heading, [seen for _, seen in known]))


def adjusted(figures: Figures, adjustments: Sequence[Adjustment], *, id_: str) -> Figure:
    """Raw and adjusted, one under the other, for adjustments of one kind and one metric."""
    say, metric = figures.speaker.say, adjustments[0].metric
    steps = (
        (message("{comparison}: raw, all rows"), "raw"),
        (message("{comparison}: raw, the rows used"), "raw_same_rows"),
        (message("{comparison}: adjusted"), "adjusted"),
    )
    drawn: list[Row] = []
    cells: list[tuple[str, ...]] = []
    for one in adjustments:
        name = versus(figures, one.group, one.reference, pooled=one.pooled)
        for text, key in steps:
            estimate: Estimate = getattr(one, key)
            label = say(text, comparison=name)
            cells.append((label, *_estimate_cells(figures, estimate, metric)))
            if isinstance(estimate, Known) and key != "raw":
                shown = name if key == "raw_same_rows" else say(message("the same, adjusted"))
                drawn.append(_row(figures, shown, estimate, metric, "difference", "open" if key == "adjusted" else "plain"))
    heading = figures.speaker.called(ADJUSTMENTS, adjustments[0].kind)
    keys = (
        Key(swatch="point", text=say(message("raw, the rows used"))),
        Key(swatch="open", text=say(message("adjusted"))),
        Key(swatch="plumb", text=say(message("no difference"))),
    )
    table = Table(caption=heading, columns=(say(message("Comparison")), *_columns(figures, say(message("Difference")))), rows=tuple(cells))
    return Figure(heading=heading, svg=_drawn(figures, id_, heading, tuple(drawn), metric, "difference", plumb=0.0), keys=keys, table=table)


def listed(figures: Figures, heading: Markup, seen: Sequence[Observation], *, id_: str) -> Figure | None:
    """Observations of one measure in the order given, unjudged; None when none is known."""
    known = [item for item in seen if isinstance(item.estimate, Known)]
    if not known:
        return None
    rows = tuple(_row(figures, _name(figures, item), item.estimate, item.metric, item.measure, "plain") for item in known if isinstance(item.estimate, Known))
    difference = known[0].measure == "difference"
    svg = _drawn(figures, id_, heading, rows, known[0].metric, known[0].measure, plumb=0.0 if difference else None)
    table = gap_table(figures, heading, seen) if difference else rate_table(figures, heading, seen)
    keys = [Key(swatch="point", text=figures.speaker.say(message("value with its interval")))]
    return Figure(heading=heading, svg=svg, keys=tuple(keys), table=table)


def rate_table(figures: Figures, caption: Markup, seen: Sequence[Observation | None]) -> Table:
    """Values by group with interval, sample size and method."""
    say = figures.speaker.say
    rows = tuple(_cells(figures, figures.speaker.group(item.group), item) for item in seen if item)
    return Table(caption=caption, columns=(say(message("Group")), *_columns(figures, say(message("Value")))), rows=rows)


def gap_table(figures: Figures, caption: Markup, seen: Sequence[Observation]) -> Table:
    """Gaps by comparison with interval, sample size and method."""
    say = figures.speaker.say
    rows = tuple(_cells(figures, versus(figures, item.group, item.reference), item) for item in seen)
    return Table(caption=caption, columns=(say(message("Comparison")), *_columns(figures, say(message("Difference")))), rows=rows)


def versus(figures: Figures, group: Group, reference: Group | None, *, pooled: bool = False) -> Markup:
    """Who is compared with whom; `pooled` means all known groups but the reference, together."""
    one, other = figures.speaker.group(group), figures.speaker.group(reference or {})
    if pooled:
        one = figures.speaker.say(message("all others"))
    return figures.speaker.say(message("{group} compared with {reference}"), group=one, reference=other)


def rate_id(metric: str, group: Group) -> str:
    """The id of a group's rate."""
    return f"{metric}:" + "&".join(f"{name}={value if value is not None else ''}" for name, value in group.items())


def gap_id(check: CheckResult) -> str:
    """The observation that the difference of a check rests on: its tolerance line's, else its any-gap line's."""
    by_role = {line.role: line.observation for line in check.lines}
    return by_role.get("tolerance") or by_role.get("any-gap") or ""


def _columns(figures: Figures, value: Markup) -> tuple[Markup, ...]:
    say = figures.speaker.say
    return (value, say(message("Interval")), say(message("Rows")), say(message("Method")))


def _cells(figures: Figures, name: Markup, seen: Observation) -> tuple[str, ...]:
    return (name, figures.value(seen), figures.interval(seen), figures.sample(seen.estimate), figures.method(seen))


def _estimate_cells(figures: Figures, estimate: Estimate, metric: str) -> tuple[str, ...]:
    value, reach = figures.estimate(estimate, "difference", metric), figures.reach(estimate, "difference", metric)
    return (value, reach, figures.sample(estimate), figures.method_name(estimate))


def _name(figures: Figures, seen: Observation) -> Markup:
    return versus(figures, seen.group, seen.reference) if seen.reference else figures.speaker.group(seen.group)


def _row(figures: Figures, label: Markup, estimate: Known, metric: str, measure: str, tone: str, mark: float | None = None) -> Row:
    value = scaled(figures.words, measure, metric, estimate.value)
    shape: Tone = tone if tone in {"good", "bad", "open", "faint"} else "plain"  # type: ignore[assignment]  # narrowed by the test
    return Row(label=plain(label), value=value, point=estimate.value, low=estimate.low, high=estimate.high, tone=shape, mark=mark)


def _rate_row(figures: Figures, seen: Observation, check: CheckResult | None, base: Known | None) -> Row:
    tone = VERDICT_TONES[check.verdict] if check else "faint" if None in seen.group.values() else "plain"
    mark = screen(check) * base.value if check and base and screen(check) else None
    if not isinstance(seen.estimate, Known):
        raise TypeError("only known rates are drawn")
    return _row(figures, figures.speaker.group(seen.group), seen.estimate, seen.metric, seen.measure, tone, mark)


def _gap_row(figures: Figures, check: CheckResult, seen: Observation) -> Row:
    base = figures.known(rate_id(check.metric, check.reference or {}))
    mark = (screen(check) - 1) * base.value if base and screen(check) else None
    if not isinstance(seen.estimate, Known):
        raise TypeError("only known gaps are drawn")
    label = versus(figures, seen.group, seen.reference)
    return _row(figures, label, seen.estimate, seen.metric, seen.measure, VERDICT_TONES[check.verdict], mark)


def screen(check: CheckResult) -> float:
    """The ratio at which the check's screen fails; 0 when it has none."""
    found = [line.threshold.value for line in check.lines if line.role == "screen" and line.threshold and line.threshold.measure == "ratio"]
    return found[0] if found else 0.0


def _tolerance(checks: Sequence[CheckResult]) -> float | None:
    """The tolerance on the difference, when all checks share one."""
    sizes = {line.threshold.value for check in checks for line in check.lines if line.role == "tolerance" and line.threshold and line.threshold.measure == "difference"}
    return sizes.pop() if len(sizes) == 1 else None


def _around(checks: Sequence[CheckResult], base: Known | None) -> tuple[float, float] | None:
    edge = _tolerance(checks)
    return (base.value - edge, base.value + edge) if base and edge else None


def _screen_key(figures: Figures, rows: Sequence[Row]) -> list[Key]:
    marked = any(row.mark is not None for row in rows)
    return [Key(swatch="mark", text=figures.speaker.say(message("the screen: a value to the left of this mark fails it")))] if marked else []


def _drawn(figures: Figures, id_: str, heading: Markup, rows: tuple[Row, ...], metric: str, measure: str, *,
           plumb: float | None = None, band: tuple[float, float] | None = None) -> Markup:
    words = figures.words
    desc = "; ".join(f"{row.label}: {row.value}" for row in rows)
    limits = None if metric in PLAIN_METRICS or measure != "rate" else UNIT
    picture = Picture(id=id_, title=plain(heading), desc=desc, rows=rows, tick=_tick(figures, measure, metric), plumb=plumb, band=band, limits=limits)
    return draw(picture, rtl=words.direction == "rtl")


def _tick(figures: Figures, measure: str, metric: str) -> Callable[[float], str]:
    words = figures.words
    if metric in PLAIN_METRICS or measure == "ratio":
        return lambda value: words.number(value, 2)
    if measure == "difference":
        return lambda value: words.number(value * 100, 0 if abs(value * 100 - round(value * 100)) < 1e-6 else 1, signed=True)
    if measure == "count":
        return lambda value: words.number(value)
    return lambda value: words.percent(value, 0 if abs(value * 100 - round(value * 100)) < 1e-6 else 1)
