"""CSV as it comes: quotes, line ends, ragged lines, files cut off, headers that name nothing."""

from __future__ import annotations

import bz2
import csv
import gzip
import hashlib
import io
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from plumbrule.errors import TableError
from plumbrule.lab.tables.reading import SPACES
from plumbrule.lab.tables.table import open_table


def _write(folder: Path, data: bytes | str, name: str = "t.csv") -> Path:
    path = folder / name
    path.write_bytes(data.encode("utf-8") if isinstance(data, str) else data)
    return path


def _read(path: object, **options: object) -> tuple[tuple[str, ...], list[tuple[str | None, ...]]]:
    with open_table(path, **options) as table:  # type: ignore[arg-type]  # each test knows its options
        assert table.rows == len(table.query("SELECT 1 FROM decisions"))
        return table.columns, table.query("SELECT * FROM decisions")


def _error(path: object, **options: object) -> TableError:
    with pytest.raises(TableError) as caught:
        _read(path, **options)
    assert caught.value.expected
    assert caught.value.cure
    assert "Traceback" not in str(caught.value)
    return caught.value


# ── values ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_values_stay_as_written_and_empty_is_missing(tmp_path: Path) -> None:
    """Leading zeros, 1.0, NA and null are text; nothing, in quotes or not, is NULL."""
    path = _write(tmp_path, 'a,b,c\n007,1.0,NA\nnull,"",?\n,-, x \n')
    assert _read(path) == (("a", "b", "c"), [("007", "1.0", "NA"), ("null", None, "?"), (None, "-", "x")])


def test_missing_values_are_named_by_the_user(tmp_path: Path) -> None:
    """Only the texts listed are missing, after blanks are stripped."""
    path = _write(tmp_path, "a,b\n?, ? \nNA,null\n")
    assert _read(path, missing=("?", "NA"))[1] == [(None, None), (None, "null")]


def test_blanks_are_stripped_unless_refused(tmp_path: Path) -> None:
    """No-break spaces, too; `strip=False` keeps every sign."""
    path = _write(tmp_path, "a,b\n x ,\u00a0y\u202f\n")
    assert _read(path)[1] == [("x", "y")]
    assert _read(path, strip=False)[1] == [(" x ", "\u00a0y\u202f")]


def test_quotes_and_line_ends_inside_values(tmp_path: Path) -> None:
    """RFC 4180."""
    path = _write(tmp_path, 'a,b\r\n"x, ""y""","two\r\nlines"\r\n1,2\r\n')
    assert _read(path)[1] == [('x, "y"', "two\r\nlines"), ("1", "2")]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", [True, False])
def test_every_line_end(tmp_path: Path, end: str, last: bool) -> None:
    """Unix, Windows and old Macintosh, with and without one at the end."""
    path = _write(tmp_path, end.join(["a,b", "1,2", "3,4"]) + (end if last else ""))
    assert _read(path) == (("a", "b"), [("1", "2"), ("3", "4")])


def test_mixed_line_ends_and_blank_lines(tmp_path: Path) -> None:
    """As files look after two people edited them on two systems."""
    path = _write(tmp_path, "\n\r\na,b\r\n1,2\n\n   \n3,4\r\n\n\n")
    assert _read(path) == (("a", "b"), [("1", "2"), ("3", "4")])


def test_a_single_column(tmp_path: Path) -> None:
    """A blank line is no row, an empty quoted value is one."""
    assert _read(_write(tmp_path, 'a\n1\n\n""\n2\n'))[1] == [("1",), (None,), ("2",)]


def test_blanks_before_a_quote(tmp_path: Path) -> None:
    """`1, "a, b"` is two values, in the quick way and in the careful one."""
    assert _read(_write(tmp_path, 'a,b\n1, "x, y"\n'))[1] == [("1", "x, y")]
    assert _read(_write(tmp_path, 'a,b\r\n1, "x, y"\n'))[1] == [("1", "x, y")]


def test_a_quote_inside_an_unquoted_value(tmp_path: Path) -> None:
    """Six inches, kept as written."""
    assert _read(_write(tmp_path, 'a,b\n1,6"\n2,x"y\n'))[1] == [("1", '6"'), ("2", 'x"y')]


def test_strange_names_of_columns(tmp_path: Path) -> None:
    """Quotes, SQL words, the name of DuckDB's own row number, other scripts."""
    names = ('my "x"', "select", "rowid", "الجنس", "o'clock", "a;b", "null", "%s", "column0", "source")
    buffer = io.StringIO()
    csv.writer(buffer).writerows([names, range(10)])
    assert _read(_write(tmp_path, buffer.getvalue())) == (names, [tuple("0123456789")])


