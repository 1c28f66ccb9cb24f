"""Forms in which a reading is handed on. A new form is one line in `WRITERS` and a function of its own."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from plumbrule.errors import InputError
from plumbrule.rulebook.exchange.akn import as_akn
from plumbrule.rulebook.exchange.oscal_reading import as_oscal
from plumbrule.rulebook.reading.document import Document
from plumbrule.rulebook.reading.model import Ask, Heading, Passage, Quantity, Reading

Writer = Callable[[Reading, Document], str]


def as_json(reading: Reading, document: Document) -> str:
    """The contract of `read --format json`, with more keys: source, outside, faults. Nothing is NaN."""
    return json.dumps(json_document(reading, document), ensure_ascii=False, allow_nan=False, indent=1)


def json_document(reading: Reading, document: Document) -> dict[str, Any]:
    """The same as plain values."""
    pieces = [{"start": p.start, "end": p.end, "what": p.what} for p in reading.outside if p.what != "unread"]
    unread = [{"start": p.start, "end": p.end, "text": document.text[p.start : p.end]} for p in reading.unread]
    return {
        "schema": "plumbrule-reading/1",
        "source": {
            "name": reading.name, "sha256": reading.sha256, "form": reading.form, "characters": len(document.text),
        },
        "instrument": _instrument(reading.heading),
        "provisions": [_provision(passage) for passage in reading.passages],
        "unread": unread,
        "outside": pieces,
        "faults": [{"start": fault.at[0], "end": fault.at[1], "what": str(fault)} for fault in reading.faults],
    }


def _instrument(heading: Heading) -> dict[str, Any]:
    """Fields of the instrument; null is *not printed*."""
    return {
        "symbol": heading.symbol,
        "title": heading.title,
        "title_at": heading.title_at,
        "body": heading.body,
        "session": heading.session,
        "date": heading.date,
        "agenda_item": heading.agenda_item,
        "sponsors": heading.sponsors,
        "sponsors_at": heading.sponsors_at,
        "asterisk_notes": heading.asterisk_notes,
        "status": heading.status,
        "language": heading.language or None,
        "about": heading.about,
        "cites": heading.cites,
    }


def _provision(passage: Passage) -> dict[str, Any]:
    return {
        "id": passage.id,
        "kind": passage.kind,
        "parent": passage.parent,
        "text": passage.text,
        "start": passage.start,
        "end": passage.end,
        "breaks": passage.breaks,
        "displaced": passage.displaced,
        "cites": passage.cites,
        "asks": [_ask(ask) for ask in passage.asks],
    }


def _ask(ask: Ask) -> dict[str, Any]:
    return {
        "addressees": [{"class": to.kind, "name": to.name} for to in ask.addressees],
        "verb": ask.verb,
        "verb_at": ask.verb_at,
        "function": ask.function,
        "rank": ask.rank,
        "polarity": ask.polarity,
        "qualifiers": ask.qualifiers,
        "deadline": ask.deadline,
        "quantity": _quantity(ask.quantity),
        "further_quantities": [_quantity(quantity) for quantity in ask.further_quantities],
        "beneficiaries": ask.beneficiaries,
        "cites": ask.cites,
        "confidence": ask.confidence,
        "rule": ask.rule,
        "confirmed_by": ask.confirmed_by or None,
    }


def _quantity(quantity: Quantity | None) -> dict[str, Any] | None:
    return None if quantity is None else {"value": quantity.value, "unit": quantity.unit}


WRITERS: Mapping[str, Writer] = {"json": as_json, "akn": as_akn, "oscal": as_oscal}


def writer_of(form: str) -> Writer:
    """The writer of a form.

    Raises:
        InputError: no such form.
    """
    if form in WRITERS:
        return WRITERS[form]
    raise InputError(
        f"There is no form {form!r}.", expected=f"one of {', '.join(WRITERS)}", cure="Choose one of these with --format."
    )
