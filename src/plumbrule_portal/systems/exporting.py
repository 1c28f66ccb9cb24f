"""A system's record in the formats of others: what each file holds, what stays behind, and what it asks for in vain."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext

from plumbrule.errors import InputError
from plumbrule_portal.ledger.content import read
from plumbrule_portal.systems import exchange
from plumbrule_portal.systems.exchange import Report
from plumbrule_portal.systems.models import System
from plumbrule_portal.systems.queries import standing_record
from plumbrule_portal.systems.record import Record, missing, read_form, read_record
from plumbrule_portal.ui.templatetags.texts import best_of

ENDINGS = {"model-card": ("md", "text/markdown; charset=utf-8"), "cyclonedx": ("cdx.json", "application/vnd.cyclonedx+json")}
"""File ending and media type; the others are JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """How far a record fills a format: of the fields that it requires, how many have a value, and which have none."""

    format: str
    title: str
    required: int
    lacking: tuple[str, ...]

    @property
    def held(self) -> int:
        """How many of the required fields have a value."""
        return self.required - len(self.lacking)


def filled(system: System) -> tuple[Filled, ...]:
    """How far the record of a system fills each format, without anybody entering anything twice."""
    record = record_of(system)
    if record is None:
        return ()
    return tuple(_filled(record, name) for name in exchange.formats())


def written(system: System, name: str) -> tuple[bytes, Report]:
    """The record of a system as a file of another format, and the report. Raises InputError: no such format, or withdrawn."""
    record = record_of(system)
    if record is None:
        raise InputError("the record of this system was withdrawn.", expected="a record that is public.")
    names = system.organisation.names
    return exchange.write_file([record], name, names={system.organisation.slug: names[best_of(names)] if names else ""})


def file_name(system: System, name: str) -> tuple[str, str]:
    """What the file is called, and its media type."""
    ending, media = ENDINGS.get(name, (f"{name}.json", "application/json"))
    return f"{system.slug}.{ending}", media


def record_of(system: System) -> Record | None:
    """The record of a system that the register shows, from the content store; None if it is none of this version's records."""
    newest = standing_record(system.slug)
    raw = read(newest.sha256) if newest else b""
    try:
        return read_record(raw) if raw else None
    except InputError:  # whoever may publish may have published another file; the pages go on without it
        return None


def _filled(record: Record, name: str) -> Filled:
    required, form = exchange.required_by(name), read_form(record.form)
    lacking = missing(record, required)
    return Filled(
        format=name,
        title=gettext(exchange.table_of(name).title),
        required=len(required),
        lacking=tuple(gettext(form.field(one.field).label) for one in lacking),
    )
