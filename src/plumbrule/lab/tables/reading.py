"""How a table was read: what was found, and by what means, so that it can be printed beside every figure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from plumbrule.lab.tables.digest import Digest
from plumbrule.lab.tables.encoded import Encoded

How = Literal["given", "mark", "found", "guessed", "default"]
"""`given` by the user; by a byte order `mark`; `found` in the bytes without doubt; `guessed` from them; our `default`."""

SPACES = " \t\n\r\v\f\u00a0\u2007\u2009\u202f\u3000\ufeff"
"""What is stripped from both ends of a text: blanks as people and spreadsheets write them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One property of the input (its encoding, its delimiter) and how we came to it."""

    value: str
    how: How

    def __str__(self) -> str:
        return f"{self.value} ({self.how})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the user said about the input; None means: find out. See `plumbrule.lab.tables.table.open_table`."""

    encoding: str | None = None
    delimiter: str | None = None
    decimal: str | None = None
    sheet: str | None = None
    columns: tuple[str, ...] | None = None
    skip: int = 0
    strip: bool | None = None
    missing: tuple[str, ...] = ()
    digest: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class InputFile:
    """A file that was read: its name without the folder, its SHA-256 (of the bytes on the disk) and its size in bytes."""

    name: str
    digest: Digest
    size: int

    @property
    def sha256(self) -> str:
        """What `sha256sum` prints; waits where it is still being worked out."""
        return self.digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How the input became rows and columns of text.

    `format` is what the bytes are, whatever the file is called. `encoding` and `delimiter` are None where the format
    has none, `sheet` is None outside XLSX. `notes` are English sentences worth printing; `files` is empty for a frame.
    """

    format: Literal["csv", "xlsx", "parquet", "arrow", "frame", "sql"]
    encoding: Found | None = None
    delimiter: Found | None = None
    decimal: Found
    sheet: Found | None = None
    packed: Literal["bz2", "gzip"] | None = None
    strip: bool
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    files: tuple[InputFile, ...] = ()

    def __str__(self) -> str:
        parts = [self.format + (f" in {self.packed}" if self.packed else "")]
        named = {"encoding": self.encoding, "delimiter": self.delimiter, "decimal sign": self.decimal, "sheet": self.sheet}
        parts += [f"{name} {_visible(found)}" for name, found in named.items() if found]
        if self.missing:
            parts.append(f"read as missing: {', '.join(map(repr, self.missing))}")
        return "; ".join([*parts, *self.notes])


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """The input before it became text: counting is fastest on the types it came in.

    `relation` holds the columns under the names and kinds (DuckDB types) of `columns`, in the order of the final names;
    `as_text` gives the SQL that turns an expression of a kind into the text that the table holds.
    `parquet` is the one file behind it, and `dictionaries` names the columns that it stores as places in a list of values.
    `head` is a relation of its first rows, where DuckDB would otherwise go through all of them.
    `encode` gives columns of a frame in that form, or None where the frame cannot say one of them quickly.
    """

    relation: str
    columns: Mapping[str, tuple[str, str]]
    as_text: Callable[[str, str], str]
    parquet: Path | None = None
    dictionaries: frozenset[str] = frozenset()
    head: str = ""
    encode: Callable[[Sequence[str]], dict[str, Encoded] | None] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What a reader hands to the door: `relation` holds text columns under their final names.

    `keep` are files that must stay readable after the lock; `place` says where data row n (from 1) stands in the input.
    `typed` is the same input before it became text, where it had types. `rows` is given where it is known.
    """

    relation: str
    columns: tuple[str, ...]
    digest: Digest
    reading: Reading
    place: Callable[[int], str]
    keep: tuple[Path, ...] = field(default=())
    typed: Typed | None = None
    rows: int | None = None


def _visible(found: Found) -> str:
    return f"tab ({found.how})" if found.value == "\t" else str(found)


def quote_name(name: str) -> str:
    """`name` as an SQL identifier, whatever it holds."""
    return '"' + name.replace('"', '""') + '"'


def quote_text(text: str) -> str:
    """`text` as an SQL string, whatever it holds."""
    return "'" + text.replace("'", "''") + "'"


def text_sql(expression: str, *, strip: bool, missing: tuple[str, ...]) -> str:
    """SQL for a text value as the table holds it: blanks stripped if so asked, nothing and what counts as missing NULL."""
    value = expression
    if strip:  # trim with a list of signs is slow, and few values need it
        edge = quote_text(f"^[{SPACES}]|[{SPACES}]$")
        value = (
            f"CASE WHEN regexp_matches({expression}, {edge}) THEN trim({expression}, {quote_text(SPACES)}) ELSE {expression} END"
        )
    value = f"nullif({value}, '')"
    if missing:
        value = f"CASE WHEN {value} IN ({', '.join(map(quote_text, missing))}) THEN NULL ELSE {value} END"
    return value
