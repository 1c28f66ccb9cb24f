"""Numbers as words: a value with its unit, its interval, and the basis it stands on (sample size and method)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from plumbrule.base.messages import message
from plumbrule.base.observation import Estimate, Known, Observation, Stated, Unknown
from plumbrule.base.words import Words
from plumbrule.findings.model import Assessment
from plumbrule.lab import FEW_PEOPLE
from plumbrule.report.phrases import METHODS, STATUSES
from plumbrule.report.views.speaker import Speaker
from plumbrule.rulebook.model import Source, Threshold

PLAIN_METRICS = frozenset(
    {
        *("mean_prediction", "variance_prediction", "mean_label", "variance_label"),
        *("mean_error", "mean_absolute_error", "root_mean_squared_error", "auc", "ks_distance"),
    }
)
"""Metrics on the scale of the score itself: their values are no percentages and their gaps no points."""


COUNTED = "counted"
EXACTLY = frozenset({COUNTED, "sha256"})
"""Methods that look at everything there is: what they give has no interval."""
ALONE = EXACTLY | {"declared", "jumping bets", "80% power, items as they differ here"}
"""These and methods that give one number and no interval, though at a level."""


def scaled(words: Words, measure: str, metric: str, value: float, *, unit: bool = True) -> str:
    """A plain number in the form its measure is read in: per cent, points, ratio or count."""
    if measure == "count":
        return words.number(value, 0 if float(value).is_integer() else 1)
    if measure in ("ratio", "number"):
        return words.number(value, 3)
    if measure == "difference":
        if metric in PLAIN_METRICS:
            return words.number(value, 3, signed=True)
        return words.points(value) if unit else words.number(value * 100, 1, signed=True)
    return words.number(value, 3) if metric in PLAIN_METRICS else words.percent(value)


def set_size(words: Words, measure: str, metric: str, value: float) -> str:
    """A number that somebody set (a tolerance, a truth to have power for): no decimals that it does not need, no sign."""
    percent = abs(value) * 100
    digits = 0 if abs(percent - round(percent)) < 1e-9 else 1
    if measure == "difference" and metric not in PLAIN_METRICS:
        return words.points(abs(value), digits, signed=False)
    if measure in ("rate", "share") and metric not in PLAIN_METRICS:
        return words.percent(value, digits)
    return words.number(value, 2) if measure in ("ratio", "difference") else scaled(words, measure, metric, value)


def is_hidden(estimate: Known | Unknown | Stated) -> bool:
    """Whether it would tell of a few people."""
    return isinstance(estimate, Unknown) and estimate.reason == FEW_PEOPLE


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Figures:
    """The numbers of one assessment, said in one language."""

    speaker: Speaker
    observations: Mapping[str, Observation]

    @classmethod
    def of(cls, assessment: Assessment, speaker: Speaker) -> Figures:
        """The figures of an assessment."""
        return cls(speaker=speaker, observations={seen.id: seen for seen in assessment.observations})

    @property
    def words(self) -> Words:
        """The words the figures are said in."""
        return self.speaker.words

    def value(self, seen: Observation) -> Markup:
        """The value with its unit; `not known` with the reason; or what was declared."""
        return self.estimate(seen.estimate, seen.measure, seen.metric)

    def estimate(self, estimate: Known | Unknown | Stated, measure: str, metric: str) -> Markup:
        """The same for an estimate that stands outside an observation."""
        if isinstance(estimate, Known):
            return Markup("<bdi>{}</bdi>").format(scaled(self.words, measure, metric, estimate.value))
        if isinstance(estimate, Unknown):
            return self.speaker.say(message("not known: {reason}"), reason=self.speaker.term(estimate.reason))
        return Markup("{}").format(self.words.text(estimate.text))  # a word of ours is translated; somebody's own stays

    def interval(self, seen: Observation) -> Markup:
        """From low to high, or an empty text when there is none."""
        return self.reach(seen.estimate, seen.measure, seen.metric)

    def reach(self, estimate: Known | Unknown | Stated, measure: str, metric: str) -> Markup:
        """The same for an estimate that stands outside an observation."""
        if not isinstance(estimate, Known):
            return Markup("")
        if estimate.low == estimate.high == estimate.value and (measure == "count" or estimate.method in ALONE):
            return Markup("")
        return self.span(estimate.low, estimate.high, measure, metric)

    def span(self, low: float, high: float, measure: str, metric: str) -> Markup:
        """Two numbers as `low to high`."""
        first, last = (scaled(self.words, measure, metric, side, unit=False) for side in (low, high))
        return self.speaker.say(message("{low} to {high}"), low=first, high=last)

    def sample(self, estimate: Known | Unknown | Stated) -> str:
        """How many rows the value rests on; empty for a declared fact, a dash where the number is not to be told."""
        if isinstance(estimate, Stated):
            return ""
        return "–" if is_hidden(estimate) else self.words.whole(estimate.n)

    def judged(self, seen: Observation) -> Markup:
        """The interval that a verdict is read from: from low to high, or an empty text when there is none."""
        if not seen.judged:
            return self.interval(seen)
        return self.span(seen.judged.low, seen.judged.high, seen.measure, seen.metric)

    def method(self, seen: Observation, *, judged: bool = False) -> Markup:
        """How the interval (or with `judged` the one a verdict is read from) was made and for how many its level holds."""
        if not isinstance(seen.estimate, Known):
            return Markup("")
        name = self.method_name(seen.estimate)
        if judged and seen.judged:
            name = self.speaker.called(METHODS, seen.judged.method)
        if seen.estimate.method in EXACTLY:
            return name
        level = self.words.percent(seen.confidence, 0)
        if seen.comparisons > 1:
            return self.speaker.many(
                "{method}; {level} for {n} comparison together",
                "{method}; {level} for all {n} comparisons together",
                seen.comparisons,
                method=name,
                level=level,
            )
        return self.speaker.say(message("{method}; {level}"), method=name, level=level)

    def method_name(self, estimate: Estimate) -> Markup:
        """What the method is called."""
        return self.speaker.called(METHODS, estimate.method) if isinstance(estimate, Known) else Markup("")

    def level(self, threshold: Threshold) -> Markup:
        """A threshold's number in its unit; a tolerance reaches to both sides."""
        text = set_size(self.words, threshold.measure, "", threshold.value)
        sign = "±" if threshold.role == "tolerance" else "−" if threshold.value < 0 else ""
        sign = sign if threshold.measure == "difference" else ""  # whose size alone is said; other numbers carry their own sign
        return Markup("<bdi>{}{}</bdi>").format(sign, text)

    def source(self, source: Source) -> Markup:
        """Where a threshold stands, for which jurisdiction, and with which force."""
        parts = [
            Markup("<bdi>{}</bdi>").format(part) for part in (source.citation, source.jurisdiction) if part and part != "none"
        ]
        return Markup(", ").join([*parts, self.status(source)])

    def status(self, source: Source) -> Markup:
        """Law, guidance, convention, or ours and whether anybody reviewed it."""
        if source.status == "ours" and source.reviewed_by:
            return self.speaker.say(message("ours, reviewed by {name}"), name=source.reviewed_by)
        return self.speaker.called(STATUSES, source.status)

    def known(self, id_: str) -> Known | None:
        """The known value of an observation, if it is there and known."""
        seen = self.observations.get(id_)
        return seen.estimate if seen and isinstance(seen.estimate, Known) else None
