"""Add the cells of several sites: exact where every site's are exact, with bounds otherwise."""

from __future__ import annotations

import functools
import operator
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from plumbrule.base.messages import message
from plumbrule.errors import TableError
from plumbrule.lab.cells import Cells
from plumbrule.lab.exchange.bounds import Bounds, Span, bounds_in, frame_in, place_outcomes
from plumbrule.lab.exchange.cube import Frame, Sums, dense, widened, with_margins
from plumbrule.lab.exchange.form import CellsFile, FileTable, Noise, Rounding, Sealed, Suppression
from plumbrule.lab.exchange.release import Meaning, check_same, meaning_of
from plumbrule.lab.metrics import MISSING

SUPPRESSED = message("counts behind it are suppressed")
ROUNDED = message("counts behind it are rounded")
NOISY = message("counts behind it carry noise")
SEVERAL = message("counts behind it are suppressed, rounded or carry noise")
_REASONS = {Suppression: SUPPRESSED, Rounding: ROUNDED, Noise: NOISY}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Held:
    """What one or several files hold together.

    Exactly one of the two is there: `cells`, exact sums; or `bounds` of every count of the cube, with the `reason` why they
    are no more than bounds (an English message id).
    """

    frame: Frame
    meaning: Meaning
    cells: Cells | None
    bounds: Bounds | None
    reason: str


def held_in(file: CellsFile, what: str = "The file") -> Held:
    """What a file holds.

    Raises:
        UnreadableError: its counts contradict each other.
        LimitError: it has too many cells for bounds.
    """
    frame, meaning = frame_in(file), meaning_of(file)
    if isinstance(file.disclosure, Sealed):
        return Held(frame=frame, meaning=meaning, cells=_exact(file, frame, meaning), bounds=None, reason="")
    return Held(frame=frame, meaning=meaning, cells=None, bounds=bounds_in(file, what), reason=_REASONS[type(file.disclosure)])


def add_cells(parts: Sequence[Held], names: Sequence[str]) -> Held:
    """The cells of all sites together: same attributes, cuts and meanings; the values of each attribute are joined.

    A value that a site does not list is held by nobody there. Missing values stay missing, each its own group.

    Args:
        parts: what each site's file holds.
        names: of the files, for errors.

    Raises:
        TableError: there is no file, or two count different things; names the difference.
        LimitError: too many cells for bounds.
    """
    if not parts:
        raise TableError("No file of cells was named.", expected="at least one", cure="Name it with --from-cells.")
    first = parts[0]
    for part, name in zip(parts[1:], names[1:], strict=True):
        check_same(first.meaning, first.frame, part.meaning, part.frame, name)
    frame = functools.reduce(widened, (part.frame for part in parts))
    exact = [part.cells for part in parts if part.cells is not None]
    if len(exact) == len(parts):
        return Held(frame=frame, meaning=first.meaning, cells=_joined(exact, frame), bounds=None, reason="")
    frame.check_size()
    bounds = functools.reduce(operator.add, (_bounds(part).into(part.frame, frame) for part in parts))
    reasons = {part.reason for part in parts if part.reason}
    return Held(
        frame=frame, meaning=first.meaning, cells=None, bounds=bounds, reason=reasons.pop() if len(reasons) == 1 else SEVERAL
    )


def _bounds(part: Held) -> Bounds:
    if part.bounds is not None:
        return part.bounds
    if part.cells is None:
        raise TableError("A part holds nothing.", expected="cells or bounds", cure="Read its file again.")
    cubes = (with_margins(dense(part.frame, part.cells, getattr(part.cells, name))) for name in ("rows", "weight", "weight_sq"))
    rows, weight, weight_sq = (Span(low=cube, high=cube) for cube in cubes)
    return Bounds(rows=rows, weight=weight, weight_sq=weight_sq)


def _joined(parts: Sequence[Cells], frame: Frame) -> Cells:
    """One after the other; lines of the same group are added when they are rolled up."""
    codes = []
    for part in parts:
        columns = [part.attributes.index(name) for name in frame.names]
        here = [
            np.array([wide.index(value) for value in part.levels[column]], np.int64)[part.codes[:, column]]
            for column, wide in zip(columns, frame.levels, strict=True)
        ]
        codes.append(np.stack(here, axis=1))

    def joined(name: str) -> Any:
        return np.concatenate([getattr(part, name) for part in parts])

    return Cells(
        attributes=frame.names,
        levels=frame.levels,
        codes=np.concatenate(codes),
        label=joined("label"),
        prediction=joined("prediction"),
        rows=joined("rows"),
        weight=joined("weight"),
        weight_sq=joined("weight_sq"),
        score=joined("score"),
        score_sq=joined("score_sq"),
        scored=joined("scored"),
        weighted=parts[0].weighted,
    )


def _exact(file: CellsFile, frame: Frame, meaning: Meaning) -> Cells:
    """One line for each count that is not zero."""
    (table,) = file.tables
    index = [{value: code for code, value in enumerate(levels)} for levels in frame.levels]
    codes = np.array([[place[value] for place, value in zip(index, key, strict=True)] for key in table.groups], np.int64)
    places = [(MISSING, *place)[-2:] for place in place_outcomes(file)]
    marks = np.array([(_coded(label), _coded(prediction)) for label, prediction in places], np.int64)
    group, outcome = np.nonzero(_column(table, "rows"))

    def picked(name: str) -> Sums:
        return _column(table, name)[group, outcome]

    people = picked("rows")
    return Cells(
        attributes=frame.names,
        levels=frame.levels,
        codes=codes.reshape(-1, frame.depth)[group],
        label=marks[outcome, 0],
        prediction=marks[outcome, 1],
        rows=people.astype(np.int64),
        weight=picked("weight") if meaning.weighted else people,
        weight_sq=picked("weight_sq") if meaning.weighted else people,
        score=picked("score"),
        score_sq=picked("score_sq"),
        scored=picked("scored"),
        weighted=meaning.weighted,
    )


def _column(table: FileTable, name: str) -> Sums:
    """A sum by group and outcome; zero where the file has none."""
    lines = getattr(table, name)
    shape = (len(table.rows), len(table.rows[0]) if table.rows else 0)
    return np.zeros(shape) if lines is None else np.array(lines, np.float64).reshape(shape)


def _coded(place: int) -> int:
    """The place of an outcome as it stands in cells: 2 is a missing value."""
    return MISSING if place == 2 else place
