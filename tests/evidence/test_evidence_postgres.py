"""The log on a real PostgreSQL: the same entries, the same root, and the same refusals as on SQLite."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from evidence_made import clock
from postgres_made import Server, postgres

from plumbrule.errors import InputError, OutputError, UnreadableError
from plumbrule.evidence import Kind, new_signer, parse_checkpoint, parse_note, parse_proof
from plumbrule.evidence.log import Log, Settings, Stage, Writer, create_node, fsck, move_log, store
from plumbrule.evidence.tree import leaf_hash, verify_inclusion

__all__ = ["postgres"]
pytestmark = pytest.mark.xdist_group("postgres")

ORIGIN = "example.org/log"
SIGNER = new_signer(ORIGIN, Kind.LOG)


def made(server: Server, folder: Path) -> Log:
    """An empty log in a database of its own."""
    return Log.create(folder, ORIGIN, SIGNER, Settings(database=server.address(server.new_database())))


def test_the_same_log_as_on_sqlite(postgres: Server, tmp_path: Path) -> None:
    """600 entries in two batches: checkpoint, proofs, fsck and every exported file are those of SQLite."""
    entries = [b"entry %d" % number for number in range(600)]
    with made(postgres, tmp_path / "pg") as log, Log.create(tmp_path / "lite", ORIGIN, SIGNER) as other:
        for one in (log, other):
            assert one.append(entries[:300]) == tuple(range(300))
            one.append(entries[300:])
        assert log.stage(599) is Stage.RECORDED
        raw = log.publish(clock)
        assert raw == other.publish(clock) == log.publish(clock)
        assert log.stage(599) is Stage.PUBLISHED
        head, proof = parse_checkpoint(parse_note(raw)), parse_proof(log.prove(599))
        assert verify_inclusion(leaf_hash(entries[599]), 599, 600, proof.hashes, head.root)
        assert (log.find(entries[5]), log.entry(5), log.record(entries[7])) == (5, entries[5], 7)
        log.export(tmp_path / "out")
        other.export(tmp_path / "other")
    assert fsck(tmp_path / "pg").holds
    names = sorted(path.relative_to(tmp_path / "out") for path in (tmp_path / "out").rglob("*") if path.is_file())
    assert len(names) == 9
    for name in names:
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "other" / name).read_bytes()
    with Log.open(tmp_path / "pg", SIGNER, seen=[raw]) as again:
        assert again.size == 600


def test_a_row_and_its_entry_come_and_go_together(postgres: Server, tmp_path: Path) -> None:
    """In the caller's transaction both are there or neither; without one, or without waiting for the disk, it refuses."""
    with made(postgres, tmp_path / "log") as log:
        connection = postgres.connect(postgres.made[-1])
        cursor = connection.cursor()
        cursor.execute("CREATE TABLE ours (what TEXT)")
        connection.commit()
        with pytest.warns(UserWarning, match="extension"):  # pg8000 says so of `cursor.connection`; psycopg does not
            for end, size in ((connection.rollback, 0), (connection.commit, 1)):
                cursor.execute("INSERT INTO ours VALUES ('row')")
                assert store.append(cursor, [b"x"]) == (0,)
                end()
                cursor.execute("SELECT count(*) FROM ours")
                assert cursor.fetchone()[0] == log.size == size
                connection.rollback()
            cursor.execute("SET LOCAL synchronous_commit = off")
            with pytest.raises(OutputError, match="does not wait for the disk"):
                store.append(cursor, [b"x"])
            connection.rollback()
            connection.autocommit = True
            with pytest.raises(OutputError, match="no transaction is open"):
                store.append(cursor, [b"x"])
        connection.close()
        log.publish(clock)
        assert log.fsck().holds


def test_many_writers_number_without_a_gap(postgres: Server, tmp_path: Path) -> None:
    """Four connections append at once, one of them in groups: every index once, and the tree holds."""
    with made(postgres, tmp_path / "log") as log:
        found: list[int] = []

        def append(number: int) -> None:
            with Log.open(tmp_path / "log", SIGNER) as own:
                for turn in range(10):
                    found.extend(own.append([b"%d of %d" % (turn, number)]))

        threads = [threading.Thread(target=append, args=(number,)) for number in range(3)]
        with Writer(log, clock) as writer:
            for thread in threads:
                thread.start()
            found += [writer.append(b"grouped %d" % turn) for turn in range(10)]
            for thread in threads:
                thread.join()
        assert sorted(found) == list(range(40))
        log.publish(clock)
        assert log.fsck().holds


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE log_state SET size = size - 1",
        "UPDATE log_state SET root = decode(repeat('00', 32), 'hex')",
        "DELETE FROM log_entry WHERE idx = 39",
        "UPDATE log_tile SET hashes = decode(repeat('00', 1280), 'hex')",
        "DELETE FROM log_state",
        "DROP TABLE log_tile",
    ],
)
def test_a_tampered_database_is_not_opened(postgres: Server, tmp_path: Path, sql: str) -> None:
    """What was changed behind the log's back is refused at the start."""
    with made(postgres, tmp_path / "log") as log:
        log.append([b"entry %d" % number for number in range(40)])
        log.publish(clock)
    connection = postgres.connect(postgres.made[-1])
    connection.cursor().execute(sql)
    connection.commit()
    connection.close()
    with pytest.raises(UnreadableError) as caught:
        Log.open(tmp_path / "log", SIGNER)
    assert caught.value.cure


