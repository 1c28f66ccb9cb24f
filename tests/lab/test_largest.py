"""The largest gap keeps its level: with no difference, with a planted one, with small groups; the plug-in does not."""

from __future__ import annotations

import numpy as np
import pytest

from plumbrule.lab import METRICS
from plumbrule.lab.cells import Cells
from plumbrule.lab.inference.largest import BONFERRONI, MAX_T, Largest, largest_gap

RATE = METRICS["selection_rate"]


def cells_of(yes: np.ndarray, people: np.ndarray, weight: float = 1.0) -> Cells:
    """One attribute with a group for each entry."""
    rows = np.stack([yes, people - yes], axis=1).ravel()
    return Cells(
        attributes=("group",),
        levels=(tuple(f"g{i:02}" for i in range(len(yes))),),
        codes=np.repeat(np.arange(len(yes)), 2)[:, None],
        label=np.full(len(rows), -1),
        prediction=np.tile([1, 0], len(yes)),
        rows=rows,
        weight=rows * weight,
        weight_sq=rows * weight * weight * (1.0 if weight == 1 else 1.3),
        score=np.zeros(len(rows)),
        score_sq=np.zeros(len(rows)),
        scored=np.zeros(len(rows)),
        weighted=weight != 1,
    )


def drawn(rates: list[float], people: int, seeds: int, *, draw: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Values and bounds over many tables."""
    found = []
    for seed in range(seeds):
        random = np.random.default_rng(seed)
        yes = random.binomial(people, rates)
        one = largest_gap(cells_of(yes, np.full(len(rates), people)), ("group",), RATE, 0.95, seed=seed if draw else None)
        assert one.estimate.state == "known"
        found.append((one.estimate.value, one.estimate.low, one.estimate.high))
    value, low, high = np.array(found).T
    return value, low, high


@pytest.mark.parametrize("draw", [False, True])
@pytest.mark.parametrize("rates", [[0.3] * 5, [0.3, 0.3, 0.3, 0.3, 0.45], [0.05, 0.2, 0.2, 0.35]])
def test_bounds_cover_the_largest_gap(rates: list[float], draw: bool) -> None:
    """In at least 93 % of 150 tables (95 % less chance) the true largest gap is inside, also where it is nought."""
    truth = max(rates) - min(rates)
    _, low, high = drawn(rates, 250, 150, draw=draw)
    assert np.mean((low <= truth) & (truth <= high)) >= 0.93


def test_small_groups_keep_the_guarantee() -> None:
    """With 12 people a group, no difference is covered in at least 95 % of 150 tables."""
    _, low, _ = drawn([0.4] * 4, 12, 150, draw=True)
    assert np.mean(low == 0) >= 0.95


def test_the_largest_gap_seen_is_biased_upward() -> None:
    """With no difference at all, eight groups of 250 show one of about eight points; the lower bound stays at nought."""
    value, low, _ = drawn([0.3] * 8, 250, 60, draw=False)
    assert value.mean() > 0.06
    assert np.mean(low > 0) <= 0.05


def test_drawing_shortens_and_repeats() -> None:
    """With a seed the bounds lie inside Bonferroni's, and the same seed gives the same bounds."""
    cells = cells_of(np.array([60, 75, 90, 80, 120, 70]), np.full(6, 300))
    plain, one, two = (largest_gap(cells, ("group",), RATE, 0.95, seed=seed).estimate for seed in (None, 7, 7))
    assert plain.state == one.state == "known"
    assert (plain.method, one.method) == (BONFERRONI, MAX_T)
    assert one == two
    assert plain.low < one.low < one.value < one.high < plain.high


def test_it_holds_every_pair_it_came_from() -> None:
    """The bounds are those of the pair furthest apart where two groups are all there is; uneven weights leave Bonferroni."""
    from plumbrule.lab.inference.intervals import score_difference

    found = largest_gap(cells_of(np.array([150, 90]), np.array([300, 300])), ("group",), RATE, 0.95)
    assert found.estimate.state == "known"
    assert (found.highest, found.lowest, found.groups) == ({"group": "g00"}, {"group": "g01"}, 2)
    assert (found.estimate.low, found.estimate.high) == pytest.approx(np.ravel(score_difference(150, 300, 90, 300, 0.95)))
    weighted = largest_gap(cells_of(np.array([150, 90]), np.array([300, 300]), 1.5), ("group",), RATE, 0.95, seed=1)
    assert weighted.estimate.state == "known"
    assert weighted.estimate.method == BONFERRONI


def test_one_group_has_no_gap() -> None:
    """Fewer than two groups of the least size make the largest gap unknown, with the reason."""
    found: Largest = largest_gap(cells_of(np.array([50, 2]), np.array([100, 5])), ("group",), RATE, 0.95)
    assert found.estimate.state == "unknown"
    assert found.groups == 1
