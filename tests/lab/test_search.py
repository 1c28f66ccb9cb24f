"""The exploratory search: silent on noise, planted groups first, overlapping ones folded, intervals that hold."""

from __future__ import annotations

import numpy as np
import pytest
from search_made import drawn, measured

from plumbrule.lab.cells import Cells
from plumbrule.lab.inference.gaps import Comparison, GapTable
from plumbrule.lab.metrics import METRICS
from plumbrule.lab.search.lines import Lines, select
from plumbrule.lab.search.ranking import NOTHING_BEYOND, NOTHING_WITHOUT, Search, search


def searched(cells: Cells, names: str, *, label: bool = True) -> Search:
    """The search of these cells."""
    return search(cells, measured(cells, names, label=label))


@pytest.mark.parametrize(("rows", "seeds"), [(300, 30), (100_000, 12)])
def test_noise_is_silent(rows: int, seeds: int) -> None:
    """On pure noise nothing at all is listed in nearly every run (four attributes; 5 % are allowed)."""
    loud = sum(bool(searched(drawn(rows, "abcd", seed), "abcd").found) for seed in range(seeds))
    assert loud <= max(1, 0.05 * seeds + 2 * (0.05 * seeds) ** 0.5)


def test_rare_outcomes_do_not_raise_alarms() -> None:
    """Where one in a hundred is chosen, counts are skewed and the normal tail is wrong; still nothing is listed."""
    shares = {"d": [1 / (1 + i) / 3.59774 for i in range(20)]}
    runs = [searched(drawn(100_000, "bcd", seed, chosen=0.01, share=shares), "bcd", label=False) for seed in range(25)]
    assert sum(bool(one.found) for one in runs) <= 2


@pytest.mark.parametrize("planted", [{"b": 1}, {"a": 1, "b": 1}, {"b": 2, "c": 3}])
def test_a_planted_group_comes_out_first(planted: dict[str, int]) -> None:
    """One group is selected 15 points less often: it is first in every metric it moves, and explains the others."""
    found = searched(drawn(100_000, "abcd", 5, [(planted, 0.15)]), "abcd")
    group = {name: f"{name}{value}" for name, value in planted.items()}
    assert dict(found.found[0].gap.group) == group
    assert found.found[0].estimate.low < -0.15 < found.found[0].estimate.high
    first = {}
    for one in found.found:
        first.setdefault(one.gap.metric, dict(one.gap.group))
    assert first["selection_rate"] == group
    assert all(set(planted) & set(one.gap.group) for one in found.found)
    assert len(found.found) <= 6 < found.selected


def test_a_narrower_group_that_says_nothing_more_is_folded() -> None:
    """Where a whole group is treated worse, its parts stand under it as showing nothing beyond it."""
    found = searched(drawn(60_000, "ab", 1, [({"a": 1}, 0.2)]), "ab", label=False)
    (top,) = found.found
    assert dict(top.gap.group) == {"a": "a1"}
    assert {one.why for one in top.explains} == {NOTHING_BEYOND}
    assert {tuple(one.gap.group) for one in top.explains} == {("a", "b")}


def test_a_wider_group_that_is_only_its_part_is_folded() -> None:
    """Where one intersection alone is treated worse, the groups it belongs to show nothing once it is left out."""
    found = searched(drawn(60_000, "ab", 1, [({"a": 1, "b": 1}, 0.3)]), "ab", label=False)
    (top,) = found.found
    assert dict(top.gap.group) == {"a": "a1", "b": "b1"}
    assert {(tuple(one.gap.group), one.why) for one in top.explains} >= {(("a",), NOTHING_WITHOUT), (("b",), NOTHING_WITHOUT)}


