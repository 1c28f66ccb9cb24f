"""`plumbrule audit` with scores, with several classes and with amounts; and `assess` with a score in the plan."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from running import Ran

Here = Callable[..., Ran]
PLAN = """
schema = "plumbrule-plan/1"
id = "a-test"
profile = "high"
title = {en = "Loans"}

[system]
id = "loans"
version = "1"
organisation = "A bank"
jurisdiction = "none"
phase = "use"
name = {en = "Loans"}
purpose = {en = "To lend."}

[tier]
non_military = true
decides_about_people = true

[data]
file = "loans.csv"
more_rows = false
population = {en = "Everybody who applied."}

[decisions]
prediction = "granted"
label = "repaid"
by = ["race"]
SCORE

[[comparison]]
attribute = "race"
group = "black"
reference = "white"
"""


@pytest.fixture(scope="module")
def loans(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Loans with a score that is too low for one group, a risk class and an amount."""
    rng = np.random.default_rng(1)
    n = 1_500
    race, score = rng.choice(["white", "black"], n, p=[0.7, 0.3]), rng.beta(3, 3, n)
    repaid = (rng.random(n) < np.clip(score + 0.15 * (race == "black"), 0, 1)).astype(int)
    amount = rng.gamma(3, 1000, n).round()
    frame = pd.DataFrame(
        {
            "race": race,
            "score": score.round(6),
            "granted": (score > 0.5).astype(int),
            "repaid": repaid,
            "risk": np.select([score < 0.3, score < 0.6], ["high", "middle"], "low"),
            "outcome": np.select([repaid == 0, score < 0.6], ["high", "middle"], "low"),
            "asked": amount,
            "offered": (amount * rng.normal(1, 0.1, n)).round(2),
        }
    )
    path = tmp_path_factory.mktemp("loans") / "loans.csv"
    frame.to_csv(path, index=False)
    return path


def of(found: Any, metric: str, **by: str) -> Any:
    """The one gap of this metric and group."""
    (only,) = [gap for gap in found["gaps"] if gap["metric"] == metric and gap["group"] == by and gap.get("class") is None]
    return only


def test_a_score_brings_its_object_and_leaves_the_contract_as_it_is(here: Here, loans: Path) -> None:
    """`scores` stands beside the keys of the contract, whose rates and gaps are what they are without it."""
    ask = ("audit", loans, "--prediction", "granted", "--label", "repaid", "--by", "race", "--json")
    plain, scored = here(*ask).json(), here(*ask, "--score", "score").json()
    scores = scored.pop("scores")
    for one in (plain["overall"], scored["overall"], *plain["groups"], *scored["groups"]):
        del one["metrics"]["mean_prediction"]
    assert scored == plain
    assert scores["bins"]["range"] == "0 to 1, as it is"
    assert [one["by"] for one in scores["groups"]] == [{}, {"race": "black"}, {"race": "white"}]
    gap = of(scores, "calibration_gap", race="black")
    assert gap["low"] < 0.15 < gap["high"]
    assert gap["low"] > 0
    assert "tolerance" not in gap
    assert set(gap) >= {"value", "low", "high", "n", "method", "family", "confidence", "comparisons", "kind", "reference"}
    error = scores["groups"][1]["metrics"]["calibration_error"]
    assert error["low"] <= error["value"] <= error["high"]
    assert 0 < error["by_chance"] < error["value"]
    assert len(scores["groups"][0]["calibration"]) == 10


def test_a_score_is_printed(here: Here, loans: Path) -> None:
    """Tables of areas, calibration, distribution and gaps, in English and in Chinese; nothing is judged."""
    ask = ("audit", loans, "--prediction", "granted", "--label", "repaid", "--by", "race", "--score", "score")
    said = here(*ask).stdout
    for words in (
        "area under the ROC curve",
        "observed share minus mean score",
        "expected calibration error",
        "base rate at equal score",
    ):
        assert words in said
    assert "too large on average" in said
    assert "in 10,000" not in said
    chinese = here(*ask, "--lang", "zh").stdout
    assert "ROC" in chinese
    assert "observed share" not in chinese


def test_several_classes_are_refused_unless_asked_for(here: Here, loans: Path) -> None:
    """Three words without --favourable: the cure names both ways; two words with a typo do not slip through."""
    ran = here("audit", loans, "--prediction", "risk", "--by", "race")
    assert ran.code == 2
    assert "--favourable 'high'" in ran.stderr
    assert "--multiclass" in ran.stderr
    assert "--numeric" not in ran.stderr
    amounts = here("audit", loans, "--prediction", "offered", "--by", "race")
    assert amounts.code == 2
    assert "--numeric" in amounts.stderr
    assert "--multiclass" not in amounts.stderr


def test_two_words_are_refused_as_ever(here: Here, tmp_path: Path) -> None:
    """With two values nobody is sent to classes: --favourable is the way."""
    path = tmp_path / "two.csv"
    path.write_text("g,p\n" + "a,yes\nb,no\n" * 20, encoding="utf-8")
    ran = here("audit", path, "--prediction", "p", "--by", "g")
    assert ran.code == 2
    assert "--favourable" in ran.stderr
    assert "--multiclass" not in ran.stderr


