"""Delimiter, header and decimal sign of a text table, found in its first lines."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice

from plumbrule.errors import TableError
from plumbrule.lab.tables.reading import Found, Options

HEAD = 1 << 18
"""How many characters are looked at."""

_DELIMITERS = (",", ";", "\t", "|")
_RECORDS = 500
_POINT = re.compile(r"[+-]?\d+\.\d+")
_COMMA = re.compile(r"[+-]?\d+,\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How the records are written. `unnamed` columns at the end have no name and must be empty (`a;b;;`)."""

    delimiter: Found
    decimal: Found
    columns: tuple[str, ...]
    unnamed: int
    header: bool
    strip: bool

    @property
    def width(self) -> int:
        """The number of values in a record."""
        return len(self.columns) + self.unnamed


def find_dialect(sample: str, options: Options, name: str) -> Dialect:
    """The dialect of a table that begins with `sample` (at most `HEAD` characters, and then cut in the middle of a record).

    Raises:
        TableError: nothing but blanks, a web page, or a header that cannot name columns.
    """
    _refuse_other_text(sample, name)
    if len(sample) == HEAD:
        sample = sample[: sample.rfind("\n") + 1] or sample
    strip = options.strip is not False
    delimiter = Found(value=options.delimiter, how="given") if options.delimiter else _find_delimiter(sample, strip=strip)
    records = _head_records(sample, delimiter.value, strip=strip)
    if not records:
        raise TableError(
            f"The first line of {name} cannot be read.",
            expected='values between two quotes, with a quote inside written as ""',
            cure="Mend the line.",
        )
    columns, unnamed = _columns(records[0], options.columns, name)
    decimal = Found(value=options.decimal, how="given") if options.decimal else _find_decimal(records, delimiter.value)
    return Dialect(
        delimiter=delimiter, decimal=decimal, columns=columns, unnamed=unnamed, header=options.columns is None, strip=strip
    )


def is_blank(record: Sequence[str]) -> bool:
    """A line with nothing on it is no record; a line of delimiters is."""
    return len(record) == 0 or (len(record) == 1 and not record[0].strip())


def check_header(names: Sequence[str], source: str) -> tuple[str, ...]:
    """The column names, stripped, if they can name columns.

    Raises:
        TableError: an empty name, or two that are the same (capitals do not tell columns apart, as in SQL).
    """
    clean = tuple(name.strip() for name in names)
    cure = "Name it; if lines stand above the table, skip them; if there is no header, give the names of the columns."
    if "" in clean:
        raise TableError(f"Column {clean.index('') + 1} of {source} has no name.", expected="a name for each column", cure=cure)
    twice = [name for name, number in Counter(name.casefold() for name in clean).items() if number > 1]
    if twice:
        same = dict.fromkeys(repr(name) for name in clean if name.casefold() == twice[0])
        raise TableError(
            f"{source} has two columns named {' and '.join(same)}.",
            expected="names that differ in more than capitals",
            cure="Rename one of the columns; if there is no header, give the names of the columns.",
        )
    return clean


def check_given(columns: Sequence[str], width: int, source: str) -> tuple[str, ...]:
    """The names given by the user, if there is one for each of `width` columns.

    Raises:
        TableError: too few, too many, or they cannot name columns.
    """
    if len(columns) != width:
        raise TableError(
            f"{source} has {width} column{'s' if width != 1 else ''} and {len(columns)} names were given.",
            expected="a name for each column",
            cure="Correct the list of names.",
        )
    return check_header(columns, "the list of names")


def nearest(name: str, columns: Sequence[str]) -> str:
    """The column whose name is most like `name`, or nothing."""
    folded = {column.casefold(): column for column in columns}
    match = get_close_matches(name.casefold(), folded, n=1, cutoff=0.5)
    return folded[match[0]] if match else ""


def _refuse_other_text(sample: str, name: str) -> None:
    if not sample.strip():
        raise TableError(
            f"{name} holds nothing but blanks.", expected="a header and at least one row", cure="Export the table again."
        )
    if sample.lstrip()[:15].lower().startswith(("<!doctype", "<html", "<?xml")):
        raise TableError(
            f"{name} is a web page or XML, not a table.",
            expected="CSV",
            cure="Download the file itself, not the page that shows it.",
        )


def _columns(first: Sequence[str], given: tuple[str, ...] | None, name: str) -> tuple[tuple[str, ...], int]:
    if given is not None:
        return check_given(given, len(first), name), 0
    named = len(first)
    while named > 1 and not first[named - 1].strip():
        named -= 1
    return check_header(first[:named], name), len(first) - named


def _head_records(sample: str, delimiter: str, *, strip: bool) -> list[list[str]]:
    """The first records, as far as they can be read."""
    records: list[list[str]] = []
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter, strict=True, skipinitialspace=strip)
    try:
        records.extend(record for record in islice(reader, _RECORDS) if not records or not is_blank(record))
    except csv.Error:
        return records  # reading the whole file will name the line
    return records


def _find_delimiter(sample: str, *, strip: bool) -> Found:
    """The sign that splits the first record, and most others into as many values."""
    scores: dict[str, tuple[bool, float, int]] = {}
    for sign in _DELIMITERS:
        records = _head_records(sample, sign, strip=strip)
        width = len(records[0]) if records else 0
        if width > 1:
            share = sum(len(record) == width for record in records) / len(records)
            scores[sign] = (share > 0.5, share, width)
    if not scores:
        return Found(value=",", how="default")
    return Found(value=max(scores, key=lambda sign: scores[sign]), how="found")


def _find_decimal(records: list[list[str]], delimiter: str) -> Found:
    """A comma only where it does not delimit, and where more values are written with it than with a point."""
    if delimiter == ",":
        return Found(value=".", how="default")
    values = [value.strip() for record in records[1:] for value in record]
    commas, points = (sum(1 for value in values if sign.fullmatch(value)) for sign in (_COMMA, _POINT))
    if not commas and not points:
        return Found(value=".", how="default")
    return Found(value="," if commas > points else ".", how="found")
