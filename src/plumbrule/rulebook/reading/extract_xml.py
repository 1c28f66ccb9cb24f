"""The text of Akoma Ntoso and of other XML, run as a program of its own with limits: XML on stdin, JSON on stdout.

Tolerant: what is invalid is read all the same, and each fault is told with its line; where a file is not even well-formed,
the rest is read without its marks. No entity is taken from a document type, no address is opened. Notes stand at the end of
the text, each with the place where its number stands, so that they interrupt no sentence.
"""

from __future__ import annotations

import codecs
import json
import re
import sys
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote
from xml.parsers import expat

from plumbrule.base.messages import message
from plumbrule.errors import InputError

AKN = "http://docs.oasis-open.org/legaldocml/ns/akn/3.0"
OURS = "urn:x-plumbrule:reading:1"
DOCUMENTS = "https://undocs.org/"
ROLES = {
    "longTitle": "title", "docTitle": "title", "formula": "opening", "recital": "recital", "citation": "recital",
    "paragraph": "paragraph", "clause": "paragraph", "rule": "paragraph",
    "point": "point", "indent": "point", "alinea": "point", "subparagraph": "point", "subclause": "point", "subrule": "point",
    "proviso": "point", "level": "point", "item": "point", "listitem": "point",
    "authorialNote": "note", "article": "section", "section": "section", "subsection": "section", "chapter": "section",
    "subchapter": "section", "part": "section", "subpart": "section", "book": "section", "tome": "section",
    "division": "section", "subdivision": "section", "hcontainer": "section",
    "crossHeading": "heading", "component": "part", "attachment": "part", "num": "number",
}
"""Elements of Akoma Ntoso 3.0 and of the Declaration's collection that structure reads; others are text in between."""
BESIDE = {
    ("preamble", "para"): "recital", ("article", "title"): "number", ("udhr", "note"): "front", ("notes", "note"): "note",
}
"""Elements that are something only inside another."""
BLOCKS = {
    *("p", "num", "heading", "intro", "wrapUp", "block", "tr", "td", "th", "li", "para", "title", "note", "content"),
    *("subheading", "br", "eol", "container", "preface", "preamble", "list", "listIntroduction", "listWrapUp", "caption"),
    *("conclusions", "toc", "tocItem", "div", "body", "mainBody", "speech", "question", "answer"),
}
SILENT = {"meta", "componentRef"}
LANGUAGES = {"spa": "es", "cmn": "zh", "chi": "zh", "kaz": "kk", "kir": "ky", "tuk": "tk", "uzb": "uz"}
SPACES = re.compile(r"\s+")
TAG = re.compile(r"<[^<>]*>?")
DECLARED = re.compile(rb"\s*<\?xml[^<>]{0,100}?encoding\s{0,3}=\s{0,3}[\"']([A-Za-z0-9._-]{2,40})")
MOST_FAULTS = 10_000
DEEPEST = 200


@dataclass(slots=True)
class Text:
    """Text as it grows, and what is marked in it: `[start, end, role, number, depth, more]`."""

    parts: list[str] = field(default_factory=list)
    length: int = 0
    after_number: bool = False
    marks: list[list[Any]] = field(default_factory=list)
    refs: list[list[Any]] = field(default_factory=list)

    def put(self, text: str) -> None:
        """Add text."""
        if text:
            self.parts.append(text)
            self.length += len(text)
            self.after_number = False

    def end_line(self) -> None:
        """End the line."""
        if self.parts and self.parts[-1][-1] != "\n":
            self.put("\n")

    def add(self, other: Text) -> int:
        """Another text with its marks, on lines of its own; gives where it begins."""
        self.end_line()
        start = self.length
        self.put("".join(other.parts))
        self.end_line()
        self.marks += [[mark[0] + start, mark[1] + start, *mark[2:]] for mark in other.marks]
        self.refs += [[ref[0] + start, ref[1] + start, ref[2]] for ref in other.refs]
        return start


