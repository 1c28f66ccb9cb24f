"""The two doors: what they show, and that the first never opens the second, a socket or a heavy room."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from evidence_made import fresh_process

import plumbrule.evidence
import plumbrule.evidence.federation
import plumbrule.evidence.log

ROOM = Path(plumbrule.evidence.__file__).parent


@pytest.mark.parametrize("door", [plumbrule.evidence, plumbrule.evidence.log, plumbrule.evidence.federation])
def test_a_door_shows_sorted_names_that_exist(door: object) -> None:
    """`__all__` is sorted, complete and true."""
    names = list(door.__all__)  # type: ignore[attr-defined]  # both doors have one
    assert names == sorted(names)
    assert all(hasattr(door, name) for name in names)


@pytest.mark.parametrize("path", sorted(ROOM.glob("*.py")), ids=lambda path: path.name)
def test_the_first_door_does_not_open_the_second(path: Path) -> None:
    """No module of the first door imports the log, a database or the network."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        found = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            found = [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
        for name in found:
            assert not name.startswith(("plumbrule.evidence.log", "plumbrule.evidence.federation")), name
            assert name.split(".")[0] not in {"sqlite3", "socket", "http", "urllib", "ssl", "asyncio"}, name


def test_checking_loads_no_log_and_no_network() -> None:
    """In a fresh process, opening the first door loads neither the second nor anything that could open a socket."""
    code = "import sys, plumbrule.evidence; print(*sys.modules)"
    loaded = set(
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, check=True, text=True, env=fresh_process()
        ).stdout.split()
    )
    assert "plumbrule.evidence.verify" in loaded
    assert not {name for name in loaded if name.startswith("plumbrule.evidence.log")}
    assert not loaded & {"socket", "ssl", "http.client", "sqlite3", "urllib.request", "numpy", "duckdb", "pydantic"}


SOCKETS = {"socket", "http", "urllib", "ssl", "asyncio"}


@pytest.mark.parametrize("path", sorted(ROOM.rglob("*.py")), ids=lambda path: path.relative_to(ROOM).as_posix())
def test_few_files_can_open_sockets(path: Path) -> None:
    """Of all the room, two files of the federation and what opens a PostgreSQL database import what can reach a network."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        found |= {alias.name for alias in node.names} if isinstance(node, ast.Import) else set()
        found |= {str(node.module)} if isinstance(node, ast.ImportFrom) else set()
    few = {"source.py", "serve.py", "postgres.py"}
    assert bool({name.split(".")[0] for name in found} & SOCKETS) == (path.name in few), found
