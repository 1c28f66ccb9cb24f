"""XLSX to a relation: a sheet is read by openpyxl in a limited process of its own and comes back as CSV."""

from __future__ import annotations

import csv
import json
import zipfile
from dataclasses import replace
from itertools import islice
from pathlib import Path

import duckdb

from plumbrule.base.sandbox import run_limited
from plumbrule.errors import InputError, TableError
from plumbrule.lab.tables.csv import load_utf8, spare_names
from plumbrule.lab.tables.dialect import check_header
from plumbrule.lab.tables.reading import Found, Loaded, Options, quote_name
from plumbrule.lab.tables.typed import damaged, input_file, typed_reading

MAX_UNPACKED = 2 << 30
"""The most bytes that the parts of a workbook may say they unpack to (2 GiB)."""

MAX_RATIO = 200
"""The most times larger that they may say they are than the file; real sheets reach about 30."""

_SECONDS, _MEGABYTES = 300, 2048


def read_xlsx(connection: duckdb.DuckDBPyConnection, path: Path, options: Options, folder: Path) -> Loaded:
    """Read one sheet of a workbook into the table `source`.

    Formulas count with the value the spreadsheet program stored. Blank rows are skipped.

    Raises:
        TableError: a damaged or locked file, a bomb, no such sheet, a formula without a stored value, no rows.
    """
    _check_parts(path)
    file, rows = input_file(path), folder / "sheet.csv"
    request = json.dumps({"sheet": options.sheet, "skip": options.skip, "names": len(options.columns or ())})
    try:
        said = run_limited(
            "plumbrule.lab.tables.xlsx_child",
            [str(path.resolve()), request],
            seconds=_SECONDS,
            megabytes=_MEGABYTES,
            stdout=rows,
        )
    except InputError as error:
        raise TableError(f"{path.name}: {error.got}", expected=error.expected, cure=error.cure) from error
    with rows.open("r", encoding="utf-8", newline="") as text:
        header = next(csv.reader(text), ["", ""])[1:]
    given = options.columns
    columns = check_header(header, path.name) if given is None else check_header(given, "the list of names")
    strip = options.strip is not False
    (numbers,) = spare_names(columns, 1)  # the first column holds the numbers of the sheet's rows
    load_utf8(connection, rows, (numbers, *columns), ",", header=given is None, strip=strip, missing=options.missing)
    connection.execute(f"ALTER TABLE source DROP {quote_name(numbers)}")
    sheets = tuple(json.loads(said.stderr.splitlines()[-1])["sheets"])
    reading = typed_reading("xlsx", replace(options, strip=strip), (file,))
    sheet = Found(value=options.sheet, how="given") if options.sheet else Found(value=sheets[0], how="default")
    others = [name for name in sheets if name != sheet.value]
    notes = (f"The workbook has other sheets, which were not read: {', '.join(others)}.",) if others else ()
    return Loaded(
        relation="source",
        columns=columns,
        digest=file.digest,
        reading=replace(reading, sheet=sheet, notes=notes),
        place=lambda row: _place(rows, row, header=options.columns is None),
    )


def _check_parts(path: Path) -> None:
    """Refuse a bomb by what the parts declare; Python's zipfile never unpacks more than that."""
    try:
        with zipfile.ZipFile(path) as book:
            parts = book.infolist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise damaged(path.name, "a workbook", error) from error
    if "xl/workbook.xml" not in {part.filename for part in parts}:
        raise TableError(
            f"{path.name} is a ZIP archive and not a workbook.",
            expected="CSV, XLSX, Parquet or Arrow",
            cure="Unpack it and name the table.",
        )
    total = sum(part.file_size for part in parts)
    if total > MAX_UNPACKED or total > MAX_RATIO * max(path.stat().st_size, 1 << 16):
        raise TableError(
            f"{path.name} would unpack to {total >> 20} MiB.", expected="an ordinary workbook", cure="Export the sheet as CSV."
        )


def _place(rows: Path, row: int, *, header: bool) -> str:
    with rows.open("r", encoding="utf-8", newline="") as text:
        record = next(islice(csv.reader(text), row - 1 + header, None), None)
    return f"sheet row {record[0]}" if record else f"row {row}"
