"""A machine that is too small: a disk that fills up, memory that runs out, more groups than anybody can compare.

Whatever ends a run, it ends with exit code 2 and a sentence, and each output is whole or absent.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from running import Ran, command_environment

if sys.platform == "win32":
    pytest.skip("limits of a process: run on Linux or macOS", allow_module_level=True)

import resource

ASK = ("--prediction", "hired", "--by", "sex,race", "--json")
FULL = Path("/dev/full")
PLAN = """
schema = "plumbrule-plan/1"
id = "a-test"
profile = "high"
title = {en = "Hiring"}
[system]
id = "hiring"
version = "1"
organisation = "An employer"
jurisdiction = "none"
phase = "use"
name = {en = "Decisions on applications"}
purpose = {en = "To decide on applications."}
[tier]
non_military = true
decides_about_people = true
[data]
file = "t.csv"
more_rows = false
population = {en = "Everybody who applied."}
[decisions]
prediction = "hired"
by = ["sex"]
[[comparison]]
attribute = "sex"
group = "w"
reference = "m"
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with a table and a plan."""
    rows = "".join(f"{'mw'[i % 2]},{'abc'[i % 3]},{i * 7 % 11 % 2}\n" for i in range(1200))
    (tmp_path / "t.csv").write_text("sex,race,hired\n" + rows, encoding="utf-8")
    (tmp_path / "assessment.toml").write_text(PLAN, encoding="utf-8")
    return tmp_path


def limited(folder: Path, *words: str | Path, limits: dict[int, int], stdout: Path | None = None) -> Ran:
    """The command in a process that may use no more than this; its output goes to a file if one is named."""

    def set_limits() -> None:
        for kind, value in limits.items():
            resource.setrlimit(kind, (value, value))

    with (stdout or folder.parent / "stdout").open("wb") as out:
        done = subprocess.run(
            [sys.executable, "-m", "plumbrule", *map(str, words)],
            stdout=out,
            stderr=subprocess.PIPE,
            check=False,
            cwd=folder,
            env=command_environment({"TMPDIR": str(folder.parent)}),
            preexec_fn=set_limits,
            timeout=120,
        )
    return Ran(code=done.returncode, stdout="", stderr=done.stderr.decode("utf-8"))


def told(ran: Ran, *words: str) -> None:
    """Exit 2, a sentence and a cure, no traceback."""
    assert ran.code == 2, ran.stderr
    assert "Traceback" not in ran.stderr
    assert "Exception ignored" not in ran.stderr
    for part in ("Got:", "Cure:", *words):
        assert part in ran.stderr, ran.stderr


def names(folder: Path) -> set[str]:
    """What lies in a folder, hidden things too."""
    return {path.name for path in folder.iterdir()}


@pytest.mark.skipif(not FULL.exists(), reason="needs /dev/full: run on Linux")
@pytest.mark.parametrize("words", [("audit", "t.csv", *ASK), ("audit", "t.csv", *ASK[:-1]), ("--version",)])
def test_standard_output_on_a_full_disk(words: tuple[str, ...], place: Path) -> None:
    """JSON, tables and single lines that cannot be written are no success."""
    told(limited(place, *words, limits={}, stdout=FULL), "No space left")


@pytest.mark.parametrize("room", [0, 512])
@pytest.mark.parametrize(
    "words",
    [
        ("audit", "t.csv", *ASK, "--save-cells", "cells.json"),
        ("audit", "t.csv", *ASK, "--save-cells", "cells.json", "--disclosure", "round", "--secret", "secret"),
        ("assess", "assessment.toml", "--out", "out"),
        ("node", "init", "out", "--name", "example.org/x"),
    ],
    ids=["cells", "rounded cells", "assess", "node"],
)
def test_an_output_that_does_not_fit_is_absent(words: tuple[str, ...], room: int, place: Path) -> None:
    """No half a file, no half a dossier, no half a node, nothing hidden beside it."""
    before = names(place)
    told(limited(place, *words, limits={resource.RLIMIT_FSIZE: room}, stdout=Path(os.devnull)))
    left = names(place) - before - {"secret"}  # made first, and whole or absent
    assert not [path for name in left for path in (place / name).rglob("*")]
    assert left <= {"out"}
    assert not (place / "out" / "assessment.json").exists()
    assert not (place / "secret").exists() or (place / "secret").stat().st_size >= 32


def test_an_earlier_result_survives_a_full_disk(place: Path, cli: Callable[..., Ran]) -> None:
    """--force on a disk that is full: the old dossier stands, byte for byte."""
    out = place / "out"
    assert cli("assess", place / "assessment.toml", "--out", out).code in {0, 1, 3}
    before = {path.name: path.read_bytes() for path in out.iterdir() if path.is_file()}
    told(limited(place, "assess", "assessment.toml", "--out", "out", "--force", limits={resource.RLIMIT_FSIZE: 2000}))
    assert {path.name: path.read_bytes() for path in out.iterdir() if path.is_file()} == before
    assert names(place) == {"t.csv", "assessment.toml", "out"}


@pytest.fixture(scope="module")
def million(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A million people, each a group of their own, in a folder of its own."""
    place = tmp_path_factory.mktemp("million") / "here"
    place.mkdir()
    rows = "'p' || i AS person, ['m', 'w'][1 + i % 2] AS sex, (hash(i) % 2)::INT AS hired FROM range(1000000) t(i)"
    duckdb.sql(f"COPY (SELECT {rows}) TO '{place / 't.parquet'}' (FORMAT parquet)")
    duckdb.sql(f"COPY (SELECT {rows}) TO '{place / 't.csv'}'")
    return place


@pytest.mark.skipif(sys.platform != "linux", reason="a limit of address space: run on Linux")
@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_a_million_groups_in_little_memory(kind: str, million: Path) -> None:
    """A column of names: refused where it is all there is, left out and said where there is more; no hang."""
    words, memory = ("audit", f"t.{kind}", "--prediction", "hired", "--json", "--by"), {resource.RLIMIT_AS: 3 << 29}
    told(limited(million, *words, "person", limits=memory), "person", "different values")
    found = million.parent / "found.json"
    ran = limited(million, *words, "person,sex", limits=memory, stdout=found)
    assert ran.code == 0, ran.stderr
    seen = json.loads(found.read_bytes())
    assert seen["by"] == ["sex"]
    assert len(seen["groups"]) == 2
    assert "person" in json.dumps(seen["notes"])
