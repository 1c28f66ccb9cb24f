"""Reading the data files: what ships is sound, and an edit that breaks something is refused with its place and its cure."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import plumbrule.rulebook as room
from plumbrule.errors import AssessmentError, InputError, RulebookError
from plumbrule.rulebook import cite, load_rulebook, profile, read_rulebook

DATA = Path(room.__file__).parent / "data"
Edit = Callable[[str, str, str], Path]


@pytest.fixture
def edit(tmp_path: Path) -> Edit:
    """A copy of the data in which one text is replaced by another, everywhere in one file."""

    def make(name: str, old: str, new: str) -> Path:
        copy = tmp_path / "data"
        shutil.copytree(DATA, copy)
        text = (copy / name).read_text(encoding="utf-8")
        assert old in text
        (copy / name).write_text(text.replace(old, new), encoding="utf-8", newline="\n")
        return copy

    return make


def test_loaded_once() -> None:
    """The shipped rulebook is read once per process."""
    assert load_rulebook() is load_rulebook()


def test_names_of_the_door_are_sorted_and_there() -> None:
    """`__all__` is sorted and every name in it exists."""
    assert list(room.__all__) == sorted(room.__all__)
    assert all(hasattr(room, name) for name in room.__all__)


def test_cite_and_profile() -> None:
    """A provision is cited as people write it; an unknown one is refused with the nearest."""
    book = load_rulebook()
    assert cite(book, "R265/6.h") == "R265 6(h)"
    assert profile(book, "high").tier == "high"
    with pytest.raises(InputError, match=r"Did you mean 'R265/6\.h'\?"):
        cite(book, "R265/6h")
    with pytest.raises(AssessmentError, match="unacceptable, high, limited, minimal"):
        profile(book, "enormous")


def test_version_follows_the_texts_and_not_the_line_ends(edit: Edit) -> None:
    """An edited file is another version; a checkout with Windows line ends is not."""
    shipped = load_rulebook().version
    copy = edit("provisions/GAI.yaml", "Puts forward fairness", "Puts forward fair dealing")
    assert read_rulebook(copy).version != shipped
    for file in DATA.rglob("*.yaml"):
        target = copy / file.relative_to(DATA)
        target.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert read_rulebook(copy).version == shipped


@pytest.mark.parametrize(
    ("name", "old", "new", "words"),
    [
        (
            "requirements.yaml",
            "[R265/6.d, GDC/vision.2]",
            "[R265/6.dd]",
            ("requirements.yaml, purpose", "R265/6.dd", "Did you mean 'R265/6.d'?"),
        ),
        ("requirements.yaml", "[R265/6.d, GDC/vision.2]", "[]", ("requirements.yaml, purpose", "no provision")),
        ("requirements.yaml", "  - id: privacy\n", "  - id: purpose\n", ("'purpose' is used twice",)),
        ("requirements.yaml", "  - id: privacy\n", "  - id: secrecy\n", ("profiles/high.yaml", "'privacy' does not exist")),
        (
            "tiers.yaml",
            "{social_scoring: true}",
            "{social_skoring: true}",
            ("tiers.yaml, unacceptable.social-scoring", "Did you mean 'social_scoring'?"),
        ),
        ("tiers.yaml", "{social_scoring: true}", "{}", ("unacceptable.social-scoring", "no condition")),
        (
            "tiers.yaml",
            "{social_scoring: true}",
            '{social_scoring: "true"}',
            ("unacceptable.social-scoring, when, social_scoring", "boolean"),
        ),
        ("tiers.yaml", "schema: plumbrule-tiers/1", "schema: plumbrule-tiers/9", ("tiers.yaml, schema", "plumbrule-tiers/1")),
        (
            "provisions/GAI.yaml",
            "  - id: GAI/6\n",
            "  - id: GAI/6\n    id: GAI/6\n",
            ("provisions/GAI.yaml, line", "'id' is written twice"),
        ),
        ("provisions/GAI.yaml", "  - id: GAI/6\n", "  - id: GAI/66\n", ("asks/GAI.yaml, GAI/6", "no such provision")),
        (
            "provisions/GAI.yaml",
            "  - id: GAI/preamble.3\n",
            "  - id: GDC/preamble.3\n",
            ("provisions/GAI.yaml, GDC/preamble.3", "starts with GAI/"),
        ),
        ("provisions/GAI.yaml", "citation: GAI 6", "citation: Initiative 6", ("provisions/GAI.yaml, GAI/6", "Initiative 6")),
        ("provisions/GAI.yaml", "instrument: GAI", "instrument: GDC", ("provisions/GAI.yaml", "as the file is called")),
        (
            "provisions/GAI.yaml",
            '        zh: "倡议公平',
            '        de: "倡议公平',
            ("provisions/GAI.yaml, GAI/7", "no text in 'zh'", "Write the zh text"),
        ),
        (
            "provisions/GAI.yaml",
            "kind: dash",
            "kind: verse",
            ("provisions/GAI.yaml, provisions, GAI/1, kind", "(written: 'verse')", "10 more"),
        ),
        (
            "provisions/GAI.yaml",
            "    citation: GAI 6\n",
            "    citation: GAI 6\n    colour: red\n",
            ("GAI/6, colour", "Unexpected"),
        ),
        ("provisions/GAI.yaml", "provisions:\n", "provisions: ]\n", ("provisions/GAI.yaml, line", "column")),
        ("instruments.yaml", 'date: "2023-10-20"', "date: 2023-13-20", ("instruments.yaml", "month")),
        (
            "provisions/GAI.yaml",
            "reviewed_by: {}",
            "reviewed_by: {no: A. Person}",
            ("provisions/GAI.yaml, line", "the key False is not text"),
        ),
        ("provisions/GAI.yaml", "kind: dash", "? [kind]\n    : dash", ("provisions/GAI.yaml, line", "is not text")),
        ("provisions/GAI.yaml", "instrument: GAI", "instrument: &it [*it]", ("provisions/GAI.yaml, line", "recursive")),
        ("provisions/GAI.yaml", "reviewed_by: {}", "reviewed_by: {de: A. Person}", ("GAI/preamble.1", "reviewed_by names 'de'")),
        (
            "provisions/R311.yaml",
            "provisions: []",
            "provisions: [{id: R311/1, kind: operative, citation: R311 1, wording: {texts: {en: a, zh: b}}}]",
            ("R311/1", "not citable"),
        ),
        ("profiles/high.yaml", "value: 0.05", "value: 5", ("profiles/high.yaml, selection-rate", "five points is 0.05")),
        (
            "profiles/high.yaml",
            "value: 0.05",
            'value: "0.05"',
            ("profiles/high.yaml, checks, selection-rate, thresholds, selection-rate.tolerance, value", "number"),
        ),
        ("profiles/high.yaml", "value: 0.05", "value: .nan", ("profiles/high.yaml", "finite")),
        (
            "profiles/high.yaml",
            "role: tolerance",
            "role: floor",
            ("selection-rate", "screen with ratio; tolerance with difference"),
        ),
        ("profiles/high.yaml", "kind: declared", "kind: level", ("profiles/high.yaml, purpose", "level check with 0 thresholds")),
        ("profiles/high.yaml", 'citation: "29 CFR 1607.4(D)"', 'citation: ""', ("four-fifths", "source is not complete")),
        (
            "profiles/high.yaml",
            "truths: [0.0, 0.02, 0.1]",
            "truths: [0.02, 0.02, 0.1]",
            ("profiles/high.yaml", "three different gaps"),
        ),
        (
            "profiles/high.yaml",
            "id: smallest-group\n",
            "id: unknown-share\n",
            ("profiles/high.yaml", "'unknown-share' is used twice"),
        ),
        ("profiles/high.yaml", "tier: high", "tier: limited", ("profiles/high.yaml", "as the file is called")),
    ],
)
def test_a_broken_edit_is_refused(edit: Edit, name: str, old: str, new: str, words: tuple[str, ...]) -> None:
    """Each slip a lawyer could make is refused, naming file and entry, with what was expected and how to mend it."""
    with pytest.raises(RulebookError) as caught:
        read_rulebook(edit(name, old, new))
    for word in words:
        assert word in str(caught.value)
    assert caught.value.expected
    assert caught.value.cure


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """A missing file, a missing folder and a file that is not UTF-8 are refused by name."""
    shutil.copytree(DATA, tmp_path / "data")
    (tmp_path / "data" / "profiles" / "limited.yaml").unlink()
    with pytest.raises(RulebookError, match=r"profiles/limited\.yaml is missing"):
        read_rulebook(tmp_path / "data")
    with pytest.raises(RulebookError, match="is not a folder"):
        read_rulebook(tmp_path / "nowhere")
    (tmp_path / "data" / "tiers.yaml").write_bytes("note: Prüfung".encode("latin-1"))
    with pytest.raises(RulebookError, match=r"tiers\.yaml is not UTF-8"):
        read_rulebook(tmp_path / "data")
