"""Whoever keeps cases is killed at any moment: what was acknowledged is there, what was erased is gone, and both logs hold."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

from evidence_made import clock, fresh_process

from plumbrule.evidence import read_key
from plumbrule.evidence.log import Cases, Log, create_node, fsck

ROUNDS = 8
CHILD = """
import random, sys
from datetime import UTC, datetime
from pathlib import Path
from plumbrule.evidence import read_key
from plumbrule.evidence.log import Cases

node, clock = Path(sys.argv[1]), lambda: datetime.now(UTC)
signer = read_key(node / "keys" / "statement.key")
with Cases.open(node) as cases:
    kept = list(cases.private.commitments())
    print("ready", flush=True)
    while True:
        _, commitment = cases.add("appeal:open", b"about a person " + random.randbytes(8).hex().encode(), signer, clock)
        print("added", commitment, flush=True)
        kept.append(commitment)
        if random.random() < 0.4:
            gone = kept.pop(random.randrange(len(kept)))
            print("asked", gone, flush=True)
            cases.erase(gone, "personal-data", signer, clock)
            print("erased", gone, flush=True)
"""


def test_killed_at_any_moment(tmp_path: Path) -> None:
    """Eight kills: acknowledged cases can be opened, erased ones cannot, nothing is kept that no entry names, roots go on."""
    node, order = create_node(tmp_path / "node", name="office.example").directory, random.Random(5)
    signer, added, erased, asked = read_key(node / "keys" / "statement.key"), set(), set(), set()
    for _ in range(ROUNDS):
        for word, commitment in killed(node, order.uniform(0, 0.25)):
            {"added": added, "erased": erased, "asked": asked}[word].add(commitment)
        with Cases.open(node) as cases, Log.open(node / "log") as public:
            cases.sweep(strays=True)
            here = set(cases.private.commitments())
            assert added - asked <= here
            assert not here & erased
            assert all(cases.private.content(commitment).startswith(b"about a person") for commitment in here)
            if len(added) > 30 and cases.last_batch(public) is None:
                cases.publish(public, signer, clock)
                public.publish(clock)
            for commitment in asked - erased:  # a person asks again, and this time it is finished
                cases.erase(commitment, "personal-data", signer, clock)
                erased.add(commitment)
                assert not cases.private.has(commitment)
    assert fsck(node / "cases" / "log").holds
    assert fsck(node / "log").holds
    assert len(added) >= 3
    with Cases.open(node) as cases, Log.open(node / "log") as public:
        for number in range(10):
            cases.add("complaint", b"%d" % number, signer, clock)
        cases.publish(public, signer, clock)  # it continues what was published between the kills


def killed(node: Path, seconds: float) -> list[tuple[str, str]]:
    """What a child acknowledged before it was killed, some time after it was ready; the last line may be cut off."""
    command = [sys.executable, "-c", CHILD, str(node)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=fresh_process(), text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        time.sleep(seconds)
        child.kill()
        lines = child.stdout.read().split("\n")[:-1]
    return [(word, commitment) for word, _, commitment in (line.partition(" ") for line in lines)]
