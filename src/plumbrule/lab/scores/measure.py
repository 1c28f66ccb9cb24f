"""From counted scores to figures: areas under the curve, calibration, distributions, and the gaps between groups."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plumbrule.base.messages import message
from plumbrule.base.observation import Estimate, Group, Known, Unknown
from plumbrule.lab.inference import adjust, auc, gaps, intervals
from plumbrule.lab.inference.binned import area_from_bins
from plumbrule.lab.inference.calibration import CalibrationError, Tenth, calibration_error, in_the_large
from plumbrule.lab.inference.distance import ks_distance
from plumbrule.lab.inference.mover import mover_difference
from plumbrule.lab.metrics import YES
from plumbrule.lab.model import Contrast, Level
from plumbrule.lab.scores.bins import Lines, Scale, ScoreBins

TENTHS, LEAST, STRATA = 10, 10, 100
"""A calibration curve has at most 10 bins of at least 10 people; equal scores are compared in at most 100 strata."""
SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)
NO_PROBABILITY = message("the score is not between 0 and 1, so it cannot be held against a share")
NO_SCORE = message("no row has a score")
NO_COMMON = message("no score is common to both groups")
MANTEL = "mantel-haenszel, sato"
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreGroup:
    """The scores of one group (of everybody, where `group` is empty).

    `n` counts people with a score. `metrics` holds `auc`, `calibration_gap` (observed share of yes minus mean score) and
    `calibration_error`. `quantiles` pairs shares of people with scores. `curve` is the calibration curve, empty without
    labels; `error` what stands behind `calibration_error`.
    """

    group: Group
    n: int
    metrics: Mapping[str, Estimate]
    mean: float
    quantiles: tuple[tuple[float, float], ...]
    curve: tuple[Tenth, ...]
    error: CalibrationError | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreMeasurement:
    """What the scores of a table show. `hidden` is the most by which everybody's area can be wrong because of the bins."""

    column: str
    scale: Scale
    bins: int
    hidden: float
    unscored: int
    groups: tuple[ScoreGroup, ...]
    gaps: tuple[Contrast, ...]
    left_out: tuple[str, ...]
    confidence: float


def measure_scores(
    bins: ScoreBins, *, references: Mapping[str, str], confidence: float = 0.95, min_n: int = 10
) -> ScoreMeasurement:
    """Everything the counted scores say about groups; all of it exploratory.

    Args:
        bins: what `count_scores` gave.
        references: the group each attribute is held against; an attribute that has none is not compared.
        confidence: of each figure's interval, and of all gaps together.
        min_n: groups with fewer people with a score are not compared.
    """
    held = {margin.attribute: margin.groups() for margin in bins.margins}
    pairs = [
        (attribute, level, references[attribute])
        for attribute, groups in held.items()
        if attribute in references and _enough(groups.get(references[attribute]), min_n)
        for level, lines in groups.items()
        if level is not None and level != references[attribute] and _enough(lines, min_n)
    ]
    metrics = _compared(bins)
    level = Level(confidence=confidence, comparisons=max(len(pairs) * len(metrics), 1))
    look = _Look(bins=bins, level=level, strata=_strata(bins))
    everybody = _group(bins, {}, bins.everybody, confidence)
    return ScoreMeasurement(
        column=bins.column,
        scale=bins.scale,
        bins=len(bins.places),
        hidden=bins.hidden() if bins.labelled else 0.0,
        unscored=bins.unscored,
        groups=(
            everybody,
            *(_group(bins, {name: one}, lines, confidence) for name, groups in held.items() for one, lines in groups.items()),
        ),
        gaps=tuple(
            look.contrast(metric, attribute, (one, held[attribute][one]), (two, held[attribute][two]))
            for metric, (attribute, one, two) in itertools.product(metrics, pairs)
        ),
        left_out=bins.left_out,
        confidence=confidence,
    )


def _enough(lines: Lines | None, min_n: int) -> bool:
    return lines is not None and lines.people() >= min_n


def _compared(bins: ScoreBins) -> tuple[str, ...]:
    """The figures that are compared between groups."""
    if not bins.labelled:
        return ("ks_distance",)
    return ("auc", *(("calibration_gap",) if bins.scale.probability else ()), "base_rate_at_equal_score", "ks_distance")


