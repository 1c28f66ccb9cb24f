"""Real texts side by side: the Universal Declaration in six languages, and the draft of R265 beside mutated copies of itself."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

import pytest
from versions_made import read_version, told

from plumbrule.rulebook import load_rulebook
from plumbrule.rulebook.reading import read_file
from plumbrule.rulebook.reading.compare import compare
from plumbrule.rulebook.reading.versions import Version, version_of_rulebook

pytestmark = pytest.mark.shared
LANGUAGES = {"ar": "arb", "zh": "cmn_hans", "en": "eng", "fr": "fra", "ru": "rus", "es": "spa"}
LOST = ("preamble.4",)


@pytest.fixture(scope="module")
def declaration(shared: Path) -> dict[str, Version]:
    """The Universal Declaration in six languages."""
    folder = shared / "instruments" / "udhr_217A"
    return {code: read_version(folder / f"udhr_{name}.xml") for code, name in LANGUAGES.items()}


@pytest.fixture(scope="module")
def draft(shared: Path) -> Path:
    """The draft of resolution 78/265."""
    return shared / "instruments" / "A_78_L49.zh.txt"


@pytest.mark.parametrize(("a", "b"), [pair for pair in combinations(LANGUAGES, 2) if "ar" not in pair])
def test_five_languages_of_the_declaration_align_one_to_one(declaration: dict[str, Version], a: str, b: str) -> None:
    """Preamble, 30 articles and 32 paragraphs answer each other by id."""
    found = compare(declaration[a], declaration[b])
    assert not found.differences
    assert all(pairing.left == pairing.right for pairing in found.pairings)
    assert len(found.pairings) == 70


def test_french_is_one_paragraph_short_where_the_assembly_is_named(declaration: dict[str, Version]) -> None:
    """French has 59 paragraphs and English 60: the alignment says that the opening line is what is shorter."""
    found = compare(declaration["fr"], declaration["en"])
    assert [(a.left, a.right) for a in found.outside] == [(("opening", "1"), ("opening", "2"))]


@pytest.mark.parametrize("other", ["en", "fr", "es", "zh"])
def test_arabic_lacks_the_fourth_paragraph_of_the_preamble(declaration: dict[str, Version], other: str) -> None:
    """The paragraph on friendly relations is not in this file's Arabic; the rest is only counted otherwise."""
    found = compare(declaration["ar"], declaration[other])
    assert [p.right for p in found.differences if p.how == "only-right"] == [LOST]
    assert {p.how for p in found.differences} == {"only-right", "changed"}
    assert {a.what for p in found.differences for a in p.aspects} <= {"renumbered", "paragraphs"}
    assert all(p.left[0].startswith("preamble") for p in found.differences if p.left)


def test_the_declaration_differs_as_much_from_either_side(declaration: dict[str, Version]) -> None:
    """Turning the sides over turns the differences over."""
    there = told(compare(declaration["ar"], declaration["en"]))
    back = told(compare(declaration["en"], declaration["ar"]))
    turned = {"only-left": "only-right", "only-right": "only-left", "merged": "split", "split": "merged"}
    assert sorted(there) == sorted((turned.get(how, how), right, left, what) for how, left, right, what in back)


def mutated(draft: Path, folder: Path, name: str, pattern: str, new: str) -> Version:
    """A copy in which the first match in one provision stands otherwise."""
    text = draft.read_bytes().decode("utf-8")
    passage = next(p for p in read_file(draft).passages if p.id == name)
    found = re.compile(pattern).search(text, passage.start, passage.end)
    assert found
    path = folder / "copy.txt"
    path.write_bytes((text[: found.start()] + new + text[found.end() :]).encode("utf-8"))
    return read_version(path)


def test_the_draft_beside_itself_has_no_difference(draft: Path) -> None:
    """Nothing invented."""
    assert compare(read_version(draft), read_version(draft)).equal


def test_an_item_deleted_from_the_draft_is_the_only_difference(draft: Path, tmp_path: Path) -> None:
    """6(d) is cut out and the letters after it are moved up: one loss, and thirteen new letters."""
    text = draft.read_bytes().decode("utf-8")
    items = {p.id: p for p in read_file(draft).passages}
    start, end = items["6.d"].start, items["6.d"].end
    rest, at = list(text), 0
    for old, new in zip("efghijklmnopq", "defghijklmnop", strict=True):
        at = text.index(f"({old})", items[f"6.{old}"].start)
        rest[at + 1] = new
    path = tmp_path / "copy.txt"
    path.write_bytes(("".join(rest)[:start] + "".join(rest)[end:]).encode("utf-8"))
    rows = told(compare(read_version(draft), read_version(path)))
    assert rows[0] == ("only-left", ("6.d",), (), [])
    assert all(how == "changed" and what == ["renumbered"] for how, _, _, what in rows[1:])
    assert [left[0] for _, left, _, _ in rows[1:]] == [f"6.{letter}" for letter in "efghijklmnopq"]


def test_a_year_changed_in_the_draft_is_the_only_difference(draft: Path, tmp_path: Path) -> None:
    """The year of paragraph 11 and nothing else."""
    found = compare(read_version(draft), mutated(draft, tmp_path, "11", r"20\d\d", "2035"))
    (pairing,) = found.differences
    assert (pairing.left, pairing.right) == (("11",), ("11",))
    assert ("number", ("2035",)) in [(aspect.what, aspect.right) for aspect in pairing.aspects]
    assert [c.text for c in pairing.words if c.what == "added"] == ["2035"]


def test_a_citation_swapped_in_the_draft_is_the_only_difference(draft: Path, tmp_path: Path) -> None:
    """One resolution of the third paragraph of the preamble is exchanged for another."""
    found = compare(read_version(draft), mutated(draft, tmp_path, "preamble.3", "77/320", "77/999"))
    (pairing,) = found.differences
    assert pairing.left == ("preamble.3",)
    citation = next(aspect for aspect in pairing.aspects if aspect.what == "citation")
    assert (citation.left, citation.right) == (("A/RES/77/320",), ("A/RES/77/999",))


def test_the_rulebook_answers_the_draft(draft: Path) -> None:
    """Our ids, citations and asks of R265 beside the draft: every provision has its partner, under its own id."""
    rulebook = load_rulebook()
    held = [p for p in rulebook.provisions.values() if p.instrument == "R265"]
    ours = version_of_rulebook(rulebook.instruments["R265"], held, "en")
    found = compare(ours, read_version(draft))
    assert not found.words_compared
    assert all(len(p.left) == 1 and p.left == p.right for p in found.pairings)
