"""Delimited text to a relation: DuckDB reads it when the file is plain, Python's csv when it is not.

The quick way and the careful way mean the same: RFC 4180 with `"` as the quote, every value text, blank lines skipped.
DuckDB is asked to be strict. When it stumbles, the careful way reads the file again record by record: either it names
the line that is wrong, or it finds the file sound (mixed line ends, say) and hands DuckDB a cleaned copy.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice
from pathlib import Path

import duckdb

from plumbrule.base.files import sha256_file
from plumbrule.errors import TableError
from plumbrule.lab.reading import Found, InputFile, Loaded, Options, Reading, quote_name, quote_text, text_sql
from plumbrule.lab.reading_text import CHUNK, Bytes, examine, find_encoding, unpack

_DELIMITERS = (",", ";", "\t", "|")
_HEAD = 1 << 18  # characters looked at to find the delimiter and the decimal sign
_HEAD_RECORDS = 500
_POINT = re.compile(r"[+-]?\d+\.\d+")
_COMMA = re.compile(r"[+-]?\d+,\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Dialect:
    delimiter: Found
    decimal: Found
    columns: tuple[str, ...]
    header: bool
    strip: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Text:
    """A UTF-8 text file ready to be parsed; `skipped` physical lines of the input are not in it."""

    path: Path
    plain: bool
    skipped: int
    name: str


def read_csv(connection: duckdb.DuckDBPyConnection, path: Path, options: Options, folder: Path) -> Loaded:
    """Read delimited text into the table `source`.

    Raises:
        TableError: not text, damaged, cut off, ragged, empty, without rows, or with a header that cannot name columns.
    """
    unpacked, packed = unpack(path, folder)
    seen = examine(unpacked)
    if seen.size == 0:
        raise TableError(f"{path.name} is empty.", expected="a header and at least one row", cure="Export the table again.")
    encoding = find_encoding(seen, options.encoding, path.name)
    text = _as_utf8(unpacked, seen, encoding, skip=options.skip, folder=folder, name=path.name)
    dialect = _dialect(text, options)
    size, sha256 = path.stat().st_size, seen.sha256 if packed is None else sha256_file(path)
    reading = Reading(
        format="csv",
        encoding=encoding,
        delimiter=dialect.delimiter,
        decimal=dialect.decimal,
        packed=packed,
        strip=dialect.strip,
        missing=options.missing,
        notes=_notes(unpacked, encoding),
        files=(InputFile(name=path.name, sha256=sha256, size=size),),
    )
    _load(connection, text, dialect, options, folder)
    return Loaded(
        relation="source", columns=dialect.columns, sha256=sha256, reading=reading, place=lambda row: _place(text, dialect, row)
    )


# ── to UTF-8 ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _as_utf8(path: Path, seen: Bytes, encoding: Found, *, skip: int, folder: Path, name: str) -> _Text:
    """The file itself where DuckDB can read it as it is; otherwise a UTF-8 copy from the first line that counts."""
    plain_encoding = encoding.value in {"utf-8", "utf-8-sig", "ascii"} and seen.utf8 and not seen.cut
    with path.open("rb") as file:
        starts_at_once = bool(file.readline(4096).removeprefix(b"\xef\xbb\xbf").strip())
    if plain_encoding and skip == 0 and starts_at_once and seen.nul_line is None:
        return _Text(path=path, plain=True, skipped=0, name=name)
    target = folder / "text.csv"
    try:
        skipped = _transcode(path, target, encoding.value, skip, name)
    except UnicodeDecodeError as error:
        raise TableError(
            f"{name} is not {encoding.value} throughout ({error.reason}).",
            expected="a whole file in one encoding",
            cure="Fetch or export the file again, or give its encoding.",
        ) from error
    return _Text(path=target, plain=False, skipped=skipped, name=name)


def _transcode(path: Path, target: Path, encoding: str, skip: int, name: str) -> int:
    codec = "utf-8-sig" if encoding == "utf-8" else encoding
    with path.open("r", encoding=codec, newline="") as source, target.open("w", encoding="utf-8", newline="") as out:
        skipped = 0
        line = source.readline()
        while line and (skipped < skip or not line.strip()):
            skipped += 1
            line = source.readline()
        read = skipped
        block = line + source.read(CHUNK)
        while block:
            if "\0" in block:
                at = read + block.count("\n", 0, block.index("\0")) + 1
                raise TableError(
                    f"{name} holds a NUL character in line {at}.",
                    expected="text",
                    cure="Give the right encoding, or export the file again.",
                )
            read += block.count("\n")
            out.write(block)
            block = source.read(CHUNK)
    return skipped


def _notes(path: Path, encoding: Found) -> tuple[str, ...]:
    notes = [f"The encoding {encoding.value} is a guess; give it if names look wrong."] if encoding.how == "guessed" else []
    with path.open("rb") as file:
        file.seek(-min(4, path.stat().st_size), 2)
        if not file.read().rstrip(b"\0").endswith((b"\n", b"\r")):
            notes.append("The last line has no line end, as when a file is cut off inside its last value.")
    return tuple(notes)


# ── delimiter, header, decimal sign ──────────────────────────────────────────────────────────────────────────────────


def _dialect(text: _Text, options: Options) -> _Dialect:
    with text.path.open("r", encoding="utf-8-sig", newline="") as file:
        sample = file.read(_HEAD)
    if not sample.strip():
        raise TableError(
            f"{text.name} holds nothing but blanks.", expected="a header and at least one row", cure="Export the table again."
        )
    if sample.lstrip()[:15].lower().startswith(("<!doctype", "<html", "<?xml")):
        raise TableError(
            f"{text.name} is a web page or XML, not a table.",
            expected="CSV",
            cure="Download the file itself, not the page that shows it.",
        )
    if len(sample) == _HEAD:
        sample = sample[: sample.rfind("\n") + 1] or sample
    strip = True if options.strip is None else options.strip
    delimiter = Found(value=options.delimiter, how="given") if options.delimiter else _find_delimiter(sample, strip=strip)
    records = _head_records(sample, delimiter.value, strip=strip)
    first = records[0] if records else []
    columns = options.columns or tuple(check_header(first, text.name))
    if len(first) != len(columns):
        raise TableError(
            f"{text.name} has {len(first)} columns and {len(columns)} names were given.",
            expected="a name for each column",
            cure="Correct the list of names.",
        )
    check_header(columns, text.name)
    decimal = Found(value=options.decimal, how="given") if options.decimal else _find_decimal(records, delimiter.value)
    return _Dialect(delimiter=delimiter, decimal=decimal, columns=columns, header=options.columns is None, strip=strip)


def _head_records(sample: str, delimiter: str, *, strip: bool) -> list[list[str]]:
    """The first records, as far as they can be read (the sample may end inside one)."""
    records: list[list[str]] = []
    reader = csv.reader(sample.splitlines(keepends=True), delimiter=delimiter, strict=True, skipinitialspace=strip)
    try:
        records.extend(record for record in islice(reader, _HEAD_RECORDS) if any(field.strip() for field in record))
    except csv.Error:
        return records
    return records


def _find_delimiter(sample: str, *, strip: bool) -> Found:
    """The sign that splits the header, and most records into as many fields as the header."""
    scores: dict[str, tuple[float, int]] = {}
    for sign in _DELIMITERS:
        records = _head_records(sample, sign, strip=strip)
        width = len(records[0]) if records else 0
        if width > 1:
            scores[sign] = (sum(len(record) == width for record in records) / len(records), width)
    if not scores:
        return Found(value=",", how="default")
    return Found(value=max(scores, key=lambda sign: (scores[sign][0] > 0.5, *scores[sign])), how="found")


def _find_decimal(records: list[list[str]], delimiter: str) -> Found:
    if delimiter == ",":
        return Found(value=".", how="default")
    values = [field.strip() for record in records[1:] for field in record]
    commas, points = (sum(1 for value in values if sign.fullmatch(value)) for sign in (_COMMA, _POINT))
    if not commas and not points:
        return Found(value=".", how="default")
    return Found(value="," if commas > points else ".", how="found")


def check_header(names: list[str] | tuple[str, ...], source: str) -> list[str]:
    """The column names, stripped, if they can name columns.

    Raises:
        TableError: an empty name, or two that are the same (capitals do not tell columns apart, as in SQL).
    """
    clean = [name.strip() for name in names]
    if "" in clean:
        raise TableError(
            f"Column {clean.index('') + 1} of {source} has no name.",
            expected="a name for each column",
            cure="Give the column a name.",
        )
    twice = [name for name, number in Counter(name.casefold() for name in clean).items() if number > 1]
    if twice:
        same = [name for name in clean if name.casefold() == twice[0]]
        raise TableError(
            f"{source} has two columns named {' and '.join(map(repr, dict.fromkeys(same)))}.",
            expected="names that differ in more than capitals",
            cure="Rename one of the columns.",
        )
    return clean


def nearest(name: str, columns: tuple[str, ...]) -> str:
    """The column whose name is most like `name`, or nothing."""
    folded = {column.casefold(): column for column in columns}
    match = get_close_matches(name.casefold(), folded, n=1, cutoff=0.5)
    return folded[match[0]] if match else ""


# ── loading ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _load(connection: duckdb.DuckDBPyConnection, text: _Text, dialect: _Dialect, options: Options, folder: Path) -> None:
    if not _load_quickly(connection, text, dialect, options):
        clean = folder / "clean.csv"
        _clean_copy(text, dialect, clean)
        load_utf8(connection, clean, dialect.columns, ",", header=False, strip=dialect.strip, missing=options.missing)
    if connection.execute("SELECT count(*) FROM source").fetchall()[0][0] == 0:
        raise TableError(f"{text.name} has a header and no rows.", expected="at least one row", cure="Export the table again.")


def _load_quickly(connection: duckdb.DuckDBPyConnection, text: _Text, dialect: _Dialect, options: Options) -> bool:
    """True when DuckDB read the file. It does not tell blank lines from missing values in a single column, and it strips
    blanks before a quote, so those files go the careful way."""
    if not dialect.strip or len(dialect.columns) == 1:
        return False
    delimiter, header = dialect.delimiter.value, dialect.header
    try:
        load_utf8(connection, text.path, dialect.columns, delimiter, header=header, strip=True, missing=options.missing)
    except duckdb.InvalidInputException:
        return False
    return True


def load_utf8(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    columns: tuple[str, ...],
    delimiter: str,
    *,
    header: bool,
    strip: bool,
    missing: tuple[str, ...],
) -> None:
    """Create the table `source` with DuckDB's own reader, every column text, nothing guessed."""
    raw = [f"column{number}" for number in range(len(columns))]
    types = ", ".join(f"{quote_text(name)}: 'VARCHAR'" for name in raw)
    values = ", ".join(
        f"{text_sql(name, strip=strip, missing=missing)} AS {quote_name(column)}"
        for name, column in zip(raw, columns, strict=True)
    )
    dialect = f"delim={quote_text(delimiter)}, quote='\"', escape='\"', header={header}, strict_mode=true, nullstr=''"
    options = f"auto_detect=false, columns={{{types}}}, compression='none', encoding='utf-8', {dialect}"
    connection.execute(f"CREATE TABLE source AS SELECT {values} FROM read_csv({quote_text(str(path))}, {options})")  # noqa: S608 - quoted


