"""Duplicates and leakage: pandas as oracle, planted copies, and samples of one population that share rows by chance."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plumbrule.base.observation import Known, Unknown
from plumbrule.errors import TableError
from plumbrule.lab import open_table
from plumbrule.lab.families.dataset.copies import (
    Leakage,
    duplicates,
    leakage,
    observe_duplicates,
    observe_leakage,
)

ADULT = ("age", "workclass", "fnlwgt", "education", "education_num", "marital", "occupation", "relationship", "race", "sex")
ADULT += ("gain", "loss", "hours", "country", "income")


def compare(train: pd.DataFrame, test: pd.DataFrame, **options: object) -> Leakage:
    with open_table(train) as one, open_table(test) as two:
        return leakage(one, two, **options)  # type: ignore[arg-type]  # each test knows its options


def known(estimate: object) -> Known:
    assert isinstance(estimate, Known), estimate
    return estimate


def people(seed: int, rows: int) -> pd.DataFrame:
    """Rows with few values: samples of this population coincide often, by chance alone."""
    random = np.random.default_rng(seed)
    return pd.DataFrame({"a": random.integers(0, 20, rows), "b": random.geometric(0.1, rows)}).astype(str)


@pytest.mark.shared
def test_adult_agrees_with_pandas(shared: Path) -> None:
    """Adult holds 24 exact repeats, as pandas counts them; one pair of rows differs in the label alone."""
    path = shared / "data/audit/adult/adult.data"
    frame = pd.read_csv(path, names=ADULT, skipinitialspace=True)
    with open_table(path, columns=ADULT) as table:
        whole, labelled = duplicates(table), duplicates(table, label="income")
    assert whole.repeats == frame.duplicated().sum() == 24
    features = frame.drop(columns="income")
    assert labelled.repeats == features.duplicated().sum()
    labels = frame.groupby(list(features.columns))["income"].nunique()
    assert labelled.contradicting == (labels > 1).sum()
    first, again = whole.examples[0]
    assert frame.iloc[first - 1].equals(frame.iloc[again - 1])


@pytest.mark.shared
def test_adult_shares_as_many_rows_as_two_samples_would(shared: Path) -> None:
    """The two files of Adult share 23 rows of features as pandas joins them, and no more than chance would bring."""
    data, test = shared / "data/audit/adult/adult.data", shared / "data/audit/adult/adult.test"
    one = pd.read_csv(data, names=ADULT, skipinitialspace=True).drop(columns="income")
    two = pd.read_csv(test, names=ADULT, skipinitialspace=True, skiprows=1).drop(columns="income")
    joined = two.merge(one.drop_duplicates(), how="left", on=list(one.columns), indicator=True)
    with open_table(data, columns=ADULT) as train, open_table(test, columns=ADULT, skip=1) as tested:
        found = leakage(train, tested, columns=ADULT[:-1])
    assert found.shared == (joined["_merge"] == "both").sum()
    excess = known(found.excess)
    assert excess.low < 0 < excess.high
    assert known(found.overlap).value == pytest.approx(found.shared / len(two))


@settings(deadline=None, max_examples=20)
@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(["x", "y", None])), min_size=1, max_size=12))
def test_any_table_agrees_with_pandas(rows: list[tuple[str, str | None]]) -> None:
    """Repeats over all columns count missing values as equal; over named columns rows without one are left out."""
    frame = pd.DataFrame(rows, columns=["a", "b"])
    with open_table(frame) as table:
        whole, named = duplicates(table), duplicates(table, columns=["b"])
    assert whole.repeats == frame.duplicated().sum()
    assert named.repeats == frame["b"].dropna().duplicated().sum()
    assert named.without == frame["b"].isna().sum()
    assert (named.rows, whole.rows) == (frame["b"].notna().sum(), len(frame))


def test_leakage_that_was_planted_is_found() -> None:
    """A tenth of the test rows copied from the training rows shows as an excess of about what was planted."""
    train, test = people(1, 4_000), people(2, 2_000)
    clean = known(compare(train, test).excess)
    test.iloc[:200] = train.sample(200, random_state=3).to_numpy()
    unseen = ~test.iloc[200:].apply(tuple, axis=1).isin(set(train.apply(tuple, axis=1)))
    found = compare(train, test)
    assert clean.low < 0 < clean.high
    assert known(found.overlap).value == pytest.approx(1 - unseen.sum() / 2_000)
    ids = pd.DataFrame({"id": np.arange(3_000).astype(str)})
    leaked = compare(ids.iloc[:2_000], ids.iloc[1_900:])
    assert leaked.shared == 100
    assert known(leaked.excess).low > 0.07
    assert leaked.examples[0] == (1_901, 1)


def test_samples_of_one_population_raise_few_alarms() -> None:
    """The excess of 60 pairs of fair samples leaves out zero in at most 6 of them, where a third of rows coincide."""
    alarms = 0
    for seed in range(60):
        excess = known(compare(people(seed, 400), people(1_000 + seed, 300)).excess)
        alarms += not excess.low <= 0 <= excess.high
    assert alarms <= 6


def test_spelling_can_be_evened_out() -> None:
    """Case, blanks, accents and 1,0 for 1: another text, the same row."""
    train = pd.DataFrame({"name": ["José  Pérez", "Ann"], "amount": ["10", "3.50"]})
    test = pd.DataFrame({"name": ["jose perez ", "ANN"], "amount": ["10.0", "3.5"]})
    assert compare(train, test).shared == 0
    assert compare(train, test, loose=True).shared == 2
    with open_table(pd.concat([train, test])) as table:
        assert duplicates(table).repeats == 0
        found = duplicates(table, loose=True)
    assert found.repeats == 2
    assert observe_duplicates(found, inputs=())[0].id == "duplicate_share:name&amount, loosely"


def test_chosen_columns_find_a_person_whose_details_changed() -> None:
    """On all columns nothing is shared; on the number of the person everything with a number is."""
    train = pd.DataFrame({"id": ["1", "2", None], "city": ["Osh", "Talas", "Naryn"]})
    test = pd.DataFrame({"id": ["1", "2", None], "city": ["Bishkek", "Bishkek", "Bishkek"]})
    assert compare(train, test).shared == 0
    found = compare(train, test, columns=["id"])
    assert (found.shared, found.test_rows) == (2, 2)


def test_nothing_repeats_is_bounded_not_certain() -> None:
    """Without repeats in the training table what chance would bring is small but has an upper bound."""
    ids = pd.DataFrame({"id": np.arange(500).astype(str)})
    expected = known(compare(ids, ids.iloc[:10] + "x").expected)
    assert (expected.value, expected.low) == (0.0, 0.0)
    assert 0 < expected.high < 0.03


def test_no_rows_is_unknown_and_bad_columns_are_refused() -> None:
    """Tables without a common column, without a value, a label among the columns compared."""
    one = pd.DataFrame({"a": ["1", "2"], "b": ["x", "y"]})
    with pytest.raises(TableError, match="no column in common"):
        compare(one, pd.DataFrame({"c": ["1"]}))
    empty = compare(one, pd.DataFrame({"a": [None], "b": ["z"]}), columns=["a"])
    assert isinstance(empty.overlap, Unknown)
    assert isinstance(empty.excess, Unknown)
    assert isinstance(compare(one.iloc[:1], one).expected, Unknown)
    with open_table(one) as table, pytest.raises(TableError, match="label"):
        duplicates(table, columns=["a"], label="a")


def test_observations_hold_no_value_of_a_row() -> None:
    """Shares and ids; row numbers stay in the result."""
    train = pd.DataFrame({"name": ["Ann Smith", "Ann Smith", "Bo"], "y": ["0", "1", "1"]})
    with open_table(train) as table:
        found = duplicates(table, label="y")
    observations = observe_duplicates(found, inputs=("t",))
    assert [one.id for one in observations] == ["duplicate_share:name", "contradicting_share:name"]
    assert [known(one.estimate).value for one in observations] == pytest.approx([1 / 3, 1 / 2])
    leaked = observe_leakage(compare(train, train), confidence=0.95, inputs=("t",), family="primary")
    assert "Ann" not in repr(observations) + repr(leaked)
    assert [one.family for one in leaked] == ["primary", "exploratory", "primary"]


def test_columns_may_be_called_anything() -> None:
    """Names that we use inside our own SQL change nothing."""
    names = ["n", "c", "h", "k0", "whole", "first", "again", "carried", "labels", "g", "learn", "c0", "v", 'a"b']
    frame = pd.DataFrame({name: ["x", "x", str(place)] for place, name in enumerate(names)})
    with open_table(frame) as table:
        found = duplicates(table, label="carried")
    assert (found.repeats, found.contradicting) == (1, 0)
    assert compare(frame, frame).shared == 3
