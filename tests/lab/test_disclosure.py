"""What is published tells nothing about a few people: attacks by subtraction, over attributes and over time, and by search.

The attacker of these tests knows every published number and the rule, and has a linear programme (scipy, HiGHS) that
finds the lowest and the highest value a hidden count can have in any table that fits.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from exchange_made import REGION, counted, decided, filed, write
from numpy.typing import NDArray
from scipy.optimize import linprog

from plumbrule.errors import LimitError, TableError
from plumbrule.lab import Attribute, Meaning, Release, cells_file, write_cells
from plumbrule.lab.exchange.bounds import bounds_in, frame_in
from plumbrule.lab.exchange.cube import Frame, contains_nobody, dense, frame_of, tightened, with_margins
from plumbrule.lab.exchange.disclosure import Before, Pattern, suppress
from plumbrule.lab.exchange.form import Suppression
from plumbrule.lab.exchange.perturb import noise_reach, noisy, rounded, rounding_reach

Counts = NDArray[np.int64]
SHAPES = [(3,), (4,), (2, 2), (3, 2), (2, 2, 2)]


@functools.cache
def sums(shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Every cell of the cube as a sum of the finest cells: shape (cells of the cube, finest cells)."""
    inner = tuple(size - 1 for size in shape)
    each = np.eye(int(np.prod(inner))).reshape(-1, *inner)
    return np.stack([with_margins(one).reshape(-1) for one in each], axis=1)


def reach(
    objective: NDArray[np.float64],
    equal: NDArray[np.float64],
    to: NDArray[np.float64],
    below: NDArray[np.float64] | None = None,
) -> tuple[float, float]:
    """The lowest and the highest value of a sum over all tables that fit; infinite where nothing stops it."""
    limits = {} if below is None else {"A_ub": below, "b_ub": np.zeros(len(below))}
    low, high = (linprog(sign * objective, A_eq=equal, b_eq=to, bounds=(0, None), method="highs", **limits) for sign in (1, -1))
    assert low.status == 0
    return low.fun, -high.fun if high.status == 0 else np.inf


def told(inner: Counts, pattern: Pattern) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What the reader knows, as equations over the finest cells."""
    cube = with_margins(inner)
    shown = ~pattern.hidden.reshape(-1)
    return sums(cube.shape)[shown], cube.reshape(-1)[shown].astype(np.float64)


def some_table(seed: int) -> tuple[Counts, Frame, np.random.Generator]:
    """A small table of a random shape, with large and small counts, some without a label or a decision."""
    rng = np.random.default_rng(seed)
    sizes = SHAPES[rng.integers(len(SHAPES))]
    labelled = bool(rng.random() < 0.4) and len(sizes) < 3
    inner = np.zeros((*sizes, *((3, 3) if labelled else (3,))), np.int64)
    common = (*(slice(None) for _ in sizes), *([slice(0, 2)] * (1 + labelled)))
    inner[common] = rng.negative_binomial(1, 1 / (1 + rng.choice([2, 5, 15, 40])), size=inner[common].shape)
    if rng.random() < 0.3:
        inner[(*(slice(None) for _ in sizes), *([2] * (1 + labelled)))] = rng.integers(0, 8)
    inner[(0,) * inner.ndim] += 1
    frame = Frame(
        attributes=tuple(Attribute(name=name) for name in "abc"[: len(sizes)]),
        levels=tuple(tuple(map(str, range(size))) for size in sizes),
        labelled=labelled,
    )
    return inner, frame, rng


def some_of(rng: np.random.Generator, mask: NDArray[np.bool_], n: int) -> list[tuple[int, ...]]:
    cells = np.argwhere(mask)
    return [tuple(map(int, cells[at])) for at in rng.permutation(len(cells))[:n]]


@pytest.mark.parametrize("seed", range(60))
def test_no_hidden_count_can_be_worked_out(seed: int) -> None:
    """Differencing over attributes: with all tables and sums of a file, small counts lie `least` apart, others at least one.

    Counts of intersections that are left out altogether cannot be narrowed further than that either.
    """
    inner, frame, rng = some_table(seed)
    least = int(rng.choice([3, 5]))
    pattern = suppress(inner, frame, least=least, order=[None, 1, 2, 3][seed % 4])
    cube = with_margins(inner)
    nobody = contains_nobody(cube, frame, least)
    assert not (~pattern.hidden & (cube < least) & ~nobody).any()
    equal, to = told(inner, pattern)
    listed = pattern.hidden & (frame.orders() <= pattern.order) & ~nobody
    left_out = (frame.orders() > pattern.order) & (cube < least) & ~nobody
    for cell in (*some_of(rng, listed, 5), *some_of(rng, left_out, 3)):
        low, high = reach(sums(cube.shape)[np.ravel_multi_index(cell, cube.shape)], equal, to)
        assert high - low >= (least if cube[cell] < least else 1) - 1e-6, (cell, cube[cell], low, high)


def test_every_table_that_fits_is_looked_at_by_hand() -> None:
    """On a table of four counts all tables that fit are listed; each hidden count takes several values in them."""
    inner = np.array([[12, 3, 0], [9, 14, 0]], np.int64)
    frame = Frame(attributes=(Attribute(name="a"),), levels=(("x", "y"),), labelled=False)
    pattern = suppress(inner, frame)
    cube = with_margins(inner)
    shown = ~pattern.hidden
    found = []
    for counts in itertools.product(range(31), repeat=4):
        table = np.array([[counts[0], counts[1], 0], [counts[2], counts[3], 0]], np.int64)
        if sum(counts) <= 60 and np.array_equal(with_margins(table)[shown], cube[shown]):
            found.append(table)
    assert shown[2, 3]
    assert shown[0, 3]
    assert shown[2, 0]
    small = {int(table[0, 1]) for table in found}
    assert small == set(range(16))
    assert all(len({int(table[place]) for table in found}) > 1 for place in ((0, 0), (0, 1), (1, 0), (1, 1)))


def test_subtraction_alone_would_work() -> None:
    """The attack is real: hide only the small counts, and they are found."""
    inner = np.array([[12, 3, 0], [9, 14, 0]], np.int64)
    cube = with_margins(inner)
    naive = Pattern(hidden=(cube > 0) & (cube < 5), protected=cube < 5, order=1, least=5, width=5, witnesses=())
    low, high = reach(sums(cube.shape)[np.ravel_multi_index((0, 1), cube.shape)], *told(inner, naive))
    assert low == pytest.approx(3)
    assert high == pytest.approx(3)


# ── over time ────────────────────────────────────────────────────────────────────────────────────────────────────────


def earlier(inner: Counts, pattern: Pattern) -> Before:
    """What a first file told."""
    cube = with_margins(inner)
    low, high = tightened(np.where(pattern.hidden, 0.0, cube), np.where(pattern.hidden, np.inf, cube))
    return Before(low=low, high=high, order=pattern.order)


def both(shape: tuple[int, ...], windows: Sequence[tuple[Counts, Pattern]]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The equations of two files over the finest cells of both windows."""
    (one, to_one), (two, to_two) = (told(inner, pattern) for inner, pattern in windows)
    across = np.zeros((len(one), two.shape[1])), np.zeros((len(two), one.shape[1]))
    return np.block([[one, across[0]], [across[1], two]]), np.concatenate([to_one, to_two])


