"""Count once: one pass over the rows gives a small table of cells; everything else is arithmetic on the cells.

A cell is one combination of attribute values, label and prediction. `count_cells` makes them with one GROUP BY;
`roll_up` adds them over the attributes that nobody asked about.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plumbrule.base.observation import Group
from plumbrule.lab.columns import Attribute, Decisions
from plumbrule.lab.guard import MOST_GROUPS, refuse_unbearable
from plumbrule.lab.lines import count_lines, look
from plumbrule.lab.metrics import MISSING, Metric
from plumbrule.lab.sample import Sample
from plumbrule.lab.tables.encoded import Encoded, encode_texts
from plumbrule.lab.tables.table import Table

Key = tuple[str | None, ...]
MOST_MARKED = 1 << 16
"""So many possible combinations are marked one by one where they occur, in place of sorting those that do."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cells:
    """Sums of the decision table, one line a cell (arrays of equal length).

    `codes[i, a]` indexes `levels[a]`, the values of `attributes[a]` (None last, where a value is missing).
    `label` and `prediction` are 1, 0 or -1 for missing. `rows` counts people (rows, or the sum of a count column);
    `weight` and `weight_sq` sum sampling weights and their squares (equal to `rows` without weights);
    `score` and `score_sq` sum weight times score and its square over the `scored` weight of rows that have a score.
    `cluster` numbers the cluster of each cell where one was named (cells are then split by cluster).
    """

    attributes: tuple[str, ...]
    levels: tuple[tuple[str | None, ...], ...]
    codes: NDArray[np.int64]
    label: NDArray[np.int64]
    prediction: NDArray[np.int64]
    rows: NDArray[np.int64]
    weight: NDArray[np.float64]
    weight_sq: NDArray[np.float64]
    score: NDArray[np.float64]
    score_sq: NDArray[np.float64]
    scored: NDArray[np.float64]
    weighted: bool
    cluster: NDArray[np.int64] | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RollUp:
    """The cells added up for some attributes: one line a group.

    `rows`, `weight`, `weight_sq` have shape (groups, 3, 3), indexed [group, label, prediction] with MISSING = -1 as the
    last place. `score`, `score_sq`, `scored` have shape (groups,). `clusters` holds, where a cluster column was named,
    the group of each (group, cluster) pair, shape (pairs,), and its weights, shape (pairs, 3, 3).
    """

    attributes: tuple[str, ...]
    keys: tuple[Key, ...]
    rows: NDArray[np.int64]
    weight: NDArray[np.float64]
    weight_sq: NDArray[np.float64]
    score: NDArray[np.float64]
    score_sq: NDArray[np.float64]
    scored: NDArray[np.float64]
    clusters: tuple[NDArray[np.int64], NDArray[np.float64]] | None = None

    def group(self, index: int) -> Group:
        """Attribute name to value, for one line."""
        return dict(zip(self.attributes, self.keys[index], strict=True))

    def size(self) -> NDArray[np.int64]:
        """People in each group, whatever is missing; shape (groups,)."""
        total: NDArray[np.int64] = self.rows.sum(axis=(1, 2))
        return total


def count_cells(table: Table, decisions: Decisions, sample: Sample | None = None) -> Cells:
    """One pass over the table.

    Args:
        table: the decision table.
        decisions: which column plays which part.
        sample: what `guard.fit` saw of these decisions; without it an attribute that is too fine is refused.

    Raises:
        TableError: a column does not hold what it should (see `columns`), or the groups are nearly single people.
    """
    if sample is None:
        sample = look(table, decisions)
        refuse_unbearable(table, decisions, sample)
    return cells_from(count_lines(table, decisions, sample), decisions)


def cells_from(found: Mapping[str, Any], decisions: Decisions) -> Cells:
    """Cells from the columns that `Decisions.cells_sql` gives, wherever they were counted: text as numpy arrays or `Encoded`.

    Raises:
        TableError: the prediction or the label has other values than 0 and 1 and nothing says which counts as yes.
    """
    attributes = (*decisions.by, *decisions.within)
    keys = [_encoded(found[f"a{position}"]) for position in range(len(attributes))]
    levels = tuple(_ordered(key.used(), part) for key, part in zip(keys, attributes, strict=True))
    codes = np.empty((len(found["rows"]), len(attributes)), np.int64)
    for position, (key, level) in enumerate(zip(keys, levels, strict=True)):
        codes[:, position] = _placed(key, {value: code for code, value in enumerate(level)})
    label, prediction = _outcomes(found, decisions)
    rows = _numbers(found["rows"])
    nothing = np.zeros(len(rows))
    return Cells(
        attributes=tuple(attribute.name for attribute in attributes),
        levels=levels,
        codes=codes,
        label=label,
        prediction=prediction,
        rows=rows.astype(np.int64),
        weight=_numbers(found["weight"]) if decisions.weight else rows,
        weight_sq=_numbers(found["weight_sq"]) if decisions.weight else rows,
        score=_numbers(found["score"]) if decisions.score else nothing,
        score_sq=_numbers(found["score_sq"]) if decisions.score else nothing,
        scored=_numbers(found["scored"]) if decisions.score else nothing,
        weighted=bool(decisions.weight),
        cluster=_encoded(found["cluster"]).ranks() if decisions.cluster else None,
    )


