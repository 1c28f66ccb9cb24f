"""Add amounts up once: powers of prediction, label and error for every combination of attribute values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plumbrule.errors import TableError
from plumbrule.lab.cells import Cells, cells_from
from plumbrule.lab.columns import Decisions, steady_sums
from plumbrule.lab.tables.table import Table

PARTS = ("prediction", "label", "error", "size", "square")
"""What is averaged: the prediction, the label, the error, its absolute value, its square."""
SPREAD = ("prediction", "label")
"""What the variance is asked of."""
POWERS = ("first", "second", "third", "fourth")
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sums:
    """Sums over people of one quantity in every cell; arrays of equal length.

    `rows` counts people with a value; `weight` and `weight_sq` sum w and w² over them (the people themselves without
    weights), `first` and `second` sum w × d and w × d², where d is the value less `anchor`.
    """

    anchor: float
    rows: Floats
    weight: Floats
    weight_sq: Floats
    first: Floats
    second: Floats
    third: Floats | None = None
    fourth: Floats | None = None

    def added(self, place: NDArray[np.int64], groups: int) -> Sums:
        """The cells added up by group."""
        names = ("rows", "weight", "weight_sq", "first", "second")
        return Sums(anchor=self.anchor, **{name: added(place, getattr(self, name), groups) for name in names})

    def spread(self, mean: Floats) -> Sums | None:
        """The sums of the squared distance from `mean` (less the anchor, one for each cell); None without fourth powers."""
        if self.third is None or self.fourth is None:
            return None
        first = self.second - 2 * mean * self.first + mean**2 * self.weight
        second = (
            self.fourth - 4 * mean * self.third + 6 * mean**2 * self.second - 4 * mean**3 * self.first + mean**4 * self.weight
        )
        return Sums(
            anchor=0.0,
            rows=self.rows,
            weight=self.weight,
            weight_sq=self.weight_sq,
            first=np.maximum(first, 0.0),
            second=np.maximum(second, 0.0),
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Moments:
    """The sums of a table of amounts.

    `cells` holds the attributes of each cell and its people (`rows`), whatever is missing in them; `sums` what is added
    up, by the names of `PARTS`. `undecided` and `unlabelled` count people without a prediction and without a label.
    """

    cells: Cells
    sums: Mapping[str, Sums]
    prediction: str
    label: str | None
    undecided: int
    unlabelled: int


def count_moments(table: Table, decisions: Decisions) -> Moments:
    """One GROUP BY over the table, after a look at the means, around which sums lose nothing.

    Raises:
        TableError: a column does not hold what it should; a prediction or label is text, a date or infinite.
    """
    _check(decisions)
    decisions.check(table)
    table.require_numeric(*filter(None, (decisions.prediction, decisions.label)))
    values = _values(table, decisions)
    anchors = _anchors(table, decisions, values)
    found = table.columns_of(_sql(table, decisions, values, anchors))
    rows = np.asarray(found["rows"], float)
    marks = np.array(["0"] * len(rows), object)
    plain = replace(decisions, favourable=None, score=None, weight=None)
    cells = cells_from({**found, "weight": rows, "weight_sq": rows, "label": marks, "prediction": marks}, plain)
    sums = {name: _sums(found, name, anchors[name], weighted=bool(decisions.weight)) for name in values}
    people = float(rows.sum())
    return Moments(
        cells=cells,
        sums=sums,
        prediction=decisions.prediction,
        label=decisions.label,
        undecided=round(people - float(sums["prediction"].rows.sum())),
        unlabelled=round(people - float(sums["label"].rows.sum())) if decisions.label else 0,
    )


def _check(decisions: Decisions) -> None:
    """What goes with amounts."""
    for given, name, cure in (
        (decisions.favourable, "--favourable", "Leave it out: an amount is no yes or no."),
        (decisions.score, "--score", "Leave it out: the prediction is the score."),
        (decisions.within, "--within", "Leave it out; put a factor into --by to see its groups one by one."),
    ):
        if given:
            raise TableError(f"{name} was given with --numeric.", expected="one of them", cure=cure)


def _values(table: Table, decisions: Decisions) -> dict[str, str]:
    """SQL for each quantity, NULL where it is missing."""
    prediction = f"({table.number_sql(decisions.prediction)})"
    if decisions.label is None:
        return {"prediction": prediction}
    label = f"({table.number_sql(decisions.label)})"
    error = f"({prediction} - {label})"
    return dict(zip(PARTS, (prediction, label, error, f"abs({error})", f"({error} * {error})"), strict=True))


def _anchors(table: Table, decisions: Decisions, values: Mapping[str, str]) -> dict[str, float]:
    """The mean of each quantity, rounded to few digits: it depends on no order of the rows, and only has to be near.

    Raises:
        TableError: no row has a prediction, or the amounts are too large to be squared.
    """
    averages = ", ".join(f"avg({sql}), max(abs({sql}))" for sql in values.values())
    (found,) = table.query(f"SELECT {averages} FROM {table.relation}")
    if found[0] is None:
        raise TableError(
            f"The prediction column {decisions.prediction!r} is empty.", expected="numbers", cure="Name another column."
        )
    if any(value is not None and not value < 1e75 for value in found):
        raise TableError(
            "The amounts are too large to be squared.", expected="numbers below 1e37", cure="Give them in a larger unit."
        )
    return {name: float(f"{found[2 * place] or 0.0:.3g}") for place, name in enumerate(values)}


def _sql(table: Table, decisions: Decisions, values: Mapping[str, str], anchors: Mapping[str, float]) -> str:
    """Columns a0…, cluster, rows, and for each quantity the people, weights and powers."""
    keys = {f"a{place}": (part.key(table), part.text(table, f"a{place}")) for place, part in enumerate(decisions.by)}
    column = decisions.cluster
    keys["cluster"] = (table.key_sql(column), table.text_sql(column, "cluster")) if column else ("NULL", "NULL")
    rows = table.number_sql(decisions.count) if decisions.count else "1"
    weight = table.number_sql(decisions.weight) if decisions.weight else rows
    sums = {"rows": f"sum({rows})::DOUBLE"}
    terms = {}
    for name, value in values.items():
        off = f"({value} - {anchors[name]!r})"
        sums[f"{name}_rows"] = f"coalesce(sum(CASE WHEN {value} IS NOT NULL THEN {rows} END), 0)::DOUBLE"
        if decisions.weight:
            terms[f"{name}_weight"] = f"CASE WHEN {value} IS NOT NULL THEN {weight} END"
            terms[f"{name}_weight_sq"] = f"CASE WHEN {value} IS NOT NULL THEN {weight} * {weight} END"
        powers = POWERS if name in SPREAD else POWERS[:2]
        terms |= {f"{name}_{power}": " * ".join([weight, *[off] * degree]) for degree, power in enumerate(powers, start=1)}
    sums |= steady_sums(table, terms)
    inner = ", ".join(f"{sql} AS {name}" for name, sql in {**{name: key for name, (key, _) in keys.items()}, **sums}.items())
    outer = ", ".join([*(f"{text} AS {name}" for name, (_, text) in keys.items()), *sums])
    return f"SELECT {outer} FROM (SELECT {inner} FROM {table.relation} GROUP BY ALL) ORDER BY ALL"


def _sums(found: Mapping[str, Any], name: str, anchor: float, *, weighted: bool) -> Sums:
    def column(part: str) -> Floats:
        return np.asarray(np.ma.filled(found[f"{name}_{part}"], 0.0), float)

    rows = column("rows")
    return Sums(
        anchor=anchor,
        rows=rows,
        weight=column("weight") if weighted else rows,
        weight_sq=column("weight_sq") if weighted else rows,
        **{power: column(power) for power in (POWERS if name in SPREAD else POWERS[:2])},
    )


def added(place: NDArray[np.int64], values: Floats, groups: int) -> Floats:
    """The sum of the values at each place."""
    return np.asarray(np.bincount(place, weights=values, minlength=groups), float)
