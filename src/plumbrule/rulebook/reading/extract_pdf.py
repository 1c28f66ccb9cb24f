"""The text of a PDF, page by page, run as a program of its own with limits (`base.sandbox`): PDF on stdin, JSON on stdout.

It imports nothing of this room, so that the child starts quickly.
"""

from __future__ import annotations

import io
import json
import logging
import sys

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from plumbrule.base.messages import message
from plumbrule.errors import InputError

MOST_PAGES = 2000
# A damaged page may break pypdf in any of these ways; the other pages are still worth reading.
BROKEN = (PyPdfError, ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError, ArithmeticError, LookupError)


def extract(data: bytes) -> dict[str, object]:
    """Text with a form feed between pages, and the faults met: `[start, end, what, values]`.

    Raises:
        InputError: no PDF, locked, or pictures of pages without text.
    """
    reader = _opened(data)
    text, faults = "", []
    try:
        pages = min(len(reader.pages), MOST_PAGES)
    except BROKEN as error:
        raise _unreadable(error) from error
    for number in range(pages):
        try:
            page = reader.pages[number].extract_text() or ""
        except BROKEN as error:
            page = ""
            what = message("page {page} could not be read ({reason})")
            faults.append([len(text), len(text), what, {"page": number + 1, "reason": type(error).__name__}])
        text += ("\f" if number else "") + page
    if not text.strip():
        raise InputError(
            "The PDF holds no text.",
            expected="a PDF with text; this one may hold pictures of pages",
            cure="Run it through text recognition first, or take the document in another format.",
        )
    return {"text": text, "faults": faults, "marks": [], "language": ""}


def _opened(data: bytes) -> PdfReader:
    try:
        reader = PdfReader(io.BytesIO(data), strict=False)
        locked = reader.is_encrypted and not reader.decrypt("")
    except (*BROKEN, NotImplementedError) as error:
        raise _unreadable(error) from error
    if locked:
        raise InputError("The PDF is locked.", expected="a PDF that opens without a password", cure="Save it without one.")
    return reader


def _unreadable(error: Exception) -> InputError:
    return InputError(
        f"The PDF cannot be read ({type(error).__name__}).", expected="a whole PDF", cure="Fetch the file again, or save it anew."
    )


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)  # pypdf tells every small fault; ours are in the output
    found = extract(sys.stdin.buffer.read())
    sys.stdout.write(json.dumps(found))
