"""Every metric of the lab against fairlearn and scikit-learn, per group and for every intersection, plain and weighted."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics as sklearn

from plumbrule.base.observation import Known
from plumbrule.lab import METRICS, Decisions, Measurement, attributes, measure, open_table

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from fairlearn import metrics as fairlearn

Rate = Callable[..., Any]
ROWS, BY = 4_000, ("sex", "age", "place")


def of_the_other_outcome(function: Rate) -> Rate:
    """The same rate with yes and no exchanged in both columns."""
    return lambda y, p, **options: function(1 - y, 1 - p, **options)


def remainder(function: Rate) -> Rate:
    """One minus the rate."""
    return lambda y, p, **options: 1 - function(y, p, **options)


precision = partial(sklearn.precision_score, zero_division=0.0)
FAIRLEARN: dict[str, Rate] = {
    name: getattr(fairlearn, name)
    for name in (
        *("selection_rate", "true_positive_rate", "false_positive_rate", "false_negative_rate", "true_negative_rate"),
        "mean_prediction",
    )
}
SKLEARN: dict[str, Rate] = {
    "true_positive_rate": partial(sklearn.recall_score, zero_division=0.0),
    "true_negative_rate": of_the_other_outcome(partial(sklearn.recall_score, zero_division=0.0)),
    "precision": precision,
    "false_discovery_rate": remainder(precision),
    "false_omission_rate": remainder(of_the_other_outcome(precision)),
    "accuracy": sklearn.accuracy_score,
    "base_rate": lambda y, p, **options: fairlearn.selection_rate(p, y, **options),
}
"""Where scikit-learn has no rate of that name, the one it follows from."""


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    """A made table: three attributes, one of them rare, weights and counts; gaps are planted."""
    draw = np.random.default_rng(20260411)
    table = pd.DataFrame(
        {
            "sex": draw.choice(["women", "men"], ROWS),
            "age": draw.choice(["young", "middle", "old"], ROWS, p=[0.5, 0.47, 0.03]),
            "place": draw.choice(["here", "there"], ROWS),
        }
    )
    table["label"] = (draw.random(ROWS) < np.where(table.sex == "men", 0.5, 0.35)).astype(int)
    table["prediction"] = (draw.random(ROWS) < 0.25 + 0.4 * table.label + 0.1 * (table.age == "old")).astype(int)
    table["weight"] = draw.gamma(2.0, 0.7, ROWS).round(3) + 0.001
    table["count"] = draw.integers(1, 9, ROWS)
    return table


def audited(frame: pd.DataFrame, folder: Path, **options: str) -> Measurement:
    """Our figures from the file on the disk."""
    file = folder / "table.csv"
    frame.to_csv(file, index=False)
    decisions = Decisions(prediction="prediction", label="label", by=attributes(list(BY), []), **options)
    with open_table(file) as table:
        return measure(table, decisions, min_n=1)


def theirs(frame: pd.DataFrame, rates: dict[str, Rate], names: tuple[str, ...], weight: str | None) -> pd.DataFrame:
    """MetricFrame's answer for these attributes together."""
    given = {name: {"sample_weight": frame[weight]} for name in rates} if weight else None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return fairlearn.MetricFrame(
            metrics=rates,
            y_true=frame["label"],
            y_pred=frame["prediction"],
            sensitive_features=frame[list(names)],
            sample_params=given,
        ).by_group


def test_every_metric_has_an_oracle() -> None:
    """A metric that is added to the lab is added here."""
    assert set(FAIRLEARN) | set(SKLEARN) == {*METRICS, "mean_prediction"}


@pytest.mark.parametrize(
    ("options", "within"),
    [({}, 1e-15), ({"count": "count"}, 1e-15), ({"weight": "weight"}, 1e-12)],
    ids=["rows", "counts", "weights"],
)
def test_every_rate_of_every_group_is_theirs(options: dict[str, str], within: float, frame: pd.DataFrame, tmp_path: Path) -> None:
    """Each attribute and each intersection: to the last bit or one beside it for rows and counts, to 1e-12 for weights."""
    ours = audited(frame, tmp_path, **options)
    weight = next(iter(options.values()), None)
    compared = 0
    for size in (1, 2, 3):
        for names in combinations(BY, size):
            for rates in (FAIRLEARN, SKLEARN):
                expected = theirs(frame, rates, names, weight)
                for one in ours.groups:
                    if tuple(one.group) != names:
                        continue
                    row = expected.loc[tuple(one.group.values()) if size > 1 else next(iter(one.group.values()))]
                    for metric in rates:
                        found = one.metrics[metric]
                        assert isinstance(found, Known), (one.group, metric)
                        assert found.value == pytest.approx(row[metric], abs=within, rel=0), (one.group, metric)
                        compared += 1
    groups = (1 + 2) * (1 + 3) * (1 + 2) - 1
    assert compared == groups * (len(FAIRLEARN) + len(SKLEARN))


def test_rates_of_rows_are_bitwise_what_fairlearn_divides(frame: pd.DataFrame, tmp_path: Path) -> None:
    """A whole number over a whole number has one nearest double: the rates that fairlearn divides so are bit for bit ours."""
    ours = audited(frame, tmp_path)
    rates = {name: FAIRLEARN[name] for name in ("selection_rate", "true_positive_rate", "false_positive_rate")}
    expected = theirs(frame, rates, BY, None)
    for one in ours.groups:
        if len(one.group) == len(BY):
            for metric in rates:
                found = one.metrics[metric]
                assert isinstance(found, Known)
                assert found.value == expected.loc[tuple(one.group.values()), metric], (one.group, metric)


@pytest.mark.parametrize("weight", [None, "weight"])
def test_everybody_together_is_theirs(weight: str | None, frame: pd.DataFrame, tmp_path: Path) -> None:
    """The overall rates too."""
    ours = audited(frame, tmp_path, **({"weight": weight} if weight else {}))
    options = {"sample_weight": frame[weight]} if weight else {}
    for metric, function in (FAIRLEARN | SKLEARN).items():
        found = ours.overall.metrics[metric]
        assert isinstance(found, Known)
        assert found.value == pytest.approx(function(frame["label"], frame["prediction"], **options), abs=1e-12, rel=0)
