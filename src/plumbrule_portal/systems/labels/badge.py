"""The badge: a picture of its own, for pages elsewhere. Words and a shape say what the colour says. No Django here.

>>> badge(name="Purpose stated", line="Holds, as of 1 May 2026", holds=True, language="en", direction="ltr")[:4]
'<svg'
"""

from __future__ import annotations

import unicodedata
from html import escape

HEIGHT, LEFT, RIGHT, LEAST, MOST = 56, 52, 14, 200, 640
_COLOURS = {True: ("#17603a", "#e6f2ea"), False: ("#4d5b68", "#eef0f0")}
_SHAPES = {
    True: '<circle cx="26" cy="28" r="14" fill="{0}"/>'
    '<path d="M19 28.5 24 33.5 33 22.5" fill="none" stroke="#fff" stroke-width="3"/>',
    False: '<circle cx="26" cy="28" r="13" fill="none" stroke="{0}" stroke-width="2" stroke-dasharray="4 3"/>'
    '<path d="M20 28H32" stroke="{0}" stroke-width="3"/>',
}


def badge(*, name: str, line: str, holds: bool, language: str, direction: str, name_language: str = "") -> str:
    """An SVG of two lines of text with a mark, drawn from the side where reading begins.

    Args:
        name: what the label is called.
        line: how it stands, and as of which day.
        holds: whether it holds.
        language: BCP 47 code of the texts.
        direction: `"ltr"` or `"rtl"`.
        name_language: that of the name, where it is another one.
    """
    ink, ground = _COLOURS[holds]
    width = round(min(max(_width(name, 8.4), _width(line, 6.6), LEAST) + LEFT + RIGHT, MOST))
    start = width - LEFT if direction == "rtl" else LEFT
    mark = _SHAPES[holds].format(ink)
    if direction == "rtl":
        mark = f'<g transform="translate({width - 52} 0)">{mark}</g>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{HEIGHT}" viewBox="0 0 {width} {HEIGHT}" role="img"'
        f' aria-labelledby="t d" xml:lang="{escape(language)}" lang="{escape(language)}">'
        f'<title id="t">{escape(name)}</title><desc id="d">{escape(line)}</desc>'
        f'<rect x="1" y="1" width="{width - 2}" height="{HEIGHT - 2}" rx="6" fill="{ground}" stroke="{ink}"/>{mark}'
        f'<g font-family="system-ui, sans-serif" fill="#1b2733" direction="{direction}">'
        f'<text x="{start}" y="25" font-size="15" font-weight="600" lang="{escape(name_language or language)}">'
        f"{escape(name)}</text>"
        f'<text x="{start}" y="43" font-size="12.5">{escape(line)}</text></g></svg>'
    )


def _width(text: str, each: float) -> float:
    """About how wide a text is drawn; wide signs count twice, marks that sit on others not at all."""
    wide = {"W": 2.0, "F": 2.0}
    return sum(each * (0 if unicodedata.combining(sign) else wide.get(unicodedata.east_asian_width(sign), 1.0)) for sign in text)
