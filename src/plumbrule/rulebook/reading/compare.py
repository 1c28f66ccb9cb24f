"""Two versions of a text beside each other: what only one holds, what was joined, moved or renumbered, and what differs.

Differences are data and no verdict: two drafts differ because somebody changed them, two languages because translators
chose, and sometimes because a reader misread one of them. Words are compared only in one language and between texts of one
sort (official with official, our wording with ours); everything else always.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from plumbrule.rulebook.reading.align import Bead, align
from plumbrule.rulebook.reading.versions import Asked, Clause, Version
from plumbrule.rulebook.reading.wordwise import Change, bag, changes, likeness, plain

How = Literal["same", "changed", "moved", "merged", "split", "only-left", "only-right"]
What = Literal[
    "renumbered", "kind", "words", "number", "citation", "ask", "function", "rank", "polarity", "addressee", "qualifier",
    "deadline", "quantity", "beneficiary", "paragraphs",
]  # fmt: skip
MOVED = 0.7
"""Likeness of two texts, in one language, from which one that is missing here and one that is new there are the same, moved."""
MOST_PAIRED = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Aspect:
    """One thing that differs: what each side alone has. `taken` is the drafting language's, where that is known."""

    what: What
    left: tuple[str, ...]
    right: tuple[str, ...]
    taken: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairing:
    """Provisions that answer each other, by id; `how` is `same` only where nothing differs. `words` tells the change."""

    left: tuple[str, ...]
    right: tuple[str, ...]
    how: How
    aspects: tuple[Aspect, ...] = ()
    words: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """All pairings of two versions, in order.

    `words_compared` and `asks_compared` say what could be compared at all; `drafting` is the side (`left`, `right`) whose
    functions are taken where the two disagree, empty where nobody said. `outside` counts the paragraphs around the
    provisions that differ, where both files mark their paragraphs.
    """

    left: Version
    right: Version
    pairings: tuple[Pairing, ...]
    words_compared: bool
    asks_compared: bool
    drafting: str = ""
    outside: tuple[Aspect, ...] = ()

    @property
    def differences(self) -> tuple[Pairing, ...]:
        """The pairings in which something differs."""
        return tuple(pairing for pairing in self.pairings if pairing.how != "same")

    @property
    def equal(self) -> bool:
        """Nothing that was compared differs."""
        return not self.differences and not self.outside


def compare(left: Version, right: Version, *, drafting: str = "") -> Comparison:
    """Align two versions and tell every difference.

    Args:
        drafting: code of the language the text was drafted in; its functions are taken where the two disagree.
    """
    teller = _Teller(
        left,
        right,
        words=left.language == right.language and left.official == right.official,
        asks=_has_asks(left) and _has_asks(right),
        drafting=_drafting(left, right, drafting),
    )
    beads = [bead for bead in align(left, right) if not teller.unheard(bead)]
    return Comparison(
        left=left,
        right=right,
        pairings=tuple(teller.tell(beads)),
        words_compared=teller.words,
        asks_compared=teller.asks,
        drafting=teller.drafting,
        outside=tuple(_around(left, right)),
    )


def compare_clauses(left: Version, right: Version) -> Comparison:
    """As `compare`, for versions of one provision each: they are beside each other whatever they say."""
    words = left.language == right.language and left.official == right.official
    teller = _Teller(left, right, words=words, asks=True, drafting="")
    return Comparison(
        left=left,
        right=right,
        pairings=(teller.pair(left.clauses[0], right.clauses[0], "same"),),
        words_compared=words,
        asks_compared=True,
    )


def _has_asks(version: Version) -> bool:
    return any(clause.asks for clause in version.clauses)


def _drafting(left: Version, right: Version, language: str) -> str:
    if not language or left.language == right.language:
        return ""
    return {left.language: "left", right.language: "right"}.get(language, "")


