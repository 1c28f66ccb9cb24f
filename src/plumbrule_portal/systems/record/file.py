"""A record as bytes: one canonical form (RFC 8785 and a line feed), read as strictly as it is written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import rfc8785

from plumbrule.errors import InputError, UnreadableError
from plumbrule_portal.systems.record.form import Form, read_form
from plumbrule_portal.systems.record.kinds import DATE, LANGUAGE
from plumbrule_portal.systems.record.model import SCHEMA, Absent, Declared, Record, Value
from plumbrule_portal.systems.record.strict import read_json
from plumbrule_portal.systems.record.values import read_fields

MOST_BYTES = 4 << 20
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,119}")
"""An id is a slug, one segment of an address, and a token of the statements that are signed about the system."""
PARTY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,119}")
"""The id of an organisation may have dots, as keys name their parties."""

_KEYS = {"schema", "form", "id", "organisation", "language", "declared", "fields"}
_CURE = "Correct it there, or write the record again with the register."


def record_object(record: Record) -> dict[str, Any]:
    """The record as JSON values, in the form of the schema `plumbrule-record/1`."""
    declared = record.declared
    return {
        "schema": SCHEMA,
        "form": record.form,
        "id": record.id,
        "organisation": record.organisation,
        "language": record.language,
        "declared": declared and {"source": declared.source, "url": declared.url or None, "retrieved": declared.retrieved},
        "fields": {name: value_object(value) for name, value in record.fields.items()},
    }


def value_object(value: Value) -> Any:
    """One value as JSON: what a page's form sends back, and what `read_value` reads."""
    if isinstance(value, Absent):
        withheld = value.withholding
        if withheld is None:
            return {"absent": value.reason.value}
        rest = {"class": withheld.kind, "decided_by": withheld.decided_by, "review": withheld.review}
        return {"absent": value.reason.value, "basis": dict(withheld.basis), **rest}
    if isinstance(value, tuple):
        return [part if isinstance(part, str) else {key: value_object(each) for key, each in part.items()} for part in value]
    return dict(value) if isinstance(value, Mapping) else value


def write_record(record: Record) -> bytes:
    """The canonical bytes of a record."""
    return rfc8785.dumps(record_object(record)) + b"\n"


def read_record(content: bytes, what: str = "The record") -> Record:
    """The record that a file holds.

    Raises:
        UnreadableError: not JSON, of another version, or not exactly what `write_record` writes.
        InputError: a field does not fit its form; names the field.
        LimitError: too large, or nested too deeply.
    """
    record = record_from(read_json(content, what=what, most=MOST_BYTES), what)
    if write_record(record) != content:
        raise UnreadableError(
            f"{what} is not in canonical form.",
            expected="RFC 8785, one line feed, and tidy texts",
            cure="Write it again with the register; do not edit it by hand.",
        )
    return record


def record_from(raw: object, what: str = "The record") -> Record:
    """A record from JSON values, tidied; for drafts, and for what `read_record` has parsed.

    Raises:
        UnreadableError: not the keys of a record, or another version.
        InputError: a field does not fit its form; names the field.
    """
    if not isinstance(raw, Mapping) or raw.get("schema") != SCHEMA:
        version = raw.get("schema") if isinstance(raw, Mapping) else None
        raise UnreadableError(
            f"{what} is of version {str(version)[:80]!r}.",
            expected=SCHEMA,
            cure="Read it with the release that knows it.",
        )
    if set(raw) != _KEYS:
        odd = sorted(str(key)[:40] for key in set(raw) ^ _KEYS)
        raise UnreadableError(
            f"{what}: keys missing or too many: {', '.join(odd[:5])}.", expected=", ".join(sorted(_KEYS)), cure=_CURE
        )
    form = read_form(str(raw["form"]))
    return Record(
        form=form.id,
        id=_token(raw, "id", what),
        organisation=_fits(PARTY, raw["organisation"], f"{what}: organisation", "letters, digits, dots, - and _, at most 120"),
        language=_fits(LANGUAGE, raw["language"], f"{what}: language", "the code of a language, such as en"),
        declared=_declared(raw["declared"], what),
        fields=_fields(form, raw["fields"], what),
    )


def _fields(form: Form, raw: object, what: str) -> Mapping[str, Value]:
    if not isinstance(raw, Mapping):
        raise UnreadableError(f"{what}: fields is not an object.", expected="for each field its value", cure=_CURE)
    values, problems = read_fields(form, raw)
    for problem in problems:
        raise problem.error()
    return values


def _token(raw: Mapping[str, object], key: str, what: str) -> str:
    return _fits(ID, raw[key], f"{what}: {key}", "letters, digits, - and _, at most 120, beginning with a letter or digit")


def _fits(pattern: re.Pattern[str], raw: object, place: str, expected: str) -> str:
    if not isinstance(raw, str) or not pattern.fullmatch(raw):
        raise InputError(f"{place} is {str(raw)[:80]!r}.", expected=expected, cure=_CURE)
    return raw


def _declared(raw: object, what: str) -> Declared | None:
    if raw is None:
        return None
    if not isinstance(raw, Mapping) or set(raw) != {"source", "url", "retrieved"}:
        raise UnreadableError(f"{what}: declared is not whole.", expected="source, url and retrieved, or null", cure=_CURE)
    url = raw["url"]
    if url is not None and (not isinstance(url, str) or not re.fullmatch(r"https?://[^\s@]{1,1990}", url)):
        raise InputError(f"{what}: declared.url is not an address.", expected="an address of a page, or null", cure=_CURE)
    retrieved = _fits(DATE, raw["retrieved"], f"{what}: declared.retrieved", "a day, as 2027-03-31")
    if len(retrieved) != 10:
        raise InputError(f"{what}: declared.retrieved is {retrieved!r}.", expected="a day, as 2027-03-31", cure=_CURE)
    return Declared(
        source=_fits(ID, raw["source"], f"{what}: declared.source", "a token"),
        url=url or "",
        retrieved=retrieved,
    )