def test_a_database_holds_one_log(postgres: Server, tmp_path: Path) -> None:
    """A second log is not made over the first; what was made of it goes away, and the first is as it was."""
    with made(postgres, tmp_path / "log") as log:
        log.append([b"x"])
        settings = Settings(database=postgres.address(postgres.made[-1]))
        with pytest.raises(OutputError, match="holds a log already"):
            create_node(tmp_path / "node", name="example.org/b", settings=settings)
        assert list((tmp_path / "node").iterdir()) == []
        assert log.size == 1


def test_a_log_that_outgrew_its_file(postgres: Server, tmp_path: Path) -> None:
    """Moved: the same checkpoint, proofs and history, and it goes on; the old file is refused to those who have it open."""
    address = postgres.address(postgres.new_database())
    with Log.create(tmp_path / "log", ORIGIN, SIGNER) as old:
        old.append([b"entry %d" % number for number in range(1300)])
        head, proof = old.publish(clock), old.prove(700)
        old.append([b"recorded only"])
        assert move_log(tmp_path / "log", address) == 1301
        with pytest.raises(UnreadableError, match="no log of this format"):
            old.append([b"too late"])
    assert (tmp_path / "log" / "log.sqlite3.moved").exists()
    assert fsck(tmp_path / "log").holds
    assert fsck(tmp_path / "log").checkpoints == 2
    with Log.open(tmp_path / "log", SIGNER, seen=[head]) as moved:
        assert "PGSQL" in moved.database.name
        assert moved.prove(700, head) == proof
        assert (moved.append([b"next"]), moved.entry(1300)) == ((1301,), b"recorded only")
        moved.publish(clock)
        assert moved.fsck().holds
    with pytest.raises(InputError, match="already"):
        move_log(tmp_path / "log", address)
    with Log.create(tmp_path / "other", ORIGIN, SIGNER) as other:
        with pytest.raises(OutputError, match="holds a log already"):
            move_log(tmp_path / "other", address)
        assert other.append([b"where it was"]) == (0,)


def test_a_server_that_dies_stops_the_log(postgres: Server, tmp_path: Path) -> None:
    """The server is stopped dead between appends: the log closes itself; after the restart nothing acknowledged is missing."""
    log = made(postgres, tmp_path / "log")
    assert log.append([b"kept"]) == (0,)
    log.publish(clock)
    postgres.kill()
    with pytest.raises(OutputError, match="could not be written"):
        log.append([b"lost"])
    with pytest.raises(UnreadableError, match="cannot be reached"):
        Log.open(tmp_path / "log", SIGNER)
    postgres.start()
    with pytest.raises(OutputError):
        log.append([b"not again by itself"])
    with Log.open(tmp_path / "log", SIGNER) as again:
        assert again.append([b"next"]) == (1,)
        again.publish(clock)
        assert again.fsck().holds


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("mysql://me@host/db", "not the address"),
        ("postgresql://host/db", "not the address"),
        ("postgresql://me@host", "not the address"),
        ("postgresql://me@host/db?sslmode=disable", "not the address"),
        ("postgresql://me:secret@host/db", "holds a password"),
        ("postgresql://me@host:many/db", "not a number"),
        ("postgresql://me@/db?host=/nowhere", "cannot be reached"),
    ],
)
def test_addresses_that_are_refused(tmp_path: Path, address: str, words: str) -> None:
    """Another database, no user, a password written down, options that would weaken it, nobody there: said clearly."""
    pytest.importorskip("pg8000", reason="needs pg8000: pip install pg8000")
    with pytest.raises(InputError, match=words) as caught:
        Log.create(tmp_path / "log", ORIGIN, SIGNER, Settings(database=address))
    assert caught.value.cure
    assert "secret" not in str(caught.value)