def _around(left: Version, right: Version) -> Iterator[Aspect]:
    if left.around and right.around:
        for what in sorted({*left.around, *right.around}):
            ours, theirs = left.around.get(what, 0), right.around.get(what, 0)
            if ours != theirs:
                yield Aspect(what="paragraphs", left=(what, str(ours)), right=(what, str(theirs)))


@dataclass(slots=True)
class _Teller:
    """Turns beads into pairings."""

    left: Version
    right: Version
    words: bool
    asks: bool
    drafting: str

    def unheard(self, bead: Bead) -> bool:
        """A footnote where the other side, the rulebook, holds none at all: that says nothing about the text."""
        alone = self.left.clauses[bead.left[0]] if not bead.right else None
        alone = self.right.clauses[bead.right[0]] if not bead.left else alone
        other = self.right if not bead.right else self.left
        return alone is not None and alone.kind == "footnote" and not other.official

    def tell(self, beads: Sequence[Bead]) -> Iterator[Pairing]:
        """One pairing for each bead; two lonely ones that say the same become one that moved."""
        moved = self.moved(beads) if self.words else {}
        gone = set(moved.values())
        for bead in beads:
            ours, theirs = self.clauses(bead)
            if len(ours) == len(theirs) == 1:
                yield self.pair(ours[0], theirs[0], "same")
            elif ours and theirs:
                yield self.joined(ours, theirs)
            elif ours and bead.left[0] in moved:
                yield self.pair(ours[0], self.right.clauses[moved[bead.left[0]]], "moved")
            elif ours:
                yield Pairing(left=(ours[0].id,), right=(), how="only-left")
            elif bead.right[0] not in gone:
                yield Pairing(left=(), right=(theirs[0].id,), how="only-right")

    def clauses(self, bead: Bead) -> tuple[list[Clause], list[Clause]]:
        """The provisions of a bead."""
        return [self.left.clauses[n] for n in bead.left], [self.right.clauses[n] for n in bead.right]

    def moved(self, beads: Sequence[Bead]) -> dict[int, int]:
        """Place of a lonely provision on the left to that of its like on the right, the likest first."""
        ours = [bead.left[0] for bead in beads if not bead.right][:MOST_PAIRED]
        theirs = [bead.right[0] for bead in beads if not bead.left][:MOST_PAIRED]
        bags = {n: bag(self.left.clauses[n].text) for n in ours}
        others = {n: bag(self.right.clauses[n].text) for n in theirs}
        found = [(-likeness(bags[x], others[y]), abs(x - y), x, y) for x in ours for y in theirs]
        pairs: dict[int, int] = {}
        for unlike, _, x, y in sorted(found):
            if -unlike >= MOVED and x not in pairs and y not in pairs.values():
                pairs[x] = y
        return pairs

    def joined(self, ours: Sequence[Clause], theirs: Sequence[Clause]) -> Pairing:
        """Several provisions that are one in the other version."""
        how: How = "merged" if len(ours) > len(theirs) else "split"
        cites = [tuple(dict.fromkeys(c for clause in side for c in clause.cites)) for side in (ours, theirs)]
        gap = "" if self.left.language in {"zh", "ja"} else " "
        whole = [gap.join(clause.text for clause in side) for side in (ours, theirs)]
        differ = self.words and plain(whole[0]) != plain(whole[1])
        return Pairing(
            left=tuple(clause.id for clause in ours),
            right=tuple(clause.id for clause in theirs),
            how=how,
            aspects=tuple(_sets("citation", *cites)),
            words=changes(*whole) if differ else (),
        )

    def pair(self, ours: Clause, theirs: Clause, how: How) -> Pairing:
        """Two provisions and all that differs between them."""
        differ = self.words and plain(ours.text) != plain(theirs.text)
        aspects = [*self.aspects(ours, theirs), *([Aspect(what="words", left=(), right=())] if differ else ())]
        return Pairing(
            left=(ours.id,),
            right=(theirs.id,),
            how="changed" if aspects and how == "same" else how,
            aspects=tuple(aspects),
            words=changes(ours.text, theirs.text) if differ else (),
        )

    def aspects(self, ours: Clause, theirs: Clause) -> Iterator[Aspect]:
        """What differs, words left aside."""
        if ours.id != theirs.id:
            yield Aspect(what="renumbered", left=(ours.id,), right=(theirs.id,))
        if ours.kind != theirs.kind:
            yield Aspect(what="kind", left=(ours.kind,), right=(theirs.kind,))
        yield from _sets("citation", ours.cites, theirs.cites)
        yield from self.numbers(ours, theirs)
        if ours.paragraphs and theirs.paragraphs and ours.paragraphs != theirs.paragraphs:
            yield Aspect(what="paragraphs", left=(str(ours.paragraphs),), right=(str(theirs.paragraphs),))
        if self.asks:
            yield from self.asked(ours.asks, theirs.asks)

    def numbers(self, ours: Clause, theirs: Clause) -> Iterator[Aspect]:
        """Numbers in the text that are no citation. Across languages only long ones: short ones are often words."""
        cited = set(re.findall(r"\d+", " ".join((*ours.cites, *theirs.cites))))
        least = 1 if self.words else 2
        if self.words or (self.left.official and self.right.official):
            sides = (tuple(n for n in c.numbers if n not in cited and len(n) >= least) for c in (ours, theirs))
            yield from _sets("number", *sides)

    def asked(self, ours: Sequence[Asked], theirs: Sequence[Asked]) -> Iterator[Aspect]:
        """Asks side by side, in order."""
        for a, b in _paired(ours, theirs):
            if a is None or b is None:
                yield Aspect(what="ask", left=_named(a), right=_named(b))
            else:
                yield from self.fields(a, b)

    def fields(self, a: Asked, b: Asked) -> Iterator[Aspect]:
        """The fields of two asks that differ."""
        if a.function != b.function:
            taken = {"left": (a.function,), "right": (b.function,)}.get(self.drafting, ())
            yield Aspect(what="function", left=(a.function,), right=(b.function,), taken=taken)
        yield from _sets("rank", *((ask.rank,) if ask.rank else () for ask in (a, b)))
        yield from _sets("polarity", (a.polarity,), (b.polarity,))
        yield from _sets("addressee", *(tuple(to.name or to.kind for to in ask.addressees) for ask in (a, b)))
        yield from _sets("qualifier", a.qualifiers, b.qualifiers)
        yield from _sets("deadline", *((ask.deadline,) if ask.deadline else () for ask in (a, b)))
        yield from _sets("quantity", *(tuple(f"{q.value:g} {q.unit}" for q in ask.quantities) for ask in (a, b)))
        yield from _sets("beneficiary", a.beneficiaries, b.beneficiaries)


