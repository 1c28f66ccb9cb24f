"""The gate: a log with parties outside signs nothing before one of them showed, since it was opened, what it saw last."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from evidence_made import clock
from test_federation_nodes import Node, at, entries, served

from plumbrule.errors import InputError, UnreadableError, VerificationError
from plumbrule.evidence import Kind, new_signer, parse_checkpoint, parse_note
from plumbrule.evidence.federation import follow, hear_outside, make_witness, sync
from plumbrule.evidence.federation.contact import folder_name
from plumbrule.evidence.federation.outside import _same_disk
from plumbrule.evidence.log import (
    Log,
    Settings,
    Stage,
    WaitingError,
    Writer,
    log_status,
    read_settings,
    set_outside,
    waiting_for,
)
from plumbrule.evidence.vkey import VerifierKey
from running import Ran

Here = Callable[..., Ran]
ORIGIN = "example.org/log"
SIGNER = new_signer(ORIGIN, Kind.LOG)
WITNESSES = [new_signer(f"{name}.example", Kind.WITNESS) for name in ("university", "суд-\U0001f600")]


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Node, Node]:
    """A ministry whose log waits for a university, which holds and cosigned its five entries."""
    ministry, university = Node(tmp_path, "ministry"), Node(tmp_path, "university")
    ministry.publish(entries(5))
    key = make_witness(university.path, "university.example/witness")
    university.follow(ministry)
    sync(university.path, at())
    follow(ministry.path, key, str(university.share))
    set_outside(ministry.log, (key,))
    return ministry, university


def cosigned(university: Node, ministry: Node) -> bytes:
    """What the university shows of the ministry's log."""
    return (university.share / "cosigned" / folder_name(ministry.key.name)).read_bytes()


def test_a_log_waits_and_then_signs(pair: tuple[Node, Node]) -> None:
    """Opened, it records and signs nothing, not even for a writer; once held against an outside head, it signs."""
    ministry, university = pair
    with Log.open(ministry.log) as log:
        before = log.checkpoint
        assert log.gate.waiting
        assert log.publish(clock) == before  # nothing new: the head that was signed long ago is no new word
        assert log.append([b"new"]) == (5,)
        with pytest.raises(WaitingError, match="0 of 1 heard") as refused:
            log.publish(clock)
        assert "university.example/witness" in refused.value.expected
        assert "--seen" in refused.value.cure
        with pytest.raises(WaitingError):
            Writer(log, clock)
        assert log.checkpoint == before
        assert log.stage(5) is Stage.RECORDED
        assert log.hear(before) == ()  # our own head, cosigned by nobody: it continues, and opens nothing
        assert log.gate.waiting
        assert log.hear(cosigned(university, ministry)) == ("university.example/witness",)
        assert parse_checkpoint(parse_note(log.publish(clock))).size == 6
    with Log.open(ministry.log, seen=[cosigned(university, ministry)]) as log, Writer(log, clock) as writer:
        assert writer.publish(b"more") == 6
    with Log.open(ministry.log) as log:
        assert log.gate.waiting  # each start asks again


def test_a_snapshot_of_everything_local_publishes_nothing(pair: tuple[Node, Node], tmp_path: Path) -> None:
    """Everything local is copied, the log goes on, the copy is put back: it opens, records, signs nothing; shown what was
    seen it names the rollback, keeps both heads, and still signs nothing."""
    ministry, university = pair
    shutil.copytree(ministry.path, tmp_path / "snapshot")
    with served(university.share) as address:
        follow(ministry.path, new_key(university), address)
        with Log.open(ministry.log) as log:
            assert "continues it" in str(hear_outside(ministry.path, log)[0])
            log.append(entries(3, 100))
            log.publish(clock)
        sync(ministry.path, at(1))
        sync(university.path, at(1))
        shutil.rmtree(ministry.path)
        (tmp_path / "snapshot").rename(ministry.path)
        follow(ministry.path, new_key(university), address)
        with Log.open(ministry.log) as log:
            log.append([b"a second history"])
            with pytest.raises(WaitingError):
                log.publish(clock)
            with pytest.raises(UnreadableError, match="8 entries were published, and it holds 6: it was rolled back"):
                hear_outside(ministry.path, log)
            assert log.gate.waiting
            with pytest.raises(UnreadableError, match="does not continue"):
                log.publish(clock)
    assert sorted(path.name for path in (ministry.path / "alarm").iterdir()) == ["ours.checkpoint", "seen.checkpoint"]
    with pytest.raises(UnreadableError, match="rolled back"):
        Log.open(ministry.log, seen=[cosigned(university, ministry)])
    set_outside(ministry.log, ())  # nobody is waited for any more: what was seen once still counts
    with Log.open(ministry.log) as log:
        log.append(entries(3))
        with pytest.raises(UnreadableError, match="are not the ones"):
            hear_outside(ministry.path, log)
        with pytest.raises(UnreadableError, match="does not continue"):
            log.publish(clock)


