"""The tlog-witness protocol, both sides: every status of the text, races, kills, and witnesses that lie."""

from __future__ import annotations

import hashlib
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from evidence_made import fresh_process
from hypothesis import given, settings
from hypothesis import strategies as st
from nodes_made import Node, at, entries, mirror_of, served, states, witnessing
from tree_made import reader_of

from plumbrule.errors import InputError, OutputError, UnreadableError
from plumbrule.evidence import KeySigner, Kind, new_signer, parse_checkpoint, parse_note, parse_policy, read_key, sign_note
from plumbrule.evidence.checkpoint import Checkpoint, cosigned_at
from plumbrule.evidence.federation import (
    Mirror,
    add_checkpoint,
    follow,
    hear_outside,
    make_witness,
    parse_place,
    serve,
    standing,
    sync,
    witness_server,
)
from plumbrule.evidence.federation.contact import folder_name
from plumbrule.evidence.federation.witness import Known, judge, read_request, write_request
from plumbrule.evidence.log import Log, WaitingError, set_outside
from plumbrule.evidence.note import MAX_NOTE
from plumbrule.evidence.policy import accept
from plumbrule.evidence.tree import EMPTY_ROOT, consistency_proof, leaf_hashes, tree_root
from running import Ran

LEAVES = leaf_hashes(entries(300))
OTHER = leaf_hashes([*entries(3), b"another word", *entries(296, 1000)])


