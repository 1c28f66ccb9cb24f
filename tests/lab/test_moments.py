"""Amounts: means, errors and gaps against scipy, scikit-learn and fairlearn; how often their intervals hold the truth."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import mean_absolute_error, root_mean_squared_error

from plumbrule import pipeline
from plumbrule.base.observation import Known, Unknown
from plumbrule.errors import TableError
from plumbrule.lab import (
    Contrast,
    Decisions,
    NumberGroup,
    NumberMeasurement,
    attributes,
    count_moments,
    measure_moments,
    open_table,
)
from plumbrule.lab.inference.mover import mover_difference
from plumbrule.lab.inference.student import OUTWEIGHED, Mean, log_interval, mean_difference, t_quantile


def table(n: int, seed: int = 1) -> pd.DataFrame:
    """Wages as they are and as they are predicted: too low for group b."""
    rng = np.random.default_rng(seed)
    g = rng.choice(["a", "b", "c"], n, p=[0.6, 0.3, 0.1])
    y = rng.gamma(3, 900, n)
    return pd.DataFrame({"g": g, "h": rng.choice(["x", "y"], n), "y": y, "p": y + rng.normal(-80 * (g == "b"), 150, n)})


def measured(frame: object, by: tuple[str, ...] = ("g",), label: str | None = "y", **options: Any) -> NumberMeasurement:
    """The measurement of a frame."""
    parts = {name: options.pop(name) for name in ("count", "weight", "cluster") if name in options}
    asked = Decisions(prediction="p", label=label, by=attributes(list(by), []), kind="numbers", **parts)
    with open_table(frame) as one:
        return measure_moments(count_moments(one, asked), by, **options)


def group(found: NumberMeasurement, **by: str | None) -> NumberGroup:
    (only,) = [one for one in (found.overall, *found.groups) if one.group == by]
    return only


def gap(found: NumberMeasurement, metric: str, **by: str) -> Contrast:
    (only,) = [one for one in found.gaps if one.metric == metric and one.group == by]
    return only


def known(estimate: object) -> Known:
    assert isinstance(estimate, Known), estimate
    return estimate


@pytest.mark.parametrize("degrees", [0.5, 1, 2, 3.7, 10, 99, 999.9, 1000, 1e4, 1e7])
@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.999, 1 - 1e-7])
def test_the_quantile_is_scipys(degrees: float, confidence: float) -> None:
    """Student's t without scipy, also where the family is large and the degrees are few."""
    assert float(t_quantile(confidence, degrees)) == pytest.approx(stats.t.ppf(0.5 + confidence / 2, degrees), rel=2e-8)


def test_means_have_students_interval() -> None:
    """scipy's interval for every mean in every group."""
    frame = table(800)
    found = measured(frame)
    for g, part in frame.groupby("g"):
        one = group(found, g=str(g))
        error = part.p - part.y
        for metric, values in (
            ("mean_prediction", part.p),
            ("mean_label", part.y),
            ("mean_error", error),
            ("mean_absolute_error", error.abs()),
        ):
            low, high = stats.t.interval(0.95, len(part) - 1, values.mean(), stats.sem(values))
            mine = known(one.metrics[metric])
            assert (mine.value, mine.low, mine.high) == pytest.approx((values.mean(), low, high), rel=1e-10)
            assert (mine.n, mine.method) == (len(part), "student")


def test_errors_are_scikit_learns() -> None:
    """Mean absolute and root mean squared error, and the variances, of everybody, groups and intersections."""
    frame = table(900)
    found = measured(frame, ("g", "h"))
    both = [({"g": g, "h": h}, part) for (g, h), part in frame.groupby(["g", "h"])]
    for by, part in [({}, frame), *(({"g": g}, part) for g, part in frame.groupby("g")), *both]:
        metrics = group(found, **by).metrics
        assert known(metrics["mean_absolute_error"]).value == pytest.approx(mean_absolute_error(part.y, part.p), rel=1e-12)
        assert known(metrics["root_mean_squared_error"]).value == pytest.approx(
            root_mean_squared_error(part.y, part.p), rel=1e-12
        )
        assert known(metrics["variance_prediction"]).value == pytest.approx(part.p.var(ddof=1), rel=1e-10)
        assert known(metrics["variance_label"]).value == pytest.approx(part.y.var(ddof=1), rel=1e-10)


