"""The calibration curve as a small picture: observed shares against mean scores, with the line where both agree.

As in `svg`: pure functions from numbers to SVG text, horizontal places in per cent of the width, colours from the page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from markupsafe import Markup, escape

HEIGHT, TOP, FOOT, LEFT, RIGHT = 210, 12, 30, 16.0, 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One bin: its mean score, and the observed share with its interval; all between 0 and 1."""

    score: float
    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """Points on two axes from 0 to `end`. `title` and `desc` say the picture to who does not see it.

    `tick` writes a place on an axis as words.
    """

    id: str
    title: str
    desc: str
    points: tuple[Point, ...]
    end: float
    tick: Callable[[float], str]


def draw_curve(curve: Curve) -> Markup:
    """The picture as one `<svg role="img">`; both axes run from 0 at the lower left, in every language."""
    id_ = escape(curve.id)
    places = [curve.end * part / 4 for part in range(5)]
    parts = [
        f'<svg class="picture" role="img" width="100%" height="{HEIGHT + TOP + FOOT}" aria-labelledby="{id_}-t {id_}-d">',
        f'<title id="{id_}-t">{escape(curve.title)}</title><desc id="{id_}-d">{escape(curve.desc)}</desc>',
        *(_grid(curve, place) for place in places),
        f'<line class="edge" x1="{_x(curve, 0)}" y1="{_y(curve, 0)}" x2="{_x(curve, curve.end)}" y2="{_y(curve, curve.end)}"/>',
        *(_point(curve, point) for point in curve.points),
        "</svg>",
    ]
    return Markup("".join(parts))  # noqa: S704  every text in it went through escape above or below


def _x(curve: Curve, value: float) -> str:
    return f"{LEFT + min(value / curve.end, 1) * (100 - LEFT - RIGHT):.2f}%"


def _y(curve: Curve, value: float) -> str:
    return f"{TOP + HEIGHT * (1 - min(value / curve.end, 1)):.1f}"


def _grid(curve: Curve, place: float) -> str:
    """One place on both axes: its two lines and its two labels."""
    x, y, label = _x(curve, place), _y(curve, place), escape(curve.tick(place))
    bottom, left, right = TOP + HEIGHT, _x(curve, 0), _x(curve, curve.end)
    return (
        f'<line class="grid" x1="{x}" x2="{x}" y1="{TOP}" y2="{bottom}"/>'
        f'<line class="grid" x1="{left}" x2="{right}" y1="{y}" y2="{y}"/>'
        f'<text class="tick" x="{x}" y="{bottom + 22}" text-anchor="middle" direction="ltr">{label}</text>'
        f'<text class="tick" x="{LEFT - 2:.2f}%" y="{y}" dy="4" text-anchor="end" direction="ltr">{label}</text>'
    )


def _point(curve: Curve, point: Point) -> str:
    """An observed share with its interval."""
    x, y = _x(curve, point.score), _y(curve, point.share)
    return (
        f'<g class="plain"><line class="reach" x1="{x}" x2="{x}" y1="{_y(curve, point.low)}" y2="{_y(curve, point.high)}"/>'
        f'<svg class="over" x="{x}" y="{y}"><path class="point" d="M-5 0A5 5 0 1 0 5 0A5 5 0 1 0-5 0Z"/></svg></g>'
    )
