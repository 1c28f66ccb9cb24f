"""One finding as the dossier shows it: what was judged, the three lines of each check, pictures, sources."""

from __future__ import annotations

from dataclasses import dataclass, replace

from markupsafe import Markup

from plumbrule.base.messages import message
from plumbrule.base.observation import Known, Stated
from plumbrule.findings.model import Assessment, CheckResult, Finding, Line
from plumbrule.report import phrases
from plumbrule.report.views.figures import Figures, is_hidden, scaled, set_size
from plumbrule.report.views.further import about
from plumbrule.report.views.pictures import Figure, gap_id, gaps, rate_id, rates, versus
from plumbrule.report.views.speaker import Table

GAP_ROLES = frozenset({"screen", "any-gap", "tolerance"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """A verdict: its word, and the tone that gives it colour and shape."""

    code: str
    word: Markup
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One line of a check. `kind` names the line, `against` what the value was held against."""

    kind: Markup
    help: Markup
    value: Markup
    interval: Markup
    against: Markup
    source: Markup
    outcome: Markup
    tone: str
    basis: Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckView:
    """One check with its lines. `notes` are sentences under the lines, `power` a table when inconclusive."""

    title: Markup
    badge: Badge
    sentence: Markup
    lines: tuple[Outcome, ...]
    notes: tuple[Markup, ...]
    power: Table | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A provision a finding answers: how people cite it, and our wording of it."""

    id: str
    citation: str
    wording: Markup
    draft: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingView:
    """The whole finding. `comparisons` have three lines each; `levels` are lines of their own; `facts` were declared."""

    id: str
    title: Markup
    badge: Badge
    reason: Markup
    citations: tuple[Citation, ...]
    figures: tuple[Figure, ...]
    comparisons: tuple[CheckView, ...]
    levels: tuple[Outcome, ...]
    facts: Table | None
    unmeasured: Table | None


def badge(figures: Figures, verdict: str) -> Badge:
    """A verdict as the page shows it."""
    return Badge(code=verdict, word=figures.speaker.called(phrases.VERDICTS, verdict), tone=phrases.VERDICT_TONES[verdict])


def finding_view(assessment: Assessment, finding: Finding, figures: Figures, *, prefix: str = "") -> FindingView:
    """Put one finding together. `prefix` begins the ids inside its pictures."""
    comparisons = [check for check in finding.checks if is_gap(check)]
    return FindingView(
        id=finding.requirement,
        title=figures.speaker.wording(finding.title),
        badge=badge(figures, finding.verdict),
        reason=figures.speaker.term(finding.reason),
        citations=citations(assessment, finding.answers, figures),
        figures=_pictures(figures, comparisons, prefix + finding.requirement),
        comparisons=tuple(_check(figures, check, assessment) for check in comparisons),
        levels=tuple(
            _level(figures, check, line) for check in finding.checks for line in check.lines if line.role in ("floor", "ceiling")
        ),
        facts=_facts(figures, [check for check in finding.checks if "declared" in _roles(check)]),
        unmeasured=_unmeasured(figures, [check for check in finding.checks if not check.lines]),
    )


def citations(assessment: Assessment, ids: tuple[str, ...], figures: Figures) -> tuple[Citation, ...]:
    """The provisions of some ids; an id that the assessment does not carry is shown bare."""
    found = []
    for id_ in ids:
        citation, wording = assessment.provisions.get(id_, (id_, None))
        shown = figures.speaker.wording(wording) if wording else Markup("")
        found.append(
            Citation(id=id_, citation=citation, wording=shown, draft=wording is not None and figures.speaker.unreviewed(wording))
        )
    return tuple(found)


def is_gap(check: CheckResult) -> bool:
    """Whether a check compares groups and has something to show."""
    return bool(_roles(check) & GAP_ROLES)


def gap_sentence(figures: Figures, check: CheckResult) -> Markup:
    """Metric, both rates, their sample sizes and the difference in one sentence; empty when one is not known."""
    one, other = (figures.known(rate_id(check.metric, group)) for group in (check.group, check.reference or {}))
    difference = figures.known(gap_id(check))
    if not (one and other and difference):
        return Markup("")
    rate = (scaled(figures.words, "rate", check.metric, value.value) for value in (one, other))
    size = scaled(figures.words, "difference", check.metric, abs(difference.value)).lstrip("+")
    sentence = message(
        "{metric}: {rate} of {n} rows recorded as {group}, {rate2} of {n2} recorded as {reference}; "
        "{size} lower (interval {low} to {high})."
    )
    if difference.value >= 0:
        sentence = message(
            "{metric}: {rate} of {n} rows recorded as {group}, {rate2} of {n2} recorded as {reference}; "
            "{size} higher (interval {low} to {high})."
        )
    low, high = (
        scaled(figures.words, "difference", check.metric, side, unit=False) for side in (difference.low, difference.high)
    )
    return figures.speaker.say(
        sentence,
        metric=figures.speaker.called(phrases.METRICS, check.metric),
        rate=next(rate),
        n=figures.words.whole(one.n),
        group=figures.speaker.group(check.group),
        rate2=next(rate),
        n2=figures.words.whole(other.n),
        reference=figures.speaker.group(check.reference or {}),
        size=size,
        low=low,
        high=high,
    )


def level_sentence(figures: Figures, check: CheckResult) -> Markup:
    """What a level came out at and against what, for the lines that it does not keep; empty when there is none."""
    parts = []
    for line in check.lines:
        if line.role in ("floor", "ceiling") and line.outcome in ("beyond", "undecided"):
            shown = _level(figures, check, line)
            text = message("{what}: {value} ({interval}). {limit}: {outcome}.")
            if not shown.interval:
                text = message("{what}: {value}. {limit}: {outcome}.")
            parts.append(
                figures.speaker.say(
                    text,
                    what=shown.kind,
                    value=shown.value,
                    interval=shown.interval,
                    limit=shown.against,
                    outcome=shown.outcome,
                )
            )
    return Markup(" ").join(parts)


def _roles(check: CheckResult) -> set[str]:
    return {line.role for line in check.lines}


def _pictures(figures: Figures, checks: list[CheckResult], id_: str) -> tuple[Figure, ...]:
    found: list[Figure | None] = []
    for metric in dict.fromkeys(check.metric for check in checks):
        of_metric = [check for check in checks if check.metric == metric]
        for attribute in dict.fromkeys(name for check in of_metric for name in check.group):
            of_attribute = [check for check in of_metric if set(check.group) == {attribute}]
            if of_attribute:
                found.append(rates(figures, metric, attribute, of_attribute, id_=f"{id_}-{metric}-{attribute}"))
        found.append(gaps(figures, metric, of_metric, id_=f"{id_}-{metric}-gaps"))
    return tuple(figure for figure in found if figure)


def _check(figures: Figures, check: CheckResult, assessment: Assessment) -> CheckView:
    speaker = figures.speaker
    comparison = versus(figures, check.group, check.reference)
    title = speaker.say(message("{attribute}: {comparison}"), attribute=speaker.attributes(check.group), comparison=comparison)
    return CheckView(
        title=title,
        badge=badge(figures, check.verdict),
        sentence=gap_sentence(figures, check),
        lines=tuple(_line(figures, line) for line in check.lines),
        notes=_notes(figures, check, assessment),
        power=_power(figures, check),
    )


def _line(figures: Figures, line: Line) -> Outcome:
    speaker, seen = figures.speaker, figures.observations.get(line.observation)
    outcome = phrases.OUTCOMES.get((line.role, line.outcome), message("not known"))
    # A screen compares point values: an interval beside it would suggest that it says something about chance.
    interval = figures.judged(seen) if seen and line.role != "screen" else Markup("")
    against = figures.level(line.threshold) if line.threshold else speaker.say(message("no gap"))
    method = figures.method(seen, judged=True) if seen and line.role != "screen" else speaker.say(message("point value"))
    basis = Markup("")
    if seen and not is_hidden(seen.estimate):
        basis = speaker.say(message("{n} rows; {method}"), n=figures.sample(seen.estimate), method=method)
    return Outcome(
        kind=speaker.called(phrases.ROLES, line.role),
        help=speaker.called(phrases.ROLE_HELP, line.role),
        value=_measured(figures, line),
        interval=interval,
        against=against,
        source=figures.source(line.threshold.source) if line.threshold else Markup(""),
        outcome=speaker.term(outcome),
        tone=phrases.OUTCOME_TONES[line.outcome],
        basis=basis,
    )


def _measured(figures: Figures, line: Line) -> Markup:
    seen = figures.observations.get(line.observation)
    if not seen:
        return figures.speaker.say(message("not known"))
    value = figures.value(seen)
    return (
        figures.speaker.say(message("ratio {value}"), value=value)
        if seen.measure == "ratio" and isinstance(seen.estimate, Known)
        else value
    )


def _notes(figures: Figures, check: CheckResult, assessment: Assessment) -> tuple[Markup, ...]:
    speaker, notes = figures.speaker, []
    if check.reason:
        notes.append(speaker.term(check.reason))
    seen = figures.observations.get(gap_id(check))
    if seen and seen.bounds and isinstance(seen.estimate, Known):
        low, high = (scaled(figures.words, seen.measure, seen.metric, side) for side in seen.bounds)
        text = message(
            "If all rows of unknown {attribute} counted one way or the other, the difference would lie between {low} and {high}."
        )
        notes.append(speaker.say(text, attribute=speaker.attributes(check.group), low=low, high=high))
    if check.verdict == "inconclusive":
        if not check.more_rows:
            notes.append(speaker.say(message("No more rows exist: these data will never decide it.")))
        notes.append(
            speaker.say(
                message("What an inconclusive finding leads to: {consequence}"),
                consequence=speaker.wording(assessment.inconclusive),
            )
        )
    return tuple(notes)


def _power(figures: Figures, check: CheckResult) -> Table | None:
    if not check.power:
        return None
    say, words = figures.speaker.say, figures.words
    never = say(message("no number of rows would do: this lies on the tolerance itself"))
    rows = tuple(
        (set_size(words, "difference", check.metric, power.truth), words.whole(power.rows) if power.rows is not None else never)
        for power in check.power
    )
    return Table(
        caption=say(message("How many rows would decide it with 80% power")),
        columns=(say(message("If the true difference were")), say(message("Rows needed, in the proportions seen"))),
        rows=rows,
    )


def _level(figures: Figures, check: CheckResult, line: Line) -> Outcome:
    """A line about a level, named by whom and what it is about."""
    speaker = figures.speaker
    # A level of a whole attribute (how many are unknown, how large its smallest group is) names no group.
    name = speaker.attributes(check.group) if set(check.group.values()) == {None} else speaker.group(check.group, names=True)
    seen = figures.observations.get(line.observation)
    if seen and seen.test != "outcomes":
        name = about(figures, seen)
    metric = speaker.called(phrases.METRICS, check.metric)
    shown = _line(figures, line)
    against = speaker.say(message("{role}: {level}"), role=shown.kind, level=shown.against)
    return replace(
        shown, kind=speaker.say(message("{group}: {metric}"), group=name, metric=metric), help=Markup(""), against=against
    )


def _unmeasured(figures: Figures, checks: list[CheckResult]) -> Table | None:
    if not checks:
        return None
    say, names = figures.speaker.say, {**phrases.METRICS, **phrases.FACTS}
    rows = tuple((figures.speaker.called(names, check.metric), figures.speaker.term(check.reason)) for check in checks)
    return Table(
        caption=say(message("What could not be assessed")), columns=(say(message("Check")), say(message("Why"))), rows=rows
    )


def _facts(figures: Figures, checks: list[CheckResult]) -> Table | None:
    if not checks:
        return None
    say = figures.speaker.say
    columns = (
        say(message("Fact")),
        say(message("What was declared")),
        say(message("By whom, and where it stands")),
        say(message("Known by")),
    )
    rows = tuple(_fact_row(figures, check, line) for check in checks for line in check.lines)
    return Table(caption=say(message("Declared facts")), columns=columns, rows=rows)


def _fact_row(figures: Figures, check: CheckResult, line: Line) -> tuple[str, ...]:
    speaker, seen = figures.speaker, figures.observations.get(line.observation)
    name = speaker.called(phrases.FACTS, check.metric)
    if not (seen and isinstance(seen.estimate, Stated)):
        return (name, speaker.say(message("not declared")), "–", "–")
    stated = seen.estimate
    verb = (
        speaker.say(message("yes: {text}"), text=stated.text)
        if stated.holds
        else speaker.say(message("no: {text}"), text=stated.text)
    )
    where = "; ".join(part for part in (stated.stated_by, stated.source) if part)
    return (name, verb, Markup("<bdi>{}</bdi>").format(where), speaker.term(phrases.DECLARED_ONLY))
