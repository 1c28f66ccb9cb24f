"""The interval that a verdict is read from: the score interval shown, widened to where the exact one ends.

From a hundred people on both sides what is shown is Miettinen and Nurminen's interval, which holds its level on average and
not at every point. A verdict needs a guarantee: it is read from the shortest interval that holds both the one shown and
the exact unconditional one. So it is never below its level, and no verdict says more than the interval shown.

>>> found = judged("difference", (85.0, 111.0, 1527.0, 1681.0), 1 - 0.05 / 3, (-0.25162, -0.05882))
>>> round(found.low, 4), round(found.high, 4), found.method
(-0.2516, -0.0548, 'exact unconditional score, joined')
"""

from __future__ import annotations

import math

from plumbrule.base.observation import Judged
from plumbrule.lab.inference.exact import lower_end
from plumbrule.lab.inference.tails import Kind

JOINED, ROUNDED = "exact unconditional score, joined", "exact unconditional score of effective sizes, joined"
Four = tuple[float, float, float, float]
"""x1, n1, x2, n2"""


def judged(kind: Kind, seen: Four, level: float, shown: tuple[float, float]) -> Judged:
    """What a verdict on this gap is read from.

    Where weights or clusters make the sizes effective ones, tables of whole people stand in for them: sizes rounded
    down, and for each end the successes rounded to where they move it outward. The coverage is then approximate, as
    an effective size is.

    Args:
        kind: difference or ratio.
        seen: successes and trials of the group and of its reference, as intervals see them.
        level: of both ends together.
        shown: the score interval at that level.
    """
    x1, n1, x2, n2 = seen
    whole = all(value == math.floor(value) for value in seen)
    sizes = math.floor(n1), math.floor(n2)
    first, second = x1 * sizes[0] / n1, x2 * sizes[1] / n2
    low = lower_end(kind, _down(first), sizes[0], _up(second), sizes[1], level)
    mirrored = lower_end(kind, _down(second), sizes[1], _up(first), sizes[0], level)
    high = -mirrored if kind == "difference" else 1 / mirrored if mirrored > 0 else math.inf
    return Judged(low=min(low, shown[0]), high=max(high, shown[1]), method=JOINED if whole else ROUNDED)


def _down(value: float) -> int:
    """The whole number below, but for rounding in the last digits."""
    return math.floor(value + 1e-9)


def _up(value: float) -> int:
    return math.ceil(value - 1e-9)
