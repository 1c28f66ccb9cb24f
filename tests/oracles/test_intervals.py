"""Intervals against scipy, statsmodels and a plain score interval, and what must not change when names are swapped."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep, score_test_proportions_2indep

from oracles import independent
from plumbrule.lab.inference import intervals

SIZES = [1, 2, 5, 10, 33, 100, 1_000]
LEVELS = [0.90, 0.95, 1 - 0.05 / 3, 0.999]
RATES = [0.0, 0.02, 0.3, 0.5, 0.97, 1.0]
PAIRS = sorted({(round(n * p), n) for n in SIZES for p in RATES})
FOURS = [(*one, *two) for one, two in itertools.product(PAIRS, PAIRS) if one[1] >= 5 and two[1] >= 5]
INSIDE = [(x1, n1, x2, n2) for x1, n1, x2, n2 in FOURS if 0 < x1 < n1 and 0 < x2 < n2]


def columns(rows: list[tuple[int, ...]]) -> list[np.ndarray]:
    """Rows of counts as one array per place."""
    return [np.array(column, float) for column in zip(*rows, strict=True)]


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(("name", "method"), [("wilson", "wilson"), ("clopper_pearson", "exact")])
def test_one_proportion_is_scipys(name: str, method: str, level: float) -> None:
    """Wilson and Clopper-Pearson are scipy's on a grid with zeros and ones, to 1e-9."""
    low, high = getattr(intervals, name)(*columns(PAIRS), level)
    for place, (x, n) in enumerate(PAIRS):
        other = stats.binomtest(x, n).proportion_ci(level, method=method)
        assert (low[place], high[place]) == pytest.approx((other.low, other.high), abs=1e-9)


@pytest.mark.parametrize("level", LEVELS)
def test_large_exact_intervals_are_scipys(level: float) -> None:
    """Clopper-Pearson stays scipy's where counts are those of a nation."""
    for x, n in ((3, 10**6), (412_345, 10**6), (99_999_999, 10**8)):
        other = stats.binomtest(x, n).proportion_ci(level, method="exact")
        assert np.ravel(intervals.clopper_pearson(x, n, level)) == pytest.approx([other.low, other.high], rel=1e-7)


