"""The difference of two independent figures from their own intervals.

>>> one, two = (Known(value=value, low=value - 0.03, high=value + 0.04, n=50, method="wilson") for value in (0.7, 0.5))
>>> found = mover_difference(one, two)
>>> round(found.value, 3), round(found.low, 3), round(found.high, 3)
(0.2, 0.15, 0.25)
"""

from __future__ import annotations

import math

from plumbrule.base.observation import Estimate, Known, Unknown


def mover_difference(one: Estimate, two: Estimate) -> Estimate:
    """one - two, with the level of both intervals (Zou and Donner 2008, Statistics in Medicine 27, 1693-1702).

    "Method of variance estimates recovery": each end is as far away as the two nearer errors together say. It keeps
    what is lopsided in the two intervals. Unknown where one of them is.
    """
    if isinstance(one, Unknown) or isinstance(two, Unknown):
        return one if isinstance(one, Unknown) else two
    value = one.value - two.value
    down = math.hypot(one.value - one.low, two.high - two.value)
    up = math.hypot(one.high - one.value, two.value - two.low)
    methods = dict.fromkeys((one.method, two.method))
    return Known(value=value, low=value - down, high=value + up, n=one.n + two.n, method=f"mover of {' and '.join(methods)}")
