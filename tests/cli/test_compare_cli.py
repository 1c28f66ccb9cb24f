"""`plumbrule compare`: files, ids and saved readings beside each other; the last line says what it comes to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from lighthouses import RESOLUTION

from plumbrule.base.words import translator
from plumbrule.rulebook.reading import load_document, read_document
from plumbrule.rulebook.reading.writers import as_json
from running import Ran

Run = Callable[..., Ran]


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    """A self-written resolution."""
    path = tmp_path / "draft.txt"
    path.write_text(RESOLUTION, encoding="utf-8")
    return path


@pytest.fixture
def adopted(tmp_path: Path) -> Path:
    """The same with another year."""
    path = tmp_path / "adopted.txt"
    path.write_text(RESOLUTION.replace("lighthouses by 2040", "lighthouses by 2050"), encoding="utf-8")
    return path


def test_a_draft_beside_what_was_adopted(here: Run, draft: Path, adopted: Path) -> None:
    """One provision, its deadline and its words; exit 0, and the last line counts."""
    done = here("compare", draft, adopted)
    assert done.code == 0, done.stderr
    assert "[-2040-]{+2050+}" in done.stdout
    assert done.stdout.rstrip().splitlines()[-1].startswith("1 difference; ")
    found = here("compare", draft, adopted, "--json").json()
    assert found["equal"] is False
    (row,) = found["differences"]
    assert (row["how"], row["a"], row["b"]) == ("changed", ["1"], ["1"])
    assert {"number", "words"} <= {aspect["what"] for aspect in row["aspects"]}


def test_a_text_beside_itself_and_its_saved_reading(here: Run, draft: Path, tmp_path: Path) -> None:
    """Equal either way, and it says so."""
    document = load_document(draft)
    saved = tmp_path / "draft.json"
    saved.write_text(as_json(read_document(document), document), encoding="utf-8")
    for other in (draft, saved):
        done = here("compare", draft, other)
        assert done.code == 0, done.stderr
        assert done.stdout.rstrip().splitlines()[-1].startswith("No difference in what was compared: ")
        assert here("compare", draft, other, "--json").json()["equal"] is True


def test_two_provisions_of_the_rulebook(here: Run) -> None:
    """They stand beside each other whatever they say: words, rank, addressees."""
    found = here("compare", "R265/6.h", "R265/6.p", "--json").json()
    (row,) = found["differences"]
    assert (row["a"], row["b"]) == (["6.h"], ["6.p"])
    assert {"renumbered", "rank", "words"} <= {aspect["what"] for aspect in row["aspects"]}
    assert here("compare", "R265/6.h", "r265 6(h)", "--json").json()["equal"] is True


def test_an_instrument_beside_itself_in_chinese(here: Run) -> None:
    """Our wording with our wording, and an interface in Chinese."""
    done = here("compare", "GAI", "GAI", "--lang", "zh")
    assert done.code == 0, done.stderr
    said = translator("zh").say("No difference in what was compared: {same} provisions.", same=14)
    assert done.stdout.rstrip().splitlines()[-1] == said


@pytest.mark.parametrize(
    ("a", "b", "said"),
    [
        ("no-such-file.txt", "R265", "no file"),
        ("R265", "R265/6.z", "R265/6."),
        ("R311", "R265", "no provision"),
    ],
)
def test_what_is_neither_file_nor_id_is_refused(here: Run, a: str, b: str, said: str) -> None:
    """Exit 2, the nearest ids, nothing on stdout."""
    done = here("compare", a, b)
    assert done.code == 2
    assert said in done.stderr
    assert not done.stdout


def test_a_file_that_holds_no_provisions_is_refused(here: Run, tmp_path: Path) -> None:
    """A note of one line, and JSON of another sort."""
    note, other = tmp_path / "note.txt", tmp_path / "other.json"
    note.write_text("Buy milk.", encoding="utf-8")
    other.write_text('{"instrument": 3}', encoding="utf-8")
    for path in (note, other):
        done = here("compare", path, "R265")
        assert done.code == 2
        assert "Cure" in done.stderr


@pytest.mark.shared
def test_the_declaration_in_two_languages_names_what_arabic_lacks(here: Run, shared: Path) -> None:
    """A line for the paragraph that only English has, a run for those that were only counted otherwise."""
    folder = shared / "instruments" / "udhr_217A"
    done = here("compare", folder / "udhr_arb.xml", folder / "udhr_eng.xml")
    assert done.code == 0, done.stderr
    assert "only in B" in done.stdout
    assert "Two languages: structure" in done.stdout
    found = here("compare", folder / "udhr_fra.xml", folder / "udhr_eng.xml", "--json").json()
    assert found["differences"] == []
    assert found["outside"][0]["a"] == ["opening", "1"]
