"""Official texts printed to PDF by a real browser and read back: fonts, radicals, page headers and all.

Run with Chromium at /usr/bin/chromium, or name another with PLUMBRULE_CHROMIUM.
"""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from plumbrule.rulebook.reading import Reading, load_document, read_document
from plumbrule.rulebook.reading.letters import JOINED, LETTERS, plain_letters, taken_apart

if TYPE_CHECKING:
    from playwright.sync_api import Browser

STYLE = "pre { font: 14px 'Noto Sans CJK SC', 'Noto Sans', sans-serif; white-space: pre-wrap }"
HEADER = "<div style='font-size:9px'><span class=date></span> <span class=url></span></div>"
FOOTER = "<div style='font-size:9px'><span class=url></span> <span class=pageNumber></span>/<span class=totalPages></span></div>"


def printed(browser: Browser, text: str, pdf: Path) -> None:
    """What a browser prints of a text, with its headers and footers."""
    page = pdf.with_suffix(".html")
    page.write_text(f"<meta charset=utf-8><style>{STYLE}</style><pre>{escape(text)}</pre>", encoding="utf-8")
    shown = browser.new_page()
    shown.goto(page.as_uri())
    margin = {"top": "60px", "bottom": "60px", "left": "40px", "right": "40px"}
    shown.pdf(path=str(pdf), display_header_footer=True, margin=margin, header_template=HEADER, footer_template=FOOTER)
    shown.close()


def letters(reading: Reading) -> dict[str, str]:
    """Texts by id, without white space; a long dash may have become one sign."""
    return {passage.id: "".join(passage.text.replace("⸺", "——").split()) for passage in reading.passages}


@pytest.mark.browser
def test_a_printed_resolution_reads_as_the_text(browser: Browser, shared: Path, tmp_path: Path) -> None:
    """Every provision with every letter, every ask, and what the text says of itself."""
    text = shared / "instruments" / "A_78_L49.zh.txt"
    pdf = tmp_path / "a.pdf"
    printed(browser, text.read_text(encoding="utf-8"), pdf)
    reading, wanted = (read_document(load_document(path)) for path in (pdf, text))
    assert letters(reading) == letters(wanted)
    assert [ask.verb for p in reading.passages for ask in p.asks] == [ask.verb for p in wanted.passages for ask in p.asks]
    heading, other = reading.heading, wanted.heading
    assert (heading.title, heading.session, heading.sponsors) == (other.title, other.session, other.sponsors)
    assert heading.cites == other.cites
    assert reading.unread == ()


def test_letters_stand_for_letters() -> None:
    """Every replacement is one character that is not itself replaced; joined letters come apart, in Arabic too."""
    assert all(len(equal) == 1 and ord(equal) not in LETTERS for equal in LETTERS.values())
    assert plain_letters("⽤⼾⾯⻓⻅⻢⻔") == "用户面长见马门"
    assert taken_apart("ofﬁce \ufefb") == "office لا"
    assert all(len(apart) > 1 for apart in JOINED.values())
    assert plain_letters("大会 The General Assembly إن") == "大会 The General Assembly إن"
