"""Columns as small whole numbers, learnt on one half of the rows and tried on the other.

What can be guessed from a column is learnt as a *weight of evidence*: how much more (or less) likely a group is among
rows with a value than among all rows, on the logit scale. Weights of several columns are added up, as naive Bayes does.
It is the simplest learner that is honest here: it has nothing to tune, it never sees the rows it is tried on, and a
value it has not met says nothing. A stronger learner may find more, never less than is there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plumbrule.errors import TableError
from plumbrule.lab.columns import Attribute
from plumbrule.lab.tables.reading import quote_name
from plumbrule.lab.tables.table import Table

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
MOST_ROWS = 200_000
"""More rows are sampled down to about this many: a hundred thousand to try on give an area to two thousandths."""
BINS = 20
"""Numbers with more values than this are cut into as many ranges, each with as many rows of the half learnt on."""
PRIOR = 10.0
"""A value's share is drawn towards everybody's share as if that many more rows had been seen (m-estimate)."""
MOST_LEVELS = 100
"""An attribute with more groups than this is refused."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Coded:
    """Rows whose group is known, as codes.

    `target` has shape (rows,) and indexes `groups`; `codes` has shape (rows, columns): -1 for a value that the half
    learnt on does not hold at least twice. `learn` marks the rows to learn on, shape (rows,). `unknown` counts rows
    left out because their group is missing; `sampled` says that the rows are a sample.
    """

    groups: tuple[str, ...]
    columns: tuple[str, ...]
    target: Whole
    codes: Whole
    learn: NDArray[np.bool_]
    unknown: int
    sampled: bool


def read_codes(
    table: Table, attribute: Attribute, columns: Sequence[str], *, cluster: str | None = None, most_rows: int = MOST_ROWS
) -> Coded:
    """Read the rows, split them in two halves, and code every column by what the first half holds.

    The split and the sample depend on the row number alone (or on the cluster, so that rows of one person stay
    together), through MD5: the same table gives the same halves everywhere.

    Raises:
        TableError: a column is not there, or the attribute has fewer than two or more than `MOST_LEVELS` groups.
    """
    table.require(attribute.name, *columns, *([cluster] if cluster else []))
    numeric = {name: table.numeric_sql(name) for name in columns if _is_numeric(table, name)}
    values = ", ".join(
        numeric.get(name, f"CASE WHEN {quote_name(name)} IS NULL THEN NULL ELSE hash({quote_name(name)}) END") + f" AS c{i}"
        for i, name in enumerate(columns)
    )
    row = quote_name(spare_column(table))
    unit = f"md5_number_lower({row}::VARCHAR)"
    if cluster:
        unit = f"coalesce(md5_number_lower({quote_name(cluster)}), {unit})"
    drawn = f"md5_number_upper({row}::VARCHAR) % {table.rows} < {most_rows}" if table.rows > most_rows else "TRUE"
    found = table.connection.execute(
        f"SELECT {attribute.sql(table)} AS g, {unit} % 2 = 0 AS learn{', ' if values else ''}{values}"
        f" FROM (SELECT row_number() OVER () AS {row}, * FROM {table.view}) WHERE {drawn} ORDER BY {row}"
    ).fetchnumpy()
    held = ~_hidden(found["g"])
    groups, target = np.unique(np.asarray(found["g"])[held].astype(str), return_inverse=True)
    _check_groups(attribute.name, groups)
    learn = np.asarray(found["learn"], bool)[held]
    codes = [_code(np.ma.asarray(found[f"c{i}"])[held], learn) for i in range(len(columns))]
    return Coded(
        groups=tuple(str(group) for group in groups),
        columns=tuple(columns),
        target=target.reshape(-1).astype(np.int64),
        codes=np.stack(codes, axis=1) if codes else np.zeros((len(target), 0), np.int64),
        learn=learn,
        unknown=int((~held).sum()),
        sampled=table.rows > most_rows,
    )


def spare_column(table: Table) -> str:
    """A name that no column of the table bears, for the number of the row."""
    return "_" * (1 + max(map(len, table.columns)))


