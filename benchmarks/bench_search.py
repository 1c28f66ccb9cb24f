"""The exploratory search and the largest gap: false alarms, planted groups, coverage; some minutes.

Run it with `python benchmarks/bench_search.py`. Cells are drawn in memory, as in `bench_alarms`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from bench_alarms import FOUR_FIFTHS, LEVELS, POINTS, cells_of, noise
from scipy.stats import norm
from side_by_side import print_versions

from plumbrule.findings import rows_needed
from plumbrule.lab import METRICS, Cells, measure_cells
from plumbrule.lab.cells import roll_up, tally
from plumbrule.lab.inference.largest import largest_gap
from plumbrule.lab.search.ranking import Search, search

SEEDS = 200
Planted = Sequence[tuple[Mapping[str, int], float]]


def planted(rows: int, names: str, seed: int, gaps: Planted, *, share: float = 0.0) -> Cells:
    """Everybody at 0.5, less what was planted on a group; with `share` the first planted group has that share of people."""
    sizes = [LEVELS[name] for name in names]
    codes = np.indices((*sizes, 2, 2)).reshape(len(sizes) + 2, -1)
    rate, weight = np.full(codes.shape[1], 0.5), np.full(codes.shape[1], 1 / math.prod(sizes))
    for group, size in gaps:
        rate = rate - size * np.all([codes[names.index(name)] == value for name, value in group.items()], axis=0)
    if share:
        ((name, value),) = gaps[0][0].items()
        weight = weight * LEVELS[name] * np.where(codes[names.index(name)] == value, share, (1 - share) / (LEVELS[name] - 1))
    chance = 0.5 * np.where(codes[-1] == 1, rate, 1 - rate) * weight
    return cells_of(np.random.default_rng(seed).multinomial(rows, chance / chance.sum()), names, codes)


def searched(cells: Cells, names: str) -> Search:
    """The search of a default audit against the first group of each attribute."""
    found = measure_cells(cells, tuple(names), label=True, references={name: f"{name}0" for name in names})
    return search(cells, found)


def marked(found: Search) -> bool:
    """Whether any line is marked as beyond the tolerance."""
    known = [one.gap.estimate for one in found.found if one.gap.estimate.state == "known"]
    return any(one.low > POINTS or one.high < -POINTS for one in known)


def rare(rows: int, names: str, seed: int, rate: float) -> Cells:
    """Noise in which few are chosen and groups differ in size: the k-th group of the last attribute has 1/k of the first."""
    sizes = [LEVELS[name] for name in names]
    codes = np.indices((*sizes, 2, 2)).reshape(len(sizes) + 2, -1)
    chance = 0.5 * np.where(codes[-1] == 1, rate, 1 - rate) / (1 + codes[len(names) - 1])
    return cells_of(np.random.default_rng(seed).multinomial(rows, chance / chance.sum()), names, codes)


def false_alarms() -> None:
    """Pure noise: runs in which anything is listed, and in which anything is marked."""
    print(f"\nThe search on pure noise, {SEEDS} runs each: runs in which a gap is listed, and marked as beyond {POINTS:.0%}.\n")
    print("| rows | attributes | chosen | gaps looked at | listed | marked | allowed |\n|---:|---:|---:|---:|---:|---:|---:|")
    for rows, names, rate in (
        *((rows, names, 0.45) for rows in (300, 100_000) for names in ("abc", "abcd")),
        *((100_000, "abcd", rate) for rate in (0.1, 0.03, 0.01)),
    ):
        made = [noise(rows, names, seed) if rate == 0.45 else rare(rows, names, seed, rate) for seed in range(SEEDS)]
        runs = [searched(cells, names) for cells in made]
        looked = sum(one.looked_at for one in runs) // SEEDS
        listed, alarms = sum(bool(one.found) for one in runs), sum(map(marked, runs))
        print(f"| {rows:,} | {len(names)} | {rate:.0%} | {looked:,} | {listed} | {alarms} | 18 |", flush=True)


def ranked_first() -> None:
    """Planted groups among four attributes: how often they come out first, and what else is listed."""
    print("\nOne group is chosen less often than everybody else, four attributes, 100 runs each.\n")
    print("| planted on | size | rows | planted group first | other groups listed (mean) |\n|---|---:|---:|---:|---:|")
    for group in ({"b": 1}, {"a": 1, "b": 1}, {"b": 1, "c": 1}):
        for size, rows in ((0.1, 30_000), (0.1, 100_000), (0.2, 30_000), (0.2, 100_000)):
            wanted, first, others = {name: f"{name}{value}" for name, value in group.items()}, 0, []
            for seed in range(100):
                found = searched(planted(rows, "abcd", seed, [(group, size)]), "abcd").found
                listed = [dict(one.gap.group) for one in found]
                first += bool(listed) and listed[0] == wanted
                others.append(len({str(one) for one in listed if one != wanted}))
            named = " & ".join(wanted.values())
            print(f"| {named} | {size:.0%} | {rows:,} | {first}% | {np.mean(others):.1f} |", flush=True)


def announced_power() -> None:
    """The rows that `rows_needed` announces at 80 % power for one planned comparison, with that group planted in a search."""
    print("\nWith the rows announced at 80 % power for one planned comparison (the group a fifth of all, tolerance 5 points),")
    print("100 runs: listed at all, and marked, by a search that looks at two attributes at once.\n")
    print("| true gap | rows | gaps looked at | listed first | marked |\n|---:|---:|---:|---:|---:|")
    for truth in (0.1, 0.15, 0.3):
        (needed,) = rows_needed(tolerance=POINTS, truths=[truth], rate=0.5, share=0.2, level=0.95)
        rows, first, marks, looked = round((needed.rows or 0) / 0.4), 0, 0, 0
        for seed in range(100):
            found = searched(planted(rows, "ba", seed, [({"b": 1}, truth)], share=0.2), "ba")
            first += bool(found.found) and dict(found.found[0].gap.group) == {"b": "b1"}
            marks, looked = marks + marked(found), found.looked_at
        print(f"| {truth:.0%} | {rows:,} | {looked:,} | {first}% | {marks}% |", flush=True)


def false_coverage() -> None:
    """Of the intervals listed, the share that misses the truth; beside plain 95 % intervals of the same gaps."""
    print(
        "\nIntervals of listed gaps that miss the truth (20 groups, a fifth of them 5 points off, 600 people each, 400 runs).\n"
    )
    shown, plain = [], []
    for seed in range(400):
        random = np.random.default_rng(seed)
        gaps = [({"d": i}, float(random.choice([0, 0, 0, 0, 0.05]))) for i in range(1, 20)]
        truth = {f"d{group['d']}": -size for group, size in gaps}
        cells = planted(12_000, "d", 10_000 + seed, gaps)
        one = measure_cells(cells, ("d",), label=False, references={"d": "d0"})
        found = search(cells, one)
        missed = [not e.estimate.low <= truth[str(e.gap.group["d"])] <= e.estimate.high for e in found.found]
        shown.append(np.mean(missed) if missed else 0.0)
        rolled = roll_up(cells, ("d",))
        counted = tally(rolled, METRICS["selection_rate"])
        place = {key[0]: i for i, key in enumerate(rolled.keys)}
        wrong = []
        for e in found.found:
            i, j = place[e.gap.group["d"]], place["d0"]
            error = math.sqrt(sum(r * (1 - r) / n for r, n in ((counted.rate()[k], counted.n[k]) for k in (i, j))))
            wrong.append(abs(e.estimate.value - truth[str(e.gap.group["d"])]) > 1.96 * error)
        plain.append(np.mean(wrong) if wrong else 0.0)
    print(f"Of the search: {np.mean(shown):.1%} (promised: at most 5 %). Of plain 95 % intervals: {np.mean(plain):.1%}.")


def largest_coverage() -> None:
    """How often the bounds of the largest difference hold it, at the studentized range's level."""
    print("\nBounds of the largest difference between any two groups, 600 tables each, 95 %.\n")
    print("| groups | people a group | rates | covered |\n|---:|---|---|---:|")
    for groups in (3, 8, 20):
        for people in (100, 1000):
            for name, rates in (
                ("all 0.01", [0.01] * groups),
                ("all 0.3", [0.3] * groups),
                ("0.05 to 0.5", list(np.linspace(0.05, 0.5, groups))),
            ):
                held = 0
                for seed in range(600):
                    yes = np.random.default_rng(seed).binomial(people, rates)
                    found = largest_gap(roll_up(groups_of(yes, people), ("g",)), METRICS["selection_rate"], 0.95).difference
                    held += found.state == "known" and found.low <= max(rates) - min(rates) <= found.high
                print(f"| {groups} | {people:,} | {name} | {held / 600:.1%} |", flush=True)


