"""The keys that the pages of the families show are keys of a plan, and each page of a family shows some."""

from __future__ import annotations

import importlib
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from plumbrule.findings import plan_object, read_plan
from plumbrule.findings.plan import FURTHER

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted((ROOT / "docs" / "concepts" / "families").glob("*.md"))
HEAD = """
schema = "plumbrule-plan/1"
id = "page"
profile = "limited"
title = {en = "A page"}
system = {id = "x", version = "1", organisation = "x", jurisdiction = "x", phase = "use", name = {en = "x"}, purpose = {en = "x"}}
"""
MODEL = '\n[predictor]\nmodel = "a:b"\nversion = "1"\ncolumns = ["x"]\n'
NOTHING = '\n[languages]\nreference = "en"\n'


def blocks(page: Path) -> list[str]:
    """The TOML that the page shows under "Ask for it"."""
    part = re.search(r"^## Ask for it\n(.*?)(?=^## )", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    assert part, page.name
    return re.findall(r"```toml\n(.*?)```", part[1], flags=re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_a_page_shows_is_a_plan(page: Path) -> None:
    """Every block under "Ask for it" is read strictly, as part of a plan."""
    shown = blocks(page)
    assert shown
    for block in shown:
        asked = tomllib.loads(block)
        model = MODEL if {"robustness", "explanation"} & set(asked) and "predictor" not in asked else ""
        read_plan((HEAD + block + model + (NOTHING if not set(FURTHER) & set(asked) else "")).encode())


def test_every_key_of_a_further_test_is_shown_somewhere() -> None:
    """No key that a plan may hold is missing from the pages: what is not explained is not offered."""
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    named = set(re.findall(r"[a-z_]+", text))
    lacking = {
        key for key in _keys(plan_object(read_plan((HEAD + MODEL + NOTHING + _everything()).encode()))) if key not in named
    }
    assert lacking == set()


def _everything() -> str:
    return """
[robustness]
expect = [{name = "x", score = "same", set = {x = 1}}]
[explanation]
importance = {}
reasons = {rows = [1]}
stability = {}
counterfactual = {}
[watch]
windows = {}
baseline = {}
"""


def _keys(asked: dict[str, Any]) -> set[str]:
    """The keys below the families of tests that this file knows; those of other files are in their own pages."""
    found: set[str] = set()

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            found.update(value)
            for part in value.values():
                walk(part)
        elif isinstance(value, list | tuple):
            for part in value:
                walk(part)

    for name in ("predictor", "robustness", "explanation", "languages", "watch"):
        walk(asked[name])
    return found - {"x"}


@pytest.mark.parametrize("family", ["dataset", "explanation", "languages", "not_held", "privacy", "robustness", "watch"])
def test_each_family_has_one_door(family: str) -> None:
    """It teaches at its door with an example, and every name in its `__all__` is there (ruff keeps them sorted)."""
    door = importlib.import_module(f"plumbrule.lab.families.{family}")
    assert [name for name in door.__all__ if not hasattr(door, name)] == []
    assert ">>>" in (door.__doc__ or "")
