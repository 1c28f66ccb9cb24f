"""`plumbrule audit` keeps its contract (DESIGN.md): the shape of its JSON, its exit codes, the files it reads, its help."""

from __future__ import annotations

import bz2
import csv
import io
import json
import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from oracles import contract, independent
from running import Ran

Cli = Callable[..., Ran]
ASK = ("--prediction", "hired", "--label", "able", "--by", "sex,region", "--json")
REGIONS = ["north", "south", None]


def people(n: int = 600, seed: int = 3) -> pd.DataFrame:
    """Made-up decisions: more men than women, an attribute with missing values, a label, a weight and a count."""
    generator = np.random.default_rng(seed)
    sex = generator.choice(["women", "men"], n, p=[0.4, 0.6])
    able = generator.integers(0, 2, n)
    hired = np.where(generator.random(n) < np.where(sex == "men", 0.75, 0.6), able, 1 - able)
    region = [REGIONS[i] for i in generator.choice(3, n, p=[0.55, 0.4, 0.05])]
    return pd.DataFrame(
        {
            "sex": sex,
            "region": pd.Series(region, dtype=object),
            "hired": hired,
            "able": able,
            "share": np.round(generator.uniform(0.3, 2.4, n), 2),
            "people": generator.integers(1, 6, n),
            "age": generator.integers(16, 80, n),
        }
    )


def as_text(frame: pd.DataFrame) -> pd.DataFrame:
    """Every value as the text that a CSV holds."""
    columns = {name: [None if pd.isna(value) else str(value) for value in frame[name]] for name in frame}
    return pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in columns.items()})


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    """Six hundred people."""
    return people()


