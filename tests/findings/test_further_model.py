"""A plan that asks a model: robustness and explanation end to end, from each kind of model; and models that fail."""

from __future__ import annotations

import csv
import hashlib
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from further_plans import EXAMPLES, TABLE, Command, assessed, observed, refused, serving, written

from plumbrule.report import phrases

BANK = """
import os, time
import numpy as np
def approve(columns):
    x = columns["income"]
    {body}
"""
FUNCTION = """
[predictor]
model = "bank:approve"
version = "1"
columns = ["income", "sex"]
"""
LINEAR = "return np.clip(x / 100 + 0.1 * (columns['sex'] == 'men'), 0, 1)"


def table(folder: Path, rows: int = 120) -> None:
    """Row n (from 1) has income n - 1; men and women in turn."""
    lines = ["approved,sex,income", *(f"{int(i % 100 >= 50)},{'women' if i % 2 else 'men'},{i % 100}" for i in range(rows))]
    (folder / "decisions.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def bank(folder: Path, body: str = LINEAR) -> None:
    """The function `bank:approve` beside the plan."""
    (folder / "bank.py").write_text(BANK.format(body=body), encoding="utf-8")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with a table and a function."""
    table(tmp_path)
    bank(tmp_path)
    return tmp_path


def test_the_example_runs_and_finds_its_fault(cli: Command, tmp_path: Path) -> None:
    """examples/model: the planted advantage of men is found, nothing is left beside the plan, the dossier shows it."""
    before = sorted(path.name for path in (EXAMPLES / "model").iterdir() if path.name != "__pycache__")
    ran = cli("assess", EXAMPLES / "model" / "assessment.toml", "--out", tmp_path / "out", "--lang", "zh")
    assert ran.code == 3, ran.stderr
    assert sorted(path.name for path in (EXAMPLES / "model").iterdir() if path.name != "__pycache__") == before
    assessment = json.loads((tmp_path / "out" / "assessment.json").read_bytes())
    seen = observed(assessment, "robustness")
    assert seen["gain_rate:swap=sex@sex=women"]["estimate"]["low"] > 0
    assert seen["gain_rate:swap=sex@sex=men"]["estimate"]["value"] == 0
    assert seen["violation_rate:monotonic=income&up"]["estimate"]["value"] == 0
    assert seen["model_tested"]["estimate"]["text"] == "bank:approve, 3 of 2026-03-01"
    assert seen["score_shift:swap=sex"]["measure"] == "number"
    explained = observed(assessment, "explanation")
    assert explained["counterfactual_cost:refused@sex=women"]["measure"] == "number"
    assert explained["permutation_importance:income&accuracy"]["estimate"]["low"] > 0
    watched = observed(assessment, "watch")
    evidence = {id_: one["estimate"]["value"] for id_, one in watched.items() if id_.startswith("change_evidence:")}
    assert max(evidence, key=lambda id_: evidence[id_]) == "change_evidence:income@2026-06"
    for one in (*seen.values(), *explained.values(), *watched.values()):
        assert one["metric"] in phrases.METRICS
        assert one["estimate"].get("method", "wilson") in phrases.METHODS
    dossier = (tmp_path / "out" / "dossier.html").read_text(encoding="utf-8")
    assert 'id="further-robustness"' in dossier
    assert 'id="further-watch"' in dossier


def test_every_trial_that_a_plan_may_ask(here: Command, place: Path) -> None:
    """Each key of [robustness] gives the observations that its page names, and the figures follow from the function."""
    keys = """
[robustness]
noise = [0.1, 0.5]
noise_columns = ["income"]
missing = ["sex"]
out_of_range = ["income"]
swap = ["sex"]
repeat = true
reorder = true
monotonic = {income = "down"}
[[robustness.expect]]
name = "men"
set = {sex = "men"}
score = "not-lower"
[[robustness.expect]]
name = "half"
times = {income = 0.5}
where = {sex = "women"}
score = "same"
within = 0.1
"""
    seen = observed(assessed(here, written(place, TABLE, FUNCTION, keys)), "robustness")
    value = {id_: one["estimate"].get("value") for id_, one in seen.items()}
    incomes = np.arange(120) % 100
    women = np.arange(120) % 2 == 1
    score = np.clip(incomes / 100 + 0.1 * ~women, 0, 1)
    swapped = np.clip(incomes / 100 + 0.1 * women, 0, 1)
    assert value["flip_rate:swap=sex"] == pytest.approx(np.mean((score >= 0.5) != (swapped >= 0.5)))
    lost = np.clip(incomes / 100, 0, 1)
    assert value["loss_rate:missing=sex"] == pytest.approx(np.mean((score >= 0.5) & (lost < 0.5)))
    assert value["flip_rate:out-of-range=income&high@sex=women"] == pytest.approx(np.mean(score[women] < 0.5))
    assert value["violation_rate:monotonic=income&down"] == 1
    assert value["violation_rate:expect=men"] == 0
    assert value["violation_rate:expect=half"] == pytest.approx(np.mean(incomes[women] / 200 > 0.1 + 1e-9), abs=0.02)
    assert value["score_change_rate:repeat"] == value["flip_rate:reorder"] == 0
    assert value["flip_rate:noise=0.5&income"] > value["flip_rate:noise=0.1&income"]
    assert {one["group"].get("sex") for one in seen.values() if one["reference"]} == {"women"}


def test_reasons_of_rows_by_their_number(here: Command, place: Path) -> None:
    """Shapley values of a row that was not drawn: for a sum of columns each is its own part less the average of all."""
    keys = "rows = 40\n[explanation.reasons]\nrows = [117, 3]\nbackground = 30\n"
    (place / "bank.py").write_text(BANK.format(body="return x / 1000 + 0.1 * (columns['sex'] == 'men')"), encoding="utf-8")
    seen = observed(assessed(here, written(place, TABLE, FUNCTION, keys)), "explanation")
    rows = {id_ for id_ in seen if id_.startswith("shap_value")}
    assert rows == {f"shap_value:row={row}&{column}" for row in (117, 3) for column in ("income", "sex")}
    reason = seen["shap_value:row=117&sex"]
    assert reason["measure"] == "number"
    assert 0.02 < reason["estimate"]["value"] < 0.08  # 0.1 less the share of men in the background, times 0.1
    assert seen["model_tested"]["estimate"]["text"] == "bank:approve, 1"


def test_stability_and_counterfactuals(here: Command, place: Path) -> None:
    """Rules are kept: with both columns fixed nothing turns a decision; with income free everybody finds an answer."""
    free = '[explanation.stability]\nrows = 30\n[explanation.counterfactual]\nimmutable = ["sex"]\ndirections = {income = "up"}\n'
    seen = observed(assessed(here, written(place, TABLE, FUNCTION, free)), "explanation")
    assert seen["counterfactual_rate:refused"]["estimate"]["value"] == 1
    assert seen["counterfactual_cost:refused"]["estimate"]["state"] == "known"
    assert seen["explanation_rank_correlation:noise=0.05"]["measure"] == "number"
    fixed = '[explanation.counterfactual]\nimmutable = ["sex", "income"]\n'
    seen = observed(assessed(here, written(place, TABLE, FUNCTION, fixed)), "explanation")
    assert seen["counterfactual_rate:refused"]["estimate"]["value"] == 0
    assert seen["counterfactual_cost:refused"]["estimate"]["state"] == "unknown"


def test_a_check_judges_what_a_model_does(here: Command, place: Path) -> None:
    """A limit on flips: judged, exit code 1; and what else is asked never changes the interval that is judged."""
    check = '[[check]]\nrequirement = "reliability"\nobservation = "flip_rate:swap=sex"\nat_most = 0.01\nsource = "this test"\n'
    few = assessed(here, written(place, TABLE, FUNCTION, '[robustness]\nswap = ["sex"]\n', check), code=(1,))
    more = '[robustness]\nswap = ["sex"]\nnoise = [0.1, 0.2]\nmissing = ["income"]\nrepeat = true\n'
    many = assessed(here, written(place, TABLE, FUNCTION, more, check), code=(1,))
    one, other = (observed(found, "robustness")["flip_rate:swap=sex"] for found in (few, many))
    assert one["family"] == "primary"
    assert one["estimate"] == other["estimate"]


def test_a_check_asks_the_model_no_second_time(here: Command, place: Path) -> None:
    """A model that rolls dice and writes down how often it was asked: as often with a check as without; one set of answers."""
    dice = "open(r'{place}', 'a').write(f'{len(x)}\\n')\n    return np.random.default_rng().integers(0, 2, len(x)).astype(float)"
    log = place.parent / f"{place.name}.log"
    bank(place, dice.replace("{place}", str(log)))
    asks = '[robustness]\nswap = ["sex"]\nrepeat = true\n[explanation.importance]\nof = ["decision"]\nrepeats = 2\n'
    check = '[[check]]\nrequirement = "reliability"\nobservation = "{id}"\nat_most = 0.01\nsource = "this test"\n'
    checks = "".join(
        check.replace("{id}", name)
        for name in ("flip_rate:repeat", "score_change_rate:repeat", "permutation_importance:income&decision")
    )
    asked = []
    for more in ("", checks):
        found = assessed(here, written(place, TABLE, FUNCTION, asks, more))
        asked.append(log.read_text(encoding="utf-8").split())
        log.unlink()
    assert asked[0] == asked[1]
    seen = observed(found, "robustness")
    flips, changes = seen["flip_rate:repeat"]["estimate"], seen["score_change_rate:repeat"]["estimate"]
    assert flips["value"] == changes["value"] > 0.2
    assert seen["flip_rate:repeat"]["family"] == "primary"


# ── every kind of model ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def adult(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three thousand people of Adult with a logistic regression, as ONNX and as skops."""
    import skops.io
    from skl2onnx import to_onnx
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    folder = tmp_path_factory.mktemp("adult")
    with (shared / "data" / "audit" / "adult" / "adult.data").open(encoding="utf-8") as stream:
        rows = [[field.strip() for field in row] for row in csv.reader(stream) if len(row) == 15][:3000]
    lines = [f"{row[0]},{row[4]},{row[12]},{row[9]},{int(row[14] == '>50K')}" for row in rows]
    (folder / "decisions.csv").write_text("age,education,hours,sex,approved\n" + "\n".join(lines) + "\n", encoding="utf-8")
    matrix = np.array([[float(row[place]) for place in (0, 4, 12)] for row in rows])
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(matrix, [int(row[14] == ">50K") for row in rows])
    (folder / "model.onnx").write_bytes(to_onnx(model, matrix[:1].astype(np.float32)).SerializeToString())
    skops.io.dump(model, folder / "model.skops")
    return folder


PEOPLE = TABLE.replace('"women"', '"Female"').replace('"men"', '"Male"')


def predictor(model: str, extra: str = "") -> str:
    """[predictor] for Adult."""
    return f'[predictor]\nmodel = "{model}"\ncolumns = ["age", "education", "hours"]\n{extra}\n'


@pytest.mark.shared
def test_onnx_skops_and_a_service_give_the_same(here: Command, adult: Path) -> None:
    """One regression through three doors; scikit-learn itself is the oracle; files by digest, the service by its version."""
    import skops.io

    model = skops.io.load(adult / "model.skops")

    def answer(records: Any) -> tuple[int, Any]:
        rows = np.array([[one["age"], one["education"], one["hours"]] for one in records], float)
        return 200, model.predict_proba(rows)[:, 1].tolist()

    keys = '[robustness]\nout_of_range = ["age"]\nmonotonic = {education = "up"}\n'
    found = {}
    with serving(answer) as url:
        for name, extra in (("model.onnx", ""), ("model.skops", ""), (url, 'version = "of today"')):
            plan = written(adult, PEOPLE, predictor(name, extra), keys)
            assessment = assessed(here, plan)
            found[name] = observed(assessment, "robustness")
            digests = {one["name"]: one["sha256"] for one in assessment["materials"]}
            if name != url:
                assert digests[name] == hashlib.sha256((adult / name).read_bytes()).hexdigest()
                assert digests[name] in found[name]["flip_rate:out-of-range=age&high"]["inputs"]
            else:
                assert found[name]["model_tested"]["estimate"]["text"].endswith("of today")
                assert set(digests) == {"decisions.csv"}
    with (adult / "decisions.csv").open(encoding="utf-8") as stream:
        rows = np.array([[float(one[name]) for name in ("age", "education", "hours")] for one in csv.DictReader(stream)])
    old = rows.copy()
    old[:, 0] = 2 * rows[:, 0].max() - rows[:, 0].min()
    flips = np.mean((model.predict_proba(rows)[:, 1] >= 0.5) != (model.predict_proba(old)[:, 1] >= 0.5))
    for seen in found.values():
        assert seen["flip_rate:out-of-range=age&high"]["estimate"]["value"] == pytest.approx(flips, abs=2e-3)
        assert seen["violation_rate:monotonic=education&up"]["estimate"]["value"] == 0


# ── models that fail ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("if (x == 16).any(): raise KeyError('no such job')\n    return x * 0", "Row 17: bank:approve gave no answer: KeyError"),
        ("while (x == 5).any(): time.sleep(0.1)\n    return x * 0", "Row 6: bank:approve gave no answer in 0.4 seconds"),
        ("return np.zeros((len(x), 2))", "Row 1: bank:approve answered with an array of shape (1, 2)"),
        ("return np.where(x == 7, np.nan, 0)", "Row 8: the predictor answered nan"),
        ("if (x == 2).any(): os._exit(3)\n    return x * 0", "Row 3: bank:approve broke off"),
    ],
)
def test_a_function_that_fails_is_named_with_its_row(here: Command, place: Path, body: str, words: str) -> None:
    """Throws, hangs, gives the wrong shape, NaN, or dies: exit 2, the row and the key, nothing written."""
    table(place, rows=40)
    bank(place, body)
    limit = "seconds = 0.4\n" if "0.4 seconds" in words else ""
    said = refused(here, written(place, TABLE, FUNCTION, limit, "[robustness]\nrepeat = true\n"))
    assert words in said
    assert "[predictor]" in said


