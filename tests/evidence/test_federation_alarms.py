"""Recoveries that are killed between any two steps, and alarms that a person takes note of."""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from evidence_made import Made, clock
from nodes_made import Node, at, entries, mirror_of, states
from test_federation_recover import copy_of, publish, witnesses_of

from plumbrule.errors import InputError, PlumbruleError, UnreadableError, VerificationError
from plumbrule.evidence.federation import acknowledge, make_witness, recover, standing, sync
from plumbrule.evidence.federation.contact import folder_name
from plumbrule.evidence.log import Log, fsck
from running import Ran

Here = Callable[..., Ran]

def killed(node: Path, place: str, freeze: str, step: int) -> bool:
    """Recover in a child that is killed before its step of this number; False if it has no such step."""
    child = os.fork()
    if not child:
        with suppress(BaseException):
            left = count(step, -1)
            for name in ("rename", "replace"):
                setattr(Path, name, counted(node, getattr(Path, name), left))
            recover(node, [place], clock, freeze=freeze)
            os._exit(0)
        os._exit(9)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, "the recovery failed by itself"
    return os.WIFSIGNALED(status)


def counted(node: Path, act: Callable[..., Any], left: Iterator[int]) -> Callable[..., Any]:
    """The same act, and a kill before the one that is one too many."""

    def step(self: Path, *rest: Any, **named: Any) -> Any:
        if node in self.parents and "recovering" not in self.parts and not next(left):
            os.kill(os.getpid(), signal.SIGKILL)
        return act(self, *rest, **named)

    return step


@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
@pytest.mark.parametrize("freeze", ["", "example.org/assessor/log-2"])
def test_killed_between_any_two_steps(made: Made, tmp_path: Path, freeze: str) -> None:
    """Before every step that changes a name: the old log lies there as it was, or everything refuses with the cure, or the new
    log is whole; run again, the recovery ends in the same state as one that nobody killed."""
    (place, *_) = witnesses_of(made)
    head = publish(made, b"seen", b"and lost") if freeze else made.log.joinpath("checkpoint").read_bytes()
    (made.log / "log.sqlite3").unlink()
    node, step, seen = made.root / "node", 0, {"old": 0, "refused": 0, "new": 0}
    shutil.copytree(node, tmp_path / "before")
    while killed(node, copy_of(place), freeze, step):
        if (node / "log").exists() and not (node / "log.broken").exists():
            seen["old"] += 1
            assert (node / "log" / "checkpoint").read_bytes() == head
        else:
            state = "refused" if refused(node) else "new"
            seen[state] += 1
            if state == "new":
                assert fsck(node / "log").holds
        found = recover(node, [] if (node / "log.broken").exists() and refused(node) else [copy_of(place)], clock, freeze=freeze)
        assert (found.origin, found.lost) == ((freeze, 2) if freeze else ("example.org/assessor/log", 0))
        assert fsck(node / "log", seen=[] if freeze else [head]).holds
        assert (node / "frozen" / "last-seen.checkpoint").is_file() == bool(freeze)
        assert not {path.name for path in node.iterdir()} & {"log.again", "frozen.again"}
        assert {outcome.state for outcome in sync(node, clock)} <= {"fine", "unfit"}
        shutil.rmtree(node)
        shutil.copytree(tmp_path / "before", node)
        step += 1
    assert seen["old"] > 3
    assert seen["refused"] > (4 if freeze else 0)


def refused(node: Path) -> bool:
    """True if status, sync and whoever opens the log are told to recover first."""
    try:
        standing(node)
    except UnreadableError as error:
        assert "node recover" in error.cure
        with pytest.raises(UnreadableError, match="broken off"):
            sync(node, clock)
        if not (node / "log").exists():
            with pytest.raises(UnreadableError) as raised:
                Log.open(node / "log")
            assert "node recover" in raised.value.cure
        return True
    return False


def test_what_a_recovery_needs_is_gone(made: Made) -> None:
    """Somebody took the rebuilt log away in the middle: refused, and told how the old one comes back."""
    node = made.root / "node"
    (node / "log").rename(node / "log.broken")
    with pytest.raises(UnreadableError) as raised:
        recover(node, [], clock)
    assert "rename" in raised.value.cure
    (node / "log.broken").rename(node / "log")
    assert fsck(made.log).holds


def test_finishing_as_a_person_does(here: Here, made: Made) -> None:
    """`node status` says what to do, `node recover DIR` does it, and status is 0 again."""
    (place, *_) = witnesses_of(made)
    node = made.root / "node"
    (made.log / "log.sqlite3").unlink()
    recover(node, [copy_of(place)], clock)
    (node / "log").rename(node / "log.again")
    ran = here("node", "status", str(node))
    assert (ran.code, "node recover" in ran.stderr) == (2, True)
    ran = here("node", "recover", str(node))
    assert (ran.code, "is back; entries: 2" in ran.stdout) == (0, True), ran.stderr
    assert here("node", "status", str(node)).code == 0


def rolled_back(made: Made, tmp_path: Path) -> Path:
    """A node whose log was restored from an old backup, and whose witness told it; the witness."""
    node, (place, *_) = made.root / "node", witnesses_of(made)
    shutil.copytree(node, tmp_path / "backup")
    publish(made, b"more")
    sync(node, clock)
    sync(place, clock)
    shutil.rmtree(node)
    shutil.move(tmp_path / "backup", node)
    assert "disagrees" in states(sync(node, clock))
    return place


