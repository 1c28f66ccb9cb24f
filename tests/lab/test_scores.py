"""Scores counted in bins: the area under the curve against the rows, calibration, distances, and what chance does to them."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from plumbrule.base.observation import Known, Unknown
from plumbrule.errors import TableError
from plumbrule.lab import (
    Contrast,
    Decisions,
    ScoreBins,
    ScoreGroup,
    ScoreMeasurement,
    attributes,
    count_scores,
    measure_scores,
    observe_scores,
    open_table,
)
from plumbrule.lab.inference.auc import Area, area, auc
from plumbrule.lab.inference.binned import area_from_bins
from plumbrule.lab.inference.calibration import Tenth, calibration_error
from plumbrule.lab.scores import bins as bins_module

ASKED = Decisions(prediction="p", label="y", score="s", by=attributes(["g"], []))


def counted(frame: pd.DataFrame, **parts: Any) -> ScoreBins:
    """The scores of a frame, counted."""
    with open_table(frame) as table:
        return count_scores(table, dataclasses.replace(ASKED, **parts))


def measured(frame: pd.DataFrame, reference: str = "a", *, min_n: int = 10, **parts: Any) -> ScoreMeasurement:
    """The figures of a frame."""
    bins = counted(frame, **parts)
    return measure_scores(bins, references={margin.attribute: reference for margin in bins.margins}, min_n=min_n)


def table(n: int, seed: int = 1, **columns: Any) -> pd.DataFrame:
    """People of two groups with a label, a prediction and a score that knows something."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 2, n)
    frame = {"g": rng.choice(["a", "b"], n, p=[0.7, 0.3]), "y": y, "p": rng.integers(0, 2, n), "s": rng.beta(2 + y, 3, n)}
    return pd.DataFrame(frame | columns)


def group(found: ScoreMeasurement, **by: str | None) -> ScoreGroup:
    (only,) = [one for one in found.groups if one.group == by]
    return only


def gap(found: ScoreMeasurement, metric: str) -> Contrast:
    (only,) = [one for one in found.gaps if one.metric == metric]
    return only


def known(estimate: object) -> Known:
    assert isinstance(estimate, Known), estimate
    return estimate


