"""Where our definitions differ from other libraries', on purpose: each line of docs/concepts/differences.md, shown."""

from __future__ import annotations

import math
import re
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.exceptions import UndefinedMetricWarning
from sklearn.metrics import precision_score, roc_auc_score
from statsmodels.regression.linear_model import WLS
from statsmodels.stats.contingency_tables import StratifiedTable
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from oracles import contract, independent
from plumbrule import pipeline
from plumbrule.base.observation import Unknown
from plumbrule.errors import TableError
from plumbrule.lab.inference import adjust, auc, intervals

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from fairlearn import metrics as fairlearn

PAGE = Path(__file__).resolve().parents[2] / "docs" / "concepts" / "differences.md"


def rates(**chosen: float) -> pd.DataFrame:
    """A hundred people a group, of whom this share is chosen."""
    parts = [pd.DataFrame({"group": name, "prediction": [1] * round(100 * rate)}) for name, rate in chosen.items()]
    rest = [pd.DataFrame({"group": name, "prediction": [0] * round(100 * (1 - rate))}) for name, rate in chosen.items()]
    return pd.concat([*parts, *rest], ignore_index=True)


def frame_of(table: pd.DataFrame, **options: Any) -> Any:
    """fairlearn's frame of selection rates."""
    given = {"y_true": table["prediction"], "y_pred": table["prediction"], "sensitive_features": table["group"]}
    return fairlearn.MetricFrame(metrics=fairlearn.selection_rate, **given, **options)


def test_every_line_of_the_page_is_shown() -> None:
    """The tests that the page names are there, and every test of this file is named."""
    named = set(re.findall(r"`(test_\w+)`", PAGE.read_text(encoding="utf-8")))
    here = {name for name, value in globals().items() if name.startswith("test_") and callable(value)}
    elsewhere = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    assert {name for name in named if f"def {name}(" not in elsewhere} == set()
    assert here - named == {"test_every_line_of_the_page_is_shown"}


# --- rates ------------------------------------------------------------------------------------------------------------
def test_nothing_to_divide_by() -> None:
    """Nobody predicted yes: scikit-learn warns and says 0, fairlearn says 0 of a rate without positives, we say unknown."""
    label, prediction = [0, 0, 0, 0], [0, 0, 0, 0]
    with pytest.warns(UndefinedMetricWarning):
        assert precision_score(label, prediction) == 0
    assert fairlearn.true_positive_rate(label, prediction) == 0
    table = pd.DataFrame({"group": list("aabb") * 5, "label": label * 5, "prediction": [0, 1, 0, 0] * 5})
    found = pipeline.audit(table, prediction="prediction", label="label", by=("group",), min_n=1)
    metrics = contract.group_of(found, {"group": "b"})["metrics"]
    assert {metrics[name]["state"] for name in ("precision", "true_positive_rate")} == {"unknown"}


def test_outcomes_that_are_words() -> None:
    """fairlearn takes "yes" and "no" and says that nobody is chosen; we ask which of them is favourable."""
    table = rates(a=0.5, b=0.3)
    words = table.assign(prediction=table["prediction"].map({1: "yes", 0: "no"}))
    assert (frame_of(words).by_group == 0).all()
    with pytest.raises(TableError, match="prediction"):
        pipeline.audit(words, prediction="prediction", by=("group",))
    found = pipeline.audit(words, prediction="prediction", by=("group",), favourable="yes")
    assert contract.group_of(found, {"group": "a"})["metrics"]["selection_rate"]["value"] == 0.5


def test_numbers_and_their_text_are_one_group() -> None:
    """1, 1.0 and "1" in a column of objects: two groups in a MetricFrame, one here, since a table is text."""
    table = rates(a=0.5, b=0.3)
    mixed = table.assign(group=[("1", 1, 2)[row % 3] if name == "a" else 2 for row, name in enumerate(table["group"])])
    mixed["group"] = mixed["group"].astype(object)
    assert len(frame_of(mixed).by_group) == 3
    found = pipeline.audit(mixed, prediction="prediction", by=("group",))
    assert [one["by"]["group"] for one in found["groups"]] == ["1", "2"]


