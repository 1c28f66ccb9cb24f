"""Let each sync of a log's life fail once, in turn, on a disk that keeps or forgets what was written; see what is left.

    LD_PRELOAD=faulty.so python tests/evidence/failing_syncs.py FOLDER        prints what it saw, as JSON

faulty.c is the disk. Each try is a process of its own (fork) that opens a copy of the same log, records, publishes,
keeps a blob, grows the log until SQLite's write-ahead log is carried into the file, and writes through a group writer,
until a sync fails. Then it must have stopped: an error, a log that is closed, and not one more write. The parent opens
what is left as after any crash, with the real disk again.
"""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from plumbrule.errors import OutputError, PlumbruleError
from plumbrule.evidence import Kind, new_signer, parse_checkpoint, parse_note, write_key
from plumbrule.evidence.log import Log, Writer

ORIGIN = "example.org/log"
LARGE = 70
"""Entries of 60,000 bytes, as many as fill the write-ahead log."""


@cache
def disk() -> ctypes.CDLL:
    """The faulty disk under this process; only there when it was started with it."""
    found = ctypes.CDLL(None)
    found.faulty_where.restype = ctypes.c_char_p
    return found


def clock() -> datetime:
    """A clock that stands still."""
    return datetime(2026, 7, 22, tzinfo=UTC)


def entry(index: int) -> bytes:
    """The entry that is recorded at this place."""
    return b"entry %d" % index + (b"x" * 60_000 if 10 <= index < 10 + LARGE else b"")


def entries(start: int, end: int) -> list[bytes]:
    """The entries from `start` up to and without `end`."""
    return [entry(index) for index in range(start, end)]


def live(log: Log, tell: Callable[..., None]) -> None:
    """A short life: `tell` is called with each acknowledgement."""
    for start, end in ((3, 5), (5, 10), (10, 10 + LARGE), (10 + LARGE, 90)):
        tell("recorded", log.append(entries(start, end))[-1])
        tell("published", log.publish(clock))
    tell("kept", log.content.put(b"a blob"))
    tell("group", True)
    with Writer(log, clock) as writer:
        tell("recorded", writer.append(entry(90)))
        tell("published", writer.extend(entries(91, 400)))


def child(folder: Path, number: int, forget: int, pipe: int) -> None:
    """Live until the disk fails, and tell the parent about it."""

    def tell(kind: str, what: object) -> None:
        said = what.decode() if isinstance(what, bytes) else what
        os.write(pipe, json.dumps([kind, said]).encode() + b"\n")

    log = Log.open(folder)
    disk().faulty_begin(os.fsencode(folder), ctypes.c_long(number), forget)
    try:
        live(log, tell)
        tell("lived", True)
        log.close()
    except OutputError as error:
        tell("error", error.got)
        if "content" in error.got:  # beside the log, which has nothing to be unsure of
            log.close()
            tell("blob", list(log.content.digests()))
    if where := disk().faulty_where():
        tell("failed", os.path.relpath(where, os.fsencode(folder)))
    for ask in (lambda: log.append([b"again"]), lambda: log.publish(clock), lambda: log.size):
        with suppress(PlumbruleError):
            ask()
            tell("open", "the log answers after the disk failed")
    tell("later", disk().faulty_later())
    tell("syncs", disk().faulty_syncs())


def one_life(folder: Path, number: int, forget: int) -> dict[str, list[object]]:
    """Fork, and collect what the child tells: kind to everything told of that kind."""
    reading, writing = os.pipe()
    pid = os.fork()
    if not pid:
        os.close(reading)
        code = 1
        with suppress(KeyboardInterrupt):
            child(folder, number, forget, writing)
            code = 0
        os._exit(code)
    os.close(writing)
    told: dict[str, list[object]] = {}
    with os.fdopen(reading) as stream:
        for line in stream:
            kind, what = json.loads(line)
            told.setdefault(kind, []).append(what)
    assert os.waitpid(pid, 0)[1] == 0, (number, forget, told)
    return told


def check(folder: Path, told: dict[str, list[object]]) -> None:
    """Open what is left: every acknowledged entry is there, and every published head is a beginning of it."""
    with Log.open(folder) as log:
        recorded = max([2, *told.get("recorded", [])])  # type: ignore[type-var]  # indexes
        assert log.size > recorded, "an acknowledged entry was lost"  # type: ignore[operator]  # an index
        assert all(log.entry(index) == entry(index) for index in range(log.size)), "an entry changed"
        for raw in told.get("published", []):
            head = log.compare(str(raw).encode())
            assert parse_checkpoint(parse_note(log.checkpoint)).size >= head.size, "a published head was lost"
        assert all(log.content.get(str(digest)) == b"a blob" for digest in told.get("kept", []))
        log.content.put(b"a blob")
        log.append([b"and on"])
        log.publish(clock)
        report = log.fsck()
        assert report.holds, report.problems


def main(folder: Path) -> None:
    """Every sync once, on both disks."""
    signer = new_signer(ORIGIN, Kind.LOG)
    (folder / "log").mkdir(parents=True)
    write_key(folder / "log" / "log.key", signer)
    with Log.create(folder / "log", ORIGIN, signer) as log:
        log.append(entries(0, 3))
        log.publish(clock)
    shutil.copytree(folder / "log", folder / "well")
    well = one_life(folder / "well", 0, 0)
    assert "error" not in well
    check(folder / "well", well)
    (syncs,) = well["syncs"]
    seen = Counter[str]()
    for forget in (0, 1):
        for number in range(1, int(str(syncs)) + 1):
            place = folder / f"{number}-{forget}"
            shutil.copytree(folder / "log", place)
            told = one_life(place, number, forget)
            count(told, seen)
            if number == 1 and "error" in told:
                seen[f"first: {told['failed'][0]}"] += 1
            check(place, told)
            shutil.rmtree(place)
    print(json.dumps({"syncs": syncs, **seen}))


def count(told: dict[str, list[object]], seen: Counter[str]) -> None:
    """Sort one life into what the test asks for."""
    for failed in told.get("failed", []):
        seen[f"failed: {failed}"] += 1
        if "error" in told:
            seen["told"] += 1
            seen["the log went on"] += "open" in told
            seen["a blob is found"] += told.get("blob", [[]]) != [[]]
            if not told.keys() & {"group", "blob"}:  # in a group another thread may be writing; a blob does not stop the log
                seen["written after it"] += int(str(told["later"][0]))
        else:
            seen["not told: while closing" if told["later"] == [0] else f"not told: {failed}"] += 1


if __name__ == "__main__":
    main(Path(sys.argv[1]))
