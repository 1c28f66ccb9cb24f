"""How long reading takes: one resolution in process, and a thousand of its size on two cores, each beside a yardstick.

    python benchmarks/bench_read.py [TEXT] [--texts 1000] [--rounds 7]

TEXT is ../shared/instruments/A_78_L49.zh.txt unless named. Rounds alternate, and ratios count, not milliseconds: other work
may share the machine.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from side_by_side import print_versions

from plumbrule.rulebook.reading import load_document, read_document
from plumbrule.rulebook.reading.structure import structure

ROOT = Path(__file__).resolve().parents[1]
TEXT = ROOT.parent / "shared" / "instruments" / "A_78_L49.zh.txt"
WORDS = re.compile(r"\w+|[^\w\s]")


def seconds_of(runs: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Seconds of each run in each round, one after the other in every round; a first round only warms up."""
    taken: dict[str, list[float]] = {name: [] for name in runs}
    for number in range(rounds + 1):
        for name, run in runs.items():
            begun = time.perf_counter()
            run()
            if number:
                taken[name].append(time.perf_counter() - begun)
    return taken


def print_table(taken: Mapping[str, list[float]], yardstick: str) -> None:
    """Median, slowest, and the median of the ratios of the rounds."""
    print("| what | median | slowest | over the yardstick |")
    print("|---|---:|---:|---:|")
    for name, seconds in taken.items():
        ratio = statistics.median(one / two for one, two in zip(seconds, taken[yardstick], strict=True))
        median, slowest = (f"{1000 * of(seconds):,.1f} ms" for of in (statistics.median, max))
        print(f"| {name} | {median} | {slowest} | {ratio:,.1f} × |", flush=True)


def one(text: Path, rounds: int) -> None:
    """One text in this process, after the import."""
    document = load_document(text)
    reading = read_document(document)
    asks = sum(len(passage.asks) for passage in reading.passages)
    print(f"\n{text.name}: {len(document.text):,} characters, {len(reading.passages)} provisions, {asks} asks\n")
    tokens = "split it into words with one pattern"
    runs: dict[str, Callable[[], object]] = {
        tokens: lambda: WORDS.findall(document.text),
        "find its provisions": lambda: structure(document),
        "read it whole": lambda: read_document(document),
        "load and read it": lambda: read_document(load_document(text)),
    }
    print_table(seconds_of(runs, rounds), tokens)


def many(text: Path, texts: int, rounds: int) -> None:
    """Copies of one text: by the command on two cores, and one after the other in this process."""
    with tempfile.TemporaryDirectory() as given:
        folder, out = Path(given) / "texts", Path(given) / "out"
        folder.mkdir()
        for number in range(texts):
            shutil.copyfile(text, folder / f"{number:05}{text.suffix}")
        files = sorted(folder.iterdir())

        def command() -> None:
            shutil.rmtree(out, ignore_errors=True)
            arguments = [sys.executable, "-m", "plumbrule", "read", str(folder), "--out", str(out)]
            subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL)

        def alone() -> None:
            for file in files:
                read_document(load_document(file))

        print(f"\n{texts:,} texts of that size\n")
        name = "one after the other in one process, nothing written"
        print_table(seconds_of({name: alone, "`plumbrule read FOLDER --out DIR`": command}, rounds), name)


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("text", nargs="?", type=Path, default=TEXT)
    parser.add_argument("--texts", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=7)
    chosen = parser.parse_args()
    if not chosen.text.is_file():
        print(f"Not measured: {chosen.text} is not there; name a text.")
        return
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])
    print_versions("plumbrule", "pypdf", "PyYAML")
    one(chosen.text, 3 * chosen.rounds)
    many(chosen.text, chosen.texts, max(chosen.rounds // 3, 1))


if __name__ == "__main__":
    main()
