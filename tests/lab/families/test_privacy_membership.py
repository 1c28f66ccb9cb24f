"""Membership: what leaks is found, what does not is not, and the figures are those that others compute."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from plumbrule.base.observation import Known, Unknown
from plumbrule.errors import InputError, TableError
from plumbrule.lab import open_table
from plumbrule.lab.families.privacy.membership import (
    Membership,
    membership,
    membership_from_table,
    observe_membership,
)


def known(estimate: object) -> Known:
    assert isinstance(estimate, Known), estimate
    return estimate


def attack(shift: float, seed: int = 1, people: int = 4_000) -> Membership:
    random = np.random.default_rng(seed)
    return membership(random.normal(shift, 1, people), random.normal(0, 1, people))


def test_a_planted_leak_has_its_true_size() -> None:
    """Normal scores one deviation apart: advantage 2Φ(½) − 1, area Φ(1/√2), members found at 1 % false alarms Φ(1 − 2.326)."""
    from scipy.stats import norm

    found = attack(1.0)
    advantage, area = known(found.advantage), known(found.area)
    assert advantage.low < 2 * norm.cdf(0.5) - 1 < advantage.high
    assert area.low < norm.cdf(1 / 2**0.5) < area.high
    one = found.low_rates[1]
    assert one.wanted == 0.01
    assert known(one.found).value == pytest.approx(norm.cdf(1 - norm.ppf(0.99)), abs=0.04)
    assert known(one.alarms).low < 0.01 < known(one.alarms).high


def test_the_figures_agree_with_scikit_learn() -> None:
    """The area is roc_auc_score; advantage and shares are those of a threshold counted by hand."""
    from sklearn.metrics import roc_auc_score

    random = np.random.default_rng(2)
    members, others = random.normal(0.5, 1, 300).round(1), random.normal(0, 1, 500).round(1)
    found = membership(members, others)
    assert known(found.area).value == pytest.approx(
        roc_auc_score(np.r_[np.ones(300), np.zeros(500)], np.r_[members, others]), abs=1e-12
    )
    assert known(found.advantage).n == 150 + 250


def test_no_leak_raises_few_alarms() -> None:
    """Scores without any difference: of 200 attacks at most 16 have any figure beyond chance, though each picks its threshold."""
    alarms = 0
    for seed in range(200):
        found = attack(0.0, seed, 150)
        advantage, area = known(found.advantage), known(found.area)
        alarms += not advantage.low <= 0 <= advantage.high or not area.low <= 0.5 <= area.high
    assert alarms <= 16


def test_the_advantage_is_not_the_best_of_all_thresholds() -> None:
    """On noise the best threshold on the same scores promises an advantage; tried on others none is left on average."""
    random = np.random.default_rng(3)
    promised, kept = [], []
    for _ in range(60):
        members, others = random.normal(size=100), random.normal(size=100)
        cuts = np.r_[members, others]
        promised.append(max((members >= cut).mean() - (others >= cut).mean() for cut in cuts))
        kept.append(known(membership(members, others).advantage).value)
    assert np.mean(promised) > 0.08
    assert abs(np.mean(kept)) < 0.03


def test_a_leak_in_the_tail_shows_at_few_false_alarms_only() -> None:
    """Three members in a hundred stand out completely: little advantage, but they are found at one alarm in a thousand."""
    random = np.random.default_rng(4)
    members = np.where(random.random(8_000) < 0.03, 9.0, random.normal(size=8_000))
    found = membership(members, random.normal(size=8_000))
    assert known(found.advantage).value < 0.06
    tail = found.low_rates[0]
    assert known(tail.found).low > 10 * 0.001
    assert known(tail.found).low > known(tail.alarms).high


def test_few_people_say_little() -> None:
    """Too few non-members for a rate of 1 in 1,000; too few for anything; missing scores are counted."""
    found = membership(np.r_[np.arange(40.0), np.nan], np.arange(40.0))
    assert (found.members, found.others, found.missing) == (40, 40, 1)
    assert isinstance(found.low_rates[0].found, Unknown)
    assert known(found.advantage).method == "clopper-pearson rectangle"
    nothing = membership([1.0], [])
    assert isinstance(nothing.advantage, Unknown)
    assert isinstance(nothing.area, Unknown)


def test_ties_never_let_more_through_than_allowed() -> None:
    """Where half the non-members share the highest score, a threshold of 1 % lies above them."""
    members, others = np.r_[np.full(500, 2.0), np.full(500, 3.0)], np.r_[np.full(500, 1.0), np.full(500, 2.0)]
    found = membership(members, others, low_rates=(0.01,)).low_rates[0]
    assert known(found.alarms).value == 0
    assert known(found.found).value == pytest.approx(0.5, abs=0.07)


def test_rising_maps_change_nothing_and_the_same_scores_give_the_same_answer() -> None:
    """Only the order of the scores counts; infinite scores are scores."""
    random = np.random.default_rng(5)
    members, others = random.normal(0.4, 1, 400), random.normal(0, 1, 400)
    one, two = membership(members, others), membership(np.exp(members), np.exp(others))
    assert one == two
    assert one == membership(members, others)
    assert known(membership(np.r_[members, np.inf], others).area).value > known(one.area).value


def test_a_table_gives_the_same() -> None:
    """Scores and marks in columns; missing scores are counted."""
    random = np.random.default_rng(6)
    members, others = random.normal(0.4, 1, 300), random.normal(0, 1, 300)
    frame = pd.DataFrame({"s": [*members, *others, None], "in": ["1"] * 300 + ["0"] * 301})
    with open_table(frame) as table:
        found = membership_from_table(table, "s", "in")
        assert found.area == membership(members, others).area
        assert found.missing == 1
        with pytest.raises(TableError, match="holds"):
            membership_from_table(table, "in", "s")
        with pytest.raises(TableError):
            membership_from_table(table, "no", "in")


def test_observations_and_refusals() -> None:
    """Stable ids; alarms are never judged; percentages are no shares."""
    observations = observe_membership(attack(0.5), inputs=("x",), family="primary")
    ids = [one.id for one in observations]
    assert ids[:2] == ["membership_area:all", "membership_advantage:all"]
    assert "membership_found:0.01" in ids
    assert len(set(ids)) == len(ids) == 6
    assert {one.family for one in observations if one.metric == "membership_alarms"} == {"exploratory"}
    with pytest.raises(InputError):
        membership([1.0, 2.0], [1.0, 2.0], low_rates=(1.0,))
