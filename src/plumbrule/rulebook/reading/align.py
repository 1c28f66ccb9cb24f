"""Which provision of one version answers which of another: in order, one to one, several to one, or none.

The cheapest way through both lists of provisions is found by dynamic programming (Needleman and Wunsch 1970) with the steps
of Gale and Church (1993): one to one, one to none, two or three to one. In one language the words decide. Across languages
there are no words in common, so structure does: labels, kinds, documents cited, numbers, what asks do, and length
against the ratio of the whole texts. Our wording beside an official text goes by ids. Weights are ours, tried on the Universal
Declaration in six languages.

The time grows with the number of provisions, not with its square: unlikely pairs, far off the diagonal, are left out.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from plumbrule.rulebook.reading.versions import Clause, Version
from plumbrule.rulebook.reading.wordwise import Bag, bag, likeness, plain

NUMBERED = frozenset({"operative", "item", "section", "footnote", "article", "annex"})
"""Kinds whose label is printed, or names a part; the others are only counted, and their number shifts with every loss."""
STEPS = ((1, 1), (1, 0), (0, 1), (2, 1), (1, 2), (3, 1), (1, 3))
WIDEST = 150_000
"""Cells of the table of costs that are looked at, whatever the number of provisions."""
GAP = 1.2
HELD = 0.6
"""The share of a part's words that must be in the whole."""
JOIN = 0.9
JOIN_UNREAD = 1.8
"""What a merger costs where words cannot show it: more than a loss, so that length alone seldom claims one."""


Cost = Callable[[int, int, int, int], float]
"""What it costs to pair provisions `i` to `m` of one side with `j` to `n` of the other; infinite where they cannot be."""


@dataclass(frozen=True, slots=True)
class Bead:
    """Places in both lists that belong together; one side may be empty."""

    left: tuple[int, ...]
    right: tuple[int, ...]

    @property
    def turned(self) -> Bead:
        """The same with its sides changed."""
        return Bead(self.right, self.left)


@dataclass(slots=True)
class _Side:
    """What is looked at again and again, made once."""

    clauses: Sequence[Clause]
    bags: list[Bag]
    lengths: list[int]
    numbers: list[frozenset[str]]
    cites: list[frozenset[str]]


def align(left: Version, right: Version) -> tuple[Bead, ...]:
    """Every provision of both versions in exactly one bead, in order; then the footnotes, aligned among themselves.

    Changing the sides changes the sides of the beads and nothing else.
    """
    if _rank(right) < _rank(left):
        return tuple(bead.turned for bead in align(right, left))
    ours_beside = left.official != right.official
    alike = left.language == right.language and not ours_beside
    beads: list[Bead] = []
    for notes in (False, True):
        first, second = (_of_kind(version, notes) for version in (left, right))
        a, b = (_side([v.clauses[n] for n in chosen], alike) for v, chosen in ((left, first), (right, second)))
        cost = (_same_language if alike else _ours_and_theirs if ours_beside else _other_language)(a, b)
        found = _aligned(a, b, cost, alike)
        beads += [Bead(tuple(first[n] for n in bead.left), tuple(second[n] for n in bead.right)) for bead in found]
    return tuple(beads)


def _rank(version: Version) -> tuple[object, ...]:
    return (version.language, version.official, len(version.clauses), [(c.id, c.text) for c in version.clauses])


def _of_kind(version: Version, notes: bool) -> list[int]:
    return [n for n, clause in enumerate(version.clauses) if (clause.kind == "footnote") is notes]


def _side(clauses: Sequence[Clause], alike: bool) -> _Side:
    return _Side(
        clauses,
        [bag(clause.text) if alike else frozenset() for clause in clauses],
        [max(len(plain(clause.text)), 1) for clause in clauses],
        [frozenset(number for number in clause.numbers if len(number) > 1) for clause in clauses],
        [frozenset(clause.cites) for clause in clauses],
    )


def _aligned(a: _Side, b: _Side, cost: Cost, alike: bool) -> Iterator[Bead]:
    """Between provisions that are surely the same, the cheapest way."""
    i = j = 0
    for m, n in [*(_anchors(a, b) if alike else ()), (len(a.clauses), len(b.clauses))]:
        yield from _cheapest(i, m, j, n, cost)
        if m < len(a.clauses) and n < len(b.clauses):
            yield Bead((m,), (n,))
        i, j = m + 1, n + 1


def _anchors(a: _Side, b: _Side) -> list[tuple[int, int]]:
    """Provisions of one text and one label that each side holds once, in an order that both share."""
    keys = [[(clause.label, plain(clause.text)) for clause in side.clauses] for side in (a, b)]
    counts = [Counter(side) for side in keys]
    where = {key: n for n, key in enumerate(keys[1])}
    pairs = [(n, where[key]) for n, key in enumerate(keys[0]) if counts[0][key] == counts[1][key] == 1]
    return _rising(pairs)


