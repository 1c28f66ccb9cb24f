"""The API's own description, as a page needs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One thing that can be asked."""

    method: str
    path: str
    summary: str
    text: str
    parameters: tuple[tuple[str, str], ...]
    token: bool


def operations(schema: Mapping[str, Any]) -> list[Operation]:
    """Every operation of an OpenAPI description, in its order."""
    return [
        Operation(
            method=method.upper(),
            path=path,
            summary=said.get("summary", ""),
            text=said.get("description", ""),
            parameters=tuple((one["name"], _kind(one["schema"])) for one in said.get("parameters", ())),
            token=bool(said.get("security")),
        )
        for path, methods in schema["paths"].items()
        for method, said in methods.items()
    ]


def _kind(schema: Mapping[str, Any]) -> str:
    kinds = [str(one.get("format") or one.get("type", "")) for one in schema.get("anyOf", [schema])]
    return " / ".join(kind for kind in kinds if kind not in {"", "null"})