def test_gaps_have_welchs_interval() -> None:
    """scipy's ttest_ind without equal variances, at the level of the family."""
    frame = table(700)
    found = measured(frame, references={"g": "a"})
    assert {one.comparisons for one in found.gaps} == {2 * 7}
    for g in "bc":
        one, two = frame[frame.g == g], frame[frame.g == "a"]
        for metric, values in (
            ("mean_prediction", lambda part: part.p),
            ("mean_error", lambda part: part.p - part.y),
            ("mean_absolute_error", lambda part: (part.p - part.y).abs()),
        ):
            theirs = stats.ttest_ind(values(one), values(two), equal_var=False).confidence_interval(1 - 0.05 / 14)
            mine = known(gap(found, metric, g=g).estimate)
            assert (mine.low, mine.high) == pytest.approx((theirs.low, theirs.high), rel=1e-7)
            assert mine.method == "welch"


def test_fairlearns_frame_agrees() -> None:
    """MetricFrame of scikit-learn's errors and fairlearn's mean prediction: the same by group, the same largest difference."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from fairlearn import metrics as fairlearn
    frame = table(500)
    metrics = {
        "mean_prediction": fairlearn.mean_prediction,
        "mean_absolute_error": mean_absolute_error,
        "root_mean_squared_error": root_mean_squared_error,
    }
    theirs = fairlearn.MetricFrame(metrics=metrics, y_true=frame.y, y_pred=frame.p, sensitive_features=frame.g)
    found = measured(frame)
    for metric in metrics:
        for g in "abc":
            assert known(group(found, g=g).metrics[metric]).value == pytest.approx(theirs.by_group.loc[g, metric], rel=1e-12)


@pytest.mark.parametrize(
    ("draw", "truth", "least"), [("normal", 1.0, 0.935), ("laplace", 2.0**0.5, 0.92), ("uniform", 3.0**-0.5, 0.94)]
)
def test_the_interval_of_the_root_mean_squared_error_holds_it(draw: str, truth: float, least: float) -> None:
    """Simulated with 60 errors: normal ones, even ones, and ones with heavy tails, where it falls a little short."""
    rng = np.random.default_rng(7)
    errors = getattr(rng, draw)(-1 if draw == "uniform" else 0, 1, (1_000, 60))
    held = 0
    for square in errors**2:
        mean = Mean(value=float(square.mean()), error=float(square.std(ddof=1)) / 60**0.5, size=60, people=60)
        found = known(log_interval(mean, 0.5, 0.95))
        held += found.low <= truth <= found.high
    assert least <= held / 1_000 <= 0.98


def test_ratios_are_on_the_scale_of_logarithms() -> None:
    """A group whose errors are twice as large: its ratio holds 2 and is the two errors divided."""
    rng = np.random.default_rng(11)
    g = rng.choice(["a", "b"], 4_000)
    y = rng.normal(100, 10, 4_000)
    frame = pd.DataFrame({"g": g, "y": y, "p": y + rng.normal(0, np.where(g == "b", 4, 2), 4_000)})
    one = known(gap(measured(frame, references={"g": "a"}), "root_mean_squared_error", g="b").estimate)
    parts = {name: root_mean_squared_error(part.y, part.p) for name, part in frame.groupby("g")}
    assert one.value == pytest.approx(parts["b"] / parts["a"], rel=1e-12)
    assert one.low < 2 < one.high
    assert one.low * one.high == pytest.approx(one.value**2, rel=1e-9)
    assert one.method == "delta method, logarithm"


def test_large_amounts_with_little_spread_lose_nothing() -> None:
    """Around a billion, with a spread of one: sums around the mean keep what sums of squares would lose."""
    rng = np.random.default_rng(13)
    y = 1e9 + rng.normal(0, 1, 2_000)
    frame = pd.DataFrame({"g": ["a", "b"] * 1_000, "y": y, "p": y + rng.normal(0, 0.5, 2_000)})
    found = measured(frame)
    for g, part in frame.groupby("g"):
        metrics = group(found, g=str(g)).metrics
        assert known(metrics["variance_label"]).value == pytest.approx(part.y.var(ddof=1), rel=1e-5)
        assert known(metrics["mean_error"]).value == pytest.approx((part.p - part.y).mean(), rel=1e-9)


def test_counts_are_rows_and_weights_are_kishs() -> None:
    """A count is the table written out; a weighted mean rests on Kish's effective size; the scale of weights is nothing."""
    rng = np.random.default_rng(17)
    frame = table(300)
    frame["k"] = rng.integers(0, 4, 300)
    short, long = measured(frame, count="k"), measured(frame.loc[frame.index.repeat(frame.k)].reset_index(drop=True))
    for one, two in zip(short.gaps, long.gaps, strict=True):
        assert (known(one.estimate).low, one.n) == (pytest.approx(known(two.estimate).low, rel=1e-9), two.n)
    frame["w"] = rng.gamma(2, 1, 300) + 0.01
    found, tenfold = measured(frame, weight="w"), measured(frame.assign(w=frame.w * 1e6), weight="w")
    mean = known(found.overall.metrics["mean_prediction"])
    value = np.average(frame.p, weights=frame.w)
    size = frame.w.sum() ** 2 / (frame.w**2).sum()
    error = (np.average((frame.p - value) ** 2, weights=frame.w) / (size - 1)) ** 0.5
    assert mean.value == pytest.approx(value, rel=1e-12)
    assert mean.high - mean.value == pytest.approx(stats.t.ppf(0.975, size - 1) * error, rel=1e-7)
    for one, two in zip(found.gaps, tenfold.gaps, strict=True):
        assert known(one.estimate).low == pytest.approx(known(two.estimate).low, rel=1e-9)


