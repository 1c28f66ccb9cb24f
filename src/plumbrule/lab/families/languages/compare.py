"""Languages held against each other, item by item: rates, gaps, and the smallest gap that could have been seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plumbrule.base.messages import message
from plumbrule.base.observation import Estimate, Family, Known, Observation, Unknown
from plumbrule.errors import TableError
from plumbrule.lab.families.languages import paired
from plumbrule.lab.families.languages.model import METRICS, Answers, Floats, Marks
from plumbrule.lab.inference import intervals
from plumbrule.lab.observe import observation_id

ATTRIBUTE = "language"
NO_PAIRS = message("no item was answered in both languages")
NO_ANSWERS = message("no answer in this language lets it be known")
TOO_FEW = message("with so few items no gap, however large, could have been shown")
ONE_RUN = message("items with one run do not show how much runs differ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Discordant:
    """Items on which the two languages differ, where each was answered once: McNemar's counts and tests."""

    only_group: int
    only_reference: int
    exact_p: float
    mid_p: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated:
    """Items answered several times: fewest and most runs, and the share of the gap's variance that more runs would remove."""

    fewest: int
    most: int
    run_share: float | Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageRate:
    """One metric in one language, over all items that were asked in it. `items` is their number."""

    metric: str
    language: str
    items: int
    estimate: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageGap:
    """A language held against the reference in one metric, over the `items` answered in both (group minus reference).

    `unpaired` items were answered in one of the two only; `bounds` is where the gap over all items could lie, whatever
    those had brought. `smallest` is the smallest true gap that so many items show with 80 % power at this level.
    """

    metric: str
    language: str
    reference: str
    items: int
    unpaired: int
    estimate: Estimate
    smallest: Estimate
    bounds: tuple[float, float] | None
    detail: Discordant | Repeated | Unknown
    family: Family
    confidence: float
    comparisons: int


def language_rates(answers: Answers, *, confidence: float = 0.95, guaranteed: bool = False) -> tuple[LanguageRate, ...]:
    """Each metric in each language: Wilson's interval where items were answered once, over items where several times.

    With `guaranteed` coverage is never below the level under 100 items (Clopper and Pearson; Hoeffding).
    """
    found = []
    for metric in _metrics(answers, None):
        marks = answers.marks[metric]
        for place, language in enumerate(answers.languages):
            held = marks.runs[:, place] > 0
            estimate = _rate(marks, place, held, confidence, guaranteed=guaranteed)
            found.append(LanguageRate(metric=metric, language=language, items=int(held.sum()), estimate=estimate))
    return tuple(found)


def compare_languages(
    answers: Answers,
    *,
    reference: str | None = None,
    languages: Sequence[str] | None = None,
    metrics: Sequence[str] | None = None,
    confidence: float = 0.95,
    family: Family = "exploratory",
    comparisons: int | None = None,
) -> tuple[LanguageGap, ...]:
    """Every language against the reference in every metric; intervals are simultaneous over all of them (Bonferroni).

    Args:
        answers: what was answered.
        reference: the language held against; by default the one with the most items (the first by code where equal).
        languages: those compared; all others when left out.
        metrics: of `METRICS`; all that the answers let us know when left out.
        confidence: of all intervals together.
        family: "primary" when a plan names this comparison; the intervals then have guaranteed coverage under 100 items.
        comparisons: for how many intervals the level holds together; those made here when left out.

    Raises:
        TableError: a language or metric that the answers do not hold, or nothing to compare.
    """
    chosen = _reference(answers, reference)
    wanted = _languages(answers, chosen, languages)
    kept = _metrics(answers, metrics)
    together = comparisons or len(wanted) * len(kept)
    found = []
    for metric in kept:
        for language in wanted:
            pair = _Pair.of(answers.marks[metric], answers.languages.index(language), answers.languages.index(chosen))
            found.append(_gap(pair, metric, language, chosen, family, confidence, together))
    return tuple(found)