@pytest.fixture(scope="module")
def plain(frame: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same as CSV."""
    return contract.write_csv(as_text(frame), tmp_path_factory.mktemp("plain") / "people.csv")


@pytest.fixture(scope="module")
def found(here: Cli, plain: Path) -> Any:
    """Its audit."""
    return here("audit", plain, *ASK).json()


# --- the shape --------------------------------------------------------------------------------------------------------
def test_top_level(found: Any) -> None:
    """The keys of the contract, and the attributes in the order asked."""
    assert {"rows", "by", "overall", "groups", "gaps", "excluded"} <= set(found)
    assert found["by"] == ["sex", "region"]
    assert found["rows"] == found["overall"]["n"] == 600
    assert set(found["overall"]) == {"n", "metrics"}


def test_groups_are_each_attribute_and_every_intersection(found: Any, frame: pd.DataFrame) -> None:
    """Two sexes, two regions and the unknown one, and the six where they meet; sizes add up."""
    text = as_text(frame)
    expected = {key: len(part) for key, part in independent.groups(text, ["sex", "region"]).items()}
    assert {tuple(one["by"].items()): one["n"] for one in found["groups"]} == expected
    assert len(found["groups"]) == 2 + 3 + 6
    assert all(set(one) == {"by", "n", "metrics"} for one in found["groups"])


def test_metrics_have_their_names_and_parts(found: Any) -> None:
    """Fairlearn's names where it has one; a known rate has value, interval, size and method, an unknown one a reason."""
    for one in [found["overall"], *found["groups"]]:
        assert set(one["metrics"]) == {*contract.METRICS, "mean_prediction"}
        for estimate in one["metrics"].values():
            if estimate["state"] == "known":
                assert set(estimate) == {"state", "value", "low", "high", "n", "method"}
                assert 0 <= estimate["low"] <= estimate["value"] <= estimate["high"] <= 1
                assert estimate["method"]
            else:
                assert set(estimate) == {"state", "reason", "n"}


def test_rates_are_right_and_their_intervals_wilsons(found: Any, frame: pd.DataFrame) -> None:
    """Numerator over denominator, `n` the denominator, the interval Wilson's."""
    text = as_text(frame)
    for one in found["groups"]:
        plainly = independent.fractions(independent.part(text, one["by"]), prediction="hired", label="able")
        for metric, (top, bottom) in plainly.items():
            estimate = one["metrics"][metric]
            assert estimate["n"] == bottom
            assert estimate["value"] == pytest.approx(top / bottom, abs=1e-12)
            assert (estimate["low"], estimate["high"]) == pytest.approx(independent.wilson(top, bottom, 0.95), abs=1e-9)


def test_gaps_have_their_parts(found: Any) -> None:
    """Each gap says metric, groups, kind, value, interval, family, level, tolerance with its source, and if it is beyond."""
    assert found["gaps"]
    for gap in found["gaps"]:
        assert {"metric", "by", "group", "reference", "kind", "family", "confidence", "tolerance", "beyond"} <= set(gap)
        assert gap["by"] == list(gap["group"]) == list(gap["reference"])
        assert gap["kind"] in {"difference", "ratio"}
        assert gap["family"] == "exploratory"
        assert gap["confidence"] == 0.95
        assert gap["tolerance"]["source"]
        assert gap["tolerance"]["value"] == (0.05 if gap["kind"] == "difference" else 0.8)
        assert gap["beyond"] in {True, False, "unknown"}
        if gap["state"] == "known":
            assert gap["low"] <= gap["value"] <= gap["high"]
        else:
            assert gap["reason"]
            assert "value" not in gap


def test_gaps_hold_groups_against_the_largest(found: Any, frame: pd.DataFrame) -> None:
    """Men and the north are largest; an intersection is held against the combination, and nothing against itself."""
    largest = {column: frame[column].value_counts().idxmax() for column in ("sex", "region")}
    assert largest == {"sex": "men", "region": "north"}
    for gap in found["gaps"]:
        assert gap["reference"] == {column: largest[column] for column in gap["by"]}
        assert gap["group"] != gap["reference"]
        assert None not in gap["group"].values()
    pairs = {(tuple(gap["group"].items()), gap["kind"]) for gap in found["gaps"] if gap["metric"] == "accuracy"}
    assert len(pairs) == 2 * (1 + 1 + 3)


def test_reference_named(here: Cli, plain: Path) -> None:
    """`--reference` turns the comparison round; given twice, both attributes."""
    found = here("audit", plain, *ASK, "--reference", "sex=women", "--reference", "region=south").json()
    assert {tuple(gap["reference"].items()) for gap in found["gaps"]} == {
        (("sex", "women"),),
        (("region", "south"),),
        (("sex", "women"), ("region", "south")),
    }


def test_beyond_follows_from_interval_and_tolerance(found: Any) -> None:
    """True when the whole interval lies beyond the tolerance, false when within it, unknown otherwise."""
    for gap in (one for one in found["gaps"] if one["state"] == "known" and one["kind"] == "difference"):
        tolerance = gap["tolerance"]["value"]
        if gap["beyond"] is True:
            assert gap["low"] > tolerance or gap["high"] < -tolerance
        elif gap["beyond"] is False:
            assert -tolerance <= gap["low"] <= gap["high"] <= tolerance


def test_every_number_is_finite(found: Any) -> None:
    """No NaN, no infinity, no null where a number should be."""
    assert all(math.isfinite(number) for number in contract.numbers(found))


def test_unknown_gap_has_a_reason(here: Cli, tmp_path: Path) -> None:
    """Nobody of the reference is chosen: the ratio cannot be known, the difference can."""
    lines = ["hired,sex"] + ["0,men"] * 120 + [f"{number % 2},women" for number in range(110)]
    file = tmp_path / "zero.csv"
    file.write_text("\n".join(lines), encoding="utf-8")
    found = here("audit", file, "--prediction", "hired", "--by", "sex", "--json").json()
    gaps = {gap["kind"]: gap for gap in found["gaps"]}
    assert gaps["ratio"]["state"] == "unknown"
    assert gaps["ratio"]["reason"]
    assert gaps["ratio"]["beyond"] == "unknown"
    assert gaps["difference"]["value"] == 0.5


# --- streams and exit codes -------------------------------------------------------------------------------------------
def test_only_json_on_stdout(cli: Cli, plain: Path) -> None:
    """One object, one parse, nothing before or after; a gap beyond tolerance is no error."""
    ran = cli("audit", plain, *ASK)
    assert (ran.code, ran.stderr) == (0, "")
    assert ran.stdout.strip().startswith("{")
    assert json.loads(ran.stdout)["rows"] == 600


@pytest.mark.parametrize("language", ["en", "zh"])
def test_for_people(language: str, cli: Cli, plain: Path) -> None:
    """Without --json a table to read: every group with its size, and that this is exploratory."""
    ran = cli("audit", plain, *ASK[:-1], "--lang", language)
    assert ran.code == 0
    assert "Traceback" not in ran.stderr
    for word in ("women", "men", "north", "south", "600"):
        assert word in ran.stdout
    assert ("exploratory" in ran.stdout.lower()) == (language == "en")


def test_adding_attributes_changes_no_rate_and_no_gap(here: Cli, plain: Path, found: Any) -> None:
    """Looking at more moves no value; only the intervals of the gaps, which hold together, grow wider."""
    alone = here("audit", plain, "--prediction", "hired", "--label", "able", "--by", "sex", "--json").json()
    assert alone["overall"] == found["overall"]
    for one in alone["groups"]:
        assert one == contract.group_of(found, one["by"])
    for gap in alone["gaps"]:
        wider = contract.gap_of(found, gap["metric"], gap["group"], gap["reference"], gap["kind"])
        assert wider["value"] == gap["value"]
        assert wider["low"] <= gap["low"] <= gap["high"] <= wider["high"]


# --- missing and null -------------------------------------------------------------------------------------------------
def test_missing_is_null_and_null_is_text(here: Cli, tmp_path: Path) -> None:
    """An empty cell is JSON null; the texts null, None, NA and nan are groups like any other."""
    names = ["", "null", "None", "NA", "nan", "NULL"]
    lines = ["group,hired"] + [f"{name},{number % 2}" for name in names for number in range(12)]
    file = tmp_path / "null.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = here("audit", file, "--prediction", "hired", "--by", "group", "--json").json()
    groups = [one["by"]["group"] for one in found["groups"]]
    assert len(groups) == 6
    assert set(groups) == {None, *names[1:]}


def test_missing_named(here: Cli, tmp_path: Path) -> None:
    """`--missing` makes a text a missing value, everywhere, and may be given twice."""
    lines = ["group,hired"] + [f"{name},{number % 2}" for name in ("a", "b", "?", "-9") for number in range(12)] + ["a,?"]
    file = tmp_path / "marks.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    ask = ("--prediction", "hired", "--by", "group", "--missing", "?", "--missing", "-9", "--json")
    found = here("audit", file, *ask).json()
    assert {one["by"]["group"]: one["n"] for one in found["groups"]} == {"a": 13, "b": 12, None: 24}
    assert contract.group_of(found, {"group": "a"})["metrics"]["selection_rate"]["n"] == 12


def test_missing_decisions_and_labels_are_counted(here: Cli, tmp_path: Path, frame: pd.DataFrame) -> None:
    """Rows without a decision or a label are no zeros: they leave the denominators and are listed as excluded."""
    text = as_text(frame)
    text.loc[:29, "hired"] = None
    text.loc[20:59, "able"] = None
    found = here("audit", contract.write_csv(text, tmp_path / "gaps.csv"), *ASK).json()
    expected = independent.fractions(text, prediction="hired", label="able")
    for metric, (top, bottom) in expected.items():
        estimate = found["overall"]["metrics"][metric]
        if metric != "base_rate":  # the share of positive labels may count labels without a decision, too
            assert (estimate["value"], estimate["n"]) == (pytest.approx(top / bottom, abs=1e-12), bottom)
    assert found["rows"] == 600
    everybody = sorted(one["n"] for one in found["excluded"] if one["by"] == {})
    assert everybody == [30, 40]
    assert all(one["reason"] for one in found["excluded"])


# --- small groups -----------------------------------------------------------------------------------------------------
def test_small_groups_are_shown_and_not_compared(here: Cli, tmp_path: Path) -> None:
    """Below --min-n a group keeps its rates, has no gap, and is listed with its size and the reason."""
    sizes = {"big": 200, "nine": 9, "ten": 10}
    lines = ["group,hired"] + [f"{name},{number % 2}" for name, size in sizes.items() for number in range(size)]
    file = tmp_path / "small.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    ask = ("audit", file, "--prediction", "hired", "--by", "group", "--json")
    for options, left_out in (((), ["nine"]), (("--min-n", "9"), []), (("--min-n", "11"), ["nine", "ten"])):
        found = here(*ask, *options).json()
        assert {one["by"]["group"]: one["n"] for one in found["groups"]} == sizes
        assert [one["by"]["group"] for one in found["excluded"]] == left_out
        assert [one["n"] for one in found["excluded"]] == [sizes[name] for name in left_out]
        assert all(one["reason"] for one in found["excluded"])
        assert {gap["group"]["group"] for gap in found["gaps"]} == {"nine", "ten"} - set(left_out)


# --- counts and weights -----------------------------------------------------------------------------------------------
def test_counts_are_people(here: Cli, plain: Path, frame: pd.DataFrame) -> None:
    """With --count every number is of people, and intervals are as narrow as that many people make them."""
    found = here("audit", plain, *ASK, "--count", "people").json()
    assert found["rows"] == frame["people"].sum()
    for one in found["groups"]:
        rows = independent.part(as_text(frame), one["by"])
        top, bottom = independent.fractions(rows, prediction="hired", count="people")["selection_rate"]
        estimate = one["metrics"]["selection_rate"]
        assert one["n"] == estimate["n"] == bottom
        assert (estimate["low"], estimate["high"]) == pytest.approx(independent.wilson(top, bottom, 0.95), abs=1e-9)


def test_weights_move_the_rate_and_widen_the_interval(here: Cli, plain: Path, frame: pd.DataFrame, found: Any) -> None:
    """With --weight a row stays one row: weighted rate, wider interval than the same rows without weights."""
    weighted = here("audit", plain, *ASK, "--weight", "share").json()
    assert weighted["rows"] == 600
    for group in ({"sex": "women"}, {"sex": "men"}, {"region": "south"}):
        rows = independent.part(frame, group)
        one = contract.group_of(weighted, group)
        estimate = one["metrics"]["selection_rate"]
        rate = (rows.hired * rows.share).sum() / rows.share.sum()
        assert one["n"] == estimate["n"] == len(rows)
        assert estimate["value"] == pytest.approx(rate, abs=1e-12)
        # Kish 1965: the weights are worth (Σw)²/Σw² rows.
        size = rows.share.sum() ** 2 / (rows.share**2).sum()
        expected = independent.wilson(rate * size, size, 0.95)
        assert (estimate["low"], estimate["high"]) == pytest.approx(expected, abs=1e-9)
        unweighted = contract.group_of(found, group)["metrics"]["selection_rate"]
        assert estimate["high"] - estimate["low"] > unweighted["high"] - unweighted["low"]


def test_counts_and_weights_differ(here: Cli, tmp_path: Path, frame: pd.DataFrame) -> None:
    """The same numbers as people and as weights: the same rates, not the same intervals; the scale of weights is nothing."""
    text = as_text(frame)
    for scale in (0.5, 0.05):
        text[f"w{scale}"] = [str(number * scale) for number in frame["people"]]
    file = contract.write_csv(text, tmp_path / "both.csv")
    counted = here("audit", file, *ASK, "--count", "people").json()
    first, second = (here("audit", file, *ASK, "--weight", f"w{scale}").json() for scale in (0.5, 0.05))
    for one in counted["groups"]:
        estimates = [contract.group_of(other, one["by"])["metrics"]["selection_rate"] for other in (counted, first, second)]
        people, half, tenth = estimates
        assert half["value"] == pytest.approx(people["value"], abs=1e-12)
        assert half["high"] - half["low"] > 1.2 * (people["high"] - people["low"])
        for part in ("value", "low", "high"):
            assert tenth[part] == pytest.approx(half[part], abs=1e-9)


# --- files ------------------------------------------------------------------------------------------------------------
def without_reading(found: Any) -> Any:
    """All but the line that says how the file was read."""
    return {name: value for name, value in found.items() if name != "reading"}


@pytest.mark.parametrize("kind", ["xlsx", "parquet", "arrow", "csv.bz2", "tab", "bom", "utf-16"])
def test_every_kind_of_file_says_the_same(kind: str, here: Cli, frame: pd.DataFrame, found: Any, tmp_path: Path) -> None:
    """XLSX, Parquet, Arrow, packed CSV, tabs, a byte order mark, UTF-16: one table, one answer."""
    file = tmp_path / ("people." + ("csv" if kind in {"tab", "bom", "utf-16"} else kind))
    text = frame.to_csv(index=False, sep="\t" if kind == "tab" else ",")
    if kind == "xlsx":
        frame.to_excel(file, index=False)
    elif kind == "parquet":
        frame.astype({"sex": "category", "hired": bool}).to_parquet(file)
    elif kind == "arrow":
        frame.to_feather(file, compression="uncompressed")
    elif kind == "csv.bz2":
        file.write_bytes(bz2.compress(text.encode()))
    else:
        file.write_text(text, encoding={"bom": "utf-8-sig", "utf-16": "utf-16"}.get(kind, "utf-8"))
    assert without_reading(here("audit", file, *ASK).json()) == without_reading(found)


def test_a_ministrys_file(here: Cli, frame: pd.DataFrame, found: Any, tmp_path: Path) -> None:
    """Semicolons, decimal commas, Windows-1251 and Cyrillic headings, found by themselves and when named."""
    russian = {"women": "женщины", "men": "мужчины", "north": "Север", "south": "Юг"}
    headings = {"sex": "Пол", "region": "Регион", "hired": "Принят", "able": "Способен", "share": "Вес"}
    text = as_text(frame)[list(headings)].replace(russian).rename(columns=headings)
    text["Вес"] = text["Вес"].str.replace(".", ",")
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=";")
    writer.writerow(text.columns)
    writer.writerows([["" if value is None else value for value in row] for row in text.itertuples(index=False)])
    file = tmp_path / "отчёт.csv"
    file.write_bytes(buffer.getvalue().encode("windows-1251"))
    ask = ("--prediction", "Принят", "--label", "Способен", "--by", "Пол,Регион", "--weight", "Вес", "--json")
    by_itself = here("audit", file, *ask).json()
    named = here("audit", file, *ask, "--delimiter", ";", "--decimal", ",", "--encoding", "windows-1251").json()
    assert without_reading(by_itself) == without_reading(named)
    for one in by_itself["groups"]:
        assert set(one["by"].values()) <= {*russian.values(), None}
    women = independent.part(frame, {"sex": "women"})
    rate = (women.hired * women.share).sum() / women.share.sum()
    estimate = contract.group_of(by_itself, {"Пол": "женщины"})["metrics"]["selection_rate"]
    assert estimate["value"] == pytest.approx(rate, abs=1e-12)


