"""Nodes that follow one another, five and more in one run, over HTTP on this machine and by carried folder."""

from __future__ import annotations

import hashlib
import shutil
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from evidence_made import plan_envelope
from hypothesis import given, settings
from hypothesis import strategies as st
from nodes_made import NOON, Node, at, entries, mirror_of, served, states
from tree_made import reader_of

from plumbrule.errors import InputError, PlumbruleError, UnreadableError
from plumbrule.evidence import (
    KeySigner,
    Kind,
    Scope,
    add_key,
    new_signer,
    parse_note,
    parse_policy,
    parse_request,
    parse_trust,
    read_key,
    read_keyring,
    revoke_key,
    root_trust,
    write_trust_of,
)
from plumbrule.evidence.checkpoint import Checkpoint
from plumbrule.evidence.claims import KEY_ACT
from plumbrule.evidence.federation import Mirror, find, follow, make_witness, source, standing, sync
from plumbrule.evidence.federation.bundles import read_bundle
from plumbrule.evidence.federation.contact import folder_name
from plumbrule.evidence.log import Log
from plumbrule.evidence.note import sign_note
from plumbrule.evidence.policy import accept
from plumbrule.evidence.possession import write_request
from plumbrule.evidence.tree import EMPTY_ROOT, leaf_hashes, tree_root


def test_five_nodes_hold_one_another(five: list[Node]) -> None:
    """Each follows all others over HTTP; a second round brings nothing, new entries over the edge of a tile come alone."""
    with contextmanager(lambda: _serve_all(five))() as addresses:
        for node in five:
            make_witness(node.path, f"{node.name}/witness")
            for other, address in zip(five, addresses, strict=True):
                if other is not node:
                    node.follow(other, address)
        for _ in range(2):
            for node in five:
                assert set(states(sync(node.path, at()))) == {"fine"}
        for number, node in enumerate(five):
            node.publish(entries(3, 1000 + number), 1)
        for node in five:
            assert set(states(sync(node.path, at(1)))) == {"fine"}
            assert [node.held(other) for other in five if other is not node] == [
                258 + number for number, other in enumerate(five) if other is not node
            ]
            assert standing(node.path).holds


def _serve_all(nodes: list[Node]) -> Iterator[list[str]]:
    with ExitStack() as servers:
        yield [servers.enter_context(served(node.share)) for node in nodes]


def test_cosignatures_come_back_and_satisfy_a_quorum(five: list[Node]) -> None:
    """Four witnesses cosign the first node's log; it collects them, and its checkpoint satisfies a quorum of three."""
    first, *others = five
    keys = [make_witness(node.path, f"{node.name}/witness") for node in others]
    for node, key in zip(others, keys, strict=True):
        node.follow(first)
        sync(node.path, at())
        follow(first.path, key, str(node.share))
    before = standing(first.path)
    assert before.to_json()["oldest_unwitnessed"] == 0
    sync(first.path, at())
    with Log.open(first.log) as log:
        raw, proof = log.checkpoint, log.prove(5)
    lines = "".join(f"witness W{number} {key}\n" for number, key in enumerate(keys))
    policy = parse_policy(f"log {first.key}\n{lines}group G 3 W0 W1 W2 W3\nquorum G\n".encode())
    assert set(accept(policy, raw).witnesses) == {"W0", "W1", "W2", "W3"}
    assert raw in proof
    assert (first.share / "checkpoint").read_bytes() == raw
    after = standing(first.path)
    assert after.to_json()["oldest_unwitnessed"] is None
    first.publish(entries(1, 5000))
    assert standing(first.path).to_json()["oldest_unwitnessed"] == 255


def test_a_carried_folder_is_as_good(five: list[Node], tmp_path: Path) -> None:
    """Copied onto a stick, carried, pulled; without the stick the node is silent since then, and nothing is lost."""
    first, second, *_ = five
    shutil.copytree(first.share, tmp_path / "stick")
    second.follow(first, tmp_path / "stick")
    sync(second.path, at())
    assert second.held(first) == 255
    (tmp_path / "stick").rename(tmp_path / "pocket")
    assert states(sync(second.path, at(5)))[0] == "silent"
    said = str(standing(second.path).sentences()[0])
    assert "silent since 2026-07-22T12:00:00+00:00; entries held: 255" in said
    (tmp_path / "pocket").rename(tmp_path / "stick")
    assert states(sync(second.path, at(6)))[0] == "fine"


