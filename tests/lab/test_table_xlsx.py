"""Workbooks as offices make them, and as attackers make them."""

from __future__ import annotations

import datetime as dt
import io
import re
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from plumbrule.errors import TableError
from plumbrule.lab.tables import xlsx as reading_xlsx
from plumbrule.lab.tables.table import open_table


def _book(path: Path, rows: list[list[object]], *, more: Callable[[Any], None] | None = None) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    if more:
        more(book)
    book.save(path)
    return path


def _rows(path: Path, **options: object) -> list[tuple[str | None, ...]]:
    with open_table(path, **options) as table:  # type: ignore[arg-type]  # each test knows its options
        return table.query("SELECT * FROM decisions")


def _change(path: Path, part: str, change: Callable[[bytes], bytes]) -> Path:
    """Rewrite one part of a workbook."""
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    parts[part] = change(parts[part])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in parts.items():
            new.writestr(name, data)
    return path


def test_cells_become_text(tmp_path: Path) -> None:
    """Whole numbers without .0, dates ISO, truth values lower case, blanks stripped, empty cells missing."""
    rows = [
        ["sex", "age", "share", "day", "at", "ok", "note"],
        [" w ", 34.0, 0.5, dt.datetime(2024, 3, 21), dt.datetime(2024, 3, 21, 9, 30), True, 'two\nlines "q"'],
        ["м", 7, 1e-7, dt.datetime(1999, 12, 31), dt.time(8, 5), False, "007"],
        [None, None, 1e20, None, None, None, ""],
    ]
    assert _rows(_book(tmp_path / "t.xlsx", rows)) == [
        ("w", "34", "0.5", "2024-03-21", "2024-03-21 09:30:00", "true", 'two\nlines "q"'),
        ("м", "7", "1e-07", "1999-12-31", "08:05:00", "false", "007"),
        (None, None, "1e+20", None, None, None, None),
    ]


def test_blank_rows_and_columns_around_the_table_do_not_count(tmp_path: Path) -> None:
    """Rows that only carry formats are common at the end of a sheet; the place of a bad value is the sheet's row."""
    path = _book(tmp_path / "t.xlsx", [["a", "x", None, " "], [1, 2], [], [3, "four"], [None, None], ["", " "]])
    assert _rows(path) == [("1", "2"), ("3", "four")]
    with open_table(path) as table, pytest.raises(TableError, match="sheet row 4 holds 'four'"):
        table.require_numeric("x")


def test_a_sheet_by_name_and_the_first_by_default(tmp_path: Path) -> None:
    """A note names the sheets that were not read."""

    def more(book: Any) -> None:
        other = book.create_sheet("Данные")
        other.append(["b", "c"])
        other.append([5, 6])

    path = _book(tmp_path / "t.xlsx", [["a", "b"], [1, 2]], more=more)
    assert _rows(path, sheet="Данные") == [("5", "6")]
    with open_table(path) as table:
        assert str(table.reading.sheet) == "Sheet (default)"
        assert table.reading.notes == ("The workbook has other sheets, which were not read: Данные.",)
    with pytest.raises(TableError, match="no sheet 'data'") as caught:
        _rows(path, sheet="data")
    assert "Sheet, Данные" in caught.value.expected


def test_lines_above_the_table_and_names_given(tmp_path: Path) -> None:
    """Skip counts the sheet's rows; without a header every row is data."""
    path = _book(tmp_path / "t.xlsx", [["Report 2024"], [], ["a", "b"], [1, 2]])
    assert _rows(path, skip=2) == [("1", "2")]
    assert _rows(path, skip=3, columns=("x", "y")) == [("1", "2")]
    with pytest.raises(TableError, match="a value in column 2, beyond the last"):
        _rows(path, skip=3, columns=("x",))
    with pytest.raises(TableError, match="2 columns and 3 names"):
        _rows(path, skip=3, columns=("x", "y", "z"))
    with pytest.raises(TableError, match="beyond the last named column"):
        _rows(path)


def test_a_formula_counts_with_its_stored_value(tmp_path: Path) -> None:
    """As the spreadsheet program left it; one that was never calculated is refused, because blank would mean missing."""
    path = _book(tmp_path / "t.xlsx", [["a", "b"], [1, "=A2*2"], [3, "=A3*2"]])
    with pytest.raises(TableError, match="B2 holds a formula without a stored value"):
        _rows(path)
    # An empty element has two spellings, by which XML library wrote it.
    blank = re.compile(rb"<f>A([23])\*2</f>(<v></v>|<v ?/>)")
    twice = {b"2": b"2", b"3": b"6"}
    _change(
        path, "xl/worksheets/sheet1.xml", lambda xml: blank.sub(lambda f: b"<f>A%s*2</f><v>%s</v>" % (f[1], twice[f[1]]), xml)
    )
    assert _rows(path) == [("1", "2"), ("3", "6")]


