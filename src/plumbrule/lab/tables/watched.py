"""Tell how far DuckDB has come with a query, while it runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import duckdb

from plumbrule.base.progress import Listener, listener

_EVERY = 0.2  # seconds


@contextmanager
def watched(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Ask DuckDB again and again how far it is, and tell who listens; nothing is done where nobody does."""
    heard = listener()
    if heard is None:
        yield
        return
    connection.execute("SET enable_progress_bar=true")  # without it DuckDB does not know
    connection.execute("SET enable_progress_bar_print=false")
    ended = Event()
    thread = Thread(target=_ask, args=(connection, heard, ended), name="plumbrule-progress", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _ask(connection: duckdb.DuckDBPyConnection, heard: Listener, ended: Event) -> None:
    while not ended.wait(_EVERY):
        percent = connection.query_progress()
        if percent >= 0:
            heard(min(percent / 100, 1.0))
