"""Nodes for the tests of the federation: five in a folder, a clock that stands still, a folder served on this machine."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from evidence_made import plan_envelope

from plumbrule.evidence import parse_verifier_key, read_key
from plumbrule.evidence.federation import Mirror, Outcome, follow, standing, sync, witness_server
from plumbrule.evidence.federation.contact import folder_name
from plumbrule.evidence.log import Log, create_node
from plumbrule.evidence.vkey import VerifierKey

NOON = datetime(2026, 7, 22, 12, tzinfo=UTC)


def at(hours: float = 0) -> Callable[[], datetime]:
    """A clock that stands still, some hours from noon."""
    return lambda: NOON + timedelta(hours=hours)


class Node:
    """A node of a test: a folder, a log, perhaps a witness."""

    def __init__(self, root: Path, name: str) -> None:
        self.path, self.name, self.log = root / name, f"{name}.example", root / name / "log"
        if not self.path.exists():
            create_node(self.path, name=self.name)
        self.signer = read_key(self.path / "keys" / "statement.key")
        self.key = parse_verifier_key((self.log / "log.vkey").read_text(encoding="utf-8").rstrip("\n"))

    @property
    def share(self) -> Path:
        """What it lays out for others."""
        return self.path / "share"

    def publish(self, entries: list[bytes], hours: float = 0) -> None:
        """Append, publish, lay out."""
        with Log.open(self.log) as log:
            log.append(entries)
            log.publish(at(hours))
        sync(self.path, at(hours))

    def follow(self, other: Node, place: str | Path | None = None) -> None:
        """Follow another's log."""
        follow(self.path, other.key, str(place or other.share))

    def state(self, other: Node) -> str:
        """How it stands with another's log, after what `sync` found."""
        return next(peer.state for peer in standing(self.path).peers if peer.name == other.key.name)

    def held(self, other: Node) -> int:
        """How many entries of another's log it holds."""
        with Mirror.open(mirror_of(self.path, other.key)) as mirror:
            return mirror.head.size


def mirror_of(node: Path, key: VerifierKey) -> Path:
    """The folder of a node's mirror."""
    return node / "mirrors" / folder_name(key.name)


def entries(count: int, start: int = 0) -> list[bytes]:
    """Distinct entries."""
    return [b"entry %d" % number for number in range(start, start + count)]


def states(outcomes: tuple[Outcome, ...]) -> list[str]:
    """What a round came to."""
    return [outcome.state for outcome in outcomes]


@contextmanager
def served(folder: Path, handler: type[BaseHTTPRequestHandler] | None = None) -> Iterator[str]:
    """A folder served on this machine by the standard library."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), handler or partial(Quiet, directory=str(folder)))  # type: ignore[arg-type]
    thread = Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def witnessing(node: Path) -> Iterator[str]:
    """The witness of a node behind HTTP, on this machine."""
    with witness_server(node, ("127.0.0.1", 0), at(), lambda _: None) as server:
        thread = Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


NAMES = ("astana", "bishkek", "dushanbe", "tashkent", "university")


@pytest.fixture(scope="session")
def five_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five nodes, each with a log of a few entries that it lays out."""
    root = tmp_path_factory.mktemp("five")
    for number, node in enumerate(Node(root, name) for name in NAMES):
        node.publish([*entries(254 + number), plan_envelope(node.signer, system=f"system-{number}")])
    return root


@pytest.fixture
def five(five_once: Path, tmp_path: Path) -> list[Node]:
    """The five nodes, of the test's own."""
    shutil.copytree(five_once, tmp_path / "nodes")
    return [Node(tmp_path / "nodes", name) for name in NAMES]
