"""Gaps keep their level: pure noise raises few alarms, and what else is looked at never moves a primary interval."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from plumbrule.findings import beyond
from plumbrule.lab import METRICS, Decisions, Question, attributes, count_cells, measure, open_table, primary_gaps
from plumbrule.lab.inference.intervals import clopper_pearson, exact_rectangle_difference


def noise(path: Path, seed: int, rows: int = 300) -> Path:
    """A table without any effect: two attributes of 3 and 4 groups, decisions by a coin."""
    random = np.random.default_rng(seed)
    columns = random.choice(list("abc"), rows), random.choice(list("wxyz"), rows), random.integers(0, 2, rows)
    path.write_text(
        "one,two,yes\n" + "\n".join(",".join(map(str, row)) for row in zip(*columns, strict=True)) + "\n", encoding="utf-8"
    )
    return path


def test_noise_raises_few_alarms(tmp_path: Path) -> None:
    """On pure noise an audit with all intersections marks a gap as beyond five points in at most 5 of 60 runs."""
    alarms = 0
    for seed in range(60):
        with open_table(noise(tmp_path / "n.csv", seed)) as table:
            found = measure(table, Decisions(prediction="yes", by=attributes(["one", "two"], [])))
        alarms += any(
            gap.kind == "difference" and beyond(gap.estimate.low, gap.estimate.high, 0.05) == "beyond" for gap in found.gaps
        )
    assert alarms <= 5


def test_looking_at_more_moves_no_primary_interval(tmp_path: Path) -> None:
    """The primary gap is the same to the last bit with one attribute looked at and with two."""
    question = [Question(attribute="one", group="a", reference="b")]
    found = []
    for by in (["one"], ["one", "two"]):
        with open_table(noise(tmp_path / "n.csv", 1, 900)) as table:
            cells = count_cells(table, Decisions(prediction="yes", by=attributes(by, [])))
        found.append(primary_gaps(cells, question, ["selection_rate"], 0.95))
    assert found[0] == found[1]


@pytest.mark.parametrize("n", [5, 10, 30])
@pytest.mark.parametrize("p", [0.01, 0.1, 0.3, 0.5])
def test_exact_intervals_never_fall_below_their_level(n: int, p: float) -> None:
    """Coverage of Clopper-Pearson over all outcomes, summed exactly, is at least 95 %."""
    from scipy.stats import binom

    x = np.arange(n + 1)
    low, high = clopper_pearson(x, np.full(n + 1, n), 0.95)
    assert binom.pmf(x, n, p)[(low <= p) & (p <= high)].sum() >= 0.95


@pytest.mark.parametrize(
    ("n1", "n2", "p1", "p2"), [(5, 9, 0.2, 0.2), (12, 30, 0.05, 0.3), (20, 20, 0.5, 0.9), (8, 60, 0.99, 0.5)]
)
def test_the_rectangle_never_falls_below_its_level(n1: int, n2: int, p1: float, p2: float) -> None:
    """Coverage of the rectangle for a difference, summed over all pairs of outcomes, is at least 95 %."""
    from scipy.stats import binom

    x1, x2 = (values.ravel() for values in np.meshgrid(np.arange(n1 + 1), np.arange(n2 + 1)))
    low, high = exact_rectangle_difference(x1, np.full(x1.shape, n1), x2, np.full(x2.shape, n2), 0.95)
    held = (low <= p1 - p2) & (p1 - p2 <= high)
    assert (binom.pmf(x1, n1, p1) * binom.pmf(x2, n2, p2))[held].sum() >= 0.95


def test_metrics_are_closed_under_relabelling() -> None:
    """True and false rates of the same denominator add up, by construction of their sets."""
    for one, other in (
        ("true_positive_rate", "false_negative_rate"),
        ("false_positive_rate", "true_negative_rate"),
        ("precision", "false_discovery_rate"),
    ):
        assert METRICS[one].denominator == METRICS[other].denominator
        assert METRICS[one].numerator | METRICS[other].numerator == METRICS[one].denominator
        assert not METRICS[one].numerator & METRICS[other].numerator
