"""The other side of `reading_xlsx`: runs alone, with limits, and writes one sheet as CSV to standard output.

Every record begins with the number of its row in the sheet. The names of the sheets go to standard error as JSON.
It imports nothing of the lab, so that the process stays small.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import sys
import warnings
import zipfile
from collections.abc import Iterator
from typing import Any

import openpyxl  # type: ignore[import-untyped]  # it ships no types
from openpyxl.utils.exceptions import InvalidFileException  # type: ignore[import-untyped]  # the same

from plumbrule.errors import InputError

_MIDNIGHT = dt.time()


def as_text(value: object) -> str:
    """A cell as text: whole numbers without `.0`, dates ISO 8601, truth values `true` and `false`."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == _MIDNIGHT else value.isoformat(sep=" ")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return str(value).replace("\r\n", "\n").replace("\r", "\n")  # a line end inside a cell is LF; a CR came from elsewhere


def main(path: str, request: dict[str, Any]) -> None:
    """Write the sheet asked for; `InputError` says what is wrong with it."""
    warnings.simplefilter("ignore")  # openpyxl warns about decoration it does not keep
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        sheet = _sheet(book, request["sheet"])
        print(json.dumps({"sheets": [one.title for one in book.worksheets]}), file=sys.stderr)
        rows = _rows(sheet, request["skip"])
        _write(_cut(rows, request["names"]), named=request["names"] > 0)
        _check_formulas(path, sheet.title)
    except (
        InvalidFileException,
        zipfile.BadZipFile,
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
        IndexError,
        EOFError,
        SyntaxError,
    ) as error:
        raise InputError(
            f"the workbook cannot be read ({type(error).__name__}: {error}).",
            expected="a whole XLSX file",
            cure="Open it, save it again, or export CSV.",
        ) from error


def _sheet(book: Any, name: str | None) -> Any:
    names = [one.title for one in book.worksheets]
    if not names:
        raise InputError("the workbook has no sheet of cells.", expected="a table", cure="Name another file.")
    if name is None:
        return book.worksheets[0]
    if name not in names:
        raise InputError(
            f"there is no sheet {name!r}.", expected=f"one of: {', '.join(names)}", cure="Correct the name of the sheet."
        )
    return book[name]


def _rows(sheet: Any, skip: int) -> Iterator[tuple[int, list[str]]]:
    """Rows that are not blank, with their numbers, blanks at their ends removed."""
    sheet.reset_dimensions()  # some programs write a wrong size, and rows beyond it would be lost
    for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
        values = [as_text(value) for value in row]
        while values and not values[-1].strip():
            values.pop()
        if number > skip and values:
            yield number, values


def _cut(rows: Iterator[tuple[int, list[str]]], names: int) -> Iterator[tuple[int, list[str]]]:
    """Every row as wide as the first, or as there are names given (0: none)."""
    width, widest = names, 0
    for number, values in rows:
        width = width or len(values)
        widest = max(widest, len(values))
        if len(values) > width:
            raise InputError(
                f"row {number} has a value in column {len(values)}, beyond the last named column ({width}).",
                expected="a name over every column, in the first row",
                cure="Name the column, or clear the cell; skip lines that stand above the table.",
            )
        yield number, values + [""] * (width - len(values))
    if 0 < widest < names:
        raise InputError(
            f"the sheet has {widest} columns and {names} names were given.",
            expected="a name for each column",
            cure="Correct the list of names.",
        )


def _write(rows: Iterator[tuple[int, list[str]]], *, named: bool) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n", quoting=csv.QUOTE_ALL)
    count = 0
    for number, values in rows:
        writer.writerow([number, *values])
        count += 1
    if count < (1 if named else 2):
        raise InputError("the sheet has no rows.", expected="a header and at least one row", cure="Name the right sheet.")


def _check_formulas(path: str, title: str) -> None:
    """A formula that was never calculated has no stored value; read as blank it would be a missing value and is none."""
    with zipfile.ZipFile(path) as book:
        if not any(_holds(book, part, b"<f") for part in book.namelist() if part.startswith("xl/worksheets/")):
            return
    formulas = openpyxl.load_workbook(path, read_only=True, data_only=False)[title]
    values = openpyxl.load_workbook(path, read_only=True, data_only=True)[title]
    for left, right in zip(formulas.iter_rows(), values.iter_rows(), strict=True):
        for formula, value in zip(left, right, strict=True):
            if formula.data_type == "f" and value.value is None:
                raise InputError(
                    f"cell {formula.coordinate} holds a formula without a stored value.",
                    expected="formulas that a spreadsheet program has calculated",
                    cure="Open the file in a spreadsheet program, save it, and try again.",
                )


def _holds(book: zipfile.ZipFile, part: str, wanted: bytes) -> bool:
    with book.open(part) as file:
        kept = b""
        while block := file.read(1 << 20):
            if wanted in kept + block:
                return True
            kept = block[-len(wanted) :]
    return False


if __name__ == "__main__":
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", newline="")
    main(sys.argv[1], json.loads(sys.argv[2]))
