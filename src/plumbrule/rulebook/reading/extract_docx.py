"""The text of a DOCX, run as a program of its own with limits (`base.sandbox`): the file on stdin, JSON on stdout.

Paragraphs become lines; numbers that the word processor counts are counted here too (`1.`, `(a)`, `(i)`, `•`), footnotes
follow the text under a rule, each with its number, as they stand at the foot of a page. Text that tracked changes have
deleted is left out and told. XML is read without entities, addresses or document types.
"""

from __future__ import annotations

import io
import json
import sys
import zipfile
from collections.abc import Iterator
from typing import Any
from xml.parsers import expat

from plumbrule.base.messages import message
from plumbrule.errors import InputError

MOST_BYTES = 64 << 20
MOST_FILES = 5000
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main "
_STEPS = {"decimal", "lowerLetter", "upperLetter", "lowerRoman", "upperRoman"}


def extract(data: bytes) -> dict[str, object]:
    """Text, and the faults met: `[start, end, what, values]`.

    Raises:
        InputError: no DOCX, or larger inside than allowed, or XML with a document type.
    """
    parts = _parts(data)
    if "word/document.xml" not in parts:
        raise InputError("The file is no DOCX.", expected="a ZIP with word/document.xml in it", cure="Save it as DOCX.")
    reader = Body(levels=_levels(parts.get("word/numbering.xml", b"")))
    headers = [part for name, part in sorted(parts.items()) if name.startswith("word/header")]
    head = [line for part in headers for line in Body(levels={}).read(part) if line.strip()]
    lines = [*dict.fromkeys(head), *reader.read(parts["word/document.xml"])]
    notes = Notes(levels={})
    notes.read(parts.get("word/footnotes.xml", b""))
    if reader.cited:
        lines += ["_" * 10, *(f"{n} {' '.join(notes.texts.get(key, ['']))}" for n, key in enumerate(reader.cited, 1)), ""]
    text = "\n".join(lines)
    what = message("text deleted by tracked changes was left out")
    faults = [[len(text), len(text), what, {}]] if reader.deleted else []
    return {"text": text, "faults": faults, "marks": [], "language": ""}


def _parts(data: bytes) -> dict[str, bytes]:
    """The XML parts we need, each and together within limits; what the file says of its own sizes is not believed."""
    wanted, room = {}, MOST_BYTES
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if len(archive.infolist()) > MOST_FILES:
                raise _too_large()
            for info in archive.infolist():
                if info.filename.startswith("word/") and info.filename.endswith(".xml") and info.filename.count("/") == 1:
                    with archive.open(info) as part:
                        wanted[info.filename] = part.read(room + 1)
                    room -= len(wanted[info.filename])
                    if room < 0:
                        raise _too_large()
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, OSError) as error:
        raise InputError(f"The DOCX cannot be opened ({error}).", expected="a whole DOCX", cure="Save the file again.") from error
    return wanted


def _too_large() -> InputError:
    return InputError(
        "The DOCX is larger inside than any instrument.",
        expected=f"at most {MOST_BYTES >> 20} MiB of text",
        cure="Save it as plain text.",
    )


