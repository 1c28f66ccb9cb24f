"""What an assessment shows: nothing of a few people can be read off one group's lines, or off a gap beside a rate."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from plumbrule.base.observation import Known, Observation
from plumbrule.lab import (
    Adjustment,
    Decisions,
    attributes,
    count_cells,
    count_scores,
    criteria_of,
    exploratory,
    measure_cells,
    measure_scores,
    observe_criteria,
    observe_rates,
    observe_scores,
    open_table,
    shown,
)
from plumbrule.lab.shown import FEW_PEOPLE, INSIDE

BY = ("race", "sex", "age_cat")
Lines = Mapping[str, Observation]


def few(one: Observation) -> bool:
    """Whether it is hidden."""
    return one.estimate.state == "unknown" and one.estimate.reason == FEW_PEOPLE


@pytest.fixture(scope="module")
def compas(shared: Path) -> tuple[tuple[Observation, ...], dict[frozenset[tuple[str, str | None]], tuple[int, ...]]]:
    """What is shown of COMPAS with every intersection, and the true tables: tp, fp, fn, tn of each group."""
    with open_table(shared / "data" / "audit" / "compas_for_aequitas.csv") as table:
        decisions = Decisions(prediction="score", label="label_value", by=attributes(BY, []))
        cells = count_cells(table, decisions)
    measured = measure_cells(cells, BY, label=True, references={"race": "Caucasian"})
    rates = observe_rates((measured.overall, *measured.groups), 0.95, ())
    found, _ = shown((*rates, *exploratory(measured, (), ())))
    pairs = ((1, 1), (0, 1), (1, 0), (0, 0))
    true = {
        frozenset(one.group.items()): tuple(
            sum(
                int(rows)
                for codes, label, prediction, rows in zip(cells.codes, cells.label, cells.prediction, cells.rows, strict=True)
                if (label, prediction) == pair
                and all(cells.levels[BY.index(name)][codes[BY.index(name)]] == value for name, value in one.group.items())
            )
            for pair in pairs
        )
        for one in measured.groups
    }
    return found, true


def test_no_line_speaks_of_a_few(compas: tuple) -> None:
    """Every rate that is shown has five people or more in its denominator."""
    found, true = compas
    sides = {"true_positive_rate": (0, 2), "false_positive_rate": (1, 3), "precision": (0, 1), "false_omission_rate": (2, 3)}
    seen = 0
    for one in found:
        table = true.get(frozenset(one.group.items()))
        if one.reference is None and one.metric in sides and table and isinstance(one.estimate, Known):
            assert sum(table[i] for i in sides[one.metric]) == one.estimate.n >= 5
            seen += 1
    assert seen > 100


def test_one_groups_lines_do_not_give_a_hidden_rate_away(compas: tuple) -> None:
    """All tables that agree with what is shown of a group are tried: a hidden rate stays open unless all decisions are alike."""
    found, true = compas
    lines: dict[frozenset[tuple[str, str | None]], dict[str, Observation]] = defaultdict(dict)
    for one in found:
        if one.reference is None:
            lines[frozenset(one.group.items())][one.metric] = one
    tried = 0
    for group, (tp, fp, fn, tn) in true.items():
        mine, n = lines[group], tp + fp + fn + tn
        if not few(mine["true_positive_rate"]) or few(mine["selection_rate"]) or tp + fn == 0 or tp + fp in (0, n):
            continue
        open_ = {tables[0] for tables in possible(mine, n)}
        assert tp in open_
        assert len(open_) > 1, group
        tried += 1
    assert tried >= 5


def possible(mine: Lines, n: int) -> list[tuple[int, int, int, int]]:
    """Every table of n people that agrees with each line shown."""
    held = []
    for tp, fp, fn in itertools.product(range(n + 1), repeat=3):
        tn = n - tp - fp - fn
        if tn < 0:
            continue
        rates = {
            "selection_rate": (tp + fp, n),
            "base_rate": (tp + fn, n),
            "accuracy": (tp + tn, n),
            "true_positive_rate": (tp, tp + fn),
            "false_positive_rate": (fp, fp + tn),
            "precision": (tp, tp + fp),
            "false_omission_rate": (fn, fn + tn),
        }
        known = {name: mine[name].estimate for name in rates if isinstance(mine[name].estimate, Known)}
        if all(rates[name][1] == one.n and abs(rates[name][0] / one.n - one.value) < 1e-9 for name, one in known.items()):
            held.append((tp, fp, fn, tn))
    return held


def test_no_gap_stands_beside_the_rate_that_would_undo_it(compas: tuple) -> None:
    """A gap is hidden where either of its rates is; a rate that needs both columns takes the others of its group along."""
    found, _ = compas
    hidden = {(one.metric, frozenset(one.group.items())) for one in found if one.reference is None and few(one)}
    gaps = [one for one in found if one.reference is not None]
    for one in gaps:
        assert one.reference is not None
        sides = {(one.metric, frozenset(side.items())) for side in (one.group, one.reference)}
        assert few(one) == bool(sides & hidden)
    assert sum(map(few, gaps)) > 50
    for metric, group in hidden:
        assert metric not in INSIDE or {(name, group) for name in INSIDE} <= hidden


def rows(kept: dict[tuple[str, int, int], int]) -> str:
    """A table of so many people of each group, label and decision."""
    lines = [f"{group},{y},{p},{(i % 10) / 10}" for (group, y, p), n in kept.items() for i in range(n)]
    return "g,y,p,s\n" + "\n".join(lines) + "\n"


def test_areas_curves_and_criteria_too(tmp_path: Path) -> None:
    """A group with three positive labels: no area, no equal opportunity, no thin point of its curve; parity is shown."""
    few_yes = {("a", 1, 1): 2, ("a", 1, 0): 1, ("a", 0, 1): 20, ("a", 0, 0): 17}
    enough = {("b", y, p): 40 for y in (0, 1) for p in (0, 1)}
    (tmp_path / "t.csv").write_text(rows(few_yes | enough), encoding="utf-8")
    decisions = Decisions(prediction="p", label="y", score="s", by=attributes(["g"], []))
    with open_table(tmp_path / "t.csv") as table:
        cells, bins = count_cells(table, decisions), count_scores(table, decisions)
    measured = measure_cells(cells, ("g",), label=True)
    criteria = criteria_of(cells, "g", label=True, confidence=0.95, min_n=2)
    everything = (
        *observe_rates((measured.overall, *measured.groups), 0.95, ()),
        *observe_criteria(criteria, ()),
        *observe_scores(measure_scores(bins, references={"g": "b"}), ()),
    )
    found = {one.id: few(one) for one in shown(everything)[0]}
    assert found["auc:g=a"]
    assert found["auc:g=a~b:difference"]
    assert not found["auc:g=b"]
    assert found["equal_opportunity_difference:g"]
    assert found["equalized_odds_ratio:g"]
    assert not found["demographic_parity_difference:g"]
    curve = [one for one in everything if one.metric == "curve_observed_share" and one.group == {"g": "b"}]
    assert len(curve) > 1
    assert isinstance(curve[0].estimate, Known)
    thin = replace(curve[0], estimate=replace(curve[0].estimate, n=4))
    assert all(few(one) for one in shown([thin, *curve[1:]])[0])
    assert not any(few(one) for one in shown(curve)[0])


def test_adjusted_gaps_follow(tmp_path: Path) -> None:
    """The raw figure of an adjusted gap is a gap: with one side hidden, nothing of it is shown."""
    (tmp_path / "t.csv").write_text(rows({("a", 1, 1): 3, ("b", 1, 1): 30, ("b", 0, 0): 30}), encoding="utf-8")
    with open_table(tmp_path / "t.csv") as table:
        measured = measure_cells(count_cells(table, Decisions(prediction="p", by=attributes(["g"], []))), ("g",), label=False)
    value = Known(value=0.5, low=0.1, high=0.9, n=63, method="x")
    one = Adjustment(
        kind="mantel-haenszel",
        metric="selection_rate",
        group={"g": "a"},
        reference={"g": "b"},
        raw=value,
        raw_same_rows=value,
        adjusted=value,
        factors=("f",),
        used=63,
        lost=0,
        reversed=True,
        confidence=0.95,
        comparisons=1,
    )
    _, (hidden,) = shown(observe_rates(measured.groups, 0.95, ()), [one])
    assert hidden.raw.state == hidden.adjusted.state == hidden.raw_same_rows.state == "unknown"
    assert not hidden.reversed


def test_a_trial_of_a_few_hides_no_other_trial() -> None:
    """Three women without an income: that trial is hidden for them, with its gap; what else was tried stays."""

    def one(id_: str, n: int, group: dict[str, str | None], reference: dict[str, str | None] | None = None) -> Observation:
        return Observation(
            id=id_,
            means="test",
            metric="flip_rate",
            measure="rate" if reference is None else "difference",
            estimate=Known(value=0.5, low=0.1, high=0.9, n=n, method="wilson"),
            group=group,
            reference=reference,
            family="exploratory",
            test="robustness",
        )

    women, men = {"sex": "women"}, {"sex": "men"}
    seen = [
        one("flip_rate:missing=income", 40, {}),
        one("flip_rate:missing=income@sex=women", 3, women),
        one("flip_rate:missing=income@sex=men", 37, men),
        one("flip_rate:missing=income@sex=women~men:difference", 40, women, men),
        one("flip_rate:noise=0.1@sex=women", 400, women),
        one("flip_rate:noise=0.1@sex=women~men:difference", 800, women, men),
    ]
    assert [few(each) for each in shown(seen)[0]] == [False, True, False, True, False, False]