def test_an_alarm_about_our_own_log(here: Here, made: Made, tmp_path: Path) -> None:
    """Not to be acknowledged before the log is recovered; then shown as known, by whom and why, and status ends with 0; the
    checkpoints stay, and a second rollback is a second alarm."""
    place, node = rolled_back(made, tmp_path), made.root / "node"
    origin = "example.org/assessor/log"
    words = ("--log", origin, "--by", "A. Person", "--why", "a restored snapshot")
    ran = here("node", "acknowledge", str(node), *words)
    assert (ran.code, "recover first" in ran.stderr) == (1, True), ran.stderr
    recover(node, [copy_of(place)], clock)
    assert here("node", "status", str(node)).code == 1
    kept = {path.name: path.read_bytes() for path in (node / "alarm").iterdir()}
    assert here("node", "acknowledge", str(node), *words).code == 0
    ran = here("node", "status", str(node))
    assert (ran.code, "A. Person" in ran.stdout, "a restored snapshot" in ran.stdout) == (0, True, True)
    told = json.loads(here("node", "status", str(node), "--json").stdout)
    assert (told["contradiction"], told["noted"][0]["by"]) == ("", "A. Person")
    assert {name: (node / "alarm" / name).read_bytes() for name in kept} == kept
    assert here("node", "acknowledge", str(node), *words).code == 2
    shutil.copytree(node, tmp_path / "later")
    publish(made, b"even more")
    sync(node, clock)
    sync(place, clock)
    shutil.rmtree(node)
    shutil.move(tmp_path / "later", node)
    assert "disagrees" in states(sync(node, clock))
    assert (node / "alarm-2" / "seen.checkpoint").is_file()
    assert {name: (node / "alarm" / name).read_bytes() for name in kept} == kept
    assert not standing(node).holds


def test_an_acknowledgement_is_of_these_bytes(made: Made, tmp_path: Path) -> None:
    """Changed checkpoints or a changed note: it counts no more."""
    place, node = rolled_back(made, tmp_path), made.root / "node"
    recover(node, [copy_of(place)], clock)
    (folder,) = acknowledge(node, "example.org/assessor/log", by="X", why="y", clock=clock)
    assert standing(node).holds
    good = (folder / "seen.checkpoint").read_bytes()
    (folder / "seen.checkpoint").write_bytes(good + b"\n")
    assert not standing(node).holds
    (folder / "seen.checkpoint").write_bytes(good)
    (folder / "acknowledged.json").write_text("[]", encoding="utf-8")
    assert not standing(node).holds


def test_an_alarm_about_another_log(five: list[Node], tmp_path: Path) -> None:
    """Known forks do not hide new ones: status ends well, nothing is pulled or cosigned of that log ever again."""
    first, second, third, *_ = five
    second.follow(first)
    second.follow(third)
    make_witness(second.path, "second.example/witness")
    sync(second.path, at())
    shutil.copytree(first.path, tmp_path / "twin")
    first.publish([b"one word"])
    sync(second.path, at())
    with Log.open(tmp_path / "twin" / "log") as log:
        log.append([b"another word"])
        log.publish(at())
    sync(tmp_path / "twin", at())
    second.follow(first, tmp_path / "twin" / "share")
    assert states(sync(second.path, at()))[0] == "disagrees"
    for name, by in ((third.key.name, "X"), (first.key.name, "two\nlines"), ("none.example", "X")):
        with pytest.raises(InputError):
            acknowledge(second.path, name, by=by, why="a fork", clock=at())
    (folder,) = acknowledge(second.path, first.key.name, by="X", why="its operator had two machines", clock=at(2))
    assert folder == mirror_of(second.path, first.key) / "alarm"
    second.follow(first)
    cosigned = (second.share / "cosigned" / folder_name(first.key.name)).read_bytes()
    first.publish(entries(2, 800))
    assert sorted(states(sync(second.path, at()))[:2]) == ["fine", "noted"]
    assert (second.share / "cosigned" / folder_name(first.key.name)).read_bytes() == cosigned
    found = standing(second.path)
    assert found.holds
    assert any("X, 2026-07-22T14:00:00+00:00: its operator had two machines" in str(line) for line in found.sentences())
    shutil.copytree(third.path, tmp_path / "other")
    third.publish([b"one"])
    sync(second.path, at())
    with Log.open(tmp_path / "other" / "log") as log:
        log.append([b"two"])
        log.publish(at())
    sync(tmp_path / "other", at())
    second.follow(third, tmp_path / "other" / "share")
    assert sorted(states(sync(second.path, at()))[:2]) == ["disagrees", "noted"]
    assert not standing(second.path).holds


def test_a_forked_log_of_our_own_cannot_be_acknowledged_away(made: Made, tmp_path: Path) -> None:
    """Rolled back and signed on: the log holds one of the two heads, never both; recovery refuses, acknowledging too."""
    node, (place, *_) = made.root / "node", witnesses_of(made)
    shutil.copytree(node, tmp_path / "backup")
    publish(made, b"one")
    sync(node, clock)
    sync(place, clock)
    shutil.rmtree(node)
    shutil.move(tmp_path / "backup", node)
    publish(made, b"two")
    sync(node, clock)
    with pytest.raises(PlumbruleError):
        recover(node, [copy_of(place)], clock)
    with pytest.raises(VerificationError, match="does not continue both"):
        acknowledge(node, "example.org/assessor/log", by="X", why="y", clock=clock)
