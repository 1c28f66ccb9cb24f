"""The words of the interface: sentences from gettext catalogues, numbers and dates in the reader's form.

English is the source language: a message is its own id. A catalogue is a folder `<language>/LC_MESSAGES` with a
`plumbrule.po` that people edit and a `plumbrule.mo` that the program reads. Its `Language-Team` header says
`draft: …` until a named person has reviewed it, and then `reviewed by: NAME`.
"""

from __future__ import annotations

import gettext
import math
import re
import unicodedata
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from decimal import localcontext
from functools import lru_cache
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import NumberPattern, parse_pattern

from plumbrule.base.languages import direction
from plumbrule.base.messages import message

DOMAIN = "plumbrule"
LOCALES = Path(__file__).parent / "locale"
FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"
MINUS = "\u2212"
_SLOT = re.compile(r"\{(\w+)\}")


def fill(template: str, values: dict[str, object], dress: Callable[[object], str]) -> str:
    """Put each value, dressed, into its `{slot}`. A slot without a value is a fault of the caller (KeyError).

    This is not `str.format`: a translation can name a slot and nothing else.

    >>> fill("{n} rows", {"n": 3}, str)
    '3 rows'
    """
    return _SLOT.sub(lambda slot: dress(values[slot[1]]), template)


def isolated(value: object, base: str) -> str:
    """A value set apart from the sentence around it, where its direction could disturb that sentence.

    >>> isolated("rate", "ltr")
    'rate'
    >>> isolated("rate", "rtl") == FIRST_STRONG_ISOLATE + "rate" + POP_ISOLATE
    True
    """
    text = str(value)
    if base == "ltr" and not any(unicodedata.bidirectional(sign) in {"R", "AL", "AN", "RLE", "RLO", "RLI"} for sign in text):
        return text
    return f"{FIRST_STRONG_ISOLATE}{text}{POP_ISOLATE}"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Words:
    """One language to speak in. `language` is the catalogue's, `asked` what the reader wanted.

    `draft` is true while no named person has reviewed the catalogue. `locale` gives numbers and dates their form.
    """

    language: str
    asked: str
    draft: bool
    locale: Locale
    catalogue: gettext.NullTranslations

    @property
    def direction(self) -> str:
        """`"rtl"` or `"ltr"`."""
        return direction(self.language)

    def text(self, text: str) -> str:
        """The message in this language, slots unfilled; itself where the catalogue lacks it."""
        return self.catalogue.gettext(text) if text else ""

    def plural(self, one: str, other: str, n: int) -> str:
        """The form of the message that the number `n` asks for, slots unfilled."""
        return self.catalogue.ngettext(one, other, n)

    def say(self, text: str, /, **values: object) -> str:
        """The message with its values in place, each isolated for plain text."""
        return fill(self.text(text), values, lambda value: isolated(value, self.direction))

    def many(self, one: str, other: str, n: int, /, **values: object) -> str:
        """Like `say`, in the plural form for `n`, which is also the value of `{n}`."""
        shown = {"n": self.whole(n), **values}
        return fill(self.plural(one, other, n), shown, lambda value: isolated(value, self.direction))

    def number(self, value: float, digits: int = 0, *, signed: bool = False) -> str:
        """A number with exactly `digits` decimals, grouped as the language groups. Raises ValueError unless finite."""
        return self._shaped(value, self.locale.decimal_formats[None], digits, signed)

    def whole(self, value: int) -> str:
        """A count."""
        return self.number(value)

    def percent(self, value: float, digits: int = 1) -> str:
        """A rate or share (0.9 is 90 %)."""
        return self._shaped(value, self.locale.percent_formats[None], digits, False)

    def points(self, value: float, digits: int = 1, *, signed: bool = True) -> str:
        """A difference of rates in percentage points (0.05 is 5 points), with its sign unless told otherwise."""
        return fill(self.text(message("{number} points")), {"number": self.number(value * 100, digits, signed=signed)}, str)

    def date(self, stamp: str) -> str:
        """The day of an ISO 8601 timestamp, written out."""
        return format_date(datetime.fromisoformat(stamp).date(), format="long", locale=self.locale)

    def listing(self, items: Sequence[str]) -> str:
        """Items in a row, joined as the language joins them."""
        return format_list([isolated(item, self.direction) for item in items], locale=self.locale) if items else ""

    def _shaped(self, value: float, pattern: NumberPattern, digits: int, signed: bool) -> str:
        if not math.isfinite(value):
            raise ValueError(f"a number shown to a reader must be finite, not {value}")
        shape = copy(parse_pattern(pattern.pattern))
        shape.frac_prec = (digits, digits)
        scale = 2 if "%" in pattern.pattern else 0
        if round(value, digits + scale) == 0:
            value = 0.0  # "−0.0" would say a direction that the digits do not show
        sign = MINUS if value < 0 else "+" if signed and value > 0 else ""
        with localcontext(prec=400):  # room for every float, however large: Babel rounds in the context's precision
            said: str = shape.apply(abs(value), self.locale)
        return sign + said


@lru_cache(maxsize=32)
def translator(language: str, *, locales: Path = LOCALES) -> Words:
    """The words for a BCP 47 code: its own catalogue, else its primary language's, else English.

    >>> translator("en").percent(0.908388)
    '90.8%'
    >>> translator("tlh").language
    'en'
    """
    for code in (language, language.split("-", maxsplit=1)[0]):
        language_part, _, rest = code.partition("-")
        name = f"{language_part}_{rest.title() if len(rest) == 4 else rest.replace('-', '_')}" if rest else language_part
        # The name comes from outside and becomes part of a path: letters, digits and underscores only.
        found = locales / name / "LC_MESSAGES" / f"{DOMAIN}.mo"
        if name.isidentifier() and found.is_file():
            with found.open("rb") as stream:
                catalogue = gettext.GNUTranslations(stream)
            reviewed = catalogue.info().get("language-team", "").startswith("reviewed by:")
            return Words(language=code, asked=language, draft=not reviewed, locale=_locale(code), catalogue=catalogue)
    return Words(language="en", asked=language, draft=False, locale=_locale("en"), catalogue=gettext.NullTranslations())


def _locale(code: str) -> Locale:
    """Babel's form of the code; the primary language's where the whole code is not known to it."""
    if code == "en":
        return Locale("en", "GB")  # the source language is written the British way: 21 November 2026
    for candidate in (code, code.split("-", maxsplit=1)[0]):
        try:
            return Locale.parse(candidate, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return Locale("en", "GB")
