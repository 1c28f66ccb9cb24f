"""Where the portal of the tests keeps its tables: a SQLite file, or with PLUMBRULE_TEST_DATABASE=postgres a real PostgreSQL."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "evidence"))

from postgres_made import Server, running_postgres

POSTGRES = os.environ.get("PLUMBRULE_TEST_DATABASE", "") == "postgres"
NAME, COPY = "portal", "portal_new"
UTF8 = "ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"


@contextmanager
def database_server() -> Iterator[Server | None]:
    """A running PostgreSQL with an empty database for the portal, if the tests should use one."""
    if not POSTGRES:
        yield None
        return
    with running_postgres() as server:
        server.say(f"CREATE DATABASE {NAME} {UTF8}")
        yield server


def settings_of(server: Server | None) -> Any:
    """The settings of a log that lies there."""
    from plumbrule.evidence.log import Settings

    return Settings(database=server.address(NAME) if server else None)


def keep(server: Server | None) -> None:
    """Remember the database as it is now."""
    if server:
        server.say(f"CREATE DATABASE {COPY} TEMPLATE {NAME}")


def empty(server: Server | None) -> None:
    """Put an empty database in its place, as somebody does before a restore; a file needs no such thing."""
    if server:
        server.say(f"DROP DATABASE {NAME} WITH (FORCE)", f"CREATE DATABASE {NAME} {UTF8}")


def bring_back(server: Server | None) -> None:
    """Make the database what it was."""
    if server:
        server.say(f"DROP DATABASE {NAME} WITH (FORCE)", f"CREATE DATABASE {NAME} TEMPLATE {COPY}")
