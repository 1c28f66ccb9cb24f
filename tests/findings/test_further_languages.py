"""A plan about languages: from a table, from a transcript that `plumbrule ask` wrote, from Inspect's logs."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from further_plans import EXAMPLES, HEAD, Command, assessed, observed, refused, serving, written

from plumbrule.lab.families.languages import PACKS, observe_languages, read_pack, read_transcript
from plumbrule.lab.families.languages.answers import AnswerColumns, answers_from_table
from plumbrule.lab.families.languages.transcript import schema_document
from plumbrule.lab.tables.table import open_table
from running import command_environment

SECRET = "sk-do-not-show-this-1234567890"
PACK = read_pack(PACKS / "everyday.yaml")
ASK = ("--languages", "en,kk", "--runs", "2", "--model", "toy")


class Model:
    """A made-up model behind chat completions: right in English, wrong in Kazakh; keeps what it was asked.

    After `waits_after` questions it waits until it may go on; after `silent_after` it refuses to answer.
    """

    def __init__(self, *, silent_after: int = 10**9, waits_after: int = 10**9) -> None:
        self.asked: list[str] = []
        self.silent_after, self.waits_after, self.may_go_on = silent_after, waits_after, threading.Event()
        self.right = {item.texts["en"].ask: item.texts["en"].accept[0] for item in PACK.items}

    def __call__(self, body: Any) -> tuple[int, Any]:
        """One chat completion."""
        self.asked.append(body["messages"][0]["content"].split("\n")[0])
        if len(self.asked) > self.waits_after:
            self.may_go_on.wait(60)
        if len(self.asked) > self.silent_after:
            return 400, {}
        return 200, {"choices": [{"message": {"content": self.right.get(self.asked[-1], "білмеймін")}}]}


# ── a table ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_example_runs_and_gives_what_the_lab_gives(cli: Command, tmp_path: Path) -> None:
    """examples/languages, without any decision table: the observations are those of the lab's own function."""
    plan = EXAMPLES / "languages" / "assessment.toml"
    ran = cli("assess", plan, "--out", tmp_path / "out")
    assert ran.code == 3, ran.stderr
    found = observed(json.loads((tmp_path / "out" / "assessment.json").read_bytes()), "languages")
    with open_table(plan.parent / "answers.csv") as table:
        columns = AnswerColumns(item="item", language="language", correct="correct", run="run")
        own = observe_languages(
            answers_from_table(table, columns), reference="en", languages=["kk", "ru", "uz-Latn"], metrics=["accuracy"]
        )
    assert {one.id: one.estimate.low for one in own if one.estimate.state == "known"} == {
        id_: one["estimate"]["low"] for id_, one in found.items()
    }
    assert found["accuracy:language=kk~en:difference"]["estimate"]["high"] < 0
    assert 'id="further-languages"' in (tmp_path / "out" / "dossier.html").read_text(encoding="utf-8")


def test_columns_by_other_names_and_a_check(here: Command, tmp_path: Path) -> None:
    """Columns are named, a gap is judged with guaranteed coverage, and the reference must be there."""
    rows = [f"{i};{code};{int(i % 4 > 0 or code == 'en')}" for i in range(60) for code in ("en", "kk")]
    (tmp_path / "said.csv").write_text("frage;sprache;richtig\n" + "\n".join(rows), encoding="utf-8")
    keys = """
[languages]
answers = {file = "said.csv"}
columns = {item = "frage", language = "sprache", correct = "richtig"}
reference = "en"
[[check]]
requirement = "reliability"
observation = "accuracy:language=kk~en:difference"
at_least = -0.05
source = "this test"
"""
    seen = observed(assessed(here, written(tmp_path, keys), code=(1,)), "languages")
    gap = seen["accuracy:language=kk~en:difference"]
    assert gap["family"] == "primary"
    assert gap["estimate"]["method"] == "exact unconditional score of pairs"
    assert "no language 'de'" in refused(here, written(tmp_path, keys.replace('"en"', '"de"')))


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ('[languages]\nreference = "en"\n', "names no answers"),
        ('[languages]\nreference = "en"\nanswers = {file = "a.csv"}\ntranscript = "t.json"\n', "answers and transcript"),
        ('[languages]\nreference = "en"\nanswers = {file = "a.csv"}\n', "'a.csv', which is not there"),
        ('[languages]\nreference = "en"\ntranscript = "broken.json"\n', "no transcript that can be used"),
        ('[languages]\nreference = "en"\ntranscript = "broken.json"\npack = "no"\n', "no pack 'no'"),
        ('[languages]\nreference = "en"\nmetrics = ["speed"]\n', "metrics"),
        ("", "asks for nothing"),
    ],
)
def test_plans_that_cannot_be(here: Command, tmp_path: Path, keys: str, words: str) -> None:
    """No source, two sources, files that are not there or not what they should be."""
    (tmp_path / "broken.json").write_text('{"schema": "plumbrule-transcript/1", "said": [', encoding="utf-8")
    assert words in refused(here, written(tmp_path, keys))