class Asked:
    """A witness that knows one log by its key alone, and the requests of that log."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.log = folder, new_signer("log.example", Kind.LOG)
        self.witness = make_witness(folder, "witness.example")
        self.signer = read_key(folder / "keys" / "witness.key", Kind.WITNESS)
        follow(folder, self.log.verifier, str(folder / "nowhere"))

    def head(self, size: int, leaves: list[bytes] = LEAVES, signer: KeySigner | None = None) -> bytes:
        """A signed checkpoint of the first leaves."""
        root = tree_root(size, reader_of(leaves)) if size else EMPTY_ROOT
        return sign_note(Checkpoint(origin=self.log.name, size=size, root=root).text(), [signer or self.log])

    def request(self, old: int, size: int, leaves: list[bytes] = LEAVES) -> bytes:
        """A request as the log would write it."""
        proof = consistency_proof(old, size, reader_of(leaves)) if 0 < old <= size else ()
        return write_request(old, proof, self.head(size, leaves))

    def ask(self, body: bytes, hours: float = 0) -> tuple[int, bytes]:
        """Status and body."""
        answer = add_checkpoint(self.folder, body, self.signer, at(hours))
        return answer.status, answer.body

    def recorded(self) -> bytes:
        """What it keeps of what it cosigned."""
        return (self.folder / "share" / "cosigned" / folder_name(self.log.name)).read_bytes()


@pytest.fixture
def asked(tmp_path: Path) -> Asked:
    """A witness of one log."""
    return Asked(tmp_path / "witness")


def test_a_log_is_cosigned_as_it_grows(asked: Asked) -> None:
    """From the empty tree over a tile's edge: each answer is the witness's line on that checkpoint, and the record follows."""
    sizes = (0, 0, 1, 1, 2, 255, 256, 300)
    old = 0
    for size in sizes:
        status, body = asked.ask(asked.request(old, size))
        assert status == 200
        note = parse_note(asked.head(size) + body)
        line = note.by(asked.witness)
        assert line is not None
        assert cosigned_at(note, line, asked.witness) == int(at()().timestamp())
        assert body.decode() in asked.recorded().decode()
        assert asked.recorded().startswith(asked.head(size))
        old = size
    listed = (asked.folder / "share" / "cosigned" / "list").read_text(encoding="utf-8")
    assert listed == f"{folder_name(asked.log.name)}\n"


@pytest.mark.parametrize("old", [0, 6, 8])
def test_a_conflict_names_the_size(asked: Asked, old: int) -> None:
    """Another old size than the one cosigned last: 409 with that size, and the next try with it is cosigned."""
    assert asked.ask(asked.request(0, 7))[0] == 200
    assert asked.ask(asked.request(old, 9)) == (409, b"7\n")
    assert add_checkpoint(asked.folder, asked.request(old, 9), asked.signer, at()).content_type == "text/x.tlog.size"
    assert asked.ask(asked.request(7, 9))[0] == 200


def test_a_proof_that_does_not_hold(asked: Asked) -> None:
    """422: a proof where none belongs, none where one does, a changed or foreign one, and two roots of one size."""
    first = consistency_proof(7, 9, reader_of(LEAVES))
    assert asked.ask(write_request(0, first, asked.head(9)))[0] == 422
    assert asked.ask(write_request(0, (), sign_note(f"{asked.log.name}\n0\n{'A' * 43}=\n", [asked.log])))[0] == 422
    assert asked.ask(asked.request(0, 7))[0] == 200
    kept = asked.recorded()
    wrong = [(), first[:-1], (*first, bytes(32)), (bytes(32), *first[1:]), consistency_proof(7, 9, reader_of(OTHER))]
    for proof in wrong:
        assert asked.ask(write_request(7, proof, asked.head(9)))[0] == 422
    assert asked.ask(write_request(7, first, asked.head(9, OTHER)))[0] == 422
    assert asked.ask(write_request(7, first, asked.head(7)))[0] == 422
    assert asked.recorded() == kept
    assert standing(asked.folder).holds  # a wrong proof proves nothing
    assert asked.ask(write_request(7, (), asked.head(7, OTHER)))[0] == 422
    assert asked.recorded() == kept


def test_two_roots_of_one_size_are_kept_for_ever(asked: Asked) -> None:
    """The log signed both, which proves a fork: both checkpoints are kept, and nothing more is cosigned."""
    assert asked.ask(asked.request(0, 7))[0] == 200
    assert asked.ask(write_request(7, (), asked.head(7, OTHER)))[0] == 422
    folder = mirror_of(asked.folder, asked.log.verifier) / "alarm"
    kept = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert kept == {"first.checkpoint": asked.head(7), "second.checkpoint": asked.head(7, OTHER)}
    status, body = asked.ask(asked.request(7, 9))
    assert (status, b"two histories" in body) == (422, True)
    assert not standing(asked.folder).holds


def test_who_is_not_known_or_did_not_sign(asked: Asked) -> None:
    """404 for another origin; 403 for another key, a false line of the known key, or none; a stranger's line hurts nothing."""
    other = new_signer("other.example", Kind.LOG)
    foreign = sign_note(Checkpoint(origin=other.name, size=0, root=EMPTY_ROOT).text(), [other])
    assert asked.ask(write_request(0, (), foreign))[0] == 404
    twin = new_signer(asked.log.name, Kind.LOG)
    assert asked.ask(write_request(0, (), asked.head(7, signer=twin)))[0] == 403
    good = asked.head(7)
    assert asked.ask(write_request(0, (), good[:-8] + (b"AAAA" if good[-8:-4] != b"AAAA" else b"BBBB") + good[-4:]))[0] == 403
    text = parse_note(asked.head(7)).text
    assert asked.ask(write_request(0, (), sign_note(text, [twin, asked.log])))[0] == 200
    assert twin.verifier.label not in {line.label for line in parse_note(asked.recorded()).signatures}


@pytest.mark.parametrize(
    "change",
    [
        lambda raw: b"",
        lambda raw: raw.replace(b"old 0", b"old 00"),
        lambda raw: raw.replace(b"old 0", b"old -1"),
        lambda raw: raw.replace(b"old 0", b"OLD 0"),
        lambda raw: raw.replace(b"old 0\n", b"old 0\r\n"),
        lambda raw: raw.replace(b"old 0\n", b"old 0\n!!\n"),
        lambda raw: raw.replace(b"old 0\n", b"old 0\nAAAA\n"),
        lambda raw: raw.replace(b"old 0\n", b"old 0\n" + b"A" * 43 + b"=\n" * 1 + (b"A" * 43 + b"=\n") * 63),
        lambda raw: raw.replace(b"old 0\n", b"old 8\n"),
        lambda raw: raw[:-1],
        lambda raw: raw.replace(b"\n7\n", b"\n07\n"),
        lambda raw: raw + b"\xff",
        lambda raw: raw + b"x" * MAX_NOTE,
        lambda raw: raw.split(b"\n\n")[0],
    ],
)  # fmt: skip
def test_what_is_not_in_its_form(asked: Asked, change: Callable[[bytes], bytes]) -> None:
    """400, and nothing is recorded."""
    assert asked.ask(change(asked.request(0, 7)))[0] == 400
    assert not (asked.folder / "share" / "cosigned").exists()


