"""Damaged files of every kind, through the real command: exit code 0 or 2, a sentence, no crash, no hang; and no wrong figures
without a word where the writer left checksums.

file                       damage                                what must hold
-------------------------  ------------------------------------  ----------------------------------------------------------
Parquet, with checksums    data, headers and footer, lengths     refused, or the figures of the whole file; never others
Parquet, without           the same                              0 or 2; a value may change unseen, and so does the digest
CSV, bz2 and gzip of it    bytes flipped, cut, inserted, filled  0 or 2 (a changed letter is another table); packed: as above
XLSX                       the same                              refused, or the figures of the whole file (ZIP has checksums)
Arrow, Feather             the same                              0 or 2
cells (JSON)               the same                              0 or 2
a CSV of odd bytes         written at random from signs that     0 or 2
                           mean something to a reader
PLUMBRULE_HOSTILE=20 makes twenty times as many of each.
"""

from __future__ import annotations

import bz2
import gzip
import json
import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import pytest

from running import Ran, command_environment

TIMES = int(os.environ.get("PLUMBRULE_HOSTILE", "1"))
TESTS = Path(__file__).resolve().parents[1]
ASK = ("FILE", "--prediction", "hired", "--label", "label", "--by", "sex", "--json")
SECONDS = 60 * TIMES


def frame(rows: int = 600) -> pd.DataFrame:
    """A small sound table."""
    draw = random.Random(5)
    return pd.DataFrame(
        {
            "sex": ["mw"[i % 2] for i in range(rows)],
            "race": [draw.choice("abcde") for _ in range(rows)],
            "hired": [draw.randint(0, 1) for _ in range(rows)],
            "label": [draw.randint(0, 1) for _ in range(rows)],
            "score": [draw.random() for _ in range(rows)],
        }
    )


def look(file: Path, count: int, way: str = "anywhere", asked: tuple[str, ...] = ASK) -> list[dict[str, Any]]:
    """What became of so many damaged copies of a file; fails if the process died or did not end."""
    words = [sys.executable, str(TESTS / "lab" / "hostile_worker.py"), str(file), "1", str(count * TIMES), way, *asked]
    environment = command_environment({"PYTHONPATH": os.pathsep.join([command_environment()["PYTHONPATH"], str(TESTS)])})
    done = subprocess.run(words, capture_output=True, text=True, check=False, env=environment, timeout=SECONDS)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, (done.stderr[-500:], lines[-1:])
    found = [line for line in lines if "code" in line and not line["same_bytes"]]
    assert [line for line in found if line["wrong"]] == []
    assert len(found) >= count * TIMES * 0.9
    return found


CHECKED: dict[str, dict[str, Any]] = {
    "dictionary, zstd": {"compression": "zstd"},
    "plain": {"compression": "none", "use_dictionary": False, "row_group_size": 200},
    "second version, snappy": {"compression": "snappy", "data_page_version": "2.0"},
}


@pytest.mark.parametrize("how", CHECKED)
def test_parquet_with_checksums_never_says_something_else(how: str, tmp_path: Path) -> None:
    """Data pages, their headers, the footer and the lengths: refused, or nothing that matters was hit."""
    file = tmp_path / "t.parquet"
    pq.write_table(pa.Table.from_pandas(frame(), preserve_index=False), file, write_page_checksum=True, **CHECKED[how])
    footer = int.from_bytes(file.read_bytes()[-8:-4], "little") + 8
    for way, least in ((f"head:{footer}", 0.9), (f"tail:{footer}", 0.2)):
        found = look(file, 10, way)
        assert [line for line in found if line["code"] == 0 and not line["same"]] == []
        assert sum(line["code"] == 2 for line in found) >= least * len(found)


def test_parquet_without_checksums_is_refused_or_read(tmp_path: Path) -> None:
    """No crash and no hang; that a value may have changed is said in docs/concepts/tables.md."""
    file = tmp_path / "t.parquet"
    frame().to_parquet(file, index=False)
    assert {line["code"] for line in look(file, 16)} == {0, 2}


@pytest.mark.parametrize("pack", [bz2.compress, gzip.compress], ids=["bz2", "gzip"])
def test_packed_files_never_say_something_else(pack: Callable[[bytes], bytes], tmp_path: Path) -> None:
    """Both have checksums: refused, or the same table."""
    file = tmp_path / "t.csv.packed"
    file.write_bytes(pack(frame().to_csv(index=False).encode()))
    found = look(file, 10)
    assert [line for line in found if line["code"] == 0 and not line["same"]] == []


def test_csv(tmp_path: Path) -> None:
    """A table with other letters is another table; what is no table is refused."""
    file = tmp_path / "t.csv"
    frame(120).to_csv(file, index=False)
    assert {line["code"] for line in look(file, 16)} == {0, 2}


def test_xlsx_never_says_something_else(tmp_path: Path) -> None:
    """Each part of a workbook has a checksum."""
    file = tmp_path / "t.xlsx"
    frame(60).to_excel(file, index=False)
    found = look(file, 6)
    assert [line for line in found if line["code"] == 0 and not line["same"]] == []


@pytest.mark.parametrize("compression", ["uncompressed", "zstd"])
def test_arrow(compression: str, tmp_path: Path) -> None:
    """Offsets and lengths from outside are checked before they are used."""
    file = tmp_path / "t.arrow"
    pyarrow.feather.write_feather(frame(), str(file), compression=compression)
    assert 2 in {line["code"] for line in look(file, 16)}


@pytest.mark.parametrize("rule", ["none", "suppress"])
def test_cells(rule: str, tmp_path: Path, here: Callable[..., Ran]) -> None:
    """Counts that travelled and were damaged on the way."""
    table, file = tmp_path / "t.csv", tmp_path / "cells.json"
    frame(300).to_csv(table, index=False)
    asked = ("--prediction", "hired", "--label", "label", "--by", "sex,race")
    assert here("audit", table, *asked, "--save-cells", file, "--disclosure", rule, "--json").code == 0
    assert 2 in {line["code"] for line in look(file, 14, asked=("--from-cells", "FILE", "--json"))}


def test_csv_of_odd_bytes(tmp_path: Path, here: Callable[..., Ran]) -> None:
    """Quotes, delimiters, line ends, NUL, marks of encodings and half characters in any order."""
    signs = [b",", b";", b"\t", b'"', b'""', b"\n", b"\r\n", b"\r", b"0", b"1", b"hired", b"sex", b"a", b"\xef\xbb\xbf"]
    signs += [b"\x00", b"\xff", b"\xc3", "ж".encode(), "ж".encode("cp1251"), b"=1+1", b"'", b"\\", b" ", b"1e400", b"|", b"\x1a"]
    for number in range(25 * TIMES):
        draw = random.Random(number)
        file = tmp_path / "odd.csv"
        head = b"sex,hired\nm,1\nw,0\nm,0\nw,1\n" if number % 2 else b""
        file.write_bytes(head + b"".join(draw.choice(signs) for _ in range(draw.randrange(200))))
        ran = here("audit", file, "--prediction", "hired", "--by", "sex", "--json")
        assert ran.code in {0, 2}, (number, ran.stderr)
        assert ran.code == 0 or "Got:" in ran.stderr, (number, ran.stderr)