def test_clusters_count_as_one() -> None:
    """Everybody five times over: with the cluster named the interval is nearly that of each once."""
    frame = table(400).assign(c=np.arange(400))
    five = pd.concat([frame] * 5)
    once, again = measured(frame), measured(five, cluster="c")
    for metric in ("mean_prediction", "mean_error", "variance_prediction"):
        one, two = (known(found.overall.metrics[metric]) for found in (once, again))
        assert two.value == pytest.approx(one.value, rel=3e-3)
        assert two.high - two.low == pytest.approx(one.high - one.low, rel=0.01)


def test_missing_values_are_left_out_of_what_needs_them() -> None:
    """A row without a label has a prediction; without both there is no error; rows are counted all the same."""
    frame = table(500)
    frame.loc[:99, "y"] = np.nan
    frame.loc[50:149, "p"] = np.nan
    found = measured(frame)
    assert (found.rows, found.undecided, found.unlabelled) == (500, 100, 100)
    whole = frame.dropna()
    assert known(found.overall.metrics["mean_error"]).n == len(whole) == 350
    assert known(found.overall.metrics["mean_error"]).value == pytest.approx((whole.p - whole.y).mean(), rel=1e-10)
    assert known(found.overall.metrics["mean_prediction"]).value == pytest.approx(frame.p.mean(), rel=1e-12)


def test_too_few_and_all_alike_do_not_pretend() -> None:
    """One value has no interval; values that are all the same say so; no error at all has no ratio."""
    frame = pd.DataFrame({"g": ["a"] * 20 + ["b"] * 20 + ["c"], "p": [5.0] * 40 + [7.0], "y": [4.0] * 20 + [5.0] * 20 + [1.0]})
    found = measured(frame, references={"g": "a"})
    assert isinstance(group(found, g="c").metrics["mean_prediction"], Unknown)
    assert known(group(found, g="a").metrics["mean_prediction"]).method == "no spread"
    assert known(gap(found, "mean_error", g="b").estimate).value == -1.0
    assert isinstance(gap(found, "root_mean_squared_error", g="b").estimate, Unknown)
    assert [one.group["g"] for one in found.excluded] == ["c"]


def test_one_row_that_outweighs_all_others_has_no_interval(tmp_path: Path) -> None:
    """A weight a million million times the others': unknown with its reason, and no number beyond all numbers."""
    rows = ["a,1,1,1000000.5", "a,2,2,0.000001", *(f"b,{i},{i + i % 2},1.5" for i in range(3, 9))]
    (tmp_path / "w.csv").write_text("g,amt,y,w\n" + "\n".join(rows) + "\n", encoding="utf-8")
    found = pipeline.audit(tmp_path / "w.csv", prediction="amt", label="y", by=("g",), numeric=True, weight="w", min_n=1)
    json.dumps(found, allow_nan=False)
    by_group = {one["by"].get("g"): one["metrics"] for one in found["numbers"]["groups"]}
    assert by_group[None]["mean_prediction"]["state"] == "unknown"
    assert by_group[None]["mean_prediction"]["reason"] == OUTWEIGHED
    assert by_group["b"]["mean_prediction"]["state"] == "known"


