"""Look at some rows before counting all of them: which values a column holds, and whether it makes groups at all.

Rows come from several places of the table, so that a file sorted by region does not show one region only.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from plumbrule.lab.columns import Decisions
from plumbrule.lab.tables.encoded import Encoded
from plumbrule.lab.tables.reading import quote_name, quote_text
from plumbrule.lab.tables.table import Table

PLACE_ROWS, FEW_ROWS = 10_000, 3_000_000
"""Rows looked at in each place; a table of fewer than three million rows is looked at in one place, others in three."""

MOST_TEXTS = 300
VALUES = "plumbrule_values"
"""The DuckDB variable that holds the lists of values seen, one field for each part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What some rows show. `distinct` counts the values of each part (a0…, label, prediction, cluster) in `rows` rows,
    `combinations` those of all parts together; `texts` holds the texts of the first `MOST_TEXTS` values of each."""

    rows: int
    distinct: Mapping[str, int]
    combinations: int
    texts: Mapping[str, tuple[str | None, ...]]


def parts_of(decisions: Decisions) -> dict[str, str]:
    """The columns that rows are grouped by, under the names that `Decisions.cells_sql` gives them."""
    named = {f"a{position}": part.name for position, part in enumerate((*decisions.by, *decisions.within))}
    others = {"label": decisions.label, "prediction": decisions.prediction, "cluster": decisions.cluster}
    return named | {name: column for name, column in others.items() if column}


def take(table: Table, decisions: Decisions) -> Sample:
    """Look at some rows, and keep the values of each part in the variable `VALUES` (a missing one is not among them)."""
    parts = parts_of(decisions)
    cuts = {f"a{position}": part for position, part in enumerate((*decisions.by, *decisions.within)) if part.edges}
    if not cuts and (columns := table.encoded(tuple(parts.values()))):
        return _known(table, {name: columns[column] for name, column in parts.items()})
    keys = {name: cuts[name].key(table) if name in cuts else table.key_sql(column) for name, column in parts.items()}
    # A histogram leaves missing values out, and costs half as much as a list of distinct ones.
    listed = ", ".join(f"{name} := coalesce(map_keys(histogram({name})), [])" for name in keys)
    wanted = f"struct_pack(plumbrule_rows := count(*), plumbrule_lines := count(DISTINCT hash({', '.join(keys)})), {listed})"
    some = sample_sql(table, [f"{key} AS {name}" for name, key in keys.items()])
    table.query(f"SET VARIABLE {VALUES} = (SELECT {wanted} FROM ({some}))")
    lengths = ", ".join(f"len(v.{name})" for name in keys)
    texts = ", ".join(
        f"[{'x' if name in cuts else table.text_sql(parts[name], 'x')} for x in v.{name}[1:{MOST_TEXTS}]]" for name in keys
    )
    ((rows, lines, *found),) = table.query(
        f"SELECT v.plumbrule_rows, v.plumbrule_lines, {lengths}, {texts} FROM (SELECT getvariable('{VALUES}') AS v)"
    )
    return Sample(
        rows=rows,
        combinations=lines,
        distinct=dict(zip(keys, found[: len(keys)], strict=True)),
        texts={name: tuple(one) for name, one in zip(keys, found[len(keys) :], strict=True)},
    )


def _known(table: Table, encoded: Mapping[str, Encoded]) -> Sample:
    """A frame whose columns are encoded says everything at once."""
    texts = {name: tuple(text for text in one.texts if text is not None) for name, one in encoded.items()}
    return Sample(
        rows=table.rows,
        distinct={name: len(one) for name, one in texts.items()},
        combinations=min(table.rows, math.prod(len(one.texts) for one in encoded.values())),
        texts={name: one[:MOST_TEXTS] for name, one in texts.items()},
    )


def sample_sql(table: Table, expressions: Sequence[str]) -> str:
    """A SELECT of these expressions over some rows of `table.relation`."""
    wanted = ", ".join(expressions)
    typed = table.typed
    if table.rows < FEW_ROWS or (typed and not typed.parquet):
        return f"SELECT {wanted} FROM {(typed and typed.head) or table.relation} LIMIT {PLACE_ROWS}"
    if typed and typed.parquet:
        if any(name.casefold() == "file_row_number" for name, _ in typed.columns.values()):
            return f"SELECT {wanted} FROM {table.relation} LIMIT {PLACE_ROWS}"
        # Where rows stand in the file says which row groups hold them; no others are read.
        source = f"read_parquet({quote_text(str(typed.parquet))}, file_row_number=true)"
        number = "file_row_number"
    else:
        source, number = quote_name(table.base), "rowid"
    starts = (0, (table.rows - PLACE_ROWS) // 2, table.rows - PLACE_ROWS)
    return " UNION ALL ".join(
        f"(SELECT {wanted} FROM {source} WHERE {number} BETWEEN {start} AND {start + PLACE_ROWS - 1})" for start in starts
    )
