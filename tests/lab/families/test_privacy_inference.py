"""Attribute inference: what the population gives away and what the model adds are kept apart."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from plumbrule.base.observation import Known, Unknown
from plumbrule.errors import InputError, TableError
from plumbrule.lab import open_table
from plumbrule.lab.columns import Attribute
from plumbrule.lab.families.dataset.codes import best_guess, read_codes
from plumbrule.lab.families.privacy.inference import (
    Inference,
    attribute_inference,
    guess_advantage,
    observe_inference,
)

G = Attribute(name="g")


def known(estimate: object) -> Known:
    assert isinstance(estimate, Known), estimate
    return estimate


def people(seed: int, rows: int = 3_000, *, told: float = 0.0) -> pd.DataFrame:
    """A group that a column `job` gives away in 7 of 10 rows, and a model's output that says it outright in some."""
    random = np.random.default_rng(seed)
    group = random.choice(list("ab"), rows)
    job = np.where(random.random(rows) < 0.7, group, np.where(group == "a", "b", "a"))
    output = np.where(random.random(rows) < told, group, random.choice(list("ab"), rows))
    return pd.DataFrame({"g": group, "job": job, "noise": random.choice(list("xyz"), rows), "out": output})


def infer(frame: pd.DataFrame, known_columns: tuple[str, ...] = ("job", "noise"), **options: object) -> Inference:
    with open_table(frame) as table:
        return attribute_inference(table, G, known=known_columns, outputs=("out",), **options)  # type: ignore[arg-type]  # see tests


def test_what_the_population_gives_away_is_not_the_models() -> None:
    """With an output of noise the columns add 20 points to a coin, and the output adds nothing."""
    found = infer(people(1))
    columns, outputs = known(found.from_columns), known(found.from_outputs)
    assert columns.low < 0.2 < columns.high
    assert outputs.low <= 0 <= outputs.high


def test_a_model_that_says_the_group_is_found_out() -> None:
    """An output that is right in nine of ten rows lifts the share right from 0.7 to about 0.9."""
    found = infer(people(2, told=0.8))
    outputs, together = known(found.from_outputs), known(found.together)
    assert outputs.low < 0.2 < outputs.high
    assert together.low < 0.4 < together.high
    assert together.value == pytest.approx(known(found.from_columns).value + outputs.value)


def test_noise_raises_few_alarms() -> None:
    """Where nothing says anything about the group, at most 4 of 50 tables show an advantage."""
    alarms = 0
    for seed in range(50):
        random = np.random.default_rng(seed)
        frame = pd.DataFrame({name: random.choice(list("abc"), 300) for name in ("g", "job", "noise", "out")})
        found = infer(frame)
        alarms += any(known(one).low > 0 for one in (found.from_columns, found.from_outputs, found.together))
    assert alarms <= 4


def test_best_guesses_are_those_of_naive_bayes() -> None:
    """Scikit-learn's categorical naive Bayes, on the same codes with hardly any smoothing, guesses the same group."""
    from sklearn.naive_bayes import CategoricalNB

    with open_table(people(3, told=0.5)) as table:
        coded = read_codes(table, G, ("job", "noise", "out"))
    codes = coded.codes + 1
    bayes = CategoricalNB(alpha=1e-3, min_categories=codes.max(axis=0) + 1).fit(codes[coded.learn], coded.target[coded.learn])
    tried = ~coded.learn
    assert (bayes.predict(codes[tried]) == best_guess(coded, range(3))[tried]).mean() > 0.98
    assert set(best_guess(coded, ())) == {int(np.bincount(coded.target[coded.learn]).argmax())}


@pytest.mark.shared
def test_compas_scores_say_little_of_race_beyond_the_rest(shared: Path) -> None:
    """COMPAS: age and sex hardly tell race; the score (Medium or High) adds a little, and never more than a tenth."""
    with open_table(shared / "data/audit/compas_for_aequitas.csv") as table:
        found = attribute_inference(table, Attribute(name="race"), known=("sex", "age_cat"), outputs=("score",))
    assert known(found.base).value == pytest.approx(0.51, abs=0.02)
    assert known(found.together).high < 0.1
    assert found.tried + found.learnt == 7_214


def test_somebodys_guesses_agree_with_counting() -> None:
    """The advantage is a difference of paired shares; statsmodels' Tango-like bounds hold it; guaranteed ones are wider."""
    truth = np.array(["a"] * 60 + ["b"] * 40)
    guess, base = np.where(np.arange(100) % 5, truth, "a"), np.full(100, "a")
    found = known(guess_advantage(truth, guess, base, confidence=0.95))
    assert found.value == pytest.approx((guess == truth).mean() - 0.6)
    few = known(guess_advantage(truth[50:], guess[50:], base[50:], confidence=0.95, guaranteed=True))
    same = known(guess_advantage(truth[50:], guess[50:], base[50:], confidence=0.95))
    assert few.low < same.low <= same.value <= same.high < few.high
    assert isinstance(guess_advantage([], [], [], confidence=0.95), Unknown)
    with pytest.raises(InputError):
        guess_advantage(["a"], ["a", "b"], ["a"], confidence=0.95)


def test_nothing_known_is_allowed_and_bad_columns_are_refused() -> None:
    """With no known columns the outputs are held against the base; the attribute and columns named twice are refused."""
    frame = people(4, told=0.5)
    found = infer(frame, ())
    assert known(found.from_columns).value == 0
    assert known(found.from_outputs).low > 0.1
    for columns, outputs in ((("g",), ("out",)), (("out",), ("out",)), (("job",), ()), (("no",), ("out",))):
        with open_table(frame) as table, pytest.raises(TableError) as caught:
            attribute_inference(table, G, known=columns, outputs=outputs)
        assert caught.value.expected


def test_observations() -> None:
    """Four, of which the base is never judged."""
    observations = observe_inference(infer(people(5)), inputs=("x",), family="primary")
    assert [one.id for one in observations] == [
        "inference_base:g",
        "inference_from_columns:g",
        "inference_from_outputs:g",
        "inference_together:g",
    ]
    assert [one.family for one in observations] == ["exploratory", "primary", "primary", "primary"]