# ── one group ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _group(bins: ScoreBins, group: Group, lines: Lines, confidence: float) -> ScoreGroup:
    metrics: dict[str, Estimate] = {}
    curve: tuple[Tenth, ...] = ()
    error = None
    if bins.labelled:
        known = lines.labelled()
        curve = _curve(known, len(bins.places))
        metrics["auc"] = _area(bins, known, confidence)
        if bins.scale.probability:
            share, size, score = _share(known)
            error = calibration_error(curve, confidence)
            metrics["calibration_gap"] = in_the_large(share, size, score, known.people(), confidence)
            metrics["calibration_error"] = error.estimate
        else:
            metrics["calibration_gap"] = Unknown(reason=NO_PROBABILITY, n=known.people())
    held = float(lines.weight.sum())
    return ScoreGroup(
        group=group,
        n=lines.people(),
        metrics=metrics,
        mean=float(lines.score.sum()) / held if held > 0 else 0.0,
        quantiles=_quantiles(lines),
        curve=curve,
        error=error,
    )


def _area(bins: ScoreBins, known: Lines, confidence: float) -> Estimate:
    if not len(known.place):
        return Unknown(reason=auc.ONE_SIDED)
    found = area_from_bins(known.binned(bins.width))
    if isinstance(found, Unknown) or min(found.positives, found.negatives) < 1:
        return Unknown(reason=auc.ONE_SIDED, n=known.people())
    one = auc.interval(found, confidence)
    return Known(value=one.value, low=one.low, high=one.high, n=known.people(), method=one.method)


def _share(known: Lines) -> tuple[float, float, float]:
    """The share of yes, the effective number of people behind it, and the mean score; zeros where nobody is."""
    total = float(known.weight.sum())
    if total <= 0 or known.weight_sq.sum() <= 0:  # nobody, or weights so unequal that the rest is rounding
        return 0.0, 0.0, 0.0
    share = float(known.weight @ (known.label == YES)) / total
    return share, _size(known, share), float(known.score.sum()) / total


def _size(known: Lines, share: float) -> float:
    """Kish's effective number of people; with clusters that of a simple random sample as uncertain (as `cells`)."""
    total = float(known.weight.sum())
    kish = total * total / float(known.weight_sq.sum())
    if known.cluster is None:
        return kish
    cluster = np.unique(known.cluster, return_inverse=True)[1].reshape(-1)
    off = np.bincount(cluster, weights=known.weight * ((known.label == YES) - share))
    variance = float(off @ off) / (total * total) * len(off) / max(len(off) - 1, 1)
    spread = share * (1 - share)
    return min(kish, spread / variance if variance > 0 and spread > 0 else float(len(off)))


