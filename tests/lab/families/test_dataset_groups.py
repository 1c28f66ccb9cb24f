"""Who is in the table, what is missing for whom, how labels are spread: oracles, planted gaps, noise."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from plumbrule.base.observation import Known, Unknown
from plumbrule.errors import InputError, TableError
from plumbrule.lab import Table, open_table
from plumbrule.lab.columns import Attribute
from plumbrule.lab.families.dataset.groups import count_groups
from plumbrule.lab.families.dataset.missing import ByGroup, labels_by_group, missing_by_group, observe_by_group
from plumbrule.lab.families.dataset.who import (
    Reference,
    Share,
    observe_representation,
    reference_from_counts,
    represent,
    representation,
    size_from_error,
)

ADULT = ("age", "workclass", "fnlwgt", "education", "education_num", "marital", "occupation", "relationship", "race", "sex")
ADULT += ("gain", "loss", "hours", "country", "income")
SEX, RACE = Attribute(name="sex"), Attribute(name="race")


def known(estimate: object) -> Known:
    assert isinstance(estimate, Known), estimate
    return estimate


def gap(found: ByGroup, group: dict[str, str], kind: str = "difference") -> Known:
    return known(next(one.estimate for one in found.gaps if one.group == group and one.kind == kind))


# ── who is in it ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_exact_share_divides_the_exact_interval() -> None:
    """Against a census the ratio is the share over the census, with scipy's Clopper-Pearson interval at half the error."""
    from scipy.stats import binomtest

    census = Reference(attribute="sex", source="census", shares={"f": Share(value=0.5), "m": Share(value=0.5)})
    found = represent({"f": 30, "m": 90, None: 12}, census, confidence=0.95)
    ratio = known(found.groups[0].ratio)
    bounds = binomtest(30, 120).proportion_ci(confidence_level=0.975, method="exact")
    assert (ratio.value, ratio.low, ratio.high) == pytest.approx((0.5, bounds.low / 0.5, bounds.high / 0.5))
    assert found.groups[0].ratio_bounds == pytest.approx((30 / 132 / 0.5, 42 / 132 / 0.5))
    assert (found.people, found.unknown, found.comparisons) == (120, 12, 2)


def test_a_survey_is_less_sure_than_a_census() -> None:
    """The smaller the reference sample, the wider the interval; a very large one comes to the census."""
    widths = []
    for size in (200, 2_000, 200_000_000):
        reference = reference_from_counts("g", "survey", {"a": size / 4, "b": size * 3 / 4}, exact=False)
        ratio = known(represent({"a": 400, "b": 600}, reference, confidence=0.95).groups[0].ratio)
        widths.append(ratio.high - ratio.low)
    exact = reference_from_counts("g", "census", {"a": 1, "b": 3}, exact=True)
    ratio = known(represent({"a": 400, "b": 600}, exact, confidence=0.95).groups[0].ratio)
    assert widths[0] > widths[1] > widths[2]
    assert widths[2] == pytest.approx(ratio.high - ratio.low, rel=0.03)


def test_two_samples_agree_with_statsmodels() -> None:
    """The ratio of two samples has Miettinen and Nurminen's interval at the Bonferroni level."""
    from statsmodels.stats.proportion import confint_proportions_2indep

    reference = reference_from_counts("g", "survey", {"a": 250, "b": 750}, exact=False)
    ratio = known(represent({"a": 400, "b": 600}, reference, confidence=0.95).groups[0].ratio)
    low, high = confint_proportions_2indep(400, 1000, 250, 1000, method="score", compare="ratio", alpha=0.025)
    assert (ratio.low, ratio.high) == pytest.approx((low, high), rel=2e-6)


def test_groups_on_one_side_only() -> None:
    """A group without a share is unknown; one that nobody in the table belongs to has ratio 0 and an upper bound."""
    reference = Reference(attribute="g", source="x", shares={"a": Share(value=0.4), "c": Share(value=0.1)})
    found = {one.group: one for one in represent({"a": 50, "b": 50}, reference, confidence=0.95).groups}
    assert isinstance(found["b"].ratio, Unknown)
    absent = known(found["c"].ratio)
    assert (absent.value, absent.low) == (0.0, 0.0)
    assert 0 < absent.high < 1


def test_a_group_that_the_reference_holds_nobody_of_has_no_ratio() -> None:
    """A share of zero, exact or of a sample: the difference is known, the ratio is not."""
    for size in (None, 50.0, 5_000.0):
        reference = Reference(attribute="g", source="x", shares={"a": Share(value=0, size=size), "b": Share(value=1)})
        found = represent({"a": 20, "b": 80}, reference, confidence=0.95).groups[0]
        assert isinstance(found.ratio, Unknown)
        assert known(found.difference).low > 0


