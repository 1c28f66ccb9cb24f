"""`node` and `log` as a person uses them: where parts lie, how the log stands, what others have seen."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from plumbrule.evidence.log import Log
from running import Ran

Here = Callable[..., Ran]


@pytest.fixture
def node(here: Here, tmp_path: Path) -> Path:
    """A node with its guard on another disk, and two entries, one of them published."""
    (tmp_path / "disk").mkdir()
    made = here("node", "init", str(tmp_path / "node"), "--name", "example.org/a", "--guard", str(tmp_path / "disk" / "head"))
    assert made.code == 0, made.stderr
    with Log.open(tmp_path / "node" / "log") as log:
        log.append([b"first"])
        log.publish(lambda: datetime(2026, 7, 22, 12, tzinfo=UTC))
        log.append([b"second"])
        log.content.put(b"public text")
    return tmp_path / "node"


def test_status_says_how_the_log_stands(here: Here, node: Path) -> None:
    """What is recorded and published, where things lie, and what nobody outside can vouch for; also in Chinese."""
    ran = here("node", "status", str(node))
    assert ran.code == 0, ran.stderr
    text = " ".join(ran.stdout.split())
    assert "has recorded: 2" in text
    assert "Published of them: 1. The oldest that is not is entry 1" in text
    assert str(node.parent / "disk" / "head") in text.replace(" ", "")
    assert "content store: 1" in text
    assert "nobody outside could notice" in text
    with Log.open(node / "log") as log:
        log.publish(lambda: datetime(2026, 7, 22, 13, tzinfo=UTC))
    assert "signed at 2026-07-22T13:00:00+00:00" in here("node", "status", str(node)).stdout
    assert here("node", "status", str(node), "--lang", "zh").code == 0


def test_a_node_that_does_not_open(here: Here, node: Path, tmp_path: Path) -> None:
    """No node, or its guard's disk is not there: exit code 2 and a cure."""
    assert here("node", "status", str(tmp_path)).code == 2
    (tmp_path / "disk" / "head").unlink()
    ran = here("node", "status", str(node))
    assert ran.code == 2
    assert "Cure:" in ran.stderr


def test_what_others_saw_finds_a_restored_snapshot(here: Here, node: Path, tmp_path: Path) -> None:
    """Everything local is rolled back together: alone fsck finds nothing, with a checkpoint that somebody kept it does."""
    shutil.copytree(node / "log", tmp_path / "old")
    shutil.copy(tmp_path / "disk" / "head", tmp_path / "old-head")
    with Log.open(node / "log") as log:
        log.append([b"third"])
        (tmp_path / "seen").write_bytes(log.publish(lambda: datetime.now(UTC)))
        (tmp_path / "assessment.tlog-proof").write_bytes(log.prove(2))
    shutil.rmtree(node / "log")
    shutil.copytree(tmp_path / "old", node / "log")
    shutil.copy(tmp_path / "old-head", tmp_path / "disk" / "head")
    command = ("log", "fsck", "--log", str(node / "log"))
    assert here(*command).code == 0
    assert here(*command, "--seen", str(tmp_path / "old-head")).code == 0
    ran = here(*command, "--seen", str(tmp_path / "seen"))
    assert ran.code == 1
    assert "3 entries were published, and it holds 2: it was rolled back" in " ".join(ran.stdout.split())
    assert here(*command, "--seen", str(tmp_path / "assessment.tlog-proof")).code == 1
    assert here(*command, "--seen", str(tmp_path / "missing")).code == 2


@pytest.mark.parametrize("address", ["postgresql://me:secret@host/db", "oracle://me@host/db"])
def test_a_database_that_is_refused(here: Here, tmp_path: Path, address: str) -> None:
    """A password in the address, or another kind of database: exit code 2, half a node is not left, nothing secret is said."""
    pytest.importorskip("pg8000", reason="needs pg8000: pip install pg8000")
    ran = here("node", "init", str(tmp_path / "node"), "--name", "example.org/a", "--database", address)
    assert ran.code == 2
    assert "secret" not in ran.stdout + ran.stderr
    assert list((tmp_path / "node").iterdir()) == []
