"""A record as a person reads it: sections, labels, and each value in the reader's language. Knows no database.

What a record says is text of its own languages; the words around it are ours and translated.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from babel.dates import format_date, format_skeleton
from django.utils.translation import gettext, gettext_lazy

from plumbrule_portal.systems.record import Choice, Column, Field, Form, read_form
from plumbrule_portal.ui.languages import current, locale

HEAD = frozenset({"name", "summary"})
"""The fields that stand at the head of a system's page and not in its sections."""
ABSENT = {
    "unknown": gettext_lazy("The organisation says that it does not know."),
    "not-applicable": gettext_lazy("This does not apply to the system."),
    "not-stated": gettext_lazy("The register from which this was read does not say."),
    "withheld": gettext_lazy("Withheld, as the law allows."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """A lawful withholding, in words: which class, on what basis, who decided, when it is looked at again."""

    kind: str
    basis: Mapping[str, str]
    decided_by: str
    review: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One value to show. `kind` is absent, text, link, mail, digest, plain, list or rows.

    `texts` holds a text by language, `plain` what is one line, `items` a list, `rows` the rows of a table under `columns`.
    """

    kind: str
    plain: str = ""
    texts: Mapping[str, str] | None = None
    items: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Shown | None, ...], ...] = ()
    withheld: Withheld | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A label and its value. `field` is the field's id."""

    field: str
    label: str
    value: Shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading and its lines."""

    id: str
    label: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One phase of life: `state` is past, now or "" for one that was not named; `since` a date in words."""

    label: str
    state: str
    since: str


def sections(form_name: str, fields: Mapping[str, Any]) -> tuple[Section, ...]:
    """The sections that say something, in the order of the form under which the record was written."""
    form = read_form(form_name)
    found = (Section(id=part.id, label=gettext(part.label), lines=tuple(_lines(form, part.id, fields))) for part in form.sections)
    return tuple(section for section in found if section.lines)


def steps(form_name: str, fields: Mapping[str, Any]) -> tuple[Step, ...]:
    """The eleven phases of life, with the dates on which the system is said to have moved; empty if nothing is said."""
    dates = {row["phase"]: row.get("since", "") for row in phases(fields)}
    if not dates:
        return ()
    now = list(dates)[-1]
    column = next(one for one in read_form(form_name).field("phases").columns if one.id == "phase")
    return tuple(
        Step(
            label=gettext(one.label),
            state="now" if one.id == now else "past" if one.id in dates else "",
            since=date_in_words(dates.get(one.id, "")),
        )
        for one in column.choices
    )


def phases(fields: Mapping[str, Any]) -> list[dict[str, str]]:
    """The moves through the phases of life that a record names, the latest last; empty where it is silent."""
    found = fields.get("phases")
    return found if isinstance(found, list) else []


def date_in_words(value: str) -> str:
    """A day, a month or a year (ISO 8601), as the reader writes it."""

    parts = [int(part) for part in value.split("-")] if value else []
    if not parts:
        return ""
    day = date(parts[0], *[*parts[1:], 1, 1][:2])
    if len(parts) == 3:
        return format_date(day, format="long", locale=locale(current()))
    return format_skeleton("yMMMM" if len(parts) == 2 else "y", day, locale=locale(current()))


def _lines(form: Form, section: str, fields: Mapping[str, Any]) -> Iterator[Line]:
    for spec in form.fields:
        if spec.section == section and spec.id not in HEAD and spec.id in fields:
            yield Line(field=spec.id, label=gettext(spec.label), value=shown(form, spec, fields[spec.id]))


def shown(form: Form, spec: Field | Column, value: Any) -> Shown:
    """One value of a field or a column."""
    if isinstance(value, dict) and "absent" in value:
        return _absent(form, value)
    if spec.type == "text":
        return Shown(kind="text", texts=value)
    if spec.type == "rows":
        return _table(form, spec, value)
    if isinstance(value, list):
        return Shown(kind="list", items=tuple(_word(spec, item) for item in value))
    return Shown(kind=_KINDS.get(spec.type, "plain"), plain=_word(spec, value))


_KINDS = {"url": "link", "email": "mail", "digest": "digest"}


def _table(form: Form, spec: Field | Column, value: list[dict[str, Any]]) -> Shown:
    """Only the columns in which some row says something."""
    columns = [column for column in getattr(spec, "columns", ()) if any(column.id in row for row in value)]
    return Shown(
        kind="rows",
        columns=tuple(gettext(column.label) for column in columns),
        rows=tuple(
            tuple(shown(form, column, row[column.id]) if column.id in row else None for column in columns) for row in value
        ),
    )


def _absent(form: Form, value: Mapping[str, Any]) -> Shown:
    reason = str(value["absent"])
    withheld = None
    if reason == "withheld":
        withheld = Withheld(
            kind=_label(form.withholding, str(value["class"])),
            basis=value["basis"] if isinstance(value["basis"], dict) else {"und": str(value["basis"])},
            decided_by=str(value["decided_by"]),
            review=date_in_words(str(value["review"])),
        )
    return Shown(kind="absent", plain=str(ABSENT[reason]), withheld=withheld)


def _word(spec: Field | Column, value: str) -> str:
    """A token in words: a choice's label, a language's or a country's name."""
    match spec.type:
        case "choice" | "choices":
            return _label(spec.choices, value)
        case "languages":
            names = locale(current()).languages
            return str(names.get(value.replace("-", "_")) or names.get(value.partition("-")[0]) or value)
        case "countries":
            return str(locale(current()).territories.get(value.partition("-")[0], value))
        case "date":
            return date_in_words(value)
    return value


def _label(choices: tuple[Choice, ...], value: str) -> str:
    return next((gettext(one.label) for one in choices if one.id == value), value)
