"""The older encodings can only be guessed: which one makes the bytes look most like what people write?

Each encoding is a small model of the text written in it: how likely is each character, given its neighbours? Letter
frequencies of Russian are rounded from the Russian National Corpus; the rest is rough on purpose, because orders of
magnitude decide. Priors say how often tables come in each encoding; they matter for very short texts only.

>>> guess("Пол;Решение\\nмуж;да\\nжен;нет".encode("cp1251"), "decisions.csv")
'cp1251'
"""

from __future__ import annotations

import codecs
import math
from collections.abc import Callable

from plumbrule.errors import TableError

_PER_MILLE = "110 85 80 74 67 63 55 47 45 44 35 32 30 28 26 20 19 17 17 16 16 14 12 10 9 7 6 5 4 3 3 1 1"
_RUSSIAN = dict(zip("оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё", map(int, _PER_MILLE.split()), strict=True))
_NOT_RUSSIAN = "іїєґўәғқңөұүһӣӯҳҷ"  # Ukrainian, Belarusian, Kazakh, Kyrgyz, Tajik, Uzbek
_WESTERN = "éèàçñáíóúüöäßêôâîûëïùãõåæøìòÉÀÇÖÄÜÁÓÑÊÔ"
_CENTRAL = "ąćęłńóśźżáčďéěíňřšťúůýžőűăâîşţđ"
_ARABIC = "اليمنتروبةعدسفهكقحجشطصخضذثزغظءأإآئىؤ"
_SIGNS = "«»№—–…“”„‘’\u00a0§°€¿¡ºª£"
_RARE = 1e-7


def _cyrillic(char: str, before: str, after: str) -> float:
    share = _RUSSIAN.get(char.lower(), 10 if char.lower() in _NOT_RUSSIAN else 0) / 1000
    if not share:
        return _sign(char)
    if _ascii_letter(before) or _ascii_letter(after):
        return share * 0.001  # one word does not mix scripts
    if char.islower() or before.isupper():
        return share
    return share * (0.001 if before.islower() else 0.3)


def _latin(common: str) -> Callable[[str, str, str], float]:
    def likelihood(char: str, before: str, after: str) -> float:
        if not char.isalpha() or char in "ªºµ":
            return _sign(char)
        share = 0.04 if char in common else 0.004 if char.lower() in common else 2e-4
        if _ascii_letter(before) or _ascii_letter(after):
            return share
        alone = char in "àéèóúáíìêôöåæ" and not (before.isalpha() or after.isalpha())  # words of one letter: à, è, y, ó
        return share * (0.05 if alone else 0.01)

    return likelihood


def _arabic(char: str, before: str, after: str) -> float:
    if char in _ARABIC:
        beside = before in _ARABIC or after in _ARABIC
        return 0.03 if beside else 1e-3
    return 2e-3 if char in "پچژگ،؛؟ـ" else 1e-3 if char in "éèàâçêîôûù" and (before + after).isascii() else _sign(char)


def _chinese(lead: tuple[int, int], codec: str) -> Callable[[str, str, str], float]:
    def likelihood(char: str, _before: str, _after: str) -> float:
        code = char.encode(codec)
        if len(code) == 2 and lead[0] <= code[0] <= lead[1]:  # the half of the code table with the characters in daily use
            return 8e-4
        return 1e-3 if char in "，。、；：（）《》“”？！％　－" else 1e-5 if len(code) == 2 else _RARE

    return likelihood


def _ascii_letter(char: str) -> bool:
    return char.isascii() and char.isalpha()


def _sign(char: str) -> float:
    return 1e-3 if char in _SIGNS else _RARE


_MODELS: dict[str, tuple[float, Callable[[str, str, str], float]]] = {
    "cp1251": (0.30, _cyrillic),
    "cp1252": (0.30, _latin(_WESTERN)),
    "gb18030": (0.15, _chinese((0xB0, 0xD7), "gb18030")),
    "cp1256": (0.08, _arabic),
    "cp1250": (0.05, _latin(_CENTRAL)),
    "big5": (0.05, _chinese((0xA4, 0xC6), "big5")),
    "cp866": (0.02, _cyrillic),
    "kz1048": (0.01, _cyrillic),
    "ptcp154": (0.005, _cyrillic),
    "koi8-t": (0.005, _cyrillic),
    "koi8-r": (0.02, _cyrillic),
    "iso8859-1": (0.001, _latin(_WESTERN)),
}
_PLAUSIBLE = math.log(4e-3)  # likelihood per byte; right guesses reach 1e-2 and more, Japanese read as Chinese 1e-3


def guess(sample: bytes, name: str) -> str:
    """The most likely encoding of `sample`, lines that hold bytes above 127 and are not UTF-8.

    Tries our own models; a text that fits none of them goes to charset-normalizer, which knows more languages.

    Raises:
        TableError: nothing fits.
    """
    scores = {codec: score for codec in _MODELS if (score := _score(sample, codec)) is not None}
    best = max(scores, key=lambda codec: scores[codec], default=None)
    strange = sum(byte > 127 for byte in sample)
    if best is not None and scores[best] > strange * _PLAUSIBLE:
        return best
    from charset_normalizer import from_bytes  # noqa: PLC0415 - rarely needed, and slow to load

    if (match := from_bytes(sample).best()) is not None:
        return match.encoding
    raise TableError(
        f"The encoding of {name} could not be found.",
        expected="UTF-8, or a known encoding",
        cure="Give it, for example windows-1251.",
    )


def _score(sample: bytes, codec: str) -> float | None:
    try:
        text = codecs.getincrementaldecoder(codec)("strict").decode(sample)
    except UnicodeDecodeError:
        return None
    prior, likelihood = _MODELS[codec]
    padded = f" {text} "
    triples = zip(padded, padded[1:], padded[2:], strict=False)
    return math.log(prior) + sum(math.log(likelihood(char, before, after)) for before, char, after in triples if char > "\x7f")
