"""Proxies: planted ones are found, noise and numbers that name a person are not, real tables say what is known of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from plumbrule.base.observation import Known, Unknown
from plumbrule.errors import TableError
from plumbrule.lab import open_table
from plumbrule.lab.columns import Attribute
from plumbrule.lab.families.dataset.codes import evidence, read_codes
from plumbrule.lab.families.dataset.proxies import Proxies, observe_proxies, proxies

ADULT = ("age", "workclass", "fnlwgt", "education", "education_num", "marital", "occupation", "relationship", "race", "sex")
ADULT += ("gain", "loss", "hours", "country", "income")
G = Attribute(name="g")


def find(frame: pd.DataFrame, **options: object) -> Proxies:
    with open_table(frame) as table:
        return proxies(table, G, **options)  # type: ignore[arg-type]  # each test knows its options


def areas(found: Proxies) -> dict[str, Known]:
    return {one.columns[0]: one.area for one in found.single if isinstance(one.area, Known)}


def noise(seed: int, rows: int = 400) -> pd.DataFrame:
    """A group by a coin, and columns that know nothing of it: words, numbers, many values, a number for each person."""
    random = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "g": random.choice(list("aab"), rows),
            "word": random.choice(list("pqrs"), rows),
            "number": random.normal(size=rows).round(4),
            "place": [f"p{value}" for value in random.integers(0, 120, rows)],
            "id": [f"id{value}" for value in range(rows)],
            "hole": np.where(random.random(rows) < 0.5, "x", None),
        }
    )


def test_noise_is_no_proxy() -> None:
    """In at most 5 of 60 tables of noise any column, or all together, seems to tell the groups apart."""
    alarms = sum(
        any(isinstance(one.area, Known) and one.area.low > 0.5 for one in (*found.single, *found.joint))
        for found in (find(noise(seed)) for seed in range(60))
    )
    assert alarms <= 5


def test_a_number_for_each_person_says_nothing() -> None:
    """Values that never repeat cannot be learnt: unknown with its reason, not a perfect proxy."""
    found = {one.columns[0]: one.area for one in find(noise(1)).single}
    assert isinstance(found["id"], Unknown)
    assert "repeat" in found["id"].reason


def test_planted_proxies_are_found() -> None:
    """A word that agrees in 9 of 10 rows, a number shifted by one deviation, missing values: each at its true area."""
    from scipy.stats import norm

    frame = noise(2, 6_000)
    random, mine = np.random.default_rng(3), (frame["g"] == "b").to_numpy()
    frame["word"] = np.where(random.random(len(frame)) < 0.9, mine, ~mine).astype(str)
    frame["number"] = random.normal(size=len(frame)) + mine
    frame["hole"] = np.where(random.random(len(frame)) < np.where(mine, 0.5, 0.1), None, "x")
    found = find(frame)
    by_name = areas(found)
    assert by_name["word"].low < 0.9 < by_name["word"].high
    assert by_name["number"].value == pytest.approx(norm.cdf(1 / 2**0.5), abs=0.03)
    assert by_name["hole"].low < 0.7 < by_name["hole"].high
    assert by_name["place"].low < 0.5
    joint = found.joint[0].area
    assert isinstance(joint, Known)
    assert joint.value > by_name["word"].value + 0.02
    assert found.joint[0].group == "b"


def test_the_area_agrees_with_scikit_learn() -> None:
    """Weights of evidence learnt on one half, scored on the other by scikit-learn's area and naive Bayes' order."""
    from sklearn.metrics import roc_auc_score
    from sklearn.naive_bayes import CategoricalNB

    frame = noise(4, 3_000)
    frame["word"] = np.where(frame["g"] == "b", np.roll(frame["word"], 1), "p")
    frame["number"] = frame["number"].round(0) + 1.0 * (frame["g"] == "b")
    with open_table(frame) as table:
        coded = read_codes(table, G, ("word", "number", "hole"))
        found = proxies(table, G, columns=("word", "number", "hole"))
    tried, truth = ~coded.learn, coded.target[~coded.learn] == 1
    for place, name in enumerate(coded.columns):
        oracle = roc_auc_score(truth, evidence(coded, place, 1)[tried])
        assert areas(found)[name].value == pytest.approx(oracle, abs=1e-12)
    codes = coded.codes + 1
    bayes = CategoricalNB(alpha=1e-3, min_categories=codes.max(axis=0) + 1).fit(codes[coded.learn], coded.target[coded.learn])
    joint = found.joint[0].area
    assert isinstance(joint, Known)
    assert joint.value == pytest.approx(roc_auc_score(truth, bayes.predict_proba(codes[tried])[:, 1]), abs=0.01)


@pytest.mark.shared
def test_adult_gives_sex_away(shared: Path) -> None:
    """In Adult `relationship` (husband, wife) is nearly sex itself; together the columns say more than any alone."""
    with open_table(shared / "data/audit/adult/adult.data", columns=ADULT, missing=("?",)) as table:
        found = proxies(table, Attribute(name="sex"))
    by_name = areas(found)
    assert by_name["relationship"].low > 0.84
    assert max(by_name, key=lambda name: by_name[name].value) == "relationship"
    assert by_name["education"].high < 0.6
    joint = found.joint[0].area
    assert isinstance(joint, Known)
    assert joint.low > by_name["relationship"].high
    assert (found.comparisons, found.unknown, found.sampled) == (15, 0, False)
    observations = observe_proxies(found, inputs=("x",))
    assert "proxy_area:sex=Female~relationship" in {one.id for one in observations}
    assert "joint_proxy_area:sex=Female" in {one.id for one in observations}


@pytest.mark.shared
def test_german_credit_gives_sex_away_by_its_own_column(shared: Path) -> None:
    """Sex stands only inside `personal_status`: that column is a perfect proxy, and still not certain."""
    query = "select *, case when personal_status in ('A92', 'A95') then 'women' else 'men' end as g from decisions"
    with open_table(shared / "data/audit/german.csv", query=query) as table:
        found = proxies(table, G, guaranteed=True)
    status = areas(found)["personal_status"]
    assert (status.value, status.high) == (1.0, 1.0)
    assert 0.9 < status.low < 1


def test_every_group_has_its_line_and_unknown_groups_are_left_out() -> None:
    """With three groups each is told from the rest; rows without a group are counted, not guessed."""
    frame = noise(5, 900)
    frame["g"] = np.random.default_rng(6).choice(["a", "b", "c", None], 900)
    found = find(frame)
    assert {one.group for one in found.joint} == {"a", "b", "c"}
    assert found.unknown == frame["g"].isna().sum()
    assert found.learnt + found.tried + found.unknown == 900


def test_rows_of_one_person_stay_in_one_half() -> None:
    """Ten rows a person, a place for each person: without the cluster the place looks like a proxy, with it it does not."""
    random = np.random.default_rng(7)
    person = np.repeat(np.arange(150), 10)
    frame = pd.DataFrame({"g": random.choice(list("ab"), 150)[person], "place": [f"p{one}" for one in person], "who": person})
    naive = areas(find(frame, columns=("place",)))["place"]
    assert naive.value > 0.9
    honest = find(frame, columns=("place",), cluster="who").single[0].area
    assert isinstance(honest, Unknown)


def test_the_same_table_gives_the_same_areas_and_more_columns_change_none() -> None:
    """Halves depend on row numbers alone; a column's area does not depend on which other columns are looked at."""
    frame = noise(8)
    one, two = find(frame, columns=("word",)), find(frame)
    assert areas(one)["word"].value == areas(two)["word"].value


