"""Planted models with known flips and known violations, intervals against their formulas, and false alarms on noise."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from plumbrule.base.observation import Known, Unknown
from plumbrule.errors import InputError, LimitError, TableError
from plumbrule.lab import attributes, open_table
from plumbrule.lab.families.robustness.expectations import Change, Expectation, expected, monotonic
from plumbrule.lab.families.robustness.summary import observe_robustness, summarise
from plumbrule.lab.families.robustness.trials import (
    REFUSED,
    Baseline,
    look,
    missing_values,
    noise,
    out_of_range,
    reordered,
    repeated,
    swapped,
)
from plumbrule.lab.predictors.predictor import Inputs, open_predictor, read_inputs

Columns = Mapping[str, np.ndarray[Any, Any]]


class Rule:
    """A predictor in this process: any function of the columns."""

    def __init__(self, function: Callable[[Columns], Any]) -> None:
        self.function = function

    def predict(self, columns: Columns) -> Any:
        """The function's answer."""
        return self.function(columns)


def line(columns: Columns) -> Any:
    """A linear rule: score rises with income; yes from 50 on."""
    return np.clip(columns["income"] / 100, 0, 1)


def uniform(rows: int, seed: int = 0) -> Inputs:
    """Incomes from 0 to 100 by chance, sex by a coin."""
    random = np.random.default_rng(seed)
    sex = random.choice(["women", "men"], rows).tolist()
    return Inputs.of({"income": random.uniform(0, 100, rows).tolist(), "sex": sex}, by={"sex": sex})


# ── noise ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_noise_flips_as_often_as_it_should() -> None:
    """A linear rule under normal noise flips with the probability that the integral gives: 2 s φ-mean / range."""
    base = look(Rule(line), uniform(20_000))
    for scale in (0.05, 0.2):
        trial = noise(base, scale=scale, seed=1)
        spread = scale * base.inputs["income"].std()
        exact = 2 * spread / np.sqrt(2 * np.pi) / 100  # the mean of |noise| over the range, for incomes that are uniform
        (rate,) = [one for one in summarise([trial], uniform(20_000)).rates if one.metric == "flip_rate" and not one.group]
        assert isinstance(rate.estimate, Known)
        assert rate.estimate.low <= exact <= rate.estimate.high
        assert not (trial.marks["gain_rate"] & trial.marks["loss_rate"]).any()


def test_noise_stays_possible_and_follows_the_seed() -> None:
    """Whole numbers stay whole, the range is kept, missing stays missing; the same seed gives the same trial."""
    seen: list[Any] = []
    rows = Inputs.of({"age": [20, 30, 40, None] * 50, "height": [1.5, 1.6, None, 1.9] * 50})
    base = look(Rule(lambda c: (seen.append(c), np.full(200, 0.5))[1]), rows)
    one, two, other = noise(base, scale=2, seed=1), noise(base, scale=2, seed=1), noise(base, scale=2, seed=2)
    changed = seen[1]
    held = ~np.isnan(rows["age"])
    assert np.array_equal(np.isnan(changed["age"]), ~held)
    assert np.array_equal(changed["age"][held], np.round(changed["age"][held]))
    assert changed["age"][held].min() >= 20
    assert changed["age"][held].max() <= 40
    assert (changed["height"] != rows["height"]).any()
    for name in rows:
        assert np.array_equal(seen[1][name], seen[2][name], equal_nan=True)
        assert not np.array_equal(seen[1][name], seen[3][name], equal_nan=True)
    assert (one.name, two.name, other.name) == ("noise=2",) * 3


def test_noise_needs_numbers() -> None:
    """Words get no noise."""
    base = look(Rule(lambda c: np.zeros(2)), Inputs.of({"job": ["a", "b"]}))
    for columns in (None, ["job"]):
        with pytest.raises(TableError):
            noise(base, scale=0.1, seed=1, columns=columns)


# ── swapped, missing, out of range ───────────────────────────────────────────────────────────────────────────────────


