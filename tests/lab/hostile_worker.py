"""Runs `plumbrule audit` on many damaged copies of one file, in one process: the caller sees if it dies or never ends.

    python hostile_worker.py FILE SEED COUNT WAY OPTION…

For each copy one line of JSON: where it was damaged, the exit code, whether the answer is that of the whole file, and what
is wrong with the message, if anything.
"""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path
from typing import Any

from running import Ran, run_here


def damaged(good: bytes, draw: random.Random, way: str) -> bytes:
    """One to eight bytes changed, or a stretch taken out, put in, repeated or filled with one byte.

    `way` says where: `anywhere`, or `tail:N` (the last N bytes), or `head:N` (all before them).
    """
    kind, _, number = way.partition(":")
    size = int(number or 0)
    low, high = {"tail": (len(good) - size, len(good)), "head": (4, len(good) - size)}.get(kind, (0, len(good)))
    bad = bytearray(good)
    at = draw.randrange(low, high)
    end = min(high, at + draw.randrange(1, 40))
    action = draw.choice(["flip", "flip", "flip", "set", "set", "cut", "insert", "repeat", "fill"])
    if action in {"flip", "set"}:
        for place in [at, *(draw.randrange(low, high) for _ in range(draw.choice([0, 0, 1, 7])))]:
            bad[place] = bad[place] ^ (1 << draw.randrange(8)) if action == "flip" else draw.choice([0, 255, draw.randrange(256)])
    elif action == "cut":
        del bad[at:end]
    elif action == "insert":
        bad[at:at] = draw.randbytes(end - at)
    elif action == "repeat":
        bad[at:at] = bad[at:end]
    else:
        bad[at:end] = bytes([draw.choice([0, 255, 32, 44, 34])]) * (end - at)
    return bytes(bad)


def told(ran: Ran) -> str:
    """What is wrong with how it ended; empty when it ended as it should."""
    if ran.code not in {0, 2}:
        return f"exit {ran.code}: {ran.stderr[-300:]}"
    if ran.code == 2 and (ran.stdout or "Traceback" in ran.stderr or "Got:" not in ran.stderr):
        return ran.stderr[-300:]
    return ""


def answer(ran: Ran) -> Any:
    """The figures, without what may differ between two files of one table."""
    found = ran.json()
    return {name: found[name] for name in ("rows", "overall", "groups")}


def main(file: str, seed: str, count: str, way: str, *options: str) -> None:
    """See the top of the file."""
    path = Path(file)
    good, whole = path.read_bytes(), answer(run_here("audit", *(option.replace("FILE", file) for option in options)))
    damage = path.with_name(f"damaged{path.suffix}")
    for number in range(int(seed), int(seed) + int(count)):
        bad = damaged(good, random.Random(number), way)
        damage.write_bytes(bad)
        line: dict[str, Any] = {"number": number, "same_bytes": bad == good}
        print(json.dumps(line | {"began": True}), flush=True)
        try:
            ran = run_here("audit", *(option.replace("FILE", str(damage)) for option in options))
        except Exception as error:  # noqa: BLE001 - whatever escapes is what is looked for
            print(json.dumps(line | {"code": None, "same": False, "wrong": f"{type(error).__name__}: {error}"}), flush=True)
            continue
        same = ran.code == 0 and answer(ran) == whole
        print(json.dumps(line | {"code": ran.code, "same": same, "wrong": told(ran)}), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
