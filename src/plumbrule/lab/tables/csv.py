"""Delimited text to a relation: DuckDB reads it when the file is plain, Python's csv when it is not.

The quick way and the careful way mean the same: RFC 4180 with `"` as the quote, every value text, blank lines skipped.
DuckDB is asked to be strict. When it stumbles, the careful way reads the file again record by record: either it names
the line that is wrong, or it finds the file sound (mixed line ends, say) and hands DuckDB a cleaned copy.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import duckdb

from plumbrule.base.files import sha256_file
from plumbrule.errors import TableError
from plumbrule.lab.tables.dialect import HEAD, Dialect, find_dialect, is_blank
from plumbrule.lab.tables.digest import known
from plumbrule.lab.tables.reading import Found, InputFile, Loaded, Options, Reading, quote_name, quote_text, text_sql
from plumbrule.lab.tables.text import CHUNK, Bytes, examine, find_encoding, unpack


@dataclass(frozen=True, slots=True, kw_only=True)
class _Text:
    """A UTF-8 text file ready to be parsed; `skipped` lines of the input are not in it. `name` is the input's."""

    path: Path
    skipped: int
    name: str


def read_csv(connection: duckdb.DuckDBPyConnection, path: Path, options: Options, folder: Path) -> Loaded:
    """Read delimited text into the table `source`; copies, if any are needed, lie in `folder`.

    Raises:
        TableError: not text, damaged, cut off, ragged, empty, without rows, or with a header that cannot name columns.
    """
    unpacked, packed = unpack(path, folder)
    seen = examine(unpacked)
    if seen.size == 0:
        raise TableError(f"{path.name} is empty.", expected="a header and at least one row", cure="Export the table again.")
    encoding = find_encoding(seen, options.encoding, path.name)
    text = _as_utf8(unpacked, seen, encoding, skip=options.skip, folder=folder, name=path.name)
    with text.path.open("r", encoding="utf-8-sig", newline="") as file:
        dialect = find_dialect(file.read(HEAD), options, path.name)
    _load(connection, text, dialect, options, folder)
    sha256 = seen.sha256 if packed is None else sha256_file(path)
    reading = Reading(
        format="csv",
        encoding=encoding,
        delimiter=dialect.delimiter,
        decimal=dialect.decimal,
        packed=packed,
        strip=dialect.strip,
        missing=options.missing,
        notes=_notes(unpacked, encoding),
        files=(InputFile(name=path.name, digest=known(sha256), size=path.stat().st_size),),
    )
    return Loaded(
        relation="source",
        columns=dialect.columns,
        digest=known(sha256),
        reading=reading,
        place=lambda row: _place(text, dialect, row),
    )


def spare_names(columns: tuple[str, ...], number: int) -> tuple[str, ...]:
    """Names for columns that are dropped again after loading; longer than every name in use, and so different."""
    longest = max(map(len, columns))
    return tuple("_" * (longest + 1) + str(position) for position in range(number))


def load_utf8(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    columns: tuple[str, ...],
    delimiter: str,
    *,
    header: bool,
    strip: bool,
    missing: tuple[str, ...],
    escaped: bool = False,
) -> None:
    """Create the table `source` with DuckDB's own reader, every column text, nothing guessed.

    `escaped` says that the values went through `escape`.

    Raises:
        duckdb.InvalidInputException: the file is not what was said of it, or not plain enough for this reader.
    """
    raw = [f"column{number}" for number in range(len(columns))]
    types = ", ".join(f"{quote_text(name)}: 'VARCHAR'" for name in raw)
    values = ", ".join(
        f"{text_sql(_unescape_sql(name) if escaped else name, strip=strip, missing=missing)} AS {quote_name(column)}"
        for name, column in zip(raw, columns, strict=True)
    )
    dialect = f"delim={quote_text(delimiter)}, quote='\"', escape='\"', header={header}, strict_mode=true, nullstr=''"
    options = f"auto_detect=false, columns={{{types}}}, compression='none', encoding='utf-8', {dialect}"
    connection.execute(f"CREATE TABLE source AS SELECT {values} FROM read_csv({quote_text(str(path))}, {options})")


def escape(value: str) -> str:
    """A value without line ends, which trip DuckDB's reader in rare places (a lone CR in quotes on the first line)."""
    return value.replace("\\", "\\b").replace("\n", "\\n").replace("\r", "\\r")


def _unescape_sql(expression: str) -> str:
    """Every backslash begins an escape, so the order of the first two does not matter, and `\\b` comes last."""
    return f"replace(replace(replace({expression}, '\\n', chr(10)), '\\r', chr(13)), '\\b', '\\')"


