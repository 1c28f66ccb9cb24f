"""From a table to counts by window: which rows belong to which window, and how many fall into each bin of each stream."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from plumbrule.errors import TableError
from plumbrule.lab.cells import Cells, count_cells, roll_up, tally
from plumbrule.lab.columns import Attribute, Decisions
from plumbrule.lab.families.watch.form import BASELINE, Stream, WatchConfig
from plumbrule.lab.metrics import METRICS
from plumbrule.lab.tables.reading import quote_name, quote_text
from plumbrule.lab.tables.table import Table, open_table

WINDOW = "plumbrule_window"
_TIME, _ROW = "plumbrule_time", "plumbrule_row"
_LABELS = {"day": "%Y-%m-%d", "week": "%G-W%V", "month": "%Y-%m"}
_LEVEL_ROWS, _MOST_LEVELS = 10, 30
_BIN_ROWS = 10
_MOST_GROUPS = 50
Counts = tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A table counted by window: `rows` by window (the baseline among them), `undated` rows without a time.

    `counts` holds for each stream, by window, the counts in the order that `Stream` describes.
    """

    rows: Mapping[str, int]
    undated: int
    counts: Mapping[str, Mapping[str, Counts]]


@contextmanager
def open_windows(config: WatchConfig, folder: Path) -> Iterator[Table]:
    """The table of a watch, with one column more: the window that each row belongs to; NULL for none.

    Raises:
        TableError: it cannot be read, has no such columns, or a time cannot be understood.
    """
    data = config.data
    source = data.query.strip().rstrip(";") if data.query else "SELECT * FROM decisions"
    query = f"""
        WITH plumbrule_source AS (
            {source}
        ), plumbrule_numbered AS (
            SELECT *, {_time_sql(config)} AS {_TIME}, row_number() OVER () AS {_ROW} FROM plumbrule_source
        )
        SELECT * EXCLUDE ({_TIME}, {_ROW}), {_window_sql(config)} AS {WINDOW} FROM plumbrule_numbered
    """
    with open_table(
        folder / data.file,
        query=query,
        encoding=data.encoding,
        delimiter=data.delimiter,
        decimal=data.decimal,
        sheet=data.sheet,
        missing=data.missing,
    ) as table:
        _check_times(table, config)
        yield table


def _time_sql(config: WatchConfig) -> str:
    """The time of a row; NULL where it is blank, cannot be understood, or lies in no year of four digits."""
    windows = config.windows
    if windows.time is None:
        return "NULL::TIMESTAMP"
    name = f"{quote_name(windows.time)}::VARCHAR"
    time = f"try_strptime({name}, {quote_text(windows.format)})" if windows.format else f"TRY_CAST({name} AS TIMESTAMP)"
    return f"(CASE WHEN year({time}) BETWEEN 1000 AND 9998 THEN {time} END)"


def _window_sql(config: WatchConfig) -> str:
    windows, baseline = config.windows, config.baseline
    if windows.rows:
        first = baseline.rows or 0
        place = f"(row_number() OVER (ORDER BY {_TIME} NULLS LAST, {_ROW}) - 1)"
        number = f"(({place} - {first}) // {windows.rows} + 1)"
        return f"CASE WHEN {place} < {first} THEN {quote_text(BASELINE)} ELSE lpad({number}::VARCHAR, 9, '0') END"
    label = f"strftime({_TIME}, {quote_text(_LABELS[windows.every or 'day'])})"
    before = f"TIMESTAMP {quote_text(str(baseline.before))}"
    early = f"WHEN {_TIME} < TIMESTAMP {quote_text(str(baseline.since))} THEN NULL" if baseline.since else ""
    return f"CASE WHEN {_TIME} IS NULL THEN NULL {early} WHEN {_TIME} < {before} THEN {quote_text(BASELINE)} ELSE {label} END"


def _check_times(table: Table, config: WatchConfig) -> None:
    """Every time that is written can be understood; a blank one is counted as undated."""
    windows = config.windows
    if windows.time is None:
        return
    name = quote_name(windows.time)
    bad = table.query(f"SELECT {name} FROM {table.view} WHERE {name} IS NOT NULL AND {_time_sql(config)} IS NULL LIMIT 1")
    if bad:
        raise TableError(
            f"The time column {windows.time!r} holds {str(bad[0][0])[:60]!r}.",
            expected=f"times like {windows.format}" if windows.format else "ISO 8601: 2026-11-21 or 2026-11-21T09:30:00",
            cure='Give windows.format, such as "%d.%m.%Y", or mend the value.',
        )


