"""Asks of the three official texts that rules were written on, against the marks made by hand before.

Every field that the marker was sure of stands at 1.00, and may not fall; that these figures are high says that the rules know
these texts. The two texts that were read cold (decision 0127) bound no rule before; what is reached since stands in
test_read_seen.py.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from read_measured import accuracy

from plumbrule.rulebook.reading import load_document, read_document

ROOT = Path(__file__).resolve().parents[2]
FLOORS = {
    "R265": {"asks": 79, "ask.verb": 79, "ask.function": 79, "ask.rank": 62, "ask.polarity": 4, "ask.addressees": 62,
             "ask.qualifiers": 26, "ask.beneficiaries": 36, "ask.cites": 2},
    "GAI": {"asks": 19, "ask.verb": 19, "ask.function": 19, "ask.rank": 1, "ask.polarity": 4, "ask.addressees": 2,
            "ask.qualifiers": 2, "ask.beneficiaries": 2},
    "GDC": {"asks": 47, "ask.verb": 47, "ask.function": 47, "ask.polarity": 2, "ask.deadline": 5, "ask.quantity": 3,
            "ask.addressees": 44, "ask.qualifiers": 8, "ask.further_quantities": 1, "ask.beneficiaries": 13},
}  # fmt: skip


@pytest.fixture(scope="module")
def scores(shared: Path) -> dict[str, dict[str, Any]]:
    """benchmarks/read_accuracy.py on each text, once."""
    found = {}
    for name in FLOORS:
        answers = yaml.safe_load((Path(__file__).parent / "reading" / f"{name}.yaml").read_text(encoding="utf-8"))
        document = load_document(shared / "instruments" / answers["file"])
        found[name] = accuracy().score(read_document(document), answers, document.text)
    return found


@pytest.mark.parametrize(("name", "field"), [(name, field) for name in FLOORS for field in FLOORS[name]])
def test_asks_are_as_marked(scores: dict[str, dict[str, Any]], name: str, field: str) -> None:
    """Found, right and marked are the same, and as many as were marked."""
    result = scores[name][field]
    assert result.right == result.found == result.wanted == FLOORS[name][field], result.differences
