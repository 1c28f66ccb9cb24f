"""What a resolution prints before its text: symbol, session, date, agenda item, sponsors, title, status."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from plumbrule.rulebook.reading.formulas import Formulas, any_of
from plumbrule.rulebook.reading.layout import Layout
from plumbrule.rulebook.reading.lines import Sheet, mended
from plumbrule.rulebook.reading.model import Heading, Span

SYMBOL = re.compile(r"(?<![\w/(])(?:A|S|E|A/HRC|A/C\.\d)/(?:RES/)?[A-Z0-9][\w./-]*(?:\([IVXLC]+\))?")
_NUMBERED = re.compile(r"(\d{1,4}/\d{1,4})\s?[.．]?(?:\s*[-–—]\s+|\s+|$|(?=[^\s\d]))")
_TITLE_LINES = 8
_BRACKETED = re.compile(r"[\[［].{0,200}[\]］]$")
_SESSION = re.compile(r"(?:A|S|E)/(?:RES/|C\.\d/|HRC/)?(\d{2,3})/")


@dataclass(slots=True, kw_only=True)
class Front:
    """What was found, and where the title begins."""

    symbol: str | None = None
    session: int | None = None
    date: str | None = None
    agenda_item: str | None = None
    sponsors: tuple[str, ...] | None = None
    sponsors_at: Span | None = None
    status: str | None = None
    title_at: Span | None = None


def read_front(sheet: Sheet, opening: int, body: str, layout: Layout, asterisks: tuple[Span, ...]) -> Heading:
    """Fields of a resolution, and who owns the lines before its text. None is *not printed*."""
    front = Front()
    words = sheet.formulas
    lines = list(range(opening))
    front.symbol = _symbol(sheet, lines)
    front.session = _session(sheet, lines, words, front.symbol)
    front.agenda_item = _agenda_item(sheet, lines, words)
    tag = _draft_tag(sheet, lines, words)
    if tag is not None:
        _sponsors(sheet, tag, front, words)
    front.status = _status(sheet, lines, words, front.symbol, drafted=tag is not None)
    front.date = _date(sheet, lines, words, adopted=front.status == "adopted")
    title = title_start(sheet, opening)
    if title:
        front.title_at = (sheet.lines[title[0]].start + title[1], sheet.lines[opening - 1].end)
    for index in lines:
        _leave(sheet, index, front, layout)
    said = mended(sheet, [front.title_at]).text if front.title_at else None
    return Heading(
        symbol=front.symbol, title=said, title_at=front.title_at, body=body, session=front.session, date=front.date,
        agenda_item=front.agenda_item, sponsors=front.sponsors, sponsors_at=front.sponsors_at,
        asterisk_notes=asterisks, status=front.status,
    )


def _raw(sheet: Sheet, index: int) -> str:
    line = sheet.lines[index]
    return sheet.text[line.start : line.end]


def _symbol(sheet: Sheet, lines: list[int]) -> str | None:
    """The first symbol that stands by itself, or at the edge of a line; not one in brackets."""
    for index in lines:
        found = SYMBOL.search(re.sub(r"[(\[（].*", "", _raw(sheet, index)))
        if found and any(sign.isdigit() for sign in found[0]):
            return found[0].rstrip(".*")
    return None


def _session(sheet: Sheet, lines: list[int], words: Formulas, symbol: str | None) -> int | None:
    for index in lines:
        key = sheet.lines[index].key
        if words.session.casefold() in key and len(key) < 80:
            number = ordinal(key, words)
            if number:
                return number
    found = _SESSION.match(symbol or "")
    return int(found[1]) if found else None


def ordinal(said: str, words: Formulas) -> int | None:
    """A number in words or digits: the sum of its parts; Chinese counts tens by 十.

    >>> from plumbrule.rulebook.reading.formulas import formulas_of
    >>> ordinal("seventy-third session", formulas_of("en")), ordinal("第七十八届会议", formulas_of("zh"))
    (73, 78)
    """
    digits = re.search(r"\d{1,3}", said)
    if digits:
        return int(digits[0])
    if words.ten:
        unit = f"[{''.join(words.ordinals)}]"
        found = re.search(rf"({unit}?){words.ten}({unit}?)|({unit})", said)
        if found is None:
            return None
        if found[3]:
            return words.ordinals[found[3]]
        return words.ordinals.get(found[1], 1) * 10 + words.ordinals.get(found[2], 0)
    parts = re.findall(any_of(words.ordinals), said) if words.ordinals else []
    bounded = [part for part in parts if re.search(rf"(?<![^\W\d_]){re.escape(part)}(?![^\W\d_])", said)]
    return sum(words.ordinals[part] for part in bounded) or None


def _agenda_item(sheet: Sheet, lines: list[int], words: Formulas) -> str | None:
    pattern = re.compile(rf"{any_of(words.agenda_item)}\s?(\d{{1,3}}(?:\s?[(（]\w{{1,3}}[)）])?)")
    return next((found[1].replace(" ", "") for index in lines if (found := pattern.match(sheet.lines[index].key))), None)


def _draft_tag(sheet: Sheet, lines: list[int], words: Formulas) -> int | None:
    """The line that ends with *draft resolution*, after the sponsors or by itself."""
    pattern = re.compile(rf"(?:.*[:：]\W{{0,3}}|.{{0,40}}){any_of(words.draft)}(?: .{{0,60}})?\W{{0,3}}$")
    return next((index for index in reversed(lines) if pattern.match(sheet.lines[index].key)), None)


def _sponsors(sheet: Sheet, tag: int, front: Front, words: Formulas) -> None:
    last, colon = _list_ends(sheet, tag, words)
    if colon < 0:
        return
    first = last
    while first > 0 and not _list_begins(sheet, first) and re.search(r"[,、،;]", sheet.lines[first - 1].key):
        first -= 1
    at = (sheet.lines[first].start, sheet.lines[last].start + colon)
    if at[1] > at[0]:
        front.sponsors_at, front.sponsors = at, names(mended(sheet, [at]).text.strip(" *∗"), words)


def _list_ends(sheet: Sheet, tag: int, words: Formulas) -> tuple[int, int]:
    """The line with the colon after the sponsors and its place there: the tag's own, or the one above a tag without one."""
    raw = _raw(sheet, tag)
    colon = max(raw.find(":"), raw.find("："))
    if colon >= 0 or not tag or _is_field(sheet.lines[tag - 1].key, words):
        return tag, colon
    above = re.search(r"[:：][\s*∗]{0,4}$", _raw(sheet, tag - 1))
    return tag - 1, above.start() if above else -1


