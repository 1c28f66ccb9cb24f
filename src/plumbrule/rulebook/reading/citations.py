"""Symbols that a text prints, and numbers of resolutions and decisions it names, each with its place.

A number becomes a symbol only where its body is known: named just before it, by the heading it stands under, or the body
that speaks. The table of forms stands in docs/concepts/asks.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from plumbrule.rulebook.reading.formulas import Formulas, any_of, formulas_of
from plumbrule.rulebook.reading.lines import inside
from plumbrule.rulebook.reading.marks import roman
from plumbrule.rulebook.reading.model import Span
from plumbrule.rulebook.reading.traced import Traced
from plumbrule.rulebook.reading.units import Cited

SYMBOL = re.compile(
    r"(?<![A-Za-z0-9./-])(?=[^\s]{0,80}\d)(?:[AES]|ST|TD|DP|CCPR|CEDAW|CRC|CERD|CAT|[A-Z]{3,10}(?:-\d{2})?)"
    r"/(?:[A-Z0-9][A-Za-z0-9.-]*(?:\([A-Za-z0-9.]{1,12}\))?)(?:/[A-Z0-9][A-Za-z0-9.-]*(?:\([A-Za-z0-9.]{1,12}\))?){0,6}"
)
_ADDRESS = re.compile(r"(?:https?://|www\.)[!-~]+")
_NUMBER = (
    r"\d{1,4}/\d{1,3}|\d{1,4} [A-Z] ?\([IVXLCDM]{1,8}(?:-[IVX]{1,4})?\)"
    r"|\d{1,4} (?:ألف|باء|جيم|دال) ?\(د-\d{1,2}\)"
)
_ARABIC = {"ألف": "A", "باء": "B", "جيم": "C", "دال": "D"}  # letters of early resolutions; (د-3) is (III)
_ENDS = ".。;；!?\n"
_BEFORE = 60  # how far before a number the name of its body may stand
_AFTER = 60  # how far after it one is looked for, and how near it has to begin
_NEAR = 12
_CHAIN = 400  # how far a chain of numbers after one word may reach


@dataclass(frozen=True, slots=True, kw_only=True)
class Patterns:
    """What finds numbers in one language, made once."""

    language: str
    head: re.Pattern[str]
    number: re.Pattern[str]
    link: re.Pattern[str]
    councils: tuple[tuple[str, re.Pattern[str]], ...]
    other: re.Pattern[str]
    ibid: re.Pattern[str]
    decision: re.Pattern[str]


@cache
def patterns_of(language: str) -> Patterns:
    """Made from the formulas of a language."""
    words: Formulas = formulas_of(language)
    months = any_of(month for months in words.months for month in months)
    conj = any_of(words.and_)
    date = rf"(?:(?:of|du|de|от|المؤرخ)?\s?\d{{1,2}}(?:er)?\s(?:de )?{months}(?:/\S{{1,12}})?(?: de)?\s\d{{4}}(?: г(?:ода|\.))?)"
    quoted = r"(?:(?:entitled|intitulée?|titulad[ao]s?|озаглавленн\w{1,4}|المعنون)?\s?[“”„\"«][^“”\"»]{1,200}[“”\"»])"
    bodies = any_of(name for names in words.councils.values() for name in names)
    link = rf"(?:\s|,|،|;|{conj}\s|{date}|{quoted}|{bodies}|№|第|号|、)"
    head = any_of((*words.resolution, *words.decision))
    return Patterns(
        language=words.language,
        head=re.compile(rf"(?<![^\W\d_]){head}(?![^\W\d_])" if words.language != "zh" else head, re.IGNORECASE),
        number=re.compile(_NUMBER),
        link=re.compile(link, re.IGNORECASE),
        councils=tuple((code, re.compile(any_of(names), re.IGNORECASE)) for code, names in words.councils.items()),
        other=re.compile(r"委员会|组织|署|commission|committee|conference|комисси\w{1,3}|комитет\w{0,2}", re.IGNORECASE),
        ibid=re.compile(rf"\W{{0,4}}(?:见)?{any_of(words.ibid)}", re.IGNORECASE),
        decision=re.compile(any_of(words.decision), re.IGNORECASE),
    )


def citations(text: Traced, language: str, speaker: str = "A") -> tuple[Cited, ...]:
    """Every document cited in a text, in order.

    Args:
        text: running text.
        language: its language.
        speaker: prefix of the body whose resolutions are meant where none is named (`A`, `E`, `A/HRC`); empty where
            nobody knows.
    """
    plain = _ADDRESS.sub(lambda match: " " * len(match[0]), text.text.replace("’", "'"))  # an address cites nothing
    found = [(m.start(), m.end(), m[0].rstrip(".-")) for m in SYMBOL.finditer(plain)]
    taken = [(start, end) for start, end, _ in found]
    starts = [start for start, _ in taken]
    patterns = patterns_of(language)
    numbers = _chinese(plain) if patterns.language == "zh" else _chained(plain, patterns)
    for start, end, kind in numbers:
        body = "" if inside(start, taken, starts) else _body(plain, start, end, patterns, speaker)
        if body:
            found.append((start, end, _symbol(plain[start:end], body, decision=kind == "decision")))
    return tuple(Cited(symbol=symbol, at=text.span(start, end)) for start, end, symbol in sorted(set(found)))


def is_ibid(text: str, language: str) -> bool:
    """Whether a note says that its source is that of the note before."""
    return bool(patterns_of(language).ibid.match(text))


_ZH = re.compile(rf"第({_NUMBER})号")
_ZH_LIST = re.compile(rf"第((?:(?:{_NUMBER})[、和及]{{1,2}}){{1,20}}(?:{_NUMBER}))号")
_ZH_KIND = re.compile(r"决议|决定")


def _chinese(text: str) -> Iterator[tuple[int, int, str]]:
    """`第70/1号决议`: what kind it is says the next of the two words."""
    spans = [match.span(1) for match in _ZH.finditer(text)]
    spans += [
        (listed.start(1) + number.start(), listed.start(1) + number.end())
        for listed in _ZH_LIST.finditer(text)
        for number in re.finditer(_NUMBER, listed[1])
    ]
    for start, end in spans:
        kind = _ZH_KIND.search(text, end, end + 60)
        if kind:
            yield start, end, "decision" if kind[0] == "决定" else "resolution"


def _chained(text: str, patterns: Patterns) -> Iterator[tuple[int, int, str]]:
    """`resolutions 70/1 of 25 September 2015, 69/313 and 72/242`: numbers after the word, with dates and titles between."""
    for head in patterns.head.finditer(text):
        kind = "decision" if patterns.decision.fullmatch(head[0]) else "resolution"
        at, most = head.end(), head.end() + _CHAIN
        while at < most:
            number, link = patterns.number.match(text, at), patterns.link.match(text, at)
            if number:
                yield number.start(), number.end(), kind
            step = number or link
            if step is None or step.end() == at:
                break
            at = step.end()


def _body(text: str, start: int, end: int, patterns: Patterns, speaker: str) -> str:
    """Whose number it is: the body named right after it, else the last one in its clause before it, else the one that speaks.

    Empty for a body unknown to us.
    """
    after = re.split(r"[,;:.،؛\d]", text[end : end + _AFTER], maxsplit=1)[0]
    following = min(((m.start(), code) for code, pattern in patterns.councils for m in pattern.finditer(after)), default=None)
    other = patterns.other.search(after)
    if following and following[0] <= _NEAR and not (other and other.start() < following[0]):
        return following[1]
    before = text[max(start - _BEFORE, 0) : start]
    clause = before[max((before.rfind(sign) for sign in _ENDS), default=-1) + 1 :]
    named = [(m.end(), code) for code, pattern in patterns.councils for m in pattern.finditer(clause)]
    last, code = max(named, default=(0, ""))
    unknown = max((m.end() for m in patterns.other.finditer(clause)), default=0)
    if unknown > last or (other and other.start() <= _NEAR and patterns.language != "zh"):
        return ""
    return code or speaker


def _symbol(number: str, body: str, *, decision: bool) -> str:
    year = re.match(r"(?:19|20)\d\d/", number)
    if year and body == "A":
        body = "E"  # the Council numbers by years, the Assembly by sessions
    early = re.fullmatch(r"(\d+) (\S+) ?\(د-(\d+)\)", number)
    if early:
        number = f"{early[1]} {_ARABIC[early[2]]} ({roman(int(early[3])).upper()})"
    shown = re.sub(r" ?\(", " (", number)
    return f"{body}/{'DEC' if decision else 'RES'}/{shown}"


def headed(sections: Iterable[tuple[str, Span]], language: str) -> Iterator[tuple[str, Span]]:
    """Parts of an annex under the headings of bodies: each with the prefix of its body, empty for one unknown to us."""
    councils = patterns_of(language).councils
    for heading, span in sections:
        yield next((code for code, pattern in councils if pattern.fullmatch(heading)), ""), span
