"""How a single value crosses over: for each way one function that reads theirs and one that writes ours."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from plumbrule_portal.systems.exchange.plain import from_html, from_markdown
from plumbrule_portal.systems.exchange.table import Line
from plumbrule_portal.systems.record.words import gettext_noop

_LANGUAGES = {"nld": "nl", "eng": "en", "dut": "nl", "fra": "fr", "fry": "fy", "deu": "de", "spa": "es", "rus": "ru", "ara": "ar"}
"""ISO 639-3 to 639-1, for registers that write the former."""


class UnfitError(ValueError):
    """A value that has no place on the other side; `reason` is a message id with its `slots`."""

    def __init__(self, reason: str, **slots: str) -> None:
        super().__init__(reason)
        self.reason, self.slots = reason, tuple(sorted(slots.items()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a way needs to know beside the value: the language of texts and the name of the organisation."""

    language: str
    organisation: str = ""


Crossing = Callable[[Line, Any, Context], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """`read` gives JSON for a field of ours; `write` gives what the other side wants."""

    read: Crossing
    write: Crossing


def _words_of(value: Any) -> str:
    if not isinstance(value, str):
        raise UnfitError(gettext_noop("It is not a text."))
    return value


def _objects(value: Any) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise UnfitError(gettext_noop("It is not a list of objects."))
    return value


def _said(value: Mapping[str, str], context: Context) -> str:
    return value[context.language] if context.language in value else next(iter(value.values()))


def _read_text(_line: Line, value: Any, context: Context) -> Any:
    return {context.language: _words_of(value)}


def _read_html(_line: Line, value: Any, context: Context) -> Any:
    plain = from_html(_words_of(value))
    if not plain:
        raise UnfitError(gettext_noop("Without its mark-up nothing is left."))
    return {context.language: plain}


def _read_markdown(_line: Line, value: Any, context: Context) -> Any:
    plain = from_markdown(_words_of(value))
    if not plain:
        raise UnfitError(gettext_noop("Without its mark-up nothing is left."))
    return {context.language: plain}


def _read_lead(line: Line, value: Any, context: Context) -> Any:
    """The first paragraph alone."""
    text = _read_markdown(line, value, context)[context.language]
    return {context.language: text.split("\n\n")[0]}


def _read_markdown_line(_line: Line, value: Any, _context: Context) -> Any:
    return " ".join(from_markdown(_words_of(value)).split())


def _write_text(_line: Line, value: Any, context: Context) -> Any:
    return _said(value, context)


def _same(_line: Line, value: Any, _context: Context) -> Any:
    return _words_of(value)


def _read_number(_line: Line, value: Any, _context: Context) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else _words_of(value)


def _read_day(_line: Line, value: Any, _context: Context) -> Any:
    """The day of a point in time."""
    return _words_of(value).partition("T")[0]


def _write_month(_line: Line, value: Any, _context: Context) -> Any:
    if len(value) < 7:
        raise UnfitError(gettext_noop("They want a month, and only the year is known."))
    return value[:7]


def _read_value(line: Line, value: Any, _context: Context) -> Any:
    if not isinstance(value, str) or value not in line.values:
        raise UnfitError(gettext_noop("Their word is not in the table."))
    return line.values[value]


def _write_value(line: Line, value: Any, _context: Context) -> Any:
    theirs = next((word for word, token in line.values.items() if token == value), line.also.get(value))
    if theirs is None:
        raise UnfitError(gettext_noop("They have no word for this choice."))
    return theirs


def _read_values(line: Line, value: Any, context: Context) -> Any:
    if not isinstance(value, list):
        raise UnfitError(gettext_noop("It is not a list."))
    return list(dict.fromkeys(_read_value(line, one, context) for one in value))


def _write_values(line: Line, value: Any, context: Context) -> Any:
    return [_write_value(line, one, context) for one in value]


def _read_comma(_line: Line, value: Any, _context: Context) -> Any:
    return list(dict.fromkeys(one.strip() for one in from_html(_words_of(value)).replace("\n", ",").split(",") if one.strip()))


def _write_comma(_line: Line, value: Any, _context: Context) -> Any:
    if any("," in one for one in value):
        raise UnfitError(gettext_noop("They part search words by commas, and one of ours holds a comma."))
    return ", ".join(value)


def _read_strings(_line: Line, value: Any, _context: Context) -> Any:
    given = [value] if isinstance(value, str) else value
    if not isinstance(given, list) or not all(isinstance(one, str) for one in given):
        raise UnfitError(gettext_noop("It is not a list of texts."))
    return list(dict.fromkeys(given))


def _write_strings(_line: Line, value: Any, _context: Context) -> Any:
    return list(value)


def _read_titles(line: Line, value: Any, context: Context) -> Any:
    return [{"title": one} for one in _read_strings(line, value, context)]


def _write_titles(_line: Line, value: Any, _context: Context) -> Any:
    return [row["title"] for row in value]


def _read_paragraphs(line: Line, value: Any, context: Context) -> Any:
    return {context.language: "\n\n".join(_read_strings(line, value, context))}


def _write_paragraphs(_line: Line, value: Any, context: Context) -> Any:
    return _said(value, context).split("\n\n")


def _read_rows(line: Line, value: Any, _context: Context) -> Any:
    rows = []
    for one in _objects(value):
        found = {ours: dig(one, theirs) for theirs, ours in line.columns.items()}
        row = {ours: part for ours, part in found.items() if part not in (None, "")}
        if "kind" not in row and line.values and (token := line.values.get(row.get("title", ""))):
            row["kind"] = token
        rows.append(row)
    return rows


def _write_rows(line: Line, value: Any, _context: Context) -> Any:
    found = [row_of(line, row) for row in value]
    return [one for one in found if one] or None


def row_of(line: Line, row: Mapping[str, Any]) -> dict[str, Any]:
    """One of our rows as theirs; empty when it lacks a key that they need, or is too long for them."""
    one: dict[str, Any] = dict(line.each)
    for theirs, ours in line.columns.items():
        if ours in row:
            put(one, theirs, row[ours])
    whole = all(key in one and (not most or len(one[key]) <= most) for key, most in line.limits.items())
    short = not line.most or all(len(part) <= line.most for part in one.values() if isinstance(part, str))
    return one if whole and short else {}


_EMAIL = re.compile(r"[^@\s:/]+@[^@\s:/]+")


def _read_contact(_line: Line, value: Any, _context: Context) -> Any:
    """An e-mail address or the address of a page becomes a row of contacts."""
    said = _words_of(value).strip()
    if _EMAIL.fullmatch(said):
        return [{"email": said}]
    if re.match(r"https?://", said):
        return [{"url": said}]
    raise UnfitError(gettext_noop("It is neither an e-mail address nor the address of a page."))


def _write_contact(_line: Line, value: Any, _context: Context) -> Any:
    found = next((row[key] for row in value for key in ("email", "url") if key in row), None)
    if found is None:
        raise UnfitError(gettext_noop("They want an e-mail address or a page, and there is neither."))
    return found


def _read_link(line: Line, value: Any, _context: Context) -> Any:
    """Of a list of typed links the first of the kind."""
    found = (one.get("url") for one in _objects(value) if one.get("type") == line.kind)
    return next((one for one in found if one), None)


def _write_link(line: Line, value: Any, _context: Context) -> Any:
    return [{"type": line.kind, "url": value}]


def _read_hash(line: Line, value: Any, _context: Context) -> Any:
    found = (one.get("content") for one in _objects(value) if one.get("alg") == line.kind)
    return next((one.lower() for one in found if isinstance(one, str)), None)


def _write_hash(line: Line, value: Any, _context: Context) -> Any:
    return [{"alg": line.kind, "content": value}]


def _read_licence(_line: Line, value: Any, _context: Context) -> Any:
    one = _objects(value)[0]
    found = next((dig(one, path) for path in ("expression", "license.id", "license.name") if dig(one, path)), None)
    if not isinstance(found, str):
        raise UnfitError(gettext_noop("It names no licence."))
    return found


def _write_licence(_line: Line, value: Any, _context: Context) -> Any:
    return [{"license": {"name": value}}]


def _read_pairs(line: Line, value: Any, context: Context) -> Any:
    """A list of objects as paragraphs: each of the keys in `columns` is a line of its paragraph."""
    parts = [[" ".join(str(one[key]).split()) for key in line.columns if one.get(key)] for one in _objects(value)]
    return {context.language: "\n\n".join("\n".join(part) for part in parts if part)}


def _write_pairs(line: Line, value: Any, context: Context) -> Any:
    keys = list(line.columns)
    found = []
    for paragraph in _said(value, context).split("\n\n"):
        first, _, rest = paragraph.partition("\n")
        whole = [first, " ".join(rest.split("\n"))] if len(keys) > 1 and rest else [" ".join(paragraph.split("\n"))]
        found.append(dict(zip(keys, whole, strict=False)))
    return found


def _read_languages(line: Line, value: Any, context: Context) -> Any:
    found = []
    for one in _read_strings(line, value, context):
        code = _LANGUAGES.get(one.lower(), one)
        if not re.fullmatch(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?", code):
            raise UnfitError(gettext_noop("It holds something that is not the code of a language."))
        found.append(code)
    return list(dict.fromkeys(found))


def _read_language(line: Line, value: Any, _context: Context) -> Any:
    if _words_of(value).lower() != line.constant:
        raise UnfitError(gettext_noop("Another value was expected."))


def _write_constant(line: Line, _value: Any, _context: Context) -> Any:
    return line.constant


def _read_organisation(_line: Line, value: Any, _context: Context) -> Any:
    _words_of(value)


def _write_organisation(_line: Line, _value: Any, context: Context) -> Any:
    return context.organisation or None


WAYS: Mapping[str, Way] = {
    "comma": Way(read=_read_comma, write=_write_comma),
    "constant": Way(read=_read_language, write=_write_constant),
    "contact": Way(read=_read_contact, write=_write_contact),
    "day": Way(read=_read_day, write=_same),
    "hash": Way(read=_read_hash, write=_write_hash),
    "html": Way(read=_read_html, write=_write_text),
    "languages": Way(read=_read_languages, write=_write_strings),
    "lead": Way(read=_read_lead, write=_write_text),
    "licence": Way(read=_read_licence, write=_write_licence),
    "line": Way(read=_read_number, write=_same),
    "link": Way(read=_read_link, write=_write_link),
    "markdown": Way(read=_read_markdown, write=_write_text),
    "markdown-line": Way(read=_read_markdown_line, write=_same),
    "month": Way(read=_same, write=_write_month),
    "organisation": Way(read=_read_organisation, write=_write_organisation),
    "pairs": Way(read=_read_pairs, write=_write_pairs),
    "paragraphs": Way(read=_read_paragraphs, write=_write_paragraphs),
    "rows": Way(read=_read_rows, write=_write_rows),
    "strings": Way(read=_read_strings, write=_write_strings),
    "text": Way(read=_read_text, write=_write_text),
    "titles": Way(read=_read_titles, write=_write_titles),
    "value": Way(read=_read_value, write=_write_value),
    "values": Way(read=_read_values, write=_write_values),
}
"""The ways by name; a table names one in each line."""


def dig(entry: Any, path: str) -> Any:
    """What stands at a dotted path; None when nothing does."""
    for key in path.split("."):
        entry = entry.get(key) if isinstance(entry, dict) else None
    return entry


def put(entry: dict[str, Any], path: str, value: Any) -> None:
    """Set what stands at a dotted path; a list is added to the list that stands there."""
    *above, last = path.split(".")
    for key in above:
        entry = entry.setdefault(key, {})
    entry[last] = entry[last] + value if isinstance(value, list) and isinstance(entry.get(last), list) else value
