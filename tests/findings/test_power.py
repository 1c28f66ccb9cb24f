"""The rows that an inconclusive check asks for do give the power it announces."""

from __future__ import annotations

import numpy as np
import pytest

from plumbrule.findings import rows_needed
from plumbrule.lab.inference.intervals import score_difference


@pytest.mark.parametrize(("truth", "rate", "share"), [(0.0, 0.88, 0.19), (0.02, 0.88, 0.3), (0.10, 0.88, 0.19), (0.12, 0.5, 0.5)])
def test_announced_power_is_met_by_simulation(truth: float, rate: float, share: float) -> None:
    """Draw tables of the announced size: the interval settles the question in about 80 of 100."""
    level = 1 - 0.05 / 3
    (power,) = rows_needed(tolerance=0.05, truths=[truth], rate=rate, share=share, level=level)
    assert power.rows is not None
    random = np.random.default_rng(20261121)
    n1 = round(power.rows * share)
    n2 = power.rows - n1
    x1, x2 = random.binomial(n1, rate - truth, 4000), random.binomial(n2, rate, 4000)
    low, high = score_difference(x1, np.full(4000, n1), x2, np.full(4000, n2), level)
    settled = (high < -0.05) if truth > 0.05 else (low >= -0.05) & (high <= 0.05)
    assert 0.76 < settled.mean() < 0.84


def test_a_truth_on_the_tolerance_is_never_settled() -> None:
    """No number of rows decides a gap that is the tolerance itself."""
    (power,) = rows_needed(tolerance=0.05, truths=[0.05], rate=0.9, share=0.2, level=0.95)
    assert power.rows is None
