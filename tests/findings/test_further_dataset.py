"""A plan asks about the data set: real tables against pandas, planted faults, refusals, and limits that are judged."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from asking import ask, known, seen

from plumbrule.errors import InputError
from plumbrule.lab.inference.intervals import clopper_pearson, score_difference

COLUMNS = (
    *("age", "workclass", "fnlwgt", "education", "education_num", "marital", "occupation", "relationship", "race", "sex"),
    *("gain", "loss", "hours", "country", "income"),
)
ADULT = """
[data_set.table]
file = "adult.data"
columns = [{columns}]
missing = ["?"]
[[data_set.reference]]
attribute = "sex"
source = "a census"
exact = true
shares = {{ Female = 0.52, Male = 0.48 }}
[data_set.missing]
columns = ["occupation", "age"]
by = ["sex", "race"]
[data_set.labels]
label = "income"
by = ["sex"]
[data_set.duplicates]
[data_set.leakage]
test = {{ file = "adult.test", columns = [{columns}], skip = 1, missing = ["?"] }}
columns = [{features}]
[data_set.proxies]
by = ["sex"]
columns = ["relationship", "occupation", "hours"]
[data_set.anonymity]
quasi_identifiers = ["age", "sex", "race", "country"]
cut = ["age:25,45,65"]
sensitive = ["income"]
[data_set.personal_data]
columns = ["workclass"]
"""


def made(folder: Path, *, rows: int = 400, seed: int = 7) -> pd.DataFrame:
    """A table of people, with decisions in it, in `rows.csv`."""
    draw = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "number": np.arange(rows),
            "sex": np.where(draw.random(rows) < 0.4, "women", "men"),
            "born": draw.integers(1950, 2000, rows),
            "district": draw.choice(["north", "south", "east"], rows),
            "hired": draw.integers(0, 2, rows),
        }
    )
    frame.to_csv(folder / "rows.csv", index=False)
    return frame


@pytest.mark.shared
def test_adult_by_a_plan_agrees_with_pandas(shared: Path, tmp_path: Path) -> None:
    """Every question about a real training table without decisions, recounted by pandas; both files stand there by digest."""
    folder = shared / "data" / "audit" / "adult"
    for name in ("adult.data", "adult.test"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    frame = pd.read_csv(folder / "adult.data", names=COLUMNS, skipinitialspace=True, na_values="?", keep_default_na=False)
    quoted, features = (", ".join(f'"{name}"' for name in names) for names in (COLUMNS, COLUMNS[:-1]))
    found = ask(tmp_path, ADULT.format(columns=quoted, features=features))
    assert known(found, "table_share:sex=Female").value == (frame["sex"] == "Female").mean()
    assert known(found, "representation_ratio:sex=Female").value == pytest.approx((frame["sex"] == "Female").mean() / 0.52)
    assert known(
        found, "duplicate_share:" + next(one.id for one in found.observations if one.metric == "duplicate_share")[16:]
    ).value
    women = frame[frame["sex"] == "Female"]
    assert known(found, "missing_rate:column=occupation&sex=Female").value == women["occupation"].isna().mean()
    assert known(found, "label_share:income=>50K&sex=Female").value == (women["income"] == ">50K").mean()
    ranges = pd.cut(frame["age"], [-1, 24, 44, 64, 200])
    classes = frame.assign(age=ranges).groupby(["age", "sex", "race", "country"], dropna=False, observed=True).size()
    assert known(found, "k_anonymity:age&sex&race&country").value == classes.min()
    assert known(found, "proxy_area:sex=Female~relationship").low > 0.85
    excess = next(one for one in found.observations if one.metric == "leakage_excess").estimate
    assert excess.low < 0 < excess.high
    digests = {one.name: one.sha256 for one in found.materials}
    assert digests == {name: hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() for name in ("adult.data", "adult.test")}
    assert {(one.test, one.family) for one in found.observations} == {("data-set", "exploratory")}


GERMAN = """
[data]
file = "german.csv"
more_rows = false
population = { en = "applicants" }
query = "select *, case when personal_status in ('A92', 'A95') then 'women' else 'men' end as sex from decisions"
[decisions]
prediction = "credit"
favourable = "1"
by = ["sex", "age"]
cut = ["age:>25"]
[[comparison]]
attribute = "age"
group = "≤ 25"
reference = "> 25"
[data_set.labels]
label = "credit"
[data_set.proxies]
columns = ["housing", "employment", "telephone"]
[data_set.anonymity]
quasi_identifiers = ["sex", "age", "housing", "skill_level"]
sensitive = ["savings"]
[data_set.duplicates]
"""


@pytest.mark.shared
def test_german_credit_beside_its_decisions_agrees_with_pandas(shared: Path, tmp_path: Path) -> None:
    """The questions take attributes, cuts and reference from the decisions; the primary family stays as it was without them."""
    frame = pd.read_csv(shared / "data" / "audit" / "german.csv")
    frame.to_csv(tmp_path / "german.csv", index=False)
    found, alone = ask(tmp_path, GERMAN), ask(tmp_path, GERMAN.partition("[data_set.labels]")[0])
    young = frame["age"] <= 25
    sex = np.where(frame["personal_status"].isin(["A92", "A95"]), "women", "men")
    shares = (frame["credit"] == 2).groupby(young).mean()
    gap = known(found, "label_share:credit=2&age=≤ 25~2&> 25:difference")
    assert gap.value == pytest.approx(shares[True] - shares[False])
    sizes = frame.assign(age=young, sex=sex).groupby(["sex", "age", "housing", "skill_level"])
    assert known(found, "k_anonymity:sex&age&housing&skill_level").value == sizes.size().min()
    assert known(found, "l_diversity:sex&age&housing&skill_level~savings").value == sizes["savings"].nunique().min()
    assert known(found, "proxy_area:age=≤ 25~housing").n == known(found, "proxy_area:sex=women~housing").n
    primary = [[one for one in some.observations if one.family == "primary"] for some in (found, alone)]
    assert primary[0] == primary[1] != []
    assert [one.verdict for one in found.findings] == [one.verdict for one in alone.findings]


LEAKAGE = """
[data_set.table]
file = "train.csv"
[data_set.leakage]
columns = ["sex", "born", "pay"]
test = { file = "test.csv" }
[data_set.duplicates]
columns = ["number"]
"""


def test_planted_copies_and_leakage_are_found_and_noise_is_not(tmp_path: Path) -> None:
    """Rows copied from training to test lie beyond chance; two samples of one population do not."""
    draw = np.random.default_rng(5)
    frames = [made(tmp_path, rows=rows, seed=rows).assign(pay=draw.integers(0, 500, rows)) for rows in (2000, 500)]
    train, test = frames
    train.to_csv(tmp_path / "train.csv", index=False)
    test.to_csv(tmp_path / "test.csv", index=False)
    clean = ask(tmp_path, LEAKAGE)
    assert known(clean, "leakage_excess:sex&born&pay").low < 0
    assert known(clean, "duplicate_share:number").value == 0
    pd.concat([train, train.head(30)]).to_csv(tmp_path / "train.csv", index=False)
    pd.concat([test, train.tail(60)]).to_csv(tmp_path / "test.csv", index=False)
    leaky = ask(tmp_path, LEAKAGE)
    assert known(leaky, "leakage_excess:sex&born&pay").low > 0
    assert known(leaky, "duplicate_share:number").value == pytest.approx(30 / 2030)
    assert [one.name for one in leaky.materials] == ["train.csv", "test.csv"]


def test_the_same_reference_in_every_form_gives_the_same_ratio(tmp_path: Path) -> None:
    """Shares, people, and a file in Windows-1251 with semicolons; exact, by size, and by standard errors."""
    made(tmp_path)
    (tmp_path / "census.csv").write_bytes("пол;доля;ошибка\nwomen;0,52;0,01\nmen;0,48;0,01\n".encode("cp1251"))
    file = 'table = { file = "census.csv", group = "пол", share = "доля"'
    size = 0.52 * 0.48 / 0.01**2
    alike = [
        ["shares = { women = 0.52, men = 0.48 }\nexact = true", "people = { women = 520, men = 480 }\nexact = true"],
        [
            f"shares = {{ women = 0.52, men = 0.48 }}\nsample_size = {size}",
            f"people = {{ women = 520, men = 480 }}\nsample_size = {size}",
            "shares = { women = 0.52, men = 0.48 }\nstandard_error = { women = 0.01, men = 0.01 }",
            file + ', standard_error = "ошибка" }',
        ],
    ]
    alike[0].append(file + " }\nexact = true")
    widths = []
    for forms in alike:
        asked = [f'[data_set]\n[[data_set.reference]]\nattribute = "sex"\nsource = "s"\n{form}\n' for form in forms]
        found = [known(ask(tmp_path, one, decisions='prediction = "hired"'), "representation_ratio:sex=women") for one in asked]
        assert all(one.low == pytest.approx(found[0].low) and one.high == pytest.approx(found[0].high) for one in found)
        widths.append(found[0].high - found[0].low)
    assert widths[0] < widths[1]


def test_questions_take_their_parts_from_the_decisions(tmp_path: Path) -> None:
    """Attributes with their cuts, the label, and the reference of the comparison stand for what a question leaves out."""
    frame = made(tmp_path)
    frame.assign(good=frame["number"] % 3 == 0).astype({"good": int}).to_csv(tmp_path / "rows.csv", index=False)
    asked = "[data_set.missing]\n[data_set.labels]\n[data_set.proxies]\n"
    found = ask(tmp_path, asked, decisions='prediction = "hired"\nlabel = "good"')
    assert seen(found, "label_share:good=1&sex=women~1&men:difference").reference == {"good": "1", "sex": "men"}
    proxies = {one.id for one in found.observations if one.metric == "proxy_area"}
    assert proxies == {f"proxy_area:sex=women~{name}" for name in ("number", "born", "district")}
    assert len({one.id for one in found.observations}) == len(found.observations)


@pytest.mark.shared
def test_everybody_is_asked_about_once(shared: Path, tmp_path: Path) -> None:
    """Sums of weights differ in the last digits from one count to the next; everybody's share stays one observation."""
    law = pd.read_csv(shared / "data/audit/law_school_clean.csv")
    for seed in range(4):
        draw, frame = np.random.default_rng(seed), law.sample(4_000, replace=True, random_state=seed)
        frame["hired"], frame["w"] = (frame["lsat"] > 35).astype(int), draw.exponential(1, len(frame)) + 0.01
        frame = frame.rename(columns={"race": "sex"}).replace({"sex": {"White": "men", "Non-White": "women"}})
        for name in ("sex", "male", "tier"):
            frame.loc[draw.random(len(frame)) < 0.1, name] = None
        frame.to_csv(tmp_path / "rows.csv", index=False)
        asked = '[data_set.missing]\nby = ["sex", "male", "tier"]\n'
        found = ask(tmp_path, asked, decisions='prediction = "hired"\nweight = "w"')
        assert [one.id for one in found.observations].count("missing_rate:column=ugpa") == 1


