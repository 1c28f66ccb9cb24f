"""Words of texts and of queries, and how each database is asked for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from plumbrule.rulebook.search import Word, pairs, stem, words_of

MOST_WORDS, LONGEST_QUERY = 20, 200
LONGEST_TOKEN = 200
MOST_BYTES = 200_000
"""What search holds of the names and of the texts of one thing, each word once: a tsvector holds a megabyte in all."""
NAMED = "xqn"
"""With this before it a word is one of a name, on PostgreSQL."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A word that a text must hold; a word of it may go on behind it if the part is `open`."""

    word: str
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
    """The words of texts as they are compared, each once, parted by blanks; what goes beyond `MOST_BYTES` is not held."""
    found, room = {}, MOST_BYTES
    for token in (token[:LONGEST_TOKEN] for text in texts_in(texts) for word in words_of(text) for token in _held(word)):
        if token not in found:
            room -= len(token.encode()) + 1
            if room < 0:
                break
            found[token] = True
    return " ".join(found)


def parts_of(words: str) -> tuple[Part, ...]:
    """What a reader's words ask for: all of these must stand in a text."""
    found: list[Part] = []
    for word in islice(words_of(words[:LONGEST_QUERY]), MOST_WORDS):
        if word.run:
            asked = _threes(word.folded) or (word.folded,)
            found += (Part(word=one, open=len(one) == 1) for one in asked)
        else:
            begins, more = stem(word.folded)
            found.append(Part(word=begins[:LONGEST_TOKEN], open=more))
    return tuple(dict.fromkeys(found))


def tag(field: str, value: str) -> str:
    """A filter as one word that no text holds."""
    return f"xq{field}qx{value.encode().hex()}"


def expression_sqlite(parts: Iterable[Part], tags: Mapping[str, str], *, names: bool) -> str:
    """What FTS5 is asked: all parts, in the names only or anywhere, and all filters."""
    column = "names" if names else "{names words}"
    asked = [f'{column} : ("{part.word}"{" *" if part.open else ""})' for part in parts]
    return " AND ".join(asked + [f'tags : "{tag(field, value)}"' for field, value in sorted(tags.items())])


def expression_postgresql(parts: Iterable[Part], tags: Mapping[str, str], *, names: bool) -> str:
    """The same as a tsquery. Words of names are words of their own: weights would have to be looked up in every row."""
    asked = [f"'{NAMED if names else ''}{part.word}'{':*' if part.open else ''}" for part in parts]
    return " & ".join(asked + [f"'{tag(field, value)}'" for field, value in sorted(tags.items())])


def vector(names: str, words: str, tags: Iterable[str]) -> str:
    """A tsvector as PostgreSQL reads it: all words, those of names once more as such, and the filters; no places."""
    named = names.split()
    return " ".join(f"'{word}'" for word in (*named, *(NAMED + word for word in named), *words.split(), *tags))


def _held(word: Word) -> tuple[str, ...]:
    """What search holds of a word: itself; of a run of characters its last one, and every two and three in a row."""
    if not word.run:
        return (word.folded,)
    return (*pairs(word.folded), word.folded[-1], *_threes(word.folded))


def _threes(run: str) -> tuple[str, ...]:
    """Every three characters in a row."""
    return tuple(run[at : at + 3] for at in range(len(run) - 2))
