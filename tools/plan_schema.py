"""Write the JSON Schema of assessment.toml and its reference page from the types that read it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from plumbrule.findings import plan_schema

ROOT = Path(__file__).resolve().parents[1]
SCHEMA = ROOT / "src" / "plumbrule" / "findings" / "schemas" / "plan-1.json"
PAGE = ROOT / "docs" / "reference" / "plan.md"


def schema_text() -> str:
    """The schema as it is committed."""
    return json.dumps(plan_schema(), indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def page() -> str:
    """A table for each part of a plan."""
    schema = plan_schema()
    parts = ["# The plan: assessment.toml", "", "Made by `python tools/plan_schema.py` from the types that read it."]
    parts += ["An unknown key is refused. `examples/mortgage/assessment.toml` shows every part in use.", ""]
    names = {"Plan": "the file", **{name: name for name in schema.get("$defs", {})}}
    for name, definition in {"Plan": schema, **schema.get("$defs", {})}.items():
        about = " ".join((definition.get("description") or "").split())
        parts += [f"## {names[name]}", "", about, "", "| key | kind | needed |", "|---|---|---|", *_rows(definition), ""]
    return "\n".join(parts).rstrip() + "\n"


def _rows(definition: dict[str, Any]) -> Iterator[str]:
    required = set(definition.get("required", ()))
    for key, value in definition.get("properties", {}).items():
        yield f"| `{key}` | {_kind(value)} | {'yes' if key in required else 'no'} |"


def _kind(value: dict[str, Any]) -> str:
    if "$ref" in value:
        return str(value["$ref"].rsplit("/", 1)[-1])
    if "anyOf" in value:
        return " or ".join(_kind(one) for one in value["anyOf"] if one.get("type") != "null")
    if "const" in value:
        return f"`{value['const']}`"
    if value.get("type") == "array":
        return f"list of {_kind(value.get('items', {}))}"
    if "additionalProperties" in value and isinstance(value["additionalProperties"], dict):
        return f"table of {_kind(value['additionalProperties'])}"
    return str(value.get("type", "anything"))


if __name__ == "__main__":
    SCHEMA.write_text(schema_text(), encoding="utf-8", newline="\n")
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
