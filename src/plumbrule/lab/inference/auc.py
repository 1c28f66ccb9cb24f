"""The area under the ROC curve with its interval: how well a score tells one kind of people from another.

The area is the chance that somebody of the one kind scores above somebody of the other, a tie counting half.

>>> import numpy as np
>>> found = auc(np.array([0.9, 0.8, 0.3, 0.6, 0.2, 0.1]), np.array([1, 1, 1, 0, 0, 0]), confidence=0.95)
>>> found.state, round(found.value, 3), found.method
('known', 0.889, 'delong, logit')
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plumbrule.base.messages import message
from plumbrule.base.observation import Estimate, Known, Unknown
from plumbrule.errors import InputError
from plumbrule.lab.inference.intervals import EXACT_BELOW, critical_value

Floats = NDArray[np.float64]
DELONG, CHERNOFF = "delong, logit", "hoeffding-chernoff"
ONE_SIDED = message("an area needs people of both kinds")


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """The area, its standard error by DeLong, DeLong and Clarke-Pearson, and how many people of each kind it rests on.

    `error` is 0 where the placements do not vary (perfect separation, one score for all) or a kind has one member.
    """

    value: float
    error: float
    positives: int
    negatives: int


def area(scores: ArrayLike, positive: ArrayLike, people: ArrayLike | None = None) -> Area | Unknown:
    """The area and its standard error, in O(n log n) time.

    Source: DeLong, DeLong and Clarke-Pearson 1988, Biometrics 44, 837-845; by midranks, Sun and Xu 2014, IEEE Signal
    Processing Letters 21, 1389-1393.

    Args:
        scores: shape (n,); infinite is allowed, NaN is not.
        positive: shape (n,); 1 or True for the kind that should score high, 0 or False for the other.
        people: shape (n,); how many people a line stands for; one each when left out.

    Raises:
        InputError: lengths differ, a score is NaN, a mark is neither 0 nor 1, or a count is not a whole number.
    """
    values, marks, counts = _checked(scores, positive, people)
    levels, place = np.unique(values, return_inverse=True)
    yes = np.asarray(np.bincount(place, weights=np.where(marks, counts, 0.0), minlength=len(levels)), float)
    no = np.asarray(np.bincount(place, weights=np.where(marks, 0.0, counts), minlength=len(levels)), float)
    m, n = float(yes.sum()), float(no.sum())
    if m <= 0 or n <= 0:
        return Unknown(reason=ONE_SIDED, n=round(m + n))
    placed_yes = (np.cumsum(no) - no / 2) / n  # share of the others below, for each score
    placed_no = 1 - (np.cumsum(yes) - yes / 2) / m
    value = float(yes @ placed_yes) / m
    spread = _variance(placed_yes, yes, value, m) + _variance(placed_no, no, value, n)
    return Area(value=value, error=math.sqrt(spread), positives=round(m), negatives=round(n))


def auc(
    scores: ArrayLike,
    positive: ArrayLike,
    *,
    confidence: float,
    people: ArrayLike | None = None,
    guaranteed: bool = False,
) -> Estimate:
    """The area with its interval; arguments as for `area`.

    The interval is DeLong's on the logit scale (Qin and Hotilovac 2008, Statistical Methods in Medical Research 17,
    207-221), which for few people comes nearer to its level than value ± error does. With `guaranteed` and fewer than
    `EXACT_BELOW` people of one kind, and wherever the error is 0, it is `chernoff`'s, never below its level.

    Raises:
        InputError: as `area`.
    """
    found = area(scores, positive, people)
    return found if isinstance(found, Unknown) else interval(found, confidence, guaranteed=guaranteed)


def interval(found: Area, confidence: float, *, guaranteed: bool = False) -> Known:
    """An area as an estimate; see `auc`."""
    fewest = min(found.positives, found.negatives)
    exact = not found.error > 0 or not 0 < found.value < 1 or (guaranteed and fewest < EXACT_BELOW)
    low, high = chernoff(found.value, fewest, confidence) if exact else _logit(found, confidence)
    return Known(
        value=found.value,
        low=low,
        high=high,
        n=found.positives + found.negatives,
        method=CHERNOFF if exact else DELONG,
    )


def chernoff(value: float, pairs: int, confidence: float) -> tuple[float, float]:
    """Bounds whose coverage is never below the level, whatever the scores: all t with pairs · KL(value, t) ≤ log(2/α).

    An area is an average of averages over min(m, n) disjoint pairs, so Chernoff's bound for that many independent
    values in [0, 1] holds for it (Hoeffding 1963, JASA 58, 13-30, section 5). Wide.

    >>> [round(bound, 3) for bound in chernoff(1.0, 20, 0.95)]
    [0.832, 1.0]
    """
    limit = math.log(2 / (1 - confidence)) / pairs
    return _crossing(value, 0.0, limit), _crossing(value, 1.0, limit)


def _crossing(value: float, end: float, limit: float) -> float:
    """Where the divergence from `value` reaches the limit, on the way to `end`."""
    near, far = value, end
    for _ in range(60):
        middle = (near + far) / 2
        near, far = (middle, far) if _divergence(value, middle) <= limit else (near, middle)
    return end if abs(far - end) < 1e-12 else far


def _divergence(p: float, t: float) -> float:
    """Kullback and Leibler's, between a share p and a share t."""
    up = p * math.log(p / t) if p > 0 and t > 0 else (0.0 if p <= 0 else math.inf)
    down = (1 - p) * math.log((1 - p) / (1 - t)) if p < 1 and t < 1 else (0.0 if p >= 1 else math.inf)
    return up + down


def _logit(found: Area, confidence: float) -> tuple[float, float]:
    centre = math.log(found.value / (1 - found.value))
    half = critical_value(confidence) * found.error / (found.value * (1 - found.value))
    return _expit(centre - half), _expit(centre + half)


def _expit(x: float) -> float:
    """1 / (1 + e⁻ˣ) without overflow."""
    return 0.5 * (1 + math.tanh(x / 2))


def _variance(placed: Floats, counts: Floats, value: float, size: float) -> float:
    """The variance of the mean placement of one kind; 0 where it has one member."""
    return float(counts @ (placed - value) ** 2) / (size - 1) / size if size > 1 else 0.0


def _checked(scores: ArrayLike, positive: ArrayLike, people: ArrayLike | None) -> tuple[Floats, NDArray[np.bool_], Floats]:
    values = np.asarray(scores, float).reshape(-1)
    marks = np.asarray(positive, float).reshape(-1)
    counts = np.ones(len(values)) if people is None else np.asarray(people, float).reshape(-1)
    if not len(values) == len(marks) == len(counts):
        raise InputError(
            f"There are {len(values)} scores, {len(marks)} marks and {len(counts)} counts.",
            expected="as many of each",
            cure="Take them from the same rows.",
        )
    if np.isnan(values).any() or not np.isin(marks, (0.0, 1.0)).all():
        raise InputError(
            "A score is missing, or a mark is neither 0 nor 1.",
            expected="a number and a 0 or 1 for everybody",
            cure="Leave out the rows without a score, and count them.",
        )
    if not np.isfinite(counts).all() or (counts < 0).any() or (counts != np.floor(counts)).any():
        raise InputError(
            "A count of people is not a whole number of zero or more.",
            expected="whole numbers",
            cure="Sampling weights are no counts; leave them out here.",
        )
    return values, marks == 1, counts
