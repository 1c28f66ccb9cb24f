"""Files of every form, written by hand so that each byte of them is known: PDF, DOCX, HTML, Akoma Ntoso."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence
from html import escape

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
AKN = "http://docs.oasis-open.org/legaldocml/ns/akn/3.0"


def pdf(pages: Sequence[Sequence[str]], *, encrypt: bytes = b"") -> bytes:
    """A PDF of lines of Latin text, one page after another; a page of no lines holds a picture's frame only."""
    objects: list[bytes] = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    kids = []
    for lines in pages:
        shown = b" ".join(b"(" + _pdf_text(line) + b") Tj T*" for line in lines)
        body = b"BT /F1 11 Tf 14 TL 72 780 Td " + shown + b" ET" if lines else b"72 72 200 200 re S"
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(body), body))
        content = len(objects)
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents %d 0 R >>"
            % content
        )
        kids.append(len(objects))
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(b"%d 0 R" % kid for kid in kids), len(kids))
    return _pdf_file(objects, encrypt)


def _pdf_text(line: str) -> bytes:
    return line.encode("latin-1").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def _pdf_file(objects: Sequence[bytes], encrypt: bytes) -> bytes:
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    return bytes(out + b"trailer\n<< /Size %d /Root 1 0 R %s>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, encrypt, start))


def locked_pdf() -> bytes:
    """A PDF that says it is locked by a password nobody has."""
    zeros = b"<" + b"41" * 32 + b">"
    locked = b"/Encrypt << /Filter /Standard /V 1 /R 2 /O %s /U %s /P -4 >> /ID [<41> <41>] " % (zeros, zeros)
    return pdf([["nothing to see"]], encrypt=locked)


def docx(
    paragraphs: Iterable[str | tuple[str, int]],
    *,
    notes: Sequence[str] = (),
    header: str = "",
    more: dict[str, bytes] | None = None,
) -> bytes:
    """A DOCX: texts, or (text, level) for paragraphs that the word processor counts as `1.`, `(a)`, `(i)`; `^n` cites note n."""
    body = "".join(_docx_paragraph(given) for given in paragraphs)
    document = f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>'
    parts = {"word/document.xml": document, "word/numbering.xml": _NUMBERS}
    if notes:
        runs = [f"<w:p><w:r><w:t>{escape(note)}</w:t></w:r></w:p>" for note in notes]
        inner = "".join(f'<w:footnote w:id="{n}">{run}</w:footnote>' for n, run in enumerate(runs, 1))
        parts["word/footnotes.xml"] = f'<w:footnotes xmlns:w="{W}">{inner}</w:footnotes>'
    if header:
        parts["word/header1.xml"] = f'<w:hdr xmlns:w="{W}"><w:p><w:r><w:t>{escape(header)}</w:t></w:r></w:p></w:hdr>'
    return zipped({**{name: text.encode() for name, text in parts.items()}, **(more or {})})


def zipped(parts: dict[str, bytes]) -> bytes:
    """A ZIP of parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


def _docx_paragraph(given: str | tuple[str, int]) -> str:
    text, level = given if isinstance(given, tuple) else (given, -1)
    counted = f'<w:pPr><w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="1"/></w:numPr></w:pPr>' if level >= 0 else ""
    shown, _, cited = text.partition("^")
    note = f'<w:r><w:footnoteReference w:id="{cited[0]}"/></w:r>' if cited else ""
    rest = f"<w:r><w:t>{escape(cited[1:])}</w:t></w:r>" if cited else ""
    return f"<w:p>{counted}<w:r><w:t>{escape(shown)}</w:t></w:r>{note}{rest}</w:p>"


_LEVELS = "".join(
    f'<w:lvl w:ilvl="{n}"><w:start w:val="1"/><w:numFmt w:val="{style}"/><w:lvlText w:val="{shown}"/></w:lvl>'
    for n, (style, shown) in enumerate([("decimal", "%1."), ("lowerLetter", "(%2)"), ("lowerRoman", "(%3)")])
)
_NUMBERS = (
    f'<w:numbering xmlns:w="{W}"><w:abstractNum w:abstractNumId="0">{_LEVELS}</w:abstractNum>'
    '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
)


def html(paragraphs: Iterable[str], *, menu: Sequence[str] = ("Home", "About", "Contact")) -> bytes:
    """A web page: a menu, the text, a script that is none of it."""
    links = "".join(f'<li><a href="https://example.invalid/{n}">{escape(name)}</a></li>' for n, name in enumerate(menu))
    body = "".join(f"<p>{escape(text)}</p>" for text in paragraphs)
    head = "<head><title>Page</title><script>var a = '1. Decides';</script></head>"
    page = f"<!DOCTYPE html><html lang='en'>{head}<body><nav><ul>{links}</ul></nav>"
    return (page + f"<main>{body}</main><footer>All rights reserved</footer></body></html>").encode()


def akoma_ntoso(*, language: str = "eng", more: str = "", doctype: str = "") -> bytes:
    """A resolution in Akoma Ntoso: two recitals, two paragraphs, the first with two points."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
{doctype}<akomaNtoso xmlns="{AKN}"><statement name="resolution"><meta><identification source="#x"/></meta>
<preface><p><docTitle>Lighthouses for all</docTitle></p></preface>
<preamble><formula name="enacting"><p>The General Assembly,</p></formula><recitals eId="recs">
<recital eId="recs__rec_1"><p>Recalling the night,</p></recital><recital eId="recs__rec_2"><p>Noting the rocks,</p></recital>
</recitals></preamble>
<mainBody xml:lang="{language}"><paragraph eId="para_1"><num>1.</num>
<list eId="para_1__list_1"><intro><p>Calls upon keepers:</p></intro>
<point eId="para_1__list_1__point_a"><num>(a)</num><content><p>To light lamps;</p></content></point>
<point eId="para_1__list_1__point_b"><num>(b)</num><content><p>To sleep by day;</p></content></point></list></paragraph>
<paragraph eId="para_2"><num>2.</num><content><p>Decides to meet again.{more}</p></content></paragraph></mainBody>
</statement></akomaNtoso>""".encode()
