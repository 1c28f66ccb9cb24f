"""What reading a text gives: an instrument, its provisions, their asks, and everything else by what it is.

Offsets count characters of the document's text (`Document.text`), from the first to after the last. The guide to every
code is docs/concepts/asks.md; functions, ranks and classes are ours and unreviewed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from plumbrule.rulebook.asking import Addressee, Function, Polarity, Quantity, Rank

__all__ = [
    "Addressee",
    "Ask",
    "Fault",
    "Function",
    "Heading",
    "Kind",
    "Outside",
    "Passage",
    "Piece",
    "Polarity",
    "Quantity",
    "Rank",
    "Reading",
    "Span",
]

Span = tuple[int, int]
Kind = Literal[
    "preamble", "operative", "item", "section", "objective", "action", "bullet", "dash", "footnote", "heading", "annex"
]
Outside = Literal[
    "front",
    "title",
    "opening",
    "lead-in",
    "page-furniture",
    "asterisk-note",
    "running-text",
    "heading",
    "figure",
    "menu",
    "closing",
    "unread",
]
"""What stands outside the provisions; `unread` is what no rule knew, and is shown as such."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Who is asked, by which verb, to do, refrain or cease what, by when, how many.

    `verb` is the verb word as written and `verb_at` where it stands: in the provision, or in the chapeau or lead-in it is
    inherited from. `deadline` is a year (`"2030"`), an ISO date, or `"session:80"`. `confidence` (0 to 1) says how sure
    the rule is and `rule` which one it was (`zh/verb:促请`). `confirmed_by` names the person who confirmed or corrected it.
    """

    verb: str
    verb_at: Span
    function: Function
    rank: Rank | None = None
    polarity: Polarity = "do"
    addressees: tuple[Addressee, ...] = ()
    qualifiers: tuple[str, ...] = ()
    deadline: str | None = None
    quantity: Quantity | None = None
    further_quantities: tuple[Quantity, ...] = ()
    beneficiaries: tuple[str, ...] = ()
    cites: tuple[str, ...] = ()
    confidence: float = 1.0
    rule: str = ""
    confirmed_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """One provision as read (`Provision` is our wording of one, in the rulebook).

    `id` is relative to the instrument (`6.h`, `preamble.3`, `G.action.6`, `note.12`), `parent` the id it stands under.
    `start` and `end` bound its own text; `breaks` are page headers, footnote blocks and addresses that interrupt it.
    `text` is that span without the breaks, hard line breaks mended; a lost digit stays `�`. `displaced` says that its
    number does not stand in front of its text.
    """

    id: str
    kind: Kind
    parent: str | None
    start: int
    end: int
    text: str
    breaks: tuple[Span, ...] = ()
    cites: tuple[str, ...] = ()
    asks: tuple[Ask, ...] = ()
    displaced: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch outside the provisions, and what it is."""

    start: int
    end: int
    what: Outside


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """What a text says of itself; None is *not printed*.

    `about` is the symbol of the instrument that a report is about; such a text is none itself and has no provisions.
    """

    symbol: str | None = None
    title: str | None = None
    title_at: Span | None = None
    body: str | None = None
    session: int | None = None
    date: str | None = None
    agenda_item: str | None = None
    sponsors: tuple[str, ...] | None = None
    sponsors_at: Span | None = None
    asterisk_notes: tuple[Span, ...] = ()
    status: str | None = None
    language: str = ""
    cites: tuple[str, ...] = ()
    about: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something wrong in the document that reading lived with: where, what, and what was done.

    `what` is a message id with slots, `values` fill them.
    """

    at: Span
    what: str
    values: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        said = self.what
        for name, value in self.values:
            said = said.replace("{" + name + "}", value)
        return said


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """All of it. Passages (less their breaks) and pieces together hold every visible character once."""

    name: str
    sha256: str
    form: str
    heading: Heading
    passages: tuple[Passage, ...]
    outside: tuple[Piece, ...]
    faults: tuple[Fault, ...] = ()

    @property
    def unread(self) -> tuple[Piece, ...]:
        """What no rule knew."""
        return tuple(piece for piece in self.outside if piece.what == "unread")

    @property
    def without_asks(self) -> tuple[str, ...]:
        """Ids of paragraphs, items, actions and dashes in which no ask was read: they ask nothing, or no rule knew how."""
        kinds = {"operative", "item", "action", "bullet", "dash"}
        return tuple(passage.id for passage in self.passages if passage.kind in kinds and not passage.asks)
