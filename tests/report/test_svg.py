"""Pictures: right places, right words, the same bytes, nothing unescaped."""

from __future__ import annotations

import re
from itertools import pairwise
from xml.etree.ElementTree import Element, XMLParser

from hypothesis import given
from hypothesis import strategies as st

from plumbrule.report.svg import Picture, Row, draw, shortened, steps

finite = st.floats(-1, 1, allow_nan=False)


def picture(*rows: Row, **more: object) -> Picture:
    """A picture with plain ticks."""
    return Picture(id="p", title="t", desc="d", rows=rows, tick=lambda value: f"{value:g}", **more)  # type: ignore[arg-type]


def parsed(text: str) -> Element:
    """Our own output as XML: well formed or an error."""
    parser = XMLParser()  # noqa: S314  it reads our own output
    parser.feed(text)
    found: Element = parser.close()
    return found


def row(label: str = "a", point: float = 0.5, low: float = 0.4, high: float = 0.6, **more: object) -> Row:
    """A row."""
    return Row(label=label, value=str(point), point=point, low=low, high=high, **more)  # type: ignore[arg-type]


def test_it_is_named_for_who_does_not_see_it() -> None:
    """role=img with title and desc, wired by id."""
    found = parsed(draw(picture(row())))
    names = found.attrib["aria-labelledby"].split()
    assert found.attrib["role"] == "img"
    assert [child.text for child in found if child.attrib.get("id") in names] == ["t", "d"]


def test_words_from_outside_are_escaped() -> None:
    """A group may be called anything."""
    found = draw(picture(row(label='<script>"&'), row()))
    assert "<script>" not in found
    assert parsed(found) is not None


@given(finite, finite, finite, finite)
def test_every_place_lies_inside_and_in_order(one: float, two: float, three: float, plumb: float) -> None:
    """low ≤ point ≤ high on the page as in the numbers, all of them between 0 and 100 per cent."""
    low, point, high = sorted((one, two, three))
    found = draw(picture(row(point=point, low=low, high=high), plumb=plumb))
    places = [float(place) for place in re.findall(r'x\d?="([-\d.]+)%"', found)]
    assert all(0 <= place <= 100 for place in places)
    reach = re.search(r'class="reach" x1="([\d.]+)%" x2="([\d.]+)%"', found)
    spot = re.search(r'class="over" x="([\d.]+)%"[^>]*><path class="point"', found)
    assert reach and spot
    assert float(reach[1]) <= float(spot[1]) <= float(reach[2])


@given(finite, finite)
def test_steps_reach_from_low_to_high(one: float, two: float) -> None:
    """At most seven round places, evenly spaced, that hold both ends."""
    low, high = sorted((one, two))
    if high - low < 1e-4:
        return
    places = steps(low, high)
    gaps = {round(after - before, 9) for before, after in pairwise(places)}
    assert 2 <= len(places) <= 7
    assert places[0] <= low + 1e-9
    assert places[-1] >= high - 1e-9
    assert max(gaps) - min(gaps) < 1e-8


def test_the_same_numbers_give_the_same_bytes() -> None:
    """Places are rounded: no floating point dust."""
    first, second = draw(picture(row(point=0.1 + 0.2, low=0, high=1))), draw(picture(row(point=0.3, low=0, high=1)))
    assert first.replace("0.30000000000000004", "0.3") == second


def test_right_to_left_labels_stand_right_and_numbers_stay() -> None:
    """Labels move to the side where reading begins; the axis does not turn."""
    left, right = draw(picture(row())), draw(picture(row()), rtl=True)
    assert 'class="label" x="0"' in left
    assert 'class="label" x="100%"' in right
    assert re.findall(r'class="reach"[^>]*', left) == re.findall(r'class="reach"[^>]*', right)
    assert 'direction="ltr" text-anchor="start"' in right


def test_shapes_say_what_colours_say() -> None:
    """Four tones, four different glyphs or fills."""
    glyphs = {tone: re.search(r'class="point" d="([^"]*)"', draw(picture(row(tone=tone))))[1] for tone in ("good", "bad", "open")}  # type: ignore[index]
    assert len(set(glyphs.values())) == 3


def test_long_labels_are_shortened_and_wide_signs_count_twice() -> None:
    """A label fits a phone; the table beside holds it whole."""
    assert shortened("x" * 32) == "x" * 32
    assert shortened("x" * 40).endswith("…")
    assert len(shortened("准" * 40)) <= 17
    assert shortened("more income must not lower the score; sex: women").endswith("…; sex: women")
    assert len(shortened("more income must not lower the score; sex: women")) <= 32
