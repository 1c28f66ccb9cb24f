"""Crosswalks: ids that exist on both sides, types with reasons, and whose a link is."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

import plumbrule.rulebook as room
from plumbrule.errors import RulebookError
from plumbrule.rulebook import Crosswalk, load_rulebook, read_rulebook

DATA = Path(room.__file__).parent / "data"
NIST = {"GOVERN": (7, 3, 2, 3, 2, 2), "MAP": (6, 3, 5, 2, 2), "MEASURE": (3, 13, 3, 3), "MANAGE": (4, 4, 2, 3)}
"""Subcategories of each category, counted in the framework by hand."""


def crosswalk(name: str) -> Crosswalk:
    """One of those that ship."""
    return load_rulebook().crosswalks[name]


def test_the_three_that_the_page_names_are_there() -> None:
    """Two frameworks and one law, each with its citation and where it holds."""
    held = {c.id: (c.jurisdiction, c.status) for c in load_rulebook().crosswalks.values()}
    assert held == {
        "eu-ai-act": ("EU", "law"),
        "nist-ai-rmf-1.0": ("US", "guidance"),
        "unesco-recommendation": ("none", "guidance"),
    }


def test_places_of_nist_are_the_72_subcategories() -> None:
    """Every subcategory of the core and no other can be linked to."""
    counted = [f"{f} {c}.{n}" for f, counts in NIST.items() for c, count in enumerate(counts, 1) for n in range(1, count + 1)]
    assert list(crosswalk("nist-ai-rmf-1.0").places) == counted
    assert len(counted) == 72


def test_places_of_the_others_have_the_form_of_their_texts() -> None:
    """Articles 1 to 113 with paragraph and point; paragraphs 1 to 141, ranges upward."""
    for place in crosswalk("eu-ai-act").places:
        found = re.fullmatch(r"Article (\d+)(?:\((\d+)\))?(?:\(([a-z])\))?(?:\(([ivx]+)\))?", place)
        assert found, place
        assert 1 <= int(found[1]) <= 113
    for place in crosswalk("unesco-recommendation").places:
        found = re.fullmatch(r"paragraph (\d+)|paragraphs (\d+)–(\d+)", place)
        assert found, place
        numbers = [int(number) for number in found.groups() if number]
        assert numbers == sorted(numbers), place
        assert 1 <= numbers[0] <= numbers[-1] <= 141


@pytest.mark.parametrize("name", ["nist-ai-rmf-1.0", "eu-ai-act", "unesco-recommendation"])
def test_every_link_is_ours_unreviewed_and_gives_a_short_reason(name: str) -> None:
    """No link claims a source or a reviewer that it has not; a reason is one or two short sentences in two languages."""
    links = crosswalk(name).links
    assert links
    for link in links:
        assert (link.source, link.reviewed_by) == ("ours, unreviewed", "")
        assert {"en", "zh"} <= set(link.reason.texts)
        assert len(link.reason.texts["en"]) < 160
    assert not [link for link in links if link.type == "equal"]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("requirement: security", "requirement: secrecy", ("secrecy to MEASURE 2.7", "Did you mean 'security'?")),
        ('to: "MEASURE 2.7"', 'to: "MEASURE 2.71"', ("security to MEASURE 2.71", "Did you mean 'MEASURE 2.7'?")),
        ("type: narrower", "type: smaller", ("crosswalks/nist-ai-rmf-1.0.yaml, links", "type")),
        ('source: "ours, unreviewed"', 'source: ""', ("crosswalks/nist-ai-rmf-1.0.yaml, purpose to MAP 1.1", "no source")),
        ('"GOVERN 1.1", ', '"GOVERN 1.2", ', ("crosswalks/nist-ai-rmf-1.0.yaml", "'GOVERN 1.2' is used twice")),
        ('to: "MANAGE 4.1"', 'to: "MEASURE 2.4"', ("'watched-in-use to MEASURE 2.4' is used twice",)),
        ("id: nist-ai-rmf-1.0", "id: nist", ("crosswalks/nist-ai-rmf-1.0.yaml", "the id is 'nist'")),
        ("        en: ", "        de: ", ("purpose to MAP 1.1", "no text in 'en'")),
    ],
)
def test_a_broken_crosswalk_is_refused(tmp_path: Path, old: str, new: str, words: tuple[str, ...]) -> None:
    """A dangling id on either side, an unknown type, a link without source or reason: refused with file and entry."""
    copy = tmp_path / "data"
    shutil.copytree(DATA, copy)
    file = copy / "crosswalks" / "nist-ai-rmf-1.0.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8", newline="\n")
    with pytest.raises(RulebookError) as caught:
        read_rulebook(copy)
    assert all(word in str(caught.value) for word in words), str(caught.value)


def test_a_rulebook_without_crosswalks_is_sound(tmp_path: Path) -> None:
    """Crosswalks hang on the requirements and nothing hangs on them."""
    copy = tmp_path / "data"
    shutil.copytree(DATA, copy)
    shutil.rmtree(copy / "crosswalks")
    assert read_rulebook(copy).crosswalks == {}
