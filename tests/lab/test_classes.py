"""Decisions among several classes: scikit-learn and fairlearn agree, class by class, and nobody gets here by accident."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, classification_report, confusion_matrix

from plumbrule.base.observation import Known, Unknown
from plumbrule.errors import TableError
from plumbrule.lab import (
    ClassGroup,
    ClassMeasurement,
    Decisions,
    attributes,
    count_classes,
    measure_cells,
    measure_classes,
    open_table,
)
from plumbrule.lab.cells import count_cells

CLASSES = ["high", "low", "middle", "none"]


def table(n: int, seed: int = 1, classes: list[str] = CLASSES) -> pd.DataFrame:
    """Labels of several classes, and predictions that are often right."""
    rng = np.random.default_rng(seed)
    truth = rng.choice(classes, n)
    said = np.where(rng.random(n) < 0.6, truth, rng.choice(classes, n))
    return pd.DataFrame(
        {"g": rng.choice(["a", "b", "c"], n, p=[0.6, 0.3, 0.1]), "h": rng.choice(["x", "y"], n), "y": truth, "p": said}
    )


def measured(frame: object, by: tuple[str, ...] = ("g",), label: str | None = "y", **options: Any) -> ClassMeasurement:
    """The measurement of a frame; `parts` of the decisions may be named."""
    parts = {name: options.pop(name) for name in ("count", "weight", "cluster") if name in options}
    asked = Decisions(prediction="p", label=label, by=attributes(list(by), []), kind="classes", **parts)
    with open_table(frame) as one:
        return measure_classes(count_classes(one, asked), by, **options)


def group(found: ClassMeasurement, **by: str | None) -> ClassGroup:
    (only,) = [one for one in (found.overall, *found.groups) if one.group == by]
    return only


def value(estimate: object) -> float:
    assert isinstance(estimate, Known), estimate
    return estimate.value


def parts(frame: pd.DataFrame) -> list[tuple[dict[str, str], pd.DataFrame]]:
    return [({}, frame), *(({"g": str(name)}, part) for name, part in frame.groupby("g"))]


def test_the_table_of_label_by_prediction_is_scikit_learns() -> None:
    """For everybody, each group, and each intersection."""
    frame = table(2_000)
    found = measured(frame, ("g", "h"))
    assert found.classes == tuple(CLASSES)
    both = [({"g": str(g), "h": str(h)}, part) for (g, h), part in frame.groupby(["g", "h"])]
    for by, part in [*parts(frame), *both]:
        confusion = group(found, **by).confusion
        assert confusion is not None
        assert (confusion == confusion_matrix(part.y, part.p, labels=CLASSES)).all()
    assert len(found.groups) == 3 + 2 + 6


def test_each_class_against_the_rest_is_scikit_learns_report() -> None:
    """Precision, recall and support of every class in every group; accuracy over all of them."""
    frame = table(3_000)
    found = measured(frame)
    for by, part in parts(frame):
        report = classification_report(part.y, part.p, labels=CLASSES, output_dict=True, zero_division=0)
        one = group(found, **by)
        assert value(one.accuracy) == pytest.approx(accuracy_score(part.y, part.p), abs=1e-14)
        for name in CLASSES:
            rates = one.rates[name]
            assert value(rates["precision"]) == pytest.approx(report[name]["precision"], abs=1e-14)
            assert value(rates["true_positive_rate"]) == pytest.approx(report[name]["recall"], abs=1e-14)
            assert value(rates["base_rate"]) == pytest.approx(report[name]["support"] / len(part), abs=1e-14)


def test_fairlearns_frame_agrees_class_by_class() -> None:
    """MetricFrame with a class as positive against all others: rates by group and their largest difference."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from fairlearn import metrics as fairlearn
    frame = table(2_000)
    found = measured(frame, references={"g": "a"})
    for name in CLASSES:
        metrics = {
            "selection_rate": fairlearn.selection_rate,
            "true_positive_rate": fairlearn.true_positive_rate,
            "false_positive_rate": fairlearn.false_positive_rate,
            "true_negative_rate": fairlearn.true_negative_rate,
            "false_negative_rate": fairlearn.false_negative_rate,
        }
        theirs = fairlearn.MetricFrame(
            metrics=metrics,
            y_true=(frame.y == name).astype(int),
            y_pred=(frame.p == name).astype(int),
            sensitive_features=frame.g,
        )
        for metric in metrics:
            for g in "abc":
                assert value(group(found, g=g).rates[name][metric]) == pytest.approx(theirs.by_group.loc[g, metric], abs=1e-14)
        for one in found.gaps:
            if one.of == name and one.gap.metric in metrics and one.gap.kind == "difference":
                rates = theirs.by_group[one.gap.metric]
                assert value(one.gap.estimate) == pytest.approx(rates[one.gap.group["g"]] - rates["a"], abs=1e-14)