def test_classes_come_with_their_table(here: Here, loans: Path) -> None:
    """Accuracy in the keys of the contract; each class against the rest, gaps and the table of label by prediction beside."""
    ask = ("audit", loans, "--prediction", "risk", "--label", "outcome", "--by", "race", "--multiclass")
    found = here(*ask, "--json").json()
    assert {"rows", "by", "references", "overall", "groups", "gaps", "excluded", "classes", "reading", "note"} <= set(found)
    assert set(found["overall"]["metrics"]) == {"accuracy"}
    assert {gap["metric"] for gap in found["gaps"]} == {"accuracy"}
    classes = found["classes"]
    assert classes["classes"] == ["high", "low", "middle"]
    frame = pd.read_csv(loans)
    table = pd.crosstab(frame.outcome, frame.risk).to_numpy().tolist()
    assert classes["groups"][0]["confusion"] == table
    (rate,) = [
        one for one in classes["groups"][0]["metrics"] if (one["metric"], one["class"]) == ("true_positive_rate", "middle")
    ]
    assert rate["value"] == pytest.approx((frame.risk[frame.outcome == "middle"] == "middle").mean())
    assert {gap["class"] for gap in classes["gaps"]} == {"high", "low", "middle"}
    assert all("beyond" in gap and gap["comparisons"] == len(classes["gaps"]) + 2 for gap in classes["gaps"])
    said = here(*ask).stdout
    assert "each class against the rest" in said
    assert "labels in lines" in said


def test_amounts_come_with_their_means(here: Here, loans: Path) -> None:
    """Means, errors and gaps in `numbers`; the mean prediction in the keys of the contract."""
    ask = ("audit", loans, "--prediction", "offered", "--label", "asked", "--by", "race", "--numeric")
    found = here(*ask, "--json").json()
    frame = pd.read_csv(loans)
    assert found["overall"]["metrics"]["mean_prediction"]["value"] == pytest.approx(frame.offered.mean())
    everybody = found["numbers"]["groups"][0]["metrics"]
    assert everybody["mean_absolute_error"]["value"] == pytest.approx((frame.offered - frame.asked).abs().mean())
    gap = of(found["numbers"], "mean_error", race="black")
    assert gap["method"] == "welch"
    assert of(found["numbers"], "root_mean_squared_error", race="black")["kind"] == "ratio"
    said = here(*ask).stdout
    for words in ("mean absolute error", "root mean squared error", "Ratios: variance of the labels"):
        assert words in said


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--multiclass", "--numeric"), "Both --multiclass and --numeric"),
        (("--multiclass", "--favourable", "high"), "--favourable was given with --multiclass"),
        (("--multiclass", "--score", "score"), "--score was given with --multiclass"),
        (("--multiclass", "--within", "granted"), "--within was given with --multiclass"),
        (("--numeric", "--score", "score"), "--score was given with --numeric"),
        (("--numeric", "--label", "outcome"), "must hold numbers"),
        (("--multiclass", "--save-cells", "cells.json"), "--save-cells was given with --multiclass"),
    ],
)
def test_what_does_not_go_together_is_refused(here: Here, loans: Path, options: tuple[str, ...], words: str) -> None:
    """Got, expected, cure; exit 2; nothing on stdout."""
    ran = here("audit", loans, "--prediction", "offered" if "--numeric" in options else "risk", "--by", "race", *options)
    assert (ran.code, ran.stdout) == (2, "")
    assert words in ran.stderr
    assert "Cure:" in ran.stderr
    assert not Path("cells.json").exists()


def test_a_plan_may_name_a_score(here: Here, loans: Path, tmp_path: Path) -> None:
    """Findings stay as they are; the assessment gets exploratory observations, the dossier a section with curves."""
    (tmp_path / "loans.csv").write_bytes(loans.read_bytes())
    found = {}
    for name, line in (("plain", ""), ("scored", 'score = "score"')):
        plan = tmp_path / f"{name}.toml"
        plan.write_text(PLAN.replace("SCORE", line), encoding="utf-8")
        assert here("assess", plan, "--out", tmp_path / name).code in (1, 3)
        found[name] = json.loads((tmp_path / name / "assessment.json").read_text(encoding="utf-8"))
    assert found["plain"]["findings"] == found["scored"]["findings"]
    more = [one for one in found["scored"]["observations"] if one["test"] == "scores"]
    kept = [one for one in found["scored"]["observations"] if one["test"] != "scores"]
    assert kept == found["plain"]["observations"]
    assert {one["family"] for one in more} == {"exploratory"}
    assert {"auc:race=black", "auc:race=black~white:difference", "calibration_gap:race=black~white:difference"} <= {
        one["id"] for one in more
    }
    pages = {name: (tmp_path / name / "dossier.html").read_text(encoding="utf-8") for name in found}
    assert 'id="scores"' in pages["scored"]
    assert 'id="scores"' not in pages["plain"]
    assert pages["scored"].count("where both are the same") == 2


def test_a_score_column_that_is_not_there_is_refused(here: Here, loans: Path, tmp_path: Path) -> None:
    """In an audit and in a plan: the nearest name is offered, and nothing is written."""
    ran = here("audit", loans, "--prediction", "granted", "--by", "race", "--score", "skore")
    assert ran.code == 2
    assert "'score'" in ran.stderr
    (tmp_path / "loans.csv").write_bytes(loans.read_bytes())
    (tmp_path / "assessment.toml").write_text(PLAN.replace("SCORE", 'score = "skore"'), encoding="utf-8")
    assert here("assess", tmp_path / "assessment.toml", "--out", tmp_path / "out").code == 2
    assert not (tmp_path / "out").exists()