def new_key(university: Node) -> VerifierKey:
    """The university's witness key."""
    return make_witness(university.path, "university.example/witness")


def test_a_folder_on_the_same_disk_is_not_outside(pair: tuple[Node, Node]) -> None:
    """What lies beside the log would be rolled back with it: it is not asked, and the gate stays closed."""
    ministry, university = pair
    assert _same_disk(university.share, ministry.log)
    with Log.open(ministry.log) as log:
        assert "own disk" in str(hear_outside(ministry.path, log)[0])
        assert log.gate.waiting


def test_a_witness_that_has_seen_nothing_yet(pair: tuple[Node, Node], tmp_path: Path) -> None:
    """Before its first cosignature its answer counts as its latest word; afterwards an empty answer counts for nothing."""
    ministry, university = pair
    court = Node(tmp_path, "court")
    key = make_witness(court.path, "court.example/witness")
    set_outside(ministry.log, (key,))
    with served(court.share) as address, Log.open(ministry.log) as log:
        follow(ministry.path, key, address)
        assert "has never seen this log" in str(hear_outside(ministry.path, log)[0])
        assert not log.gate.waiting
        assert hear_outside(ministry.path, log) == ()
    with served(university.share) as address, Log.open(ministry.log) as log:
        follow(ministry.path, key, address)  # another witness answers at this place
        assert "did not cosign" in str(hear_outside(ministry.path, log)[0])
        assert log.gate.waiting
    with served(court.share) as address:
        court.follow(ministry)
        sync(court.path, at())
        follow(ministry.path, key, address)
        sync(ministry.path, at())
        shutil.rmtree(court.share / "cosigned")
        with Log.open(ministry.log) as log:
            assert "shows no head" in str(hear_outside(ministry.path, log)[0])
            assert log.gate.waiting
    with Log.open(ministry.log) as log:
        assert "does not answer" in str(hear_outside(ministry.path, log)[0])
        assert log.gate.waiting


def test_all_who_can_be_reached_are_held_against_the_log(pair: tuple[Node, Node], tmp_path: Path) -> None:
    """One that lags would open the gate of a log that was rolled back a little; another that saw more closes it for good."""
    ministry, university = pair
    court, dead = Node(tmp_path, "court"), new_signer("dead.example", Kind.WITNESS).verifier
    key = make_witness(court.path, "court.example/witness")
    court.follow(ministry)
    shutil.copytree(ministry.path, tmp_path / "snapshot")
    with Log.open(ministry.log, seen=[cosigned(university, ministry)]) as log:
        log.append([b"seen by the court alone"])
        log.publish(clock)
    sync(ministry.path, at())
    sync(court.path, at())
    shutil.rmtree(ministry.path)
    (tmp_path / "snapshot").rename(ministry.path)
    with served(university.share) as lagging, served(court.share) as ahead:
        follow(ministry.path, new_key(university), lagging)
        follow(ministry.path, dead, "http://127.0.0.1:9")
        set_outside(ministry.log, (new_key(university), dead))
        with Log.open(ministry.log) as log:
            said = " ".join(map(str, hear_outside(ministry.path, log)))
            assert "continues it" in said
            assert "does not answer" in said
            assert not log.gate.waiting  # what nobody shows, nobody can hold against it
        follow(ministry.path, key, ahead)
        set_outside(ministry.log, (new_key(university), dead, key))
        with Log.open(ministry.log) as log, pytest.raises(UnreadableError, match="rolled back"):
            hear_outside(ministry.path, log)
        with Log.open(ministry.log) as log:
            log.append([b"another history"])
            assert log.hear(cosigned(university, ministry))
            assert not log.gate.waiting
            with pytest.raises(UnreadableError, match=r"rolled back|not the ones"):
                log.hear(cosigned(court, ministry))
            with pytest.raises(UnreadableError, match="signed and does not continue"):
                log.publish(clock)  # whoever else was heard


def test_what_was_heard_lasts_a_day(pair: tuple[Node, Node]) -> None:
    """A machine that is resumed with its memory, days later, asks again; so does one whose clock was set back."""
    ministry, university = pair
    with Log.open(ministry.log) as log:
        log.gate.now = lambda: 1_000_000.0
        log.hear(cosigned(university, ministry))
        for seconds, waiting in ((0, False), (86_400, False), (86_401, True), (-1, True)):
            log.gate.now = lambda seconds=seconds: 1_000_000.0 + seconds
            assert log.gate.waiting is waiting
        log.append([b"new"])
        with pytest.raises(WaitingError, match="in the last day"):
            log.publish(clock)
        log.hear(cosigned(university, ministry))
        log.publish(clock)