def test_one_that_hangs_only_on_a_changed_row(here: Command, place: Path) -> None:
    """A hang is an error whenever it comes; a model that throws at a changed row gives an unknown with that reason."""
    bank(place, "while np.isnan(x).any(): time.sleep(1)\n    return x / 100")
    keys = "seconds = 0.4\n[robustness]\nmissing = ['income']\n"
    assert "gave no answer in 0.4 seconds" in refused(here, written(place, TABLE, FUNCTION, keys))
    bank(place, "assert not np.isnan(x).any()\n    return x / 100")
    seen = observed(assessed(here, written(place, TABLE, FUNCTION, keys)), "robustness")
    assert seen["flip_rate:missing=income"]["estimate"]["reason"] == "the model gave no answer for a row that was changed"


@pytest.mark.shared
@pytest.mark.parametrize(
    ("model", "columns", "extra", "words"),
    [
        ("model.onnx", '["age", "hours"]', "", "of 3 columns"),
        ("model.onnx", '["age", "education", "hours"]', 'output = "x"', "no output 'x'"),
        ("broken.onnx", '["age"]', "", "cannot be loaded"),
        ("model.skops", '["age", "sex", "hours"]', "", "Row 1"),
        ("broken.skops", '["age"]', "", "no skops file"),
        ("model.pkl", '["age"]', 'version = "1"', "is a pickle"),
        ("absent.onnx", '["age"]', "", "There is no file"),
    ],
)
def test_files_that_do_not_fit(
    here: Command, adult: Path, tmp_path: Path, model: str, columns: str, extra: str, words: str
) -> None:
    """Too few columns, an output that is not there, damaged files, words for numbers, pickles: exit 2, each in a sentence."""
    for name in ("decisions.csv", "model.onnx", "model.skops"):
        (tmp_path / name).write_bytes((adult / name).read_bytes())
    for name in ("broken.onnx", "broken.skops"):
        (tmp_path / name).write_bytes((adult / "model.onnx").read_bytes()[:200])
    keys = f'[predictor]\nmodel = "{model}"\ncolumns = {columns}\n{extra}\n[robustness]\nrepeat = true\n'
    assert words in refused(here, written(tmp_path, PEOPLE, keys))


