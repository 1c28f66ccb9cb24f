"""One entry crosses over by its table: theirs to a record, or a record to theirs, with a remark on whatever happens.

Reading ends with a proof: the record is written back, and what does not come out equal is remarked as altered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from plumbrule_portal.systems.exchange.report import Kind, Remark, shortened
from plumbrule_portal.systems.exchange.table import Line, Table
from plumbrule_portal.systems.exchange.ways import WAYS, Context, UnfitError, dig, put, row_of
from plumbrule_portal.systems.record import (
    Absence,
    Absent,
    Declared,
    Field,
    Form,
    Problem,
    Record,
    Value,
    read_column,
    read_form,
    read_value,
    tidy,
)
from plumbrule_portal.systems.record.words import gettext_noop

_NOT_STATED = Absent(reason=Absence.NOT_STATED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What the caller settles before an entry is read."""

    id: str
    organisation: str
    name: str
    language: str
    declared: Declared


def take(table: Table, entry: Mapping[str, Any], head: Head) -> tuple[Record, tuple[Remark, ...]]:
    """An entry of theirs as a record.

    Every field of the form is there afterwards: with a value, or with the absence `not-stated`.
    """
    form = read_form(table.form)
    raw, remarks = _raw(table, form, entry, head)
    fields, refused = _fields(table, form, entry, raw, head.id)
    record = Record(
        form=form.id,
        id=head.id,
        organisation=head.organisation,
        language=head.language,
        fields=MappingProxyType(fields),
        declared=head.declared,
    )
    remarks += refused
    remarks += _proof(table, entry, record, head, {one.theirs for one in remarks})
    remarks += [
        Remark(kind="lacking", entry=head.id, ours=spec.id, reason=gettext_noop("The source does not say."))
        for spec in form.fields
        if spec.needed != "no" and fields[spec.id] == _NOT_STATED
    ]
    return record, tuple(remarks)


def _raw(table: Table, form: Form, entry: Mapping[str, Any], head: Head) -> tuple[dict[str, Any], list[Remark]]:
    """What the ways make of the entry, field by field, before the form has looked at it."""
    context = Context(language=head.language, organisation=head.name)
    raw: dict[str, Any] = dict(table.always)
    rows: dict[tuple[str, tuple[tuple[str, str], ...]], dict[str, Any]] = {}
    remarks = []
    for line in table.lines:
        value = dig(entry, line.theirs)
        if line.only == "export" or _empty(value):
            continue
        if not line.ours and not line.why:  # an organisation or a constant: nothing of ours is filled
            remarks += _tried(line, value, context, head.id)
        elif not line.ours:
            remarks.append(_remark(head.id, line, value, line.why))
        else:
            try:
                _keep(form, raw, rows, line, _read(line, value, context))
            except UnfitError as unfit:
                remarks.append(replace(_remark(head.id, line, value, unfit.reason), slots=unfit.slots))
    for (name, _), row in rows.items():
        raw.setdefault(name, [])
        raw[name] = [*raw[name], row]
    remarks += [
        Remark(kind="not-mapped", entry=head.id, theirs=path, reason=gettext_noop("No field holds this."), value=shortened(value))
        for path, value in _leaves(entry, {line.theirs for line in table.lines})
    ]
    return raw, remarks


def _remark(entry: str, line: Line, value: Any, reason: str, kind: Kind = "not-mapped") -> Remark:
    shown = "" if line.hush else shortened(value)
    return Remark(kind=kind, entry=entry, theirs=line.theirs, ours=line.ours, reason=reason, value=shown)


def _tried(line: Line, value: Any, context: Context, entry: str) -> list[Remark]:
    try:
        WAYS[line.way].read(line, value, context)
    except UnfitError as unfit:
        return [replace(_remark(entry, line, value, unfit.reason), slots=unfit.slots)]
    return []


def _read(line: Line, value: Any, context: Context) -> Any:
    absence = next((ours for ours, theirs in line.absent.items() if theirs and theirs == value), None)
    return {"absent": absence} if absence else WAYS[line.way].read(line, value, context)


def _keep(form: Form, raw: dict[str, Any], rows: dict[Any, dict[str, Any]], line: Line, found: Any) -> None:
    """Put what was read where it belongs: into a row that other lines fill too, behind an earlier text, or by itself."""
    if found is None:
        return
    if line.column and not isinstance(found, dict):
        column = next(one for one in form.field(line.ours).columns if one.id == line.column)
        value = read_column(column, found)
        if isinstance(value, Problem):
            raise UnfitError(value.got, **dict(value.slots))
        rows.setdefault((line.ours, tuple(line.where.items())), dict(line.where))[line.column] = found
    elif isinstance(raw.get(line.ours), dict) and isinstance(found, dict) and not {"absent"} & {*found, *raw[line.ours]}:
        raw[line.ours] = {code: f"{raw[line.ours].get(code, '')}\n\n{text}".strip() for code, text in found.items()}
    else:
        raw[line.ours] = found


