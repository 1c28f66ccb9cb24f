"""Count scores once: bins of a ten-thousandth of their range, for each single attribute and label.

Never for the intersections of attributes: ten thousand bins times all of them would be as many lines as rows. A score
with few values is counted value by value, so that nothing of it is lost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from plumbrule.errors import TableError
from plumbrule.lab.columns import Attribute, Decisions, steady_sums
from plumbrule.lab.inference.binned import Binned, hidden_by_bins
from plumbrule.lab.metrics import MISSING, YES
from plumbrule.lab.tables.table import Table

BINS = 10_000
MOST_GROUPS = 1_000
"""An attribute with more groups than this is left out: nobody reads a thousand curves."""
_HEAVY = 1_000
"""A bin that holds more than a thousandth of everybody is heavy; heavy bins are cut again where they hold too much."""
_TOO_MUCH, _VALUES_AT_MOST = 1e-3, 1_000_000
"""Where even the finer bins leave more than this open, a table of up to a million rows is counted value by value."""
Floats = NDArray[np.float64]
Codes = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """What the bins are: each value its own (`values`), or `BINS` equal parts of the range from `low` to `high`.

    `probability` says that all scores lie in [0, 1]; the range is then [0, 1] itself, else the one found. `heavy` are
    bins that were cut again, into how many parts each, because the scores crowd there.
    """

    kind: Literal["values", "equal"]
    low: float
    high: float
    probability: bool
    heavy: tuple[tuple[int, int], ...] = ()

    @property
    def range(self) -> tuple[float, float]:
        """The range that is cut into bins."""
        return (0.0, 1.0) if self.probability else (self.low, self.high)

    def sql(self, number: str) -> str:
        """SQL for the place of a score; places are in the order of the scores."""
        if self.kind == "values":
            return number
        low, high = self.range
        # A score such as 0.1233 must not fall below the edge it stands on by a rounding error.
        fine = f"(({number}) - {low!r}) * {BINS / (high - low)!r} + 1e-9"
        first = f"least(floor({fine}), {BINS - 1})"
        if not self.heavy:
            return first
        cases = " ".join(
            f"WHEN {bin_} THEN least(floor(({fine} - {bin_}) * {parts}), {parts - 1}) / {parts}" for bin_, parts in self.heavy
        )
        return f"{first} + CASE {first} {cases} ELSE 0 END"

    def widths(self, places: Floats) -> Floats | None:
        """The width of each place in units of the score; None where each place is one value."""
        if self.kind == "values":
            return None
        low, high = self.range
        parts = dict(self.heavy)
        cut = np.array([parts.get(int(place), 1) for place in places], float)
        return np.asarray((high - low) / BINS / cut)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lines:
    """Sums by place and label for some people, one line each (arrays of equal length).

    `place` indexes the places of `ScoreBins`, `label` is 1, 0 or -1 for missing; lines may share both. `rows` counts
    people, `weight`, `weight_sq` and `score` sum w, w² and w × score (w = 1 without weights).
    """

    place: Codes
    label: Codes
    rows: Floats
    weight: Floats
    weight_sq: Floats
    score: Floats
    cluster: Codes | None = None

    def chosen(self, where: NDArray[np.bool_] | NDArray[np.int64]) -> Lines:
        """Some of the lines."""
        parts = {name: getattr(self, name)[where] for name in ("place", "label", "rows", "weight", "weight_sq", "score")}
        return Lines(**parts, cluster=None if self.cluster is None else self.cluster[where])

    def labelled(self) -> Lines:
        """The lines whose label is known."""
        return self.chosen(self.label != MISSING)

    def people(self) -> int:
        """How many people."""
        return round(float(self.rows.sum()))

    def binned(self, width: Floats | None) -> Binned:
        """The same for the area under the curve."""
        return Binned(
            place=self.place,
            positive=self.label == YES,
            weight=self.weight,
            weight_sq=self.weight_sq,
            score=self.score,
            width=width,
            cluster=self.cluster,
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Margin:
    """The lines of one attribute; `group` indexes `levels` (None where the value is missing) for each line."""

    attribute: str
    levels: tuple[str | None, ...]
    group: Codes
    lines: Lines

    def groups(self) -> Mapping[str | None, Lines]:
        """The lines of each group."""
        order = np.argsort(self.group, kind="stable")
        ends = np.searchsorted(self.group[order], np.arange(len(self.levels) + 1))
        return {level: self.lines.chosen(order[ends[index] : ends[index + 1]]) for index, level in enumerate(self.levels)}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ScoreBins:
    """The scores of a table, counted.

    `places` are the bins that hold somebody, from low to high, and `width` their widths in units of the score (None
    where each is one value). `unscored` counts people without a score. `left_out` names attributes with too many groups.
    """

    column: str
    scale: Scale
    places: Floats
    width: Floats | None
    margins: tuple[Margin, ...]
    everybody: Lines
    unscored: int
    labelled: bool
    left_out: tuple[str, ...]

    def hidden(self) -> float:
        """The most by which everybody's area under the curve can be wrong because of the bins."""
        return hidden_by_bins(self.everybody.labelled().binned(self.width))


