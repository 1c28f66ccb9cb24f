"""`plumbrule read`, as a person or a program meets it: what it prints, what it writes, how it refuses."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from read_files import docx, locked_pdf, pdf
from read_fixtures import ENGLISH, SIX

from running import Ran, command_environment

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = ROOT / "src" / "plumbrule" / "rulebook" / "reading" / "schemas" / "reading-1.json"
Here = Callable[..., Ran]
# The contract of DESIGN.md; further keys may stand beside these.
INSTRUMENT = {"symbol", "title", "status", "language", "cites"}
PROVISION = {"id", "kind", "parent", "text", "start", "end", "asks"}
ASK = {"addressees", "verb", "function", "rank", "polarity", "qualifiers", "deadline", "quantity", "beneficiaries", "cites"}


@pytest.fixture
def english(tmp_path: Path) -> Path:
    """A resolution as a file."""
    path = tmp_path / "lighthouses.txt"
    path.write_text(ENGLISH, encoding="utf-8", newline="\n")
    return path


def valid(found: Any) -> None:
    """By the schema, a validator that is not ours, and the contract."""
    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8"))).validate(found)
    assert set(found) >= {"instrument", "provisions", "unread"}
    assert set(found["instrument"]) >= INSTRUMENT
    for provision in found["provisions"]:
        assert set(provision) >= PROVISION
        for ask in provision["asks"]:
            assert set(ask) >= ASK
            assert all(set(to) == {"class", "name"} for to in ask["addressees"])


def test_a_person_sees_the_tree_and_the_counts(here: Here, english: Path) -> None:
    """Symbol, title, every id with its first words, what was counted, and that nothing is left."""
    ran = here("read", english)
    assert ran.code == 0
    assert "A/RES/91/17 · Lighthouses for all" in ran.stdout
    for name in ("preamble.1", "2.a.ii", "note.2"):
        assert name in ran.stdout
    assert "3 numbered paragraphs" in ran.stdout
    assert "Every visible character" in ran.stdout


def test_json_keeps_the_contract(here: Here, english: Path) -> None:
    """The keys of the contract, valid by the released schema, nothing but JSON on stdout, offsets that hold."""
    found = here("read", english, "--format", "json").json()
    valid(found)
    provision = next(p for p in found["provisions"] if p["id"] == "2.b")
    assert ENGLISH[provision["start"] : provision["end"]] == "(b) To pay their keepers;"
    assert provision["parent"] == "2"


@pytest.mark.parametrize("language", sorted(SIX))
def test_json_in_every_language(here: Here, tmp_path: Path, language: str) -> None:
    """Valid by the schema, and in the letters of the language."""
    path = tmp_path / "a.txt"
    path.write_text(SIX[language], encoding="utf-8", newline="\n")
    ran = here("read", path, "--format", "json")
    valid(ran.json())
    assert ran.json()["instrument"]["language"] == language
    assert "\\u" not in ran.stdout


def test_official_texts_are_valid_by_the_schema(here: Here, shared: Path) -> None:
    """Three forms of instruments, a report and the Declaration."""
    folder = shared / "instruments"
    for name in ("A_78_L49.zh.txt", "global-ai-governance-initiative.zh.txt", "policy-brief-5-global-digital-compact.zh.txt"):
        valid(here("read", folder / name, "--format", "json").json())
    report = here("read", folder / "news-78-311.zh.md", "--format", "json").json()
    valid(report)
    assert report["instrument"]["about"]
    assert report["provisions"] == []
    valid(here("read", folder / "udhr_217A" / "udhr_arb.xml", "--format", "json").json())


def test_every_released_form_is_still_valid() -> None:
    """A reading that version 1 wrote is read by the schema of version 1 for ever."""
    valid(json.loads((Path(__file__).parent / "reading_1.json").read_text(encoding="utf-8")))


def test_a_report_is_told_as_one(here: Here, shared: Path) -> None:
    """It says what it is about, and counts no provisions."""
    ran = here("read", shared / "instruments" / "news-78-311.zh.md")
    assert ran.code == 0
    assert "no instrument" in ran.stdout
    assert "Found" not in ran.stdout


def test_unread_is_listed(here: Here, tmp_path: Path) -> None:
    """What no rule knew stands with its place, for people and in JSON."""
    path = tmp_path / "letter.txt"
    path.write_text("Dear keeper,\nthe lamp is out.\n", encoding="utf-8")
    assert "Unread: 1 stretches" in here("read", path).stdout
    found = here("read", path, "--format", "json").json()
    assert [piece["text"] for piece in found["unread"]] == ["Dear keeper,\nthe lamp is out."]


def test_no_control_character_reaches_the_terminal(here: Here, tmp_path: Path) -> None:
    """Escape sequences and overrides of direction are shown as lost characters."""
    path = tmp_path / "a.txt"
    path.write_text("The General Assembly,\n1. Decides \x1b[31mred\x1b[0m \u202eback\u202c.\n", encoding="utf-8")
    ran = here("read", path)
    assert not set(ran.stdout) & {"\x1b", "\u202e", "\u202c"}


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("nowhere.txt", None),
        ("empty.txt", b""),
        ("locked.pdf", locked_pdf()),
        ("pictures.pdf", pdf([[]])),
        ("cut.docx", docx(["a"])[:90]),
    ],
)
def test_what_cannot_be_read_ends_with_two(cli: Here, tmp_path: Path, name: str, data: bytes | None) -> None:
    """Got, expected, cure on stderr; nothing on stdout; no traceback; exit 2."""
    path = tmp_path / name
    if data is not None:
        path.write_bytes(data)
    ran = cli("read", path, "--format", "json")
    assert (ran.code, ran.stdout) == (2, "")
    for word in ("Got:", "Expected:", "Cure:"):
        assert word in ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("--format", "nonsense"),
        ("--confirm", "1"),
        ("--confirm", "99", "--by", "A. Person"),
        ("--corrections", "nowhere.yaml"),
        ("--words", "xx"),
        ("--encoding", "nonsense"),
    ],
    ids=" ".join,
)
def test_wrong_options_end_with_two(here: Here, english: Path, arguments: tuple[str, ...]) -> None:
    """What was asked and cannot be done; no file of corrections is left behind."""
    ran = here("read", english, *arguments)
    assert (ran.code, ran.stdout) == (2, "")
    assert "Cure:" in ran.stderr
    assert sorted(path.name for path in english.parent.iterdir()) == ["lighthouses.txt"]


def test_a_confirmed_ask_survives_a_second_reading(here: Here, english: Path) -> None:
    """`--confirm ID --by NAME` writes a file beside the text, and every later reading carries the name."""
    before = here("read", english, "--format", "json").json()
    asked = next(p for p in before["provisions"] if p["kind"] == "operative" and p["asks"])
    assert here("read", english, "--confirm", asked["id"], "--by", "A. Person").code == 0
    kept = english.with_name("lighthouses.txt.corrections.yaml").read_text(encoding="utf-8")
    assert "A. Person" in kept
    after = here("read", english, "--format", "json").json()
    named = {p["id"]: [ask["confirmed_by"] for ask in p["asks"]] for p in after["provisions"]}
    assert named[asked["id"]] == ["A. Person"] * len(asked["asks"])
    assert not any(name for other, names in named.items() if other != asked["id"] for name in names)
    assert here("read", english, "--confirm", asked["id"], "--by", "A. Person").code == 0
    assert english.with_name("lighthouses.txt.corrections.yaml").read_text(encoding="utf-8") == kept


def folder_of(tmp_path: Path, count: int) -> Path:
    """A folder of texts in all languages."""
    folder = tmp_path / "texts"
    folder.mkdir()
    for number in range(count):
        language = sorted(SIX)[number % 6]
        (folder / f"{number:03}.{language}.txt").write_text(SIX[language], encoding="utf-8", newline="\n")
    return folder


def test_a_folder_of_texts(cli: Here, tmp_path: Path) -> None:
    """One reading for each text, and an index with digests and counts; several processes give what one gives."""
    folder, out = folder_of(tmp_path, 30), tmp_path / "out"
    ran = cli("read", folder, "--out", out)
    assert (ran.code, ran.stderr) == (0, "")
    assert "30 of 30 texts were read" in ran.stdout
    index = json.loads((out / "readings.json").read_text(encoding="utf-8"))["readings"]
    assert [row["name"] for row in index] == sorted(path.name for path in folder.iterdir())
    for row in index:
        found = json.loads((out / "readings" / f"{row['name']}.json").read_text(encoding="utf-8"))
        valid(found)
        assert found["source"]["sha256"] == row["sha256"]
        assert len(found["provisions"]) == row["provisions"] > 0
    alone = cli("read", folder / "000.ar.txt", "--format", "json").json()
    assert json.loads((out / "readings" / "000.ar.txt.json").read_text(encoding="utf-8")) == alone


def test_one_bad_text_stops_no_other(here: Here, tmp_path: Path) -> None:
    """It is told on stderr and in the index; the others are read; the exit code is 2."""
    folder, out = folder_of(tmp_path, 3), tmp_path / "out"
    (folder / "bad.pdf").write_bytes(locked_pdf())
    ran = here("read", folder, "--out", out)
    assert ran.code == 2
    assert "bad.pdf: The PDF is locked." in ran.stderr
    rows = {row["name"]: row for row in json.loads((out / "readings.json").read_text(encoding="utf-8"))["readings"]}
    assert rows["bad.pdf"]["refused"][0] == "The PDF is locked."
    assert sum(row["refused"] is None for row in rows.values()) == 3


def test_a_folder_that_exists_is_left_alone(here: Here, tmp_path: Path) -> None:
    """Replaced only with --force, and only if an earlier run wrote it."""
    folder, out = folder_of(tmp_path, 2), tmp_path / "out"
    assert here("read", folder, "--out", out).code == 0
    assert here("read", folder, "--out", out).code == 2
    assert here("read", folder, "--out", out, "--force").code == 0
    strange = tmp_path / "strange"
    strange.mkdir()
    (strange / "diary.txt").write_text("mine", encoding="utf-8")
    assert here("read", folder, "--out", strange, "--force").code == 2
    assert (strange / "diary.txt").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("arguments", [(), ("--confirm", "1", "--by", "A. Person", "--out", "o")], ids=["no folder", "confirm"])
def test_several_texts_need_a_folder_and_no_corrections(here: Here, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """Two texts on one standard output would be no JSON; a correction belongs to one text."""
    folder = folder_of(tmp_path, 2)
    assert here("read", *sorted(folder.iterdir()), *arguments).code == 2


def test_texts_of_one_name_are_refused(here: Here, tmp_path: Path) -> None:
    """Their readings would overwrite each other."""
    paths = [tmp_path / name / "a.txt" for name in ("one", "other")]
    for path in paths:
        path.parent.mkdir()
        path.write_text(ENGLISH, encoding="utf-8")
    ran = here("read", *paths, "--out", tmp_path / "out")
    assert ran.code == 2
    assert "Two files are called a.txt" in ran.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
def test_ctrl_c_leaves_nothing_behind(tmp_path: Path) -> None:
    """Interrupted in the middle of many texts: 130, no folder, no half of one, no process left."""
    folder = folder_of(tmp_path, 600)
    command = [sys.executable, "-m", "plumbrule", "read", str(folder), "--out", str(tmp_path / "out")]
    process = subprocess.Popen(command, env=command_environment(), stderr=subprocess.PIPE, start_new_session=True)
    deadline = time.monotonic() + 60
    while not any(tmp_path.glob(".out.*/readings/*.json")):
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"Traceback" not in stderr
    assert [path.name for path in tmp_path.iterdir()] == ["texts"]


@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
@pytest.mark.parametrize("form", [(), ("--format", "json"), ("--words", "zh")], ids=["people", "json", "in Chinese"])
def test_any_script_is_said_on_any_stdout(tmp_path: Path, cli: Here, encoding: str, form: tuple[str, ...]) -> None:
    """Where stdout could not say Arabic (a pipe on Windows), it becomes UTF-8: the words come out, and no traceback."""
    path = tmp_path / "a.txt"
    path.write_text(SIX["ar"], encoding="utf-8")
    done = cli("read", path, *form, env={"PYTHONIOENCODING": encoding})
    assert done.code == 0, done.stderr
    assert "تطلب" in done.stdout
    assert "Traceback" not in done.stderr


def test_several_texts_are_read_on_any_stdout(tmp_path: Path, cli: Here) -> None:
    """A name and words that cp1252 has no letters for: read into a folder, counted, and told."""
    path = tmp_path / "منارات.txt"
    path.write_text(SIX["ar"] + "\n\nملاحظة بعد النهاية\n", encoding="utf-8")
    done = cli("read", path, "--out", tmp_path / "out", "--words", "zh", env={"PYTHONIOENCODING": "cp1252"})
    assert done.code == 0, done.stderr
    assert "منارات" in done.stdout
    assert "Traceback" not in done.stderr
