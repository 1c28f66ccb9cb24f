"""The names of codes: every code of the guide has one, and no other."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from plumbrule.cli import labels

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "concepts" / "asks.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("table", "names"),
    [
        ("function", labels.FUNCTIONS),
        ("rank", labels.RANKS),
        ("polarity", labels.POLARITY),
        ("addressee", labels.ADDRESSEES),
        ("qualifier", labels.QUALIFIERS),
        ("beneficiary", labels.BENEFICIARIES),
    ],
)
def test_each_code_of_the_guide_has_a_name(table: str, names: Mapping[str, str]) -> None:
    """The guide is the closed list; the words for it are complete."""
    part = next(p for p in re.split(r"^#+ ", GUIDE, flags=re.MULTILINE) if p.split("\n", maxsplit=1)[0] == table)
    assert set(re.findall(r"^\| `([^`]+)` \|", part, re.MULTILINE)) == set(names)
