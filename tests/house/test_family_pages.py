"""What the pages of the families tell people to write into a plan is a plan."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from plumbrule.findings import read_plan

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted((ROOT / "docs" / "concepts" / "families").glob("*.md"))
HEAD = """
schema = "plumbrule-plan/1"
id = "a-page"
profile = "high"
title = { en = "A page" }
system = { id = "s", version = "1", organisation = "o", jurisdiction = "none", phase = "use", name.en = "n", purpose.en = "p" }
"""
DECISIONS = """
[data]
file = "decisions.csv"
population.en = "all"
more_rows = false
[decisions]
prediction = "approved"
by = ["sex"]
[[comparison]]
attribute = "sex"
group = "women"
reference = "men"
"""
MODEL = """
[predictor]
model = "model.onnx"
columns = ["age"]
"""
BLOCKS = [
    pytest.param(block, id=f"{page.stem}-{place}")
    for page in PAGES
    for place, block in enumerate(re.findall(r"```toml\n(.*?)```", page.read_text(encoding="utf-8"), flags=re.DOTALL))
    if "schema" not in tomllib.loads(block)  # a file of another kind, which its own test reads
]


@pytest.mark.parametrize("block", BLOCKS)
def test_what_a_page_says_to_write_is_read(block: str) -> None:
    """Each TOML block of a family's page, put into a plan with or without decisions, is read strictly."""
    asked = tomllib.loads(block)
    model = MODEL if asked.keys() & {"robustness", "explanation"} and "predictor" not in asked else ""
    plan = read_plan((HEAD + block + model + ("" if "data" in asked else DECISIONS)).encode())
    assert plan.asks_further() or plan.predictor or "decisions" in asked