def test_a_partition_heals(five: list[Node]) -> None:
    """While a server is away others go on; when it is back, what was missed comes."""
    first, second, third, *_ = five
    with served(first.share) as address:
        second.follow(first, address)
        second.follow(third)
        sync(second.path, at())
    first.publish(entries(10, 300))
    third.publish(entries(10, 300))
    assert states(sync(second.path, at(1)))[:2] == ["silent", "fine"]
    assert (second.held(first), second.held(third)) == (255, 267)
    with served(first.share) as address:
        second.follow(first, address)
        assert states(sync(second.path, at(2)))[0] == "fine"
    assert second.held(first) == 265


def forked(node: Node, tmp_path: Path) -> Path:
    """The same log with another history from some entry on, as its operator could write it; the folder it lays out."""
    shutil.copytree(node.path, tmp_path / "twin")
    (twin := tmp_path / "twin" / "share" / "checkpoint").unlink()
    with Log.open(tmp_path / "twin" / "log") as log:
        log.append([b"another word"])
        log.publish(at())
    sync(tmp_path / "twin", at())
    assert twin.is_file()
    return tmp_path / "twin" / "share"


@pytest.mark.parametrize("longer", [0, 1, 300])
def test_a_forked_log_is_found_and_never_resolved(five: list[Node], tmp_path: Path, longer: int) -> None:
    """Two histories under one key, the second as long, longer, or over a tile: both checkpoints are kept, syncs refuse."""
    first, second, *_ = five
    second.follow(first)
    make_witness(second.path, "second.example/witness")
    twin = forked(first, tmp_path)
    first.publish([b"one word", *entries(longer, 400)])
    sync(second.path, at())
    cosigned = (second.share / "cosigned" / folder_name(first.key.name)).read_bytes()
    if longer == 300:
        with Log.open(tmp_path / "twin" / "log") as log:
            log.append(entries(900, 2000))
            log.publish(at())
        sync(tmp_path / "twin", at())
    second.follow(first, twin)
    assert states(sync(second.path, at()))[0] == "disagrees"
    folder = mirror_of(second.path, first.key) / "alarm"
    kept = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert kept == {
        "first.checkpoint": (first.share / "checkpoint").read_bytes(),
        "second.checkpoint": (twin / "checkpoint").read_bytes(),
    }
    second.follow(first)  # the honest one again: it stays refused
    first.publish(entries(1, 9000))
    assert states(sync(second.path, at()))[0] == "disagrees"
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == kept
    assert (second.share / "cosigned" / folder_name(first.key.name)).read_bytes() == cosigned
    found = standing(second.path)
    assert not found.holds
    assert "DISAGREES" in str(found.sentences()[0])


def test_a_fork_shown_to_two_parties_is_found_when_they_compare(five: list[Node], tmp_path: Path) -> None:
    """Each of two witnesses sees its own history, both in order; following one another, they find it out."""
    first, second, third, *_ = five
    twin = forked(first, tmp_path)
    first.publish([b"one word"])
    for node, place in ((second, first.share), (third, twin)):
        make_witness(node.path, f"{node.name}/witness")
        node.follow(first, place)
        assert states(sync(node.path, at()))[0] == "fine"
    second.follow(third)
    assert "disagrees" in states(sync(second.path, at()))
    assert second.state(first) == "disagrees"
    assert second.state(third) == "fine"  # who shows a contradiction is not the one who signed it


def test_a_node_rolled_back_from_an_old_backup(five: list[Node], tmp_path: Path) -> None:
    """Restored from a backup, an operator learns from its witness that more was published, before it signs a second history."""
    first, second, *_ = five
    key = make_witness(second.path, "second.example/witness")
    second.follow(first)
    follow(first.path, key, str(second.share))
    shutil.copytree(first.path, tmp_path / "backup")
    first.publish(entries(5, 600))
    sync(second.path, at())
    shutil.rmtree(first.path)
    shutil.move(tmp_path / "backup", first.path)
    outcomes = sync(first.path, at(1))
    assert "disagrees" in states(outcomes)
    assert any("does not continue" in str(outcome.said) for outcome in outcomes)
    found = standing(first.path)
    assert not found.holds
    assert "both checkpoints lie in" in str(found.sentences()[0])
    assert states(sync(second.path, at(1)))[0] == "behind"


