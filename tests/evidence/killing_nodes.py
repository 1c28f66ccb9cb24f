"""Kill a node and its mirror on the way from COMMIT over guard, mirror and cosignature to the checkpoint that is shown.

    python tests/evidence/killing_nodes.py FOLDER ROUNDS        prints how many kills landed in which step, as JSON

One process is both: a node whose log many threads write, and a university that mirrors and cosigns it. Two of three
kills wait until it stands in a step chosen beforehand, the others come at a random moment. After each one everything is
opened as after any crash: what was acknowledged as recorded is in the log; what was said to be mirrored is in the mirror,
byte for byte; and every checkpoint that anybody showed, laid out, cosigned or kept is a beginning of the log.
"""

from __future__ import annotations

import base64
import json
import os
import random
import sys
import threading
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

from killing import ANY, Place, after, before, clock, one_kill

from plumbrule.evidence.federation import Mirror, follow, make_witness, stage, sync
from plumbrule.evidence.federation import sync as round_of  # the function; its module is looked up below
from plumbrule.evidence.federation.contact import folder_name
from plumbrule.evidence.log import Log, Stage, Writer, create_node, store

ORIGIN = "node.example/log"
SUBMITTERS, LONE = 6, 3
STEPS = (
    "",  # steps count from 1
    "before COMMIT",
    "between COMMIT and guard",
    "between guard and mirror: nothing laid out",
    "between guard and mirror: laid out, mirror before its COMMIT",
    "between mirror and checkpoint: stored, not cosigned",
    "between mirror and checkpoint: cosigned, not collected",
    "between mirror and checkpoint: collected, not laid out",
)
SYNC: Any = sys.modules[round_of.__module__]


def mark(place: Place) -> None:
    """Say each step where it begins; only in this process."""
    store.append_hashed = after(place, 1, store.append_hashed)
    Log.sign_head = before(place, 2, after(place, 3, Log.sign_head))  # type: ignore[method-assign]  # only in this process
    Mirror._append = after(place, 4, Mirror._append)  # type: ignore[method-assign]  # only in this process
    Mirror.pull = after(place, 5, Mirror.pull)  # type: ignore[method-assign]  # only in this process
    SYNC.keep_cosignatures = before(place, 6, after(place, 7, SYNC.keep_cosignatures))


def live(folder: Path, place: Place, seed: int, pipe: int) -> None:
    """The child: threads write, then a round of node, mirror and node while others still write; until killed."""
    random.seed(seed)
    mark(place)
    node, university = folder / "node", folder / "university"
    for turn in range(10_000):
        with Log.open(node / "log") as log:
            with Writer(log, clock) as writer:
                at_once([partial(submit, writer, pipe, b"%d %d %d" % (seed, turn, number)) for number in range(SUBMITTERS)])
            lone = [threading.Thread(target=alone, args=(log, pipe, b"%d %d l%d" % (seed, turn, one))) for one in range(LONE)]
            for thread in lone:
                thread.start()
            for where in (node, university, node):
                assert not [outcome for outcome in sync(where, clock) if outcome.state != "fine"]
            for thread in lone:
                thread.join()
        tell_stages(node, pipe)


def at_once(works: list[partial[None]]) -> None:
    """Run them in a thread each, and wait."""
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def submit(writer: Writer, pipe: int, entry: bytes) -> None:
    """A submitter that waits until its entry is published."""
    index = writer.append(entry)
    shown = writer.wait(index + 1)
    os.write(pipe, b"r %d %s\np - %s\n" % (index, base64.b64encode(entry), base64.b64encode(shown)))


def alone(log: Log, pipe: int, entry: bytes) -> None:
    """One that writes beside a round, and waits until its entry is recorded."""
    for turn in range(3):
        (index,) = log.append([entry + b" %d" % turn])
        os.write(pipe, b"r %d %s\n" % (index, base64.b64encode(entry + b" %d" % turn)))


def tell_stages(node: Path, pipe: int) -> None:
    """Tell which of the entries under the laid-out checkpoint are said to be mirrored."""
    raw = (node / "share" / "checkpoint").read_bytes()
    os.write(pipe, b"p - %s\n" % base64.b64encode(raw))
    with Log.open(node / "log") as log:
        last = log.compare(raw).size - 1
    if stage(node, last) is Stage.MIRRORED:
        os.write(pipe, b"m %d -\n" % last)


def check(folder: Path, told: list[bytes], shown: set[bytes]) -> Counter[str]:
    """Open both sides as after any crash, and hold them against what was acknowledged and shown."""
    node, university = folder / "node", folder / "university"
    laid_out = [node / "share" / "checkpoint", *(university / "share" / "cosigned").glob("*"), *(node / "witnessed").glob("*")]
    laid_out += [university / "share" / "mirrors" / folder_name(ORIGIN) / "checkpoint"]
    heads = [path.read_bytes() for path in laid_out if path.is_file() and path.name != "list" and path.suffix != ".new"]
    counted = Counter[str]()
    with Log.open(node / "log") as log, Mirror.open(university / "mirrors" / folder_name(ORIGIN)) as mirror:
        shown.update(heads)
        for line in told:
            kind, number, what = line.split(b" ")
            counted[kind.decode()] += 1
            if kind == b"r":
                assert log.entry(int(number)) == base64.b64decode(what), "an acknowledged entry was lost"
            elif kind == b"p":
                shown.add(base64.b64decode(what))
            else:
                assert mirror.head.size > int(number), "an entry that was said to be mirrored is not in the mirror"
        for index, entry in list(mirror.entries())[-20:]:
            assert log.entry(index) == entry, "the mirror holds what the log does not"
        assert mirror.alarm is None
        for raw in [*heads, *random.sample(sorted(shown), min(30, len(shown)))]:
            log.compare(raw)
        counted["size"] = log.size
    return counted


def main(folder: Path, rounds: int) -> None:
    """Kill, check, count."""
    node, university = folder / "node", folder / "university"
    made = create_node(node, name="node.example")
    university.mkdir()
    witness = make_witness(university, "university.example")
    follow(university, made.log_verifier, str(node / "share"))
    follow(node, witness, str(university / "share"))
    place, counted, told_of, shown, size = Place(), Counter[str](), Counter[str](), set[bytes](), 0
    for seed in range(1, rounds + 1):
        step = seed % (len(STEPS) - 1) + 1 if seed % 3 else 0
        reached, told = one_kill(partial(live, folder, place, seed), place, step)
        counted[STEPS[step] if reached else ANY] += 1
        found = check(folder, told, shown)
        assert found["size"] >= size, "the log became shorter"
        size = found.pop("size")
        told_of += found
    for where in (node, university, node):
        assert {outcome.state for outcome in sync(where, clock)} == {"fine"}
    assert check(folder, [], shown)["size"] == size
    with Log.open(node / "log") as log:
        assert not log.fsck().problems
        for raw in shown:
            log.compare(raw)
    counts = {step: counted[step] for step in (ANY, *STEPS[1:])}
    acknowledged = {"recorded": told_of["r"], "mirrored": told_of["m"]}
    print(json.dumps({"kills": rounds, "steps": counts, "acknowledged": acknowledged, "shown": len(shown), "entries": size}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
