"""Resolutions made up from a plan, laid out as extraction leaves them: what is read must be what was planned.

The plan is a tree, so that a test knows every id before a rule sees a line. The words are about lighthouses. Items go from (a)
to (t), those under them to (iv): `(v)` after `(iv)` and after `(u)` cannot be told apart by anybody.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from hypothesis import strategies as st

RECITALS = (
    "Recalling its resolution 70/1 of 25 September 2015, entitled “Harbours for all”",
    "Reaffirming that every ship deserves a light, and that every light deserves a keeper who is awake when ships come near",
    "Noting with concern the many harbours without lighthouses, which lose more ships in a single winter than they build in ten",
    "Bearing in mind the report of the harbour master",
    "Recognizing that keepers of lighthouses need bread, oil and company, and that none of the three comes by itself at sea",
)
PARAGRAPHS = (
    "Calls upon Member States to light their lighthouses every night and in every fog, also where no ship has passed for years",
    "Requests the Secretary-General to count all lighthouses",
    "Encourages keepers to wind their clocks, to clean their lamps and to write down every ship that passes by day or by night",
    "Welcomes the light of the moon",
    "Stresses that rocks do not move by themselves, and that charts which say otherwise should be drawn again",
)
ITEMS = (
    "To build towers where rocks stand close under the water and to paint them in colours that sailors know from far away",
    "To buy oil",
    "To teach children how a lens is cut and why it throws the light of a small flame so far over the sea",
)
ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")


@dataclass(frozen=True)
class Plan:
    """Preamble clauses, and numbered paragraphs with the numbers of their items and of those items' items."""

    recitals: tuple[str, ...]
    paragraphs: tuple[tuple[str, tuple[int, ...]], ...]

    def ids(self) -> list[str]:
        """Every id, in order."""
        return [name for name, _, _, _ in self.units()]

    def units(self) -> Iterator[tuple[str, str, str, int]]:
        """Id, what is printed in front, text, depth."""
        for number, text in enumerate(self.recitals, 1):
            yield f"preamble.{number}", "", f"{text},", 0
        for number, (text, items) in enumerate(self.paragraphs, 1):
            last = number == len(self.paragraphs)
            yield str(number), f"{number}.", text + (":" if items else "." if last else ";"), 0
            for place, inner in enumerate(items):
                letter = _letter(place)
                end = "." if last and place == len(items) - 1 else ";"
                yield f"{number}.{letter}", f"({letter})", ITEMS[place % 3] + (":" if inner else end), 1
                for step in range(inner):
                    yield f"{number}.{letter}.{ROMAN[step]}", f"({ROMAN[step]})", ITEMS[step % 3] + end, 2


def _letter(place: int) -> str:
    return chr(ord("a") + place % 26) * (place // 26 + 1)


plans = st.builds(
    Plan,
    recitals=st.lists(st.sampled_from(RECITALS), min_size=1, max_size=6).map(tuple),
    paragraphs=st.lists(
        st.tuples(st.sampled_from(PARAGRAPHS), st.lists(st.integers(0, 4), max_size=20).map(tuple)), min_size=1, max_size=8
    ).map(tuple),
)


def _folded(text: str, width: int = 76) -> str:
    return "\n".join(textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False))


def paragraphs_apart(plan: Plan) -> str:
    """Blank lines between paragraphs, lines folded."""
    units = (_folded(f"{mark} {text}".strip()) for _, mark, text, _ in plan.units())
    return "The General Assembly,\n\n" + "\n\n".join(units) + "\n"


def numbers_apart(plan: Plan) -> str:
    """Numbers on lines of their own, no blank lines: as `pdftotext` leaves many resolutions."""
    units = (f"{mark}\n{_folded(text)}" if mark else _folded(text) for _, mark, text, _ in plan.units())
    return "The General Assembly,\n" + "\n".join(units) + "\n"


def glued(plan: Plan) -> str:
    """One line after another, nothing between."""
    units = (_folded(f"{mark} {text}".strip()) for _, mark, text, _ in plan.units())
    return "The General Assembly,\n" + "\n".join(units) + "\n"


def double_spaced(plan: Plan) -> str:
    """A blank line after every line, first lines indented."""
    units = ("    " + _folded(f"{mark} {text}".strip()).replace("\n", "\n\n") for _, mark, text, _ in plan.units())
    return "The General Assembly,\n\n" + "\n\n".join(units) + "\n"


def paged(plan: Plan) -> str:
    """Page headers, job numbers and page numbers after every seven lines, in mid-sentence too."""
    lines = glued(plan).splitlines()
    pages = [lines[at : at + 7] for at in range(0, len(lines), 7)]
    shown = [
        "\n".join([*page, "", "36-20465", f"{number}/{len(pages)}", "", "\fA/91/L.5", ""]) for number, page in enumerate(pages, 1)
    ]
    return "A/91/L.5\n\nA title\n\n" + "\n".join(shown)


LAYOUTS: dict[str, Callable[[Plan], str]] = {
    "paragraphs apart": paragraphs_apart,
    "numbers apart": numbers_apart,
    "glued": glued,
    "double spaced": double_spaced,
    "paged": paged,
}
