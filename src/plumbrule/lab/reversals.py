"""Simpson's reversals: a gap that shows among everybody and has the other sign among people alike in another column.

A reversal says that the other column matters for how the gap comes about. It does not say which of the two figures is
the right one to act on: that depends on whether the column is itself a cause of the decision, or a way in which people
are treated differently (Pearl 2014, The American Statistician 68, 8-13). Bickel, Hammel and O'Connell 1975 (Science
187, 398-404) is the classic case.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from plumbrule.base.observation import Estimate, Group, Known
from plumbrule.lab.cells import Cells, Key, RollUp, roll_up, tally
from plumbrule.lab.inference import adjust, intervals
from plumbrule.lab.inference.gaps import Comparison, GapTable
from plumbrule.lab.measure import Measurement, stratified
from plumbrule.lab.metrics import METRICS, Metric
from plumbrule.lab.model import Adjustment
from plumbrule.lab.search.lines import MIRRORS

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reversal:
    """A gap whose sign turns within the strata of `within`.

    `raw` is the gap among everybody and excludes none; `adjusted` the Mantel-Haenszel difference, of the other sign.
    Of `strata` that hold both groups the sign turns in `turned`, which carry `share` of the weight. `declared` says that
    the strata were asked for; otherwise another attribute looked at makes them. Both intervals hold with all gaps
    together.
    """

    metric: str
    group: Group
    reference: Group
    within: tuple[str, ...]
    raw: Estimate
    adjusted: Known
    strata: int
    turned: int
    share: float
    declared: bool


def reversals(cells: Cells, measured: Measurement, within: Sequence[str] = ()) -> tuple[Reversal, ...]:
    """The gaps of single attributes that turn within declared strata, or within most strata of another attribute.

    Ours, and said so: "most" is more than half of the Mantel-Haenszel weight, and only gaps that show (whose interval
    excludes none) can turn. Exploratory always.
    """
    found: list[Reversal] = []
    for table in measured.comparisons:
        if len(table.rolled.attributes) > 1:
            continue
        strata = [((name,), False) for name in measured.by if name not in table.rolled.attributes]
        for columns, declared in [*([(tuple(within), True)] if within else []), *strata]:
            found += _turned(cells, table, columns, declared=declared)
    return tuple(found)


def _turned(cells: Cells, table: GapTable, columns: tuple[str, ...], *, declared: bool) -> Iterator[Reversal]:
    column, width = table.columns["difference"], len(table.compared)
    shown = (column.method > 0) & ((column.low > 0) | (column.high < 0))
    wanted = [
        i for i, metric in enumerate(table.metrics) if metric.name not in MIRRORS and shown[i * width : (i + 1) * width].any()
    ]
    if not wanted:
        return
    fine = roll_up(cells, (*columns, *table.rolled.attributes))
    for i in wanted:
        x, n, groups = _by_stratum(fine, table.metrics[i], len(columns))
        for at in np.flatnonzero(shown[i * width : (i + 1) * width]).tolist():
            one = table.compared[at]
            places = groups.get(one.group), groups.get(one.reference)
            if places[0] is None or places[1] is None:
                continue
            sides = x[:, places[0]], n[:, places[0]], x[:, places[1]], n[:, places[1]]
            found = _reversal(table, i * width + at, columns, sides, declared=declared)
            if found:
                yield found


def _by_stratum(fine: RollUp, metric: Metric, depth: int) -> tuple[Floats, Floats, dict[Key, int]]:
    """Successes and trials, shape (strata, groups), and the place of each group; unknown strata are left out."""
    counted = tally(fine, metric)
    strata = {key: i for i, key in enumerate(dict.fromkeys(key[:depth] for key in fine.keys if None not in key[:depth]))}
    groups = {key: i for i, key in enumerate(dict.fromkeys(key[depth:] for key in fine.keys))}
    x, n = np.zeros((len(strata), len(groups))), np.zeros((len(strata), len(groups)))
    for i, key in enumerate(fine.keys):
        if key[:depth] in strata:
            x[strata[key[:depth]], groups[key[depth:]]] = counted.x[i]
            n[strata[key[:depth]], groups[key[depth:]]] = counted.n[i]
    return x, n, groups


def _reversal(
    table: GapTable, line: int, columns: tuple[str, ...], sides: tuple[Floats, Floats, Floats, Floats], *, declared: bool
) -> Reversal | None:
    """The line as a reversal, if it is one."""
    held = (sides[1] > 0) & (sides[3] > 0)
    x1, n1, x0, n0 = (side[held] for side in sides)
    if len(x1) < 2:
        return None
    raw, weight = float(table.columns["difference"].value[line]), n1 * n0 / (n1 + n0)
    each = x1 / n1 - x0 / n0
    same_rows = x1.sum() / n1.sum() - x0.sum() / n0.sum()
    turned = each * raw < 0
    share = float(weight[turned].sum() / weight.sum())
    value, variance = adjust.mantel_haenszel_difference(zip(x1, n1, x0, n0, strict=True))
    if value * raw >= 0 or same_rows * raw <= 0 or (share <= 0.5 and not declared):
        return None
    half = intervals.critical_value(1 - (1 - table.confidence) / table.comparisons) * variance**0.5
    gap, people = table.gap(line, "difference"), round(float(n1.sum() + n0.sum()))
    return Reversal(
        metric=gap.metric,
        group=gap.group,
        reference=gap.reference,
        within=columns,
        raw=gap.estimate,
        adjusted=Known(
            value=float(value),
            low=float(max(value - half, -1.0)),
            high=float(min(value + half, 1.0)),
            n=people,
            method="mantel-haenszel, sato",
        ),
        strata=len(x1),
        turned=int(turned.sum()),
        share=share,
        declared=declared,
    )


def undeclared_adjustments(cells: Cells, measured: Measurement) -> tuple[Adjustment, ...]:
    """The reversals within other attributes looked at, as adjustments that nobody declared."""
    size = max((table.comparisons for table in measured.comparisons), default=1)
    found: list[Adjustment] = []
    for one in reversals(cells, measured):
        compared = [Comparison(group=tuple(one.group.values()), reference=tuple(one.reference.values()))]
        found += stratified(
            cells,
            tuple(one.group),
            one.within,
            [METRICS[one.metric]],
            compared,
            confidence=measured.confidence,
            comparisons=size,
        )
    return tuple(replace(one, declared=False) for one in found)