def test_a_query_instead_of_a_file(here: Cli, plain: Path, found: Any) -> None:
    """A DuckDB SQL query over a file stands where a file may."""
    query = f"select sex, region, hired, able from '{plain}'"
    other = here("audit", query, *ASK).json()
    for part in ("rows", "groups", "gaps"):
        assert other[part] == found[part]


def test_a_file_without_a_header(here: Cli, plain: Path, frame: pd.DataFrame, found: Any, tmp_path: Path) -> None:
    """`--columns` names them."""
    bare = tmp_path / "bare.csv"
    bare.write_text("".join(plain.read_text("utf-8").splitlines(keepends=True)[1:]), encoding="utf-8")
    named = here("audit", bare, *ASK, "--columns", ",".join(frame.columns)).json()
    assert without_reading(named) == without_reading(found)


def test_columns_that_differ_in_case_only(here: Cli, tmp_path: Path) -> None:
    """`Sex` and `sex` are two columns, or the file is refused; never is one read for the other."""
    lines = ["Sex,sex,hired"] + [f"{'AB'[i % 2]},{'cd'[i // 2 % 2]},{i % 2}" for i in range(40)]
    file = tmp_path / "case.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    ran = here("audit", file, "--prediction", "hired", "--by", "sex", "--json")
    if ran.code == 0:
        assert {one["by"]["sex"] for one in ran.json()["groups"]} == {"c", "d"}
    else:
        assert (ran.code, ran.stdout) == (2, "")
        assert "Cure:" in ran.stderr