def _slow() -> tuple[int, Any]:
    """An answer that comes too late."""
    time.sleep(1.2)
    return 200, []


def graph(folder: Path, *, hangs: bool) -> None:
    """An ONNX model of one matrix that never ends (a loop of 2^62 steps), or gives one number for all rows."""
    from onnx import TensorProto, helper

    matrix = helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, 2])
    nodes, values, shape = [], "x", [None] if hangs else []
    if hangs:
        info = [("i", TensorProto.INT64, []), ("go", TensorProto.BOOL, []), ("v", TensorProto.FLOAT, None)]
        said = [("on", TensorProto.BOOL, []), ("w", TensorProto.FLOAT, None)]
        body = helper.make_graph(
            [helper.make_node("Identity", ["go"], ["on"]), helper.make_node("Abs", ["v"], ["w"])],
            "body",
            [helper.make_tensor_value_info(*one) for one in info],
            [helper.make_tensor_value_info(*one) for one in said],
        )
        often = helper.make_tensor("m", TensorProto.INT64, [], [2**62])
        yes = helper.make_tensor("yes", TensorProto.BOOL, [], [True])
        nodes = [
            helper.make_node("Constant", [], ["m"], value=often),
            helper.make_node("Constant", [], ["yes"], value=yes),
            helper.make_node("Loop", ["m", "yes", "x"], ["looped"], body=body),
        ]
        values = "looped"
    axes = {"axes": [1]} if hangs else {}
    nodes.append(helper.make_node("ReduceMean", [values], ["score"], keepdims=0, **axes))
    output = helper.make_tensor_value_info("score", TensorProto.FLOAT, shape)
    model = helper.make_model(
        helper.make_graph(nodes, "toy", [matrix], [output]), opset_imports=[helper.make_opsetid("", 13)], ir_version=8
    )
    (folder / "toy.onnx").write_bytes(model.SerializeToString())