# --- gaps -------------------------------------------------------------------------------------------------------------
def test_a_gap_has_a_direction_and_a_ratio_may_exceed_one() -> None:
    """fairlearn's difference is largest minus smallest and its ratio smallest over largest; ours hold each group against one."""
    table = rates(a=0.4, b=0.5, c=0.2)
    theirs = frame_of(table)
    ours = pipeline.audit(table, prediction="prediction", by=("group",), reference={"group": "a"})
    gaps = {
        (one, kind): contract.gap_of(ours, "selection_rate", {"group": one}, {"group": "a"}, kind)["value"]
        for one in "bc"
        for kind in ("difference", "ratio")
    }
    assert gaps["b", "difference"] == pytest.approx(0.1)
    assert gaps["c", "difference"] == pytest.approx(-0.2)
    assert gaps["b", "ratio"] == pytest.approx(1.25)
    assert theirs.difference() == pytest.approx(gaps["b", "difference"] - gaps["c", "difference"])
    assert theirs.ratio() == pytest.approx(gaps["c", "ratio"] / gaps["b", "ratio"])
    assert theirs.ratio(method="to_overall") <= 1


def test_a_criterion_leaves_small_groups_out() -> None:
    """Three people, none chosen: fairlearn's largest gap is theirs; ours is between groups of ten or more, and bounded."""
    table = pd.concat([rates(a=0.6, b=0.5), pd.DataFrame({"group": "c", "prediction": [0, 0, 0]})], ignore_index=True)
    given = {"y_true": table["prediction"], "y_pred": table["prediction"], "sensitive_features": table["group"]}
    assert fairlearn.demographic_parity_difference(**given) == pytest.approx(0.6)
    one, _ = pipeline.audit(table, prediction="prediction", by=("group",))["criteria"]
    assert one["value"] == pytest.approx(0.1)
    assert one["low"] == 0 < one["value"] < one["high"]


