"""From what was typed or sent to a value of a field, or a problem that says in words what is allowed.

Texts are tidied, never changed in meaning: Unicode NFC, line feeds, no spaces at the ends of lines, one blank line between
paragraphs. Whatever else does not fit is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from plumbrule_portal.systems.record.form import Column, Field, Form
from plumbrule_portal.systems.record.kinds import MOST_ROWS, READERS, one_of, read_date, read_line, read_text
from plumbrule_portal.systems.record.model import Absence, Absent, Plain, Row, Value, Withholding
from plumbrule_portal.systems.record.problem import Problem, UnfitError, unfit
from plumbrule_portal.systems.record.words import gettext_noop


def read_value(form: Form, spec: Field, raw: object) -> Value | Problem:
    """The value of one field, from JSON or from a page's form; a problem when it does not fit."""
    try:
        if isinstance(raw, Mapping) and "absent" in raw:
            return _absent(form, raw)
        return _rows(spec, raw) if spec.type == "rows" else READERS[spec.type](spec, raw)
    except UnfitError as found:
        return replace(found.problem, field=spec.id)


def read_column(column: Column, raw: object) -> Plain | Problem:
    """The value of one column of a row; a problem when it does not fit."""
    try:
        return READERS[column.type](column, raw)
    except UnfitError as found:
        return replace(found.problem, column=column.id)


def read_fields(form: Form, raw: Mapping[str, object]) -> tuple[Mapping[str, Value], tuple[Problem, ...]]:
    """The values that fit, in the order of the form, and a problem for each field that does not."""
    found = {spec.id: read_value(form, spec, raw[spec.id]) for spec in form.fields if spec.id in raw}
    values = {name: value for name, value in found.items() if not isinstance(value, Problem)}
    problems = [value for value in found.values() if isinstance(value, Problem)]
    known = {spec.id for spec in form.fields}
    problems += [
        Problem(
            got=gettext_noop("The form has no field of this name."),
            expected=gettext_noop("only fields of the form"),
            cure=gettext_noop("Leave it out."),
            field=str(name)[:80],
        )
        for name in raw
        if name not in known
    ]
    return MappingProxyType(values), tuple(problems)


def _absent(form: Form, raw: Mapping[str, object]) -> Absent:
    reason = raw["absent"]
    if not isinstance(reason, str) or reason not in set(Absence):
        raise unfit(
            gettext_noop("This is not a reason for leaving a field without a value."),
            gettext_noop("unknown, not-applicable, withheld or not-stated"),
            gettext_noop("Choose one of the reasons."),
        )
    wanted = {"absent", "class", "basis", "decided_by", "review"} if reason == Absence.WITHHELD else {"absent"}
    if set(raw) != wanted:
        raise unfit(
            gettext_noop("The statement about what is absent is not whole, or says more than it may."),
            gettext_noop(
                "for what is withheld: class, legal basis, who decided and the date of review; nothing more for the rest"
            ),
            gettext_noop("Fill in all four, or choose another reason."),
        )
    return Absent(reason=Absence(reason), withholding=_withholding(form, raw) if reason == Absence.WITHHELD else None)


def _withholding(form: Form, raw: Mapping[str, object]) -> Withholding:
    kind = one_of(tuple(one.id for one in form.withholding), raw["class"])
    review = read_date(_LINE, raw["review"])
    if len(review) != 10:
        raise unfit(
            gettext_noop("The date of review is not a whole date."),
            gettext_noop("a day, as 2027-03-31"),
            gettext_noop("Name the day on which the withholding is looked at again."),
        )
    return Withholding(
        kind=kind, basis=read_text(_LINE, raw["basis"]), decided_by=read_line(_LINE, raw["decided_by"]), review=review
    )


_LINE = Column(id="", type="line", label="", most=2000)


def _rows(spec: Field, raw: object) -> tuple[Row, ...]:
    if not isinstance(raw, list | tuple) or not 0 < len(raw) <= MOST_ROWS:
        raise unfit(
            gettext_noop("There are no rows, or too many."),
            gettext_noop("from 1 to 200 rows"),
            gettext_noop("Fill in at least one row, or say why there is none."),
        )
    rows = []
    for number, one in enumerate(raw, start=1):
        try:
            rows.append(_row(spec, one))
        except UnfitError as found:
            raise UnfitError(replace(found.problem, row=number)) from None
    return tuple(rows)


def _row(spec: Field, raw: object) -> Row:
    known = {column.id for column in spec.columns}
    if not isinstance(raw, Mapping) or not set(raw) <= known:
        raise unfit(
            gettext_noop("The row has a column that the form does not know."),
            "{allowed}",
            gettext_noop("Leave it out."),
            allowed=", ".join(sorted(known)),
        )
    row: dict[str, Plain] = {}
    for column in spec.columns:
        if column.id in raw:
            try:
                row[column.id] = READERS[column.type](column, raw[column.id])
            except UnfitError as found:
                raise UnfitError(replace(found.problem, column=column.id)) from None
        elif column.required:
            raise UnfitError(replace(_LACKING, column=column.id))
    if spec.one_of and not set(spec.one_of) & set(row):
        raise unfit(
            gettext_noop("The row gives no way to reach the office."),
            "{allowed}",
            gettext_noop("Fill in at least one of them."),
            allowed=", ".join(spec.one_of),
        )
    return MappingProxyType(row)


_LACKING = Problem(
    got=gettext_noop("A column that every row needs is empty."),
    expected=gettext_noop("a value in that column"),
    cure=gettext_noop("Fill it in, or remove the row."),
)
