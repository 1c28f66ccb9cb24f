"""The grammar of OSCAL that all our documents share: identifiers, names, single lines, Markdown, metadata.

OSCAL 1.2 (NIST). What OSCAL has no word for is a property under a name of our own. Identifiers follow from what is said, and
nothing reads a clock: the same rulebook gives the same documents, byte for byte.

    >>> token("R265/6.h"), token("6.h"), line(" two\\n lines ")
    ('R265-6.h', '_6.h', 'two lines')
    >>> prose("a *star* and [1]")
    'a \\\\*star\\\\* and \\\\[1\\\\]'
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid5

VERSION = "1.2.1"
"""The newest that compliance-trestle reads. 1.2.2 differs in the system security plan only, which we do not write."""
SPACE = UUID("6f0f2a1e-5c0b-5d7e-9a53-0f6d1b3c7e21")
"""The room of our identifiers (RFC 9562, version 5); drawn once, and never to be changed."""
UNDATED = "0001-01-01T00:00:00Z"
"""OSCAL demands a time of the last change. This one says that nobody gave one."""
DOCUMENTS = "https://undocs.org/"
_NO_LETTER = re.compile(r"[^\w.-]|[^\S ]")
_NO_TEXT = re.compile("[\ud800-\udfff\x00-\x08\x0b-\x1f\x7f]")
_MARKS = re.compile(r"([\\`*_\[\]<>~^{}|])")
_OPENING = re.compile(r"^([#+-]|\d{1,9}(?=[.)]))")

Json = dict[str, Any]


def made_uuid(*parts: str) -> str:
    """The identifier that follows from a few words."""
    return str(uuid5(SPACE, "\x1f".join(_NO_TEXT.sub("�", part) for part in parts)))


def token(text: str) -> str:
    """An id of ours as OSCAL lets ids be: letters, digits, `.`, `-` and `_`, a letter or `_` in front."""
    said = _NO_LETTER.sub("-", text)[:200]
    return said if said[:1].isalpha() and said[0].isascii() else f"_{said}"


def line(text: str) -> str:
    """Text in one line with no space at its ends; `-` where nothing is left."""
    return " ".join(_NO_TEXT.sub("�", text).split()) or "-"


def prose(text: str) -> str:
    """Text as Markdown that shows it as it is."""
    shown = _MARKS.sub(r"\\\1", _NO_TEXT.sub("�", text))
    return _OPENING.sub(lambda found: f"\\{found[1]}" if not found[1].isdigit() else found[1] + "\\", shown)


def plain(markdown: str) -> str:
    """The text that `prose` has written.

    >>> plain(prose("1) {{ insert: x }} | 50 % - `no` \\\\ *"))
    '1) {{ insert: x }} | 50 % - `no` \\\\ *'
    """
    return re.sub(r"\\(.)", r"\1", markdown, flags=re.DOTALL)


def prop(space: str, name: str, value: object, *, group: str = "", kind: str = "") -> Json:
    """A property under a name of our own; `group` ties properties of one thing together."""
    made: Json = {"name": name, "ns": space, "value": line(str(value))}
    return made | ({"class": token(kind)} if kind else {}) | ({"group": group} if group else {})


def filled(**fields: Any) -> Json:
    """An object without the fields that are empty, which OSCAL forbids; `_` in a name stands for `-`, one at its end for none."""
    return {name.rstrip("_").replace("_", "-"): value for name, value in fields.items() if value not in (None, "", [], {})}


def metadata(title: str, version: str, when: str, *, props: Iterable[Json] = (), remarks: str = "") -> Json:
    """What OSCAL wants said of every document; `when` is an RFC 3339 time, empty where nobody gave one."""
    undated = "" if when else "No time was given: last-modified stands at the beginning of the calendar."
    return filled(
        title=line(title),
        last_modified=when or UNDATED,
        version=line(version),
        oscal_version=VERSION,
        props=list(props),
        remarks="\n\n".join(part for part in (prose(remarks), undated) if part),
    )


def document_link(symbol: str) -> Json:
    """A link to a document of the United Nations by its symbol."""
    return {"href": DOCUMENTS + quote(_NO_TEXT.sub("�", symbol)), "rel": "reference", "text": line(symbol)}


def dumped(document: Json) -> str:
    """As JSON; nothing is NaN."""
    return json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1) + "\n"