@pytest.mark.parametrize("level", [1 - 1e-4, 1 - 1e-6, 1 - 1e-9])
def test_exact_intervals_of_large_families_are_scipys(level: float) -> None:
    """Hundreds of comparisons share the error: far tails, at both ends of small and large groups, and not one warning."""
    pairs = [(x, n) for n in (10, 530, 6000, 200_000) for x in (0, 1, 2, n // 2, n - 2, n - 1, n)]
    low, high = intervals.clopper_pearson(*columns(pairs), level)
    for place, (x, n) in enumerate(pairs):
        other = stats.binomtest(x, n).proportion_ci(level, method="exact")
        assert (low[place], high[place]) == pytest.approx((other.low, other.high), rel=1e-7, abs=1e-12), (x, n)


def test_everybody_and_nobody_in_groups_of_every_size() -> None:
    """Where all or none are chosen the exact bound is a root, tail ** (1 / n): no overflow, no warning, any size."""
    n = np.unique(np.concatenate([np.arange(1, 8_000), np.geomspace(8_000, 1e8, 500).round()]))
    bound = np.exp(math.log(0.025) / n)
    low, high = intervals.clopper_pearson(n, n, 0.95)
    assert low == pytest.approx(bound, rel=1e-9)
    assert (high == 1).all()
    low, high = intervals.clopper_pearson(np.zeros_like(n), n, 0.95)
    assert high == pytest.approx(-np.expm1(math.log(0.025) / n), rel=1e-6)
    assert (low == 0).all()


@pytest.mark.parametrize("level", LEVELS)
def test_score_difference_is_the_plain_score_interval(level: float) -> None:
    """Miettinen-Nurminen for differences, zeros and ones included, is the interval found by root finding alone."""
    low, high = intervals.score_difference(*columns(FOURS), level)
    for place in range(0, len(FOURS), 9):
        expected = independent.miettinen_nurminen(*FOURS[place], level)
        assert (low[place], high[place]) == pytest.approx(expected, abs=1e-6), FOURS[place]


@pytest.mark.parametrize("level", [0.95, 1 - 0.05 / 3])
def test_score_ratio_is_statsmodels(level: float) -> None:
    """Miettinen-Nurminen for ratios is statsmodels' where statsmodels finds its two roots, and the plain one everywhere."""
    low, high = intervals.score_ratio(*columns(INSIDE), level)
    compared = 0
    for place in range(0, len(INSIDE), 11):
        found = (low[place], high[place])
        assert found == pytest.approx(independent.miettinen_nurminen_ratio(*INSIDE[place], level), rel=1e-6), INSIDE[place]
        with np.errstate(all="ignore"):
            other = confint_proportions_2indep(*INSIDE[place], method="score", compare="ratio", alpha=1 - level)
        if math.isfinite(other[0]) and math.isfinite(other[1]) and other[0] > 1e-3 and other[1] < 1e3:
            assert found == pytest.approx(tuple(map(float, other)), rel=2e-6), INSIDE[place]
            compared += 1
    assert compared > 10


def test_any_gap_agrees_with_statsmodels_test() -> None:
    """The interval leaves out no gap exactly where statsmodels' score test against no gap rejects."""
    low, high = intervals.score_difference(*columns(INSIDE), 0.95)
    for place, row in enumerate(INSIDE):
        _, p = score_test_proportions_2indep(*row, value=0, compare="diff", return_results=False)
        if abs(p - 0.05) > 1e-6:
            assert (low[place] > 0 or high[place] < 0) == (p < 0.05), row


def test_rectangles_are_two_exact_intervals() -> None:
    """The rectangles come from scipy's exact intervals at half the error each; no reference bound means no upper bound."""
    for x1, n1, x2, n2 in FOURS[::23]:
        one, two = (stats.binomtest(x, n).proportion_ci(0.975, method="exact") for x, n in ((x1, n1), (x2, n2)))
        difference = np.ravel(intervals.exact_rectangle_difference(x1, n1, x2, n2, 0.95))
        assert difference == pytest.approx([one.low - two.high, one.high - two.low], abs=1e-9)
        ratio = np.ravel(intervals.exact_rectangle_ratio(x1, n1, x2, n2, 0.95))
        assert ratio == pytest.approx([one.low / two.high, one.high / two.low if two.low > 0 else math.inf], rel=1e-9, abs=1e-9)


def test_rectangle_covers_where_it_must() -> None:
    """Coverage of the rectangle, summed over every outcome, is never below the level (denominators 5 and 12)."""
    n1, n2 = 5, 12
    x1, x2 = (grid.ravel() for grid in np.meshgrid(np.arange(n1 + 1), np.arange(n2 + 1), indexing="ij"))
    low, high = intervals.exact_rectangle_difference(x1, np.full_like(x1, n1), x2, np.full_like(x2, n2), 0.95)
    for p1, p2 in itertools.product([0.01, 0.1, 0.3, 0.5, 0.8, 0.99], repeat=2):
        chance = stats.binom.pmf(x1, n1, p1) * stats.binom.pmf(x2, n2, p2)
        assert chance[(low <= p1 - p2) & (p1 - p2 <= high)].sum() >= 0.95


counts = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
levels = st.sampled_from(LEVELS)


@given(counts, counts, levels, st.sampled_from(["score_difference", "exact_rectangle_difference"]))
@settings(deadline=None, max_examples=80)
def test_swapping_groups_turns_the_sign(one: tuple[int, int], two: tuple[int, int], level: float, name: str) -> None:
    """The gap of A against B is minus that of B against A."""
    function = getattr(intervals, name)
    low, high = function(*one, *two, level)
    back_low, back_high = function(*two, *one, level)
    assert (float(low), float(high)) == pytest.approx((-float(back_high), -float(back_low)), abs=1e-7)


@given(counts, counts, levels, st.sampled_from(["score_difference", "exact_rectangle_difference"]))
@settings(deadline=None, max_examples=80)
def test_naming_the_other_outcome_turns_the_sign(one: tuple[int, int], two: tuple[int, int], level: float, name: str) -> None:
    """The gap in refusals is minus the gap in approvals."""
    function = getattr(intervals, name)
    low, high = function(*one, *two, level)
    other = function(one[1] - one[0], one[1], two[1] - two[0], two[1], level)
    assert (float(low), float(high)) == pytest.approx((-float(other[1]), -float(other[0])), abs=1e-7)


@given(counts, counts, levels)
@settings(deadline=None, max_examples=80)
def test_swapping_groups_turns_the_ratio_over(one: tuple[int, int], two: tuple[int, int], level: float) -> None:
    """The ratio of A to B is one over that of B to A."""
    if one[0] == 0 or two[0] == 0:
        return
    low, high = intervals.score_ratio(*one, *two, level)
    back_low, back_high = intervals.score_ratio(*two, *one, level)
    assert (float(low), float(high)) == pytest.approx((1 / float(back_high), 1 / float(back_low)), rel=1e-6)


@given(counts, counts, levels)
@settings(deadline=None, max_examples=80)
def test_intervals_hold_their_value_and_their_range(one: tuple[int, int], two: tuple[int, int], level: float) -> None:
    """Every interval holds the value seen, stays in its range, and widens with the level."""
    p1, p2 = one[0] / one[1], two[0] / two[1]
    for name, value, least, most, arguments in (
        ("wilson", p1, 0, 1, one),
        ("clopper_pearson", p1, 0, 1, one),
        ("score_difference", p1 - p2, -1, 1, (*one, *two)),
        ("exact_rectangle_difference", p1 - p2, -1, 1, (*one, *two)),
    ):
        low, high = map(float, getattr(intervals, name)(*arguments, level))
        assert least - 1e-9 <= low <= value + 1e-9, name
        assert value - 1e-9 <= high <= most + 1e-9, name
        wider_low, wider_high = map(float, getattr(intervals, name)(*arguments, 0.9999))
        assert wider_low <= low + 1e-9, name
        assert wider_high >= high - 1e-9, name


@given(counts, counts)
@settings(deadline=None, max_examples=60)
def test_counts_need_not_be_whole(one: tuple[int, int], two: tuple[int, int]) -> None:
    """Effective sizes that are not whole give intervals between those of their neighbours in size."""
    x1, n1 = one[0] + 0.0, one[1] + 0.0
    bigger = intervals.wilson(x1 * 1.5, n1 * 1.5, 0.95)
    smaller = intervals.wilson(x1, n1, 0.95)
    assert float(bigger[1] - bigger[0]) <= float(smaller[1] - smaller[0]) + 1e-12
    low, high = intervals.score_difference(x1 * 1.37, n1 * 1.37, two[0] * 1.37, two[1] * 1.37, 0.95)
    wide_low, wide_high = intervals.score_difference(x1, n1, *two, 0.95)
    assert float(high - low) <= float(wide_high - wide_low) + 1e-9


def test_arrays_and_numbers_are_the_same() -> None:
    """A vector of groups gives what the groups give one by one."""
    rows = FOURS[::37]
    for name in ("score_difference", "exact_rectangle_difference"):
        low, high = getattr(intervals, name)(*columns(rows), 0.95)
        for place, row in enumerate(rows):
            one = getattr(intervals, name)(*row, 0.95)
            assert (low[place], high[place]) == pytest.approx((float(one[0]), float(one[1])), abs=1e-12)
