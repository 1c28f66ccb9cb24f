"""Nodes that follow one another: a first pull beside copying and hashing the same bytes, and a hub's quiet round. `make bench`.

Entries are signed envelopes of assessments, a thousand distinct ones over and over. The pull fetches, hashes, stores and
proves every entry, from a folder and over HTTP on this machine (a server in a process of its own). Its yardsticks copy the
same files and hash them, and insert the same rows into bare SQLite with full sync. The hub follows 300 logs over HTTP, none
of which has anything new; its yardstick asks for the same 300 checkpoints, one after the other and sixteen at a time, and
looks at nothing. PLUMBRULE_BENCH_PULLED sets the size of the log (100,000), PLUMBRULE_BENCH_LOGS how many the hub follows.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from side_by_side import Taken, alternate, hold_cores, print_table, print_versions

from plumbrule.evidence import (
    AssessmentPredicate,
    Kind,
    make_statement,
    new_signer,
    seal,
    subject_of,
    write_statement,
)
from plumbrule.evidence.federation import Mirror, follow, make_witness, open_source, sync
from plumbrule.evidence.log import Log, Writer
from plumbrule.evidence.tree import leaf_hashes

FOLDER = Path(__file__).resolve().parents[1] / "build" / "bench" / "federation"
SIZE = int(os.environ.get("PLUMBRULE_BENCH_PULLED", "100000"))
LOGS = int(os.environ.get("PLUMBRULE_BENCH_LOGS", "300"))
ROUNDS, HELD, AT_ONCE = 5, 20, 16
SERVER = "import functools, http.server as s, sys\nclass Q(s.SimpleHTTPRequestHandler):\n    log_message = lambda *_: None\n" \
    "s.ThreadingHTTPServer.request_queue_size = 128\n" \
    "h = s.ThreadingHTTPServer(('127.0.0.1', 0), functools.partial(Q, directory=sys.argv[1]))\n" \
    "print(h.server_port, flush=True)\nh.serve_forever()\n"  # fmt: skip
Rows = list[bytes]
SIGNER = new_signer("lab.example")


def assessment(number: int) -> bytes:
    """A signed assessment about four files, none of them public."""
    names = ("assessment.json", "assessment.toml", "dossier.html")
    subjects = [subject_of(name, b"%d" % number) for name in (*names, "table.csv")]
    predicate = AssessmentPredicate(
        assessment=f"assessment-{number}", system=f"system-{number % 50}", verdicts={"non-discrimination": "satisfied"},
        plan=None, created="2026-07-22T12:00:00Z", software="plumbrule/0.1.0", files=(),
    )  # fmt: skip
    return seal(write_statement(make_statement(subjects, predicate)), [SIGNER])


POOL = [assessment(number) for number in range(1000)]


def clock() -> datetime:
    """The clock of this machine."""
    return datetime.now(UTC)


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """A folder behind HTTP, in a process of its own."""
    with subprocess.Popen([sys.executable, "-c", SERVER, str(folder)], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield f"http://127.0.0.1:{server.stdout.readline().strip()}"
        finally:
            server.terminate()


def new_log(name: str, entries: int) -> Log:
    """A log with so many entries, laid out below the folder's `share`; it is closed."""
    origin = f"{name}.example/log"
    with Log.create(FOLDER / "logs" / name, origin, new_signer(origin, Kind.LOG)) as log:
        with Writer(log, clock) as writer:
            writer.extend(POOL[number % len(POOL)] for number in range(entries))
        log.publish(clock)
        log.export(FOLDER / "share" / name)
    return log


def pull(log: Log, place: str, name: str) -> None:
    """A first pull into a mirror that was not there."""
    shutil.rmtree(FOLDER / name, ignore_errors=True)
    with Mirror.create(FOLDER / name, log.verifier, place) as mirror:
        assert mirror.pull(open_source(place), clock().isoformat()).after == SIZE


