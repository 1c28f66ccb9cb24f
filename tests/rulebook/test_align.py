"""Two versions side by side: planted changes are found and nothing else, and the alignment knows no left and right."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from versions_made import COUNT, TEXTS, ids, told, version, with_clause, without

from plumbrule.rulebook.asking import Addressee, Quantity
from plumbrule.rulebook.reading.align import align
from plumbrule.rulebook.reading.compare import compare
from plumbrule.rulebook.reading.versions import Clause, Version
from plumbrule.rulebook.reading.wordwise import changes

BASE = version()


def test_a_text_beside_itself_has_no_difference() -> None:
    """Nothing is reported where nothing differs."""
    found = compare(BASE, BASE)
    assert found.equal
    assert [p.how for p in found.pairings] == ["same"] * len(TEXTS)


@pytest.mark.parametrize("gone", ["2.b", "2.d", "preamble.1", "3"])
def test_a_provision_left_out_is_named(gone: str) -> None:
    """One that only the first version has, and no other line."""
    assert told(compare(BASE, without(BASE, gone))) == [("only-left", (gone,), (), [])]
    assert told(compare(without(BASE, gone), BASE)) == [("only-right", (), (gone,), [])]


def test_a_provision_left_out_and_the_rest_relettered() -> None:
    """The loss is one line, the new letters are said to be only that."""
    texts = {key: text for key, text in TEXTS.items() if key != "2.d"} | {"2.b": TEXTS["2.c"], "2.c": TEXTS["2.d"]}
    assert told(compare(BASE, version(texts))) == [
        ("only-left", ("2.b",), (), []),
        ("changed", ("2.c",), ("2.b",), ["renumbered"]),
        ("changed", ("2.d",), ("2.c",), ["renumbered"]),
    ]


def test_a_number_changed_is_shown_as_words_and_as_a_figure() -> None:
    """500 keepers become 300: the provision, the figure, the two words."""
    found = compare(BASE, version({**TEXTS, "2.b": TEXTS["2.b"].replace("500", "300")}))
    (pairing,) = found.differences
    assert [(a.what, a.left, a.right) for a in pairing.aspects] == [("number", ("500",), ("300",)), ("words", (), ())]
    assert [(c.what, c.text) for c in pairing.words if c.what != "same"] == [("dropped", "500"), ("added", "300")]


def test_a_citation_swapped_is_told_by_symbol() -> None:
    """The document cited, and the words; its number is not told twice."""
    changed = with_clause(BASE, "preamble.1", text=TEXTS["preamble.1"].replace("70/1", "71/9"), cites=("A/RES/71/9",))
    (pairing,) = compare(BASE, changed).differences
    assert [(a.what, a.left, a.right) for a in pairing.aspects] == [
        ("citation", ("A/RES/70/1",), ("A/RES/71/9",)),
        ("words", (), ()),
    ]


def test_a_provision_moved_is_one_line() -> None:
    """It is neither lost nor new."""
    texts = {key: text for key, text in TEXTS.items() if key != "2.a"}
    texts = {**texts, "4": TEXTS["2.a"]}
    (row,) = told(compare(BASE, version(texts)))
    assert row[:3] == ("moved", ("2.a",), ("4",))


def test_two_joined_into_one_and_one_divided() -> None:
    """A merger names both parts; seen from the other side it is a division."""
    texts = {key: text for key, text in TEXTS.items() if key != "2.d"}
    texts["2.c"] = TEXTS["2.c"] + " " + TEXTS["2.d"]
    (there,) = told(compare(BASE, version(texts)))
    (back,) = told(compare(version(texts), BASE))
    assert there == ("merged", ("2.c", "2.d"), ("2.c",), [])
    assert back == ("split", ("2.c",), ("2.c", "2.d"), [])


@pytest.mark.parametrize(
    ("field", "value", "what"),
    [
        ("function", "requests", "function"),
        ("rank", "urges", "rank"),
        ("polarity", "refrain", "polarity"),
        ("addressees", (Addressee(kind="private-sector"),), "addressee"),
        ("deadline", "2050", "deadline"),
        ("quantities", (Quantity(value=50, unit="items"),), "quantity"),
        ("qualifiers", ("as-appropriate",), "qualifier"),
        ("beneficiaries", ("children",), "beneficiary"),
    ],
)
def test_a_field_of_an_ask_that_differs_between_languages_is_named(field: str, value: object, what: str) -> None:
    """One field of one ask, in two languages: that field and no other."""
    other = replace(with_clause(BASE, "2", asks=(replace(COUNT, **{field: value}),)), language="fr")
    (pairing,) = compare(BASE, other).differences
    assert [aspect.what for aspect in pairing.aspects] == [what]
    assert pairing.left == ("2",)


def test_the_drafting_language_gives_the_function() -> None:
    """Where two languages disagree, the function of the one it was drafted in is taken, and the disagreement stays."""
    other = replace(with_clause(BASE, "2", asks=(replace(COUNT, function="requests", rank=None),)), language="fr")
    for drafting, taken in (("en", ("exhorts",)), ("fr", ("requests",)), ("", ()), ("ru", ())):
        aspect = next(a for a in compare(BASE, other, drafting=drafting).differences[0].aspects if a.what == "function")
        assert (aspect.left, aspect.right, aspect.taken) == (("exhorts",), ("requests",), taken)


def test_an_ask_too_many_is_named() -> None:
    """A second verb on one side only."""
    more = with_clause(BASE, "2", asks=(COUNT, replace(COUNT, verb="notes", function="notes", rank=None)))
    (pairing,) = compare(BASE, more).differences
    assert [(a.what, a.left, a.right) for a in pairing.aspects] == [("ask", (), ("notes (notes)",))]


def counted(language: str, texts: list[str]) -> Version:
    """A version of unnumbered paragraphs."""
    clauses = tuple(Clause(id=f"preamble.{n}", kind="preamble", parent="", text=text) for n, text in enumerate(texts, 1))
    return Version(name=language, language=language, official=True, clauses=clauses)


def test_across_languages_a_lost_paragraph_is_found_by_length() -> None:
    """Unnumbered paragraphs shift after a loss; lengths, citations and order still find their partners."""
    lengths = [80, 310, 190, 90, 295, 190, 130, 550]
    ours = counted("en", ["w " * (size // 2) for size in lengths])
    theirs = counted("zh", ["字" * (size // 3) for n, size in enumerate(lengths, 1) if n != 4])
    lonely = [ids(ours, bead.left) for bead in align(ours, theirs) if not bead.right]
    assert lonely == [["preamble.4"]]


names = st.sampled_from(sorted(TEXTS))


@settings(max_examples=60, deadline=None)
@given(st.sets(names, max_size=4), st.sets(names, max_size=4), st.sampled_from(["en", "fr"]), st.randoms(use_true_random=False))
def test_sides_can_be_changed(left: set[str], right: set[str], language: str, chance: random.Random) -> None:
    """The alignment of B with A is that of A with B turned over; every provision stands in it once."""
    shuffled = dict(TEXTS)
    a, b = chance.sample(sorted(shuffled), 2)
    shuffled[a], shuffled[b] = shuffled[b], shuffled[a]
    ours, theirs = without(BASE, *left), without(version(shuffled, language=language), *right)
    there, back = align(ours, theirs), align(theirs, ours)
    assert sorted((bead.left, bead.right) for bead in there) == sorted((bead.right, bead.left) for bead in back)
    assert sorted(n for bead in there for n in bead.left) == list(range(len(ours.clauses)))
    assert sorted(n for bead in there for n in bead.right) == list(range(len(theirs.clauses)))


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=80), st.text(max_size=80))
def test_changes_hold_both_texts(left: str, right: str) -> None:
    """What stayed and what went is the first text; what stayed and what came, the second."""
    found = changes(left, right)
    assert "".join(c.text for c in found if c.what != "added") == " ".join(left.split())
    assert "".join(c.text for c in found if c.what != "dropped") == " ".join(right.split())


def test_chinese_is_compared_character_by_character() -> None:
    """One character changed is one character shown."""
    assert [(c.what, c.text) for c in changes("鼓励会员国点亮灯塔", "鼓励会员国修复灯塔") if c.what != "same"] == [
        ("dropped", "点亮"),
        ("added", "修复"),
    ]


def test_a_thousand_provisions_and_a_very_long_one_come_to_an_end() -> None:
    """No square of a thousand, no square of a hundred thousand words."""
    chance = random.Random(1)
    words = ["".join(chance.choices("abcdefgh", k=6)) for _ in range(500)]
    clauses = [Clause(id=str(n), kind="operative", parent="", text=" ".join(chance.choices(words, k=30))) for n in range(1, 1001)]
    ours = Version(name="A", language="en", official=True, clauses=tuple(clauses))
    theirs = replace(ours, name="B", clauses=tuple(clause for n, clause in enumerate(clauses) if n % 100))
    assert [how for how, *_ in told(compare(ours, theirs))] == ["only-left"] * 10
    long = [" ".join(chance.choices(words, k=50_000)) for _ in range(2)]
    assert {change.what for change in changes(*long)} >= {"dropped", "added"}


words = st.sampled_from(["lamp", "tower", "keeper", "fog", "灯塔", "\x00", "2040", "(a)", ""])
clauses = st.builds(
    Clause,
    id=st.sampled_from(["1", "2", "2.a", "2.b", "preamble.1", "note.1", "annex.1", "x"]),
    kind=st.sampled_from(["operative", "item", "preamble", "footnote", "annex", "dash"]),
    parent=st.just(""),
    text=st.lists(words, max_size=12).map(" ".join),
    cites=st.sampled_from([(), ("A/RES/70/1",)]),
    asks=st.sampled_from([(), (COUNT,)]),
)
made = st.builds(
    Version,
    name=st.just("made"),
    language=st.sampled_from(["en", "zh", ""]),
    official=st.booleans(),
    clauses=st.lists(clauses, max_size=12).map(tuple),
)


@settings(max_examples=150, deadline=None)
@given(made, made)
def test_any_two_versions_can_be_compared(left: Version, right: Version) -> None:
    """Ids twice, empty texts, controls: every provision is told once, and a version beside itself has no difference."""
    assert compare(left, left).equal
    found = compare(left, right)
    if left.official and right.official:
        assert sorted(name for p in found.pairings for name in p.left) == sorted(c.id for c in left.clauses)
        assert sorted(name for p in found.pairings for name in p.right) == sorted(c.id for c in right.clauses)
