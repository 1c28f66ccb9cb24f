"""Lists for machines: CSV, JSON and Atom, written piece by piece, so that a long list needs no more memory than a short one.

CSV as RFC 4180 has it, in UTF-8, where no cell can begin a formula of a spreadsheet; Atom as RFC 4287 has it, with further pages
as RFC 5005 has them. No Django here.

    >>> print("".join(csv_text(("id", "name"), [{"id": 1, "name": "=1+1, so"}])))  # doctest: +NORMALIZE_WHITESPACE
    id,name
    1,"'=1+1, so"
    >>> "".join(json_text({"licence": "CC-BY-4.0"}, "items", iter([{"a": 1}, {"a": 2}])))
    '{"licence": "CC-BY-4.0", "items": [{"a": 1},\\n{"a": 2}]}\\n'
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape, quoteattr

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def csv_text(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """A header and one line for each row; CRLF at the end of each."""
    line = io.StringIO()
    writer = csv.writer(line)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row.get(column, "")) for column in columns])
        if line.tell() > 16_384:
            yield line.getvalue()
            line.seek(0)
            line.truncate()
    yield line.getvalue()


def _cell(value: Any) -> Any:
    """A cell that a spreadsheet takes for text where it is text: an apostrophe goes before what would begin a formula."""
    if isinstance(value, str):
        value = value.replace("\x00", "")
        return f"'{value}" if value.startswith(_FORMULA) else value
    return "" if value is None else value


def json_text(about: Mapping[str, Any], name: str, items: Iterator[Mapping[str, Any]]) -> Iterator[str]:
    """An object with what is said about the list, and the list, one item to a line."""
    head = json.dumps(about, ensure_ascii=False)
    yield f"{head[:-1]}{', ' if about else ''}{json.dumps(name)}: ["
    for number, item in enumerate(items):
        yield (",\n" if number else "") + json.dumps(item, ensure_ascii=False)
    yield "]}\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """What a feed says of itself: its permanent address, which is its id; the page's own; the one for people; the next page's."""

    id: str
    here: str
    html: str
    next: str
    title: str
    author: str
    rights: str
    language: str
    updated: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing in a feed. `address` is its id and where people read it; times are RFC 3339."""

    address: str
    title: str
    summary: str
    language: str
    updated: str
    author: str
    categories: tuple[str, ...] = ()


def atom_text(feed: Feed, items: Iterable[Item]) -> Iterator[str]:
    """A feed."""
    yield '<?xml version="1.0" encoding="utf-8"?>\n'
    yield f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang={_quoted(feed.language)}>\n'
    yield f"<id>{_text(feed.id)}</id>\n<title>{_text(feed.title)}</title>\n<updated>{feed.updated}</updated>\n"
    yield f"<author><name>{_text(feed.author)}</name></author>\n<rights>{_text(feed.rights)}</rights>\n"
    yield f'<link rel="self" type="application/atom+xml" href={_quoted(feed.here)}/>\n'
    yield f'<link rel="alternate" type="text/html" href={_quoted(feed.html)}/>\n'
    if feed.next:
        yield f'<link rel="next" type="application/atom+xml" href={_quoted(feed.next)}/>\n'
    for item in items:
        yield f"<entry xml:lang={_quoted(item.language)}>\n<id>{_text(item.address)}</id>\n<title>{_text(item.title)}</title>\n"
        yield f"<updated>{item.updated}</updated>\n<author><name>{_text(item.author)}</name></author>\n"
        yield f'<link rel="alternate" type="text/html" href={_quoted(item.address)}/>\n'
        yield "".join(f"<category term={_quoted(term)}/>\n" for term in item.categories)
        yield f"<summary>{_text(item.summary)}</summary>\n</entry>\n"
    yield "</feed>\n"


def _text(value: str) -> str:
    return escape(_NOT_XML.sub("", value))


def _quoted(value: str) -> str:
    return quoteattr(_NOT_XML.sub("", value))
