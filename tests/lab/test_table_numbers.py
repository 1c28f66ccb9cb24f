"""Numbers written as text: which count, what they are worth, and which value is named when one does not."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plumbrule.errors import TableError
from plumbrule.lab.tables.table import open_table


def _values(tmp_path: Path, texts: list[str], decimal: str) -> list[float | None]:
    path = tmp_path / "t.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerows([("x", "y"), *((text, "") for text in texts)])
    with open_table(path, decimal=decimal, delimiter=";") as table:
        return [value for (value,) in table.query(f"SELECT {table.numeric_sql('x')} FROM decisions")]


POINT = {
    "1": 1.0,
    "-2.5": -2.5,
    "+.5": 0.5,
    "3.": 3.0,
    "1e-3": 0.001,
    "1 234.5": 1234.5,
    "12\u00a0345": 12345.0,
    "1\u202f234\u2009567.25": 1234567.25,
    "1,234.5": 1234.5,
    "1,234,567": 1234567.0,
    "−7": -7.0,
    "٣٤٫٥": 34.5,
    "۱۲": 12.0,
}
NO_NUMBERS = [
    "inf",
    "-Infinity",
    "nan",
    "1e999",
    "2020-01-02",
    "01.02.2020",
    "50%",
    "0x10",
    "1_000",
    "true",
    "1.2.3",
    "12 34",
    "--1",
    "e5",
    "1 2345",
    ".",
]


def test_numbers_with_a_point(tmp_path: Path) -> None:
    """Signs, exponents, groups by blanks or commas where they cannot be misread, digits of other scripts."""
    assert _values(tmp_path, list(POINT), ".") == list(POINT.values())


def test_numbers_with_a_comma(tmp_path: Path) -> None:
    """The same with point and comma exchanged."""
    swap = str.maketrans(".,", ",.")
    assert _values(tmp_path, [text.translate(swap) for text in POINT], ",") == list(POINT.values())


@pytest.mark.parametrize("decimal", [".", ","])
def test_what_is_no_number(tmp_path: Path, decimal: str) -> None:
    """Infinities, dates, percent signs, other bases."""
    assert _values(tmp_path, NO_NUMBERS, decimal) == [None] * len(NO_NUMBERS)


def test_what_may_mean_two_things_is_refused(tmp_path: Path) -> None:
    """`1,234` with a point as decimal sign is one thousand or a little more than one: nobody knows."""
    assert _values(tmp_path, ["1,234", "1,5"], ".") == [None, None]
    assert _values(tmp_path, ["1.234", "1.5"], ",") == [None, None]


@settings(max_examples=40, deadline=None)
@given(values=st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20))
def test_every_number_that_python_writes_is_read_back(tmp_path_factory: pytest.TempPathFactory, values: list[float]) -> None:
    """To the last bit, with either decimal sign."""
    folder = tmp_path_factory.mktemp("numbers")
    assert _values(folder, [repr(value) for value in values], ".") == values
    assert _values(folder, [repr(value).replace(".", ",") for value in values], ",") == values


@pytest.mark.parametrize(
    ("data", "value", "where"),
    [
        ("a,x\n1,2\n2,2024-03-21\n3,4\n", "2024-03-21", "line 3"),
        ('a,x\n"two\nlines",2\n\n2,inf\n', "inf", "line 5"),
        ("a,x\n1,2\n2,eleven\n3,twelve\n", "eleven", "line 3"),
    ],
)
def test_the_first_value_that_is_no_number_is_named(tmp_path: Path, data: str, value: str, where: str) -> None:
    """With its line as an editor counts it; a missing value is no offence."""
    (tmp_path / "t.csv").write_text(data, encoding="utf-8")
    with open_table(tmp_path / "t.csv") as table:
        table.require_numeric()
        with pytest.raises(TableError) as caught:
            table.require_numeric("x")
    assert repr(value) in caught.value.got
    assert where in caught.value.got


def test_a_missing_value_is_no_offence(tmp_path: Path) -> None:
    """Nor is one that the user named as missing."""
    (tmp_path / "t.csv").write_text("a,x\n1,\n2,NA\n3,5\n", encoding="utf-8")
    with open_table(tmp_path / "t.csv", missing=("NA",)) as table:
        table.require_numeric("x", "a")


def test_the_wrong_decimal_sign_is_mended_by_the_cure(tmp_path: Path) -> None:
    """The error proposes the other sign."""
    (tmp_path / "t.csv").write_text('a,x\n1,"0,5"\n', encoding="utf-8")
    with open_table(tmp_path / "t.csv") as table, pytest.raises(TableError) as caught:
        table.require_numeric("x")
    assert "decimal sign ','" in caught.value.cure
    with open_table(tmp_path / "t.csv", decimal=",") as table:
        table.require_numeric("x")


def test_a_row_of_a_query_is_named_as_such(tmp_path: Path) -> None:
    """Its line in the file would mislead."""
    (tmp_path / "t.csv").write_text("a,x\n1,2\n2,b\n", encoding="utf-8")
    query = "SELECT x FROM decisions ORDER BY x DESC"
    words = "row 1 of the query's result holds 'b'"
    with open_table(tmp_path / "t.csv", query=query) as table, pytest.raises(TableError, match=words):
        table.require_numeric("x")


def test_a_column_called_like_the_row_number(tmp_path: Path) -> None:
    """`rowid` and `n` and `v` are names that people use, too."""
    (tmp_path / "t.csv").write_text("rowid,n,v\n9,1,x\n8,y,2\n", encoding="utf-8")
    with open_table(tmp_path / "t.csv") as table:
        for column, line in (("v", 2), ("n", 3)):
            with pytest.raises(TableError, match=f"line {line} "):
                table.require_numeric(column)
        assert math.isclose(table.query(f"SELECT sum({table.numeric_sql('rowid')}) FROM decisions")[0][0], 17)