@given(raw=st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
@settings(max_examples=60, deadline=None)
def test_any_bytes_as_a_request(raw: bytes) -> None:
    """Whatever is handed in, it is read or refused."""
    with suppress(UnreadableError):
        assert write_request(0, (), b"x")
        assert judge(read_request(raw), None).status == 404


@given(old=st.integers(0, 40), latest=st.integers(0, 40), size=st.integers(0, 40), forked=st.booleans())
@settings(max_examples=150, deadline=None)
def test_only_what_continues_is_cosigned(old: int, latest: int, size: int, forked: bool) -> None:
    """Whatever was cosigned last and whatever is handed in: 200 exactly if the old size is that one and the tree goes on."""
    log = new_signer("log.example", Kind.LOG)
    leaves = OTHER if forked else LEAVES

    def head(of: int, tree: list[bytes]) -> Checkpoint:
        return Checkpoint(origin=log.name, size=of, root=tree_root(of, reader_of(tree)) if of else EMPTY_ROOT)

    proof = consistency_proof(old, size, reader_of(leaves)) if 0 < old <= size else ()
    request = read_request(write_request(old, proof, sign_note(head(size, leaves).text(), [log])))
    answer = judge(request, Known(key=log.verifier, latest=head(latest, LEAVES) if latest else None))
    goes_on = not forked or latest <= 3  # the two trees part after three leaves
    expected = 400 if old > size else 409 if old != latest else 200 if goes_on else 422
    assert answer.status == expected
    assert answer.forks == (expected == 422 and size == latest)


def test_two_at_once_never_both(asked: Asked) -> None:
    """Many requests for two histories and many sizes at the same time: what was cosigned is one history, growing."""
    assert asked.ask(asked.request(0, 3))[0] == 200
    bodies = [asked.request(3, size, leaves) for size in range(4, 16) for leaves in (LEAVES, OTHER)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(asked.ask, bodies))
    assert [status for status, _ in answers].count(200) == 1
    assert {status for status, _ in answers} <= {200, 409, 422}
    winner = bodies[[status for status, _ in answers].index(200)]
    assert parse_note(asked.recorded()).text == read_request(winner).note.text


CHILD = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from plumbrule.evidence import Kind, read_key
from plumbrule.evidence.federation import add_checkpoint
folder, body, when = Path(sys.argv[1]), Path(sys.argv[2]).read_bytes(), int(sys.argv[3])
replace, count = Path.replace, 0
def counted(self, target):
    global count
    count += 1
    if count == when:
        os.kill(os.getpid(), signal.SIGKILL)
    found = replace(self, target)
    if count == when - 100:
        os.kill(os.getpid(), signal.SIGKILL)
    return found
Path.replace = counted
signer = read_key(folder / "keys" / "witness.key", Kind.WITNESS)
answer = add_checkpoint(folder, body, signer, lambda: datetime(2026, 7, 22, tzinfo=UTC))
os.write(1, answer.body)
"""


@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
@pytest.mark.parametrize("when", [1, 2, 3, 101, 102, 103])
def test_killed_before_the_answer(asked: Asked, when: int) -> None:
    """Killed at each file it puts in place: it gave nothing out, its record is whole, and the same log goes on either way."""
    body = asked.folder / "body"
    assert asked.ask(asked.request(0, 3))[0] == 200
    (asked.folder / "share" / "cosigned" / "list").unlink()
    body.write_bytes(asked.request(3, 9))
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(asked.folder), str(body), str(when)],
        capture_output=True, check=False, env=fresh_process(),
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (-signal.SIGKILL, b"")
    size = parse_checkpoint(parse_note(asked.recorded())).size
    assert size in {3, 9}
    other = 9 if size == 3 else 3
    assert asked.ask(asked.request(other, 12))[0] == 409
    assert asked.ask(asked.request(size, 12))[0] == 200


def test_a_node_hands_in_and_collects(five: list[Node]) -> None:
    """One round: two witnesses that are asked cosign the newest checkpoint, it satisfies a quorum, and grows with the log."""
    first, second, third, *_ = five
    keys = [make_witness(node.path, f"{node.name}/witness") for node in (second, third)]
    for node in (second, third):
        node.follow(first)
    with witnessing(second.path) as one, witnessing(third.path) as two:
        for key, address in zip(keys, (one, two), strict=True):
            follow(first.path, key, "", address)
        assert states(sync(first.path, at())) == ["fine", "fine"]
        policy = parse_policy(f"log {first.key}\nwitness A {keys[0]}\nwitness B {keys[1]}\ngroup G all A B\nquorum G\n".encode())
        assert set(accept(policy, (first.share / "checkpoint").read_bytes()).witnesses) == {"A", "B"}
        assert states(sync(first.path, at())) == []  # nothing new
        first.publish(entries(5, 1000))
        with Log.open(first.log) as log:
            assert set(accept(policy, log.checkpoint).witnesses) == {"A", "B"}
    assert [peer.size for peer in standing(first.path).peers] == [260, 260]
    first.publish(entries(1, 2000))
    assert {peer.state for peer in standing(first.path).peers} == {"silent"}


def test_a_witness_is_asked_and_pulls(five: list[Node]) -> None:
    """What it cosigned on a proof and what it cosigned on entries is one record: behind with its mirror it is not rolled back."""
    first, second, *_ = five
    key = make_witness(second.path, "second.example/witness")
    second.follow(first)
    sync(second.path, at())
    with witnessing(second.path) as address:
        follow(first.path, key, str(second.share), address)
        first.publish(entries(5, 1000))
    assert second.held(first) == 255
    stale = second.path / "stale"
    stale.mkdir()
    second.follow(first, stale)
    cosigned = (second.share / "cosigned" / folder_name(first.key.name)).read_bytes()
    assert states(sync(second.path, at()))[0] == "unfit"
    second.follow(first)
    assert states(sync(second.path, at()))[0] == "fine"
    assert second.held(first) == 260
    assert (second.share / "cosigned" / folder_name(first.key.name)).read_bytes() == cosigned


def test_a_mirror_that_lags_is_no_rollback(five: list[Node], tmp_path: Path) -> None:
    """The mirror pulls from a place older than what the witness was asked to cosign: fine, and nothing less is cosigned."""
    first, second, *_ = five
    key = make_witness(second.path, "second.example/witness")
    shutil.copytree(first.share, tmp_path / "old")
    second.follow(first, tmp_path / "old")
    with witnessing(second.path) as address:
        follow(first.path, key, "", address)
        first.publish(entries(5, 1000))
    assert states(sync(second.path, at()))[0] == "fine"
    note = (second.share / "cosigned" / folder_name(first.key.name)).read_bytes()
    assert parse_checkpoint(parse_note(note)).size == 260
    assert second.held(first) == 255


def test_a_forked_log_asks_a_witness_that_holds_it(five: list[Node], tmp_path: Path) -> None:
    """The witness never cosigned, and its mirror holds another history: refused, and both checkpoints are kept."""
    first, second, *_ = five
    second.follow(first)
    shutil.copytree(first.path, tmp_path / "twin")
    first.publish([b"one word"])
    sync(second.path, at())
    make_witness(second.path, "second.example/witness")
    signer = read_key(second.path / "keys" / "witness.key", Kind.WITNESS)
    with Log.open(tmp_path / "twin" / "log") as log:
        log.append([b"another word"])
        raw = log.publish(at())
    answer = add_checkpoint(second.path, write_request(0, (), raw), signer, at())
    assert (answer.status, b"two histories" in answer.body) == (422, True)
    with Mirror.open(mirror_of(second.path, first.key)) as mirror:
        assert mirror.alarm is not None
        assert mirror.alarm[1] == raw


def test_a_log_that_was_rolled_back_learns_it_from_its_witness(five: list[Node], tmp_path: Path) -> None:
    """The witness answers 409 with more than the log has; asked what it saw, it shows it, and both checkpoints are kept."""
    first, second, *_ = five
    key = make_witness(second.path, "second.example/witness")
    second.follow(first)
    with witnessing(second.path) as address:
        follow(first.path, key, "", address)
        shutil.copytree(first.path, tmp_path / "backup")
        first.publish(entries(5, 600))
        shutil.rmtree(first.path)
        shutil.move(tmp_path / "backup", first.path)
        outcomes = sync(first.path, at(1))
    assert states(outcomes) == ["disagrees"]
    assert "260 entries" in str(outcomes[0].said)
    assert not standing(first.path).holds
    assert (first.path / "alarm" / "seen.checkpoint").is_file()


def test_a_snapshot_is_noticed_before_anything_is_signed(five: list[Node], tmp_path: Path) -> None:
    """Log and collected cosignatures rolled back together look whole: the witness is asked in every round what it saw last."""
    first, second, *_ = five
    key = make_witness(second.path, "second.example/witness")
    second.follow(first)
    with witnessing(second.path) as address:
        follow(first.path, key, "", address)
        sync(first.path, at())
        shutil.copytree(first.path, tmp_path / "snapshot")
        first.publish(entries(5, 600))
        shutil.rmtree(first.path)
        shutil.move(tmp_path / "snapshot", first.path)
        outcomes = sync(first.path, at(1))
    assert [(outcome.name, outcome.state) for outcome in outcomes] == [(first.key.name, "disagrees")]
    assert {peer.state for peer in standing(first.path).peers} == {"fine"}
    assert not standing(first.path).holds


def test_a_rolled_back_log_that_signs_on(five: list[Node], tmp_path: Path) -> None:
    """Rolled back and signed on to the same size or beyond: the witness refuses the proof and shows what it saw."""
    first, second, *_ = five
    key = make_witness(second.path, "second.example/witness")
    second.follow(first)
    with witnessing(second.path) as address:
        follow(first.path, key, "", address)
        shutil.copytree(first.path, tmp_path / "backup")
        first.publish(entries(5, 600))
        shutil.rmtree(first.path)
        shutil.move(tmp_path / "backup", first.path)
        with Log.open(first.log) as log:
            log.append(entries(9, 700))
            log.publish(at())
        assert states(sync(first.path, at(1))) == ["disagrees"]


def test_a_gate_opens_by_the_witness_that_is_asked(five: list[Node]) -> None:
    """A log that waits for a witness without files: asked anew it may sign, from the first head on; silent, it waits."""
    first, second, *_ = five
    key = make_witness(second.path, "second.example/witness")
    second.follow(first)
    set_outside(first.log, (key,))
    with witnessing(second.path) as address:
        follow(first.path, key, "", address)
        for new in (1000, 2000):
            with Log.open(first.log) as log:
                log.append(entries(2, new))
                assert len(hear_outside(first.path, log)) == 1
                log.publish(at())
            assert states(sync(first.path, at())) == ["fine"]
    with Log.open(first.log) as log:
        log.append(entries(1, 3000))
        hear_outside(first.path, log)
        with pytest.raises(WaitingError):
            log.publish(at())


@pytest.mark.skipif(os.name != "posix", reason="needs SIGINT")
def test_the_verbs_as_a_person_uses_them(here: Callable[..., Ran], five: list[Node]) -> None:
    """`node serve` in a process of its own, `node follow --submit` and `node sync` against it; interrupted, it ends with 0."""
    first, second, *_ = five
    make_witness(second.path, "second.example/witness")
    second.follow(first)
    command = [sys.executable, "-m", "plumbrule", "node", "serve", str(second.path), "--at", "127.0.0.1:0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=fresh_process()) as server:
        try:
            assert server.stdout is not None
            address = server.stdout.readline().strip()
            vkey = str(second.share / "witness.vkey")
            ran = here("node", "follow", str(first.path), "--vkey", vkey, "--submit", address)
            assert (ran.code, address in ran.stdout) == (0, True), ran.stderr
            ran = here("node", "sync", str(first.path))
            assert (ran.code, "second.example/witness cosigned the newest state" in ran.stdout) == (0, True), ran.stdout
        finally:
            server.send_signal(signal.SIGINT)
        assert server.wait(10) == 0
    ran = here("node", "sync", str(first.path))
    assert (ran.code, "does not answer" in ran.stdout) == (0, True)
    assert "it had cosigned our log up to size 255" in here("node", "status", str(first.path)).stdout
    assert here("node", "follow", str(first.path), "--vkey", vkey).code == 2
    assert here("node", "serve", str(second.path), "--at", "nowhere").code == 2
    assert here("node", "serve", str(first.path)).code == 2


def test_an_empty_log_is_cosigned(tmp_path: Path) -> None:
    """A log without entries hands in its empty tree, once."""
    first, second = Node(tmp_path, "first"), Node(tmp_path, "second")
    key = make_witness(second.path, "second.example/witness")
    second.follow(first)
    with witnessing(second.path) as address:
        follow(first.path, key, "", address)
        assert states(sync(first.path, at())) == ["fine"]
        assert states(sync(first.path, at())) == []
    assert states(sync(second.path, at()))[0] == "fine"


class Liar(BaseHTTPRequestHandler):
    """A witness that answers what a test told it to."""

    answers: list[tuple[int, bytes]] = []  # noqa: RUF012 - set anew by each test

    def do_POST(self) -> None:
        """The next answer; the last one again and again."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self._say(*(self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]))

    def do_GET(self) -> None:
        """It shows nothing."""
        self._say(404, b"")

    def _say(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def lines_for(node: Node, signer: KeySigner, text: str = "") -> bytes:
    """A cosignature as a witness answers it, on the node's checkpoint or on another text."""
    from plumbrule.evidence.federation.cosign import cosignature
    from plumbrule.evidence.note import Note, write_note

    with Log.open(node.log) as log:
        note = parse_note(log.checkpoint)
    line = cosignature(Note(text=text or note.text, signatures=()), signer, at()())
    return write_note("", [line]).removeprefix(b"\n")


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        ("good", "fine"), ("good and a stranger's", "fine"), ("other key", "unfit"), ("other text", "unfit"),
        ("nothing", "unfit"), ("no text", "unfit"), ("other kind", "unfit"), ("404", "unfit"), ("403", "unfit"),
        ("500", "silent"), ("409 nonsense", "unfit"), ("409 more", "unfit"), ("409 for ever", "silent"),
        ("409 then good", "fine"), ("422", "unfit"), ("long", "unfit"), ("302", "silent"),
    ],
)  # fmt: skip
def test_a_witness_that_lies(five: list[Node], monkeypatch: pytest.MonkeyPatch, kind: str, state: str) -> None:
    """Only the witness's own line on this very checkpoint is kept; whatever else it says is called unfit or silent."""
    first, *_ = five
    witness, other = new_signer("w.example", Kind.WITNESS), new_signer("w.example", Kind.WITNESS)
    good = lines_for(first, witness)
    answers = {
        "good": [(200, good)],
        "good and a stranger's": [(200, lines_for(first, other) + good)],
        "other key": [(200, lines_for(first, other))],
        "other text": [(200, lines_for(first, witness, "x\n1\ny\n"))],
        "nothing": [(200, b"")],
        "no text": [(200, b"\xff\xfe")],
        "other kind": [(200, sign_note("", [new_signer("w.example", Kind.LOG)])[1:])],
        "404": [(404, b"who?\x1b[2J")],
        "403": [(403, b"")],
        "500": [(500, b"")],
        "409 nonsense": [(409, b"many\n")],
        "409 more": [(409, b"999\n")],
        "409 for ever": [(409, b"0\n")],
        "409 then good": [(409, b"17\n"), (200, good)],
        "422": [(422, b"")],
        "long": [(200, b"x" * 2 * MAX_NOTE)],
        "302": [(302, b"")],
    }
    monkeypatch.setattr(Liar, "answers", answers[kind])
    with served(first.share, Liar) as address:
        follow(first.path, witness.verifier, "", address)
        outcomes = sync(first.path, at())
    assert states(outcomes) == [state]
    assert (first.path / "witnessed").exists() == (state == "fine")
    assert standing(first.path).holds
    assert all(sign.isprintable() for sign in str(outcomes[0].said))


