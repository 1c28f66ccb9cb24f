"""A plan asks about privacy: planted members and texts are found, real tables and reports agree with the functions."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from asking import ask, known, seen

from plumbrule.base.observation import Stated
from plumbrule.errors import InputError
from plumbrule.lab import Attribute, open_table
from plumbrule.lab.families.privacy.inference import attribute_inference
from plumbrule.report.phrases import METHODS, METRICS

ROOT = Path(__file__).resolve().parents[2]
SCORES = "[privacy.membership]\n{column}\n{who}\nlow_rates = [0.02]\n"
TABLE = 'member = "inside"\ntable = { file = "scores.csv" }'
TWO = 'members = { file = "in.csv" }\nothers = { file = "out.csv" }'


def scores(folder: Path, shift: float, *, people: int = 400) -> None:
    """Scores and losses of members and others in one table and in two; members score higher by `shift`."""
    draw = np.random.default_rng(3)
    inside, outside = draw.normal(shift, 1, people).round(6), draw.normal(0, 1, people).round(6)
    lines = [f"{score},{-score},{member}" for member, some in ((1, inside), (0, outside)) for score in some]
    (folder / "scores.csv").write_text("\n".join(["surety,loss,inside", *lines, ""]), encoding="utf-8")
    for name, some in (("in.csv", inside), ("out.csv", outside)):
        (folder / name).write_text(
            "\n".join(["surety;loss", *(f"{s};{-s}".replace(".", ",") for s in some), ""]), encoding="utf-8"
        )


def test_planted_members_are_told_and_noise_is_not(tmp_path: Path) -> None:
    """The advantage lies above nothing where members score higher, and around nothing where they do not."""
    for shift, told in ((1.0, True), (0.0, False)):
        scores(tmp_path, shift)
        found = ask(tmp_path, SCORES.format(column='score = "surety"', who=TABLE))
        assert (known(found, "membership_advantage:all").low > 0) is told
        assert (known(found, "membership_area:all").low > 0.5) is told
        assert seen(found, "membership_area:all").measure == "number"


def test_scores_losses_one_table_and_two_say_the_same(tmp_path: Path) -> None:
    """Higher scores and lower losses; a column of members, and two files with semicolons and decimal commas."""
    scores(tmp_path, 0.7)
    forms = [(column, who) for column in ('score = "surety"', 'loss = "loss"') for who in (TABLE, TWO)]
    found = [ask(tmp_path, SCORES.format(column=column, who=who)) for column, who in forms]
    ids = [one.id for one in found[0].observations if one.test == "privacy"]
    assert ids == ["membership_area:all", "membership_advantage:all", "membership_found:0.02", "membership_alarms:0.02"]
    for other in found[1:]:
        assert [known(other, id_) for id_ in ids] == [known(found[0], id_) for id_ in ids]
    assert {one.name for one in found[1].materials} == {"in.csv", "out.csv"}


@pytest.mark.shared
def test_compas_by_a_plan_is_what_the_function_gives(shared: Path, tmp_path: Path) -> None:
    """Race guessed from sex, age and the score of a real table, through a plan and by the function itself."""
    path = shared / "data" / "audit" / "compas_for_aequitas.csv"
    (tmp_path / "compas.csv").write_bytes(path.read_bytes())
    asked = '[privacy.attribute_inference]\nattributes = ["race", "sex"]\nknown = ["sex", "age_cat"]\noutputs = ["score"]\n'
    found = ask(tmp_path, asked + 'table = { file = "compas.csv" }\n')
    with open_table(path) as table:
        direct = attribute_inference(table, Attribute(name="race"), known=["sex", "age_cat"], outputs=["score"])
    assert known(found, "inference_from_outputs:race") == direct.from_outputs
    assert known(found, "inference_base:sex").n > 1000
    assert seen(found, "inference_base:sex").inputs == (hashlib.sha256(path.read_bytes()).hexdigest(),)


def sentences(draw: np.random.Generator, count: int) -> list[str]:
    """Texts of sixty words that no two draws share."""
    return [" ".join(f"word{number}" for number in draw.integers(0, 10**6, 60)) for _ in range(count)]


def test_planted_texts_are_found_however_the_files_are_written(tmp_path: Path) -> None:
    """JSON Lines, CSV in Windows-1251, and plain text wrapped at short lines: five of fifty outputs repeat the corpus."""
    draw = np.random.default_rng(2)
    corpus, control, fresh = sentences(draw, 60), sentences(draw, 60), sentences(draw, 45)
    outputs = [*fresh, *(f"как сказано {text}" for text in corpus[:5])]
    forms = {
        "jsonl": lambda texts: "".join(json.dumps({"text": text}) + "\n" for text in texts).encode(),
        "csv": lambda texts: "\r\n".join(["text", *texts, ""]).encode("cp1251"),
        "txt": lambda texts: "\n\n".join("\n".join(text.split()) for text in texts).encode(),
    }
    for form, write in forms.items():
        for name, texts in (("outputs", outputs), ("corpus", corpus), ("control", control)):
            (tmp_path / f"{name}.{form}").write_bytes(write(texts))
        column = "" if form == "txt" else ', column = "text"'
        files = "".join(f'{name} = {{ file = "{name}.{form}"{column} }}\n' for name in ("outputs", "corpus", "control"))
        found = ask(tmp_path, f"[privacy.extraction]\n{files}lengths = [50]\n")
        assert known(found, "extraction_share:50 words").value == 0.1
        assert known(found, "extraction_control:50 words").value == 0
        assert known(found, "extraction_beyond_control:50 words").low > 0
        assert len(found.materials) == 3


@pytest.mark.shared
def test_reports_of_others_are_stated_and_never_judged(shared: Path, tmp_path: Path) -> None:
    """Real AVID reports and two scans with the same probe stand side by side; a check of one of them is refused."""
    avid = sorted((shared / "data" / "incidents" / "avid").glob("AVID-2023*.json"))
    scan = (ROOT / "examples" / "dataset" / "scan.report.jsonl").read_bytes()
    for name, data in [*((path.name, path.read_bytes()) for path in avid), ("one.jsonl", scan), ("two.jsonl", scan)]:
        (tmp_path / name).write_bytes(data)
    kinds = [*((path.name, "avid") for path in avid), ("one.jsonl", "garak"), ("two.jsonl", "garak")]
    asked = "".join(f'[[privacy.reported]]\nfile = "{name}"\nkind = "{kind}"\n' for name, kind in kinds)
    found = ask(tmp_path, asked)
    reported = [one for one in found.observations if one.test == "privacy"]
    assert len(reported) == len(avid) + 2
    assert all(isinstance(one.estimate, Stated) and one.family == "exploratory" for one in reported)
    assert {one.id.partition("@")[2] for one in reported} == {"", "one.jsonl", "two.jsonl"}
    check = f'[[check]]\nrequirement = "privacy"\nobservation = "{reported[0].id}"\nat_most = 0.5\nsource = "ours"\n'
    with pytest.raises(InputError, match="nobody measured here"):
        ask(tmp_path, asked + check)


REFUSED = [
    ("[privacy]\n", "[privacy] asks for nothing", "Add one"),
    (SCORES.format(column="", who=TABLE), "[privacy.membership] gives none of score, loss", "Add"),
    (SCORES.format(column='score = "surety"\nloss = "loss"', who=TABLE), "gives score and loss", "Keep"),
    (SCORES.format(column='score = "surety"', who=""), "none of member, members", "Add"),
    (
        SCORES.format(column='score = "surety"', who='members = { file = "in.csv" }'),
        "who was in the training set",
        "Add the file",
    ),
    (SCORES.format(column='score = "surety"', who=TABLE + '\nothers = { file = "out.csv" }'), "gives member and members", "Keep"),
    (SCORES.format(column='score = "inside"', who=TABLE.replace("inside", "surety")), "holds", "query"),
    (SCORES.format(column='score = "surety"', who='member = "inside"'), "names no data", "Add"),
    ('[privacy.attribute_inference]\ntable = { file = "scores.csv" }\noutputs = ["loss"]', "whose groups", "attributes"),
    (
        '[privacy.attribute_inference]\ntable = { file = "scores.csv" }\nattributes = ["inside"]',
        "guessed from nothing",
        "outputs",
    ),
    ('[privacy.extraction]\noutputs = { file = "scores.csv", column = "text" }\ncorpus = { file = "in.csv" }', "'text'", "name"),
    (
        '[privacy.extraction]\noutputs = { file = "bad.txt" }\ncorpus = { file = "in.csv" }',
        "bad.txt is no plain text",
        "encoding",
    ),
    ('[[privacy.reported]]\nfile = "scores.csv"\nkind = "avid"', "[[privacy.reported]]: scores.csv is not a report", "file"),
    ('[[privacy.reported]]\nfile = "scores.csv"\nkind = "other"', "privacy.reported.0.kind", "Correct"),
]


@pytest.mark.parametrize(("asked", "got", "cure"), REFUSED)
def test_what_cannot_be_asked_is_refused_with_its_key(tmp_path: Path, asked: str, got: str, cure: str) -> None:
    """Got, expected, cure, with the key of the plan; and nothing is written."""
    scores(tmp_path, 0.0, people=20)
    (tmp_path / "bad.txt").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(InputError) as caught:
        ask(tmp_path, asked + "\n")
    assert got in caught.value.got
    assert "privacy" in caught.value.got
    assert caught.value.expected
    assert cure in caught.value.cure
    assert not (tmp_path / "out").exists()


def test_the_example_runs_signed_and_holds(cli: Callable, tmp_path: Path) -> None:
    """`plumbrule plan`, `assess` and `verify` on examples/dataset: every file is a subject, the limits decide."""
    plan = ROOT / "examples" / "dataset" / "assessment.toml"
    shown = cli("plan", str(plan))
    assert shown.code == 0, shown.stderr
    assert "membership_advantage:all" in shown.stdout
    assert cli("node", "init", str(tmp_path / "node"), "--name", "office.example/assessor").code == 0
    recorder = ("--key", str(tmp_path / "node" / "keys" / "statement.key"), "--log", str(tmp_path / "node" / "log"))
    done = cli("assess", str(plan), "--out", str(tmp_path / "out"), "--lang", "zh", *recorder)
    assert done.code == 1, done.stderr
    trust = tmp_path / "out" / "trust"
    kept = cli(
        "verify", str(tmp_path / "out" / "pack"), "--policy", str(trust / "policy.txt"), "--trust", str(trust / "trust.toml")
    )
    assert kept.code == 0, kept.stderr
    found = json.loads((tmp_path / "out" / "assessment.json").read_bytes())
    named = {one["observation"] for one in tomllib.loads(plan.read_text(encoding="utf-8"))["check"]}
    assert {one["id"] for one in found["observations"] if one["family"] == "primary"} == named
    assert {one["test"] for one in found["observations"]} == {"data-set", "privacy"}
    assert len(found["materials"]) == 10


def test_the_example_is_said_in_words_and_in_chinese(here: Callable, tmp_path: Path) -> None:
    """Each metric, method and reason of the example has words, and its dossier in Chinese falls back to English nowhere."""
    plan = ROOT / "examples" / "dataset" / "assessment.toml"
    here("assess", str(plan), "--out", str(tmp_path / "out"), "--lang", "zh")
    for one in json.loads((tmp_path / "out" / "assessment.json").read_bytes())["observations"]:
        assert one["metric"] in METRICS
        assert one["estimate"].get("method", "counted") in METHODS
    dossier = (tmp_path / "out" / "dossier.html").read_text(encoding="utf-8")
    further = re.split(r'<section id="(?!further)', dossier[dossier.index('<section id="further"') :])[0]
    assert 'id="further-privacy"' in further
    assert 'lang="en"' not in further


def test_the_example_is_what_its_maker_writes(tmp_path: Path) -> None:
    """`tools/example_dataset.py` gives the files that are committed, to the byte."""
    spec = importlib.util.spec_from_file_location("example_dataset", ROOT / "tools" / "example_dataset.py")
    assert spec
    assert spec.loader
    maker = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(maker)
    maker.FOLDER = tmp_path
    maker.main()
    for path in tmp_path.iterdir():
        assert path.read_bytes() == (ROOT / "examples" / "dataset" / path.name).read_bytes(), path.name
