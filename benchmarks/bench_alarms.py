"""False alarms on noise, and planted gaps found. `python benchmarks/bench_alarms.py`; some minutes.

Cells are drawn in memory (a multinomial over all combinations), so that hundreds of audits take minutes.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

import duckdb
import numpy as np
from peer_environments import PEERS, NotInstalledError, python_of
from side_by_side import print_versions

from plumbrule.findings import beyond, rows_needed
from plumbrule.findings.judging import beyond_ratio
from plumbrule.lab import METRICS, NOT_GUARANTEED, Cells, measure_cells
from plumbrule.lab.cells import roll_up
from plumbrule.lab.families import outcomes
from plumbrule.lab.inference.gaps import METHODS, Comparison, GapTable

SEEDS, ASKED = 200, 20
FOLDER = Path(__file__).resolve().parents[1] / "build" / "bench"
PLANTED = (
    *((0.0, 0.5, 0.5), (0.0, 0.5, 0.2), (0.1, 0.5, 0.5), (0.1, 0.5, 0.2), (0.15, 0.5, 0.3), (0.3, 0.5, 0.3), (0.4, 0.5, 0.5)),
    *((0.1, 0.9, 0.3), (0.12, 0.15, 0.2), (0.0, 0.9, 0.3)),
)
"""True gap, rate of the reference, share of the group."""
POINTS, FOUR_FIFTHS = 0.05, 0.8
LEVELS = {"a": 2, "b": 5, "c": 8, "d": 20}


def noise(rows: int, names: Sequence[str], seed: int) -> Cells:
    """People at random: label and prediction are coins that know nothing of the groups."""
    sizes = [LEVELS[name] for name in names]
    codes = np.indices((*sizes, 2, 2)).reshape(len(sizes) + 2, -1)
    chance = np.where(codes[-2] == 1, 0.4, 0.6) * np.where(codes[-1] == 1, 0.45, 0.55) / math.prod(sizes)
    return cells_of(np.random.default_rng(seed).multinomial(rows, chance), names, codes)


def cells_of(rows: np.ndarray, names: Sequence[str], codes: np.ndarray) -> Cells:
    """Cells from counts; combinations that nobody has are left out."""
    held = rows > 0
    count, nothing = rows[held], np.zeros(held.sum())
    return Cells(
        attributes=tuple(names),
        levels=tuple(tuple(f"{name}{i}" for i in range(LEVELS[name])) for name in names),
        codes=codes[: len(names), held].T.copy(),
        label=codes[-2, held],
        prediction=codes[-1, held],
        rows=count,
        weight=count.astype(float),
        weight_sq=count.astype(float),
        score=nothing,
        score_sq=nothing,
        scored=nothing,
        weighted=False,
    )


def marked(table: GapTable) -> tuple[int, int]:
    """How many gaps of a table an audit marks as beyond tolerance, and how many a look at the point values would."""
    ours = peers = 0
    for kind, column in table.columns.items():
        known, judged = column.method > 0, column.method != METHODS.index(NOT_GUARANTEED)
        value, low, high = (np.where(known, numbers, 1.0) for numbers in (column.value, column.low, column.high))
        if kind == "difference":
            ours += int(np.sum(known & judged & ((low > POINTS) | (high < -POINTS))))
            peers += int(np.sum(known & (np.abs(value) > POINTS)))
        else:
            ours += int(np.sum(known & judged & ((high < FOUR_FIFTHS) | (low > 1 / FOUR_FIFTHS))))
            peers += int(np.sum(known & ((value < FOUR_FIFTHS) | (value > 1 / FOUR_FIFTHS))))
    return ours, peers


def false_alarms() -> None:
    """A default audit with all intersections, ten metrics, differences and ratios, on pure noise."""
    print(f"\nPure noise, {SEEDS} runs each: runs in which at least one gap is marked as beyond tolerance")
    print(f"(a difference of more than {POINTS:.0%} or a ratio outside {FOUR_FIFTHS} to {1 / FOUR_FIFTHS}).\n")
    print("| rows | attributes | gaps looked at | audit | allowed | point values alone |\n|---:|---:|---:|---:|---:|---:|")
    for rows in (300, 100_000):
        for names in ("abc", "abcd"):
            ours = peers = lines = 0
            for seed in range(SEEDS):
                found = measure_cells(noise(rows, names, seed), tuple(names), label=True)
                counted = [marked(table) for table in found.comparisons]
                ours += any(one for one, _ in counted)
                peers += any(other for _, other in counted)
                lines += sum(len(table) for table in found.comparisons)
            print(f"| {rows:,} | {len(names)} | {lines // SEEDS:,} | {ours} | 18 | {peers} |", flush=True)


def named_criteria() -> None:
    """The named criteria of the same noise: runs in which any is marked, shows any gap at all, or fails the screen."""
    print("\nNamed criteria on the same noise: marked as beyond, any gap shown (both allowed 18), failing the screen of 0.8.\n")
    print("| rows | attributes | marked | any gap | fails the screen |\n|---:|---:|---:|---:|---:|")
    for rows in (300, 100_000):
        for names in ("abc", "abcd"):
            runs = [_criteria(noise(rows, names, seed), names) for seed in range(SEEDS)]
            counts = [sum(told) for told in zip(*runs, strict=True)]
            print(f"| {rows:,} | {len(names)} | " + " | ".join(map(str, counts)) + " |", flush=True)


def _criteria(cells: Cells, names: str) -> tuple[bool, bool, bool]:
    allowed = outcomes.comparisons_of(tuple(names), outcomes.compared(label=True))
    worst = outcomes.worst_groups(cells, tuple(names), label=True)
    found = outcomes.criteria(worst, confidence=0.95, comparisons=allowed)
    known = [(one.kind == "ratio", one.estimate) for one in found if one.estimate.state == "known"]
    return (
        any(one.high < FOUR_FIFTHS if ratio else one.low > POINTS for ratio, one in known),
        any(one.high < 1 if ratio else one.low > 0 for ratio, one in known),
        any(ratio and one.value < FOUR_FIFTHS for ratio, one in known),
    )


def peers() -> None:
    """What two peers say of the first of these tables when each is asked for its own scan."""
    print(f"\nThe first {ASKED} of these tables, four attributes: alarms of a peer's own scan, as its script here asks for it.\n")
    print("| peer | rows | tables with an alarm |\n|---|---:|---:|")
    for peer, words in (("aequitas", ()), ("divexplorer", (str(POINTS),))):
        try:
            python = python_of(peer)
        except NotInstalledError as problem:
            print(f"left out: {peer} cannot be installed here ({problem})")
            continue
        for rows in (300, 100_000):
            done = subprocess.run(
                [str(python), str(PEERS / f"scan_{peer}.py"), str(tables(rows)), *words],
                capture_output=True,
                text=True,
                check=True,
                env={**os.environ, "PYTHONPATH": str(PEERS)},
            )
            said = json.loads(done.stdout.splitlines()[-1])
            print(f"| {peer} {said['version']} | {rows:,} | {said['alarmed']} of {said['tables']} |", flush=True)


def tables(rows: int) -> Path:
    """A folder with the first tables of noise, a row for each person; made once."""
    folder = FOLDER / f"noise_{rows}"
    folder.mkdir(parents=True, exist_ok=True)
    for seed in range(ASKED):
        cells, file = noise(rows, "abcd", seed), folder / f"{seed:02}.parquet"
        if not file.exists():
            parts = {name: np.asarray(cells.levels[i])[cells.codes[:, i]] for i, name in enumerate(cells.attributes)}
            people = {name: np.repeat(part, cells.rows) for name, part in parts.items()}
            people |= {name: np.repeat(getattr(cells, name), cells.rows) for name in ("label", "prediction")}
            duckdb.sql("SELECT * FROM people").write_parquet(str(file))
    return folder


def planted(rows: int, share: float, rate: float, truth: float, seed: int) -> Cells:
    """Two groups, the second (`share` of all) selected less often by `truth`."""
    second = round(rows * share)
    random = np.random.default_rng(seed)
    one, two = random.binomial(rows - second, rate), random.binomial(second, rate - truth)
    codes = np.array([[0, 0, 1, 1], [0, 0, 0, 0], [1, 0, 1, 0]])
    return cells_of(np.array([one, rows - second - one, two, second - two]), ("a",), codes)


def power() -> None:
    """Plans with one comparison: the rows that `rows_needed` names, and how often the verdict is then reached."""
    print(f"\nPlanted gaps, 400 runs each: the verdict announced at 80 % power (tolerance {POINTS:.0%}), as it is judged.\n")
    print("| true gap | rate | share of the group | rows named | smaller group | verdict | reached |")
    print("|---:|---:|---:|---:|---:|---|---:|")
    for truth, rate, share in PLANTED:
        (needed,) = rows_needed(tolerance=POINTS, truths=[truth], rate=rate, share=share, level=0.95)
        if needed.rows is None:
            continue
        wanted, reached = "within" if truth < POINTS else "beyond", 0
        for seed in range(400):
            low, high = judged_interval(planted(needed.rows, share, rate, truth, seed))
            reached += beyond(low, high, POINTS) == wanted
        smaller = round(needed.rows * min(share, 1 - share))
        print(
            f"| {truth:.0%} | {rate} | {share:.0%} | {needed.rows:,} | {smaller:,} | {wanted} | {reached / 400:.0%} |", flush=True
        )


def judged_interval(cells: Cells) -> tuple[float, float]:
    """The difference as a plan with this one comparison judges it."""
    compared = [Comparison(group=("a1",), reference=("a0",))]
    rolled, rate = roll_up(cells, ("a",)), [METRICS["selection_rate"]]
    gap = GapTable(rolled, rate, compared, confidence=0.95, comparisons=1, family="primary").gap(0, "difference")
    assert gap.estimate.state == "known"
    interval = gap.judged or gap.estimate
    return interval.low, interval.high


if __name__ == "__main__":
    assert beyond_ratio(0.7, 0.79, FOUR_FIFTHS) == "beyond"
    print_versions("numpy")
    false_alarms()
    named_criteria()
    peers()
    power()
