"""How often intervals hold the truth: summed over every table.

Denominators 5, 10, 30, 100 and 1,000, rates 0.01 to 0.5, level 95 %. `python benchmarks/bench_coverage.py`; some minutes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom, norm
from side_by_side import print_versions

from plumbrule.lab import METRICS, RateTable
from plumbrule.lab.cells import RollUp, tally
from plumbrule.lab.inference import auc
from plumbrule.lab.inference.exact import exact_difference, exact_ratio, lower_end
from plumbrule.lab.inference.gaps import Sides, differences
from plumbrule.lab.inference.intervals import (
    EXACT_BELOW,
    Interval,
    clopper_pearson,
    critical_value,
    difference_statistic,
    exact_rectangle_difference,
    exact_rectangle_ratio,
    ratio_statistic,
    score_difference,
    score_ratio,
    wilson,
)
from plumbrule.lab.inference.tails import Kind
from plumbrule.lab.metrics import MISSING

LEVEL = 0.95
SIZES = (5, 10, 30, 100, 1000)
RATES = np.round(np.arange(0.01, 0.505, 0.01), 2)
FEW = np.array([0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5])
SUMMED = ((5, 5), (5, 30), (10, 10), (10, 100), (30, 30), (5, 1000), (30, 1000), (100, 100), (100, 1000), (1000, 1000))
PAIRS = ((0.01, 0.05), (0.05, 0.05), (0.1, 0.3), (0.3, 0.1), (0.5, 0.3), (0.5, 0.5))
AREAS = (0.5, 0.7, 0.9, 0.97)
LEVELS = (0.95, 0.995, 0.9995)
LARGE = {
    (100, 100): PAIRS,
    (100, 1000): PAIRS,
    (150, 400): PAIRS,
    (300, 300): PAIRS[1::2],
    (100, 100_000): PAIRS[1:2],
    (1000, 1000): PAIRS[1:2],
    (10_000, 10_000): PAIRS[1:2],
}
KINDS: tuple[Kind, Kind] = ("difference", "ratio")
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


def searched(kind: Kind, n1: int, n2: int, pairs: Sequence[tuple[float, float]], level: float, *, joined: bool) -> Floats:
    """Coverage at a few pairs of rates: for each x1 the x2 from which an end passes the truth.

    An end falls as x2 rises, so there is one such place; it is looked for from where the score interval has its own. With
    `joined` an end errs only where the score interval's errs too, as in what is judged.
    """
    found = []
    for p1, p2 in pairs:
        at = truth(p1, p2, ratio=kind == "ratio")
        too_high = _missed(kind, (n1, p1), (n2, p2), at, level, joined=joined)
        turned = -at if kind == "difference" else 1 / at
        too_low = _missed(kind, (n2, p2), (n1, p1), turned, level, joined=joined)
        found.append(1 - too_high - too_low)
    return np.array(found)


def _missed(kind: Kind, one: tuple[int, float], two: tuple[int, float], at: float, level: float, *, joined: bool) -> float:
    """The chance that the lower end lies above the truth."""
    (n1, p1), (n2, p2) = one, two
    second = np.arange(int(binom.ppf(1e-7, n2, p2)), int(binom.ppf(1 - 1e-7, n2, p2)) + 2)
    statistic = difference_statistic if kind == "difference" else ratio_statistic
    shift, target = at if kind == "difference" else np.log(at), critical_value(level)
    missed, offset = 2e-7, 0
    for x1 in range(int(binom.ppf(1e-7, n1, p1)), int(binom.ppf(1 - 1e-7, n1, p1)) + 1):
        full = np.ones(len(second))
        scores = statistic(full * x1, full * n1, second * 1.0, full * n2, full * shift)
        own = int(second[0] + np.argmax(scores <= target)) if scores[-1] <= target else int(second[-1])

        def holds(x2: int, x1: int = x1) -> bool:
            end = lower_end(kind, x1, n1, min(max(x2, 0), n2), n2, level)
            return end <= at + 1e-12

        place = near(holds, own + offset, int(second[0]), int(second[-1]))
        offset = place - own
        missed += float(binom.pmf(x1, n1, p1) * binom.cdf((min(place, own) if joined else place) - 1, n2, p2))
    return missed


def near(holds: Callable[[int], bool], guess: int, first: int, last: int) -> int:
    """The first place from which on it holds, looked for in growing steps from a guess."""
    guess, step = min(max(guess, first), last), 1
    if holds(guess):
        high = guess
        while high > first and holds(max(high - step, first)):
            high, step = max(high - step, first), step * 2
        low = max(high - step, first)
    else:
        low = guess
        while low < last and not holds(min(low + step, last)):
            low, step = min(low + step, last), step * 2
        high = min(low + step, last)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return low if high > low and holds(low) else high


def gaps() -> None:
    """Differences and ratios: what is judged, and what is shown."""
    print(f"\nA gap. {len(FEW)}² pairs of rates from 0.01 to 0.5, every table summed;")
    print(f"* at {len(PAIRS)} pairs, summed along the edge.\n")
    print("| gap | interval | n, n | mean coverage | worst |\n|---|---|---:|---:|---:|")
    shown: dict[Kind, dict[str, Gap]] = {
        "difference": {"rectangle (exploratory)": exact_rectangle_difference, "score (display)": score_difference},
        "ratio": {"rectangle (exploratory)": exact_rectangle_ratio, "score (display)": score_ratio},
    }
    exact: dict[Kind, Gap] = {"difference": exact_difference, "ratio": exact_ratio}
    for kind, rules in shown.items():
        means = []
        for sizes in SUMMED:
            if min(sizes) < EXACT_BELOW and max(sizes) < 1000:
                found = summed(exact[kind], *sizes, ratio=kind == "ratio")
                line(kind, "exact (verdicts)", sizes, found)
            else:
                found = searched(kind, *sizes, PAIRS, LEVEL, joined=min(sizes) >= EXACT_BELOW)
                line(kind, "exact (verdicts)" if min(sizes) < EXACT_BELOW else "joined (verdicts)", sizes, found, star="*")
            for name, rule in rules.items():
                if name.startswith("rectangle") and min(sizes) >= EXACT_BELOW:
                    continue
                found = summed(rule, *sizes, ratio=kind == "ratio")
                line(kind, name, sizes, found)
                if name.startswith("score"):
                    means.append(found.mean())
        print(f"| {kind} | score (display) | all | {np.mean(means):.1%} | |", flush=True)


def line(kind: str, what: str, sizes: tuple[int, int], found: Floats, star: str = "") -> None:
    """One line of the table of gaps."""
    print(f"| {kind} | {what} | {sizes[0]:,}, {sizes[1]:,}{star} | {found.mean():.1%} | {found.min():.1%} |", flush=True)


def clusters() -> None:
    """Rates and gaps of people in clusters, measured by the lab itself."""
    print(
        "\nPeople in clusters: coverage of 95 % intervals, 2,000 tables each. Rates 0.05, 0.2, 0.5; correlations 0.02, 0.1, 0.3;"
    )
    print("ten people a cluster, uneven: lognormal. Before: normal quantile and residuals as they are.\n")
    print("| clusters | sizes | rate, before | rate | worst | gap | worst |\n|---:|---|---:|---:|---:|---:|---:|")
    for count in (10, 30, 100):
        for uneven in (False, True):
            found = np.array(
                [_clustered(count, rate, alike, uneven=uneven) for rate in (0.05, 0.2, 0.5) for alike in (0.02, 0.1, 0.3)]
            )
            mean, worst = found.mean(axis=0), found.min(axis=0)
            print(
                f"| {count} | {'uneven' if uneven else 'even'} | {mean[0]:.1%} | {mean[1]:.1%} | {worst[1]:.1%} "
                f"| {mean[2]:.1%} | {worst[2]:.1%} |",
                flush=True,
            )


def _clustered(count: int, rate: float, alike: float, *, uneven: bool, tables: int = 2000) -> tuple[float, float, float]:
    """Coverage of a rate without and with few-cluster corrections, and of a gap with them, two groups of so many clusters."""
    random = np.random.default_rng(count)
    shape = 2 * tables, count
    sizes = np.maximum(
        np.rint(random.lognormal(np.log(10) - 0.5, 1.0, shape)) if uneven else random.poisson(10, shape), 1
    ).astype(int)
    own = random.beta(rate * (1 - alike) / alike, (1 - rate) * (1 - alike) / alike, shape)
    yes, group = random.binomial(sizes, own), np.repeat(np.arange(2 * tables), count)
    table = np.zeros((group.size, 3, 3))
    table[:, MISSING, 1], table[:, MISSING, 0] = yes.ravel(), (sizes - yes).ravel()
    total = np.zeros((2 * tables, 3, 3))
    np.add.at(total, group, table)
    rolled = RollUp(
        attributes=("a",),
        keys=tuple((str(i),) for i in range(2 * tables)),
        rows=total.astype(np.int64),
        weight=total,
        weight_sq=total,
        score=np.zeros(2 * tables),
        score_sq=np.zeros(2 * tables),
        scored=np.zeros(2 * tables),
        clusters=(group, table),
    )
    people, seen = sizes.sum(axis=1), yes.sum(axis=1) / sizes.sum(axis=1)
    plain = ((yes - seen[:, None] * sizes) ** 2).sum(axis=1) * count / (count - 1) / people**2
    spread = seen * (1 - seen)
    size = np.minimum(np.where(plain > 0, spread / np.maximum(plain, 1e-300), count), people)
    before = wilson(seen * size, size, LEVEL)
    metric = METRICS["selection_rate"]
    after = RateTable(rolled, [metric], LEVEL, scored=False)
    sides = Sides.of([tally(rolled, metric)], np.arange(tables), np.arange(tables, 2 * tables))
    gap = differences(sides, LEVEL)
    return (
        float(np.mean((before[0] <= rate) & (rate <= before[1]))),
        float(np.mean((after.low[0] <= rate) & (rate <= after.high[0]))),
        float(np.mean((gap.low <= 0) & (gap.high >= 0))),
    )


def areas() -> None:
    """The area under the ROC curve of two normal distributions."""
    print("\nAn area: coverage of DeLong's 95 % interval on the logit scale, 2,000 samples each of two normal distributions.\n")
    print("| people of each kind | " + " | ".join(f"area {area}" for area in AREAS) + " |\n|---:|" + "---:|" * len(AREAS))
    for m, n in ((10, 10), (30, 30), (30, 300), (100, 100), (1000, 1000)):
        random, found = np.random.default_rng(m + n), []
        for area in AREAS:
            apart, held = norm.ppf(area) * 2**0.5, 0
            for _ in range(2000):
                scores = np.concatenate([random.normal(apart, 1, m), random.normal(0, 1, n)])
                seen = auc.auc(scores, np.repeat([1, 0], (m, n)), confidence=LEVEL)
                held += seen.state == "known" and seen.low <= area <= seen.high
            found.append(held / 2000)
        print(f"| {m:,}, {n:,} | " + " | ".join(f"{one:.1%}" for one in found) + " |", flush=True)


def large() -> None:
    """What is judged from a hundred people on, at the levels that plans use; and on a fine grid for the smallest such table."""
    print("\nVerdicts from 100 people on, at the levels of plans with 1, 10 and 100 comparisons: how often it misses, over what")
    print("is allowed. Summed along the edge, without the score interval that it is joined with.\n")
    print("| gap | n, n | pairs of rates | 95 % | 99.5 % | 99.95 % |\n|---|---:|---:|---:|---:|---:|")
    for kind in KINDS:
        for sizes, pairs in LARGE.items():
            missed = [(1 - searched(kind, *sizes, pairs, level, joined=False).min()) / (1 - level) for level in LEVELS]
            print(
                f"| {kind} | {sizes[0]:,}, {sizes[1]:,} | {len(pairs)} | " + " | ".join(f"{one:.2f}" for one in missed) + " |",
                flush=True,
            )
    low, high = bounds(exact_difference, 100, 100, ratio=False)
    fine = np.round(np.arange(0.005, 0.9951, 0.005), 3)
    chance = binom.pmf(np.arange(101.0), 100, fine[:, None])
    worst = min(
        float(chance[i] @ ((low <= p1 - p2 + 1e-12) & (p1 - p2 <= high + 1e-12)) @ chance[j])
        for i, p1 in enumerate(fine)
        for j, p2 in enumerate(fine)
    )
    print(f"\nThe exact interval at 100, 100 over {len(fine)}² pairs of rates from 0.005 to 0.995: at least {worst:.2%}.")


if __name__ == "__main__":
    print_versions("numpy", "scipy")
    rates()
    gaps()
    large()
    clusters()
    areas()