def _rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest selection whose second places rise (patience sorting)."""
    tops: list[int] = []
    at: list[int] = []
    before: list[int] = []
    for n, (_, place) in enumerate(pairs):
        pile = bisect_left(tops, place)
        before.append(at[pile - 1] if pile else -1)
        tops[pile : pile + 1] = [place]
        at[pile : pile + 1] = [n]
    chain, n = [], at[-1] if at else -1
    while n >= 0:
        chain.append(pairs[n])
        n = before[n]
    return chain[::-1]


def _cheapest(i: int, m: int, j: int, n: int, cost: Cost) -> Iterator[Bead]:
    """The way of least cost from (i, j) to (m, n), through cells near the diagonal."""
    rows, columns = m - i, n - j
    if rows <= 0 or columns <= 0:
        yield from (Bead((x,), ()) for x in range(i, m))
        yield from (Bead((), (y,)) for y in range(j, n))
        return
    reach = max(8, WIDEST // (2 * (rows + 1)))
    best: list[dict[int, tuple[float, int]]] = []
    for x in range(rows + 1):
        middle = x * columns // rows
        best.append({})
        for y in range(max(0, middle - reach - columns // rows), min(columns, middle + reach + columns // rows) + 1):
            best[x][y] = _step(best, x, y, i, j, cost)
    x, y, way = rows, columns, []
    while x or y:
        p, q = STEPS[best[x][y][1]]
        way.append(Bead(tuple(range(i + x - p, i + x)), tuple(range(j + y - q, j + y))))
        x, y = x - p, y - q
    yield from reversed(way)


def _step(best: list[dict[int, tuple[float, int]]], x: int, y: int, i: int, j: int, cost: Cost) -> tuple[float, int]:
    """The cheapest step into a cell: its cost so far, and which step it was."""
    found = (0.0, 0) if x == y == 0 else (math.inf, 0)
    for number, (p, q) in enumerate(STEPS):
        if p > x or q > y or y - q not in best[x - p]:
            continue
        so_far = best[x - p][y - q][0] + (cost(i + x - p, i + x, j + y - q, j + y) if p and q else GAP)
        if so_far < found[0] - 1e-9:
            found = (so_far, number)
    return found


def _structure(a: Clause, b: Clause) -> float:
    """What labels and kinds say against a pair."""
    against = 0.0 if a.kind == b.kind else 0.6
    if a.id == b.id:
        return against
    if a.kind in NUMBERED and b.kind in NUMBERED:
        return against + 0.5
    return against + 0.1


def _same_language(a: _Side, b: _Side) -> Cost:
    whole_a, whole_b = _Sums(a.bags), _Sums(b.bags)

    def cost(i: int, m: int, j: int, n: int) -> float:
        if m - i == n - j == 1:
            left, right = a.clauses[i], b.clauses[j]
            return (1 - likeness(a.bags[i], b.bags[j])) * (2.3 if left.id == right.id else 4.0) + _structure(left, right)
        if not 0.5 < sum(a.lengths[i:m]) / sum(b.lengths[j:n]) < 2:
            return math.inf
        # Joined only where every part is in the whole: otherwise a neighbour that was dropped would vanish in a merger.
        ours, theirs = whole_a.of(i, m), whole_b.of(j, n)
        parts, whole = (a.bags[i:m], theirs) if m - i > 1 else (b.bags[j:n], ours)
        if min(len(part & whole) / max(len(part), 1) for part in parts) < HELD:
            return math.inf
        return JOIN + 4.0 * (1 - likeness(ours, theirs))

    return cost


@dataclass(slots=True)
class _Sums:
    """Neighbouring bags as one, made once each."""

    bags: Sequence[Bag]
    made: dict[tuple[int, int], Bag] = field(default_factory=dict)

    def of(self, start: int, end: int) -> Bag:
        """The words of several provisions."""
        if end - start == 1:
            return self.bags[start]
        if (start, end) not in self.made:
            self.made[start, end] = frozenset[str]().union(*self.bags[start:end])
        return self.made[start, end]


def _ours_and_theirs(a: _Side, b: _Side) -> Cost:
    """Our wording beside an official text: ids say most, since ours were given by the text; length says nothing."""
    asks = [[{(ask.function, ask.polarity, ask.addressees) for ask in c.asks} for c in side.clauses] for side in (a, b)]
    asked = [[frozenset(map(str, said)) for said in side] for side in asks]

    def cost(i: int, m: int, j: int, n: int) -> float:
        if not m - i == n - j == 1:
            return math.inf
        left, right = a.clauses[i], b.clauses[j]
        found = 1.5 * _apart(a.cites, b.cites, i, m, j, n) + 0.5 * _apart(asked[0], asked[1], i, m, j, n)
        return found + (0.0 if left.id == right.id else 1.0) + (0.0 if left.kind == right.kind else 0.6)

    return cost


def _other_language(a: _Side, b: _Side) -> Cost:
    ratio = sum(b.lengths) / max(sum(a.lengths), 1)

    def cost(i: int, m: int, j: int, n: int) -> float:
        left, right = a.clauses[i], b.clauses[j]
        stretch = abs(math.log(sum(b.lengths[j:n]) / (ratio * sum(a.lengths[i:m]))))
        found = min(stretch, 2.0) * 1.1
        found += 1.5 * _apart(a.cites, b.cites, i, m, j, n) + 0.8 * _apart(a.numbers, b.numbers, i, m, j, n)
        if m - i == n - j == 1:
            return found + 2 * _structure(left, right) + _functions(left, right)
        numbered = any(clause.kind in NUMBERED for clause in (*a.clauses[i:m], *b.clauses[j:n]))
        return found + JOIN_UNREAD + (GAP if numbered else 0.0) + (0.0 if left.kind == right.kind else 1.2)

    return cost


def _apart(a: Sequence[frozenset[str]], b: Sequence[frozenset[str]], i: int, m: int, j: int, n: int) -> float:
    """Jaccard's distance of two sets: 0 the same or both empty, 1 nothing in common."""
    ours, theirs = frozenset().union(*a[i:m]), frozenset().union(*b[j:n])
    return 1 - len(ours & theirs) / len(ours | theirs) if ours or theirs else 0.0


def _functions(a: Clause, b: Clause) -> float:
    if not a.asks or not b.asks:
        return 0.0
    return 0.4 * (tuple(ask.function for ask in a.asks) != tuple(ask.function for ask in b.asks))