def test_a_planted_penalty_is_counted_exactly() -> None:
    """A rule that takes ten points off women: exactly those women between 50 and 60 gain, the men between 50 and 60 lose."""
    rule = Rule(lambda c: np.clip((c["income"] - 10 * (c["sex"] == "women")) / 100, 0, 1))
    rows = uniform(4000)
    found = summarise([swapped(look(rule, rows), "sex")], rows, references={"sex": "men"})
    between = (rows["income"] >= 50) & (rows["income"] < 60)
    women = rows["sex"] == "women"
    counted = {(one.metric, one.group.get("sex")): one.happened for one in found.rates}
    assert counted["gain_rate", "women"] == (between & women).sum()
    assert counted["loss_rate", "men"] == (between & ~women).sum()
    assert counted["loss_rate", "women"] == counted["gain_rate", "men"] == 0
    (gap,) = [one for one in found.gaps if one.metric == "gain_rate"]
    assert (dict(gap.group), dict(gap.reference)) == ({"sex": "women"}, {"sex": "men"})
    assert isinstance(gap.estimate, Known)
    assert gap.estimate.low > 0.05
    assert gap.estimate.method == "miettinen-nurminen"


def test_a_swap_of_three_values_marks_any_turn() -> None:
    """With three values a row is marked when any of the other two turns it."""
    rows = Inputs.of({"group": ["a", "b", "c", None]})
    rule = Rule(lambda c: np.array([0.9 if v == "c" else 0.1 for v in c["group"]]))
    trial = swapped(look(rule, rows), "group")
    assert trial.concerned.tolist() == [True, True, True, False]
    assert trial.marks["gain_rate"].tolist()[:3] == [True, True, False]
    assert trial.marks["loss_rate"].tolist()[:3] == [False, False, True]
    for values in (["a"] * 4, [str(i) for i in range(40)]):
        wrong = Inputs.of({"group": values})
        with pytest.raises(TableError, match="values"):
            swapped(look(Rule(lambda c: np.zeros(len(c["group"]))), wrong), "group")


def test_an_attribute_coded_in_numbers_is_swapped_too() -> None:
    """0 and 1 are values like others."""
    rows = Inputs.of({"male": [0, 1, 1, 0]})
    trial = swapped(look(Rule(lambda c: c["male"]), rows), "male")
    assert trial.marks["gain_rate"].tolist() == [True, False, False, True]


def test_missing_values_concern_only_rows_that_have_one() -> None:
    """A rule that refuses whoever has no income: all with a yes lose it; rows without the value do not count."""
    rule = Rule(lambda c: np.nan_to_num(c["income"]) / 100)
    rows = Inputs.of({"income": [90, 10, None, 60]})
    trial = missing_values(look(rule, rows), "income")
    assert trial.concerned.tolist() == [True, True, False, True]
    assert trial.marks["loss_rate"].tolist() == [True, False, False, True]


def test_out_of_range_goes_both_ways() -> None:
    """Numbers go to one range above and below; words to one that no row holds."""
    rows = Inputs.of({"income": [10.0, 60.0], "job": ["clerk", "cook"]})
    seen: list[Columns] = []
    base = look(Rule(lambda c: (seen.append(c), np.clip(c["income"] / 100, 0, 1))[1]), rows)
    high, low = out_of_range(base, "income")
    assert [call["income"].tolist() for call in seen[1:]] == [[110, 110], [-40, -40]]
    assert (high.marks["gain_rate"].tolist(), low.marks["loss_rate"].tolist()) == ([True, False], [False, True])
    one = look(Rule(line), Inputs.of({"income": [40.0, 40.0]}))
    assert out_of_range(one, "income")[0].marks["gain_rate"].all()
    with pytest.raises(TableError, match="empty"):
        out_of_range(look(Rule(lambda c: np.zeros(2)), Inputs.of({"income": [None, None]})), "income")
    (unseen,) = out_of_range(base, "job")
    assert unseen.name == "out-of-range=job&unseen"
    assert not set(seen[-1]["job"]) & {"clerk", "cook"}


