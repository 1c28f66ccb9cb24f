"""The dossier's first page: what was tested, on whom, what was found, and what was not shown."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from plumbrule.base.messages import message
from plumbrule.findings.model import Assessment, CheckResult, Finding
from plumbrule.report import phrases
from plumbrule.report.views.figures import Figures
from plumbrule.report.views.finding import Badge, badge, gap_sentence, is_gap, level_sentence
from plumbrule.report.views.pictures import gap_id, versus


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One finding in short: its verdict, its title, and a sentence for each check that is not satisfied."""

    id: str
    badge: Badge
    title: Markup
    sentences: tuple[Markup, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many findings have one verdict."""

    badge: Badge
    count: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Everything a reader sees before turning the page."""

    tested: tuple[Markup, ...]
    population: tuple[Markup, ...]
    tally: tuple[Tally, ...]
    found: tuple[Found, ...]
    methods: tuple[Markup, ...]
    not_shown: tuple[Markup, ...]


def summary(assessment: Assessment, figures: Figures) -> Summary:
    """The assessment in short, worst news first."""
    order = list(phrases.VERDICTS)
    ranked = sorted(assessment.findings, key=lambda finding: order.index(finding.verdict))
    return Summary(
        tested=_tested(assessment, figures),
        population=_population(assessment, figures),
        tally=_tally(assessment, figures),
        found=tuple(_found(finding, figures) for finding in ranked),
        methods=_methods(assessment, figures),
        not_shown=_not_shown(assessment, figures),
    )


def _tested(assessment: Assessment, figures: Figures) -> tuple[Markup, ...]:
    speaker, system = figures.speaker, assessment.system
    first = speaker.say(
        message("{name}, version {version}, of {organisation}."),
        name=speaker.wording(system.name),
        version=system.version,
        organisation=system.organisation,
    )
    n = len(assessment.findings)
    second = speaker.many(
        "It was held against {n} requirement for systems of {tier}.",
        "It was held against {n} requirements for systems of {tier}.",
        n,
        tier=speaker.called(phrases.TIERS, assessment.tier.tier),
    )
    return (first, speaker.wording(system.purpose), second)


def _population(assessment: Assessment, figures: Figures) -> tuple[Markup, ...]:
    population = assessment.population
    if population is None:
        return (figures.speaker.say(message("No decisions were looked at; see the further tests.")),)
    rows = figures.speaker.many(
        "{n} row was read; {used} had a decision and were used.",
        "{n} rows were read; {used} had a decision and were used.",
        population.rows,
        used=figures.words.whole(population.used),
    )
    return (figures.speaker.wording(population.description), rows)


def _tally(assessment: Assessment, figures: Figures) -> tuple[Tally, ...]:
    verdicts = [finding.verdict for finding in assessment.findings]
    return tuple(
        Tally(badge=badge(figures, verdict), count=figures.words.whole(verdicts.count(verdict)))
        for verdict in phrases.VERDICTS
        if verdict in verdicts
    )


def _found(finding: Finding, figures: Figures) -> Found:
    open_ = [check for check in finding.checks if check.verdict in ("not-satisfied", "inconclusive")]
    sentences = [sentence for check in open_ if (sentence := _in_short(figures, check))]
    reasons = dict.fromkeys(check.reason for check in finding.checks if check.verdict == "not-assessed")
    sentences += [_because(figures, finding, reason) for reason in ([finding.reason] if finding.reason else reasons) if reason]
    return Found(
        id=finding.requirement,
        badge=badge(figures, finding.verdict),
        title=figures.speaker.wording(finding.title),
        sentences=tuple(sentences),
    )


def _methods(assessment: Assessment, figures: Figures) -> tuple[Markup, ...]:
    """How the intervals in the sentences above were made, each method once."""
    ids = [gap_id(check) for finding in assessment.findings for check in finding.checks if is_gap(check)]
    used = (figures.method(figures.observations[id_]) for id_ in ids if id_ in figures.observations)
    return tuple(figures.speaker.say(message("Intervals: {method}."), method=method) for method in dict.fromkeys(used) if method)


def _because(figures: Figures, finding: Finding, reason: str) -> Markup:
    """What was not assessed, and why."""
    names = {**phrases.METRICS, **phrases.FACTS}
    what = [figures.speaker.called(names, check.metric) for check in finding.checks if check.reason == reason]
    if not what:
        return figures.speaker.say(message("{reason}."), reason=figures.speaker.term(reason))
    return figures.speaker.say(message("{what}: {reason}."), what=Markup(", ").join(what), reason=figures.speaker.term(reason))


def _in_short(figures: Figures, check: CheckResult) -> Markup:
    if not is_gap(check):
        return level_sentence(figures, check)
    sentence = gap_sentence(figures, check) or versus(figures, check.group, check.reference)
    if check.verdict == "inconclusive":
        return figures.speaker.say(
            message("{sentence} Too few rows to decide whether that is within the tolerance."), sentence=sentence
        )
    return sentence


def _not_shown(assessment: Assessment, figures: Figures) -> tuple[Markup, ...]:
    speaker = figures.speaker
    said = [
        speaker.say(
            message(
                "Why there is a gap, and whether it is lawful. A gap is a ground for inquiry, not proof of unlawful treatment."
            )
        )
    ]
    undecided = [
        check for finding in assessment.findings for check in finding.checks if check.verdict == "inconclusive" and is_gap(check)
    ]
    said += [_undecided(figures, check) for check in undecided]
    skipped = [finding for finding in assessment.findings if finding.verdict == "not-assessed"]
    if skipped:
        titles = Markup("; ").join(speaker.wording(finding.title) for finding in skipped)
        said.append(speaker.say(message("Anything about what was not assessed: {titles}."), titles=titles))
    if any(seen.family == "declared" for seen in assessment.observations):
        said.append(speaker.say(message("That what was declared is so: it was examined on paper, not tested.")))
    said += [
        speaker.say(phrases.ROWS_TOGETHER, column=Markup("<bdi>{}</bdi>").format(column))
        for column in phrases.repeating(assessment.observations)
    ]
    said.append(
        speaker.say(message("That the table is true and complete: it was taken as it was handed in, and its digest is given."))
    )
    return tuple(said)


def _undecided(figures: Figures, check: CheckResult) -> Markup:
    tolerance = next((line.threshold for line in check.lines if line.role == "tolerance"), None)
    size = figures.level(tolerance) if tolerance else ""
    return figures.speaker.say(
        message("Whether the gap is within {size} for {comparison}: these data cannot decide it."),
        size=size,
        comparison=versus(figures, check.group, check.reference),
    )
