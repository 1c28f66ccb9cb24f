"""Exact unconditional score intervals: published figures, a foreign exact test, and coverage summed over every table."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plumbrule.lab import Question, observe, primary_gaps
from plumbrule.lab.cells import Cells
from plumbrule.lab.inference.exact import exact_difference, exact_ratio
from plumbrule.lab.inference.gaps import METHODS, UNCONDITIONAL
from plumbrule.lab.inference.intervals import difference_statistic, exact_rectangle_difference, ratio_statistic
from plumbrule.lab.inference.tails import Kind, Tail, tail_region


def largest_p(kind: Kind, table: tuple[int, int, int, int], shift: float) -> tuple[float, float]:
    """A bound on the one-sided p-value and the p-value on a fine grid, with the order taken at `shift`."""
    return Tail.of(tail_region(kind, *table, shift), 0.0, 1.0, 4096).largest(kind, shift)


def every_table(n1: int, n2: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    x1, x2 = (values.ravel() for values in np.meshgrid(np.arange(n1 + 1), np.arange(n2 + 1)))
    return x1, np.full_like(x1, n1), x2, np.full_like(x2, n2)


@pytest.mark.parametrize(
    ("kind", "table", "end", "p", "places"),
    [
        # The R package lrstat, its own tests: 2 of 30 against 1 of 30, and the test of no difference for 2/68 and 1/65.
        ("difference", (2, 30, 1, 30), -0.111153, 0.025, 6),
        ("difference", (1, 30, 2, 30), -0.200071, 0.025, 6),
        ("ratio", (2, 30, 1, 30), math.log(0.185541), 0.025, 6),
        ("ratio", (1, 30, 2, 30), -math.log(54.22365), 0.025, 6),
        ("difference", (2, 68, 1, 65), 0.0, 0.354387, 6),
        ("ratio", (2, 68, 1, 65), 0.0, 0.354387, 6),
        # Hawila and Berg's R package EC, its front page: 5 of 6 against 2 of 6 (ends in steps of a thousandth).
        ("difference", (5, 6, 2, 6), -0.14288, 0.025, 3),
        ("difference", (2, 6, 5, 6), -0.8879, 0.025, 3),
    ],
)
def test_published_limits_have_the_error_published(
    kind: Kind, table: tuple[int, int, int, int], end: float, p: float, places: int
) -> None:
    """At the Chan-Zhang limits that others publish, the largest tail probability is what they say; the bound is above it."""
    bound, met = largest_p(kind, table, end)
    assert met == pytest.approx(p, abs=2 * 10**-places)
    assert met <= bound <= met * 1.001


@pytest.mark.parametrize(("table", "low", "high"), [((2, 30, 1, 30), -0.111153, 0.200071), ((5, 6, 2, 6), -0.14288, 0.8879)])
def test_intervals_stand_near_those_of_chan_and_zhang(table: tuple[int, int, int, int], low: float, high: float) -> None:
    """One order for all differences and the set-aside error move the published ends by less than two points."""
    assert np.ravel(exact_difference(*table, 0.95)) == pytest.approx([low, high], abs=0.02)


@pytest.mark.parametrize("table", [(7, 10, 2, 10), (3, 25, 9, 21), (12, 40, 3, 35), (1, 8, 0, 60), (30, 30, 5, 9)])
@pytest.mark.parametrize("kind", ["difference", "ratio"])
def test_no_difference_is_barnards_test(kind: Kind, table: tuple[int, int, int, int]) -> None:
    """The largest tail probability at no difference is scipy's one-sided Barnard test."""
    from scipy.stats import barnard_exact

    x1, n1, x2, n2 = table
    wanted = barnard_exact([[x1, x2], [n1 - x1, n2 - x2]], alternative="greater", n=256).pvalue
    bound, met = largest_p(kind, table, 0.0)
    assert met == pytest.approx(wanted, rel=1e-4)
    assert bound >= wanted - 1e-12


@pytest.mark.parametrize(("n1", "n2"), [(4, 4), (5, 9), (9, 5)])
@pytest.mark.parametrize("confidence", [0.95, 0.995])
def test_coverage_is_never_below_the_level(n1: int, n2: int, confidence: float) -> None:
    """Summed over every table, each end errs at most half the error; so it is for ratios."""
    from scipy.stats import binom

    tables = every_table(n1, n2)
    low, high = exact_difference(*tables, confidence)
    held = tables[2] > 0
    least, most = np.zeros(len(low)), np.full(len(low), np.inf)
    least[held], most[held] = exact_ratio(*(column[held] for column in tables), confidence)
    rates = np.array([0.001, 0.01, 0.03, *np.linspace(0.05, 0.95, 19), 0.97, 0.99, 0.999])
    chance = [binom.pmf(tables[side], tables[side + 1], rates[:, None]) for side in (0, 2)]
    error = (1 - confidence) / 2 + 1e-12
    for one, p1 in enumerate(rates):
        for two, p2 in enumerate(rates):
            likely = chance[0][one] * chance[1][two]
            assert likely[low > p1 - p2].sum() <= error
            assert likely[high < p1 - p2].sum() <= error
            assert likely[least > p1 / p2].sum() <= error
            assert likely[most < p1 / p2].sum() <= error


