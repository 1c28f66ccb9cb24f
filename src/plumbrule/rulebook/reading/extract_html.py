"""The text of a web page, run as a program of its own with limits (`base.sandbox`): HTML on stdin, JSON on stdout.

What a reader would see: blocks become lines, counted lists get their numbers, and what the page marks as navigation is
marked as a menu. Scripts, styles and addresses of links are not text. Nothing is fetched.
"""

from __future__ import annotations

import json
import re
import sys
from html.parser import HTMLParser

MENUS = {"nav", "aside", "header", "footer", "menu", "form", "button", "select"}
SILENT = {"script", "style", "template", "noscript", "svg", "math", "iframe", "object"}
EMPTY = {"br", "hr", "img", "input", "meta", "link", "wbr", "col", "area", "base", "embed", "source", "track", "param"}
BLOCKS = frozenset(
    (
        "address", "article", "aside", "blockquote", "body", "br", "caption", "center", "dd", "details", "dialog",
        "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6",
        "header", "hr", "html", "li", "main", "menu", "nav", "ol", "option", "p", "pre", "section", "summary", "table",
        "tbody", "td", "tfoot", "th", "thead", "title", "tr", "ul",
    )
)
SPACES = re.compile(r"\s+")


class Page(HTMLParser):
    """Text with the stretches that the page marks."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.length = 0
        self.marks: list[list[object]] = []
        self.faults: list[list[object]] = []
        self.language = ""
        self.menus = self.silent = 0
        self.since: dict[str, int] = {}
        self.lists: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A block ends the line before it; a list item gets its number."""
        given = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.language = given.get("lang", "")[:2].lower()
        if tag in BLOCKS:
            self.end_line(paragraph=tag not in {"br", "td", "th", "option"})
        if tag in SILENT:
            self.silent += 1
        elif tag in MENUS:
            self.menus += 1
            self.since.setdefault("menu", self.length)
        elif tag in {"h1", "title"}:
            self.since[tag] = self.length
        elif tag in {"ol", "ul"}:
            start = given.get("start", "1")
            first = int(start) if start.isdecimal() and len(start) < 5 else 1
            self.lists.append((given.get("type", "1") if tag == "ol" else "•", first - 1))
        elif tag == "li":
            self.put(self.number() + " ")

    def handle_endtag(self, tag: str) -> None:
        """A block ends its line; a menu ends where the outermost of its elements does."""
        if tag in SILENT:
            self.silent = max(self.silent - 1, 0)
        elif tag in MENUS and self.menus:
            self.menus -= 1
            if not self.menus:
                self.mark("menu", self.since.pop("menu"))
        elif tag in {"h1", "title"} and tag in self.since:
            self.mark("title" if tag == "h1" else "menu", self.since.pop(tag))
        elif tag in {"ol", "ul"} and self.lists:
            self.lists.pop()
        if tag in BLOCKS:
            self.end_line(paragraph=tag not in {"td", "th", "option"})

    def handle_data(self, data: str) -> None:
        """Text, white space as a browser shows it."""
        if not self.silent:
            said = SPACES.sub(" ", data)
            at_start = not self.parts or self.parts[-1].endswith((" ", "\n"))
            self.put(said.lstrip() if at_start else said)

    def number(self) -> str:
        """The next number of the innermost list, as it would be shown."""
        style, count = self.lists[-1] if self.lists else ("•", 0)
        if self.lists:
            self.lists[-1] = (style, count + 1)
        if style in {"a", "A"} and count < 26:
            return f"({chr(ord(style) + count)})"
        return "•" if style == "•" else f"{count + 1}."

    def put(self, text: str) -> None:
        """Add text."""
        if text:
            self.parts.append(text)
            self.length += len(text)

    def end_line(self, *, paragraph: bool) -> None:
        """End the line; two line ends after a paragraph."""
        if self.parts and not self.parts[-1].endswith("\n"):
            self.put("\n\n" if paragraph else "\n")

    def mark(self, role: str, start: int) -> None:
        """Mark what was added since `start`."""
        if self.length > start:
            self.marks.append([start, self.length, role, "", 0])


def extract(text: str) -> dict[str, object]:
    """Text, marks `[start, end, role, number, depth]` and the language the page names."""
    page = Page()
    page.feed(text)
    page.close()
    if page.menus:
        page.mark("menu", page.since["menu"])
    return {"text": "".join(page.parts), "faults": page.faults, "marks": page.marks, "language": page.language}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(extract(sys.stdin.buffer.read().decode("utf-8"))))