# ── ask, and the transcript ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def transcript(here: Command, tmp_path: Path) -> Iterator[Path]:
    """A transcript that `plumbrule ask` wrote, of a model that is wrong in Kazakh."""
    path = tmp_path / "said.json"
    with serving(Model()) as url:
        ran = here("ask", "everyday", "--to", f"{url}/v1", "--out", path, *ASK)
    assert ran.code == 0, ran.stderr
    assert "32 of 32 questions were answered" in ran.stdout
    assert "Nobody has reviewed the pack in en and kk" in ran.stdout
    yield path


def test_ask_and_then_assess(here: Command, transcript: Path) -> None:
    """From the model to the finding: the gap is there, drafts are said, and the transcript is a file by digest."""
    keys = '[languages]\ntranscript = "said.json"\nreference = "en"\npack = "everyday"\n'
    assessment = assessed(here, written(transcript.parent, keys))
    seen = observed(assessment, "languages")
    assert seen["accuracy:language=kk~en:difference"]["estimate"]["value"] == -1
    assert seen["pack_review:language=kk"]["estimate"]["holds"] is False
    assert "toy, 127.0.0.1" in seen["model_asked"]["estimate"]["text"]
    digest = hashlib.sha256(transcript.read_bytes()).hexdigest()
    assert {one["name"]: one["sha256"] for one in assessment["materials"]} == {
        "said.json": digest,
        "everyday": hashlib.sha256((PACKS / "everyday.yaml").read_bytes()).hexdigest(),
    }
    assert seen["accuracy:language=kk"]["inputs"] == [digest]


def test_a_transcript_without_its_pack_still_says_who_reviewed(here: Command, transcript: Path) -> None:
    """Drafts are named in the transcript itself; and it fits its published schema."""
    plan = written(transcript.parent, '[languages]\ntranscript = "said.json"\nreference = "en"\nmetrics = ["accuracy"]\n')
    assert observed(assessed(here, plan), "languages")["pack_review:language=en"]["estimate"]["holds"] is False
    schema = PACKS.with_name("schemas") / "transcript-1.json"
    assert schema.read_text(encoding="utf-8") == schema_document()
    jsonschema.validate(json.loads(transcript.read_bytes()), json.loads(schema.read_bytes()))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"correct": false', '"correct": true', "does not score as the transcript says"),
        ('"pack_sha256": "', '"pack_sha256": "0', "whose digest begins with 0"),
        ('"run": 2', '"run": 1', "or one twice"),
        ('"correct": true', '"correct": null', "without a score"),
        ('"schema": "plumbrule-transcript/1"', '"schema": "plumbrule-transcript/9"', "schema"),
        ('"model": "toy"', '"model": "toy", "more": 1', "more"),
    ],
)
def test_an_edited_transcript_is_refused(here: Command, transcript: Path, old: str, new: str, words: str) -> None:
    """An answer marked otherwise than the pack scores it, another pack, copies, contradictions: exit 2."""
    text = transcript.read_text(encoding="utf-8")
    assert old in text
    transcript.write_text(text.replace(old, new, 1), encoding="utf-8")
    keys = '[languages]\ntranscript = "said.json"\nreference = "en"\npack = "everyday"\n'
    assert words in refused(here, written(transcript.parent, keys))


def test_a_server_that_falls_silent_costs_nothing(here: Command, tmp_path: Path) -> None:
    """After 20 answers none: exit 2, no transcript; the same command asks only the rest, the last silences among it."""
    out, model = tmp_path / "said.json", Model(silent_after=20)
    with serving(model) as url:
        command = ("ask", "everyday", "--to", f"{url}/v1", "--out", out, *ASK)
        ran = here(*command)
        assert ran.code == 2
        assert "goes on from there" in ran.stderr
        assert not out.exists()
        assert len(model.asked) == 25
        part = tmp_path / "said.json.part"
        with part.open("ab") as stream:
            stream.write(b'{"item": "cut off in the mid')
        other = here(*command[:-1], "other")
        assert other.code == 2
        assert "begun with another model" in other.stderr
        model.silent_after = 10**9
        assert here(*command).code == 0
    assert len(model.asked) == 25 + 12
    assert sorted(path.name for path in tmp_path.iterdir()) == ["said.json"]
    said = read_transcript(out)
    assert len(said.said) == 32
    assert len(said.resumed) == 1
    assert here(*command).code == 2


_HEARS = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
"""A test run in the background hands its children a Ctrl-C that is ignored."""


def test_half_a_character_is_written_down(here: Command, tmp_path: Path) -> None:
    """JSON can hold what UTF-8 cannot: the answer is kept with a question mark in its place."""
    half = {"choices": [{"message": {"content": "8 \ud800"}}]}
    with serving(lambda _: (200, half)) as url:
        ran = here("ask", "everyday", "--to", f"{url}/v1", "--out", tmp_path / "said.json", *ASK)
    assert ran.code == 0, ran.stderr
    assert {one.text for one in read_transcript(tmp_path / "said.json").said} == {"8 ?"}


