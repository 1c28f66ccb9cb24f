"""Our wording of the instruments as Akoma Ntoso: one document each, a work of our own about a text that we do not hold."""

from __future__ import annotations

from hashlib import sha256

from plumbrule.base.messages import message
from plumbrule.rulebook.exchange.akn import written
from plumbrule.rulebook.exchange.meta import LANGUAGES, UNDATED, US, Identity, slug
from plumbrule.rulebook.model import Instrument, Provision, ProvisionAsk, Rulebook
from plumbrule.rulebook.reading.document import Document
from plumbrule.rulebook.reading.model import Ask, Fault, Heading, Passage, Piece, Reading

NOT_THE_TEXT = "Wording by Plumbrule; not the official text."
BY_HAND = "rulebook"
"""The rule that an ask of the rulebook was found by: a person's reading, kept as data."""


def wording_documents(rulebook: Rulebook, *, language: str = "en", when: str = "") -> dict[str, str]:
    """Every instrument with provisions, by the name of its file.

    Args:
        rulebook: what is written.
        language: of the wording; what is not held in it is given in English, and told as a fault at its place.
        when: the day, or an RFC 3339 time, at which this was written; empty where nobody gives one.
    """
    documents = {}
    for instrument in rulebook.instruments.values():
        held = [p for p in rulebook.provisions.values() if p.instrument == instrument.id]
        if held:
            reading, document = _read(instrument, held, language)
            reviewed = sum(bool(p.wording.reviewed_by.get(language)) for p in held)
            note = f"Plumbrule's own wording, not the official text; reviewed by a named person: {reviewed} of {len(held)}."
            documents[f"{slug(instrument.id)}.xml"] = written(reading, document, _identity(instrument, language, when), note=note)
    return documents


def _identity(instrument: Instrument, language: str, when: str) -> Identity:
    """A document of ours: its author is Plumbrule, and its name says that it words another."""
    return Identity(
        element="doc",
        name="wording",
        body=US,
        number=f"wording-of-{slug(instrument.id)}",
        date=when[:10] or UNDATED,
        language=LANGUAGES.get(language, language),
        written_on=when,
    )


def _read(instrument: Instrument, held: list[Provision], language: str) -> tuple[Reading, Document]:
    """Our wording as a text with places: the title, then a line for each provision."""
    title = " ".join(instrument.title.said(language)[0].split())
    lines = [NOT_THE_TEXT, title]
    begins = len(NOT_THE_TEXT) + 1
    place = begins + len(title) + 1
    passages, faults = [], []
    for provision in held:
        said, found = provision.wording.said(language)
        said = " ".join(said.split())
        passages.append(_passage(provision, said, place))
        if found != language:
            faults.append(Fault(at=(place, place + len(said)), what=message("not worded in this language: the English is given")))
        lines.append(said)
        place += len(said) + 1
    text = "\n".join(lines)
    digest = sha256(text.encode()).hexdigest()
    heading = Heading(
        symbol=None if instrument.symbol == "none" else instrument.symbol, title=title,
        title_at=(begins, begins + len(title)), date=instrument.date, status=instrument.status, language=language,
    )  # fmt: skip
    reading = Reading(
        name=f"{instrument.id}.{language}", sha256=digest, form="rulebook", heading=heading, passages=tuple(passages),
        outside=(
            Piece(start=0, end=len(NOT_THE_TEXT), what="front"), Piece(start=begins, end=begins + len(title), what="title"),
        ),
        faults=tuple(faults),
    )  # fmt: skip
    return reading, Document(name=reading.name, form="text", sha256=digest, text=text, language=language)


def _passage(provision: Provision, said: str, place: int) -> Passage:
    return Passage(
        id=provision.id.partition("/")[2],
        kind=provision.kind,  # type: ignore[arg-type]  # the loader refuses a kind that the guide does not name
        parent=provision.parent.partition("/")[2] or None,
        start=place,
        end=place + len(said),
        text=said,
        cites=provision.cites,
        asks=tuple(_ask(ask) for ask in provision.asks),
    )


def _ask(ask: ProvisionAsk) -> Ask:
    return Ask(
        verb=ask.verb, verb_at=(0, 0), function=ask.function, rank=ask.rank, polarity=ask.polarity, addressees=ask.addressees,
        qualifiers=ask.qualifiers, deadline=ask.deadline, quantity=ask.quantity, further_quantities=ask.further_quantities,
        beneficiaries=ask.beneficiaries, cites=ask.cites, rule=BY_HAND,
    )  # fmt: skip
