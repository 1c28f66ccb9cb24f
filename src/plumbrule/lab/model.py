"""The nouns of the lab: levels, adjustments, values within bounds.

Cells stand in `cells`, observations in `plumbrule.base.observation`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from plumbrule.base.observation import Estimate, Group, Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A confidence that holds for a family of comparisons together (Bonferroni)."""

    confidence: float
    comparisons: int

    @property
    def each(self) -> float:
        """The level of each interval by itself.

        >>> round(Level(confidence=0.95, comparisons=5).each, 4)
        0.99
        """
        return 1 - (1 - self.confidence) / self.comparisons


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """A raw gap and the same gap after declared factors, side by side.

    Both are group minus reference (plain numbers). `factors` are the columns adjusted for; `used` and `lost` count
    rows with and without all factors. `raw_same_rows` is the raw gap among the rows used, so that a change is not
    mistaken for a change of rows. `reversed` says that the sign turned (Simpson's reversal).
    The intervals hold with `confidence` for all `comparisons` together.
    `pooled` says that everybody of a known group is held against the reference together, and `group` is then empty.
    Where `declared` is false nobody named the factors: within another attribute that was looked at, the sign turns.
    A gap is a ground for inquiry, not proof of unlawful treatment; a factor may itself carry bias.
    """

    kind: Literal["regression", "mantel-haenszel"]
    metric: str
    group: Group
    reference: Group
    raw: Estimate
    raw_same_rows: Estimate
    adjusted: Estimate
    factors: tuple[str, ...]
    used: int
    lost: int
    reversed: bool
    confidence: float
    comparisons: int
    pooled: bool = False
    declared: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """A group held against a reference group in a figure that is no rate of two outcomes: an area, a mean, a distance.

    `difference` is group minus reference, `ratio` group over reference; a `distance` has no sign. The interval holds with
    `confidence` for all `comparisons` together (Bonferroni). `n` is the people behind both sides. All are exploratory.
    """

    metric: str
    group: Group
    reference: Group
    kind: Literal["difference", "ratio", "distance"]
    estimate: Estimate
    n: tuple[int, int]
    confidence: float
    comparisons: int


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """A number of people that is not known exactly: at least `least`, at most `most` (None: nobody knows)."""

    least: int
    most: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounded(Unknown):
    """An unknown value of which the lowest and the highest possible are known, because counts behind it are hidden.

    `bounds` hold for certain (or nearly, where counts are rounded or carry noise: see `reason`) and say nothing about
    chance; they are None for a ratio that has no highest value. `people` are those in the denominator, or in both
    denominators of a gap.
    """

    bounds: tuple[float, float] | None
    people: tuple[People, ...]