def test_a_witness_rolled_back_cosigns_nothing_less(five: list[Node], tmp_path: Path) -> None:
    """A mirror restored from an old copy, beside what was cosigned since: it does not cosign again before it caught up."""
    first, second, *_ = five
    make_witness(second.path, "second.example/witness")
    second.follow(first)
    sync(second.path, at())
    folder = mirror_of(second.path, first.key)
    shutil.copytree(folder, tmp_path / "old")
    shutil.copytree(first.share, tmp_path / "old-share")
    first.publish(entries(5, 700))
    sync(second.path, at())
    shutil.rmtree(folder)
    shutil.move(tmp_path / "old", folder)
    second.follow(first, tmp_path / "old-share")
    outcomes = sync(second.path, at())
    assert "it was rolled back" in str(outcomes[0].said)
    second.follow(first)
    assert states(sync(second.path, at()))[0] == "fine"


@pytest.mark.parametrize("lie", ["flip", "cut", "empty", "gone", "long"])
@pytest.mark.parametrize("path", ["checkpoint", "tile/entries/000.p/255"])
def test_a_lying_mirror_stores_nothing(five: list[Node], tmp_path: Path, path: str, lie: str) -> None:
    """A changed, cut, missing or endless file of a mirror: refused, nothing stored, nothing cosigned, and no alarm."""
    first, second, *_ = five
    make_witness(second.path, "second.example/witness")
    shutil.copytree(first.share, tmp_path / "liar")
    bad = tmp_path / "liar" / path
    raw = bad.read_bytes()
    changed = {
        "flip": raw[:90] + bytes([raw[90] ^ 1]) + raw[91:],
        "cut": raw[:-40],
        "empty": b"",
        "long": raw * 9000,
        "gone": raw,
    }
    bad.write_bytes(changed[lie])
    if lie == "gone":
        bad.unlink()
    second.follow(first, tmp_path / "liar")
    assert states(sync(second.path, at()))[0] == "unfit"
    assert second.held(first) == 0
    assert not (second.share / "cosigned").exists()
    second.follow(first)
    assert states(sync(second.path, at()))[0] == "fine"
    assert second.held(first) == 255


def test_a_bad_tile_does_not_become_a_fork(five: list[Node], tmp_path: Path) -> None:
    """Entries and tiles both changed: the mirror's lie, not the log's; no alarm is raised for it."""
    first, second, *_ = five
    sync(first.path, at())
    second.follow(first)
    sync(second.path, at())
    first.publish(entries(5, 800))
    shutil.copytree(first.share, tmp_path / "liar")
    for part in ("entries/001.p/4", "0/001.p/4", "0/000"):
        path = tmp_path / "liar" / "tile" / part
        raw = path.read_bytes()
        path.write_bytes(raw[:5] + bytes([raw[5] ^ 1]) + raw[6:])
    second.follow(first, tmp_path / "liar")
    assert states(sync(second.path, at()))[0] == "unfit"
    assert second.state(first) == "unfit"
    assert second.held(first) == 255


def test_content_is_fetched_and_hashed(five: list[Node], tmp_path: Path) -> None:
    """Public files that an entry names come with it; a false one stops the round; a withdrawn one does not."""
    first, second, third, *_ = five
    text = b'schema = "plumbrule-plan/1"\n'
    digest = hashlib.sha256(text).hexdigest()
    with Log.open(first.log) as log:
        log.content.put(text)
    first.publish(entries(1, 900))
    assert (first.share / "content" / digest).read_bytes() == text
    shutil.copytree(first.share, tmp_path / "liar")
    (tmp_path / "liar" / "content" / digest).write_bytes(b"another text")
    second.follow(first, tmp_path / "liar")
    assert states(sync(second.path, at()))[0] == "unfit"
    second.follow(first)
    assert states(sync(second.path, at()))[0] == "fine"
    with Mirror.open(mirror_of(second.path, first.key)) as mirror:
        assert mirror.content.get(digest) == text
    (tmp_path / "liar" / "content" / digest).unlink()
    third.follow(first, tmp_path / "liar")
    assert states(sync(third.path, at()))[0] == "fine"


class Endless(BaseHTTPRequestHandler):
    """A server whose every body never ends."""

    def do_GET(self) -> None:
        """Send zeroes until the other side has enough."""
        self.send_response(200)
        self.end_headers()
        try:
            while True:
                self.wfile.write(bytes(65_536))
        except OSError:
            return

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Elsewhere(Endless):
    """A server that points to another place."""

    def do_GET(self) -> None:
        """Redirect."""
        self.send_response(302)
        self.send_header("Location", "http://127.0.0.1:1/secret")
        self.end_headers()