# --- cuts and strata --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("cut", "edges", "right"),
    [("age:25", [25], False), ("age:>25", [25], True), ("age:25,60", [25, 60], False), ("age:>25,60", [25, 60], True)],
)
def test_cuts_are_as_declared(cut: str, edges: list[int], right: bool, here: Cli, plain: Path, frame: pd.DataFrame) -> None:
    """Left-closed puts the edge into the upper group, right-closed into the lower; nobody is lost."""
    found = here("audit", plain, "--prediction", "hired", "--by", "age", "--cut", cut, "--json").json()
    sizes = pd.cut(frame.age, [-math.inf, *edges, math.inf], right=right).value_counts(sort=False).tolist()
    named = {one["by"]["age"]: one["n"] for one in found["groups"]}
    assert sorted(named.values()) == sorted(sizes)
    assert named[f"{'≤' if right else '<'} {edges[0]}"] == sizes[0]
    assert named[f"{'>' if right else '≥'} {edges[-1]}"] == sizes[-1]


def test_strata(here: Cli, plain: Path, frame: pd.DataFrame) -> None:
    """`--within` gives every stratum's groups and, for each comparison, the pooled figure beside the raw one."""
    found = here("audit", plain, "--prediction", "hired", "--by", "sex", "--within", "region", "--json").json()
    within = found["within"]
    assert within["by"] == ["region"]
    text = as_text(frame)
    sides = {}
    for stratum in within["strata"]:
        for one in stratum["groups"]:
            rows = independent.part(text, stratum["stratum"] | one["by"])
            top, bottom = independent.fractions(rows, prediction="hired")["selection_rate"]
            assert one["metrics"]["selection_rate"]["value"] == pytest.approx(top / bottom, abs=1e-12)
            sides[stratum["stratum"]["region"], one["by"]["sex"]] = (top, bottom)
    (adjusted,) = [one for one in within["adjusted"] if one["metric"] == "selection_rate"]
    strata = [(*sides[region, "women"], *sides[region, "men"]) for region in ("north", "south")]
    value, _ = independent.mantel_haenszel_difference(strata)
    assert {"metric", "by", "group", "reference", "kind", "method", "value", "low", "high", "raw", "reversed"} <= set(adjusted)
    assert (adjusted["group"], adjusted["reference"], adjusted["kind"]) == ({"sex": "women"}, {"sex": "men"}, "difference")
    assert adjusted["value"] == pytest.approx(value, abs=1e-12)
    assert adjusted["low"] < value < adjusted["high"]
    assert adjusted["reversed"] is False


