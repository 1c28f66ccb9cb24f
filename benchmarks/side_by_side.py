"""Alternate what is measured with its yardstick in one run, and print medians and ratios.

These machines are noisy, so rounds alternate and ratios count, not seconds. A ratio is the median of the ratios of the
rounds: what ran in the same minute is compared. A process that something else disturbed is run again (`quiet`).
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from quiet import Clock, Ran, disturbed, rounds_of, run

ROUNDS = 7
CORES = 2
TASKS = Path(__file__).resolve().parent / "tasks.py"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What the rounds of one line took: seconds of each, peak memory in MB (0: not asked), and how much came out.

    `others` is how many cores something else had meanwhile, in the median round or on the whole.
    """

    seconds: tuple[float, ...]
    peak: float = 0.0
    came: int = 0
    others: float = 0.0

    @property
    def median(self) -> float:
        """Median seconds."""
        return statistics.median(self.seconds)

    def over(self, other: Taken) -> float:
        """The median over the rounds of this one's seconds over the other's."""
        return statistics.median(one / two for one, two in zip(self.seconds, other.seconds, strict=True))

    def more(self, other: Taken) -> float:
        """The median over the rounds of this one's seconds less the other's."""
        return statistics.median(one - two for one, two in zip(self.seconds, other.seconds, strict=True))


def alternate(runs: Mapping[str, Callable[[], object]], rounds: int = ROUNDS) -> dict[str, Taken]:
    """Each in this process, one after the other in every round; the first round only warms up."""
    taken: dict[str, list[float]] = {name: [] for name in runs}
    clock = Clock()
    for number in range(rounds + 1):
        for name, work in runs.items():
            begun = time.perf_counter()
            work()
            if number:
                taken[name].append(time.perf_counter() - begun)
    _, others = clock.read()
    return {name: Taken(seconds=tuple(seconds), others=others) for name, seconds in taken.items()}


def alternate_tasks(tasks: Sequence[str], file: Path, rounds: int = ROUNDS) -> dict[str, Taken]:
    """Tasks of `tasks.py`, each in a fresh process, one after the other in every round."""
    lines = {task: (sys.executable, str(TASKS), task, str(file)) for task in tasks}
    found = _processes(lines, rounds)
    taken: dict[str, Taken] = {}
    for task in tasks:
        said = [json.loads(one[task].printed) for one in found]
        taken[task] = Taken(
            seconds=tuple(one["seconds"] for one in said),
            peak=max(one["peak"] for one in said),
            came=int(said[0]["came"]),
            others=statistics.median(map(disturbed, found)),
        )
    return taken


def alternate_processes(lines: Mapping[str, Sequence[str]], rounds: int = ROUNDS) -> dict[str, Taken]:
    """Whole processes from start to end, one after the other in every round."""
    found = _processes(lines, rounds)
    others = statistics.median(map(disturbed, found))
    return {name: Taken(seconds=tuple(one[name].seconds for one in found), others=others) for name in lines}


def _processes(lines: Mapping[str, Sequence[str]], rounds: int) -> list[Mapping[str, Ran]]:
    return rounds_of(lambda: {name: run(words) for name, words in lines.items()}, rounds)


def print_table(title: str, taken: Mapping[str, Taken], yardstick: str) -> None:
    """One line each: median, its ratio to the yardstick, and what it takes more than that."""
    print(f"\n{title} (others had {max(one.others for one in taken.values()):.2f} cores meanwhile)\n")
    print("| what | median | over the yardstick | more than it | peak memory | came out |")
    print("|---|---:|---:|---:|---:|---:|")
    for name, one in taken.items():
        ratio, more = (f"{one.over(taken[yardstick]):.2f} ×", f"{one.more(taken[yardstick]):+.2f} s")
        if name == yardstick:
            ratio, more = "1", ""
        peak, came = (f"{one.peak:,.0f} MB" if one.peak else ""), (f"{one.came:,}" if one.came else "")
        print(f"| {name} | {one.median * 1000:,.0f} ms | {ratio} | {more} | {peak} | {came} |", flush=True)


def print_versions(*packages: str) -> None:
    """What runs where."""
    named = ", ".join(f"{name} {version(name)}" for name in packages)
    print(f"Python {platform.python_version()}, {platform.machine()}, at most {CORES} cores; {named}")


def hold_cores() -> None:
    """Two cores for everybody, where the system lets us choose."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