_TEXT = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
_HARD = st.text(alphabet=st.sampled_from("ab\",;\t|\r\n \u00a0\u2028\x85\x0b\ufeff'#\\1."), max_size=6)


@settings(max_examples=150, deadline=None)
@given(
    rows=st.integers(1, 4).flatmap(lambda n: st.lists(st.lists(_TEXT | _HARD, min_size=n, max_size=n), min_size=1, max_size=6)),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    end=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    strip=st.sampled_from([True, False]),
)
def test_any_text_comes_back(rows: list[list[str]], delimiter: str, end: str, quoting: int, strip: bool) -> None:
    """Whatever csv writes is read back, every character, in the quick way and in the careful one."""
    assume(
        end == "\r\n" or quoting == csv.QUOTE_ALL or not any("\r" in value for row in rows for value in row)
    )  # csv leaves it bare
    buffer = io.StringIO(newline="")
    names = [f"column {number}" for number in range(len(rows[0]))]
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator=end, quoting=quoting)  # type: ignore[arg-type]  # both are int
    writer.writerows([names, *rows])
    kept = [tuple((value.strip(SPACES) if strip else value) or None for value in row) for row in rows]
    with tempfile.TemporaryDirectory() as folder:
        path = _write(Path(folder), buffer.getvalue())
        assert _read(path, delimiter=delimiter, strip=strip) == (tuple(names), kept)


@pytest.mark.parametrize("rows", [300_000])
def test_quotes_and_line_ends_across_the_blocks_of_a_large_file(tmp_path: Path, rows: int) -> None:
    """DuckDB reads large files in blocks and in threads: every tenth value has a line end and a delimiter inside."""
    value = lambda n: f'"{n},\n""x"' if n % 10 == 0 else str(n)  # noqa: E731 - short
    path = _write(tmp_path, "a,b\n" + "".join(f"{value(n)},{'é' if n % 7 else 'ж'}{n}\n" for n in range(rows)))
    with open_table(path) as table:
        assert table.rows == rows
        seen = table.query("SELECT a, b FROM decisions")
    assert seen == [(f'{n},\n"x' if n % 10 == 0 else str(n), f"{'é' if n % 7 else 'ж'}{n}") for n in range(rows)]


# ── what is refused ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("data", "line", "got"),
    [
        ("a,b,c\n1,2,3\n4,5\n6,7,8\n", 3, "2 values"),
        ("a,b,c\n1,2,3\n4,5,6,7\n", 3, "4 values"),
        ("a,b,c\n1,2,3\n4,5", 3, "2 values"),
        ('a,b,c\n1,"2\n\n",3\n\n4\n', 6, "1 value"),
        ("a,b,c\r\n1,2,3\n4,5,6\r\n7\r\n", 4, "1 value"),
    ],
)
def test_a_ragged_line_is_named(tmp_path: Path, data: str, line: int, got: str) -> None:
    """The line as an editor counts it, what it holds and what was expected."""
    error = _error(_write(tmp_path, data))
    assert f"line {line}: {got}" in error.got
    assert "3, as many as there are columns" in error.expected


def test_the_line_counts_from_the_top_of_the_file(tmp_path: Path) -> None:
    """Also when lines were skipped and the file was decoded."""
    data = "Table 3\n\nсм. примечание\nпол;да\nм;1\nж\n".encode("cp1251")
    assert "line 6: 1 value." in _error(_write(tmp_path, data), skip=3).got


def test_a_quote_that_never_ends(tmp_path: Path) -> None:
    """Cut off inside a quoted value: the record's first line is named."""
    assert "line 3" in _error(_write(tmp_path, 'a,b\n1,2\n3,"four\n5,6\n')).got


def test_text_after_a_closing_quote(tmp_path: Path) -> None:
    """`"a"b` can be read in two ways and is not."""
    assert "line 2" in _error(_write(tmp_path, 'a,b\n"x"y,2\n')).got


@pytest.mark.parametrize("cut", range(1, 60))
def test_a_file_cut_off_anywhere_is_refused_or_read_to_the_cut(tmp_path: Path, cut: int) -> None:
    """Never a row that is not in the file. A cut inside the last value cannot be seen from the values; a note says so."""
    data = 'sex,approved,town\nж,1,"Ош, 2"\nм,0,Хорог\nж,1,Нарын\n'.encode()
    whole = [("ж", "1", "Ош, 2"), ("м", "0", "Хорог"), ("ж", "1", "Нарын")]
    path = _write(tmp_path, data[:cut])
    try:
        with open_table(path) as table:
            rows, notes = table.query("SELECT * FROM decisions"), table.reading.notes
    except TableError as error:
        assert error.expected  # both outcomes are right, at different cuts
        return
    assert rows[:-1] == whole[: len(rows) - 1]
    assert whole[len(rows) - 1][2].startswith(rows[-1][2] or "")
    assert bool(notes) == (not data[:cut].endswith(b"\n"))


