"""What the tests of reading share: the figures of benchmarks/read_accuracy.py, and who owns each character of a text."""

from __future__ import annotations

import importlib.util
import sys
from functools import cache
from pathlib import Path
from types import ModuleType

from plumbrule.rulebook.reading import Reading

ROOT = Path(__file__).resolve().parents[2]


@cache
def accuracy() -> ModuleType:
    """benchmarks/read_accuracy.py as a module."""
    spec = importlib.util.spec_from_file_location("read_accuracy", ROOT / "benchmarks" / "read_accuracy.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["read_accuracy"] = module
    spec.loader.exec_module(module)
    return module


def owned_once(reading: Reading, text: str) -> bool:
    """Whether every visible character has exactly one owner: a provision less its breaks, or a piece outside."""
    owners = [0] * len(text)
    for passage in reading.passages:
        broken = {at for start, end in passage.breaks for at in range(start, end)}
        for at in set(range(passage.start, passage.end)) - broken:
            owners[at] += 1
    for piece in reading.outside:
        for at in range(piece.start, piece.end):
            owners[at] += 1
    return all(owners[at] == 1 for at, sign in enumerate(text) if not sign.isspace())