def _sets(what: What, left: Sequence[str], right: Sequence[str]) -> Iterator[Aspect]:
    """What each side alone has; nothing where both have the same, in whatever order."""
    ours = tuple(dict.fromkeys(value for value in left if value not in right))
    theirs = tuple(dict.fromkeys(value for value in right if value not in left))
    if ours or theirs:
        yield Aspect(what=what, left=ours, right=theirs)


def _named(ask: Asked | None) -> tuple[str, ...]:
    return (f"{ask.english or ask.verb} ({ask.function})",) if ask else ()


def _paired(ours: Sequence[Asked], theirs: Sequence[Asked]) -> Iterator[tuple[Asked | None, Asked | None]]:
    """Asks that stand for each other: in order, those of one function first."""
    if len(ours) == len(theirs):
        yield from zip(ours, theirs, strict=True)
        return
    keys = [[(ask.function, ask.polarity) for ask in side] for side in (ours, theirs)]
    for _, i, j, m, n in SequenceMatcher(None, keys[0], keys[1], autojunk=False).get_opcodes():
        shared = min(j - i, n - m)
        yield from zip(ours[i : i + shared], theirs[m : m + shared], strict=True)
        yield from ((ask, None) for ask in ours[i + shared : j])
        yield from ((None, ask) for ask in theirs[m + shared : n])