def _fields(
    table: Table, form: Form, entry: Mapping[str, Any], raw: Mapping[str, Any], called: str
) -> tuple[dict[str, Value], list[Remark]]:
    """The fields that fit the form; what does not fit is not stated, and remarked for each of their fields it came from."""
    fields: dict[str, Value] = {}
    remarks = []
    for spec in form.fields:
        value = read_value(form, spec, raw[spec.id]) if spec.id in raw else _NOT_STATED
        if isinstance(value, Problem):
            slots = tuple(sorted(value.slots.items()))
            lines = {line.theirs: line for line in table.lines if line.ours == spec.id and not _empty(dig(entry, line.theirs))}
            remarks += [replace(_remark(called, line, dig(entry, path), value.got), slots=slots) for path, line in lines.items()]
            value = _NOT_STATED
        fields[spec.id] = value
    return fields, remarks


def _empty(value: Any) -> bool:
    return value is None or value in ([], {}) or (isinstance(value, str) and not value.strip())


def _leaves(entry: Mapping[str, Any], known: set[str], above: str = "") -> Iterator[tuple[str, Any]]:
    """What stands in the entry at no path that the table knows."""
    for key, value in entry.items():
        path = f"{above}{key}"
        if path in known or _empty(value):
            continue
        if isinstance(value, dict) and any(one.startswith(f"{path}.") for one in known):
            yield from _leaves(value, known, f"{path}.")
        else:
            yield path[:120], value


def _proof(table: Table, entry: Mapping[str, Any], record: Record, head: Head, done: set[str]) -> list[Remark]:
    """Write the record back, and compare field by field with what came in."""
    again, _ = give(table, record, name=head.name)
    found = []
    for path in dict.fromkeys(line.theirs for line in table.lines if line.ours or not line.why):
        before, after = dig(entry, path), dig(again, path)
        if path in done or _empty(before):
            continue
        line = next(one for one in table.lines if one.theirs == path)
        if before == after:
            found.append(Remark(kind="mapped", entry=head.id, theirs=path, ours=line.ours))
        else:
            found.append(_remark(head.id, line, before, _change(line, before, after), "altered"))
    return found


def _change(line: Line, before: Any, after: Any) -> str:
    if after is None:
        return gettext_noop("It was read, and is not written back.")
    if not isinstance(before, str) or not isinstance(after, str):
        return gettext_noop("Only a part of it has a place here.")
    reasons = {
        gettext_noop("The time of day was left off."): line.way == "day",
        gettext_noop("Spaces and line breaks were tidied."): tidy(before) == after,
        gettext_noop("Capital and small letters differ."): before.casefold() == after.casefold(),
        gettext_noop("The mark-up was left off, the words stayed."): "<" in before or "&" in before,
        gettext_noop("Only the beginning was kept."): before.startswith(after),
    }
    return next((reason for reason, so in reasons.items() if so), gettext_noop("It is written in another form."))


def give(table: Table, record: Record, *, name: str) -> tuple[dict[str, Any], tuple[Remark, ...]]:
    """A record as an entry of theirs.

    Args:
        table: the mapping.
        record: the record.
        name: the organisation's name; empty when it is not known.
    """
    form = read_form(record.form)
    context = Context(language=table.language or record.language, organisation=name)
    entry: dict[str, Any] = {}
    remarks: list[Remark] = []
    for line in table.lines:
        if line.only == "import" or (not line.ours and line.why and not line.constant):
            continue
        try:
            value = _written(line, record, context)
        except UnfitError as unfit:
            shown = shortened(record.fields.get(line.ours, ""))
            remarks.append(replace(_remark(record.id, line, shown, unfit.reason), slots=unfit.slots))
            value = None
        if value is not None:
            put(entry, line.theirs, value)
        elif line.required:
            reason = gettext_noop("They require it, and the record holds no value that fits.")
            remarks.append(_remark(record.id, line, "", reason, "lacking"))
    remarks += [one for spec in form.fields for one in _left(table, record, spec, context)]
    gone = {(one.theirs, one.ours) for one in remarks}
    remarks += [
        Remark(kind="mapped", entry=record.id, theirs=line.theirs, ours=line.ours)
        for line in table.lines
        if line.ours and not _empty(dig(entry, line.theirs)) and (line.theirs, line.ours) not in gone
    ]
    return entry, tuple(remarks)


