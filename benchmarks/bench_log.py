"""The log beside bare SQLite: appends, group commit, proofs, the whole check, storage. `make bench`.

An entry is an envelope as an assessment leaves it (about 1,100 bytes). The yardstick inserts the same rows into a table
of SQLite with WAL and full sync, and nothing else. Both live on the disk that holds `build/`. PLUMBRULE_BENCH_ENTRIES
sets the size of the large log (a million).
"""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import statistics
import threading
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from side_by_side import alternate, hold_cores, print_table, print_versions

from plumbrule.evidence import Kind, new_signer, parse_checkpoint, parse_note, parse_proof
from plumbrule.evidence.log import Log, Writer, fsck, store
from plumbrule.evidence.log.export import static_files
from plumbrule.evidence.tree import inclusion_proof, leaf_hash, verify_inclusion

FOLDER = Path(__file__).resolve().parents[1] / "build" / "bench" / "log"
LARGE = int(os.environ.get("PLUMBRULE_BENCH_ENTRIES", "1000000"))
SMALL, BATCH, ROUNDS = 10_000, 1_000, 7
YARDSTICK, OURS = "bare SQLite, the same rows", "Writer: recorded, signed, guarded"
ORIGIN = "example.org/log"
SIGNER = new_signer(ORIGIN, Kind.LOG)
POOL = [random.Random(number).randbytes(800).hex()[:1080].encode() for number in range(BATCH)]


def rows(start: int, count: int = BATCH) -> list[bytes]:
    """Distinct entries."""
    return [b"%020d" % (start + number) + POOL[number % BATCH] for number in range(count)]


def clock() -> datetime:
    """The clock of this machine."""
    return datetime.now(UTC)


class Bare:
    """The yardstick: the same rows in a table of SQLite, one transaction a batch."""

    def __init__(self, path: Path) -> None:
        self.connection, self.size = sqlite3.connect(path, isolation_level=None), 0
        for pragma in ("journal_mode = WAL", "synchronous = FULL"):
            self.connection.execute(f"PRAGMA {pragma}")
        self.connection.execute("CREATE TABLE entry (idx INTEGER PRIMARY KEY, envelope BLOB NOT NULL)")

    def insert(self, batches: list[list[bytes]]) -> None:
        """Insert the batches."""
        for batch in batches:
            self.connection.execute("BEGIN IMMEDIATE")
            numbered = list(zip(range(self.size, self.size + len(batch)), batch, strict=True))
            self.connection.executemany("INSERT INTO entry VALUES (?, ?)", numbered)
            self.connection.execute("COMMIT")
            self.size += len(batch)


def new_log(name: str) -> Log:
    """An empty log."""
    return Log.create(FOLDER / name, ORIGIN, SIGNER)


def append_and_publish(log: Log, batches: list[list[bytes]]) -> None:
    """The simplest way: a batch, a signature, and so on."""
    for batch in batches:
        log.append(batch)
        log.publish(clock)


def through_a_writer(log: Log, batches: list[list[bytes]]) -> None:
    """The way to import: the next batch is hashed while the last one is synced; signed on the way and at the end."""
    with Writer(log, clock) as writer:
        writer.extend(entry for batch in batches for entry in batch)


def filled(log: Log, bare: Bare, size: int) -> None:
    """Bring both to this many entries."""
    with Writer(log, clock) as writer:
        while bare.size < size:
            batches = [rows(bare.size + BATCH * number) for number in range(10)]
            bare.insert(batches)
            writer.extend(entry for batch in batches for entry in batch)


def appends(log: Log, plain: Log, simple: Log, bare: Bare, title: str) -> float:
    """Batches of 1,000, the same ones to everybody in each round; our share of the yardstick's rate."""
    batches = [[*rows(10**9 + BATCH * number)] for number in range(20)]
    taken = alternate(
        {
            YARDSTICK: lambda: bare.insert(batches),
            "append: recorded, unsigned": lambda: [plain.append(batch) for batch in batches],
            OURS: lambda: through_a_writer(log, batches),
            "append and publish by turns": lambda: append_and_publish(simple, batches),
        },
        ROUNDS,
    )
    print_table(f"Appends in batches of {BATCH:,}, 20 of them, {title}", taken, YARDSTICK)
    for name, one in taken.items():
        print(f"  {name:<52} {20 * BATCH / one.median:10,.0f} /s   {1 / one.over(taken[YARDSTICK]):8.2f} of its rate", flush=True)
    return 1 / taken[OURS].over(taken[YARDSTICK])


