"""The area under the ROC curve: published numbers, other implementations, and what its intervals cover."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plumbrule.base.observation import Known, Unknown
from plumbrule.errors import InputError
from plumbrule.lab.inference.auc import Area, area, auc, chernoff

# Albumin, total protein, K-G score and whether surgery helped, of the 43 patients with all three: DeLong, DeLong and
# Clarke-Pearson 1988, as printed in the manual of SAS/STAT (LOGISTIC, comparing ROC curves), which gives the results below.
OVARIAN = np.fromstring(
    """3.0 5.8 10 0 3.2 6.3 5 1 3.9 6.8 3 1 2.8 4.8 6 0 3.2 5.8 3 1 0.9 4.0 5 0 2.5 5.7 8 0 1.6 5.6 5 1 3.8 5.7 5 1
    3.7 6.7 6 1 3.2 5.4 4 1 3.8 6.6 6 1 4.1 6.6 5 1 3.6 5.7 5 1 4.3 7.0 4 1 3.6 6.7 4 0 2.3 4.4 6 1 4.2 7.6 4 0
    4.0 6.6 6 0 3.5 5.8 6 1 3.8 6.8 7 1 3.0 4.7 8 0 4.5 7.4 5 1 3.7 7.4 5 1 3.1 6.6 6 1 4.1 8.2 6 1 4.3 7.0 5 1
    4.3 6.5 4 1 3.2 5.1 5 1 2.6 4.7 6 1 3.3 6.8 6 0 1.7 4.0 7 0 3.7 6.1 5 1 3.3 6.3 7 1 4.2 7.7 6 1 3.5 6.2 5 1
    2.9 5.7 9 0 2.1 4.8 7 1 2.8 6.2 8 0 4.0 7.0 7 1 3.3 5.7 6 1 3.7 6.9 5 1 3.6 6.6 5 1""",
    sep=" ",
).reshape(-1, 4)


def plain(scores: np.ndarray, positive: np.ndarray) -> tuple[float, float]:
    """DeLong's estimate pair by pair, written once more from the paper: O(mn), no ranks."""
    kernel = np.sign(scores[positive == 1][:, None] - scores[positive == 0][None, :]) / 2 + 0.5
    s10, s01 = kernel.mean(axis=1).var(ddof=1), kernel.mean(axis=0).var(ddof=1)
    return float(kernel.mean()), float((s10 / kernel.shape[0] + s01 / kernel.shape[1]) ** 0.5)


def known(scores: object, positive: object, **options: object) -> Area:
    found = area(np.asarray(scores, float), np.asarray(positive), **options)  # type: ignore[arg-type]  # each test knows
    assert isinstance(found, Area)
    return found


@pytest.mark.parametrize(
    ("column", "sign", "value", "error", "low", "high"),
    [(0, 1, 0.7366, 0.0927, 0.5549, 0.9182), (2, -1, 0.7258, 0.1028, 0.5243, 0.9273), (1, 1, 0.6478, 0.1000, 0.4518, 0.8439)],
)
def test_the_published_areas_come_out(column: int, sign: int, value: float, error: float, low: float, high: float) -> None:
    """Areas, standard errors and Wald limits of the three tests of DeLong's patients, to four digits."""
    found = known(sign * OVARIAN[:, column], OVARIAN[:, 3])
    assert (round(found.value, 4), round(found.error, 4)) == (value, error)
    assert found.value - 1.959964 * found.error == pytest.approx(low, abs=6e-5)
    assert found.value + 1.959964 * found.error == pytest.approx(high, abs=6e-5)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.integers(-4, 4), st.booleans()), min_size=4, max_size=60).filter(
        lambda rows: 2 <= sum(mark for _, mark in rows) <= len(rows) - 2
    )
)
def test_ties_and_all_agree_with_the_pairs(rows: list[tuple[int, bool]]) -> None:
    """Against all pairs, scipy's Mann-Whitney U and scikit-learn, on scores full of ties."""
    from scipy.stats import mannwhitneyu
    from sklearn.metrics import roc_auc_score

    scores, marks = np.array([row[0] for row in rows], float), np.array([row[1] for row in rows], int)
    found = known(scores, marks)
    value, error = plain(scores, marks)
    assert found.value == pytest.approx(value, abs=1e-12)
    assert found.error == pytest.approx(error, abs=1e-12)
    assert found.value == pytest.approx(roc_auc_score(marks, scores), abs=1e-12)
    u = mannwhitneyu(scores[marks == 1], scores[marks == 0]).statistic
    assert found.value == pytest.approx(u / (marks.sum() * (1 - marks).sum()), abs=1e-12)


