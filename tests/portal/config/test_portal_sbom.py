"""The bill of materials: valid CycloneDX 1.6, every pinned version with its hashes, every licence one that may ship."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def bill(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, Any]]:
    """The file as `make sbom` writes it: its text, and what it says."""
    pytest.importorskip("cyclonedx", reason="needs cyclonedx-python-lib: it is in the dev group")
    out = tmp_path_factory.mktemp("sbom") / "sbom.json"
    words = [sys.executable, str(ROOT / "tools" / "sbom.py"), "--out", str(out)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    text = out.read_text("utf-8")
    return text, json.loads(text)


def test_it_is_valid(bill: tuple[str, dict[str, Any]]) -> None:
    """The published schema of CycloneDX 1.6, read strictly, finds no fault; a bill with a fault is refused by it."""
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    validator = JsonStrictValidator(SchemaVersion.V1_6)
    assert validator.validate_str(bill[0]) is None
    assert validator.validate_str(bill[0].replace('"library"', '"libary"', 1)) is not None


def test_every_pinned_version_is_in_it_with_all_its_hashes(bill: tuple[str, dict[str, Any]]) -> None:
    """Nothing of requirements/portal.txt is missing, and nothing else is there: counted from the file's text."""
    lock = (ROOT / "requirements" / "portal.txt").read_text("utf-8")
    pinned = {line.split()[0] for line in lock.splitlines() if re.match(r"[a-z0-9]", line)}
    found = {f"{one['name']}=={one['version']}": one for one in bill[1]["components"]}
    assert found.keys() == {one.rstrip("\\;") for one in pinned}
    hashes = [each["content"] for one in found.values() for each in one["hashes"]]
    assert sorted(hashes) == sorted(re.findall(r"sha256:([0-9a-f]{64})", lock))


def test_no_licence_forbids_what_we_do(bill: tuple[str, dict[str, Any]]) -> None:
    """No GPL or AGPL in what ships; each package says its licence, or that it is not installed here."""
    for one in bill[1]["components"]:
        said = json.dumps(one.get("licenses", []))
        assert said != "[]" or one["properties"][0]["value"] == "not installed here, so not read", one["name"]
        assert not re.search(r"(?<!L)GPL|Affero|(?<!Lesser )General Public", said), (one["name"], said)


def test_it_says_who_needs_whom(bill: tuple[str, dict[str, Any]]) -> None:
    """The portal needs Django, and Django needs asgiref; nothing depends on what is not in the bill."""
    needs = {one["ref"]: set(one.get("dependsOn", ())) for one in bill[1]["dependencies"]}
    by_name = {ref.partition("@")[0]: refs for ref, refs in needs.items()}
    assert any(ref.startswith("django@") for ref in by_name["plumbrule"])
    assert any(ref.startswith("asgiref@") for ref in by_name["django"])
    assert set().union(*needs.values()) <= needs.keys()
    assert len(bill[1]["components"]) > 30


def test_the_same_lock_gives_the_same_number(bill: tuple[str, dict[str, Any]], tmp_path: Path) -> None:
    """Two people who make it from the same files can compare: only the time differs."""
    out = tmp_path / "again.json"
    subprocess.run([sys.executable, str(ROOT / "tools" / "sbom.py"), "--out", str(out)], check=True, capture_output=True)
    again = json.loads(out.read_text("utf-8"))
    for one in (again, bill[1]):
        one["metadata"].pop("timestamp", None)
    assert again == bill[1]