class Walker:
    """Elements of one part, by expat: `opened` and `closed` see names with their namespace, `said` the text."""

    def read(self, part: bytes) -> list[str]:
        """Walk a part; gives the lines."""
        self.lines: list[str] = [""]
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartDoctypeDeclHandler = _refuse
        parser.StartElementHandler, parser.EndElementHandler = self.opened, self.closed
        parser.CharacterDataHandler = self.said
        try:
            if part:
                parser.Parse(part, True)
        except expat.ExpatError as error:
            raise InputError(f"The DOCX is damaged ({error}).", expected="a whole DOCX", cure="Save the file again.") from error
        return self.lines

    def opened(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""

    def closed(self, name: str) -> None:
        """An element ends."""

    def said(self, text: str) -> None:
        """Character data."""


def _refuse(*_: Any) -> None:
    raise InputError("The DOCX holds a document type.", expected="XML without one", cure="Save the file again.")


class Body(Walker):
    """Paragraphs of a part as lines, with counted numbers and the keys of footnotes in the order of citing."""

    def __init__(self, levels: dict[str, dict[int, tuple[str, str, int]]]) -> None:
        self.levels, self.counts, self.cited = levels, dict[tuple[str, int], int](), list[str]()
        self.in_text = self.deleted = False
        self.number: tuple[str, int] | None = None
        self.list_id, self.list_level = "", 0

    def opened(self, name: str, attributes: dict[str, str]) -> None:
        """A paragraph, a run of text, a tab, a note."""
        tag = name.removeprefix(_W)
        value = attributes.get(_W + "val", "")
        if tag == "p":
            self.list_id = ""
            self.list_level = 0
        elif tag == "ilvl" and value.isdecimal():
            self.list_level = int(value)
        elif tag == "numId":
            self.list_id = value
        elif tag == "delText":
            self.deleted = True
        elif tag in {"tab", "br", "cr"} and self.lines:
            self.lines[-1] += " "
        elif tag == "t":
            self._number()
            self.in_text = True
        elif tag == "footnoteReference":
            self._cite(attributes.get(_W + "id", ""))

    def closed(self, name: str) -> None:
        """A paragraph becomes two lines: its text, and an empty one."""
        tag = name.removeprefix(_W)
        if tag == "t":
            self.in_text = False
        elif tag == "p":
            self.lines += ["", ""] if self.lines[-1] else [""]

    def said(self, text: str) -> None:
        """Text inside a run."""
        if self.in_text:
            self.lines[-1] += text.replace("\n", " ")

    def _cite(self, key: str) -> None:
        self.cited.append(key)
        self.lines[-1] += str(len(self.cited))

    def _number(self) -> None:
        """The number of a counted paragraph, before its first words."""
        level = self.levels.get(self.list_id, {}).get(self.list_level)
        if level is None or self.lines[-1]:
            return
        style, pattern, start = level
        here = (self.list_id, self.list_level)
        self.counts[here] = self.counts.get(here, start - 1) + 1
        for deeper in [key for key in self.counts if key[0] == self.list_id and key[1] > self.list_level]:
            del self.counts[deeper]
        shown = _label(style, self.counts[here])
        self.lines[-1] = (pattern.replace(f"%{self.list_level + 1}", shown) if style in _STEPS else "•") + " "


class Notes(Body):
    """Footnotes by their key."""

    def __init__(self, levels: dict[str, dict[int, tuple[str, str, int]]]) -> None:
        super().__init__(levels)
        self.texts: dict[str, list[str]] = {}
        self.key = ""

    def opened(self, name: str, attributes: dict[str, str]) -> None:
        """A note begins, or something inside it."""
        if name == _W + "footnote":
            self.key = attributes.get(_W + "id", "")
        super().opened(name, attributes)

    def said(self, text: str) -> None:
        """Text of the note."""
        if self.in_text:
            self.texts.setdefault(self.key, []).append(text.strip())


class Numbering(Walker):
    """The counted lists of a document: list id → level → (style, pattern, start)."""

    def __init__(self) -> None:
        self.abstract: dict[str, dict[int, tuple[str, str, int]]] = {}
        self.lists: dict[str, str] = {}
        self.id = self.list = ""
        self.level = 0

    def opened(self, name: str, attributes: dict[str, str]) -> None:
        """A list, a level, or what it looks like."""
        tag, value = name.removeprefix(_W), attributes.get(_W + "val", "")
        if tag == "abstractNum":
            self.id = attributes.get(_W + "abstractNumId", "")
        elif tag == "num":
            self.list = attributes.get(_W + "numId", "")
        elif tag == "abstractNumId":
            self.lists[self.list] = value
        elif tag == "lvl":
            level = attributes.get(_W + "ilvl", "0")
            self.level = int(level) if level.isdecimal() else 0
        elif tag in {"numFmt", "lvlText", "start"}:
            levels = self.abstract.setdefault(self.id, {})
            style, pattern, start = levels.get(self.level, ("decimal", "", 1))
            levels[self.level] = (
                value if tag == "numFmt" else style,
                value[:20] if tag == "lvlText" else pattern,
                int(value) if tag == "start" and value.isdecimal() and len(value) < 5 else start,
            )


def _levels(part: bytes) -> dict[str, dict[int, tuple[str, str, int]]]:
    numbering = Numbering()
    numbering.read(part)
    return {key: numbering.abstract.get(of, {}) for key, of in numbering.lists.items()}


def _label(style: str, count: int) -> str:
    """`decimal` 3 → `3`, `lowerLetter` 3 → `c`, `lowerRoman` 3 → `iii`; letters double after z as word processors do."""
    if "Letter" in style:
        shown = chr(ord("a") + (count - 1) % 26) * ((count - 1) // 26 + 1)
    elif "Roman" in style:
        shown = "".join(_roman(count))
    else:
        return str(count)
    return shown.upper() if style.startswith("upper") else shown


def _roman(count: int) -> Iterator[str]:
    for value, sign in ((100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")):
        times, count = divmod(count, value)
        yield sign * min(times, 30)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(extract(sys.stdin.buffer.read())))