@pytest.mark.parametrize("only_more", [False, True])
@pytest.mark.parametrize("seed", range(25))
def test_two_windows_tell_no_more(seed: int, *, only_more: bool) -> None:
    """Differencing over time: the same people a week later and some more. No small count and no small change is found.

    With `only_more` the attacker also knows that nobody left. Counts that the first file told are no secret in the second.
    """
    inner, frame, rng = some_table(seed)
    first = suppress(inner, frame)
    later = inner.copy()
    people = int(rng.choice([6, 20, 60]))
    np.add.at(later, (*(rng.integers(0, size, people) for size in inner.shape[:-1]), rng.integers(0, 2, people)), 1)
    try:
        second = suppress(later, frame, before=earlier(inner, first))
    except TableError as error:
        assert "people came or went" in error.got
        return
    assert second.order <= first.order
    shape, cubes = with_margins(inner).shape, [with_margins(one) for one in (inner, later)]
    equal, to = both(shape, [(inner, first), (later, second)])
    size = inner.size
    below = np.hstack([np.eye(size), -np.eye(size)]) if only_more else None
    nothing = np.zeros(size)
    for week, (pattern, cube) in enumerate(zip((first, second), cubes, strict=True)):
        small = pattern.hidden & (cube < 5) & (frame.orders() <= pattern.order) & ~contains_nobody(cube, frame, 5)
        for cell in some_of(rng, small, 3):
            line = sums(shape)[np.ravel_multi_index(cell, shape)]
            low, high = reach(np.concatenate([nothing, line] if week else [line, nothing]), equal, to, below)
            assert high - low >= 1 - 1e-6, (week, cell)
    change = cubes[1] - cubes[0]
    for cell in some_of(rng, (change != 0) & (np.abs(change) < 5), 3):
        line = sums(shape)[np.ravel_multi_index(cell, shape)]
        low, high = reach(np.concatenate([-line, line]), equal, to, below)
        assert high - low >= 1 - 1e-6, cell