@pytest.mark.parametrize(
    ("data", "got"),
    [
        ("", "empty"),
        ("\n \n\n", "nothing but blanks"),
        ("\ufeff", "nothing but blanks"),
        ("a,b\n", "no rows"),
        ("a,b\n\n\n", "no rows"),
        ("a,b,a\n1,2,3\n", "two columns named 'a'"),
        ("Race,b,race\n1,2,3\n", "two columns named 'Race' and 'race'"),
        ("a,,c\n1,2,3\n", "Column 2 of t.csv has no name"),
        ("a,b,\n1,2,3\n", "Column 3 of t.csv holds values and has no name"),
        (",,\n1,2,3\n", "Column 1 of t.csv has no name"),
        ('""\na,b\n1,2\n', "Column 1 of t.csv has no name"),
        ("a,b\n1,x\0y\n", "NUL byte in line 2"),
        ("<!DOCTYPE html>\n<html></html>", "web page"),
    ],
)
def test_what_is_no_table(tmp_path: Path, data: str, got: str) -> None:
    """Each with its reason."""
    assert got in _error(_write(tmp_path, data)).got


def test_delimiters_at_the_end_of_each_line(tmp_path: Path) -> None:
    """Spreadsheets write `a;b;;`: columns without name and without values are dropped."""
    assert _read(_write(tmp_path, "a;b;;\n1;2;;\n;;;\n")) == (("a", "b"), [("1", "2"), (None, None)])


def test_a_missing_file_a_folder_and_a_strange_path(tmp_path: Path) -> None:
    """Said in our words."""
    assert "cannot be read" in _error(tmp_path / "none.csv").got
    assert "not a regular file" in _error(tmp_path).got
    assert "cannot be read" in _error("a\0b").got
    assert "cannot be read" in _error("x" * 5000).got


@pytest.mark.parametrize(
    "options", [{"delimiter": ",,"}, {"delimiter": '"'}, {"decimal": "x"}, {"encoding": "klingon"}, {"encoding": "hex"}]
)
def test_options_that_mean_nothing(tmp_path: Path, options: dict[str, str]) -> None:
    """Refused before the file is judged by them."""
    _error(_write(tmp_path, "a,b\n1,2\n"), **options)


# ── delimiters, decimal signs, headers ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("data", "delimiter", "decimal"),
    [
        ("a,b\n1.5,2\n", ",", "."),
        ("a;b\n1,5;2,5\n", ";", ","),
        ("a;b\n1.5;2,x\n", ";", "."),
        ("a\tb\n1,5\t2\n", "\t", ","),
        ("a|b\nx|y\n", "|", "."),
        ('"a,x";"b,y"\n"1,5";"2,5"\n', ";", ","),
        ("name;note\nA;one, two\nB;three, four\n", ";", "."),
        ("name,note\nA;x,1\nB;y,2\n", ",", "."),
        ("a\n1\n", ",", "."),
    ],
)
def test_the_delimiter_and_the_decimal_sign_are_found(tmp_path: Path, data: str, delimiter: str, decimal: str) -> None:
    """From the header first, then from the other lines."""
    with open_table(_write(tmp_path, data)) as table:
        assert table.reading.delimiter is not None
        assert (table.reading.delimiter.value, table.reading.decimal.value) == (delimiter, decimal)


def test_what_is_given_wins(tmp_path: Path) -> None:
    """And is reported as given."""
    with open_table(_write(tmp_path, "a;b,c\n1;2,3\n"), delimiter=",", decimal=",") as table:
        assert table.columns == ("a;b", "c")
        assert str(table.reading.delimiter) == ", (given)"
        assert str(table.reading.decimal) == ", (given)"
    assert _read(_write(tmp_path, "a\tb\n1\t2\n"), delimiter="tab")[0] == ("a", "b")


def test_names_for_a_file_without_a_header(tmp_path: Path) -> None:
    """Every line is a row; too few names are refused, and so are names that name nothing."""
    path = _write(tmp_path, "1, x\n2, y\n")
    assert _read(path, columns=("n", "c")) == (("n", "c"), [("1", "x"), ("2", "y")])
    assert "2 columns and 1 names" in _error(path, columns=("n",)).got
    assert "two columns named" in _error(path, columns=("n", "N")).got


