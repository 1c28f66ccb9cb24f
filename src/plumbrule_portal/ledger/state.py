"""How far the public tables have come: what decides whether a page that was shown before is still the same."""

from __future__ import annotations

from django.db import connection


def newest_index() -> int:
    """The position of the newest entry that the public tables show; -1 before the first. One look into an index."""
    with connection.cursor() as cursor:
        cursor.execute('SELECT max("index") FROM ledger_entry')
        found = cursor.fetchone()[0]
    return -1 if found is None else int(found)
