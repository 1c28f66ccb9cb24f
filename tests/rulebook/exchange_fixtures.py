"""Texts in the form of instruments, written for these tests, and the schema of Akoma Ntoso from the shared folder."""

from __future__ import annotations

from pathlib import Path

from lxml import etree

from plumbrule.rulebook.reading import Document, Reading, load_document, read_document
from plumbrule.rulebook.reading.model import Heading, Passage, Piece

RESOLUTION = """United Nations A/90/L.7

Ninetieth session
Agenda item 12

Arcadia and Ruritania: draft resolution

Wells for dry places

The General Assembly,

Recalling its resolution 85/12 of 3 March 2031 and document A/84/99,

Mindful that wells run dry & that "sand < water",

1. Calls upon Member States to dig wells by 2035, including:

(a) In villages;

(b) In towns, following resolutions 85/12 and 86/7;

2. Requests the Secretary-General to report to it at its ninety-first session;

3. Decides to remain seized of the matter.
"""
DECLARATION = """Declaration on wells

We have met and have spoken of water.

To this end we propose the following:

— We should share water. Nobody should hoard it.

— We oppose wells that are dug at the cost of others.
"""
NOTED = """<?xml version="1.0" encoding="UTF-8"?>
<akomaNtoso xmlns="http://docs.oasis-open.org/legaldocml/ns/akn/3.0"><statement name="resolution"><meta/>
<preface><p><docTitle>On wells</docTitle></p></preface>
<preamble><formula name="enactingFormula"><p>The General Assembly,</p></formula>
<recitals><recital eId="rec_1"><p>Recalling its report<authorialNote marker="1"><p>See A/84/99.</p></authorialNote>, which
is long,</p></recital></recitals></preamble>
<mainBody><paragraph eId="para_1"><num>1.</num><content><p>Calls upon States<authorialNote marker="2"><p>Ibid.</p></authorialNote>
to dig.</p></content></paragraph></mainBody></statement></akomaNtoso>
"""


def read_text(folder: Path, text: str | bytes, name: str = "text.txt") -> tuple[Reading, Document]:
    """A text as a file, read."""
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
    document = load_document(path)
    return read_document(document), document


def made_up(texts: list[str], *, deep: bool = False) -> tuple[Reading, Document]:
    """A reading of numbered paragraphs with the texts given; `deep`: each an item under the one before."""
    passages, place, parent = [], 0, None
    for number, text in enumerate(texts, 1):
        name = f"{parent}.{number}" if deep and parent else str(number)
        kind = "item" if deep and parent else "operative"
        passages.append(Passage(id=name, kind=kind, parent=parent, start=place, end=place + len(text), text=text))
        place += len(text) + 1
        parent = name if deep else None
    body = "\n".join(texts)
    rest = "\x00\x1b]]> <unread> & \ud800 \ufffe"
    outside = (Piece(start=len(body) + 1, end=len(body) + 1 + len(rest), what="unread"),)
    heading = Heading(symbol='A/<90>/"7"', title=texts[0] if texts else None, language="en")
    reading = Reading(
        name="made\x00up & <co>.txt", sha256="0" * 64, form="text", heading=heading, passages=tuple(passages), outside=outside
    )
    return reading, Document(name=reading.name, form="text", sha256=reading.sha256, text=f"{body}\n{rest}")


class _Beside(etree.Resolver):
    """The schema of xml:lang, which begins with an empty line, from the folder; no address is opened."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder

    def resolve(self, url: str, public: str, context: object) -> object:
        if url.endswith("xml.xsd"):
            return self.resolve_string((self.folder / "xml.xsd").read_bytes().lstrip(), context)
        return None


def schema_of(shared: Path) -> etree.XMLSchema:
    """The schema of Akoma Ntoso 3.0."""
    folder = shared / "instruments" / "akn4un"
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(_Beside(folder))
    return etree.XMLSchema(etree.parse(str(folder / "akomantoso30.xsd"), parser))
