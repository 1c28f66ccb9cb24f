"""Move a log that has outgrown SQLite into PostgreSQL: the same key, the same entries, the same root."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from plumbrule.base.progress import listener
from plumbrule.errors import InputError, OutputError
from plumbrule.evidence.log import store
from plumbrule.evidence.log.database import WAIT_SECONDS
from plumbrule.evidence.log.dialect import Cursor, run
from plumbrule.evidence.log.guard import publishing, write_durably
from plumbrule.evidence.log.log import Log
from plumbrule.evidence.log.settings import DATABASE, SETTINGS, read_settings

BATCH = 1_000
MOVED = "moved to another database"


def move_log(directory: Path, address: str) -> int:
    """Copy a log's tables into an empty PostgreSQL database and let the folder point there; how many entries went.

    While it runs nobody appends or publishes. Programs that have the old file open are refused from then on. The old
    file stays beside the log as `log.sqlite3.moved`. Stopped in the middle, the log is where it was.

    Raises:
        InputError: the log lies in PostgreSQL already, or the address is not in its form.
        UnreadableError: the log does not open, or the database cannot be reached.
        OutputError: the database holds a log, or its tree came out differently.
    """
    settings = read_settings(directory)
    if settings.database is not None:
        raise InputError("this log lies in PostgreSQL already.", expected="a log in a SQLite file.", cure="leave it there.")
    with Log.open(directory) as log, publishing(log.guard, WAIT_SECONDS), log.database.writing() as source:
        there = replace(settings, database=address)
        target = there.open_database(directory, new=True)
        try:
            with target.writing() as cursor:
                size = _copy(source, cursor)
        finally:
            target.close()
        write_durably(directory / SETTINGS, there.text().encode())
        run(source, "UPDATE log_state SET format = ?", MOVED)  # who still has the file open reads that at the next append
    with suppress(OSError):  # Windows keeps a name that somebody has open; nobody reads it any more
        (directory / DATABASE).rename(directory / f"{DATABASE}.moved")
    return size


def _copy(source: Cursor, target: Cursor) -> int:
    state, heard = store.read_state(source), listener()
    store.create(target, state.vkey)
    for start in range(0, state.size, BATCH):
        if heard is not None:
            heard(start / state.size)
        store.append(target, [envelope for _, envelope in store.read_entries(source, start, min(state.size, start + BATCH))])
    for size, published, note in store.read_checkpoints(source):
        store.keep_checkpoint(target, size, note, published)
    if store.read_state(target) != state:
        raise OutputError(
            "the copied entries do not give the log's root.", expected="the same tree.", cure="look at `plumbrule log fsck`."
        )
    return state.size
