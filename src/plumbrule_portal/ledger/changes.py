"""What a document changes against another one: leaf by leaf, for any form. Knows no Django.

>>> [(one.path, one.before, one.after) for one in changes({"names": {"en": "X"}, "kind": "a"}, {"names": {"en": "X", "fr": "Y"}})]
[('kind', 'a', ''), ('names.fr', '', 'Y')]
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One place, what stands there today, and what would stand there; "" is nothing."""

    path: str
    before: str
    after: str


def changes(today: Mapping[str, Any], then: Mapping[str, Any]) -> tuple[Change, ...]:
    """Every place at which the documents differ, in the order of their paths."""
    before, after = dict(_leaves("", today)) if today else {}, dict(_leaves("", then)) if then else {}
    return tuple(
        Change(path=path, before=before.get(path, ""), after=after.get(path, ""))
        for path in sorted(before.keys() | after.keys())
        if before.get(path) != after.get(path)
    )


def _leaves(path: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping) and value:
        for key, item in value.items():
            yield from _leaves(f"{path}.{key}" if path else str(key), item)
    elif isinstance(value, list) and value:
        for number, item in enumerate(value, 1):
            yield from _leaves(f"{path}.{number}", item)
    else:
        yield path, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
