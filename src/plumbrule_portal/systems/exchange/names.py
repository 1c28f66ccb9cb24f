"""Stable ids from names and numbers of other registers: the same file gives the same ids, whatever was read before."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_SOUNDS = "a b v g d e e zh z i i k l m n o p r s t u f kh ts ch sh shch ' y ' e iu ia a g q n o u u h i h j i u o e i"
_CYRILLIC = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюяәғқңөұүһіҳҷӣӯўєї",
        _SOUNDS.split(),
        strict=True,
    )
)
_LATIN = {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i", "&": " and ", "@": " at "}
_LETTERS = {**_LATIN, **_CYRILLIC}
_MOST = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """An organisation that a file names. `name` is empty where the source does not say which one it is."""

    id: str
    name: str


def slug(name: str) -> str:
    """A token of lower-case letters, digits and hyphens; with some digits of its digest where letters were lost.

    >>> slug("Gemeente Súdwest-Fryslân"), slug("Министерство труда")
    ('gemeente-sudwest-fryslan', 'ministerstvo-truda')
    >>> slug("卫生部")
    'n-b3af499f'
    """
    said = "".join(_LETTERS.get(sign, sign) for sign in unicodedata.normalize("NFC", name).lower())
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", said) if not unicodedata.combining(sign))
    lost = any(unicodedata.category(sign)[0] in "LN" and not sign.isascii() for sign in bare)
    words = re.findall(r"[a-z0-9]+", bare.replace("'", "").replace("\N{RIGHT SINGLE QUOTATION MARK}", ""))
    whole = "-".join(words)
    if lost or len(whole) > _MOST or not whole:
        return f"{whole[:_MOST].rstrip('-') or 'n'}-{_digits(name)}"
    return whole


def _digits(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:8]


def organisations(names: Iterable[str], *, country: str, known: Mapping[str, str]) -> Mapping[str, Organisation]:
    """For each name its organisation, with an id that no other name has.

    Args:
        names: as the source writes them; an empty name stands for one that the source does not say.
        country: two small letters before each id, as `nl`.
        known: id to name of the organisations that the register has; a name found there keeps its id.
    """
    ids = {name: token for token, name in known.items() if token.startswith(f"{country}-")}
    taken = dict(known)
    found = {}
    for name in sorted(set(names)):
        token = ids.get(name) or f"{country}-{slug(name) if name else 'not-stated'}"
        if taken.get(token, name) != name:
            token = f"{token}-{_digits(name)}"
        taken[token] = name
        found[name] = Organisation(id=token, name=name)
    return found
