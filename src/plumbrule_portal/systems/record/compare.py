"""What changes between two versions of a record, what is still needed, and the way from an older form to a newer one."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from plumbrule.errors import InputError
from plumbrule_portal.systems.record.form import read_form
from plumbrule_portal.systems.record.model import Absent, Record, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One change. `language` is set when only that language of a text changed; a side that is not there is None."""

    field: str
    before: Value | str | None
    after: Value | str | None
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A field that is still needed: `left-out` when nothing is said, `absent` when a value is needed and an absence stands."""

    field: str
    why: str


def differences(old: Record, new: Record) -> tuple[Difference, ...]:
    """Every change from `old` to `new`: of the head first, then field by field, in texts language by language."""
    return (*_head(old, new), *_fields(old.fields, new.fields))


def _head(old: Record, new: Record) -> Iterator[Difference]:
    for name in ("form", "id", "organisation", "language"):
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            yield Difference(field=name, before=before, after=after)
    if old.declared != new.declared:
        yield Difference(field="declared", before=_source(old), after=_source(new))


def _source(record: Record) -> str | None:
    return f"{record.declared.source}, {record.declared.retrieved}" if record.declared else None


def _fields(old: Mapping[str, Value], new: Mapping[str, Value]) -> Iterator[Difference]:
    for name in dict.fromkeys(chain(old, new)):
        before, after = old.get(name), new.get(name)
        if before == after:
            continue
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            for language in sorted({*before, *after}):
                if before.get(language) != after.get(language):
                    yield Difference(field=name, before=before.get(language), after=after.get(language), language=language)
        else:
            yield Difference(field=name, before=before, after=after)


def missing(record: Record, for_export: Collection[str] | None = None) -> tuple[Missing, ...]:
    """What the record still needs: to be published, or to hold a value in each field that an export requires.

    Args:
        record: the record.
        for_export: the fields in which an export requires values (`exchange.required_by(format)`); None for publishing.
    """
    form = read_form(record.form)
    return tuple(found for spec in form.fields for found in _lack(record, spec.id, _needed(spec.id, spec.needed, for_export)))


def _needed(name: str, needed: str, for_export: Collection[str] | None) -> str:
    if for_export is None:
        return needed
    return "value" if name in for_export else "no"


def _lack(record: Record, name: str, needed: str) -> Iterator[Missing]:
    value = record.fields.get(name)
    if needed != "no" and value is None:
        yield Missing(field=name, why="left-out")
    elif needed == "value" and isinstance(value, Absent):
        yield Missing(field=name, why="absent")


def upgrade(record: Record, to: str) -> Record:
    """The record under another form. A record keeps the form it was written under until somebody asks for this.

    Raises:
        InputError: no way leads from its form to that one. There is one form yet, so the only way is to itself.
    """
    if record.form == read_form(to).id:
        return record
    raise InputError(
        f"No way leads from the form {record.form!r} to {to!r}.",
        expected="a form to which its fields can be carried",
        cure="Write the record anew under the newer form.",
    )
