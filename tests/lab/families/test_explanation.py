"""Importance, reasons, stability and counterfactuals against scikit-learn, scipy, brute force and planted answers."""

from __future__ import annotations

import itertools
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from plumbrule.base.observation import Known, Unknown
from plumbrule.errors import InputError, TableError
from plumbrule.lab import attributes, open_table
from plumbrule.lab.families.explanation.counterfactual import (
    NONE_EXISTS,
    OUT_OF_BUDGET,
    Counterfactual,
    NoCounterfactual,
    Rules,
    nearest,
)
from plumbrule.lab.families.explanation.importance import importances
from plumbrule.lab.families.explanation.observe import (
    median,
    observe_importances,
    observe_reasons,
    observe_recourse,
    observe_stability,
    recourse,
)
from plumbrule.lab.families.explanation.reasons import shap_reasons, single_effects, strongest, student
from plumbrule.lab.families.explanation.stability import spearman, stability
from plumbrule.lab.families.robustness.trials import REFUSED, look
from plumbrule.lab.predictors.predictor import Inputs, open_predictor, read_inputs

Columns = Mapping[str, np.ndarray[Any, Any]]


class Rule:
    """A predictor in this process: any function of the columns."""

    def __init__(self, function: Callable[[Columns], Any]) -> None:
        self.function = function

    def predict(self, columns: Columns) -> Any:
        """The function's answer."""
        return self.function(columns)


# ── importance ───────────────────────────────────────────────────────────────────────────────────────────────────────


def labelled(rows: int, seed: int) -> Inputs:
    """Three columns; the label follows a and b with noise, c is nothing."""
    random = np.random.default_rng(seed)
    a, b, c = random.normal(size=(3, rows))
    label = (a + 0.5 * b + random.normal(0, 0.7, rows) > 0).astype(int)
    return Inputs.of({"a": a.tolist(), "b": b.tolist(), "c": c.tolist()}, label=label.tolist())


LINE = Rule(lambda c: 1 / (1 + np.exp(-(c["a"] + 0.5 * c["b"]))))


def test_importance_agrees_with_scikit_learn() -> None:
    """Drop in accuracy and its spread over shuffles are those of sklearn.inspection, up to the noise of shuffling."""
    from sklearn.inspection import permutation_importance
    from sklearn.linear_model import LogisticRegression

    rows = labelled(800, 1)
    matrix = np.column_stack([rows[name] for name in rows])
    model = LogisticRegression().fit(matrix, rows.label)
    ours = importances(
        look(Rule(lambda c: model.predict_proba(np.column_stack([c[name] for name in "abc"]))[:, 1]), rows),
        kind="accuracy",
        repeats=60,
        seed=1,
    )
    theirs = permutation_importance(model, matrix, rows.label, n_repeats=60, random_state=0, scoring="accuracy")
    for one, mean, spread in zip(ours, theirs.importances_mean, theirs.importances_std, strict=True):
        assert isinstance(one.estimate, Known)
        assert one.estimate.value == pytest.approx(mean, abs=4 * spread * (2 / 60) ** 0.5 + 1e-9)
        assert one.spread == pytest.approx(spread, rel=0.4, abs=1e-3)


@pytest.mark.parametrize("kind", ["accuracy", "decision", "score"])
def test_importance_is_the_mean_over_all_pairs(kind: Any) -> None:
    """With many shuffles the value is that of giving each row the value of each other (and its own), computed in full."""
    rows = labelled(40, 2)
    base = look(LINE, rows)
    assert rows.label is not None
    exact = []
    for place in range(rows.size):
        after = LINE.predict({**rows, "a": np.full(rows.size, rows["a"][place])})
        before = base.scores
        if kind == "score":
            exact.append(np.abs(after - before).mean())
        elif kind == "decision":
            exact.append(((after >= 0.5) != (before >= 0.5)).mean())
        else:
            exact.append(((before >= 0.5) == rows.label).mean() - ((after >= 0.5) == rows.label).mean())
    (one,) = importances(base, kind=kind, repeats=3000, seed=3, columns=["a"])
    assert isinstance(one.estimate, Known)
    assert one.estimate.value == pytest.approx(float(np.mean(exact)), abs=5 * one.spread / 3000**0.5)