def closed(window: str, config: WatchConfig, rows: int, today: dt.date) -> bool:
    """Whether a window is over: its last day lies before `today`, or all its rows are there."""
    if config.windows.rows:
        return rows >= config.windows.rows
    if config.windows.every == "week":
        end = dt.date.fromisoformat(f"{window}-7")
    elif config.windows.every == "month":
        start = dt.date.fromisoformat(f"{window}-01")
        end = (start + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
    else:
        end = dt.date.fromisoformat(window)
    return end < today


# ── counting ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def find_streams(table: Table, config: WatchConfig) -> tuple[Stream, ...]:
    """What there is to watch, as the baseline shows it: groups, levels, edges. Done once, when a watch begins.

    Raises:
        TableError: no baseline, a column that is not there, or too few rows to cut.
    """
    found = [_empty(name, "rate", metric=name) for name in (config.decisions.metrics if config.decisions else ())]
    if config.decisions:
        for attribute in config.decisions.by:
            found += _gap_streams(table, config, attribute)
    found += [_number_stream(table, column, config.drift.bins) for column in config.drift.numbers]
    found += [_word_stream(table, column) for column in config.drift.words]
    return tuple(found)


def count_windows(table: Table, config: WatchConfig, streams: tuple[Stream, ...]) -> Counted:
    """Count every window of the table in every stream.

    Raises:
        TableError: a column is not there or does not hold what it should.
    """
    rows = {window: int(n) for window, n in _grouped(table, "1", "true").items()}
    cells = _cells(table, config)
    counts: dict[str, Mapping[str, Counts]] = {}
    for stream in streams:
        if stream.kind in {"rate", "gap"}:
            counts[stream.name] = _count_rates(cells, stream) if cells is not None else {}
        else:
            counts[stream.name] = _count_bins(table, stream)
    total = table.query(f"SELECT count(*) FROM {table.view} WHERE {quote_name(WINDOW)} IS NULL")[0][0]
    return Counted(rows=rows, undated=int(total), counts=counts)


def _grouped(table: Table, what: str, where: str) -> dict[str, int]:
    window = quote_name(WINDOW)
    sql = f"SELECT {window}, sum({what})::BIGINT FROM {table.view} WHERE {window} IS NOT NULL AND {where} GROUP BY 1 ORDER BY 1"
    return dict(table.query(sql))


def _empty(name: str, kind: str, **parts: object) -> Stream:
    column = str(parts.pop("column", ""))
    return Stream(name=name, kind=kind, column=column, baseline=(), pool=(), **parts)  # type: ignore[arg-type]  # from our own calls


def _cells(table: Table, config: WatchConfig) -> Cells | None:
    decisions = config.decisions
    if decisions is None:
        return None
    return count_cells(
        table,
        _checked(
            table,
            Decisions(
                prediction=decisions.prediction,
                label=decisions.label,
                favourable=decisions.favourable,
                by=(Attribute(name=WINDOW), *(Attribute(name=name) for name in decisions.by)),
            ),
        ),
    )


def _checked(table: Table, decisions: Decisions) -> Decisions:
    decisions.check(table)
    return decisions


def _count_rates(cells: Cells, stream: Stream) -> dict[str, Counts]:
    """(no, yes) by window; for a gap those of the group and of the reference side by side."""
    rolled = roll_up(cells, (WINDOW, stream.column) if stream.column else (WINDOW,))
    counted = tally(rolled, METRICS[stream.metric])
    sides = {key: (round(float(n - x)), round(float(x))) for key, x, n in zip(rolled.keys, counted.x, counted.n, strict=True)}
    windows = sorted({key[0] for key in rolled.keys if key[0] is not None})
    if stream.kind == "rate":
        return {window: sides[(window,)] for window in windows}
    none = (0, 0)
    return {
        window: (*sides.get((window, stream.group), none), *sides.get((window, stream.reference), none)) for window in windows
    }


def _gap_streams(table: Table, config: WatchConfig, attribute: str) -> list[Stream]:
    """A stream for each group of the baseline that is large enough, against the reference, in each metric."""
    decisions = config.decisions
    if decisions is None:
        return []
    table.require(attribute)
    name, window = quote_name(attribute), quote_name(WINDOW)
    sql = f"SELECT {name}, count(*) FROM {table.view} WHERE {window} = ? AND {name} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1"
    sizes = {str(value): int(n) for value, n in table.query(sql, [BASELINE]) if n >= config.windows.least}
    reference = decisions.reference.get(attribute) or next(iter(sizes), "")
    if len(sizes) < 2 or reference not in sizes or len(sizes) > _MOST_GROUPS:
        raise TableError(
            f"The baseline holds {len(sizes)} groups of {attribute!r} with {config.windows.least} rows or more"
            + ("." if reference in sizes or not reference else f", and {reference!r} is not among them."),
            expected=f"from 2 to {_MOST_GROUPS} groups, the reference among them",
            cure="Lengthen the baseline, name another reference, or join groups in a query.",
        )
    return [
        _empty(
            f"{metric}:{attribute}={group}~{reference}", "gap", metric=metric, column=attribute, group=group, reference=reference
        )
        for metric in decisions.metrics
        for group in sizes
        if group != reference
    ]


def _number_stream(table: Table, column: str, bins: int) -> Stream:
    """Cut at the quantiles of the baseline, so that bins hold about equal shares; fewer bins where rows are few."""
    table.require_numeric(column)
    number, window = table.numeric_sql(column), quote_name(WINDOW)
    held = table.query(f"SELECT count({number}) FROM {table.view} WHERE {window} = ?", [BASELINE])[0][0]
    cut = min(bins, int(held) // _BIN_ROWS)
    if cut < 2:
        raise TableError(
            f"The baseline holds {held} values of {column!r}.",
            expected=f"{2 * _BIN_ROWS} or more",
            cure="Lengthen the baseline, or do not watch this column.",
        )
    shares = [place / cut for place in range(1, cut)]
    sql = f"SELECT min({number}), quantile_disc({number}, {shares}) FROM {table.view} WHERE {window} = ?"
    least, quantiles = table.query(sql, [BASELINE])[0]
    edges = tuple(sorted({float(edge) for edge in quantiles if edge > least}))
    stream = _empty(column, "numbers", column=column, edges=edges)
    if len(edges) < 1:
        raise TableError(
            f"The column {column!r} holds one value only in the baseline.",
            expected="values that differ",
            cure="Do not watch this column, or watch it as words.",
        )
    means = f"SELECT {_place_sql(stream)}, avg(x) FROM ({_values_sql(table, stream)}) WHERE w = ? AND x IS NOT NULL GROUP BY 1"
    places = dict(table.query(means, [BASELINE]))
    return replace(stream, places=tuple(float(places[place + 1]) for place in range(len(edges) + 1)))


def _word_stream(table: Table, column: str) -> Stream:
    """Levels that are common in the baseline; rare and new ones are counted together as others."""
    table.require(column)
    name, window = quote_name(column), quote_name(WINDOW)
    sql = f"SELECT {name}, count(*) FROM {table.view} WHERE {window} = ? AND {name} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1"
    common = [str(value) for value, n in table.query(f"{sql} LIMIT {_MOST_LEVELS}", [BASELINE]) if n >= _LEVEL_ROWS]
    if not common:
        raise TableError(
            f"No value of {column!r} stands in {_LEVEL_ROWS} rows of the baseline.",
            expected="values that repeat",
            cure="Do not watch this column, or group its values in a query.",
        )
    return _empty(column, "words", column=column, levels=tuple(common))


def _values_sql(table: Table, stream: Stream) -> str:
    """The window w and the value x of each row."""
    value = table.numeric_sql(stream.column) if stream.kind == "numbers" else quote_name(stream.column)
    return f"SELECT {quote_name(WINDOW)} AS w, {value} AS x FROM {table.view}"


def _place_sql(stream: Stream) -> str:
    """The place of a value x in the counts: 0 for missing."""
    if stream.kind == "numbers":
        above = " + ".join(f"(x >= {edge!r})::INTEGER" for edge in stream.edges)
        return f"CASE WHEN x IS NULL THEN 0 ELSE 1 + {above} END"
    cases = " ".join(f"WHEN {quote_text(level)} THEN {place}" for place, level in enumerate(stream.levels, 1))
    return f"CASE WHEN x IS NULL THEN 0 ELSE CASE x {cases} ELSE {len(stream.levels) + 1} END END"


def _count_bins(table: Table, stream: Stream) -> dict[str, Counts]:
    table.require(stream.column)
    if stream.kind == "numbers":
        table.require_numeric(stream.column)
    size = 2 + (len(stream.edges) if stream.kind == "numbers" else len(stream.levels))
    found: dict[str, list[int]] = {}
    sql = f"SELECT w, {_place_sql(stream)}, count(*) FROM ({_values_sql(table, stream)}) WHERE w IS NOT NULL GROUP BY 1, 2"
    for name, place, n in table.query(sql):
        found.setdefault(name, [0] * size)[place] = int(n)
    return {name: tuple(counts) for name, counts in sorted(found.items())}
