"""`plumbrule watch` as a user or cron runs it: exit codes, output, and what is left on disk."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from running import Ran

WATCH = """
schema = "plumbrule-watch/1"
id = "loans"
data = {file = "decisions.csv"}
windows = {time = "day", every = "day"}
baseline = {before = 2026-01-21}
decisions = {prediction = "approved", by = ["sex"], reference = {sex = "men"}}
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Forty days; from the 29th on women are approved less."""
    chance, rows = random.Random(1), ["day,approved,sex"]
    for number in range(40):
        for _ in range(120):
            sex = chance.choice(("men", "women"))
            share = 0.3 if sex == "women" and number >= 28 else 0.6
            rows.append(f"{dt.date(2026, 1, 1) + dt.timedelta(days=number)},{int(chance.random() < share)},{sex}")
    (tmp_path / "decisions.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    path = tmp_path / "watch.toml"
    path.write_text(WATCH, encoding="utf-8")
    return path


def test_quiet_then_an_alarm_that_stays(cli: Callable[..., Ran], config: Path) -> None:
    """0 while nothing changed; 1 from the day it rings, also on days without a new window."""
    quiet = cli("watch", config, "--today", "2026-01-29")
    assert quiet.code == 0, quiet.stderr
    assert "No alarm has rung. That is no proof that nothing has changed." in quiet.stdout
    rang = cli("watch", config, "--today", "2026-02-11")
    assert rang.code == 1
    assert "The alarm of selection_rate:sex=women~men rang in window" in rang.stdout
    again = cli("watch", config, "--today", "2026-02-11")
    assert again.code == 1
    assert "No new window." in again.stdout
    assert len((config.parent / "watch.jsonl").read_text(encoding="utf-8").splitlines()) == 20


def test_json_and_nothing_else(cli: Callable[..., Ran], config: Path) -> None:
    """With --json stdout is one object, in both cases."""
    found = cli("watch", config, "--today", "2026-01-29", "--json").json()
    assert (found["watch"], found["rang"], found["changed"], found["undated"]) == ("loans", [], [], 0)
    assert found["windows"][0]["window"] == "2026-01-21"


def test_in_chinese(cli: Callable[..., Ran], config: Path) -> None:
    """The words come from the catalogue; names of streams stay as they are."""
    assert "没有警报响起" in cli("watch", config, "--today", "2026-01-29", "--lang", "zh").stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(("watch", "nowhere.toml"), "cannot be read"), (("watch", "{config}", "--today", "soon"), "is no day")],
)
def test_bad_input_leaves_with_two(cli: Callable[..., Ran], config: Path, arguments: tuple[str, ...], words: str) -> None:
    """Got, expected, cure on stderr; nothing on stdout."""
    ran = cli(*(argument.format(config=config) for argument in arguments))
    assert (ran.code, ran.stdout) == (2, "")
    assert words in ran.stderr
    assert "Cure:" in ran.stderr
    assert "Traceback" not in ran.stderr
