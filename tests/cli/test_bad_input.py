"""Bad input gets a clear error and nothing is lost: got, expected, cure, exit 2, no traceback, no half-written dossier."""

from __future__ import annotations

import gzip
import hashlib
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from running import Ran, command_environment

Cli = Callable[..., Ran]
ASK = ("--prediction", "hired", "--by", "group")
PLAN = """
schema = "plumbrule-plan/1"
id = "a-test"
profile = "high"
title = {en = "Hiring"}

[system]
id = "hiring"
version = "1"
organisation = "An employer"
jurisdiction = "none"
phase = "use"
name = {en = "Decisions on applications"}
purpose = {en = "To decide on applications."}

[tier]
non_military = true
decides_about_people = true

[data]
file = "decisions.csv"
more_rows = false
population = {en = "Everybody who applied."}

[decisions]
prediction = "hired"
by = ["sex"]

[[comparison]]
attribute = "sex"
group = "women"
reference = "men"
"""


def table(folder: Path, text: str, name: str = "decisions.csv") -> Path:
    """A small file."""
    path = folder / name
    path.write_bytes(text.encode("utf-8"))
    return path


def rows(groups: str = "ab", each: int = 20, header: str = "group,hired") -> str:
    """A sound table: every group `each` times, decisions in turn."""
    lines = [f"{group},{number % 2}" for group in groups for number in range(each)]
    return "\n".join([header, *lines]) + "\n"


def refused(ran: Ran, *words: str, explained: bool = True) -> None:
    """Exit 2, nothing on stdout, and a message of three parts that holds these words and no traceback."""
    assert ran.code == 2, (ran.code, ran.stdout, ran.stderr)
    assert ran.stdout == ""
    assert "Traceback" not in ran.stderr
    for part in ("Got:", "Expected:", "Cure:") if explained else ():
        assert part in ran.stderr, ran.stderr
    for word in words:
        assert word in ran.stderr, (word, ran.stderr)


