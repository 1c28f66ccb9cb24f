"""A writer is killed in every step between COMMIT and checkpoint, with many who wait: nothing acknowledged is lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from evidence_made import fresh_process

ROUNDS = int(os.environ.get("PLUMBRULE_SOAK_KILLS", "72"))  # `make soak` asks for thousands


@pytest.mark.skipif(os.name != "posix", reason="needs fork and kill -9: run on Linux or macOS")
def test_killed_in_every_step(tmp_path: Path) -> None:
    """After each of many kills the log opens with every acknowledged entry, and continues every checkpoint it showed."""
    script = Path(__file__).with_name("killing.py")
    done = subprocess.run(
        [sys.executable, script, tmp_path / "log", str(ROUNDS)], capture_output=True, text=True, check=False, env=fresh_process()
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout)
    print(done.stdout)
    assert found["kills"] == ROUNDS == sum(found["steps"].values())
    assert all(list(found["steps"].values())[1:]), found  # before the first step a kill only comes by chance
    assert found["acknowledged"] > ROUNDS
