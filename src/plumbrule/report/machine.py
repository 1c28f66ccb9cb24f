"""The assessment for machines: canonical JSON out, strict reading in, and its published JSON Schema.

The bytes are RFC 8785 with a line feed at the end: the same assessment gives the same bytes and so the same digest.
Reading is the exact inverse. A file that our writer would not have written is refused.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any

import rfc8785
from pydantic import TypeAdapter, ValidationError

from plumbrule.errors import UnreadableError
from plumbrule.findings.model import Assessment

SCHEMA = "plumbrule-assessment/2"
"""What is written today; every earlier version is read for ever."""
_SINCE_2 = {"Observation": ("judged", "test"), "Adjustment": ("declared",)}
"""Fields that version 1 did not have, by type. Files of that version are read with the fields' defaults."""


def assessment_json(assessment: Assessment) -> bytes:
    """Canonical JSON of an assessment. Raises ValueError when a number in it is not finite."""
    left_out = _SINCE_2 if assessment.schema == "plumbrule-assessment/1" else {}
    return rfc8785.dumps(_plain(assessment, left_out)) + b"\n"


def read_assessment(content: bytes) -> Assessment:
    """The assessment that a file holds.

    Raises:
        UnreadableError: it is not JSON, of another version, or not exactly what our writer writes.
    """
    cure = "Take the file again from the one who published it; do not edit it."
    try:
        version = json.loads(content).get("schema")
    except (ValueError, AttributeError, RecursionError):
        raise UnreadableError("The assessment is not a JSON object.", expected="an assessment.json", cure=cure) from None
    if version not in (SCHEMA, "plumbrule-assessment/1"):
        raise UnreadableError(
            f"The assessment is of version {version!r}.",
            expected=SCHEMA,
            cure="Read it with the version of plumbrule that knows it.",
        )
    try:
        assessment = _adapter().validate_json(content, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise UnreadableError(
            f"The assessment is not in its form at {place!r}: {first['msg']}.", expected=f"the schema {SCHEMA}", cure=cure
        ) from None
    if not _is_written_so(assessment, content):
        raise UnreadableError(
            "The assessment holds more than its schema names, or is not in canonical form.",
            expected="RFC 8785 and one line feed",
            cure=cure,
        )
    return assessment


def _is_written_so(assessment: Assessment, content: bytes) -> bool:
    """Whether our writer gives these bytes; a number too large for a float is one that it never gave."""
    try:
        return assessment_json(assessment) == content
    except ValueError:
        return False


def assessment_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of `assessment.json`; committed as `schemas/assessment-1.json`."""
    found = _adapter().json_schema(mode="serialization")
    found["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    found["$id"] = f"urn:plumbrule:schema:{SCHEMA.replace('/', ':')}"
    found["properties"]["schema"] = {"const": SCHEMA}
    _close(found)
    return found


def _plain(value: Any, left_out: Mapping[str, tuple[str, ...]]) -> Any:
    """Our frozen values as JSON's own kinds. Pydantic's dump knows `dict` only, and a mapping of ours may be read-only."""
    if is_dataclass(value):
        unknown = left_out.get(type(value).__name__, ())
        return {part.name: _plain(getattr(value, part.name), left_out) for part in fields(value) if part.name not in unknown}
    if isinstance(value, Mapping):
        return {key: _plain(part, left_out) for key, part in value.items()}
    return [_plain(part, left_out) for part in value] if isinstance(value, tuple) else value


def _close(schema: Any) -> None:
    """Every object holds all of its fields and nothing else: our writer leaves nothing out."""
    if isinstance(schema, dict):
        if "properties" in schema:
            schema["additionalProperties"] = False
            schema["required"] = sorted(schema["properties"])
        for part in schema.values():
            _close(part)
    elif isinstance(schema, list):
        for part in schema:
            _close(part)


@cache
def _adapter() -> TypeAdapter[Assessment]:
    return TypeAdapter(Assessment)
