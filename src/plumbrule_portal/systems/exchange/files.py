"""Import and export of whole files: each gives what came of it and a report of what did not."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from plumbrule.errors import InputError
from plumbrule_portal.systems.exchange.crossing import Head, give, take
from plumbrule_portal.systems.exchange.names import Organisation, organisations
from plumbrule_portal.systems.exchange.opening import FORMATS, Format, Opened, id_of
from plumbrule_portal.systems.exchange.report import Remark, Report, gathered, shortened
from plumbrule_portal.systems.exchange.table import Table, formats, table_of
from plumbrule_portal.systems.exchange.ways import dig
from plumbrule_portal.systems.record import PARTY, Absent, Declared, Record
from plumbrule_portal.systems.record.words import gettext_noop


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """The records that a file gave, and the organisations that they belong to."""

    records: tuple[Record, ...]
    organisations: tuple[Organisation, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the caller says about an import.

    format        one of `formats()`
    retrieved     the day on which the file was read (ISO 8601); a day that the file itself names goes before it
    language      the language of texts, where neither the format nor the file says
    organisation  whose systems these are, where the file does not say
    name          what the system is called, where a file about one system does not say
    known         id to name of the organisations that the register has
    """

    format: str
    retrieved: str
    language: str = "en"
    organisation: Organisation | None = None
    name: str = ""
    known: Mapping[str, str] | None = None


def read_file(content: bytes, wanted: Wanted) -> tuple[Imported, Report]:
    """The records in a file of another register. They are declared there, and verified by nobody here.

    An entry that cannot be used is refused by itself, with the reason in the report; the others go on.

    Raises:
        UnreadableError: it is not a file of that format.
        LimitError: too large, too many entries, or nested too deeply.
        InputError: no such format, or the caller's day or organisation is not one.
    """
    table, form = _table(wanted.format), FORMATS[wanted.format]
    _check(wanted)
    opened = _titled(form.open(content), form, wanted.name)
    names = _names(opened, form, table, wanted)
    records: dict[str, Record] = {}
    remarks = list(opened.remarks)
    for number, entry in enumerate(opened.entries, start=1):
        found, said = _record(table, form, entry, number, names, opened, wanted)
        if found and found.id in records:
            reason = gettext_noop("An earlier entry of the file has the same id.")
            remarks.append(Remark(kind="refused", entry=found.id, reason=reason))
            continue
        if found:
            records[found.id] = found
        remarks += said
    used = {record.organisation for record in records.values()}
    owners = tuple(owner for owner in names.values() if owner.id in used)
    report = Report(
        direction="import", format=table.format, entries=len(opened.entries), done=len(records), notes=gathered(remarks)
    )
    return Imported(records=tuple(records.values()), organisations=owners), report


def _table(name: str) -> Table:
    if name not in formats():
        raise InputError(f"There is no format {name[:40]!r}.", expected=", ".join(formats()), cure="Name one of these.")
    return table_of(name)


def _check(wanted: Wanted) -> None:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", wanted.retrieved):
        raise InputError(
            f"{wanted.retrieved[:40]!r} is not a day.", expected="a day, as 2027-03-31", cure="Name the day of reading."
        )
    if wanted.organisation and not PARTY.fullmatch(wanted.organisation.id):
        raise InputError(
            f"{wanted.organisation.id[:80]!r} is not the id of an organisation.",
            expected="letters, digits, dots, - and _, at most 120",
            cure="Choose the organisation from the register.",
        )


def _titled(opened: Opened, form: Format, name: str) -> Opened:
    """A file about one system that does not name it takes the caller's name."""
    if not form.single or opened.entries[0]["title"] or not name.strip():
        return opened
    return replace(opened, entries=({**opened.entries[0], "title": name},))


def _names(opened: Opened, form: Format, table: Table, wanted: Wanted) -> Mapping[str, Organisation]:
    """For each name in the file its organisation; the caller's for entries that name none."""
    names = [_named(entry, form) for entry in opened.entries]
    found = dict(organisations(names, country=table.country or "org", known=wanted.known or {}))
    if wanted.organisation and "" in found:
        found[""] = wanted.organisation
    return found


def _named(entry: Any, form: Format) -> str:
    name = dig(entry, form.organisation) if form.organisation else None
    return " ".join(name.split()) if isinstance(name, str) else ""


def _record(
    table: Table, form: Format, entry: Any, number: int, names: Mapping[str, Organisation], opened: Opened, wanted: Wanted
) -> tuple[Record | None, tuple[Remark, ...]]:
    if not isinstance(entry, dict) or not (called := form.number(entry).strip()):
        reason = gettext_noop("It is not an entry with a number or a name.")
        return None, (Remark(kind="refused", entry=f"#{number}", reason=reason, value=_keys(entry)),)
    owner = names[_named(entry, form)]
    head = Head(
        id=id_of(table.prefix, called),
        organisation=owner.id,
        name=owner.name,
        language=table.language or wanted.language,
        declared=Declared(source=table.format.replace(".", "-"), url=opened.url, retrieved=opened.retrieved or wanted.retrieved),
    )
    record, remarks = take(table, entry, head)
    if isinstance(record.fields["name"], Absent):
        reason = gettext_noop("It has no name that could be shown.")
        refused = Remark(kind="refused", entry=head.id, reason=reason, value=_keys(entry))
        return None, (refused, *(one for one in remarks if one.ours == "name" and one.kind == "not-mapped"))
    return record, remarks


def _keys(entry: Any) -> str:
    """What an entry holds, without what it says: that may be about a person."""
    return shortened(", ".join(entry) if isinstance(entry, dict) else type(entry).__name__)


def write_file(records: Sequence[Record], name: str, *, names: Mapping[str, str]) -> tuple[bytes, Report]:
    """Records as a file of another format. What is withheld stays out; the report says what else did.

    Args:
        records: at least one; exactly one for a model card.
        name: one of `formats()`.
        names: id to name of the organisations; an empty name where none is known.

    Raises:
        InputError: no such format, or not the number of records that it takes.
    """
    table, form = _table(name), FORMATS[name]
    if not records or (form.single and len(records) != 1):
        raise InputError(
            f"{len(records)} records were given.",
            expected="exactly one record" if form.single else "at least one record",
            cure="Choose the systems that are to be written.",
        )
    pairs = [give(table, one, name=names.get(one.organisation, "")) for one in records]
    remarks = [remark for _, said in pairs for remark in said]
    report = Report(direction="export", format=name, entries=len(records), done=len(records), notes=gathered(remarks))
    return form.close([entry for entry, _ in pairs]), report