def test_a_refusal_is_unknown_and_a_hang_an_error() -> None:
    """A predictor that refuses a missing value gives an unknown with its reason; one that hangs is never passed over."""

    def strict(columns: Columns) -> Any:
        if np.isnan(columns["income"]).any():
            raise InputError("no income")
        return line(columns)

    def slow(columns: Columns) -> Any:
        if np.isnan(columns["income"]).any():
            raise LimitError("too slow")
        return line(columns)

    rows = uniform(100)
    found = summarise([missing_values(look(Rule(strict), rows), "income")], rows)
    assert {one.estimate for one in found.rates if not one.group} == {Unknown(reason=REFUSED, n=100)}
    assert all(isinstance(one.estimate, Unknown) for one in (*found.gaps, *found.shifts))
    with pytest.raises(LimitError):
        missing_values(look(Rule(slow), rows), "income")


# ── repeatability ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_repeatability() -> None:
    """A pure rule repeats; one that rolls dice does not; one that looks at the neighbours fails when rows are reordered."""
    rows = uniform(500)
    random = np.random.default_rng(0)

    def events(rule: Callable[[Columns], Any]) -> tuple[int, int]:
        base = look(Rule(rule), rows)
        return tuple(int(t.marks["score_change_rate"].sum()) for t in (repeated(base), reordered(base, seed=1)))  # type: ignore[return-value]  # two trials

    assert events(line) == (0, 0)
    dice = events(lambda c: random.uniform(0, 1, len(c["income"])))
    assert min(dice) > 400
    repeats, moves = events(lambda c: np.argsort(np.argsort(c["income"] * 0 + np.arange(500))) / 500)
    assert repeats == 0
    assert moves > 400


# ── expectations ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_monotonic_violations_are_found_where_they_were_planted() -> None:
    """A rule that falls above 80 breaks the expectation for groups it applies to, and for nobody else."""

    def rule(columns: Columns) -> Any:
        fallen = (columns["income"] > 80) & (columns["sex"] == "women")
        return np.where(fallen, 0.3, columns["income"] / 100)

    rows = uniform(1000)
    trial = monotonic(look(Rule(rule), rows), "income", direction="up")
    assert np.array_equal(trial.marks["violation_rate"], rows["sex"] == "women")
    assert trial.shift is not None
    assert trial.shift[rows["sex"] == "women"].max() < -0.3
    straight = look(Rule(line), rows)
    assert not monotonic(straight, "income", direction="up").marks["violation_rate"].any()
    assert monotonic(straight, "income", direction="down").marks["violation_rate"].all()


def test_monotonic_agrees_with_brute_force() -> None:
    """On random rules over few values the marks are those of looking at every pair of values."""
    random = np.random.default_rng(7)
    for _ in range(30):
        values = np.sort(random.choice(100, 6, replace=False)).astype(float)
        table = random.uniform(0, 1, (2, 6)).round(1)
        if random.random() < 0.4:
            table = np.sort(table, axis=1)
        kind, place = random.integers(0, 2, 60), random.integers(0, 6, 60)
        rows = Inputs.of({"v": values[place].tolist(), "kind": kind.tolist()})

        def rule(columns: Columns, values: Any = values, table: Any = table) -> Any:
            return table[columns["kind"].astype(int), np.searchsorted(values, columns["v"])]

        found = monotonic(look(Rule(rule), rows), "v", direction="up", steps=200).marks["violation_rate"]
        held = sorted(set(place.tolist()))
        falls = [max(table[k, i] - table[k, j] for i in held for j in held if i <= j) > 1e-6 for k in (0, 1)]
        assert found.tolist() == [falls[k] for k in kind]