def submit(count: int, each: int, act: Callable[[bytes], object]) -> float:
    """So many threads with so many entries each; entries acknowledged per second."""
    threads = [threading.Thread(target=lambda: [act(entry) for entry in POOL[:each]]) for _ in range(count)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return count * each / (time.perf_counter() - begun)


def singles(log: Log) -> None:
    """Single appends, acknowledged when recorded, and when published."""

    def publish_alone(entry: bytes) -> None:
        log.append([entry])
        log.publish(clock)

    rates: dict[str, list[float]] = {}
    for _ in range(ROUNDS):
        rates.setdefault("recorded, one at a time", []).append(submit(1, 300, lambda entry: log.append([entry])))
        rates.setdefault("published, one at a time", []).append(submit(1, 100, publish_alone))
        with Writer(log, clock) as writer:
            rates.setdefault("recorded, 128 submitters", []).append(submit(128, 100, writer.append))
            rates.setdefault("published, 128 submitters", []).append(submit(128, 50, writer.publish))
    print("\nSingle appends, each acknowledged; the ratio is the median of the rounds (least to most)")
    for name, found in rates.items():
        alone = rates[f"{name.split(',')[0]}, one at a time"]
        ratios = sorted(one / two for one, two in zip(found, alone, strict=True))
        told = f"{statistics.median(ratios):8.1f} × ({ratios[0]:.1f} to {ratios[-1]:.1f})"
        print(f"  {name:<52} {statistics.median(found):10,.0f} /s   {told}", flush=True)


def proofs(log: Log) -> None:
    """Random inclusion proofs, built and verified."""
    head = parse_checkpoint(parse_note(log.checkpoint))
    draw = random.Random(5)
    indexes = [draw.randrange(head.size) for _ in range(3000)]
    with log.database.reading() as cursor:
        read = store.tree_reader(cursor)
        begun = time.perf_counter()
        built = [inclusion_proof(index, head.size, read) for index in indexes]
        print(f"\nProofs at {head.size:,} entries, random\n  {'built':<52} {3000 / (time.perf_counter() - begun):10,.0f} /s")
    begun = time.perf_counter()
    files = [log.prove(index) for index in indexes[:1000]]
    print(f"  {'whole proof files, checked':<52} {1000 / (time.perf_counter() - begun):10,.0f} /s")
    leaves = [leaf_hash(log.entry(index)) for index in indexes]
    begun = time.perf_counter()
    held = [
        verify_inclusion(leaf, index, head.size, proof, head.root)
        for leaf, index, proof in zip(leaves, indexes, built, strict=True)
    ]
    print(f"  {'verified':<52} {3000 / (time.perf_counter() - begun):10,.0f} /s")
    assert all(held)
    assert [parse_proof(raw).hashes for raw in files] == built[:1000]


def whole_check(log: Log) -> None:
    """`log fsck`, five times."""
    taken = []
    for _ in range(5):
        begun = time.perf_counter()
        report = fsck(log.directory)
        taken.append(time.perf_counter() - begun)
        assert report.holds
    rate = report.size / statistics.median(taken)
    print(f"\nfsck of {report.size:,} entries\n  {'everything read and hashed':<52} {rate:10,.0f} /s")


def storage(log: Log, bare: Bare) -> None:
    """Bytes an entry beside the envelopes: the tiles, as files and as rows, and the databases that hold all of it."""
    with log.database.reading() as cursor:
        size = store.read_state(cursor).size
        files = [
            len(raw) for path, raw in static_files(cursor, size, lambda path, _: "/entries/" in path) if "/entries/" not in path
        ]
        cursor.execute("SELECT sum(length(hashes)) FROM log_tile")
        rows = cursor.fetchone()[0]
        cursor.execute("SELECT sum(length(envelope)) FROM log_entry")
        envelopes = cursor.fetchone()[0]
        cursor.execute("PRAGMA page_size")
        page = cursor.fetchone()[0]
    blocks = sum(-(-length // 4096) * 4096 for length in files)
    print(f"\nStorage, bytes an entry beside the envelopes, {size:,} entries")
    print(f"  {f'exported tiles, {len(files):,} files':<52} {sum(files) / size:10.2f}")
    print(f"  {'the same in blocks of 4,096 bytes':<52} {blocks / size:10.2f}")
    print(f"  {'tiles as rows':<52} {rows / size:10.2f}")
    whole = (log.directory / "log.sqlite3").stat().st_size
    print(f"  {f'all of the database, pages of {page:,} bytes':<52} {(whole - envelopes) / size:10.2f}")
    table = bare.connection.execute("SELECT count(*), sum(length(envelope)) FROM entry").fetchone()
    floor = ((FOLDER / "bare.sqlite3").stat().st_size - table[1]) / table[0]
    print(f"  {'bare SQLite, the same rows, pages of 4,096 bytes':<52} {floor:10.2f}")


def main() -> None:
    """All of it, in a fresh folder."""
    hold_cores()
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    bare = Bare(FOLDER / "bare.sqlite3")
    with closing(bare.connection), new_log("log") as log, new_log("plain") as plain, new_log("simple") as simple:
        filled(log, bare, SMALL)
        small = appends(log, plain, simple, bare, f"from {SMALL:,} entries")
        singles(simple)
        filled(log, bare, LARGE)
        large = appends(log, plain, simple, bare, f"from {LARGE:,} entries")
        print(f"\nShare of the yardstick's rate, large over small: {large / small:.2f} (1: no slowdown)")
        proofs(log)
        whole_check(log)
        for connection in (log.database._connection, bare.connection):  # type: ignore[attr-defined]  # to weigh one file
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        storage(log, bare)
    print_versions("plumbrule", "cryptography")
    print(f"SQLite {sqlite3.sqlite_version}")
    shutil.rmtree(FOLDER)


if __name__ == "__main__":
    main()
