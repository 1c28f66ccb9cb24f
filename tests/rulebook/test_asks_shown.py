"""Asks as the command line shows them, and what is said where none was read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from read_fixtures import ENGLISH

from plumbrule.rulebook.reading import read_file
from running import Ran


def test_paragraphs_without_an_ask_are_named(here: Callable[..., Ran], tmp_path: Path) -> None:
    """A paragraph whose verb no rule knows is shown with the others, and named as one in which no ask was read."""
    path = tmp_path / "lamps.txt"
    path.write_text(ENGLISH.replace("3. Decides to return", "3. Lamplights a return"), encoding="utf-8", newline="\n")
    assert read_file(path).without_asks == ("3",)
    ran = here("read", path, "--lang", "en")
    assert ran.code == 0
    assert "Requests → the Secretary-General · requests of the United Nations · by 2040" in ran.stdout
    assert "No ask was read in 1 of them: 3" in ran.stdout
