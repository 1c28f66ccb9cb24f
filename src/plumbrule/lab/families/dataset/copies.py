"""Rows that stand in a table twice, and rows of a test table that the training table holds too."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plumbrule.base.messages import message
from plumbrule.base.observation import Estimate, Family, Known, Observation, Unknown
from plumbrule.errors import LimitError, TableError
from plumbrule.lab.inference import intervals
from plumbrule.lab.tables.reading import quote_name
from plumbrule.lab.tables.table import Table

COUNTED = "counted"
MOST_EXAMPLES = 10
MOST_KEYS = 50_000_000
"""More different rows than this in one table are refused: their digests would take half a gigabyte."""
NO_ROWS = message("no row has a value in every column asked for")
ONE_ROW = message("one row says nothing about how often rows repeat")


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicates:
    """Rows that repeat an earlier row in these columns.

    `loose` says that spelling was evened out first. `rows` were looked at, `without` had no value in one of the columns
    named and were not; `repeats` stand again; `classes` are the different rows that stand more than once;
    `contradicting` of the different rows carry more than one label. `examples` are pairs of row numbers (from 1): an
    earlier row and one that repeats it.
    """

    columns: tuple[str, ...]
    loose: bool
    rows: int
    without: int
    repeats: int
    classes: int
    largest: int
    contradicting: int | None
    examples: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Leakage:
    """Rows of a test table that the training table holds too, in these columns.

    `overlap` is their share, counted; `expected` is what two samples of one population would share if every row were
    drawn anew; `excess` is the first minus the second. `loose` says that spelling was evened out first.
    """

    columns: tuple[str, ...]
    loose: bool
    train_rows: int
    test_rows: int
    shared: int
    overlap: Estimate
    expected: Estimate
    excess: Estimate
    examples: tuple[tuple[int, int], ...]


def duplicates(
    table: Table, *, columns: Sequence[str] | None = None, label: str | None = None, loose: bool = False
) -> Duplicates:
    """Count rows that repeat an earlier one.

    Args:
        table: the rows.
        columns: in which rows are held against each other; all of them when left out. With columns named, a row that
            lacks a value in one of them repeats nothing: two people whose number is unknown are not one person.
        label: a column whose values should be the same for the same row; it is not one of the columns compared.
        loose: even out case, blanks and accents in words and the way numbers are written, first.

    Raises:
        TableError: a column is not there.
    """
    chosen = _columns(table, columns, label)
    keys = ", ".join(f"{_even(table, name) if loose else quote_name(name)} AS k{i}" for i, name in enumerate(chosen))
    places = ", ".join(f"k{i}" for i in range(len(chosen)))
    whole = " AND ".join(f"{quote_name(name)} IS NOT NULL" for name in chosen) if columns is not None else "TRUE"
    told = "count(DISTINCT carried)" if label else "0"
    carried = f", {quote_name(label)} AS carried" if label else ""
    source = f"SELECT row_number() OVER () AS n{carried}, {keys}, {whole} AS whole FROM {table.view}"
    grouped = (
        f"SELECT count(*) AS c, {told} AS labels, min(n, 2)[1] AS first, min(n, 2)[2] AS again"
        f" FROM ({source}) WHERE whole GROUP BY {places}"
    )
    rows, classes, repeats, largest, contradicting = table.query(
        "SELECT coalesce(sum(c), 0), count(*) FILTER (c > 1), coalesce(sum(c - 1), 0), coalesce(max(c), 0),"
        f" count(*) FILTER (labels > 1) FROM ({grouped})"
    )[0]
    examples = table.query(f"SELECT first, again FROM ({grouped}) WHERE c > 1 ORDER BY c DESC, first LIMIT {MOST_EXAMPLES}")
    return Duplicates(
        columns=chosen,
        loose=loose,
        rows=int(rows),
        without=table.rows - int(rows),
        repeats=int(repeats),
        classes=int(classes),
        largest=int(largest),
        contradicting=int(contradicting) if label else None,
        examples=tuple((int(first), int(again)) for first, again in examples),
    )


def leakage(
    train: Table,
    test: Table,
    *,
    columns: Sequence[str] | None = None,
    loose: bool = False,
    confidence: float = 0.95,
) -> Leakage:
    """Hold the rows of a test table against those of the training table.

    Few columns of few values coincide between any two samples. What chance would bring is estimated from the training
    table alone: the share of rows that would be met again is one minus the share that stands once (Good 1953,
    Biometrika 40, 237-264), with Esty's variance (1983, Annals of Statistics 11, 905-912). Each row is one draw:
    where the training table itself holds copies, the expected share rises with them.

    Rows are compared by 64-bit hashes: among n and m different rows a false match has a chance of nm / 2⁶⁴.

    Args:
        train, test: the tables.
        columns: those that both have, when left out. With columns named, a row that lacks one of them is left out.
        loose: even out case, blanks and accents in words and the way numbers are written, first.
        confidence: of the expected share and of the excess, each.

    Raises:
        TableError: a column is not there, or the tables have none in common.
        LimitError: more than `MOST_KEYS` different rows.
    """
    chosen = tuple(columns) if columns is not None else tuple(name for name in train.columns if name in test.columns)
    if not chosen:
        raise TableError(
            "The two tables have no column in common.",
            expected="columns of the same names",
            cure="Rename the columns of one of them in a query.",
        )
    ours, theirs = (_hashed(table, chosen, loose=loose, whole=columns is not None) for table in (train, test))
    held = np.isin(theirs.keys, ours.keys)
    shared, rows = int(theirs.counts[held].sum()), int(theirs.counts.sum())
    overlap: Estimate = Unknown(reason=NO_ROWS)
    if rows and len(ours.keys):
        overlap = Known(value=shared / rows, low=shared / rows, high=shared / rows, n=rows, method=COUNTED)
    expected = _expected(ours.counts, confidence)
    return Leakage(
        columns=chosen,
        loose=loose,
        train_rows=int(ours.counts.sum()),
        test_rows=rows,
        shared=shared,
        overlap=overlap,
        expected=expected,
        excess=_excess(shared, rows, ours.counts, expected, confidence),
        examples=_pairs(ours, theirs, held),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Hashed:
    """The different rows of a table: sorted hashes, how often each stands, and the number of its first row."""

    keys: NDArray[np.uint64]
    counts: NDArray[np.int64]
    first: NDArray[np.int64]


def _hashed(table: Table, columns: tuple[str, ...], *, loose: bool, whole: bool) -> _Hashed:
    table.require(*columns)
    values = ", ".join(_even(table, name) if loose else quote_name(name) for name in columns)
    where = " AND ".join(f"{quote_name(name)} IS NOT NULL" for name in columns) if whole else "TRUE"
    source = f"SELECT row_number() OVER () AS n, hash({values}) AS h, {where} AS whole FROM {table.view}"
    grouped = f"SELECT h, count(*) AS c, min(n) AS first FROM ({source}) WHERE whole GROUP BY h"
    different = table.query(f"SELECT count(*) FROM ({grouped})")[0][0]
    if different > MOST_KEYS:
        raise LimitError(
            f"The table holds {different} different rows.",
            expected=f"at most {MOST_KEYS}",
            cure="Compare on fewer columns, or in a query over both tables.",
        )
    found = table.connection.execute(f"{grouped} ORDER BY h").fetchnumpy()
    return _Hashed(
        keys=np.asarray(found["h"], np.uint64),
        counts=np.asarray(found["c"], np.int64),
        first=np.asarray(found["first"], np.int64),
    )


def _even(table: Table, column: str) -> str:
    """SQL for a value with case, blanks and accents evened out, and numbers written one way."""
    name, number = quote_name(column), table.numeric_sql(column)
    words = f"regexp_replace(trim(lower(strip_accents({name}))), '\\s+', ' ', 'g')"
    return f"coalesce(printf('%.12g', {number}), {words})"


def _columns(table: Table, columns: Sequence[str] | None, label: str | None) -> tuple[str, ...]:
    chosen = tuple(columns) if columns is not None else tuple(name for name in table.columns if name != label)
    table.require(*chosen, *([label] if label else []))
    if not chosen or label in chosen:
        raise TableError(
            "No column is left to compare, or the label is one of them.",
            expected="columns that say who or what a row is, and a label beside them",
            cure="Leave the label out of the columns.",
        )
    return chosen


def _expected(counts: NDArray[np.int64], confidence: float) -> Estimate:
    """Good's estimate of the share of new rows that would be met again, with Esty's interval."""
    n = int(counts.sum())
    if n < 2:
        return Unknown(reason=ONE_ROW, n=n)
    low, high = _coverage(counts, confidence)
    return Known(value=1 - int((counts == 1).sum()) / n, low=low, high=high, n=n, method="good-turing, esty")


def _coverage(counts: NDArray[np.int64], confidence: float) -> tuple[float, float]:
    """Wilson's interval at the size of a sample that would be as uncertain; half the rows where none is uncertain."""
    n, once, twice = int(counts.sum()), int((counts == 1).sum()), int((counts == 2).sum())
    value = 1 - once / n
    variance = (once / n * (1 - once / n) + 2 * twice / n) / n
    # Pairs come together, so at the ends, where the variance says nothing, two rows count as one.
    size = min(value * (1 - value) / variance, n) if variance > 0 and 0 < value < 1 else n / 2
    low, high = intervals.wilson(value * size, size, confidence)
    return float(low), float(high)


