"""How far two distributions lie apart, from counts in the same ordered places.

>>> import numpy as np
>>> found = ks_distance(np.array([50.0, 30, 20]), np.array([20.0, 30, 50]), people=200, confidence=0.95)
>>> round(found.value, 2), round(found.low, 2), round(found.high, 2)
(0.3, 0.0, 0.6)
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from plumbrule.base.messages import message
from plumbrule.base.observation import Estimate, Known, Unknown

DKW = "dvoretzky-kiefer-wolfowitz"
NO_VALUES = message("no row has a value")


def ks_distance(one: NDArray[np.float64], two: NDArray[np.float64], *, people: int, confidence: float) -> Estimate:
    """The largest difference of the two distribution functions (Kolmogorov and Smirnov), with bounds that always hold.

    Dvoretzky, Kiefer and Wolfowitz's inequality with Massart's constant (Annals of Probability 18, 1990, 1269-1283) for
    each side at half the error. In bins the distance is never more than that of the values themselves, and less by at
    most the share of one bin. The arrays are counts (effective ones with weights), shape (places,).
    """
    n1, n2 = float(one.sum()), float(two.sum())
    if n1 <= 0 or n2 <= 0:
        return Unknown(reason=NO_VALUES, n=people)
    value = float(np.abs(np.cumsum(one) / n1 - np.cumsum(two) / n2).max())
    reach = sum(math.sqrt(math.log(4 / (1 - confidence)) / (2 * n)) for n in (n1, n2))
    return Known(value=value, low=max(value - reach, 0.0), high=min(value + reach, 1.0), n=people, method=DKW)
