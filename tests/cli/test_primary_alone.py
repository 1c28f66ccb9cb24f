"""A finding stands alone: what else is looked at never changes it, and the dossier shows the rest beside it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from plumbrule.findings.model import Assessment
from plumbrule.report import read_assessment
from running import Ran

PLAN = """
schema = "plumbrule-plan/1"
id = "recidivism-scores"
profile = "high"
title = {en = "Scores of recidivism"}
tier = {non_military = true, decides_about_people = true}

[system]
id = "scores"
version = "1"
organisation = "Office of Example"
jurisdiction = "none"
phase = "operation"
name = {en = "Scores"}
purpose = {en = "To say who is of high risk."}

[data]
file = "FILE"
more_rows = false
population = {en = "Everybody scored in one county."}

[decisions]
prediction = "score"
label = "label_value"
by = BY
intersections = INTERSECTIONS

[[comparison]]
attribute = "race"
group = "African-American"
reference = "Caucasian"

[[comparison]]
attribute = "race"
group = "Hispanic"
reference = "Caucasian"
"""


def assessed(here: Callable[..., Ran], folder: Path, file: Path, by: list[str], *, intersections: bool = True) -> Assessment:
    """The assessment of one plan that looks at these attributes."""
    folder.mkdir()
    text = PLAN.replace("FILE", file.as_posix()).replace("BY", str(by).replace("'", '"'))
    plan = folder / "assessment.toml"
    plan.write_text(text.replace("INTERSECTIONS", str(intersections).lower()), encoding="utf-8")
    ran = here("assess", plan, "--out", folder / "out")
    assert ran.code in (1, 3), ran.stderr
    return read_assessment((folder / "out" / "assessment.json").read_bytes())


@pytest.fixture(scope="module")
def compas(shared: Path) -> Path:
    """A real table."""
    return shared / "data" / "audit" / "compas_for_aequitas.csv"


def test_looking_at_more_never_changes_a_finding(here: Callable[..., Ran], compas: Path, tmp_path: Path) -> None:
    """With race alone, with three attributes, with every intersection: the same findings, bit for bit."""
    alone = assessed(here, tmp_path / "alone", compas, ["race"], intersections=False)
    wider = assessed(here, tmp_path / "wider", compas, ["race", "sex", "age_cat"], intersections=False)
    widest = assessed(here, tmp_path / "widest", compas, ["age_cat", "sex", "race"])
    assert alone.findings == wider.findings == widest.findings
    primary = [tuple(one for one in found.observations if one.family == "primary") for found in (alone, wider, widest)]
    assert primary[0]
    assert primary[0] == primary[1] == primary[2]
    assert len(alone.observations) < len(wider.observations) < len(widest.observations)


def test_a_criterion_depends_on_its_own_attribute_only(here: Callable[..., Ran], compas: Path, tmp_path: Path) -> None:
    """A plan may name a criterion and judge it: so its bounds must not depend on what else is looked at either."""
    alone = assessed(here, tmp_path / "alone", compas, ["race"])
    wider = assessed(here, tmp_path / "wider", compas, ["race", "sex", "age_cat"])
    mine = [
        tuple(one for one in found.observations if one.test == "criteria" and one.id.endswith(":race"))
        for found in (alone, wider)
    ]
    assert len(mine[0]) == 12
    assert mine[0] == mine[1]


def test_the_dossier_shows_criteria_reversals_and_factors(here: Callable[..., Ran], tmp_path: Path) -> None:
    """Named criteria in a table; an undeclared reversal with its figures; and what the intervals speak of."""
    random, n = np.random.default_rng(4), 6000
    race = random.choice(["African-American", "Caucasian", "Hispanic"], n)
    sex = np.where(random.random(n) < np.where(race == "Caucasian", 0.8, 0.2), "a", "b")
    rate = np.where(sex == "a", 0.7, 0.2) + np.where(race == "Caucasian", -0.08, 0.0)
    yes = (random.random(n) < rate).astype(int)
    frame = pd.DataFrame({"race": race, "sex": sex, "score": yes, "label_value": random.integers(0, 2, n)})
    frame.to_csv(tmp_path / "rows.csv", index=False)
    found = assessed(here, tmp_path / "turned", tmp_path / "rows.csv", ["race", "sex"])
    turned = [one for one in found.adjustments if not one.declared and one.metric == "selection_rate"]
    assert turned
    assert all(one.reversed and one.factors == ("sex",) for one in turned)
    page = (tmp_path / "turned" / "out" / "dossier.html").read_text(encoding="utf-8")
    for part in ("Named criteria and declared factors", "equalized odds", "exploratory, shown because the sign turns", "closed"):
        assert part in page, part


def test_an_assessment_tells_nothing_of_a_few_people(here: Callable[..., Ran], compas: Path, tmp_path: Path) -> None:
    """No rate of one to four people, and not how many they are, in assessment.json or the dossier; findings stay."""
    found = assessed(here, tmp_path / "few", compas, ["race", "sex", "age_cat"])
    rates = [one for one in found.observations if one.measure == "rate" and one.test == "outcomes"]
    assert all(one.estimate.state != "known" or one.estimate.n == 0 or one.estimate.n >= 5 for one in rates)
    hidden = [
        one for one in rates if one.estimate.state == "unknown" and one.estimate.reason == "fewer than five people: not shown"
    ]
    assert len(hidden) > 100
    assert all(one.estimate.state == "unknown" and one.estimate.n == 0 for one in hidden)
    page = (tmp_path / "few" / "out" / "dossier.html").read_bytes()
    assert len(page) < 400_000  # two thousand observations; long lists show the first dozen
    asian = {"race": "Asian", "sex": "Female"}
    assert {one.metric for one in hidden if dict(one.group) == asian} == {one.metric for one in rates if dict(one.group) == asian}


def test_a_planned_group_of_a_few_is_not_assessed(here: Callable[..., Ran], compas: Path, tmp_path: Path) -> None:
    """Three people compared in the plan: not assessed, with the reason and without a number; the other comparison stands."""
    frame = pd.read_csv(compas)
    few = frame[frame.race == "Hispanic"].head(3)
    pd.concat([frame[frame.race.isin(["African-American", "Caucasian"])], few]).to_csv(tmp_path / "rows.csv", index=False)
    found = assessed(here, tmp_path / "few", tmp_path / "rows.csv", ["race"])
    checks = [check for one in found.findings for check in one.checks if check.group == {"race": "Hispanic"}]
    assert {check.verdict for check in checks} == {"not-assessed"}
    assert {check.reason for check in checks} == {"fewer than five people: not shown"}
    assert not [seen for seen in found.observations if "Hispanic" in seen.id and seen.estimate.state == "known"]
    page = (tmp_path / "few" / "out" / "dossier.html").read_text(encoding="utf-8")
    line = re.search(r"Hispanic(?:(?!Hispanic).)*?fewer than five people: not shown.*?</tr>", page, flags=re.DOTALL)
    assert line
    assert "0 rows" not in line[0]
    assert not re.search(r">\s*0\s*<", line[0])


def test_an_assessment_warns_where_rows_may_belong_together(here: Callable[..., Ran], compas: Path, tmp_path: Path) -> None:
    """Ten rows a person and no cluster named: said in the dossier and on the screen; not where each person stands once."""
    frame = pd.read_csv(compas)
    frame = pd.concat([frame[frame.race.isin(["African-American", "Caucasian", "Hispanic"])].head(700)] * 10)
    frame.to_csv(tmp_path / "rows.csv", index=False)
    often = assessed(here, tmp_path / "often", tmp_path / "rows.csv", ["race"], intersections=False)
    (one,) = [seen for seen in often.observations if seen.metric == "different_share"]
    assert one.id == "different_share:entity_id"
    assert one.estimate.state == "known"
    assert one.estimate.value == 0.1
    page = (tmp_path / "often" / "out" / "dossier.html").read_text(encoding="utf-8")
    assert "looks like an identifier of people and repeats" in page
    once = assessed(here, tmp_path / "once", compas, ["race"], intersections=False)
    assert not [seen for seen in once.observations if seen.metric == "different_share"]
