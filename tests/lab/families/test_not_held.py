"""An attribute that the table does not hold: bounds always hold the truth, the survey's interval nearly always."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plumbrule.lab import Cells
from plumbrule.lab.families.not_held import Shares, bounds_from_shares, from_survey

GROUPS = ("a", "b", "c")


def cells(columns: dict[str, np.ndarray], yes: np.ndarray) -> Cells:
    """One cell for each person."""
    levels = tuple(tuple(sorted({str(value) for value in column})) for column in columns.values())
    codes = [[level.index(str(value)) for value in column] for column, level in zip(columns.values(), levels, strict=True)]
    ones, nothing = np.ones(len(yes)), np.zeros(len(yes))
    return Cells(
        attributes=tuple(columns),
        levels=levels,
        codes=np.array(codes).T,
        label=np.full(len(yes), -1),
        prediction=yes.astype(int),
        rows=ones.astype(int),
        weight=ones,
        weight_sq=ones,
        score=nothing,
        score_sq=nothing,
        scored=nothing,
        weighted=False,
    )


def population(seed: int, people: int = 3000) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """District, group and decision of everybody; groups are spread unevenly over districts, and treated differently."""
    random = np.random.default_rng(seed)
    district = random.integers(0, 6, people)
    share = np.array([0.05, 0.1, 0.2, 0.4, 0.6, 0.85])[district]
    group = np.where(random.random(people) < share, "b", np.where(random.random(people) < 0.8, "a", "c"))
    return district, group, random.random(people) < 0.3 + 0.08 * district - 0.15 * (group == "b")


def shares_of(district: np.ndarray, group: np.ndarray) -> Shares:
    """The shares as an office would publish them."""
    found = {(str(k),): {one: float((group[district == k] == one).mean()) for one in GROUPS} for k in np.unique(district)}
    return Shares(attribute="group", within=("district",), groups=GROUPS, share=found)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from(GROUPS), st.booleans()), min_size=6, max_size=60))
def test_bounds_always_hold_the_truth(rows: list[tuple[int, str, bool]]) -> None:
    """Whoever has which group and which decision: every rate and every gap lies inside its bounds."""
    district, group, yes = (np.array(column) for column in zip(*rows, strict=True))
    held = [one for one in GROUPS if (group == one).any()]
    if len(held) < 2:
        return
    found = bounds_from_shares(cells({"district": district}, yes), shares_of(district, group), reference=held[0])
    rates = {one: yes[group == one].mean() for one in held}
    for one in found.groups:
        low, high = one.metrics["selection_rate"].bounds  # type: ignore[union-attr]
        assert low - 1e-9 <= rates[str(one.group["group"])] <= high + 1e-9
    for gap in found.gaps:
        low, high = gap.estimate.bounds  # type: ignore[union-attr]
        assert low - 1e-9 <= rates[str(gap.group["group"])] - rates[held[0]] <= high + 1e-9


def test_bounds_are_reached() -> None:
    """Somebody can be both ends: with people sorted to make the gap as large as it can be, the bound is met exactly."""
    yes, group = np.array([1, 1, 1, 0, 0, 0, 0, 0, 0, 0]), np.array(["b"] * 4 + ["a"] * 6)
    district = np.zeros(10, int)
    shares = shares_of(district, group)
    for order in (yes, yes[::-1]):
        found = bounds_from_shares(cells({"district": district}, order.astype(bool)), shares, reference="a")
        low, high = found.gaps[0].estimate.bounds  # type: ignore[union-attr]
        gap = order[group == "b"].mean() - order[group == "a"].mean()
        assert gap in (pytest.approx(low), pytest.approx(high))


def test_districts_of_one_group_leave_nothing_open() -> None:
    """Where each district holds one group only, shares tell as much as the attribute itself."""
    district = np.repeat([0, 1], 50)
    group, yes = np.where(district == 0, "a", "b"), np.arange(100) % 5 < 1 + district
    found = bounds_from_shares(cells({"district": district}, yes), shares_of(district, group), reference="a")
    assert found.gaps[0].estimate.bounds == pytest.approx((0.2, 0.2))  # type: ignore[union-attr]


def test_the_surveys_interval_holds() -> None:
    """With 60 people asked in each of six districts, rate and gap of the whole table are inside in at least 93 % of 80 draws."""
    held = []
    for seed in range(80):
        district, group, yes = population(seed)
        random = np.random.default_rng(1000 + seed)
        asked = np.concatenate([random.choice(np.flatnonzero(district == k), 60, replace=False) for k in range(6)])
        found = from_survey(
            cells({"district": district}, yes),
            cells({"group": group[asked], "district": district[asked]}, yes[asked]),
            "group",
            ("district",),
            reference="a",
        )
        truth = {one: yes[group == one].mean() for one in GROUPS}
        for one in found.groups:
            estimate = one.metrics["selection_rate"]
            assert estimate.state == "known"
            held.append(estimate.low <= truth[str(one.group["group"])] <= estimate.high)
        for gap in found.gaps:
            assert gap.estimate.state == "known"
            held.append(gap.estimate.low <= truth[str(gap.group["group"])] - truth["a"] <= gap.estimate.high)
    assert np.mean(held) >= 0.93


def test_a_survey_of_everybody_gives_the_rate_itself() -> None:
    """Asking everybody estimates exactly what there is, with districts drawn on unevenly or not."""
    district, group, yes = population(1)
    whole = cells({"district": district}, yes)
    found = from_survey(whole, cells({"group": group, "district": district}, yes), "group", ("district",))
    for one in found.groups:
        estimate = one.metrics["selection_rate"]
        assert estimate.state == "known"
        assert estimate.value == pytest.approx(yes[group == one.group["group"]].mean())


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A table without the attribute, shares and a survey with it."""
    district, group, yes = population(3, 1200)
    whole = pd.DataFrame({"district": district, "yes": yes.astype(int), "group": group})
    whole[["district", "yes"]].to_csv(tmp_path / "rows.csv", index=False)
    shares = whole.groupby(["district", "group"]).size() / whole.groupby("district").size()
    shares.rename("share").reset_index().to_csv(tmp_path / "shares.csv", index=False)
    whole.groupby("district").sample(40, random_state=1).to_csv(tmp_path / "survey.csv", index=False)
    return tmp_path


