"""A first pull in steps: killed, broken off, fed with lies, it counts nothing before all of it is proved, and goes on."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from evidence_made import fresh_process
from hypothesis import given, settings
from hypothesis import strategies as st
from nodes_made import Node, at, entries, mirror_of, served, states

from plumbrule.errors import OutputError, UnreadableError
from plumbrule.evidence import Kind, PlanPredicate, Statement, new_signer, seal, subject_of, write_statement
from plumbrule.evidence.federation import Mirror, bundles, follow, make_witness, mirror, source, sync
from plumbrule.evidence.federation.contact import folder_name
from plumbrule.evidence.log import Log, store
from plumbrule.evidence.log.database import SqliteDatabase

SIZE = 3000


@pytest.fixture(scope="module")
def long_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A node whose log has twelve bundles, and a witness that follows it and never pulled."""
    root = tmp_path_factory.mktemp("long")
    first, second = Node(root, "first"), Node(root, "second")
    first.publish(entries(SIZE))
    make_witness(second.path, "second.example/witness")
    return root


@pytest.fixture
def pair(long_once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Node, Node]:
    """The two, of the test's own; two bundles make a step."""
    shutil.copytree(long_once, tmp_path / "nodes")
    monkeypatch.setattr(mirror, "STEP", 2)
    first, second = Node(tmp_path / "nodes", "first"), Node(tmp_path / "nodes", "second")
    second.follow(first)
    return first, second


def stored(node: Node, other: Node) -> int:
    """How many entries lie in the mirror, proved or not."""
    with Mirror.open(mirror_of(node.path, other.key)) as found, found.database.reading() as cursor:
        return store.read_state(cursor).size


CHILD = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from plumbrule.evidence.federation import mirror, sync
mirror.STEP = 2
read, left = mirror.read_bundle, int(sys.argv[2])
def counted(*arguments):
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return read(*arguments)
mirror.read_bundle = counted
sync(Path(sys.argv[1]), lambda: datetime(2026, 7, 22, tzinfo=UTC))
"""


@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
@pytest.mark.parametrize("bundles", [0, 1, 5, 11])
def test_killed_in_the_middle_it_goes_on(pair: tuple[Node, Node], monkeypatch: pytest.MonkeyPatch, bundles: int) -> None:
    """Killed after so many bundles: nothing is held, cosigned or laid out; the next round fetches only what is missing."""
    first, second = pair
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(second.path), str(bundles)], capture_output=True, check=False, env=fresh_process()
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    whole = bundles // 2 * 2
    assert (stored(second, first), second.held(first)) == (whole * 256, 0)
    assert not (second.share / "cosigned").exists()
    assert not (second.share / "mirrors").exists()
    read, count = mirror.read_bundle, []
    monkeypatch.setattr(mirror, "read_bundle", lambda *arguments: count.append(1) or read(*arguments))
    assert states(sync(second.path, at()))[0] == "fine"
    assert (len(count), second.held(first), stored(second, first)) == (12 - whole, SIZE, SIZE)
    assert (second.share / "cosigned" / folder_name(first.key.name)).is_file()
    laid_out = second.share / "mirrors" / folder_name(first.key.name)
    for path in (first.share / "tile").rglob("*"):
        if path.is_file():
            assert (laid_out / path.relative_to(first.share)).read_bytes() == path.read_bytes()


def test_broken_off_and_grown_meanwhile(pair: tuple[Node, Node], tmp_path: Path) -> None:
    """The stick comes out in the middle; the log grows; from elsewhere the rest comes, and all of it holds."""
    first, second = pair
    shutil.copytree(first.share, tmp_path / "stick")
    (tmp_path / "stick" / "tile" / "entries" / "007").unlink()
    second.follow(first, tmp_path / "stick")
    assert states(sync(second.path, at()))[0] == "unfit"
    assert (stored(second, first), second.held(first)) == (6 * 256, 0)
    first.publish(entries(300, SIZE))
    with served(first.share) as address:
        second.follow(first, address)
        assert states(sync(second.path, at()))[0] == "fine"
    assert second.held(first) == SIZE + 300


@pytest.mark.parametrize("size", [700, 1536, 2000])
def test_the_place_shows_less_than_was_fetched(pair: tuple[Node, Node], tmp_path: Path, size: int) -> None:
    """Steps of a newer state lie here, and the place now shows an older one: it is proved alone, and what is beyond forgotten."""
    first, second = pair
    (tmp_path / "older").mkdir()
    with Log.open(first.log) as log:
        key = log.signer()
    with Log.create(tmp_path / "older" / "log", key.verifier.name, key) as log:
        log.append(entries(size))
        log.publish(at())
        log.export(tmp_path / "older" / "share")
    shutil.copytree(first.share, tmp_path / "stick")
    (tmp_path / "stick" / "tile" / "entries" / "007").unlink()
    second.follow(first, tmp_path / "stick")
    sync(second.path, at())
    assert stored(second, first) == 1536
    second.follow(first, tmp_path / "older" / "share")
    assert states(sync(second.path, at()))[0] == "fine"
    assert second.held(first) == stored(second, first) == size
    second.follow(first)
    assert states(sync(second.path, at()))[0] == "fine"
    assert second.held(first) == SIZE


def test_lies_of_an_earlier_round_are_not_the_next_ones_fault(pair: tuple[Node, Node], tmp_path: Path) -> None:
    """A liar's steps lie here when the honest place is asked: they are thrown away, all comes anew, and nobody is blamed."""
    first, second = pair
    shutil.copytree(first.share, tmp_path / "liar")
    path = tmp_path / "liar" / "tile" / "entries" / "001"
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    (tmp_path / "liar" / "tile" / "entries" / "009").unlink()
    second.follow(first, tmp_path / "liar")
    assert states(sync(second.path, at()))[0] == "unfit"
    assert stored(second, first) == 8 * 256
    second.follow(first)
    assert states(sync(second.path, at()))[0] == "fine"
    assert second.held(first) == SIZE


