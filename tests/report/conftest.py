"""What the tests of the report share: the example's real assessment, and pseudo-Arabic for the layout."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from plumbrule.findings.model import Assessment
from plumbrule.report import read_assessment

ROOT = Path(__file__).resolve().parents[2]
RELEASED = Path(__file__).parent / "released"
PSEUDO = "ar-XA"


def tool(name: str) -> ModuleType:
    """A script of `tools/` as a module."""
    spec = importlib.util.spec_from_file_location(f"tool_{name}", ROOT / "tools" / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def schema_tool() -> ModuleType:
    """`tools/assessment_schema.py`."""
    return tool("assessment_schema")


@pytest.fixture(scope="session")
def boston() -> Assessment:
    """The assessment of the example, as the pipeline wrote it."""
    return read_assessment((RELEASED / "assessment-1.json").read_bytes())


@pytest.fixture(scope="session")
def pseudo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the pseudo-Arabic catalogue."""
    folder = tmp_path_factory.mktemp("locale")
    tool("words").pseudo_arabic(folder)
    return folder
