"""The first-start guide, line by line, on one machine."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from test_docs import ROOT, shell_lines

GUIDE = ROOT / "docs" / "first-start.md"


def test_the_first_start_guide_runs(here: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each line does what the guide says, in order; at the end the steward's key is a new one and the root file the old one."""
    rows = ["approved,sex,region,age,repaid"]
    rows += [f"{int(i % 3 != 0)},{'women' if i % 2 else 'men'},{'ns'[i % 2]},{20 + i % 40},{int(i % 4 != 0)}" for i in range(400)]
    (tmp_path / "decisions.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    shutil.copy(ROOT / "tests" / "house" / "readme_plan.toml", tmp_path / "assessment.toml")
    monkeypatch.chdir(tmp_path)
    said: dict[str, str] = {}
    for line in shell_lines(GUIDE):
        words = shlex.split(line)
        if words[0] == "mkdir":
            for folder in words[1:]:
                (tmp_path / folder).mkdir()
            continue
        assert words[0] == "plumbrule", line
        ran = here(*words[1:])
        assert ran.code in ((0, 1, 3) if words[1] == "assess" else (0,)), f"{line}\n{ran.stdout}{ran.stderr}"
        said[" ".join(words[1:4])] = " ".join(ran.stdout.split())
    listed = said["node key list"]
    root = listed.partition("fingerprint ")[2].partition(".")[0]
    assert len(root.split()) == 16
    assert root in said["node init ministry"], "the paper of the first day still holds"
    assert listed.count("of ministry.example, a key for statements") == 3