def test_two_effects_of_their_own_are_both_listed() -> None:
    """Two attributes that each cost something are not folded into one another, though their people overlap."""
    found = searched(drawn(80_000, "ab", 2, [({"a": 1}, 0.12), ({"b": 1}, 0.2)]), "ab", label=False)
    listed = [dict(one.gap.group) for one in found.found]
    assert {"a": "a1"} in listed
    assert {"b": "b1"} in listed
    assert listed[0] == {"a": "a1", "b": "b1"}  # who belongs to both has both gaps, which neither group shows by itself


def test_small_groups_do_not_float_to_the_top() -> None:
    """Ranked by the nearer end: a group of few people with a wider gap seen stands below a large one with a sure gap."""
    shares = {"b": [0.5, 0.47, 0.01, 0.01, 0.01]}
    found = searched(drawn(20_000, "b", 3, [({"b": 1}, 0.1), ({"b": 2}, 0.16)], share=shares), "b", label=False)
    groups = [dict(one.gap.group)["b"] for one in found.found]
    assert groups[0] == "b1"
    bounds = [abs(one.bound) for one in found.found]
    assert bounds == sorted(bounds, reverse=True)
    assert [one.rank for one in found.found] == list(range(1, len(found.found) + 1))


def test_the_false_coverage_rate_holds() -> None:
    """Twenty planted gaps among a hundred: of the intervals selected at most 5 % miss the truth, where plain ones miss more."""
    random, false, plain, names = np.random.default_rng(0), [], [], "d"
    for seed in range(120):
        gaps = [({"d": i}, float(random.choice([0, 0, 0, 0, 0.05]))) for i in range(1, 20)]
        cells = drawn(20 * 600, names, seed, gaps)
        truth = {f"d{group['d']}": -size for group, size in gaps}
        one = measured(cells, names)
        lines = Lines.of(one.comparisons)
        chosen, looked_at = select(lines, 0.05)
        level = 1 - 0.05 * max(len(chosen), 1) / looked_at
        for wanted, misses in ((level, false), (0.95, plain)):
            table = GapTable(
                one.rates[0].rolled,
                [METRICS["selection_rate"]],
                [Comparison(group=(f"d{i}",), reference=("d0",)) for i in range(1, 20)],
                confidence=wanted,
                comparisons=1,
                family="exploratory",
            )
            column = table.columns["difference"]
            picked = [int(lines.line[at]) for at in chosen if lines.line[at] < 19]
            missed = [not column.low[i] <= truth[f"d{i + 1}"] <= column.high[i] for i in picked]
            misses.append(np.mean(missed) if missed else 0.0)
    assert np.mean(false) <= 0.05
    assert np.mean(plain) > np.mean(false)


def test_mirrored_rates_are_not_counted_twice() -> None:
    """A false negative rate is one minus the true positive rate: only one of them is looked at."""
    found = searched(drawn(5_000, "ab", 1), "ab")
    comparisons = 1 + 4 + 9
    assert found.looked_at == 7 * comparisons


def test_labels_of_groups_do_not_matter() -> None:
    """Renaming and reordering the groups renames and reorders the list, and nothing else."""
    cells = drawn(30_000, "ab", 4, [({"a": 1}, 0.1), ({"b": 3}, 0.15)])
    turned = {"a0": "x1", "a1": "x0"}
    other = Cells(
        **{
            **{name: getattr(cells, name) for name in Cells.__dataclass_fields__},
            "levels": (tuple(turned[value] for value in cells.levels[0]), cells.levels[1]),
        }
    )
    from plumbrule.lab import measure_cells

    one = searched(cells, "ab")
    two = search(other, measure_cells(other, ("a", "b"), label=True, references={"a": "x1", "b": "b0"}))
    renamed = [{name: turned.get(str(value), value) for name, value in found.gap.group.items()} for found in one.found]
    assert [dict(found.gap.group) for found in two.found] == renamed
    assert [found.bound for found in two.found] == [found.bound for found in one.found]


def test_nothing_to_compare() -> None:
    """A table of groups too small to compare is searched in vain, and says so."""
    found = searched(drawn(12, "ab", 1), "ab", label=False)
    assert found.found == ()
    assert found.selected == 0
