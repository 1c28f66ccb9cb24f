"""Reports of others: AVID's real ones, garak's old and new lines, and everything that is neither."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from plumbrule.base.observation import Stated
from plumbrule.errors import InputError
from plumbrule.lab.families.privacy.reports import (
    GarakReport,
    GarakResult,
    observe_avid,
    observe_garak,
    read_avid,
    read_garak,
)

AVID = {
    "data_type": "AVID",
    "metadata": {"report_id": "AVID-X"},
    "affects": {"artifacts": [{"type": "Model", "name": "m"}]},
    "problemtype": {"type": "Issue", "description": {"value": "It leaks."}},
}
SETUP = {"entry_type": "start_run setup", "plugins.target_type": "ollama", "plugins.target_name": "m:7b", "run.seed": None}
INIT = {"entry_type": "init", "garak_version": "0.14.0", "start_time": "2026-07-09T08:43:16", "run": "r"}
ATTEMPT = {"entry_type": "attempt", "prompt": {"turns": []}, "outputs": [{"text": "a secret of Ann's"}]}
NEW = {"entry_type": "eval", "probe": "leakreplay.Cloze", "detector": "base.TriggerList", "passed": 97, "fails": 3, "nones": 2}
NEW |= {"total_evaluated": 100, "total_processed": 102, "confidence": "0.95"}
OLD = {"entry_type": "eval", "probe": "dan.AntiDAN", "detector": "detector.dan.AntiDAN", "passed": 0, "total": 5}
END = {"entry_type": "digest", "meta": {}}


def scan(folder: Path, *lines: Any) -> GarakReport:
    path = folder / "r.report.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in lines) + "\n", encoding="utf-8")
    return read_garak(path)


def avid(folder: Path, value: Any) -> Path:
    path = folder / "r.json"
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


# ── AVID ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.shared
def test_every_real_report_is_read(shared: Path) -> None:
    """Twelve reports of 2022 to 2025 in three versions of the data model: ids, taxonomy, numbers."""
    paths = sorted((shared / "data/incidents/avid").glob("*.json"))
    reports = {one.id: one for one in map(read_avid, paths)}
    assert len(reports) == 12
    assert {one.data_version for one in reports.values()} == {"0.1", "0.2", "0.3.3"}
    leak = reports["AVID-2023-R0003"]
    assert "S0301: Information Leak" in leak.views
    assert leak.vulnerability == "AVID-2023-V003"
    harm = reports["AVID-2025-R0003"]
    assert (harm.measured[0].name, harm.measured[0].value) == ("combined_scorer avg_score", pytest.approx(0.5788, abs=1e-4))
    assert all(one.sha256 and one.problem for one in reports.values())


@pytest.mark.shared
def test_they_are_reported_by_somebody_else_and_never_judged(shared: Path) -> None:
    """Stated, by examination, exploratory; measurements are not called weaknesses; nobody who reported is named."""
    paths = sorted((shared / "data/incidents/avid").glob("*.json"))
    observations = observe_avid([read_avid(path) for path in paths], inputs=("x",))
    assert len({one.id for one in observations}) == 12
    assert {(one.means, one.family) for one in observations} == {("examination", "exploratory")}
    metrics = [one.metric for one in observations]
    assert (metrics.count("reported_measurement"), metrics.count("reported_weakness")) == (2, 10)
    for path, one in zip(paths, observations, strict=True):
        assert isinstance(one.estimate, Stated)
        credit = [part["value"].split(",")[0] for part in json.loads(path.read_text(encoding="utf-8")).get("credit") or []]
        assert not any(name in repr(one) for name in credit)


def test_the_least_report_and_what_is_none(tmp_path: Path) -> None:
    """Only what is needed; other types, other kinds of value and missing ids are refused."""
    found = read_avid(avid(tmp_path, AVID))
    assert (found.artifacts, found.measured, found.reported) == (("Model: m",), (), "")
    assert "not classified" in repr(observe_avid([found], inputs=()))
    for broken in (
        [],
        {},
        AVID | {"data_type": "CVE"},
        AVID | {"metadata": {}},
        AVID | {"metadata": "x"},
        AVID | {"affects": {"developer": "one"}},
        AVID | {"references": ["https://e.org"]},
        AVID | {"problemtype": {"description": "text"}},
        AVID | {"data_type": ["x"] * 1_000},
    ):
        with pytest.raises(InputError) as caught:
            read_avid(avid(tmp_path, broken))
        assert caught.value.expected
        assert caught.value.cure
        assert len(str(caught.value)) < 1_000


# ── garak ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_old_and_new_lines(tmp_path: Path) -> None:
    """`total` of old and `total_evaluated` of new reports; what was asked and answered is not read."""
    found = scan(tmp_path, SETUP, INIT, ATTEMPT, NEW, OLD, END)
    assert found.results == (
        GarakResult(probe="leakreplay.Cloze", detector="base.TriggerList", passed=97, evaluated=100, none=2),
        GarakResult(probe="dan.AntiDAN", detector="dan.AntiDAN", passed=0, evaluated=5, none=0),
    )
    assert (found.version, found.target, found.whole) == ("0.14.0", "ollama m:7b", True)
    assert "Ann" not in repr(found)
    older = scan(tmp_path, {"entry_type": "start_run setup", "plugins.model_type": "test", "plugins.model_name": None}, OLD)
    assert (older.target, older.whole, older.version) == ("test", False, "")


def test_observations_say_who_and_how_many(tmp_path: Path) -> None:
    """A weakness that nothing showed does not hold; a probe without a verdict makes no observation."""
    clean = NEW | {"probe": "p.Clean", "passed": 100, "fails": 0}
    silent = NEW | {"probe": "p.Silent", "passed": 0, "fails": 0, "total_evaluated": 0}
    observations = observe_garak(scan(tmp_path, SETUP, INIT, NEW, clean, silent), inputs=("x",))
    assert [one.id for one in observations] == [
        "reported_weakness:leakreplay.Cloze~base.TriggerList",
        "reported_weakness:p.Clean~base.TriggerList",
    ]
    first, second = (one.estimate for one in observations)
    assert isinstance(first, Stated)
    assert isinstance(second, Stated)
    assert (first.holds, second.holds) == (True, False)
    assert "3 of 100 outputs of ollama m:7b" in first.text
    assert "did not run to its end" in first.text
    assert first.stated_by == "whoever ran garak 0.14.0"
    assert {one.family for one in observations} == {"exploratory"}


def test_a_report_put_together_from_two_adds_its_counts(tmp_path: Path) -> None:
    """The same probe and detector twice: one result."""
    found = scan(tmp_path, NEW, OLD, NEW)
    assert found.results[0] == GarakResult(
        probe="leakreplay.Cloze", detector="base.TriggerList", passed=194, evaluated=200, none=4
    )


@pytest.mark.parametrize(
    "lines",
    [
        (),
        (SETUP, INIT, ATTEMPT, END),
        (NEW | {"fails": 4},),
        (NEW | {"passed": -1},),
        (NEW | {"passed": "97"},),
        (OLD | {"passed": 9},),
        (OLD | {"probe": None},),
        ([1],),
        ({"probe": "x"},),
    ],
)
def test_what_is_no_report_is_refused(tmp_path: Path, lines: tuple[Any, ...]) -> None:
    """Without results, with counts that contradict each other, with lines of another kind: got, expected, cure."""
    with pytest.raises(InputError) as caught:
        scan(tmp_path, *lines)
    assert caught.value.expected
    assert caught.value.cure


def test_a_report_that_was_cut_off_is_refused(tmp_path: Path) -> None:
    """Half a line at the end names the line."""
    path = tmp_path / "r.jsonl"
    path.write_text(json.dumps(NEW) + '\n{"entry_type": "ev', encoding="utf-8")
    with pytest.raises(InputError, match="line 2"):
        read_garak(path)