def test_lines_above_the_table_are_skipped(tmp_path: Path) -> None:
    """With quotes and delimiters of their own, and whatever bytes."""
    path = _write(tmp_path, 'Report, "draft\nn,c\n1,x\n')
    assert _read(path, skip=1) == (("n", "c"), [("1", "x")])
    assert "nothing but blanks" in _error(path, skip=9).got


# ── compression, digest, reading ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("pack", "name"), [(bz2.compress, "bz2"), (gzip.compress, "gzip")])
def test_packed_files_are_known_by_their_bytes(tmp_path: Path, pack: object, name: str) -> None:
    """Whatever they are called; the digest is that of the file as it lies there."""
    data = pack(b"a,b\n1,2\n")  # type: ignore[operator]  # a function from bytes to bytes
    with open_table(_write(tmp_path, data, "table.csv")) as table:
        assert table.query("SELECT * FROM decisions") == [("1", "2")]
        assert table.reading.packed == name
        assert table.sha256 == hashlib.sha256(data).hexdigest() == table.reading.files[0].sha256


@pytest.mark.parametrize("pack", [bz2.compress, gzip.compress])
def test_packed_files_that_are_damaged(tmp_path: Path, pack: object) -> None:
    """Cut off anywhere, or one bit flipped."""
    data = pack(b"a,b\n" + b"1,2\n" * 5000)  # type: ignore[operator]  # a function from bytes to bytes
    for cut in (15, len(data) // 2, len(data) - 1):
        assert "damaged or cut-off" in _error(_write(tmp_path, data[:cut])).got
    middle = len(data) // 2
    assert "damaged or cut-off" in _error(_write(tmp_path, data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :])).got


def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A limit on what it unpacks to, here lowered so that the test is quick."""
    monkeypatch.setattr("plumbrule.lab.tables.text.MAX_UNPACKED", 1 << 20)
    assert "unpacks to more than" in _error(_write(tmp_path, bz2.compress(b"a,b\n" + b"1,2\n" * 1_000_000))).got


def test_the_reading_can_be_printed(tmp_path: Path) -> None:
    """One line that says what was found and how."""
    with open_table(_write(tmp_path, "пол;вес\nж;1,5\n".encode("cp1251")), missing=("?",)) as table:
        assert str(table.reading) == (
            "csv; encoding cp1251 (guessed); delimiter ; (found); decimal sign , (found); read as missing: '?'; "
            "The encoding cp1251 is a guess; give it if names look wrong."
        )


# ── columns ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("asked", "near"), [("rase", "race"), ("Race", "race"), ("label", "label_value"), ("zzz", None)])
def test_a_missing_column_names_the_nearest(tmp_path: Path, asked: str, near: str | None) -> None:
    """Capitals count, and are forgiven in the proposal."""
    with open_table(_write(tmp_path, "race,sex,label_value\n1,2,3\n")) as table:
        table.require("race", "sex")
        with pytest.raises(TableError, match=repr(asked)) as caught:
            table.require("race", asked)
    assert (f"'{near}'" in caught.value.cure) if near else ("Did you mean" not in caught.value.cure)
    assert "race, sex, label_value" in caught.value.expected


def test_nothing_is_left_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Copies of people's data in temporary folders are removed, after an error and after Ctrl-C, too."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    path = _write(tmp_path, "имя;да\nА;1\n".encode("cp1251"))
    with pytest.raises(KeyboardInterrupt), open_table(path):
        assert list((tmp_path / "tmp").iterdir())
        raise KeyboardInterrupt
    _error(_write(tmp_path, "имя;да\nА\n".encode("cp1251")))
    assert not list((tmp_path / "tmp").iterdir())


@pytest.mark.skipif(sys.platform == "win32", reason="a full disk is played with a limit that Windows does not have")
@pytest.mark.parametrize("encoding", ["cp1251", "utf-8"])
def test_a_disk_that_fills_up(tmp_path: Path, encoding: str) -> None:
    """While the file is decoded or unpacked: our words, no traceback, nothing left."""
    data = ("имя;да\n" + "Айгуль;1\n" * 50_000).encode(encoding)
    _write(tmp_path, gzip.compress(data))
    code = (
        "import resource, tempfile\nfrom plumbrule.errors import TableError\nfrom plumbrule.lab.tables.table import open_table\n"
        f"tempfile.tempdir = {str(tmp_path)!r}\nresource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        f"try:\n    with open_table({str(tmp_path / 't.csv')!r}): pass\nexcept TableError as error: print(error)"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONIOENCODING": "utf-8"}
    ran = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=True, text=True)
    assert "could not be read or copied (File too large)" in ran.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["t.csv"]