def test_gaps_hold_for_all_classes_together() -> None:
    """The family counts every class, metric, kind and comparison; two classes and one against the rest give wider ends."""
    frame = table(4_000)
    found = measured(frame)
    sizes = {one.gap.comparisons for one in found.gaps}
    assert sizes == {len(found.gaps)} == {2 * 2 * (4 * 6 + 1)}
    with open_table(frame) as one:
        alone = Decisions(prediction="p", label="y", by=attributes(["g"], []), favourable="low")
        single = measure_cells(count_cells(one, alone), ("g",), label=True)
    few = next(gap for gap in single.gaps if gap.metric == "selection_rate" and gap.kind == "difference")
    many = next(
        one.gap for one in found.gaps if one.of == "low" and one.gap.metric == "selection_rate" and one.gap.kind == "difference"
    )
    assert isinstance(few.estimate, Known)
    assert isinstance(many.estimate, Known)
    assert many.estimate.value == pytest.approx(few.estimate.value)
    assert many.estimate.low < few.estimate.low < few.estimate.high < many.estimate.high


def test_noise_raises_few_alarms() -> None:
    """On tables of pure noise hardly any gap excludes zero: at most 4 of 40 tables have one."""
    rng = np.random.default_rng(3)
    alarms = 0
    for seed in range(40):
        frame = table(400, seed=seed).assign(g=rng.choice(["a", "b", "c"], 400))
        gaps = [one.gap for one in measured(frame).gaps if one.gap.kind == "difference" and isinstance(one.gap.estimate, Known)]
        alarms += any(gap.estimate.low > 0 or gap.estimate.high < 0 for gap in gaps if isinstance(gap.estimate, Known))
    assert alarms <= 4


def test_a_planted_gap_in_one_class_is_found_in_that_class() -> None:
    """Group b is given `high` where others get `none`; only these two classes show it."""
    rng = np.random.default_rng(5)
    frame = table(6_000)
    moved = (frame.g == "b") & (frame.p == "none") & (rng.random(6_000) < 0.8)
    frame.loc[moved, "p"] = "high"
    found = measured(frame, references={"g": "a"})
    shown = {
        one.of
        for one in found.gaps
        if one.gap.metric == "selection_rate"
        and one.gap.kind == "difference"
        and isinstance(one.gap.estimate, Known)
        and (one.gap.estimate.low > 0 or one.gap.estimate.high < 0)
    }
    assert shown == {"high", "none"}


def test_without_labels_only_selection_is_known() -> None:
    """No label: how often each group is given each class, no table of label by prediction, no accuracy."""
    found = measured(table(500), label=None)
    assert {metric for rates in found.overall.rates.values() for metric in rates} == {"selection_rate"}
    assert found.overall.confusion is None
    assert found.overall.accuracy is None
    assert sum(value(rates["selection_rate"]) for rates in found.overall.rates.values()) == pytest.approx(1)


def test_missing_values_are_counted_and_never_a_class() -> None:
    """Rows without prediction or label, a group that is missing; the reference is never it."""
    frame = table(1_000)
    frame.loc[:49, "p"] = None
    frame.loc[30:79, "y"] = None
    frame.loc[500:899, "g"] = None
    found = measured(frame)
    assert (found.undecided, found.unlabelled) == (50, 50)
    assert found.classes == tuple(CLASSES)
    assert found.overall.confusion is not None
    assert found.overall.confusion.sum() == 920
    assert group(found, g=None).n == 400
    assert {one.gap.reference["g"] for one in found.gaps} == {"a"}