def test_a_dip_at_a_rows_own_value_is_seen() -> None:
    """A rule that dips only at a value outside the grid is caught in the row that holds it."""
    rows = Inputs.of({"v": [0.0] * 40 + [1.0] * 40 + [0.5]})
    rule = Rule(lambda c: np.where(c["v"] == 0.5, 0.0, 0.5))
    found = monotonic(look(rule, rows), "v", direction="up", steps=2).marks["violation_rate"]
    assert found.tolist() == [False] * 80 + [True]


def test_metamorphic_expectations() -> None:
    """Set, add and multiply; the same, not lower, not higher; only where declared; with a tolerance."""
    rows = Inputs.of({"income": [10, 40, 60, None], "job": ["cook", "clerk", "cook", "cook"]})
    rule = Rule(lambda c: np.clip(np.nan_to_num(c["income"]) / 100 + 0.05 * (c["job"] == "clerk"), 0, 1))
    base = look(rule, rows)

    def broken(expect: Any, *changes: Change, **more: Any) -> list[bool]:
        trial = expected(base, Expectation(name="e", changes=changes, expect=expect, **more))
        return (trial.marks["violation_rate"] & trial.concerned).tolist()

    clerk, raised = Change(column="job", kind="set", value="clerk"), Change(column="income", kind="add", value=20)
    assert broken("same", clerk) == [True, False, True, True]
    assert broken("same", clerk, tolerance=0.06) == [False] * 4
    assert broken("not-lower", clerk) == [False] * 4
    assert broken("not-higher", raised) == [True, True, True, False]
    assert broken("not-higher", raised, where={"job": "clerk"}) == [False, True, False, False]
    assert broken("not-lower", Change(column="income", kind="times", value=0.5)) == [True, True, True, False]
    turned = expected(base, Expectation(name="e", changes=(raised,), expect="not-higher")).marks["decision_violation_rate"]
    assert turned.tolist() == [False, True, False, False]


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (Change(column="job", kind="add", value=1), {}),
        (Change(column="job", kind="add", value="x"), {}),
        (Change(column="income", kind="set", value="rich"), {}),
        (Change(column="nothing", kind="set", value=1), {}),
        (Change(column="income", kind="add", value=1), {"job": "king"}),
    ],
)
def test_expectations_that_do_not_fit(change: Change, where: dict[str, str | float]) -> None:
    """Words cannot be raised, numbers not set to words, no row must not look like no violation."""
    base = look(Rule(line), Inputs.of({"income": [1.0], "job": ["cook"]}))
    with pytest.raises(TableError):
        expected(base, Expectation(name="e", changes=(change,), expect="same", where=where))


# ── intervals, gaps, observations ────────────────────────────────────────────────────────────────────────────────────


def test_no_gap_is_claimed_on_noise() -> None:
    """Groups made by a coin: of 100 runs with 9 gaps each, at most 5 of 100 show any interval without zero (expected: 5 %)."""
    alarms = 0
    for seed in range(100):
        rows = uniform(600, seed)
        random = np.random.default_rng(seed + 1000)
        coin = random.choice(list("abcd"), 600).tolist()
        rows = Inputs.of({"income": rows["income"].tolist()}, by={"coin": coin})
        found = summarise([noise(look(Rule(line), rows), scale=0.3, seed=seed)], rows)
        assert found.comparisons == len(found.gaps) == 9
        alarms += any(isinstance(one.estimate, Known) and one.estimate.low * one.estimate.high > 0 for one in found.gaps)
    assert alarms <= 9  # 99.9 % of the time when the true share is 5 % or less


def test_primary_intervals_hold_together_and_small_ones_are_exact() -> None:
    """A primary family gets the level the plan asks for, and Clopper and Pearson under 100 rows."""
    from scipy.stats import beta

    rows = Inputs.of({"income": list(range(0, 100, 2))})
    trial = noise(look(Rule(line), rows), scale=0.5, seed=3)
    found = summarise([trial], rows, family="primary", comparisons=10)
    rate = found.rates[0]
    assert isinstance(rate.estimate, Known)
    assert rate.estimate.method == "clopper-pearson"
    tail = 0.05 / 10 / 2
    assert rate.estimate.low == pytest.approx(beta.ppf(tail, rate.happened, rate.n - rate.happened + 1), abs=1e-9)
    assert rate.estimate.high == pytest.approx(beta.ppf(1 - tail, rate.happened + 1, rate.n - rate.happened), abs=1e-9)
    assert {one.comparisons for one in observe_robustness(found, family="primary")} == {10}


