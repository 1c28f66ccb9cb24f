"""The pictures of the dossier, each with the table that says the same in numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from plumbrule.base.messages import message
from plumbrule.base.observation import Estimate, Group, Known, Observation
from plumbrule.findings.model import CheckResult
from plumbrule.lab.model import Adjustment
from plumbrule.report.phrases import ADJUSTMENTS, METRICS, VERDICT_TONES
from plumbrule.report.svg import Picture, Row, Tone, draw
from plumbrule.report.views.figures import PLAIN_METRICS, Figures, is_hidden, scaled, set_size
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
    """Rates by group of one attribute, the reference first; None when fewer than two are known."""
    reference = checks[0].reference or {}
    seen = [
        one
        for one in figures.observations.values()
        if one.test == "outcomes" and one.metric == metric and one.measure == "rate" and set(one.group) == {attribute}
    ]
    seen.sort(key=lambda one: (one.group != reference, None in one.group.values()))
    shown = [(one, one.estimate) for one in seen if isinstance(one.estimate, Known)]
    if len(shown) < 2:
        return None
    verdicts = {check.group[attribute]: check for check in checks}
    base = figures.known(rate_id(metric, reference))
    rows = tuple(_rate_row(figures, one, estimate, verdicts.get(one.group[attribute]), base) for one, estimate in shown)
    say = figures.speaker.say
    heading = say(message("{metric} by {attribute}"), metric=figures.speaker.called(METRICS, metric), attribute=attribute)
    edge = _tolerance(checks)
    band = (base.value - edge, base.value + edge) if base and edge else None
    keys = [_point_key(figures)]
    if base:
        keys.append(Key(swatch="plumb", text=say(message("the reference, {group}"), group=figures.speaker.group(reference))))
    if band:
        keys.append(Key(swatch="band", text=say(message("the tolerance around the reference"))))
    svg = _drawn(figures, id_, heading, rows, metric, "rate", plumb=base.value if base else None, band=band)
    overall = [one for one in (figures.observations.get(rate_id(metric, {})),) if one]
    return Figure(
        heading=heading, svg=svg, keys=(*keys, *_screen_key(figures, rows)), table=rate_table(figures, heading, [*seen, *overall])
    )


def gaps(figures: Figures, metric: str, checks: Sequence[CheckResult], *, id_: str) -> Figure | None:
    """Gaps of one metric against none, with the tolerance around it; None when none is known."""
    pairs = [(check, figures.observations.get(gap_id(check))) for check in checks]
    known = [(check, seen, seen.estimate) for check, seen in pairs if seen and isinstance(seen.estimate, Known)]
    if not known:
        return None
    rows = tuple(_gap_row(figures, *one) for one in known)
    heading = gap_heading(figures, metric)
    edge = _tolerance(checks)
    keys = [_point_key(figures), _none_key(figures)]
    if edge:
        size = set_size(figures.words, "difference", metric, edge)
        keys.append(Key(swatch="band", text=figures.speaker.say(message("the tolerance: {size} to either side"), size=size)))
    svg = _drawn(figures, id_, heading, rows, metric, "difference", plumb=0.0, band=(-edge, edge) if edge else None)
    table = gap_table(figures, heading, [seen for _, seen, _ in known])
    return Figure(heading=heading, svg=svg, keys=(*keys, *_screen_key(figures, rows)), table=table)


def adjusted(figures: Figures, adjustments: Sequence[Adjustment], *, id_: str) -> Figure:
    """Raw and adjusted side by side, for adjustments of one kind and one metric."""
    say, metric = figures.speaker.say, adjustments[0].metric
    rows = tuple(row for one in adjustments if (row := _adjusted_row(figures, one)))
    attributes = figures.speaker.attributes(adjustments[0].reference)
    heading = say(
        message("{attributes}: {kind}"), attributes=attributes, kind=figures.speaker.called(ADJUSTMENTS, adjustments[0].kind)
    )
    columns = (message("Comparison"), message("Raw, all rows"), message("Raw, the rows used"), message("Adjusted"))
    cells = tuple(
        (
            versus(figures, one.group, one.reference, pooled=one.pooled),
            *(_estimate_cell(figures, part, metric) for part in (one.raw, one.raw_same_rows, one.adjusted)),
        )
        for one in adjustments
    )
    keys = (
        Key(swatch="point", text=say(message("raw, the rows used"))),
        Key(swatch="open", text=say(message("adjusted"))),
        _none_key(figures),
    )
    table = Table(caption=heading, columns=tuple(say(column) for column in columns), rows=cells)
    return Figure(
        heading=heading, svg=_drawn(figures, id_, heading, rows, metric, "difference", plumb=0.0), keys=keys, table=table
    )


def listed(figures: Figures, heading: Markup, seen: Sequence[Observation], *, id_: str) -> Figure | None:
    """Observations of one metric and measure in the order given, unjudged; None when none is known."""
    rows = tuple(
        _row(figures, _short(figures, one), one.estimate, one.metric, one.measure)
        for one in seen
        if isinstance(one.estimate, Known)
    )
    if not rows:
        return None
    difference = seen[0].measure == "difference"
    svg = _drawn(figures, id_, heading, rows, seen[0].metric, seen[0].measure, plumb=0.0 if difference else None)
    keys = (_point_key(figures), _none_key(figures)) if difference else (_point_key(figures),)
    return Figure(heading=heading, svg=svg, keys=keys, table=(gap_table if difference else rate_table)(figures, heading, seen))


def drawn_list(figures: Figures, heading: Markup, named: Sequence[tuple[Markup, Observation]], *, id_: str) -> Figure:
    """Observations of one metric and measure under names of their own, with the table that says the same."""
    first = named[0][1]
    rows = tuple(
        _row(figures, name, one.estimate, one.metric, one.measure) for name, one in named if isinstance(one.estimate, Known)
    )
    difference = first.measure == "difference"
    svg = _drawn(figures, id_, heading, rows, first.metric, first.measure, plumb=0.0 if difference else None)
    keys = (_point_key(figures), _none_key(figures)) if difference else (_point_key(figures),)
    return Figure(heading=heading, svg=svg, keys=keys, table=named_table(figures, heading, message("Of what"), named))


def named_table(figures: Figures, caption: Markup, first: str, named: Sequence[tuple[Markup, Observation]]) -> Table:
    """One row for each observation; a method that all of them share is said once, under the table."""
    say = figures.speaker.say
    methods = {figures.method(one) for _, one in named if isinstance(one.estimate, Known)}
    shared = len(methods) == 1
    rows = tuple(
        (name, figures.value(one), figures.interval(one) if shared else _with_method(figures, one), figures.sample(one.estimate))
        for name, one in named
    )
    columns = (say(first), say(message("Value")), say(message("Interval")), say(message("Rows")))
    return Table(
        caption=caption,
        columns=columns,
        rows=rows,
        note=say(message("Method: {method}."), method=methods.pop()) if shared else "",
    )


def rate_table(figures: Figures, caption: Markup, seen: Sequence[Observation]) -> Table:
    """Values by group with interval, sample size and method."""
    return named_table(figures, caption, message("Group"), [(figures.speaker.group(one.group), one) for one in seen])


def gap_table(figures: Figures, caption: Markup, seen: Sequence[Observation]) -> Table:
    """Gaps by comparison with interval, sample size and method."""
    named = [(versus(figures, one.group, one.reference), one) for one in seen]
    return named_table(figures, caption, message("Comparison"), named)


def gap_heading(figures: Figures, metric: str) -> Markup:
    """What a picture of gaps is called; it names the unit that its numbers leave out."""
    name = figures.speaker.called(METRICS, metric)
    if metric in PLAIN_METRICS:
        return figures.speaker.say(message("differences in {metric}"), metric=name)
    return figures.speaker.say(message("differences in {metric}, in points"), metric=name)


def versus(figures: Figures, group: Group, reference: Group | None, *, pooled: bool = False) -> Markup:
    """Who is compared with whom; `pooled` means all known groups but the reference, together."""
    one = figures.speaker.say(message("all others")) if pooled else figures.speaker.group(group)
    return figures.speaker.say(
        message("{group} compared with {reference}"), group=one, reference=figures.speaker.group(reference or {})
    )


def rate_id(metric: str, group: Group) -> str:
    """The id of a group's rate."""
    return f"{metric}:" + "&".join(f"{name}={value if value is not None else ''}" for name, value in group.items())


