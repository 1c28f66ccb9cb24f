"""The cube: a count for every group of every attribute and of every intersection, with "all" as one more level of each.

An axis for each attribute, one for the label where there is one, one for the prediction. The last place of an axis is
"all", the sum of the others. Tables that travel are looked at in this form: what can be worked out from margins that
are published together is arithmetic along its lines.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from plumbrule.errors import LimitError
from plumbrule.lab.cells import Cells, Key
from plumbrule.lab.columns import Attribute

OUTCOMES: tuple[Literal["no", "yes", "unknown"], ...] = ("no", "yes", "unknown")
"""What stands at the places 0, 1 and 2 of the label and the prediction; 3 is "all"."""
MOST_CELLS = 2_000_000
Counts = NDArray[np.int64]
Sums = NDArray[np.float64]
Mask = NDArray[np.bool_]
Number = TypeVar("Number", np.int64, np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The axes of a cube: attributes in the order of their names, each with its levels (None, a missing value, last)."""

    attributes: tuple[Attribute, ...]
    levels: tuple[tuple[str | None, ...], ...]
    labelled: bool

    @property
    def depth(self) -> int:
        """How many attributes there are."""
        return len(self.attributes)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the attributes."""
        return tuple(attribute.name for attribute in self.attributes)

    @property
    def inner(self) -> tuple[int, ...]:
        """The shape without "all"."""
        return (*map(len, self.levels), *((3, 3) if self.labelled else (3,)))

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape with "all" at the end of each axis."""
        return tuple(size + 1 for size in self.inner)

    def check_size(self) -> None:
        """See that the cube fits into memory.

        Raises:
            LimitError: more than `MOST_CELLS` counts.
        """
        if (size := math.prod(self.shape)) > MOST_CELLS:
            raise LimitError(
                f"These attributes make {size:,} counts with all their intersections.",
                expected=f"at most {MOST_CELLS:,}",
                cure="Name fewer attributes, or cut numbers into fewer groups with --cut.",
            )

    def orders(self) -> NDArray[np.int64]:
        """For each cell of the cube, how many attributes it names (the others are "all")."""
        return _starred(self.shape, range(self.depth), count_all=False)

    def alls(self) -> NDArray[np.int64]:
        """For each cell of the cube, on how many axes it is "all"."""
        return _starred(self.shape, range(len(self.shape)), count_all=True)

    def tables(self, most: int) -> tuple[tuple[int, ...], ...]:
        """The attributes (by place) of each table of at most `most` of them, small ones first."""
        return tuple(
            itertools.chain.from_iterable(itertools.combinations(range(self.depth), n) for n in range(min(most, self.depth) + 1))
        )

    def keys(self, table: Sequence[int]) -> tuple[Key, ...]:
        """The groups of a table in order."""
        return tuple(itertools.product(*(self.levels[place] for place in table)))


def _starred(shape: tuple[int, ...], axes: range, *, count_all: bool) -> NDArray[np.int64]:
    found = np.zeros(shape, np.int64)
    for axis in axes:
        line = np.arange(shape[axis]) == shape[axis] - 1
        found += np.expand_dims((line if count_all else ~line).astype(np.int64), tuple(a for a in range(len(shape)) if a != axis))
    return found


def frame_of(cells: Cells, attributes: Sequence[Attribute], *, labelled: bool) -> Frame:
    """The frame of cells, attributes in the order of their names."""
    parts = sorted(attributes, key=lambda part: part.name)
    levels = tuple(ordered(cells.levels[cells.attributes.index(part.name)], part) for part in parts)
    return Frame(attributes=tuple(parts), levels=levels, labelled=labelled)


def ordered(values: Sequence[str | None], attribute: Attribute) -> tuple[str | None, ...]:
    """The distinct values in their one order: a cut from low to high, others by their text, a missing value last."""
    names = attribute.names() if attribute.edges else ()
    return tuple(sorted(set(values), key=lambda value: (value is None, names.index(value) if value in names else 0, value or "")))


def dense(frame: Frame, cells: Cells, values: NDArray[np.int64] | Sums) -> Sums:
    """One of the sums of cells as an array of the frame's inner shape."""
    places = []
    for part, levels in zip(frame.attributes, frame.levels, strict=True):
        column = cells.attributes.index(part.name)
        here = np.array([levels.index(value) for value in cells.levels[column]], np.int64)
        places.append(here[cells.codes[:, column]])
    places += [cells.label % 3, cells.prediction % 3] if frame.labelled else [cells.prediction % 3]
    flat = np.ravel_multi_index(tuple(places), frame.inner)
    return np.asarray(np.bincount(flat, weights=values, minlength=math.prod(frame.inner)), np.float64).reshape(frame.inner)


