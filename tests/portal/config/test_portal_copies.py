"""Backup while the node lives, restore through the head guard, and never a step back behind what somebody saw."""

from __future__ import annotations

import json
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import portal_database
import pytest
from portal_made import publish_loans, publish_record

from running import Ran

if TYPE_CHECKING:
    from postgres_made import Server

TABLES = "database.dump" if portal_database.POSTGRES else "log.sqlite3"


@pytest.fixture
def saved(node: Path, tmp_path: Path, here: Callable[..., Ran]) -> Path:
    """A backup, with keys, of a node that has published a system."""
    from portal_made import publish_head

    publish_loans()
    publish_head()
    made = here("backup", tmp_path / "backup", "--node", node, "--with-keys")
    assert made.code == 0, made.stderr
    return tmp_path / "backup"


def test_a_node_comes_back_as_it_was(
    saved: Path, node: Path, tmp_path: Path, here: Callable[..., Ran], database: Server | None
) -> None:
    """Same log, same content, same keys for their owner only; every hash is checked."""
    seen = node / "log" / "checkpoint"
    portal_database.empty(database)
    back = here("restore", saved, "--node", tmp_path / "back", "--seen", seen)
    assert back.code == 0, back.stderr
    for name in ("log/checkpoint", "log/log.key", "keys/statement.key", "portal.toml"):
        assert (tmp_path / "back" / name).read_bytes() == (node / name).read_bytes()
    assert stat.S_IMODE((tmp_path / "back" / "keys" / "statement.key").stat().st_mode) == 0o600
    assert here("log", "fsck", "--log", tmp_path / "back" / "log").code == 0
    blobs = {path.name for path in (node / "log" / "content").rglob("*") if path.is_file()}
    assert blobs == {path.name for path in (tmp_path / "back" / "log" / "content").rglob("*") if path.is_file()}


def test_an_older_backup_is_refused(saved: Path, node: Path, tmp_path: Path, here: Callable[..., Ran]) -> None:
    """Somebody has a head that the backup does not reach: nothing is restored, nothing is left behind."""
    from portal_made import publish_head

    publish_record("organisation-1", "city-z", {"names": {"en": "Z"}}, party="city-z")
    publish_head()
    back = here("restore", saved, "--node", tmp_path / "back", "--seen", node / "log" / "checkpoint")
    assert back.code == 2
    assert "Cure:" in back.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup"]


def test_restoring_needs_a_word_about_what_was_seen(
    saved: Path, tmp_path: Path, here: Callable[..., Ran], database: Server | None
) -> None:
    """Without a checkpoint from outside one has to say that there is none."""
    portal_database.empty(database)
    refused = here("restore", saved, "--node", tmp_path / "back")
    assert refused.code == 2 and "--nobody-saw" in refused.stderr
    assert here("restore", saved, "--node", tmp_path / "back", "--nobody-saw").code == 0


def test_without_asking_for_them_no_keys_are_copied(node: Path, tmp_path: Path, here: Callable[..., Ran]) -> None:
    """Whoever finds the backup cannot sign in the node's name."""
    assert here("backup", tmp_path / "b", "--node", node).code == 0
    names = set(json.loads((tmp_path / "b" / "manifest.json").read_text("utf-8"))["files"])
    assert not [name for name in names if name.endswith((".key", ".secret"))]


@pytest.mark.parametrize("name", [f"node/log/{TABLES}", "node/log/log.vkey", "node/log/checkpoint", "manifest.json"])
def test_a_backup_that_was_changed_is_refused(saved: Path, tmp_path: Path, here: Callable[..., Ran], name: str) -> None:
    """One byte more, or a file less."""
    (saved / name).write_bytes((saved / name).read_bytes() + b"x")
    assert here("restore", saved, "--node", tmp_path / "back", "--nobody-saw").code == 2
    (saved / name).unlink()
    assert here("restore", saved, "--node", tmp_path / "back", "--nobody-saw").code == 2
    assert not (tmp_path / "back").exists()
    shutil.rmtree(saved)
