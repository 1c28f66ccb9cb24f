"""Which of all the gaps looked at stand out, the largest first, and which of them say the same thing.

Four rules, in this order. None of them judges anything.

1. *Selected* are the gaps whose interval excludes none at 1 - R q / m, where R is how many that selects of the m looked
   at (Benjamini and Yekutieli 2005, JASA 100, 71-81).
2. *Folded* under the one that explains them (the rules are ours; pruning by what a part adds: Pastor, de Alfaro and
   Baralis 2021, SIGMOD, "Looking for trouble"). A narrower group shows `NOTHING_BEYOND` a wider one that holds it when
   its nearer end lies inside the wider one's interval. A group shows `NOTHING_WITHOUT` another that it overlaps when,
   with the other's people left out on both sides, the interval includes none and the gap seen is nearer to none than
   the interval was before (lost rows alone would hardly bring that about).
3. *Selected again* among those left: the intervals shown have the level 1 - R q / m with R the number of lines that are
   left and shown. The expected share of them that misses the truth (the false-coverage rate) is then at most q. A 95 %
   interval picked because it is large would miss far more often.
4. *Ranked* by the end nearer to none, so that small groups, which swing widely by chance, do not float to the top.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from plumbrule.base.observation import Known
from plumbrule.lab.cells import Cells
from plumbrule.lab.inference.gaps import METHODS, Column, Gap, Sides, differences, ratios
from plumbrule.lab.measure import Measurement
from plumbrule.lab.search.fold import NOTHING_BEYOND, NOTHING_WITHOUT, Seen, folded
from plumbrule.lab.search.lines import Lines, Places, excludes_none, select

MOST_RANKED = 1000
"""So many of the selected gaps, and every one of a single attribute, are ranked; the rest is only counted."""
__all__ = ["NOTHING_BEYOND", "NOTHING_WITHOUT", "Folded", "Search", "Standing", "search"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """A gap that says no more than the one it is listed under; `why` is `NOTHING_BEYOND` or `NOTHING_WITHOUT`."""

    gap: Gap
    estimate: Known
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A gap that stands out.

    `gap` is the line as the whole family shows it; `estimate` the same difference with its false-coverage interval, and
    `ratio` the ratio at the same level (None where it is not known). `bound` is the end nearer to none.
    """

    rank: int
    gap: Gap
    estimate: Known
    ratio: Known | None
    bound: float
    explains: tuple[Folded, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What stands out: `found` ranked, others folded into them.

    `looked_at` is m, `selected` how many stood out before folding; `rate` is the false-coverage rate q and `level` the
    level of each interval shown.
    """

    found: tuple[Standing, ...]
    looked_at: int
    selected: int
    rate: float
    level: float


def search(cells: Cells, measured: Measurement) -> Search:
    """The gaps that stand out, ranked and folded; exploratory, and never a verdict.

    Args:
        cells: the counted decisions that `measured` came from; people are left out of them to see what explains what.
        measured: their rates and gaps.
    """
    rate = round(1 - measured.confidence, 12)
    tables = [one for one in measured.comparisons if len(one)]
    if not tables:
        return Search(found=(), looked_at=0, selected=0, rate=rate, level=measured.confidence)
    lines = Lines.of(tables)
    chosen, looked_at = select(lines, rate)
    level = 1 - rate * max(len(chosen), 1) / max(looked_at, 1)
    left = folded(cells, _largest(lines, chosen, level), level)
    places, level = _shown(lines, np.array([one.at for one in left], int), rate / max(looked_at, 1))
    under = {one.at: one.under for one in left}
    return Search(
        found=_standings(lines, places, level, under),
        looked_at=looked_at,
        selected=len(chosen),
        rate=rate,
        level=level,
    )


def _largest(lines: Lines, chosen: Places, level: float) -> list[Seen]:
    """The selected lines with the farthest nearer ends, and those of one attribute."""
    column = differences(lines.some(chosen), level)
    order = np.argsort(-np.abs(_nearer(column)), kind="stable")
    found = []
    for place, i in enumerate(order.tolist()):
        table, line = lines.whose(int(chosen[i]))
        if place >= MOST_RANKED and len(table.rolled.attributes) > 1:
            continue
        metric, at = divmod(line, len(table.compared))
        found.append(
            Seen(
                at=int(chosen[i]),
                metric=table.metrics[metric].name,
                group=table.rolled.group(int(table.ones[at])),
                reference=table.rolled.group(int(table.twos[at])),
                low=float(column.low[i]),
                high=float(column.high[i]),
            )
        )
    return found


def _shown(lines: Lines, places: Places, step: float) -> tuple[Places, float]:
    """Those whose interval still excludes none at the level that their own number allows, ranked; and that level."""
    while True:
        level = 1 - step * max(len(places), 1)
        sides = lines.some(places)
        column = differences(sides, level)
        out = excludes_none(sides, level) & ((column.low > 0) | (column.high < 0))
        if out.all():
            return places[np.argsort(-np.abs(_nearer(column)), kind="stable")], level
        places = places[out]


def _nearer(column: Column) -> np.ndarray:
    """The end nearer to none of intervals that exclude it."""
    return np.where(column.low > 0, column.low, column.high)


def _standings(lines: Lines, places: Places, level: float, under: dict[int, tuple[tuple[int, str], ...]]) -> tuple[Standing, ...]:
    """The lines shown, and those folded under them, with intervals of one level."""
    everything = np.array([at for place in places.tolist() for at in (place, *(one for one, _ in under[place]))], int)
    sides = lines.some(everything)
    estimates = dict(zip(everything.tolist(), _known(differences(sides, level), sides), strict=True))
    quotients = dict(zip(everything.tolist(), _known(ratios(sides, level), sides), strict=True))
    found = []
    for rank, at in enumerate(places.tolist(), start=1):
        estimate = estimates[at]
        if estimate is None:
            continue
        explains = tuple(
            Folded(gap=_gap(lines, one), estimate=shown, why=why) for one, why in under[at] if (shown := estimates[one])
        )
        bound = estimate.low if estimate.low > 0 else estimate.high
        found.append(
            Standing(rank=rank, gap=_gap(lines, at), estimate=estimate, ratio=quotients[at], bound=bound, explains=explains)
        )
    return tuple(found)


def _gap(lines: Lines, at: int) -> Gap:
    table, line = lines.whose(at)
    return table.gap(line, "difference")


def _known(column: Column, sides: Sides) -> Sequence[Known | None]:
    people = sides.rows1 + sides.rows2
    return [
        Known(value=value, low=low, high=high, n=n, method=METHODS[method]) if method else None
        for value, low, high, n, method in zip(
            column.value.tolist(),
            column.low.tolist(),
            column.high.tolist(),
            people.tolist(),
            column.method.tolist(),
            strict=True,
        )
    ]
