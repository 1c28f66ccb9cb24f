"""How to cite a provision in a footnote: title, symbol, place, date, in the words of a language."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from plumbrule.base.messages import message
from plumbrule.base.words import Words, isolated
from plumbrule.rulebook.model import Instrument, Provision

PLACES: Mapping[str, str] = {
    "preamble": message("preamble, paragraph {number}"),
    "operative": message("para. {number}"),
    "item": message("para. {number} {letters}"),
    "section": message("section {number}"),
    "objective": message("section {section}, objective {number} (our count)"),
    "action": message("section {section}, action {number} (our count)"),
    "bullet": message("section {section}, action {number} (our count)"),
    "dash": message("paragraph {number} (our count)"),
    "annex": message("annex {number}"),
    "article": message("article {number}"),
}
_NO_SYMBOL = re.compile(r"none\b|.*\(", re.IGNORECASE)


def footnote(instrument: Instrument, provision: Provision | None, words: Words) -> str:
    """A footnote for an instrument or one provision of it. The count of paragraphs is ours where the text prints none."""
    title = instrument.title.said(words.language)[0]
    parts = [title]
    if not _NO_SYMBOL.match(instrument.symbol) and instrument.symbol not in title:
        parts.append(instrument.symbol)
    if provision:
        parts.append(place(provision, words))
    if instrument.date and instrument.date[:4] not in title:
        parts.append(_date(instrument.date, words))
    return joined(parts, words)


def joined(parts: Sequence[str], words: Words) -> str:
    """The parts of a footnote, each set apart where its direction could disturb the others."""
    return words.text(message(", ")).join(isolated(part, words.direction) for part in parts if part) + words.text(message("."))


def place(provision: Provision, words: Words) -> str:
    """Where in its text a provision stands, as a footnote says it."""
    return place_of(provision.kind, provision.id.partition("/")[2], words) or provision.citation


def place_of(kind: str, name: str, words: Words) -> str:
    """The same from a kind and an id within the text (`6.h`); empty where there is no usual way to say it."""
    steps = name.split(".")
    if kind not in PLACES or (kind == "section" and len(steps) > 1):
        return ""
    if kind in {"objective", "action", "bullet"}:
        numbers = [step for step in steps[1:] if step not in {"objective", "action"}]
        return words.say(PLACES[kind], section=steps[0], number=".".join(numbers))
    if kind == "item":
        letters = " ".join(f"({step})" for step in steps[1:])
        return words.say(PLACES[kind], number=steps[0], letters=letters)
    return words.say(PLACES[kind], number=steps[-1] if steps[0] in {"preamble", "annex"} else steps[0])


def _date(date: str, words: Words) -> str:
    return words.date(date) if len(date) == len("2024-03-21") else date
