"""A self-written resolution in five languages, read by the rules and laid beside itself: planted translator's slips are told.

Written by the author of the rules, so it shows that reading and comparing work together, not that real translations align.
"""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest
from read_fixtures import SIX
from versions_made import read_version, told

from plumbrule.rulebook.reading.compare import compare
from plumbrule.rulebook.reading.versions import Version

LANGUAGES = ["ar", "es", "fr", "ru", "zh"]


def read(language: str, folder: Path, old: str = "", new: str = "") -> Version:
    """One language, with one stretch exchanged."""
    text = SIX[language]
    assert not old or text.count(old) == 1
    path = folder / f"{language}.txt"
    path.write_text(text.replace(old, new) if old else text, encoding="utf-8")
    return read_version(path)


@pytest.mark.parametrize(("a", "b"), [*combinations(LANGUAGES, 2)])
def test_five_languages_of_one_text_have_no_difference(a: str, b: str, tmp_path: Path) -> None:
    """Structure, citations, figures and every field of every ask, as each language's rules read them."""
    found = compare(read(a, tmp_path), read(b, tmp_path))
    assert found.asks_compared
    assert told(found) == []
    assert found.equal


@pytest.mark.parametrize(
    ("old", "new", "row", "left", "right"),
    [
        ("第70/1号", "第70/2号", ("changed", ["citation"]), ("A/RES/70/1",), ("A/RES/70/2",)),
        ("促请会员国", "鼓励会员国", ("changed", ["rank"]), ("calls-upon",), ("encourages",)),
        ("促请会员国", "促请各区域组织", ("changed", ["addressee"]), ("member-states",), ("regional-organisations",)),
        ("2015年9月25日", "2016年9月25日", ("changed", ["number"]), ("2015",), ("2016",)),
    ],
)
def test_a_slip_in_the_chinese_is_told_and_nothing_else(
    old: str, new: str, row: tuple[str, list[str]], left: tuple[str, ...], right: tuple[str, ...], tmp_path: Path
) -> None:
    """One document, verb, addressee or year that is another in Chinese than in French."""
    found = compare(read("fr", tmp_path), read("zh", tmp_path, old, new), drafting="fr")
    aspects = [(p, aspect) for p in found.differences for aspect in p.aspects]
    assert {(p.how, aspect.what) for p, aspect in aspects} == {(row[0], what) for what in row[1]}
    assert all((aspect.left, aspect.right) == (left, right) for _, aspect in aspects)


def test_an_item_that_one_language_lacks_is_named(tmp_path: Path) -> None:
    """Item (b) is not in the Chinese; every other provision has its partner."""
    found = compare(read("fr", tmp_path), read("zh", tmp_path, "(b) 每个雾晨；\n\n", ""))
    assert told(found) == [("only-left", ("1.b",), (), [])]


def test_a_verb_of_another_function_is_reported_and_the_drafting_language_taken(tmp_path: Path) -> None:
    """Chinese *decides to ask* would be another act than French *prie*: both are told, French is taken where it was drafted."""
    found = compare(read("fr", tmp_path), read("zh", tmp_path, "请秘书长清点灯塔", "决定清点灯塔"), drafting="fr")
    aspects = {aspect.what: aspect for p in found.differences for aspect in p.aspects}
    assert (aspects["function"].left, aspects["function"].right, aspects["function"].taken) == (
        ("requests",),
        ("decides",),
        ("requests",),
    )