def _list_begins(sheet: Sheet, index: int) -> bool:
    return sheet.shows_paragraph(index)


def names(listed: str, words: Formulas) -> tuple[str, ...]:
    """A list of countries; *and* stands before the last, and inside some names."""
    parts = [part.strip(" *∗") for part in re.split(r"[,、،]", listed) if part.strip(" *∗")]
    if not parts:
        return ()
    conj = any_of(words.and_) if words.language in {"zh", "ar"} else rf"\s{any_of(words.and_)}\s"
    keep = {name.casefold() for name in words.same_names_with_and}
    halves = [half.strip() for half in re.split(conj, parts[-1])]
    for cut in range(len(halves), 0, -1):  # the longest name that is one, from the end
        joined = next((name for name in words.same_names_with_and if parts[-1].endswith(name)), "")
        if joined and joined.casefold() in keep:
            before = re.sub(rf"{conj}\s?$", "", parts[-1][: -len(joined)] or "").strip()
            return (*parts[:-1], *([before] if before else []), joined)
        if cut == 1:
            break
        return (*parts[:-1], " ".join(halves[:-1]) if len(halves) > 2 else halves[0], halves[-1])
    return tuple(parts)


def _status(sheet: Sheet, lines: list[int], words: Formulas, symbol: str | None, *, drafted: bool) -> str | None:
    if symbol and "/RES/" in symbol:
        return "adopted"
    if drafted or (symbol and "/L." in symbol):
        return "draft"
    adopted = re.compile(any_of(words.adopted))
    return "adopted" if any(adopted.search(sheet.lines[index].key) for index in lines) else None


