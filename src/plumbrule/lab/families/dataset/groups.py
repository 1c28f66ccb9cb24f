"""How many people of each group there are, and of how many of them something holds: one GROUP BY for many conditions.

Rates and gaps follow the house rule: Clopper-Pearson for a rate, and for a gap Miettinen-Nurminen or, where a
denominator is under 100, the rectangle of two Clopper-Pearson intervals (`plumbrule.lab.inference.gaps`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plumbrule.base.messages import message
from plumbrule.base.observation import Estimate, Family, Group, Known, Observation, Unknown
from plumbrule.errors import TableError
from plumbrule.lab.columns import Attribute
from plumbrule.lab.inference import intervals, verdicts
from plumbrule.lab.inference.gaps import METHODS, NO_REFERENCE_YES, SCORE, Column, Kind, Sides, differences, ratios
from plumbrule.lab.observe import observation_id
from plumbrule.lab.tables.reading import quote_name
from plumbrule.lab.tables.table import Table

Floats = NDArray[np.float64]
Key = tuple[str | None, ...]
NOBODY = message("no person of the group has what the rate is taken of")
UNKNOWN_GROUP = message("nobody's group is known")
MOST_GROUPS = 10_000
"""An attribute with more groups than this is refused: it would be a name or a code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """Something that holds of a row (`yes`) or not, where it can be asked (`of`); both SQL over `decisions`.

    `named` says in a group what the condition is about: `{"column": "income"}`.
    """

    named: tuple[tuple[str, str], ...]
    yes: str
    of: str = "TRUE"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Counted:
    """One line a group; a missing attribute value is None in its key.

    `people` has shape (groups,); `x`, `n` and `rows` have shape (conditions, groups): successes and trials as the
    intervals see them (with sampling weights at Kish's effective size), and people in the denominator. `weight` and
    `weight_sq` have shape (groups,).
    """

    attributes: tuple[str, ...]
    keys: tuple[Key, ...]
    conditions: tuple[Condition, ...]
    people: NDArray[np.int64]
    weight: Floats
    weight_sq: Floats
    x: Floats
    n: Floats
    rows: NDArray[np.int64]

    def group(self, line: int) -> dict[str, str | None]:
        """Attribute name to value."""
        return dict(zip(self.attributes, self.keys[line], strict=True))

    def known(self) -> list[int]:
        """The lines of groups whose every attribute is known."""
        return [line for line, key in enumerate(self.keys) if None not in key]

    def reference(self, named: str | None) -> int:
        """The line of the group named, or of the largest with no name given.

        Raises:
            TableError: no row holds it.
        """
        lines = self.known()
        if named is None:
            return max(lines, key=lambda line: (self.people[line], self.keys[line]))
        for line in lines:
            if self.keys[line] == (named,):
                return line
        held = ", ".join(str(self.keys[line][0]) for line in lines[:20])
        raise TableError(
            f"The reference group {named!r} of {self.attributes[0]!r} is one that no row holds.",
            expected=f"one of {held}",
            cure="Correct the reference, or the query that makes the column.",
        )


def count_groups(
    table: Table,
    by: Sequence[Attribute],
    conditions: Sequence[Condition] = (),
    *,
    count: str | None = None,
    weight: str | None = None,
) -> Counted:
    """One GROUP BY over the table.

    Args:
        table: one row a person, or with `count` a whole number of people.
        by: the attributes that make a group together; none makes one group, everybody.
        conditions: what to count in each group.
        count, weight: columns; at most one of them.

    Raises:
        TableError: a column is missing or holds what it should not, or there are too many groups.
    """
    _check(table, by, count, weight)
    people = table.numeric_sql(count) if count else "1"
    pull = table.numeric_sql(weight) if weight else people
    square = f"({pull}) * ({pull})" if weight else people
    sums = [f"sum({people})", f"sum({pull})", f"sum({square})"]
    for one in conditions:
        sums += [f"sum(CASE WHEN ({one.of}) AND ({one.yes}) THEN {pull} ELSE 0 END)"]
        sums += [f"sum(CASE WHEN ({one.of}) THEN {part} ELSE 0 END)" for part in (pull, square, people)]
    keys = [attribute.sql(table) for attribute in by]
    places = ", ".join(str(place) for place in range(1, len(keys) + 1))
    grouped = f"GROUP BY {places} ORDER BY {places} LIMIT {MOST_GROUPS + 1}" if by else ""
    rows = table.query(f"SELECT {', '.join([*keys, *sums])} FROM {table.view} {grouped}")
    if len(rows) > MOST_GROUPS:
        raise TableError(
            f"{' and '.join(attribute.name for attribute in by)} make more than {MOST_GROUPS} groups.",
            expected="groups of people: not names, numbers or dates",
            cure="Cut the column into ranges, or name another one.",
        )
    numbers = np.array([[float(value or 0) for value in row[len(keys) :]] for row in rows], float).reshape(len(rows), -1)
    return _counted(tuple(a.name for a in by), [row[: len(keys)] for row in rows], numbers, tuple(conditions), bool(weight))


