"""Our own small pictures: values with their intervals, hung against a line.

Pure functions from numbers to SVG text. Horizontal places are percentages of the width, so the words in a picture keep
their size on a phone; places are rounded to two decimals, so the same numbers give the same bytes. Colours come
from the page (classes and `currentColor`); shapes say the same as colours. Numbers run left to right in every
language; labels stand on the side where reading begins.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal

from markupsafe import Markup, escape

Tone = Literal["good", "bad", "open", "plain", "faint"]

INSET = 7.0
"""Percent of the width kept free at both ends, so that the outer numbers of the axis are not cut off."""
ROW, SECOND, TOP, FOOT = 54, 16, 6, 30
_GLYPHS: dict[Tone, str] = {
    "good": "M-6 0A6 6 0 1 0 6 0A6 6 0 1 0-6 0Z",
    "bad": "M-6-6H6V6H-6Z",
    "open": "M0-8L8 0 0 8-8 0Z",
    "plain": "M-6 0A6 6 0 1 0 6 0A6 6 0 1 0-6 0Z",
    "faint": "M-5 0A5 5 0 1 0 5 0A5 5 0 1 0-5 0Z",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One value with its interval: a line in the picture. `mark` is a place of its own, such as a screen.

    `second` is another value with its interval, drawn under the first: (point, low, high).
    """

    label: str
    value: str
    point: float
    low: float
    high: float
    tone: Tone = "plain"
    mark: float | None = None
    second: tuple[float, float, float] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Rows on one axis. `plumb` is where the plumb line hangs (no gap, or the reference); `band` lies around it.

    `tick` writes a place on the axis as words. `title` and `desc` say the picture to who does not see it.
    """

    id: str
    title: str
    desc: str
    rows: tuple[Row, ...]
    tick: Callable[[float], str]
    plumb: float | None = None
    band: tuple[float, float] | None = None
    limits: tuple[float, float] | None = None


def steps(low: float, high: float, most: int = 6) -> tuple[float, ...]:
    """Round places (1, 2, 2.5 or 5 times a power of ten) that reach from `low` to a larger `high`, at most `most` of them.

    >>> steps(-0.32, 0.07)
    (-0.4, -0.3, -0.2, -0.1, 0.0, 0.1)
    """
    span = high - low
    power = math.floor(math.log10(span / most))
    for factor in (1, 2, 2.5, 5, 10, 20, 50):
        step = factor * 10.0**power
        first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
        if last - first < most:
            return tuple(round(index * step, 9) + 0.0 for index in range(first, max(last, first + 1) + 1))
    return (low, high)


def draw(picture: Picture, *, rtl: bool = False) -> Markup:
    """The picture as one `<svg role="img">`, named by its `<title>` and `<desc>`."""
    places = _places(picture)
    tops = list(accumulate((_height(row) for row in picture.rows), initial=TOP))
    bottom = tops[-1]
    scale = _Scale(places[0], places[-1])
    id_ = escape(picture.id)
    parts = [
        f'<svg class="picture" role="img" width="100%" height="{bottom + FOOT}" aria-labelledby="{id_}-t {id_}-d">',
        f'<title id="{id_}-t">{escape(picture.title)}</title><desc id="{id_}-d">{escape(picture.desc)}</desc>',
        *_ground(picture, scale, bottom),
        *(_axis_tick(scale.x(place), picture.tick(place), bottom) for place in places),
        *(_row(row, scale, top, rtl=rtl) for row, top in zip(picture.rows, tops, strict=False)),
        "</svg>",
    ]
    return Markup("".join(parts))  # noqa: S704  every text in it went through escape above or below


@dataclass(frozen=True, slots=True)
class _Scale:
    low: float
    high: float

    def x(self, value: float) -> str:
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return f"{INSET + share * (100 - 2 * INSET):.2f}%"

    def width(self, start: float, end: float) -> str:
        share = (min(end, self.high) - max(start, self.low)) / (self.high - self.low)
        return f"{max(share, 0) * (100 - 2 * INSET):.2f}%"


def _places(picture: Picture) -> tuple[float, ...]:
    """The axis: it reaches over every interval, mark, band and the plumb line, and not beyond `limits`."""
    values = [
        value
        for row in picture.rows
        for value in (row.low, row.high, row.point, row.mark, *(row.second or ()))
        if value is not None
    ]
    values += [value for value in (picture.plumb, *(picture.band or ())) if value is not None]
    low, high = min(values, default=0.0), max(values, default=1.0)
    if picture.limits:
        low, high = max(low, picture.limits[0]), min(high, picture.limits[1])
    return steps(low, max(high, low + 0.02))


def _ground(picture: Picture, scale: _Scale, bottom: int) -> list[str]:
    """What lies behind the rows: the band, and the plumb line with its bob."""
    parts = []
    if picture.band:
        start, end = picture.band
        parts.append(f'<rect class="band" x="{scale.x(start)}" y="0" width="{scale.width(start, end)}" height="{bottom}"/>')
        parts += [f'<line class="edge" x1="{scale.x(side)}" x2="{scale.x(side)}" y1="0" y2="{bottom}"/>' for side in (start, end)]
    if picture.plumb is not None:
        x = scale.x(picture.plumb)
        parts.append(f'<line class="plumb" x1="{x}" x2="{x}" y1="0" y2="{bottom - 4}"/>')
        parts.append(f'<svg class="over" x="{x}" y="{bottom - 6}"><path class="bob" d="M-5 0H5V4L0 12-5 4Z"/></svg>')
    return parts


def _axis_tick(x: str, label: str, bottom: int) -> str:
    return (
        f'<line class="grid" x1="{x}" x2="{x}" y1="0" y2="{bottom}"/>'
        f'<text class="tick" x="{x}" y="{bottom + 24}" text-anchor="middle" direction="ltr">{escape(label)}</text>'
    )


def _row(row: Row, scale: _Scale, top: int, *, rtl: bool) -> str:
    """Label and value on one line, the interval with its point under them."""
    label_x, value_x, value_anchor, way = ("100%", "0", "start", "rtl") if rtl else ("0", "100%", "end", "ltr")
    text, line = top + 18, top + 38
    mark = scale.x(row.mark) if row.mark is not None else ""
    return (
        # With direction rtl the start of a text is its right end, so the label needs no anchor of its own.
        f'<text class="label" x="{label_x}" y="{text}" direction="{way}">{escape(shortened(row.label))}</text>'
        f'<text class="value" x="{value_x}" y="{text}" direction="ltr" text-anchor="{value_anchor}">{escape(row.value)}</text>'
        + (f'<line class="mark" x1="{mark}" x2="{mark}" y1="{line - 12}" y2="{line + 12}"/>' if mark else "")
        + _reach(scale, line, row.tone, (row.point, row.low, row.high))
        + (_reach(scale, line + SECOND, "open", row.second) if row.second else "")
    )


def _reach(scale: _Scale, line: int, tone: Tone, place: tuple[float, float, float]) -> str:
    """An interval with its point."""
    point, low, high = (scale.x(value) for value in place)
    return (
        f'<g class="{tone}"><line class="reach" x1="{low}" x2="{high}" y1="{line}" y2="{line}"/>'
        f'<svg class="over" x="{point}" y="{line}"><path class="point" d="{_GLYPHS[tone]}"/></svg></g>'
    )


def _height(row: Row) -> int:
    return ROW + (SECOND if row.second else 0)


def shortened(label: str, most: int = 32) -> str:
    """A label that fits a phone; the whole label stands in the table beside the picture. Wide signs count twice.

    What follows the last semicolon tells rows apart (`…; sex: women`), so it stays where it takes no more than half.
    """
    if _width(label) <= most:
        return label
    head, mark, tail = label.rpartition("; ")
    if head and _width(tail) <= most // 2:
        return shortened(head, most - _width(tail) - 2) + mark + tail
    room, index = most - 1, 0
    while room >= _width(label[index]):
        room -= _width(label[index])
        index += 1
    return label[: max(index, 1)].rstrip() + "…"


def _width(text: str) -> int:
    return sum(2 if ord(sign) > 0x2E7F else 1 for sign in text)
