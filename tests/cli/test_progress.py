"""A bar for what takes long: only in a terminal, only after a while, and never in a pipe."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest
from rich.console import Console

from plumbrule.base.progress import listener, listening
from plumbrule.cli.progress import bar
from plumbrule.lab import open_table

AUDIT = [sys.executable, "-m", "plumbrule", "audit"]


def terminal() -> Console:
    """A terminal whose output can be read."""
    return Console(file=io.StringIO(), force_terminal=True, width=80)


def written(console: Console) -> str:
    """What the terminal was given."""
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_nothing_before_the_time_has_come() -> None:
    """Short work shows no bar."""
    console = terminal()
    with bar("Counting", console, patience=60) as shown:
        shown.hear(0.5)
        shown.say("Writing")
    assert written(console) == ""


def test_what_is_done_and_how_far() -> None:
    """The text, the share once it is known, and the text of the next step; taken away at the end."""
    console = terminal()
    with bar("Counting", console, patience=0) as shown:
        time.sleep(0.3)
        shown.hear(0.42)
        time.sleep(0.3)
        shown.say("Writing the dossier")
        time.sleep(0.3)
    assert all(part in written(console) for part in ("Counting", "42%", "Writing the dossier"))
    length = len(written(console))
    time.sleep(0.3)
    assert len(written(console)) == length


def test_no_bar_without_a_terminal() -> None:
    """In a pipe nothing is written, however long it takes."""
    console = Console(file=io.StringIO(), force_terminal=False)
    with bar("Counting", console, patience=0):
        time.sleep(0.2)
    assert written(console) == ""


def test_duckdb_says_how_far_it_is() -> None:
    """While a query runs its share is told, from 0 to 1; without a listener no thread is started."""
    heard: list[float] = []
    frame = duckdb.sql("SELECT i % 7 AS a FROM range(3000000) t(i)").arrow()
    with listening(heard.append), open_table(frame) as table:
        until = time.monotonic() + 20
        while not heard and time.monotonic() < until:
            table.query("SELECT count(DISTINCT hash(x.a, i)) FROM decisions x, range(5) t(i)")
    assert heard
    assert all(0 <= share <= 1 for share in heard)
    assert listener() is None


def test_a_pipe_stays_pure(tmp_path: Path) -> None:
    """`--json` leaves stderr empty."""
    path = tmp_path / "t.csv"
    path.write_text("sex,said\n" + "m,1\nw,0\n" * 50, encoding="utf-8")
    done = subprocess.run([*AUDIT, str(path), "--prediction", "said", "--by", "sex", "--json"], capture_output=True, check=True)
    assert (done.stderr, done.stdout[:1]) == (b"", b"{")


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals there")
def test_a_real_terminal_sees_the_bar(tmp_path: Path) -> None:
    """Behind a pseudo-terminal a long count shows a bar on stderr, and stdout is JSON only."""
    import pty

    path = tmp_path / "t.parquet"
    duckdb.sql(f"COPY (SELECT 'g' || (i % 3) AS g, (hash(i) % 2)::INT AS y FROM range(50000) t(i)) TO '{path}' (FORMAT parquet)")
    code = "import plumbrule.cli.progress as p; p.PATIENCE = 0.0; from plumbrule.cli import main; main()"
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", code, "audit", str(path), "--prediction", "y", "--by", "g", "--json"],
        stdout=subprocess.PIPE,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm"},
    ) as process:
        assert process.stdout is not None
        out = process.stdout.read()
        process.wait()
    os.close(theirs)
    seen = os.read(ours, 100_000)
    os.close(ours)
    assert out.startswith(b"{")
    assert b"Counting" in seen