def _records(text: _Text, dialect: _Dialect) -> Iterator[tuple[int, list[str]]]:
    """Each data record with the line of the input on which it starts.

    Raises:
        TableError: a record with too few or too many fields, a quote that never ends, text after a closing quote.
    """
    start = text.skipped + 1
    with text.path.open("r", encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, delimiter=dialect.delimiter.value, strict=True, skipinitialspace=dialect.strip)
        awaiting_header = dialect.header
        try:
            for record in reader:
                line, start = start, text.skipped + reader.line_num + 1
                if not record or (len(record) == 1 < len(dialect.columns) and not record[0].strip()):
                    continue
                if len(record) != len(dialect.columns):
                    raise _ragged(text.name, line, record, dialect)
                if awaiting_header:
                    awaiting_header = False
                else:
                    yield line, record
        except csv.Error as error:
            raise TableError(
                f"{text.name}, record starting in line {start}: {error}.",
                expected='values between two quotes, with a quote inside written as ""',
                cure="Mend that line; a file cut off in the middle ends like this, too.",
            ) from error


def _ragged(name: str, line: int, record: list[str], dialect: _Dialect) -> TableError:
    number = len(record)
    return TableError(
        f"{name}, line {line}: {number} value{'s' if number != 1 else ''}.",
        expected=f"{len(dialect.columns)}, as many as there are columns (delimiter {dialect.delimiter})",
        cure="Mend the line, or give the delimiter. If it is the last line, the file is probably cut off: fetch it again.",
    )


def _clean_copy(text: _Text, dialect: _Dialect, target: Path) -> None:
    with target.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(record for _, record in _records(text, dialect))


def _place(text: _Text, dialect: _Dialect, row: int) -> str:
    line = next(islice((line for line, _ in _records(text, dialect)), row - 1, None), None)
    return f"line {line}" if line else f"row {row}"
