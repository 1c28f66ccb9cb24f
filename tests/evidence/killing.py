"""Kill a writer with concurrent submitters, again and again, in every step between COMMIT and checkpoint.

    python tests/evidence/killing.py FOLDER ROUNDS        prints how many kills landed in which step, as JSON

Half of the kills wait until the writer stands in a step chosen beforehand, the others come at a random moment. After
each one the log is opened as after any crash: every acknowledged entry must be there, byte for byte; every checkpoint
that was ever shown must be a beginning of the log; and at the end the whole check must find nothing. The child is
killed with SIGKILL: that is not a power cut, because what the system had in memory survives.
"""

from __future__ import annotations

import base64
import json
import mmap
import os
import random
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from plumbrule.evidence import Kind, new_signer, write_key
from plumbrule.evidence.log import Log, Writer, store

ORIGIN = "example.org/log"
SUBMITTERS = 8
ANY = "at any moment"
STEPS = (
    "",  # steps count from 1
    "entries written, before COMMIT",
    "after COMMIT, before the guard",
    "guard on the disk, old one in place",
    "guard in place, nobody told",
    "checkpoint written down, before COMMIT",
)
CHOSEN, REACHED = 0, 1  # in the page that parent and child share: the step to wait in, and whether the child waits there


class Place:
    """A page of memory that outlives the child: the step to wait in, and whether it waits there."""

    def __init__(self) -> None:
        self.page = mmap.mmap(-1, 16)

    def stand(self, step: int) -> None:
        """If this is the chosen step, wait here to be killed: mostly at once, and now and then the next time."""
        if self.page[CHOSEN] == step and random.random() < 0.3:
            self.page[REACHED] = 1
            time.sleep(30)


def before(place: Place, step: int, function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, with the place said before it."""

    def run(*arguments: Any, **named: Any) -> Any:
        place.stand(step)
        return function(*arguments, **named)

    return run


def after(place: Place, step: int, function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, with the place said after it."""

    def run(*arguments: Any, **named: Any) -> Any:
        found = function(*arguments, **named)
        place.stand(step)
        return found

    return run


def write(folder: Path, place: Place, seed: int, pipe: int) -> None:
    """The child: submit from many threads, and tell each acknowledgement, until killed."""
    random.seed(seed)
    store.append_hashed = after(place, 1, store.append_hashed)
    Log.sign_head = before(place, 2, after(place, 4, Log.sign_head))  # type: ignore[method-assign]  # only in this process
    Path.replace = before(place, 3, Path.replace)  # type: ignore[method-assign]  # only in this process
    store.keep_checkpoint = after(place, 5, store.keep_checkpoint)
    with Log.open(folder) as log:
        if seed % 5 == 0:
            write_alone(log, pipe, seed)
        with Writer(log, clock) as writer:
            threads = [threading.Thread(target=submit, args=(writer, pipe, seed, number)) for number in range(SUBMITTERS)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()


def clock() -> datetime:
    """The clock of this machine."""
    return datetime.now(UTC)


def submit(writer: Writer, pipe: int, seed: int, number: int) -> None:
    """One of many submitters: half of them wait until their entry is recorded, half until it is published."""
    for turn in range(10_000):
        entry = b"%d %d %d" % (seed, number, turn)
        index = writer.append(entry)
        if number % 2:
            os.write(pipe, b"r %d %s\n" % (index, base64.b64encode(entry)))
        else:
            shown = writer.wait(index + 1)
            os.write(pipe, b"r %d %s\np - %s\n" % (index, base64.b64encode(entry), base64.b64encode(shown)))


def write_alone(log: Log, pipe: int, seed: int) -> None:
    """Without a writer's threads: `append` and `publish` by turns."""
    for turn in range(10_000):
        entry = b"%d alone %d" % (seed, turn)
        (index,) = log.append([entry])
        os.write(pipe, b"r %d %s\n" % (index, base64.b64encode(entry)))
        os.write(pipe, b"p - %s\n" % base64.b64encode(log.publish(clock)))


def one_kill(act: Callable[[int], None], place: Place, step: int) -> tuple[bool, list[bytes]]:
    """Fork, kill in the step (0: at any moment), and return whether it was reached, and what was acknowledged.

    `act` writes lines to a pipe, as it is told things, until it is killed.
    """
    place.page[CHOSEN], place.page[REACHED] = step, 0
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        with suppress(BaseException):
            act(writing)
        os._exit(9)
    os.close(writing)
    os.set_blocking(reading, False)
    told, until = b"", time.monotonic() + (5 if step else random.random() * 0.06)
    while time.monotonic() < until and not place.page[REACHED]:
        time.sleep(0.001)
        with suppress(BlockingIOError):
            told += os.read(reading, 65_536)  # or the pipe is full, and the child waits for us
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), "the writer ended by itself"
    os.set_blocking(reading, True)
    while more := os.read(reading, 65_536):
        told += more
    os.close(reading)
    return bool(place.page[REACHED]), told.split(b"\n")[:-1]  # the last is empty, or was cut off in the middle


def check(folder: Path, told: list[bytes], shown: set[bytes]) -> int:
    """Open the log as after any crash, and hold it against what was acknowledged; how many entries it has."""
    with Log.open(folder) as log:
        for line in told:
            kind, number, what = line.split(b" ")
            if kind == b"r":
                assert log.entry(int(number)) == base64.b64decode(what), "an acknowledged entry was lost"
            else:
                shown.add(base64.b64decode(what))
        for checkpoint in random.sample(sorted(shown), min(50, len(shown))):
            log.compare(checkpoint)
        return log.size


def main(folder: Path, rounds: int) -> None:
    """Kill, check, count."""
    folder.mkdir(parents=True)
    signer = new_signer(ORIGIN, Kind.LOG)
    write_key(folder / "log.key", signer)
    Log.create(folder, ORIGIN, signer).close()
    place, counted, shown, acknowledged, size = Place(), Counter[str](), set[bytes](), 0, 0
    for seed in range(1, rounds + 1):
        step = seed // 2 % (len(STEPS) - 1) + 1 if seed % 2 else 0
        reached, told = one_kill(partial(write, folder, place, seed), place, step)
        counted[STEPS[step] if reached else ANY] += 1
        acknowledged += len(told)
        now = check(folder, told, shown)
        assert now >= size, "the log became shorter"
        size = now
    with Log.open(folder) as log:
        assert not log.fsck().problems
        for checkpoint in shown:
            log.compare(checkpoint)
    counts = {step: counted[step] for step in (ANY, *STEPS[1:])}
    print(json.dumps({"kills": rounds, "steps": counts, "acknowledged": acknowledged, "shown": len(shown), "entries": size}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
