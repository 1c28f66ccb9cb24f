"""The calibration curve as a picture: where its points lie, what it says to who does not see it, and nothing from outside."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from plumbrule.report.curve_svg import FOOT, HEIGHT, TOP, Curve, Point, draw_curve

SHARES = st.floats(0, 1, allow_nan=False)


def curve(points: tuple[Point, ...], end: float = 1.0, title: str = "Calibration") -> Curve:
    return Curve(id="c", title=title, desc="words", points=points, end=end, tick=lambda value: f"{value:.0%}")


def drawn(one: Curve) -> ET.Element:
    """The picture as XML."""
    return ET.fromstring(str(draw_curve(one)))  # noqa: S314 - our own text


def test_both_axes_start_at_zero_and_the_line_joins_the_corners() -> None:
    """A point on the line lies where the line lies: half of both."""
    found = drawn(curve((Point(score=0.5, share=0.5, low=0.4, high=0.6),)))
    line = found.find("line[@class='edge']")
    point = found.find("g/svg")
    assert line is not None
    assert point is not None
    x = [float(line.attrib[name].rstrip("%")) for name in ("x1", "x2")]
    y = [float(line.attrib[name]) for name in ("y1", "y2")]
    assert float(point.attrib["x"].rstrip("%")) == sum(x) / 2
    assert float(point.attrib["y"]) == sum(y) / 2
    assert (y[0], y[1]) == (TOP + HEIGHT, TOP)


@given(st.lists(st.tuples(SHARES, SHARES, SHARES, SHARES), max_size=10), st.floats(0.02, 1))
def test_everything_stays_inside(points: list[tuple[float, float, float, float]], end: float) -> None:
    """Property: whatever the numbers, places lie inside the picture, and the same numbers give the same text."""
    one = curve(tuple(Point(score=a, share=b, low=min(c, d), high=max(c, d)) for a, b, c, d in points), end)
    assert draw_curve(one) == draw_curve(one)
    for part in drawn(one).iter():
        for name, value in part.attrib.items():
            if name in {"x", "x1", "x2"}:
                assert 0 <= float(value.rstrip("%")) <= 100
            if name in {"y", "y1", "y2"}:
                assert 0 <= float(value) <= HEIGHT + TOP + FOOT


def test_its_words_are_escaped_and_found() -> None:
    """A group may be called anything; title and description name the picture."""
    found = draw_curve(curve((), title='<script>"race": a & b'))
    assert "<script>" not in found
    root = ET.fromstring(str(found))  # noqa: S314 - our own text
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-labelledby"] == "c-t c-d"
    assert [part.text for part in root if part.tag in {"title", "desc"}] == ['<script>"race": a & b', "words"]
