"""What direct identifiers look like: forms as data, and their check digits.

>>> forms = {form.id: form for form in load_identifiers().forms}
>>> valid(forms["card"], ["4111 1111 1111 1111", "4111 1111 1111 1112"], {}).tolist()
[True, False]
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import duckdb
import numpy as np
from numpy.typing import NDArray

from plumbrule.errors import InputError
from plumbrule.lab.tables.json import Fields, read_json

Check = Literal["none", "luhn", "iban", "weighted"]
SCHEMA = "plumbrule-identifiers/1"
_WHAT = f"a list of identifiers ({SCHEMA})"
_CAMEL = re.compile(r"(?<=[a-zа-яё0-9])(?=[A-ZА-ЯЁ])")
_SEPARATORS = re.compile(r"[\W_]+")
_NOT_SIGNS = str.maketrans("", "", " -./()")
_MOST_SIGNS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How one kind of identifier is written.

    `pattern` is a regular expression in RE2 that finds it inside a text. `check` says how its last signs follow from
    the others; for "weighted": the sum of digit times weight modulo `modulus` indexes `alphabet`, whose entry is the
    check; where the entry does not exist the next line of weights is tried. Which form counts as an identifier where
    is for lawyers; the list is data, and says who reviewed it.
    """

    id: str
    jurisdiction: str
    source: str
    pattern: str
    check: Check
    modulus: int = 0
    weights: tuple[tuple[int, ...], ...] = ()
    alphabet: tuple[str, ...] = ()

    def chance(self) -> float:
        """The share of other numbers of this form that pass the check."""
        if self.check == "iban":
            return 1 / 97
        if self.check == "luhn":
            return 1 / 10
        return 10.0 ** -len(self.alphabet[0]) if self.check == "weighted" else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnWords:
    """Words by which columns of one kind are called: as the whole name, or as a part of it."""

    kind: str
    whole: tuple[str, ...]
    part: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifiers:
    """A list of forms and words; `reviewed_by` is empty where nobody did."""

    forms: tuple[Form, ...]
    iban_lengths: Mapping[str, int]
    words: tuple[ColumnWords, ...]
    reviewed_by: str


def load_identifiers(path: Path | None = None) -> Identifiers:
    """Our own list, or one of the same form that somebody else keeps.

    Raises:
        InputError: the file is not in its form, or a pattern is no regular expression of RE2.
    """
    file = path or Path(__file__).with_name("identifiers.json")
    top = Fields.of(read_json(file, what=_WHAT), place=file.name, what=_WHAT)
    if top.text("schema") != SCHEMA:
        raise InputError(
            f"{file.name} has the schema {top.text('schema')!r}.",
            expected=SCHEMA,
            cure="Use a version of the program that knows it.",
        )
    lengths = top.object("iban_lengths")
    return Identifiers(
        forms=tuple(_form(one) for one in top.objects("forms")),
        iban_lengths={country: lengths.whole(country) for country in lengths.values},
        words=tuple(
            ColumnWords(kind=one.text("kind"), whole=one.texts("whole"), part=one.texts("part"))
            for one in top.objects("column_words")
        ),
        reviewed_by=top.text("reviewed_by", ""),
    )


def _form(one: Fields) -> Form:
    check, alphabet = one.text("check"), one.values.get("alphabet")
    form = Form(
        id=one.text("id"),
        jurisdiction=one.text("jurisdiction", ""),
        source=one.text("source", ""),
        pattern=one.text("pattern"),
        check=next((known for known in get_args(Check) if known == check), "none"),
        modulus=one.whole("modulus", 0),
        weights=tuple(_numbers(line) for line in one.values.get("weights") or []),
        alphabet=_alphabet(alphabet) if isinstance(alphabet, str) else one.texts("alphabet"),
    )
    weighted = form.check == "weighted"
    lines = {len(line) for line in form.weights}
    widths = {len(entry) for entry in form.alphabet}
    if form.check != check or (weighted and (form.modulus < 2 or len(lines) != 1 or 0 in lines or len(widths) != 1)):
        raise InputError(
            f"{one.place} declares a check of {check!r} that is not whole.",
            expected=f"one of {', '.join(get_args(Check))}; for weighted a modulus, lines of weights of one length, an alphabet",
            cure="Correct the entry; the list that comes with the program shows how.",
        )
    try:
        with duckdb.connect(":memory:") as connection:
            connection.execute("SELECT regexp_matches('', ?)", [form.pattern])
    except duckdb.Error as error:
        raise InputError(
            f"{one.place}.pattern is no regular expression ({str(error).splitlines()[0][:120]}).",
            expected="the syntax of RE2: no look-around, no back-references",
            cure="Correct the pattern.",
        ) from error
    return form