def _encoded(column: Any) -> Encoded:
    return column if isinstance(column, Encoded) else encode_texts(column)


def _placed(column: Encoded, places: Mapping[Any, int]) -> NDArray[np.int64]:
    """The place of each line's text; texts that stand in no line need none."""
    placed: NDArray[np.int64] = np.array([places.get(text, MISSING) for text in column.texts], np.int64)[column.codes]
    return placed


def _ordered(values: Collection[str | None], attribute: Attribute) -> tuple[str | None, ...]:
    """The distinct values, a cut from low to high, others by the alphabet; a missing value comes last."""
    names = attribute.names() if attribute.edges else ()
    return tuple(sorted(values, key=lambda value: (value is None, names.index(value) if value in names else 0, value or "")))


def _outcomes(found: Mapping[str, Any], decisions: Decisions) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Label and prediction as 1, 0 or -1 for missing; see `Decisions.coding`."""
    label, prediction = _encoded(found["label"]), _encoded(found["prediction"])
    labels, predictions = ({value for value in part.used() if value is not None} for part in (label, prediction))
    code = decisions.coding(predictions, "prediction", labels)
    mark = decisions.coding(labels, "label", predictions)
    return _placed(label, mark), _placed(prediction, code)


def _numbers(column: Any) -> NDArray[np.float64]:
    return np.asarray(np.ma.filled(column, 0), dtype=float)


def _sums(place: NDArray[np.int64], values: NDArray[np.float64], length: int) -> NDArray[np.float64]:
    """The sum of the values at each place."""
    return np.asarray(np.bincount(place, weights=values, minlength=length), dtype=float)


def roll_up(cells: Cells, attributes: Sequence[str]) -> RollUp:
    """Add the cells over all attributes but these; no attributes gives one group, everybody."""
    positions = [cells.attributes.index(name) for name in attributes]
    unique, inverse = _grouped(cells.codes[:, positions], [len(cells.levels[position]) for position in positions])
    groups = len(unique)
    place = inverse * 9 + (cells.label % 3) * 3 + cells.prediction % 3

    def spread(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return _sums(place, values, groups * 9).reshape(groups, 3, 3)

    def add(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return _sums(inverse, values, groups)

    # Where nothing was weighed or scored the same numbers are not added up again.
    weight = spread(cells.weight)
    plain = not cells.weighted and cells.weight is cells.weight_sq
    score, score_sq, scored = (
        (np.zeros(groups),) * 3 if not cells.scored.any() else (add(cells.score), add(cells.score_sq), add(cells.scored))
    )
    return RollUp(
        attributes=tuple(attributes),
        keys=tuple(
            zip(
                *(map(cells.levels[p].__getitem__, column) for p, column in zip(positions, unique.T.tolist(), strict=True)),
                strict=True,
            )
        )
        if positions
        else ((),),
        rows=(weight if plain else spread(cells.rows.astype(float))).astype(np.int64),
        weight=weight,
        weight_sq=weight if plain else spread(cells.weight_sq),
        score=score,
        score_sq=score_sq,
        scored=scored,
        clusters=None if cells.cluster is None else _pairs(inverse, cells),
    )


def _grouped(codes: NDArray[np.int64], sizes: Sequence[int]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The distinct lines of `codes` in order, and for each line the place of its kind among them."""
    if not sizes:
        return np.zeros((1, 0), np.int64), np.zeros(len(codes), np.int64)
    if math.prod(sizes) >= 2**62:
        unique, inverse = np.unique(codes, axis=0, return_inverse=True)
        return unique, inverse.reshape(-1)
    # One number for each combination sorts many times faster than lines do; few combinations need no sorting at all.
    combined = np.ravel_multi_index(tuple(codes.T), sizes)
    if math.prod(sizes) <= MOST_MARKED:
        held = np.zeros(math.prod(sizes), bool)
        held[combined] = True
        numbers, inverse = np.flatnonzero(held), (np.cumsum(held) - 1)[combined]
    else:
        numbers, inverse = np.unique(combined, return_inverse=True)
    return np.stack(np.unravel_index(numbers, sizes), axis=1), inverse


