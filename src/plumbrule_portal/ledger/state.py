"""How far the public tables have come: what decides whether a page that was shown before is still the same."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.db import connection

from plumbrule.evidence.log import read_settings

_NEWEST = 'SELECT max("index") FROM ledger_entry'


def newest_index() -> int:
    """The position of the newest entry that the public tables show; -1 before the first. One look into an index."""
    if connection.vendor == "sqlite":  # asked for every page: without the layers that a query of Django's goes through
        connection.ensure_connection()
        found = connection.connection.execute(_NEWEST).fetchone()[0]
    else:
        with connection.cursor() as cursor:
            cursor.execute(_NEWEST)
            found = cursor.fetchone()[0]
    return -1 if found is None else int(found)


def state() -> str:
    """The newest entry, which head was signed last, and when a witness was last heard: pages say how far an entry has come."""
    return f"{newest_index()}.{_changed(_guard(settings.NODE))}.{_changed(_witnessed(settings.NODE))}"


def _changed(path: str) -> int:
    try:
        return os.stat(path).st_mtime_ns  # noqa: PTH116 - for every page, and a path is slower
    except FileNotFoundError:
        return 0


@lru_cache(maxsize=8)
def _witnessed(directory: Path) -> str:
    return str(directory / "witnessed")


def signed_at() -> datetime | None:
    """When the last head was signed; None before the first."""
    try:
        return datetime.fromtimestamp(Path(_guard(settings.NODE)).stat().st_mtime, UTC)
    except FileNotFoundError:
        return None


@lru_cache(maxsize=8)
def _guard(directory: Path) -> str:
    log = directory / "log"
    return str(read_settings(log).guard_in(log))