def _excess(shared: int, rows: int, counts: NDArray[np.int64], expected: Estimate, confidence: float) -> Estimate:
    """Overlap minus expected; the two intervals joined by squares (Newcombe 1998, Statistics in Medicine 17, 873-890)."""
    if not rows or isinstance(expected, Unknown):
        return Unknown(reason=NO_ROWS if not rows else ONE_ROW)
    p, q = shared / rows, expected.value
    low1, high1 = (float(bound) for bound in intervals.wilson(shared, rows, confidence))
    low2, high2 = _coverage(counts, confidence)
    return Known(
        value=p - q,
        low=p - q - math.hypot(p - low1, high2 - q),
        high=p - q + math.hypot(high1 - p, q - low2),
        n=rows + int(counts.sum()),
        method="newcombe of wilson and esty",
    )


def _pairs(ours: _Hashed, theirs: _Hashed, held: NDArray[np.bool_]) -> tuple[tuple[int, int], ...]:
    """Row numbers (train, test) of the first rows that both tables hold."""
    chosen = np.flatnonzero(held)
    chosen = chosen[np.argsort(theirs.first[chosen], kind="stable")][:MOST_EXAMPLES]
    places = np.searchsorted(ours.keys, theirs.keys[chosen])
    return tuple((int(one), int(two)) for one, two in zip(ours.first[places], theirs.first[chosen], strict=True))


