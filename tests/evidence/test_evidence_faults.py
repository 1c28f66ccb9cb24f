"""Disks that fail for real: a sync that fails at every place, a file system that is full, one that is read-only."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from evidence_made import fresh_process

HERE = Path(__file__).parent


def test_every_sync_fails_once(tmp_path: Path) -> None:
    """Each fsync of a log's life fails, on a disk that keeps and one that forgets: told, closed, nothing written after it.

    failing_syncs.py asserts that nothing acknowledged is lost. Not told are only the two at closing, after everything
    was acknowledged, and SQLite's own sync of the folder, which the log did itself just before.
    """
    if sys.platform != "linux" or shutil.which("gcc") is None:
        pytest.skip("needs Linux and gcc: apt-get install gcc libc6-dev, pytest tests/evidence/test_evidence_faults.py")
    shim = tmp_path / "faulty.so"
    subprocess.run(["gcc", "-shared", "-fPIC", "-O1", "-o", shim, HERE / "faulty.c", "-ldl", "-lpthread"], check=True)
    done = subprocess.run(
        [sys.executable, HERE / "failing_syncs.py", tmp_path / "run"],
        capture_output=True, text=True, check=False, env={**fresh_process(), "LD_PRELOAD": str(shim)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    seen = json.loads(done.stdout)
    assert seen["syncs"] > 25
    failed = {name.removeprefix("failed: "): count for name, count in seen.items() if name.startswith("failed: ")}
    assert {"log.sqlite3", "log.sqlite3-wal", "checkpoint.new", ".", "content", "content/55"} <= failed.keys()
    assert sum(failed.values()) == 2 * seen["syncs"]
    assert (seen["the log went on"], seen["written after it"], seen["a blob is found"]) == (0, 0, 0)
    assert seen["first: ."] == 2  # ours, of the folder: told on both disks
    quiet = {name: count for name, count in seen.items() if name.startswith("not told")}
    assert quiet.keys() <= {"not told: while closing", "not told: ."}, quiet
    assert quiet.get("not told: .", 0) <= 2
    assert seen["told"] == 2 * seen["syncs"] - sum(quiet.values())


FILLING = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
from plumbrule.errors import OutputError, PlumbruleError
from plumbrule.evidence import Kind, new_signer, write_key
from plumbrule.evidence.log import Log, fsck
disk, clock = Path(sys.argv[1]), lambda: datetime.now(UTC)
folder = disk / "log"
folder.mkdir()
signer = new_signer("example.org/log", Kind.LOG)
write_key(folder / "log.key", signer)
Log.create(folder, "example.org/log", signer).close()
assert os.statvfs(disk).f_blocks * os.statvfs(disk).f_frsize == 2**20, "not the small disk"
(disk / "ballast").write_bytes(b"x" * int(sys.argv[2]))
told, heads, error = [], [], None
log = Log.open(folder)
try:
    while True:
        told.append((log.append([b"%d " % len(told) + os.urandom(int(sys.argv[3]))])[0]))
        heads.append(log.publish(clock))
except OutputError as caught:
    error = caught
for ask in (lambda: log.append([b"again"]), lambda: log.publish(clock)):
    try:
        ask()
        print("it went on")
    except PlumbruleError:
        pass
(disk / "ballast").unlink()
with Log.open(folder, seen=heads) as again:
    assert again.size > max(told, default=-1)
    assert all(again.entry(index).startswith(b"%d " % index) for index in told)
    again.append([b"next"])
    again.publish(clock)
assert fsck(folder, seen=heads).holds
print(len(told), len(heads), type(error).__name__, error.got.rsplit(":")[-1].strip(), "Cure:" in str(error))
"""


def on_a_small_disk(folder: Path, script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run Python where `folder` is a file system of one megabyte, in namespaces of its own; or skip."""
    if sys.platform != "linux" or shutil.which("unshare") is None:
        pytest.skip("needs Linux and unshare: run on Linux, pytest tests/evidence/test_evidence_faults.py")
    folder.mkdir()
    mounting = 'mount -t tmpfs -o size=1m small "$0" && exec "$@"'
    mount = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mounting, str(folder)]
    if subprocess.run([*mount, "true"], capture_output=True, check=False).returncode:
        pytest.skip("needs user namespaces, which this kernel forbids: sysctl kernel.unprivileged_userns_clone=1")
    command = [*mount, sys.executable, "-c", script, str(folder), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=fresh_process())


@pytest.mark.parametrize(("ballast", "size"), [(200_000, 3000), (400_000, 100), (700_000, 60_000), (850_000, 10), (880_000, 500)])
def test_a_disk_filled_to_the_brim(tmp_path: Path, ballast: int, size: int) -> None:
    """One megabyte, full at different places: the log stops with a clear error; with room again nothing acknowledged is gone."""
    done = on_a_small_disk(tmp_path / "disk", FILLING, ballast, size)
    assert done.returncode == 0, done.stderr[-2000:]
    (line,) = done.stdout.splitlines()
    told, published, kind, *why, cure = line.split()
    assert (kind, cure) == ("OutputError", "True")
    assert " ".join(why) in {"database or disk is full.", "No space left on device.", "disk I/O error."}
    assert int(told) - int(published) in {0, 1}
    assert ballast > 800_000 or int(told) > 1


READ_ONLY = """
import os, subprocess, sys
from datetime import UTC, datetime
from pathlib import Path
from plumbrule.errors import PlumbruleError
from plumbrule.evidence import Kind, new_signer, write_key
from plumbrule.evidence.log import ContentStore, Log
disk = Path(sys.argv[1])
folder = disk / "log"
folder.mkdir()
signer = new_signer("example.org/log", Kind.LOG)
write_key(folder / "log.key", signer)
with Log.create(folder, "example.org/log", signer) as log:
    log.append([b"first"])
    log.publish(lambda: datetime.now(UTC))
files = {path.name: path.read_bytes() for path in folder.iterdir()}
subprocess.run(["mount", "--bind", disk, disk], check=True)
subprocess.run(["mount", "-o", "remount,ro,bind", disk], check=True)
os.chdir(disk)  # the name `disk` may still mean what lies below
folder = Path("log").absolute()
for name, ask in (
    ("append", lambda: Log.open(folder).append([b"more"])),
    ("publish", lambda: Log.open(folder).publish(lambda: datetime.now(UTC))),
    ("content", lambda: ContentStore(folder / "content").put(b"blob")),
):
    try:
        ask()
        print(name, "acknowledged")
    except PlumbruleError as error:
        print(name, type(error).__name__, "Cure:" in str(error))
assert {path.name: path.read_bytes() for path in folder.iterdir()} == files, "something was written"
"""


def test_a_disk_mounted_read_only(tmp_path: Path) -> None:
    """A log on a file system that became read-only: nothing is acknowledged, every verb says so, no byte changes."""
    done = on_a_small_disk(tmp_path / "disk", READ_ONLY)
    assert done.returncode == 0, done.stderr[-2000:]
    lines = [line.split() for line in done.stdout.splitlines()]
    assert [line[0] for line in lines] == ["append", "publish", "content"]
    assert all(kind in {"OutputError", "UnreadableError"} and cure == "True" for _, kind, cure in lines), lines
