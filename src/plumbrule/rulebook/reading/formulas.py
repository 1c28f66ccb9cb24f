"""Formulas by which a text shows its structure, one YAML file a language, which a person can edit without code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, ClassVar, Literal

from plumbrule.rulebook.reading.letters import plain_letters

_FOLDER = files("plumbrule.rulebook.reading") / "lexicon" / "structure"
LANGUAGES = ("ar", "zh", "en", "fr", "ru", "es")
CJK = "\u2e80-\u303f\u31c0-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef"
_SPACES_BY_CJK = re.compile(rf"(?<=[{CJK}“”‘’—…])\s+|\s+(?=[{CJK}“”‘’—…])")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\u0000-\u0008\u000e-\u001f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Formulas:
    """`lexicon/structure/<lang>.yaml`. What each list is for stands in docs/concepts/reading.md."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}
    schema: Literal["plumbrule-structure/1"]
    language: str
    openings: Mapping[str, tuple[str, ...]]
    preamble_starts: tuple[str, ...]
    preamble_prefixes: tuple[str, ...]
    operative_starts: tuple[str, ...]
    therefore: tuple[str, ...] = ()
    draft: tuple[str, ...]
    adopted: tuple[str, ...]
    session: str
    agenda_item: tuple[str, ...]
    ordinals: Mapping[str, int]
    ten: str = ""
    months: tuple[tuple[str, ...], ...]
    resolution: tuple[str, ...]
    decision: tuple[str, ...]
    councils: Mapping[str, tuple[str, ...]]
    ibid: tuple[str, ...]
    same_names_with_and: tuple[str, ...]
    and_: tuple[str, ...] = ()
    annex: tuple[str, ...]
    figure: tuple[str, ...]
    notes_heading: tuple[str, ...]
    closing: tuple[str, ...]
    objectives: tuple[str, ...]
    actions: tuple[str, ...]
    should: str
    vision: tuple[str, ...]
    speakers: Mapping[str, tuple[str, ...]]
    declaration_lead_ins: tuple[str, ...]
    report_adopted: tuple[str, ...]
    report_said: tuple[str, ...]
    report_named: str
    furniture: tuple[str, ...]


def known(language: str, folder: Traversable | None = None) -> bool:
    """Whether there is a file for a language in a folder of lists; whoever adds one adds a language."""
    return language.isalpha() and language.isascii() and ((folder or _FOLDER) / f"{language}.yaml").is_file()


@cache
def formulas_of(language: str) -> Formulas:
    """The formulas of a language; English where we have none for it.

    Raises:
        RulebookError: the file was edited into something that is not in its form.
    """
    from plumbrule.rulebook.form import parse  # noqa: PLC0415 - the rulebook's forms use this room's model

    name = f"{language if known(language) else 'en'}.yaml"
    return parse(f"lexicon/structure/{name}", (_FOLDER / name).read_text(encoding="utf-8"), Formulas)


def squeezed(text: str) -> str:
    """A line as it is compared: no invisible characters, no spaces beside Chinese, single spaces, small letters.

    >>> squeezed("为此 ， 我们 倡议 ：")
    '为此，我们倡议：'
    """
    seen = plain_letters(_INVISIBLE.sub("", text)).replace("’", "'")
    return " ".join(_SPACES_BY_CJK.sub("", seen).split()).casefold()


def any_of(words: Iterable[str]) -> str:
    """A pattern for any of the words, the longest first; never matches where there are none."""
    ordered = sorted({squeezed(word) for word in words}, key=len, reverse=True)
    return f"(?:{'|'.join(map(re.escape, ordered))})" if ordered else r"(?!)"