def _pairs(group: NDArray[np.int64], cells: Cells) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Sums by group and cluster: the group of each pair, and its weights of shape (pairs, 3, 3)."""
    pairs, inverse = np.unique(
        np.stack([group, cells.cluster if cells.cluster is not None else group], axis=1), axis=0, return_inverse=True
    )
    place = inverse.reshape(-1) * 9 + (cells.label % 3) * 3 + cells.prediction % 3
    return pairs[:, 0], _sums(place, cells.weight, len(pairs) * 9).reshape(-1, 3, 3)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tally:
    """Successes and trials of one metric in every group of a roll-up; arrays of shape (groups,).

    `rows` counts people in the denominator. `x` and `n` are what the intervals see: the counts themselves, or with
    sampling weights Kish's effective size (Survey Sampling, 1965, 8.2) n = (Σw)² / Σw² and x = rate times n.
    `freedom` holds, where rows come in clusters, the degrees of freedom of the variance that made the size.
    """

    rows: NDArray[np.int64]
    x: NDArray[np.float64]
    n: NDArray[np.float64]
    freedom: NDArray[np.float64] | None = None

    def rate(self) -> NDArray[np.float64]:
        """x / n, and 0 where n is 0 (those groups are unknown)."""
        return np.divide(self.x, self.n, out=np.zeros_like(self.x), where=self.n > 0)


def _over(values: NDArray[np.float64], pairs: frozenset[tuple[int, int]]) -> NDArray[np.float64]:
    """The sum over some (label, prediction) pairs, line by line."""
    total: NDArray[np.float64] = np.sum([values[:, label, prediction] for label, prediction in sorted(pairs)], axis=0)
    return total


def _divide(top: NDArray[np.float64], bottom: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.divide(top, bottom, out=np.zeros_like(top), where=(bottom > 0) & np.isfinite(bottom))


def tally(rolled: RollUp, metric: Metric) -> Tally:
    """One metric over all groups."""
    top, bottom = _over(rolled.weight, metric.numerator), _over(rolled.weight, metric.denominator)
    rows = _over(rolled.rows.astype(float), metric.denominator).astype(np.int64)
    if rolled.clusters is None and np.array_equal(rolled.weight, rolled.rows):
        return Tally(rows=rows, x=top, n=bottom)
    rate = _divide(top, bottom)
    effective = _divide(bottom * bottom, _over(rolled.weight_sq, metric.denominator))
    if rolled.clusters is None:
        return Tally(rows=rows, x=rate * effective, n=effective)
    size, freedom = _clustered_size(rolled.clusters, metric, rate, bottom)
    effective = np.minimum(effective, size)
    return Tally(rows=rows, x=rate * effective, n=effective, freedom=freedom)


def _clustered_size(
    clusters: tuple[NDArray[np.int64], NDArray[np.float64]],
    metric: Metric,
    rate: NDArray[np.float64],
    bottom: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The size of a simple random sample that would be as uncertain, rate (1 - rate) over the variance, and its freedom.

    Variance of a ratio of cluster totals with each residual over 1 - the cluster's share of the group: the jackknife,
    known as CR3 (Bell and McCaffrey 2002, Survey Methodology 28, 169-181), which few or uneven clusters need. The
    freedom is Kish's effective number of clusters less one, (Σm)² / Σm² - 1. Where the rate is 0 or 1 the variance says
    nothing and that number is the size. Clusters that straddle two groups make their gap more certain than we then say,
    never less, as long as people of one cluster fare alike.
    """
    group, table = clusters
    top, size = _over(table, metric.numerator), _over(table, metric.denominator)
    count = _sums(group, (size > 0).astype(float), len(rate))
    share = _divide(size, bottom[group])
    even = _divide(np.ones(len(rate)), _sums(group, share * share, len(rate)))
    residual = _divide(top - rate[group] * size, 1 - share)
    squares = _sums(group, residual * residual, len(rate)) * _divide(count - 1, count)
    variance = _divide(squares, bottom * bottom)
    spread = rate * (1 - rate)
    known = (variance > 0) & (spread > 0)
    return np.where(known, np.divide(spread, variance, out=np.zeros_like(spread), where=known), even), np.maximum(even - 1, 1.0)


def selections(attributes: Sequence[str], *, intersections: bool, order: int | None = None) -> tuple[tuple[str, ...], ...]:
    """Each attribute alone and, if asked, every intersection of them (of `order` at most), small ones first.

    >>> selections(["race", "sex"], intersections=True)
    (('race',), ('sex',), ('race', 'sex'))
    """
    orders = range(1, min(len(attributes) if intersections else 1, order or len(attributes)) + 1)
    return tuple(chosen for order in orders for chosen in itertools.combinations(attributes, order))


def bearable_order(cells: Cells, attributes: Sequence[str], most: int = MOST_GROUPS) -> int:
    """The most attributes to combine so that no more than `most` groups are looked at; 1 at least.

    A whole order is looked at or none of it, so that it does not depend on the data which intersections are.
    """
    sizes = {name: len(cells.levels[cells.attributes.index(name)]) for name in attributes}
    if sum(math.prod(sizes[name] for name in names) for names in selections(attributes, intersections=True)) <= most:
        return len(attributes)
    groups = 0
    for order in range(1, len(attributes) + 1):
        for names in itertools.combinations(attributes, order):
            positions = [cells.attributes.index(name) for name in names]
            groups += len(_grouped(cells.codes[:, positions], [len(cells.levels[position]) for position in positions])[0])
            if groups > most:
                return max(order - 1, 1)
    return len(attributes)
