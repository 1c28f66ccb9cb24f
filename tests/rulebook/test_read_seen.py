"""Two texts that were read cold once (decision 0127) and have been seen since: the figures reached afterwards, as floors.

Rules were mended with these texts and their marks open, so what is held here says that the rules know them, and nothing about
a text nobody has opened. The cold figures stand in the decision and are never measured again.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from read_measured import accuracy, owned_once

from plumbrule.rulebook.reading import Document, Reading, load_document, read_document

ROOT = Path(__file__).resolve().parents[2]
SEEN = ("CA", "A_RES_73_17")
STRUCTURE = ("provisions", "provision.parent", "provision.breaks", "provision.cites", "provision.displaced", "outside")
FLOORS = {
    "CA": {"asks": 8, "ask.verb": 8, "ask.function": 8, "ask.rank": 4, "ask.addressees": 4, "ask.qualifiers": 1,
           "ask.beneficiaries": 5},
    "A_RES_73_17": {"asks": 10, "ask.verb": 10, "ask.function": 10, "ask.rank": 5, "ask.deadline": 3, "ask.addressees": 8,
                    "ask.qualifiers": 4, "ask.cites": 2},
}  # fmt: skip
INVENTED = {("CA", "ask.beneficiaries"): 1}
"""Found where nothing was marked: *workforce* in a list of what to work together on."""


@pytest.fixture(scope="module")
def seen(shared: Path) -> dict[str, tuple[Document, Reading, dict[str, Any]]]:
    """Each text, its reading and its scores by benchmarks/read_accuracy.py."""
    found = {}
    for name in SEEN:
        answers = yaml.safe_load((Path(__file__).parent / "reading" / f"{name}.yaml").read_text(encoding="utf-8"))
        document = load_document(shared / "instruments" / answers["file"])
        reading = read_document(document)
        assert reading.sha256 == answers["sha256"]
        found[name] = (document, reading, accuracy().score(reading, answers, document.text))
    return found


@pytest.mark.parametrize("name", SEEN)
@pytest.mark.parametrize("field", STRUCTURE)
def test_structure_is_as_marked(seen: dict[str, Any], name: str, field: str) -> None:
    """Ids, kinds, spans, parents, breaks, citations and what stands outside: nothing missed and nothing invented."""
    result = seen[name][2][field]
    assert result.right == result.found == result.wanted, result.differences


@pytest.mark.parametrize("name", SEEN)
def test_the_instrument_is_as_marked(seen: dict[str, Any], name: str) -> None:
    """Every field that the text prints of itself."""
    scores = seen[name][2]
    assert {field: s.differences for field, s in scores.items() if field.startswith("instrument.") and s.differences} == {}


@pytest.mark.parametrize(("name", "field"), [(name, field) for name in FLOORS for field in FLOORS[name]])
def test_asks_stay_as_good(seen: dict[str, Any], name: str, field: str) -> None:
    """At least as many right as were reached, and no more invented."""
    result = seen[name][2][field]
    assert result.right >= FLOORS[name][field], result.differences
    assert result.found - result.right <= INVENTED.get((name, field), 0), result.differences


@pytest.mark.parametrize("name", SEEN)
def test_every_visible_character_has_one_owner(seen: dict[str, Any], name: str) -> None:
    """Nothing is dropped, nothing read twice, nothing unread."""
    document, reading, _ = seen[name]
    assert owned_once(reading, document.text)
    assert reading.unread == ()