def test_a_sheet_that_lies_about_its_size(tmp_path: Path) -> None:
    """Some programs write the size A1; rows beyond it are read all the same."""
    path = _book(tmp_path / "t.xlsx", [["a", "b"], [1, 2], [3, 4]])
    _change(path, "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b'ref="A1:B3"', b'ref="A1"'))
    assert _rows(path) == [("1", "2"), ("3", "4")]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([], "no rows"),
        ([["a", "b"]], "no rows"),
        ([["a", None, "c"], [1, 2, 3]], "Column 2 of t.xlsx has no name"),
        ([["a", "A"], [1, 2]], "two columns named 'a' and 'A'"),
        ([["a", "b"], [1, 2, 3]], "row 2 has a value in column 3"),
    ],
)
def test_sheets_that_are_no_table(tmp_path: Path, rows: list[list[object]], words: str) -> None:
    """Each with its reason."""
    with pytest.raises(TableError, match=words):
        _rows(_book(tmp_path / "t.xlsx", rows))


def test_a_workbook_cut_off_anywhere_is_refused(tmp_path: Path) -> None:
    """No traceback at any length."""
    data = _book(tmp_path / "t.xlsx", [["a", "b"], *([n, n] for n in range(200))]).read_bytes()
    for cut in (1, 3, 100, len(data) // 2, len(data) - 30, len(data) - 1):
        (tmp_path / "t.xlsx").write_bytes(data[:cut])
        with pytest.raises(TableError):
            _rows(tmp_path / "t.xlsx")


@pytest.mark.parametrize(
    "part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/styles.xml", "[Content_Types].xml", "xl/_rels/workbook.xml.rels"]
)
@pytest.mark.parametrize("damage", [lambda xml: xml[: len(xml) // 2], lambda _: b"", lambda xml: xml.replace(b"1", b"x")])
def test_damaged_parts_are_refused_or_do_no_harm(tmp_path: Path, part: str, damage: Callable[[bytes], bytes]) -> None:
    """Whatever openpyxl makes of it, the user gets rows or our error."""
    path = _book(tmp_path / "t.xlsx", [["a", "b"], [1, "x"]])
    _change(path, part, damage)
    try:
        rows = _rows(path)
    except TableError as error:
        assert error.cure
        return
    assert all(len(row) == 2 for row in rows)


def test_a_flipped_bit_is_caught(tmp_path: Path) -> None:
    """ZIP keeps a checksum of every part."""
    path = _book(tmp_path / "t.xlsx", [["a", "b"], *([n, f"text {n}"] for n in range(500))])
    with zipfile.ZipFile(path) as book:
        info = book.getinfo("xl/worksheets/sheet1.xml")
    data = bytearray(path.read_bytes())
    data[info.header_offset + 30 + len(info.filename) + info.compress_size // 2] ^= 4
    path.write_bytes(bytes(data))
    with pytest.raises(TableError):
        _rows(path)


def test_other_archives_and_old_workbooks(tmp_path: Path) -> None:
    """Said what they are and what to do."""
    path = tmp_path / "t.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("t.csv", "a,b\n1,2\n")
    with pytest.raises(TableError, match="ZIP archive and not a workbook"):
        _rows(path)
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    with pytest.raises(TableError, match="old \\(XLS\\) or locked"):
        _rows(path)
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(TableError, match="not what its name says"):
        _rows(path)


def test_a_bomb_is_refused_by_what_it_declares(tmp_path: Path) -> None:
    """Some hundred megabytes of zeros in some hundred kilobytes."""
    path = _book(tmp_path / "t.xlsx", [["a", "b"], [1, 2]])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/media/zeros.bin", bytes(300 << 20))
    with pytest.raises(TableError, match="would unpack to 300 MiB"):
        _rows(path)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on memory here; the clock holds there")
def test_a_bomb_that_lies_about_its_size_does_not_get_far(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The declared size is also the most that is unpacked; and the process has limits, here lowered."""
    monkeypatch.setattr(reading_xlsx, "_SECONDS", 5)
    path = tmp_path / "t.xlsx"
    _book(path, [["a", "b"], [1, 2]])
    with zipfile.ZipFile(path) as book:
        head, tail = book.read("xl/worksheets/sheet1.xml").split(b"</sheetData>")
    rows = b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (n, n) for n in range(3, 400_000))
    _change(path, "xl/worksheets/sheet1.xml", lambda _: head + rows + b"</sheetData>" + tail)
    small, large = len(head) + 1000, len(head + rows + tail) + len(b"</sheetData>")
    path.write_bytes(path.read_bytes().replace(large.to_bytes(4, "little"), small.to_bytes(4, "little")))
    with pytest.raises(TableError):
        _rows(path)


def test_entities_do_not_multiply(tmp_path: Path) -> None:
    """The billion laughs."""
    path = _book(tmp_path / "t.xlsx", [["a", "b"], [1, "x"]])
    entities = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 12))
    laughs = b'<!DOCTYPE l [<!ENTITY l0 "ha">' + entities + b"]>"
    _change(path, "xl/worksheets/sheet1.xml", lambda xml: laughs + xml.replace(b"<t>x</t>", b"<t>&l11;</t>"))
    with pytest.raises(TableError):
        _rows(path)


def test_the_digest_is_that_of_the_file(tmp_path: Path) -> None:
    """And the reading names the file without its folder."""
    path = _book(tmp_path / "t.xlsx", [["a", "b"], [1, 2]])
    with open_table(path) as table, io.BytesIO(path.read_bytes()) as data:
        assert table.reading.files[0].size == len(data.getvalue())
        assert table.reading.files[0].name == "t.xlsx"
        assert table.sha256 == table.reading.files[0].sha256