@pytest.mark.parametrize("kind", ["accuracy", "decision", "score"])
def test_importance_intervals_cover(kind: Any) -> None:
    """Over 200 tables of 150 rows the 95 % interval covers the importance in the population at least 182 times."""
    (truth,) = importances(look(LINE, labelled(200_000, 99)), kind=kind, repeats=3, seed=1, columns=["b"])
    assert isinstance(truth.estimate, Known)
    covered = 0
    for seed in range(200):
        (one,) = importances(look(LINE, labelled(150, seed)), kind=kind, repeats=5, seed=seed, columns=["b"])
        assert isinstance(one.estimate, Known)
        covered += one.estimate.low <= truth.estimate.value <= one.estimate.high
    assert covered >= 182  # 95 % of 200 is 190; a true coverage of 95 % gives fewer than 182 once in 200 runs


def test_a_column_that_the_model_ignores_is_never_important() -> None:
    """Shuffling c changes nothing; the interval is not a point, because more rows might have shown something."""
    for kind in ("accuracy", "decision", "score"):
        (one,) = importances(look(LINE, labelled(300, 5)), kind=kind, seed=1, columns=["c"])  # type: ignore[arg-type]  # the literals
        assert isinstance(one.estimate, Known)
        assert one.estimate.value == 0
        assert 0 < one.estimate.high < 0.02


def test_shuffles_of_a_column_do_not_depend_on_the_others() -> None:
    """Looking at more columns moves no importance."""
    base = look(LINE, labelled(200, 5))
    assert importances(base, kind="score", seed=4)[1] == importances(base, kind="score", seed=4, columns=["b"])[0]
    assert importances(base, kind="score", seed=5)[1] != importances(base, kind="score", seed=4)[1]


def test_importance_needs_labels_and_rows() -> None:
    """Rows without a label are left out of accuracy; no labels at all, or one row, is refused; a refusal is unknown."""
    rows = labelled(100, 1)
    assert rows.label is not None
    some = Inputs.of({n: rows[n].tolist() for n in rows}, label=[-1 if i < 40 else int(v) for i, v in enumerate(rows.label)])
    (one, *_) = importances(look(LINE, some), kind="accuracy", seed=1)
    assert one.estimate.n == 60
    bare = Inputs.of({"a": [1.0, 2.0]})
    with pytest.raises(TableError, match="label"):
        importances(look(Rule(lambda c: c["a"] * 0), bare), kind="accuracy", seed=1)
    with pytest.raises(TableError, match="1 rows"):
        importances(look(Rule(lambda c: c["a"] * 0), Inputs.of({"a": [1.0]})), kind="score", seed=1)

    def sorted_only(columns: Columns) -> Any:
        if not np.array_equal(np.argsort(columns["a"]), np.arange(2)):
            raise InputError("not in order")
        return columns["a"] / 2

    (refused,) = importances(look(Rule(sorted_only), bare), kind="score", repeats=20, seed=1)
    assert refused.estimate == Unknown(reason=REFUSED, n=2)


# ── reasons ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def mixed(rows: int, seed: int) -> Inputs:
    """Two numbers (one with gaps) and words."""
    random = np.random.default_rng(seed)
    x, y = random.uniform(0, 1, (2, rows))
    gaps = [None if random.random() < 0.1 else float(v) for v in y]
    return Inputs.of({"x": x.tolist(), "y": gaps, "job": random.choice(["cook", "clerk"], rows).tolist()})


def added(columns: Columns) -> Any:
    """0.5 x + 0.2 y (0 when missing) + 0.1 for clerks: every column by itself, so Shapley values are known."""
    return 0.5 * columns["x"] + 0.2 * np.nan_to_num(columns["y"]) + 0.1 * (columns["job"] == "clerk")