@dataclass(slots=True)
class Open:
    """An element that is open: its role, where its text begins, and what more is known of it."""

    tag: str
    role: str
    start: int
    number: str
    more: dict[str, Any]
    silent: bool
    symbol: str = ""


class Walk:
    """Walks a file with expat."""

    def __init__(self, parser: expat.XMLParserType) -> None:
        self.text = Text()
        self.above: list[Text] = []
        self.notes: list[tuple[Text, Open]] = []
        self.stack: list[Open] = []
        self.language = ""
        self.instrument: dict[str, str] = {}
        self.check = Check(parser)
        parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = self.opened, self.closed, self.said

    def opened(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        space, _, tag = name.rpartition(" ")
        given = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        more = {key.rpartition(" ")[2]: value for key, value in attributes.items() if key.startswith(OURS + " ")}
        self.check.opened(space, tag, attributes, self.place())
        if space == OURS and tag == "instrument":
            self.instrument = {key: value[:20_000] for key, value in given.items()}
        said = given.get("lang", given.get("language", "")).lower()
        self.language = self.language or LANGUAGES.get(said[:3], said[:2])
        silent = tag != "notes" and (tag in SILENT or (bool(self.stack) and self.stack[-1].silent))
        role = "" if silent or self.too_deep() else self.role(tag, given, more)
        if role == "note" and not silent:
            self.note(more)
        elif (role or tag in BLOCKS) and not self.text.after_number and not silent:
            self.text.end_line()
        number = more.get("outside", "") or given.get({"hcontainer": "name", **NUMBERED}.get(tag, "number"), "")
        opened = Open(tag, role, self.text.length, number[:60], more, silent)
        if tag == "ref" and given.get("href", "").startswith(DOCUMENTS):
            opened.symbol = unquote(given["href"].removeprefix(DOCUMENTS))[:80]
        self.stack.append(opened)

    def too_deep(self) -> bool:
        """Whether what begins here stands deeper than any text; its words then belong to what it stands in."""
        if len(self.stack) == DEEPEST:
            self.check.tell(self.place(), message("line {line}: nested too deep, read without marks of its own"))
        return len(self.stack) >= DEEPEST

    def place(self) -> int:
        """Where the running text has come to."""
        return (self.above[0] if self.above else self.text).length

    def role(self, tag: str, given: dict[str, str], more: dict[str, Any]) -> str:
        """What an element is to structure; empty for text in between."""
        if more.get("outside"):
            return "number" if more["outside"] == "number" else "piece"
        if more.get("id"):
            return "note" if tag == "authorialNote" else "unit"
        if given.get("name") == "title" or (tag == "title" and len(self.stack) == 1):
            return "title"
        above = self.stack[-1].tag if self.stack else ""
        return BESIDE.get((above, tag), ROLES.get(tag, ""))

    def note(self, more: dict[str, Any]) -> None:
        """A note begins: its text waits for the end."""
        if not self.above:
            more["stands"] = self.text.length
        self.above.append(self.text)
        self.text = Text()

    def closed(self, _name: str) -> None:
        """An element ends; if it has a role, its stretch is marked."""
        self.check.closed(self.place())
        this = self.stack.pop()
        if this.role == "note":
            self.notes.append((self.text, this))
            self.text = self.above.pop()
            return
        if this.silent:
            return
        text = self.text
        if this.tag == "num" or (this.tag == "inline" and this.role == "number"):
            text.put(" ")
            text.after_number = True
        elif this.role or this.tag in BLOCKS:
            text.end_line()
        if this.role and text.length > this.start:
            text.marks.append([this.start, text.length, this.role, this.number, len(self.stack), this.more])
        if this.symbol and text.length > this.start:
            text.refs.append([this.start, text.length, this.symbol])

    def said(self, text: str) -> None:
        """Character data; white space as one space."""
        if not self.stack or not self.stack[-1].silent:
            said = SPACES.sub(" ", text)
            parts = self.text.parts
            self.text.put(said.lstrip() if not parts or parts[-1][-1] in " \n" else said)

    def whole(self) -> Text:
        """The text with its notes at the end; elements that were left open end here."""
        while self.stack:
            self.closed("")
        for text, opened in self.notes:
            start = self.text.add(text)
            if self.text.length > start:
                self.text.marks.append([start, self.text.length, "note", opened.number, 0, opened.more])
        return self.text


NUMBERED = {"component": "eId", "attachment": "eId", "authorialNote": "marker", "note": "marker"}
PARTS = {
    *("clause", "section", "part", "paragraph", "chapter", "title", "article", "book", "tome", "division", "list", "point"),
    *("indent", "alinea", "rule", "subrule", "proviso", "subsection", "subpart", "subparagraph", "subchapter", "subtitle"),
    *("subdivision", "subclause", "sublist", "level", "transitional", "hcontainer"),
}
TYPES = {
    "amendmentList": "collectionBody", "officialGazette": "collectionBody", "documentCollection": "collectionBody",
    "act": "body", "bill": "body", "debateReport": "mainBody", "debate": "debateBody", "statement": "mainBody",
    "amendment": "amendmentBody", "judgment": "judgmentBody", "portion": "portionBody", "doc": "mainBody",
}
HEADED = {"num", "heading", "subheading"}
INSIDE = {
    **dict.fromkeys(PARTS, HEADED | PARTS | {"intro", "content", "wrapUp", "componentRef", "crossHeading"}),
    **dict.fromkeys(("component", "attachment"), HEADED | set(TYPES) | {"interstitial", "toc", "documentRef"}),
    "akomaNtoso": {*TYPES, "components"}, "attachments": {"attachment"}, "components": {"component"},
    "collectionBody": {"component", "documentRef", "interstitial"},
    "recitals": HEADED | {"intro", "recital", "wrapUp", "componentRef"},
}
"""What may stand in the elements that carry structure; the schema of Akoma Ntoso 3.0 says more, and is not asked."""
NEEDED = {
    **{tag: ("meta", body) for tag, body in TYPES.items()},
    "meta": ("identification",), "identification": ("FRBRWork", "FRBRExpression", "FRBRManifestation"),
    "FRBRExpression": ("FRBRlanguage",), "FRBRWork": ("FRBRcountry",),
}
_NAMES = (
    "FRBRExpression FRBRItem FRBRManifestation FRBRWork FRBRalias FRBRauthor FRBRauthoritative FRBRcountry FRBRdate FRBRformat "
    "FRBRlanguage FRBRmasterExpression FRBRname FRBRnumber FRBRportion FRBRprescriptive FRBRsubtype FRBRthis FRBRtranslation "
    "FRBRuri FRBRversionNumber TLCConcept TLCEvent TLCLocation TLCObject TLCOrganization TLCPerson TLCProcess TLCReference "
    "TLCRole TLCTerm a abbr act activeModifications activeRef address adjournment administrationOfOath affectedDocument "
    "akomaNtoso alinea alternativeReference amendment amendmentBody amendmentContent amendmentHeading amendmentJustification "
    "amendmentList amendmentReference analysis answer application applies argument arguments article attachment attachmentOf "
    "attachments authorialNote b background bill block blockContainer blockList body book br caption change chapter citation "
    "citations classification clause collectionBody communication component componentData componentInfo componentRef "
    "components concept conclusions condition container content contrasts count courtType coverPage crossHeading date debate "
    "debateBody debateReport debateSection decision declarationOfVote decoration def del derogates destination dissentsFrom "
    "distinguishes div division doc docAuthority docCommittee docDate docIntroducer docJurisdiction docNumber docProponent "
    "docPurpose docStage docStatus docTitle docType docketNumber documentCollection documentRef domain duration efficacy "
    "efficacyMod embeddedStructure embeddedText entity eol eop event eventRef extends fillIn force forceMod foreign formula "
    "from hasAttachment hcontainer header heading i identification img implicitReference indent inline ins interstitial intro "
    "introduction isAnalogTo item judge judgment judgmentBody judicial jurisprudence keyword lawyer legalSystemMod legislature "
    "level li lifecycle list listIntroduction listWrapUp location longTitle mainBody mapping mappings marker meaningMod meta "
    "ministerialStatements mmod mod motivation mref narrative nationalInterest neutralCitation new note noteRef notes "
    "noticesOfMotion num object officialGazette ol old omissis opinion oralStatements organization original other "
    "otherAnalysis otherReferences outcome overrules p papers paragraph parliamentary part party passiveModifications "
    "passiveRef person personalStatements petitions placeholder point pointOfOrder portion portionBody prayers preamble "
    "preface presentation preservation previous proceduralMotions process proprietary proviso publication putsInQuestion "
    "quantity question questions quorum quorumVerification quotedStructure quotedText recital recitals recordedTime recount "
    "ref references relatedDocument remark remedies resolutions restriction restrictions restricts result rmod role rollCall "
    "rref rule scene scopeMod section session shortTitle signature source span speech speechGroup statement step sub subFlow "
    "subchapter subclause subdivision subheading sublist subparagraph subpart subrule subsection subtitle summary sup "
    "supports table tblock td temporalData temporalGroup term textualMod th time timeInterval title toc tocItem tome tr "
    "transitional u ul vote voting workflow wrapUp writtenStatements"
)
KNOWN = frozenset(_NAMES.split())
"""Names of the elements of Akoma Ntoso 3.0."""


class Check:
    """Faults of Akoma Ntoso that a reader has to live with; silent in XML of other kinds."""

    def __init__(self, parser: expat.XMLParserType) -> None:
        self.parser = parser
        self.faults: list[list[Any]] = []
        self.more = 0
        self.stack: list[tuple[str, set[str]]] = []
        self.ids: set[str] = set()
        self.pointers: list[tuple[str, int, int]] = []
        self.told: set[int] = set()
        self.speaks = False

    def tell(self, place: int, what: str, line: int = 0, **values: str) -> None:
        """One fault, with its line in the file."""
        if len(self.faults) < MOST_FAULTS:
            shown = {key: value[:60] for key, value in values.items()}
            self.faults.append([place, place, what, {"line": line or self.parser.CurrentLineNumber, **shown}])
        else:
            self.more += 1

    def opened(self, space: str, tag: str, attributes: dict[str, str], place: int) -> None:
        """An element begins."""
        if not self.stack:
            self.speaks = tag == "akomaNtoso"
            if self.speaks and space != AKN:
                self.tell(place, message("line {line}: {space} is not the namespace of Akoma Ntoso 3.0"), space=space or "none")
        if self.speaks:
            self.named(space, tag, place)
            self.identified(tag, attributes, place)
        self.stack.append((tag, set()))

    def named(self, space: str, tag: str, place: int) -> None:
        """The element is one, and may stand where it stands. One misplaced child is told for each element."""
        if space not in {AKN, ""}:
            return  # other namespaces are free where Akoma Ntoso lets them stand
        if tag not in KNOWN:
            self.tell(place, message("line {line}: Akoma Ntoso has no element {name}"), name=tag)
        above, seen = self.stack[-1] if self.stack else ("", set())
        inside = INSIDE.get(above)
        after = above in PARTS and ("content" in seen or (tag == "content" and seen - HEADED))
        if inside is not None and tag in KNOWN and (tag not in inside or after) and len(self.stack) not in self.told:
            self.told.add(len(self.stack))
            what = message("line {line}: the element {name} may not stand here, in {above}")
            self.tell(place, what, name=tag, above=above)
        seen.add(tag)

    def identified(self, tag: str, attributes: dict[str, str], place: int) -> None:
        """Identifiers stand once; what they are pointed at with must be there."""
        mine = attributes.get("eId")
        if mine is not None and mine in self.ids:
            self.tell(place, message("line {line}: the identifier (eId) {id} stands more than once"), id=mine)
        self.ids |= {mine} if mine is not None else set()
        if tag in TYPES and any(key.endswith(" lang") for key in attributes):
            self.tell(place, message("line {line}: the attribute {name} may not stand on {above}"), name="xml:lang", above=tag)
        for key, value in attributes.items():
            if value.startswith("#") and " " not in key and len(self.pointers) < MOST_FAULTS:
                self.pointers += [(target[1:], place, self.parser.CurrentLineNumber) for target in value.split()]

    def closed(self, place: int) -> None:
        """An element ends: what it must hold is there."""
        self.told.discard(len(self.stack))
        tag, seen = self.stack.pop()
        for child in NEEDED.get(tag, ()) if self.speaks else ():
            if child not in seen:
                self.tell(place, message("line {line}: {above} has no element {name}"), name=child, above=tag)

    def all(self) -> list[list[Any]]:
        """All of them; pointers are followed when every identifier is known."""
        for target, place, line in self.pointers if self.speaks else ():
            if target not in self.ids:
                self.tell(place, message("line {line}: #{id} points at nothing"), line, id=target)
        if self.more:
            self.faults.append([0, 0, message("and {count} faults more"), {"count": self.more}])
        return self.faults


def extract(data: bytes) -> dict[str, object]:
    """Text, marks `[start, end, role, number, depth, more]`, references, language and the faults met.

    Raises:
        InputError: the file declares entities.
    """
    data, lost = _utf8(data)
    parser = expat.ParserCreate("utf-8", namespace_separator=" ")
    walk = Walk(parser)
    if lost:
        walk.check.faults.append([0, 0, message("{count} bytes do not fit the encoding and are shown as �"), {"count": lost}])
    parser.EntityDeclHandler = _refuse
    parser.SkippedEntityHandler = lambda name, *_: walk.check.tell(
        walk.place(), message("line {line}: the entity {name} was not taken"), name=name
    )
    parser.buffer_text = True
    try:
        parser.Parse(data, True)
        text = walk.whole()
    except expat.ExpatError as error:
        line = parser.CurrentLineNumber
        text = walk.whole()
        _rest(walk, text, data[max(parser.CurrentByteIndex, 0) :], expat.errors.messages[error.code], line)
    faults = walk.check.all()
    found = {"text": "".join(text.parts), "faults": faults, "marks": text.marks, "refs": text.refs}
    return {**found, "language": walk.language, "instrument": walk.instrument}


def _utf8(data: bytes) -> tuple[bytes, int]:
    """The file in UTF-8, which expat knows, and how many bytes of it were lost: it has to be told what China's encodings are."""
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    declared = DECLARED.match(data.removeprefix(codecs.BOM_UTF8)[:200])
    name = "utf-16" if wide else declared[1].decode("ascii") if declared else "utf-8"
    try:
        text = data.decode(name, "replace")
    except (LookupError, UnicodeError):
        text = data.decode("utf-8", "replace")
    text = text.removeprefix("\ufeff")
    return text.encode("utf-8", "replace"), max(text.count("�") - data.count("�".encode()), 0)


def _refuse(*_: Any) -> None:
    raise InputError(
        "The XML declares entities.", expected="XML without entities", cure="Save the file without its document type."
    )


def _rest(walk: Walk, text: Text, data: bytes, error: str, line: int) -> None:
    """What follows a place where the file is not well-formed: without its marks, nothing lost."""
    text.end_line()
    start = text.length
    lines = TAG.sub("\n", data.decode("utf-8", "replace")).splitlines()
    text.put("\n".join(line.strip() for line in lines if line.strip()))
    what = message("line {line}: not well-formed ({error}); from here on read without its marks")
    walk.check.tell(start, what, line, error=error)
    walk.check.faults[-1][1] = text.length
    if text.length > start:
        text.marks.append([start, text.length, "piece", "unread", 0, {}])


if __name__ == "__main__":
    sys.stdout.write(json.dumps(extract(sys.stdin.buffer.read())))
