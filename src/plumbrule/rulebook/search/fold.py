"""Words as they are compared: without case, accents, vowel signs and other things that a person leaves out when searching.

Chinese, Japanese and Korean write no spaces that part words: a run of characters is cut into overlapping pairs, and its
last character stands alone, so that each character begins one token. Arabic letters follow the light normalisation of
Larkey, Ballesteros and Connell (2002, "light10", prefixes only). Everything here is linear in the length of the text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

_CJK = "\u3005\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_MARKS = "\u0300-\u036f\u0483-\u0487\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed"
_RUN = re.compile(f"[{_CJK}]+|[^\\W_{_CJK}][^\\W_{_CJK}{_MARKS}]*(?:[{_MARKS}]+[^\\W_{_CJK}{_MARKS}]*)*")
_IS_CJK = re.compile(f"[{_CJK}]")
_ARABIC = re.compile("[\u0621-\u064a]")
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_LETTERS = str.maketrans(
    {
        **dict.fromkeys("أإآٱ", "ا"),
        "ى": "ي",
        "ی": "ي",
        "ک": "ك",
        "ة": "ه",
        "ؤ": "و",
        "ئ": "ي",
        "ء": None,
        "ـ": None,
        **{chr(0x660 + digit): str(digit) for digit in range(10)},
        **{chr(0x6F0 + digit): str(digit) for digit in range(10)},
    }
)
_ARTICLES = ("وال", "فال", "بال", "كال", "ولل", "ال", "لل")
_RUSSIAN_ENDING = re.compile("(?:ами|ями|ого|его|ому|ему|[аеиоуыюя]х|[аеиоуыюя]м|[ое]в|[аеиоуыэюяь]{1,2})$")
SHORTEST_STEM = 4
SHORTEST_PREFIX = 3


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text, or a run of characters that parts no words: where it stands, and how it is compared."""

    start: int
    end: int
    folded: str
    run: bool

    @property
    def tokens(self) -> tuple[str, ...]:
        """What the index holds of it."""
        if not self.run:
            return (self.folded,)
        return (*pairs(self.folded), self.folded[-1])


def words_of(text: str) -> Iterator[Word]:
    """The words of a text, in order."""
    for found in _RUN.finditer(text):
        shown = found[0]
        if _IS_CJK.match(shown):
            yield Word(found.start(), found.end(), shown, True)
        elif folded := fold_word(shown):
            yield Word(found.start(), found.end(), folded, False)


def tokens(text: str) -> list[str]:
    """What the index holds of a text.

    >>> tokens("Résolution 78/265: 人工智能")
    ['resolution', '78', '265', '人工', '工智', '智能', '能']
    """
    return [token for word in words_of(text) for token in word.tokens]


@lru_cache(maxsize=1 << 17)
def fold_word(word: str) -> str:
    """One word as it is compared.

    >>> fold_word("ÉTATS"), fold_word("Ёлка"), fold_word("وَالذَّكَاءِ") == fold_word("ذكاء")
    ('etats', 'елка', True)
    """
    if word.isascii():
        return word.lower()
    parted = unicodedata.normalize("NFKD", word.translate(_LETTERS).casefold())
    bare = "".join(sign for sign in parted if _compares(sign)).translate(_LETTERS)
    return _without_article(bare) if _ARABIC.search(bare) else bare


def _compares(sign: str) -> bool:
    """Whether a sign of a decomposed word counts: no accent, and nothing that parts words, as in U+2474, which is *(1)*"""
    return sign.isalnum() if sign.isascii() else not unicodedata.combining(sign)


def _without_article(word: str) -> str:
    """An Arabic word without article and joined *and*: what is left keeps two letters (three after *and*)."""
    for article in _ARTICLES:
        if word.startswith(article) and len(word) - len(article) >= 2:
            word = word[len(article) :]
            break
    return word[1:] if word.startswith("و") and len(word) > SHORTEST_STEM - 1 else word


def pairs(run: str) -> tuple[str, ...]:
    """Overlapping pairs of characters.

    >>> pairs("人工智能")
    ('人工', '工智', '智能')
    """
    return tuple(run[at : at + 2] for at in range(len(run) - 1))


def stem(folded: str) -> tuple[str, bool]:
    """What a word sought must begin with, and whether more may follow: a plural *s*, a Russian ending may differ.

    >>> stem("systems"), stem("права"), stem("ai"), stem("265")
    (('system', True), ('прав', True), ('ai', False), ('265', False))
    """
    if folded.isdigit() or len(folded) < SHORTEST_PREFIX:
        return folded, False
    short = folded
    if _CYRILLIC.search(folded):
        short = _RUSSIAN_ENDING.sub("", folded)
    elif folded.isascii() and folded.endswith("s") and not folded.endswith("ss"):
        short = folded[:-1]
    return (short if len(short) >= SHORTEST_STEM else folded), True
