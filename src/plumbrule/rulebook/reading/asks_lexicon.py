"""Words by which a text asks, one YAML file a language (`lexicon/asks/`), which a person can edit without code.

In an entry `…` stands for a few words without a sign between them, and `*` for the ending of a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, ClassVar, Literal

from plumbrule.rulebook.reading.formulas import known

_FOLDER = files("plumbrule.rulebook.reading") / "lexicon" / "asks"
VerbClass = Literal[
    "decides",
    "requests",
    "urges",
    "calls-upon",
    "encourages",
    "invites",
    "proposes",
    "opposes",
    "commits",
    "assesses",
    "notes",
]
SIGNS = ",，、;；:：.。!！?？—–،؛؟"
FEW = rf"[^{re.escape(SIGNS)}《》«»“”\n]{{1,40}}?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How a language writes amounts: words of scale, of money, of shares, and what is counted."""

    scales: Mapping[str, float]
    shares: Mapping[str, float]
    units: Mapping[Literal["people", "USD", "percent", "countries", "items"], tuple[str, ...]]
    decimal: Literal[".", ","] = "."
    money_signs: tuple[str, ...] = ()
    uncounted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """`lexicon/asks/<lang>.yaml`. What each list is for stands in docs/concepts/asks.md, *How rules find them*."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}
    schema: Literal["plumbrule-asks-lexicon/1"]
    language: str
    spaced: bool
    verbs: Mapping[VerbClass, tuple[str, ...]]
    weak: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()
    by_addressee: tuple[str, ...] = ()
    not_verbs: tuple[str, ...] = ()
    before_verb: tuple[str, ...] = ()
    and_: tuple[str, ...] = ()
    glued_and: str = ""
    riders: tuple[str, ...] = ()
    modals: tuple[str, ...]
    not_modals: tuple[str, ...] = ()
    before_modal: tuple[str, ...] = ()
    not_: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    need_for: tuple[str, ...] = ()
    relatives: tuple[str, ...] = ()
    expects: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    refrain: tuple[str, ...] = ()
    cease: tuple[str, ...] = ()
    binds: tuple[str, ...] = ()
    then: tuple[str, ...] = ()
    infinitive: tuple[str, ...] = ()
    infinitive_after: tuple[str, ...] = ()
    infinitive_ends: tuple[str, ...] = ()
    not_infinitive: tuple[str, ...] = ()
    names: Mapping[str, tuple[str, ...]]
    bodies: Mapping[str, tuple[str, ...]]
    body_ends: tuple[str, ...] = ()
    glued_to_names: tuple[str, ...] = ()
    among_names: tuple[str, ...] = ()
    of_name: tuple[str, ...] = ()
    helpers: tuple[str, ...] = ()
    as_for: tuple[str, ...] = ()
    when: tuple[str, ...] = ()
    qualifiers: Mapping[str, tuple[str, ...]]
    not_qualified: tuple[str, ...] = ()
    beneficiaries: Mapping[str, tuple[str, ...]]
    not_beneficiaries: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    in_: tuple[str, ...] = ()
    not_deadline: tuple[str, ...] = ()
    session: tuple[str, ...] = ()
    counted: Counted


@cache
def lexicon_of(language: str) -> Lexicon:
    """The lexicon of a language; English where we have none for it.

    Raises:
        RulebookError: the file was edited into something that is not in its form.
    """
    name = f"{language if known(language, _FOLDER) else 'en'}.yaml"
    return read_lexicon((_FOLDER / name).read_text(encoding="utf-8"), f"lexicon/asks/{name}")


def read_lexicon(text: str, name: str) -> Lexicon:
    """A lexicon from its YAML.

    Raises:
        RulebookError: it is not in its form; `name` says where.
    """
    from plumbrule.rulebook.form import parse  # noqa: PLC0415 - the rulebook's forms use this room's model

    return parse(name, text, Lexicon)


def one_of(words: Iterable[str], *, spaced: bool, prefixes: tuple[str, ...] = ()) -> str:
    """A pattern for any of the entries, the longest first; whole words where words have spaces between them.

    >>> import re
    >>> bool(re.search(one_of(["state*"], spaced=True), "all states")), bool(re.search(one_of([], spaced=True), "states"))
    (True, False)
    """
    ordered = sorted(set(words), key=lambda word: (-len(word), word))
    if not ordered:
        return r"(?!)"
    found = "|".join(_entry(word) + (r"(?!\w)" if spaced and (word[-1].isalnum() or word[-1] == "*") else "") for word in ordered)
    if not spaced:
        return f"(?:{found})"
    glued = f"(?:{'|'.join(sorted(map(re.escape, prefixes), key=len, reverse=True))})?" if prefixes else ""
    return rf"(?<!\w){glued}(?:{found})"


def _entry(word: str) -> str:
    parts = re.escape(word).replace("…", FEW).replace(r"\*", r"\w{0,6}")
    return parts.replace(r"\ ", r"\s{1,3}")


def plain(text: str) -> str:
    """The same text, character for character, with one kind of apostrophe, hyphen and space."""
    return text.translate(_PLAIN)


_PLAIN = {0x2019: "'", 0x2011: "-", 0x2010: "-", 0xA0: " ", 0x202F: " ", 0x2009: " "}
