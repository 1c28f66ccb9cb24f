"""One clause in every language at hand: our wording, and from the documents that somebody has its official text.

Official text is read on the fly, shown, and never kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from rich.console import Console
from rich.text import Text

from plumbrule.base.languages import UN_LANGUAGES
from plumbrule.base.messages import harmless
from plumbrule.base.words import Words
from plumbrule.errors import InputError
from plumbrule.rulebook.footnote import footnote, joined, place_of
from plumbrule.rulebook.model import Provision, Rulebook
from plumbrule.rulebook.reading.align import align
from plumbrule.rulebook.reading.versions import Clause, Version, version_of_rulebook


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """The clause in one language from one place. `id` is its id there; no `text` means that it was not found."""

    language: str
    official: bool
    text: str
    id: str
    source: str
    reviewed_by: str
    footnote: str
    found_by: str = ""


def beside(provision: Provision, rulebook: Rulebook, versions: Sequence[Version], words: Words) -> list[Beside]:
    """Our wording in the six languages, then each text in hand, in the order given."""
    instrument = rulebook.instruments[provision.instrument]
    note = footnote(instrument, provision, words)
    rows = [
        Beside(
            language=language,
            official=False,
            text=provision.wording.texts[language],
            id=provision.id,
            source=instrument.id,
            reviewed_by=provision.wording.reviewed_by.get(language, ""),
            footnote=note,
        )
        for language in UN_LANGUAGES
        if language in provision.wording.texts
    ]
    held = [p for p in rulebook.provisions.values() if p.instrument == provision.instrument]
    ours = version_of_rulebook(instrument, held, "en")
    at = next(n for n, p in enumerate(held) if p.id == provision.id)
    return [*rows, *(_official(ours, at, version, words) for version in versions)]


def beside_files(name: str, versions: Sequence[Version], words: Words) -> list[Beside]:
    """A clause of a text that the rulebook does not hold: as the first file has it, and what answers it in the others.

    Raises:
        InputError: the first file holds no such clause.
    """
    first = versions[0]
    at = next((n for n, clause in enumerate(first.clauses) if clause.id == name), None)
    if at is None:
        near = get_close_matches(name, [clause.id for clause in first.clauses], n=5, cutoff=0.3)
        raise InputError(
            f"Neither the rulebook nor {first.name} holds {name!r}.",
            expected="the id of a provision of the rulebook, or of the first file",
            cure=f"Did you mean {', '.join(near)}?" if near else f"`plumbrule read {first.name}` shows its ids.",
        )
    return [_official(first, at, version, words) for version in versions]


def _official(base: Version, at: int, version: Version, words: Words) -> Beside:
    """The clause in one text: the one that the alignment of the whole texts puts beside the clause of the base."""
    places = (at,) if version is base else next(bead.right for bead in align(base, version) if at in bead.left)
    clauses = [version.clauses[place] for place in places]
    name = clauses[0].id if clauses else ""
    return Beside(
        language=version.language,
        official=version.official,
        text=" ".join(clause.text for clause in clauses),
        id=", ".join(clause.id for clause in clauses),
        source=version.name,
        reviewed_by="",
        footnote=_note(version, clauses[0], words) if clauses else "",
        found_by="" if not clauses else "id" if name == base.clauses[at].id else "alignment",
    )


def _note(version: Version, clause: Clause, words: Words) -> str:
    """Title and symbol as the file prints them; its name where it prints no symbol."""
    parts = [version.title, version.symbol or version.name, place_of(clause.kind, clause.id, words) or clause.id]
    return joined(parts, words)


def beside_document(name: str, rows: Sequence[Beside]) -> dict[str, Any]:
    """The same as plain values."""
    return {
        "id": name,
        "languages": [
            {
                "language": row.language,
                "official": row.official,
                "text": row.text or None,
                "id": row.id or None,
                "source": row.source,
                "reviewed_by": row.reviewed_by or None,
                "found_by": row.found_by or None,
                "footnote": row.footnote or None,
            }
            for row in rows
        ],
    }


def show_beside(title: str, rows: Sequence[Beside], words: Words, console: Console) -> None:
    """For people: language, whose words they are, the words, and a footnote for each source."""
    console.print(Text(harmless(title), style="bold"))
    for row in rows:
        if row.official:
            who = words.say("official text, from {name}", name=row.source)
        elif row.reviewed_by:
            who = words.say("our wording, reviewed by {name}", name=row.reviewed_by)
        else:
            who = words.text("our wording, a draft that nobody has reviewed")
        console.print()
        console.print(Text(harmless(f"{row.language or '?'} · {who}"), style="bold"))
        console.print(Text(harmless("  " + (row.text or words.text("not found in this text")))))
        if row.found_by == "alignment":
            console.print(
                Text("  " + words.say("There it stands as {id}; found by aligning the whole texts.", id=row.id), style="yellow")
            )
    console.print()
    console.print(Text(words.text("In a footnote"), style="bold"))
    for note in dict.fromkeys(row.footnote for row in rows if row.footnote):
        console.print(Text(harmless("  " + note)))
    missing = [code for code in UN_LANGUAGES if code not in {row.language for row in rows}]
    if missing:
        console.print(Text(words.say("Not at hand in {languages}.", languages=", ".join(missing)), style="dim"))
