"""See before the count that attributes make groups: an age in years, a postcode or an identifier makes single people.

Some rows are looked at first; only where they show many values are the distinct values of the whole column estimated
(HyperLogLog: in memory that does not grow, and ten per cent off or more). An attribute with ten values or more and fewer than ten
rows to a value is *fine*: that is said, with a cut to copy where it is a number. It is left out where it would only cost:
above a thousand values when it is fine, above ten thousand in any case.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from plumbrule.errors import TableError
from plumbrule.lab.columns import Attribute, Decisions
from plumbrule.lab.lines import MOST_LINES, look, too_many
from plumbrule.lab.sample import Sample, parts_of, sample_sql
from plumbrule.lab.tables.table import Table

FINE, FEW_VALUES = 10, 10
"""Fewer rows to a value than this make an attribute fine, if it has so many values."""
MOST_FINE, MOST_GROUPS = 1_000, 10_000
"""A fine attribute with more values is left out; any attribute with more groups is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fineness:
    """What was seen of an attribute: about `levels` values in `rows` rows, and what became of it.

    `kept`: looked at as it is; `left-out`: too fine by itself; `too-many`: with the others more than `MOST_LINES`
    combinations. `cut` is what to give to `--cut`, empty where the column does not hold numbers.
    """

    attribute: str
    levels: int
    rows: int
    became: Literal["kept", "left-out", "too-many"]
    cut: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """The decisions without what is too fine, and what was seen. `sample` fits the decisions; None: look again."""

    decisions: Decisions
    fine: tuple[Fineness, ...]
    sample: Sample | None


def fit(table: Table, decisions: Decisions) -> Fitted:
    """Leave out the attributes that are too fine to compare.

    Raises:
        TableError: a column does not hold what it should; nothing is left to compare; strata or clusters are too fine.
    """
    sample = look(table, decisions)
    levels = _levels(table, decisions, sample)
    fine = tuple(
        Fineness(
            attribute=part.name,
            levels=levels[part.name],
            rows=table.rows,
            became="left-out" if _unbearable(levels[part.name], table.rows) else "kept",
            cut=propose_cut(table, part.name),
        )
        for part in decisions.by
        if not part.edges and (_is_fine(levels[part.name], table.rows) or levels[part.name] > MOST_GROUPS)
    )
    left = {one.attribute for one in fine if one.became == "left-out"}
    kept = tuple(part for part in decisions.by if part.name not in left)
    if not kept:
        raise refusal(fine[0])
    fitted = Fitted(decisions=replace(decisions, by=kept), fine=fine, sample=None if left else sample)
    return _fit_together(table, fitted, levels)


def refuse_unbearable(table: Table, decisions: Decisions, sample: Sample) -> None:
    """See that every attribute named can be compared, where none may be left out.

    Raises:
        TableError: an attribute, a stratum or all columns together have too many values.
    """
    levels = _levels(table, decisions, sample)
    for part in (*decisions.by, *decisions.within):
        if levels[part.name] > MOST_GROUPS:
            cut = propose_cut(table, part.name)
            raise refusal(Fineness(attribute=part.name, levels=levels[part.name], rows=table.rows, became="left-out", cut=cut))
    if _lines(table, decisions, levels) > MOST_LINES:
        raise too_many(decisions)


def refusal(one: Fineness) -> TableError:
    """Why an attribute cannot be compared, and what to do."""
    cut = f"Cut it into groups: --cut {one.cut} (cut = [{one.cut!r}] in a plan). " if one.cut else ""
    return TableError(
        f"The column {one.attribute!r} has about {one.levels:,} different values in {one.rows:,} rows.",
        expected=f"groups of people: ten rows or more to a value, and at most {MOST_GROUPS:,} values",
        cure=f"{cut}Codes, dates and names are grouped in a query, for instance by their first letters: "
        f'select *, left("{one.attribute}", 2) as "{one.attribute} 2" from …; or leave the column out.',
    )