def test_it_is_shorter_than_the_rectangle() -> None:
    """Over every table of 6 and 16 it is a third shorter on average, never longer, and holds the gap seen."""
    x1, n1, x2, n2 = every_table(6, 16)
    low, high = exact_difference(x1, n1, x2, n2, 0.95)
    far_low, far_high = exact_rectangle_difference(x1, n1, x2, n2, 0.95)
    assert (high - low).mean() < 0.72 * (far_high - far_low).mean()
    assert np.all(high - low <= far_high - far_low + 1e-9)
    assert np.all((low <= x1 / n1 - x2 / n2) & (x1 / n1 - x2 / n2 <= high))


@pytest.mark.parametrize(("n1", "n2"), [(7, 7), (5, 12), (12, 5), (3, 40)])
def test_tails_are_closed_and_nested(n1: int, n2: int) -> None:
    """The score rises in one count and falls in the other and in the difference or ratio tested, so tails are nested."""
    y1, y2 = np.meshgrid(np.arange(n1 + 1.0), np.arange(n2 + 1.0), indexing="ij")
    sides = y1, np.full_like(y1, n1), y2, np.full_like(y1, n2)
    for statistic, shifts in ((difference_statistic, np.linspace(-0.98, 0.98, 60)), (ratio_statistic, np.linspace(-5, 5, 60))):
        scores = np.stack([statistic(*sides, np.full_like(y1, shift)) for shift in shifts])
        assert np.diff(scores, axis=1).min() >= -1e-9
        assert np.diff(scores, axis=2).max() <= 1e-9
        assert np.diff(scores, axis=0).max() <= 1e-9


@pytest.mark.parametrize("kind", ["difference", "ratio"])
@pytest.mark.parametrize("table", [(4, 9, 11, 30), (11, 30, 4, 9), (0, 12, 3, 40), (28, 99, 900, 3000)])
def test_the_bound_holds_between_grid_points(kind: Kind, table: tuple[int, int, int, int]) -> None:
    """The bound from 64 cells is at least every value on a grid eighty times as fine."""
    region = tail_region(kind, *table, -0.1)
    coarse, fine = Tail.of(region, 0.0, 1.0, 64), Tail.of(region, 0.0, 1.0, 5120)
    for shift in (-0.6, -0.2, -0.05, 0.1, 0.4):
        assert coarse.largest(kind, shift)[0] >= fine.largest(kind, shift)[1] - 1e-12


@settings(max_examples=12, deadline=None)
@given(st.data())
def test_exchanging_groups_mirrors_the_interval(data: st.DataObject) -> None:
    """Groups exchanged turn the difference over and the ratio upside down; successes for failures turn the difference over."""
    n1, n2 = data.draw(st.integers(1, 40)), data.draw(st.integers(1, 40))
    x1, x2 = data.draw(st.integers(1, n1)), data.draw(st.integers(1, n2))
    low, high = exact_difference(x1, n1, x2, n2, 0.95)
    assert np.ravel(exact_difference(x2, n2, x1, n1, 0.95)) == pytest.approx([-high, -low])
    # Of two groups of one size, which one's rate is the nuisance rate changes sides; the ends then move a little.
    near = 1e-6 if n1 != n2 else 0.02
    assert np.ravel(exact_difference(n1 - x1, n1, n2 - x2, n2, 0.95)) == pytest.approx([-high, -low], abs=near)
    least, most = exact_ratio(x1, n1, x2, n2, 0.95)
    assert np.ravel(exact_ratio(x2, n2, x1, n1, 0.95)) == pytest.approx([1 / most, 1 / least])


def test_a_very_large_group_is_as_good_as_known() -> None:
    """Against two million people the interval is nearly Clopper-Pearson's of the small group."""
    from scipy.stats import beta

    low, high = exact_difference(20, 99, 400_000, 2_000_000, 0.95)
    assert float(low) == pytest.approx(beta.ppf(0.025, 20, 80) - 0.2, abs=0.002)
    assert float(high) == pytest.approx(beta.ppf(0.975, 21, 79) - 0.2, abs=0.002)


def few(weight: float = 1.0) -> Cells:
    """40 people of group a, 60 of group b."""
    rows = np.array([30, 10, 27, 33])
    return Cells(
        attributes=("one",),
        levels=(("a", "b"),),
        codes=np.array([[0], [0], [1], [1]]),
        label=np.array([-1, -1, -1, -1]),
        prediction=np.array([1, 0, 1, 0]),
        rows=rows,
        weight=rows * weight,
        weight_sq=rows * weight * weight * 1.5,
        score=np.zeros(4),
        score_sq=np.zeros(4),
        scored=np.zeros(4),
        weighted=weight != 1,
    )


def test_small_groups_that_are_judged_get_it() -> None:
    """The primary family of a small table uses it for difference and ratio; with sampling weights the rectangle stays."""
    question = [Question(attribute="one", group="a", reference="b")]
    for gap in primary_gaps(few(), question, ["selection_rate"], 0.95):
        assert gap.estimate.state == "known"
        assert gap.estimate.method == METHODS[UNCONDITIONAL]
    low, high = exact_difference(30, 40, 27, 60, 0.95)
    seen = primary_gaps(few(), question, ["selection_rate"], 0.95)[0].estimate
    assert seen.state == "known"
    assert (seen.low, seen.high) == (float(low), float(high))
    weighted = observe.primary_gaps(few(2.0), question, ["selection_rate"], 0.95)[0].estimate
    assert weighted.state == "known"
    assert weighted.method == "clopper-pearson rectangle"
