"""Direct identifiers and personal data in a table: by the names of columns, and by what their values look like.

Shares and counts only; no value that was found leaves this file. A number that passes its check digit by chance is no
identifier: shares of numbers with check digits are corrected for what chance lets through.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from plumbrule.base.messages import message
from plumbrule.base.observation import Estimate, Family, Known, Observation, Unknown
from plumbrule.lab.families.dataset.codes import spare_column
from plumbrule.lab.families.dataset.identifiers import Form, Identifiers, column_kinds, load_identifiers, valid
from plumbrule.lab.inference import intervals
from plumbrule.lab.tables.reading import quote_name, quote_text
from plumbrule.lab.tables.table import Table

MOST_ROWS = 1_000_000
"""Of a longer table a sample of about this many rows is looked at."""
SHORTEST = 6
"""Shorter values are not looked at: no form is as short."""
EMPTY = message("the column has no value")
COUNTED, SAMPLED = "counted", "clopper-pearson, sample of rows"
CHANCE = "check digits beyond chance, clopper-pearson"
_CHUNK = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedColumn:
    """A column whose name speaks of direct identifiers."""

    column: str
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundForm:
    """A column in which values of one form stand.

    `rows` have a value, `candidates` hold something of the form, `passed` of those pass its check digits (all, where
    the form has none). `share` is the share of `rows`; for forms with check digits what is left of it beyond chance.
    """

    column: str
    form: str
    rows: int
    candidates: int
    passed: int
    share: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalData:
    """What was found. `forms` lists every form looked for, `columns` every column looked at, `rows` the rows read."""

    named: tuple[NamedColumn, ...]
    found: tuple[FoundForm, ...]
    columns: tuple[str, ...]
    forms: tuple[str, ...]
    rows: int
    sampled: bool
    reviewed_by: str
    comparisons: int
    confidence: float


def personal_data(
    table: Table,
    *,
    columns: Sequence[str] | None = None,
    identifiers: Identifiers | None = None,
    most_rows: int = MOST_ROWS,
    confidence: float = 0.95,
    comparisons: int | None = None,
) -> PersonalData:
    """Look through names of columns and values.

    Args:
        table: the rows.
        columns: which columns to look through; all when left out.
        identifiers: forms and words; our own list when left out.
        most_rows: a longer table is sampled (by MD5 of the row number: the same rows each time).
        confidence: of all shares with uncertainty together (Bonferroni).
        comparisons: size of the family; columns times forms when left out.

    Raises:
        TableError: a column is not there.
        InputError: our own list is broken.
    """
    known = identifiers or load_identifiers()
    chosen = tuple(columns) if columns is not None else table.columns
    table.require(*chosen)
    sampled = table.rows > most_rows
    family = comparisons or max(len(chosen) * len(known.forms), 1)
    level = 1 - (1 - confidence) / family
    found = [one for column in chosen for one in _look(table, column, known, level, most_rows if sampled else None)]
    kinds = [NamedColumn(column=name, kinds=column_kinds(name, known.words)) for name in chosen]
    return PersonalData(
        named=tuple(one for one in kinds if one.kinds),
        found=tuple(found),
        columns=chosen,
        forms=tuple(form.id for form in known.forms),
        rows=_rows(table, most_rows) if sampled else table.rows,
        sampled=sampled,
        reviewed_by=known.reviewed_by,
        comparisons=family,
        confidence=confidence,
    )


def _drawn(table: Table, most_rows: int | None) -> str:
    """SQL for the rows looked at."""
    if most_rows is None:
        return table.view
    row = quote_name(spare_column(table))
    numbered = f"SELECT row_number() OVER () AS {row}, * FROM {table.view}"
    return f"(SELECT * FROM ({numbered}) WHERE md5_number_upper({row}::VARCHAR) % {table.rows} < {most_rows})"


def _rows(table: Table, most_rows: int) -> int:
    return int(table.query(f"SELECT count(*) FROM {_drawn(table, most_rows)}")[0][0])


def _look(table: Table, column: str, known: Identifiers, level: float, most_rows: int | None) -> list[FoundForm]:
    """Every form of which the column holds something. Each different value is looked at once."""
    name = quote_name(column)
    values = f"SELECT {name} AS v, count(*) AS c FROM {_drawn(table, most_rows)} WHERE {name} IS NOT NULL GROUP BY 1"
    asked = ", ".join(
        f"coalesce(sum(c) FILTER (length(v) >= {SHORTEST} AND regexp_matches(v, {quote_text(form.pattern)})), 0)"
        for form in known.forms
    )
    line = table.query(f"SELECT coalesce(sum(c), 0), {asked} FROM ({values})")[0]
    rows = int(line[0])
    return [
        _found(table, column, form, known, (values, rows, int(candidates)), level, sampled=most_rows is not None)
        for form, candidates in zip(known.forms, line[1:], strict=True)
        if candidates
    ]


def _found(
    table: Table,
    column: str,
    form: Form,
    known: Identifiers,
    counted: tuple[str, int, int],
    level: float,
    *,
    sampled: bool,
) -> FoundForm:
    values, rows, candidates = counted
    passed, lucky = (candidates, 0.0) if form.check == "none" else _checked(table, form, known, values)
    return FoundForm(
        column=column,
        form=form.id,
        rows=rows,
        candidates=candidates,
        passed=passed,
        share=_share(rows, candidates, passed, lucky / candidates, level, sampled=sampled),
    )


def _checked(table: Table, form: Form, known: Identifiers, values: str) -> tuple[int, float]:
    """Rows that hold a number of the form that passes its check, and how many chance alone would let through."""
    pattern = quote_text(form.pattern)
    # No cursor of its own: a frame that was registered with the connection is not there in a cursor.
    found = table.connection.execute(
        f"SELECT c, regexp_extract_all(v, {pattern}) FROM ({values})"
        f" WHERE length(v) >= {SHORTEST} AND regexp_matches(v, {pattern})"
    )
    passed, lucky = 0, 0.0
    while chunk := found.fetchmany(_CHUNK):
        counts = np.array([int(line[0]) for line in chunk])
        each = np.array([len(line[1]) for line in chunk])
        held = valid(form, [text for line in chunk for text in line[1]], known.iban_lengths)
        owner = np.repeat(np.arange(len(chunk)), each)
        some = np.bincount(owner, weights=held.astype(float), minlength=len(chunk)) > 0
        passed += int(counts[some].sum())
        lucky += float((counts * (1 - (1 - form.chance()) ** each)).sum())
    return passed, lucky


def _share(rows: int, candidates: int, passed: int, lucky: float, level: float, *, sampled: bool) -> Estimate:
    """The share of rows that hold the form; beyond chance where there are check digits.

    Of `candidates`, a share t is real and passes, the rest passes with the chance `lucky`: passed / candidates =
    t + (1 - t) lucky, solved for t (Rogan and Gladen 1978, American Journal of Epidemiology 107, 71-76) at the value
    and at both ends of Clopper and Pearson's interval.
    """
    if not rows:
        return Unknown(reason=EMPTY)
    if not lucky and not sampled:
        return Known(value=passed / rows, low=passed / rows, high=passed / rows, n=rows, method=COUNTED)
    if not lucky:
        low, high = intervals.clopper_pearson(passed, rows, level)
        return Known(value=passed / rows, low=float(low), high=float(high), n=rows, method=SAMPLED)
    low, high = intervals.clopper_pearson(passed, candidates, level)
    real = [max((float(seen) - lucky) / (1 - lucky), 0.0) for seen in (passed / candidates, low, high)]
    value, least, most = (share * candidates / rows for share in real)
    return Known(value=value, low=least, high=most, n=rows, method=CHANCE)


def observe_personal_data(
    found: PersonalData, *, inputs: tuple[str, ...], family: Family = "exploratory"
) -> tuple[Observation, ...]:
    """How many columns are named as identifiers, in how many each form stands, and the share of rows in each of those."""
    named = _observation("identifier_columns", "by name", "count", _number(len(found.named), found), found, inputs, family)
    forms = [
        _observation("personal_data_columns", form, "count", _number(_columns(found, form), found), found, inputs, family)
        for form in found.forms
    ]
    shares = [
        _observation("personal_data_share", f"{one.column}~{one.form}", "share", one.share, found, inputs, family)
        for one in found.found
    ]
    return (named, *forms, *shares)


def _columns(found: PersonalData, form: str) -> int:
    """Columns in which the form surely stands: the lower bound of its share is above zero."""
    return sum(
        one.form == form and isinstance(one.share, Known) and (one.share.low > 0 or one.share.method == COUNTED)
        for one in found.found
    )


def _number(value: int, found: PersonalData) -> Estimate:
    return Known(value=value, low=value, high=value, n=len(found.columns), method=COUNTED)


def _observation(
    metric: str,
    detail: str,
    measure: str,
    estimate: Estimate,
    found: PersonalData,
    inputs: tuple[str, ...],
    family: Family,
) -> Observation:
    uncertain = isinstance(estimate, Known) and estimate.method != COUNTED
    return Observation(
        id=f"{metric}:{detail}",
        means="test",
        metric=metric,
        measure="share" if measure == "share" else "count",
        estimate=estimate,
        group={},
        family=family,
        confidence=found.confidence,
        comparisons=found.comparisons if uncertain else 1,
        inputs=inputs,
    )