def digests(folder: Path) -> dict[str, str]:
    """Every file below a folder, by digest."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


# --- columns and values -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("asked", "nearest"),
    [
        (("--prediction", "hird", "--by", "group"), "'hired'"),
        (("--prediction", "Hired", "--by", "group"), "'hired'"),
        (("--prediction", "hired", "--by", "goup"), "'group'"),
        (("--prediction", "hired", "--by", "group", "--label", "hirred"), "'hired'"),
        (("--prediction", "hired", "--by", "group", "--within", "grup"), "'group'"),
        (("--prediction", "hired", "--by", "group", "--weight", "grop"), "'group'"),
    ],
)
def test_missing_column_names_the_nearest(asked: tuple[str, ...], nearest: str, tmp_path: Path, here: Cli) -> None:
    """A misspelt column is answered with the one that was probably meant."""
    refused(here("audit", table(tmp_path, rows()), *asked, "--json"), nearest)


def test_column_that_is_nothing_like_it(tmp_path: Path, here: Cli) -> None:
    """Where no name is near, the columns that are there are listed."""
    refused(here("audit", table(tmp_path, rows()), "--prediction", "xyzzy", "--by", "group", "--json"), "group", "hired")


@pytest.mark.parametrize("part", ["--prediction", "--label"])
def test_outcome_that_is_not_0_and_1(part: str, tmp_path: Path, here: Cli) -> None:
    """The values seen are listed, and how to map them."""
    lines = [f"{'ab'[i % 2]},{('granted', 'denied', 'granted', 'withdrawn')[i % 4]},{i % 2}" for i in range(40)]
    file = table(tmp_path, "\n".join(["group,outcome,number", *lines]) + "\n")
    asked = {"--prediction": "number", part: "outcome"}
    options = [word for pair in asked.items() for word in pair]
    ran = here("audit", file, *options, "--by", "group", "--json")
    refused(ran, "granted", "denied", "withdrawn", "--favourable")
    assert here("audit", file, *options, "--by", "group", "--favourable", "granted", "--json").code == 0


def test_label_with_a_third_value(tmp_path: Path, here: Cli) -> None:
    """A 2 among zeros and ones is no outcome and is not rounded into one."""
    text = rows() + "a,2\n"
    refused(here("audit", table(tmp_path, text), *ASK, "--json"), "'2'", "--favourable")


def test_favourable_value_that_no_row_holds(tmp_path: Path, here: Cli) -> None:
    """A misspelt favourable value would make every rate zero."""
    text = rows().replace(",1", ",yes").replace(",0", ",no")
    refused(here("audit", table(tmp_path, text), *ASK, "--favourable", "Yes", "--json"), "yes", "no", "--favourable")


@pytest.mark.parametrize("text", ["", "\n", " \n \n", "﻿", "group,hired\n", "group,hired"])
def test_empty_file(text: str, tmp_path: Path, here: Cli) -> None:
    """No bytes, blank lines, a header without rows."""
    refused(here("audit", table(tmp_path, text), *ASK, "--json"), "decisions.csv")


def test_duplicate_header(tmp_path: Path, here: Cli) -> None:
    """Two columns of one name cannot be told apart."""
    refused(here("audit", table(tmp_path, "group,hired,hired\na,1,0\nb,0,1\n"), *ASK, "--json"), "hired")


def test_two_groups_of_which_one_has_data(tmp_path: Path, here: Cli) -> None:
    """Group b stands there, but without one decision."""
    text = rows("a") + "b,\n" * 20
    refused(here("audit", table(tmp_path, text), *ASK, "--json"), "group", "a")


@pytest.mark.parametrize("groups", ["a", ""])
def test_fewer_than_two_groups(groups: str, tmp_path: Path, here: Cli) -> None:
    """With one group, or with missing values only, nothing can be compared."""
    text = rows(groups) if groups else rows("a").replace("\na,", "\n,")
    refused(here("audit", table(tmp_path, text), *ASK, "--json"), "group")


# --- weights and counts -----------------------------------------------------------------------------------------------
def weighted(values: str) -> str:
    """A table whose third column repeats these values."""
    given = values.split()
    lines = [f"{'ab'[i % 2]},{i // 2 % 2},{given[i % len(given)]}" for i in range(40)]
    return "\n".join(["group,hired,w", *lines]) + "\n"


@pytest.mark.parametrize(
    ("option", "values", "words"),
    [
        ("--weight", "0.5 1.5 -0.1", ("-0.1",)),
        ("--weight", "1 2 -3", ("-3",)),
        ("--count", "1 2 -3", ("-3",)),
        ("--count", "1.5 2 3", ("1.5", "--weight")),
        ("--weight", "12 7 30", ("--count",)),
        ("--weight", "1.5 two 2", ("two",)),
        ("--count", "1 two 2", ("two",)),
        ("--weight", "1.5 nan 2", ()),
        ("--weight", "1.5 inf 2", ()),
        ("--count", "1 1e400 2", ()),
    ],
)
def test_weights_and_counts(option: str, values: str, words: tuple[str, ...], tmp_path: Path, here: Cli) -> None:
    """Below zero, no number, and counts given as weights (named with their cure)."""
    refused(here("audit", table(tmp_path, weighted(values)), *ASK, option, "w", "--json"), *words)


def test_count_and_weight_together(tmp_path: Path, here: Cli) -> None:
    """They mean different things; a row cannot have both."""
    refused(
        here("audit", table(tmp_path, weighted("1 2")), *ASK, "--count", "w", "--weight", "w", "--json"), "--count", "--weight"
    )


# --- options ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "options",
    [
        ("--reference", "group=c"),
        ("--reference", "grop=a"),
        ("--reference", "a"),
        ("--reference", "group="),
        ("--cut", "group:30"),
        ("--cut", "hired"),
        ("--cut", "group:x"),
        ("--cut", "group:30,20"),
        ("--by", "group,group"),
        ("--within", "group"),
    ],
)
def test_options_that_mean_nothing_here(options: tuple[str, str], tmp_path: Path, here: Cli) -> None:
    """A group, cut or column that does not fit the table is explained, not guessed."""
    asked = ("--prediction", "hired", *(() if options[0] == "--by" else ("--by", "group")))
    refused(here("audit", table(tmp_path, rows()), *asked, *options, "--json"))


@pytest.mark.parametrize(
    "options", [("--confidence", "1.5"), ("--confidence", "95"), ("--min-n", "0"), ("--min-n", "many"), ("--colour", "red")]
)
def test_options_out_of_range(options: tuple[str, str], tmp_path: Path, here: Cli) -> None:
    """What the command line itself can see to be wrong: exit 2, and the option is named."""
    refused(here("audit", table(tmp_path, rows()), *ASK, *options, "--json"), options[0], explained=False)


def test_missing_options(tmp_path: Path, here: Cli) -> None:
    """Without --by or --prediction nothing is guessed."""
    refused(here("audit", table(tmp_path, rows()), "--prediction", "hired", "--json"), "--by", explained=False)
    refused(here("audit", table(tmp_path, rows()), "--by", "group", "--json"), "--prediction", explained=False)


def test_a_process_of_its_own_says_the_same(tmp_path: Path, cli: Cli, here: Cli) -> None:
    """What these tests see in their own process is what a user sees: code and both streams."""
    for asked in (("--prediction", "hird", "--by", "group"), (*ASK, "--cut", "group:30")):
        ran = cli("audit", table(tmp_path, rows()), *asked, "--json")
        refused(ran)
        assert ran == here("audit", table(tmp_path, rows()), *asked, "--json")


# --- files ------------------------------------------------------------------------------------------------------------
def test_file_that_is_not_there(tmp_path: Path, here: Cli) -> None:
    """A path that does not exist, and a folder."""
    refused(here("audit", tmp_path / "nowhere.csv", *ASK, "--json"), "nowhere.csv")
    refused(here("audit", tmp_path, *ASK, "--json"))


@pytest.mark.parametrize("end", ["a", 'a,1\n"b', 'a,1\nb,1,"x', "a,1\nb\n"])
def test_csv_cut_off(end: str, tmp_path: Path, here: Cli) -> None:
    """A last row with too few values, or one that ends within quotes, is a file cut off; its line is named."""
    refused(here("audit", table(tmp_path, rows() + end), *ASK, "--json"), "line")


def test_csv_cut_off_within_a_character(tmp_path: Path, here: Cli) -> None:
    """UTF-8 that ends in the middle of a letter."""
    whole = rows().replace("a,", "à,").encode() + "à,0\nü".encode()
    file = tmp_path / "decisions.csv"
    file.write_bytes(whole[:-1])
    refused(here("audit", file, *ASK, "--json"), "decisions.csv")


@pytest.mark.parametrize("kind", ["xlsx", "parquet", "csv.gz"])
@pytest.mark.parametrize("kept", [0.3, 0.6, 0.98])
def test_other_files_cut_off(kind: str, kept: float, tmp_path: Path, here: Cli) -> None:
    """XLSX, Parquet and packed CSV: what arrived is not used as if it were the whole."""
    generator = random.Random(7)
    frame = pd.DataFrame({"group": ["a", "b"] * 3000, "hired": [generator.randint(0, 1) for _ in range(6000)]})
    whole = tmp_path / f"whole.{kind}"
    if kind == "xlsx":
        frame.to_excel(whole, index=False)
    elif kind == "parquet":
        frame.to_parquet(whole)
    else:
        whole.write_bytes(gzip.compress(frame.to_csv(index=False).encode()))
    assert here("audit", whole, *ASK, "--json").json()["rows"] == 6000
    data = whole.read_bytes()
    cut = tmp_path / f"cut.{kind}"
    cut.write_bytes(data[: int(len(data) * kept)])
    refused(here("audit", cut, *ASK, "--json"), f"cut.{kind}")


@pytest.mark.parametrize("kind", ["csv", "xlsx", "parquet"])
@pytest.mark.parametrize("seed", [1, 2])
def test_bytes_that_are_no_table(kind: str, seed: int, tmp_path: Path, here: Cli) -> None:
    """Noise under the name of a table."""
    file = tmp_path / f"noise.{kind}"
    file.write_bytes(random.Random(seed).randbytes(5000))
    refused(here("audit", file, *ASK, "--json"), f"noise.{kind}")


def test_a_web_page_saved_as_csv(tmp_path: Path, here: Cli) -> None:
    """What a login wall gives instead of a download."""
    page = "<!DOCTYPE html>\n<html><head><title>Sign in, please</title></head>\n<body>You, too, must sign in.</body></html>\n"
    refused(here("audit", table(tmp_path, page), *ASK, "--json"))


def test_sql_that_cannot_run(here: Cli) -> None:
    """A query with a slip in it is answered with what the database said, in our three parts."""
    refused(here("audit", "select 1 as hired, 2 as from nothing", *ASK, "--json"))


# --- plans ------------------------------------------------------------------------------------------------------------
def plan(folder: Path, *, rows_of_each: int = 50, change: tuple[str, str] = ("", "")) -> Path:
    """A plan with its table beside it; `change` replaces one text of the plan."""
    block = "".join(f"{sex},{number % 2}\n" for number in range(rows_of_each) for sex in ("men", "women"))
    (folder / "decisions.csv").write_text("sex,hired\n" + block, encoding="utf-8")
    path = folder / "assessment.toml"
    path.write_text(PLAN.replace(*change) if change[0] else PLAN, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (('profile = "high"', 'profile = "hihg"'), "high"),
        (('prediction = "hired"', 'predction = "hired"'), "prediction"),
        (('prediction = "hired"', 'prediction = "hird"'), "hired"),
        (('group = "women"', 'group = "woman"'), "women"),
        (('attribute = "sex"', 'attribute = "hat"'), "sex"),
        (('file = "decisions.csv"', 'file = "decision.csv"'), "decision.csv"),
        (('id = "a-test"', 'id = "a-test'), "TOML"),
        (("more_rows = false\n", ""), "more_rows"),
        (("plumbrule-plan/1", "plumbrule-plan/9"), "plumbrule-plan/1"),
    ],
)
def test_plan_that_cannot_be_used(change: tuple[str, str], word: str, tmp_path: Path, here: Cli) -> None:
    """A slip in the plan: what was got, what was expected, and no output folder at all."""
    refused(here("assess", plan(tmp_path, change=change), "--out", tmp_path / "out"), word)
    assert not (tmp_path / "out").exists()
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_output_folder_that_exists(tmp_path: Path, cli: Cli) -> None:
    """Refused without --force, and not one byte in it changes; with --force replaced whole, never mixed."""
    file, out = plan(tmp_path), tmp_path / "out"
    assert cli("assess", file, "--out", out).code in {0, 1, 3}
    before = digests(out)
    assert {"assessment.json", "dossier.html"} <= set(before)
    refused(cli("assess", file, "--out", out), "--force")
    assert digests(out) == before
    plan(tmp_path, rows_of_each=60)
    assert cli("assess", file, "--out", out, "--force").code in {0, 1, 3}
    after = digests(out)
    assert set(after) == set(before)
    assert all(after[name] != before[name] for name in ("assessment.json", "dossier.html"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["assessment.toml", "decisions.csv", "out"]


def test_output_folder_of_somebody_else(tmp_path: Path, cli: Cli) -> None:
    """--force replaces only what an assessment wrote, and bad input with --force leaves that standing, too."""
    file, theirs, ours = plan(tmp_path), tmp_path / "theirs", tmp_path / "ours"
    theirs.mkdir()
    (theirs / "thesis.txt").write_text("three years of work", encoding="utf-8")
    refused(cli("assess", file, "--out", theirs, "--force"))
    assert (theirs / "thesis.txt").read_text(encoding="utf-8") == "three years of work"
    assert cli("assess", file, "--out", ours).code in {0, 1, 3}
    before = digests(ours)
    (tmp_path / "decisions.csv").write_text("sex,hired\nmen,1\n", encoding="utf-8")
    refused(cli("assess", file, "--out", ours, "--force"))
    assert digests(ours) == before


def test_output_folder_that_is_a_file(tmp_path: Path, cli: Cli) -> None:
    """A file stands where the folder should go."""
    file, out = plan(tmp_path), tmp_path / "out"
    out.write_text("mine", encoding="utf-8")
    for force in ((), ("--force",)):
        refused(cli("assess", file, "--out", out, *force))
        assert out.read_text(encoding="utf-8") == "mine"


# --- Ctrl-C -----------------------------------------------------------------------------------------------------------
def interrupted(arguments: list[str], started: Callable[[], bool], *, after: float = 0.0) -> tuple[int, str, str]:
    """Start a command, press Ctrl-C once it has begun (`started`) and `after` seconds more; what it left."""
    process = subprocess.Popen(
        [sys.executable, "-m", "plumbrule", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=command_environment(),
    )
    try:
        while process.poll() is None and not started():
            time.sleep(0.002)
        time.sleep(after)
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=120)
    finally:
        process.kill()
    return process.returncode, out.decode("utf-8"), err.decode("utf-8")


on_posix = pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is sent as SIGINT: run on Linux or macOS")


@on_posix
@pytest.mark.parametrize("after", [0.0, 0.05, 0.4])
def test_ctrl_c_leaves_no_half_written_dossier(after: float, tmp_path: Path, cli: Cli) -> None:
    """130 in the middle of a real run: no new folder, nothing aside, and an earlier result stands as it was."""
    folder = tmp_path / "work"
    folder.mkdir()
    file, out = plan(folder), folder / "out"
    assert cli("assess", file, "--out", out).code in {0, 1, 3}
    before = digests(out)
    plan(folder, rows_of_each=1_500_000)
    for target, force in ((folder / "new", ()), (out, ("--force",))):
        code, _, err = interrupted(
            ["assess", str(file), "--out", str(target), *force],
            lambda: any(path.name.startswith(".") for path in folder.iterdir()),
            after=after,
        )
        assert code == 130, err
        assert "Traceback" not in err
    assert digests(out) == before
    assert sorted(path.name for path in folder.iterdir()) == ["assessment.toml", "decisions.csv", "out"]


@on_posix
def test_ctrl_c_in_an_audit(tmp_path: Path) -> None:
    """130, nothing on stdout, no traceback."""
    plan(tmp_path, rows_of_each=1_500_000)
    begun = time.monotonic()
    code, out, err = interrupted(
        ["audit", str(tmp_path / "decisions.csv"), "--prediction", "hired", "--by", "sex", "--json"],
        lambda: time.monotonic() - begun > 0.6,
    )
    assert code == 130, err
    assert out == ""
    assert "Traceback" not in err