def test_what_leaves_the_order_leaves_the_area() -> None:
    """Rising maps, permutations and counts of people change nothing; swapping the kinds mirrors it."""
    random = np.random.default_rng(3)
    scores, marks = random.normal(size=200).round(1), random.integers(0, 2, 200)
    found, order = known(scores, marks), random.permutation(200)
    assert known(np.exp(scores), marks) == found
    permuted = known(scores[order], marks[order])
    assert (permuted.value, permuted.error) == (pytest.approx(found.value), pytest.approx(found.error))
    mirrored = known(scores, 1 - marks)
    assert (mirrored.value, mirrored.error) == (pytest.approx(1 - found.value), pytest.approx(found.error))
    lines, people = np.unique(np.stack([scores, marks], axis=1), axis=0, return_counts=True)
    counted = known(lines[:, 0], lines[:, 1], people=people)
    assert (counted.value, counted.error) == (pytest.approx(found.value), pytest.approx(found.error))


def test_a_million_scores_take_no_million_squared() -> None:
    """A million scores agree with scikit-learn; all pairs would need 250 thousand million steps."""
    from sklearn.metrics import roc_auc_score

    random = np.random.default_rng(4)
    marks = random.integers(0, 2, 1_000_000)
    scores = random.normal(size=marks.size) + 0.3 * marks
    assert known(scores, marks).value == pytest.approx(roc_auc_score(marks, scores), abs=1e-12)


def test_perfect_separation_is_not_certain() -> None:
    """Ten above ten: the area is 1 and its lower bound is not; Wald's error would be 0."""
    found = auc(np.arange(20), np.arange(20) >= 10, confidence=0.95)
    assert isinstance(found, Known)
    assert (found.value, found.high, found.method) == (1.0, 1.0, "hoeffding-chernoff")
    assert found.low == pytest.approx((0.05 / 2) ** (1 / 10))


@pytest.mark.parametrize(("m", "n"), [(8, 8), (10, 60)])
@pytest.mark.parametrize("shift", [0.0, 0.8, 2.5])
def test_the_guaranteed_interval_keeps_its_level(m: int, n: int, shift: float) -> None:
    """Coverage over 400 draws is at least 95 %, also where the spread differs and DeLong's falls short."""
    from scipy.stats import norm

    random = np.random.default_rng(5)
    truth, marks, held = norm.cdf(shift / np.hypot(1, 3)), np.r_[np.ones(m), np.zeros(n)], 0
    for _ in range(400):
        scores = np.r_[random.normal(shift, 3, m), random.normal(0, 1, n)]
        found = auc(scores, marks, confidence=0.95, guaranteed=True)
        assert isinstance(found, Known)
        held += found.low <= truth <= found.high
    assert held >= 380


def test_delong_on_the_logit_scale_is_near_its_level() -> None:
    """With 60 of each kind coverage over 800 draws lies between 93 and 97 %."""
    from scipy.stats import norm

    random, held, marks = np.random.default_rng(6), 0, np.r_[np.ones(60), np.zeros(60)]
    for _ in range(800):
        found = auc(np.r_[random.normal(1.2, 1, 60), random.normal(0, 1, 60)], marks, confidence=0.95)
        assert isinstance(found, Known)
        held += found.low <= norm.cdf(1.2 / 2**0.5) <= found.high
    assert 0.93 <= held / 800 <= 0.97


def test_the_bound_is_the_formula() -> None:
    """At the bound the divergence times the pairs is log(2/α)."""
    low, high = chernoff(0.7, 25, 0.9)
    for bound in (low, high):
        divergence = 0.7 * np.log(0.7 / bound) + 0.3 * np.log(0.3 / (1 - bound))
        assert 25 * divergence == pytest.approx(np.log(20), abs=1e-9)


def test_one_kind_only_is_unknown() -> None:
    """No area without both kinds; nothing is guessed."""
    assert isinstance(area([1.0, 2.0], [1, 1]), Unknown)
    assert isinstance(auc([], [], confidence=0.95), Unknown)


@pytest.mark.parametrize(
    ("scores", "marks", "people"),
    [([1.0], [1, 0], None), ([np.nan, 1.0], [1, 0], None), ([1.0, 2.0], [1, 2], None), ([1.0, 2.0], [1, 0], [1, 0.5])],
)
def test_bad_input_is_refused(scores: list[float], marks: list[int], people: list[float] | None) -> None:
    """Lengths, NaN, marks and counts: got, expected, cure."""
    with pytest.raises(InputError) as caught:
        area(scores, marks, people)
    assert caught.value.expected
    assert caught.value.cure
