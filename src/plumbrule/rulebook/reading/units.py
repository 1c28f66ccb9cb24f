"""The seam between structure and asks: a unit of the text, mended, with what it stands under.

Structure gives units in the order in which they stand; asks look into their text and into the lead-in they stand under.
Everything found in `text` has a place in the document (`text.span`).
"""

from __future__ import annotations

from dataclasses import dataclass

from plumbrule.rulebook.reading.model import Kind, Span
from plumbrule.rulebook.reading.traced import Traced


@dataclass(frozen=True, slots=True, kw_only=True)
class Cited:
    """A document cited, by symbol, and where: in the text's own words, or the footnote number that leads to it."""

    symbol: str
    at: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A provision before its asks are known.

    `text` is its own text, mended: no page headers, no footnote numbers, no hard line breaks; its number or mark is left
    out. `lead_in` is what governs it: the chapeau of an item (its parent's text), the line above the actions of a brief
    (those who should act), the lead-in of a declaration for its dash paragraphs; None where nothing does.
    `cites` hold every citation with its place, footnotes and *ibid.* resolved. `start`, `end`, `breaks`, `displaced` as in
    `Passage`.
    """

    id: str
    kind: Kind
    parent: str | None
    text: Traced
    start: int
    end: int
    lead_in: Traced | None = None
    breaks: tuple[Span, ...] = ()
    cites: tuple[Cited, ...] = ()
    displaced: bool = False
