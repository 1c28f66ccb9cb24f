"""`plumbrule read --format akn|oscal` and `plumbrule rulebook export`, as people and programs meet them."""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from exchange_fixtures import RESOLUTION
from lxml import etree

from running import Ran

Run = Callable[..., Ran]


@pytest.fixture
def text(tmp_path: Path) -> Path:
    """A draft resolution of ours."""
    path = tmp_path / "wells.txt"
    path.write_text(RESOLUTION, encoding="utf-8")
    return path


def test_read_writes_akoma_ntoso_and_reads_it(here: Run, text: Path) -> None:
    """Only XML on stdout; the same command on it finds the same provisions."""
    ran = here("read", text, "--format", "akn")
    assert ran.code == 0
    assert etree.fromstring(ran.stdout.encode())[0].get("name") == "resolutionDraft"
    written = text.with_suffix(".xml")
    written.write_text(ran.stdout, encoding="utf-8")
    first, second = (json.loads(here("read", path, "--format", "json").stdout) for path in (text, written))
    assert [p["id"] for p in second["provisions"]] == [p["id"] for p in first["provisions"]]
    assert [len(p["asks"]) for p in second["provisions"]] == [len(p["asks"]) for p in first["provisions"]]


def test_read_writes_oscal(here: Run, text: Path) -> None:
    """Only JSON on stdout: a catalog with the provisions as controls."""
    ran = here("read", text, "--format", "oscal")
    assert ran.code == 0
    assert json.loads(ran.stdout)["catalog"]["metadata"]["title"] == "Wells for dry places"


@pytest.mark.parametrize("form", ["oscal", "akn"])
def test_export_writes_a_folder_that_says_what_it_holds(here: Run, tmp_path: Path, form: str) -> None:
    """Each file with its digest, and the same bytes the second time."""
    out = tmp_path / "out"
    seen = []
    for _ in range(2):
        ran = here("rulebook", "export", "--format", form, "--lang", "zh", "--out", out, "--force")
        assert (ran.code, ran.stderr) == (0, "")
        listed = json.loads((out / "rulebook.json").read_text(encoding="utf-8"))
        digests = {path.name: sha256(path.read_bytes()).hexdigest() for path in out.iterdir() if path.name != "rulebook.json"}
        assert listed["files"] == digests
        assert listed["language"] == "zh"
        seen.append(digests)
    assert seen[0] == seen[1]


def test_export_replaces_only_what_it_wrote(here: Run, tmp_path: Path) -> None:
    """Not without --force; with it, never a folder in which something else stands or was changed."""
    out = tmp_path / "out"
    assert here("rulebook", "export", "--out", out).code == 0
    assert here("rulebook", "export", "--out", out).code == 2
    assert here("rulebook", "export", "--format", "akn", "--out", out, "--force").code == 0
    assert not (out / "catalog.json").exists()
    (out / "R265.xml").write_text("my notes", encoding="utf-8")
    assert here("rulebook", "export", "--out", out, "--force").code == 2
    assert (out / "R265.xml").read_text(encoding="utf-8") == "my notes"


@pytest.mark.parametrize("wrong", [["--format", "pdf"], ["--lang", "xx"], ["--date", "2026-11-21T09:00"], ["--date", "soon"]])
def test_export_refuses_with_a_cure(here: Run, tmp_path: Path, wrong: list[str]) -> None:
    """Two, three lines on stderr, and nothing written."""
    ran = here("rulebook", "export", "--out", tmp_path / "out", *wrong)
    assert ran.code == 2
    assert "Cure:" in ran.stderr
    assert not (tmp_path / "out").exists()


def test_export_carries_the_time_that_was_given(here: Run, tmp_path: Path) -> None:
    """In both formats, as UTC."""
    assert here("rulebook", "export", "--out", tmp_path / "a", "--date", "2026-11-21").code == 0
    found = json.loads((tmp_path / "a" / "profile-high.json").read_text(encoding="utf-8"))
    assert found["profile"]["metadata"]["last-modified"] == "2026-11-21T00:00:00Z"
    assert here("rulebook", "export", "--format", "akn", "--out", tmp_path / "b", "--date", "2026-11-21T09:00:00+01:00").code == 0
    assert 'date="2026-11-21T09:00:00+01:00" name="XMLMarkup"' in (tmp_path / "b" / "CA.xml").read_text(encoding="utf-8")