REFUSED = [
    ("[data_set]\n", "[data_set] asks for nothing", "one"),
    ('[data_set.proxies]\nby = ["sex"]\ncolumns = ["nobody"]', "[data_set.proxies]: There is no column 'nobody'", "name"),
    ('[data_set.missing]\nby = ["sx"]', "[data_set.missing]: There is no column 'sx'", "sex"),
    ("[data_set.labels]", "[data_set.labels] does not say which column is the label", "label"),
    ("[data_set.leakage]", "[data_set.leakage] gives none of train, test", "Add"),
    ('[data_set.leakage]\ntest = { file = "no.csv" }', "[data_set.leakage] names the file 'no.csv'", "path"),
    ('[data_set.leakage]\ntest = { fiel = "no.csv" }', "data_set.leakage.test.fiel", "file"),
    ('[[data_set.reference]]\nattribute = "sex"\nsource = "s"\nshares = { women = 0.5 }', "none of exact, sample_size", "Add"),
    ('[[data_set.reference]]\nattribute = "sex"\nsource = "s"\nexact = true', "none of shares, people, table", "Add"),
    (
        '[[data_set.reference]]\nattribute = "sex"\nsource = "s"\nexact = true\nshares = { women = 52.0 }',
        "[[data_set.reference]]: The reference of 'sex' holds an impossible share",
        "percentages",
    ),
    ('[data_set.anonymity]\nquasi_identifiers = ["sex"]\ncut = ["born:1960"]', "cuts 'born'", "Correct"),
    ('[data_set.anonymity]\nquasi_identifiers = ["sex"]\nsizes = [1]', "classes under 1", "sizes"),
    ('[data_set.description]\nfile = "rows.csv"', "[data_set.description]: rows.csv is not a Croissant", "file"),
    ('[data_set.digests]\nlist = "rows.csv"', "[data_set.digests]: rows.csv holds in line 1 no digest", "sha256sum"),
    ('[data_set.digests]\nlist = "rows.csv"\nfolder = "nowhere"', "the folder 'nowhere'", "path"),
    ('[data_set.personal_data]\nforms = "rows.csv"', "[data_set.personal_data]: rows.csv is not a list of identifiers", "file"),
]