@pytest.mark.parametrize(
    ("bad", "words"), [("many", "must hold numbers"), ("inf", "must hold numbers"), ("2021-03-04", "must hold numbers")]
)
def test_text_infinity_and_dates_are_refused(bad: str, words: str) -> None:
    """Got, expected, cure."""
    frame = table(60).astype({"p": str})
    frame.loc[9, "p"] = bad
    with pytest.raises(TableError, match=words) as refused:
        measured(frame)
    assert refused.value.expected
    assert refused.value.cure


def test_amounts_beyond_all_measure_are_refused() -> None:
    """Numbers whose squares are no floats; an empty column."""
    with pytest.raises(TableError, match="too large"):
        measured(table(60).assign(p=1e200))
    with pytest.raises(TableError, match="is empty"):
        measured(table(60).assign(p=np.nan))


@settings(deadline=None, max_examples=12)
@given(st.integers(0, 10_000), st.permutations(range(60)), st.floats(0.01, 100), st.floats(-1e4, 1e4))
def test_order_names_and_units_do_not_matter(seed: int, order: list[int], unit: float, shift: float) -> None:
    """Property: other order and names of groups, the same; another unit and zero, means follow and ratios stay."""
    frame = table(60, seed=seed)
    other = frame.iloc[list(order)].assign(g=frame.g.map({"a": "z", "b": "y", "c": "x"}))
    one, two = measured(frame, references={"g": "a"}), measured(other, references={"g": "z"})
    for left, right in zip(one.groups, reversed(two.groups), strict=True):
        assert dict(left.metrics) == dict(right.metrics)
    moved = measured(frame.assign(p=frame.p * unit + shift, y=frame.y * unit + shift), references={"g": "a"})
    for left, right in zip(one.gaps, moved.gaps, strict=True):
        a, b = left.estimate, right.estimate
        if isinstance(a, Known):
            factor = 1.0 if left.kind == "ratio" else unit
            assert known(b).value == pytest.approx(a.value * factor, rel=1e-6, abs=1e-6 * unit)
            assert known(b).high == pytest.approx(a.high * factor, rel=1e-5, abs=1e-5 * unit)


@settings(deadline=None, max_examples=25)
@given(st.integers(2, 40), st.integers(2, 40), st.integers(0, 10_000))
def test_a_difference_turned_round_is_the_same_difference(n: int, m: int, seed: int) -> None:
    """Property: exchanging the sides changes the sign of Welch's interval and of one recovered from two."""
    rng = np.random.default_rng(seed)
    one, two = (
        Mean(value=float(x.mean()), error=float(x.std(ddof=1) / len(x) ** 0.5), size=len(x), people=len(x))
        for x in (rng.normal(size=n), rng.normal(size=m))
    )
    there, back = known(mean_difference(one, two, 0.95)), known(mean_difference(two, one, 0.95))
    assert (there.value, there.low, there.high) == pytest.approx((-back.value, -back.high, -back.low))
    left, right = (Known(value=x.value, low=x.value - 1, high=x.value + 2, n=x.people, method="m") for x in (one, two))
    there, back = known(mover_difference(left, right)), known(mover_difference(right, left))
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low))


def test_a_real_table_of_grades(shared: Path) -> None:
    """Admission test scores against scipy's Welch interval, from the CSV file as it is."""
    path = shared / "data" / "audit" / "law_school_clean.csv"
    frame = pd.read_csv(path)
    asked = Decisions(prediction="lsat", by=attributes(["race"], []), kind="numbers")
    with open_table(path) as one:
        found = measure_moments(count_moments(one, asked), ("race",), references={"race": "White"})
    sides = [frame.lsat[frame.race == name] for name in ("Non-White", "White")]
    theirs = stats.ttest_ind(*sides, equal_var=False).confidence_interval(1 - 0.05 / 2)
    mine = known(gap(found, "mean_prediction", race="Non-White").estimate)
    assert (mine.low, mine.high) == pytest.approx((theirs.low, theirs.high), rel=1e-9)