SHAPES = {
    "even": lambda y, rng: np.clip(rng.random(len(y)) * 0.9 + y * 0.1, 0, 1),
    "bell": lambda y, rng: rng.beta(2 + y, 3, len(y)),
    "rare": lambda y, rng: rng.beta(1 + y, 200, len(y)) / 10,
    "normal": lambda y, rng: rng.normal(y, 1, len(y)),
    "tied": lambda y, rng: np.where(rng.random(len(y)) < 0.3, 0.5, rng.beta(2 + y, 3, len(y))),
    "far out": lambda y, rng: np.concatenate([[1e7], rng.normal(500 + 50 * y[1:], 100)]),
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("n", [100_000, 1_000_000])
def test_bins_lose_less_than_two_millionths(shape: str, n: int) -> None:
    """The area from bins against scikit-learn's on the rows; its error against DeLong's by midranks."""
    rng = np.random.default_rng(len(shape) + n)
    y = rng.integers(0, 2, n)
    s = SHAPES[shape](y, rng)
    bins = counted(pd.DataFrame({"g": "a", "y": y, "p": y, "s": s}))
    found, exact = area_from_bins(bins.everybody.binned(bins.width)), area(s, y)
    assert isinstance(found, Area)
    assert isinstance(exact, Area)
    assert found.value == pytest.approx(roc_auc_score(y, s), abs=2e-6)
    assert found.error == pytest.approx(exact.error, rel=1e-3)
    assert (found.positives, found.negatives) == (exact.positives, exact.negatives)
    assert bins.scale.kind == "equal"
    assert abs(found.value - exact.value) <= bins.hidden()


@pytest.mark.parametrize("decimals", [1, 2, 3, 4])
def test_scores_written_with_few_decimals_are_exact(decimals: int) -> None:
    """A value each: nothing is lost, ties count half, and the interval is DeLong's."""
    frame = table(30_000)
    frame["s"] = frame.s.round(decimals)
    found = measured(frame)
    assert found.scale.kind == "values" or decimals == 4
    mine, theirs = known(group(found).metrics["auc"]), known(auc(frame.s, frame.y, confidence=0.95))
    assert mine.value == pytest.approx(roc_auc_score(frame.y, frame.s), abs=1e-14)
    assert (mine.low, mine.high) == pytest.approx((theirs.low, theirs.high), abs=1e-12)


def test_scores_that_crowd_are_counted_one_by_one() -> None:
    """Where even finer bins would hide much of the area, a table of this size is counted value by value."""
    rng = np.random.default_rng(3)
    y = rng.integers(0, 2, 60_000)
    s = np.exp(rng.normal(y, 5, 60_000))
    bins = counted(pd.DataFrame({"g": "a", "y": y, "p": y, "s": s}))
    assert (bins.scale.kind, bins.hidden()) == ("values", 0.0)
    assert known(measure_scores(bins, references={}).groups[0].metrics["auc"]).value == pytest.approx(
        roc_auc_score(y, s), abs=1e-12
    )


def test_where_bins_hide_something_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Too large to be counted value by value: the error stays within what `hidden` announces."""
    monkeypatch.setattr(bins_module, "_VALUES_AT_MOST", 10)
    rng = np.random.default_rng(3)
    y = rng.integers(0, 2, 60_000)
    s = np.exp(rng.normal(y, 6, 60_000))
    found = measured(pd.DataFrame({"g": "a", "y": y, "p": y, "s": s}))
    assert found.scale.heavy
    assert abs(known(group(found).metrics["auc"]).value - roc_auc_score(y, s)) < found.hidden < 0.8


def test_each_group_has_its_own_area() -> None:
    """Against scikit-learn, group by group; and the gap is their difference, with both errors in it."""
    frame = table(20_000)
    found = measured(frame)
    areas = {}
    for name, part in frame.groupby("g"):
        one = known(group(found, g=name).metrics["auc"])
        assert one.value == pytest.approx(roc_auc_score(part.y, part.s), abs=2e-6)
        assert one.n == len(part)
        areas[name] = area(part.s, part.y)
    difference = known(gap(found, "auc").estimate)
    assert difference.value == pytest.approx(areas["b"].value - areas["a"].value, abs=4e-6)
    half = 2.4977 * math.hypot(areas["a"].error, areas["b"].error)  # 95 % for four comparisons together
    assert gap(found, "auc").comparisons == 4
    assert difference.high - difference.low == pytest.approx(2 * half, rel=0.01)


def test_a_count_is_so_many_rows() -> None:
    """A table with counts and the same table written out give the same figures to the last digits."""
    rng = np.random.default_rng(5)
    frame = table(3_000)
    frame["s"] = frame.s.round(2)
    frame["k"] = rng.integers(0, 5, len(frame))
    short, long = measured(frame, count="k"), measured(frame.loc[frame.index.repeat(frame.k)].reset_index(drop=True))
    for one, two in zip(short.groups, long.groups, strict=True):
        assert one.n == two.n
        for metric in one.metrics:
            same(one.metrics[metric], two.metrics[metric])
    for one_gap, two_gap in zip(short.gaps, long.gaps, strict=True):
        same(one_gap.estimate, two_gap.estimate)


def test_weights_weigh_and_their_scale_does_not_matter() -> None:
    """scikit-learn's weighted area; ten times the weights change nothing; equal weights are no weights."""
    rng = np.random.default_rng(7)
    frame = table(5_000)
    frame["w"] = rng.gamma(2, 1, len(frame)) + 0.01
    found = measured(frame, weight="w")
    one = known(group(found).metrics["auc"])
    assert one.value == pytest.approx(roc_auc_score(frame.y, frame.s, sample_weight=frame.w), abs=1e-5)
    tenfold = measured(frame.assign(w=frame.w * 10), weight="w")
    equal, plain = measured(frame.assign(w=0.7), weight="w"), measured(frame)
    for left, right in ((found, tenfold), (equal, plain)):
        for a, b in zip(left.groups, right.groups, strict=True):
            for metric in a.metrics:
                same(a.metrics[metric], b.metrics[metric])
    plain_one = known(group(plain).metrics["auc"])
    assert one.high - one.low > plain_one.high - plain_one.low


def test_clusters_widen_the_interval_as_a_bootstrap_of_clusters_does() -> None:
    """People of one cluster share a score and an outcome: the error is near that of resampling whole clusters."""
    rng = np.random.default_rng(11)
    clusters = 300
    base, y = rng.normal(size=clusters), rng.integers(0, 2, clusters)
    frame = pd.DataFrame({"c": np.repeat(np.arange(clusters), 8)})
    frame["y"] = np.where(rng.random(len(frame)) < 0.9, y[frame.c], 1 - y[frame.c])
    frame["s"] = (base + y)[frame.c] + rng.normal(size=len(frame)) * 0.3
    frame = frame.assign(g="a", p=0)
    held, alone = counted(frame, cluster="c"), counted(frame)
    found, naive = (area_from_bins(one.everybody.binned(one.width)) for one in (held, alone))
    assert isinstance(found, Area)
    assert isinstance(naive, Area)
    rows = [np.flatnonzero(frame.c.to_numpy() == c) for c in range(clusters)]
    ys, ss = frame.y.to_numpy(), frame.s.to_numpy()
    drawn = [np.concatenate([rows[c] for c in rng.integers(0, clusters, clusters)]) for _ in range(300)]
    spread = np.std([roc_auc_score(ys[one], ss[one]) for one in drawn])
    assert found.value == pytest.approx(naive.value, abs=1e-12)
    assert found.error == pytest.approx(spread, rel=0.15)
    assert found.error > 1.8 * naive.error


def test_calibration_is_what_pandas_counts() -> None:
    """Share observed, mean score and their difference, for everybody and each group; bins of about equal numbers."""
    frame = table(4_000)
    found = measured(frame)
    for name, part in [(None, frame), *frame.groupby("g")]:
        one = group(found, **({} if name is None else {"g": name}))
        difference = known(one.metrics["calibration_gap"])
        assert difference.value == pytest.approx(part.y.mean() - part.s.mean(), abs=1e-12)
        assert sum(tenth.people for tenth in one.curve) == len(part)
        assert len(one.curve) == 10
        assert max(abs(tenth.people - len(part) / 10) for tenth in one.curve) < len(part) / 100
        for tenth in one.curve:
            inside = part[(part.s > tenth.first - 1e-4) & (part.s < tenth.last + 1e-4)]
            assert tenth.share == pytest.approx(inside.y.mean(), abs=0.02)
            assert tenth.score == pytest.approx(inside.s.mean(), abs=0.002)
        plain = sum(tenth.people * abs(tenth.share - tenth.score) for tenth in one.curve) / len(part)
        assert known(one.metrics["calibration_error"]).value == pytest.approx(plain, abs=1e-12)


def test_a_calibrated_score_shows_no_gap_and_a_biased_one_does() -> None:
    """Planted: group b turns out yes ten points more often than its score says; group a exactly as often."""
    rng = np.random.default_rng(13)
    n = 20_000
    s, g = rng.random(n) * 0.8, rng.choice(["a", "b"], n)
    frame = pd.DataFrame({"g": g, "s": s, "y": (rng.random(n) < s + 0.1 * (g == "b")).astype(int), "p": 0})
    found = measured(frame)
    calm, off = (known(group(found, g=name).metrics["calibration_gap"]) for name in "ab")
    assert calm.low < 0 < calm.high
    assert off.low < 0.1 < off.high
    assert off.low > 0.08
    for metric in ("calibration_gap", "base_rate_at_equal_score"):
        apart = known(gap(found, metric).estimate)
        assert apart.low < 0.1 < apart.high
        assert apart.low > 0.07
    error = group(found, g="a").error
    assert error is not None
    assert known(error.estimate).low == 0.0
    assert known(error.estimate).value < 3 * error.by_chance


def test_equal_scores_are_compared_whatever_the_scale() -> None:
    """Deciles are no probabilities; whether they mean the same can still be seen, and a different mix of scores is no gap."""
    rng = np.random.default_rng(17)
    n = 30_000
    g = rng.choice(["a", "b"], n)
    decile = np.clip(rng.poisson(np.where(g == "a", 3, 6)), 1, 10)
    same = pd.DataFrame({"g": g, "s": decile, "y": (rng.random(n) < decile / 15).astype(int), "p": 0})
    found = measured(same)
    assert isinstance(group(found).metrics["calibration_gap"], Unknown)
    assert [len(one.curve) for one in found.groups] == [10, 10, 10]
    assert "calibration_gap" not in {one.metric for one in found.gaps}
    fair = known(gap(found, "base_rate_at_equal_score").estimate)
    assert fair.low < 0 < fair.high
    crude = same[same.g == "b"].y.mean() - same[same.g == "a"].y.mean()
    assert crude > 0.15


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10_000), st.integers(30, 120), st.sampled_from([0.05, 0.3, 0.5]))
def test_the_error_bounds_hold_the_plain_figure(seed: int, n: int, rate: float) -> None:
    """Property: low ≤ plain expected calibration error ≤ high, in [0, 1]."""
    rng = np.random.default_rng(seed)
    tenths = [
        Tenth(first=0, last=1, people=n, size=n, weight=n, share=float(rng.binomial(n, rate)) / n, score=float(rng.random()))
        for _ in range(5)
    ]
    found = known(calibration_error(tenths, 0.95).estimate)
    assert 0 <= found.low <= found.value <= found.high <= 1