@pytest.mark.parametrize(
    ("hangs", "words"),
    [(True, "Row 1: toy.onnx gave no answer in 0.4 seconds"), (False, "Row 1: toy.onnx answered with an array")],
)
def test_an_onnx_model_that_fails(here: Command, place: Path, hangs: bool, words: str) -> None:
    """A graph that never ends, and one that gives a single number for all rows: exit 2, the row named."""
    table(place, rows=20)
    graph(place, hangs=hangs)
    limit = "seconds = 0.4\n" if hangs else ""
    keys = f'[predictor]\nmodel = "toy.onnx"\ncolumns = ["income", "half"]\n{limit}[robustness]\nrepeat = true\n'
    twice = TABLE.replace("more_rows", 'query = "select *, income::int / 2 as half from decisions"\nmore_rows')
    assert words in refused(here, written(place, twice, keys))


@pytest.mark.shared
def test_a_skops_model_that_throws_on_a_row(here: Command, adult: Path, tmp_path: Path) -> None:
    """scikit-learn refuses a missing value: the row that has it is named."""
    lines = (adult / "decisions.csv").read_text(encoding="utf-8").splitlines()
    lines[41] = "," + lines[41].partition(",")[2]
    (tmp_path / "decisions.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (tmp_path / "model.skops").write_bytes((adult / "model.skops").read_bytes())
    said = refused(here, written(tmp_path, PEOPLE, predictor("model.skops"), "[robustness]\nrepeat = true\n"))
    assert "Row 41: model.skops gave no answer: ValueError" in said


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda _: (500, {}), "status 500"),
        (lambda records: (200, [0.5] * (len(records) + 1)), "shape"),
        (lambda records: (200, ["yes"] * len(records)), "something else than numbers"),
        (lambda records: (200, [2.0 if one["income"] == 9 else 0.5 for one in records]), "Row 10: the predictor answered 2"),
        (lambda _: _slow(), "gave no answer in 0.4 seconds"),
    ],
)
def test_a_service_that_fails(here: Command, place: Path, answer: Any, words: str) -> None:
    """Errors, too many answers, words, numbers out of range, silence: exit 2."""
    table(place, rows=20)
    with serving(answer) as url:
        limit = "seconds = 0.4\n" if "0.4 seconds" in words else ""
        keys = f'[predictor]\nmodel = "{url}/score"\nversion = "1"\ncolumns = ["income", "sex"]\n{limit}'
        assert words in refused(here, written(place, TABLE, keys, "[robustness]\nrepeat = true\n"))


