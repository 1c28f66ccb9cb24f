"""What an audit adds to its lines: search, largest gaps, criteria, reversals, factors, notices, and what intervals speak of."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from running import Ran

Cli = Callable[..., Ran]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six thousand people: women of the south are chosen 20 points less often; some stand in two rows."""
    random, n = np.random.default_rng(8), 6000
    sex, region = random.choice(["women", "men"], n), random.choice(["north", "south", "west"], n, p=[0.5, 0.3, 0.2])
    able = random.integers(0, 2, n)
    chosen = random.random(n) < 0.55 - 0.2 * ((sex == "women") & (region == "south"))
    frame = pd.DataFrame(
        {"sex": sex, "region": region, "able": able, "chosen": chosen.astype(int), "person_id": random.integers(0, 4000, n)}
    )
    path: Path = tmp_path_factory.mktemp("explored") / "people.csv"
    frame.to_csv(path, index=False)
    return path


ASK = ("--prediction", "chosen", "--label", "able", "--by", "sex,region")


@pytest.fixture(scope="module")
def found(here: Cli, file: Path) -> Any:
    """Its audit."""
    return here("audit", file, *ASK, "--json").json()


def test_the_search_in_json(found: Any) -> None:
    """The planted group is first, explains others, and carries value, interval, bound, rate of false coverage and tolerance."""
    first = found["search"][0]
    assert first["group"] == {"sex": "women", "region": "south"}
    assert {"rank", "metric", "by", "group", "reference", "kind", "value", "low", "high", "bound", "fcr", "explains"} <= set(
        first
    )
    assert first["bound"] == first["high"]
    assert first["fcr"]["rate"] == 0.05
    assert first["fcr"]["shown"] == found["searched"]["shown"] == len(found["search"])
    assert first["fcr"]["shown"] <= first["fcr"]["selected"] <= first["fcr"]["looked_at"]
    assert {one["why"] for one in first["explains"]} <= {"nothing beyond it", "nothing is left without it"}
    assert any(one["group"] == {"sex": "women"} for one in first["explains"])


def test_a_mark_is_the_same_in_both_lists(found: Any) -> None:
    """What the search marks as beyond the tolerance is what the whole family marks; never more."""
    marks = {(gap["metric"], str(gap["group"])): gap["beyond"] for gap in found["gaps"] if gap["kind"] == "difference"}
    assert all(one["beyond"] == marks[one["metric"], str(one["group"])] for one in found["search"])
    assert found["search"][0]["beyond"] is True


def test_the_largest_gap_of_each_attribute(found: Any) -> None:
    """For each attribute and rate: both ends with their bounds, difference and ratio, all simultaneous."""
    assert {(one["by"][0], one["metric"]) for one in found["largest"]} == {
        (name, metric)
        for name in ("sex", "region")
        for metric in (
            *("selection_rate", "true_positive_rate", "false_positive_rate", "precision", "false_omission_rate"),
            *("accuracy", "base_rate"),
        )
    }
    for one in found["largest"]:
        assert one["comparisons"] == 2 * 7 * 3
        assert one["lowest"]["value"] <= one["highest"]["value"]
        assert one["difference"]["value"] == pytest.approx(one["highest"]["value"] - one["lowest"]["value"])
        assert one["difference"]["low"] <= one["difference"]["value"] <= one["difference"]["high"]
        assert one["ratio"]["low"] <= one["ratio"]["value"] <= one["ratio"]["high"] <= 1


def test_it_is_printed(here: Cli, file: Path) -> None:
    """Largest gaps with what false coverage means, the worst group, criteria, repeated people, and what intervals speak of."""
    printed = " ".join(here("audit", file, *ASK).stdout.split())
    for part in (
        *("Largest gaps", "women, south compared"),
        *("explains", "false-coverage rate", "demographic parity", "The largest difference between any two"),
        *("different values of person_id", "rows of the same person?", "--cluster", "chance in drawing these rows"),
    ):
        assert part in printed, part


