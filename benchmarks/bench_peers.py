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
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from peer_environments import PEERS, NotInstalledError, python_of
from quiet import Ran, disturbed, rounds_of, run
from side_by_side import CORES, hold_cores
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


class Said:
    """What the processes of one line said, round by round."""

    def __init__(self, rounds: Sequence[Ran]) -> None:
        said = [json.loads(one.printed.splitlines()[-1]) for one in rounds]
        self.ask, self.load = [one["ask"] for one in said], [one["load"] for one in said]
        self.groups: int = said[0]["groups"]
        self.corner: dict[str, float] = said[0]["corner"]
        self.versions: dict[str, str] = said[0]["versions"]

    def seconds(self, *, loading: bool) -> list[float]:
        """Each round, with its loading or without."""
        return [a + b if loading else a for a, b in zip(self.ask, self.load, strict=True)]


def ask(peer: str, python: Path, file: Path, words: tuple[str, ...] = ()) -> Ran:
    """One fresh process."""
    path = os.pathsep.join([str(SOURCE), str(PEERS)]) if peer == "plumbrule" else str(PEERS)
    try:
        return run([str(python), str(PEERS / f"ask_{peer}.py"), str(file), *words], {**os.environ, "PYTHONPATH": path})
    except subprocess.CalledProcessError as ended:
        sys.exit(f"{peer} ended with {ended.returncode}:\n{ended.stderr}")


def same(ours: Said, theirs: Said, name: str) -> None:
    """See that both answered the same question: every rate that both gave of one group is equal."""
    shared = ours.corner.keys() & theirs.corner.keys()
    wrong = [rate for rate in shared if not math.isclose(ours.corner[rate], theirs.corner[rate], abs_tol=1e-12)]
    if wrong or not shared:
        sys.exit(f"{name} does not answer the same question: {wrong}, {ours.corner}, {theirs.corner}")


def side_by_side(rows: int, lines: dict[Row, Path], rounds: int) -> list[Said]:
    """All lines of one size, alternating with Plumbrule, as a table; what was said, for the versions."""
    file = table(rows)

    def work() -> dict[str, Ran]:
        ran = {"": ask("plumbrule", Path(sys.executable), file)}
        return ran | {f"{line.peer} {line.what}": ask(line.peer, python, file, line.words) for line, python in lines.items()}

    found = rounds_of(work, rounds)
    ours = Said([one[""] for one in found])
    own = ours.seconds(loading=False)
    asked = f"10 rates of {ours.groups:,} subgroups and of everybody, from the file"
    print(f"\n{rows:,} rows (others had {statistics.median(map(disturbed, found)):.2f} cores meanwhile).")
    print(f"Plumbrule, {asked}: {_time(statistics.median(own))}\n")
    print("| peer | what it was asked | subgroups | its time | its loading | slower | goal |")
    print("|---|---|---:|---:|---:|---:|---:|")
    taken = [ours]
    for line in lines:
        theirs = Said([one[f"{line.peer} {line.what}"] for one in found])
        same(ours, theirs, line.peer)
        ratios = [one / two for one, two in zip(theirs.seconds(loading=line.loading), own, strict=True)]
        print(_line(line, theirs, statistics.median(ratios)))
        taken.append(theirs)
    return taken


def _line(line: Row, found: Said, ratio: float) -> str:
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
    taken: list[Said] = []
    for size in sorted({line.rows for line in ROWS}):
        lines = {line: there[line.peer] for line in ROWS if line.rows == size and line.peer in there}
        taken += side_by_side(size, lines, wanted.rounds)
    print("\nVersions")
    for words in dict.fromkeys(", ".join(f"{name} {number}" for name, number in one.versions.items()) for one in taken):
        print(f"  {words}")