def _curve(known: Lines, places: int) -> tuple[Tenth, ...]:
    """Bins of about equal numbers; people of one score stay together, and few values are a bin each."""
    if not len(known.place):
        return ()
    part = _parts(known, places, min(TENTHS, max(known.people() // LEAST, 1)))[known.place]
    found = []
    for one in np.unique(part):
        lines = known.chosen(part == one)
        share, size, score = _share(lines)
        if size <= 0:
            continue
        means = [_mean_at(lines, int(end)) for end in (lines.place.min(), lines.place.max())]
        found.append(
            Tenth(
                first=means[0],
                last=means[1],
                people=lines.people(),
                size=size,
                weight=float(lines.weight.sum()),
                share=share,
                score=score,
            )
        )
    return tuple(found)


def _mean_at(lines: Lines, place: int) -> float:
    """The mean score in one place."""
    here = lines.place == place
    weight = float(lines.weight[here].sum())
    return float(lines.score[here].sum()) / weight if weight > 0 else 0.0


def _parts(lines: Lines, places: int, parts: int) -> NDArray[np.int64]:
    """Which of `parts` about equal parts each place belongs to, shape (places,); with few places each is its own."""
    held = np.bincount(lines.place, weights=lines.weight, minlength=places)
    if np.count_nonzero(held) <= parts:
        return np.arange(places)
    middle = np.cumsum(held) - held / 2
    return np.minimum((middle / max(float(held.sum()), 1e-300) * parts).astype(np.int64), parts - 1)


def _quantiles(lines: Lines) -> tuple[tuple[float, float], ...]:
    """Scores under which these shares of people lie: the mean of the place where it is reached."""
    held = np.bincount(lines.place, weights=lines.weight) if len(lines.place) else np.zeros(0)
    if not held.sum() > 0:
        return ()
    scores = np.bincount(lines.place, weights=lines.score)
    reached = np.searchsorted(np.cumsum(held), np.array(SHARES) * held.sum() * (1 - 1e-12))
    return tuple((share, float(scores[at] / held[at])) for share, at in zip(SHARES, reached, strict=True))


# ── between groups ───────────────────────────────────────────────────────────────────────────────────────────────────

Side = tuple[str | None, Lines]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Look:
    """What all comparisons share; `strata` is the stratum of equal score of each place."""

    bins: ScoreBins
    level: Level
    strata: NDArray[np.int64]

    def contrast(self, metric: str, attribute: str, one: Side, two: Side) -> Contrast:
        sides = [lines if metric == "ks_distance" else lines.labelled() for _, lines in (one, two)]
        compare = {
            "auc": self.areas,
            "calibration_gap": self.calibrations,
            "base_rate_at_equal_score": self.equal_scores,
            "ks_distance": self.distance,
        }
        return Contrast(
            metric=metric,
            group={attribute: one[0]},
            reference={attribute: two[0]},
            kind="distance" if metric == "ks_distance" else "difference",
            estimate=compare[metric](sides[0], sides[1]),
            n=(sides[0].people(), sides[1].people()),
            confidence=self.level.confidence,
            comparisons=self.level.comparisons,
        )

    def areas(self, one: Lines, two: Lines) -> Estimate:
        """The difference of two areas of different people."""
        return mover_difference(*(_area(self.bins, side, self.level.each) for side in (one, two)))

    def calibrations(self, one: Lines, two: Lines) -> Estimate:
        """The difference of observed minus mean score: that of the shares, moved by that of the scores."""
        (share1, size1, score1), (share2, size2, score2) = _share(one), _share(two)
        sides = gaps.Sides(
            x1=np.array([share1 * size1]),
            n1=np.array([size1]),
            x2=np.array([share2 * size2]),
            n2=np.array([size2]),
            rows1=np.array([one.people()]),
            rows2=np.array([two.people()]),
        )
        found, people = gaps.differences(sides, self.level.each), one.people() + two.people()
        if found.method[0] == gaps.UNKNOWN:
            return Unknown(reason=NO_SCORE, n=people)
        value, low, high = (float(part[0]) - (score1 - score2) for part in (found.value, found.low, found.high))
        return Known(value=value, low=low, high=high, n=people, method=gaps.METHODS[found.method[0]])

    def equal_scores(self, one: Lines, two: Lines) -> Estimate:
        """The share of yes in the group less that in the reference among people of (nearly) equal score."""
        counted = [self._stratified(side) for side in (one, two)]
        strata = [
            (float(x1), float(n1), float(x0), float(n0))
            for x1, n1, x0, n0 in zip(*counted[0], *counted[1], strict=True)
            if n1 > 0 and n0 > 0
        ]
        people = one.people() + two.people()
        if not strata:
            return Unknown(reason=NO_COMMON, n=people)
        value, variance = adjust.mantel_haenszel_difference(strata)
        half = intervals.critical_value(self.level.each) * variance**0.5
        return Known(value=value, low=max(value - half, -1.0), high=min(value + half, 1.0), n=people, method=MANTEL)

    def _stratified(self, side: Lines) -> tuple[Floats, Floats]:
        """Yes and all by stratum, scaled so that all together are the effective number of people."""
        _, size, _ = _share(side)
        scale = size / float(side.weight.sum()) if size > 0 else 0.0
        at, length = self.strata[side.place], int(self.strata.max(initial=0)) + 1
        yes, people = (
            np.bincount(at, weights=part * scale, minlength=length) for part in (side.weight * (side.label == YES), side.weight)
        )
        return np.asarray(yes, float), np.asarray(people, float)

    def distance(self, one: Lines, two: Lines) -> Estimate:
        """Kolmogorov and Smirnov's distance of the scores, with bounds that always hold."""
        length, counts = len(self.bins.places), list[Floats]()
        for side in (one, two):
            total, squares = float(side.weight.sum()), float(side.weight_sq.sum())
            if total <= 0 or squares <= 0:
                return Unknown(reason=NO_SCORE, n=one.people() + two.people())
            size = total * total / squares
            if side.cluster is not None:  # people of one cluster may all have one score
                size = min(size, float(len(np.unique(side.cluster))))
            held = np.asarray(np.bincount(side.place, weights=side.weight, minlength=length), float)
            counts.append(held * (size / total))
        return ks_distance(counts[0], counts[1], people=one.people() + two.people(), confidence=self.level.each)


def _strata(bins: ScoreBins) -> NDArray[np.int64]:
    """The stratum of equal score of each place: the value itself where there are few, else a hundredth of everybody."""
    return _parts(bins.everybody, len(bins.places), STRATA)
