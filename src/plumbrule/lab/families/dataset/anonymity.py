"""k-anonymity and l-diversity of a table, for the quasi-identifiers that somebody declares.

A quasi-identifier does not name a person, but together with others it may point at one: birth date, sex, postcode.
Rows that agree in all of them form a class. Everything here is counted in the table at hand; that a row is alone in the
table does not mean that its person is alone in the population, and the reverse.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from plumbrule.base.messages import message
from plumbrule.base.observation import Estimate, Family, Known, Measure, Observation, Unknown
from plumbrule.errors import TableError
from plumbrule.lab.columns import Attribute
from plumbrule.lab.tables.reading import quote_name
from plumbrule.lab.tables.table import Table

COUNTED = "counted"
SIZES = (2, 3, 5, 10)
NO_SENSITIVE = message("no row has a value of the sensitive column")


@dataclass(frozen=True, slots=True, kw_only=True)
class Anonymity:
    """The classes of rows that agree in the quasi-identifiers.

    `k` is the size of the smallest class. `below` gives, for some sizes, how many rows stand in smaller classes (for
    2: rows that are alone). A missing value counts as a value of its own.
    """

    quasi_identifiers: tuple[str, ...]
    rows: int
    classes: int
    k: int
    below: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Diversity:
    """How many different sensitive values stand in each class; rows without one are left out.

    `distinct` is the fewest in any class, `entropy` the fewest counted by the exponential of Shannon's entropy (so
    that one rare value beside a common one counts for little), `alike` the rows in classes with a single value: who
    knows the quasi-identifiers of such a person knows the value too, whatever k is.
    """

    quasi_identifiers: tuple[str, ...]
    sensitive: str
    rows: int
    without: int
    distinct: int | None
    entropy: float | None
    alike: int


def anonymity(table: Table, quasi_identifiers: Sequence[Attribute], *, sizes: Sequence[int] = SIZES) -> Anonymity:
    """Sweeney's k (2002, International Journal of Uncertainty, Fuzziness and Knowledge-Based Systems 10, 557-570).

    Raises:
        TableError: no quasi-identifier is named, a column is not there, or one that is cut does not hold numbers.
    """
    keys = _keys(table, quasi_identifiers)
    below = ", ".join(f"coalesce(sum(c) FILTER (c < {int(size)}), 0)" for size in sizes)
    grouped = f"SELECT count(*) AS c FROM {table.view} GROUP BY {', '.join(keys)}"
    line = table.query(f"SELECT count(*), min(c), sum(c){', ' if below else ''}{below} FROM ({grouped})")[0]
    return Anonymity(
        quasi_identifiers=tuple(one.name for one in quasi_identifiers),
        rows=int(line[2]),
        classes=int(line[0]),
        k=int(line[1]),
        below=tuple((int(size), int(rows)) for size, rows in zip(sizes, line[3:], strict=True)),
    )


def diversity(table: Table, quasi_identifiers: Sequence[Attribute], sensitive: str) -> Diversity:
    """Distinct and entropy l of Machanavajjhala and others (2007, ACM Transactions on Knowledge Discovery 1, article 3).

    Raises:
        TableError: as `anonymity`, or the sensitive column is a quasi-identifier.
    """
    keys = _keys(table, quasi_identifiers)
    table.require(sensitive)
    if sensitive in {one.name for one in quasi_identifiers}:
        raise TableError(
            f"The sensitive column {sensitive!r} is one of the quasi-identifiers.",
            expected="a column that others do not know",
            cure="Leave it out of the quasi-identifiers.",
        )
    value = quote_name(sensitive)
    names = ", ".join(f"q{place}" for place in range(len(quasi_identifiers)))
    chosen = ", ".join(f"{key} AS q{place}" for place, key in enumerate(keys))
    values = (
        f"SELECT {names}, v, count(*) AS c FROM (SELECT {chosen}, {value} AS v FROM {table.view})"
        f" WHERE v IS NOT NULL GROUP BY ALL"
    )
    # Entropy of the class, from its counts: ln n - Σ c ln c / n.
    classes = f"SELECT sum(c) AS n, count(*) AS l, ln(sum(c)) - sum(c * ln(c)) / sum(c) AS h FROM ({values}) GROUP BY {names}"
    rows, distinct, entropy, alike = table.query(
        f"SELECT coalesce(sum(n), 0), min(l), min(h), coalesce(sum(n) FILTER (l = 1), 0) FROM ({classes})"
    )[0]
    return Diversity(
        quasi_identifiers=tuple(one.name for one in quasi_identifiers),
        sensitive=sensitive,
        rows=int(rows),
        without=table.rows - int(rows),
        distinct=None if distinct is None else int(distinct),
        entropy=None if entropy is None else math.exp(max(float(entropy), 0.0)),
        alike=int(alike),
    )


def _keys(table: Table, quasi_identifiers: Sequence[Attribute]) -> list[str]:
    if not quasi_identifiers:
        raise TableError(
            "No quasi-identifier was named.",
            expected="columns that others may know of a person: birth date, sex, postcode, …",
            cure="Name them; which they are is a judgement that no program can make.",
        )
    table.require(*(one.name for one in quasi_identifiers))
    table.require_numeric(*(one.name for one in quasi_identifiers if one.edges))
    return [one.sql(table) for one in quasi_identifiers]


def observe_anonymity(found: Anonymity, *, inputs: tuple[str, ...], family: Family = "exploratory") -> tuple[Observation, ...]:
    """`k_anonymity` (a count) and `small_class_share` for each size."""
    detail = "&".join(found.quasi_identifiers)
    shares = [
        _observation(f"small_class_share:{detail}<{size}", "share", _share(rows, found.rows), inputs, family)
        for size, rows in found.below
    ]
    return (_observation(f"k_anonymity:{detail}", "count", _count(found.k, found.rows), inputs, family), *shares)


def observe_diversity(found: Diversity, *, inputs: tuple[str, ...], family: Family = "exploratory") -> tuple[Observation, ...]:
    """`l_diversity` (a count), `entropy_l_diversity`, and the share of rows in classes with a single value."""
    detail = f"{'&'.join(found.quasi_identifiers)}~{found.sensitive}"
    lines: tuple[tuple[str, Measure, Estimate], ...] = (
        ("l_diversity", "count", _count(found.distinct, found.rows)),
        ("entropy_l_diversity", "number", _count(found.entropy, found.rows)),
        ("alike_class_share", "share", _share(found.alike, found.rows)),
    )
    return tuple(_observation(f"{metric}:{detail}", measure, estimate, inputs, family) for metric, measure, estimate in lines)


def _count(value: float | None, rows: int) -> Estimate:
    if value is None:
        return Unknown(reason=NO_SENSITIVE)
    return Known(value=value, low=value, high=value, n=rows, method=COUNTED)


def _share(part: int, rows: int) -> Estimate:
    if not rows:
        return Unknown(reason=NO_SENSITIVE)
    return Known(value=part / rows, low=part / rows, high=part / rows, n=rows, method=COUNTED)


def _observation(name: str, measure: Measure, estimate: Estimate, inputs: tuple[str, ...], family: Family) -> Observation:
    return Observation(
        id=name,
        means="test",
        metric=name.partition(":")[0],
        measure=measure,
        estimate=estimate,
        group={},
        family=family,
        inputs=inputs,
    )
