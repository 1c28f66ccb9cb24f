"""Run a process and say how much of the machine somebody else had meanwhile: what was disturbed is measured again."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

STAT = Path("/proc/stat")
QUIET = 0.1
"""A process ran quietly when others had at most this share of one core meanwhile."""
MOST, LONG = 8, 4.0
"""A disturbed process is run again, at most so often and not after so many seconds; the least disturbed run counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What a process printed, its seconds from start to end, and the cores that others kept busy meanwhile (mean)."""

    printed: str
    seconds: float
    others: float


def run(words: Sequence[str], environment: Mapping[str, str] | None = None) -> Ran:
    """Run to the end, again where others disturbed it.

    Raises:
        CalledProcessError: it ended with something else than 0.
    """
    begun, best = time.perf_counter(), _run_once(words, environment)
    for _ in range(MOST - 1):
        if best.others <= QUIET or time.perf_counter() - begun > LONG:
            break
        best = min(best, _run_once(words, environment), key=lambda one: one.others)
    return best


def _run_once(words: Sequence[str], environment: Mapping[str, str] | None) -> Ran:
    clock = Clock()
    done = subprocess.run(words, check=True, capture_output=True, text=True, env=environment)
    seconds, others = clock.read()
    return Ran(printed=done.stdout, seconds=seconds, others=others)


class Clock:
    """Seconds since it was made, and the cores that others kept busy meanwhile."""

    def __init__(self) -> None:
        self._begun, self._busy, self._own = time.perf_counter(), _busy(), _own()

    def read(self) -> tuple[float, float]:
        """Both numbers; the processes that this one began must have ended."""
        seconds = time.perf_counter() - self._begun
        return seconds, max((_busy() - self._busy) - (_own() - self._own), 0.0) / seconds


def rounds_of(work: Callable[[], Mapping[str, Ran]], wanted: int) -> list[Mapping[str, Ran]]:
    """So many rounds; one more before them only warms up."""
    work()
    return [work() for _ in range(wanted)]


def disturbed(round_: Mapping[str, Ran]) -> float:
    """The most cores that others had while one of these ran."""
    return max(one.others for one in round_.values())


def _busy() -> float:
    """Seconds that all cores together have worked since the system began; 0 where it does not say."""
    if not STAT.exists():
        return 0.0
    user, nice, system, _, _, irq, soft, *_ = map(int, STAT.read_text(encoding="ascii").split("\n", 1)[0].split()[1:])
    return (user + nice + system + irq + soft) / os.sysconf("SC_CLK_TCK")


def _own() -> float:
    """Seconds that this process and its children that have ended have worked."""
    return sum(os.times()[:4])