def test_the_plain_calibration_error_is_what_chance_makes_it_and_its_bounds_hold() -> None:
    """Perfect calibration, simulated: the plain figure is near `by_chance` on average; the true error 0 is rarely left out."""
    rng = np.random.default_rng(19)
    seen, chance, freed, left_out = [], [], [], 0
    for _ in range(400):
        scores = rng.random(10)
        shares = rng.binomial(80, scores) / 80
        tenths = [
            Tenth(first=0, last=1, people=80, size=80, weight=80, share=float(share), score=float(score))
            for share, score in zip(shares, scores, strict=True)
        ]
        found = calibration_error(tenths, 0.95)
        estimate = known(found.estimate)
        seen.append(estimate.value)
        chance.append(found.by_chance)
        freed.append((found.root_mean_square or 0.0) ** 2)
        left_out += estimate.low > 0
    assert np.mean(seen) == pytest.approx(np.mean(chance), rel=0.05)
    assert np.mean(freed) < np.mean(np.square(seen)) / 2
    assert left_out <= 20


def test_the_distance_is_scipys() -> None:
    """Kolmogorov and Smirnov's distance of the values, exact where each value is its own bin; the bounds hold it."""
    from scipy.stats import ks_2samp

    frame = table(3_000, s=np.random.default_rng(2).normal(size=3_000).round(2))
    frame.loc[frame.g == "b", "s"] += 0.5
    found = known(gap(measured(frame), "ks_distance").estimate)
    assert found.value == pytest.approx(ks_2samp(frame.s[frame.g == "a"], frame.s[frame.g == "b"]).statistic, abs=1e-12)
    assert 0 <= found.low < found.value < found.high <= 1