def raw_answer(address: str, sent: bytes) -> bytes:
    """What comes back when these bytes are sent."""
    with socket.create_connection(("127.0.0.1", int(address.rsplit(":", 1)[1])), timeout=10) as line:
        line.sendall(sent)
        found = b""
        with suppress(OSError):
            while chunk := line.recv(65_536):
                found += chunk
    return found


def test_the_server_has_limits(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    """No length, too long, another path or method: refused; slow or endless ones are cut off; too many are told so at once."""
    monkeypatch.setattr(serve, "WHOLE_SECONDS", 0.6)
    with witnessing(asked.folder) as address:
        start = b"POST /add-checkpoint HTTP/1.1\r\nHost: x\r\n"
        assert b" 411 " in raw_answer(address, start + b"\r\n")
        assert b" 411 " in raw_answer(address, start + b"Transfer-Encoding: chunked\r\n\r\n")
        assert b" 413 " in raw_answer(address, start + b"Content-Length: 9999999\r\n\r\n")
        assert b" 404 " in raw_answer(address, b"POST /else HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
        assert b" 501 " in raw_answer(address, b"DELETE / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert raw_answer(address, start + b"Content-Length: 10\r\n\r\nabc") == b""  # cut off after its time
        assert raw_answer(address, b"POST /add-check") == b""
        monkeypatch.setattr(serve, "WHOLE_SECONDS", 30.0)
        port = int(address.rsplit(":", 1)[1])
        held = [socket.create_connection(("127.0.0.1", port)) for _ in range(serve.AT_ONCE)]
        try:
            assert b" 503 " in raw_answer(address, start + b"\r\n")
        finally:
            for one in held:
                one.close()


def test_one_connection_for_many_requests(asked: Asked) -> None:
    """Keep-alive; and what was cosigned last is shown at the hash of the origin, with both signatures."""
    with witnessing(asked.folder) as address:
        line = http.client.HTTPConnection("127.0.0.1", int(address.rsplit(":", 1)[1]), timeout=10)
        path = f"/{hashlib.sha256(asked.log.name.encode()).hexdigest()}/checkpoint"
        found = []
        for method, where, body in (
            ("GET", path, None),
            ("POST", "/add-checkpoint", asked.request(0, 7)),
            ("POST", "/add-checkpoint", asked.request(0, 9)),
            ("GET", path, None),
            ("GET", "/" + "0" * 64 + "/checkpoint", None),
            ("GET", "/../keys/witness.key", None),
        ):
            line.request(method, where, body)
            answer = line.getresponse()
            found.append((answer.status, answer.read()))
        line.close()
    assert [status for status, _ in found] == [404, 200, 409, 200, 404, 404]
    assert found[3][1] == asked.recorded()
    assert {one.name for one in parse_note(found[3][1]).signatures} == {asked.log.name, "witness.example"}


def test_a_disk_that_fails_gives_nothing_out(asked: Asked) -> None:
    """What was cosigned last cannot be read, or not be written: 500, no line, and no path of ours in the answer."""
    assert asked.ask(asked.request(0, 7))[0] == 200
    path = asked.folder / "share" / "cosigned" / folder_name(asked.log.name)
    path.write_bytes(b"no note at all")
    with witnessing(asked.folder) as address:
        body = asked.request(7, 9)
        head = b"POST /add-checkpoint HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
        answer = raw_answer(address, head + body)
    assert b" 500 " in answer
    assert str(asked.folder).encode() not in answer
    assert path.read_bytes() == b"no note at all"


def test_where_to_listen_and_hand_in(five: list[Node], tmp_path: Path) -> None:
    """Places that are none, a port that is taken, a key that does not cosign."""
    for place in ("", "x", "host:", "host:port", "host:99999"):
        with pytest.raises(InputError, match="not a place to listen"):
            parse_place(place)
    first, second, *_ = five
    key = make_witness(second.path, "second.example/witness")
    for submit in ("/a/folder", "ftp://x", "http://"):
        with pytest.raises(InputError):
            follow(first.path, key, "", submit)
    with pytest.raises(InputError, match="log key"):
        follow(first.path, second.key, "", "http://127.0.0.1:1")
    with pytest.raises(InputError, match="key file"):
        witness_server(tmp_path, ("127.0.0.1", 0), at(), print)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(OutputError, match="nobody can listen"):
            witness_server(second.path, taken.getsockname(), at(), print)
