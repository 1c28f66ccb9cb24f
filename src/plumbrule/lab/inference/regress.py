"""Gaps after declared factors by least squares on the rows (see `adjust` for the formulas)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plumbrule.base.messages import message
from plumbrule.base.observation import Estimate, Known, Unknown
from plumbrule.errors import TableError
from plumbrule.lab.columns import Attribute, Decisions, outcome_sql
from plumbrule.lab.inference import adjust, intervals
from plumbrule.lab.measure import is_reversed
from plumbrule.lab.model import Adjustment, Level
from plumbrule.lab.tables.reading import quote_name
from plumbrule.lab.tables.table import Table

Floats = NDArray[np.float64]
MOST_WORDS = 50
"""A factor in words with more values than this is refused: it would be a name or a code, not a factor."""
NO_ERROR = 1e-9
"""A smaller error is rounding: no real table of decisions comes near it."""
NOTHING_VARIES = message("groups and factors leave no chance in the decisions, so nothing says how sure a gap is")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rows:
    """The rows with a decision, a known group and every factor, as arrays of equal length.

    `lost` counts people without one of them. `factors` has shape (n, columns), `names` the factor of each column.
    """

    outcome: Floats
    group: NDArray[np.object_]
    factors: Floats
    names: tuple[str, ...]
    counts: Floats | None
    weights: Floats | None
    lost: int

    def people(self, chosen: NDArray[np.bool_] | None = None) -> float:
        """How many people these rows stand for."""
        counts = np.ones(len(self.outcome)) if self.counts is None else self.counts
        return float(counts.sum() if chosen is None else counts[chosen].sum())


def rows_with_factors(table: Table, decisions: Decisions, attribute: Attribute, factors: Sequence[str]) -> Rows:
    """Read outcome, group and factors.

    A factor whose values are all numbers is a number; another is made into one 0/1 column for each value but the
    first. A factor that is constant within every group is the group over again, and is left out.

    Raises:
        TableError: a factor's column is missing, or holds more than `MOST_WORDS` different words.
    """
    table.require(*factors)
    parts = [outcome_sql(table, decisions), attribute.sql(table)]
    extra = [table.numeric_sql(name) for name in (decisions.count, decisions.weight) if name]
    names = [quote_name(name) for name in factors]
    numbers = [table.numeric_sql(name) for name in factors]
    listed = ", ".join(f"{sql} AS c{i}" for i, sql in enumerate([*parts, *extra, *names, *numbers]))
    found = table.connection.execute(f"SELECT {listed} FROM decisions").fetchnumpy()
    columns = [np.ma.array(found[f"c{i}"]) for i in range(len(found))]
    outcome, group, pull = columns[0], columns[1], columns[2 : 2 + len(extra)]
    words, values = columns[2 + len(extra) : 2 + len(extra) + len(factors)], columns[2 + len(extra) + len(factors) :]
    held = (np.asarray(outcome.filled(-1)) >= 0) & ~np.ma.getmaskarray(group)
    for word in words:
        held &= ~np.ma.getmaskarray(word)
    blocks = [_block(name, word[held], value[held]) for name, word, value in zip(factors, words, values, strict=True)]
    counts = np.asarray(pull[0].filled(0), float) if decisions.count else np.ones(len(held))
    kept = [
        (name, block)
        for name, block in zip(factors, blocks, strict=True)
        if not adjust.determined_by(block, np.unique(group[held].astype(str), return_inverse=True)[1])
    ]
    return Rows(
        outcome=np.asarray(outcome[held], float),
        group=np.asarray(group[held].astype(str), object),
        factors=np.concatenate([block for _, block in kept], axis=1) if kept else np.zeros((int(held.sum()), 0)),
        names=tuple(name for name, _ in kept),
        counts=counts[held] if decisions.count else None,
        weights=np.asarray(pull[0].filled(0), float)[held] if decisions.weight else None,
        lost=round(float(counts[~held].sum())),
    )


def _block(name: str, words: np.ma.MaskedArray, values: np.ma.MaskedArray) -> Floats:
    """The columns of one factor, shape (n, 1) for a number and (n, values - 1) for words."""
    if not np.ma.getmaskarray(values).any():
        return np.asarray(values, float).reshape(-1, 1)
    levels = sorted({str(word) for word in words})
    if len(levels) > MOST_WORDS:
        raise TableError(
            f"The factor {name!r} holds {len(levels)} different words.",
            expected=f"a number, or at most {MOST_WORDS} words",
            cure="Cut it or group it in the query, or leave it out of the factors.",
        )
    return adjust.indicator_columns([str(word) for word in words], levels[1:])


def adjusted(
    table: Table,
    decisions: Decisions,
    attribute: Attribute,
    *,
    reference: str,
    groups: Sequence[str],
    factors: Sequence[str],
    pooled: bool,
    confidence: float,
    comparisons: int,
) -> tuple[Adjustment, ...]:
    """The gap in the selection rate of each group against the reference, raw and after the factors.

    With `pooled` also everybody else of a known group against the reference. Intervals are normal with HC3 errors, at
    1 - (1 - confidence) / comparisons each.
    """
    rows, everybody = rows_with_factors(table, decisions, attribute, factors), rows_with_factors(table, decisions, attribute, ())
    level = Level(confidence=confidence, comparisons=comparisons)
    others = sorted({str(group) for group in rows.group} - {reference})
    separate = _fit(rows, others)
    wanted = [([group], separate[group]) for group in groups if group in separate]
    if pooled and len(others) > 1:
        wanted.append((others, _fit(rows, [others])["pooled"]))
    return tuple(
        _adjustment(rows, attribute.name, names, reference, fitted, level, raw=_raw(everybody, names, reference, level.each))
        for names, fitted in wanted
    )


def _fit(rows: Rows, others: Sequence[str | list[str]]) -> dict[str, tuple[float, float]]:
    """Coefficient and robust error of each group (or of one pooled list of groups) beside the factors."""
    marks = [np.isin(rows.group, group if isinstance(group, list) else [group]).astype(float) for group in others]
    design = np.column_stack([np.ones(len(rows.outcome)), *marks, rows.factors])
    # Factors that follow from others add nothing; the constant and the groups come first and stay.
    fit = adjust.least_squares(rows.outcome, design[:, adjust.independent_columns(design)], rows.counts, rows.weights)
    names = ["pooled" if isinstance(group, list) else group for group in others]
    return {name: (float(fit.coefficients[i]), float(fit.robust_errors[i])) for i, name in enumerate(names, start=1)}


def _adjustment(
    rows: Rows, attribute: str, groups: list[str], reference: str, fitted: tuple[float, float], level: Level, *, raw: Estimate
) -> Adjustment:
    value, error = fitted
    used = round(rows.people())
    half = intervals.critical_value(level.each) * error
    after: Estimate = Known(value=value, low=value - half, high=value + half, n=used, method="least squares, HC3")
    if error < NO_ERROR:
        after = Unknown(reason=NOTHING_VARIES, n=used)
    same = _raw(rows, groups, reference, level.each)
    return Adjustment(
        kind="regression",
        metric="selection_rate",
        group={} if len(groups) > 1 else {attribute: groups[0]},
        reference={attribute: reference},
        raw=raw,
        raw_same_rows=same,
        adjusted=after,
        factors=rows.names,
        used=used,
        lost=rows.lost,
        reversed=is_reversed(same, after),
        confidence=level.confidence,
        comparisons=level.comparisons,
        pooled=len(groups) > 1,
    )


def _raw(rows: Rows, groups: list[str], reference: str, level: float) -> Estimate:
    """The gap before the factors, among these rows."""
    counts = np.ones(len(rows.outcome)) if rows.counts is None else rows.counts
    pull = counts if rows.weights is None else rows.weights
    sides = []
    for chosen in (np.isin(rows.group, groups), rows.group == reference):
        weight, squares = float(pull[chosen].sum()), float((pull[chosen] ** 2).sum())
        size = weight if rows.weights is None else (weight * weight / squares if squares else 0.0)
        sides.append((float((pull * rows.outcome)[chosen].sum()) / weight * size if weight else 0.0, size))
    (x1, n1), (x2, n2) = sides
    if n1 <= 0 or n2 <= 0:
        return Unknown(reason=message("no row of one group has every factor"))
    low, high = intervals.score_difference(x1, n1, x2, n2, level)
    return Known(value=x1 / n1 - x2 / n2, low=float(low), high=float(high), n=round(n1 + n2), method="miettinen-nurminen")