@pytest.mark.parametrize(("asked", "got", "cure"), REFUSED)
def test_what_cannot_be_asked_is_refused_with_its_key(tmp_path: Path, asked: str, got: str, cure: str) -> None:
    """Got, expected, cure, with the key of the plan; and nothing is written."""
    made(tmp_path)
    with pytest.raises(InputError) as caught:
        ask(tmp_path, asked + "\n", decisions='prediction = "hired"')
    assert got in caught.value.got
    assert caught.value.expected
    assert cure in caught.value.cure
    assert {path.name for path in tmp_path.iterdir()} == {"rows.csv", "assessment.toml"}


def test_rows_that_are_no_people_are_refused(tmp_path: Path) -> None:
    """A row that stands for many, many rows that belong to one, and a question without any table."""
    frame = made(tmp_path)
    frame.assign(people=2, household=frame["number"] // 2).to_csv(tmp_path / "rows.csv", index=False)
    for part, asked in (("count", "proxies"), ("cluster", "missing")):
        column = {"count": "people", "cluster": "household"}[part]
        with pytest.raises(InputError, match=part) as caught:
            ask(tmp_path, f"[data_set.{asked}]\n", decisions=f'prediction = "hired"\n{part} = "{column}"')
        assert f"[data_set.{asked}]" in caught.value.got
    with pytest.raises(InputError, match="names no data"):
        ask(tmp_path, "[data_set.duplicates]\n")


LIMIT = '[[check]]\nrequirement = "data-representation"\nobservation = "{id}"\n{limit}\nsource = "our rule"\n'


@pytest.mark.parametrize(
    ("limit", "outcome", "verdict"),
    [
        ("at_least = 0.5", "within", "satisfied"),
        ("at_least = 0.9", "beyond", "not-satisfied"),
        ("at_least = 0.78", "undecided", "inconclusive"),
    ],
)
def test_a_limit_of_the_plan_is_judged_by_the_interval(tmp_path: Path, limit: str, outcome: str, verdict: str) -> None:
    """Within, beyond or undecided, at a level shared by the checks alone, and shown as declared in the plan."""
    frame = made(tmp_path, rows=1500)
    asked = '[[data_set.reference]]\nattribute = "sex"\nsource = "census"\nexact = true\nshares = { women = 0.52, men = 0.48 }\n'
    asked += '[data_set.duplicates]\ncolumns = ["number"]\n' + LIMIT.format(id="representation_ratio:sex=women", limit=limit)
    found = ask(
        tmp_path, asked + LIMIT.format(id="duplicate_share:number", limit="at_most = 0.0"), decisions='prediction = "hired"'
    )
    judged = seen(found, "representation_ratio:sex=women")
    assert (judged.family, judged.comparisons, judged.confidence) == ("primary", 2, 0.95)
    low, high = clopper_pearson(float((frame["sex"] == "women").sum()), float(len(frame)), 1 - 0.05 / 2)
    assert known(found, judged.id).low == pytest.approx(float(low) / 0.52)
    assert known(found, judged.id).high == pytest.approx(float(high) / 0.52)
    finding = next(one for one in found.findings if one.requirement == "data-representation")
    checks = {one.check: one for one in finding.checks if one.check.startswith("plan:")}
    line = checks["plan:representation_ratio:sex=women"].lines[0]
    assert (line.role, line.outcome) == ("floor", outcome)
    assert line.threshold is not None
    assert (line.threshold.source.citation, line.threshold.source.status) == ("our rule", "plan")
    assert checks["plan:representation_ratio:sex=women"].verdict == verdict
    assert checks["plan:duplicate_share:number"].verdict == "satisfied"
    assert "declared in the plan" in (tmp_path / "out" / "dossier.html").read_text(encoding="utf-8")


def test_what_is_judged_has_a_guaranteed_interval(tmp_path: Path) -> None:
    """A gap in what is missing: the judged interval holds both the score interval at its level and the exact one; others stay."""
    frame = made(tmp_path, rows=1200)
    gone = (frame["number"] % np.where(frame["sex"] == "women", 5, 9)) == 0
    frame.assign(born=frame["born"].astype(object).where(~gone)).to_csv(tmp_path / "rows.csv", index=False)
    id_ = "missing_rate:column=born&sex=women~born&men:difference"
    check = LIMIT.format(id=id_, limit="at_most = 0.05")
    found = ask(tmp_path, '[data_set.missing]\ncolumns = ["born", "district"]\n' + check, decisions='prediction = "hired"')
    sides = [float(part) for some in (frame["sex"] == "women", frame["sex"] == "men") for part in (gone[some].sum(), some.sum())]
    low, high = score_difference(*sides, 0.95)
    judged = known(found, id_)
    assert (judged.low, judged.high) == pytest.approx((float(low), float(high)), abs=0.01)
    assert judged.low <= float(low) < float(high) <= judged.high
    assert judged.method == "exact unconditional score, joined"
    assert known(found, id_.replace("born", "district")).method == "miettinen-nurminen"


def test_what_else_is_looked_at_changes_no_judged_interval(tmp_path: Path) -> None:
    """More columns widen what is shown, and leave what a check names as it is."""
    made(tmp_path)
    check = '[[check]]\nrequirement = "privacy"\nobservation = "{id}"\nat_most = 0.8\nsource = "our rule"\n'
    asked = "[data_set.proxies]\ncolumns = [{}]\n" + check.format(id="proxy_area:sex=women~born")
    found = [
        ask(tmp_path, asked.format(names), decisions='prediction = "hired"')
        for names in ('"born"', '"born", "district", "number"')
    ]
    assert seen(found[0], "proxy_area:sex=women~born") == seen(found[1], "proxy_area:sex=women~born")
    shown = [known(one, "joint_proxy_area:sex=women") for one in found]
    assert shown[0] != shown[1]


CHECKS = [
    (LIMIT.format(id="duplicate_share:nmber", limit="at_most = 0.1"), "which no test gives", "'duplicate_share:number'"),
    (LIMIT.format(id="duplicate_share:number", limit=""), "has no limit", "Add"),
    (LIMIT.format(id="duplicate_share:number", limit="at_most = 0.1\nat_least = 0.2"), "exclude all", "Add"),
    (LIMIT.format(id="duplicate_share:number", limit="at_most = 0.1").replace("our rule", " "), "has no source", "Add"),
    (2 * LIMIT.format(id="duplicate_share:number", limit="at_most = 0.1"), "is there twice", "out"),
    (
        LIMIT.format(id="duplicate_share:number", limit="at_most = 0.1").replace("data-representation", "data"),
        "the profile 'high' does not hold",
        "requirement",
    ),
    (LIMIT.format(id="selection_rate:sex=women", limit="at_most = 0.1"), "which no test gives", ""),
]


@pytest.mark.parametrize(("check", "got", "cure"), CHECKS)
def test_a_limit_that_cannot_be_judged_is_refused(tmp_path: Path, check: str, got: str, cure: str) -> None:
    """Another id, no limit, no source, twice, no such requirement: named, and nothing is written."""
    made(tmp_path)
    with pytest.raises(InputError) as caught:
        ask(tmp_path, '[data_set.duplicates]\ncolumns = ["number"]\n' + check, decisions='prediction = "hired"')
    assert got in caught.value.got
    assert cure in caught.value.cure
    assert not (tmp_path / "out").exists()
