"""A resolution made up from a plan is read as it was planned, however extraction laid it out."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from read_layouts import LAYOUTS, Plan, plans
from read_measured import owned_once

from plumbrule.rulebook.reading import Reading, read_document
from plumbrule.rulebook.reading.document import Document


def read(text: str, language: str = "en") -> Reading:
    """A reading of plain text."""
    digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
    return read_document(Document(name="made up", form="text", sha256=digest, text=text, language=language))


@pytest.mark.parametrize("layout", LAYOUTS)
@settings(max_examples=25, deadline=None)
@given(plan=plans)
def test_what_was_planned_is_read(layout: str, plan: Plan) -> None:
    """Every id in order, each with its own words, nothing invented and nothing unread, in each layout."""
    reading = read(LAYOUTS[layout](plan))
    assert [p.id for p in reading.passages] == plan.ids()
    assert [p.text for p in reading.passages] == [text for _, _, text, _ in plan.units()]
    assert reading.unread == ()


@settings(max_examples=25, deadline=None)
@given(plan=plans, layout=st.sampled_from(sorted(LAYOUTS)))
def test_every_visible_character_has_one_owner(plan: Plan, layout: str) -> None:
    """Provisions less their breaks, and what stands outside them, hold every visible character once."""
    text = LAYOUTS[layout](plan)
    reading = read(text)
    assert owned_once(reading, text)
