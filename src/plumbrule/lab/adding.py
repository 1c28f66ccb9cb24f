"""Add the cells of several sites: exact where every file is exact, with bounds otherwise."""

from __future__ import annotations

import functools
import operator
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from plumbrule.errors import TableError
from plumbrule.lab.bounds import Bounds, bounds_in, frame_in, place_outcomes
from plumbrule.lab.cells import Cells
from plumbrule.lab.cube import Frame, widened
from plumbrule.lab.exchange_form import CellsFile, Noise, Rounding, Sealed, Suppression
from plumbrule.lab.metrics import MISSING
from plumbrule.lab.release import Meaning, check_same, meaning_of

SUPPRESSED = "counts behind it are suppressed"
ROUNDED = "counts behind it are rounded"
NOISY = "counts behind it carry noise"
SEVERAL = "counts behind it are suppressed, rounded or carry noise"


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


def add_cells(files: Sequence[CellsFile], names: Sequence[str]) -> Held:
    """The cells of all files together: same attributes, cuts and meanings; the values of each attribute are joined.

    A value that a site does not list is held by nobody there. Missing values stay missing, each its own group.

    Raises:
        TableError: there is no file, or two count different things; names the difference.
        UnreadableError: the counts of a file contradict each other.
        LimitError: too many cells for bounds.
    """
    if not files:
        raise TableError("No file of cells was named.", expected="at least one", cure="Name it with --from-cells.")
    meaning, frame = meaning_of(files[0]), frame_in(files[0])
    for file, name in zip(files[1:], names[1:], strict=True):
        check_same(meaning, frame, file, name)
    frame = functools.reduce(widened, map(frame_in, files))
    if all(isinstance(file.disclosure, Sealed) for file in files):
        return Held(frame=frame, meaning=meaning, cells=_exact(files, frame, meaning), bounds=None, reason="")
    frame.check_size()
    parts = [bounds_in(file, name).into(frame_in(file), frame) for file, name in zip(files, names, strict=True)]
    return Held(frame=frame, meaning=meaning, cells=None, bounds=functools.reduce(operator.add, parts), reason=why_unknown(files))


def why_unknown(files: Sequence[CellsFile]) -> str:
    """Why counts of these files are known within bounds only."""
    reasons = {Suppression: SUPPRESSED, Rounding: ROUNDED, Noise: NOISY}
    found = {reasons[type(file.disclosure)] for file in files if type(file.disclosure) in reasons}
    return found.pop() if len(found) == 1 else SEVERAL


def _exact(files: Sequence[CellsFile], frame: Frame, meaning: Meaning) -> Cells:
    """One line for each count that is not zero."""
    index = [{value: code for code, value in enumerate(levels)} for levels in frame.levels]
    codes: list[list[int]] = []
    outcomes: list[tuple[int, int]] = []
    numbers: list[tuple[float, ...]] = []
    for file in files:
        (table,) = file.tables
        columns = [getattr(table, name) for name in ("rows", "weight", "weight_sq", "score", "score_sq", "scored")]
        places = [((MISSING, *place)[-2], place[-1]) for place in place_outcomes(file)]
        for line, key in enumerate(table.groups):
            code = [index[place][value] for place, value in enumerate(key)]
            for position, (label, prediction) in enumerate(places):
                if table.rows[line][position]:
                    codes.append(code)
                    outcomes.append((_coded(label), _coded(prediction)))
                    numbers.append(tuple(column[line][position] if column else 0.0 for column in columns))
    values = np.array(numbers, np.float64).reshape(-1, 6)
    marks = np.array(outcomes, np.int64).reshape(-1, 2)
    rows = values[:, 0].astype(np.int64)
    return Cells(
        attributes=frame.names,
        levels=frame.levels,
        codes=np.array(codes, np.int64).reshape(-1, frame.depth),
        label=marks[:, 0],
        prediction=marks[:, 1],
        rows=rows,
        weight=values[:, 1] if meaning.weighted else values[:, 0],
        weight_sq=values[:, 2] if meaning.weighted else values[:, 0],
        score=values[:, 3],
        score_sq=values[:, 4],
        scored=values[:, 5],
        weighted=meaning.weighted,
    )


def _coded(place: int) -> int:
    """The place of an outcome as it stands in cells: 2 is a missing value."""
    return MISSING if place == 2 else place
