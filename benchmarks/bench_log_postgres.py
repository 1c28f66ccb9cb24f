"""The log in PostgreSQL beside bare PostgreSQL inserts of the same rows: needs a PostgreSQL on this machine. `make bench`.

A fresh cluster on the disk of the temporary folder, with its fsync on. The yardstick sends the same rows through the same
driver, as many in a statement and as many in a transaction, into a table and nothing else.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from side_by_side import alternate, print_table, print_versions

from plumbrule.evidence import Kind, new_signer
from plumbrule.evidence.log import Log, Settings
from plumbrule.evidence.log.dialect import run_many

sys.path.append(str(Path(__file__).resolve().parents[1] / "tests" / "evidence"))
from bench_log import BATCH, append_and_publish, rows, through_a_writer
from postgres_made import ACCOUNT, Server, _as_account, _programs

ROUNDS, BATCHES = 5, 10
YARDSTICK = "bare PostgreSQL, the same rows"


def bare(connection: Any, batches: list[list[bytes]], size: list[int]) -> None:
    """Insert the batches, a transaction each."""
    for batch in batches:
        cursor = connection.cursor()
        numbered = list(zip(range(size[0], size[0] + len(batch)), batch, strict=True))
        run_many(cursor, "INSERT INTO entry (idx, envelope) VALUES (?, ?)", numbered)
        connection.commit()
        size[0] += len(batch)


def main() -> None:
    """Start a server, measure, stop it."""
    programs = _programs()
    if programs is None:
        print("The log in PostgreSQL is not measured: there is no PostgreSQL here (apt-get install postgresql).")
        return
    folder = Path(tempfile.mkdtemp(prefix="plumbrule-bench-"))
    server = Server(programs=programs, folder=folder)
    try:
        if os.getuid() == 0:
            shutil.chown(folder, ACCOUNT)
        initdb = [programs / "initdb", "--auth=trust", "--username", ACCOUNT, "-D", folder / "data"]
        subprocess.run(initdb, check=True, capture_output=True, **_as_account())
        server.start()
        measure(server, folder)
    finally:
        if server.process is not None and server.process.poll() is None:
            server.kill()
        shutil.rmtree(folder, ignore_errors=True)


def measure(server: Server, folder: Path) -> None:
    """Batches of 1,000 to everybody in each round."""
    connection, size = server.connect(server.new_database()), [0]
    connection.cursor().execute("CREATE TABLE entry (idx BIGINT PRIMARY KEY, envelope BYTEA NOT NULL)")
    connection.commit()
    signer = new_signer("example.org/log", Kind.LOG)

    def new_log(name: str) -> Log:
        return Log.create(folder / name, "example.org/log", signer, Settings(database=server.address(server.new_database())))

    batches = [rows(10**9 + BATCH * number) for number in range(BATCHES)]
    with new_log("plain") as plain, new_log("log") as log, new_log("simple") as simple:
        taken = alternate(
            {
                YARDSTICK: lambda: bare(connection, batches, size),
                "append: recorded, unsigned": lambda: [plain.append(batch) for batch in batches],
                "Writer: recorded, signed, guarded": lambda: through_a_writer(log, batches),
                "append and publish by turns": lambda: append_and_publish(simple, batches),
            },
            ROUNDS,
        )
    print_table(f"The log in PostgreSQL: appends in batches of {BATCH:,}, {BATCHES} of them", taken, YARDSTICK)
    for name, one in taken.items():
        rate, share = BATCHES * BATCH / one.median, 1 / one.over(taken[YARDSTICK])
        print(f"  {name:<52} {rate:10,.0f} /s   {share:8.2f} of its rate", flush=True)
    connection.close()
    print_versions("plumbrule", "pg8000")


if __name__ == "__main__":
    main()