def count_scores(table: Table, decisions: Decisions) -> ScoreBins:
    """A grouped pass over the table for each attribute, after a look at the range of the scores.

    Args:
        table: the decision table.
        decisions: which column plays which part; with a `score`, and checked before (`Decisions.check`).

    Raises:
        TableError: no row has a score, or all have the same.
    """
    if decisions.score is None:
        raise TableError("No score was named.", expected="a column of scores", cure="Name it with --score.")
    bins = _counted(table, decisions, look_at(table, decisions.score))
    if bins.scale.kind == "equal" and (heavy := _heavy(bins)):
        bins = _narrowed(table, _counted(table, decisions, replace(bins.scale, heavy=heavy)))
        if bins.hidden() > _TOO_MUCH and table.rows <= _VALUES_AT_MOST:
            bins = _counted(table, decisions, replace(bins.scale, kind="values", heavy=()))
    return bins


def _narrowed(table: Table, bins: ScoreBins) -> ScoreBins:
    """Bins that hold one value get no width: where many people have one score, nothing is hidden there."""
    number = table.number_sql(bins.column)
    named = f"SELECT {bins.scale.sql(number)} AS place, {number} AS score FROM {table.relation} WHERE {number} IS NOT NULL"
    found = table.columns_of(f"SELECT place FROM ({named}) GROUP BY place HAVING min(score) = max(score)")
    single = np.isin(bins.places, np.asarray(found["place"], float))
    return replace(bins, width=np.where(single, 0.0, bins.width if bins.width is not None else 0.0))


def look_at(table: Table, column: str) -> Scale:
    """The range of the scores, and whether they are few enough to count value by value.

    Raises:
        TableError: no row has a score.
    """
    number = table.number_sql(column)
    wanted = f"min({number}), max({number}), approx_count_distinct({number})"
    ((low, high, distinct),) = table.query(f"SELECT {wanted} FROM {table.relation}")
    if low is None:
        raise TableError(f"The score column {column!r} is empty.", expected="numbers", cure="Name another column.")
    few = distinct <= BINS or low == high
    return Scale(kind="values" if few else "equal", low=low, high=high, probability=bool(low >= 0 and high <= 1))


def _counted(table: Table, decisions: Decisions, scale: Scale) -> ScoreBins:
    """The lines of every attribute, one query each: GROUPING SETS take twice as long, since their tables share the cache."""
    sums, keys = _sums_sql(table, decisions), _keys_sql(table, decisions, scale)
    found = [table.columns_of(_sql(table, decisions, part, keys, sums)) for part in decisions.by]
    places = np.unique(_numbers(found[0]["place"]))
    margins = [_margin(part, columns, decisions, places) for part, columns in zip(decisions.by, found, strict=True)]
    held = margins[0].lines
    return ScoreBins(
        column=str(decisions.score),
        scale=scale,
        places=places,
        width=scale.widths(places),
        margins=tuple(one for one in margins if len(one.levels) <= MOST_GROUPS),
        everybody=held,
        unscored=_all_people(table, decisions) - held.people(),
        labelled=decisions.label is not None,
        left_out=tuple(one.attribute for one in margins if len(one.levels) > MOST_GROUPS),
    )


def _margin(part: Attribute, columns: Mapping[str, Any], decisions: Decisions, places: Floats) -> Margin:
    levels, group = _levels(_texts(columns["a"]), part.names() if part.edges else ())
    return Margin(attribute=part.name, levels=levels, group=group, lines=_lines(columns, decisions, places))


def _keys_sql(table: Table, decisions: Decisions, scale: Scale) -> dict[str, tuple[str, str]]:
    """What every attribute is counted by: SQL to group by, and SQL for the text from what that gave."""
    keys = {"place": (scale.sql(table.number_sql(str(decisions.score))), "place")}
    for name, column in (("label", decisions.label), ("cluster", decisions.cluster)):
        if column:
            keys[name] = (table.key_sql(column), table.text_sql(column, name))
    return keys