def test_chinese_says_it_too(here: Cli, file: Path) -> None:
    """In Chinese none of the added sentences is left in English."""
    printed = here("audit", file, *ASK, "--lang", "zh").stdout
    for part in ("Largest gaps", "Named criteria", "false-coverage", "same person", "equalized odds"):
        assert part not in printed, part


def test_noise_says_that_nothing_stands_out(here: Cli, tmp_path: Path) -> None:
    """Where nothing is there to be seen, the list is empty and the terminal says so."""
    random = np.random.default_rng(1)
    frame = pd.DataFrame({"sex": random.choice(["women", "men"], 500), "yes": random.integers(0, 2, 500)})
    frame.to_csv(tmp_path / "noise.csv", index=False)
    ask = ("audit", tmp_path / "noise.csv", "--prediction", "yes", "--by", "sex")
    assert here(*ask, "--json").json()["search"] == []
    assert "does not stand out from chance" in here(*ask).stdout


def test_what_intervals_speak_of(here: Cli, file: Path, found: Any) -> None:
    """A sample or the process, unless somebody says that every decision is there."""
    assert found["uncertainty"]["about"] == "sample or process"
    every = here("audit", file, *ASK, "--all-decisions", "--json").json()
    assert every["uncertainty"]["about"] == "process"
    assert "do not speak of drawing a sample" in every["uncertainty"]["text"]
    assert every["gaps"] == found["gaps"]


def test_a_cluster_column_takes_the_notice_away(here: Cli, file: Path, found: Any) -> None:
    """The notice names the column; whoever names it as a cluster is not told again, and the search still runs."""
    (notice,) = found["notices"]
    assert notice["kind"] == "repeated identifier"
    assert notice["column"] == "person_id"
    assert notice["different"] < notice["rows"] == 6000
    clustered = here("audit", file, *ASK, "--cluster", "person_id", "--json").json()
    assert clustered["notices"] == []
    assert clustered["search"][0]["group"] == {"sex": "women", "region": "south"}


def test_cells_say_the_same_as_rows(here: Cli, file: Path, found: Any, tmp_path: Path) -> None:
    """Exact cells are searched like rows; cells with hidden counts are not searched."""
    sealed, hidden = tmp_path / "sealed.json", tmp_path / "hidden.json"
    for name, rule in ((sealed, "none"), (hidden, "suppress")):
        assert here("audit", file, *ASK, "--save-cells", name, "--disclosure", rule, "--json").code == 0
    again = here("audit", "--from-cells", sealed, "--by", "sex,region", "--json").json()
    for key in ("search", "largest", "criteria"):
        assert again[key] == found[key]
    assert "search" not in here("audit", "--from-cells", hidden, "--json").json()


def test_berkeley(here: Cli, shared: Path) -> None:
    """The classic reversal is pointed out with and without --within, and the department itself differs strongly."""
    ask = ("audit", shared / "data" / "audit" / "UCBAdmissions.csv", "--prediction", "Admit", "--favourable", "Admitted")
    ask = (*ask, "--count", "Freq")
    declared = here(*ask, "--by", "Gender", "--within", "Dept", "--json").json()
    undeclared = here(*ask, "--by", "Gender,Dept", "--json").json()
    for found, named in ((declared, True), (undeclared, False)):
        (one,) = found["reversals"]
        assert (one["group"], one["within"], one["declared"]) == ({"Gender": "Female"}, ["Dept"], named)
        assert (one["turned"], one["strata"]) == (4, 6)
        assert one["raw"]["value"] < 0 < one["adjusted"]["value"]
    (factor,) = declared["factors"]
    assert (factor["factor"], factor["strong"]) == ("Dept", True)
    assert undeclared["factors"] == []
    conditional = next(one for one in declared["criteria"] if one["criterion"] == "conditional_parity_difference")
    assert conditional["value"] == pytest.approx(0.0184, abs=5e-5)
    printed = " ".join(here(*ask, "--by", "Gender", "--within", "Dept").stdout.split())
    assert "The sign turns in 4 of 6 strata (Simpson’s reversal)" in printed
    assert "Dept itself differs strongly" in printed
