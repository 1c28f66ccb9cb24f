"""The rows that a predictor is asked about: columns of numbers or words, and beside them what it is not told.

>>> import numpy as np
>>> people = Inputs.of({"age": [30, None], "job": ["clerk", None]}, by={"sex": ["women", "men"]})
>>> people["age"].tolist(), people.size, people.by["sex"].tolist()
([30.0, nan], 2, ['women', 'men'])
>>> people.replaced({"age": np.array([31.0, 40.0])})["age"].tolist()
[31.0, 40.0]
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from plumbrule.errors import TableError
from plumbrule.lab.columns import Attribute, Decisions, outcome_sql
from plumbrule.lab.predictors.wire import Column, is_number
from plumbrule.lab.tables.reading import quote_name
from plumbrule.lab.tables.table import Table

MOST_ROWS = 10_000
"""So many rows are tried unless more are asked for: a rate of one half then has an interval of one point each way."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Inputs(Mapping[str, Column]):
    """Rows as a mapping from column to array of shape (n,): float64 with NaN, or text with None, where a value is missing.

    `numbers` are the places of the rows in their table, from 1: how a row is named to people. `by` holds attributes
    that split the results into groups; a predictor sees one of them only if it is also among the columns. `label` is
    1, 0 or -1 for missing, or None where there is no label.
    """

    columns: Mapping[str, Column]
    numbers: NDArray[np.int64]
    by: Mapping[str, NDArray[np.object_]]
    label: NDArray[np.int64] | None = None

    @classmethod
    def of(
        cls,
        columns: Mapping[str, Sequence[object]],
        *,
        by: Mapping[str, Sequence[str | None]] | None = None,
        label: Sequence[int] | None = None,
    ) -> Inputs:
        """From plain sequences of equal length: numbers (None or NaN for missing) or texts (None for missing).

        Raises:
            TableError: no columns, no rows, or columns of different length.
        """
        found = {name: _column(values) for name, values in columns.items()}
        groups = {name: np.array(values, object) for name, values in (by or {}).items()}
        lengths = {len(values) for values in (*found.values(), *groups.values(), *([label] if label is not None else []))}
        if not found or len(lengths) != 1 or lengths == {0}:
            raise TableError(
                f"The columns have {', '.join(map(str, sorted(lengths))) or 'no'} rows.",
                expected="at least one column, all of the same length",
                cure="Hand over whole rows.",
            )
        numbers = np.arange(1, lengths.pop() + 1)
        return cls(columns=found, numbers=numbers, by=groups, label=None if label is None else np.array(label, np.int64))

    def __getitem__(self, name: str) -> Column:
        return self.columns[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.columns)

    def __len__(self) -> int:
        return len(self.columns)

    @property
    def size(self) -> int:
        """How many rows."""
        return len(self.numbers)

    def replaced(self, changed: Mapping[str, Column]) -> Inputs:
        """The same rows with some columns changed."""
        return replace(self, columns={**self.columns, **changed})

    def take(self, places: NDArray[np.int_]) -> Inputs:
        """Some rows (from 0, repeats allowed), in that order."""
        return Inputs(
            columns={name: column[places] for name, column in self.columns.items()},
            numbers=self.numbers[places],
            by={name: column[places] for name, column in self.by.items()},
            label=None if self.label is None else self.label[places],
        )

    def drawn(self, most: int, seed: int) -> Inputs:
        """At most so many of the rows, drawn at random without repeats, in their order."""
        return self if self.size <= most else self.take(_drawn(self.size, most, seed) - 1)

    def require(self, *names: str, numeric: bool = False) -> None:
        """See that these are columns (of numbers).

        Raises:
            TableError: one is not.
        """
        for name in names:
            if name not in self.columns:
                raise TableError(
                    f"The predictor gets no column {name!r}.",
                    expected=f"one of {', '.join(self.columns)}",
                    cure="Correct the name.",
                )
            if numeric and not is_number(self.columns[name]):
                raise TableError(
                    f"Column {name!r} holds words.",
                    expected="a column of numbers",
                    cure="Name a column of numbers, or leave it out.",
                )


def _column(values: Sequence[object]) -> Column:
    array = np.array(values, object)
    if any(isinstance(value, str) for value in array):
        return np.array([None if value is None else str(value) for value in array], object)
    return np.array([np.nan if value is None else value for value in array], float)