def test_quantiles_are_those_of_the_values() -> None:
    """Scores under which 5, 25, 50, 75 and 95 per cent of people lie, as numpy gives them, to a bin's width."""
    frame = table(40_000)
    for one in measured(frame).groups:
        part = frame if not one.group else frame[frame.g == one.group["g"]]
        for share, score in one.quantiles:
            assert score == pytest.approx(np.quantile(part.s, share, method="inverted_cdf"), abs=1.1e-4)
        assert one.mean == pytest.approx(part.s.mean(), abs=1e-12)


def test_without_labels_there_is_the_distribution_only() -> None:
    """No label column: no area, no calibration; how the scores lie and how far apart stays."""
    found = measured(table(500), label=None)
    assert group(found).metrics == {}
    assert {one.metric for one in found.gaps} == {"ks_distance"}
    assert len(group(found).quantiles) == 5


def test_missing_scores_labels_and_groups_are_counted_apart() -> None:
    """A row without a score is in no figure; one without a label in the distribution only; a missing group is no reference."""
    frame = table(2_000).astype({"y": "Float64"})
    frame.loc[:99, "s"] = np.nan
    frame.loc[50:199, "y"] = pd.NA
    frame.loc[1_000:1_099, "g"] = None
    found = measured(frame)
    assert found.unscored == 100
    assert group(found).n == 1_900
    assert known(group(found).metrics["auc"]).n == 1_800
    assert group(found, g=None).n == 100
    assert {one.group["g"] for one in found.gaps} == {"b"}


def test_one_kind_only_is_unknown_and_small_groups_are_not_compared() -> None:
    """An area needs people of both kinds; a group under the least size has figures and no gap."""
    frame = table(300)
    frame.loc[:4, "g"] = "c"
    frame.loc[frame.g == "b", "y"] = 1
    found = measured(frame)
    assert isinstance(group(found, g="b").metrics["auc"], Unknown)
    assert {one.group["g"] for one in found.gaps} == {"b"}
    assert isinstance(gap(found, "auc").estimate, Unknown)
    assert group(found, g="c").n == 5


def test_perfect_separation_has_a_bound_that_holds() -> None:
    """DeLong's error is 0 there; the interval is Hoeffding and Chernoff's and does not pretend."""
    frame = pd.DataFrame({"g": ["a", "b"] * 20, "y": [0] * 20 + [1] * 20, "p": 0, "s": np.linspace(0, 1, 40)})
    one = known(group(measured(frame)).metrics["auc"])
    assert (one.value, one.high, one.method) == (1.0, 1.0, "hoeffding-chernoff")
    assert 0.8 < one.low < 0.9


def test_an_empty_score_is_refused_and_text_or_infinity_too() -> None:
    """Got, expected, cure: no score at all, a word among the scores, infinity."""
    with open_table(table(50, s=None)) as one, pytest.raises(TableError, match="is empty"):
        count_scores(one, ASKED)
    for bad in ("high", "inf"):
        frame = table(50).astype({"s": str})
        frame.loc[7, "s"] = bad
        with open_table(frame) as one, pytest.raises(TableError, match="must hold numbers"):
            ASKED.check(one)