ASK = ("--prediction", "yes", "--by", "group", "--within", "district")


def test_the_command_line_bounds_and_estimates(here: Callable, files: Path) -> None:
    """`--shares` gives unknown values with bounds, `--survey` known ones; the table's own size stands beside both."""
    bounded = here("audit", files / "rows.csv", *ASK, "--shares", files / "shares.csv", "--json").json()
    asked = here("audit", files / "rows.csv", *ASK, "--survey", files / "survey.csv", "--reference", "group=a", "--json").json()
    assert bounded["rows"] == asked["rows"] == 1200
    for one, other in zip(bounded["groups"], asked["groups"], strict=True):
        low, high = one["metrics"]["selection_rate"]["bounds"]
        assert one["metrics"]["selection_rate"]["state"] == "unknown"
        assert other["metrics"]["selection_rate"]["method"] == "post-stratified, linearised"
        assert other["metrics"]["selection_rate"]["low"] <= high
        assert low <= other["metrics"]["selection_rate"]["high"]
    assert {json.dumps(gap["reference"]) for gap in asked["gaps"]} == {'{"group": "a"}'}
    printed = here("audit", files / "rows.csv", *ASK, "--shares", files / "shares.csv")
    assert "only its shares are known" in printed.stdout


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        (("--shares", "shares.csv", "--survey", "survey.csv"), "Both --shares and --survey"),
        (("--shares", "shares.csv", "--label", "yes"), "--label was given"),
        (("--survey", "survey.csv", "--save-cells", "cells.json"), "does not go with it"),
        (("--shares", "rows.csv"), "There is no column 'group'"),
        (("--shares", "short.csv"), "do not name 1 of the table's strata: 5"),
        (("--shares", "percent.csv"), "from 0 to 1"),
        (("--shares", "over.csv"), "add up to"),
        (("--survey", "thin.csv"), "fewer than two people in 5"),
        (("--survey", "survey.csv", "--reference", "group=z"), "'z' is no group"),
    ],
)
def test_what_cannot_be_used_is_refused(here: Callable, files: Path, ask: tuple[str, ...], told: str) -> None:
    """Exit 2, what we got, and how to mend it."""
    shares, survey = pd.read_csv(files / "shares.csv"), pd.read_csv(files / "survey.csv")
    shares[shares.district != 5].to_csv(files / "short.csv", index=False)
    shares.assign(share=shares.share * 100).to_csv(files / "percent.csv", index=False)
    shares.assign(share=np.minimum(shares.share * 1.2, 1)).to_csv(files / "over.csv", index=False)
    survey[(survey.district != 5) | (survey.index == survey.index.max())].to_csv(files / "thin.csv", index=False)
    named = [files / one if one.endswith((".csv", ".json")) else one for one in ask]
    ran = here("audit", files / "rows.csv", *ASK, *named)
    assert (ran.code, ran.stdout) == (2, "")
    assert told in ran.stderr.replace("\n", " ")
    assert "Cure:" in ran.stderr
    assert not (files / "cells.json").exists()


def test_an_attribute_that_is_held_is_not_bounded(here: Callable, files: Path) -> None:
    """Where the rows hold the attribute, shares of it would say less; that is refused too."""
    ran = here("audit", files / "survey.csv", *ASK, "--shares", files / "shares.csv")
    assert ran.code == 2
    assert "holds 'group' itself" in ran.stderr
