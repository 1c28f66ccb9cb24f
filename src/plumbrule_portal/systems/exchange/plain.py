"""Marked-up text from other registers becomes plain text: paragraphs, lines and list items stay, scripts go."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from plumbrule_portal.systems.record import tidy

_BLOCKS = {"p", "div", "ul", "ol", "table", "section", "article", "blockquote", "pre", "h1", "h2", "h3", "h4", "h5", "h6"}
_LINES = {"br", "tr", "li", "dt", "dd"}
_SILENT = {"script", "style", "template", "iframe", "object", "noscript", "svg"}
_MARKED = re.compile(r"</?[a-zA-Z][^<>]*>|&(#[0-9]+|#x[0-9a-fA-F]+|[a-zA-Z]+);")


def from_html(text: str) -> str:
    r"""Plain text of a piece of HTML; what holds no mark-up comes back tidied only.

    >>> from_html("<div><p>One &amp; two</p><p><br></p><ul><li>a</li><li>b</li></ul></div>")
    'One & two\n\n- a\n- b'
    >>> from_html("fewer than 5 < 6 people")
    'fewer than 5 < 6 people'
    """
    if not _MARKED.search(text):
        return tidy(text)
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return _squeezed("".join(reader.parts))


def _squeezed(text: str) -> str:
    text = re.sub(r"[ \t\xa0]+", " ", text)
    return tidy(re.sub(r"\n ", "\n", text))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = 0
        self._link = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent += 1
        elif tag == "a":
            self._link = next((value for name, value in attrs if name == "href" and value), "")
        else:
            self._break(tag)
            if tag == "li":
                self.parts.append("- ")
            if tag in {"td", "th"}:
                self.parts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag == "a":
            if self._link.startswith("http") and self._link not in "".join(self.parts[-3:]):
                self.parts.append(f" ({self._link})")
            self._link = ""
        elif tag in _BLOCKS:
            self._break(tag)

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(re.sub(r"\s+", " ", data))

    def _break(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.parts.append("\n\n")
        elif tag in _LINES:
            self.parts.append("\n")


_IMAGE = re.compile(r"!\[([^\]\n]{0,300})\]\([^)\n]{0,2000}\)")
_LINK = re.compile(r"\[([^\]\n]{1,500})\]\(<?(https?://[^)\s>]{1,2000})>?(?:\s[^)\n]{0,300})?\)")
_EMPHASIS = re.compile(r"(?<![\w*])(\*{1,3}|_{1,3})(?=\S)([^\n*_]{1,1000}?)(?<=\S)\1(?![\w*])")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_ASIDE = re.compile("[\ue021-\ue07e]")
_FENCE = re.compile(r"^(```|~~~).*$", flags=re.MULTILINE)


def from_markdown(text: str) -> str:
    """Plain text of a piece of Markdown, HTML in it included. A sign behind a backslash is that sign.

    >>> from_markdown("See **the** [guide](https://a.example/g).")
    'See the guide (https://a.example/g).'
    """
    # Escaped signs are set aside as signs of the private use area, so that nothing in between takes them for mark-up.
    text = _ESCAPE.sub(lambda match: chr(0xE000 + ord(match[1])), _ASIDE.sub("\N{REPLACEMENT CHARACTER}", text))
    return _ASIDE.sub(lambda match: chr(ord(match[0]) - 0xE000), _unmarked(text))


def _unmarked(text: str) -> str:
    text = _IMAGE.sub(r"\1", _FENCE.sub("", text))
    text = _EMPHASIS.sub(r"\2", _LINK.sub(r"\1 (\2)", text))
    if not _MARKED.search(text):
        return tidy(text)
    # HTML collapses line ends, which mean something in Markdown: each block of lines goes through by itself.
    blocks = [from_html(block) if "<" in block else from_html(block.replace("\n", "<br>")) for block in text.split("\n\n")]
    return tidy("\n\n".join(block for block in blocks if block))
