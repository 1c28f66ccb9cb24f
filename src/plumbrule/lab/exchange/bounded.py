"""Measure cells of which some are hidden: what can be known is said, the rest lies between bounds, and nothing is zero.

Known values and their intervals are those of `gaps`. Where a count behind a value is hidden, the value is `Bounded`: the
lowest and the highest that it can be, over all counts the reader must hold possible.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from plumbrule.base.messages import message
from plumbrule.base.observation import Estimate
from plumbrule.errors import TableError
from plumbrule.lab.cells import Key, selections
from plumbrule.lab.exchange.adding import Held
from plumbrule.lab.exchange.bounded_rates import Block, Share, block, rate_bounds, share, stand_in
from plumbrule.lab.exchange.bounds import Bounds, Span, whole
from plumbrule.lab.exchange.cube import Sums
from plumbrule.lab.inference.gaps import Comparison, Gap, GapTable, Kind, Rates, RateTable
from plumbrule.lab.measure import TOO_SMALL, Excluded, Stratum, choose_reference
from plumbrule.lab.metrics import METRICS, Metric, metrics_for
from plumbrule.lab.model import Adjustment, Bounded, People

HIDDEN_SIZE = message("its size is hidden and may be below the least group size")
NO_DECISION = message("no decision in these rows")
NO_LABEL = message("no label in these rows")


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundedRates(Rates):
    """Rates of a group whose size may be hidden: `n` is then only the least it can be, and `people` says so."""

    people: People | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundedExcluded(Excluded):
    """A group left out whose size may be hidden."""

    people: People | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BoundedMeasurement:
    """What cells with hidden counts show about groups; the same fields as a `Measurement`, read in the same way.

    `rows`, `undecided` and `unlabelled` are zero where they are not known; `overall` and `excluded` then say so.
    """

    rows: int
    undecided: int
    unlabelled: int
    by: tuple[str, ...]
    references: Mapping[str, str]
    overall: Rates
    groups: tuple[Rates, ...]
    gaps: tuple[Gap, ...]
    excluded: tuple[Excluded, ...]
    strata: tuple[Stratum, ...]
    adjustments: tuple[Adjustment, ...]
    confidence: float


def measure_bounds(
    held: Held,
    by: tuple[str, ...],
    *,
    references: Mapping[str, str] | None = None,
    confidence: float = 0.95,
    min_n: int = 10,
) -> BoundedMeasurement:
    """Everything that can be said about these groups; all of it exploratory.

    Args:
        held: cells with bounds.
        by: attributes to compare, some or all of those held.
        references: the group each attribute is held against; by default the one that is certainly largest.
        confidence: of each rate's interval, and of all gaps together.
        min_n: groups that may have fewer people are not compared.

    Raises:
        TableError: a group is not there, or an attribute has fewer than two.
    """
    if held.bounds is None:
        raise TableError("These cells are exact.", expected="cells with hidden counts", cure="Measure them with measure_cells.")
    metrics = metrics_for(label=held.meaning.label is not None)
    blocks = [block(held.bounds, held.frame, names) for names in selections(by, intersections=True)]
    chosen = _references(held, held.bounds, by, references or {})
    plans = [_plan(one, chosen, min_n) for one in blocks]
    size = max(sum(_looked_at(one, chosen, min_n) for one in blocks) * len(metrics) * 2, 1)
    everybody = block(held.bounds, held.frame, ())
    return BoundedMeasurement(
        rows=int(everybody.people(decided=False).low[0]),
        undecided=0,
        unlabelled=0,
        by=by,
        references=chosen,
        overall=_rates(everybody, metrics, confidence, held.reason)[0],
        groups=tuple(itertools.chain.from_iterable(_rates(one, metrics, confidence, held.reason) for one in blocks)),
        gaps=tuple(
            gap
            for one, (compared, _) in zip(blocks, plans, strict=True)
            for metric in metrics
            if compared
            for gap in _gaps(one, share(one, metric), compared, confidence, size, held.reason)
        ),
        excluded=(*itertools.chain.from_iterable(left for _, left in plans), *_incomplete(everybody, held)),
        strata=(),
        adjustments=(),
        confidence=confidence,
    )


def _people(span: Span, at: int) -> People:
    return People(least=int(span.low[at]), most=whole(float(span.high[at])))


def _unless_known(people: People) -> People | None:
    return None if people.least == people.most else people


def _references(held: Held, bounds: Bounds, by: Sequence[str], named: Mapping[str, str]) -> dict[str, str]:
    for name in named:
        if name not in by:
            raise TableError(
                f"A reference was given for {name!r}, which is not looked at.",
                expected=f"one of {', '.join(by)}",
                cure=f"Add --by {name}.",
            )
    chosen = {}
    for name in by:
        groups = block(bounds, held.frame, (name,))
        decided = groups.people(decided=True)
        sizes = {
            str(key[0]): int(decided.low[at]) for at, key in enumerate(groups.keys) if key[0] is not None and decided.high[at] > 0
        }
        chosen[name] = choose_reference(name, sizes, named.get(name))
    return chosen


def _plan(groups: Block, references: Mapping[str, str], min_n: int) -> tuple[tuple[Comparison, ...], tuple[Excluded, ...]]:
    """Every group that is certainly large enough against the reference, and those left out."""
    reference: Key = tuple(references[name] for name in groups.attributes)
    sizes = groups.people(decided=False)
    people = {key: _people(sizes, at) for at, key in enumerate(groups.keys) if None not in key}
    left = tuple(
        BoundedExcluded(
            group=dict(zip(groups.attributes, key, strict=True)),
            n=one.least,
            reason=TOO_SMALL if one.most is not None and one.most < min_n else HIDDEN_SIZE,
            people=_unless_known(one),
        )
        for key, one in people.items()
        if one.least < min_n
    )
    enough = [key for key, one in people.items() if one.least >= min_n]
    if reference not in enough:
        return (), left
    return tuple(Comparison(group=key, reference=reference) for key in enough if key != reference), left


def _looked_at(groups: Block, references: Mapping[str, str], min_n: int) -> int:
    """How many comparisons of these groups an ordinary measurement may have made, over which the level is shared.

    What is hidden counts too: the family is what one set out to look at, not what was left to see, since whether a group is
    hidden depends on its counts. So intervals are never shorter than those of the same table without hidden counts.
    """
    reference: Key = tuple(references[name] for name in groups.attributes)
    most = groups.people(decided=False).high
    enough = {key for at, key in enumerate(groups.keys) if None not in key and most[at] >= min_n}
    return len(enough) - 1 if reference in enough else 0


def _incomplete(everybody: Block, held: Held) -> tuple[Excluded, ...]:
    """People without a prediction, and without a label where one was named."""
    spans = [(NO_DECISION, everybody.rows.low[0, 3, 2], everybody.rows.high[0, 3, 2])]
    if held.meaning.label is not None:
        spans.append((NO_LABEL, everybody.rows.low[0, 2, 3], everybody.rows.high[0, 2, 3]))
    return tuple(
        BoundedExcluded(
            group={}, n=int(low), reason=reason, people=_unless_known(People(least=int(low), most=whole(float(high))))
        )
        for reason, low, high in spans
        if high > 0
    )


# ── rates ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _rates(groups: Block, metrics: Sequence[Metric], confidence: float, reason: str) -> tuple[Rates, ...]:
    """The rates of every group; the mean of the predictions is the selection rate, since scores do not travel."""
    columns = {metric.name: _estimates(groups, metric, confidence, reason) for metric in metrics}
    columns["mean_prediction"] = columns["selection_rate"]
    sizes = groups.people(decided=False)
    return tuple(
        BoundedRates(
            group=dict(zip(groups.attributes, key, strict=True)),
            n=int(sizes.low[at]),
            metrics={name: column[at] for name, column in columns.items()},
            people=_unless_known(_people(sizes, at)),
        )
        for at, key in enumerate(groups.keys)
    )


def _estimates(groups: Block, metric: Metric, confidence: float, reason: str) -> list[Estimate]:
    found = share(groups, metric)
    both = [METRICS["selection_rate"], metric]  # a table of rates always has the first
    table = RateTable(stand_in(groups, found), both, confidence, scored=False)
    return [
        table[at].metrics[metric.name]
        if found.known[at]
        else Bounded(
            reason=reason,
            n=int(found.people.low[at]),
            bounds=(float(found.low[at]), float(found.high[at])),
            people=(_people(found.people, at),),
        )
        for at in range(len(groups.keys))
    ]


# ── gaps ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _gaps(
    groups: Block, found: Share, compared: Sequence[Comparison], confidence: float, comparisons: int, reason: str
) -> list[Gap]:
    """The gaps of one metric; a gap is known when both rates are."""
    with np.errstate(divide="ignore", invalid="ignore"):  # highest sums of unknown values may be infinite
        table = GapTable(
            stand_in(groups, found),
            [found.metric],
            compared,
            confidence=confidence,
            comparisons=comparisons,
            family="exploratory",
        )
    place = {key: at for at, key in enumerate(groups.keys)}
    moved = _with_strays(groups, found)
    gaps = []
    for gap in table:
        one, two = place[tuple(gap.group.values())], place[tuple(gap.reference.values())]
        people = (_people(found.people, one), _people(found.people, two))
        estimate = gap.estimate
        if not (found.known[one] and found.known[two]):
            estimate = _between(_limits(found.low, found.high, one, two, gap.kind), people, reason)
        held = all(side.most != 0 for side in people)
        limits = _limits(moved.low, moved.high, one, two, gap.kind) if moved and held else None
        gaps.append(replace(gap, estimate=estimate, bounds=limits, n=(people[0].least, people[1].least)))
    return gaps


def _between(limits: tuple[float, float] | None, people: tuple[People, People], reason: str) -> Estimate:
    return Bounded(reason=reason, n=sum(side.least for side in people), bounds=limits, people=people)


def _limits(low: Sums, high: Sums, one: int, two: int, kind: Kind) -> tuple[float, float] | None:
    """The lowest and highest difference or ratio of two rates within their bounds; no ratio to a rate that may be zero."""
    if kind == "difference":
        return float(low[one] - high[two]), float(high[one] - low[two])
    return (float(low[one] / high[two]), float(high[one] / low[two])) if low[two] > 0 else None


def _with_strays(groups: Block, found: Share) -> Span | None:
    """The rates if all people whose attribute is unknown belonged where they move them most (see `gaps.unknown_bounds`).

    None where there is certainly nobody of whom an attribute is unknown.
    """
    strays = [at for at, key in enumerate(groups.keys) if None in key and found.people.high[at] > 0]
    if not strays:
        return None
    gained, lost = np.zeros(len(groups.keys)), np.zeros(len(groups.keys))
    for stray in strays:
        may_be = np.array([_may_be(groups.keys[stray], key) for key in groups.keys])
        gained[may_be] += found.top.high[stray]
        lost[may_be] += found.rest.high[stray]
    endless = Span(low=np.zeros(len(gained)), high=np.full(len(gained), np.inf))
    lowest = rate_bounds(found.top, Span(low=found.rest.low, high=found.rest.high + lost), endless)[0]
    highest = rate_bounds(Span(low=found.top.low, high=found.top.high + gained), found.rest, endless)[1]
    return Span(low=lowest, high=highest)


def _may_be(stray: Key, key: Key) -> bool:
    return None not in key and all(value is None or value == wanted for value, wanted in zip(stray, key, strict=True))
