"""Damage, rollbacks, full and read-only disks, clocks that jump: refused or told, never a second history."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from evidence_made import clock, fresh_process
from tree_made import reader_of

from plumbrule.errors import OutputError, PlumbruleError, UnreadableError
from plumbrule.evidence import Kind, new_signer, parse_checkpoint, parse_note, write_key
from plumbrule.evidence.log import Log, Settings, fsck
from plumbrule.evidence.tree import leaf_hashes, tree_root

ORIGIN = "example.org/log"
SIGNER = new_signer(ORIGIN, Kind.LOG)
posix_only = pytest.mark.skipif(os.name != "posix", reason="needs limits and accounts of POSIX: run on Linux or macOS")


def entries(count: int, start: int = 0) -> list[bytes]:
    """Distinct entries."""
    return [b"entry %d" % number for number in range(start, start + count)]


def after_a_crash(log: Log, place: Path) -> Path:
    """The log's folder as a crash leaves it: part of it only in the write-ahead log."""
    shutil.copytree(log.directory, place, ignore=shutil.ignore_patterns("*-shm"))
    assert (place / "log.sqlite3-wal").stat().st_size > 10_000
    return place


def goes_on_or_is_refused(place: Path, published: list[bytes], head: bytes) -> bool:
    """Open a damaged log and publish one more entry. True if it opened; then the new tree begins with the published one."""
    try:
        with Log.open(place, SIGNER) as log:
            assert log.checkpoint == head
            log.append([b"one more"])
            new = parse_checkpoint(parse_note(log.publish(clock)))
            held = [log.entry(index) for index in range(new.size)]
    except PlumbruleError as error:
        assert error.got
        return False
    leaves = leaf_hashes(published + held[len(published) :])
    assert new.root == tree_root(new.size, reader_of(leaves)), "a second history"
    return True


@pytest.fixture(scope="module")
def crashed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    """A log of 40 published entries and 5 recorded ones, left by a crash; and its last checkpoint."""
    folder = tmp_path_factory.mktemp("damage")
    with Log.create(folder / "log", ORIGIN, SIGNER) as log:
        for start in range(0, 40, 8):
            log.append(entries(8, start))
        head = log.publish(clock)
        log.append(entries(5, 40))
        return after_a_crash(log, folder / "crashed"), head


