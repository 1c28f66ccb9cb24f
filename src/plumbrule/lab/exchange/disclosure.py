"""What may be published: counts of a few people are hidden, and so is what would give them away by subtraction.

The rule `suppress`: a count under `least`, zero included, is not published, in no table of the file; and other counts are
hidden beside it until each hidden small count can lie at least `width` apart in tables that agree with every published
number (`witness`). An outcome that nobody at all has is shown as zero. The whole decision is checked again before it is used.

How many attributes are combined is chosen so that combining them hides nothing of the tables of single attributes.
Tables of more attributes are then not published at all. With single attributes only, what the reader can say about
an intersection is Fréchet's interval, which spans at least `least` people (docs/concepts/cells.md).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from plumbrule.errors import LimitError, TableError
from plumbrule.lab.exchange.cube import Counts, Frame, Mask, Sums, contains_nobody, under, with_margins
from plumbrule.lab.exchange.witness import Cover, Witness, check_failed, seen_range

MOST_PLACES = 6_000
MOST_SMALL = 1_500
"""Above these sizes only tables of single attributes are published: the search would take minutes."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Before:
    """What an earlier file told, in the frame of the new one: bounds of each count of the cube, and how deep its tables went."""

    low: Sums
    high: Sums
    order: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pattern:
    """What is published, and why that is safe.

    `hidden` has the shape of the cube; tables of more than `order` attributes are hidden whole. `witnesses` show that each
    count in `protected` can lie `width` apart, and every other hidden count of the tables published at least one.
    """

    hidden: Mask
    protected: Mask
    order: int
    least: int
    width: int
    witnesses: tuple[Witness, ...]


def suppress(inner: Counts, frame: Frame, *, least: int = 5, order: int | None = None, before: Before | None = None) -> Pattern:
    """Decide what is published of these counts (the frame's inner shape).

    Args:
        inner: the counts without "all".
        frame: its axes.
        least: the smallest count that is published; also how far apart a hidden count can lie.
        order: the most attributes combined; left out, as many as leave the tables of single attributes whole.
        before: what an earlier file told about the same people and others who came or went.

    Raises:
        LimitError: too many cells to combine attributes.
        TableError: an attribute that looks like an identifier; fewer than `least` people changed since the earlier file.
    """
    _check_levels(inner, frame, least)
    cube = with_margins(inner)
    nobody = contains_nobody(cube, frame, least)
    small = (cube < least) & ~nobody
    stay = np.zeros_like(small)
    room = inner.astype(np.float64)
    if before is not None:
        small |= _few_changed(cube, before, least) & ~nobody
        stay = (before.low < before.high) & ~nobody
        room = _room(inner, cube, before)
        order = min(order or frame.depth, before.order) if before.order < frame.depth else order
    asked = _Asked(cube=cube, inner=inner, frame=frame, least=least, small=small, stay=stay, nobody=nobody, room=room)
    found = _choose(asked, order)
    _verify(asked, found)
    return found


def changes(cube: Counts, before: Before) -> Sums:
    """At least how many people came or went, for each cell of the cube.

    The net change where the earlier count is known, and never less than the changes of the parts together.
    """
    known = before.low == before.high
    found = np.where(known, np.abs(cube - np.where(known, before.low, 0.0)), 0.0)
    for _ in range(2):
        for axis in range(found.ndim):
            line = np.moveaxis(found, axis, -1)
            np.maximum(line[..., -1], line[..., :-1].sum(-1), out=line[..., -1])
    return found


def _few_changed(cube: Counts, before: Before, least: int) -> Mask:
    """Where the change since the earlier file is that of a few people, and whatever lies below: it would tell about them."""
    changed = changes(cube, before)
    few = (changed > 0) & (changed < least)
    if few[(-1,) * few.ndim]:
        raise TableError(
            f"Fewer than {least} people came or went since the earlier file.",
            expected="the same table, or a change that tells nothing about a few people",
            cure="Publish again when more has changed; until then the earlier file stands.",
        )
    return under(few)


def _room(inner: Counts, cube: Counts, before: Before) -> Sums:
    """How far each count may fall: to zero, or to what the earlier file told where nobody seems to have left."""
    if (cube < before.low).any():
        return inner.astype(np.float64)
    told = np.where(before.low == before.high, before.low, 0.0)[tuple(slice(0, -1) for _ in inner.shape)]
    return np.maximum(inner - told, 0.0)


