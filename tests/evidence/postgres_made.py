"""A real PostgreSQL of the tests' own: a fresh cluster in a folder, reached by a socket only."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

HOW = (
    "needs PostgreSQL and pg8000: apt-get install postgresql, pip install pg8000, pytest tests/evidence/test_evidence_postgres.py"
)
ACCOUNT = "postgres"  # the server refuses to run as root; Debian's package brings this account


def _programs() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    known = shutil.which("initdb")
    return Path(known).resolve().parent if known else None


@dataclass(slots=True, kw_only=True)
class Server:
    """A cluster that can be started, and stopped as a power cut would stop the process."""

    programs: Path
    folder: Path
    process: subprocess.Popen[bytes] | None = None
    made: list[str] = field(default_factory=list)

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.process = subprocess.Popen(
            [self.programs / "postgres", "-D", self.folder / "data", "-k", self.folder, "-c", "listen_addresses=",
             "-c", "shared_buffers=16MB"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **_as_account(),
        )  # fmt: skip
        for _ in range(300):
            try:
                self.connect("postgres").close()
            except Exception:  # noqa: BLE001 - whatever it says while it starts
                time.sleep(0.05)
            else:
                return
        raise RuntimeError("PostgreSQL did not start")

    def kill(self) -> None:
        """SIGQUIT: no orderly end; the next start recovers from its write-ahead log."""
        assert self.process is not None
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(30)

    def connect(self, database: str) -> Any:
        """A connection of pg8000."""
        from pg8000 import dbapi

        return dbapi.connect(ACCOUNT, database=database, unix_sock=str(self.folder / ".s.PGSQL.5432"))

    def new_database(self) -> str:
        """The name of a new, empty database."""
        self.made.append(f"log{len(self.made)}")
        self.say(f"CREATE DATABASE {self.made[-1]}")
        return self.made[-1]

    def say(self, *statements: str) -> None:
        """Run statements outside of any transaction."""
        connection = self.connect("postgres")
        connection.autocommit = True
        for statement in statements:
            connection.cursor().execute(statement)
        connection.close()

    def address(self, database: str) -> str:
        """The address by which a log finds the database."""
        return f"postgresql://{ACCOUNT}@/{database}?host={self.folder}"


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A running server; skips with a line that says how to run the test where there is none."""
    with running_postgres() as server:
        yield server


@contextmanager
def running_postgres() -> Iterator[Server]:
    """A running server of one's own, ended and deleted afterwards; skips where there is none."""
    programs = _programs()
    if programs is None:
        pytest.skip(HOW)
    pytest.importorskip("pg8000", reason=HOW)
    memory = Path("/dev/shm")  # a new cluster writes 40 MB, which no test needs on a disk
    folder = Path(tempfile.mkdtemp(prefix="plumbrule-pg-", dir=memory if memory.is_dir() else None))
    server = Server(programs=programs, folder=folder)
    try:
        if os.getuid() == 0:
            shutil.chown(folder, ACCOUNT)
        subprocess.run(
            [programs / "initdb", "--no-sync", "--auth=trust", "--username", ACCOUNT, "-D", folder / "data"],
            check=True, capture_output=True, **_as_account(),
        )  # fmt: skip
        server.start()
        yield server
    finally:
        if server.process is not None and server.process.poll() is None:
            server.kill()
        shutil.rmtree(folder, ignore_errors=True)


def _as_account() -> dict[str, Any]:
    return {"user": ACCOUNT, "group": ACCOUNT, "cwd": "/"} if os.getuid() == 0 else {}
