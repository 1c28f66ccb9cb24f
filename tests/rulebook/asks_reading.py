"""Reading of single provisions, and asks as short lines, for the tests of asks."""

from __future__ import annotations

from plumbrule.rulebook.reading.asks import find_asks
from plumbrule.rulebook.reading.asks_lexicon import Lexicon
from plumbrule.rulebook.reading.model import Ask, Heading, Kind
from plumbrule.rulebook.reading.traced import Traced
from plumbrule.rulebook.reading.units import Cited, Unit

GAP = 7
"""Characters of the document before each made unit, so that places in the unit and in the document differ."""


def unit(
    text: str, kind: Kind = "operative", *, name: str = "1", parent: str | None = None, lead_in: str | None = None,
    cites: tuple[Cited, ...] = (),
) -> Unit:
    """A provision of its own."""
    return Unit(
        id=name, kind=kind, parent=parent, text=Traced.of(text, GAP), start=GAP, end=GAP + len(text), cites=cites,
        lead_in=Traced.of(lead_in, 1000) if lead_in is not None else None,
    )  # fmt: skip


def asks_of(text: str, language: str, *, session: int | None = 91, lexicon: Lexicon | None = None) -> tuple[Ask, ...]:
    """The asks of one operative paragraph."""
    return find_asks([unit(text)], Heading(language=language, session=session), lexicon=lexicon).get("1", ())


def short(ask: Ask) -> str:
    """`verb function rank polarity who | qualifiers | when | how many | for whom`, what is not said left out."""
    amounts = [ask.quantity, *ask.further_quantities] if ask.quantity else []
    parts = [
        " ".join(
            part
            for part in (ask.verb, ask.function, ask.rank, ask.polarity if ask.polarity != "do" else None)
            if part
        ),
        "+".join(addressee.name or addressee.kind for addressee in ask.addressees),
        "+".join(ask.qualifiers),
        ask.deadline or "",
        "+".join(f"{amount.value:g} {amount.unit}" for amount in amounts),
        "+".join(ask.beneficiaries),
    ]
    return " | ".join(parts).rstrip(" |")
