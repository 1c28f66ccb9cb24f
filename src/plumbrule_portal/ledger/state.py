"""How far the public tables have come: what decides whether a page that was shown before is still the same."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from django.db import connection

from plumbrule.evidence.log import read_settings
from plumbrule_portal.ledger import node


def newest_index() -> int:
    """The position of the newest entry that the public tables show; -1 before the first. One look into an index."""
    with connection.cursor() as cursor:
        cursor.execute('SELECT max("index") FROM ledger_entry')
        found = cursor.fetchone()[0]
    return -1 if found is None else int(found)


def state() -> str:
    """The newest entry, and which head was signed last: pages say how far an entry has come."""
    try:
        signed = _guard(node.folder() / "log").stat().st_mtime_ns
    except FileNotFoundError:
        signed = 0
    return f"{newest_index()}.{signed}"


@lru_cache(maxsize=8)
def _guard(log: Path) -> Path:
    return read_settings(log).guard_in(log)