def test_an_attribute_with_too_many_groups_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its name is said; the others are measured."""
    monkeypatch.setattr(bins_module, "MOST_GROUPS", 20)
    frame = table(2_000)
    frame["h"] = [f"street {i % 50}" for i in range(2_000)]
    found = measured(frame, by=attributes(["g", "h"], []))
    assert found.left_out == ("h",)
    assert {name for one in found.groups for name in one.group} == {"g"}


@settings(deadline=None, max_examples=12)
@given(st.integers(0, 10_000), st.permutations(range(60)), st.booleans())
def test_names_and_order_do_not_matter(seed: int, order: list[int], split: bool) -> None:
    """Property: rows in another order, groups of another name, the same figures; and two halves add up to the whole."""
    frame = table(60, seed=seed)
    frame["s"] = frame.s.round(3)
    other = frame.iloc[list(order)].assign(g=frame.g.map({"a": "zebra", "b": "ant"}))
    one, two = measured(frame, min_n=1), measured(other, reference="zebra", min_n=1)
    for name, renamed in (("a", "zebra"), ("b", "ant")):
        assert group(one, g=name).metrics == group(two, g=renamed).metrics
    assert [x.estimate for x in one.gaps] == [x.estimate for x in two.gaps]
    if split:
        halves = [counted(part) for part in (frame.iloc[:30], frame.iloc[30:])]
        assert sum(half.everybody.people() for half in halves) == counted(frame).everybody.people()


def test_observations_have_stable_ids_and_are_exploratory() -> None:
    """`auc:g=b`, `auc:g=b~a:difference`, a curve of twenty points for each group of a probability."""
    found = observe_scores(measured(table(2_000)), ("0" * 64,))
    ids = {one.id for one in found}
    assert {
        "auc:",
        "auc:g=b",
        "auc:g=b~a:difference",
        "calibration_gap:g=b~a:difference",
        "curve_observed_share:g=b&bin=3",
    } <= ids
    assert len(ids) == len(found)
    assert {one.family for one in found} == {"exploratory"}
    assert sum(one.metric.startswith("curve_") for one in found) == 3 * 20


def test_real_grades_are_exact(shared: Any) -> None:
    """Law school grades (a real score of few values) against scikit-learn, group by group, to the last digits."""
    frame = pd.read_csv(shared / "data" / "audit" / "law_school_clean.csv")
    asked = Decisions(prediction="pass_bar", label="pass_bar", score="ugpa", by=attributes(["race", "male"], []))
    with open_table(shared / "data" / "audit" / "law_school_clean.csv") as one:
        found = measure_scores(count_scores(one, asked), references={"race": "White", "male": "1.0"})
    assert found.scale.kind == "values"
    for race, part in frame.groupby("race"):
        mine = known(group(found, race=race).metrics["auc"])
        theirs = known(auc(part.ugpa, part.pass_bar, confidence=0.95))
        assert mine.value == pytest.approx(roc_auc_score(part.pass_bar, part.ugpa), abs=1e-13)
        assert (mine.low, mine.high) == pytest.approx((theirs.low, theirs.high), abs=1e-12)


def test_numbers_are_plain(shared: Any) -> None:
    """Everything the measurement holds is finite, on a real table with one score for all: nobody can be told apart."""
    with open_table(shared / "data" / "audit" / "nyc_sqf_for_aequitas.csv") as one:
        asked = Decisions(prediction="score", label="label_value", score="score", by=attributes(["race"], []))
        found = measure_scores(count_scores(one, asked), references={"race": "Black"})
    area_of_all = known(group(found).metrics["auc"])
    assert area_of_all.value == 0.5
    assert finite(dataclasses.asdict(group(found)))


def same(one: object, two: object) -> None:
    """Two estimates alike but for the last digits."""
    left, right = (dataclasses.asdict(part) for part in (one, two))  # type: ignore[call-overload]  # estimates are dataclasses
    assert left.keys() == right.keys()
    for name, value in left.items():
        assert value == (pytest.approx(right[name], rel=1e-9, abs=1e-12) if isinstance(value, float) else right[name])


def finite(value: object) -> bool:
    if isinstance(value, Mapping):
        return all(finite(part) for part in value.values())
    if isinstance(value, list | tuple):
        return all(finite(part) for part in value)
    return not isinstance(value, float) or math.isfinite(value)