def copy(files: list[Path], hashed: bool) -> None:
    """The same files into another folder, each synced; and every entry hashed as a leaf, if asked."""
    shutil.rmtree(FOLDER / "copy", ignore_errors=True)
    (FOLDER / "copy").mkdir()
    for number, path in enumerate(files):
        raw = path.read_bytes()
        with (FOLDER / "copy" / str(number)).open("wb") as stream:
            stream.write(raw)
            stream.flush()
            os.fsync(stream.fileno())
        if hashed:
            leaf_hashes(split(raw))


def split(raw: bytes) -> Rows:
    """The entries of a bundle."""
    found, at = [], 0
    while at < len(raw):
        end = at + 2 + int.from_bytes(raw[at : at + 2], "big")
        found.append(raw[at + 2 : end])
        at = end
    return found


def insert(files: list[Path]) -> None:
    """The same rows into bare SQLite, as many in a transaction as a step of a pull has."""
    (FOLDER / "bare.sqlite3").unlink(missing_ok=True)
    with closing(sqlite3.connect(FOLDER / "bare.sqlite3", isolation_level=None)) as bare:
        for pragma in ("journal_mode = WAL", "synchronous = FULL"):
            bare.execute(f"PRAGMA {pragma}")
        bare.execute("CREATE TABLE entry (idx INTEGER PRIMARY KEY, envelope BLOB NOT NULL)")
        for start in range(0, len(files), 64):
            bare.execute("BEGIN IMMEDIATE")
            rows = [row for path in files[start : start + 64] for row in split(path.read_bytes())]
            bare.executemany("INSERT INTO entry (envelope) VALUES (?)", [(row,) for row in rows])
            bare.execute("COMMIT")


def first_pull() -> None:
    """A log of many entries, as nobody had it before."""
    log = new_log("large", SIZE)
    share = FOLDER / "share" / "large"
    files = sorted(path for path in (share / "tile" / "entries").rglob("*") if path.is_file())
    yardstick = "copy the same files"
    with served(share) as address:
        taken = alternate(
            {
                yardstick: lambda: copy(files, hashed=False),
                "copy and hash every entry": lambda: copy(files, hashed=True),
                "insert the same rows into bare SQLite": lambda: insert(files),
                "pull from a folder": lambda: pull(log, str(share), "carried"),
                "pull over HTTP": lambda: pull(log, address, "fetched"),
            },
            ROUNDS,
        )
    megabytes = sum(path.stat().st_size for path in files) / 1e6
    print_rates(f"First pull of {SIZE:,} entries, {megabytes:,.0f} MB", taken, SIZE, yardstick)


def quiet_round() -> None:
    """A hub that follows many logs, and nothing is new."""
    hub, names = FOLDER / "hub", [f"log{number:03}" for number in range(LOGS)]
    make_witness(hub, "hub.example")
    with served(FOLDER / "share") as address:
        for name in names:
            follow(hub, new_log(name, HELD).verifier, f"{address}/{name}")
        assert {outcome.state for outcome in sync(hub, clock)} == {"fine"}

        def ask(name: str) -> None:
            with urllib.request.urlopen(f"{address}/{name}/checkpoint") as answer:
                answer.read()

        def at_once() -> None:
            with ThreadPoolExecutor(AT_ONCE) as pool:
                list(pool.map(ask, names))

        yardstick = "ask for the checkpoints, one at a time"
        taken = alternate(
            {
                yardstick: lambda: [ask(name) for name in names],
                f"ask for the checkpoints, {AT_ONCE} at a time": at_once,
                "a round of the hub": lambda: sync(hub, clock),
            },
            ROUNDS,
        )
    print_rates(f"A hub of {LOGS:,} logs with nothing new", taken, LOGS, yardstick)


def print_rates(title: str, taken: dict[str, Taken], count: int, yardstick: str) -> None:
    """How many in a second, beside the yardstick."""
    print_table(title, taken, yardstick)
    for name, one in taken.items():
        print(f"  {name:<52} {count / one.median:10,.0f} /s   {1 / one.over(taken[yardstick]):8.2f} of its rate", flush=True)


def main() -> None:
    """All of it, in a fresh folder."""
    hold_cores()
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    print_versions("cryptography")
    first_pull()
    quiet_round()


if __name__ == "__main__":
    main()
