"""What the shipped data say: sources of thresholds, profiles per tier, force of the words, schemas."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import get_args

import jsonschema
import pytest
import yaml

import plumbrule.rulebook as room
from plumbrule.rulebook import TierName, load_rulebook, profile
from plumbrule.rulebook.form import schema_documents
from plumbrule.rulebook.soundness import all_wordings

ROOM = Path(room.__file__).parent
KINDS = {
    "provisions": "provisions",
    "asks": "asks",
    "profiles": "profile",
    "crosswalks": "crosswalk",
    "jurisdictions": "jurisdiction",
}
CONTRACTED_METRICS = {"selection_rate", "true_positive_rate", "false_positive_rate", "false_negative_rate"}


def test_five_instruments_of_the_mission_and_one_law() -> None:
    """The five are there, none a law; only the news report and the law, read in secondary sources, may not be cited."""
    book = load_rulebook()
    assert {i.id: i.kind for i in book.instruments.values()} == {
        "R265": "resolution",
        "CA": "resolution",
        "R311": "report",
        "GAI": "initiative",
        "GDC": "report",
        "KZ230": "law",
    }
    assert [i.id for i in book.instruments.values() if not i.citable] == ["R311", "KZ230"]
    assert not [p for p in book.provisions.values() if p.instrument in {"R311", "KZ230"}]


def test_status_is_word_for_word_that_of_the_mission(shared: Path) -> None:
    """The status of each instrument of the mission stands so in the table of MISSION.md."""
    mission = (shared / "MISSION.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| \*\*(\w+)\*\* \|[^|]*\|([^|]*)\|", mission, re.MULTILINE))
    assert {i.id: i.status for i in load_rulebook().instruments.values() if i.kind != "law"} == {
        name: status.strip() for name, status in rows.items()
    }


def test_nothing_is_marked_as_reviewed() -> None:
    """No person outside has reviewed any wording or threshold yet, and the data say so."""
    book = load_rulebook()
    assert not [place for place, wording in all_wordings(book) if wording.reviewed_by]
    assert not [t.id for p in book.profiles.values() for c in p.checks for t in c.thresholds if t.source.reviewed_by]
    assert not [i.id for i in book.instruments.values() if i.reviewed_by]
    assert not [j.id for j in book.jurisdictions.values() if j.reviewed_by or any(t.source.reviewed_by for t in j.tiers)]


def test_one_profile_per_tier() -> None:
    """Each tier has its profile, and what a profile looks at says so: by a test, by reading what was declared, or by a person."""
    book = load_rulebook()
    assert tuple(book.profiles) == get_args(TierName)
    inside = {r for p in book.profiles.values() for r in p.requirements}
    checks = [c for p in book.profiles.values() for c in p.checks]
    kinds = {name: {c.kind for c in checks if c.requirement == name} for name in book.requirements}
    for requirement in book.requirements.values():
        if requirement.id in inside:
            said = "decided" if not kinds[requirement.id] else "examined" if kinds[requirement.id] == {"declared"} else "tested"
            assert requirement.looked_at == said
        else:
            assert requirement.looked_at in {"decided", "measured", "declared", "not-yet"}


def test_every_row_of_the_mission_that_can_be_checked_has_a_requirement(shared: Path) -> None:
    """Rows B to F each have a requirement, or the reason why there can be none; no requirement serves another row."""
    mission = (shared / "MISSION.md").read_text(encoding="utf-8")
    rows = set(re.findall(r"^\| ([B-F]\d) \|", mission, re.MULTILINE))
    book = load_rulebook()
    served = {row for requirement in book.requirements.values() for row in requirement.rows}
    assert all(requirement.rows for requirement in book.requirements.values())
    assert served | set(book.rows_without) == rows
    assert not served & set(book.rows_without)
    assert {requirement.subject for requirement in book.requirements.values()} == {"system", "party", "content"}


@pytest.mark.parametrize(("tier", "tolerance"), [("high", 0.05), ("limited", 0.10)])
def test_profiles_that_test(tier: str, tolerance: float) -> None:
    """High and limited compare four rates, screen one of them, and look at data and declared facts."""
    chosen = profile(load_rulebook(), tier)
    gaps = {c.metric: {t.role: t for t in c.thresholds} for c in chosen.checks if c.kind == "gap"}
    assert set(gaps) == CONTRACTED_METRICS
    assert {roles["tolerance"].value for roles in gaps.values()} == {tolerance}
    assert [m for m, roles in gaps.items() if "screen" in roles] == ["selection_rate"]
    assert {c.metric for c in chosen.checks if c.kind == "level"} == {"unknown_share", "smallest_group"}
    assert {c.metric for c in chosen.checks if c.kind == "declared"} == {
        "purpose",
        "explanation",
        "human_review",
        "appeal_address",
        "legal_basis",
        "privacy",
    }
    assert {"race", "sex"} <= set(chosen.grounds)
    assert tolerance not in chosen.truths
    assert {c.requirement for c in chosen.checks} == set(chosen.requirements)


def test_nothing_can_satisfy_the_unacceptable_profile() -> None:
    """No check answers the one requirement of the unacceptable tier: a person does."""
    chosen = profile(load_rulebook(), "unacceptable")
    assert chosen.requirements == ("refrain-or-cease",)
    assert chosen.checks == ()
    assert [c.metric for c in profile(load_rulebook(), "minimal").checks] == ["purpose"]


def test_only_the_four_fifths_screen_has_an_outside_source() -> None:
    """One threshold is guidance of the United States; all others are ours, and each says what a reader must know of it."""
    thresholds = [t for p in load_rulebook().profiles.values() for c in p.checks for t in c.thresholds]
    assert {
        (t.id, t.value, t.source.citation, t.source.jurisdiction, t.source.status)
        for t in thresholds
        if t.source.status != "ours"
    } == {("four-fifths", 0.8, "29 CFR 1607.4(D)", "US", "guidance")}
    assert all(t.source.note for t in thresholds if t.id == "four-fifths")
    assert any("employee selection" in t.source.note.texts["en"] for t in thresholds if t.source.note)


def test_tier_note_says_whose_the_tiers_are() -> None:
    """The decision table says plainly that names and rules are ours and that GAI names no level."""
    note = load_rulebook().tier_note.texts["en"]
    assert "ours" in note
    assert "GAI 5" in note
    assert "names none" in note


def test_committed_schemas_are_those_of_the_forms() -> None:
    """The JSON Schemas in `schemas/` are current; mend with `python -m plumbrule.rulebook.write_schemas`."""
    committed = {
        f.name.removesuffix(".schema.json"): json.loads(f.read_text(encoding="utf-8")) for f in (ROOM / "schemas").glob("*.json")
    }
    assert committed == schema_documents()


@pytest.mark.parametrize("file", sorted((ROOM / "data").rglob("*.yaml")), ids=lambda f: f.name)
def test_each_file_is_valid_by_its_schema(file: Path) -> None:
    """A validator that is not ours finds each data file valid, and the file's first line points an editor at that schema."""
    text = file.read_text(encoding="utf-8")
    kind = KINDS.get(file.parent.name, file.stem)
    schema = ROOM / "schemas" / f"{kind}.schema.json"
    jsonschema.Draft202012Validator(json.loads(schema.read_text(encoding="utf-8"))).validate(yaml.safe_load(text))
    pointed = text.splitlines()[0].removeprefix("# yaml-language-server: $schema=")
    assert (file.parent / pointed).resolve() == schema.resolve()
