"""A read text as an OSCAL catalog: provisions are its controls, asks stand with them as properties of our own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import quote

from plumbrule.rulebook.exchange.oscal import (
    Json,
    document_link,
    dumped,
    filled,
    line,
    made_uuid,
    metadata,
    prop,
    prose,
    token,
)
from plumbrule.rulebook.exchange.tree import Node, tree_of
from plumbrule.rulebook.exchange.xml import Names
from plumbrule.rulebook.reading.document import Document
from plumbrule.rulebook.reading.model import Ask, Heading, Passage, Piece, Reading

NAME = "urn:x-plumbrule:reading:1"
DEEPEST = 24
"""Provisions nested deeper stand beside each other; each names its parent."""
NOTE = "Functions, ranks and classes of asks are Plumbrule's own and unreviewed; the wording is that of the text in hand."
_ROWS = {"preamble": "preamble", "footnote": "notes", "annex": "annexes"}
_TITLES = {"preamble": "Preamble", "body": "Provisions", "annexes": "Annexes", "notes": "Notes"}


def as_oscal(reading: Reading, document: Document) -> str:
    """The reading as a catalog in JSON; the same reading gives the same text, byte for byte."""
    return dumped(catalog_of(reading, document))


def catalog_of(reading: Reading, document: Document, *, when: str = "") -> Json:
    """The same as plain values."""
    work = _Work(reading)
    groups = [
        {"id": name, "class": "part", "title": _TITLES[name], "controls": controls}
        for name, controls in work.rows().items()
        if controls
    ]
    heading = reading.heading
    return {
        "catalog": filled(
            uuid=made_uuid("reading", reading.sha256, reading.name),
            metadata=metadata(
                heading.title or reading.name,
                f"sha256:{reading.sha256}",
                when,
                props=_heading(heading),
                remarks=NOTE,
            ),
            groups=groups,
            back_matter={"resources": [_source(reading), *_unread(reading, document)]},
        )
    }


def provision_ids(catalog: Json) -> tuple[str, ...]:
    """The ids of provisions that a catalog of ours holds, in its order."""
    return tuple(_ids(catalog["catalog"].get("groups", [])))


def _ids(parts: Iterable[Json]) -> Iterator[str]:
    for part in parts:
        yield from (one["value"] for one in part.get("props", ()) if one["name"] == "id" and one.get("ns") == NAME)
        yield from _ids(part.get("controls", ()))


class _Work:
    """Controls while they are made, with the identifiers given so far."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.given: dict[str, str] = {}
        names = Names()
        for passage in reading.passages:
            self.given.setdefault(passage.id, names.given("p-" + token(passage.id).removeprefix("_")))

    def rows(self) -> dict[str, list[Json]]:
        """The controls of each group."""
        top, loose = tree_of(self.reading, ())
        rows: dict[str, list[Json]] = {name: [] for name in _TITLES}
        for node in top:
            if isinstance(node, Node):
                rows[_ROWS.get(node.passage.kind, "body")] += self.controls(node, 0)
                rows["notes"] += [self.control(note) for below in (node, *node.walk()) for note in below.notes]
        rows["notes"] += [self.control(note) for note in loose]
        return rows

    def controls(self, node: Node, depth: int) -> list[Json]:
        """A provision with those under it; beside it where they would stand too deep."""
        control = self.control(node.passage, node.notes)
        if depth >= DEEPEST:
            return [control, *(self.control(below.passage, below.notes) for below in node.walk())]
        below = [made for part in node.nodes() for made in self.controls(part, depth + 1)]
        return [control | ({"controls": below} if below else {})]

    def control(self, passage: Passage, notes: Iterable[Passage] = ()) -> Json:
        """One provision."""
        said = {"id": passage.id, "kind": passage.kind, "parent": passage.parent, "start": passage.start, "end": passage.end}
        props = [prop(NAME, name, value) for name, value in said.items() if value is not None]
        for number, ask in enumerate(passage.asks, 1):
            props += asked(ask, f"ask-{number}")
        mine = self.given[passage.id]
        links = [document_link(symbol) for symbol in passage.cites]
        links += [{"href": f"#{self.given[note.id]}", "rel": "related", "text": line(note.id)} for note in notes]
        part = filled(id=f"{mine}_smt", name="statement", prose=prose(passage.text))
        return filled(id=mine, class_=passage.kind, title=line(passage.id), props=props, links=links, parts=[part])


def asked(ask: Ask, group: str) -> list[Json]:
    """One ask as properties that share a group."""
    said: list[tuple[str, object]] = [
        ("verb", ask.verb), ("function", ask.function), ("rank", ask.rank), ("polarity", ask.polarity),
        ("deadline", ask.deadline),
    ]  # fmt: skip
    said += [(name, value) for name, values in _several(ask) for value in values]
    said += [("quantity", f"{q.value:.15g} {q.unit}") for q in (ask.quantity, *ask.further_quantities) if q]
    said += [("confidence", f"{ask.confidence:g}"), ("rule", ask.rule or None), ("confirmed-by", ask.confirmed_by or None)]
    made = [prop(NAME, name, value, group=group) for name, value in said if value is not None]
    return [*made, *(prop(NAME, "addressee", to.name or to.kind, group=group, kind=to.kind) for to in ask.addressees)]


def _several(ask: Ask) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return ("qualifier", ask.qualifiers), ("beneficiary", ask.beneficiaries), ("cites", ask.cites)


def _heading(heading: Heading) -> list[Json]:
    """What the text says of itself."""
    said = {
        "symbol": heading.symbol, "body": heading.body, "session": heading.session, "date": heading.date,
        "agenda-item": heading.agenda_item, "status": heading.status, "language": heading.language or None,
        "about": heading.about,
    }  # fmt: skip
    props = [prop(NAME, name, value) for name, value in said.items() if value is not None]
    props += [prop(NAME, "sponsor", name) for name in heading.sponsors or ()]
    return props + [prop(NAME, "cites", symbol) for symbol in heading.cites]


def _source(reading: Reading) -> Json:
    """The file that was read, by its digest."""
    hashes = [{"algorithm": "SHA-256", "value": reading.sha256}]
    rlinks = [{"href": quote(reading.name.encode("utf-8", "replace")) or "text", "hashes": hashes}]
    return {"uuid": made_uuid("source", reading.sha256), "title": "The text that was read", "rlinks": rlinks}


def _unread(reading: Reading, document: Document) -> Iterator[Json]:
    """What no rule knew, so that nothing is dropped."""
    for piece in reading.unread:
        yield {
            "uuid": made_uuid("unread", reading.sha256, str(piece.start)),
            "title": "Unread",
            "description": prose(document.text[piece.start : piece.end]),
            "props": _place(piece),
        }


def _place(piece: Piece) -> list[Json]:
    return [prop(NAME, "start", piece.start), prop(NAME, "end", piece.end)]