def test_endless_answers_and_redirections_end(five: list[Node]) -> None:
    """A body without end is cut off at its limit; nobody sends us to another address."""
    first, second, *_ = five
    with served(first.share, Endless) as address:
        second.follow(first, address)
        assert states(sync(second.path, at()))[0] == "unfit"
    with served(first.share, Elsewhere) as address:
        second.follow(first, address)
        outcome = sync(second.path, at())[0]
        assert (outcome.state, "answers 302" in str(outcome.said)) == ("silent", True)


def test_a_server_that_says_nothing(five: list[Node], monkeypatch: pytest.MonkeyPatch) -> None:
    """A port that takes the connection and never answers: silent after the timeout."""
    first, second, *_ = five
    monkeypatch.setattr(source, "TIMEOUT", 0.2)
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        second.follow(first, f"http://127.0.0.1:{mute.getsockname()[1]}")
        assert states(sync(second.path, at()))[0] == "silent"


@pytest.mark.parametrize("place", ["ftp://example.org/log", "file:///etc", "http://", "gopher://x", "https://x/?q=1", "http://[", "http://x:99999"])
def test_places_that_are_none(five: list[Node], place: str) -> None:
    """Only folders, http and https."""
    with pytest.raises(InputError, match="not a place"):
        five[0].follow(five[1], place)


def test_clocks_an_hour_apart(five: list[Node]) -> None:
    """A witness whose clock is an hour off cosigns all the same: order comes from sizes, times are only told."""
    first, second, third, *_ = five
    for node, hours in ((second, 1.0), (third, -1.0)):
        key = make_witness(node.path, f"{node.name}/witness")
        node.follow(first)
        sync(node.path, at(hours))
        follow(first.path, key, str(node.share))
    sync(first.path, at())
    seen = {peer.name: peer.seen for peer in standing(first.path).peers}
    assert seen == {
        "bishkek.example/witness": "2026-07-22T13:00:00+00:00",
        "dushanbe.example/witness": "2026-07-22T11:00:00+00:00",
    }


def test_a_false_cosignature_is_refused(five: list[Node]) -> None:
    """A witness's line that does not fit, or one by a key that we do not follow: neither is kept."""
    first, second, *_ = five
    key = make_witness(second.path, "second.example/witness")
    second.follow(first)
    sync(second.path, at())
    path = second.share / "cosigned" / folder_name(first.key.name)
    raw = path.read_bytes()
    path.write_bytes(raw[:-10] + (b"AAAA" if raw[-10:-6] != b"AAAA" else b"BBBB") + raw[-6:])
    follow(first.path, key, str(second.share))
    assert states(sync(first.path, at()))[-1] == "unfit"
    path.write_bytes(raw)
    follow(first.path, new_signer(key.name, Kind.WITNESS).verifier, str(second.share))
    sync(first.path, at())
    assert not (first.path / "witnessed").exists()


def test_a_key_is_never_swapped(five: list[Node]) -> None:
    """Following a log again under another key is refused; a revoked key's name cannot come back as another."""
    first, second, *_ = five
    second.follow(first)
    other = new_signer(first.key.name, Kind.LOG)
    with pytest.raises(InputError, match="followed under another key"):
        follow(second.path, other.verifier, str(first.share))
    with pytest.raises(InputError, match="a statement key"):
        follow(second.path, first.signer.verifier, str(first.share))
    (first.share / "checkpoint").write_bytes(signed_by(other, first))
    assert states(sync(second.path, at()))[0] == "unfit"


