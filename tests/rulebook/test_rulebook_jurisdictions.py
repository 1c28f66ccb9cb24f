"""Laws, and the profile of a jurisdiction: its names of tiers, its numbers, and that the default profiles stay as they are."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

import plumbrule.rulebook as room
from plumbrule.errors import AssessmentError, RulebookError
from plumbrule.rulebook import load_rulebook, profile, profile_in, read_rulebook

DATA = Path(room.__file__).parent / "data"
LIMIT = """
  - tier: high
    check: selection-rate
    threshold:
      id: written-for-this-test
      role: tolerance
      measure: difference
      value: 0.03
      source: {citation: "Article 1 of nothing", jurisdiction: KZ, status: law}
"""


ARTICLE = """
  - {id: KZ230/1, kind: article, citation: KZ230 1, wording: {texts: {en: a, zh: b}}}
"""


def copied(tmp_path: Path, name: str, old: str, new: str) -> Path:
    """A copy of the data in which one text of one file is replaced, once."""
    copy = tmp_path / "data"
    shutil.copytree(DATA, copy)
    text = (copy / name).read_text(encoding="utf-8")
    assert old in text
    (copy / name).write_text(text.replace(old, new, 1), encoding="utf-8", newline="\n")
    return copy


def test_a_law_says_where_and_from_when_and_is_not_cited_from_hearsay() -> None:
    """The law of Kazakhstan binds there since 18 January 2026, is known from secondary sources, and is reviewed by nobody."""
    law = load_rulebook().instruments["KZ230"]
    assert (law.kind, law.jurisdiction, law.binding, law.sources, law.citable) == ("law", "KZ", True, "secondary", False)
    assert [(part.part, part.since, part.until) for part in law.in_force] == [("whole", "2026-01-18", "")]
    assert law.reviewed_by == ""
    assert not [i.id for i in load_rulebook().instruments.values() if i.binding and i.kind != "law"]


def test_names_of_tiers_come_from_the_jurisdiction() -> None:
    """A local tier is called as there and looked at with one of our profiles; why, and from which source, is said."""
    book = load_rulebook()
    assert {t.id: (t.tier, t.relation) for t in book.jurisdictions["KZ"].tiers} == {
        "banned": ("unacceptable", "related"),
        "high-risk": ("high", "related"),
        "medium-risk": ("limited", "related"),
        "minimum-risk": ("minimal", "related"),
    }
    local, ours = profile_in(book, "KZ", "high-risk"), profile(book, "high")
    assert local.title.texts["en"] == "High degree of risk"
    assert (local.id, local.checks, local.requirements) == (ours.id, ours.checks, ours.requirements)
    for tier in book.jurisdictions["KZ"].tiers:
        assert (tier.source.jurisdiction, tier.source.status, tier.source.reviewed_by) == ("KZ", "law", "")
        assert tier.source.note
        assert "secondary" in tier.source.note.texts["en"]


def test_a_number_of_the_jurisdiction_takes_the_place_of_ours(tmp_path: Path) -> None:
    """A local limit replaces the threshold of its role in its check, there only; the default profile keeps ours."""
    book = read_rulebook(copied(tmp_path, "jurisdictions/KZ.yaml", "limits: []", f"limits:{LIMIT}"))
    check = next(c for c in profile_in(book, "KZ", "high-risk").checks if c.id == "selection-rate")
    assert {t.role: (t.id, t.value, t.source.jurisdiction) for t in check.thresholds} == {
        "tolerance": ("written-for-this-test", 0.03, "KZ"),
        "screen": ("four-fifths", 0.8, "US"),
    }
    assert profile(book, "high") == profile(load_rulebook(), "high")
    assert profile_in(book, "KZ", "medium-risk").checks == profile(book, "limited").checks


@pytest.mark.parametrize(
    ("where", "tier", "words"),
    [
        ("KS", "high-risk", ("jurisdiction 'KS'", "KZ")),
        ("KZ", "hihg-risk", ("tier 'hihg-risk' for KZ", "Did you mean 'high-risk'?")),
    ],
)
def test_an_unknown_place_or_tier_is_refused(where: str, tier: str, words: tuple[str, ...]) -> None:
    """Got, expected, cure."""
    with pytest.raises(AssessmentError) as caught:
        profile_in(load_rulebook(), where, tier)
    assert all(word in str(caught.value) for word in words)
    assert caught.value.expected
    assert caught.value.cure


@pytest.mark.parametrize(
    ("name", "old", "new", "words"),
    [
        ("instruments.yaml", "    jurisdiction: KZ\n", "", ("KZ230", "'law' with the jurisdiction 'none'")),
        ("instruments.yaml", "kind: initiative", "kind: initiative\n    binding: true", ("GAI", "binds or is in force")),
        ("instruments.yaml", "kind: initiative", "kind: initiative\n    jurisdiction: CN", ("GAI", "with the jurisdiction 'CN'")),
        ("instruments.yaml", "kind: initiative", "kind: initiative\n    sources: secondary", ("GAI", "secondary sources")),
        ("instruments.yaml", 'since: "2026-01-18"', 'since: "2026-18-01"', ("KZ230, whole", "'2026-18-01'")),
        ("instruments.yaml", 'since: "2026-01-18"', 'since: "2026-01-18", until: "2026-01-17"', ("KZ230, whole", "ends on")),
        ("jurisdictions/KZ.yaml", "instrument: KZ230", "instrument: R265", ("KZ.yaml", "R265 is of the jurisdiction")),
        ("jurisdictions/KZ.yaml", "instrument: KZ230", "instrument: KZ23", ("jurisdictions/KZ.yaml", "Did you mean 'KZ230'?")),
        ("jurisdictions/KZ.yaml", "id: medium-risk", "id: high-risk", ("jurisdictions/KZ.yaml", "'high-risk' is used twice")),
        ("jurisdictions/KZ.yaml", 'Article 17(1)"', 'x"\n      colour: red', ("jurisdictions/KZ.yaml", "colour")),
        ("jurisdictions/KZ.yaml", "jurisdiction: KZ", 'jurisdiction: ""', ("jurisdictions/KZ.yaml, banned", "not complete")),
        ("jurisdictions/KZ.yaml", "[]", LIMIT.replace("selection-rate", "purpse"), ("KZ.yaml, high", "purpse")),
        ("jurisdictions/KZ.yaml", "[]", LIMIT.replace("0.03", "3"), ("KZ.yaml, high", "0.05")),
        ("provisions/KZ230.yaml", "[]", ARTICLE, ("KZ230/1", "not citable")),
    ],
)
def test_a_broken_edit_is_refused(tmp_path: Path, name: str, old: str, new: str, words: tuple[str, ...]) -> None:
    """What a lawyer could get wrong about a law: refused with file and entry."""
    with pytest.raises(RulebookError) as caught:
        read_rulebook(copied(tmp_path, name, old, new))
    assert all(word in str(caught.value) for word in words), str(caught.value)


def test_in_force_is_written_as_text() -> None:
    """Dates are quoted in the file, so that YAML makes no dates of them."""
    entries = yaml.safe_load((DATA / "instruments.yaml").read_text(encoding="utf-8"))["instruments"]
    laws = [entry for entry in entries if entry["kind"] == "law"]
    assert laws
    assert all(isinstance(part["since"], str) for law in laws for part in law["in_force"])