def test_a_long_table_is_sampled() -> None:
    """Of more rows than the limit about that many are looked at, and the result says so."""
    with open_table(noise(9, 5_000)) as table:
        coded = read_codes(table, G, ("word",), most_rows=1_000)
    assert coded.sampled
    assert 850 < len(coded.target) < 1_150
    assert 0.4 < coded.learn.mean() < 0.6


def test_bad_columns_are_refused() -> None:
    """The attribute among its proxies, one group, a name as an attribute, a column that is not there."""
    frame = noise(10)
    for options, attribute in (
        ({"columns": ("g",)}, G),
        ({}, Attribute(name="id")),
        ({"columns": ("nothing",)}, G),
        ({"cluster": "nothing"}, G),
    ):
        with open_table(frame) as table, pytest.raises(TableError) as caught:
            proxies(table, attribute, **options)  # type: ignore[arg-type]  # each line knows its options
        assert caught.value.cure
    with open_table(pd.DataFrame({"g": ["a", "a"], "x": ["1", "2"]})) as table, pytest.raises(TableError):
        proxies(table, G)


def test_columns_may_be_called_anything() -> None:
    """Names that we use inside our own SQL change no area."""
    frame = noise(11, 1_000)
    frame["word"] = np.where(np.random.default_rng(12).random(1_000) < 0.8, frame["g"], "z")
    plain = areas(find(frame, columns=("word", "number")))
    for one, two in (("learn", "n"), ("c0", "_"), ("c1", "c0"), ('a"b', "__")):
        renamed = areas(find(frame.rename(columns={"word": one, "number": two}), columns=(one, two)))
        assert (renamed[one], renamed[two]) == (plain["word"], plain["number"])
