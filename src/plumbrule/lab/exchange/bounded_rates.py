"""From bounds of counts to bounds of rates: what can be known of each rate of each group.

A rate is a share x / (x + y): x people in the numerator, y in the rest of the denominator. Both are sums of counts, and
a sum may be known when its parts are not, because sums are published too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from plumbrule.lab.cells import Key, RollUp
from plumbrule.lab.exchange.bounds import Bounds, Span
from plumbrule.lab.exchange.cube import Frame, Mask, Sums
from plumbrule.lab.metrics import Metric, Pair

_ALL = 3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Block:
    """The groups of some attributes: bounds of shape (groups, 4, 4), label by prediction, the last place is "all"."""

    attributes: tuple[str, ...]
    keys: tuple[Key, ...]
    rows: Span
    weight: Span
    weight_sq: Span

    def people(self, decided: bool) -> Span:
        """People in each group, shape (groups,); with `decided` only those with a prediction."""
        if not decided:
            return Span(low=self.rows.low[:, _ALL, _ALL], high=self.rows.high[:, _ALL, _ALL])
        return total(self.rows, [(label, prediction) for label in range(3) for prediction in (0, 1)])


def block(bounds: Bounds, frame: Frame, names: Sequence[str]) -> Block:
    """The groups of these attributes in which there may be somebody."""
    places = [frame.names.index(name) for name in names]
    pick = tuple(slice(0, -1) if place in places else -1 for place in range(frame.depth))
    turn = [sorted(places).index(place) for place in places]

    def cut(cube: Sums) -> Sums:
        part = cube[pick]
        part = part.transpose(*turn, *range(len(turn), part.ndim)).reshape(-1, *part.shape[len(turn) :])
        if frame.labelled:
            return part
        wide = np.zeros((len(part), 4, 4))  # nobody has a label: all stand under "unknown"
        wide[:, 2], wide[:, _ALL] = part, part
        return wide

    spans = [Span(low=cut(one.low), high=cut(one.high)) for one in (bounds.rows, bounds.weight, bounds.weight_sq)]
    somebody = np.flatnonzero(spans[0].high[:, _ALL, _ALL] > 0)
    keys = frame.keys(places)
    rows, weight, weight_sq = (Span(low=one.low[somebody], high=one.high[somebody]) for one in spans)
    return Block(attributes=tuple(names), keys=tuple(keys[at] for at in somebody), rows=rows, weight=weight, weight_sq=weight_sq)


def total(span: Span, pairs: Sequence[Pair]) -> Span:
    """Bounds of a sum over pairs of label and prediction, shape (groups,): the narrowest of what parts and sums tell."""
    wanted = np.zeros((3, 3), np.bool_)
    for label, prediction in pairs:
        wanted[label % 3, prediction % 3] = True
    ways = [
        _added([_line(span, wanted[label], (label, slice(None))) for label in range(3)]),
        _added([_line(span, wanted[:, prediction], (slice(None), prediction)) for prediction in range(3)]),
    ]
    rest = _added([_line(span, ~wanted[label], (label, slice(None))) for label in range(3)])
    whole = Span(low=span.low[:, _ALL, _ALL], high=span.high[:, _ALL, _ALL])
    ways.append(Span(low=whole.low - rest.high, high=whole.high - rest.low))
    low = np.maximum.reduce([np.zeros(len(span.low)), *(way.low for way in ways)])
    high = np.asarray(np.minimum.reduce([way.high for way in ways]), np.float64)
    close = high - low <= 1e-9 * (1 + np.abs(low))  # sums of weights are not exact to the last digit
    return Span(low=low, high=np.where(close, low, high))


def _line(span: Span, wanted: Mask, place: tuple[int | slice, int | slice]) -> Span:
    """Part of one line of the block, from its own counts and from the line's sum less the others."""
    low, high = (numbers[(slice(None), *place)] for numbers in (span.low, span.high))
    own, others = np.flatnonzero(wanted), np.flatnonzero(~wanted)
    if not len(own):
        return Span(low=np.zeros(len(low)), high=np.zeros(len(low)))
    return Span(
        low=np.maximum(low[:, own].sum(1), low[:, _ALL] - high[:, others].sum(1)),
        high=np.minimum(high[:, own].sum(1), high[:, _ALL] - low[:, others].sum(1)),
    )


def _added(parts: Sequence[Span]) -> Span:
    return Span(low=np.sum([part.low for part in parts], axis=0), high=np.sum([part.high for part in parts], axis=0))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Share:
    """One metric in every group of a block: where it is `known`, and the bounds of the rate where it is not.

    `top` and `rest` bound the numerator and the rest of the denominator in weight, `people` the denominator in people.
    """

    metric: Metric
    known: Mask
    top: Span
    rest: Span
    low: Sums
    high: Sums
    people: Span


def share(groups: Block, metric: Metric) -> Share:
    """What can be known of a metric."""
    numerator, others, both = (sorted(pairs) for pairs in _parts(metric))
    exact = np.ones(len(groups.keys), np.bool_)
    for span in (groups.rows, groups.weight, groups.weight_sq):
        for pairs in (numerator, others):
            found = total(span, pairs)
            exact &= found.low == found.high
    top, rest, bottom = (total(groups.weight, pairs) for pairs in (numerator, others, both))
    low, high = rate_bounds(top, rest, bottom)
    return Share(metric=metric, known=exact, top=top, rest=rest, low=low, high=high, people=total(groups.rows, both))


def _parts(metric: Metric) -> tuple[frozenset[Pair], frozenset[Pair], frozenset[Pair]]:
    return metric.numerator, metric.denominator - metric.numerator, metric.denominator


def rate_bounds(top: Span, rest: Span, bottom: Span) -> tuple[Sums, Sums]:
    """The lowest and highest x / (x + y) for x, y and x + y within their bounds."""
    with np.errstate(divide="ignore", invalid="ignore"):
        low = [top.low / (top.low + rest.high), top.low / bottom.high, 1 - rest.high / bottom.low]
        high = [top.high / (top.high + rest.low), top.high / bottom.low, 1 - rest.low / bottom.high]
    return (
        np.clip(np.max(np.nan_to_num(low, nan=0.0, posinf=0.0, neginf=0.0), axis=0), 0.0, 1.0),
        np.clip(np.min(np.nan_to_num(high, nan=1.0, posinf=1.0, neginf=1.0), axis=0), 0.0, 1.0),
    )


def stand_in(groups: Block, found: Share) -> RollUp:
    """A roll-up that holds this metric's sums where they are known, and nobody where they are not.

    Only where an attribute is missing do the highest possible sums stand, since they bound what unknown values could do.
    """
    numerator, others, _ = (sorted(pairs) for pairs in _parts(found.metric))
    upper = np.array([None in key for key in groups.keys]) & ~found.known

    def placed(span: Span) -> Sums:
        values = np.zeros((len(groups.keys), 3, 3))
        for pairs in (numerator, others):
            part = total(span, pairs)
            values[:, pairs[0][0] % 3, pairs[0][1] % 3] = np.where(found.known, part.low, np.where(upper, part.high, 0.0))
        return values

    nothing = np.zeros(len(groups.keys))
    rows = placed(groups.rows)
    return RollUp(
        attributes=groups.attributes,
        keys=groups.keys,
        rows=np.where(np.isfinite(rows), rows, 0).astype(np.int64),
        weight=placed(groups.weight),
        weight_sq=placed(groups.weight_sq),
        score=nothing,
        score_sq=nothing,
        scored=nothing,
    )
