"""The map of the house is enforced: each contract is broken on purpose and seen to be caught."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter on a copy of the source."""
    command = [
        sys.executable,
        "-c",
        "import sys; sys.path.insert(0, 'src'); from importlinter.cli import lint_imports_command; lint_imports_command()",
    ]
    return subprocess.run([*command, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A copy of the source and its map, free to be broken."""
    shutil.copytree(
        ROOT / "src" / "plumbrule",
        tmp_path / "src" / "plumbrule",
        ignore=shutil.ignore_patterns("__pycache__", "*.yaml", "locale"),
    )
    shutil.copy(ROOT / ".importlinter", tmp_path)
    return tmp_path


def test_the_house_keeps_its_map(house: Path) -> None:
    """As it stands, every contract holds."""
    result = lint(house)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("file", "line", "contract"),
    [
        ("lab/metrics.py", "from plumbrule.findings import judge", "The map of the house"),
        ("lab/metrics.py", "from plumbrule import rulebook", "The map of the house"),
        ("base/digest_breaker.py", "import plumbrule.lab", "The map of the house"),
        ("findings/judging.py", "from plumbrule import report", "The map of the house"),
        ("report/audit.py", "from plumbrule.evidence.log import Log", "Only pipeline and cli open the second door of evidence"),
        ("evidence/note.py", "import plumbrule.evidence.log", "The first door of evidence does not open the second"),
        ("pipeline/audits.py", "import plumbrule.evidence.federation", "Only cli opens the third door of evidence"),
        ("evidence/verify.py", "import plumbrule.evidence.federation", "The first door of evidence does not open the second"),
        ("findings/power.py", "import numpy", "numpy and duckdb only in the lab"),
        ("utils/__init__.py", "'''A catch-all room.'''", "The map of the house"),
    ],
)
def test_a_broken_contract_is_caught(house: Path, file: str, line: str, contract: str) -> None:
    """One import across the map, and the lint names the contract."""
    target = house / "src" / "plumbrule" / file
    target.parent.mkdir(exist_ok=True)
    target.write_text((target.read_text(encoding="utf-8") if target.exists() else "") + f"\n{line}\n", encoding="utf-8")
    result = lint(house)
    assert result.returncode != 0
    assert (
        f"{contract} BROKEN" in result.stdout
        or "Missing layer" in result.stdout + result.stderr
        or contract in result.stdout.split("Broken contracts")[-1]
    )


def test_importing_the_package_loads_no_heavy_library() -> None:
    """`import plumbrule` is light, and so is everything that `verify` needs."""
    heavy = ("numpy", "duckdb", "pandas", "scipy", "statsmodels", "openpyxl")
    code = f"import sys, plumbrule, plumbrule.evidence; print([name for name in {heavy} if name in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_no_room_is_a_catch_all() -> None:
    """No room or file is called utils, common, core, helpers or services."""
    forbidden = {"utils", "common", "core", "helpers", "services", "misc"}
    found = [path for path in (ROOT / "src").rglob("*") if path.stem in forbidden]
    assert found == []


def test_every_public_door_is_real() -> None:
    """Each room teaches at its door, and every name in its `__all__` exists (ruff keeps them sorted)."""
    import importlib

    for room in ("base", "rulebook", "lab", "findings", "evidence", "evidence.log", "report"):
        module = importlib.import_module(f"plumbrule.{room}")
        names = getattr(module, "__all__", [])
        assert len(names) == len(set(names)), room
        assert [name for name in names if not hasattr(module, name)] == []
        assert module.__doc__, room


def test_locks_name_no_address() -> None:
    """Pinned files carry hashes and no address."""
    for path in (*(ROOT / "requirements").glob("*.txt"), *(ROOT / "benchmarks" / "peers").glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        assert "://" not in text
        assert "--hash=sha256:" in text