def _numbers(line: object) -> tuple[int, ...]:
    if isinstance(line, list) and all(isinstance(number, int) for number in line):
        return tuple(line)
    return ()


def _alphabet(text: str) -> tuple[str, ...]:
    """`00-99,00` or `97-01`: ranges of numbers of one width, up or down."""
    found: list[str] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        if not first.isdecimal() or not (last or first).isdecimal():
            return ()
        one, two = int(first), int(last or first)
        step = 1 if two >= one else -1
        found += [str(number).zfill(len(first)) for number in range(one, two + step, step)]
    return tuple(found)


def column_kinds(name: str, words: Sequence[ColumnWords]) -> tuple[str, ...]:
    """The kinds of identifier that a column's name speaks of.

    >>> words = load_identifiers().words
    >>> column_kinds("customerEmail", words), column_kinds("country_name", words), column_kinds("телефон клиента", words)
    (('e-mail',), (), ('phone',))
    """
    plain = " ".join(_SEPARATORS.sub(" ", _CAMEL.sub(" ", name)).casefold().split())
    padded = f" {plain} "
    found = []
    for entry in words:
        whole = any(plain == word.casefold() for word in entry.whole)
        part = any((f" {word.casefold()} " in padded) or (not word.isascii() and word in plain) for word in entry.part)
        if whole or part:
            found.append(entry.kind)
    return tuple(found)


def valid(form: Form, texts: Sequence[str], iban_lengths: Mapping[str, int]) -> NDArray[np.bool_]:
    """Which of these texts, each found by the form's pattern, pass its check; shape (texts,)."""
    if form.check == "none":
        return np.ones(len(texts), bool)
    plain = [text.translate(_NOT_SIGNS).upper() for text in texts]
    if form.check == "iban":
        plain = [text[: iban_lengths.get(text[:2], 0)] if len(text) >= iban_lengths.get(text[:2], 99) else "" for text in plain]
    found = np.zeros(len(plain), bool)
    sizes = np.array([len(text) for text in plain])
    for size in np.unique(sizes[(sizes > 1) & (sizes <= _MOST_SIGNS)]):
        chosen = np.flatnonzero(sizes == size)
        signs = _signs([plain[i] for i in chosen], int(size))
        if form.check == "luhn":
            found[chosen] = _luhn(signs)
        elif form.check == "iban":
            found[chosen] = _mod97(np.roll(signs, -4, axis=1))
        else:
            found[chosen] = _weighted(form, signs, [plain[i] for i in chosen])
    return found


def _signs(texts: Sequence[str], size: int) -> NDArray[np.int64]:
    """Digits as 0 to 9, letters A to Z as 10 to 35; shape (texts, size)."""
    codes = np.array(texts, dtype=f"U{size}").view(np.uint32).reshape(len(texts), size).astype(np.int64)
    return np.where(codes >= 65, codes - 55, codes - 48)


def _luhn(digits: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Luhn's check (ISO/IEC 7812-1, annex B)."""
    doubled = digits[:, -2::-2] * 2
    total = digits[:, -1::-2].sum(axis=1) + (doubled - 9 * (doubled > 9)).sum(axis=1)
    passed: NDArray[np.bool_] = total % 10 == 0
    return passed


def _mod97(signs: NDArray[np.int64]) -> NDArray[np.bool_]:
    """ISO 7064 mod 97-10: letters count as two digits."""
    rest = np.zeros(len(signs), np.int64)
    for place in range(signs.shape[1]):
        sign = signs[:, place]
        rest = np.where(sign > 9, rest * 100 + sign, rest * 10 + sign) % 97
    passed: NDArray[np.bool_] = rest == 1
    return passed


def _weighted(form: Form, signs: NDArray[np.int64], texts: Sequence[str]) -> NDArray[np.bool_]:
    width, body = len(form.alphabet[0]), len(form.weights[0])
    if signs.shape[1] != body + width:
        return np.zeros(len(signs), bool)
    told = np.array([text[-width:] for text in texts])
    found, open_ = np.zeros(len(signs), bool), np.ones(len(signs), bool)
    for line in form.weights:
        rest = signs[:, :body] @ np.array(line, np.int64) % form.modulus
        held = open_ & (rest < len(form.alphabet))
        wanted = np.array(form.alphabet)[np.minimum(rest, len(form.alphabet) - 1)]
        found |= held & (wanted == told)
        open_ &= ~held
    return found