def observe_duplicates(found: Duplicates, *, inputs: tuple[str, ...], family: Family = "exploratory") -> tuple[Observation, ...]:
    """The share of rows that repeat an earlier one, and of different rows that carry more than one label."""
    detail = _named(found.columns) + (", loosely" if found.loose else "")
    distinct = found.rows - found.repeats
    lines = [("duplicate_share", found.repeats, found.rows, NO_ROWS)]
    if found.contradicting is not None:
        lines.append(("contradicting_share", found.contradicting, distinct, NO_ROWS))
    return tuple(_shared(metric, detail, _counted(part, whole, reason), inputs, family) for metric, part, whole, reason in lines)


def observe_leakage(
    found: Leakage, *, confidence: float, inputs: tuple[str, ...], family: Family = "exploratory"
) -> tuple[Observation, ...]:
    """The share of test rows that the training table holds, what chance would bring, and the excess."""
    detail = _named(found.columns) + (", loosely" if found.loose else "")
    lines: tuple[tuple[str, Estimate], ...] = (
        ("leakage_share", found.overlap),
        ("leakage_expected", found.expected),
        ("leakage_excess", found.excess),
    )
    return tuple(
        _shared(metric, detail, estimate, inputs, "exploratory" if metric == "leakage_expected" else family, confidence)
        for metric, estimate in lines
    )


def _named(columns: tuple[str, ...]) -> str:
    """The columns, or with many of them their number and a digest of their names."""
    if len(columns) < 6:
        return "&".join(columns)
    return f"{len(columns)} columns {hashlib.sha256('&'.join(columns).encode()).hexdigest()[:8]}"


def _counted(part: int, whole: int, reason: str) -> Estimate:
    """A share of the rows at hand, without uncertainty: they were all looked at."""
    if not whole:
        return Unknown(reason=reason)
    return Known(value=part / whole, low=part / whole, high=part / whole, n=whole, method=COUNTED)


def _shared(
    metric: str, detail: str, estimate: Estimate, inputs: tuple[str, ...], family: Family, confidence: float = 0.95
) -> Observation:
    return Observation(
        id=f"{metric}:{detail}",
        means="test",
        metric=metric,
        measure="difference" if metric == "leakage_excess" else "share",
        estimate=estimate,
        group={},
        family=family,
        confidence=confidence,
        inputs=inputs,
    )
