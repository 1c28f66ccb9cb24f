"""A reading as Akoma Ntoso 3.0, by the conventions of the United Nations for resolutions of the General Assembly (AKN4UN).

Preface, preamble, main body, conclusions and attachments as the guidelines lay them out; a number stands in `num`, a
citation is a `ref`, a note an `authorialNote` where its number stood. What has no place in that order (page headers, menus)
and everything we made of the text (asks, places, faults) stands in `proprietary`, under a name of our own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from urllib.parse import quote

from plumbrule.rulebook.exchange.akn_asks import proprietary
from plumbrule.rulebook.exchange.meta import Identity, identification, identity_of, references, slug
from plumbrule.rulebook.exchange.places import cited_at, note_places, number_of
from plumbrule.rulebook.exchange.tree import Node, Part, tree_of
from plumbrule.rulebook.exchange.xml import Names, element, escaped
from plumbrule.rulebook.reading.document import Document
from plumbrule.rulebook.reading.model import Passage, Piece, Reading

AKN = "http://docs.oasis-open.org/legaldocml/ns/akn/3.0"
OURS = "urn:x-plumbrule:reading:1"
DOCUMENTS = "https://undocs.org/"
DEEPEST = 24
"""Items nested deeper are written beside each other, each with the parent it has."""
ASIDE = frozenset({"page-furniture", "menu", "asterisk-note"})
"""What stands on the pages and not in the text; kept with our own remarks."""
ELEMENTS = {
    "operative": ("paragraph", "para"),
    "item": ("point", "point"),
    "section": ("section", "sec"),
    "dash": ("indent", "indent"),
    "preamble": ("crossHeading", "crossHeading"),
}
"""How kinds are written, and by which word their identifiers are built; all others are `hcontainer` with their name."""
_WORDS = re.compile(r"[^\w.-]+")
_EMPTY_LINE = re.compile(r"\n[^\S\n]*\n\s*|\f\s*")
_LINE = re.compile(r"[^\n\f]*\S[^\n\f]*")
_HEADING = 200


def as_akn(reading: Reading, document: Document) -> str:
    """The reading as one XML document; the same reading gives the same text, byte for byte."""
    return written(reading, document, identity_of(reading.heading, reading.name.partition(".")[0]))


def written(reading: Reading, document: Document, this: Identity, *, note: str = "") -> str:
    """The same for a text whose identity is known from elsewhere; `note` is a remark on all of it."""
    work = _Work(reading=reading, document=document, this=this)
    content = list(work.content())
    aside = [piece for piece in reading.outside if piece.what in ASIDE]
    ours = proprietary(reading, document, work.given, aside, note)
    meta = element("meta", {}, identification(this, reading.heading), references(this, reading.heading), ours)
    body = element(this.element, {"name": this.name, "contains": "originalVersion"}, meta, *content)
    root = element("akomaNtoso", {"xmlns": AKN, "xmlns:rule": OURS}, body)
    return f'<?xml version="1.0" encoding="UTF-8"?>{root}\n'


@dataclass(slots=True, kw_only=True)
class _Work:
    """A reading while it is written, with the identifiers given so far: `given` by the id of each passage."""

    reading: Reading
    document: Document
    this: Identity
    given: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    names: Names = field(default_factory=lambda: Names("plumbrule", "preamble"))

    @property
    def text(self) -> str:
        """The text in hand."""
        return self.document.text

    def content(self) -> Iterator[str]:
        """Preface, preamble, body, conclusions, attachments: those that there are."""
        self.names.taken.add(self.this.body)
        top, loose = tree_of(self.reading, [piece for piece in self.reading.outside if piece.what not in ASIDE])
        before, preamble, rest = _zones(top)
        closing = [part for part in rest if isinstance(part, Piece) and part.what == "closing"]
        annexes = [part for part in rest if isinstance(part, Node) and part.passage.kind == "annex"]
        yield _zone("preface", [self.before(part) for part in before])
        yield _zone("preamble", [self.recited(part) for part in preamble])
        set_apart = {id(part) for part in (*closing, *annexes)}
        body = [self.part(part, "", 0) for part in rest if id(part) not in set_apart] + self.loose(loose)
        yield element("mainBody", {}, *(body or [element("p", {})]))
        yield _zone("conclusions", [self.block(piece) for piece in closing])
        yield _zone("attachments", [self.attachment(annex) for annex in annexes])

    def eid(self, prefix: str, word: str, number: str = "") -> str:
        """An identifier by the naming convention, `para_6__list_1__point_g`: counted where there is no number to take."""
        base = f"{prefix}__{word}" if prefix else word
        said = _WORDS.sub("-", number).strip("-")[:60]
        if not said:
            self.counts[base] = self.counts.get(base, 0) + 1
            said = str(self.counts[base])
        return self.names.given(f"{base}_{said}")

    def marked(self, passage: Passage, eid: str) -> dict[str, str | int | None]:
        """The attributes of a passage: its identifier here, and what we call it."""
        self.given.setdefault(passage.id, eid)
        moved = {"rule:displaced": "true"} if passage.displaced else {}
        return {"eId": eid, "rule:id": passage.id, "rule:kind": passage.kind, "rule:parent": passage.parent, **moved}

    def before(self, piece: Piece) -> str:
        """What stands before the text: the title, and the rest as it is printed."""
        at = self.reading.heading.title_at
        if piece.what != "title" or at is None or not piece.start <= at[0] < at[1] <= piece.end:
            return self.block(piece)
        ends = (piece.start, *at, piece.end)
        before, title, after = (escaped(" ".join(self.text[start:end].split())) for start, end in pairwise(ends))
        kept = {"rule:outside": "title"}
        shown = [element("p", kept, before) if before else "", element("p", {}, element("docTitle", {}, title))]
        return "".join([*shown, element("p", kept, after) if after else ""])

    def said(self, piece: Piece) -> str:
        """The words of a piece in one line."""
        return " ".join(self.text[piece.start : piece.end].split())

    def block(self, piece: Piece) -> str:
        """A piece by itself, paragraph by paragraph."""
        said = [part.strip() for part in _EMPTY_LINE.split(self.text[piece.start : piece.end])]
        lines = [element("p", {}, self.symbol(part) if piece.what == "front" else escaped(part)) for part in said if part]
        name = {"name": piece.what, "eId": self.eid("", "container"), "rule:outside": piece.what}
        return element("container", name, *(lines or [element("p", {})]))

    def symbol(self, text: str) -> str:
        """Front matter, in which the number of the document is marked."""
        symbol = self.reading.heading.symbol
        if not symbol or symbol not in text:
            return escaped(text)
        before, found, after = text.partition(symbol)
        return escaped(before) + element("docNumber", {}, escaped(found)) + escaped(after)

    def recited(self, part: Part) -> str:
        """The preamble: who speaks, and one paragraph after the other, each in a container as the guidelines ask."""
        if isinstance(part, Piece):
            if part.what != "opening":
                return self.block(part)
            name = {"name": "enactingFormula", "eId": self.eid("", "formula")}
            lines = [" ".join(line.split()) for line in self.text[part.start : part.end].splitlines()]
            return element("formula", name, *(element("p", {}, escaped(line)) for line in lines if line))
        return self.recital(part, 0)

    def recital(self, node: Node, depth: int) -> str:
        """A paragraph of the preamble with what stands under it."""
        eid = self.eid("preamble", "container", _last(node.passage))
        number = number_of(self.text, node.passage)
        shown = element("inline", {"name": "number", "rule:outside": "number"}, escaped(number)) if number else ""
        deep = depth >= DEEPEST
        flat = [self.recital(_leaf(below), depth) for below in node.walk()] if deep else []
        parts = () if deep else node.below
        below = [self.block(part) if isinstance(part, Piece) else self.recital(part, depth + 1) for part in parts]
        inner = [element("p", {}, shown, self.words(node)), *below]
        return element("container", {"name": "recital", **self.marked(node.passage, eid)}, *inner) + "".join(flat)

    def part(self, part: Part, prefix: str, depth: int) -> str:
        """Anything in the body. Under a passage the schema lets a piece stand as a heading between others only."""
        if isinstance(part, Node):
            return self.node(part, prefix, depth)
        if part.what == "lead-in":  # line by line: it is the last that governs what follows
            ends = [found.span() for found in _LINE.finditer(self.text, part.start, part.end)]
            parts = [Piece(start=start, end=end, what="lead-in") for start, end in ends]
        else:
            parts = [part]
        return "".join(self.block(piece) if not prefix else self.headed(piece, prefix) for piece in parts)

    def headed(self, piece: Piece, prefix: str) -> str:
        """A piece as a heading between others."""
        eid = self.eid(prefix, "crossHeading")
        return element("crossHeading", {"eId": eid, "class": piece.what, "rule:outside": piece.what}, escaped(self.said(piece)))

    def node(self, node: Node, prefix: str, depth: int) -> str:
        """A passage with what stands under it."""
        kind = node.passage.kind
        if kind == "preamble":
            return self.late(node, prefix, depth)
        name, word = ELEMENTS.get(kind, ("hcontainer", kind))
        eid = self.eid(prefix, word, _last(node.passage))
        attributes: dict[str, str | int | None] = {"name": kind} if name == "hcontainer" else {}
        attributes |= self.marked(node.passage, eid)
        number = number_of(self.text, node.passage)
        num = element("num", {}, escaped(number)) if number else ""
        if depth >= DEEPEST:
            flat = [self.node(_leaf(below), prefix, depth) for below in node.walk()]
            return element(name, attributes, num, self.leaf(node)) + "".join(flat)
        return element(name, attributes, num, *self.inside(node, eid, depth)) if node.below else element(
            name, attributes, num, self.leaf(node)
        )

    def leaf(self, node: Node) -> str:
        """The text of a passage with nothing under it."""
        return element("content", {}, element("p", {}, self.words(node)))

    def inside(self, node: Node, eid: str, depth: int) -> Iterator[str]:
        """The text of a passage and what stands under it: items in a list, as the guidelines have it."""
        words, kinds = self.words(node), {below.passage.kind for below in node.nodes()}
        listed = kinds == {"item"} and node.passage.kind in {"operative", "item"}
        inner = self.eid(eid, "list", "1") if listed else eid
        headed = node.passage.kind == "section" and len(node.passage.text) <= _HEADING
        intro = element("intro", {}, element("p", {}, words)) if words and not headed else ""
        below = [self.part(part, inner, depth + 1) for part in node.below]
        if headed and words:
            yield element("heading", {}, words)
        yield from [element("list", {"eId": inner}, intro, *below)] if listed else [intro, *below]

    def late(self, node: Node, prefix: str, depth: int) -> str:
        """A paragraph of a preamble that stands in the body."""
        eid = self.eid(prefix, "crossHeading", _last(node.passage))
        attributes = {**self.marked(node.passage, eid), "refersTo": "#preamble"}
        words = self.words(node)
        name, more = ("crossHeading", {}) if prefix else ("block", {"name": "preamble"})
        shown = element(name, {**more, **attributes}, words)
        return shown + "".join(self.part(part, prefix, depth) for part in node.below)

    def words(self, node: Node) -> str:
        """The text of a passage with its citations and notes where they stand."""
        passage = node.passage
        notes = note_places(self.document, passage, node.notes) if node.notes else {}
        shown, at = [], 0
        cited = list(cited_at(passage))
        notes = {name: next((end for (start, end), _ in cited if start < place < end), place) for name, place in notes.items()}
        marks = [(start, 1, end, symbol) for (start, end), symbol in cited]
        marks += [(place, 0, place, name) for name, place in notes.items()]
        by_id = {note.id: note for note in node.notes}
        for start, is_ref, end, said in sorted(marks, key=lambda mark: (mark[0], mark[1])):
            shown += [escaped(passage.text[at:start])]
            text = escaped(passage.text[start:end])
            shown += [element("ref", {"href": DOCUMENTS + quote(said)}, text) if is_ref else self.note(by_id[said])]
            at = end
        return "".join([*shown, escaped(passage.text[at:])])

    def note(self, note: Passage) -> str:
        """A footnote, where its number stands."""
        eid = self.eid("", "authorialNote", _last(note))
        attributes = {"marker": _last(note), "placement": "bottom", **self.marked(note, eid)}
        return element("authorialNote", attributes, element("p", {}, self.words(Node(passage=note))))

    def loose(self, notes: Sequence[Passage]) -> list[str]:
        """Notes whose number stands in no passage."""
        if not notes:
            return []
        inner = "".join(self.note(note) for note in notes)
        return [element("container", {"name": "notes", "eId": self.eid("", "container")}, element("p", {}, inner))]

    def attachment(self, node: Node) -> str:
        """An annex, a document of its own inside this one."""
        eid = self.eid("", "att", _last(node.passage))
        meta = element("meta", {}, identification(self.this, self.reading.heading, slug(eid)))
        body = element("mainBody", {}, element("p", {}, self.words(node)), *(self.part(part, "", 1) for part in node.below))
        return element("attachment", self.marked(node.passage, eid), element("doc", {"name": "annex"}, meta, body))


def _zone(name: str, content: Sequence[str]) -> str:
    """A part of the document, left out where it is empty."""
    return element(name, {}, *content) if content else ""


def _zones(top: list[Part]) -> tuple[list[Piece], list[Part], list[Part]]:
    """What stands before the text, its preamble, and the rest. What leads into the body stands in the body."""
    first = next((at for at, part in enumerate(top) if isinstance(part, Node)), None)
    pieces = [part for part in top[:first] if isinstance(part, Piece)]
    if first is None:  # a text without provisions: all after its title is its body
        title = max((at for at, piece in enumerate(pieces, 1) if piece.what == "title"), default=0)
        return pieces[:title], [], top[title:]
    opening = next((at for at, piece in enumerate(pieces) if piece.what == "opening"), first)
    body = next((at for at, part in enumerate(top) if isinstance(part, Node) and part.passage.kind != "preamble"), len(top))
    while body > first and isinstance(piece := top[body - 1], Piece) and piece.what != "opening":
        body -= 1
    return pieces[:opening], top[opening:body], top[body:]


def _leaf(node: Node) -> Node:
    """A passage without what stands under it."""
    return Node(passage=node.passage, notes=node.notes, last=node.last)


def _last(passage: Passage) -> str:
    """The last part of an id: the number of a passage under its parent."""
    return passage.id.rpartition(".")[2]