def test_shap_values_of_a_sum_are_known() -> None:
    """For a rule that adds its columns up, a reason is the column's part minus the mean of that part; intervals hold it."""
    rows = mixed(400, 1)
    found = shap_reasons(Rule(added), rows, 7, seed=1, background=200)
    parts = {"x": 0.5 * rows["x"], "y": 0.2 * np.nan_to_num(rows["y"]), "job": 0.1 * (rows["job"] == "clerk")}
    assert (found.way, found.row, found.background) == ("exact", 8, 200)
    assert found.score == pytest.approx(found.average + sum(one.estimate.value for one in found.reasons), abs=1e-9)
    assert [abs(one.estimate.value) for one in found.reasons] == sorted(
        (abs(o.estimate.value) for o in found.reasons), reverse=True
    )
    for one in found.reasons:
        true = parts[one.column][7] - parts[one.column].mean()
        assert one.estimate.low - 1e-9 <= true <= one.estimate.high + 1e-9
        assert one.value == (rows[one.column][7] if rows[one.column][7] == rows[one.column][7] else None)


def test_orders_of_columns_agree_with_every_combination() -> None:
    """With interactions, permutations within a budget come near the exact values, and the shared generator is left alone."""
    rows = Inputs.of({name: np.random.default_rng(i).uniform(0, 1, 60).tolist() for i, name in enumerate("abcde")})
    rule = Rule(lambda c: c["a"] * c["b"] * 0.5 + c["c"] * c["d"] * 0.3 + 0.1 * c["e"])
    exact = shap_reasons(rule, rows, 3, seed=1, background=50)
    np.random.seed(5)
    before = np.random.get_state()[1].tolist()  # type: ignore[union-attr]  # the legacy tuple
    orders = shap_reasons(rule, rows, 3, seed=1, background=50, budget=1000)
    assert np.random.get_state()[1].tolist() == before  # type: ignore[union-attr]  # the legacy tuple
    assert (exact.way, orders.way) == ("exact", "permutations")
    known = {one.column: one.estimate.value for one in exact.reasons}
    for one in orders.reasons:
        assert one.estimate.value == pytest.approx(known[one.column], abs=0.02)
    again = shap_reasons(rule, rows, 3, seed=1, background=50, budget=1000)
    assert again == orders


def test_a_reason_that_may_be_none_is_not_told() -> None:
    """The strongest reasons leave out whatever interval reaches zero."""
    rows = mixed(100, 3)
    found = shap_reasons(Rule(lambda c: 0.9 * (c["x"] > 0.5) + 0 * c["x"]), rows, int(np.argmax(rows["x"])), seed=2)
    assert [one.column for one in strongest(found.reasons, 3)] == ["x"]


def test_what_shap_cannot_do_is_refused() -> None:
    """Too few rows, no such row, a budget below one order of the columns."""
    rows = mixed(30, 1)
    for place, more in ((30, {}), (-1, {}), (0, {"budget": 10})):
        with pytest.raises(TableError):
            shap_reasons(Rule(added), rows, place, seed=1, **more)
    with pytest.raises(TableError):
        shap_reasons(Rule(added), rows.take(np.arange(5)), 0, seed=1)


