"""Adjusted figures against statsmodels and the formulas written out by hand."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.regression.linear_model import OLS
from statsmodels.stats.contingency_tables import StratifiedTable

from oracles import independent
from plumbrule.lab import Decisions, adjusted, attributes, open_table
from plumbrule.lab.inference import adjust
from plumbrule.lab.inference.intervals import score_difference

BERKELEY = [
    (89, 108, 512, 825),
    (17, 25, 353, 560),
    (202, 593, 120, 325),
    (131, 375, 138, 417),
    (94, 393, 53, 191),
    (24, 341, 22, 373),
]
"""Women and men of departments A to F: admitted, applied."""


@pytest.fixture(scope="module")
def design() -> tuple[np.ndarray, np.ndarray]:
    """Outcome and design (constant, white, the textbook's factors) of the mortgage decisions."""
    numbers = independent.loanapp()[["approve", "white", *independent.FACTORS]].apply(pd.to_numeric).dropna()
    regressors = numbers[["white", *independent.FACTORS]].to_numpy(float)
    return numbers["approve"].to_numpy(float), np.column_stack([np.ones(len(numbers)), regressors])


def test_least_squares_is_statsmodels(design: tuple[np.ndarray, np.ndarray]) -> None:
    """Coefficients, ordinary and HC3 errors are statsmodels' to 1e-9 on fourteen factors."""
    outcome, regressors = design
    ours = adjust.least_squares(outcome, regressors)
    theirs = OLS(outcome, regressors).fit()
    assert ours.coefficients == pytest.approx(theirs.params, rel=1e-9, abs=1e-9)
    assert ours.ordinary_errors == pytest.approx(theirs.bse, rel=1e-9, abs=1e-9)
    assert ours.robust_errors == pytest.approx(theirs.HC3_se, rel=1e-9, abs=1e-9)


def test_least_squares_gives_the_textbook_figures(design: tuple[np.ndarray, np.ndarray]) -> None:
    """White minus others: 20.1 points raw, 12.9 after the factors, ordinary error 2.0, robust 2.6, on 1,971 rows."""
    outcome, regressors = design
    fit = adjust.least_squares(outcome, regressors)
    assert len(outcome) == 1971
    figures = fit.coefficients[1], fit.ordinary_errors[1], fit.robust_errors[1]
    assert [round(100 * figure, 1) for figure in figures] == [12.9, 2.0, 2.6]
    raw = independent.loanapp()[["approve", "white"]].apply(pd.to_numeric).to_numpy(float)
    whole = adjust.least_squares(raw[:, 0], np.column_stack([np.ones(len(raw)), raw[:, 1]]))
    assert round(100 * whole.coefficients[1], 1) == 20.1


def test_scale_and_order_of_factors_do_not_matter(design: tuple[np.ndarray, np.ndarray]) -> None:
    """Dollars or thousands of dollars, this order or that: the adjusted gap is the same."""
    outcome, regressors = design
    other = regressors[:, ::-1] * np.array([10.0 ** (place % 5 - 2) for place in range(regressors.shape[1])])
    ours, again = adjust.least_squares(outcome, regressors), adjust.least_squares(outcome, other)
    scale = 10.0 ** ((regressors.shape[1] - 2) % 5 - 2)
    assert again.coefficients[-2] * scale == pytest.approx(ours.coefficients[1], rel=1e-8)
    assert again.robust_errors[-2] * scale == pytest.approx(ours.robust_errors[1], rel=1e-8)


def test_mantel_haenszel_is_the_formula_by_hand() -> None:
    """Difference with Sato's variance and ratio with Greenland and Robins' on the Berkeley departments."""
    by_hand = independent.mantel_haenszel_difference(BERKELEY)
    assert adjust.mantel_haenszel_difference(BERKELEY) == pytest.approx(by_hand, rel=1e-12)
    assert adjust.mantel_haenszel_difference(BERKELEY)[0] == pytest.approx(0.018425196, abs=1e-9)
    assert adjust.mantel_haenszel_ratio(BERKELEY) == pytest.approx(independent.mantel_haenszel_ratio(BERKELEY), rel=1e-12)


def test_pooled_ratio_is_statsmodels() -> None:
    """The pooled ratio is that of statsmodels' StratifiedTable."""
    tables = [np.array([[x1, n1 - x1], [x0, n0 - x0]]) for x1, n1, x0, n0 in BERKELEY]
    assert adjust.mantel_haenszel_ratio(BERKELEY)[0] == pytest.approx(StratifiedTable(tables).riskratio_pooled, rel=1e-12)


def test_one_stratum_is_the_raw_gap() -> None:
    """With one stratum the pooled difference is the plain one, and its interval close to the score interval."""
    value, variance = adjust.mantel_haenszel_difference([(250, 1000, 300, 1100)])
    assert value == pytest.approx(250 / 1000 - 300 / 1100)
    low, high = score_difference(250, 1000, 300, 1100, 0.95)
    half = 1.959964 * math.sqrt(variance)
    assert (value - half, value + half) == pytest.approx((float(low), float(high)), abs=2e-4)


def test_empty_sides_say_nothing() -> None:
    """A stratum where one group is absent changes nothing; if no stratum holds both, there is no figure."""
    one_sided = [*BERKELEY, (0, 0, 5, 9), (3, 4, 0, 0)]
    assert adjust.mantel_haenszel_difference(one_sided) == adjust.mantel_haenszel_difference(BERKELEY)
    with pytest.raises(ValueError, match="stratum"):
        adjust.mantel_haenszel_difference([(0, 0, 5, 9)])


@pytest.mark.parametrize("women", ["1", "0"])
def test_decisions_without_chance_have_no_error(tmp_path: Path, women: str) -> None:
    """Everybody got a yes, or all men and no woman: no NaN and no certainty; unknown, with the raw gap beside it."""
    people = [("women" if i % 2 else "men", i * 0.37 % 5) for i in range(60)]
    lines = [f"{women if sex == 'women' else 1},{sex},{factor}" for sex, factor in people]
    (tmp_path / "t.csv").write_text("p,sex,factor\n" + "\n".join(lines) + "\n", encoding="utf-8")
    by, wanted = attributes(["sex"], []), {"reference": "men", "groups": ["women"], "factors": ["factor"]}
    with open_table(tmp_path / "t.csv") as table:
        (one,) = adjusted(table, Decisions(prediction="p", by=by), by[0], **wanted, pooled=False, confidence=0.95, comparisons=1)
    assert one.raw.state == "known"
    assert one.adjusted.state == "unknown"
    assert "leave no chance" in one.adjusted.reason


side = st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
strata = st.lists(st.tuples(side, side).map(lambda pair: (*pair[0], *pair[1])), min_size=1, max_size=8)


@given(strata)
@settings(deadline=None, max_examples=200)
def test_swaps_turn_the_sign_and_keep_the_variance(rows: list[tuple[int, int, int, int]]) -> None:
    """Swapping the groups, or naming the other outcome, turns the sign of the difference and keeps its variance."""
    value, variance = adjust.mantel_haenszel_difference(rows)
    swapped = adjust.mantel_haenszel_difference([(x0, n0, x1, n1) for x1, n1, x0, n0 in rows])
    renamed = adjust.mantel_haenszel_difference([(n1 - x1, n1, n0 - x0, n0) for x1, n1, x0, n0 in rows])
    assert swapped == pytest.approx((-value, variance), abs=1e-12)
    assert renamed == pytest.approx((-value, variance), abs=1e-12)
    assert variance >= 0


def test_variance_is_what_chance_does() -> None:
    """Over 4,000 draws from sparse strata the variance of the pooled difference is the one announced, within 6 %."""
    generator = np.random.default_rng(20260101)
    shapes = [(4, 3, 0.2), (9, 5, 0.5), (15, 40, 0.7), (6, 6, 0.35), (30, 8, 0.1)]
    found = [
        adjust.mantel_haenszel_difference(
            [(generator.binomial(n1, p + 0.1), n1, generator.binomial(n0, p), n0) for n1, n0, p in shapes]
        )
        for _ in range(4000)
    ]
    values, variances = np.array(found).T
    assert values.mean() == pytest.approx(0.1, abs=0.01)
    assert variances.mean() == pytest.approx(values.var(), rel=0.06)


def test_tables_are_the_published_ones(shared: Path) -> None:
    """The strata written above are those of the file."""
    frame = independent.load("berkeley", shared)
    options = {"prediction": "Admit", "favourable": "Admitted", "count": "Freq"}
    for department, row in zip("ABCDEF", BERKELEY, strict=True):
        sides = [
            independent.fractions(independent.part(frame, {"Dept": department, "Gender": gender}), **options)["selection_rate"]
            for gender in ("Female", "Male")
        ]
        assert (*sides[0], *sides[1]) == row
