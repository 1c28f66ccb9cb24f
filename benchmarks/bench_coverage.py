"""How often intervals hold the truth: summed over every table where that is feasible, drawn where it is not.

Denominators 5, 10, 30, 100 and 1,000, rates 0.01 to 0.5, level 95 %. `python benchmarks/bench_coverage.py`; some minutes.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom
from side_by_side import print_versions

from plumbrule.lab.exact import exact_difference, exact_ratio
from plumbrule.lab.intervals import (
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
SUMMED = ((5, 5), (5, 30), (10, 10), (10, 100), (30, 30), (100, 100), (100, 1000))
DRAWN = ((5, 1000), (30, 1000), (1000, 1000))
DRAWS = 300
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


def drawn(rule: Gap, n1: int, n2: int, *, ratio: bool) -> Floats:
    """Coverage at some pairs of rates, from `DRAWS` tables each; the same seed for every rule."""
    random = np.random.default_rng(3)
    found = []
    for p1, p2 in ((0.01, 0.05), (0.05, 0.05), (0.1, 0.2), (0.2, 0.1), (0.3, 0.3), (0.5, 0.3), (0.5, 0.5)):
        x1, x2 = random.binomial(n1, p1, DRAWS), random.binomial(n2, p2, DRAWS)
        tables, count = np.unique(np.stack([x1, x2]), axis=1, return_counts=True)
        known = tables[1] > 0 if ratio else np.ones(len(count), bool)
        tables, count, lost = tables[:, known], count[known], count[~known].sum()
        low, high = rule(tables[0], np.full(len(count), n1), tables[1], np.full(len(count), n2), LEVEL)
        at = truth(p1, p2, ratio=ratio)
        found.append((count[(low <= at + 1e-12) & (at <= high + 1e-12)].sum() + lost) / DRAWS)
    return np.array(found)


def gaps() -> None:
    """Differences and ratios: verdicts, then what else is shown."""
    print(f"\nA gap. {len(FEW)}² pairs of rates from 0.01 to 0.5; verdicts use the exact interval where a denominator is under")
    print(f"{EXACT_BELOW} and the score interval from there on. * from {DRAWS:,} drawn tables at each of 7 pairs, else summed.\n")
    print("| gap | interval | n, n | mean coverage | worst |\n|---|---|---:|---:|---:|")
    rules: dict[bool, dict[str, Gap]] = {
        False: {"exact": exact_difference, "rectangle": exact_rectangle_difference, "score": score_difference},
        True: {"exact": exact_ratio, "rectangle": exact_rectangle_ratio, "score": score_ratio},
    }
    for ratio, named in rules.items():
        for sizes in (*SUMMED, *DRAWN):
            small = min(sizes) < EXACT_BELOW
            for name, rule in named.items():
                if name != "score" and not small:
                    continue
                found = partial(summed if sizes in SUMMED else drawn, rule, *sizes)(ratio=ratio)
                what = {"exact": "exact (verdicts)", "rectangle": "rectangle (exploratory)"}.get(
                    name, "score (for comparison)" if small else "score (verdicts and display)"
                )
                star = "" if sizes in SUMMED else "*"
                print(
                    f"| {'ratio' if ratio else 'difference'} | {what} | {sizes[0]:,}, {sizes[1]:,}{star} "
                    f"| {found.mean():.1%} | {found.min():.1%} |",
                    flush=True,
                )


if __name__ == "__main__":
    print_versions("numpy", "scipy")
    rates()
    gaps()