def test_a_ratio_to_nobody() -> None:
    """Nobody is chosen in the reference group: NaN there where nobody is chosen at all, unknown here, with the reason."""
    nobody = rates(a=0, b=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert math.isnan(frame_of(nobody).ratio())
    ours = pipeline.audit(nobody, prediction="prediction", by=("group",), reference={"group": "a"})
    gap = contract.gap_of(ours, "selection_rate", {"group": "b"}, {"group": "a"}, "ratio")
    assert gap["state"] == "unknown"
    assert gap["reason"]


# --- intervals --------------------------------------------------------------------------------------------------------
def test_a_bootstrap_is_certain_that_nobody_is_chosen() -> None:
    """None of a hundred: fairlearn's percentile bootstrap is 0 to 0, Wilson's interval 0 to 3.7 points."""
    table = rates(a=0, b=0.5)
    low, high = frame_of(table, n_boot=50, ci_quantiles=[0.025, 0.975], random_state=1).by_group_ci
    assert (low["a"], high["a"]) == (0, 0)
    found = pipeline.audit(table, prediction="prediction", by=("group",))
    ours = contract.group_of(found, {"group": "a"})["metrics"]["selection_rate"]
    assert (ours["low"], ours["high"]) == pytest.approx(proportion_confint(0, 100, method="wilson"), abs=1e-12)
    assert ours["high"] > 0.03


@pytest.mark.parametrize("table", [(7, 34, 1, 34), (45, 100, 30, 100), (250, 1000, 300, 1100)])
def test_the_score_interval_of_statsmodels_slips(table: tuple[int, int, int, int]) -> None:
    """For a difference statsmodels does not reach the restricted maximum (its issue 10269); ours is the plain definition's."""
    ours = tuple(map(float, intervals.score_difference(*table, 0.95)))
    assert ours == pytest.approx(independent.miettinen_nurminen(*table, 0.95), abs=1e-9)
    theirs = confint_proportions_2indep(*table, method="score", compare="diff", correction=True)
    assert max(abs(one - two) for one, two in zip(ours, theirs, strict=True)) > 1e-6


def test_the_score_interval_at_the_edge() -> None:
    """None of twenty against five of twenty: statsmodels ends in an error, ours has both ends."""
    with np.errstate(all="ignore"), warnings.catch_warnings(), pytest.raises(ValueError, match="NaN"):
        warnings.simplefilter("ignore")
        confint_proportions_2indep(0, 20, 5, 20, method="score", compare="diff")
    found = tuple(map(float, intervals.score_difference(0, 20, 5, 20, 0.95)))
    assert found == pytest.approx(independent.miettinen_nurminen(0, 20, 5, 20, 0.95), abs=1e-9)


def test_barnards_test_orders_tables_otherwise() -> None:
    """scipy's Barnard orders by Wald's statistic; our exact interval by the score, and may decide otherwise near the level."""
    from plumbrule.lab.inference.exact import exact_difference

    decided = {}
    for x1, x2 in ((7, 1), (12, 4), (9, 3), (8, 2)):
        theirs = bool(stats.barnard_exact([[x1, x2], [20 - x1, 20 - x2]], pooled=False).pvalue < 0.05)
        low, high = (float(end) for end in exact_difference(x1, 20, x2, 20, 0.95))
        decided[x1, x2] = (theirs, low > 0 or high < 0)
    assert decided[12, 4] == (True, True)
    assert decided[9, 3] == (True, False)


# --- weights and strata -----------------------------------------------------------------------------------------------
def test_a_weight_is_not_a_count() -> None:
    """One argument in statsmodels' WLS; two here: a weight as WLS with HC3 has it, a count as the table written out has it."""
    draw = np.random.default_rng(5)
    design = np.column_stack([np.ones(80), draw.random((80, 2))])
    outcome, weight = (draw.random(80) < 0.5).astype(float), draw.random(80) + 0.2
    ours = adjust.least_squares(outcome, design, weights=weight)
    theirs = WLS(outcome, design, weights=weight).fit(cov_type="HC3")
    assert ours.coefficients == pytest.approx(theirs.params, abs=1e-12)
    assert ours.robust_errors == pytest.approx(theirs.bse, rel=1e-10)
    repeats = draw.integers(1, 5, 80)
    counted = adjust.least_squares(outcome, design, counts=repeats.astype(float))
    written = WLS(np.repeat(outcome, repeats), np.repeat(design, repeats, axis=0)).fit(cov_type="HC3")
    assert counted.robust_errors == pytest.approx(written.bse, rel=1e-10)


def test_an_interval_sees_how_unequal_weights_are() -> None:
    """A weighted rate is fairlearn's; its interval is Wilson's at Kish's effective size, which fairlearn has no notion of."""
    table = rates(a=0.4, b=0.5).assign(weight=lambda rows: [0.5, 3.5] * (len(rows) // 2))
    found = pipeline.audit(table, prediction="prediction", by=("group",), weight="weight")
    ours = contract.group_of(found, {"group": "a"})["metrics"]["selection_rate"]
    part = table[table["group"] == "a"]
    assert ours["value"] == pytest.approx(
        fairlearn.selection_rate(part["prediction"], part["prediction"], sample_weight=part["weight"]), abs=1e-12
    )
    effective = part["weight"].sum() ** 2 / (part["weight"] ** 2).sum()
    expected = proportion_confint(ours["value"] * effective, effective, method="wilson")
    assert (ours["low"], ours["high"]) == pytest.approx(expected, abs=1e-12)
    assert effective < 70


def test_strata_give_a_difference_of_rates() -> None:
    """StratifiedTable pools odds and risk ratios; our adjusted gap is the pooled difference, with the same weights."""
    strata = [(20, 60, 30, 50), (5, 40, 9, 30), (33, 45, 12, 15)]
    tables = [np.array([[x1, n1 - x1], [x0, n0 - x0]]) for x1, n1, x0, n0 in strata]
    pooled = StratifiedTable(tables)
    assert not hasattr(pooled, "riskdiff_pooled")
    assert adjust.mantel_haenszel_ratio(strata)[0] == pytest.approx(pooled.riskratio_pooled, rel=1e-12)
    weight = np.array([n1 * n0 / (n1 + n0) for _, n1, _, n0 in strata])
    gaps = np.array([x1 / n1 - x0 / n0 for x1, n1, x0, n0 in strata])
    assert adjust.mantel_haenszel_difference(strata)[0] == pytest.approx(np.average(gaps, weights=weight), rel=1e-12)


def test_an_area_of_one_kind_only() -> None:
    """Only positives: scikit-learn gives NaN and a warning, we say unknown."""
    with pytest.warns(UndefinedMetricWarning):
        assert math.isnan(roc_auc_score([1, 1, 1], [0.1, 0.2, 0.3]))
    assert isinstance(auc.auc(np.array([0.1, 0.2, 0.3]), np.array([1, 1, 1]), confidence=0.95), Unknown)