def test_no_false_alarm_where_the_table_is_a_sample_of_the_population() -> None:
    """Any of five ratios away from 1 in no more of 200 fair draws than 5 % allow."""
    random, shares = np.random.default_rng(1), [0.5, 0.3, 0.15, 0.04, 0.01]
    reference = Reference(attribute="g", source="x", shares={str(i): Share(value=p) for i, p in enumerate(shares)})
    alarms = 0
    for draw in random.multinomial(300, shares, size=200):
        found = represent({str(i): int(n) for i, n in enumerate(draw)}, reference, confidence=0.95)
        alarms += any(not one.ratio.low <= 1 <= one.ratio.high for one in found.groups if isinstance(one.ratio, Known))
    assert alarms <= 14


def test_weights_are_no_people() -> None:
    """Weights move shares and widen intervals (Kish); equal weights move nothing."""
    frame = pd.DataFrame({"g": ["a"] * 300 + ["b"] * 700, "w": ["2.5"] * 1000, "v": (["9.5"] + ["0.5"] * 9) * 100})
    reference = Reference(attribute="g", source="x", shares={"a": Share(value=0.3), "b": Share(value=0.7)})
    with open_table(frame) as table:
        plain, equal, uneven = (representation(table, Attribute(name="g"), reference, weight=w) for w in (None, "w", "v"))
    one, two, three = (known(found.groups[0].ratio) for found in (plain, equal, uneven))
    assert (one.low, one.high) == pytest.approx((two.low, two.high))
    assert three.high - three.low > 1.5 * (one.high - one.low)
    assert three.n == one.n == 1000


@pytest.mark.shared
def test_adult_against_half_and_half(shared: Path) -> None:
    """Adult of 1994 holds 10,771 women among 32,561: 0.66 of a half."""
    with open_table(shared / "data/audit/adult/adult.data", columns=ADULT) as table:
        found = representation(table, SEX, reference_from_counts("sex", "half", {"Female": 1, "Male": 1}, exact=True))
    ratio = known(found.groups[0].ratio)
    assert ratio.value == pytest.approx(2 * 10_771 / 32_561)
    assert ratio.high < 0.68
    observations = observe_representation(found, inputs=("x",))
    assert {one.id for one in observations} >= {"representation_ratio:sex=Female", "table_share:sex=Male"}
    assert len({one.id for one in observations}) == len(observations) == 6


@pytest.mark.parametrize(
    "shares", [{}, {"a": Share(value=60), "b": Share(value=40)}, {"a": Share(value=-0.1)}, {"a": Share(value=0.2, size=0)}]
)
def test_a_reference_that_is_none_is_refused(shares: dict[str, Share]) -> None:
    """Percentages, negative shares, nobody."""
    with pytest.raises(InputError) as caught:
        represent({"a": 1}, Reference(attribute="g", source="x", shares=shares), confidence=0.95)
    assert caught.value.cure
    with pytest.raises(InputError):
        reference_from_counts("g", "x", {"a": -1}, exact=True)
    with pytest.raises(InputError):
        size_from_error(1.0, 0.1)


def test_an_empty_side_is_unknown() -> None:
    """Nobody's group is known: nothing is said."""
    found = represent({None: 5}, Reference(attribute="g", source="x", shares={"a": Share(value=1)}), confidence=0.95)
    assert isinstance(found.groups[0].share, Unknown)


# ── missing, and labels ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.shared
def test_missing_agrees_with_pandas(shared: Path) -> None:
    """Every rate of every column and race in Adult."""
    path = shared / "data/audit/adult/adult.data"
    frame = pd.read_csv(path, names=ADULT, skipinitialspace=True, na_values="?")
    with open_table(path, columns=ADULT, missing=("?",)) as table:
        found = missing_by_group(table, RACE)
    rates = {tuple(sorted(group.items())): known(estimate) for group, estimate in found.rates}
    for column in ("workclass", "occupation", "country", "hours"):
        for race, share in frame[column].isna().groupby(frame["race"]).mean().items():
            assert rates[("column", column), ("race", str(race))].value == pytest.approx(share)
    assert found.comparisons == 14 * 4 * 2


def test_a_planted_gap_in_what_is_missing_is_found(tmp_path: Path) -> None:
    """20 points of missing income, planted for one group; the column without a gap shows none."""
    random, rows = np.random.default_rng(2), 2_000
    group = random.choice(["a", "b"], rows)
    income = np.where(random.random(rows) < np.where(group == "a", 0.3, 0.1), "", "5")
    age = np.where(random.random(rows) < 0.2, "", "40")
    with open_table(pd.DataFrame({"g": group, "income": income, "age": age})) as table:
        found = missing_by_group(table, Attribute(name="g"), reference="b")
    planted, clean = gap(found, {"column": "income", "g": "a"}), gap(found, {"column": "age", "g": "a"})
    assert planted.low < 0.2 < planted.high
    assert planted.low > 0.1
    assert clean.low < 0 < clean.high