def test_a_shorter_write_ahead_log(crashed: tuple[Path, bytes], tmp_path: Path) -> None:
    """Cut SQLite's write-ahead log off anywhere: SQLite opens it without a word, and we refuse unless all published is there."""
    raw = (crashed[0] / "log.sqlite3-wal").read_bytes()
    opened = 0
    for number, cut in enumerate(range(0, len(raw), len(raw) // 40)):
        place = tmp_path / str(number)
        shutil.copytree(crashed[0], place)
        (place / "log.sqlite3-wal").write_bytes(raw[:cut])
        opened += goes_on_or_is_refused(place, entries(40), crashed[1])
    assert 0 < opened < 20  # only the last cuts leave everything that was published


def test_flipped_bits_everywhere(crashed: tuple[Path, bytes], tmp_path: Path) -> None:
    """Flip bits in write-ahead log, database and guard: refused, or the history goes on as it was published."""
    draw, refused = random.Random(7), 0
    for name, times in (("log.sqlite3-wal", 60), ("log.sqlite3", 30), ("checkpoint", 20)):
        for number in range(times):
            place = tmp_path / f"{name}-{number}"
            shutil.copytree(crashed[0], place)
            raw = bytearray((place / name).read_bytes())
            raw[draw.randrange(len(raw))] ^= 1 << draw.randrange(8)
            (place / name).write_bytes(raw)
            refused += not goes_on_or_is_refused(place, entries(40), crashed[1])
            shutil.rmtree(place)
    assert refused > 20


def test_a_proof_is_checked_before_it_is_handed_out(tmp_path: Path) -> None:
    """A tile deep inside was changed: the log opens, and says so instead of giving a proof that does not hold."""
    with Log.create(tmp_path / "log", ORIGIN, SIGNER) as log:
        log.append(entries(600))
        log.publish(clock)
        with log.database.writing() as cursor:
            cursor.execute("UPDATE log_tile SET hashes = zeroblob(8192) WHERE level = 0 AND idx = 0")
        with pytest.raises(UnreadableError, match="do not give the signed root"):
            log.prove(5)
        assert log.prove(599)


def test_a_snapshot_of_everything_local_restored(tmp_path: Path) -> None:
    """Database and guard rolled back together look whole from inside; a checkpoint that anybody outside kept finds it out."""
    with Log.create(tmp_path / "log", ORIGIN, SIGNER) as log:
        log.append(entries(3))
        old = log.publish(clock)
    shutil.copytree(tmp_path / "log", tmp_path / "snapshot")
    with Log.open(tmp_path / "log", SIGNER) as log:
        log.append(entries(2, 3))
        seen = log.publish(clock)
    with Log.open(tmp_path / "snapshot", SIGNER, seen=[old]) as restored:  # nobody can know yet
        assert restored.checkpoint == old
    assert fsck(tmp_path / "snapshot").holds
    with pytest.raises(UnreadableError, match="rolled back"):
        Log.open(tmp_path / "snapshot", SIGNER, seen=[old, seen])
    report = fsck(tmp_path / "snapshot", seen=[seen])
    assert "Somebody else holds a checkpoint" in str(report.problems[0])
    with Log.open(tmp_path / "snapshot", SIGNER) as restored:
        restored.append([b"x", b"y"])
        restored.publish(clock)
    with pytest.raises(UnreadableError, match="not the ones that were published"):
        Log.open(tmp_path / "snapshot", SIGNER, seen=[seen])
    with pytest.raises(UnreadableError, match="not signed by"):
        fsck(tmp_path / "log", seen=[seen.replace(b"\n5\n", b"\n4\n")])


def test_a_clock_that_jumps(tmp_path: Path) -> None:
    """An hour forward, a year back: order comes from positions, and the times are only remembered."""
    with Log.create(tmp_path / "log", ORIGIN, SIGNER) as log:
        now = datetime(2026, 7, 22, tzinfo=UTC)
        for number, jump in enumerate((timedelta(), timedelta(hours=1), timedelta(days=-365), timedelta(days=9000))):
            log.append(entries(1, number))
            assert parse_checkpoint(parse_note(log.publish(lambda: now + jump))).size == number + 1  # noqa: B023 - called at once
        assert log.fsck().checkpoints == 5
        assert log.fsck().holds
    Log.open(tmp_path / "log", SIGNER).close()


FILLING = """
import resource, sys
from datetime import UTC, datetime
from pathlib import Path
from plumbrule.errors import OutputError
from plumbrule.evidence.log import Log
log = Log.open(Path(sys.argv[1]))
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
told = 0
try:
    while True:
        log.append([b"x" * 500 + b"%d" % told])
        told += 1
        log.publish(lambda: datetime.now(UTC))
except OutputError as error:
    print(told, type(error).__name__, error.got)
"""


@posix_only
@pytest.mark.parametrize("room", [100, 30_000, 300_000])
def test_a_full_disk(tmp_path: Path, room: int) -> None:
    """No file may grow beyond a limit: the log stops with a clear error, and with room again nothing acknowledged is missing."""
    with Log.create(tmp_path / "log", ORIGIN, SIGNER) as log:
        log.append([b"first"])
        log.publish(clock)
    write_key(tmp_path / "log" / "log.key", SIGNER)
    done = subprocess.run(
        [sys.executable, "-c", FILLING, str(tmp_path / "log"), str(room)],
        capture_output=True, text=True, check=False, env=fresh_process(),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told, kind, *_ = done.stdout.split()
    assert kind == "OutputError"
    assert room != 300_000 or int(told) > 3
    with Log.open(tmp_path / "log", SIGNER) as again:
        assert again.size > int(told)
        assert all(again.entry(1 + number).endswith(b"x%d" % number) for number in range(int(told)))
        again.append([b"next"])
        again.publish(clock)
        assert again.fsck().holds


READ_ONLY = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
from plumbrule.errors import PlumbruleError
from plumbrule.evidence.log import Log
if os.getuid() == 0:  # for root everything is writable
    os.setgid(65534)
    os.setuid(65534)
try:
    with Log.open(Path(sys.argv[1])) as log:
        log.append([b"more"])
    print("recorded")
except PlumbruleError as error:
    print(error)
"""


@posix_only
def test_a_disk_that_does_not_take_writes(tmp_path: Path) -> None:
    """Where nothing may be written, nothing is acknowledged, and the words say what to look at."""
    folder = tmp_path / "log"
    with Log.create(folder, ORIGIN, SIGNER) as log:
        log.append([b"first"])
        log.publish(clock)
    for path in folder.iterdir():
        path.chmod(0o444)
    folder.chmod(0o555)
    for parent in (tmp_path, *list(tmp_path.parents)[:3]):
        if parent.stat().st_uid == os.getuid():
            parent.chmod(0o755)
    done = subprocess.run(
        [sys.executable, "-c", READ_ONLY, str(folder)], capture_output=True, text=True, check=False, env=fresh_process()
    )
    folder.chmod(0o755)
    for path in folder.iterdir():
        path.chmod(0o644)
    assert done.returncode == 0, done.stderr
    assert "recorded" not in done.stdout
    assert "Cure:" in done.stdout
    assert fsck(folder).size == 1


def test_the_guard_on_another_disk(tmp_path: Path) -> None:
    """Named in log.toml, the guard lies elsewhere; without that disk the log does not open, and two logs never share one."""
    (tmp_path / "disk").mkdir()
    settings = Settings(guard=tmp_path / "disk" / "checkpoint")
    with Log.create(tmp_path / "log", ORIGIN, SIGNER, settings) as log:
        log.append(entries(3))
        raw = log.publish(clock)
    assert not (tmp_path / "log" / "checkpoint").exists()
    assert (tmp_path / "disk" / "checkpoint").read_bytes() == raw
    with Log.open(tmp_path / "log", SIGNER) as again:
        assert again.checkpoint == raw
    (tmp_path / "disk").rename(tmp_path / "unmounted")
    with pytest.raises(UnreadableError, match="cannot be read"):
        Log.open(tmp_path / "log", SIGNER)
    with pytest.raises(OutputError, match="is not a folder"):
        Log.create(tmp_path / "other", ORIGIN, SIGNER, settings)
    (tmp_path / "unmounted").rename(tmp_path / "disk")
    with pytest.raises(OutputError, match="exists already"):
        Log.create(tmp_path / "third", ORIGIN, SIGNER, settings)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("guard = 'relative/checkpoint'\n", "depends on where"),
        ("guard = 5\n", "'guard' is '5'"),
        ("mirror = 'x'\n", "not known"),
        ("guard = \n", "not TOML"),
        ("\ufeffguard = '/x'\n", "byte order mark"),
        ("database = 'sqlite:///x'\n", "not the address"),
    ],
)
def test_settings_that_are_refused(tmp_path: Path, text: str, words: str) -> None:
    """A log.toml that says something else than the two things it may say."""
    Log.create(tmp_path / "log", ORIGIN, SIGNER).close()
    (tmp_path / "log" / "log.toml").write_text(text, encoding="utf-8", newline="\n")
    with pytest.raises(PlumbruleError, match=words) as caught:
        Log.open(tmp_path / "log", SIGNER)
    assert caught.value.cure


def test_a_database_that_does_not_wait_for_its_disk(tmp_path: Path) -> None:
    """Appending through a connection whose COMMIT is a promise only: refused."""
    with Log.create(tmp_path / "log", ORIGIN, SIGNER) as log:
        log.database._connection.execute("PRAGMA synchronous = NORMAL")  # type: ignore[attr-defined]  # what another program might do
        with pytest.raises(OutputError, match="does not wait for the disk"):
            log.append([b"x"])
        assert log.size == 0
