"""Well-formed XML from any text: characters that XML has no place for become �, and everything else is escaped.

    >>> element("p", {"class": 'a"b'}, escaped("1 < 2 & ]]> \\x00"))
    '<p class="a&quot;b">1 &lt; 2 &amp; ]]&gt; �</p>'
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Everything that XML 1.0 (fifth edition, production 2) has no place for: controls, lone surrogates, U+FFFE and U+FFFF."""
_SIGNS = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_QUOTED = _SIGNS | str.maketrans({'"': "&quot;", "\n": "&#10;", "\t": "&#9;"})


_OWN_LINE = {
    *("akomaNtoso", "statement", "doc", "meta", "identification", "FRBRWork", "FRBRExpression", "FRBRManifestation"),
    *("references", "TLCOrganization", "TLCConcept", "proprietary", "preface", "preamble", "mainBody", "conclusions"),
    *("attachments", "attachment", "container", "formula", "paragraph", "section", "hcontainer", "list", "point", "indent"),
}
"""Elements that stand only among elements, where a line break says nothing: each begins a line, for people who read along."""


class Names:
    """Identifiers given so far: one that is taken gets a further number."""

    def __init__(self, *taken: str) -> None:
        self.taken = set(taken)
        self.times: dict[str, int] = {}

    def given(self, wanted: str) -> str:
        """The identifier itself, else with the next number that is free.

        >>> names = Names()
        >>> names.given("para_1"), names.given("para_1"), names.given("para_1")
        ('para_1', 'para_1-2', 'para_1-3')
        """
        found = wanted
        while found in self.taken:
            self.times[wanted] = self.times.get(wanted, 1) + 1
            found = f"{wanted}-{self.times[wanted]}"
        self.taken.add(found)
        return found


def escaped(text: str) -> str:
    """Text as the content of an element."""
    return _NO_XML.sub("�", text).translate(_SIGNS)


def lost(text: str) -> int:
    """How many characters of a text XML has no place for."""
    return len(_NO_XML.findall(text))


def element(name: str, attributes: Mapping[str, str | int | None], *content: str) -> str:
    """An element; attributes that are None are left out, `content` is XML already."""
    said = "".join(
        f' {key}="{_NO_XML.sub("�", str(value)).translate(_QUOTED)}"'
        for key, value in attributes.items()
        if value is not None
    )
    inner = "".join(content)
    begin = "\n" if name in _OWN_LINE or name.startswith("rule:") else ""
    return f"{begin}<{name}{said}>{inner}</{name}>" if inner else f"{begin}<{name}{said}/>"
