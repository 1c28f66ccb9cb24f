"""Texts in a file, one after the other: rows of a table, lines of JSON, or plain text that is parted somehow.

>>> import tempfile
>>> with tempfile.TemporaryDirectory() as folder:
...     file = Path(folder) / "outputs.txt"
...     _ = file.write_text("One text,\\nover two lines.\\n\\nAnother.\\n", encoding="utf-8")
...     list(texts_in(file))
['One text,\\nover two lines.', 'Another.']
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from plumbrule.errors import InputError, LimitError
from plumbrule.lab.tables.json import Fields, read_json_lines
from plumbrule.lab.tables.reading import quote_name
from plumbrule.lab.tables.table import open_table

PartedBy = Literal["empty line", "line", "file"]
MOST_BYTES = 256 << 20
"""A larger file of plain text is refused; JSON Lines and tables may have any size."""
_EMPTY_LINE = re.compile(r"\n[^\S\n]*\n")
_CHUNK = 1_000
_WHAT = "a file of JSON Lines with a text in each"


def texts_in(
    path: Path,
    *,
    column: str | None = None,
    parted_by: PartedBy = "empty line",
    encoding: str | None = None,
    delimiter: str | None = None,
    sheet: str | None = None,
) -> Iterator[str]:
    """The texts, in their order; rows without one and empty parts are passed over.

    Args:
        path: a table, JSON Lines (`.jsonl`), or plain text.
        column: where the text stands in a row or a line of JSON; left out: plain text.
        parted_by: where one plain text ends and the next begins.
        encoding: of plain text (UTF-8 when left out) and of CSV (found in the file when left out).
        delimiter, sheet: of CSV, of a workbook.

    Raises:
        InputError: the file cannot be read so, or has no such column.
        LimitError: plain text of more than `MOST_BYTES`.
    """
    if column is None:
        yield from _plain(path, parted_by, encoding or "utf-8-sig")
    elif path.suffix.lower() == ".jsonl":
        for number, value in read_json_lines(path, what=_WHAT):
            yield Fields.of(value, place=f"{path.name}, line {number}", what=_WHAT).text(column)
    else:
        with open_table(path, encoding=encoding, delimiter=delimiter, sheet=sheet) as table:
            table.require(column)
            name = quote_name(column)
            found = table.connection.execute(f"SELECT {name} FROM {table.view} WHERE {name} IS NOT NULL")
            while chunk := found.fetchmany(_CHUNK):
                yield from (str(text) for (text,) in chunk)


def _plain(path: Path, parted_by: PartedBy, encoding: str) -> Iterator[str]:
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
        text = data[:MOST_BYTES].decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
    except (OSError, UnicodeDecodeError, LookupError) as error:
        raise InputError(
            f"{path.name} is no plain text ({error}).",
            expected="text in UTF-8, or a table or JSON Lines with the texts in one column",
            cure="Name the encoding, or the column.",
        ) from error
    if len(data) > MOST_BYTES:
        raise LimitError(
            f"{path.name} holds more than {MOST_BYTES:,} bytes of plain text.",
            expected="less, or a file that is read piece by piece",
            cure="Give it as JSON Lines or as a table, and name the column.",
        )
    parts = [text] if parted_by == "file" else text.split("\n") if parted_by == "line" else _EMPTY_LINE.split(text)
    yield from (part.strip() for part in parts if part.strip())
