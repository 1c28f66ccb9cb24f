"""The language of a document: as it or its user says, else by its letters, and for Latin letters by its smallest words."""

from __future__ import annotations

import re
from collections import Counter

from plumbrule.rulebook.reading.document import Document

_SAMPLE = 20_000
_LETTERS = {
    "zh": re.compile("[\u4e00-\u9fff]"),
    "ar": re.compile("[\u0600-\u06ff]"),
    "ru": re.compile("[\u0400-\u04ff]"),
    "latin": re.compile("[A-Za-z]"),
}
_WORDS = {
    "en": {"the", "of", "and", "to", "in", "its"},
    "fr": {"les", "des", "et", "du", "dans", "aux", "la"},
    "es": {"los", "las", "del", "y", "en", "el", "la"},
}
_CHINESE_WEIGHT = 2  # a Chinese character says as much as two letters


def language_of(document: Document) -> str:
    """A code of two letters; empty where too little is written to tell.

    Kazakh, Tajik and other languages in these scripts are taken for the United Nations language written in them unless
    the file or the user says better.
    """
    if document.language:
        return document.language[:2].lower()
    text = document.text
    middle = max(len(text) // 2 - _SAMPLE // 2, 0)
    sample = text[:_SAMPLE] + text[middle : middle + _SAMPLE]
    counts = {name: len(pattern.findall(sample)) for name, pattern in _LETTERS.items()}
    counts["zh"] *= _CHINESE_WEIGHT
    best = max(counts, key=lambda name: counts[name])
    if counts[best] < 4:
        return ""
    return best if best != "latin" else _latin(sample)


def _latin(sample: str) -> str:
    words = Counter(re.findall(r"[a-záéíóúñçàèùêû]{1,5}", sample.casefold()))
    scores = {language: sum(words[word] for word in small) for language, small in _WORDS.items()}
    return max(scores, key=lambda language: scores[language]) if any(scores.values()) else "en"
