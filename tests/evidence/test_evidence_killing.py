"""A writer, and a node with its mirror, are killed in every step from COMMIT to checkpoint: nothing acknowledged is lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from evidence_made import fresh_process

ROUNDS = int(os.environ.get("PLUMBRULE_SOAK_KILLS", "150"))  # `make soak` asks for thousands


@pytest.mark.skipif(os.name != "posix", reason="needs fork and kill -9: run on Linux or macOS")
@pytest.mark.parametrize(("script", "rounds", "steps"), [("killing.py", ROUNDS, 5), ("killing_nodes.py", ROUNDS // 2, 7)])
def test_killed_in_every_step(tmp_path: Path, script: str, rounds: int, steps: int) -> None:
    """After each of many kills both open with everything acknowledged, and continue every checkpoint that was shown.

    Every named step is hit, a kill counts for one only if the writer stood there, waiting to be killed; and so is any moment.
    """
    done = subprocess.run(
        [sys.executable, Path(__file__).with_name(script), tmp_path / "log", str(rounds)],
        capture_output=True, text=True, check=False, env=fresh_process(),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout)
    print(done.stdout)
    assert found["kills"] == rounds == sum(found["steps"].values())
    assert len(found["steps"]) == steps + 1
    assert min(found["steps"].values()) >= rounds // 20, found
    acknowledged = found["acknowledged"]
    assert min(acknowledged.values()) > rounds // 10 if isinstance(acknowledged, dict) else acknowledged > rounds
