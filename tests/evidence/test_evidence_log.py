"""The log: nothing acknowledged is lost, nothing published is taken back, and a log that lies is not opened."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from evidence_made import NOW, Made, clock
from hypothesis import given, settings
from hypothesis import strategies as st

from plumbrule.errors import InputError, KeyFileError, OutputError, UnreadableError
from plumbrule.evidence import Kind, new_signer, parse_checkpoint, parse_note, parse_proof, read_key, write_key
from plumbrule.evidence.log import Log, create_node, fsck, store
from plumbrule.evidence.log.tiles import tile_path
from plumbrule.evidence.tree import consistency_proof, leaf_hash, verify_consistency, verify_inclusion

ORIGIN = "example.org/log"
SIGNER = new_signer(ORIGIN, Kind.LOG)


def entries(count: int, start: int = 0) -> list[bytes]:
    """Distinct entries."""
    return [b"entry %d" % number for number in range(start, start + count)]


def by_definition(leaves: list[bytes]) -> bytes:
    """MTH as RFC 6962 section 2.1 writes it."""
    if len(leaves) < 2:
        return leaf_hash(leaves[0]) if leaves else hashlib.sha256().digest()
    k = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + by_definition(leaves[:k]) + by_definition(leaves[k:])).digest()


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    """An empty log."""
    with Log.create(tmp_path / "log", ORIGIN, SIGNER) as made:
        yield made


def shut(log: Log) -> Path:
    """Close a log with everything in its main database file, and return its folder."""
    log.database._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    log.close()
    return log.directory


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 600])
def test_entries_proofs_and_checkpoints(log: Log, size: int) -> None:
    """After appends in two batches the signed root is the definition's, and every entry tried is proved."""
    leaves = entries(size)
    assert log.append(leaves[: size // 2]) == tuple(range(size // 2))
    assert log.append(leaves[size // 2 :]) == tuple(range(size // 2, size))
    head = parse_checkpoint(parse_note(log.publish(clock)))
    assert (head.origin, head.size, head.root) == (ORIGIN, size, by_definition(leaves))
    for index in {0, size // 2, size - 1}:
        proof = parse_proof(log.prove(index))
        assert proof.index == index
        assert proof.checkpoint == log.checkpoint
        assert verify_inclusion(leaf_hash(leaves[index]), index, size, proof.hashes, head.root)
        assert log.entry(index) == leaves[index]
    assert log.fsck().holds


@settings(max_examples=15, deadline=None)
@given(batches=st.lists(st.integers(0, 300), min_size=1, max_size=6))
def test_old_states_stay_part_of_new_ones(tmp_path_factory: pytest.TempPathFactory, batches: list[int]) -> None:
    """However entries arrive, each published state is the beginning of the next, and old proofs still verify."""
    directory = tmp_path_factory.mktemp("log") / "log"
    leaves: list[bytes] = []
    heads = []
    with Log.create(directory, ORIGIN, SIGNER) as log:
        for batch in batches:
            new = entries(batch, len(leaves))
            log.append(new)
            leaves += new
            heads.append(parse_checkpoint(parse_note(log.publish(clock))))
            assert heads[-1].root == by_definition(leaves)
        with log.database.reading() as cursor:
            read = store.tree_reader(cursor)
            for old in heads:
                if old.size:
                    proof = consistency_proof(old.size, heads[-1].size, read)
                    assert verify_consistency(old.size, heads[-1].size, old.root, heads[-1].root, proof)
        assert log.fsck().holds
    shutil.rmtree(directory)


def test_recorded_is_not_published(log: Log) -> None:
    """An entry is proved only after a checkpoint covers it; publishing twice signs once."""
    log.append(entries(2))
    first = log.publish(clock)
    assert log.publish(clock) == first
    log.append(entries(1, 2))
    with pytest.raises(InputError, match="not in the published tree"):
        log.prove(2)
    second = log.publish(clock)
    assert parse_proof(log.prove(0, first)).checkpoint == first
    assert parse_proof(log.prove(0)).checkpoint == second
    with pytest.raises(InputError):
        log.prove(2, first)
    with pytest.raises(UnreadableError, match="not signed by"):
        log.prove(0, first.replace(b"\n2\n", b"\n1\n"))
    with pytest.raises(InputError, match="no entry"):
        log.entry(3)


def test_the_same_bytes_again(log: Log) -> None:
    """`append` adds an entry every time; `record` and `find` give the first one."""
    assert log.append([b"same", b"same"]) == (0, 1)
    assert log.record(b"same") == 0
    assert log.find(b"other") is None
    assert log.record(b"other") == 2
    assert log.find(b"other") == 2
    log.append(entries(300, 10))
    assert log.find(b"entry 309") == 302


@pytest.mark.parametrize("envelope", [b"", b"x" * 65_536])
def test_entries_of_a_wrong_size(log: Log, envelope: bytes) -> None:
    """Empty or above 65,535 bytes: refused, and nothing of the batch is recorded."""
    with pytest.raises(OutputError, match="an entry of"):
        log.append([b"good", envelope])
    assert log.size == 0
    assert log.append([b"x" * 65_535]) == (0,)


def test_the_store_works_only_in_the_callers_transaction(log: Log) -> None:
    """Without a transaction it refuses; in one, a row and its entry come and go together, and the store ends nothing."""
    with closing(sqlite3.connect(log.directory / "log.sqlite3", isolation_level=None)) as connection:
        cursor = connection.cursor()
        with pytest.raises(OutputError, match="no transaction is open"):
            store.append(cursor, [b"x"])
        connection.execute("CREATE TABLE ours (what TEXT)")
        for ending, size in (("ROLLBACK", 0), ("COMMIT", 1)):
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("INSERT INTO ours VALUES ('row')")
            assert store.append(cursor, [b"x"]) == (0,)
            assert connection.in_transaction
            connection.execute(ending)
            assert connection.execute("SELECT count(*) FROM ours").fetchone()[0] == log.size == size
    assert log.fsck().holds


def test_two_writers_take_turns(log: Log) -> None:
    """Two open logs on one folder number their entries without a gap."""
    with Log.open(log.directory, SIGNER) as other:
        assert [log.append([b"a"]), other.append([b"b"]), log.append([b"c"])] == [(0,), (1,), (2,)]
        assert other.publish(clock) == log.publish(clock)
    assert log.fsck().holds


def test_closed_and_reopened(log: Log) -> None:
    """What was appended and not published is there after closing, and the next checkpoint covers it."""
    log.append(entries(300))
    log.publish(clock)
    log.append(entries(7, 300))
    directory = shut(log)
    with Log.open(directory, SIGNER) as again:
        assert again.size == 307
        assert parse_checkpoint(parse_note(again.publish(clock))).size == 307
        assert (again.origin, again.verifier) == (ORIGIN, SIGNER.verifier)


def change(directory: Path, sql: str, *parameters: object) -> None:
    """Change the database behind the log's back."""
    with closing(sqlite3.connect(directory / "log.sqlite3")) as connection, connection:
        connection.execute(sql, parameters)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE log_state SET size = size - 1",
        "UPDATE log_state SET size = size + 1",
        "UPDATE log_state SET root = zeroblob(32)",
        "UPDATE log_state SET root = 5",
        "UPDATE log_state SET root = 'text'",
        "UPDATE log_state SET size = 'many'",
        "UPDATE log_state SET format = 'plumbrule-log/9'",
        "UPDATE log_state SET vkey = 'x'",
        "DELETE FROM log_state",
        "DELETE FROM log_entry WHERE idx = 306",
        "UPDATE log_entry SET envelope = x'00' WHERE idx = 305",
        "UPDATE log_entry SET envelope = 7 WHERE idx = 305",
        "DELETE FROM log_tile WHERE level = 0 AND idx = 1",
        "DELETE FROM log_tile WHERE level = 1",
        "UPDATE log_tile SET hashes = zeroblob(length(hashes)) WHERE level = 0 AND idx = 1",
        "UPDATE log_tile SET hashes = zeroblob(length(hashes)) WHERE level = 1",
        "UPDATE log_tile SET hashes = 'text' WHERE level = 1",
        "UPDATE log_tile SET hashes = NULL WHERE level = 7",
        "INSERT INTO log_checkpoint VALUES (999, '2026', x'00')",
        "DROP TABLE log_tile",
    ],
)
def test_a_tampered_database_is_not_opened(log: Log, sql: str) -> None:
    """Sizes, roots, tiles, last entries, tables: a change at the right edge is refused when the log is opened."""
    log.append(entries(307))
    log.publish(clock)
    directory = shut(log)
    change(directory, sql)
    if "level = 7" in sql:
        Log.open(directory, SIGNER).close()  # there is no such row: nothing changed, and the log still opens
        return
    with pytest.raises(UnreadableError) as caught:
        Log.open(directory, SIGNER)
    assert caught.value.cure


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("UPDATE log_entry SET envelope = x'00' WHERE idx = 5", "Entry 5 is missing"),
        ("DELETE FROM log_entry WHERE idx = 5", "Entry 5 is missing"),
        ("UPDATE log_tile SET hashes = zeroblob(8192) WHERE level = 0 AND idx = 0", "Tile 0 of level 1"),
        ("DELETE FROM log_tile WHERE level = 0 AND idx = 0", "Tile 0 of level 0"),
        ("INSERT INTO log_tile VALUES (5, 0, x'00')", "do not belong"),
        ("UPDATE log_checkpoint SET note = x'00' WHERE size = 306", "checkpoint of size 306"),
        ("UPDATE log_checkpoint SET size = 300 WHERE size = 306", "remembered as size 300"),
        ("UPDATE log_state SET size = 300", "ends at 306"),
        ("UPDATE log_state SET root = zeroblob(32)", "root of the recorded state"),
    ],
)
def test_fsck_finds_what_opening_does_not(log: Log, sql: str, words: str) -> None:
    """Deep changes are found by the whole check, also in a log that does not open any more."""
    log.append(entries(306))
    log.publish(clock)
    log.append(entries(1, 306))
    log.publish(clock)
    directory = shut(log)
    assert fsck(directory).holds
    assert fsck(directory).checkpoints == 3
    change(directory, sql)
    report = fsck(directory)
    assert not report.holds
    assert words in "\n".join(map(str, report.problems))


def test_a_rolled_back_database_is_refused(log: Log) -> None:
    """An old copy of the database, which SQLite opens without a word, does not continue a second history."""
    log.append(entries(3))
    log.publish(clock)
    directory = shut(log)
    shutil.copy(directory / "log.sqlite3", directory.parent / "old.sqlite3")
    with Log.open(directory, SIGNER) as again:
        again.append(entries(1, 3))
        again.publish(clock)
        shut(again)
    shutil.copy(directory.parent / "old.sqlite3", directory / "log.sqlite3")
    with pytest.raises(UnreadableError, match="rolled back"):
        Log.open(directory, SIGNER)
    report = fsck(directory)
    assert "4 entries were published, and only 3 are there." in map(str, report.problems)


def test_another_history_of_the_same_length_is_refused(log: Log, tmp_path: Path) -> None:
    """A database with other entries under the same key does not pass for the published one."""
    log.append(entries(3))
    log.publish(clock)
    directory = shut(log)
    with Log.create(tmp_path / "other", ORIGIN, SIGNER) as other:
        other.append([b"x", b"y", b"z", b"more"])
        shut(other)
    shutil.copy(tmp_path / "other" / "log.sqlite3", directory / "log.sqlite3")
    with pytest.raises(UnreadableError, match="not the ones that were published"):
        Log.open(directory, SIGNER)


def test_the_guard_is_needed_and_must_be_ours(log: Log) -> None:
    """A missing, older, foreign or edited head guard is refused, at start and before signing."""
    empty = log.checkpoint
    log.append(entries(2))
    good = log.publish(clock)
    guard = log.directory / "checkpoint"
    log.append(entries(1, 2))
    foreign = new_signer(ORIGIN, Kind.LOG)
    with Log.create(log.directory.parent / "foreign", ORIGIN, foreign) as other:
        strange = other.checkpoint
    for bad in (empty, strange, good.replace(b"\n2\n", b"\n1\n"), good[:-5], b""):
        guard.write_bytes(bad)
        with pytest.raises(UnreadableError):
            Log.open(log.directory, SIGNER)
        if bad != empty:
            with pytest.raises(UnreadableError):
                log.publish(clock)
    guard.unlink()
    with pytest.raises(UnreadableError, match="cannot be read"):
        Log.open(log.directory, SIGNER)
    guard.write_bytes(good)
    Log.open(log.directory, SIGNER).close()


def test_a_crash_between_guard_and_database_is_harmless(log: Log) -> None:
    """When the guard is ahead of the checkpoints that the database remembers, the log opens and goes on."""
    log.append(entries(2))
    checkpoint = log.publish(clock)
    directory = shut(log)
    change(directory, "DELETE FROM log_checkpoint")
    with Log.open(directory, SIGNER) as again:
        assert again.publish(clock) == checkpoint
        assert again.fsck().checkpoints == 2


@pytest.mark.parametrize("cut", [0, 1, 4096, 8192, -8192])
def test_a_damaged_database_file_is_not_opened(log: Log, cut: int) -> None:
    """Cut the file off or put rubbish into it: refused with a clear error, no traceback of SQLite."""
    log.append(entries(300))
    log.publish(clock)
    path = shut(log) / "log.sqlite3"
    raw = path.read_bytes()
    for bad in (raw[:cut], b"\xa5" * 200 + raw[200:]):
        path.write_bytes(bad)
        with pytest.raises(UnreadableError):
            Log.open(path.parent, SIGNER)


def test_a_page_cut_short_is_found_or_harmless(log: Log) -> None:
    """SQLite fills up a last page that lost its end: then fsck finds it, or nothing that counts was in it."""
    log.append(entries(300))
    log.publish(clock)
    path = shut(log) / "log.sqlite3"
    path.write_bytes(path.read_bytes()[:-40])
    report = fsck(path.parent)
    with Log.open(path.parent, SIGNER) as opened:
        assert not report.holds or [opened.entry(i) for i in range(300)] == entries(300)


def test_flipped_bits_never_make_a_second_history(log: Log) -> None:
    """Flip single bits all over database and guard: refused, found by fsck, or still the very same published log."""
    log.append(entries(40))
    log.publish(clock)
    directory = shut(log)
    head = (directory / "checkpoint").read_bytes()
    for name in ("log.sqlite3", "checkpoint", "log.vkey"):
        path = directory / name
        raw = path.read_bytes()
        for at in range(0, len(raw), max(1, len(raw) // 150)):
            path.write_bytes(raw[:at] + bytes([raw[at] ^ 4]) + raw[at + 1 :])
            try:
                with Log.open(directory, SIGNER) as opened:
                    report = opened.fsck()
                    assert opened.checkpoint == head
                    if report.holds:
                        assert [opened.entry(i) for i in range(40)] == entries(40)
            except (UnreadableError, KeyFileError) as error:
                assert error.got
            for leftover in directory.glob("log.sqlite3-*"):
                leftover.unlink()
        path.write_bytes(raw)
    Log.open(directory, SIGNER).close()


def test_a_full_disk_stops_the_log(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the guard's fsync fails, nothing is published, the log closes itself, and the next start goes on from what stands."""
    log.append(entries(2))
    before = log.checkpoint

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OutputError, match="No space left"):
            log.publish(clock)
    with pytest.raises(UnreadableError, match="open the log again"):
        _ = log.size
    with Log.open(log.directory, SIGNER) as again:
        assert again.checkpoint == before
        assert parse_checkpoint(parse_note(again.publish(clock))).size == 2


def test_keys_of_the_log(log: Log, tmp_path: Path) -> None:
    """Only the log's own key opens it for signing; without one it reads, and says that it cannot sign."""
    other = new_signer(ORIGIN, Kind.LOG)
    for wrong in (other, new_signer(ORIGIN)):
        with pytest.raises(KeyFileError):
            Log.open(log.directory, wrong)
    with pytest.raises(KeyFileError, match="cannot sign for the log"):
        Log.create(tmp_path / "new", "example.org/other", SIGNER)
    with pytest.raises(KeyFileError, match="cannot sign for the log"):
        Log.create(tmp_path / "new", ORIGIN, new_signer(ORIGIN))
    with Log.open(log.directory) as reader:
        assert reader.append([b"x"]) == (0,)
        with pytest.raises(KeyFileError, match="cannot be read"):
            reader.publish(clock)
        write_key(log.directory / "log.key", other)
        with pytest.raises(KeyFileError, match="not the key of this log"):
            reader.publish(clock)
        (log.directory / "log.key").unlink()
        write_key(log.directory / "log.key", SIGNER)
        assert parse_checkpoint(parse_note(reader.publish(clock))).size == 1


def test_folders_that_are_no_log(tmp_path: Path, log: Log) -> None:
    """A folder without a log, and a new log in a folder that has one: clear errors."""
    for folder in (tmp_path, tmp_path / "missing"):
        with pytest.raises(UnreadableError, match="cannot be read"):
            Log.open(folder)
        with pytest.raises(UnreadableError, match="cannot be read"):
            fsck(folder)
    with pytest.raises(OutputError, match="holds"):
        Log.create(log.directory, ORIGIN, SIGNER)
    (log.directory / "log.sqlite3").unlink()
    with pytest.raises(UnreadableError, match="cannot be opened"):
        Log.open(log.directory)


def test_tiles_take_33_bytes_an_entry_and_no_more(log: Log) -> None:
    """Beside the envelopes the tree takes 32 bytes an entry and a little: only every eighth level is kept."""
    count = 5000
    for start in range(0, count, 1000):
        log.append(entries(1000, start))
    directory = shut(log)
    with closing(sqlite3.connect(directory / "log.sqlite3")) as connection:
        kept = connection.execute("SELECT sum(length(hashes)) FROM log_tile").fetchone()[0]
        assert 32 * count < kept <= 33 * count


def exported(directory: Path) -> dict[str, bytes]:
    """Every file of an export by its path."""
    return {path.relative_to(directory).as_posix(): path.read_bytes() for path in sorted(directory.rglob("*")) if path.is_file()}


def test_the_export_is_the_static_layout(log: Log, tmp_path: Path) -> None:
    """The example of tlog-tiles in small: full and partial tiles, entry bundles, checkpoint and key, and nothing else."""
    log.append(entries(600))
    checkpoint = log.publish(clock)
    log.append(entries(1, 600))  # recorded, not published: not exported
    log.export(tmp_path / "out")
    files = exported(tmp_path / "out")
    assert sorted(files) == sorted([
        "checkpoint", "log.vkey", "tile/0/000", "tile/0/001", "tile/0/002.p/88", "tile/1/000.p/2",
        "tile/entries/000", "tile/entries/001", "tile/entries/002.p/88",
    ])  # fmt: skip
    assert files["checkpoint"] == checkpoint
    assert files["log.vkey"] == f"{SIGNER.verifier}\n".encode()
    assert files["tile/0/002.p/88"] == b"".join(map(leaf_hash, entries(88, 512)))
    assert files["tile/entries/000"] == b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries(256))
    assert len(files["tile/0/000"]) == 8192


def test_exporting_again_adds_and_never_changes(log: Log, tmp_path: Path) -> None:
    """A second export keeps every tile and replaces the checkpoint; a tile of another history, or another folder, is refused."""
    out = tmp_path / "out"
    log.append(entries(300))
    log.publish(clock)
    log.export(out)
    before = exported(out)
    log.append(entries(300, 300))
    log.publish(clock)
    log.export(out)
    after = exported(out)
    assert {name: after[name] for name in before if name != "checkpoint"} == {
        name: raw for name, raw in before.items() if name != "checkpoint"
    }
    (out / "tile/0/000").write_bytes(b"other")
    log.export(out)  # not read again
    with pytest.raises(OutputError, match="another history"):
        log.export(out, whole=True)
    (out / "tile/0/000").unlink()
    log.export(out)  # missed, and written anew
    assert exported(out) == after
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").write_bytes(b"")
    with pytest.raises(OutputError, match="holds file"):
        log.export(tmp_path / "full")


@pytest.mark.parametrize(
    ("index", "path"), [(0, "tile/2/000"), (999, "tile/2/999"), (1000, "tile/2/x001/000"), (1234067, "tile/2/x001/x234/067")]
)
def test_tile_paths(index: int, path: str) -> None:
    """Paths as c2sp.org/tlog-tiles encodes them."""
    assert tile_path(2, index) == path
    assert tile_path("entries", index, 7) == path.replace("/2/", "/entries/") + ".p/7"


def test_a_node_has_its_keys_apart(made: Made, tmp_path: Path) -> None:
    """A new node: two keys in two files, a log that opens and publishes, and never over an old one."""
    node = create_node(tmp_path / "node", name="example.org/lab")
    assert node.signer.kind is Kind.STATEMENT
    assert node.log_verifier.kind is Kind.LOG
    assert node.signer.public != node.log_verifier.public
    with Log.open(node.log) as log:
        log.append([b"x"])
        assert parse_checkpoint(parse_note(log.publish(clock))).origin == "example.org/lab/log"
    with pytest.raises(OutputError, match="not empty"):
        create_node(tmp_path / "node", name="example.org/lab")
    with pytest.raises(KeyFileError):
        create_node(tmp_path / "other", name="two words")
    assert not (tmp_path / "other").exists()
    assert fsck(made.log).holds


def test_a_node_with_a_passphrase(tmp_path: Path) -> None:
    """With a passphrase both keys are encrypted, and the log signs only when it is handed the opened key."""
    node = create_node(tmp_path / "node", name="example.org/lab", passphrase="correct horse")
    with Log.open(node.log) as log, pytest.raises(KeyFileError, match="is encrypted"):
        log.publish(clock)
    with Log.open(node.log, read_key(node.log / "log.key", Kind.LOG, "correct horse")) as log:
        assert log.publish(lambda: NOW) == log.checkpoint