@pytest.mark.skipif(sys.platform == "win32", reason="no Ctrl-C to another process there")
def test_ctrl_c_loses_nothing(cli: Command, tmp_path: Path) -> None:
    """Interrupted: 130 and where the answers are; taken up again no question is put twice; a second run at once is refused."""
    out, model = tmp_path / "said.json", Model(waits_after=6)
    with serving(model) as url:
        command = ("ask", "everyday", "--to", f"{url}/v1", "--out", str(out), *ASK)
        process = subprocess.Popen(
            [sys.executable, "-c", f"{_HEARS}import plumbrule.cli; plumbrule.cli.main()", *command],
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            env=command_environment(),
        )
        deadline = time.monotonic() + 30
        while len(model.asked) < 7 and time.monotonic() < deadline:
            time.sleep(0.02)
        assert "under way" in cli(*command).stderr
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
        assert process.returncode == 130, errors
        assert b"said.json.part" in errors
        assert not out.exists()
        model.may_go_on.set()
        ran = cli(*command)
    assert ran.code == 0, ran.stderr
    assert len(read_transcript(out).said) == 32
    assert len(model.asked) <= 33  # at most the question that was under way


def test_the_key_is_nowhere(here: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From a variable or a file of one's own; in no file, no output and no error; a file that others can read is refused."""
    monkeypatch.setenv("TOY_KEY", SECRET)
    key = tmp_path / "key"
    key.write_text(SECRET + "\n", encoding="utf-8")
    key.chmod(0o600)
    said = ""
    model = Model()
    with serving(model) as url:
        for place, way in enumerate((("--key-variable", "TOY_KEY"), ("--key-file", str(key)))):
            ran = here("ask", "everyday", "--to", f"{url}/v1", "--out", tmp_path / f"{place}.json", *ASK, *way)
            assert ran.code == 0, ran.stderr
            said += ran.stdout + ran.stderr + (tmp_path / f"{place}.json").read_text(encoding="utf-8")
        model.silent_after = 0
        ran = here("ask", "everyday", "--to", f"{url}/v1", "--out", tmp_path / "none.json", *ASK, "--key-file", key)
        assert ran.code == 2
        said += ran.stderr + (tmp_path / "none.json.part").read_text(encoding="utf-8")
        if os.name == "posix":
            key.chmod(0o644)
            ran = here("ask", "everyday", "--to", f"{url}/v1", "--out", tmp_path / "x.json", *ASK, "--key-file", key)
            assert "can be read or written by others" in ran.stderr
    assert SECRET not in said


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--languages", "fr"), "not written in 'fr'"),
        (("--key-variable", "NO_SUCH_KEY"), "holds no key"),
        (("--to", "ftp://127.0.0.1"), "address cannot be used"),
    ],
)
def test_what_ask_refuses(here: Command, tmp_path: Path, options: tuple[str, ...], words: str) -> None:
    """A language the pack lacks, a key that is not there, an address that is none: exit 2, and no answer file."""
    given = ("--to", "http://127.0.0.1:9/v1", "--model", "toy", "--out", str(tmp_path / "a.json"))
    ran = here("ask", "everyday", *given, *options)
    assert ran.code == 2
    assert words in ran.stderr
    assert not (tmp_path / "a.json").exists()


# ── logs of Inspect ──────────────────────────────────────────────────────────────────────────────────────────────────

inspect = pytest.mark.skipif(importlib.util.find_spec("inspect_ai") is None, reason="needs pip install 'plumbrule[inspect]'")
GUIDE = "2025-05-12T20-28-26-04-00_security-guide.json"


@inspect
@pytest.mark.shared
def test_logs_of_inspect(here: Command, shared: Path, tmp_path: Path) -> None:
    """Two logs of three samples, one language each: nothing could have been shown, and it says so; both files by digest."""
    document = json.loads((shared / "data" / "formats" / "inspect" / GUIDE).read_text(encoding="utf-8"))
    (tmp_path / "en.json").write_text(json.dumps(document), encoding="utf-8")
    for sample in document["samples"]:
        sample["scores"]["model_graded_fact"]["value"] = "I"
    document["results"]["scores"][0]["metrics"]["accuracy"]["value"] = 0.0
    (tmp_path / "kk.json").write_text(json.dumps(document), encoding="utf-8")
    keys = """
[languages]
reference = "en"
metrics = ["accuracy"]
[[languages.logs]]
file = "en.json"
language = "en"
[[languages.logs]]
file = "kk.json"
language = "kk"
"""
    assessment = assessed(here, written(tmp_path, keys))
    seen = observed(assessment, "languages")
    assert seen["accuracy:language=kk~en:difference"]["estimate"]["value"] == -1
    assert seen["accuracy:language=kk~en:smallest_gap"]["estimate"]["state"] == "unknown"
    digests = {hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() for name in ("en.json", "kk.json")}
    assert {one["sha256"] for one in assessment["materials"]} == digests
    assert set(seen["accuracy:language=kk"]["inputs"]) == digests


def test_the_head_alone_asks_for_nothing(here: Command, tmp_path: Path) -> None:
    """A plan without data and without a further test is told what it could ask."""
    assert HEAD
    assert "asks for nothing" in refused(here, written(tmp_path))
