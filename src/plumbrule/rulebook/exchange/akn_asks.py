"""What we made of a text, as the `proprietary` metadata of an Akoma Ntoso document: asks, places, faults, in our own names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from plumbrule.rulebook.asking import Quantity
from plumbrule.rulebook.exchange.xml import element, escaped
from plumbrule.rulebook.reading.document import Document
from plumbrule.rulebook.reading.model import Ask, Fault, Passage, Piece, Reading

Attributes = dict[str, str | int | None]


def proprietary(reading: Reading, document: Document, given: Mapping[str, str], aside: Sequence[Piece], note: str) -> str:
    """Everything of ours; `given` holds the identifier of each passage in this document.

    Offsets count characters of the text in hand, whose digest stands in `rule:source`. Functions, ranks and classes are ours
    and unreviewed, which is said here too.
    """
    heading = reading.heading
    source: Attributes = {"name": reading.name, "sha256": reading.sha256, "form": reading.form, "characters": len(document.text)}
    said: Attributes = {
        "symbol": heading.symbol, "body": heading.body, "session": heading.session, "date": heading.date,
        "agenda-item": heading.agenda_item,
        "status": heading.status, "about": heading.about, "cites": _listed(heading.cites),
        "sponsors": _listed(heading.sponsors or ()),
    }  # fmt: skip
    return element(
        "proprietary",
        {"source": "#plumbrule"},
        element("rule:source", source),
        element("rule:instrument", said),
        element("rule:note", {}, "Functions, ranks and classes of asks are Plumbrule's own and unreviewed."),
        element("rule:note", {}, escaped(note)) if note else "",
        *(_passage(passage, given) for passage in reading.passages if passage.id in given),
        *(_outside(piece, document) for piece in aside),
        *(_fault(fault) for fault in reading.faults),
    )


def _listed(several: Iterable[str]) -> str | None:
    return "; ".join(several) or None


def _passage(passage: Passage, given: Mapping[str, str]) -> str:
    place: Attributes = {
        "ref": f"#{given[passage.id]}", "start": passage.start, "end": passage.end, "cites": _listed(passage.cites),
        "displaced": "true" if passage.displaced else None,
    }  # fmt: skip
    return element("rule:provision", place, *(_ask(ask) for ask in passage.asks))


def _ask(ask: Ask) -> str:
    placed = ask.verb_at[1] > ask.verb_at[0]
    said: Attributes = {
        "verb": ask.verb, "start": ask.verb_at[0] if placed else None, "end": ask.verb_at[1] if placed else None,
        "function": ask.function, "rank": ask.rank, "polarity": ask.polarity, "deadline": ask.deadline,
        "qualifiers": _listed(ask.qualifiers), "beneficiaries": _listed(ask.beneficiaries), "cites": _listed(ask.cites),
        "confidence": f"{ask.confidence:g}", "rule": ask.rule or None, "confirmed-by": ask.confirmed_by or None,
    }  # fmt: skip
    to = [element("rule:addressee", {"class": who.kind, "name": who.name}) for who in ask.addressees]
    amounts = [_quantity(quantity) for quantity in (ask.quantity, *ask.further_quantities) if quantity]
    return element("rule:ask", said, *to, *amounts)


def _quantity(quantity: Quantity) -> str:
    return element("rule:quantity", {"value": f"{quantity.value:.15g}", "unit": quantity.unit})


def _outside(piece: Piece, document: Document) -> str:
    place = {"what": piece.what, "start": piece.start, "end": piece.end}
    return element("rule:outside", place, escaped(document.text[piece.start : piece.end]))


def _fault(fault: Fault) -> str:
    return element("rule:fault", {"start": fault.at[0], "end": fault.at[1]}, escaped(str(fault)))
