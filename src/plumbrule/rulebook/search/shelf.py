"""What can be searched: provisions and requirements of the rulebook in our wording, and texts that were read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from plumbrule.base.languages import Wording
from plumbrule.rulebook.model import Provision, Rulebook
from plumbrule.rulebook.reading.versions import Version

RULEBOOK = "rulebook"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One text in one language that a search may find.

    `ref` is the id to show (`R265/6.h`), `source` where it comes from (`rulebook`, or the name of a file), `official`
    whether `text` is the official text (from a file in hand) or our own wording; `reviewed_by` names who reviewed ours.
    `said` holds verbs and addressees in words; `addressees`, `functions`, `themes` (requirements it is answered by) are
    codes to filter by.
    """

    ref: str
    kind: str
    instrument: str
    language: str
    text: str
    citation: str = ""
    title: str = ""
    said: str = ""
    source: str = RULEBOOK
    official: bool = False
    reviewed_by: str = ""
    addressees: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()


def entries_of_rulebook(rulebook: Rulebook) -> Iterator[Entry]:
    """Instruments, provisions and requirements, once for each language they are worded in."""
    themes: dict[str, list[str]] = {}
    for requirement in rulebook.requirements.values():
        for answered in requirement.answers:
            themes.setdefault(answered, []).append(requirement.id)
    for instrument in rulebook.instruments.values():
        for language, title in instrument.title.texts.items():
            text = f"{instrument.symbol}. {instrument.force.texts.get(language, '')} {instrument.in_hand.texts.get(language, '')}"
            yield _entry(
                instrument.title,
                language,
                ref=instrument.id,
                kind="instrument",
                instrument=instrument.id,
                title=title,
                text=text.strip(),
            )
    for provision in rulebook.provisions.values():
        yield from _provision(provision, tuple(themes.get(provision.id, ())))
    for requirement in rulebook.requirements.values():
        for language, statement in requirement.statement.texts.items():
            yield _entry(
                requirement.statement,
                language,
                ref=requirement.id,
                kind="requirement",
                instrument="",
                title=requirement.title.texts.get(language, ""),
                text=statement,
                themes=(requirement.id,),
            )


def _entry(wording: Wording, language: str, **fields: object) -> Entry:
    return Entry(language=language, reviewed_by=wording.reviewed_by.get(language, ""), **fields)  # type: ignore[arg-type]  # the fields of Entry, by name


def _provision(provision: Provision, themes: tuple[str, ...]) -> Iterator[Entry]:
    bodies = [to.name or to.kind for ask in provision.asks for to in ask.addressees]
    kinds = [code for ask in provision.asks for to in ask.addressees for code in (to.kind, to.name) if code]
    for language, text in provision.wording.texts.items():
        verbs = [ask.verb if language == "zh" else ask.english for ask in provision.asks]
        yield _entry(
            provision.wording,
            language,
            ref=provision.id,
            kind="provision",
            instrument=provision.instrument,
            citation=provision.citation,
            text=text,
            said=_said(verbs, bodies, provision.cites),
            addressees=tuple(dict.fromkeys(kinds)),
            functions=tuple(dict.fromkeys(ask.function for ask in provision.asks)),
            themes=themes,
        )


def entries_of_version(
    version: Version, *, instrument: str = "", themes: Mapping[str, tuple[str, ...]] | None = None
) -> Iterator[Entry]:
    """The provisions of a text that was read.

    Args:
        instrument: its short name in the rulebook, if it stands there; else its symbol, else its file's name, is taken.
        themes: the requirements that answer provisions, by full id.
    """
    text_name = instrument or version.instrument or version.symbol or version.name
    for clause in version.clauses:
        asks = clause.asks
        kinds = [code for ask in asks for to in ask.addressees for code in (to.kind, to.name) if code]
        ref = f"{text_name}/{clause.id}"
        yield Entry(
            ref=ref,
            kind="provision",
            instrument=text_name,
            language=version.language,
            citation=f"{text_name} {clause.id}",
            text=clause.text,
            said=_said([ask.verb for ask in asks], [to.name or to.kind for ask in asks for to in ask.addressees], clause.cites),
            source=version.name,
            official=version.official,
            addressees=tuple(dict.fromkeys(kinds)),
            functions=tuple(dict.fromkeys(ask.function for ask in asks)),
            themes=(themes or {}).get(ref, ()),
        )


def _said(verbs: Iterable[str], bodies: Iterable[str], cites: Iterable[str]) -> str:
    """Verbs, addressees and documents cited, as words."""
    return " · ".join(dict.fromkeys([*verbs, *(body.replace("-", " ") for body in bodies), *cites]))
