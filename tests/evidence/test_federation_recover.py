"""A log rebuilt from mirrors, frozen when its tail is lost; a pack that a quorum of witnesses makes acceptable; the verbs."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from evidence_made import NOW, Made, clock

from plumbrule.errors import InputError, OutputError, PlumbruleError, UnreadableError, VerificationError
from plumbrule.evidence import Kind, new_signer, parse_envelope, parse_policy, parse_statement, verify_pack
from plumbrule.evidence.federation import DisagreementError, follow, make_witness, recover, renew_pack, stage, sync
from plumbrule.evidence.federation.contact import folder_name
from plumbrule.evidence.log import Log, Settings, Stage, create_node, fsck
from running import Ran

Here = Callable[..., Ran]


def witnesses_of(made: Made, count: int = 2) -> list[Path]:
    """Witnesses that hold the node's log and cosigned it, followed in turn by the node."""
    node, places = made.root / "node", []
    sync(node, clock)
    with Log.open(made.log) as log:
        key = log.verifier
    for number in range(count):
        place = made.root / f"witness-{number}"
        own = make_witness(place, f"witness-{number}.example")
        follow(place, key, str(node / "share"))
        sync(place, clock)
        follow(node, own, str(place / "share"))
        places.append(place)
    sync(node, clock)
    return places


def copy_of(witness: Path) -> str:
    """Where a witness lays out its mirror of the node's log."""
    return str(witness / "share" / "mirrors" / folder_name("example.org/assessor/log"))


def publish(made: Made, *entries: bytes) -> bytes:
    """Append and publish."""
    with Log.open(made.log) as log:
        log.append(entries)
        return log.publish(clock)


def test_a_pack_is_renewed_when_witnesses_have_seen_it(made: Made) -> None:
    """Without cosignatures a policy with a quorum refuses the pack; renewed, it holds, and its files are as they were."""
    files = {path.name: path.read_bytes() for path in made.pack.iterdir()}
    with pytest.raises(InputError, match="no witness has cosigned"):
        renew_pack(made.pack, made.root / "node")
    places = witnesses_of(made)
    keys = [(place / "share" / "witness.vkey").read_text(encoding="utf-8").strip() for place in places]
    lines = "".join(f"witness W{number} {key}\n" for number, key in enumerate(keys)) + "group G all W0 W1\nquorum G\n"
    policy = made.policy.read_text(encoding="utf-8").replace("quorum none\n", lines)
    made.policy.write_text(policy, encoding="utf-8", newline="\n")
    assert not verify_pack(made.pack, made.policy, made.trust, now=NOW).holds
    assert renew_pack(made.pack, made.root / "node") == 2
    found = verify_pack(made.pack, made.policy, made.trust, now=NOW)
    assert found.holds
    assert "W0, W1" in "\n".join(map(str, found.proved))
    changed = {path.name for path in made.pack.iterdir() if path.read_bytes() != files[path.name]}
    assert changed == {"plan.tlog-proof", "assessment.tlog-proof"}


def test_a_pack_of_another_log_is_not_renewed(made: Made, tmp_path: Path) -> None:
    """The entries must be this node's."""
    create_node(tmp_path / "other", name="other.example")
    with pytest.raises(InputError, match="is not entry"):
        renew_pack(made.pack, tmp_path / "other")


@pytest.mark.parametrize("damage", ["database", "guard", "both"])
def test_a_log_comes_back_from_a_mirror(made: Made, damage: str) -> None:
    """Lose the database, the guard or both: from a mirror the same log comes back, checks whole, and goes on."""
    publish(made, *(b"entry %d" % number for number in range(300)))
    head, (place, *_) = publish(made, b"last"), witnesses_of(made)
    if damage != "guard":
        (made.log / "log.sqlite3").unlink()
    if damage != "database":
        (made.log / "checkpoint").unlink()
    with pytest.raises(UnreadableError):
        Log.open(made.log)
    found = recover(made.root / "node", [str(made.root / "nowhere"), copy_of(place)], clock)
    assert (found.origin, found.size, found.lost) == ("example.org/assessor/log", 303, 0)
    assert fsck(made.log, seen=[head]).holds
    assert publish(made, b"next").split(b"\n")[1] == b"304"
    sync(made.root / "node", clock)
    assert {outcome.state for outcome in sync(place, clock)} == {"fine"}
    with pytest.raises(OutputError, match="in the way"):
        recover(made.root / "node", [copy_of(place)], clock)


def lost_tail(made: Made) -> tuple[Path, bytes]:
    """A log whose last entries only a head tells of: the mirror is older, and the database is gone."""
    (place, *_) = witnesses_of(made)
    head = publish(made, b"seen", b"and lost")
    (made.log / "log.sqlite3").unlink()
    return place, head