def _sums_sql(table: Table, decisions: Decisions) -> dict[str, str]:
    """What is added up in every line."""
    rows = table.number_sql(decisions.count) if decisions.count else "1"
    weight = table.number_sql(decisions.weight) if decisions.weight else rows
    terms = {"score": f"{weight} * {table.number_sql(str(decisions.score))}"}
    terms |= {"weight": weight, "weight_sq": f"{weight} * {weight}"} if decisions.weight else {}
    return {"rows": f"sum({rows})::DOUBLE" if decisions.count else "count(*)::DOUBLE", **steady_sums(table, terms)}


def _sql(
    table: Table, decisions: Decisions, part: Attribute, keys: Mapping[str, tuple[str, str]], sums: Mapping[str, str]
) -> str:
    """Columns a, place, label, cluster (text), rows and sums, for one attribute."""
    named = {"a": (part.key(table), part.text(table, "a")), **keys}
    inner = ", ".join(
        [*(f"{key} AS {name}" for name, (key, _) in named.items()), *(f"{sql} AS {name}" for name, sql in sums.items())]
    )
    outer = ", ".join([*(f"{text} AS {name}" for name, (_, text) in named.items()), *sums])
    scored = f"{table.relation} WHERE {table.number_sql(str(decisions.score))} IS NOT NULL"
    grouped = f"SELECT {inner} FROM {scored} GROUP BY {', '.join(str(place) for place in range(1, len(named) + 1))}"
    # In a fixed order, so that what is added up from the lines comes out the same to the last bit.
    return f"SELECT {outer} FROM ({grouped}) ORDER BY ALL"


def _lines(columns: Mapping[str, Any], decisions: Decisions, places: Floats) -> Lines:
    """The lines of one attribute from what the query gave."""
    rows = _numbers(columns["rows"])
    return Lines(
        place=np.searchsorted(places, _numbers(columns["place"])).astype(np.int64),
        label=_labels(columns, decisions),
        rows=rows,
        weight=_numbers(columns["weight"]) if decisions.weight else rows,
        weight_sq=_numbers(columns["weight_sq"]) if decisions.weight else rows,
        score=_numbers(columns["score"]),
        cluster=_numbered(columns["cluster"]) if decisions.cluster else None,
    )


def _numbers(column: Any) -> Floats:
    return np.asarray(np.ma.filled(column, 0), float)


def _all_people(table: Table, decisions: Decisions) -> int:
    if decisions.count is None:
        return table.rows
    ((people,),) = table.query(f"SELECT sum({table.number_sql(decisions.count)}) FROM {table.relation}")
    return round(people or 0)


def _heavy(bins: ScoreBins) -> tuple[tuple[int, int], ...]:
    """The bins to cut again, where the scores crowd in few of them: each into as many parts as it holds of all."""
    held = np.bincount(bins.everybody.place, weights=bins.everybody.rows, minlength=len(bins.places))
    share = held / held.sum()
    if 1 / float(share @ share) >= _HEAVY:
        return ()
    return tuple(
        (int(bins.places[index]), min(int(share[index] * BINS) + 1, BINS)) for index in np.flatnonzero(share > 1 / _HEAVY)
    )


def _labels(found: Mapping[str, Any], decisions: Decisions) -> Codes:
    """The label as 1, 0 or -1 for missing; the coding is that of the cells, which were counted first."""
    if decisions.label is None:
        return np.full(len(found["rows"]), MISSING, np.int64)
    texts = _texts(found["label"])
    held = {text for text in texts if text is not None}
    mark = decisions.coding(held, "label", {decisions.favourable} if decisions.favourable is not None else frozenset())
    return np.array([MISSING if text is None else mark[text] for text in texts], np.int64)


def _levels(values: Sequence[str | None], names: Sequence[str]) -> tuple[tuple[str | None, ...], Codes]:
    """The distinct values, a cut from low to high, others by the alphabet, a missing one last; and the code of each value."""
    levels = tuple(
        sorted(set(values), key=lambda value: (value is None, names.index(value) if value in names else 0, value or ""))
    )
    index = {value: code for code, value in enumerate(levels)}
    return levels, np.array([index[value] for value in values], np.int64)


def _texts(column: Any) -> list[str | None]:
    """A text column with None for missing (DuckDB gives a masked array when a value is NULL)."""
    if isinstance(column, np.ma.MaskedArray):
        return [None if hidden else str(value) for value, hidden in zip(column.data, np.ma.getmaskarray(column), strict=True)]
    return [None if value is None else str(value) for value in column]


def _numbered(column: Any) -> Codes:
    return np.unique(np.array([text or "" for text in _texts(column)]), return_inverse=True)[1].reshape(-1).astype(np.int64)
