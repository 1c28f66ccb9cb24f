"""From a document to a reading: structure, then asks, then what a person confirmed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from plumbrule.rulebook.reading.asks import find_asks
from plumbrule.rulebook.reading.document import Document
from plumbrule.rulebook.reading.model import Ask, Heading, Passage, Reading
from plumbrule.rulebook.reading.source import load_document
from plumbrule.rulebook.reading.structure import structure
from plumbrule.rulebook.reading.units import Unit


def read_file(path: Path, *, language: str = "", encoding: str = "") -> Reading:
    """Read a file of any known kind.

    Raises:
        InputError: the file cannot be read as text; says why and what would help.
    """
    return read_document(load_document(path, language=language, encoding=encoding))


AskFinder = Callable[[Sequence[Unit], Heading], Mapping[str, tuple[Ask, ...]]]
"""Finds the asks of units, by their id; the heading says in which language and who speaks."""


def read_document(document: Document, *, finder: AskFinder | None = None) -> Reading:
    """Read a document: its instrument, provisions with their asks, everything outside them, and its faults.

    Args:
        document: the text with its offsets.
        finder: finds the asks; by rules and lexicons (`find_asks`) where it is left out.
    """
    found = structure(document)
    asks = (finder or find_asks)(found.units, found.heading)
    return Reading(
        name=document.name,
        sha256=document.sha256,
        form=document.form,
        heading=found.heading,
        passages=tuple(_passage(unit, asks.get(unit.id, ())) for unit in found.units),
        outside=found.outside,
        faults=found.faults,
    )


def _passage(unit: Unit, asks: tuple[Ask, ...]) -> Passage:
    return Passage(
        id=unit.id,
        kind=unit.kind,
        parent=unit.parent,
        start=unit.start,
        end=unit.end,
        text=unit.text.text,
        breaks=unit.breaks,
        cites=tuple(dict.fromkeys(cited.symbol for cited in unit.cites)),
        asks=asks,
        displaced=unit.displaced,
    )
