"""How often intervals hold the truth: summed over every table.

Denominators 5, 10, 30, 100 and 1,000, rates 0.01 to 0.5, level 95 %. `python benchmarks/bench_coverage.py`; some minutes.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom
from side_by_side import print_versions

from plumbrule.lab.inference.exact import exact_difference, exact_ratio
from plumbrule.lab.inference.intervals import (
    EXACT_BELOW,
    Interval,
    clopper_pearson,
    exact_rectangle_difference,
    exact_rectangle_ratio,
    score_difference,
    score_ratio,
    wilson,
)

LEVEL = 0.95
SIZES = (5, 10, 30, 100, 1000)
RATES = np.round(np.arange(0.01, 0.505, 0.01), 2)
FEW = np.array([0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5])
SUMMED = ((5, 5), (5, 30), (10, 10), (10, 100), (30, 30), (100, 100), (100, 1000), (1000, 1000))
PAIRS = ((0.01, 0.05), (0.05, 0.05), (0.1, 0.3), (0.3, 0.1), (0.5, 0.3), (0.5, 0.5))
SEARCHED = ((5, 1000), (30, 1000))
Floats = NDArray[np.float64]
Rule = Callable[[Floats, Floats], Interval]
Gap = Callable[..., Interval]


def bootstrap(x: Floats, n: Floats) -> Interval:
    """The percentile bootstrap of a rate, with infinitely many draws."""
    return binom.ppf((1 - LEVEL) / 2, n, x / n) / n, binom.ppf((1 + LEVEL) / 2, n, x / n) / n


def rates() -> None:
    """A single rate: one line each for rule and denominator."""
    rules: dict[str, Rule] = {
        "Clopper-Pearson (verdicts)": lambda x, n: clopper_pearson(x, n, LEVEL),
        "Wilson (display)": lambda x, n: wilson(x, n, LEVEL),
        "percentile bootstrap (refused)": bootstrap,
    }
    print("\nA rate. Every outcome summed, 50 rates from 0.01 to 0.5.\n")
    print("| interval | n | mean coverage | worst | at rate |\n|---|---:|---:|---:|---:|")
    for name, rule in rules.items():
        everything = []
        for n in SIZES:
            x = np.arange(n + 1.0)
            low, high = rule(x, np.full(n + 1, float(n)))
            held = (low <= RATES[:, None] + 1e-12) & (RATES[:, None] <= high + 1e-12)
            covered = (binom.pmf(x, n, RATES[:, None]) * held).sum(axis=1)
            everything.append(covered.mean())
            print(f"| {name} | {n:,} | {covered.mean():.1%} | {covered.min():.1%} | {RATES[covered.argmin()]:.2f} |")
        print(f"| {name} | all | {np.mean(everything):.1%} | | |")
    fine = np.linspace(0.001, 0.999, 9981)
    x = np.arange(6.0)
    low, high = wilson(x, np.full(6, 5.0), LEVEL)
    covered = (binom.pmf(x, 5, fine[:, None]) * ((low <= fine[:, None]) & (fine[:, None] <= high))).sum(axis=1)
    print(f"\nWilson's own worst case at n = 5, over all rates: {covered.min():.1%} (at {fine[covered.argmin()]:.3f}).")


def bounds(rule: Gap, n1: int, n2: int, *, ratio: bool) -> tuple[Floats, Floats]:
    """The interval of every table, as two matrices; a ratio over zero is unknown and holds everything."""
    x1, x2 = np.meshgrid(np.arange(n1 + 1.0), np.arange(n2 + 1.0), indexing="ij")
    low, high = np.zeros(x1.shape), np.full(x1.shape, np.inf)
    known = x2 > 0 if ratio else np.ones(x1.shape, bool)
    low[known], high[known] = rule(x1[known], np.full(known.sum(), n1), x2[known], np.full(known.sum(), n2), LEVEL)
    return low, high


def truth(p1: float, p2: float, *, ratio: bool) -> float:
    return p1 / p2 if ratio else p1 - p2


def summed(rule: Gap, n1: int, n2: int, *, ratio: bool) -> Floats:
    """Coverage at every pair of `FEW` rates, over all tables."""
    low, high = bounds(rule, n1, n2, ratio=ratio)
    one, two = (binom.pmf(np.arange(n + 1.0), n, FEW[:, None]) for n in (n1, n2))
    found = np.empty((len(FEW), len(FEW)))
    for i, p1 in enumerate(FEW):
        for j, p2 in enumerate(FEW):
            at = truth(p1, p2, ratio=ratio)
            found[i, j] = one[i] @ ((low <= at + 1e-12) & (at <= high + 1e-12)) @ two[j]
    return found


def searched(rule: Gap, n1: int, n2: int, *, ratio: bool) -> Floats:
    """Coverage at a few pairs of rates: for each x1 the x2 from which an end passes the truth, by bisection."""
    found = []
    for p1, p2 in PAIRS:
        at, missed = truth(p1, p2, ratio=ratio), 0.0
        for x1 in range(n1 + 1):
            likely = binom.pmf(x1, n1, p1)
            if likely < 1e-6:
                missed += likely
                continue
            first, last = int(binom.ppf(1e-7, n2, p2)), int(binom.ppf(1 - 1e-7, n2, p2)) + 1
            over = crossing(lambda x2, x1=x1, at=at: rule(x1, n1, x2, n2, LEVEL)[0] <= at, first, last)
            under = crossing(lambda x2, x1=x1, at=at: rule(x1, n1, x2, n2, LEVEL)[1] < at, first, last)
            missed += likely * (binom.cdf(over - 1, n2, p2) + binom.sf(under - 1, n2, p2) + 2e-7)
        found.append(1 - missed)
    return np.array(found)


def crossing(passed: Callable[[int], bool], low: int, high: int) -> int:
    """The first place from `low` to `high` from which on it holds (`high` if it does not before)."""
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if passed(middle) else (middle + 1, high)
    return low


def gaps() -> None:
    """Differences and ratios: verdicts, then what else is shown."""
    print(f"\nA gap. {len(FEW)}² pairs of rates from 0.01 to 0.5; verdicts use the exact interval where a denominator is under")
    print(f"{EXACT_BELOW} and the score interval from there on. * summed along the edge, at {len(PAIRS)} pairs.\n")
    print("| gap | interval | n, n | mean coverage | worst |\n|---|---|---:|---:|---:|")
    rules: dict[bool, dict[str, Gap]] = {
        False: {"exact": exact_difference, "rectangle": exact_rectangle_difference, "score": score_difference},
        True: {"exact": exact_ratio, "rectangle": exact_rectangle_ratio, "score": score_ratio},
    }
    for ratio, named in rules.items():
        for sizes in (*SUMMED, *SEARCHED):
            small = min(sizes) < EXACT_BELOW
            for name, rule in named.items():
                if name != "score" and not small:
                    continue
                edge = sizes in SEARCHED and name == "exact"
                found = partial(searched if edge else summed, rule, *sizes)(ratio=ratio)
                what = {"exact": "exact (verdicts)", "rectangle": "rectangle (exploratory)"}.get(
                    name, "score (for comparison)" if small else "score (verdicts and display)"
                )
                star = "*" if edge else ""
                print(
                    f"| {'ratio' if ratio else 'difference'} | {what} | {sizes[0]:,}, {sizes[1]:,}{star} "
                    f"| {found.mean():.1%} | {found.min():.1%} |",
                    flush=True,
                )


if __name__ == "__main__":
    print_versions("numpy", "scipy")
    rates()
    gaps()
