"""The object of an audit: lines written straight from the columns are those that the gaps themselves give."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from plumbrule.lab import Decisions, Measurement, attributes, count_cells, measure_cells, open_table
from plumbrule.pipeline import DEFAULT_PROFILE, default_tolerances
from plumbrule.report import audit_object
from plumbrule.report.audit import estimate_object, gap_object
from plumbrule.rulebook import load_profile, load_rulebook, profile


def measured(folder: Path, *, by: str, score: bool = False) -> Measurement:
    """Uneven groups, some of three people, some unknown, one never selected; labels missing here and there."""
    random = np.random.default_rng(7)
    lines = ["sex,region,label,prediction,score"]
    for _ in range(3000):
        sex = random.choice(["men", "women", "other", ""], p=[0.5, 0.4, 0.05, 0.05])
        region = random.choice(["north", "south", "far", ""], p=[0.6, 0.3, 0.02, 0.08])
        label, chosen = random.choice(["0", "1", ""], p=[0.5, 0.4, 0.1]), int(random.random() < 0.4 and sex != "other")
        lines.append(f"{sex},{region},{label},{chosen},{random.random():.4f}")
    path = folder / "rows.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    decisions = Decisions(
        prediction="prediction", label="label", score="score" if score else None, by=attributes(by.split(","), [])
    )
    with open_table(path) as table:
        cells = count_cells(table, decisions)
    return measure_cells(cells, tuple(by.split(",")), label=True, scored=score, min_n=2)


@pytest.mark.parametrize("by", ["sex", "sex,region"])
def test_lines_are_those_of_the_gaps(tmp_path: Path, by: str) -> None:
    """Known and unknown, bounded and not, guaranteed and not: each line is what its gap gives by itself."""
    found, tolerances = measured(tmp_path, by=by), default_tolerances()
    lines = audit_object(found, tolerances)["gaps"]
    assert lines == [gap_object(gap, tolerances[gap.kind]) for gap in found.gaps]
    assert [list(line) for line in lines] == [list(gap_object(gap, tolerances[gap.kind])) for gap in found.gaps]
    assert {line["state"] for line in lines} == {"known", "unknown"}
    assert {"bounds" in line for line in lines} == {True, False}
    assert {line["beyond"] for line in lines} >= {True, "unknown"}
    assert json.loads(json.dumps(lines, allow_nan=False)) == lines


@pytest.mark.parametrize("score", [False, True])
def test_rates_all_together_are_those_one_by_one(tmp_path: Path, score: bool) -> None:
    """Going through a table of rates gives the lines that asking for each gives."""
    for table in measured(tmp_path, by="sex,region", score=score).rates:
        assert list(table) == [table[place] for place in range(len(table))]


@pytest.mark.parametrize(("by", "score"), [("sex", False), ("region", False), ("sex,region", True)])
def test_groups_are_those_of_the_rates(tmp_path: Path, by: str, score: bool) -> None:
    """Where all rates are known, where some are not, and with scores: each group is what its rates give by themselves."""
    found = measured(tmp_path, by=by, score=score)
    groups = audit_object(found, default_tolerances())["groups"]
    right = [
        {"by": dict(one.group), "n": one.n, "metrics": {name: estimate_object(rate) for name, rate in one.metrics.items()}}
        for one in found.groups
    ]
    assert json.dumps(groups) == json.dumps(right)


def test_a_profile_alone_is_that_of_the_rulebook() -> None:
    """Reading one profile by itself gives the same profile."""
    assert load_profile(DEFAULT_PROFILE) == profile(load_rulebook(), DEFAULT_PROFILE)
