"""The JSON Schema of records (2020-12), made from the forms; `tools/record_schema.py` writes the committed copy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from plumbrule_portal.systems.record.file import ID, PARTY
from plumbrule_portal.systems.record.form import Choice, Column, Field, Form, form_names, read_form
from plumbrule_portal.systems.record.kinds import (
    COUNTRY,
    DATE,
    DIGEST,
    EMAIL,
    LANGUAGE,
    MOST_ADDRESS,
    MOST_LANGUAGES,
    MOST_LINE,
    MOST_ROWS,
    MOST_TEXT,
)
from plumbrule_portal.systems.record.model import SCHEMA, Absence

_DAY = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"


def record_schema() -> dict[str, Any]:
    """The schema of `plumbrule-record/1` under every form there is."""
    forms = [read_form(name) for name in form_names()]
    token = {"type": "string", "pattern": f"^{ID.pattern}$"}
    head = {
        "schema": {"const": SCHEMA},
        "form": {"enum": [form.id for form in forms]},
        "id": token,
        "organisation": {"type": "string", "pattern": f"^{PARTY.pattern}$"},
        "language": {"type": "string", "pattern": f"^{LANGUAGE.pattern}$"},
        "declared": {"anyOf": [{"type": "null"}, _object({"source": token, "url": _declared_url(), "retrieved": _text(_DAY)})]},
        "fields": {"type": "object"},
    }
    chosen = [
        {"if": {"properties": {"form": {"const": form.id}}}, "then": {"properties": {"fields": {"$ref": f"#/$defs/{form.id}"}}}}
        for form in forms
    ]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The record of an AI system",
        **_object(head),
        "allOf": chosen,
        "$defs": {name: part for form in forms for name, part in _definitions(form).items()},
    }


def _object(properties: dict[str, Any], required: Sequence[str] | None = None) -> dict[str, Any]:
    wanted = sorted(properties) if required is None else list(required)
    return {"type": "object", "properties": properties, "required": wanted, "additionalProperties": False}


def _text(pattern: str) -> dict[str, Any]:
    return {"type": "string", "pattern": pattern}


def _declared_url() -> dict[str, Any]:
    return {"anyOf": [{"type": "null"}, {"type": "string", "pattern": "^https?://"}]}


def _definitions(form: Form) -> dict[str, Any]:
    absent = {"$ref": f"#/$defs/{form.id}-absent"}
    fields = {one.id: {"anyOf": [_value(one), absent]} for one in form.fields}
    return {form.id: _object(fields, required=[]), f"{form.id}-absent": {"anyOf": _absent(form)}}


def _absent(form: Form) -> list[dict[str, Any]]:
    others = [one.value for one in Absence if one is not Absence.WITHHELD]
    withheld = {
        "absent": {"const": Absence.WITHHELD.value},
        "class": {"enum": [one.id for one in form.withholding]},
        "basis": _languages(2000),
        "decided_by": {"type": "string", "minLength": 1, "maxLength": 2000},
        "review": _text(_DAY),
    }
    return [_object({"absent": {"enum": others}}), _object(withheld)]


def _languages(most: int) -> dict[str, Any]:
    return {
        "type": "object",
        "propertyNames": {"pattern": f"^{LANGUAGE.pattern}$"},
        "additionalProperties": {"type": "string", "minLength": 1, "maxLength": most},
        "minProperties": 1,
        "maxProperties": MOST_LANGUAGES,
    }


def _value(spec: Field | Column) -> dict[str, Any]:
    if isinstance(spec, Field) and spec.type == "rows":
        return _list(_row(spec), unique=False)
    simple = {
        "text": _languages(spec.most or MOST_TEXT),
        "line": {"type": "string", "minLength": 1, "maxLength": spec.most or MOST_LINE},
        "url": {"type": "string", "pattern": "^https?://", "maxLength": MOST_ADDRESS},
        "email": {"type": "string", "pattern": f"^{EMAIL.pattern}$", "maxLength": 254},
        "date": _text(f"^{DATE.pattern}$"),
        "digest": _text(f"^{DIGEST.pattern}$"),
        "choice": _choice(spec.choices),
    }
    several = {
        "lines": simple["line"],
        "choices": simple["choice"],
        "languages": _text(f"^{LANGUAGE.pattern}$"),
        "countries": _text(f"^{COUNTRY.pattern}$"),
    }
    return simple[spec.type] if spec.type in simple else _list(several[spec.type], unique=True)


def _choice(choices: Sequence[Choice]) -> dict[str, Any]:
    return {"enum": [one.id for one in choices]}


def _list(one: dict[str, Any], *, unique: bool) -> dict[str, Any]:
    return {"type": "array", "items": one, "minItems": 1, "maxItems": MOST_ROWS, **({"uniqueItems": True} if unique else {})}


def _row(spec: Field) -> dict[str, Any]:
    required = [column.id for column in spec.columns if column.required]
    row = _object({column.id: _value(column) for column in spec.columns}, required=required)
    return {**row, "anyOf": [{"required": [name]} for name in spec.one_of]} if spec.one_of else row
