"""Words of texts and of queries, and how each database is asked for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from plumbrule.rulebook.search import pairs, stem, tokens, words_of

MOST_WORDS, LONGEST_QUERY = 20, 200
MOST_TOKENS = 16_000
"""PostgreSQL numbers the words of a text up to 16,383; what stands behind is found, but not as part of a phrase."""
LONGEST_TOKEN = 200
NAMED = "xqn"
"""With this before it a word is one of a name, on PostgreSQL."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Words that must follow one another; the last may be only the beginning of one if the part is `open`."""

    words: tuple[str, ...]
    open: bool


def texts_in(value: object) -> Iterator[str]:
    """Every text inside a field of a record: of a multilingual text, a list, rows. A stated absence holds none."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in () if "absent" in value else value.values():
            yield from texts_in(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from texts_in(part)


def fold(texts: object) -> str:
    """The words of texts as they are compared, parted by blanks."""
    found = (token[:LONGEST_TOKEN] for text in texts_in(texts) for token in tokens(text))
    return " ".join(islice(found, MOST_TOKENS))


def parts_of(words: str) -> tuple[Part, ...]:
    """What a reader's words ask for: all of these must stand in a text."""
    found = []
    for word in islice(words_of(words[:LONGEST_QUERY]), MOST_WORDS):
        if word.run:
            found.append(Part(words=pairs(word.folded) or (word.folded,), open=len(word.folded) == 1))
        else:
            begins, more = stem(word.folded)
            found.append(Part(words=(begins[:LONGEST_TOKEN],), open=more))
    return tuple(dict.fromkeys(found))


def tag(field: str, value: str) -> str:
    """A filter as one word that no text holds."""
    return f"xq{field}qx{value.encode().hex()}"


def expression_sqlite(parts: Iterable[Part], tags: Mapping[str, str], *, names: bool) -> str:
    """What FTS5 is asked: all parts, in the names only or anywhere, and all filters."""
    column = "names" if names else "{names words}"
    asked = [f'{column} : ("{" ".join(part.words)}"{" *" if part.open else ""})' for part in parts]
    return " AND ".join(asked + [f'tags : "{tag(field, value)}"' for field, value in sorted(tags.items())])


def expression_postgresql(parts: Iterable[Part], tags: Mapping[str, str], *, names: bool) -> str:
    """The same as a tsquery. Words of names are words of their own: weights would have to be looked up in every row."""
    asked = []
    for part in parts:
        ends = ["" for _ in part.words[1:]] + [":*" if part.open else ""]
        words = [f"'{NAMED if names else ''}{word}'{end}" for word, end in zip(part.words, ends, strict=True)]
        asked.append(words[0] if len(words) == 1 else f"({' <-> '.join(words)})")
    return " & ".join(asked + [f"'{tag(field, value)}'" for field, value in sorted(tags.items())])


def vector(names: str, words: str, tags: Iterable[str]) -> str:
    """A tsvector as PostgreSQL reads it: all words, those of names once more as such, and the filters without a place."""
    places: dict[str, list[int]] = {}
    named = names.split()
    for at, word in [*enumerate([*named, *words.split()], start=1), *enumerate((NAMED + word for word in named), start=1)]:
        held = places.setdefault(word, [])
        if len(held) < 255:
            held.append(min(at, 16_383))
    held_at = [f"'{word}':{','.join(map(str, held))}" for word, held in places.items()]
    return " ".join(held_at + [f"'{one}'" for one in tags])
