"""The largest gap keeps its level: with no difference, with a planted one, with small groups; the plug-in does not."""

from __future__ import annotations

import numpy as np
import pytest

from plumbrule.lab import METRICS
from plumbrule.lab.cells import Cells, roll_up, tally
from plumbrule.lab.inference.gaps import Sides, differences, ratios
from plumbrule.lab.inference.largest import BONFERRONI, FROM_RATES, MAX_T, Largest, largest_gap, range_level

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


def largest(cells: Cells) -> Largest:
    """The largest gap between the groups of the one attribute."""
    return largest_gap(roll_up(cells, ("group",)), RATE, 0.95)


def drawn(rates: list[float], people: int | list[int], seeds: int, part: str = "difference") -> tuple[np.ndarray, ...]:
    """Values and bounds over many tables."""
    found = []
    sizes = np.broadcast_to(np.array(people), len(rates))
    for seed in range(seeds):
        yes = np.random.default_rng(seed).binomial(sizes, rates)
        one = getattr(largest(cells_of(yes, sizes)), part)
        assert one.state == "known"
        found.append((one.value, one.low, one.high))
    return tuple(np.array(found).T)


@pytest.mark.parametrize("people", [250, [120, 120, 120, 120, 5000]])
@pytest.mark.parametrize("rates", [[0.3] * 5, [0.3, 0.3, 0.3, 0.3, 0.45], [0.05, 0.2, 0.2, 0.3, 0.35]])
def test_bounds_cover_the_largest_gap(rates: list[float], people: int | list[int]) -> None:
    """In at least 91 % of 150 tables (95 % less chance) the true largest gap is inside, also where it is nought."""
    truth = max(rates) - min(rates)
    _, low, high = drawn(rates, people, 150)
    assert np.mean((low <= truth) & (truth <= high)) >= 0.91


@pytest.mark.parametrize(("part", "truth"), [("ratio", 0.2 / 0.35), ("lowest_rate", 0.2), ("highest_rate", 0.35)])
def test_bounds_cover_the_smallest_ratio_and_the_rates_at_both_ends(part: str, truth: float) -> None:
    """The same for the smallest ratio, and for the lowest and the highest true rate of any group."""
    _, low, high = drawn([0.2, 0.22, 0.33, 0.35], 300, 150, part)
    assert np.mean((low <= truth) & (truth <= high)) >= 0.91


def test_small_groups_keep_the_guarantee() -> None:
    """With 12 people a group, no difference is covered in at least 95 % of 150 tables, and the method says Bonferroni."""
    _, low, _ = drawn([0.4] * 4, 12, 150)
    assert np.mean(low == 0) >= 0.95
    small = largest(cells_of(np.array([3, 8, 5, 6]), np.full(4, 12)))
    assert small.difference.state == "known"
    assert small.difference.method == BONFERRONI


def test_one_small_group_leaves_the_others_their_score_intervals() -> None:
    """Each pair gets what `gaps` gives it at that level: the rectangle where one group is small, else the score interval."""
    yes, people = np.array([30, 90, 150, 8]), np.array([300, 300, 300, 20])
    found = largest(cells_of(yes, people))
    rolled = roll_up(cells_of(yes, people), ("group",))
    counted = tally(rolled, RATE)
    ones, twos = np.triu_indices(4, 1)
    level = 1 - 0.05 / 6
    column = differences(Sides.of([counted], ones, twos), level)
    assert found.difference.state == found.ratio.state == "known"
    assert found.difference.low == pytest.approx(np.maximum(np.maximum(column.low, -column.high), 0).max(), abs=1e-9)
    assert found.difference.high == pytest.approx(np.maximum(-column.low, column.high).max(), abs=1e-9)
    quotient = ratios(Sides.of([counted], ones, twos), level)
    nearer = np.where(quotient.high < 1, quotient.high, np.where(quotient.low > 1, 1 / quotient.low, 1.0))
    assert found.ratio.high == pytest.approx(nearer.min(), abs=1e-9)


def test_the_largest_gap_seen_is_biased_upward() -> None:
    """With no difference at all, eight groups of 250 show one of about eight points; the lower bound stays at nought."""
    value, low, _ = drawn([0.3] * 8, 250, 60)
    assert value.mean() > 0.06
    assert np.mean(low > 0) <= 0.05


def test_the_level_is_that_of_the_studentized_range() -> None:
    """scipy's studentized range gives the same level, between a single pair's and Bonferroni's."""
    stats = pytest.importorskip("scipy.stats")
    for groups in (2, 3, 8):
        quantile = stats.studentized_range.ppf(0.95, groups, 1e6) / np.sqrt(2)
        assert range_level(groups, 0.95) == pytest.approx(2 * stats.norm.cdf(quantile) - 1, abs=1e-5)
        assert 0.95 - 1e-5 <= range_level(groups, 0.95) <= 1 - 0.05 / (groups * (groups - 1) / 2) + 1e-5


def test_it_holds_every_pair_it_came_from() -> None:
    """The bounds are those of the pair furthest apart where two groups are all there is; uneven weights leave Bonferroni."""
    from plumbrule.lab.inference.intervals import score_difference, score_ratio

    found = largest(cells_of(np.array([150, 90]), np.array([300, 300])))
    assert found.difference.state == found.ratio.state == "known"
    assert (found.highest, found.lowest, found.groups) == ({"group": "g00"}, {"group": "g01"}, 2)
    assert found.difference.method == MAX_T
    expected = np.ravel(score_difference(150, 300, 90, 300, 0.95))
    assert (found.difference.low, found.difference.high) == pytest.approx(expected, abs=1e-6)
    assert (found.ratio.low, found.ratio.high) == pytest.approx(np.ravel(score_ratio(90, 300, 150, 300, 0.95)), abs=1e-6)
    weighted = largest(cells_of(np.array([150, 90]), np.array([300, 300]), 1.5))
    assert weighted.difference.state == "known"
    assert weighted.difference.method == BONFERRONI


def test_very_many_groups_are_bounded_from_their_rates() -> None:
    """With 150 groups no pair is looked at; the bounds are wide, hold the truth, and the ratio is unknown without a yes."""
    random = np.random.default_rng(2)
    found = largest(cells_of(random.binomial(400, [0.2] * 149 + [0.7]), np.full(150, 400)))
    assert found.difference.state == found.ratio.state == "known"
    assert found.difference.method == FROM_RATES
    assert 0.2 < found.difference.low < 0.5 < found.difference.high
    assert found.ratio.low < 0.2 / 0.7 < found.ratio.high
    assert largest(cells_of(np.zeros(150, int), np.full(150, 400))).ratio.state == "unknown"
    assert largest(cells_of(np.zeros(3, int), np.full(3, 400))).ratio.state == "unknown"


def test_one_group_has_no_gap() -> None:
    """Fewer than two groups of the least size make the largest gap unknown, with the reason."""
    found = largest(cells_of(np.array([50, 2]), np.array([100, 5])))
    assert found.difference.state == found.lowest_rate.state == "unknown"
    assert found.groups == 1