def observe_languages(
    answers: Answers,
    *,
    reference: str | None = None,
    languages: Sequence[str] | None = None,
    metrics: Sequence[str] | None = None,
    confidence: float = 0.95,
    family: Family = "exploratory",
    comparisons: int | None = None,
) -> tuple[Observation, ...]:
    """Rates, gaps and the smallest gaps that could have been seen, as observations; see `compare_languages`.

    Ids: `accuracy:language=kk`, `accuracy:language=kk~en:difference`, `…:smallest_gap`, `…:items`.
    """
    inputs = (answers.source,) if answers.source else ()
    gaps = compare_languages(
        answers,
        reference=reference,
        languages=languages,
        metrics=metrics,
        confidence=confidence,
        family=family,
        comparisons=comparisons,
    )
    shown = {gap.metric for gap in gaps}
    rates = tuple(
        Observation(
            id=observation_id(one.metric, {ATTRIBUTE: one.language}),
            means="test",
            metric=one.metric,
            measure="rate",
            estimate=one.estimate,
            group={ATTRIBUTE: one.language},
            family="exploratory",
            confidence=confidence,
            inputs=inputs,
        )
        for one in language_rates(answers, confidence=confidence, guaranteed=family == "primary")
        if one.metric in shown
    )
    return rates + tuple(one for gap in gaps for one in _observed(gap, inputs))


def _observed(gap: LanguageGap, inputs: tuple[str, ...]) -> tuple[Observation, ...]:
    group, against = {ATTRIBUTE: gap.language}, {ATTRIBUTE: gap.reference}
    count = Known(value=gap.items, low=gap.items, high=gap.items, n=gap.items, method="counted")

    def one(kind: str, estimate: Estimate, family: Family) -> Observation:
        return Observation(
            id=observation_id(gap.metric, group, against, kind),
            means="test",
            metric=gap.metric if kind == "difference" else f"{gap.metric}_{kind}",
            measure="count" if kind == "items" else "difference",
            estimate=estimate,
            group=group,
            reference=against,
            family=family,
            confidence=gap.confidence,
            comparisons=gap.comparisons,
            bounds=gap.bounds if kind == "difference" else None,
            inputs=inputs,
        )

    return (
        one("difference", gap.estimate, gap.family),
        one("smallest_gap", gap.smallest, "exploratory"),
        one("items", count, "exploratory"),
    )


# ── one comparison ───────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Pair:
    """Two languages in one metric: means of the items answered in both, runs and variances behind them, and the rest."""

    one: Floats
    two: Floats
    runs: NDArray[np.int64]
    noise: Floats
    bounds: tuple[float, float] | None
    unpaired: int

    @classmethod
    def of(cls, marks: Marks, group: int, reference: int) -> _Pair:
        both = np.array([group, reference])
        runs, total = marks.runs[:, both], marks.total[:, both]
        mean = np.divide(total, runs, out=np.zeros_like(total), where=runs > 0)
        # The variance that the runs bring into an item's mean; unknown (0, and said so) where there is one run.
        inside = np.divide(marks.square[:, both], runs, out=np.zeros_like(total), where=runs > 0) - mean * mean
        noise = np.divide(np.maximum(inside, 0), runs - 1, out=np.zeros_like(total), where=runs > 1)
        held = runs > 0
        pairs, any_ = held.all(axis=1), held.any(axis=1)
        return cls(
            one=mean[pairs, 0],
            two=mean[pairs, 1],
            runs=runs[pairs],
            noise=noise[pairs].sum(axis=1),
            bounds=_bounds(mean[any_], held[any_]) if (any_ & ~pairs).any() else None,
            unpaired=int((any_ & ~pairs).sum()),
        )

    def single(self) -> bool:
        """Each item answered once in each language, right or wrong and nothing between."""
        return bool((self.runs == 1).all() and np.isin(self.one, (0, 1)).all() and np.isin(self.two, (0, 1)).all())


def _bounds(mean: Floats, held: NDArray[np.bool_]) -> tuple[float, float]:
    """The lowest and highest gap over all items, whatever the answers had been that are not there."""
    low, high = np.where(held, mean, 0.0), np.where(held, mean, 1.0)
    return float((low[:, 0] - high[:, 1]).mean()), float((high[:, 0] - low[:, 1]).mean())