def test_observations() -> None:
    """Ids are unique and say what was done to whom; unknown groups are counted and never the reference; no verdict."""
    rows = uniform(300)
    mixed = Inputs.of(
        {name: rows[name].tolist() for name in rows}, by={"sex": [None if i % 10 == 0 else v for i, v in enumerate(rows["sex"])]}
    )
    base = look(Rule(line), mixed)
    trials = [noise(base, scale=0.1, seed=1), swapped(base, "sex"), repeated(base), monotonic(base, "income", direction="up")]
    seen = observe_robustness(summarise(trials, mixed, references={"sex": "men"}), inputs=("abc",))
    ids = [one.id for one in seen]
    assert len(set(ids)) == len(ids)
    for wanted in (
        "flip_rate:noise=0.1",
        "flip_rate:noise=0.1@sex=",
        "gain_rate:swap=sex@sex=women",
        "gain_rate:swap=sex@sex=women~men:difference",
        "score_shift:swap=sex",
        "score_change_rate:repeat",
        "violation_rate:monotonic=income&up",
    ):
        assert wanted in ids
    assert not [one for one in seen if one.reference and None in one.reference.values()]
    assert {one.inputs for one in seen} == {("abc",)}
    assert {one.family for one in seen} == {"exploratory"}


def test_bad_groups_are_refused() -> None:
    """A reference that no row holds, and a name for a group."""
    rows = uniform(300)
    trial = repeated(look(Rule(line), rows))
    with pytest.raises(TableError, match="reference 'others'"):
        summarise([trial], rows, references={"sex": "others"})
    names = Inputs.of({"income": rows["income"].tolist()}, by={"name": [str(i) for i in range(300)]})
    with pytest.raises(TableError, match="300 groups"):
        summarise([trial], names)


def test_a_real_model_end_to_end(shared: Path, tmp_path: Path) -> None:
    """Law school: a logistic regression in ONNX, tried through its process; its own coefficients say what must come out."""
    from skl2onnx import to_onnx
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    names = ["lsat", "ugpa", "fam_inc", "male"]
    with open_table(shared / "data" / "audit" / "law_school_clean.csv") as table:
        rows = read_inputs(table, names, by=attributes(["race"], []), label="pass_bar", most=1500, seed=1)
    matrix = np.column_stack([rows[name] for name in names]).astype(np.float32)
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(matrix, rows.label)
    (tmp_path / "law.onnx").write_bytes(to_onnx(model, matrix).SerializeToString())
    with open_predictor("law.onnx", columns=names, folder=tmp_path) as predictor:
        base = look(predictor, rows, threshold=0.9)
        trials = {
            t.name: t for t in (repeated(base), reordered(base, seed=1), swapped(base, "male"), noise(base, scale=0.1, seed=1))
        }
        ways = {way: monotonic(base, "lsat", direction=way) for way in ("up", "down")}  # type: ignore[arg-type]  # the two literals
        gone = missing_values(base, "ugpa")
    assert not trials["repeat"].marks["score_change_rate"].any()
    assert not trials["reorder"].marks["flip_rate"].any()
    assert not ways["up"].marks["violation_rate"].any()
    assert ways["down"].marks["violation_rate"].all()
    other = matrix.copy()
    other[:, 3] = 1 - other[:, 3]
    flipped = (model.predict_proba(matrix)[:, 1] >= 0.9) != (model.predict_proba(other)[:, 1] >= 0.9)
    assert (trials["swap=male"].marks["flip_rate"] == flipped).mean() > 0.998  # 32 against 64 bits at the threshold
    assert gone.refused == REFUSED
    assert isinstance(base, Baseline)