def _counted(
    names: tuple[str, ...], keys: Sequence[Key], numbers: Floats, conditions: tuple[Condition, ...], weighted: bool
) -> Counted:
    yes, of, squares, rows = (numbers[:, 3 + part :: 4].T for part in range(4))
    n = np.divide(of * of, squares, out=np.zeros_like(of), where=squares > 0) if weighted else of
    return Counted(
        attributes=names,
        keys=tuple(tuple(None if value is None else str(value) for value in key) for key in keys),
        conditions=conditions,
        people=numbers[:, 0].astype(np.int64),
        weight=numbers[:, 1],
        weight_sq=numbers[:, 2],
        x=np.divide(yes, of, out=np.zeros_like(yes), where=of > 0) * n if weighted else yes,
        n=n,
        rows=rows.astype(np.int64),
    )


def _check(table: Table, by: Sequence[Attribute], count: str | None, weight: str | None) -> None:
    table.require(*(attribute.name for attribute in by))
    table.require_numeric(*(attribute.name for attribute in by if attribute.edges), *filter(None, (count, weight)))
    if count and weight:
        raise TableError(
            "Both a count and a weight were named.",
            expected="a count where a row stands for that many people, a weight for sampling weights",
            cure="Leave one out.",
        )
    for column in filter(None, (count, weight)):
        number = table.numeric_sql(column)
        whole = f" OR {number} <> floor({number})" if count else ""
        bad = table.query(f"SELECT count(*) FROM {table.view} WHERE {number} IS NULL OR {number} < 0{whole}")[0][0]
        if bad:
            raise TableError(
                f"{bad} rows of {column!r} hold none, a negative{', or a broken' if count else ''} number.",
                expected="a whole number of people in every row" if count else "a sampling weight of zero or more in every row",
                cure="Correct those rows, or leave them out with a query.",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupGap:
    """A group held against a reference in one condition.

    `difference` is group minus reference, `ratio` group over reference; `bounds` where it could lie if the rows whose
    group is unknown belonged wherever they move it most (Horowitz and Manski 1995).
    """

    group: Group
    reference: Group
    kind: Kind
    estimate: Estimate
    bounds: tuple[float, float] | None


def group_rates(counted: Counted, confidence: float) -> tuple[tuple[Group, Estimate], ...]:
    """Each condition in each group, with Clopper and Pearson's interval at `confidence` on its own."""
    safe = np.where(counted.n > 0, counted.n, 1.0)
    low, high = intervals.clopper_pearson(counted.x, safe, confidence)
    found: list[tuple[Group, Estimate]] = []
    for place, condition in enumerate(counted.conditions):
        for line in range(len(counted.keys)):
            known = counted.n[place, line] > 0
            estimate: Estimate = Unknown(reason=NOBODY)
            if known:
                estimate = Known(
                    value=float(counted.x[place, line] / counted.n[place, line]),
                    low=float(low[place, line]),
                    high=float(high[place, line]),
                    n=int(counted.rows[place, line]),
                    method="clopper-pearson",
                )
            found.append((dict(condition.named) | counted.group(line), estimate))
    return tuple(found)


def group_gaps(
    counted: Counted,
    reference: str | None,
    confidence: float,
    comparisons: int,
    *,
    metric: str = "",
    judged: Collection[str] = (),
) -> tuple[GroupGap, ...]:
    """Every known group against the reference, in every condition; simultaneous over `comparisons` (Bonferroni).

    Gaps of the `metric` whose ids are among `judged` get intervals that are never below their level.

    Raises:
        TableError: no row holds the reference.
    """
    if len(counted.known()) < 2 or not counted.conditions:
        return ()
    base = counted.reference(reference)
    others = [line for line in counted.known() if line != base]
    sides = _sides(counted, others, base)
    level = 1 - (1 - confidence) / comparisons
    columns: tuple[tuple[Kind, Column], ...] = (("difference", differences(sides, level)), ("ratio", ratios(sides, level)))
    found = []
    for place, condition in enumerate(counted.conditions):
        for at, line in enumerate(others):
            limits = _limits(counted, place, line, base)
            about: dict[str, str | None] = dict(condition.named)
            mine, theirs = about | counted.group(line), about | counted.group(base)
            for kind, column in columns:
                line_ = place * len(others) + at
                estimate = _estimate(column, sides, line_)
                if isinstance(estimate, Known) and observation_id(metric, mine, theirs, kind) in judged:
                    estimate = _guaranteed(kind, column, sides, line_, level, estimate)
                found.append(GroupGap(group=mine, reference=theirs, kind=kind, estimate=estimate, bounds=limits.get(kind)))
    return tuple(found)


def _sides(counted: Counted, others: Sequence[int], base: int) -> Sides:
    def one(values: NDArray[np.float64]) -> Floats:
        return values[:, list(others)].reshape(-1)

    def two(values: NDArray[np.float64]) -> Floats:
        return np.repeat(values[:, base], len(others))

    rows = counted.rows.astype(float)
    return Sides(
        x1=one(counted.x),
        n1=one(counted.n),
        x2=two(counted.x),
        n2=two(counted.n),
        rows1=one(rows).astype(np.int64),
        rows2=two(rows).astype(np.int64),
    )


def _estimate(column: Column, sides: Sides, at: int) -> Estimate:
    people = int(sides.rows1[at] + sides.rows2[at])
    if not column.method[at]:
        return Unknown(reason=NO_REFERENCE_YES if min(sides.n1[at], sides.n2[at]) > 0 else NOBODY, n=people)
    return Known(
        value=float(column.value[at]),
        low=float(column.low[at]),
        high=float(column.high[at]),
        n=people,
        method=METHODS[column.method[at]],
    )


def _guaranteed(kind: Kind, column: Column, sides: Sides, at: int, level: float, shown: Known) -> Known:
    """The score interval widened to where the exact one ends; the intervals of few people hold their level already."""
    if column.method[at] != SCORE:
        return shown
    seen = (float(sides.x1[at]), float(sides.n1[at]), float(sides.x2[at]), float(sides.n2[at]))
    found = verdicts.judged(kind, seen, level, (shown.low, shown.high))
    return Known(value=shown.value, low=found.low, high=found.high, n=shown.n, method=found.method)


def _limits(counted: Counted, place: int, one: int, two: int) -> dict[Kind, tuple[float, float]]:
    """Bounds without assumptions on whose group is unknown (Horowitz and Manski 1995, Econometrica 63, 281-302)."""
    strays = [line for line, key in enumerate(counted.keys) if None in key]
    yes = float(counted.x[place, strays].sum())
    no = float(counted.n[place, strays].sum()) - yes
    if yes + no <= 0 or min(counted.n[place, one], counted.n[place, two]) <= 0:
        return {}
    (low1, high1), (low2, high2) = (
        (
            float(counted.x[place, line] / (counted.n[place, line] + no)),
            float((counted.x[place, line] + yes) / (counted.n[place, line] + yes)),
        )
        for line in (one, two)
    )
    limits: dict[Kind, tuple[float, float]] = {"difference": (low1 - high2, high1 - low2)}
    if low2 > 0:
        limits["ratio"] = (low1 / high2, high1 / low2)
    return limits


def observe_groups(
    metric: str,
    rates: Sequence[tuple[Group, Estimate]],
    gaps: Sequence[GroupGap],
    *,
    confidence: float,
    comparisons: int,
    inputs: tuple[str, ...],
    family: Family,
) -> tuple[Observation, ...]:
    """Rates, which are never judged alone, and gaps, as observations."""
    stated = [
        Observation(
            id=observation_id(metric, group),
            means="test",
            metric=metric,
            measure="rate",
            estimate=estimate,
            group=group,
            family="exploratory",
            confidence=confidence,
            inputs=inputs,
        )
        for group, estimate in rates
    ]
    compared = [
        Observation(
            id=observation_id(metric, gap.group, gap.reference, gap.kind),
            means="test",
            metric=metric,
            measure=gap.kind,
            estimate=gap.estimate,
            group=gap.group,
            reference=gap.reference,
            family=family,
            confidence=confidence,
            comparisons=comparisons,
            bounds=gap.bounds,
            inputs=inputs,
        )
        for gap in gaps
    ]
    return tuple(stated + compared)


def spare_key(wanted: str, names: Sequence[str]) -> str:
    """A name for what a condition is about that no column of the group bears.

    >>> spare_key("column", ["race", "column"])
    'column_'
    """
    return spare_key(wanted + "_", names) if wanted in names else wanted


def is_missing(column: str) -> str:
    """SQL: the value of the column is missing."""
    return f"{quote_name(column)} IS NULL"
