"""From the words of a person to hits: what must stand in a text, which texts hold it, and where in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from plumbrule.rulebook.search.fold import Word, pairs, stem, words_of
from plumbrule.rulebook.search.index import SearchIndex, tag
from plumbrule.rulebook.search.shelf import Entry

MOST_WORDS = 40
COMMON, HALF = 0.2, 0.5
AROUND = 60
ABOUT = 0.8
"""The share of the best score from which a match counts as about as good."""
FIELDS = ("title", "text", "said")


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is looked for: words (all of them, else some), and filters by code. Without words the filters list.

    `language` looks only there; `prefer` is the language to show where several match about as well.
    """

    words: str = ""
    addressee: str = ""
    function: str = ""
    instrument: str = ""
    theme: str = ""
    language: str = ""
    prefer: str = "en"
    limit: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """Why an entry was found: in which field, and the places of the words in it."""

    field: str
    text: str
    places: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One provision, requirement or instrument. `also` are other languages in which it matched; a higher score is better."""

    entry: Entry
    score: float
    matched: tuple[Matched, ...]
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The best hits. `some` says that no text holds all the words, and these hold some; `more`, that there are further hits."""

    hits: tuple[Hit, ...]
    some: bool = False
    more: bool = False


@dataclass(frozen=True, slots=True)
class _Part:
    """Tokens that must follow each other; the last may be a beginning only."""

    tokens: tuple[str, ...]
    open: bool
    run: bool

    def phrase(self) -> str:
        """As FTS5 wants it; tokens are letters and digits only."""
        return '"' + " ".join(self.tokens) + '"' + ("*" if self.open else "")


def search(index: SearchIndex, query: Query) -> Found:
    """The best matches. Texts that hold all the words come alone; only where there are none, those that hold some."""
    parts = list(_parts(query.words))
    filters = _filters(query)
    if not parts:
        return _hits(index, query, filters or "xqall", parts) if filters or not query.words.strip() else Found(hits=())
    every = _and([part.phrase() for part in parts])
    found = _hits(index, query, _and([f"{{title text said}} : ({every})", filters]), parts)
    if found.hits or (len(parts) == 1 and len(parts[0].tokens) == 1):
        return found
    loose = _rarer(index, list(_loosened(parts)))
    some = " OR ".join(dict.fromkeys(part.phrase() for part in loose))
    found = _hits(index, query, _and([f"{{title text said}} : ({some})", filters]), loose)
    return Found(hits=found.hits, some=bool(found.hits), more=found.more)


def near_words(index: SearchIndex, words: str, most: int = 5) -> tuple[str, ...]:
    """Words of the index that look like those sought, in their folded form."""
    near: list[str] = []
    for word in list(words_of(words))[:MOST_WORDS]:
        if word.run:
            wanted = {*word.folded}
            held = [term for sign in sorted(wanted) for term in index.vocabulary(sign) if len(term) == 2 and {*term} <= wanted]
            near += [term for term in held if term in word.folded] or held[:2]
        else:
            held = [term for term in index.vocabulary(word.folded[:1]) if abs(len(term) - len(word.folded)) <= 3]
            near += get_close_matches(word.folded, held, n=3, cutoff=0.7)
    return tuple(dict.fromkeys(near))[:most]


def _and(expressions: list[str]) -> str:
    return " AND ".join(part for part in expressions if part)


def _filters(query: Query) -> str:
    asked = ("addressee", "function", "instrument", "theme", "language")
    return _and([f"tags : {tag(name, getattr(query, name))}" for name in asked if getattr(query, name)])


def _parts(words: str) -> Iterator[_Part]:
    """The words sought. Words that nothing but signs part (`78/265`, `6(h)`) belong together; scripts do not."""
    count = 0
    for chunk in re.findall(r"\S+", words):
        row: list[str] = []
        for word in words_of(chunk):
            if (count := count + 1) > MOST_WORDS:
                return
            if not word.run:
                row.append(word.folded)
                continue
            if row:
                yield _worded(row)
            row = []
            yield _Part(pairs(word.folded) or (word.folded,), open=len(word.folded) == 1, run=True)
        if row:
            yield _worded(row)


