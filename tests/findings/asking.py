"""What the tests of further tests share: a plan around what is asked, and its assessment by the real pipeline."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from plumbrule.base.observation import Known, Observation
from plumbrule.findings import Assessment
from plumbrule.pipeline import assess

HEAD = """
schema = "plumbrule-plan/1"
id = "asked"
profile = "high"
title = { en = "Asked" }
system = { id = "s", version = "1", organisation = "o", jurisdiction = "none", phase = "use", name.en = "n", purpose.en = "p" }
tier = { non_military = true }
"""
DECISIONS = """
[data]
file = "rows.csv"
more_rows = true
population = { en = "all" }

[[comparison]]
attribute = "sex"
group = "women"
reference = "men"

[decisions]
by = ["sex"]
"""


def ask(folder: Path, asked: str, *, decisions: str = "", out: str = "out") -> Assessment:
    """Assess a plan that asks this; `decisions` are the further keys of [decisions] where there are any."""
    plan = folder / "assessment.toml"
    plan.write_text(HEAD + asked + (DECISIONS + decisions if decisions else ""), encoding="utf-8")
    return assess(plan, folder / out, force=True, clock=lambda: datetime(2026, 1, 1, tzinfo=UTC)).assessment


def known(assessment: Assessment, id_: str) -> Known:
    """The value of an observation that is known."""
    estimate = seen(assessment, id_).estimate
    assert isinstance(estimate, Known), estimate
    return estimate


def seen(assessment: Assessment, id_: str) -> Observation:
    """One observation."""
    found = [one for one in assessment.observations if one.id == id_]
    assert found, f"{id_} is not among {[one.id for one in assessment.observations]}"
    return found[0]
