"""From what was typed or sent to a value of a field, or a problem that says in words what is allowed.

Texts are tidied, never changed in meaning: Unicode NFC, line feeds, no spaces at the ends of lines, one blank line between
paragraphs. Whatever else does not fit is refused.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from dataclasses import field as filled
from datetime import date
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from plumbrule.errors import InputError
from plumbrule_portal.systems.record.form import Column, Field, Form
from plumbrule_portal.systems.record.model import Absence, Absent, Plain, Row, Value, Withholding
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why something is not a value. `got`, `expected` and `cure` are message ids; `slots` fills their places.

    `row` counts from 1; 0 when the field has no rows.
    """

    got: str
    expected: str
    cure: str
    field: str = ""
    row: int = 0
    column: str = ""
    slots: Mapping[str, str] = filled(default_factory=dict)

    def error(self) -> InputError:
        """The same as an error, in English."""
        place = self.field + (f", row {self.row}" if self.row else "") + (f", {self.column}" if self.column else "")
        said = self.got.format(**self.slots)
        return InputError(
            f"{place}: {said}" if place else said,
            expected=self.expected.format(**self.slots),
            cure=self.cure.format(**self.slots),
        )


class _UnfitError(ValueError):
    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.got)
        self.problem = problem


def _unfit(got: str, expected: str, cure: str, **slots: str) -> _UnfitError:
    return _UnfitError(Problem(got=got, expected=expected, cure=cure, slots=slots))