def _worded(row: list[str]) -> _Part:
    last, more = stem(row[-1])
    return _Part((*row[:-1], last), open=more, run=False)


def _loosened(parts: list[_Part]) -> Iterator[_Part]:
    for part in parts:
        for token in part.tokens[:-1]:
            yield _Part((token,), open=False, run=part.run)
        yield _Part(part.tokens[-1:], open=part.open, run=part.run)


def _rarer(index: SearchIndex, parts: list[_Part]) -> list[_Part]:
    """Without the words that stand nearly everywhere, unless there are no others: they find much and say little."""
    rare = [part for part in parts if index.share(part.tokens[0]) < COMMON]
    held = [part for part in rare if part.open or index.share(part.tokens[0])]
    return rare if held else parts


def _hits(index: SearchIndex, query: Query, expression: str, parts: list[_Part]) -> Found:
    """Rows by rank, one hit for each thing found, in the language that matched best."""
    wanted = max(query.limit, 1)
    rows = index.matches(expression, wanted * 8, ranked=_says_something(index, parts))
    found: dict[tuple[str, str], list[tuple[Entry, float]]] = {}
    for row, rank in rows:
        entry = index.entry(row)
        found.setdefault((entry.source, entry.ref), []).append((entry, -rank))
    hits = [_hit(versions, query.prefer, parts) for versions in [*found.values()][:wanted]]
    return Found(hits=tuple(hits), more=len(found) > wanted or len(rows) == wanted * 8)


def _says_something(index: SearchIndex, parts: list[_Part]) -> bool:
    """Whether any word stands in at most half of the texts: BM25 weighs the others at nothing, so ranking them is idle."""
    return any(min(index.share(token) for token in part.tokens) <= HALF for part in parts)


def _hit(versions: list[tuple[Entry, float]], prefer: str, parts: list[_Part]) -> Hit:
    """What was found in several languages, shown in the one that matched best; the preferred one if it did about as well."""
    best = versions[0][1]
    entry = next((e for e, score in versions if e.language == prefer and score >= ABOUT * best), versions[0][0])
    also = dict.fromkeys(e.language for e, _ in versions if e.language != entry.language)
    return Hit(entry=entry, score=best, matched=tuple(_matched(entry, parts)), also=tuple(also))


def _matched(entry: Entry, parts: list[_Part]) -> Iterator[Matched]:
    title = " · ".join(filter(None, (entry.citation or entry.ref, entry.title)))
    shown = {"title": title, "text": entry.text, "said": entry.said}
    for field in FIELDS:
        places = sorted({place for part in parts for place in _places(shown[field], part)})
        if places:
            yield Matched(field=field, text=shown[field], places=tuple(_merged(places)))


def _places(text: str, part: _Part) -> Iterator[tuple[int, int]]:
    """Where a part stands in a text."""
    words = list(words_of(text))
    if part.run:
        sought = part.tokens[0] + "".join(token[-1] for token in part.tokens[1:]) if len(part.tokens) > 1 else part.tokens[0]
        for word in filter(lambda word: word.run, words):
            yield from ((word.start + at.start(), word.start + at.end()) for at in re.finditer(re.escape(sought), word.folded))
        return
    length = len(part.tokens)
    for n in range(len(words) - length + 1):
        if all(_meets(words[n + k], token, part.open and k == length - 1) for k, token in enumerate(part.tokens)):
            yield words[n].start, words[n + length - 1].end


def _meets(word: Word, token: str, begins: bool) -> bool:
    if word.run:
        return False
    return word.folded.startswith(token) if begins else word.folded == token


def _merged(places: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    start, end = places[0]
    for s, e in places[1:]:
        if s > end:
            yield start, end
            start, end = s, e
        end = max(end, e)
    yield start, end


def snippet(matched: Matched) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The text around the first places, and where they stand in it."""
    text, places = matched.text, matched.places
    start = max(0, places[0][0] - AROUND)
    end = min(len(text), max(places[0][1] + 2 * AROUND, start + 3 * AROUND))
    head, tail = ("…" if start else ""), ("…" if end < len(text) else "")
    inside = tuple((s - start + len(head), min(e, end) - start + len(head)) for s, e in places if s < end)
    return head + text[start:end] + tail, inside