def test_a_revoked_key_in_five_nodes(five: list[Node], tmp_path: Path) -> None:
    """A laboratory's key is stolen, ended by the steward, and goes on signing: all five hold every entry, each reads the same
    keyring from its own copy, and by the trust file that follows each counts what stands before the end and nothing after."""
    first, *others = five
    steward, lab, log = new_signer("steward.example"), new_signer("lab.example/tests"), first.key.name
    roots = parse_trust(root_trust(log, ((steward.verifier, (KEY_ACT,)),), as_of=NOON.date()))
    asked = parse_request(write_request(lab, log, "lab.example"))
    first.publish([add_key(asked, Scope(), signer=steward, now=NOON), plan_envelope(lab, system="before")])
    keyring = read_keyring(enumerate_log(first), roots, log)
    (record,) = (one for one in keyring.keys if one.key == lab.verifier)
    first.publish([
        revoke_key(record, log, signer=steward, now=NOON, end=257),
        plan_envelope(lab, system="after"),
        add_key(asked, Scope(), signer=lab, now=NOON),
    ])  # fmt: skip
    for node in others:
        make_witness(node.path, f"{node.name}/witness")
        node.follow(first)
        assert states(sync(node.path, at()))[0] == "fine"
        assert node.held(first) == 260
    expected = read_keyring(enumerate_log(first), roots, log)
    assert [one.index for one in expected.ignored] == [259]
    trust = parse_trust(write_trust_of(expected, as_of=NOON.date(), roots="0000"))
    for node in five:
        if node is not first:
            with Mirror.open(mirror_of(node.path, first.key)) as mirror:
                assert read_keyring(mirror.entries(), roots, log) == expected
        found = {one.index: one.signatures[0].state for one in find(node.path, party="lab.example/tests", trust=trust)}
        assert {index: found[index] for index in (256, 258)} == {256: "counts", 258: "holds"}


def enumerate_log(node: Node) -> list[tuple[int, bytes]]:
    """Every entry of a node's own log."""
    with Log.open(node.log) as log:
        return list(log.entries())


def signed_by(signer: KeySigner, node: Node) -> bytes:
    """A checkpoint of a node's log under another key of the same name."""
    raw = (node.share / "checkpoint").read_bytes()
    return sign_note(parse_note(raw).text, [signer])


def test_a_signed_head_without_its_entries(five: list[Node]) -> None:
    """The log's key signs a state that nobody can show: refused, and nothing is cosigned."""
    first, second, *_ = five
    key = read_key(first.log / "log.key", Kind.LOG)
    root = tree_root(256, reader_of(leaf_hashes([b"x"] * 256)))
    head = Checkpoint(origin=key.name, size=256, root=root)
    make_witness(second.path, "w.example")
    second.follow(first)
    sync(second.path, at())
    (first.share / "checkpoint").write_bytes(sign_note(head.text(), [key]))
    assert states(sync(second.path, at()))[0] == "unfit"
    assert second.held(first) == 255


def test_a_head_of_nothing_with_a_root(five: list[Node]) -> None:
    """No entries and a root that is not the empty tree's: refused; the true empty tree is fine, and is not cosigned."""
    first, second, *_ = five
    key = read_key(first.log / "log.key", Kind.LOG)
    make_witness(second.path, "w.example")
    second.follow(first)
    for root, state in ((bytes(32), "unfit"), (EMPTY_ROOT, "fine")):
        (first.share / "checkpoint").write_bytes(sign_note(Checkpoint(origin=key.name, size=0, root=root).text(), [key]))
        assert states(sync(second.path, at()))[0] == state
    assert not (second.share / "cosigned").exists()


@given(raw=st.binary(max_size=400))
@settings(max_examples=40, deadline=None)
def test_any_bytes_as_an_entry_bundle(raw: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whatever a bundle holds, it is read as that many entries or refused, and nothing else happens."""
    folder = tmp_path_factory.mktemp("bundle")
    (folder / "tile" / "entries").mkdir(parents=True)
    (folder / "tile" / "entries" / "000").write_bytes(raw)
    try:
        found = read_bundle(source.FolderSource(folder), 0, 3)
    except UnreadableError as error:
        assert error.got
    else:
        assert raw.startswith(b"".join(len(entry).to_bytes(2, "big") + entry for entry in found))
        assert len(found) == 3


def test_a_node_without_a_folder_and_two_rounds_at_once(five: list[Node], tmp_path: Path) -> None:
    """Clear errors."""
    from plumbrule.base.lock import locked

    with pytest.raises(InputError, match="is no folder"):
        sync(tmp_path / "none", at())
    with locked(five[0].path / "sync", "test"), pytest.raises(PlumbruleError, match="under way"):
        sync(five[0].path, at())


def test_a_mirror_can_be_followed_in_its_place(five: list[Node]) -> None:
    """A hub lays out what it mirrors; whoever follows it there checks the origin's own signature."""
    first, hub, third, *_ = five
    hub.follow(first)
    sync(hub.path, at())
    third.follow(first, hub.share / "mirrors" / folder_name(first.key.name))
    assert states(sync(third.path, at()))[0] == "fine"
    assert third.held(first) == 255
