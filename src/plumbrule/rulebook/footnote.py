"""How to cite a provision in a footnote: title, symbol, place, date, in the words of a language."""

from __future__ import annotations

import re
from collections.abc import Mapping

from plumbrule.base.messages import message
from plumbrule.base.words import Words
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
    return words.say("{parts}.", parts=words.text(", ").join(parts))


def place(provision: Provision, words: Words) -> str:
    """Where in its text a provision stands, as a footnote says it."""
    steps = provision.id.partition("/")[2].split(".")
    if provision.kind not in PLACES:
        return provision.citation
    numbers = [step for step in steps[1:] if step not in {"objective", "action"}]
    first = steps[1] if steps[0] in {"preamble", "annex"} and len(steps) > 1 else steps[0]
    if provision.kind in {"objective", "action", "bullet"}:
        return words.say(PLACES[provision.kind], section=steps[0], number=".".join(numbers))
    if provision.kind == "item":
        letters = " ".join(f"({step})" for step in steps[1:])
        return words.say(PLACES[provision.kind], number=steps[0], letters=letters)
    if provision.kind == "section" and len(steps) > 1:
        return provision.citation
    return words.say(PLACES[provision.kind], number=first)


def _date(date: str, words: Words) -> str:
    return words.date(date) if len(date) == len("2024-03-21") else date
