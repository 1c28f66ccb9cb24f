"""What the documents say is so: commands exist, links lead somewhere, the README's own sequence runs."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def shell_lines(page: Path) -> list[str]:
    """The command lines in a page's sh blocks."""
    blocks = re.findall(r"```sh\n(.*?)```", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    return [
        line.split(" #")[0].strip()
        for block in blocks
        for line in block.splitlines()
        if line.strip() and not line.startswith("#")
    ]


def known() -> dict[str, set[str]]:
    """Every verb with its options, from the generated reference."""
    found: dict[str, set[str]] = {}
    for part in (ROOT / "docs" / "reference" / "command-line.md").read_text(encoding="utf-8").split("\n## ")[1:]:
        name = part.split("`")[1]
        found[name] = set(re.findall(r"\| `[^`]*?(--[a-z-]+)", part)) | {"--help"}
    return found


def test_the_reference_is_what_the_command_line_says() -> None:
    """docs/reference/command-line.md is up to date."""
    result = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "reference.py"), "--check"], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_commands_in_the_documents_exist(page: Path) -> None:
    """Each `plumbrule …` in a shell block names a verb and options that exist; each `make …` a target."""
    verbs, makefile = known(), (ROOT / "Makefile").read_text(encoding="utf-8")
    for line in shell_lines(page):
        words = shlex.split(line)
        if words[0] == "make":
            assert re.search(rf"^{words[1]}:", makefile, flags=re.MULTILINE), line
        if words[0] == "plumbrule":
            verb = next(
                (name for name in sorted(verbs, key=len, reverse=True) if line.startswith(name + " ") or line == name), None
            )
            assert verb, line
            assert {word.split("=")[0] for word in words if word.startswith("--")} <= verbs[verb], line


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    """Each relative link and picture exists."""
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
        if "://" not in target and not target.startswith("mailto:"):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_readme_sequence_runs(cli: Callable, tmp_path: Path) -> None:
    """The commands under "Your own table" and "The texts themselves", in order, on a table and texts of one's own."""
    rows = ["approved,sex,region,age,repaid"]
    rows += [f"{int(i % 3 != 0)},{'women' if i % 2 else 'men'},{'ns'[i % 2]},{20 + i % 40},{int(i % 4 != 0)}" for i in range(400)]
    (tmp_path / "decisions.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    plan = (ROOT / "tests" / "house" / "readme_plan.toml").read_text(encoding="utf-8")
    (tmp_path / "assessment.toml").write_text(plan, encoding="utf-8")
    text = "The General Assembly,\n\nRecalling that the nights are long,\n\n1. Calls upon Member States to light their {lamps};\n"
    for name, lamps in (("draft", "lamps"), ("adopted", "lighthouses")):
        (tmp_path / f"{name}.txt").write_text(text.format(lamps=lamps), encoding="utf-8")
    for line in shell_lines(ROOT / "README.md"):
        words = shlex.split(line)
        if words[0] == "plumbrule":
            result = cli(*words[1:], cwd=tmp_path)
            assert result.code in ((0, 1, 3) if words[1] == "assess" else (0,)), f"{line}\n{result.stdout}{result.stderr}"
