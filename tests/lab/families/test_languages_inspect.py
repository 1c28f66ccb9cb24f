"""Logs of Inspect: real ones, damaged ones, and ones whose totals do not agree with their samples."""

from __future__ import annotations

import copy
import importlib.util
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from plumbrule.base.observation import Known, Unknown
from plumbrule.errors import TableError
from plumbrule.lab.families.languages import inspect as languages_inspect
from plumbrule.lab.families.languages.answers import compare_languages, language_rates, observe_languages
from plumbrule.lab.families.languages.inspect import InspectLog, answers_from_inspect

GUIDE = "2025-05-12T20-28-26-04-00_security-guide.json"
CANCELLED = "2025-05-12T20-28-13-04-00_popularity.json"
UNSCORED = "2025-02-11T15-17-00-05-00_popularity_dPiJifoWeEQBrfWsAopzWr.eval"

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(importlib.util.find_spec("inspect_ai") is None, reason="needs pip install 'plumbrule[inspect]'"),
]


@pytest.fixture(scope="module")
def logs(shared: Path) -> Path:
    """The folder of real logs."""
    return shared / "data" / "formats" / "inspect"


@pytest.fixture
def guide(logs: Path) -> dict[str, Any]:
    """A real log of three samples, all right, as a document that a test may change."""
    document: dict[str, Any] = json.loads((logs / GUIDE).read_text(encoding="utf-8"))
    return copy.deepcopy(document)


def _written(tmp_path: Path, document: dict[str, Any], name: str = "log.json") -> Path:
    path = tmp_path / name
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def _edited(document: dict[str, Any], values: list[str]) -> dict[str, Any]:
    """The log with other scores and totals that agree with them."""
    for sample, value in zip(document["samples"], values, strict=True):
        sample["scores"]["model_graded_fact"]["value"] = value
    share = sum(value == "C" for value in values) / len(values)
    document["results"]["scores"][0]["metrics"]["accuracy"]["value"] = share
    return document


def test_a_real_log_in_each_format(logs: Path) -> None:
    """`.eval` and `.json`, as they came out of real runs."""
    answers = answers_from_inspect([InspectLog(path=logs / "log_formats.eval", language="en")])
    assert (answers.items, answers.languages) == (("1",), ("en",))
    rate = next(one for one in language_rates(answers) if one.metric == "accuracy")
    assert isinstance(rate.estimate, Known)
    assert rate.estimate.value == 0
    answers = answers_from_inspect([InspectLog(path=logs / GUIDE, language="en")])
    assert answers.marks["accuracy"].total.sum() == 3


def test_three_samples_show_nothing_and_say_so(logs: Path, guide: dict[str, Any], tmp_path: Path) -> None:
    """Two logs of three samples, one all right and one all wrong: an interval wide enough, and no gap could have been shown."""
    wrong = _written(tmp_path, _edited(guide, ["I", "I", "I"]))
    pair = [InspectLog(path=logs / GUIDE, language="en"), InspectLog(path=wrong, language="kk")]
    answers = answers_from_inspect(pair)
    (gap,) = compare_languages(answers, reference="en", metrics=["accuracy"], family="primary")
    assert isinstance(gap.estimate, Known)
    assert gap.estimate.value == -1
    assert gap.estimate.high > -0.05
    assert isinstance(gap.smallest, Unknown)
    assert gap.smallest.n == 3
    assert any(one.id == "accuracy:language=kk~en:smallest_gap" for one in observe_languages(answers, reference="en"))


@pytest.mark.parametrize(
    ("name", "words"),
    [(UNSCORED, "no scores"), (CANCELLED, "ended as 'cancelled'"), ("missing.eval", "There is no log")],
)
def test_real_logs_that_cannot_be_used(logs: Path, name: str, words: str) -> None:
    """A log without scores, and a run that was cancelled, are refused with a cure."""
    with pytest.raises(TableError, match=words) as caught:
        answers_from_inspect([InspectLog(path=logs / name, language="en")])
    assert caught.value.cure


def test_a_cancelled_log_may_be_used_where_somebody_says_so(logs: Path) -> None:
    """`incomplete` is a person's decision."""
    answers = answers_from_inspect([InspectLog(path=logs / CANCELLED, language="en", incomplete=True)])
    assert answers.marks["accuracy"].total.sum() == 2


def _score(document: dict[str, Any]) -> None:
    document["samples"][0]["scores"]["model_graded_fact"]["value"] = "I"


def _count(document: dict[str, Any]) -> None:
    document["results"]["completed_samples"] = 30


def _dropped(document: dict[str, Any]) -> None:
    document["samples"].pop()


def _twice(document: dict[str, Any]) -> None:
    document["samples"][1]["id"] = document["samples"][0]["id"]


def _word(document: dict[str, Any]) -> None:
    document["samples"][0]["scores"]["model_graded_fact"]["value"] = "splendid"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_score, "its samples give 0.666667"),
        (_count, "30 samples were completed; it holds 3"),
        (_dropped, "3 samples were completed; it holds 2"),
        (_twice, "stands twice"),
        (_word, "'splendid'"),
    ],
)
def test_a_log_that_disagrees_with_itself_is_refused(tmp_path: Path, guide: dict[str, Any], change: Any, words: str) -> None:
    """One score turned over, a total raised, a sample dropped: each is seen."""
    change(guide)
    with pytest.raises(TableError, match=words):
        answers_from_inspect([InspectLog(path=_written(tmp_path, guide), language="en")])


def test_one_log_that_names_its_languages(tmp_path: Path, guide: dict[str, Any]) -> None:
    """Language and item come from each sample's metadata where the user says so."""
    one, two, three = guide["samples"]
    for sample, language, item in ((one, "en", "q1"), (two, "kk", "q1"), (three, "ru", "q1")):
        sample["metadata"] = {"language": language, "question": item}
    path = _written(tmp_path, guide)
    answers = answers_from_inspect([InspectLog(path=path, item_key="question")])
    assert (answers.items, answers.languages) == (("q1",), ("en", "kk", "ru"))
    with pytest.raises(TableError, match="names no language"):
        answers_from_inspect([InspectLog(path=path, language_key="tongue")])
    with pytest.raises(TableError, match="stands in two logs"):
        answers_from_inspect([InspectLog(path=path, item_key="question"), InspectLog(path=path, item_key="question")])


def test_damaged_and_hostile_files_end_in_a_refusal(tmp_path: Path, logs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut off, no log at all, and a part that unpacks to 768 MiB: within the limits, without a traceback."""
    monkeypatch.setattr(languages_inspect, "_MEGABYTES", 640)
    whole = (logs / "log_formats.eval").read_bytes()
    cut = tmp_path / "cut.eval"
    cut.write_bytes(whole[: len(whole) // 2])
    other = tmp_path / "other.json"
    other.write_text('{"version": 2, "status": "success"', encoding="utf-8")
    bomb = tmp_path / "bomb.eval"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as parts, parts.open("header.json", "w", force_zip64=True) as part:
        part.write(b'{"version": 2, "x": "')
        for _ in range(48):
            part.write(b"a" * (16 << 20))
    for path in (cut, other, bomb):
        with pytest.raises(TableError) as caught:
            answers_from_inspect([InspectLog(path=path, language="en")])
        assert caught.value.expected
        assert "Traceback" not in str(caught.value)
