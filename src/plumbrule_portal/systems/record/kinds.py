"""Each kind of value: a text, a line, an address, a date, a choice, and lists of those; read from JSON or refused."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from plumbrule_portal.systems.record.form import Column, Field
from plumbrule_portal.systems.record.model import Plain
from plumbrule_portal.systems.record.problem import unfit
from plumbrule_portal.systems.record.words import gettext_noop

MOST_TEXT, MOST_LINE, MOST_ADDRESS = 20_000, 500, 2_000
MOST_ROWS, MOST_LANGUAGES = 200, 40

LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?")
COUNTRY = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")
DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2}))?(?:-([0-9]{2}))?")
DIGEST = re.compile(r"[0-9a-f]{64}")
EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_PERSON = re.compile(r"([a-z]\.)+[a-z][a-z-]{2,}")
_COMMANDS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff\ufffe\uffff]")
_TAG = re.compile(
    r"</?(p|div|br|ul|ol|li|a|b|i|u|strong|em|span|script|style|img|svg|table|tr|td|th|iframe|object|form|input|h[1-6])\b[^<>]*>",
    flags=re.IGNORECASE,
)


def tidy(text: str) -> str:
    r"""A text in its one form.

    >>> tidy("One \r\n\n\n\nTwo ")
    'One\n\nTwo'
    """
    lines = (line.rstrip() for line in unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _plain(raw: object, most: int) -> str:
    """A string, tidied, without anything that commands a terminal or marks up a page."""
    if not isinstance(raw, str):
        raise unfit(gettext_noop("This is not a text."), gettext_noop("plain text"), gettext_noop("Write it in words."))
    said = tidy(raw)
    if not said:
        raise unfit(
            gettext_noop("Nothing is written here."),
            gettext_noop("a text, or the reason why there is none"),
            gettext_noop("Write something, or say that it is unknown, not applicable or withheld."),
        )
    if len(said) > most:
        raise unfit(
            gettext_noop("The text has {count} characters."),
            gettext_noop("at most {most}"),
            gettext_noop("Shorten it."),
            count=str(len(said)),
            most=str(most),
        )
    if _COMMANDS.search(said):
        raise unfit(
            gettext_noop("The text holds invisible control characters."),
            gettext_noop("plain text"),
            gettext_noop("Type the text again, or paste it without formatting."),
        )
    if tag := _TAG.search(said):
        raise unfit(
            gettext_noop("The text holds the mark-up {tag}."),
            gettext_noop("plain text, with a blank line between paragraphs"),
            gettext_noop("Remove the mark-up."),
            tag=tag[0][:40],
        )
    return said


def read_text(spec: Column | Field, raw: object) -> Mapping[str, str]:
    """A text in one or more languages, by language."""
    if not isinstance(raw, Mapping) or not raw or len(raw) > MOST_LANGUAGES:
        raise unfit(
            gettext_noop("This is not a text in one or more languages."),
            gettext_noop("for each language its text"),
            gettext_noop("Write the text in at least one language."),
        )
    return MappingProxyType({_language(name): _plain(raw[name], spec.most or MOST_TEXT) for name in sorted(raw, key=str)})


def _language(raw: object) -> str:
    if not isinstance(raw, str) or not LANGUAGE.fullmatch(raw):
        raise unfit(
            gettext_noop("{code} is not the code of a language."),
            gettext_noop("a code such as en, ru or uz-Cyrl"),
            gettext_noop("Choose the language from the list."),
            code=str(raw)[:40],
        )
    return raw


def read_line(spec: Column | Field, raw: object) -> str:
    """One line of plain text."""
    said = _plain(raw, spec.most or MOST_LINE)
    if "\n" in said or "\t" in said:
        raise unfit(
            gettext_noop("There is more than one line."), gettext_noop("one line of text"), gettext_noop("Write it on one line.")
        )
    return said


def read_date(_spec: Column | Field, raw: object) -> str:
    """A day, a month or a year that the calendar has; as exact as it was given."""
    match = DATE.fullmatch(raw) if isinstance(raw, str) else None
    try:
        if match:
            date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
            return match[0]
    except ValueError:
        pass
    raise unfit(
        gettext_noop("This is not a date."),
        gettext_noop("a day, a month or a year, as 2027-03-31, 2027-03 or 2027"),
        gettext_noop("Write as much of the date as is known."),
    )


def _url(spec: Column | Field, raw: object) -> str:
    said = read_line(spec, raw) if isinstance(raw, str) and len(raw) <= MOST_ADDRESS else ""
    try:
        parts = urlsplit(said)
        fits = parts.scheme in {"http", "https"} and parts.hostname and "@" not in parts.netloc and parts.port != 0
    except ValueError:
        fits = False
    if not fits or " " in said:
        raise unfit(
            gettext_noop("This is not an address of a page."),
            gettext_noop("an address that begins with https:// and names nobody, at most 2000 characters"),
            gettext_noop("Copy the address from the browser."),
        )
    return said


def _email(spec: Column | Field, raw: object) -> str:
    said = read_line(spec, raw)
    if not EMAIL.fullmatch(said) or len(said) > 254:
        raise unfit(
            gettext_noop("This is not an e-mail address."),
            gettext_noop("the address of an office, such as algorithms@ministry.example"),
            gettext_noop("Correct the address, or give another way to reach the office."),
        )
    if _PERSON.fullmatch(said.partition("@")[0].lower()):
        raise unfit(
            gettext_noop("This looks like the e-mail address of a person."),
            gettext_noop("the address of an office, such as algorithms@ministry.example"),
            gettext_noop("Give an address that stays when people change. Nothing about a person is published."),
        )
    return said


def _digest(_spec: Column | Field, raw: object) -> str:
    if not isinstance(raw, str) or not DIGEST.fullmatch(raw):
        raise unfit(
            gettext_noop("This is not a SHA-256 digest."),
            gettext_noop("64 digits and letters from a to f, in lower case"),
            gettext_noop("Compute it with sha256sum and paste it."),
        )
    return raw


def one_of(allowed: tuple[str, ...], raw: object) -> str:
    """One of the tokens that may be chosen."""
    if not isinstance(raw, str) or raw not in allowed:
        raise unfit(
            gettext_noop("{given} is not one of the choices."),
            "{allowed}",
            gettext_noop("Choose from the list."),
            given=str(raw)[:80],
            allowed=", ".join(allowed),
        )
    return raw


def _choice(spec: Column | Field, raw: object) -> str:
    return one_of(tuple(one.id for one in spec.choices), raw)


def _country(_spec: Column | Field, raw: object) -> str:
    if not isinstance(raw, str) or not COUNTRY.fullmatch(raw):
        raise unfit(
            gettext_noop("{code} is not the code of a country."),
            gettext_noop("a code of ISO 3166 such as KZ, NL or US-CA"),
            gettext_noop("Choose the country from the list."),
            code=str(raw)[:40],
        )
    return raw


def _several(one: Callable[[Column | Field, object], str]) -> Callable[[Column | Field, object], tuple[str, ...]]:
    def read(spec: Column | Field, raw: object) -> tuple[str, ...]:
        if not isinstance(raw, list | tuple) or not 0 < len(raw) <= MOST_ROWS:
            raise unfit(
                gettext_noop("This is not a list with something in it."),
                gettext_noop("from 1 to 200 entries"),
                gettext_noop("Name at least one, or say why there is none."),
            )
        found = tuple(one(spec, part) for part in raw)
        if len(set(found)) != len(found):
            raise unfit(
                gettext_noop("Something is named twice."), gettext_noop("each entry once"), gettext_noop("Remove the second one.")
            )
        return found

    return read


READERS: Mapping[str, Callable[[Column | Field, Any], Plain]] = {
    "text": read_text,
    "line": read_line,
    "lines": _several(read_line),
    "url": _url,
    "email": _email,
    "date": read_date,
    "digest": _digest,
    "choice": _choice,
    "choices": _several(_choice),
    "languages": _several(lambda _, raw: _language(raw)),
    "countries": _several(_country),
}
"""How each kind of field or column is read."""
