"""Gaps after declared factors: Mantel-Haenszel over strata, least squares on factors.

An adjusted gap answers another question than the raw one: what is left between people alike in these factors. It is
not nearer to the truth by itself, since a factor may carry bias. Both are always shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plumbrule.errors import TableError

Floats = NDArray[np.float64]
Stratum = tuple[float, float, float, float]
"""(successes, trials) of the group and (successes, trials) of the reference: x1, n1, x0, n0."""


def mantel_haenszel_difference(strata: Iterable[Stratum]) -> tuple[float, float]:
    """The Mantel-Haenszel risk difference and its variance.

    Estimate: Greenland and Robins 1985 (Biometrics 41, 55-68); variance: Sato 1989 (Biometrics 45, 1323-1324), right
    for few large strata and for many small ones. Strata in which one side is empty say nothing and are skipped.

    Raises:
        ValueError: no stratum holds both sides.
    """
    top = weight = p = q = 0.0
    for x1, n1, x0, n0 in strata:
        if n1 <= 0 or n0 <= 0:
            continue
        n = n1 + n0
        top += (x1 * n0 - x0 * n1) / n
        weight += n1 * n0 / n
        p += (n1 * n1 * x0 - n0 * n0 * x1 + n1 * n0 * (n0 - n1) / 2) / (n * n)
        q += (x1 * (n0 - x0) + x0 * (n1 - x1)) / (2 * n)
    if weight <= 0:
        raise ValueError("no stratum holds both groups")
    value = top / weight
    return value, max((value * p + q) / (weight * weight), 0.0)


def mantel_haenszel_ratio(strata: Iterable[Stratum]) -> tuple[float, float]:
    """The Mantel-Haenszel risk ratio and the variance of its logarithm (Greenland and Robins 1985).

    Raises:
        ValueError: no stratum holds both sides, or one side has no success at all.
    """
    r = s = v = 0.0
    for x1, n1, x0, n0 in strata:
        if n1 <= 0 or n0 <= 0:
            continue
        n = n1 + n0
        r += x1 * n0 / n
        s += x0 * n1 / n
        v += (n1 * n0 * (x1 + x0) - x1 * x0 * n) / (n * n)
    if r <= 0 or s <= 0:
        raise ValueError("no stratum holds both groups, or one of them has no success")
    return r / s, v / (r * s)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fit:
    """Least squares: coefficients, robust (HC3) and ordinary standard errors, each of shape (k,)."""

    coefficients: Floats
    robust_errors: Floats
    ordinary_errors: Floats


def least_squares(outcome: Floats, design: Floats, counts: Floats | None = None, weights: Floats | None = None) -> Fit:
    """Ordinary (or weighted) least squares of a 0/1 outcome: a linear probability model, coefficients in points.

    Args:
        outcome: shape (n,).
        design: shape (n, k), the constant included; columns must not depend on one another.
        counts: how many people each row stands for; the errors are those of the table written out in full.
        weights: sampling weights; the robust errors allow for them.

    The robust errors are HC3 (MacKinnon and White 1985; recommended by Long and Ervin 2000 for n up to thousands).

    Raises:
        TableError: the columns depend on one another.
    """
    repeats = np.ones(len(outcome)) if counts is None else counts
    pull = repeats if weights is None else weights
    gram = design.T @ (design * pull[:, None])
    if np.linalg.matrix_rank(gram) < gram.shape[0]:
        raise TableError(
            "The declared factors determine one another, so their effects cannot be told apart.",
            expected="factors none of which follows from the others",
            cure="Leave out one of the factors that say the same.",
        )
    inverse = np.linalg.inv(gram)
    coefficients = inverse @ (design.T @ (outcome * pull))
    residual = outcome - design @ coefficients
    one_person = np.ones(len(outcome)) if weights is None else weights
    leverage = np.einsum("ij,jk,ik->i", design, inverse, design) * one_person
    people = float(repeats.sum())
    squared = (residual / np.maximum(1 - leverage, 1e-12)) ** 2 * one_person**2 * repeats
    robust = inverse @ (design.T @ (design * squared[:, None])) @ inverse
    ordinary = inverse * float((pull * residual**2).sum()) / max(people - design.shape[1], 1.0)
    errors = (np.sqrt(np.maximum(np.diag(square), 0.0)) for square in (robust, ordinary))  # rounding may go below nought
    return Fit(coefficients=coefficients, robust_errors=next(errors), ordinary_errors=next(errors))


def determined_by(column: Floats, groups: NDArray[np.int64]) -> bool:
    """Whether a factor is constant within every group, so that it says no more than the group itself."""
    return all(np.ptp(column[groups == group]) == 0 for group in np.unique(groups))


def independent_columns(design: Floats) -> list[int]:
    """The columns, from the left, that do not follow from those before them (their scale does not matter)."""
    kept: list[int] = []
    scale = np.maximum(np.sqrt((design**2).sum(axis=0)), 1e-300)
    scaled = design / scale
    for position in range(design.shape[1]):
        if np.linalg.matrix_rank(scaled[:, [*kept, position]], tol=1e-9) > len(kept):
            kept.append(position)
    return kept


def indicator_columns(values: Sequence[str | None], names: Sequence[str]) -> Floats:
    """One 0/1 column for each name; shape (n, len(names))."""
    column = np.array([value if value is not None else "" for value in values], dtype=object)
    return np.stack([(column == name).astype(float) for name in names], axis=1) if names else np.zeros((len(values), 0))
