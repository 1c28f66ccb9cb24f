"""A real node with a real database for every test of the portal: made once, copied back before each test."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import portal_database
import pytest
from site_made import Site, running_site

if TYPE_CHECKING:
    from django.test import Client
    from postgres_made import Server

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def database() -> Iterator[Server | None]:
    """The PostgreSQL that the portal uses, None if it uses a SQLite file."""
    with portal_database.database_server() as server:
        yield server


@pytest.fixture(scope="session")
def fresh_node(tmp_path_factory: pytest.TempPathFactory, database: Server | None) -> tuple[Path, Path]:
    """The node that this process's Django works on, and a copy of it as it was when it was new."""
    pytest.importorskip("django", reason="needs the portal's libraries: they are in the dev group")
    from plumbrule.evidence.log import create_node
    from plumbrule_portal.config.office import FILE, Office
    from plumbrule_portal.config.start import collect_static, migrate, start

    # Playwright leaves an event loop running in the thread of the tests, in which Django would not touch a database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    home = tmp_path_factory.mktemp("portal")
    node, copy = home / "node", home / "copy"
    settings = portal_database.settings_of(database)
    create_node(node, name="register.example.org", clock=lambda: NOW, settings=settings)
    (node / FILE).write_text(Office(name="Register of Exampleland").text(), encoding="utf-8")
    start(node)
    migrate()
    collect_static()
    close_database()
    shutil.copytree(node, copy)
    portal_database.keep(database)
    return node, copy


@pytest.fixture
def node(fresh_node: tuple[Path, Path], database: Server | None) -> Iterator[Path]:
    """A node as new, with its database migrated and nothing published."""
    from django.core.cache import cache

    here, copy = fresh_node
    close_database()
    portal_database.bring_back(database)
    for part in list(here.iterdir()):
        if part.name != "static":
            shutil.rmtree(part) if part.is_dir() else part.unlink()
    for part in copy.iterdir():
        if part.name != "static":
            shutil.copytree(part, here / part.name) if part.is_dir() else shutil.copy2(part, here / part.name)
    cache.clear()
    yield here
    close_database()


@pytest.fixture
def client(node: Path) -> Client:
    """A visitor without an account."""
    from django.test import Client

    return Client(SERVER_NAME="127.0.0.1", headers={"Accept-Language": "en"})


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """`plumbrule serve` as a user runs it, in processes of its own, with a system published; ended by its id."""
    with running_site(tmp_path_factory.mktemp("site") / "node") as found:
        yield found


def close_database() -> None:
    """Let go of the database's file."""
    if "DJANGO_SETTINGS_MODULE" in os.environ:
        from django.db import connections

        connections.close_all()