def test_a_lost_tail_is_never_continued(made: Made) -> None:
    """The head guard, or a checkpoint that somebody kept, reaches beyond every copy: refused, nothing changed."""
    place, head = lost_tail(made)
    for seen in ((), (head,)):
        with pytest.raises(VerificationError, match="the tail is lost"):
            recover(made.root / "node", [copy_of(place)], clock, seen=seen)
        (made.log / "checkpoint").unlink(missing_ok=True)
    assert not (made.root / "node" / "log.broken").exists()


def test_freezing_ends_one_log_and_begins_another(made: Made) -> None:
    """Both heads are kept; the new log's first entry cites them by digest; the witness follows it under its own key."""
    place, head = lost_tail(made)
    node = made.root / "node"
    found = recover(node, [copy_of(place)], clock, freeze="example.org/assessor/log-2")
    assert (found.origin, found.size, found.lost) == ("example.org/assessor/log-2", 1, 2)
    frozen = {name: (node / "frozen" / f"{name}.checkpoint").read_bytes() for name in ("last-seen", "recovered")}
    assert frozen["last-seen"] == head
    assert frozen["recovered"].split(b"\n")[1] == b"2"
    with Log.open(made.log) as log:
        envelope = parse_envelope(log.entry(0))
        assert envelope.signed_by(made.signer.verifier)
        statement = parse_statement(envelope.payload)
        assert [log.content.get(subject.sha256) for subject in statement.subjects] == [head, frozen["recovered"]]
        key = log.verifier
    assert fsck(made.log).holds
    sync(node, clock)
    follow(place, key, str(node / "share"))
    assert {outcome.state for outcome in sync(place, clock)} <= {"fine", "unfit"}


def test_heads_that_contradict_the_copy(made: Made, tmp_path: Path) -> None:
    """A head that was seen is not one of the copy's: refused, and both are kept."""
    (place, *_) = witnesses_of(made)
    shutil.copytree(made.log, tmp_path / "twin")
    publish(made, b"one")
    sync(made.root / "node", clock)
    sync(place, clock)
    with Log.open(tmp_path / "twin") as twin:
        twin.append([b"two"])
        other = twin.publish(clock)
    with pytest.raises(DisagreementError):
        recover(made.root / "node", [copy_of(place)], clock, seen=[other])
    assert (made.root / "node" / "alarm" / "seen.checkpoint").read_bytes() == other


def test_recovering_from_nowhere(made: Made) -> None:
    """No copy anywhere is a clear error, and nothing is left behind."""
    with pytest.raises(UnreadableError, match="no place has a copy"):
        recover(made.root / "node", [str(made.root / "nowhere")], clock)
    assert not (made.root / "node" / "recovering").exists()
    (made.log / "log.vkey").unlink()
    with pytest.raises(PlumbruleError, match="cannot be read"):
        recover(made.root / "node", [], clock)


def test_the_verbs_as_a_person_uses_them(here: Here, made: Made) -> None:
    """Witness in one command, collect, status in words and JSON, renew, recover."""
    node, witness = made.root / "node", made.root / "university"
    assert here("node", "sync", str(node)).code == 0
    vkey = str(made.log / "log.vkey")
    ran = here("node", "witness", str(witness), "--name", "uni.example", "--at", str(node / "share"), "--vkey", vkey)
    assert ran.code == 0, ran.stderr
    assert "entries held: 2, new: 2" in ran.stdout
    again = here("node", "witness", str(witness), "--name", "uni.example", "--at", str(node / "share"), "--vkey", vkey)
    assert "entries held: 2, new: 0" in again.stdout
    assert ran.stdout.splitlines()[0] == again.stdout.splitlines()[0]
    own = str(witness / "share" / "witness.vkey")
    assert here("node", "follow", str(node), "--at", str(witness / "share"), "--vkey", own).code == 0
    assert "cosigned a state of this log" in here("node", "sync", str(node)).stdout
    text = here("node", "status", str(node)).stdout
    assert "uni.example: cosigned our log up to size 2" in text
    assert "No mirror and no witness" not in text
    told = json.loads(here("node", "status", str(node), "--json").stdout)
    assert (told["witnessed"], told["oldest_unwitnessed"], told["log"]["recorded"]) == (2, None, 2)
    assert "entries held: 2" in here("node", "status", str(witness)).stdout
    assert "cosigned by 1 now" in here("node", "renew", str(node), str(made.pack)).stdout
    (made.log / "log.sqlite3").unlink()
    ran = here("node", "recover", str(node), "--from", copy_of(witness), "--seen", str(made.log / "checkpoint"))
    assert (ran.code, "is back; entries: 2" in ran.stdout) == (0, True), ran.stderr
    assert here("node", "status", str(made.root / "nothing")).code == 2
    assert here("node", "follow", str(node), "--at", "ftp://x", "--vkey", own).code == 2
    assert here("node", "follow", str(node), "--at", "x", "--vkey", "missing").code == 2