def propose_cut(table: Table, column: str) -> str:
    """Edges near the quartiles of some rows, at round numbers, as `--cut` takes them; empty for what is not a number."""
    value, number = table.key_sql(column), table.number_sql(column)
    wanted = "count(value), count(number), min(number), max(number), quantile_disc(number, [0.25, 0.5, 0.75])"
    some = sample_sql(table, [f"{value} AS value", f"{number} AS number"])
    ((values, numbers, low, high, quartiles),) = table.query(f"SELECT {wanted} FROM ({some})")
    if not numbers or numbers < values or low == high:
        return ""
    step = _round_step((quartiles[2] - quartiles[0]) / 10 or (high - low) / 20)
    edges = sorted({round(quartile / step) * step for quartile in quartiles})
    edges = [edge for edge in edges if low < edge <= high]
    if not edges or any(one == other for one, other in pairwise(map(_written, edges))):
        return ""
    return f"{column}:{','.join(map(_written, edges))}"


def _written(edge: float) -> str:
    return f"{edge:.10g}"


def _round_step(size: float) -> float:
    """The 1, 2 or 5 times a power of ten that is nearest above.

    >>> [_round_step(size) for size in (3.65, 0.012, 1700)]
    [5.0, 0.02, 2000.0]
    """
    power = 10.0 ** math.floor(math.log10(size))
    return float(next(power * step for step in (1, 2, 5, 10) if power * step >= size * (1 - 1e-9)))


def _is_fine(levels: int, rows: int) -> bool:
    return levels >= FEW_VALUES and rows < FINE * levels


def _unbearable(levels: int, rows: int) -> bool:
    return levels > MOST_GROUPS or (levels > MOST_FINE and _is_fine(levels, rows))


def _levels(table: Table, decisions: Decisions, sample: Sample) -> dict[str, int]:
    """About how many values each attribute has; those of a cut are known."""
    parts = {f"a{position}": part for position, part in enumerate((*decisions.by, *decisions.within))}
    levels = {part.name: len(part.names()) if part.edges else sample.distinct[name] for name, part in parts.items()}
    whole = sample.rows >= table.rows
    many = [part.name for name, part in parts.items() if not part.edges and sample.distinct[name] * 50 > sample.rows]
    if many and not whole:
        estimates = ", ".join(f"approx_count_distinct({table.key_sql(name)})" for name in many)
        levels |= dict(zip(many, table.query(f"SELECT {estimates} FROM {table.relation}")[0], strict=True))
    return levels


def _fit_together(table: Table, fitted: Fitted, levels: dict[str, int]) -> Fitted:
    """Leave out the finest attributes until all together make no more lines than can be held."""
    while (lines := _lines(table, fitted.decisions, levels)) > MOST_LINES:
        by = fitted.decisions.by
        if len(by) == 1:
            raise too_many(fitted.decisions)
        finest: Attribute = max(by, key=lambda part: levels[part.name])
        seen = Fineness(attribute=finest.name, levels=levels[finest.name], rows=lines, became="too-many")
        others = tuple(one for one in fitted.fine if one.attribute != finest.name)
        fitted = Fitted(
            decisions=replace(fitted.decisions, by=tuple(part for part in by if part is not finest)),
            fine=(*others, seen),
            sample=None,
        )
    return fitted


def _lines(table: Table, decisions: Decisions, levels: dict[str, int]) -> int:
    """At most, or about, how many lines the count would have."""
    bound = math.prod(levels[part.name] + 1 for part in (*decisions.by, *decisions.within)) * 9
    if table.rows <= MOST_LINES or (bound <= MOST_LINES and not decisions.cluster):
        return min(bound, table.rows)
    keys = [part.key(table) for part in (*decisions.by, *decisions.within)]
    others = parts_of(replace(decisions, by=(), within=())).values()
    combined = ", ".join([*keys, *map(table.key_sql, others)])
    ((found,),) = table.query(f"SELECT approx_count_distinct(hash({combined})) FROM {table.relation}")
    return int(found)
