"""The file of the record `organisation-1`: what an organisation is called, its kind, its country. Knows no database.

>>> city = Described(slug="city-x", names={"en": "City of X"}, kind="authority")
>>> write(city)
b'{"id":"city-x","kind":"authority","names":{"en":"City of X"},"schema":"plumbrule-organisation/1"}\\n'
>>> read(write(city), "city-x") == city
True
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import rfc8785

from plumbrule.errors import InputError
from plumbrule_portal.systems.record import read_json

FORM, FILE, SCHEMA = "organisation-1", "record.json", "plumbrule-organisation/1"
EXAMPLE = "example"
"""The kind of an organisation that a first start makes up."""
MOST_BYTES = 1 << 16
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_KIND = re.compile(r"[a-z][a-z0-9-]{0,39}|")
_COUNTRY = re.compile(r"[A-Z]{2}|")
_KEYS = {"schema", "id", "names", "kind", "country"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """An organisation in the words of its record.

    Args:
        slug: its permanent name in addresses and statements.
        names: language to name; `und` where a source does not say in which language it is.
        kind: a token, see `forms.KINDS`; "" where nobody said.
        country: ISO 3166-1, two capital letters; "" where nobody said.
    """

    slug: str
    names: Mapping[str, str] = field(default_factory=dict)
    kind: str = ""
    country: str = ""


def write(said: Described) -> bytes:
    """The canonical bytes of the record; what nobody said is left out."""
    stated = {key: value for key, value in (("kind", said.kind), ("country", said.country)) if value}
    return rfc8785.dumps({"schema": SCHEMA, "id": said.slug, "names": dict(said.names), **stated}) + b"\n"


def read(raw: bytes, slug: str) -> Described:
    """What a record says of an organisation. The earliest ones name neither schema nor id.

    Raises:
        InputError: it is not in its form, or about another organisation.
    """
    found = read_json(raw, what=f"The record of {slug}", most=MOST_BYTES)
    if not isinstance(found, dict) or not found.keys() <= _KEYS or not _fits(found, slug):
        raise InputError(
            f"the record of {slug} is not in its form.",
            expected=f"{SCHEMA}: its id, names by language, perhaps kind and country, and nothing else.",
        )
    return Described(slug=slug, names=found["names"], kind=found.get("kind", ""), country=found.get("country", ""))


def _fits(found: Mapping[str, Any], slug: str) -> bool:
    names = found.get("names")
    return (
        found.get("schema", SCHEMA) == SCHEMA
        and found.get("id", slug) == slug
        and isinstance(names, dict)
        and all(_LANGUAGE.fullmatch(code) and isinstance(name, str) and name for code, name in names.items())
        and _is(_KIND, found.get("kind", ""))
        and _is(_COUNTRY, found.get("country", ""))
    )


def _is(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None