def test_without_shap_the_answer_is_what_to_install() -> None:
    """In a process where shap cannot be imported the cure names the extra."""
    code = (
        "import sys; sys.modules['shap'] = None\nfrom plumbrule.lab.families.explanation.reasons import _shap\n"
        "from plumbrule.errors import InputError\ntry: _shap()\nexcept InputError as e: print(e.cure)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "pip install 'plumbrule[shap]'"


def test_single_effects_of_a_sum_are_known() -> None:
    """One column at a time gives the same as Shapley values when columns only add up."""
    rows = mixed(60, 4)
    found = single_effects(Rule(added), rows, background=rows, most=60, seed=1)
    assert np.allclose(found[:, 0], 0.5 * (rows["x"] - rows["x"].mean()))
    assert np.allclose(found[:, 2], 0.1 * ((rows["job"] == "clerk") - (rows["job"] == "clerk").mean()))


# ── stability ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_spearman_and_student_agree_with_scipy() -> None:
    """Rank correlations with ties, and quantiles of t."""
    from scipy.stats import spearmanr, t

    random = np.random.default_rng(1)
    one, two = random.integers(0, 5, (2, 30, 6)).astype(float)
    ours = spearman(one, two)
    for i in range(30):
        assert ours[i] == pytest.approx(spearmanr(one[i], two[i]).statistic, abs=1e-12)
    for freedom in (1, 2, 9, 100, 5000):
        for confidence in (0.9, 0.95, 0.999):
            assert student(freedom, confidence) == pytest.approx(t.ppf(0.5 + confidence / 2, freedom), rel=1e-8)


def test_stability_of_steady_and_jumpy_explanations() -> None:
    """Constant effects are perfectly stable, effects by chance not at all, effects all zero have no order."""
    rows = Inputs.of({name: np.random.default_rng(i).normal(size=200).tolist() for i, name in enumerate("abcdef")})
    random = np.random.default_rng(0)
    steady = stability(lambda r: np.tile(np.arange(6.0), (r.size, 1)), rows, scale=0.1, seed=1)
    assert (steady.correlation.value, steady.top_kept.value, steady.flat) == (1.0, 1.0, 0)  # type: ignore[union-attr]  # known
    jumpy = stability(lambda r: random.normal(size=(r.size, 6)), rows, scale=0.1, seed=1, copies=3)
    assert isinstance(jumpy.correlation, Known)
    assert jumpy.correlation.value == pytest.approx(0, abs=4 / (200 * 3 * 5) ** 0.5)  # four standard errors of three copies
    assert isinstance(jumpy.top_kept, Known)
    assert jumpy.top_kept.low <= (1 / 6) ** 3 * 1.5
    flat = stability(lambda r: np.zeros((r.size, 6)), rows, scale=0.1, seed=1)
    assert isinstance(flat.correlation, Unknown)
    assert flat.flat == 200
    with pytest.raises(TableError):
        stability(lambda r: np.zeros((r.size, 1)), Inputs.of({"a": [1.0, 2.0]}), scale=0.1, seed=1)


def test_stability_through_a_predictor() -> None:
    """A straight line keeps its reasons under small noise; a checkerboard does not."""
    random = np.random.default_rng(3)
    rows = Inputs.of({"a": random.uniform(0, 1, 60).tolist(), "b": random.uniform(0, 1, 60).tolist()})
    line = Rule(lambda c: 0.8 * c["a"] + 0.1 * c["b"])
    board = Rule(lambda c: ((np.floor(c["a"] * 20) + np.floor(c["b"] * 20)) % 2 == 0).astype(float))

    def kept(rule: Rule) -> float:
        found = stability(lambda r: single_effects(rule, r, background=rows, most=20, seed=1), rows, scale=0.1, seed=1)
        assert isinstance(found.top_kept, Known)
        return found.top_kept.value

    assert kept(line) > kept(board) + 0.3


# ── counterfactuals ──────────────────────────────────────────────────────────────────────────────────────────────────


def brute(rows: Inputs, rule: Callable[[Columns], Any], place: int, rules: Rules) -> float | None:
    """The cheapest combination of observed values that turns the decision, by looking at all of them."""
    choices: list[list[tuple[Any, float]]] = []
    for name in rows:
        own, column = rows[name][place], rows[name]
        here: list[tuple[Any, float]] = [(own, 0.0)]
        if name not in rules.immutable:
            for value in sorted(set(column.tolist())):
                if value == own:
                    continue
                way = rules.directions.get(name)
                if (way == "up" and value < own) or (way == "down" and value > own):
                    continue
                if isinstance(value, str):
                    here.append((value, rules.weights.get(name, 1.0)))
                else:
                    mad = 1.482602218505602 * np.median(np.abs(column - np.median(column)))
                    here.append((value, abs(value - own) / (mad or column.std()) * rules.weights.get(name, 1.0)))
        choices.append(here)
    before = rule({name: rows[name][[place]] for name in rows})[0] >= 0.5
    best = None
    for combination in itertools.product(*choices):
        if sum(cost > 0 for _, cost in combination) > rules.most_changes:
            continue
        asked = {name: np.array([v], rows[name].dtype) for name, (v, _) in zip(rows, combination, strict=True)}
        if (rule(asked)[0] >= 0.5) != before:
            total = sum(cost for _, cost in combination)
            best = total if best is None else min(best, total)
    return best


def test_the_nearest_counterfactual_is_that_of_brute_force() -> None:
    """On 40 random rules and tables, with immutable columns, directions, weights and limits, costs agree exactly."""
    random = np.random.default_rng(11)
    found = 0
    for case in range(40):
        size = 7
        rows = Inputs.of(
            {
                "a": random.integers(0, 12, size).tolist(),
                "b": random.normal(0, 3, size).round(1).tolist(),
                "c": random.choice(["p", "q", "r"], size).tolist(),
                "d": random.integers(0, 3, size).tolist(),
            }
        )
        w = random.normal(size=4)

        def rule(columns: Columns, w: Any = w) -> Any:
            total = w[0] * columns["a"] / 4 + w[1] * columns["b"] + w[2] * 2 * (columns["c"] == "q") + w[3] * columns["d"] - 0.5
            return 1 / (1 + np.exp(-total * np.where(columns["d"] == 1, -1, 1)))

        rules = Rules(
            immutable=("d",) if case % 3 == 0 else (),
            directions={"a": "up"} if case % 2 else {"b": "down"},
            weights={"c": 0.7},
            most_changes=1 + case % 4,
        )
        place = int(random.integers(0, size))
        ours = nearest(look(Rule(rule), rows), place, rules)
        exact = brute(rows, rule, place, rules)
        if exact is None:
            assert isinstance(ours, NoCounterfactual)
            assert ours.reason == NONE_EXISTS
        else:
            found += 1
            assert isinstance(ours, Counterfactual)
            assert ours.nearest
            assert ours.cost == pytest.approx(exact, abs=1e-8)
            assert ours.cost == pytest.approx(sum(one.cost for one in ours.changes), abs=1e-8)
            asked = {n: rows[n][[place]].copy() for n in rows}
            for change in ours.changes:
                assert change.column not in rules.immutable
                assert asked[change.column][0] == change.before
                asked[change.column][0] = change.after
            assert (rule(asked)[0] >= 0.5) != (rule({n: rows[n][[place]] for n in rows})[0] >= 0.5)
    assert found >= 20


def test_ties_are_broken_the_same_way_always() -> None:
    """Of equal costs the earlier column wins, whatever the order of the rows; repeated runs agree."""
    rows = Inputs.of({"x": ["no", "yes", "no", "yes"], "y": ["no", "no", "yes", "yes"]})
    rule = Rule(lambda c: ((c["x"] == "yes") | (c["y"] == "yes")).astype(float))
    for order in itertools.permutations(range(4)):
        shuffled = rows.take(np.array(order))
        place = [rows["x"][i] == rows["y"][i] == "no" for i in order].index(True)
        found = nearest(look(rule, shuffled), place, Rules())
        assert isinstance(found, Counterfactual)
        assert [(one.column, one.after) for one in found.changes] == [("x", "yes")]


def test_the_budget_is_kept_and_said() -> None:
    """Too few questions: either an answer that does not claim to be the nearest, or none, with the reason."""
    random = np.random.default_rng(2)
    rows = Inputs.of({name: random.uniform(0, 1, 300).tolist() for name in "abcdef"})
    hard = Rule(lambda c: (sum(c[name] for name in "abcdef") > 4.5).astype(float))
    low = int(np.argmin(sum(rows[name] for name in rows)))
    for budget in (1, 7, 100, 3000):
        asked: list[int] = []
        counted = Rule(lambda c, asked=asked: (asked.append(len(c["a"])), hard.predict(c))[1])  # type: ignore[misc]  # a default
        base = look(counted, rows)
        asked.clear()
        found = nearest(base, low, Rules(most_changes=6), budget=budget)
        assert found.questions == sum(asked) <= budget
        if isinstance(found, NoCounterfactual):
            assert found.reason == OUT_OF_BUDGET
        else:
            assert not found.nearest
            assert found.searched < found.cost


def test_missing_values_may_be_filled() -> None:
    """A value that was missing costs 1 to fill; a direction leaves a missing number alone."""
    rows = Inputs.of({"x": [None, 3.0, 9.0], "job": [None, "cook", "clerk"]})
    rule = Rule(lambda c: (np.nan_to_num(c["x"]) >= 9).astype(float))
    found = nearest(look(rule, rows), 0, Rules())
    assert isinstance(found, Counterfactual)
    assert [(one.column, one.before, one.after, one.cost) for one in found.changes] == [("x", None, 9.0, 1.0)]
    assert isinstance(nearest(look(rule, rows), 0, Rules(directions={"x": "up"})), NoCounterfactual)


@pytest.mark.parametrize(
    "rules",
    [
        Rules(immutable=("z",)),
        Rules(directions={"job": "up"}),
        Rules(weights={"x": 0}),
        Rules(most_changes=0),
    ],
)
def test_rules_that_make_no_sense(rules: Rules) -> None:
    """Unknown columns, a direction for words, a change for free, nothing to change."""
    rows = Inputs.of({"x": [1.0, 2.0], "job": ["a", "b"]})
    with pytest.raises(InputError):
        nearest(look(Rule(lambda c: c["x"] * 0), rows), 0, rules)


def test_the_median_and_its_interval() -> None:
    """Against the binomial; those without an answer count as dearest; too few, or most without, is unknown."""
    from scipy.stats import binom

    for n in (6, 15, 200, 1500):
        found = median(np.arange(1.0, n + 1), 0.95)
        assert isinstance(found, Known)
        rank = int(found.low)
        assert found.high == n + 1 - rank
        assert 1 - 2 * binom.cdf(rank - 1, n, 0.5) >= 0.95 > 1 - 2 * binom.cdf(rank, n, 0.5)
    assert isinstance(median([1.0] * 5, 0.95), Unknown)
    assert isinstance(median([1.0] * 10 + [np.inf] * 11, 0.95), Unknown)
    assert isinstance(median([], 0.95), Unknown)


# ── together, on a real table ────────────────────────────────────────────────────────────────────────────────────────


def test_a_real_model_end_to_end(shared: Path, tmp_path: Path) -> None:
    """Law school, a forest from a skops file in its own process: the bar's strongest column, reasons and recourse by race."""
    import skops.io
    from sklearn.inspection import permutation_importance
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    names = ["lsat", "ugpa", "fam_inc", "tier"]
    with open_table(shared / "data" / "audit" / "law_school_clean.csv") as table:
        rows = read_inputs(table, names, by=attributes(["race"], []), label="pass_bar", most=1200, seed=1)
    matrix = np.column_stack([rows[name] for name in names])
    model = make_pipeline(StandardScaler(), LogisticRegression(class_weight="balanced")).fit(matrix, rows.label)
    skops.io.dump(model, tmp_path / "law.skops")
    with open_predictor("law.skops", columns=names, folder=tmp_path) as predictor:
        base = look(predictor, rows)
        important = importances(base, kind="accuracy", repeats=20, seed=1)
        why = shap_reasons(predictor, rows, 5, seed=1, background=50)
        could = recourse(base, Rules(immutable=("tier",), directions={"lsat": "up", "ugpa": "up"}), seed=1, most=40)
        firm = stability(
            lambda r: single_effects(predictor, r, background=rows, most=10, seed=1), rows.take(np.arange(50)), scale=0.05, seed=1
        )
    theirs = permutation_importance(model, matrix, rows.label, n_repeats=20, random_state=1, scoring="accuracy")
    for one, mean, spread in zip(important, theirs.importances_mean, theirs.importances_std, strict=True):
        assert isinstance(one.estimate, Known)
        assert one.estimate.value == pytest.approx(mean, abs=4 * spread * (2 / 20) ** 0.5 + 1e-9)
    assert why.score == pytest.approx(why.average + sum(one.estimate.value for one in why.reasons), abs=1e-6)
    found = [one for one in could.answers if isinstance(one, Counterfactual)]
    assert found
    assert all(change.column != "tier" for one in found for change in one.changes)
    assert all(c.after > c.before for one in found for c in one.changes if c.column == "lsat")  # type: ignore[operator]  # numbers
    seen = (
        *observe_importances(important, inputs=("d",)),
        *observe_reasons(why, inputs=("d",)),
        *observe_recourse(could, inputs=("d",)),
        *observe_stability(firm, inputs=("d",)),
    )
    ids = [one.id for one in seen]
    assert len(set(ids)) == len(ids)
    for wanted in (
        "permutation_importance:lsat&accuracy",
        f"shap_value:row={rows.numbers[5]}&lsat",
        "counterfactual_rate:refused",
        "counterfactual_rate:refused@race=Non-White~White:difference",
        "counterfactual_cost:refused@race=White",
        "explanation_rank_correlation:noise=0.05",
    ):
        assert wanted in ids
    assert all(one.estimate.value == one.estimate.value for one in seen if isinstance(one.estimate, Known))