def groups_of(yes: np.ndarray, people: int) -> Cells:
    """One attribute with a group for each entry."""
    rows = np.stack([yes, people - yes], axis=1).ravel()
    nothing = np.zeros(len(rows))
    return Cells(
        attributes=("g",),
        levels=(tuple(f"g{i:02}" for i in range(len(yes))),),
        codes=np.repeat(np.arange(len(yes)), 2)[:, None],
        label=np.full(len(rows), -1),
        prediction=np.tile([1, 0], len(yes)),
        rows=rows,
        weight=rows * 1.0,
        weight_sq=rows * 1.0,
        score=nothing,
        score_sq=nothing,
        scored=nothing,
        weighted=False,
    )


def gain_of_max_t() -> None:
    """By how much max |t| would shorten the intervals of an exploratory family, were all its statistics normal."""
    print("\nQuantile of the largest |t| of an exploratory family (groups share their reference; blocks multiply by the")
    print("Gaussian correlation inequality), against Bonferroni's.\n")
    print("| attributes | comparisons | metrics | Bonferroni | max-t | shorter by |\n|---:|---:|---:|---:|---:|---:|")
    z = np.linspace(-8, 8, 401)
    for names, metrics in (("a", 1), ("b", 1), ("d", 1), ("abc", 7), ("abcd", 7)):
        found = measure_cells(noise(1_000_000, names, 1), tuple(names), label=True)
        loads = []
        for table in found.comparisons:
            n = table.rolled.size().astype(float)
            loads.append(np.sqrt((1 / n[table.twos]) / (1 / n[table.ones] + 1 / n[table.twos])))
        size = metrics * sum(map(len, loads))
        low, high = 1.5, 8.0
        while high - low > 1e-6:
            c = (low + high) / 2
            log_chance = 0.0
            for load in loads:
                spread = np.sqrt(1 - load**2)
                inside = norm.cdf((c + load * z[:, None]) / spread) - norm.cdf((-c + load * z[:, None]) / spread)
                log_chance += metrics * math.log(np.trapezoid(norm.pdf(z) * np.exp(np.log(inside).sum(axis=1)), z))
            low, high = (c, high) if math.exp(log_chance) < 0.95 else (low, c)
        plain = norm.ppf(1 - 0.025 / size)
        print(
            f"| {len(names)} | {size // metrics:,} | {metrics} | {plain:.3f} | {high:.3f} | {1 - high / plain:.1%} |", flush=True
        )


if __name__ == "__main__":
    assert FOUR_FIFTHS
    print_versions("numpy", "scipy")
    gain_of_max_t()
    largest_coverage()
    false_coverage()
    announced_power()
    ranked_first()
    false_alarms()
