"""Every published table shuffled, with groups renamed and rows dropped: the answers follow the independent computation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from oracles import contract, independent
from running import Ran

TABLES = yaml.safe_load((Path(__file__).parent / "answers.yaml").read_text("utf-8"))["tables"]
NAMES = [
    'the "quoted" ones',
    "one, with a comma",
    "汉族，西部",
    "null",
    "O'Brien; drop",
    "NaN",
    "العربية",
    "two\nlines",
    "None",
    "=1+1",
    "~tilde|&=",
    "[bold]",
    "0",
    "ü" * 60,
]
COLUMNS = {"race": "race, as stated", "sex": 'sex "at birth"', "age": "年龄", "Gender": "Gender'; --"}
WHERE = {"compas": ["race", "sex"], "loanapp": ["race", "sex"], "adult": ["sex", "race"], "stops": ["race", "sex"]}
INTERVALS = {True: independent.miettinen_nurminen, False: independent.miettinen_nurminen_ratio}

load = cache(independent.load)


def reworked(name: str, shared: Path, *, seed: int, dropped: float) -> tuple[pd.DataFrame, dict[str, Any]]:
    """The table shuffled, a share of its rows gone, its groups and columns renamed; and the options that go with it."""
    generator = np.random.default_rng(seed)
    options = dict(TABLES[name]["options"])
    by = WHERE.get(name, options["by"])
    frame = load(name, shared)
    if "age" in by:
        frame = frame.assign(age=independent.cut(frame.age, 25))
    order = generator.permutation(len(frame))[: len(frame) - round(max(dropped * len(frame), dropped > 0))]
    frame = frame.iloc[order].reset_index(drop=True)
    for column in by:
        values = sorted(frame[column].dropna().unique())
        new = dict(zip(values, generator.permutation(NAMES)[: len(values)], strict=True))
        frame[column] = frame[column].map(new).astype(object).where(frame[column].notna(), None)
    used = {column for key in ("prediction", "label", "count") if (column := options.get(key))}
    frame = frame[[*by, *sorted(used)]].rename(columns=COLUMNS)
    options.pop("reference", None)
    return frame, options | {"by": [COLUMNS[column] for column in by]}


def compare(found: Any, frame: pd.DataFrame, options: Mapping[str, Any]) -> None:
    """Every group, rate and gap of the audit against the plain definition, and some intervals."""
    columns = {name: options[name] for name in ("prediction", "label", "favourable", "count") if name in options}
    plain = {key: independent.fractions(part, **columns) for key, part in independent.groups(frame, options["by"]).items()}
    assert {tuple(one["by"].items()) for one in found["groups"]} == set(plain)
    for one in found["groups"]:
        for metric, (top, bottom) in plain[tuple(one["by"].items())].items():
            estimate = one["metrics"][metric]
            assert (estimate["state"] == "known") == (bottom > 0), (one["by"], metric)
            if bottom:
                assert estimate["value"] == pytest.approx(top / bottom, abs=1e-12)
                assert estimate["n"] == bottom
    checked = 0
    for gap in found["gaps"]:
        sides = [plain[tuple(gap[side].items())][gap["metric"]] for side in ("group", "reference")]
        difference = gap["kind"] == "difference"
        known = all(bottom for _, bottom in sides) and (difference or sides[1][0] > 0)
        assert (gap["state"] == "known") == known, gap
        if known:
            one, two = (top / bottom for top, bottom in sides)
            assert gap["value"] == pytest.approx(one - two if difference else one / two, abs=1e-12)
            if gap["method"] == "miettinen-nurminen" and sides[0][0] * sides[1][0] > 0 and (checked := checked + 1) <= 12:
                level = 1 - (1 - gap["confidence"]) / gap["comparisons"]
                expected = INTERVALS[difference](*sides[0], *sides[1], level)
                assert (gap["low"], gap["high"]) == pytest.approx(expected, rel=1e-6, abs=1e-7)
    assert found["gaps"]


@pytest.mark.shared
@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize(("seed", "dropped"), [(1, 0.0), (2, 0.01)], ids=["whole", "one percent dropped"])
def test_answers_follow(name: str, seed: int, dropped: float, shared: Path, tmp_path: Path, here: Callable[..., Ran]) -> None:
    """Order, names and a few rows less change no answer but as the plain definition says."""
    frame, options = reworked(name, shared, seed=seed, dropped=dropped)
    file = contract.write_csv(frame, tmp_path / "ünïcode, and blanks.csv")
    found = here("audit", file, *contract.arguments(options), "--json").json()
    compare(found, frame, options)


@pytest.mark.shared
def test_order_of_rows_changes_nothing(shared: Path, tmp_path: Path, here: Callable[..., Ran]) -> None:
    """The same rows in another order give the same bytes of JSON."""
    frame = load("compas", shared)
    answers = set()
    for seed in range(2):
        file = contract.write_csv(frame.sample(frac=1, random_state=seed), tmp_path / "compas.csv")
        ran = here("audit", file, "--prediction", "score", "--label", "label_value", "--by", "race,sex", "--json")
        assert ran.code == 0
        answers.add(ran.stdout)
    assert len(answers) == 1


@pytest.mark.shared
def test_counts_written_out_are_the_same_people(shared: Path, tmp_path: Path, here: Callable[..., Ran]) -> None:
    """24 rows with counts and 4,526 rows without say the same, intervals included."""
    frame = load("berkeley", shared)
    long = frame.loc[frame.index.repeat(pd.to_numeric(frame.Freq))]
    asked = ["--prediction", "Admit", "--favourable", "Admitted", "--by", "Gender,Dept", "--json"]
    short = here("audit", contract.write_csv(frame, tmp_path / "short.csv"), *asked, "--count", "Freq").json()
    written_out = here("audit", contract.write_csv(long, tmp_path / "long.csv"), *asked).json()
    for part in ("rows", "overall", "groups", "gaps"):
        assert short[part] == written_out[part]
