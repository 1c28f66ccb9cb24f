"""`plumbrule show`: a clause with its force, asks, what stands on it and a footnote; in every language at hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from plumbrule.base.words import translator
from plumbrule.rulebook import load_rulebook
from running import Ran

Run = Callable[..., Ran]
RULEBOOK = load_rulebook()


def test_a_provision_tells_its_force_asks_users_and_footnote(here: Run) -> None:
    """Everything a person needs to quote it without saying more than it says."""
    done = here("show", "R265/6.h")
    assert done.code == 0, done.stderr
    for said in (
        "R265 6(h)",
        RULEBOOK.provisions["R265/6.h"].wording.texts["en"],
        "a draft that nobody has reviewed; not the official text",
        "encourages → Member States · exhorts (rank encourages, ours)",
        "It binds nobody",
        "requirement non-discrimination",
        "check selection-rate in profile high: screen 0.8 (29 CFR 1607.4(D); guidance)",
        "para. 6 (h), 21 March 2024.",
    ):
        assert said in done.stdout, said


@pytest.mark.parametrize("name", ["R265 6(h)", "r265/6.H", " R265 6 (h) ", "R265/6(h)"])
def test_a_citation_is_as_good_as_an_id(here: Run, name: str) -> None:
    """However a person writes it."""
    assert here("show", name, "--json").json()["id"] == "R265/6.h"


@pytest.mark.parametrize("name", [*RULEBOOK.instruments, *RULEBOOK.requirements, *RULEBOOK.profiles, *RULEBOOK.crosswalks])
def test_everything_in_the_rulebook_can_be_shown(here: Run, name: str) -> None:
    """For people and as JSON."""
    assert name in here("show", name).stdout
    assert here("show", name, "--json").json()["id"] == name


def test_every_provision_can_be_shown_with_a_footnote(here: Run) -> None:
    """None of any kind breaks it; each has a place."""
    for number, name in enumerate(RULEBOOK.provisions):
        if number % 5 == 0:
            found = here("show", name, "--json").json()
            assert found["footnote"].endswith(".")
            assert found["text_it_stands_in"]["force"]


def test_every_place_of_a_crosswalk_can_be_shown(here: Run) -> None:
    """A place with links, and one without."""
    for crosswalk in RULEBOOK.crosswalks.values():
        linked = crosswalk.links[0].to
        assert here("show", f"{crosswalk.id}/{linked}", "--json").json()["links"]
        assert crosswalk.links[0].requirement in here("show", f"{crosswalk.id}/{linked}").stdout


def test_jurisdictions_can_be_shown(here: Run) -> None:
    """Those that the rulebook holds."""
    for name in RULEBOOK.jurisdictions:
        assert here("show", name).code == 0


@pytest.mark.parametrize(("lang", "draft"), [("zh", True), ("fr", True), ("ar", True), ("en", False)])
def test_our_wording_comes_in_the_language_asked_and_says_that_it_is_a_draft(here: Run, lang: str, draft: bool) -> None:
    """Six languages of our wording, and of the words around it; another one is refused."""
    done = here("show", "R265/6.h", "--lang", lang)
    assert done.code == 0, done.stderr
    assert RULEBOOK.provisions["R265/6.h"].wording.texts[lang] in done.stdout
    assert "The interface does not speak" not in done.stdout
    assert here("show", "R265/6.h", "--lang", "tlh").code == 2
    if lang == "fr":
        draft_of_ours = "Our wording, a draft translation that nobody has reviewed; not the official text."
        assert translator("fr").text(draft_of_ours) in done.stdout
    assert draft or "a draft that nobody has reviewed" in done.stdout


@pytest.mark.parametrize(
    ("name", "near"),
    [("R265/6.z", "R265/6."), ("human-reviw", "human-review"), ("hihg", "high"), ("eu-ai-act/Article 14", "eu-ai-act/Article 1")],
)
def test_an_unknown_id_offers_the_nearest(here: Run, name: str, near: str) -> None:
    """Exit 2, and names that exist."""
    done = here("show", name)
    assert done.code == 2
    assert near in done.stderr
    assert not done.stdout


def test_nothing_near_points_to_the_search(here: Run) -> None:
    """A name like none of ours."""
    done = here("show", "qqqqqqqqqqqq")
    assert done.code == 2
    assert "plumbrule search" in done.stderr


def test_a_language_that_is_none_of_the_six_is_refused(here: Run) -> None:
    """And the six are named."""
    done = here("show", "R265/6.h", "--lang", "tlh")
    assert done.code == 2
    assert "ar, zh, en, fr, ru, es" in done.stderr


def test_a_concordance_needs_a_clause(here: Run) -> None:
    """Not a whole instrument, and no files without the word."""
    assert here("show", "R265", "--concordance").code == 2
    assert here("show", "R265/6.h", "pyproject.toml").code == 2


@pytest.mark.shared
def test_a_concordance_of_a_text_that_the_rulebook_does_not_hold(here: Run, shared: Path) -> None:
    """A clause of the Declaration in six languages: in Arabic it stands as the fourth, found by aligning the whole texts."""
    names = ("eng", "arb", "cmn_hans", "fra", "rus", "spa")
    files = [shared / "instruments" / "udhr_217A" / f"udhr_{name}.xml" for name in names]
    rows = here("show", "preamble.5", "--concordance", *files, "--json").json()["languages"]
    assert [(row["language"], row["id"]) for row in rows] == [
        ("en", "preamble.5"),
        ("ar", "preamble.4"),
        *((code, "preamble.5") for code in ("zh", "fr", "ru", "es")),
    ]
    assert all("paragraph" in row["footnote"] for row in rows)
    wrong = here("show", "preamble.55", "--concordance", *files)
    assert wrong.code == 2
    assert "preamble.5" in wrong.stderr


@pytest.mark.shared
def test_a_concordance_shows_our_six_languages_and_the_official_text_in_hand(here: Run, shared: Path) -> None:
    """The official text is read from the file, under the same id, with a footnote of its own."""
    file = shared / "instruments" / "A_78_L49.zh.txt"
    found = here("show", "R265/6.h", "--concordance", file, "--json").json()
    rows = found["languages"]
    assert [row["language"] for row in rows if not row["official"]] == ["ar", "zh", "en", "fr", "ru", "es"]
    (official,) = [row for row in rows if row["official"]]
    assert (official["language"], official["id"], official["found_by"]) == ("zh", "6.h", "id")
    assert official["text"] not in RULEBOOK.provisions["R265/6.h"].wording.texts.values()
    assert "6 (h)" in official["footnote"]
    shown = here("show", "R265/6.h", "--concordance", file)
    assert official["text"] in shown.stdout
    assert f"official text, from {file.name}" in shown.stdout
