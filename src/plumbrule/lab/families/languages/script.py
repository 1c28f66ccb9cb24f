"""Which script a text is written in, and which language it seems to be in: screens for answers, in plain Python.

>>> dominant_script("Bugun havo yaxshi, Toshkentda 25 daraja")
'Latn'
>>> dominant_script("Бугун ҳаво яхши"), dominant_script("今天天气很好"), dominant_script("25 %")
('Cyrl', 'Hani', None)
>>> scripts_of("uz-Cyrl"), scripts_of("uz"), scripts_of("zh-Hans")
(('Cyrl',), ('Latn',), ('Hani',))
>>> seems_to_be("Бұл дәрігерге бару үшін керек және міндетті емес.")
'kk'

A script is read off the letters' code points (Unicode Scripts.txt, the blocks that writing in use today needs). The
language is a count of frequent words and of letters that a language has or lacks (`signs.yaml`, drafts that
nobody has reviewed): it speaks only where two signs agree on one of the languages listed, and is silent on short texts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml
from babel.core import get_global

_SIGNS = Path(__file__).with_name("signs.yaml")
_RANGES = (
    ("Latn", (0x41, 0x5A), (0x61, 0x7A), (0xAA, 0xAA), (0xBA, 0xBA), (0xC0, 0xD6), (0xD8, 0xF6), (0xF8, 0x2B8)),
    ("Latn", (0x1E00, 0x1EFF), (0x2C60, 0x2C7F), (0xA720, 0xA7FF), (0xFF21, 0xFF3A), (0xFF41, 0xFF5A)),
    ("Cyrl", (0x400, 0x52F), (0x1C80, 0x1C8F), (0x2DE0, 0x2DFF), (0xA640, 0xA69F)),
    ("Arab", (0x620, 0x65F), (0x66E, 0x6D3), (0x6D5, 0x6DC), (0x6EE, 0x6EF), (0x6FA, 0x6FF), (0x750, 0x77F)),
    ("Arab", (0x8A0, 0x8FF), (0xFB50, 0xFDFF), (0xFE70, 0xFEFC)),
    ("Hani", (0x2E80, 0x2FD5), (0x3005, 0x3007), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x323AF)),
    ("Kana", (0x3041, 0x3096), (0x309D, 0x309F), (0x30A1, 0x30FA), (0x30FD, 0x30FF), (0x31F0, 0x31FF), (0xFF66, 0xFF9D)),
    ("Hang", (0x1100, 0x11FF), (0x3131, 0x318E), (0xAC00, 0xD7A3)),
    ("Grek", (0x370, 0x373), (0x376, 0x3FF), (0x1F00, 0x1FFF)),
    ("Hebr", (0x591, 0x5F4), (0xFB1D, 0xFB4F)),
    ("Armn", (0x531, 0x58F)),
    ("Geor", (0x10A0, 0x10FF), (0x1C90, 0x1CBF), (0x2D00, 0x2D2D)),
    ("Deva", (0x900, 0x963), (0x966, 0x97F)),
    ("Beng", (0x980, 0x9FF)),
    ("Taml", (0xB80, 0xBFF)),
    ("Thai", (0xE01, 0xE3A), (0xE40, 0xE4E)),
    ("Tibt", (0xF00, 0xFFF)),
    ("Mymr", (0x1000, 0x109F)),
    ("Ethi", (0x1200, 0x139F)),
    ("Khmr", (0x1780, 0x17FF)),
    ("Mong", (0x1820, 0x18AA)),
)
_STARTS = sorted((low, high, script) for script, *ranges in _RANGES for low, high in ranges)
_FAMILIES = {"Hans": "Hani", "Hant": "Hani", "Jpan": "Hani", "Kore": "Hang", "Hira": "Kana"}
_ALSO = {"ja": ("Hani", "Kana"), "ko": ("Hang", "Hani")}
_WORD = re.compile(r"[^\W\d_]+(?:[ʻʼ’'‘`´][^\W\d_]+)*[ʻʼ’]?")
_TEXT_LIMIT = 20_000
LEAST_LETTERS = 4
"""Fewer letters than this say nothing: an "OK" or a "B" is no script chosen."""


@lru_cache(maxsize=4096)
def script_of(sign: str) -> str | None:
    """The script (ISO 15924) of one character; None for digits, punctuation, blanks and scripts not listed."""
    point = ord(sign)
    for low, high, script in _STARTS:
        if low <= point <= high:
            return script
    return None


def script_letters(text: str) -> Counter[str]:
    """How many letters of each script a text has."""
    counted = Counter(text[:_TEXT_LIMIT])
    found: Counter[str] = Counter()
    for sign, times in counted.items():
        script = script_of(sign)
        if script and (sign.isalpha() or script in {"Hani", "Deva", "Thai"}):
            found[script] += times
    return found


def dominant_script(text: str, *, least: int = LEAST_LETTERS) -> str | None:
    """The script with the most letters; None below `least` letters (two where they are Chinese)."""
    letters = script_letters(text)
    if sum(letters.values()) < (2 if letters["Hani"] else least):
        return None
    return max(letters, key=lambda script: (letters[script], script))


@lru_cache(maxsize=256)
def scripts_of(language: str) -> tuple[str, ...]:
    """The scripts that a BCP 47 code asks for: its own script subtag, else the likely one of CLDR; none if not known."""
    parts = language.replace("_", "-").split("-")
    primary = parts[0].lower()
    own = next((part.title() for part in parts[1:] if len(part) == 4 and part.isalpha()), None)
    if own is None and primary in _ALSO:
        return _ALSO[primary]
    likely: Mapping[str, str] = get_global("likely_subtags")
    script = own or next((part for part in likely.get(primary, "").split("_")[1:] if len(part) == 4), None)
    return (_FAMILIES.get(script, script),) if script else ()


def wrong_script(text: str, language: str) -> bool | None:
    """Whether most letters are of a script the language is not asked for in; None where nothing can be said."""
    wanted, found = scripts_of(language), dominant_script(text)
    return None if found is None or not wanted else found not in wanted


# ── which language it seems to be in ─────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """What gives a language away: its script, letters beyond the plain ones, frequent words, and phrases that refuse."""

    script: str
    letters: frozenset[str] = field(default_factory=frozenset)
    lacks: frozenset[str] = field(default_factory=frozenset)
    words: frozenset[str]
    refusals: tuple[str, ...]
    reviewed_by: str


@lru_cache(maxsize=1)
def language_signs() -> Mapping[str, Signs]:
    """The signs of each language we know, by code."""
    raw: Mapping[str, Any] = yaml.safe_load(_SIGNS.read_text(encoding="utf-8"))["languages"]
    return {
        code: Signs(
            script=one["script"],
            letters=frozenset(one.get("letters", "")),
            lacks=frozenset(one.get("lacks", "")),
            words=frozenset(one["words"].split()),
            refusals=tuple(plain(phrase) for phrase in one["refusals"]),
            reviewed_by=one["reviewed_by"],
        )
        for code, one in raw.items()
    }


def plain(text: str) -> str:
    """Lower case, one kind of apostrophe, single blanks."""
    text = re.sub("[ʻʼ’‘`´]", "'", text.casefold())
    return " ".join(text.split())


def seems_to_be(text: str) -> str | None:
    """The code in `language_signs` that a text seems to be in; None where the signs are too few or do not agree."""
    text = text[:_TEXT_LIMIT]
    script = dominant_script(text)
    candidates = {code: signs for code, signs in language_signs().items() if signs.script == script}
    if script in {"Hani", "Kana"}:
        return None if script_letters(text)["Kana"] or len(text) < 2 else "zh"
    words = [plain(word) for word in _WORD.findall(text)]
    special = frozenset().union(*(signs.letters for signs in candidates.values()))
    scores = {code: _score(words, signs, special) for code, signs in candidates.items()}
    ranked = sorted(scores, key=lambda code: (-scores[code], code))
    if not ranked or scores[ranked[0]] < 2:
        return None
    clear = all(scores[first] > scores[second] for first, second in pairwise(ranked[:2]))
    return ranked[0] if clear else None


def _score(words: list[str], signs: Signs, special: frozenset[str]) -> int:
    """Frequent words and words with a letter of its own count for a language, words with a foreign letter against it."""
    foreign = (special - signs.letters) | signs.lacks
    score = 0
    for word in words:
        letters = set(word)
        score += (word in signs.words) + bool(letters & signs.letters) - 2 * bool(letters & foreign)
    return score


def wrong_language(text: str, language: str) -> bool | None:
    """Whether the answer seems to be in another language, whatever its script; None where nothing can be said."""
    found = seems_to_be(text)
    return None if found is None else found.split("-")[0] != language.replace("_", "-").split("-")[0].lower()


def refuses(text: str, language: str) -> bool | None:
    """Whether an answer holds a phrase that refuses, in the language asked or in English; None where no phrases are known."""
    primary = language.replace("_", "-").split("-")[0].lower()
    known = {code: signs for code, signs in language_signs().items() if code.split("-")[0] in {primary, "en"}}
    if not any(code.split("-")[0] == primary for code in known):
        return None
    said = plain(text[:_TEXT_LIMIT])
    return any(phrase in said for signs in known.values() for phrase in signs.refusals)
