"""The text of Akoma Ntoso and of other XML, run as a program of its own with limits: XML on stdin, JSON on stdout.

Tolerant: what is invalid against a schema is read all the same, and told; where a file is not even well-formed, the rest is
read without its marks, and told. No entity is taken from a document type, no address is opened.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from typing import Any
from xml.parsers import expat

from plumbrule.base.messages import message
from plumbrule.errors import InputError

ROLES = {
    "longTitle": "title", "docTitle": "title", "formula": "opening", "recital": "recital", "paragraph": "paragraph",
    "point": "point", "indent": "point", "alinea": "point", "authorialNote": "note", "article": "section",
    "section": "section", "chapter": "section", "hcontainer": "section", "component": "part", "listitem": "point",
}
"""Elements of Akoma Ntoso 3.0 and of the Declaration's collection that structure reads; others are text in between."""
BLOCKS = {
    *("p", "num", "heading", "intro", "wrapUp", "block", "tr", "li", "para", "title", "note", "content", "subheading", "br"),
    *("container", "preface", "preamble"),
}
SILENT = {"meta", "references", "identification", "lifecycle", "componentRef"}
SPACES = re.compile(r"\s+")
TAG = re.compile(r"<[^<>]*>?")


class Text:
    """Walks a file with expat."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.length = self.silent = 0
        self.stack: list[tuple[str, str, int, str]] = []
        self.after_number = False
        self.marks: list[list[object]] = []
        self.faults: list[list[object]] = []
        self.language = ""
        self.ids: Counter[str] = Counter()

    def opened(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        tag = name.rpartition(" ")[2]
        given = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        self.language = self.language or given.get("lang", given.get("language", ""))[:2].lower()
        self.ids.update([given["eId"]] if "eId" in given else [])
        role = self.role(tag, given)
        self.silent += tag in SILENT
        if (role or tag in BLOCKS) and not self.after_number:
            self.end_line()
        named = {"hcontainer": "name", "component": "eId"}.get(tag, "number")
        self.stack.append((tag, role, self.length, given.get(named, "")[:60]))

    def role(self, tag: str, given: dict[str, str]) -> str:
        """What an element is to structure; empty for text in between."""
        above = self.stack[-1][0] if self.stack else ""
        if tag == "para" and above == "preamble":
            return "recital"
        if given.get("name") == "title" or (tag == "title" and len(self.stack) == 1):
            return "title"
        if tag == "num" or (tag == "title" and above == "article"):
            return "number"
        return "front" if tag == "note" and above == "udhr" else ROLES.get(tag, "")

    def closed(self, _name: str) -> None:
        """An element ends; if it has a role, its stretch is marked."""
        tag, role, start, number = self.stack.pop()
        self.silent -= tag in SILENT
        if tag == "num":
            self.put(" ")
            self.after_number = True
        elif role or tag in BLOCKS:
            self.end_line()
        if role and self.length > start:
            self.marks.append([start, self.length, role, number, len(self.stack)])

    def said(self, text: str) -> None:
        """Character data; white space as one space."""
        if not self.silent:
            said = SPACES.sub(" ", text)
            self.put(said.lstrip() if not self.parts or self.parts[-1][-1] in " \n" else said)

    def skipped(self, name: str, *_: Any) -> None:
        """An entity, which is not taken."""
        self.faults.append([self.length, self.length, message("entity {name} not taken"), {"name": name[:40]}])

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


def extract(data: bytes) -> dict[str, object]:
    """Text, marks `[start, end, role, number, depth]`, language and the faults met.

    Raises:
        InputError: the file declares entities.
    """
    text = Text()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.EntityDeclHandler = _refuse
    parser.SkippedEntityHandler = text.skipped
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = text.opened, text.closed, text.said
    parser.buffer_text = True
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        _rest(text, data[max(parser.CurrentByteIndex, 0) :], error)
    twice = sorted(key for key, times in text.ids.items() if times > 1)
    if twice:
        shown = ", ".join(key[:40] for key in twice[:3])
        what = message("{count} identifiers (eId) stand more than once: {shown}…")
        text.faults.append([0, 0, what, {"count": len(twice), "shown": shown}])
    return {"text": "".join(text.parts), "faults": text.faults, "marks": text.marks, "language": text.language}


def _refuse(*_: Any) -> None:
    raise InputError(
        "The XML declares entities.", expected="XML without entities", cure="Save the file without its document type."
    )


def _rest(text: Text, data: bytes, error: expat.ExpatError) -> None:
    """What follows a place where the file is not well-formed: without its marks, nothing lost."""
    start = text.length
    lines = TAG.sub("\n", data.decode("utf-8", "replace")).splitlines()
    text.put("\n" + "\n".join(line.strip() for line in lines if line.strip()))
    what = message("not well-formed ({error}): from here on read without its marks")
    text.faults.append([start, text.length, what, {"error": str(error)}])


if __name__ == "__main__":
    sys.stdout.write(json.dumps(extract(sys.stdin.buffer.read())))