def test_disagreement_is_exit_code_1(here: Here, made: Made, tmp_path: Path) -> None:
    """`node sync` and `node status` end with 1 when somebody disagrees; a silent one is only told."""
    (place, *_) = witnesses_of(made)
    shutil.copytree(made.root / "node", tmp_path / "twin")
    for root, entry in ((made.root / "node", b"one"), (tmp_path / "twin", b"two")):
        with Log.open(root / "log") as log:
            log.append([entry])
            log.publish(lambda: datetime.now(UTC))
        here("node", "sync", str(root))
    assert here("node", "sync", str(place)).code == 0
    with Log.open(made.log) as log:
        follow(place, log.verifier, str(tmp_path / "twin" / "share"))
    ran = here("node", "sync", str(place))
    assert (ran.code, "signed two histories" in ran.stdout) == (1, True)
    ran = here("node", "status", str(place))
    assert (ran.code, "DISAGREES" in ran.stdout) == (1, True)


def test_an_export_carries_public_files(here: Here, made: Made, tmp_path: Path) -> None:
    """`log export` lays out content by digest; exported again, a withdrawn file is gone; it can be followed like any other."""
    with Log.open(made.log) as log:
        digest, gone = log.content.put(b"public"), log.content.put(b"withdrawn later")
        key = log.verifier
    for kept in ({digest, gone}, {digest}):
        assert here("log", "export", str(tmp_path / "out"), "--log", str(made.log)).code == 0
        assert {path.name for path in (tmp_path / "out" / "content").iterdir()} == kept
        with Log.open(made.log) as log:
            log.content.withdraw(gone)
    make_witness(tmp_path / "witness", "w.example")
    follow(tmp_path / "witness", key, str(tmp_path / "out"))
    assert [outcome.state for outcome in sync(tmp_path / "witness", clock)] == ["fine"]


def test_an_entry_comes_further(made: Made) -> None:
    """Recorded, published, mirrored once somebody holds and cosigned it, witnessed once the policy's quorum did."""
    node = made.root / "node"
    with Log.open(made.log) as log:
        log.append([b"new"])
        key = log.verifier
        assert stage(node, 2) is Stage.RECORDED
        log.publish(clock)
    assert stage(node, 2) is Stage.PUBLISHED
    keys = [(place / "share" / "witness.vkey").read_text(encoding="utf-8").strip() for place in witnesses_of(made)]
    lines = "".join(f"witness W{number} {one}\n" for number, one in enumerate(keys))
    other = new_signer("absent.example", Kind.WITNESS).verifier
    assert stage(node, 2) is Stage.MIRRORED
    policy = f"log {key}\n{lines}witness X {other}\n"
    assert stage(node, 2, parse_policy(f"{policy}group G all W0 W1\nquorum G\n".encode())) is Stage.WITNESSED
    assert stage(node, 2, parse_policy(f"{policy}group G all W0 W1 X\nquorum G\n".encode())) is Stage.MIRRORED
    publish(made, b"newer")
    assert (stage(node, 2), stage(node, 3)) == (Stage.MIRRORED, Stage.PUBLISHED)


def test_a_guard_on_another_disk_counts(made: Made) -> None:
    """The head guard that log.toml names elsewhere is one of the heads that must not be lost."""
    (place, *_) = witnesses_of(made)
    publish(made, b"seen and lost")
    (made.log / "checkpoint").rename(made.root / "guard")
    (made.log / "log.toml").write_text(Settings(guard=made.root / "guard").text(), encoding="utf-8", newline="\n")
    (made.log / "log.sqlite3").unlink()
    with pytest.raises(VerificationError, match="the tail is lost"):
        recover(made.root / "node", [copy_of(place)], clock)
    assert recover(made.root / "node", [copy_of(place)], clock, freeze="example.org/second").lost == 1


def test_a_witness_ahead_of_the_only_mirror(made: Made, tmp_path: Path) -> None:
    """Everything local is rolled back and the mirror is old, but a witness saw more: it is asked, and the tail counts as lost."""
    node, (place, other) = made.root / "node", witnesses_of(made)
    shutil.copytree(node, tmp_path / "snapshot")
    publish(made, b"seen by one witness")
    sync(node, clock)
    sync(other, clock)
    shutil.rmtree(node)
    shutil.move(tmp_path / "snapshot", node)
    with pytest.raises(VerificationError, match="3 entries were published, and the best copy holds 2"):
        recover(node, [copy_of(place)], clock)
    assert recover(node, [copy_of(place), copy_of(other)], clock).size == 3
