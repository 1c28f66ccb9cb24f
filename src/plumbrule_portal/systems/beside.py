"""Systems side by side: one row for each field that any of them answers, in the order of the form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from plumbrule_portal.systems.models import System
from plumbrule_portal.systems.record import LATEST, Field, read_form
from plumbrule_portal.ui.templatetags.texts import said

MOST_COMPARED, LONGEST = 4, 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One field: its label, and what each system's record says. `differs` where they do not all say the same."""

    label: str
    cells: tuple[SafeString | str, ...]
    differs: bool


def side_by_side(systems: Sequence[System]) -> list[Line]:
    """The lines of a comparison."""
    lines = []
    for field in read_form(LATEST).fields:
        values = [system.fields.get(field.id) for system in systems]
        if any(value is not None for value in values):
            cells = tuple(_cell(field, value) for value in values)
            lines.append(Line(label=gettext(field.label), cells=cells, differs=any(value != values[0] for value in values)))
    return lines


def _cell(field: Field, value: Any) -> SafeString | str:
    """A value as people read it, not longer than a table bears."""
    if value is None:
        return gettext("not answered")
    if isinstance(value, Mapping) and "absent" in value:
        return ABSENT.get(str(value["absent"]), lambda: str(value["absent"]))()
    if isinstance(value, Mapping):
        return said({str(code): str(text) for code, text in value.items()}, LONGEST)
    if isinstance(value, list):
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", ((_row(field, one),) for one in value[:12])))
    return _choice(field, str(value))


def _row(field: Field, value: Any) -> SafeString | str:
    if not isinstance(value, Mapping):
        return _choice(field, str(value))
    known = {column.id: column for column in field.columns}
    parts = []
    for name, part in value.items():
        if isinstance(part, Mapping):
            parts.append(said({str(code): str(text) for code, text in part.items()}, 200))
        else:
            choices = {one.id: one.label for one in known[name].choices} if name in known else {}
            parts.append(gettext(choices[str(part)]) if str(part) in choices else str(part))
    return format_html_join(" · ", "{}", ((part,) for part in parts))


def _choice(field: Field, value: str) -> str:
    labels = {choice.id: choice.label for choice in field.choices}
    return gettext(labels[value]) if value in labels else value[:LONGEST]


ABSENT = {
    "unknown": lambda: gettext("not known"),
    "not-applicable": lambda: gettext("does not apply"),
    "withheld": lambda: gettext("lawfully withheld"),
    "not-stated": lambda: gettext("the source does not say"),
}
