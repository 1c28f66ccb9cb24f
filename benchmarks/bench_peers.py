"""Side by side with peers, each with its own packages, all on the same file. `make bench`.

    python benchmarks/bench_peers.py [--rounds 5] [--without aif360,divexplorer]

Every round starts a fresh process for Plumbrule and one for each peer, in turn; medians are printed. Imports are not
timed on either side. What each peer is asked stands at the top of its script in `peers/`; all answers are compared with
ours before a figure is printed. A peer that cannot be installed is left out, and a line says so.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import statistics
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from peer_environments import PEERS, NotInstalledError, python_of
from side_by_side import CORES, hold_cores, load
from tables import table

SOURCE = Path(__file__).resolve().parents[1] / "src"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line: the peer, how it is asked, on how many rows, whether its loading counts, and what is aimed at."""

    peer: str
    what: str
    rows: int
    goal: float | None = None
    words: tuple[str, ...] = ()
    loading: bool = False


POLARS = "10 rates of every subgroup, from the file: "
FAIRLEARN = "MetricFrame, four-way only, in memory: "
ROWS = (
    Row(peer="polars", what=POLARS + "one group-by, then roll-ups", rows=10_000_000, goal=2, words=("cells",)),
    Row(peer="polars", what=POLARS + "the same, all values known beforehand", rows=10_000_000, words=("levels",)),
    Row(peer="polars", what=POLARS + "fifteen group-bys", rows=10_000_000, words=("sets",)),
    Row(peer="fairlearn", what=FAIRLEARN + "3 rates", rows=1_000_000, goal=160, words=("3",)),
    Row(peer="fairlearn", what=FAIRLEARN + "5 rates", rows=1_000_000, words=("5",)),
    Row(peer="aequitas", what="four-way only, from the file", rows=1_000_000, goal=15, loading=True),
    Row(peer="divexplorer", what="3 rates of every subgroup, in memory", rows=1_000_000, goal=90),
    Row(peer="aif360", what="intersection, four-way only, 3 rates, in memory", rows=1_000_000, goal=90),
)


@dataclass(slots=True, kw_only=True)
class Taken:
    """What the processes of one line said, round by round."""

    ask: list[float] = field(default_factory=list)
    load: list[float] = field(default_factory=list)
    groups: int = 0
    corner: dict[str, float] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)

    def seconds(self, *, loading: bool) -> float:
        """The median of a round, with its loading or without."""
        return statistics.median([a + b if loading else a for a, b in zip(self.ask, self.load, strict=True)])


def ask(peer: str, python: Path, file: Path, words: tuple[str, ...], taken: Taken) -> None:
    """One fresh process; what it says is added to `taken`."""
    path = os.pathsep.join([str(SOURCE), str(PEERS)]) if peer == "plumbrule" else str(PEERS)
    done = subprocess.run(
        [str(python), str(PEERS / f"ask_{peer}.py"), str(file), *words],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": path},
    )
    if done.returncode:
        sys.exit(f"{peer} ended with {done.returncode}:\n{done.stderr}")
    said = json.loads(done.stdout.splitlines()[-1])
    taken.ask.append(said["ask"])
    taken.load.append(said["load"])
    taken.groups, taken.corner, taken.versions = said["groups"], said["corner"], said["versions"]


def same(ours: Taken, theirs: Taken, name: str) -> None:
    """See that both answered the same question: every rate that both gave of one group is equal."""
    shared = ours.corner.keys() & theirs.corner.keys()
    wrong = [rate for rate in shared if not math.isclose(ours.corner[rate], theirs.corner[rate], abs_tol=1e-12)]
    if wrong or not shared:
        sys.exit(f"{name} does not answer the same question: {wrong}, {ours.corner}, {theirs.corner}")


def side_by_side(rows: int, lines: dict[Row, Path], rounds: int) -> list[Taken]:
    """All lines of one size, alternating with Plumbrule, as a table; what was taken, for the versions."""
    file, ours, taken = table(rows), Taken(), {line: Taken() for line in lines}
    for _ in range(rounds):
        ask("plumbrule", Path(sys.executable), file, (), ours)
        for line, python in lines.items():
            ask(line.peer, python, file, line.words, taken[line])
    own = ours.seconds(loading=False)
    asked = f"10 rates of {ours.groups:,} subgroups and of everybody, from the file"
    print(f"\n{rows:,} rows. Plumbrule, {asked}: {_time(own)} (load {load()})\n")
    print("| peer | what it was asked | subgroups | its time | its loading | slower | goal |")
    print("|---|---|---:|---:|---:|---:|---:|")
    for line, found in taken.items():
        same(ours, found, line.peer)
        print(_line(line, found, found.seconds(loading=line.loading) / own))
    return [ours, *taken.values()]


def _line(line: Row, found: Taken, ratio: float) -> str:
    load = statistics.median(found.load)
    times = f"{_time(statistics.median(found.ask))} | {_time(load) if load else '–'}"
    goal = f"≥ {line.goal:g} ×" if line.goal else ""
    return f"| {line.peer} {found.versions[line.peer]} | {line.what} | {found.groups:,} | {times} | {ratio:,.1f} × | {goal} |"


def _time(seconds: float) -> str:
    return f"{seconds * 1000:,.0f} ms" if seconds < 10 else f"{seconds:,.1f} s"


def installed(without: str) -> dict[str, Path]:
    """The interpreter of each peer that is not left out, making its environment if need be."""
    there: dict[str, Path] = {}
    for peer in dict.fromkeys(line.peer for line in ROWS):
        if peer in without.split(","):
            print(f"left out: {peer}, as asked")
            continue
        try:
            there[peer] = python_of(peer)
        except NotInstalledError as problem:
            print(f"left out: {peer} cannot be installed here ({problem})")
    return there


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--without", default="", help="peers to leave out, separated by commas")
    wanted = parser.parse_args()
    hold_cores()
    there = installed(wanted.without)
    print(f"Python {platform.python_version()}, {platform.machine()}, at most {CORES} cores; medians of {wanted.rounds} rounds")
    taken: list[Taken] = []
    for size in sorted({line.rows for line in ROWS}):
        lines = {line: there[line.peer] for line in ROWS if line.rows == size and line.peer in there}
        taken += side_by_side(size, lines, wanted.rounds)
    print("\nVersions")
    for words in dict.fromkeys(", ".join(f"{name} {number}" for name, number in one.versions.items()) for one in taken):
        print(f"  {words}")
