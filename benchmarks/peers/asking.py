"""What every peer's script does alike: time loading and asking, and print one line of JSON. Needs Python and nothing else.

Each script is run by `bench_peers.py` in a fresh process with the peer's own packages; imports are not timed.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

A = TypeVar("A")
LEVELS = {"a": 2, "b": 5, "c": 8, "d": 20}
"""The attributes and how many values each has: a0, a1, b0 …"""
BY = tuple(LEVELS)
CORNER = {name: f"{name}0" for name in BY}
"""The group whose rates are handed back, so that the caller sees that all answered the same question."""


def timed(run: Callable[[], A]) -> tuple[A, float]:
    """What it gave, and the seconds it took."""
    begun = time.perf_counter()
    given = run()
    return given, time.perf_counter() - begun


def report(packages: tuple[str, ...], *, load: float, ask: float, groups: int, corner: dict[str, float]) -> None:
    """Seconds, how many groups were answered, and the rates of `CORNER` by our names."""
    versions = {name: version(name) for name in packages}
    numbers = {name: float(value) for name, value in corner.items()}
    print(json.dumps({"versions": versions, "load": load, "ask": ask, "groups": int(groups), "corner": numbers}))


def path() -> Path:
    """The table, named on the command line."""
    return Path(sys.argv[1])
