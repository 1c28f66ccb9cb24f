"""A node that follows many: nobody waits for the slow and the silent, everybody is told of, and a bar can say how far it is."""

from __future__ import annotations

import shutil
import socket
from contextlib import ExitStack
from functools import partial
from http.server import SimpleHTTPRequestHandler
from pathlib import Path
from threading import Event

import pytest
from nodes_made import Node, at, entries, served, states

from plumbrule.base.progress import listening
from plumbrule.evidence.federation import follow, make_witness, source, standing, sync
from plumbrule.evidence.log import create_node

MANY = 24


@pytest.fixture(scope="module")
def many_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hub and many small logs."""
    root = tmp_path_factory.mktemp("many")
    for number in range(MANY):
        Node(root, f"node{number:02}").publish(entries(3, number))
    create_node(root / "hub", name="hub.example")
    return root


@pytest.fixture
def many(many_once: Path, tmp_path: Path) -> tuple[Node, list[Node]]:
    """The hub and the others, of the test's own."""
    shutil.copytree(many_once, tmp_path / "nodes")
    return Node(tmp_path / "nodes", "hub"), [Node(tmp_path / "nodes", f"node{number:02}") for number in range(MANY)]


def test_the_slow_keep_nobody_waiting(many: tuple[Node, list[Node]], monkeypatch: pytest.MonkeyPatch) -> None:
    """The first server answers only once the last was asked; others never say a word: all who answer are pulled in that round."""
    hub, others = many
    asked = Event()
    monkeypatch.setattr(source, "TIMEOUT", 2.0)

    class Waiting(SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            if asked.wait(1.5):
                super().do_GET()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Telling(Waiting):
        def do_GET(self) -> None:
            asked.set()
            super().do_GET()

    with ExitStack() as stack:
        for handler, node in ((Waiting, others[0]), (Telling, others[MANY - 1])):
            chosen = partial(handler, directory=str(node.share))
            hub.follow(node, stack.enter_context(served(node.share, chosen)))  # type: ignore[arg-type]  # as the server calls it
        for node in others[1:4]:
            mute = stack.enter_context(socket.socket())
            mute.bind(("127.0.0.1", 0))
            mute.listen()
            hub.follow(node, f"http://127.0.0.1:{mute.getsockname()[1]}")
        for node in others[4 : MANY - 1]:
            hub.follow(node)
        heard: list[float] = []
        with listening(heard.append):
            found = sync(hub.path, at())
    pulled = {outcome.name: outcome.state for outcome in found}
    assert [name for name, state in sorted(pulled.items()) if state == "silent"] == [node.key.name for node in others[1:4]]
    assert {state for name, state in pulled.items() if state != "silent"} == {"fine"}
    assert sorted(heard) == heard
    assert heard[-1] == 1.0
    assert len(standing(hub.path).peers) == MANY


def test_outcomes_come_in_the_order_of_names(many: tuple[Node, list[Node]]) -> None:
    """However the threads ended; a round with nothing new changes no file that others see."""
    hub, others = many
    make_witness(hub.path, "hub.example/witness")
    for node in others:
        hub.follow(node)
    names = [outcome.name for outcome in sync(hub.path, at())]
    assert names == sorted(names)
    assert len(names) == MANY
    before = {path: path.stat().st_mtime_ns for path in hub.share.rglob("*") if path.is_file()}
    assert (hub.share / "cosigned" / "list").read_text(encoding="utf-8").count("\n") == MANY
    assert set(states(sync(hub.path, at(1)))) == {"fine"}
    assert {path: path.stat().st_mtime_ns for path in hub.share.rglob("*") if path.is_file()} == before


def test_many_witnesses_at_once(many: tuple[Node, list[Node]]) -> None:
    """Twelve witnesses' words about one log are collected in one round, none is lost, as many as a note may hold."""
    hub, others = many
    for node in others[:12]:
        key = make_witness(node.path, f"{node.name}/witness")
        node.follow(hub)
        follow(hub.path, key, str(node.share))
    hub.publish(entries(5))
    for node in others[:12]:
        sync(node.path, at())
    assert len(states(sync(hub.path, at()))) == 12
    assert {peer.size for peer in standing(hub.path).peers} == {5}
    assert (hub.share / "checkpoint").read_bytes().count(b"\xe2\x80\x94 ") == 13
