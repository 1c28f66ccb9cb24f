"""The tables of a file of cells, written by each of the rules: sealed, suppressed, rounded or with noise."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plumbrule.lab.cells import Cells, Key, roll_up
from plumbrule.lab.exchange.bounds import WORDS
from plumbrule.lab.exchange.cube import OUTCOMES, Frame, Mask, Sums, contains_nobody, dense, with_margins
from plumbrule.lab.exchange.disclosure import Before, suppress
from plumbrule.lab.exchange.form import SUPPRESSED, Disclosure, FileTable, Noise, Outcome, Rounding, Sealed, Suppression, Word
from plumbrule.lab.exchange.perturb import noisy, rounded
from plumbrule.lab.exchange.release import Meaning, Release

Numbers = NDArray[Any]


def _outcomes(frame: Frame, words: Sequence[Word], held: Sums) -> tuple[list[tuple[int, ...]], tuple[Outcome, ...]]:
    """The outcomes that somebody has, by their places on the last axes (`held` has these axes), and by name."""
    places = [place for place in itertools.product(range(len(words)), repeat=2 if frame.labelled else 1) if held[place]] or [
        (0,) * (2 if frame.labelled else 1)
    ]
    return places, tuple(
        Outcome(label=words[place[0]] if frame.labelled else None, prediction=words[place[-1]]) for place in places
    )


def sealed(cells: Cells, frame: Frame, meaning: Meaning) -> dict[str, Any]:
    """Exact sums of the finest cells; only groups that hold somebody are listed."""
    rolled = roll_up(cells, frame.names)
    held = rolled.rows.sum(axis=0) if frame.labelled else rolled.rows.sum(axis=(0, 1))
    places, outcomes = _outcomes(frame, OUTCOMES, held)
    index = [(place if frame.labelled else (2, *place)) for place in places]
    order = sorted(
        (line for line, size in enumerate(rolled.size()) if size > 0),
        key=lambda line: [levels.index(value) for levels, value in zip(frame.levels, rolled.keys[line], strict=True)],
    )

    def lines(values: Numbers) -> tuple[tuple[Any, ...], ...]:
        return tuple(tuple(values[(line, *place)].item() for place in index) for line in order)

    sums = {
        name: lines(_by_outcome(cells, rolled.keys, frame, getattr(cells, name))) if meaning.score else None
        for name in ("score", "score_sq", "scored")
    }
    table = FileTable(
        attributes=frame.names,
        groups=tuple(rolled.keys[line] for line in order),
        rows=lines(rolled.rows),
        weight=lines(rolled.weight) if meaning.weighted else None,
        weight_sq=lines(rolled.weight_sq) if meaning.weighted else None,
        **sums,
    )
    return {"outcomes": outcomes, "tables": (table,), "disclosure": Sealed(), "rows": int(rolled.rows.sum())}


def _by_outcome(cells: Cells, keys: Sequence[Key], frame: Frame, values: Sums) -> Sums:
    """A sum by group, label and prediction; shape (groups, 3, 3)."""
    places = [cells.attributes.index(name) for name in frame.names]
    index = {key: line for line, key in enumerate(keys)}
    found = np.zeros((len(keys), 3, 3))
    for line, codes in enumerate(cells.codes[:, places]):
        key = tuple(cells.levels[place][code] for place, code in zip(places, codes, strict=True))
        found[index[key], cells.label[line] % 3, cells.prediction[line] % 3] += values[line]
    return found


def suppressed(cells: Cells, frame: Frame, meaning: Meaning, release: Release, before: Before | None) -> dict[str, Any]:
    """Counts that may be known, of tables with as many attributes as the pattern allows."""
    frame.check_size()
    inner = dense(frame, cells, cells.rows).astype(np.int64)
    pattern = suppress(inner, frame, least=release.least, order=release.order, before=before)
    cube = with_margins(inner)
    everybody = (-1,) * frame.depth
    places, outcomes = _outcomes(frame, WORDS, ~contains_nobody(cube, frame, release.least)[everybody])
    sums: dict[str, Numbers] = {"rows": cube}
    if meaning.weighted:
        sums |= {name: with_margins(dense(frame, cells, getattr(cells, name))) for name in ("weight", "weight_sq")}
    tables = tuple(_published(frame, table, pattern.hidden, places, sums) for table in frame.tables(pattern.order))
    return {
        "outcomes": outcomes,
        "tables": tables,
        "rows": SUPPRESSED if pattern.hidden[(-1,) * cube.ndim] else int(cube[(-1,) * cube.ndim]),
        "disclosure": Suppression(
            least=pattern.least, width=pattern.width, order=pattern.order, after=release.after[1] if release.after else None
        ),
    }


def _published(
    frame: Frame, table: tuple[int, ...], hidden: Mask, places: Sequence[tuple[int, ...]], sums: Mapping[str, Numbers]
) -> FileTable:
    """One table: the groups of which anything at all may be known."""
    keys = frame.keys(table)
    codes = itertools.product(*(range(len(frame.levels[place])) for place in table))
    cells = [[(*_cell(frame, table, code), *place) for place in places] for code in codes]
    listed = [line for line, cell in enumerate(cells) if not all(hidden[one] for one in cell)]

    def lines(values: Numbers) -> tuple[tuple[Any, ...], ...]:
        return tuple(tuple(SUPPRESSED if hidden[cell] else values[cell].item() for cell in cells[line]) for line in listed)

    weight, weight_sq = sums.get("weight"), sums.get("weight_sq")
    return FileTable(
        attributes=tuple(frame.names[place] for place in table),
        groups=tuple(keys[line] for line in listed),
        rows=lines(sums["rows"]),
        weight=None if weight is None else lines(weight),
        weight_sq=None if weight_sq is None else lines(weight_sq),
        score=None,
        score_sq=None,
        scored=None,
    )


def _cell(frame: Frame, table: tuple[int, ...], codes: tuple[int, ...]) -> tuple[int, ...]:
    cell = [size - 1 for size in frame.shape[: frame.depth]]
    for place, code in zip(table, codes, strict=True):
        cell[place] = code
    return tuple(cell)


def perturbed(cells: Cells, frame: Frame, release: Release) -> dict[str, Any]:
    """Rounded or noisy counts of all finest cells, those with nobody in them too."""
    frame.check_size()
    inner = dense(frame, cells, cells.rows).astype(np.int64)
    secret = release.secret or b""
    rounding = release.rule == "round"
    told = rounded(inner, frame, release.base, secret) if rounding else noisy(inner, frame, release.epsilon, secret)
    places, outcomes = _outcomes(frame, OUTCOMES, np.ones(told.shape[frame.depth :]))
    flat = told.reshape(-1, len(places))
    table = FileTable(
        attributes=frame.names,
        groups=frame.keys(range(frame.depth)),
        rows=tuple(tuple(line) for line in flat.tolist()),
        weight=None,
        weight_sq=None,
        score=None,
        score_sq=None,
        scored=None,
    )
    disclosure: Disclosure = Rounding(base=release.base) if rounding else Noise(epsilon=float(release.epsilon))
    return {"outcomes": outcomes, "tables": (table,), "rows": SUPPRESSED, "disclosure": disclosure}
