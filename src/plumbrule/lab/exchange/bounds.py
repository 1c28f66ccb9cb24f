"""What a file of cells tells about each count: its bounds. A hidden count is unknown, and never zero.

Suppressed counts lie between zero and whatever the published sums leave. Rounded and noisy counts lie around what is
published, with the doubt that `perturb` states.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plumbrule.errors import UnreadableError
from plumbrule.lab.columns import Attribute
from plumbrule.lab.exchange.cube import OUTCOMES, Frame, Sums, contradict, embedded, tightened, with_margins
from plumbrule.lab.exchange.form import SUPPRESSED, CellsFile, FileTable, Noise, Rounding, Suppression, Word
from plumbrule.lab.exchange.perturb import noise_reach, rounding_reach

WORDS: tuple[Word, ...] = (*OUTCOMES, "all")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Span:
    """The lowest and the highest value that each cell of a cube may have; `high` may be infinite."""

    low: Sums
    high: Sums

    def __add__(self, other: Span) -> Span:
        """The bounds of the sums."""
        return Span(low=self.low + other.low, high=self.high + other.high)

    def into(self, frame: Frame, wide: Frame) -> Span:
        """The same in a frame that has more levels."""
        return Span(low=embedded(self.low, frame, wide), high=embedded(self.high, frame, wide))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bounds:
    """People, sums of weights and sums of squared weights in every cell of a cube (all three equal without weights)."""

    rows: Span
    weight: Span
    weight_sq: Span

    def __add__(self, other: Bounds) -> Bounds:
        """The bounds of the sums."""
        return Bounds(rows=self.rows + other.rows, weight=self.weight + other.weight, weight_sq=self.weight_sq + other.weight_sq)

    def into(self, frame: Frame, wide: Frame) -> Bounds:
        """The same in a frame that has more levels."""
        spans = (one.into(frame, wide) for one in (self.rows, self.weight, self.weight_sq))
        return Bounds(**dict(zip(("rows", "weight", "weight_sq"), spans, strict=True)))


def frame_in(file: CellsFile) -> Frame:
    """The frame of the file's cells."""
    return Frame(
        attributes=tuple(Attribute(name=part.name, edges=part.edges, right=part.right) for part in file.attributes),
        levels=tuple(part.levels for part in file.attributes),
        labelled=file.label is not None,
    )


def bounds_in(file: CellsFile, what: str) -> Bounds:
    """Bounds of every count of every intersection.

    Raises:
        UnreadableError: the numbers contradict each other.
        LimitError: the file has too many cells for that.
    """
    frame = frame_in(file)
    frame.check_size()
    if isinstance(file.disclosure, Suppression):
        rows = _narrowed(file, frame, "rows", what)
        if not file.weighted:
            return Bounds(rows=rows, weight=rows, weight_sq=rows)
        return Bounds(
            rows=rows, weight=_narrowed(file, frame, "weight", what), weight_sq=_narrowed(file, frame, "weight_sq", what)
        )
    spans = {name: _around(file, frame, name) for name in (("rows", "weight", "weight_sq") if file.weighted else ("rows",))}
    rows = spans["rows"]
    return Bounds(rows=rows, weight=spans.get("weight", rows), weight_sq=spans.get("weight_sq", rows))


def place_outcomes(file: CellsFile) -> list[tuple[int, ...]]:
    """The place of each outcome of the file on the last axes of the cube."""
    return [(*((WORDS.index(one.label),) if one.label is not None else ()), WORDS.index(one.prediction)) for one in file.outcomes]


def _narrowed(file: CellsFile, frame: Frame, name: str, what: str) -> Span:
    """From nothing known, through what is published, to what follows from it."""
    low, high = np.zeros(frame.shape), np.full(frame.shape, np.inf)
    listed = place_outcomes(file)
    held = np.zeros((4,) * (len(frame.shape) - frame.depth), np.bool_)
    for outcome in listed:
        held[outcome] = True
    high[..., ~held] = 0.0  # an outcome that is not listed is held by nobody
    for table in file.tables:
        _write(table, getattr(table, name), frame, listed, low, high)
    low, high = tightened(low, high)
    if contradict(low, high):
        raise UnreadableError(
            f"{what}: its counts contradict each other: some sum is not the sum of its parts.",
            expected="tables that were made from one table",
            cure="Ask the site that wrote it for the file again; do not edit it.",
        )
    return Span(low=low, high=np.maximum(low, high))


def _write(
    table: FileTable,
    numbers: tuple[tuple[float | str, ...], ...],
    frame: Frame,
    outcomes: Sequence[tuple[int, ...]],
    low: Sums,
    high: Sums,
) -> None:
    """Write the published numbers of a table into both bounds."""
    places = [frame.names.index(name) for name in table.attributes]
    for key, line in zip(table.groups, numbers, strict=True):
        cell = [size - 1 for size in frame.shape[: frame.depth]]
        for place, value in zip(places, key, strict=True):
            cell[place] = frame.levels[place].index(value)
        for outcome, number in zip(outcomes, line, strict=True):
            if number != SUPPRESSED:
                low[(*cell, *outcome)] = high[(*cell, *outcome)] = float(number)


def _around(file: CellsFile, frame: Frame, name: str) -> Span:
    """Exact, rounded or noisy counts of the finest cells, and how far their sums can lie from the truth."""
    inner, ignored = np.zeros(frame.inner), np.zeros(frame.inner)
    (table,) = file.tables
    _write(table, getattr(table, name), frame, place_outcomes(file), inner, ignored)
    cube = with_margins(inner)
    reach = _reach(file, with_margins(np.ones(frame.inner, np.int64)))
    return Span(low=np.maximum(cube - reach, 0.0), high=np.maximum(cube + reach, 0.0))


def _reach(file: CellsFile, cells: NDArray[np.int64]) -> Sums | float:
    if isinstance(file.disclosure, Rounding):
        return rounding_reach(cells, file.disclosure.base)
    if isinstance(file.disclosure, Noise):
        return noise_reach(cells, file.disclosure.epsilon)
    return 0.0


def whole(number: float) -> int | None:
    """A bound as a whole number; None where there is none."""
    return None if math.isinf(number) else int(number)