def test_a_whole_lie_leaves_nothing(pair: tuple[Node, Node], tmp_path: Path) -> None:
    """All steps come, and the root is another: everything that is not proved goes, what was proved before stays."""
    first, second = pair
    sync(second.path, at())
    first.publish(entries(1000, SIZE))
    shutil.copytree(first.share, tmp_path / "liar")
    path = tmp_path / "liar" / "tile" / "entries" / "012"
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    second.follow(first, tmp_path / "liar")
    assert states(sync(second.path, at()))[0] == "unfit"
    assert stored(second, first) == second.held(first) == SIZE
    second.follow(first)
    assert states(sync(second.path, at()))[0] == "fine"
    assert second.held(first) == SIZE + 1000


def test_a_slow_server_has_an_end(pair: tuple[Node, Node], monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that takes all the time of its round is silent; what came stays, and the next round goes on."""
    first, second = pair
    read = mirror.read_bundle

    def until_late(where: source.Source, index: int, width: int) -> list[bytes]:
        if index == 5 and isinstance(where, source.WebSource):
            monkeypatch.setattr(where, "_end", 0.0)
        return read(where, index, width)

    monkeypatch.setattr(mirror, "read_bundle", until_late)
    with served(first.share) as address:
        second.follow(first, address)
        outcome = sync(second.path, at())[0]
        assert (outcome.state, "its time in this round is over" in str(outcome.said)) == ("silent", True)
        assert stored(second, first) == 4 * 256
        monkeypatch.setattr(mirror, "read_bundle", read)
        assert states(sync(second.path, at()))[0] == "fine"


@given(size=st.integers(0, 800), kept=st.integers(0, 800))
@settings(max_examples=25, deadline=None)
def test_cutting_is_as_if_it_never_came(size: int, kept: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A tree cut back to any size has the tiles and the root of a tree that never grew further; a proved one is not cut."""
    folder, key = tmp_path_factory.mktemp("cut"), str(new_signer("x.example", Kind.LOG).verifier)
    tables = []
    for name, first in (("cut", max(size, kept)), ("short", min(size, kept))):
        database = SqliteDatabase(folder / name, new=True)
        with database.writing() as cursor:
            store.create(cursor, key)
            store.append(cursor, entries(first))
            store.cut(cursor, min(size, kept))
            cursor.execute("SELECT level, idx, hashes FROM log_tile ORDER BY level, idx")
            tables.append((store.read_state(cursor), cursor.fetchall(), list(store.read_entries(cursor, 0, 900))))
            store.keep_checkpoint(cursor, min(size, kept), b"note", "now")
        if min(size, kept):
            with pytest.raises(UnreadableError, match="covers more"), database.writing() as cursor:
                store.cut(cursor, min(size, kept) - 1)
        database.close()
    assert tables[0] == tables[1]


def test_an_export_says_what_lies_there(tmp_path: Path) -> None:
    """Exported again: missing files come back, damage is found if it is looked for, another history or a rollback refused."""
    node = Node(tmp_path, "node")
    shutil.copytree(node.log, tmp_path / "early")
    node.publish(entries(600))
    for path in ("tile/0/000", "tile/0/002.p/88", "tile/entries/001"):
        (node.share / path).unlink()
    (node.share / "tile" / "entries" / "000").write_bytes(b"damaged")
    with Log.open(node.log) as log:
        log.append(entries(1, 600))
        log.publish(at())
        log.export(node.share)
        assert (node.share / "tile" / "0" / "000").stat().st_size == 8192
        with pytest.raises(OutputError, match="tile of another history"):
            log.export(node.share, whole=True)
        (node.share / "tile" / "entries" / "000").unlink()
        log.export(node.share, whole=True)
        (node.share / "checkpoint").write_bytes(b"damaged")
        log.export(node.share)
        assert (node.share / "checkpoint").read_bytes() == log.checkpoint
    with Log.open(tmp_path / "early") as log:
        with pytest.raises(OutputError, match="the log was rolled back"):
            log.export(node.share)
        log.append(entries(700, 5000))
        log.publish(at())
        with pytest.raises(OutputError, match="of another history"):
            log.export(node.share)


def test_damage_in_an_export_is_found_by_who_follows(tmp_path: Path) -> None:
    """An export that was damaged in place and not looked at: whoever pulls it refuses it, and holds nothing."""
    first, second = Node(tmp_path, "first"), Node(tmp_path, "second")
    first.publish(entries(600))
    path = first.share / "tile" / "entries" / "000"
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    first.publish(entries(1, 600))
    follow(second.path, first.key, str(first.share))
    assert states(sync(second.path, at()))[0] == "unfit"
    assert second.held(first) == 0


@given(
    files=st.sampled_from([(), ("a.txt",), ("files",), ("a.txt", "files")]),
    name=st.sampled_from(["a.txt", "files", "x \\ y"]),
    separators=st.sampled_from([(",", ":"), (", ", ": "), (" ,", " :")]),
    escaped=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_public_files_are_seen_however_they_are_spelled(
    files: tuple[str, ...], name: str, separators: tuple[str, str], escaped: bool
) -> None:
    """The quick look at an entry never overlooks a file that the whole reading finds, in any spelling of JSON."""
    names = {*files, name}
    predicate = PlanPredicate(assessment="a", system="s", profile="high", files=tuple(sorted(files)))
    subjects = tuple(subject_of(one, one.encode()) for one in sorted(names))  # as somebody else may name them, in words
    statement = Statement(subjects=subjects, predicate=predicate)
    text = json.dumps(json.loads(write_statement(statement)), separators=separators)
    raw = seal((text.replace('"files"', '"\\u0066iles"') if escaped else text).encode(), [new_signer("x.example")])
    assert bundles.named_content(raw) == tuple(sorted(hashlib.sha256(one.encode()).hexdigest() for one in files))


@given(st.binary(max_size=200))
def test_what_is_no_envelope_names_nothing(raw: bytes) -> None:
    """Any bytes as an entry."""
    for entry in (raw, b'{"payload":"' + raw, b'{"payload":"' + raw + b'"'):
        assert bundles.named_content(entry) == ()


def test_half_a_note_of_the_last_contact(tmp_path: Path) -> None:
    """A power cut may leave any bytes there: it counts as never asked, and the next round writes it anew."""
    first, second = Node(tmp_path, "first"), Node(tmp_path, "second")
    first.publish(entries(1))
    second.follow(first)
    for raw in (b"", b"{", bytes(100)):
        (mirror_of(second.path, first.key) / "contact.json").write_bytes(raw)
        assert second.state(first) == "new"
        assert states(sync(second.path, at()))[0] == "fine"
        assert second.state(first) == "fine"