def with_margins(inner: NDArray[Number]) -> NDArray[Number]:
    """The cube: "all" added at the end of each axis."""
    for axis in range(inner.ndim):
        inner = np.concatenate([inner, inner.sum(axis=axis, keepdims=True)], axis=axis)
    return inner


def under(mask: Mask) -> Mask:
    """The cells that lie in `mask`, or below one that does: the same group looked at more closely."""
    found = mask.copy()
    for axis in range(found.ndim):
        found |= np.take(found, [-1], axis=axis)
    return found


def contains_nobody(cube: Counts | Sums, frame: Frame, least: int) -> Mask:
    """Outcomes that nobody in the whole table has, such as an unknown label: their zeros tell nothing about a few people.

    A pair of label and prediction is meant only where neither of the two is itself held by 1 to `least` - 1 people.
    """
    whole = cube[(slice(-1, None),) * frame.depth]
    empty = (whole == 0) & ~under((whole > 0) & (whole < least))
    return np.broadcast_to(under(empty), cube.shape)


def tightened(low: Sums, high: Sums) -> tuple[Sums, Sums]:
    """Bounds narrowed by "all is the sum of the others" along every line, until nothing moves.

    Shape of the cube each; `high` may be infinite. The bounds stay valid after every step, so they always hold the truth;
    they need not be the narrowest that exist. If the numbers contradict each other, `contradict` is true of the result.
    """
    low, high = low.copy(), high.copy()
    # Sums of weights leave a rest in their last digits; taken for news it would grow with every pass.
    least = min(1e-9 * float(np.max(high, where=np.isfinite(high), initial=0.0)), 1e-3)
    for _ in range(100):
        before_low, before_high = low.copy(), high.copy()
        for axis in range(low.ndim):
            _tighten_lines(np.moveaxis(low, axis, -1), np.moveaxis(high, axis, -1), least)
        if contradict(low, high) or (np.array_equal(low, before_low) and np.array_equal(high, before_high)):
            break
    return low, high


def contradict(low: Sums, high: Sums) -> bool:
    """Whether no table fits these bounds; a rest at the last digits of a sum of weights is no contradiction."""
    return bool((low > high * (1 + 1e-9) + 1e-6).any())


def _tighten_lines(low: Sums, high: Sums, least: float) -> None:
    """One pass over the lines along the last axis, in place (the arrays are views); steps under `least` are not taken."""
    parts, total = (..., slice(None, -1)), (..., slice(-1, None))
    _raise(low[total], low[parts].sum(-1, keepdims=True), least)
    _lower(high[total], high[parts].sum(-1, keepdims=True), least)
    endless = np.isinf(high[parts])
    finite = np.where(endless, 0.0, high[parts])
    others_endless = endless.sum(-1, keepdims=True) - endless > 0
    others = np.where(others_endless, np.inf, finite.sum(-1, keepdims=True) - finite)
    _raise(low[parts], low[total] - others, least)
    _lower(high[parts], high[total] - (low[parts].sum(-1, keepdims=True) - low[parts]), least)


def _raise(low: Sums, found: Sums, least: float) -> None:
    np.copyto(low, found, where=found > low + least)


def _lower(high: Sums, found: Sums, least: float) -> None:
    np.copyto(high, found, where=found < high - least)


def widened(frame: Frame, other: Frame) -> Frame:
    """The frame with the levels of both."""
    pairs = zip(frame.attributes, frame.levels, other.levels, strict=True)
    levels = tuple(ordered((*mine, *theirs), part) for part, mine, theirs in pairs)
    return Frame(attributes=frame.attributes, levels=levels, labelled=frame.labelled)


def embedded(cube: Sums, frame: Frame, into: Frame) -> Sums:
    """A cube of `frame` in a frame that has all of its levels; nobody is at the levels added."""
    found = np.zeros(into.shape)
    places = [
        np.array([*(wide.index(level) for level in levels), len(wide)], np.int64)
        for levels, wide in zip(frame.levels, into.levels, strict=True)
    ]
    rest = [np.arange(4)] * (len(into.shape) - frame.depth)
    found[np.ix_(*places, *rest)] = cube
    return found