def test_one_person_more_is_not_told(tmp_path: Path) -> None:
    """A week later with one person more: without the earlier file the rule would give him away, with it nothing is written."""
    week1 = filed(write(tmp_path / "1.csv", REGION), Release())
    more = [*REGION, ("a", "x", "1", "0")]
    careless = filed(write(tmp_path / "2.csv", more), Release())
    rows = [frame_in(one) and bounds_in(one, "x").rows for one in (week1, careless)]
    assert rows[1].low[0, -1, 1, 0] - rows[0].high[0, -1, 1, 0] == 1  # race a, label yes, prediction no: there he is
    with pytest.raises(TableError) as caught:
        filed(tmp_path / "2.csv", Release(after=(week1, "0" * 64)))
    assert "Fewer than 5 people" in caught.value.got


def test_the_same_table_again_is_the_same_file_again(tmp_path: Path) -> None:
    """Nothing changed: the later file hides and tells what the earlier did, and names it."""
    path = write(tmp_path / "t.csv", REGION)
    first = filed(path, Release())
    again = filed(path, Release(after=(first, "ab" * 32)))
    assert again.tables == first.tables
    assert isinstance(again.disclosure, Suppression)
    assert again.disclosure.after == "ab" * 32


def test_what_was_hidden_stays_hidden(tmp_path: Path) -> None:
    """A count that has grown past the limit is still not told, or the file of last week would be opened by it."""
    week1 = filed(write(tmp_path / "1.csv", REGION), Release())
    grown = [*REGION, *[("c", "x", "1", "1")] * 12, *[("b", "y", "0", "0")] * 15, *[("a", "y", "1", "1")] * 9]
    later = filed(write(tmp_path / "2.csv", grown), Release(after=(week1, "0" * 64)))
    fresh = filed(tmp_path / "2.csv", Release())
    before, now, alone = (bounds_in(one, "x").rows for one in (week1, later, fresh))
    hidden = before.low < before.high
    assert (now.low < now.high)[hidden].all()
    assert not (alone.low < alone.high)[hidden].all()


def test_the_order_of_an_earlier_file_is_kept(tmp_path: Path) -> None:
    """Tables that the earlier file left out are left out again; another cut is refused."""
    path = write(tmp_path / "t.csv", REGION)
    first = filed(path, Release(order=1))
    grown = [*REGION, *REGION]
    second = filed(write(tmp_path / "2.csv", grown), Release(order=2, after=(first, "0" * 64)))
    assert isinstance(second.disclosure, Suppression)
    assert second.disclosure.order == 1
    with pytest.raises(TableError):
        filed(path, Release(after=(first, "0" * 64)), decided(("race",)))
    with pytest.raises(TableError):
        filed(path, Release(after=(filed(path, Release(rule="none")), "0" * 64)))


# ── what is refused, and how deep tables go ──────────────────────────────────────────────────────────────────────────


def test_names_of_people_are_no_groups() -> None:
    """An attribute of which most values stand for one person is refused, since its values are written into the file."""
    inner = np.zeros((40, 3), np.int64)
    inner[:, 0] = 1
    frame = Frame(attributes=(Attribute(name="name"),), levels=(tuple(f"{i:02d}" for i in range(40)),), labelled=False)
    with pytest.raises(TableError) as caught:
        suppress(inner, frame)
    assert "40 of 40 values of 'name'" in caught.value.got


def test_intersections_are_published_where_they_cost_nothing() -> None:
    """A large table is told whole; with a few small counts the tables of single attributes stay as they would be alone."""
    rng = np.random.default_rng(1)
    frame = Frame(attributes=tuple(Attribute(name=name) for name in "ab"), levels=(("0", "1", "2"), ("0", "1")), labelled=False)
    large = rng.integers(50, 90, size=(3, 2, 3))
    assert not suppress(large, frame).hidden.any()
    some = large.copy()
    some[0, 0, 1] = 2
    pattern = suppress(some, frame)
    assert pattern.order == 2
    assert not pattern.hidden[frame.orders() < 2].any()
    assert pattern.hidden[0, 0, 1]
    assert int(pattern.hidden.sum()) < 9


def test_too_many_small_counts_are_refused_with_a_cure() -> None:
    """Deep tables full of small counts are left out by default and refused when asked for."""
    rng = np.random.default_rng(2)
    sizes = (8, 8, 12)
    inner = rng.poisson(1.0, size=(*sizes, 3, 3)).astype(np.int64)
    frame = Frame(
        attributes=tuple(Attribute(name=name) for name in "abc"),
        levels=tuple(tuple(f"{i:02d}" for i in range(size)) for size in sizes),
        labelled=True,
    )
    assert suppress(inner, frame).order == 1
    with pytest.raises(LimitError) as caught:
        suppress(inner, frame, order=3)
    assert "--order 1" in caught.value.cure