def tidy(text: str) -> str:
    r"""A text in its one form.

    >>> tidy("One \r\n\n\n\nTwo ")
    'One\n\nTwo'
    """
    lines = (line.rstrip() for line in unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def read_value(form: Form, spec: Field, raw: object) -> Value | Problem:
    """The value of one field, from JSON or from a page's form; a problem when it does not fit."""
    try:
        if isinstance(raw, Mapping) and "absent" in raw:
            return _absent(form, raw)
        return _rows(spec, raw) if spec.type == "rows" else _READERS[spec.type](spec, raw)
    except _UnfitError as unfit:
        return replace(unfit.problem, field=spec.id)


def read_column(column: Column, raw: object) -> Plain | Problem:
    """The value of one column of a row; a problem when it does not fit."""
    try:
        return _READERS[column.type](column, raw)
    except _UnfitError as unfit:
        return replace(unfit.problem, column=column.id)


def read_fields(form: Form, raw: Mapping[str, object]) -> tuple[Mapping[str, Value], tuple[Problem, ...]]:
    """The values that fit, in the order of the form, and a problem for each field that does not."""
    found = {spec.id: read_value(form, spec, raw[spec.id]) for spec in form.fields if spec.id in raw}
    values = {name: value for name, value in found.items() if not isinstance(value, Problem)}
    problems = [value for value in found.values() if isinstance(value, Problem)]
    known = {spec.id for spec in form.fields}
    problems += [
        Problem(
            got=gettext_noop("The form has no field of this name."),
            expected=gettext_noop("only fields of the form"),
            cure=gettext_noop("Leave it out."),
            field=str(name)[:80],
        )
        for name in raw
        if name not in known
    ]
    return MappingProxyType(values), tuple(problems)


def _absent(form: Form, raw: Mapping[str, object]) -> Absent:
    reason = raw["absent"]
    if not isinstance(reason, str) or reason not in set(Absence):
        raise _unfit(
            gettext_noop("This is not a reason for leaving a field without a value."),
            gettext_noop("unknown, not-applicable, withheld or not-stated"),
            gettext_noop("Choose one of the reasons."),
        )
    wanted = {"absent", "class", "basis", "decided_by", "review"} if reason == Absence.WITHHELD else {"absent"}
    if set(raw) != wanted:
        raise _unfit(
            gettext_noop("The statement about what is absent is not whole, or says more than it may."),
            gettext_noop(
                "for what is withheld: class, legal basis, who decided and the date of review; nothing more for the rest"
            ),
            gettext_noop("Fill in all four, or choose another reason."),
        )
    return Absent(reason=Absence(reason), withholding=_withholding(form, raw) if reason == Absence.WITHHELD else None)


def _withholding(form: Form, raw: Mapping[str, object]) -> Withholding:
    kind = _one_of(tuple(one.id for one in form.withholding), raw["class"])
    review = _date(_LINE, raw["review"])
    if len(review) != 10:
        raise _unfit(
            gettext_noop("The date of review is not a whole date."),
            gettext_noop("a day, as 2027-03-31"),
            gettext_noop("Name the day on which the withholding is looked at again."),
        )
    return Withholding(kind=kind, basis=_text(_LINE, raw["basis"]), decided_by=_line(_LINE, raw["decided_by"]), review=review)


_LINE = Column(id="", type="line", label="", most=2000)


def _plain(raw: object, most: int) -> str:
    """A string, tidied, without anything that commands a terminal or marks up a page."""
    if not isinstance(raw, str):
        raise _unfit(gettext_noop("This is not a text."), gettext_noop("plain text"), gettext_noop("Write it in words."))
    said = tidy(raw)
    if not said:
        raise _unfit(
            gettext_noop("Nothing is written here."),
            gettext_noop("a text, or the reason why there is none"),
            gettext_noop("Write something, or say that it is unknown, not applicable or withheld."),
        )
    if len(said) > most:
        raise _unfit(
            gettext_noop("The text has {count} characters."),
            gettext_noop("at most {most}"),
            gettext_noop("Shorten it."),
            count=str(len(said)),
            most=str(most),
        )
    if _COMMANDS.search(said):
        raise _unfit(
            gettext_noop("The text holds invisible control characters."),
            gettext_noop("plain text"),
            gettext_noop("Type the text again, or paste it without formatting."),
        )
    if tag := _TAG.search(said):
        raise _unfit(
            gettext_noop("The text holds the mark-up {tag}."),
            gettext_noop("plain text, with a blank line between paragraphs"),
            gettext_noop("Remove the mark-up."),
            tag=tag[0][:40],
        )
    return said


def _text(spec: Column | Field, raw: object) -> Mapping[str, str]:
    if not isinstance(raw, Mapping) or not raw or len(raw) > MOST_LANGUAGES:
        raise _unfit(
            gettext_noop("This is not a text in one or more languages."),
            gettext_noop("for each language its text"),
            gettext_noop("Write the text in at least one language."),
        )
    return MappingProxyType({_language(name): _plain(raw[name], spec.most or MOST_TEXT) for name in sorted(raw, key=str)})


def _language(raw: object) -> str:
    if not isinstance(raw, str) or not LANGUAGE.fullmatch(raw):
        raise _unfit(
            gettext_noop("{code} is not the code of a language."),
            gettext_noop("a code such as en, ru or uz-Cyrl"),
            gettext_noop("Choose the language from the list."),
            code=str(raw)[:40],
        )
    return raw


def _line(spec: Column | Field, raw: object) -> str:
    said = _plain(raw, spec.most or MOST_LINE)
    if "\n" in said or "\t" in said:
        raise _unfit(
            gettext_noop("There is more than one line."), gettext_noop("one line of text"), gettext_noop("Write it on one line.")
        )
    return said


def _date(_spec: Column | Field, raw: object) -> str:
    match = DATE.fullmatch(raw) if isinstance(raw, str) else None
    try:
        if match:
            date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
            return match[0]
    except ValueError:
        pass
    raise _unfit(
        gettext_noop("This is not a date."),
        gettext_noop("a day, a month or a year, as 2027-03-31, 2027-03 or 2027"),
        gettext_noop("Write as much of the date as is known."),
    )


def _url(spec: Column | Field, raw: object) -> str:
    said = _line(spec, raw) if isinstance(raw, str) and len(raw) <= MOST_ADDRESS else ""
    try:
        parts = urlsplit(said)
        fits = parts.scheme in {"http", "https"} and parts.hostname and "@" not in parts.netloc and parts.port != 0
    except ValueError:
        fits = False
    if not fits or " " in said:
        raise _unfit(
            gettext_noop("This is not an address of a page."),
            gettext_noop("an address that begins with https:// and names nobody, at most 2000 characters"),
            gettext_noop("Copy the address from the browser."),
        )
    return said


def _email(spec: Column | Field, raw: object) -> str:
    said = _line(spec, raw)
    if not EMAIL.fullmatch(said) or len(said) > 254:
        raise _unfit(
            gettext_noop("This is not an e-mail address."),
            gettext_noop("the address of an office, such as algorithms@ministry.example"),
            gettext_noop("Correct the address, or give another way to reach the office."),
        )
    if _PERSON.fullmatch(said.partition("@")[0].lower()):
        raise _unfit(
            gettext_noop("This looks like the e-mail address of a person."),
            gettext_noop("the address of an office, such as algorithms@ministry.example"),
            gettext_noop("Give an address that stays when people change. Nothing about a person is published."),
        )
    return said


def _digest(_spec: Column | Field, raw: object) -> str:
    if not isinstance(raw, str) or not DIGEST.fullmatch(raw):
        raise _unfit(
            gettext_noop("This is not a SHA-256 digest."),
            gettext_noop("64 digits and letters from a to f, in lower case"),
            gettext_noop("Compute it with sha256sum and paste it."),
        )
    return raw


def _one_of(allowed: tuple[str, ...], raw: object) -> str:
    if not isinstance(raw, str) or raw not in allowed:
        raise _unfit(
            gettext_noop("{given} is not one of the choices."),
            "{allowed}",
            gettext_noop("Choose from the list."),
            given=str(raw)[:80],
            allowed=", ".join(allowed),
        )
    return raw


def _choice(spec: Column | Field, raw: object) -> str:
    return _one_of(tuple(one.id for one in spec.choices), raw)


def _country(_spec: Column | Field, raw: object) -> str:
    if not isinstance(raw, str) or not COUNTRY.fullmatch(raw):
        raise _unfit(
            gettext_noop("{code} is not the code of a country."),
            gettext_noop("a code of ISO 3166 such as KZ, NL or US-CA"),
            gettext_noop("Choose the country from the list."),
            code=str(raw)[:40],
        )
    return raw


def _several(one: Callable[[Column | Field, object], str]) -> Callable[[Column | Field, object], tuple[str, ...]]:
    def read(spec: Column | Field, raw: object) -> tuple[str, ...]:
        if not isinstance(raw, list | tuple) or not 0 < len(raw) <= MOST_ROWS:
            raise _unfit(
                gettext_noop("This is not a list with something in it."),
                gettext_noop("from 1 to 200 entries"),
                gettext_noop("Name at least one, or say why there is none."),
            )
        found = tuple(one(spec, part) for part in raw)
        if len(set(found)) != len(found):
            raise _unfit(
                gettext_noop("Something is named twice."), gettext_noop("each entry once"), gettext_noop("Remove the second one.")
            )
        return found

    return read


_READERS: Mapping[str, Callable[[Column | Field, Any], Plain]] = {
    "text": _text,
    "line": _line,
    "lines": _several(_line),
    "url": _url,
    "email": _email,
    "date": _date,
    "digest": _digest,
    "choice": _choice,
    "choices": _several(_choice),
    "languages": _several(lambda _, raw: _language(raw)),
    "countries": _several(_country),
}


def _rows(spec: Field, raw: object) -> tuple[Row, ...]:
    if not isinstance(raw, list | tuple) or not 0 < len(raw) <= MOST_ROWS:
        raise _unfit(
            gettext_noop("There are no rows, or too many."),
            gettext_noop("from 1 to 200 rows"),
            gettext_noop("Fill in at least one row, or say why there is none."),
        )
    rows = []
    for number, one in enumerate(raw, start=1):
        try:
            rows.append(_row(spec, one))
        except _UnfitError as unfit:
            raise _UnfitError(replace(unfit.problem, row=number)) from None
    return tuple(rows)


def _row(spec: Field, raw: object) -> Row:
    known = {column.id for column in spec.columns}
    if not isinstance(raw, Mapping) or not set(raw) <= known:
        raise _unfit(
            gettext_noop("The row has a column that the form does not know."),
            "{allowed}",
            gettext_noop("Leave it out."),
            allowed=", ".join(sorted(known)),
        )
    row: dict[str, Plain] = {}
    for column in spec.columns:
        if column.id in raw:
            try:
                row[column.id] = _READERS[column.type](column, raw[column.id])
            except _UnfitError as unfit:
                raise _UnfitError(replace(unfit.problem, column=column.id)) from None
        elif column.required:
            raise _UnfitError(replace(_LACKING, column=column.id))
    if spec.one_of and not set(spec.one_of) & set(row):
        raise _unfit(
            gettext_noop("The row gives no way to reach the office."),
            "{allowed}",
            gettext_noop("Fill in at least one of them."),
            allowed=", ".join(spec.one_of),
        )
    return MappingProxyType(row)


_LACKING = Problem(
    got=gettext_noop("A column that every row needs is empty."),
    expected=gettext_noop("a value in that column"),
    cure=gettext_noop("Fill it in, or remove the row."),
)
