"""The index: SQLite's FTS5 over tokens of our own, in memory or in one file that may be thrown away at any time.

FTS5 does what it does well (postings, phrases, BM25 in C); which signs make a token is decided in `fold`, the same for texts
and for queries. Filters are tokens too, in a column without weight, so that they cost nothing (decision 121).
"""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from plumbrule.errors import InputError, OutputError
from plumbrule.rulebook.search.fold import tokens
from plumbrule.rulebook.search.shelf import Entry

VERSION = "plumbrule-search/1"
COLUMNS = ("title", "text", "said", "tags")
WEIGHTS = (2.5, 1.0, 0.6, 0.0)
"""What a word in each column counts: id and title, text, verbs and addressees; filters count nothing."""
LONGEST = 1_000_000
"""Signs of one provision that are indexed: many times the longest ever written, and a bound for hostile files."""
_SCHEMA = f"""
create virtual table words using fts5({", ".join(COLUMNS)}, content='', tokenize="unicode61 remove_diacritics 0");
create virtual table vocabulary using fts5vocab(words, row);
create table entries (rowid integer primary key, entry text not null);
create table about (key text primary key, value text not null);
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchIndex:
    """An index that can be asked. `kept` says where it lies, empty in memory; `size` counts entries.

    `skipped` names what stood among the readings and is none.
    """

    connection: sqlite3.Connection
    size: int
    kept: str = ""
    skipped: tuple[str, ...] = ()

    def matches(self, expression: str, limit: int, *, ranked: bool = True) -> list[tuple[int, float]]:
        """Rows that an FTS5 expression finds with their rank (smaller is better), best first; else in their own order.

        Raises:
            InputError: the file is damaged.
        """
        if not ranked:
            return self._ask("select rowid, 0.0 from words where words match ? limit ?", (expression, limit))
        weights = ", ".join(str(weight) for weight in WEIGHTS)
        asked = f"select rowid, bm25(words, {weights}) as rank from words where words match ? order by rank limit ?"  # noqa: S608 - constants
        return self._ask(asked, (expression, limit))

    def entry(self, row: int) -> Entry:
        """What stands in a row.

        Raises:
            InputError: the file is damaged.
        """
        found = self._ask("select entry from entries where rowid = ?", (row,))
        try:
            return _entry(json.loads(found[0][0]))
        except (IndexError, TypeError, ValueError, AttributeError) as error:
            raise self._damaged(error) from error

    def _ask(self, asked: str, values: tuple[object, ...]) -> list[Any]:
        try:
            return self.connection.execute(asked, values).fetchall()
        except sqlite3.DatabaseError as error:
            raise self._damaged(error) from error

    def _damaged(self, error: Exception) -> InputError:
        got = f"The index {self.kept or 'in memory'} is damaged ({error})."
        return InputError(got, expected="a file that nobody changed", cure="Delete it: it is made anew.")

    def share(self, token: str) -> float:
        """In which share of the entries a token stands."""
        found = self._ask("select doc from vocabulary where term = ?", (token,))
        return found[0][0] / self.size if found else 0.0

    def close(self) -> None:
        """Let go of the file or the memory."""
        self.connection.close()

    def vocabulary(self, first: str) -> list[str]:
        """Tokens that begin with a letter."""
        asked = "select term from vocabulary where term >= ? and term < ? limit 50000"
        return [term for (term,) in self._ask(asked, (first, first + "\U0010ffff"))]


def tag(field: str, code: str) -> str:
    """A code as one token that no text can hold: letters of both, run together.

    >>> tag("addressee", "member-states")
    'xqaddresseeqxmemberstates'
    """
    return f"xq{field}qx" + "".join(sign for sign in code.casefold() if sign.isalnum())


def index_in_memory(entries: Iterable[Entry], skipped: Sequence[str] = ()) -> SearchIndex:
    """An index of entries that is gone with the process; `skipped` may fill while entries are read."""
    connection = sqlite3.connect(":memory:")
    size = _fill(connection, entries, "", skipped)
    return SearchIndex(connection=connection, size=size, skipped=tuple(skipped))


def index_on_disk(path: Path, stamp: str, entries: Iterable[Entry], skipped: Sequence[str] = ()) -> SearchIndex:
    """The index in a file, built anew where it is missing, of another version, or not of this `stamp`.

    `entries` are only looked at when it is built, and `skipped` may fill meanwhile. It appears whole or not at all, and can be
    deleted at any time.

    Raises:
        OutputError: the file cannot be written.
    """
    with suppress(sqlite3.Error):
        if path.is_file() and (opened := _opened(path, stamp)):
            return opened
    aside = path.with_name(f"{path.name}.{secrets.token_hex(6)}.new")  # a name of its own: another search may build it too
    try:
        with closing(sqlite3.connect(aside)) as connection:
            _fill(connection, entries, stamp, skipped)
        aside.replace(path)
        fresh = _opened(path, stamp)
    except (OSError, sqlite3.Error) as error:
        raise OutputError(
            f"The index {path} cannot be written ({error}).",
            expected="a folder in which a file can be kept",
            cure="Copy the readings to a folder of your own.",
        ) from error
    finally:
        with suppress(OSError):
            aside.unlink(missing_ok=True)
    if fresh is None:
        raise OutputError(f"The index {path} changed while it was read.", expected="a file left alone", cure="Search again.")
    return fresh


def _opened(path: Path, stamp: str) -> SearchIndex | None:
    """The index in a file, if it is one of this form and stamp; opened for reading only."""
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    about: dict[str, str] = {}
    try:
        connection.execute("pragma trusted_schema = off")
        if _form(connection) == _our_form():
            about = dict(connection.execute("select key, value from about"))
        fits = about.get("version") == VERSION and about.get("stamp") == stamp
        size, skipped = int(about.get("size", 0)), tuple(map(str, json.loads(about.get("skipped", "[]"))))
    except (ValueError, TypeError):
        fits = False
    except sqlite3.Error:
        connection.close()  # an open file cannot be replaced on Windows
        raise
    if not fits:
        connection.close()
        return None
    return SearchIndex(connection=connection, size=size, kept=str(path), skipped=skipped)


def _form(connection: sqlite3.Connection) -> list[tuple[str, str, str]]:
    """All tables, views and triggers: a file with any other is none of ours."""
    return connection.execute("select type, name, sql from sqlite_schema order by name").fetchall()


@cache
def _our_form() -> list[tuple[str, str, str]]:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(_SCHEMA)
        return _form(connection)


def _fill(connection: sqlite3.Connection, entries: Iterable[Entry], stamp: str, skipped: Sequence[str]) -> int:
    connection.execute("pragma journal_mode = off")
    try:
        connection.executescript(_SCHEMA)
    except sqlite3.OperationalError as error:
        if "fts5" not in str(error):
            raise
        raise InputError(
            "This Python's SQLite was built without FTS5, its full-text search.",
            expected=f"SQLite with FTS5; here is {sqlite3.sqlite_version}",
            cure="Use a Python from python.org, conda or your distribution.",
        ) from error
    size = 0
    with connection:
        for rows in _in_thousands(entries):
            numbered = list(enumerate(rows, start=size + 1))
            connection.executemany(
                "insert into words(rowid, title, text, said, tags) values (?, ?, ?, ?, ?)",
                ((row, *_columns(entry)) for row, entry in numbered),
            )
            connection.executemany(
                "insert into entries values (?, ?)",
                ((row, json.dumps(asdict(entry), ensure_ascii=False)) for row, entry in numbered),
            )
            size += len(rows)
        connection.execute("insert into words(words) values ('optimize')")
        about = {"version": VERSION, "stamp": stamp, "size": str(size), "skipped": json.dumps(list(skipped))}
        connection.executemany("insert into about values (?, ?)", about.items())
    return size


def _in_thousands(entries: Iterable[Entry]) -> Iterator[Sequence[Entry]]:
    rows: list[Entry] = []
    for entry in entries:
        rows.append(entry)
        if len(rows) == 1000:
            yield rows
            rows = []
    if rows:
        yield rows


def _columns(entry: Entry) -> tuple[str, str, str, str]:
    tags = [
        tag("language", entry.language),
        tag("kind", entry.kind),
        tag("instrument", entry.instrument),
        *(tag("addressee", code) for code in entry.addressees),
        *(tag("function", code) for code in entry.functions),
        *(tag("theme", code) for code in entry.themes),
        "xqall",
    ]
    head = " ".join(tokens(f"{entry.ref} {entry.citation} {entry.title}"))
    return head, " ".join(tokens(entry.text[:LONGEST])), " ".join(tokens(entry.said)), " ".join(tags)


def _entry(saved: dict[str, Any]) -> Entry:
    fields: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in saved.items()}
    return Entry(**fields)