def _gap(
    pair: _Pair, metric: str, language: str, reference: str, family: Family, confidence: float, comparisons: int
) -> LanguageGap:
    level, n = 1 - (1 - confidence) / comparisons, len(pair.one)
    estimate: Estimate = Unknown(reason=NO_PAIRS)
    detail: Discordant | Repeated | Unknown = Unknown(reason=NO_PAIRS)
    smallest: float | None = None
    if n and pair.single():
        b, c = int((pair.one > pair.two).sum()), int((pair.one < pair.two).sum())
        spread = paired.paired_interval(b, c, n, level, guaranteed=family == "primary")
        estimate = _known((b - c) / n, spread, n)
        detail = Discordant(only_group=b, only_reference=c, exact_p=paired.mcnemar_exact(b, c), mid_p=paired.mcnemar_mid(b, c))
        smallest = paired.smallest_gap(n, (b + c) / n, level)
    elif n:
        values = pair.one - pair.two
        estimate = _known(float(values.mean()), paired.item_interval(values, level, guaranteed=family == "primary"), n)
        detail = _repeated(pair, values)
        smallest = paired.smallest_gap_items(values, level)
    power = f"{paired.POWER:.0%} power, items as they differ here"
    return LanguageGap(
        metric=metric,
        language=language,
        reference=reference,
        items=n,
        unpaired=pair.unpaired,
        estimate=estimate,
        smallest=Unknown(reason=TOO_FEW if n else NO_PAIRS, n=n)
        if smallest is None
        else Known(value=smallest, low=smallest, high=smallest, n=n, method=power),
        bounds=pair.bounds,
        detail=detail,
        family=family,
        confidence=confidence,
        comparisons=comparisons,
    )


def _repeated(pair: _Pair, values: Floats) -> Repeated:
    """How much of the gap's variance comes from the runs; it cannot be told where an item has one run only."""
    share: float | Unknown = Unknown(reason=ONE_RUN, n=len(values))
    if len(values) > 1 and (pair.runs > 1).all() and values.std() > 0:
        share = min(float(pair.noise.mean()) / float(values.var(ddof=1)), 1.0)
    return Repeated(fewest=int(pair.runs.min()), most=int(pair.runs.max()), run_share=share)


def _rate(marks: Marks, place: int, held: NDArray[np.bool_], confidence: float, *, guaranteed: bool) -> Estimate:
    n = int(held.sum())
    if not n:
        return Unknown(reason=NO_ANSWERS)
    runs, means = marks.runs[held, place], marks.total[held, place] / marks.runs[held, place]
    if (runs == 1).all() and np.isin(means, (0, 1)).all():
        small = guaranteed and n < intervals.EXACT_BELOW
        low, high = (intervals.clopper_pearson if small else intervals.wilson)(means.sum(), n, confidence)
        method = "clopper-pearson" if small else "wilson"
        return Known(value=float(means.mean()), low=float(low), high=float(high), n=n, method=method)
    spread = paired.item_interval(means, confidence, guaranteed=guaranteed)
    spread = paired.Spread(low=max(spread.low, 0.0), high=spread.high, method=spread.method)
    return _known(float(means.mean()), spread, n)


def _known(value: float, spread: paired.Spread, n: int) -> Known:
    # A skewed bootstrap may leave the value itself outside by a hair; an interval without its value helps nobody.
    return Known(value=value, low=min(spread.low, value), high=max(spread.high, value), n=n, method=spread.method)


# ── what is compared ─────────────────────────────────────────────────────────────────────────────────────────────────


def _reference(answers: Answers, named: str | None) -> str:
    if named is not None:
        _require(named, answers.languages, "language")
        return named
    asked = (answers.asked > 0).sum(axis=0)
    return min(answers.languages, key=lambda code: (-int(asked[answers.languages.index(code)]), code))


def _languages(answers: Answers, reference: str, named: Sequence[str] | None) -> tuple[str, ...]:
    for code in named or ():
        _require(code, answers.languages, "language")
    wanted = tuple(code for code in (answers.languages if named is None else named) if code != reference)
    if not wanted:
        raise TableError(
            f"There is only one language to look at: {reference}.",
            expected="the same items in at least two",
            cure="Add the answers in another language.",
        )
    return wanted


def _metrics(answers: Answers, named: Sequence[str] | None) -> tuple[str, ...]:
    held = tuple(metric for metric in METRICS if metric in answers.marks)
    for metric in named or ():
        _require(metric, held, "metric")
    return held if named is None else tuple(dict.fromkeys(named))


def _require(name: str, held: Sequence[str], kind: str) -> None:
    if name not in held:
        raise TableError(
            f"The answers hold no {kind} {name!r}.",
            expected=f"one of {', '.join(held[:20])}",
            cure=f"Correct the {kind}, or add the answers that let it be known.",
        )