def evidence(coded: Coded, column: int, group: int) -> Floats:
    """The weight of evidence of a column for a group, for every row: logit of the group's share among rows that have
    the value, minus its logit among all rows, both as the half learnt on has them. Shape (rows,).
    """
    codes, learn = coded.codes[:, column], coded.learn
    seen, mine = codes[learn], coded.target[learn] == group
    levels = int(codes.max(initial=-1)) + 2  # the last place is for -1: not met
    all_ = np.asarray(np.bincount(seen % levels, minlength=levels), float)
    yes = np.asarray(np.bincount(seen % levels, weights=mine.astype(float), minlength=levels), float)
    base = (float(mine.sum()) + 0.5) / (len(mine) + 1.0)
    share = (yes + PRIOR * base) / (all_ + PRIOR)
    weight = np.log(share / (1 - share)) - np.log(base / (1 - base))
    weight[-1] = 0.0
    weights: Floats = weight[codes % levels]
    return weights


def joint_evidence(coded: Coded, group: int, columns: Sequence[int] | None = None) -> Floats:
    """The weights of several columns (all when left out) added up; shape (rows,)."""
    chosen = range(len(coded.columns)) if columns is None else columns
    total = np.zeros(len(coded.target))
    for column in chosen:
        total += evidence(coded, column, group)
    return total


def best_guess(coded: Coded, columns: Sequence[int]) -> Whole:
    """The likeliest group of every row by naive Bayes over these columns; without any, the largest group. Shape (rows,)."""
    sizes = np.bincount(coded.target[coded.learn], minlength=len(coded.groups)).astype(float)
    base = (sizes + 0.5) / (sizes.sum() + 0.5 * len(sizes))
    scores = np.tile(np.log(base), (len(coded.target), 1))
    for column in columns:
        scores += _log_ratio(coded, column, base)
    return np.asarray(scores.argmax(axis=1), np.int64)


def _log_ratio(coded: Coded, column: int, base: Floats) -> Floats:
    """log of each group's share among rows with the value over its share among all; shape (rows, groups)."""
    codes, learn, groups = coded.codes[:, column], coded.learn, len(coded.groups)
    levels = int(codes.max(initial=-1)) + 2
    place = (codes[learn] % levels) * groups + coded.target[learn]
    cells = np.asarray(np.bincount(place, minlength=levels * groups), float).reshape(levels, groups)
    share = (cells + PRIOR * base) / (cells.sum(axis=1, keepdims=True) + PRIOR)
    ratio = np.log(share / base)
    ratio[-1] = 0.0
    ratios: Floats = ratio[codes % levels]
    return ratios


def _is_numeric(table: Table, column: str) -> bool:
    """Every value is a number."""
    name, number = quote_name(column), table.numeric_sql(column)
    broken = table.query(f"SELECT count(*) FROM {table.view} WHERE {name} IS NOT NULL AND {number} IS NULL")[0][0]
    return bool(broken == 0)


def _code(values: Any, learn: NDArray[np.bool_]) -> Whole:
    """Codes from 0; missing is a value of its own, since it may say something; a value not met (twice) is -1.

    `values` is a column as DuckDB gave it: numbers, or hashes of words.
    """
    missing = _hidden(values)
    kind = np.float64 if np.issubdtype(values.dtype, np.floating) else np.uint64
    plain = np.asarray(np.ma.filled(values, 0), kind)
    levels, counts = np.unique(plain[learn & ~missing], return_counts=True)
    if kind is np.float64 and len(levels) > BINS:
        edges = np.unique(np.quantile(plain[learn & ~missing], np.arange(1, BINS) / BINS))
        return np.where(missing, 0, 1 + np.searchsorted(edges, plain)).astype(np.int64)
    levels = levels[counts >= 2]
    place = np.searchsorted(levels, plain)
    met = place < len(levels)
    met[met] = levels[place[met]] == plain[met]
    return np.where(missing, 0, np.where(met, place + 1, -1)).astype(np.int64)


def _hidden(values: Any) -> NDArray[np.bool_]:
    """Where a column as DuckDB gave it holds no value."""
    mask = np.ma.getmaskarray(values)
    if values.dtype == object:
        mask = mask | np.array([value is None for value in np.asarray(values)], bool)
    return np.asarray(mask, bool)


def _check_groups(name: str, groups: NDArray[np.str_]) -> None:
    if not 2 <= len(groups) <= MOST_LEVELS:
        raise TableError(
            f"The attribute {name!r} has {len(groups)} known groups.",
            expected=f"2 to {MOST_LEVELS} groups",
            cure="Cut the column into ranges, group it in a query, or name another one.",
        )
