"""From a file to a document: plain text in whatever encoding, or what a program of its own takes out of PDF, HTML, DOCX, XML.

Nothing is fetched, no entity is taken, and a hostile file meets limits of time, memory and length before it meets a rule.
"""

from __future__ import annotations

import codecs
import hashlib
import json
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

from plumbrule.base.messages import message
from plumbrule.base.sandbox import run_limited
from plumbrule.errors import InputError, LimitError
from plumbrule.rulebook.reading.document import Document, Form, Marked, Role
from plumbrule.rulebook.reading.letters import JOINED, LETTERS, plain_letters, taken_apart
from plumbrule.rulebook.reading.model import Fault

MOST_BYTES = 64 << 20
MOST_CHARACTERS = 4_000_000
"""More than any instrument; the longest text at hand, the acts of a whole conference, has 866,000."""
_LONGEST_ID = 200
SECONDS, MEGABYTES, OUTPUT = 60, 1024, 128
LEGACY = ("gb18030", "big5", "cp1251", "koi8_r", "cp1256", "cp1252")
"""Old encodings of the six languages; more would only make wrong guesses likelier."""
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"))
_BOMS_16 = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
LONE = re.compile("[\ud800-\udfff]")
CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f\ufffd]")
_CHARSET = re.compile(rb"<[^<>]{0,200}charset\s{0,3}=\s{0,3}[\"']?([A-Za-z0-9_-]{2,40})")
_HTML = re.compile(r"\s*(?:<!--.{0,2000}?-->\s*)?<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL)


def load_document(path: Path, *, language: str = "", encoding: str = "") -> Document:
    """A file as text with stable offsets.

    Args:
        path: the file; its kind is told by its first bytes, not by its name.
        language: code of two letters, where the user says it; else what the file says, else empty.
        encoding: of a text file; found by itself when left out.

    Raises:
        InputError: no such file, no text in it, an unknown encoding, or a format that cannot be read.
        LimitError: larger than any instrument, or its parser needed too much time or memory.
    """
    data = _bytes(path)
    form = _form(data)
    digest = hashlib.sha256(data).hexdigest()
    if form != "text":
        return _extracted(path.name, form, data, digest, language)
    text, faults = _decoded(data, encoding)
    if _HTML.match(text):
        return _extracted(path.name, "html", text.encode("utf-8", "replace"), digest, language)
    return _document(path.name, form, digest, {"text": text, "faults": faults, "marks": [], "language": ""}, language)


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise LimitError(
                f"{path.name} is larger than any instrument.",
                expected=f"at most {MOST_BYTES >> 20} MiB",
                cure="Cut it into its parts.",
            )
        return path.read_bytes()
    except OSError as error:
        raise InputError(
            f"{path} cannot be read ({error.strerror}).", expected="a file with the text of an instrument", cure="Check its name."
        ) from error


def _form(data: bytes) -> Form:
    wide = next((name for mark, name in _BOMS_16 if data.startswith(mark)), "")
    head = data[:1024].decode(wide, "ignore").encode() if wide else data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if data.startswith(b"PK\x03\x04"):
        return "docx"
    page = re.search(rb"<(?:!doctype\s+)?html\b", data[:1024], re.IGNORECASE)
    return "xml" if re.match(rb"\s*<(?:\?xml|(?:\w{1,20}:)?akomaNtoso)\b", head) and not page else "text"


def _decoded(data: bytes, encoding: str) -> tuple[str, list[list[Any]]]:
    """Text, and a fault where the encoding had to be guessed or bytes did not fit."""
    if encoding:
        return _as_asked(data, encoding), []
    marked = next((name for mark, name in (*_BOMS, *_BOMS_16) if data.startswith(mark)), "")
    if marked:
        text = data.decode(marked, "replace")
        return text, _misfit(text, marked)
    try:
        return data.decode("utf-8"), []
    except UnicodeDecodeError as error:
        guess = _guessed(data, cut_off=error.start >= len(data) - 3)
    text = data.decode(guess, "replace")
    return text, [[0, 0, message("the encoding was guessed: {encoding}"), {"encoding": guess}], *_misfit(text, guess)]


def _as_asked(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except (LookupError, UnicodeError) as error:
        raise InputError(
            f"The file is not in {encoding}.", expected="its encoding, such as utf-8", cure="Leave --encoding out."
        ) from error


def _misfit(text: str, encoding: str) -> list[list[Any]]:
    lost = text.count("�")
    what = message("{count} characters do not fit {encoding} and are shown as �")
    return [[0, 0, what, {"count": lost, "encoding": encoding}]] if lost else []


def _guessed(data: bytes, *, cut_off: bool) -> str:
    """The encoding of bytes that are not UTF-8, by their first 64 KiB; a file cut off inside its last letter is UTF-8."""
    if cut_off:
        return "utf-8"
    named = _CHARSET.search(data[:4096])
    if named and _known(named[1].decode("ascii")):
        return named[1].decode("ascii")
    sample = data[: 1 << 16]
    zeros = sample[0::2].count(0), sample[1::2].count(0)
    if max(zeros) > len(sample) // 20:
        return "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"
    from charset_normalizer import from_bytes  # noqa: PLC0415 - only where UTF-8 does not fit

    best = from_bytes(sample, cp_isolation=list(LEGACY)).best()
    return best.encoding if best else "utf-8"


def _known(encoding: str) -> bool:
    try:
        return codecs.lookup(encoding)._is_text_encoding  # the only way Python says that it is no codec like hex
    except LookupError:
        return False


def _extracted(name: str, form: Form, data: bytes, digest: str, language: str) -> Document:
    """What the program for this form takes out of a file, within its limits."""
    with tempfile.TemporaryDirectory() as folder:
        source, out = Path(folder) / "in", Path(folder) / "out.json"
        source.write_bytes(data)
        module = f"plumbrule.rulebook.reading.extract_{form}"
        run_limited(module, [], seconds=SECONDS, megabytes=MEGABYTES, output_megabytes=OUTPUT, stdin=source, stdout=out)
        found = json.loads(out.read_text(encoding="utf-8"))
    return _document(name, form, digest, _with_letters(found) if form == "pdf" else found, language)


def _with_letters(found: dict[str, Any]) -> dict[str, Any]:
    """Text as a person sees it: no radicals for characters, no joined letters; and that they were there."""
    text, faults = found["text"], []
    last = place = 0
    for start, end, what, values in found["faults"]:
        place, last = place + len(taken_apart(text[last:start])), start
        faults.append([place, place + end - start, what, values])
    count = sum(sign in JOINED or ord(sign) in LETTERS for sign in text)
    if count:
        faults.append([0, 0, message("{count} letters drawn like others were read as those"), {"count": count}])
    return {**found, "text": taken_apart(plain_letters(text)), "faults": faults}


def _marked(start: int, end: int, role: Role, number: str, depth: int, more: Mapping[str, Any] | None = None) -> Marked:
    """A mark as a program gives it; what files of ours say more of a unit is text, of a length that an id may have."""
    said = {key: str(value)[:_LONGEST_ID] for key, value in (more or {}).items() if key in {"id", "kind", "parent"}}
    stands, displaced = (more or {}).get("stands"), "displaced" in (more or {})
    return Marked(at=(start, end), role=role, number=number, depth=depth, stands=stands, displaced=displaced, **said)


def _document(name: str, form: Form, digest: str, found: dict[str, Any], language: str) -> Document:
    text = LONE.sub("�", found["text"])
    if len(text) > MOST_CHARACTERS:
        raise LimitError(
            f"{name} holds {len(text)} characters, more than any instrument.",
            expected=f"at most {MOST_CHARACTERS} characters",
            cure="Cut it into its parts.",
        )
    sample = text[: 1 << 16]
    if not text.strip("\0 \t\r\n\f�") or 5 * len(CONTROLS.findall(sample)) > len(sample):
        raise InputError(f"{name} holds no text.", expected="the text of an instrument", cure="Check the file.")
    marks = sorted(found["marks"], key=lambda mark: (mark[0], -mark[1], mark[4]))
    known = get_args(Role)
    return Document(
        name=name,
        form=form,
        sha256=digest,
        text=text,
        language=language or found["language"],
        marks=tuple(_marked(*mark) for mark in marks if mark[2] in known),
        refs=tuple(((start, end), symbol) for start, end, symbol in found.get("refs", ())),
        said=tuple(sorted(found.get("instrument", {}).items())),
        faults=tuple(
            Fault(at=(start, end), what=what, values=tuple((name, str(value)) for name, value in values.items()))
            for start, end, what, values in found["faults"]
        ),
    )