def _date(sheet: Sheet, lines: list[int], words: Formulas, *, adopted: bool) -> str | None:
    """The day it was adopted where the text says so, else the first day printed before the text."""
    dated = [(index, day) for index in lines if (day := first_date(sheet.lines[index].key, words))]
    saying = re.compile(any_of(words.adopted))
    if adopted:
        for index, day in dated:
            if saying.search(sheet.lines[index].key) or (index and saying.search(sheet.lines[index - 1].key)):
                return day
    return dated[0][1] if dated else None


def first_date(key: str, words: Formulas) -> str | None:
    """A day as ISO 8601, of a line in small letters.

    >>> from plumbrule.rulebook.reading.formulas import formulas_of
    >>> first_date("distr.: general 3 december 2018", formulas_of("en")), first_date("2023年10月2日", formulas_of("zh"))
    ('2018-12-03', '2023-10-02')
    """
    plain = re.search(r"(?<!\d)(\d{4})\s?[-年/.]\s?(\d{1,2})\s?[-月/.]\s?(\d{1,2})(?!\d)", key)
    if plain:
        year, month, day = (int(plain[n]) for n in (1, 2, 3))
        return _iso(year, month, day)
    for number, said in enumerate(words.months, 1):
        named = rf"{any_of(said)}\.?\s?(?:[/]\s?\S{{1,12}})?"
        found = re.search(rf"(?<!\d)(\d{{1,2}})(?:er)?\.?\s(?:de\s)?{named}\s?(?:de\s)?(\d{{4}})", key)
        if found:
            return _iso(int(found[2]), number, int(found[1]))
    return None


def _iso(year: int, month: int, day: int) -> str | None:
    return f"{year:04}-{month:02}-{day:02}" if 1 <= month <= 12 and 1 <= day <= 31 and 1900 <= year <= 2100 else None


def title_start(sheet: Sheet, opening: int) -> tuple[int, int] | None:
    """The line where the title begins, just above the text, and how many of its characters come before it.

    After the draft tag, the number of the resolution, a remark in brackets or a date; else the last paragraph.
    """
    words = sheet.formulas
    tag = _draft_tag(sheet, list(range(opening)), words)
    if tag is not None:
        return (tag + 1, 0) if tag + 1 < opening else None
    for index in range(opening - 1, max(opening - _TITLE_LINES, -1), -1):
        key, numbered = sheet.lines[index].key, _NUMBERED.match(_raw(sheet, index))
        if numbered:
            return (index, numbered.end()) if numbered.end() < len(_raw(sheet, index)) else (index + 1, 0)
        if _BRACKETED.search(key) or first_date(key, words) or _is_field(key, words):
            return (index + 1, 0) if index + 1 < opening else None
    first = opening - 1
    while first > 0 and not sheet.lines[first].blank and opening - first < _TITLE_LINES:
        first -= 1
    return (first, 0) if first >= 0 else None


def _is_field(key: str, words: Formulas) -> bool:
    """A symbol, a session or an agenda item, which are no title."""
    return bool(SYMBOL.fullmatch(key.upper()) or re.match(any_of(words.agenda_item), key)) or (
        words.session.casefold() in key and ordinal(key, words) is not None
    )


def _leave(sheet: Sheet, index: int, front: Front, layout: Layout) -> None:
    """Front matter, sponsors apart from what follows them, and the title without its number."""
    line = sheet.lines[index]
    edges = {line.start, line.end}
    for at in (front.sponsors_at, front.title_at):
        edges |= {edge for edge in at or () if line.start < edge < line.end}
    points = sorted(edges)
    for start, end in pairwise(points):
        titled = front.title_at and front.title_at[0] <= start < front.title_at[1]
        shown = len(sheet.text[start:end].rstrip())
        layout.leave((start, start + shown), "title" if titled else "front")
