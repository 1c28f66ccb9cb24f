"""What a person confirmed or corrected survives a second reading, and a change of the rules; nothing of it is dropped."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from plumbrule.errors import InputError, RulebookError
from plumbrule.rulebook.reading import Ask, Heading, Reading, read_document
from plumbrule.rulebook.reading.corrections import (
    Correction,
    CorrectionsFile,
    beside,
    confirmations,
    corrected,
    load_corrections,
    written,
)
from plumbrule.rulebook.reading.document import Document
from plumbrule.rulebook.reading.model import Addressee, Function, Quantity, Rank
from plumbrule.rulebook.reading.units import Unit

TEXT = """The General Assembly,

Recalling the night,

1. Calls upon keepers to light lamps, and encourages sailors to look;

2. Requests the Secretary-General to count lamps.
"""
VERBS: dict[str, tuple[Function, Rank | None]] = {
    "Calls upon": ("exhorts", "calls-upon"),
    "encourages": ("exhorts", "encourages"),
    "Requests": ("requests", None),
}


def finder(verbs: Mapping[str, tuple[Function, Rank | None]]) -> object:
    """A finder of asks that knows these verbs and no more."""

    def find(units: Sequence[Unit], _heading: Heading) -> Mapping[str, tuple[Ask, ...]]:
        found = {}
        for unit in units:
            asks = [
                Ask(verb=verb, verb_at=unit.text.span(at, at + len(verb)), function=function, rank=rank, rule=f"test/{verb}")
                for verb, (function, rank) in verbs.items()
                if (at := unit.text.text.find(verb)) >= 0
            ]
            found[unit.id] = tuple(sorted(asks, key=lambda ask: ask.verb_at))
        return found

    return find


def read(verbs: Mapping[str, tuple[Function, Rank | None]] = VERBS, text: str = TEXT) -> Reading:
    """The text by these rules."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    document = Document(name="a.txt", form="text", sha256=digest, text=text, language="en")
    return read_document(document, finder=finder(verbs))  # type: ignore[arg-type]  # made by a function of the test


def asks_of(reading: Reading, name: str) -> tuple[Ask, ...]:
    """The asks of one provision."""
    return next(passage.asks for passage in reading.passages if passage.id == name)


def kept(reading: Reading, *entries: Correction, path: Path | None = None) -> CorrectionsFile:
    """Entries, once through their file where a path is given."""
    if path is None:
        return CorrectionsFile(schema="plumbrule-corrections/1", sha256=reading.sha256, corrections=entries)
    path.write_text(written(reading.sha256, entries), encoding="utf-8")
    return load_corrections(path)


def entry(reading: Reading, name: str, verb: str, **given: object) -> Correction:
    """A correction of the ask with this verb, as it stands now but for what is given."""
    ask = next(ask for ask in asks_of(reading, name) if ask.verb == verb)
    plain: dict[str, object] = {"function": ask.function, "rank": ask.rank, "verdict": "corrected", **given}
    return Correction(provision=name, verb=verb, verb_at=ask.verb_at, by="A. Person", on="2036-01-01", **plain)  # type: ignore[arg-type]


def test_a_confirmation_comes_back_from_its_file(tmp_path: Path) -> None:
    """Confirmed asks are as they were, with the name of the person; the others as they were."""
    reading = read()
    passage = next(passage for passage in reading.passages if passage.id == "1")
    entries = tuple(confirmations(passage, by="A. Person", on="2036-01-01"))
    after = corrected(reading, kept(reading, *entries, path=tmp_path / "c.yaml"))
    assert [ask.confirmed_by for ask in asks_of(after, "1")] == ["A. Person", "A. Person"]
    assert [(a.verb, a.function, a.rank, a.verb_at) for a in asks_of(after, "1")] == [
        (a.verb, a.function, a.rank, a.verb_at) for a in asks_of(reading, "1")
    ]
    assert asks_of(after, "2") == asks_of(reading, "2")
    assert after.faults == reading.faults


