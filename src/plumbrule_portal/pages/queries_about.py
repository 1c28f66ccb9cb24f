"""What the page about this register says of its log: the key, how far it has come, who else has seen it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from plumbrule.evidence import fingerprint
from plumbrule_portal.ledger import node, queries, state
from plumbrule_portal.ledger.models import Entry

STANDING = "standing.json"
"""What `tick` writes after every round with others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """The log's name, its key and how to compare that by voice; entries; when the last head was signed, and over how many.

    `said` is when others were last asked; `witnesses` and `followed` hold what is known of each; `contradiction` is true if a
    witness saw another history of this log and nobody has said why.
    """

    name: str
    key: str
    fingerprint: str
    entries: int
    head: int
    signed: datetime | None
    said: datetime | None
    witnesses: tuple[dict[str, Any], ...]
    followed: tuple[dict[str, Any], ...]
    contradiction: bool


def about() -> About:
    """Looked up now."""
    key, standing = node.log_key(), _standing()
    signed = state.signed_at()
    return About(
        name=key.name,
        key=str(key),
        fingerprint=fingerprint(f"{key}\n".encode()),
        entries=Entry.objects.count(),
        head=queries.published_size(),
        signed=signed,
        said=_time(standing.get("at", "")),
        witnesses=_peers(standing, "witness"),
        followed=_peers(standing, "log"),
        contradiction=bool(standing.get("contradiction")),
    )


def _peers(standing: dict[str, Any], kind: str) -> tuple[dict[str, Any], ...]:
    return tuple(one | {"when": _time(one["seen"])} for one in standing.get("peers", ()) if one["kind"] == kind)


def _standing() -> dict[str, Any]:
    """Empty where nobody is followed, or `tick` has not run yet."""
    try:
        found: dict[str, Any] = json.loads((node.folder() / STANDING).read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return found


def _time(text: str) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text else None
