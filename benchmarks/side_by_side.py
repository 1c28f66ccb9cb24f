"""Alternate what is measured with its yardstick in one run, and print medians and ratios.

These machines are noisy, so rounds alternate and ratios count, not seconds.
"""

from __future__ import annotations

import platform
import statistics
import time
from collections.abc import Callable, Mapping
from importlib.metadata import version

ROUNDS = 7


def alternate(runs: Mapping[str, Callable[[], object]], rounds: int = ROUNDS) -> dict[str, float]:
    """Median seconds of each, one after the other in every round; the first round only warms up."""
    taken: dict[str, list[float]] = {name: [] for name in runs}
    for number in range(rounds + 1):
        for name, run in runs.items():
            begun = time.perf_counter()
            run()
            if number:
                taken[name].append(time.perf_counter() - begun)
    return {name: statistics.median(seconds) for name, seconds in taken.items()}


def print_table(title: str, medians: Mapping[str, float], yardstick: str) -> None:
    """One line each: median, and its ratio to the yardstick."""
    print(f"\n{title}")
    for name, seconds in medians.items():
        print(f"  {name:<52} {seconds * 1000:10.1f} ms   {seconds / medians[yardstick]:8.2f} ×")


def print_versions(*packages: str) -> None:
    """What ran where."""
    print(
        f"Python {platform.python_version()}, {platform.machine()}; " + ", ".join(f"{name} {version(name)}" for name in packages)
    )
