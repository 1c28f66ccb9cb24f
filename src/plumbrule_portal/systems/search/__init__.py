"""Full text in six languages over two databases: which words a text holds, and what a reader's words ask of it.

    texts ─fold→ words ─→ FTS5 row (SQLite) or tsvector (PostgreSQL)
    reader's words ─fold→ parts ─→ FTS5 expression or tsquery

Which signs make a word is decided by the core (`plumbrule.rulebook.search`), the same for texts and for queries and for both
databases, which only keep lists of words, without their places. Chinese is held by two and three characters in a row, Arabic
without vowel signs, article and variants of letters, the others without case and accents; the beginning of a word is enough.
Filters are words too, in a column of their own, so that a filter and a word are looked up in the same way and cost the same.
No Django here.

    >>> folded = fold({"en": "Résumé screening", "zh": "人工智能"})
    >>> folded
    'resume screening 人工 工智 智能 能 人工智 工智能'
    >>> parts = parts_of("résumés 智能")
    >>> expression_sqlite(parts, {"phase": "use"}, names=False)
    '{names words} : ("resume" *) AND {names words} : ("智能") AND tags : "xqphaseqx757365"'
    >>> expression_postgresql(parts, {}, names=True)
    "'xqnresume':* & 'xqn智能'"
"""

from plumbrule_portal.systems.search.words import (
    Part,
    expression_postgresql,
    expression_sqlite,
    fold,
    parts_of,
    tag,
    texts_in,
    vector,
)

__all__ = ["Part", "expression_postgresql", "expression_sqlite", "fold", "parts_of", "tag", "texts_in", "vector"]