# ── plans that cannot be ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        (("[robustness]\nrepeat = true\n",), "names no model"),
        ((FUNCTION, "[robustness]\n"), "[robustness] asks for nothing"),
        ((FUNCTION, "[explanation]\n"), "[explanation] asks for nothing"),
        ((FUNCTION.replace('version = "1"\n', ""), "[robustness]\nrepeat = true\n"), "no version"),
        ((FUNCTION.replace("bank:approve", "http://127.0.0.1:9/?key=s3cret"), "[robustness]\nrepeat = true\n"), "question mark"),
        ((FUNCTION, "threshold = 3.0\n[robustness]\nrepeat = true\n"), "threshold"),
        ((FUNCTION, "[robustness]\nswop = ['sex']\n"), "Did you mean 'swap'"),
        ((FUNCTION, "[robustness]\nswap = ['race']\n"), "no column 'race'"),
        ((FUNCTION, "[robustness]\nmonotonic = {sex = 'up'}\n"), "[robustness]: Column 'sex' holds words"),
        ((FUNCTION, "[[robustness.expect]]\nname = 'a'\nscore = 'same'\n"), "changes nothing"),
        (
            (FUNCTION, "[[robustness.expect]]\nname = 'a'\nscore = 'same'\nset = {income = 1}\nadd = {income = 1}\n"),
            "a column twice",
        ),
        ((FUNCTION, "[explanation.importance]\nof = ['accuracy']\n"), "needs a label"),
        ((FUNCTION, "[explanation.reasons]\nrows = [999]\n"), "There is no row 999"),
        ((FUNCTION, "[explanation.counterfactual]\nimmutable = ['race']\n"), "[explanation.counterfactual]: The predictor gets"),
    ],
)
def test_plans_that_cannot_be(here: Command, place: Path, parts: tuple[str, ...], words: str) -> None:
    """What is missing, misspelt, out of range or says nothing is refused, with its key."""
    said = refused(here, written(place, TABLE, *parts))
    assert words in said
    assert "s3cret" not in said


def test_rows_that_stand_for_many_are_refused(here: Command, place: Path) -> None:
    """A count or a cluster would make each interval too narrow."""
    (place / "decisions.csv").write_text("approved,sex,income,n\n1,women,3,20\n0,men,4,30\n", encoding="utf-8")
    counted = TABLE.replace('by = ["sex"]', 'by = ["sex"]\ncount = "n"')
    assert "one row a person" in refused(here, written(place, counted, FUNCTION, "[robustness]\nrepeat = true\n"))


def test_a_model_without_a_table(here: Command, tmp_path: Path) -> None:
    """A predictor is asked about rows: a plan without data is told so."""
    bank(tmp_path)
    assert "names no data" in refused(here, written(tmp_path, FUNCTION, "[robustness]\nrepeat = true\n"))
