"""`plumbrule search` from the command line: hits with reasons, filters, folders of readings, and nothing found."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from lighthouses import RESOLUTION

from plumbrule.base.words import translator
from plumbrule.rulebook import load_rulebook
from plumbrule.rulebook.reading import load_document, read_document
from plumbrule.rulebook.reading.writers import as_json
from plumbrule.rulebook.search.folder import INDEX
from running import Ran

Run = Callable[..., Ran]


@pytest.fixture
def readings(tmp_path: Path) -> Path:
    """A folder with one saved reading."""
    text = tmp_path / "lighthouses.txt"
    text.write_text(RESOLUTION, encoding="utf-8")
    folder = tmp_path / "readings"
    folder.mkdir()
    document = load_document(text)
    (folder / "lighthouses.json").write_text(as_json(read_document(document), document), encoding="utf-8")
    return folder


def test_a_hit_says_why(here: Run) -> None:
    """The words found are marked in the text, and the field is named."""
    done = here("search", "discrimination", "bias")
    assert done.code == 0, done.stderr
    assert "R265/6.h" in done.stdout
    assert "»discrimination«" in done.stdout
    assert "matched in text: " in done.stdout
    assert "a draft that nobody has reviewed" in done.stdout


@pytest.mark.parametrize("words", ["偏见", "предвзят", "التحيز", "sesgo"])
def test_four_scripts_lead_to_the_same_clause(here: Run, words: str) -> None:
    """Chinese, Russian, Arabic and Spanish words for bias."""
    found = here("search", words, "--json", "--limit", "50").json()
    assert "R265/6.h" in [hit["id"] for hit in found["hits"]]
    assert all(hit["matched"] for hit in found["hits"])


@pytest.mark.parametrize("verb", ["search 偏见", "search 偏见 --json", "show R265/6.h --lang ar", "compare GAI GAI"])
def test_a_pipe_of_another_encoding_gets_every_script(cli: Run, verb: str) -> None:
    """As a pipe on Windows is: no traceback, and UTF-8 comes out."""
    done = cli(*verb.split(), env={"PYTHONIOENCODING": "cp1252"})
    assert done.code == 0, done.stderr
    assert "?" * 8 not in done.stdout


def test_filters_keep_what_they_say(here: Run) -> None:
    """By addressee, function, instrument and theme, each alone and all together."""
    provisions = load_rulebook().provisions
    for option, value in (("addressee", "private-sector"), ("function", "requests"), ("instrument", "GAI"), ("theme", "privacy")):
        found = here("search", f"--{option}", value, "--json", "--limit", "300").json()
        assert found["hits"], option
        for hit in found["hits"]:
            if option == "instrument":
                assert hit["id"].startswith("GAI")
            else:
                assert value in hit[{"addressee": "addressees", "function": "functions", "theme": "themes"}[option]]
    held = here("search", "--addressee", "itu", "--json").json()["hits"]
    assert {hit["id"] for hit in held} == {p.id for p in provisions.values() if "ITU" in str(p.asks)} or held == []


@pytest.mark.parametrize(
    ("arguments", "cure"),
    [
        (["--function", "exhort"], "exhorts"),
        (["--addressee", "privat-sector"], "private-sector"),
        (["--instrument", "R256"], "R265"),
        (["--theme", "privcy"], "privacy"),
        ([], "plumbrule search privacy"),
        (["  "], "plumbrule search privacy"),
        (["privacy", "--in", "no-such-folder"], "Check its name"),
        (["privacy", "--lang", "tlh"], "--lang"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_a_cure(here: Run, arguments: list[str], cure: str) -> None:
    """Exit 2 and the nearest thing that exists."""
    done = here("search", *arguments)
    assert done.code == 2
    assert cure in done.stderr
    assert not done.stdout


def test_nothing_found_says_what_was_searched_and_offers_near_words(here: Run) -> None:
    """Exit 0: that nothing is there is an answer too."""
    done = here("search", "discriminaton")
    assert done.code == 0
    assert "Nothing found for discriminaton in " in done.stdout
    assert "discrimination" in done.stdout
    assert here("search", "discriminaton", "--json").json()["near"][0] == "discrimination"


def test_some_words_only_is_said(here: Run) -> None:
    """Words that no text holds together."""
    done = here("search", "bias", "satellites")
    assert "No text holds all of it; these hold some." in done.stdout
    assert here("search", "bias", "satellites", "--json").json()["all_words"] is False


def test_a_folder_of_readings_is_searched_and_its_index_kept(here: Run, readings: Path) -> None:
    """The official text is found by its words and filters; the index lies beside and is used again; strange files are named."""
    (readings / "other.json").write_text("[1]", encoding="utf-8")
    done = here("search", "lighthouses", "--in", readings, "--json").json()
    assert done["hits"]
    assert all((hit["official"] and hit["source"] == "lighthouses.txt") or hit["official"] for hit in done["hits"])
    assert done["searched"]["skipped"] == ["other.json"]
    assert (readings / INDEX).is_file()
    before = (readings / INDEX).stat().st_mtime_ns
    again = here("search", "--in", readings, "--addressee", "secretary-general", "--json").json()
    assert [hit["id"] for hit in again["hits"]] == ["A/RES/91/17/1"]
    assert again["searched"]["skipped"] == ["other.json"]
    assert (readings / INDEX).stat().st_mtime_ns == before
    (readings / "lighthouses.json").unlink()
    assert here("search", "lighthouses", "--in", readings).code == 2


def test_the_interface_speaks_chinese(here: Run) -> None:
    """The words around the hits come from the catalogue."""
    chinese = translator("zh")
    shown = here("search", "偏见", "--lang", "zh").stdout
    assert chinese.text("matched in {why}").split("{")[0] in shown
    assert chinese.text("text") + ": 偏见" in shown


def test_json_is_one_object_without_null_numbers(here: Run) -> None:
    """Only JSON on stdout, scores as numbers."""
    found = json.loads(here("search", "privacy", "--json").stdout)
    assert all(isinstance(hit["score"], float) for hit in found["hits"])
    assert [hit["score"] for hit in found["hits"]] == sorted((hit["score"] for hit in found["hits"]), reverse=True)
