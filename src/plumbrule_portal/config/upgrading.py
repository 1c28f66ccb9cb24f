"""Bring a node of an older version to this one: a copy of it, the migrations, every public page's tables anew from the log.

    DIR/backups/before-<version>-<time>     a backup as `plumbrule backup` makes one, without keys; the last three are kept

A migration changes the form of private tables (people, proposals, letters), and of public ones only their form: what stands in
those is read again from the log, so that an upgrade can lose nothing of it. Going back is restoring the copy
(docs/portal/operation.md).
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from plumbrule import __version__
from plumbrule.errors import InputError, OutputError
from plumbrule_portal.config.copies import copy_node
from plumbrule_portal.config.start import migrate, start

if TYPE_CHECKING:
    from django.db.migrations.executor import MigrationExecutor

FOLDER, KEPT = "backups", 3


def ready(node: Path) -> None:
    """Make this process one of the node's portal, on a database of this very version.

    Raises:
        InputError: the folder is no node, or its database is of an older or a newer version.
    """
    start(node)
    executor = _executor()
    _refuse_newer(executor)
    if _waiting(executor):
        raise InputError(
            f"the database of {node} is of an older version.",
            expected=f"that of Plumbrule {__version__}.",
            cure=f"stop `plumbrule serve {node}` and start it again: it makes a copy first, then upgrades.",
        )


def upgrade(node: Path, now: datetime, *, copy: bool = True) -> Iterator[str]:
    """Do what is missing, and say what was done; on a database of this version, nothing. Django has been started.

    Args:
        node: the node's folder.
        now: the time.
        copy: copy the node first, unless there is nothing in it yet.

    Raises:
        InputError: the database is of a newer version.
        OutputError: no room for the copy. Nothing was changed.
    """
    executor = _executor()
    _refuse_newer(executor)
    if not _waiting(executor):
        return
    old = bool(executor.loader.applied_migrations)
    if old and copy:
        yield f"An older database: copied to {_copy(node, now)}"
    migrate()
    from plumbrule_portal.ledger import actions  # noqa: PLC0415 - needs Django's settings

    if old or actions.recorded():
        yield f"Upgraded to {__version__}; public pages made anew from {actions.rebuild()} entries."


def _copy(node: Path, now: datetime) -> Path:
    folder = node / FOLDER
    _check_room(node)
    folder.mkdir(mode=0o700, exist_ok=True)
    made = folder / f"before-{__version__}-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    copy_node(node, made, link=True)
    ours = sorted(folder.glob("before-*"), key=lambda path: path.name.rpartition("-")[2])
    for older in ours[:-KEPT]:
        shutil.rmtree(older)
    return made


def _check_room(node: Path) -> None:
    """Content is not copied but linked where the disk can; the database is."""
    needed = sum(path.stat().st_size for path in (node / "log").glob("*") if path.is_file()) * 2
    if shutil.disk_usage(node).free < needed:
        raise OutputError(
            f"no room on the disk of {node} for a copy before the upgrade.",
            expected=f"{needed >> 20} MiB.",
            cure="make room; or make a backup elsewhere with the older version, and start with --no-copy.",
        )


def _executor() -> MigrationExecutor:
    from django.db import connection  # noqa: PLC0415 - needs Django's settings
    from django.db.migrations.executor import MigrationExecutor  # noqa: PLC0415

    return MigrationExecutor(connection)


def _waiting(executor: MigrationExecutor) -> bool:
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _refuse_newer(executor: MigrationExecutor) -> None:
    loader = executor.loader
    ours = {app for app, _ in loader.graph.nodes}
    strangers = sorted(name for app, name in set(loader.applied_migrations) - set(loader.graph.nodes) if app in ours)
    if strangers:
        raise InputError(
            f"the database is of a newer version than this one: it has been through {strangers[0]}.",
            expected=f"a database of Plumbrule {__version__} or older.",
            cure="install the newer version again; or restore the copy that it made in DIR/backups.",
        )
