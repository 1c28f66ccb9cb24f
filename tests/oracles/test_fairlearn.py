"""fairlearn's MetricFrame and scikit-learn on the published tables: equal where both know an answer, and where they differ."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import accuracy_score, precision_score

from oracles import contract, independent
from plumbrule import pipeline

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from fairlearn import metrics as fairlearn

THEIRS: dict[str, Callable[..., Any]] = {
    "selection_rate": fairlearn.selection_rate,
    "mean_prediction": fairlearn.mean_prediction,
    "true_positive_rate": fairlearn.true_positive_rate,
    "false_positive_rate": fairlearn.false_positive_rate,
    "false_negative_rate": fairlearn.false_negative_rate,
    "true_negative_rate": fairlearn.true_negative_rate,
    "precision": partial(precision_score, zero_division=0.0),
    "accuracy": accuracy_score,
    "count": fairlearn.count,
}
"""Their metrics under the names that both sides use; `count` is our `n`."""


def compas(shared: Path) -> pd.DataFrame:
    """The scores and outcomes as they are."""
    frame = independent.load("compas", shared)
    return frame.assign(prediction=pd.to_numeric(frame.score).astype(int), label=pd.to_numeric(frame.label_value))


def adult(shared: Path) -> pd.DataFrame:
    """A plain rule (thirteen years of schooling) as prediction of income."""
    frame = independent.load("adult", shared)
    rule = (pd.to_numeric(frame.education_num) >= 13).astype(int)
    return frame.assign(prediction=rule, label=(frame.income == ">50K").astype(int), age=independent.cut(frame.age, 40))


def german(shared: Path) -> pd.DataFrame:
    """A plain rule (no short loan from the bank's worst customers) as prediction of good credit; sex as the codes say it."""
    frame = independent.load("german", shared)
    rule = (frame.status.isin(["A13", "A14"]) | (pd.to_numeric(frame.month) < 18)).astype(int)
    sex = frame.personal_status.map({"A91": "male", "A93": "male", "A94": "male", "A92": "female", "A95": "female"})
    return frame.assign(prediction=rule, label=(frame.credit == "1").astype(int), sex=sex, age=independent.cut(frame.age, 25))


def law_school(shared: Path) -> pd.DataFrame:
    """A plain rule (an admission test of 35 or more) as prediction of passing the bar."""
    frame = independent.load("law_school", shared)
    rule = (pd.to_numeric(frame.lsat) >= 35).astype(int)
    return frame.assign(prediction=rule, label=pd.to_numeric(frame.pass_bar).astype(int), sex=frame.male)


def loanapp(_: Path) -> pd.DataFrame:
    """The decisions themselves, of people whose sex is known; there is no outcome to hold them against."""
    frame = independent.loanapp()
    return frame[frame.sex.notna()].assign(prediction=lambda rows: pd.to_numeric(rows.approve))


CASES = {
    "compas": (compas, ["race", "sex", "age_cat"]),
    "adult": (adult, ["sex", "age"]),
    "german": (german, ["sex", "age", "foreign_worker"]),
    "law_school": (law_school, ["race", "tier"]),
    "loanapp": (loanapp, ["race", "sex"]),
}


@cache
def case(name: str, shared: Path) -> tuple[pd.DataFrame, list[str], Any]:
    """A table, its attributes, and our audit of it as a frame."""
    build, by = CASES[name]
    frame = build(shared)[[*by, "prediction", *(["label"] if name != "loanapp" else [])]]
    label = "label" if "label" in frame else None
    return frame, by, pipeline.audit(frame, prediction="prediction", label=label, by=tuple(by), min_n=1)


@cache
def theirs_of(name: str, by: tuple[str, ...], shared: Path) -> pd.DataFrame:
    """Their answer for every group of these attributes together."""
    frame = case(name, shared)[0]
    labelled = "label" in frame
    names = THEIRS if labelled else {name: THEIRS[name] for name in ("selection_rate", "mean_prediction", "count")}
    truth = frame["label"] if labelled else frame["prediction"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return fairlearn.MetricFrame(
            metrics=names, y_true=truth, y_pred=frame["prediction"], sensitive_features=frame[list(by)]
        ).by_group


def their_row(name: str, group: dict[str, str], shared: Path) -> pd.Series:
    """Their answer for one group."""
    frame = theirs_of(name, tuple(group), shared)
    values = tuple(group.values())
    return frame.loc[values if len(values) > 1 else values[0]]


def denominators(frame: pd.DataFrame) -> dict[str, float]:
    """How many rows stand under each metric."""
    found = independent.fractions(frame, prediction="prediction", label="label" if "label" in frame else None)
    return {name: bottom for name, (_, bottom) in found.items()} | {"mean_prediction": len(frame), "count": len(frame)}


@pytest.mark.shared
@pytest.mark.parametrize("name", CASES)
def test_equal_where_the_denominator_is_positive(name: str, shared: Path) -> None:
    """One attribute and every intersection, every shared metric, to 1e-12."""
    frame, _, ours = case(name, shared)
    compared = 0
    for one in ours["groups"]:
        row = their_row(name, one["by"], shared)
        below = denominators(independent.part(frame, one["by"]))
        for metric in row.index:
            if metric == "count":
                assert one["n"] == row[metric]
            elif below[metric] > 0:
                assert one["metrics"][metric]["value"] == pytest.approx(row[metric], abs=1e-12, rel=0), (one["by"], metric)
                compared += 1
    groups = set(frame.groupby(list(CASES[name][1])).groups)
    assert {tuple(one["by"].values()) for one in ours["groups"] if len(one["by"]) == len(CASES[name][1])} == groups
    assert compared >= (20 if name == "loanapp" else 60)


@pytest.mark.shared
@pytest.mark.parametrize("name", CASES)
def test_overall_is_equal(name: str, shared: Path) -> None:
    """Everybody together, to 1e-12."""
    frame, _, ours = case(name, shared)
    labelled = "label" in frame
    for metric, function in THEIRS.items():
        if metric == "count":
            assert ours["overall"]["n"] == len(frame)
        elif labelled or metric in {"selection_rate", "mean_prediction"}:
            truth = frame["label"] if labelled else frame["prediction"]
            expected = function(truth, frame["prediction"])
            assert ours["overall"]["metrics"][metric]["value"] == pytest.approx(expected, abs=1e-12, rel=0)


@pytest.mark.shared
def test_gaps_are_their_differences_and_ratios(shared: Path) -> None:
    """Between the largest group and each other one, our gaps are the differences and ratios of their rates."""
    ours, theirs = case("compas", shared)[2], theirs_of("compas", ("race",), shared)
    largest = theirs["count"].idxmax()
    seen = 0
    for gap in ours["gaps"]:
        if gap["by"] == ["race"] and gap["metric"] in theirs and gap["state"] == "known":
            assert gap["reference"] == {"race": largest}
            one, two = theirs.loc[gap["group"]["race"], gap["metric"]], theirs.loc[largest, gap["metric"]]
            expected = one - two if gap["kind"] == "difference" else one / two
            assert gap["value"] == pytest.approx(expected, abs=1e-12)
            seen += 1
    assert seen == 5 * 7 * 2


# --- where they differ, on purpose ------------------------------------------------------------------------------------
@pytest.mark.shared
def test_differs_where_the_denominator_is_zero(shared: Path) -> None:
    """The whole list on the published tables: they say 0, we say that it cannot be known and why."""
    found = set()
    for name in ("compas", "german", "law_school"):
        for one in case(name, shared)[2]["groups"]:
            row = their_row(name, one["by"], shared)
            for metric in set(row.index) - {"count"}:
                estimate = one["metrics"][metric]
                if estimate["state"] == "unknown":
                    assert estimate["reason"]
                    assert row[metric] == 0
                    found.add((name, *one["by"].values(), metric))
    zero = {
        (name, *one["by"].values(), metric)
        for name in ("compas", "german", "law_school")
        for frame, _, ours in [case(name, shared)]
        for one in ours["groups"]
        for metric, below in denominators(independent.part(frame, one["by"])).items()
        if below == 0 and metric in THEIRS
    }
    assert found == zero
    assert found, "the tables hold groups without one of the two outcomes"


@pytest.mark.shared
def test_differs_where_everybody_is_chosen(shared: Path) -> None:
    """New York stops: nobody has a negative prediction; scikit-learn invents a rate there, we give the reason."""
    frame = independent.load("stops", shared)
    ours = pipeline.audit(frame, prediction="score", label="label_value", by=("race",))
    few = contract.group_of(ours, {"race": "AMER IND"})["metrics"]
    assert few["true_positive_rate"]["state"] == "unknown"
    nobody = np.zeros(9)
    assert fairlearn.true_positive_rate(nobody, np.ones(9)) == 0
    assert precision_score(nobody, nobody, zero_division=0.0) == 0


@pytest.mark.shared
def test_differs_where_an_attribute_is_missing(shared: Path) -> None:
    """Unknown sex: MetricFrame refuses the table, we count the fifteen people as a group of their own."""
    frame = independent.loanapp()[["sex", "approve"]]
    ours = pipeline.audit(frame, prediction="approve", by=("sex",))
    assert contract.group_of(ours, {"sex": None})["n"] == 15
    assert sum(one["n"] for one in ours["groups"]) == ours["rows"] == 1989
    assert all(None not in gap[side].values() for gap in ours["gaps"] for side in ("group", "reference"))
    decided = pd.to_numeric(frame.approve)
    with pytest.raises(ValueError, match="missing values"):
        fairlearn.MetricFrame(metrics=fairlearn.selection_rate, y_true=decided, y_pred=decided, sensitive_features=frame["sex"])


def test_our_unknowns_are_never_numbers() -> None:
    """A group without positives, one without negatives, one without predictions of yes: a reason, and no value at all."""
    frame = pd.DataFrame(
        {
            "group": ["a"] * 4 + ["b"] * 4 + ["c"] * 4,
            "label": [1, 1, 1, 1, 0, 0, 0, 0, 1, 0, 1, 0],
            "prediction": [1, 0, 1, 0, 1, 0, 1, 0, 0, 0, 0, 0],
        }
    )
    found = pipeline.audit(frame, prediction="prediction", label="label", by=("group",), min_n=1)
    unknown = {
        (one["by"]["group"], metric)
        for one in found["groups"]
        for metric, estimate in one["metrics"].items()
        if estimate["state"] == "unknown"
    }
    assert unknown == {
        ("a", "false_positive_rate"),
        ("a", "true_negative_rate"),
        ("b", "true_positive_rate"),
        ("b", "false_negative_rate"),
        ("c", "precision"),
        ("c", "false_discovery_rate"),
    }
    assert all(math.isfinite(number) for number in contract.numbers(found))