def test_a_correction_stands_over_every_later_reading(tmp_path: Path) -> None:
    """Every field that a person wrote is the one that is read, twice over."""
    reading = read()
    given = entry(
        *(reading, "1", "Calls upon"),
        addressees=(Addressee(kind="named-body", name="Keepers’ Union"),),
        deadline="2040",
        quantity=Quantity(value=12, unit="items"),
        qualifiers=("as-appropriate",),
        beneficiaries=("everyone",),
        polarity="refrain",
        cites=("A/RES/70/1",),
    )
    file = kept(reading, given, path=tmp_path / "c.yaml")
    for again in (corrected(read(), file), corrected(corrected(read(), file), file)):
        ask = asks_of(again, "1")[0]
        assert ask.addressees == given.addressees
        assert (ask.deadline, ask.polarity, ask.quantity) == ("2040", "refrain", Quantity(value=12, unit="items"))
        assert (ask.qualifiers, ask.beneficiaries, ask.cites) == (("as-appropriate",), ("everyone",), ("A/RES/70/1",))
        assert ask.confirmed_by == "A. Person"


def test_rules_that_change_are_told_and_do_not_win() -> None:
    """A rule that reads it otherwise now is told; what the person confirmed stands."""
    before = read()
    passage = next(passage for passage in before.passages if passage.id == "1")
    file = kept(before, *confirmations(passage, by="A. Person", on="2036-01-01"))
    after = corrected(read({**VERBS, "encourages": ("assesses", None)}), file)
    assert [ask.rank for ask in asks_of(after, "1")] == ["calls-upon", "encourages"]
    assert any("A. Person" in str(fault) for fault in after.faults)


def test_a_verb_the_rules_forget_stays() -> None:
    """An ask that a person confirmed is added again where no rule finds it any more."""
    before = read()
    file = kept(before, entry(before, "1", "encourages", verdict="confirmed"))
    after = corrected(read({"Requests": VERBS["Requests"]}), file)
    assert [ask.verb for ask in asks_of(after, "1")] == ["encourages"]


def test_a_person_may_say_that_nothing_is_asked() -> None:
    """*no-ask* takes the ask away."""
    reading = read()
    file = kept(reading, entry(reading, "1", "Calls upon", verdict="no-ask", function=None, rank=None))
    assert [ask.verb for ask in asks_of(corrected(reading, file), "1")] == ["encourages"]


def test_what_fits_nothing_is_told() -> None:
    """A correction of a provision or a verb that is not there any more is a fault, with its author."""
    before = read()
    file = kept(before, entry(before, "2", "Requests", verdict="confirmed"))
    after = corrected(read(text=TEXT.replace("2. Requests the Secretary-General to count", "2. Invites keepers to count")), file)
    told = [str(fault) for fault in after.faults]
    assert any("another version" in line for line in told)
    assert any("Requests" in line and "A. Person" in line for line in told)


def test_another_version_keeps_what_still_stands() -> None:
    """Words before it change every place; the verb, the only one of its kind, is found again."""
    before = read()
    file = kept(before, entry(before, "1", "Calls upon", rank="urges"))
    longer = read(text=TEXT.replace("the night", "the long and stormy night"))
    ask = asks_of(corrected(longer, file), "1")[0]
    assert (ask.rank, ask.verb_at) == ("urges", asks_of(longer, "1")[0].verb_at)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ("by: A. Person", "name of a person"),
        ("function: exhorts", "function"),
        ("verdict: corrected", "verdict"),
        ("schema: plumbrule-corrections/1", "schema"),
    ],
)
def test_a_file_out_of_its_form_is_refused(tmp_path: Path, wrong: str, says: str) -> None:
    """Every entry names a person and how the ask is to be read; what is unknown is refused, not skipped."""
    reading = read()
    path = tmp_path / "c.yaml"
    text = written(reading.sha256, [entry(reading, "1", "Calls upon")])
    assert wrong in text
    path.write_text(text.replace(wrong, f"{wrong.partition(':')[0]}: ''"), encoding="utf-8")
    with pytest.raises((RulebookError, InputError), match=says):
        load_corrections(path)


def test_the_file_lies_beside_the_document() -> None:
    """NAME.corrections.yaml, so that it travels with the text."""
    assert beside(Path("texts/a.txt")) == Path("texts/a.txt.corrections.yaml")