def test_noise_in_what_is_missing_raises_few_alarms() -> None:
    """Three columns, three groups, everything missing by a coin: at most 3 of 40 tables show a gap."""
    alarms = 0
    for seed in range(40):
        random = np.random.default_rng(seed)
        frame = pd.DataFrame({name: np.where(random.random(300) < 0.2, "", "x") for name in ("u", "v", "w")})
        frame["g"] = random.choice(list("abc"), 300)
        with open_table(frame) as table:
            found = missing_by_group(table, Attribute(name="g"))
        alarms += any(
            not one.estimate.low <= 0 <= one.estimate.high
            for one in found.gaps
            if one.kind == "difference" and isinstance(one.estimate, Known)
        )
    assert alarms <= 3


@pytest.mark.shared
def test_labels_agree_with_pandas_and_the_judge_finds_its_reference(shared: Path) -> None:
    """German credit: shares of good credit by a cut age; the id of each gap leads to the rate of its reference."""
    frame = pd.read_csv(shared / "data/audit/german.csv")
    with open_table(shared / "data/audit/german.csv") as table:
        found = labels_by_group(table, Attribute(name="age", edges=(25,)), "credit", reference="≥ 25")
    observations = observe_by_group(found, inputs=(), family="primary")
    by_id = {one.id: one for one in observations}
    young = known(by_id["label_share:credit=2&age=< 25"].estimate)
    assert young.value == pytest.approx((frame[frame.age < 25].credit == 2).mean())
    for one in observations:
        if one.measure == "difference" and one.reference is not None:
            reference = "label_share:" + "&".join(f"{key}={value}" for key, value in one.reference.items())
            assert by_id[reference].measure == "rate"
    assert {one.family for one in observations if one.reference} == {"primary"}


def test_unknown_groups_bound_the_gap() -> None:
    """With people of unknown group the bounds hold the gap wherever those people belong."""
    frame = pd.DataFrame({"g": ["a"] * 40 + ["b"] * 40 + [""] * 20, "v": (["x"] * 3 + [""]) * 25})
    with open_table(frame) as table:
        found = missing_by_group(table, Attribute(name="g"), reference="b")
    bounds = next(one.bounds for one in found.gaps if one.kind == "difference")
    assert bounds is not None
    # 10 of 40 in each group; 5 of the 20 unknown lack the value: at the edges all of them are in one group, or none.
    assert bounds == pytest.approx((10 / 55 - 15 / 45, 15 / 45 - 10 / 55))


def test_counts_stand_for_people() -> None:
    """A table of counts gives the same as the table unfolded."""
    frame = pd.DataFrame({"g": ["a", "a", "b", "b"], "v": ["", "x", "", "x"], "n": ["3", "17", "9", "31"]})
    unfolded = frame.loc[frame.index.repeat(frame["n"].astype(int)), ["g", "v"]]
    with open_table(frame) as one, open_table(unfolded) as two:
        counted = missing_by_group(one, Attribute(name="g"), count="n")
        plain = missing_by_group(two, Attribute(name="g"))
    assert [part.estimate for part in counted.gaps] == [part.estimate for part in plain.gaps]


def _refused(frame: pd.DataFrame, **options: object) -> TableError:
    with open_table(frame) as table, pytest.raises(TableError) as caught:
        count_groups(table, (Attribute(name="g"),), **options)  # type: ignore[arg-type]  # each test knows its options
    assert caught.value.expected
    return caught.value


def test_bad_columns_are_refused() -> None:
    """Broken counts, negative weights, both at once, a name where a group should be, a reference nobody holds."""
    frame = pd.DataFrame({"g": ["a", "b"], "n": ["1.5", "2"], "w": ["-1", "2"]})
    assert "1 rows of 'n'" in _refused(frame, count="n").got
    assert "1 rows of 'w'" in _refused(frame, weight="w").got
    assert "Both" in _refused(frame, count="n", weight="w").got
    assert "10000 groups" in _refused(pd.DataFrame({"g": [str(i) for i in range(10_001)]})).got
    with open_table(frame) as table:
        _both(table)


def _both(table: Table) -> None:
    with pytest.raises(TableError, match="reference group 'z'"):
        missing_by_group(table, Attribute(name="g"), reference="z")
    with pytest.raises(TableError, match="same column"):
        labels_by_group(table, Attribute(name="g"), "g")


def test_one_group_has_no_gap() -> None:
    """Nothing to compare: rates, and no gaps."""
    with open_table(pd.DataFrame({"g": ["a", "a"], "v": ["", "x"]})) as table:
        found = missing_by_group(table, Attribute(name="g"))
    assert found.gaps == ()
    assert known(found.rates[0][1]).value == 0.5