def _written(line: Line, record: Record, context: Context) -> Any:
    if not line.ours:
        return _short(line, WAYS[line.way].write(line, None, context))
    value = _chosen(line, record.fields.get(line.ours))
    if value is None or isinstance(value, Absent):
        return line.absent.get(value.reason if value else Absence.NOT_STATED)
    return _short(line, WAYS[line.way].write(line, value, context))


def _short(line: Line, said: Any) -> Any:
    if line.most and isinstance(said, str) and len(said) > line.most:
        raise UnfitError(gettext_noop("They take at most {most} characters."), most=str(line.most))
    return said


def _chosen(line: Line, value: Value | None) -> Any:
    """The value, or of rows the column in the row that the line means."""
    if not line.column or not isinstance(value, tuple):
        return value
    fitting = _fitting(line, value)
    return (fitting[-1] if line.pick == "last" else fitting[0]).get(line.column) if fitting else None


def _fitting(line: Line, value: tuple[Any, ...]) -> list[Mapping[str, Any]]:
    return [row for row in value if all(row.get(key) == part for key, part in line.where.items())]


def _left(table: Table, record: Record, spec: Field, context: Context) -> Iterator[Remark]:
    """What of a field does not go out: the whole, other languages, other rows, other columns."""
    value = record.fields.get(spec.id)
    lines = [line for line in table.lines if line.ours == spec.id and line.only != "import"]
    always = table.always.get(spec.id)
    if value is None or (not lines and isinstance(always, list) and value == tuple(always)):
        return
    if isinstance(value, Absent):
        if value.reason is Absence.WITHHELD:
            yield _stays(record, spec, gettext_noop("It is lawfully withheld, and stays out of every export."))
    elif not lines:
        yield _stays(record, spec, gettext_noop("They have no place for this."), value)
    elif spec.type == "text":
        yield from _other_languages(record, spec, value, context)
    elif spec.type == "rows":
        yield from _other_rows(record, spec, value, lines)


def _stays(record: Record, spec: Field, reason: str, value: object = "") -> Remark:
    return Remark(kind="not-mapped", entry=record.id, ours=spec.id, reason=reason, value=shortened(_plainly(value)))


def _plainly(value: object) -> object:
    if isinstance(value, Mapping):
        return next(iter(value.values()), "")
    return ", ".join(str(_plainly(part)) for part in value) if isinstance(value, tuple) else value


def _other_languages(record: Record, spec: Field, value: Any, context: Context) -> Iterator[Remark]:
    written = context.language if context.language in value else next(iter(value))
    others = sorted(set(value) - {written})
    if written != context.language:
        reason = gettext_noop("They want the text in {wanted}; it went out in {written}.")
        slots = (("wanted", context.language), ("written", written))
        yield replace(_stays(record, spec, reason, value), slots=slots)
    if others:
        reason = gettext_noop("They take one language; these stayed behind: {languages}.")
        yield replace(_stays(record, spec, reason), slots=(("languages", ", ".join(others)),))


def _other_rows(record: Record, spec: Field, value: Any, lines: list[Line]) -> Iterator[Remark]:
    """Rows and columns that no line takes."""
    taken: list[tuple[int, str]] = []
    for line in lines:
        if line.column:
            fitting = [place for place, row in enumerate(value) if row in _fitting(line, value)]
            place = fitting[-1 if line.pick == "last" else 0] if fitting else -1
            taken += [(place, line.column), *((place, key) for key in line.where)]
        elif line.way == "contact":
            place = next((place for place, row in enumerate(value) if {"email", "url"} & set(row)), -1)
            taken.append((place, next((key for key in ("email", "url") if place >= 0 and key in value[place]), "")))
        else:
            columns = set(line.columns.values()) or {"title"}
            written = [place for place, row in enumerate(value) if not line.columns or row_of(line, row)]
            taken += [(place, key) for place in written for key in columns]
            taken += [
                (place, "kind") for place, row in enumerate(value) if line.values.get(row.get("title", "")) == row.get("kind")
            ]
    left = [(place, key) for place, row in enumerate(value) for key in row if (place, key) not in taken]
    if left:
        reason = gettext_noop("Of the rows these columns stayed behind: {columns}.")
        slots = (("columns", ", ".join(sorted({key for _, key in left}))),)
        yield replace(_stays(record, spec, reason, value[left[0][0]].get(left[0][1], "")), slots=slots)
