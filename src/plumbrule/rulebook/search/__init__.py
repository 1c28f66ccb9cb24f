"""Find provisions by words, in any of the six languages, and say why each was found.

    entries ─fold→ tokens ─index→ SQLite FTS5 ─ask→ hits, each with the words that matched

Chinese is searched by pairs of characters, Arabic by words without vowel signs, article and variants of letters, the
others without case and accents; the beginning of a word is enough. Words rank texts (BM25); they do not understand them.

    >>> from plumbrule.rulebook import load_rulebook
    >>> from plumbrule.rulebook.search import Query, entries_of_rulebook, index_in_memory, search
    >>> index = index_in_memory(entries_of_rulebook(load_rulebook()))
    >>> hits = search(index, Query(words="非歧视 OR bias", limit=3)).hits
    >>> [hit.entry.kind for hit in hits][:1]
    ['provision']
"""

from __future__ import annotations

from plumbrule.rulebook.search.fold import Word, fold_word, pairs, stem, tokens, words_of
from plumbrule.rulebook.search.folder import index_of_folder
from plumbrule.rulebook.search.index import SearchIndex, index_in_memory, index_on_disk
from plumbrule.rulebook.search.query import Found, Hit, Matched, Query, near_words, search, snippet
from plumbrule.rulebook.search.shelf import Entry, entries_of_rulebook, entries_of_version

__all__ = [
    "Entry",
    "Found",
    "Hit",
    "Matched",
    "Query",
    "SearchIndex",
    "Word",
    "entries_of_rulebook",
    "entries_of_version",
    "fold_word",
    "index_in_memory",
    "index_of_folder",
    "index_on_disk",
    "near_words",
    "pairs",
    "search",
    "snippet",
    "stem",
    "tokens",
    "words_of",
]