def gap_id(check: CheckResult) -> str:
    """The observation that the difference of a check rests on: its tolerance line's, else its any-gap line's."""
    by_role = {line.role: line.observation for line in check.lines}
    return by_role.get("tolerance") or by_role.get("any-gap") or ""


def screen(check: CheckResult) -> float:
    """The ratio at which the check's screen fails; 0 when it has none."""
    found = [
        line.threshold.value
        for line in check.lines
        if line.role == "screen" and line.threshold and line.threshold.measure == "ratio"
    ]
    return found[0] if found else 0.0


def _with_method(figures: Figures, seen: Observation) -> Markup:
    return Markup("{} <small>{}</small>").format(figures.interval(seen), figures.method(seen))


def _estimate_cell(figures: Figures, estimate: Estimate, metric: str) -> Markup:
    value, reach = figures.estimate(estimate, "difference", metric), figures.reach(estimate, "difference", metric)
    if is_hidden(estimate):
        return value
    basis = figures.speaker.say(message("{n} rows; {method}"), n=figures.sample(estimate), method=figures.method_name(estimate))
    interval = Markup(' <span class="interval">({})</span>').format(reach) if reach else ""
    return Markup("<b>{}</b>{} <small>{}</small>").format(value, interval, basis)


def _short(figures: Figures, seen: Observation, *, pooled: bool = False) -> Markup:
    """A label for a picture, where room is short."""
    one = figures.speaker.say(message("all others")) if pooled else figures.speaker.group(seen.group)
    if seen.reference is None:
        return one
    return figures.speaker.say(message("{group} vs {reference}"), group=one, reference=figures.speaker.group(seen.reference))


