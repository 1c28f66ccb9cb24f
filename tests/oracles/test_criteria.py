"""fairlearn's named criteria on the published tables: the same values, and bounds of ours that hold them."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from oracles import independent
from plumbrule import pipeline

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from fairlearn import metrics as fairlearn

THEIRS: dict[str, Callable[..., Any]] = {
    "demographic_parity_difference": fairlearn.demographic_parity_difference,
    "demographic_parity_ratio": fairlearn.demographic_parity_ratio,
    "equalized_odds_difference": fairlearn.equalized_odds_difference,
    "equalized_odds_ratio": fairlearn.equalized_odds_ratio,
    "equal_opportunity_difference": fairlearn.equal_opportunity_difference,
    "equal_opportunity_ratio": fairlearn.equal_opportunity_ratio,
}
METRICS = {"demographic_parity": ["selection_rate"], "equalized_odds": ["true_positive_rate", "false_positive_rate"]}
METRICS["equal_opportunity"] = ["true_positive_rate"]


def compas(shared: Path) -> pd.DataFrame:
    """The scores and outcomes as they are."""
    frame = independent.load("compas", shared)
    return frame.assign(prediction=pd.to_numeric(frame.score).astype(int), label=pd.to_numeric(frame.label_value).astype(int))


def adult(shared: Path) -> pd.DataFrame:
    """A plain rule (thirteen years of schooling) as prediction of income."""
    frame = independent.load("adult", shared)
    rule = (pd.to_numeric(frame.education_num) >= 13).astype(int)
    return frame.assign(prediction=rule, label=(frame.income == ">50K").astype(int))


def law_school(shared: Path) -> pd.DataFrame:
    """A plain rule (an admission test of 35 or more) as prediction of passing the bar."""
    frame = independent.load("law_school", shared)
    return frame.assign(prediction=(pd.to_numeric(frame.lsat) >= 35).astype(int), label=pd.to_numeric(frame.pass_bar).astype(int))


CASES = {
    "compas": (compas, ["race", "sex", "age_cat"]),
    "adult": (adult, ["sex", "race", "marital_status"]),
    "law_school": (law_school, ["race", "tier"]),
}


@cache
def case(name: str, shared: Path) -> tuple[pd.DataFrame, Any]:
    """A table, and our audit of it."""
    build, by = CASES[name]
    frame = build(shared)[[*by, "prediction", "label"]].dropna()
    return frame, pipeline.audit(frame, prediction="prediction", label="label", by=tuple(by), min_n=1)


def held(frame: pd.DataFrame, attribute: str) -> bool:
    """Whether every group has people of both labels, without which fairlearn says 0 and we say unknown."""
    return bool((frame.groupby(attribute).label.nunique() == 2).all())


@pytest.mark.shared
@pytest.mark.parametrize("name", CASES)
def test_the_criteria_are_fairlearns(name: str, shared: Path) -> None:
    """Largest minus smallest rate, smallest over largest, the worse of both error rates: equal to 1e-12, inside our bounds."""
    frame, ours = case(name, shared)
    compared = 0
    for one in ours["criteria"]:
        if one["criterion"] not in THEIRS or not held(frame, one["by"][0]):
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs = THEIRS[one["criterion"]](frame.label, frame.prediction, sensitive_features=frame[one["by"][0]])
        assert one["value"] == pytest.approx(theirs, abs=1e-12, rel=0), (one["criterion"], one["by"])
        assert one["low"] <= one["value"] <= one["high"]
        compared += 1
    assert compared >= 2 * len(THEIRS)


@pytest.mark.shared
@pytest.mark.parametrize("name", CASES)
def test_the_groups_named_are_those_furthest_apart(name: str, shared: Path) -> None:
    """The highest and the lowest group of a criterion have the highest and the lowest rate of its metric."""
    frame, ours = case(name, shared)
    for one in ours["criteria"]:
        (attribute,) = one["by"]
        rates = {
            group: top / bottom
            for group, rows in frame.groupby(attribute)
            for top, bottom in [independent.fractions(rows, prediction="prediction", label="label")[one["metric"]]]
            if bottom
        }
        assert rates[one["highest"][attribute]] == max(rates.values())
        assert rates[one["lowest"][attribute]] == min(rates.values())


@pytest.mark.shared
def test_screens_and_tests_stand_together(shared: Path) -> None:
    """Each ratio has the four-fifths screen on its point value, and what the interval says of any gap and the tolerance."""
    _, ours = case("compas", shared)
    for one in ours["criteria"]:
        assert one["any_gap"] == (one["low"] > 0 if one["kind"] == "difference" else one["high"] < 1)
        if one["kind"] == "ratio":
            assert one["screen"] == ("passes" if one["value"] >= 0.8 else "fails")
            assert one["beyond"] in ({True} if one["high"] < 0.8 else {False} if one["low"] >= 0.8 else {"unknown"})
        else:
            assert one["beyond"] in ({True} if one["low"] > 0.05 else {False} if one["high"] <= 0.05 else {"unknown"})
