"""Letters that extraction of a PDF writes as others that look alike: radicals for characters, Arabic forms, joined letters.

Fonts draw 大 and the radical ⼤ with one picture, and the way back takes either. One for one, so that no place moves.
"""

from __future__ import annotations

import unicodedata

# The radicals that Unicode gives no equal for by normalisation; pairs from its list EquivalentUnifiedIdeograph.
_SUPPLEMENT = (
    "⺁厂⺄乙⺅亻⺆冂⺇几⺈刀⺉刂⺊卜⺌小⺍小⺎兀⺏尣⺐尢⺒巳⺓幺⺔彑⺕彐⺖忄⺗心⺘扌⺙攵⺛旡⺜日⺝月⺞歺⺠民⺡氵⺢氺⺣灬⺤爪⺥爪⺦丬⺧牛⺨犭⺩王⺪疋⺫目⺬示⺭礻⺮竹⺯糹⺰纟"
    "⺱罓⺲罒⺳网⺴网⺵网⺶羊⺷羊⺸羊⺹老⺺聿⺻聿⺼肉⺽臼⺾艹⺿艹⻀艹⻁虎⻂衤⻃覀⻄西⻅见⻆角⻇角⻈讠⻉贝⻊足⻋车⻌辶⻍辶⻎辶⻏阝⻐钅⻑長⻒镸⻓长⻔门⻕阝⻖阝⻗雨⻘青⻙韦⻚页⻛风⻜飞⻝食⻞食⻟飠⻠饣⻡首"
    "⻢马⻣骨⻤鬼⻥鱼⻦鸟⻧卤⻨麦⻩黄⻪黾⻫斉⻬齐⻭歯⻮齿⻯竜⻰龙⻱龜⻲亀"
)
_SIMPLIFIED = {0x2F3E: "户", 0x2FAD: "青"}  # normalisation gives the older shapes, which no text of ours uses
_NORMAL = (*range(0x2E80, 0x2FE0), *range(0xF900, 0xFB00), *range(0xFB50, 0xFE00), *range(0xFE70, 0xFF00))


def _table() -> dict[int, str]:
    table = {ord(odd): equal for odd, equal in zip(_SUPPLEMENT[::2], _SUPPLEMENT[1::2], strict=True)}
    for code in _NORMAL:
        equal = unicodedata.normalize("NFKC", chr(code))
        if len(equal) == 1 and equal != chr(code):
            table[code] = equal
    return table | _SIMPLIFIED


LETTERS = _table()
"""For `str.translate`: each radical and each compatibility character as the character it stands for."""
_JOINED = (*range(0xFB00, 0xFB07), *range(0xFEF5, 0xFEFD))
JOINED = {chr(code): unicodedata.normalize("NFKC", chr(code)) for code in _JOINED}
"""Two or three letters drawn as one; taken apart only in text that extraction made, where no place is a file's own."""


def plain_letters(text: str) -> str:
    """One letter for one, so that places stay.

    >>> plain_letters("⻅⼤会")
    '见大会'
    """
    return text.translate(LETTERS)


def taken_apart(text: str) -> str:
    """Joined letters as two or three.

    >>> taken_apart("ﬁles of ofﬁces")
    'files of offices'
    """
    return text.translate({ord(joined): letters for joined, letters in JOINED.items()})