def _row(
    figures: Figures, label: Markup, estimate: Known, metric: str, measure: str, tone: Tone = "plain", mark: float | None = None
) -> Row:
    value = scaled(figures.words, measure, metric, estimate.value, unit=False)
    return Row(label=plain(label), value=value, point=estimate.value, low=estimate.low, high=estimate.high, tone=tone, mark=mark)


def _rate_row(figures: Figures, seen: Observation, estimate: Known, check: CheckResult | None, base: Known | None) -> Row:
    tone: Tone = VERDICT_TONES[check.verdict] if check else "faint" if None in seen.group.values() else "plain"
    mark = _screen_place(check, estimate.value, base) if check and base else None
    return _row(figures, figures.speaker.group(seen.group), estimate, seen.metric, seen.measure, tone, mark)


def _gap_row(figures: Figures, check: CheckResult, seen: Observation, estimate: Known) -> Row:
    base = figures.known(rate_id(check.metric, check.reference or {}))
    place = _screen_place(check, base.value + estimate.value, base) if base else None
    mark = place - base.value if base and place is not None else None
    return _row(figures, _short(figures, seen), estimate, seen.metric, seen.measure, VERDICT_TONES[check.verdict], mark)


def _adjusted_row(figures: Figures, one: Adjustment) -> Row | None:
    """Raw above, adjusted below; None when either is not known."""
    raw, after = one.raw_same_rows, one.adjusted
    if not (isinstance(raw, Known) and isinstance(after, Known)):
        return None
    values = [scaled(figures.words, "difference", one.metric, part.value, unit=False) for part in (raw, after)]
    reference = figures.speaker.group(one.reference)
    group = figures.speaker.say(message("all others")) if one.pooled else figures.speaker.group(one.group)
    label = figures.speaker.say(message("{group} vs {reference}"), group=group, reference=reference)
    second = (after.value, after.low, after.high)
    return Row(label=plain(label), value=" → ".join(values), point=raw.value, low=raw.low, high=raw.high, second=second)


def _screen_place(check: CheckResult, rate: float, base: Known) -> float | None:
    """Where the rate would just pass a screen on the ratio, on the side of the reference where the rate lies."""
    least = screen(check)
    if not least:
        return None
    place = base.value * least if rate <= base.value else base.value / least
    return place if place <= 1 else None


def _tolerance(checks: Sequence[CheckResult]) -> float | None:
    """The tolerance on the difference, when all checks share one."""
    lines = [line.threshold for check in checks for line in check.lines if line.role == "tolerance" and line.threshold]
    sizes = {threshold.value for threshold in lines if threshold.measure == "difference"}
    return sizes.pop() if len(sizes) == 1 else None


def _point_key(figures: Figures) -> Key:
    return Key(swatch="point", text=figures.speaker.say(message("value with its interval")))


def _none_key(figures: Figures) -> Key:
    return Key(swatch="plumb", text=figures.speaker.say(message("no difference")))


def _screen_key(figures: Figures, rows: Sequence[Row]) -> list[Key]:
    marked = any(row.mark is not None for row in rows)
    return (
        [Key(swatch="mark", text=figures.speaker.say(message("the screen: a value beyond this mark fails it")))] if marked else []
    )


def _drawn(
    figures: Figures,
    id_: str,
    heading: Markup,
    rows: tuple[Row, ...],
    metric: str,
    measure: str,
    *,
    plumb: float | None = None,
    band: tuple[float, float] | None = None,
) -> Markup:
    if not rows:
        return Markup("")
    desc = "; ".join(f"{row.label}: {row.value}" for row in rows)
    limits = UNIT if measure in ("rate", "share") and metric not in PLAIN_METRICS else None
    picture = Picture(
        id=id_,
        title=plain(heading),
        desc=desc,
        rows=rows,
        tick=_tick(figures, measure, metric),
        plumb=plumb,
        band=band,
        limits=limits,
    )
    return draw(picture, rtl=figures.words.direction == "rtl")


def _tick(figures: Figures, measure: str, metric: str) -> Callable[[float], str]:
    """How a place on the axis is written."""
    words = figures.words
    if metric in PLAIN_METRICS or measure in ("ratio", "number"):
        return lambda value: words.number(value, 2)
    if measure == "difference":
        return lambda value: words.number(value * 100, _digits(value), signed=True)
    return lambda value: words.percent(value, _digits(value))


def _digits(value: float) -> int:
    return 0 if abs(value * 100 - round(value * 100)) < 1e-6 else 1