# ── to UTF-8 ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _as_utf8(path: Path, seen: Bytes, encoding: Found, *, skip: int, folder: Path, name: str) -> _Text:
    """The file itself where DuckDB can read it as it is; otherwise a UTF-8 copy from the first line that counts."""
    with path.open("rb") as file:
        starts_at_once = bool(file.readline(4096).removeprefix(b"\xef\xbb\xbf").strip())
    sound = encoding.value in {"utf-8", "utf-8-sig"} and seen.utf8 and not seen.cut and seen.nul_line is None
    if sound and starts_at_once and not skip:
        return _Text(path=path, skipped=0, name=name)
    target = folder / "text.csv"
    try:
        return _Text(path=target, skipped=_transcode(path, target, encoding.value, skip, name), name=name)
    except UnicodeError as error:
        raise TableError(
            f"{name} is not {encoding.value} throughout ({getattr(error, 'reason', error)}).",
            expected="a whole file in one encoding",
            cure="Fetch or export the file again, or give its encoding.",
        ) from error


def _transcode(path: Path, target: Path, encoding: str, skip: int, name: str) -> int:
    """Copy the text as UTF-8 without the lines to skip and without blank lines at its start; returns how many those were."""
    codec = "utf-8-sig" if encoding == "utf-8" else encoding
    with path.open("r", encoding=codec, newline="") as source, target.open("w", encoding="utf-8", newline="") as out:
        skipped = 0
        line = source.readline()
        while line and (skipped < skip or not line.strip()):
            skipped += 1
            line = source.readline()
        before, block = skipped, line
        while block:
            if "\0" in block:
                number = before + block.count("\n", 0, block.index("\0")) + 1
                raise TableError(
                    f"{name} holds a NUL character in line {number}.",
                    expected="text",
                    cure="Give the right encoding, or export the file again.",
                )
            before += block.count("\n")
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


# ── loading ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _load(connection: duckdb.DuckDBPyConnection, text: _Text, dialect: Dialect, options: Options, folder: Path) -> None:
    columns = (*dialect.columns, *spare_names(dialect.columns, dialect.unnamed))
    if not _load_quickly(connection, text, dialect, columns, options):
        clean = folder / "clean.csv"
        _clean_copy(text, dialect, clean)
        load_utf8(connection, clean, columns, ",", header=False, strip=dialect.strip, missing=options.missing, escaped=True)
    if connection.execute("SELECT count(*) FROM source").fetchall()[0][0] == 0:
        raise TableError(f"{text.name} has a header and no rows.", expected="at least one row", cure="Export the table again.")
    for number, column in enumerate(columns[len(dialect.columns) :], len(dialect.columns) + 1):
        if connection.execute(f"SELECT count({quote_name(column)}) FROM source").fetchall()[0][0]:
            raise TableError(
                f"Column {number} of {text.name} holds values and has no name.",
                expected="a name for each column",
                cure="Name it; if lines stand above the table, skip them.",
            )
        connection.execute(f"ALTER TABLE source DROP {quote_name(column)}")


def _load_quickly(
    connection: duckdb.DuckDBPyConnection, text: _Text, dialect: Dialect, columns: tuple[str, ...], options: Options
) -> bool:
    """Let DuckDB read the file; False if it will not.

    In a single column it does not tell a blank line from a missing value, and it always strips blanks before a quote:
    such files go the careful way.
    """
    if not dialect.strip or len(columns) == 1:
        return False
    delimiter, header = dialect.delimiter.value, dialect.header
    try:
        load_utf8(connection, text.path, columns, delimiter, header=header, strip=True, missing=options.missing)
    except duckdb.InvalidInputException:
        return False
    return True


def _records(text: _Text, dialect: Dialect) -> Iterator[tuple[int, list[str]]]:
    """Each data record with the line of the input on which it starts.

    Raises:
        TableError: a record with too few or too many values, a quote that never ends, text after a closing quote.
    """
    start = text.skipped + 1
    with text.path.open("r", encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, delimiter=dialect.delimiter.value, strict=True, skipinitialspace=dialect.strip)
        awaiting_header = dialect.header
        try:
            for record in reader:
                line, start = start, text.skipped + reader.line_num + 1
                if not awaiting_header and is_blank(record) and (dialect.width > 1 or not record):
                    continue
                if len(record) != dialect.width:
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


def _ragged(name: str, line: int, record: list[str], dialect: Dialect) -> TableError:
    number = len(record)
    return TableError(
        f"{name}, line {line}: {number} value{'s' if number != 1 else ''}.",
        expected=f"{dialect.width}, as many as there are columns (delimiter {dialect.delimiter})",
        cure="Mend the line, give the delimiter, or skip lines above the table; a last line like this means a file cut off.",
    )


def _clean_copy(text: _Text, dialect: Dialect, target: Path) -> None:
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL)
        writer.writerows(map(escape, record) for _, record in _records(text, dialect))


def _place(text: _Text, dialect: Dialect, row: int) -> str:
    line = next(islice((line for line, _ in _records(text, dialect)), row - 1, None), None)
    return f"line {line}" if line else f"row {row}"