# --- help -------------------------------------------------------------------------------------------------------------
def test_help_names_every_option_of_the_contract(cli: Cli) -> None:
    """What DESIGN.md promises for this stage is in the help, each with a sentence, and the exit codes are said."""
    ran = cli("audit", "--help")
    assert ran.code == 0
    for option in (
        *("--prediction", "--label", "--score", "--favourable", "--count", "--weight", "--by", "--cut", "--within"),
        *("--reference", "--cluster", "--confidence", "--min-n", "--lang", "--json", "--missing", "--columns"),
    ):
        assert re.search(rf"{option}\b.*\w+ \w+", ran.stdout), option
    assert re.search(r"exit code", ran.stdout, re.IGNORECASE)


@pytest.mark.parametrize("verb", [[], ["audit"], ["plan"], ["assess"], ["verify"], ["demo"], ["node"], ["log"], ["log", "fsck"]])
def test_every_verb_explains_itself(verb: list[str], here: Cli) -> None:
    """`--help` works for every verb, without loading anything that could fail."""
    ran = here(*verb, "--help")
    assert (ran.code, ran.stderr) == (0, "")
    assert "Usage" in ran.stdout


def test_version(cli: Cli) -> None:
    """`--version` prints name and number."""
    assert re.fullmatch(r"plumbrule \d+\.\d+\.\d+\s*", cli("--version").stdout)


def test_unknown_verb(cli: Cli) -> None:
    """A verb that is not there: exit 2, no traceback."""
    ran = cli("adit")
    assert ran.code == 2
    assert "Traceback" not in ran.stderr