@pytest.mark.shared
@pytest.mark.parametrize("order", [None, 2])
def test_a_real_table_is_safe(shared: Path, order: int | None) -> None:
    """COMPAS by race and sex: every hidden count of the published tables, under the attack."""
    decisions = decided(("race", "sex"), prediction="score", label="label_value")
    cells, _ = counted(shared / "data" / "audit" / "compas_for_aequitas.csv", decisions)
    frame = frame_of(cells, decisions.by, labelled=True)
    inner = dense(frame, cells, cells.rows).astype(np.int64)
    pattern = suppress(inner, frame, order=order)
    cube = with_margins(inner)
    equal, to = told(inner, pattern)
    listed = pattern.hidden & (frame.orders() <= pattern.order) & ~contains_nobody(cube, frame, 5)
    assert listed.any()
    for cell in map(tuple, np.argwhere(listed).tolist()):
        low, high = reach(sums(cube.shape)[np.ravel_multi_index(cell, cube.shape)], equal, to)
        assert high - low >= (5 if cube[cell] < 5 else 1) - 1e-6


# ── rounding and noise ───────────────────────────────────────────────────────────────────────────────────────────────

FRAME = Frame(attributes=(Attribute(name="a"),), levels=(tuple(f"{i:03d}" for i in range(400)),), labelled=False)
FEW = np.tile(np.arange(12, dtype=np.int64)[:, None], (34, 3))[:400]


def secrets(n: int) -> list[bytes]:
    return [bytes([at // 256, at % 256]) * 16 for at in range(n)]


def test_rounding_is_right_on_average_and_never_further_than_its_base() -> None:
    """Multiples of five, at most four away; the mean over secrets is the count."""
    found = np.stack([rounded(FEW, FRAME, 5, secret) for secret in secrets(40)])
    assert (found % 5 == 0).all()
    assert (np.abs(found - FEW) <= 4).all()
    for count in range(12):
        assert found[:, count == FEW].mean() == pytest.approx(count, abs=0.12)


def test_rounding_the_same_count_again_gives_the_same_number() -> None:
    """Publishing twice does not average the chance away, and a change elsewhere changes nothing here."""
    other = FEW.copy()
    other[0, 0] += 50
    one, two = (rounded(inner, FRAME, 5, b"s" * 32) for inner in (FEW, other))
    assert (one != two).sum() == 1
    assert (rounded(FEW, FRAME, 5, b"t" * 32) != one).any()


def test_noise_has_the_shape_that_was_promised() -> None:
    """Discrete Laplace: each step away is exp(-epsilon) times as likely; the mean is zero."""
    epsilon = 0.7
    drawn = np.concatenate([(noisy(FEW, FRAME, epsilon, secret) - FEW).reshape(-1) for secret in secrets(60)])
    counts = {step: int((np.abs(drawn) == step).sum()) for step in range(5)}
    assert drawn.mean() == pytest.approx(0, abs=0.04)
    assert counts[0] / len(drawn) == pytest.approx(np.tanh(epsilon / 2), abs=0.01)
    for step in (1, 2, 3):
        assert counts[step + 1] / counts[step] == pytest.approx(np.exp(-epsilon), abs=0.04)
    assert np.array_equal(noisy(FEW, FRAME, epsilon, b"s" * 32), noisy(FEW, FRAME, epsilon, b"s" * 32))


@pytest.mark.parametrize("cells", [1, 3, 10, 100])
def test_sums_lie_as_near_as_is_said(cells: int) -> None:
    """The bounds of rounded and noisy sums hold, and the noise stays within its bound about as often as is said."""
    size = np.array([cells])
    worst_rounding = worst_noise = 0
    outside = 0
    for secret in secrets(150):
        found = (rounded(FEW, FRAME, 5, secret) - FEW).reshape(-1)[: 1200 // cells * cells].reshape(-1, cells).sum(1)
        noise = (noisy(FEW, FRAME, 1.0, secret) - FEW).reshape(-1)[: 1200 // cells * cells].reshape(-1, cells).sum(1)
        worst_rounding = max(worst_rounding, int(np.abs(found).max()))
        worst_noise += len(noise)
        outside += int((np.abs(noise) > noise_reach(size, 1.0)[0]).sum())
    assert worst_rounding <= max(rounding_reach(size, 5)[0], 4 * min(cells, 5))
    assert outside / worst_noise <= 0.001


def test_the_secret_is_nowhere_in_the_file(tmp_path: Path) -> None:
    """Neither the secret nor its digest can be read from what is published."""
    import hashlib

    secret = b"0123456789abcdef0123456789abcdef"
    decisions = decided()
    cells, digest = counted(write(tmp_path / "t.csv", REGION), decisions)
    for rule in ("round", "noise", "suppress"):
        release = Release(rule=rule, secret=secret)
        file = cells_file(cells, Meaning.of(decisions), decisions.by, release, software="plumbrule/0.1.0", source=digest)
        content = write_cells(file)
        for trace in (secret, secret.hex().encode(), hashlib.sha256(secret).hexdigest().encode(), digest.encode()):
            assert trace not in content