def test_a_false_cosignature_opens_nothing(pair: tuple[Node, Node]) -> None:
    """A line under the witness's name that does not hold is refused by name; one of a stranger does not count."""
    ministry, university = pair
    raw = cosigned(university, ministry)
    with Log.open(ministry.log) as log:
        with pytest.raises(VerificationError, match="does not fit"):
            log.hear(raw[:-10] + (b"AAAA" if raw[-10:-6] != b"AAAA" else b"BBBB") + raw[-6:])
        assert log.gate.waiting
    set_outside(ministry.log, (WITNESSES[0].verifier,))
    with Log.open(ministry.log) as log:
        assert log.hear(raw) == ()
        assert log.gate.waiting


def test_settings_say_whom_to_wait_for(tmp_path: Path) -> None:
    """They survive in log.toml; a new log need not wait for itself; wrong keys and numbers are refused; status says it."""
    keys = tuple(signer.verifier for signer in WITNESSES)
    settings = waiting_for(Settings(), keys, 2)
    with Log.create(tmp_path / "log", ORIGIN, SIGNER, settings) as log:
        log.append([b"first"])
        log.publish(clock)  # of a log that begins now nobody can have seen more
        assert "2 of these saw last" in str(log_status(log).about_outside())
    assert read_settings(tmp_path / "log") == settings
    with Log.open(tmp_path / "log", SIGNER) as log:
        log.append([b"second"])
        with pytest.raises(WaitingError, match="0 of 2"):
            log.publish(clock)
        log.gate.hear(keys[:1])
        with pytest.raises(WaitingError, match="1 of 2"):
            log.publish(clock)
    with pytest.raises(InputError, match="a log key"):
        set_outside(tmp_path / "log", (SIGNER.verifier,))
    with pytest.raises(InputError, match="3 of 2"):
        set_outside(tmp_path / "log", keys, 3)
    with pytest.raises(UnreadableError, match="is no log"):
        set_outside(tmp_path, keys)
    for text in ('outside = ["x"]', f'outside = ["{SIGNER.verifier}"]', f'outside = ["{keys[0]}", "{keys[0]}"]', "required = 2",
                 "required = true", 'outside = "x"'):  # fmt: skip
        (tmp_path / "log" / "log.toml").write_text(text, encoding="utf-8")
        with pytest.raises(UnreadableError):
            Log.open(tmp_path / "log")
    set_none = tmp_path / "log" / "log.toml"
    set_none.unlink()
    set_outside(tmp_path / "log", ())
    with Log.open(tmp_path / "log", SIGNER) as log:
        assert "nobody outside could notice" in str(log_status(log).about_outside())
        log.publish(clock)


def test_the_verbs_ask_before_they_sign(here: Here, pair: tuple[Node, Node], tmp_path: Path) -> None:
    """`node follow` of a witness closes the gate, `log publish` asks at the place it names or takes a head by hand."""
    ministry, university = pair
    set_outside(ministry.log, ())
    assert "nobody outside could notice" in " ".join(here("node", "status", str(ministry.path)).stdout.split())
    (tmp_path / "w.vkey").write_text(f"{new_key(university)}\n", encoding="utf-8")
    with served(university.share) as address:
        told = here("node", "follow", str(ministry.path), "--at", address, "--vkey", str(tmp_path / "w.vkey"))
        assert told.code == 0, told.stderr
        assert "university.example/witness" in " ".join(here("node", "status", str(ministry.path)).stdout.split())
        with Log.open(ministry.log) as log:
            log.append([b"sixth"])
        published = here("log", "publish", "--log", str(ministry.log))
        assert "6" in published.stdout, published.stderr
    with Log.open(ministry.log) as log:
        log.append([b"seventh"])
    silent = here("log", "publish", "--log", str(ministry.log))
    assert silent.code == 2
    assert "does not answer" in " ".join(silent.stderr.split())
    (tmp_path / "seen").write_bytes(cosigned(university, ministry))
    assert here("log", "publish", "--log", str(ministry.log), "--seen", str(tmp_path / "seen")).code == 0
    name = "university.example/witness"
    assert here("node", "outside", str(ministry.path), "--drop", "nobody.example").code == 2
    assert name in here("node", "outside", str(ministry.path)).stdout
    assert name not in here("node", "outside", str(ministry.path), "--drop", name).stdout
    assert name in here("node", "outside", str(ministry.path), "--add", str(tmp_path / "w.vkey"), "--required", "1").stdout
    new = here("node", "init", str(tmp_path / "new"), "--name", "new.example", "--outside", str(tmp_path / "w.vkey"))
    assert new.code == 0, new.stderr
    assert "0 of 1 heard" in " ".join(here("log", "publish", "--log", str(tmp_path / "new" / "log")).stderr.split())
    assert read_settings(tmp_path / "new" / "log").outside == (new_key(university),)
