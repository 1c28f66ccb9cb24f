"""The same cells from another engine, through an Ibis expression, when one machine is outgrown.

One GROUP BY runs in the warehouse, on the values as they lie there; the few lines that come back become text and cells
here, by the same SQL and the same code as those of a Parquet file. No row leaves the warehouse.

    import ibis
    from plumbrule.lab import Decisions, attributes, count_cells_in, measure_cells

    table = ibis.duckdb.connect("register.db").table("decisions")
    cells = count_cells_in(table, Decisions(prediction="approved", by=attributes(["sex", "age"], ["age:25,60"])))
    seen = measure_cells(cells, ("sex", "age"))

What differs between engines, and what does not work there, is in docs/concepts/warehouse.md.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import duckdb

from plumbrule.errors import TableError
from plumbrule.lab.cells import Cells, cells_from
from plumbrule.lab.columns import SAMPLE, Attribute, Decisions, check_few, check_parts, check_weight_range, wrong_count
from plumbrule.lab.tables.dialect import nearest
from plumbrule.lab.tables.reading import quote_name
from plumbrule.lab.tables.sql import message
from plumbrule.lab.tables.typed import typed_text_sql

MOST_LINES = 2_000_000
"""More lines than this are not fetched: they would be held in memory here, and are no summary of anything."""

_KEYS = ("boolean", "date", "decimal", "floating", "integer", "null", "string", "timestamp")
_NUMBERS = ("decimal", "floating", "integer")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """The expression, Ibis itself, and how its values become text (see `plumbrule.lab.open_table`)."""

    ibis: Any
    table: Any
    strip: bool
    missing: tuple[str, ...]

    def text_sql(self, expression: str, kind: str) -> str:
        return typed_text_sql(expression, kind, strip=self.strip, missing=self.missing)

    def fetch(self, expression: Any) -> Any:
        """The lines of an expression as an Arrow table.

        Raises:
            TableError: the engine cannot run it.
        """
        with _told(self.ibis):
            backend = expression.get_backend()
            if backend.name == "pyspark":
                # Ibis goes through pandas here, which takes the zone from a time and the end from a long number.
                answer = backend.raw_sql(backend.compile(expression))
                if not hasattr(answer, "toArrow"):
                    raise TableError(
                        "This Spark is older than 4.0.",
                        expected="Spark 4.0, which hands out Arrow tables",
                        cure="pip install 'plumbrule[warehouse]'",
                    )
                return answer.toArrow()
            return expression.to_pyarrow()

    def column(self, name: str, kinds: tuple[str, ...]) -> Any:
        """The column, if it is there and of one of these kinds (Ibis' names)."""
        if name not in self.table.columns:
            near = nearest(name, self.table.columns)
            raise TableError(
                f"There is no column {name!r}.",
                expected=f"one of {', '.join(self.table.columns[:20])}{' …' if len(self.table.columns) > 20 else ''}",
                cure=f"Did you mean {near!r}?" if near else "Correct the name.",
            )
        column = self.table[name]
        if not any(getattr(column.type(), f"is_{kind}")() for kind in kinds):
            as_number = kinds is _NUMBERS
            raise TableError(
                f"The column {name!r} of the warehouse has the type {column.type()}.",
                expected="numbers" if as_number else "text, numbers, truth values, dates or times",
                cure=f"Cast it there: table.cast({{{name!r}: {'float64' if as_number else 'string'!r}}}).",
            )
        return column

    def number(self, name: str) -> Any:
        """A column as float64; null where it is missing, infinite or NaN."""
        column = self.column(name, _NUMBERS)
        number = column.cast("float64")
        if not column.type().is_floating():
            return number
        return self.ibis.ifelse(number.isnan() | _is_infinite(number), self.ibis.null("float64"), number)

    def infinite(self, name: str) -> Any:
        """1 where the column is infinite, else 0."""
        column = self.column(name, _NUMBERS)
        if not column.type().is_floating():
            return self.ibis.literal(0)
        return self.ibis.ifelse(_is_infinite(column.cast("float64")), 1, 0)

    def key(self, attribute: Attribute) -> Any:
        """What to group by: the raw value, or the name that the cut gives."""
        if not attribute.edges:
            return self.column(attribute.name, _KEYS)
        number = self.number(attribute.name)
        below = [number <= edge if attribute.right else number < edge for edge in attribute.edges]
        names = attribute.names()
        missing = (number.isnull(), self.ibis.null("string"))
        return self.ibis.cases(missing, *zip(below, names, strict=False), else_=names[-1])


def count_cells_in(
    table: Any,
    decisions: Decisions,
    *,
    strip: bool = False,
    missing: tuple[str, ...] = (),
    most_lines: int = MOST_LINES,
) -> Cells:
    """As `count_cells`, counted by the engine that holds the table.

    Args:
        table: an Ibis table expression, bound to a connection.
        decisions: which column plays which part. Counts, weights, scores and columns with a cut must be numbers there.
        strip: remove blanks at both ends of each value.
        missing: texts that stand for a missing value, such as ("?", "NA").
        most_lines: refuse, rather than fetch, more combinations of values than this.

    Raises:
        TableError: Ibis is not installed, a column does not hold what it should, there are too many combinations, or
            the engine cannot do it.
    """
    source = _Source(ibis=_ibis(table), table=table, strip=strip, missing=missing)
    check_parts(decisions)
    with duckdb.connect(":memory:", config={"autoinstall_known_extensions": False}) as here:
        here.execute("SET TimeZone='UTC'")
        _check_few_values(here, source, decisions)
        here.register("lines", source.fetch(_counted(source, decisions).limit(most_lines + 1)))
        _check_size(here, most_lines)
        _check_numbers(here, decisions)
        found = here.execute(_lines_sql(here, source, decisions)).fetchnumpy()
    return cells_from(found, decisions)


def _is_infinite(number: Any) -> Any:
    """Whether a float64 is infinite. Ibis 12 writes its own `isinf` as plain "false" for Spark."""
    return ~number.isnan() & (number.abs() > sys.float_info.max)


def _parts(decisions: Decisions) -> dict[str, Attribute]:
    """The columns to group by, under the names that `Decisions.cells_sql` gives them."""
    keys = {f"a{position}": part for position, part in enumerate((*decisions.by, *decisions.within))}
    others = {"label": decisions.label, "prediction": decisions.prediction, "cluster": decisions.cluster}
    return keys | {name: Attribute(name=column) for name, column in others.items() if column}


def _numeric(decisions: Decisions) -> tuple[str, ...]:
    """The columns that are read as numbers."""
    cut = [part.name for part in (*decisions.by, *decisions.within) if part.edges]
    return tuple(name for name in (decisions.score, decisions.count, decisions.weight, *cut) if name)


def _counted(source: _Source, decisions: Decisions) -> Any:
    """The one GROUP BY. Sums that find wrong numbers ride along, so that the rows are read once."""
    parts = _parts(decisions)
    wanted = {name: source.key(part) for name, part in parts.items()}
    for name, column in (("people", decisions.count), ("weighing", decisions.weight), ("scoring", decisions.score)):
        if column:
            wanted[name] = source.number(column)
    wanted |= {f"infinite{position}": source.infinite(column) for position, column in enumerate(_numeric(decisions))}
    rows = source.table.select(**wanted)
    sums = {"rows": rows.people.sum() if decisions.count else rows.count()}
    sums |= {f"infinite{position}": rows[f"infinite{position}"].sum() for position in range(len(_numeric(decisions)))}
    if decisions.count:
        wrong = rows.people.isnull() | (rows.people < 0) | (rows.people != rows.people.floor())
        sums |= {"wrong": source.ibis.ifelse(wrong, 1, 0).sum(), "example": rows.people.max(where=wrong)}
    if decisions.weight:
        sums |= _weight_sums(source, rows)
    if decisions.score:
        sums |= _score_sums(source, rows, decisions)
    return rows.group_by(list(parts)).aggregate(**sums)


def _weight_sums(source: _Source, rows: Any) -> dict[str, Any]:
    weight = rows.weighing
    return {
        "weight": weight.sum(),
        "weight_sq": (weight * weight).sum(),
        "low": weight.min(),
        "high": weight.max(),
        "broken": source.ibis.ifelse(weight != weight.floor(), 1, 0).sum(),
        "unweighted": source.ibis.ifelse(weight.isnull(), 1, 0).sum(),
        "all_rows": rows.count(),
    }


def _score_sums(source: _Source, rows: Any, decisions: Decisions) -> dict[str, Any]:
    score = rows.scoring
    one = source.ibis.literal(1.0)
    weight = rows.weighing if decisions.weight else rows.people if decisions.count else one
    return {
        "score": (weight * score).sum().fill_null(0.0),
        "score_sq": (weight * score * score).sum().fill_null(0.0),
        "scored": source.ibis.ifelse(score.isnull(), 0.0, weight).sum(),
    }


def _lines_sql(here: duckdb.DuckDBPyConnection, source: _Source, decisions: Decisions) -> str:
    """The columns of `Decisions.cells_sql` over the lines that came back: what is no group becomes text, by its type."""
    kinds = {str(row[0]): str(row[1]) for row in here.execute("DESCRIBE lines").fetchall()}
    parts = _parts(decisions)
    texts = {name: quote_name(name) if part.edges else source.text_sql(name, kinds[name]) for name, part in parts.items()}
    texts = {"label": "NULL", "cluster": "NULL"} | texts | {"rows": "CAST(rows AS BIGINT)"}
    sums = [name for name in ("weight", "weight_sq", "score", "score_sq", "scored") if name in kinds]
    return f"SELECT {', '.join([*(f'{sql} AS {name}' for name, sql in texts.items()), *sums])} FROM lines"


def _check_few_values(here: duckdb.DuckDBPyConnection, source: _Source, decisions: Decisions) -> None:
    """A prediction or label with many values is no decision; a sample tells before the rows are counted."""
    for column in filter(None, (decisions.prediction, decisions.label)):
        some = source.table.select(value=source.column(column, _KEYS)).limit(SAMPLE).distinct()
        here.register("some_values", source.fetch(some))
        kind = str(here.execute("DESCRIBE some_values").fetchall()[0][1])
        values = here.execute(f"SELECT DISTINCT {source.text_sql('value', kind)} FROM some_values").fetchall()
        here.unregister("some_values")
        check_few(decisions, column, {str(value) for (value,) in values if value is not None})


def _check_size(here: duckdb.DuckDBPyConnection, most_lines: int) -> None:
    lines = here.execute("SELECT count(*) FROM lines").fetchall()[0][0]
    if lines == 0:
        raise TableError("The table has no rows.", expected="at least one row", cure="Look at the expression.")
    if lines > most_lines:
        raise TableError(
            f"The columns have more than {most_lines:,} combinations of values.",
            expected="groups of people, not single ones",
            cure="Cut numbers into groups (an age in years, a date), leave out a column, or give a higher most_lines.",
        )


def _check_numbers(here: duckdb.DuckDBPyConnection, decisions: Decisions) -> None:
    """What `Decisions.check` sees in the rows of a file, from the sums that rode along."""
    for position, column in enumerate(_numeric(decisions)):
        infinite = here.execute(f"SELECT sum(infinite{position}) FROM lines").fetchall()[0][0]
        if infinite:
            raise TableError(
                f"Column {column!r} must hold numbers; in {int(infinite)} rows it is infinite.",
                expected="finite numbers, or none where they are missing",
                cure="Mend the rows, or leave them out of the expression.",
            )
    if decisions.count:
        bad = here.execute("SELECT example FROM lines WHERE wrong > 0 ORDER BY example NULLS LAST LIMIT 1").fetchone()
        if bad:
            raise wrong_count(decisions.count, bad[0])
    if decisions.weight:
        wanted = "min(low), max(high), sum(broken) = 0, CAST(sum(unweighted) AS BIGINT), CAST(sum(all_rows) AS BIGINT)"
        low, high, whole, missing, rows = here.execute(f"SELECT {wanted} FROM lines").fetchall()[0]
        check_weight_range(decisions.weight, low=low, high=high, whole=whole, missing=missing, rows=rows)


def _ibis(table: object) -> Any:
    """Ibis, loaded only here: it costs more than a second, and is an extra."""
    try:
        ibis = importlib.import_module("ibis")
    except ImportError as error:
        raise TableError(
            "Ibis is not installed.", expected="it, to count in a warehouse", cure="pip install 'plumbrule[warehouse]'"
        ) from error
    if not isinstance(table, ibis.Table):
        raise TableError(
            f"{type(table).__name__} is not a table in a warehouse.",
            expected="an Ibis table expression, such as ibis.duckdb.connect('register.db').table('decisions')",
            cure="For a file or a frame use open_table and count_cells.",
        )
    return ibis


@contextmanager
def _told(ibis: Any) -> Iterator[None]:
    """Turn what Ibis, DuckDB and Spark say into our words; another engine's driver speaks for itself."""
    errors: list[type[BaseException]] = [ibis.common.exceptions.IbisError, duckdb.Error, NotImplementedError]
    if "pyspark" in sys.modules:
        errors.append(importlib.import_module("pyspark.errors").PySparkException)
        errors.append(importlib.import_module("py4j.protocol").Py4JError)
    try:
        yield
    except tuple(errors) as error:
        raise TableError(
            f"The warehouse could not count the table: {_first(error)}",
            expected="an expression that the engine can run, on a connection that is open",
            cure="Try table.limit(1).to_pandas(); see docs/concepts/warehouse.md for what does not work where.",
        ) from error


def _first(error: BaseException) -> str:
    return message(error) if isinstance(error, duckdb.Error) else (str(error).strip().splitlines() or [type(error).__name__])[0]