def missing(column: Column) -> NDArray[np.bool_]:
    """Where a value is missing."""
    if is_number(column):
        return np.isnan(column)
    return np.array([value is None for value in column], bool)


def read_inputs(
    table: Table,
    columns: Sequence[str],
    *,
    by: Sequence[Attribute] = (),
    label: str | None = None,
    favourable: str | None = None,
    words: Sequence[str] = (),
    most: int = MOST_ROWS,
    seed: int = 0,
    also: Sequence[int] = (),
) -> Inputs:
    """Read what a predictor is asked about from the table.

    A column is numbers when every value it holds is one; those in `words` (codes written in digits) stay text. Of a
    table with more than `most` rows, `most` are drawn at random without repeats, in the order of the table. `also` names
    rows by number, from 1, that are read whether drawn or not. `favourable` is the value of the label that counts as
    yes; a label in 0 and 1 needs none.

    Raises:
        TableError: a column is missing or has no value at all, a label is neither, or there is no row of that number.
    """
    names = (*columns, *(attribute.name for attribute in by), *([label] if label else []))
    table.require(*names, *words)
    numeric = {name: name not in words and _all_numbers(table, name) for name in columns}
    chosen = [table.numeric_sql(name) if numeric[name] else quote_name(name) for name in columns]
    chosen += [attribute.sql(table) for attribute in by]
    chosen += [_label_sql(table, label, favourable)] if label else []
    listed = ", ".join(f"{sql} AS c{i}" for i, sql in enumerate(chosen))
    numbered = f"SELECT row_number() OVER () AS number, {listed} FROM {table.view}"
    drawn = np.union1d(_drawn(table.rows, most, seed), _numbered(table, also))
    if len(drawn) < table.rows:
        numbered = f"SELECT * FROM ({numbered}) WHERE number IN (SELECT unnest(?))"
        found = table.connection.execute(f"{numbered} ORDER BY number", [drawn.tolist()]).fetchnumpy()
    else:
        found = table.connection.execute(f"{numbered} ORDER BY number").fetchnumpy()
    arrays = [np.ma.array(found[f"c{i}"]) for i in range(len(chosen))]
    after = len(columns) + len(by)
    return Inputs(
        columns={name: _numbers(a) if numeric[name] else _words(a) for name, a in zip(columns, arrays, strict=False)},
        numbers=drawn,
        by={a.name: _words(array) for a, array in zip(by, arrays[len(columns) : after], strict=True)},
        label=np.asarray(arrays[after].filled(-1), np.int64) if label else None,
    )


def _label_sql(table: Table, label: str, favourable: str | None) -> str:
    """The label as 1, 0 or -1. The word that is favourable may stand in another column, and the label in 0 and 1."""
    name = quote_name(label)
    wanted = favourable is not None and table.query(f"SELECT 1 FROM {table.view} WHERE {name} = ? LIMIT 1", [favourable])
    return outcome_sql(table, Decisions(prediction=label, by=(), favourable=favourable if wanted else None))


def _numbered(table: Table, also: Sequence[int]) -> NDArray[np.int64]:
    if absent := [number for number in also if not 1 <= number <= table.rows]:
        raise TableError(
            f"There is no row {absent[0]}.",
            expected=f"a number from 1 to {table.rows}",
            cure="Count rows from 1, without the header.",
        )
    return np.array(also, np.int64)


def _drawn(rows: int, most: int, seed: int) -> NDArray[np.int64]:
    if rows <= most:
        return np.arange(1, rows + 1)
    return np.sort(np.random.default_rng(seed).choice(rows, size=most, replace=False)) + 1


def _all_numbers(table: Table, column: str) -> bool:
    held, numbers = table.query(f"SELECT count({quote_name(column)}), count({table.numeric_sql(column)}) FROM {table.view}")[0]
    if held == 0:
        raise TableError(f"Column {column!r} is empty.", expected="a value in at least one row", cure="Leave the column out.")
    return bool(held == numbers)


def _numbers(column: np.ma.MaskedArray[tuple[int, ...], np.dtype[np.float64]]) -> Column:
    return np.where(np.ma.getmaskarray(column), np.nan, column.data.astype(float))


def _words(column: np.ma.MaskedArray[tuple[int, ...], np.dtype[np.object_]]) -> Column:
    hidden = np.ma.getmaskarray(column)
    return np.array([None if gone else str(value) for value, gone in zip(column.data, hidden, strict=True)], object)
