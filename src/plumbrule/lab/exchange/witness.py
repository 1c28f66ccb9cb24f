"""Witnesses: other tables that agree with every count published, so that a hidden count cannot be worked out.

A *swap* changes where people stand and leaves most margins as they are. On two axes, say group and prediction: one
person of group A moves from "no" to "yes", and one of group B from "yes" to "no". No total changes. What does change
are the counts of the swap itself, and if all of these are hidden, the reader cannot tell the swapped table from the
true one. A swap on one axis moves a person from one level to another; a swap on no axis adds a person.

`Cover` hides what the swaps need until each small count can take values far enough apart: the complementary suppression
of the handbooks (Hundepool et al., Statistical Disclosure Control, 2012, chapter 4), with its proof kept beside it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plumbrule.errors import OutputError
from plumbrule.lab.exchange.cube import Mask, Sums, with_margins

Cell = tuple[int, ...]
FREE = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap:
    """`people` change places: from `cell` the levels on `axes` become those of `other`; elsewhere they are those of `other`.

    With `rise` the count at `cell` goes up, else down. `other` is a place without "all".
    """

    cell: Cell
    axes: tuple[int, ...]
    other: Cell
    people: int
    rise: bool

    def moves(self) -> Iterator[tuple[Cell, int]]:
        """The places whose counts change, and by how many people."""
        for turned in itertools.product((False, True), repeat=len(self.axes)):
            place = list(self.other)
            for axis, turn in zip(self.axes, turned, strict=True):
                if not turn:
                    place[axis] = self.cell[axis]
            up = (sum(turned) % 2 == 0) == self.rise
            yield tuple(place), self.people if up else -self.people

    def touched(self, shape: tuple[int, ...]) -> tuple[NDArray[np.int64], ...]:
        """An index of every cell of the cube that changes: the places themselves and their sums that do not cancel."""
        pairs = [
            (self.cell[axis], self.other[axis]) if axis in self.axes else (self.other[axis], size - 1)
            for axis, size in enumerate(shape)
        ]
        return np.ix_(*(np.array(pair, np.int64) for pair in pairs))


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """Swaps done one after the other, all in one direction; the table after each of them is a possible one."""

    cell: Cell
    swaps: tuple[Swap, ...]


class Cover:
    """Hides cells of a cube until the small counts are safe.

    Args:
        inner: the true counts without "all".
        room: how far each of them can fall in a table that the reader holds possible.
        hidden: cells that are not published anyway; shape of the cube.
        price: what it costs to hide each other cell; infinite where it must stay.
    """

    def __init__(self, inner: Sums, room: Sums, hidden: Mask, price: Sums) -> None:
        self.inner, self.room, self.hidden = inner, room, hidden.copy()
        self.price = np.where(hidden, 0.0, price)
        self.reach = np.zeros(hidden.shape)
        """How far apart each cell is shown to lie by one swap alone: what a swap does for one, it does for all it touches."""
        self.witnesses: list[Witness] = []

    def protect(self, cell: Cell, width: int) -> bool:
        """Hide what is needed so that the count at `cell` can lie `width` apart; False if the prices forbid it."""
        if self.reach[cell] >= width:
            return True
        got, done = 0, []
        for rise in (True, False):
            room, swaps = self.room.copy(), []
            while got < width and (swap := self._cheapest(cell, room, width - got, rise=rise)):
                for place, change in swap.moves():
                    room[place] += change
                self._hide(swap)
                swaps.append(swap)
                got += swap.people
            done.append(Witness(cell=cell, swaps=tuple(swaps)))
        self.witnesses += [one for one in done if one.swaps]
        return got >= width

    def _hide(self, swap: Swap) -> None:
        touched = swap.touched(self.hidden.shape)
        self.hidden[touched] = True
        self.price[touched] = 0.0
        self.reach[touched] = np.maximum(self.reach[touched], swap.people)

    def _cheapest(self, cell: Cell, room: Sums, wanted: int, *, rise: bool) -> Swap | None:
        """The swap that hides least, over all sets of axes on which the cell is not "all"."""
        named = [axis for axis, size in enumerate(self.hidden.shape) if cell[axis] < size - 1]
        best: tuple[float, Swap] | None = None
        for size in range(len(named), -1, -1):
            for axes in itertools.combinations(named, size):
                found = self._on(cell, axes, named, room, wanted, rise=rise)
                if found and (best is None or found[0] < best[0]):
                    best = found
                if best and best[0] <= FREE:
                    return best[1]
        return best[1] if best else None

    def _on(
        self, cell: Cell, axes: tuple[int, ...], named: list[int], room: Sums, wanted: int, *, rise: bool
    ) -> tuple[float, Swap] | None:
        """The cheapest swap on these axes: all levels of the other side are tried at once, one array axis for each."""
        choice = _Choice(cell, frozenset(axes), frozenset(named), self.hidden.shape)
        capacity = np.full(choice.size, np.inf)
        for turned in choice.sides():
            if (len(turned) % 2 == 1) == rise:
                capacity = np.minimum(capacity, room[choice.index(turned)])
        for axis in axes:  # the other side is another level
            capacity[tuple(slice(cell[axis], cell[axis] + 1) if a == axis else slice(None) for a in range(len(cell)))] = 0
        possible = capacity >= 1
        if not possible.any():
            return None
        cost = np.zeros(choice.size)
        for turned in choice.sides():
            for alls in choice.sums():
                cost = cost + self.price[choice.index(turned, alls)]
        # Among equals the swap that can move more people: fewer swaps, and a simpler proof.
        cost = np.where(possible, cost - FREE * np.minimum(capacity, wanted) / wanted / 2, np.inf)
        place = np.unravel_index(int(np.argmin(cost)), cost.shape)
        if not np.isfinite(cost[place]):
            return None
        other = tuple(cell[axis] if axis in named and axis not in axes else int(place[axis]) for axis in range(len(cell)))
        people = int(min(capacity[place], wanted))
        return float(cost[place]), Swap(cell=cell, axes=axes, other=other, people=people, rise=rise)


class _Choice:
    """How to cut arrays so that one axis of the result stands for one thing that is still free to choose."""

    def __init__(self, cell: Cell, axes: frozenset[int], named: frozenset[int], shape: tuple[int, ...]) -> None:
        self.cell, self.axes, self.named, self.shape = cell, axes, named, shape
        self.size = tuple(1 if axis in named and axis not in axes else length - 1 for axis, length in enumerate(shape))

    def sides(self) -> Iterator[frozenset[int]]:
        """Every set of axes that stand on the other side."""
        for size in range(len(self.axes) + 1):
            yield from map(frozenset, itertools.combinations(sorted(self.axes), size))

    def sums(self) -> Iterator[frozenset[int]]:
        """Every set of the remaining axes that are "all"."""
        rest = [axis for axis in range(len(self.shape)) if axis not in self.axes]
        for size in range(len(rest) + 1):
            yield from map(frozenset, itertools.combinations(rest, size))

    def index(self, turned: frozenset[int], alls: frozenset[int] = frozenset()) -> tuple[slice, ...]:
        """The part of a cube (or of the counts without "all") for this side and these sums; it broadcasts to `size`."""
        return tuple(self._part(axis, turned, alls) for axis in range(len(self.shape)))

    def _part(self, axis: int, turned: frozenset[int], alls: frozenset[int]) -> slice:
        last = self.shape[axis] - 1
        if axis in alls:
            return slice(last, last + 1)
        if axis in self.named and axis not in turned:
            return slice(self.cell[axis], self.cell[axis] + 1)
        return slice(0, last)


def seen_range(inner: Sums, published: Mask, witnesses: Sequence[Witness]) -> tuple[Sums, Sums]:
    """The lowest and highest value of each cell of the cube over all witness tables, each of them checked anew.

    Raises:
        OutputError: a witness has a count below zero or differs from a published count; a fault of ours.
    """
    true = with_margins(inner)
    low, high = true.copy(), true.copy()
    for witness in witnesses:
        table = inner.copy()
        for swap in witness.swaps:
            for place, change in swap.moves():
                table[place] += change
            cube = with_margins(table)
            if table.min() < 0 or not np.array_equal(cube[published], true[published]):
                raise check_failed("a witness table does not agree with what would be published")
            np.minimum(low, cube, out=low)
            np.maximum(high, cube, out=high)
    return low, high


def check_failed(what: str) -> OutputError:
    """The check on our own work found a fault: nothing is written."""
    return OutputError(
        f"The cells were not written: {what}.",
        expected="a proof for every hidden count",
        cure="This is a fault of Plumbrule. Please report it, without the data; meanwhile write with --disclosure none.",
    )
