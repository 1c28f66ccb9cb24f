"""Versions of texts made up for tests, about lighthouses, and ways to change them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from plumbrule.rulebook.asking import Addressee, Quantity
from plumbrule.rulebook.reading import load_document, read_document
from plumbrule.rulebook.reading.compare import Comparison
from plumbrule.rulebook.reading.versions import Asked, Clause, Version, version_of_reading

COUNT = Asked(
    verb="Calls upon",
    function="exhorts",
    rank="calls-upon",
    addressees=(Addressee(kind="member-states"),),
    deadline="2040",
    quantities=(Quantity(value=500, unit="items"),),
)
TEXTS = {
    "preamble.1": "Recalling its resolution 70/1 on the lights of the coast and all who sail by them,",
    "preamble.2": "Noting that many lighthouses stand dark while ships are lost on rocks near harbours,",
    "1": "Requests the Secretary-General to count all lighthouses by 2040 and to report every second year;",
    "2": "Calls upon Member States to do the following for lighthouses on their coasts:",
    "2.a": "To light every tower that has stood dark for more than three winters;",
    "2.b": "To train keepers, at least 500 a year, and to pay them a decent wage;",
    "2.c": "To share charts of shoals with fishing villages at no cost;",
    "2.d": "To repair foghorns before the season of mist begins;",
    "3": "Decides to take the matter up again at its next session under the item on coasts.",
}


def kind_of(name: str) -> str:
    """The kind that an id of the made-up text has."""
    return "preamble" if name.startswith("preamble") else "item" if "." in name else "operative"


def version(texts: dict[str, str] = TEXTS, *, language: str = "en", name: str = "A") -> Version:
    """A made-up version; citations and one ask belong to texts that hold them."""
    return Version(
        name=name,
        language=language,
        official=True,
        clauses=tuple(
            Clause(
                id=key,
                kind=kind_of(key),
                parent=key.rpartition(".")[0] if kind_of(key) == "item" else "",
                text=text,
                cites=("A/RES/70/1",) if "70/1" in text else (),
                asks=(COUNT,) if key == "2" else (),
            )
            for key, text in texts.items()
        ),
    )


def with_clause(base: Version, name: str, **changed: object) -> Version:
    """The version with fields of one provision changed."""
    return replace(
        base,
        clauses=tuple(replace(c, **changed) if c.id == name else c for c in base.clauses),  # type: ignore[arg-type]  # by name
    )


def without(base: Version, *names: str) -> Version:
    """The version without some provisions, the others as they were."""
    return replace(base, clauses=tuple(clause for clause in base.clauses if clause.id not in names))


def told(found: Comparison) -> list[tuple[str, tuple[str, ...], tuple[str, ...], list[str]]]:
    """Every difference as a row: how, ids, and the names of what differs."""
    return [(p.how, p.left, p.right, [aspect.what for aspect in p.aspects]) for p in found.differences]


def read_version(path: Path) -> Version:
    """A file as the command line takes it."""
    document = load_document(path)
    return version_of_reading(read_document(document), document)


def ids(version: Version, places: Iterable[int]) -> list[str]:
    """Ids of provisions by their places."""
    return [version.clauses[place].id for place in places]