def test_counts_stand_for_people_and_weights_widen() -> None:
    """A count column is the table written out; sampling weights weigh rates and never the table of people."""
    rng = np.random.default_rng(9)
    frame = table(600)
    frame["k"] = rng.integers(0, 4, 600)
    short, long = measured(frame, count="k"), measured(frame.loc[frame.index.repeat(frame.k)].reset_index(drop=True))
    assert short.rows == long.rows
    assert short.overall.rates == long.overall.rates
    assert (short.overall.confusion == long.overall.confusion).all()
    frame["w"] = rng.gamma(1, 1, 600) + 0.01
    weighted = measured(frame, weight="w")
    share = frame.w[frame.p == "low"].sum() / frame.w.sum()
    assert value(weighted.overall.rates["low"]["selection_rate"]) == pytest.approx(share, rel=1e-9)
    assert weighted.overall.confusion is not None
    assert weighted.overall.confusion.sum() == 600


def test_a_class_nobody_is_given_is_unknown_where_nothing_is_divided_by() -> None:
    """A label that is never predicted: its precision is unknown and not 0."""
    frame = table(300)
    frame.loc[frame.p == "none", "p"] = "low"
    rates = measured(frame).overall.rates["none"]
    assert value(rates["selection_rate"]) == 0
    assert isinstance(rates["precision"], Unknown)


def test_numbers_as_classes_stand_in_their_order() -> None:
    """Deciles from 1 to 12 are not sorted by their first digit."""
    frame = table(400, classes=[str(i) for i in range(1, 13)])
    assert measured(frame).classes == tuple(str(i) for i in range(1, 13))


def test_too_many_classes_and_one_class_are_refused() -> None:
    """More than fifty values, or one: got, expected, cure."""
    for values, words in (([f"c{i}" for i in range(60)], "more than 50"), (["low"], "one value")):
        frame = table(200, classes=values)
        with pytest.raises(TableError, match=words) as refused:
            measured(frame)
        assert refused.value.cure


@settings(deadline=None, max_examples=10)
@given(st.integers(0, 10_000), st.permutations(range(80)))
def test_names_and_order_do_not_matter(seed: int, order: list[int]) -> None:
    """Property: other order of rows, other names of groups and classes, the same figures."""
    frame = table(80, seed=seed)
    names = dict(zip(CLASSES, ["d4", "d1", "d3", "d2"], strict=True))
    other = frame.iloc[list(order)].assign(
        g=frame.g.map({"a": "z", "b": "y", "c": "x"}), y=frame.y.map(names), p=frame.p.map(names)
    )
    one, two = measured(frame, references={"g": "a"}), measured(other, references={"g": "z"})
    for g, renamed in (("a", "z"), ("b", "y"), ("c", "x")):
        left, right = ([x for x in found.groups if x.group == {"g": name}] for found, name in ((one, g), (two, renamed)))
        assert [x.n for x in left] == [x.n for x in right]
        for x, y in zip(left, right, strict=True):
            assert x.accuracy == y.accuracy
            assert {names[name]: rates for name, rates in x.rates.items()} == dict(y.rates)


@settings(deadline=None, max_examples=10)
@given(st.integers(0, 10_000))
def test_classes_put_together_add_up(seed: int) -> None:
    """Property: selection and base rates of all classes add up to one; two classes merged have the sum of their rates."""
    frame = table(120, seed=seed)
    one, two = measured(frame), measured(frame.replace({"none": "low"}))
    for a, b in zip(one.groups, two.groups, strict=True):
        for metric in ("selection_rate", "base_rate"):
            assert sum(value(rates[metric]) for rates in a.rates.values()) == pytest.approx(1)
            merged = value(a.rates["low"][metric]) + value(a.rates["none"][metric])
            assert value(b.rates["low"][metric]) == pytest.approx(merged, abs=1e-12)


def test_a_real_table_of_six_tiers(shared: Path) -> None:
    """Tiers of law schools by race against income groups, from the CSV file as it is, against scikit-learn."""
    path = shared / "data" / "audit" / "law_school_clean.csv"
    frame = pd.read_csv(path, dtype=str)
    asked = Decisions(prediction="tier", label="fam_inc", by=attributes(["race", "male"], []), kind="classes")
    with open_table(path) as one:
        found = measure_classes(count_classes(one, asked), ("race", "male"))
    assert found.classes == ("1.0", "2.0", "3.0", "4.0", "5.0", "6.0")
    for race, part in frame.groupby("race"):
        confusion = group(found, race=str(race)).confusion
        assert (confusion == confusion_matrix(part.fam_inc, part.tier, labels=list(found.classes))).all()
