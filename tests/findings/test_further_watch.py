"""A plan that asks whether anything has changed: over its own table, or by a file of `plumbrule watch`."""

from __future__ import annotations

import datetime as dt
import json
import random
from pathlib import Path

import pytest
from further_plans import TABLE, Command, assessed, observed, refused, written

from plumbrule.lab.families.watch import run_watch

WATCH = """
[watch]
windows = {time = "day", every = "week"}
baseline = {before = 2026-02-16}
until = 2026-05-01
drift = {numbers = ["score"], words = ["region"]}
"""
CONFIG = """
schema = "plumbrule-watch/1"
id = "further"
data = {file = "decisions.csv"}
windows = {time = "day", every = "week"}
baseline = {before = 2026-02-16}
decisions = {prediction = "approved", by = ["sex"], reference = {sex = "men"}}
drift = {numbers = ["score"], words = ["region"]}
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Seventeen weeks of decisions; from April on fewer women are approved and scores fall."""
    chance, lines = random.Random(5), ["day,sex,region,score,approved"]
    for n in range(7 * 17):
        day = dt.date(2026, 1, 5) + dt.timedelta(days=n)
        for _ in range(24):
            sex = chance.choice(["women", "men"])
            late = day >= dt.date(2026, 4, 6)
            share = 0.1 if late and sex == "women" else 0.6
            score = chance.gauss(0.4 if late else 0.5, 0.1)
            lines.append(f"{day},{sex},{chance.choice(['north', 'south'])},{score:.3f},{int(chance.random() < share)}")
    (tmp_path / "decisions.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return tmp_path


def test_the_plans_own_table_and_a_file_say_the_same(here: Command, place: Path) -> None:
    """Windows named in the plan, and the same in a file: the same observations, value for value."""
    own = assessed(here, written(place, TABLE, WATCH))
    (place / "watch.toml").write_text(CONFIG, encoding="utf-8")
    filed = assessed(here, written(place, TABLE, '[watch]\nconfig = "watch.toml"\nuntil = 2026-05-01\n'))
    assert observed(own, "watch") == observed(filed, "watch")
    assert {one["name"] for one in own["materials"]} == {"decisions.csv"}
    assert {one["name"] for one in filed["materials"]} == {"decisions.csv", "watch.toml"}


def test_a_change_is_seen_and_the_limit_stands_beside_it(here: Command, place: Path) -> None:
    """The planted change rings; drift is a number on its own scale, with what chance alone would bring."""
    seen = observed(assessed(here, written(place, TABLE, WATCH)), "watch")
    limit = seen["change_evidence_limit"]["estimate"]["value"]
    assert limit == 4 / 0.05  # a rate, a gap, a column of numbers, one of words
    last = "@2026-W16"
    assert seen[f"change_evidence:score{last}"]["estimate"]["value"] > limit
    assert seen[f"change_evidence:region{last}"]["estimate"]["value"] < limit
    assert seen[f"selection_rate:sex=women~men:gap_change{last}"]["estimate"]["high"] < 0
    assert seen[f"psi:score{last}"]["estimate"]["low"] > seen[f"psi_expected:score{last}"]["estimate"]["value"]
    assert {seen[f"{name}:score{last}"]["measure"] for name in ("psi", "ks_distance", "wasserstein_1")} == {"number"}
    assert not any("W18" in id_ for id_ in seen)  # that week ends after `until`


def test_windows_need_no_decision_table(here: Command, place: Path) -> None:
    """A file of plumbrule watch names its own table: the plan needs none."""
    (place / "watch.toml").write_text(CONFIG, encoding="utf-8")
    found = assessed(here, written(place, '[watch]\nconfig = "watch.toml"\nuntil = 2026-05-01\n'))
    assert found["population"] is None
    assert "selection_rate@2026-W09" in observed(found, "watch")


def test_a_check_on_a_window_is_judged_by_itself(here: Command, place: Path) -> None:
    """What is judged keeps its interval when more is watched: the other gaps of the window take nothing from it."""
    check = """
[[check]]
requirement = "reliability"
observation = "selection_rate:sex=women~men:difference@2026-W16"
at_least = -0.05
source = "this test"
"""
    id_ = "selection_rate:sex=women~men:difference@2026-W16"
    found = []
    for by in ('["sex"]', '["sex", "region"]'):
        table = TABLE.replace('["sex"]', by)
        seen = observed(assessed(here, written(place, table, WATCH.replace(', words = ["region"]', ""), check)), "watch")
        assert seen[id_]["family"] == "primary"
        found.append(seen[id_]["estimate"])
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ("[watch]\n", "neither a config nor windows"),
        (WATCH.replace("until = 2026-05-01\n", ""), "until when"),
        (WATCH.replace("2026-05-01", "2026-02-17"), "No window of decisions.csv is closed"),
        (WATCH.replace('every = "week"', 'every = "hour"'), "windows"),
        (WATCH.replace('time = "day"', 'time = "when"'), "'when'"),
        (WATCH.replace('numbers = ["score"]', 'numbers = ["region"]'), "[watch]"),
        (WATCH + 'config = "watch.toml"\n', "names 'watch.toml' and windows"),
        ('[watch]\nconfig = "none.toml"\n', "which is not there"),
        (WATCH + "false_alarms = 0.9\n", "false_alarms"),
    ],
)
def test_watches_that_cannot_be(here: Command, place: Path, keys: str, words: str) -> None:
    """What is missing, twice, or not in the table is refused with its key."""
    assert words in refused(here, written(place, TABLE, keys))


def test_lines_of_an_earlier_version_are_read_on(place: Path) -> None:
    """A watch whose file holds lines with the measures of before goes on, and leaves them as they are."""
    (place / "watch.toml").write_text(CONFIG, encoding="utf-8")
    run_watch(place / "watch.toml", today=dt.date(2026, 4, 1))
    lines = (place / "watch.jsonl").read_text(encoding="utf-8")
    old = lines.replace('"measure":"number"', '"measure":"difference"').replace(',"test":"watch"', "")
    assert old != lines
    (place / "watch.jsonl").write_text(old, encoding="utf-8", newline="\n")
    more = run_watch(place / "watch.toml", today=dt.date(2026, 5, 1))
    assert more.lines
    written_now = (place / "watch.jsonl").read_text(encoding="utf-8")
    assert written_now.startswith(old)
    assert all(json.loads(line)["watch"] == "further" for line in written_now.splitlines())