def _check_levels(inner: Counts, frame: Frame, least: int) -> None:
    """An attribute most of whose values stand for a few people is a name or an uncut number; its very values are personal."""
    for place, part in enumerate(frame.attributes):
        sizes = inner.sum(axis=tuple(axis for axis in range(inner.ndim) if axis != place))
        small = int((sizes < least).sum())
        if small > max(len(sizes) / 2, 5):
            raise TableError(
                f"{small} of {len(sizes)} values of {part.name!r} stand for fewer than {least} people each.",
                expected="groups of people; the values themselves are written into the file",
                cure=f"Cut a number with --cut {part.name}:EDGES, map texts to fewer groups in a query, or leave it out.",
            )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Asked:
    """The question: counts that are `small` in themselves or by change, those hidden before, the zeros always shown."""

    cube: Counts
    inner: Counts
    frame: Frame
    least: int
    small: Mask
    stay: Mask
    nobody: Mask
    room: Sums


def _choose(asked: _Asked, order: int | None) -> Pattern:
    """The tables of single attributes first; then as many attributes together as cost those tables nothing."""
    depth = asked.frame.depth
    large = asked.inner.size > MOST_PLACES or int(asked.small.sum()) > MOST_SMALL
    if order is not None and order > 1 and depth > 1 and large:
        raise LimitError(
            f"{int(asked.small.sum()):,} counts under {asked.least} are too many to look for what would give them away.",
            expected=f"at most {MOST_SMALL:,}, or tables of single attributes",
            cure="Name fewer attributes, cut them into fewer groups, or ask for --order 1.",
        )
    single = _covered(asked, 1, keep=None)
    for most in range(depth if order is None else min(order, depth), 1, -1):
        if large:
            break
        if found := _covered(asked, most, keep=single.hidden if single and order is None else None):
            return found
    if single is None:
        raise check_failed("no set of counts to hide was found")
    return single


def _covered(asked: _Asked, order: int, *, keep: Mask | None) -> Pattern | None:
    """A pattern for tables of up to `order` attributes; with `keep`, one that hides no more of the single ones than that."""
    orders, alls = asked.frame.orders(), asked.frame.alls()
    deeper = orders > order
    alone = order == 1 < asked.frame.depth  # intersections are left to Fréchet's interval
    small = asked.small & ~deeper if alone else asked.small
    wanted = small | (asked.stay & ~deeper)
    price = 4.0**alls * (1 + np.log2(1 + asked.cube)) * np.where(orders == 0, 2500.0, np.where(orders == 1, 50.0, 1.0))
    if keep is not None:
        price[orders <= 1] = np.where(keep, 0.0, np.inf)[orders <= 1]
    price[asked.nobody] = np.inf
    hidden = (asked.small | asked.stay | deeper) & ~asked.nobody
    cover = Cover(asked.inner.astype(np.float64), asked.room, hidden, price)
    # Sums first: a swap that protects a sum protects small counts below it on the way.
    for cell in sorted(map(tuple, np.argwhere(wanted).tolist()), key=lambda cell: (-int(alls[cell]), cell)):
        if not cover.protect(cell, asked.least if small[cell] else 1):
            return None
    return Pattern(
        hidden=cover.hidden | deeper,
        protected=small,
        order=order,
        least=asked.least,
        width=asked.least,
        witnesses=tuple(cover.witnesses),
    )


def _verify(asked: _Asked, found: Pattern) -> None:
    """Look at the decision once more from the outside, with nothing but the counts and the witnesses.

    Raises:
        OutputError: a small count would be published, or a hidden one lacks its proof. This is a fault of ours.
    """
    if (~found.hidden & (asked.small | asked.stay)).any():
        raise check_failed("a small count would be published")
    low, high = seen_range(asked.inner.astype(np.float64), ~found.hidden, found.witnesses)
    if (high - low)[found.protected].min(initial=np.inf) < found.width:
        raise check_failed("a small count could be worked out")
    if (high - low)[found.hidden & (asked.frame.orders() <= found.order) & ~asked.nobody].min(initial=np.inf) < 1:
        raise check_failed("a hidden count could be worked out")
