"""A version of a text, ready to be compared or searched: the same shape for a reading, a saved reading and the rulebook."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from plumbrule.rulebook.asking import Addressee, Function, Polarity, Quantity, Rank
from plumbrule.rulebook.model import Instrument, Provision, ProvisionAsk
from plumbrule.rulebook.reading.document import Document
from plumbrule.rulebook.reading.model import Ask, Reading

_DIGITS = str.maketrans({chr(start + digit): str(digit) for start in (0x660, 0x6F0, 0xFF10) for digit in range(10)})
MARKING = frozenset({"xml"})
"""Forms of files that mark their paragraphs; in the others a line may end anywhere."""
_NUMBER = re.compile(r"\d{1,18}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An ask without its place: the fields in which two versions can differ. `english` is our name of the verb, if any."""

    verb: str
    function: Function
    english: str = ""
    rank: Rank | None = None
    polarity: Polarity = "do"
    addressees: tuple[Addressee, ...] = ()
    qualifiers: tuple[str, ...] = ()
    deadline: str | None = None
    quantities: tuple[Quantity, ...] = ()
    beneficiaries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """A provision of one version. `text` is the official text or, in a version of the rulebook, our wording.

    `paragraphs` counts the paragraphs it is printed in, where the file says so itself (0: it does not).
    """

    id: str
    kind: str
    parent: str
    text: str
    cites: tuple[str, ...] = ()
    asks: tuple[Asked, ...] = ()
    paragraphs: int = 0

    @property
    def label(self) -> str:
        """Its own part of the id: `h` of `6.h`."""
        return self.id.rpartition(".")[2]

    @property
    def numbers(self) -> tuple[str, ...]:
        """Numbers in its text, less the one that is its own: digits only, in order."""
        found = _NUMBER.findall(self.text.translate(_DIGITS))
        return tuple(found[1:] if found[:1] == [self.label] else found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of a text.

    `name` is how it is called in a report (a file's name, an id). `official` says whether `text` of its clauses is official
    text; two versions are compared word for word only where both are, or neither, and both are in one language.
    `instrument` is the short name of the rulebook's instrument, where it is known. `unread` counts what no rule knew;
    `around` the paragraphs that stand outside its provisions (`opening`, `front`), where the file marks paragraphs.
    """

    name: str
    language: str
    official: bool
    clauses: tuple[Clause, ...]
    symbol: str = ""
    title: str = ""
    instrument: str = ""
    unread: int = 0
    around: Mapping[str, int] = field(default_factory=dict)


def version_of_reading(reading: Reading, document: Document | None = None) -> Version:
    """A text that was read; with its document also how many paragraphs the file itself marks, where it marks them."""
    shown = document.text if document and document.form in MARKING else ""
    around: dict[str, int] = {}
    for piece in reading.outside if shown else ():
        around[piece.what] = around.get(piece.what, 0) + _paragraphs(shown[piece.start : piece.end])
    return Version(
        name=reading.name,
        language=reading.heading.language,
        official=True,
        clauses=tuple(
            Clause(
                id=passage.id,
                kind=passage.kind,
                parent=passage.parent or "",
                text=passage.text,
                cites=passage.cites,
                asks=tuple(_asked(ask) for ask in passage.asks),
                paragraphs=_paragraphs(shown[passage.start : passage.end]) if shown else 0,
            )
            for passage in reading.passages
        ),
        symbol=reading.heading.symbol or "",
        title=reading.heading.title or "",
        unread=len(reading.unread),
        around=around,
    )


def _paragraphs(text: str) -> int:
    return sum(1 for line in text.splitlines() if line.strip())


def version_of_rulebook(instrument: Instrument, provisions: Iterable[Provision], language: str) -> Version:
    """An instrument of the rulebook: ids and asks as marked by hand, and our wording in a language (else English)."""
    held = tuple(provisions)
    spoken = language if all(language in provision.wording.texts for provision in held) else "en"
    return Version(
        name=instrument.id,
        language=spoken,
        official=False,
        clauses=tuple(
            Clause(
                id=_relative(provision.id),
                kind=provision.kind,
                parent=_relative(provision.parent),
                text=provision.wording.said(spoken)[0],
                cites=provision.cites,
                asks=tuple(_marked(ask) for ask in provision.asks),
            )
            for provision in held
        ),
        symbol=instrument.symbol,
        title=instrument.title.said(language)[0],
        instrument=instrument.id,
    )


def _relative(provision_id: str) -> str:
    return provision_id.partition("/")[2]


def _asked(ask: Ask) -> Asked:
    return Asked(
        verb=ask.verb,
        function=ask.function,
        rank=ask.rank,
        polarity=ask.polarity,
        addressees=ask.addressees,
        qualifiers=ask.qualifiers,
        deadline=ask.deadline,
        quantities=_quantities(ask.quantity, ask.further_quantities),
        beneficiaries=ask.beneficiaries,
    )


def _marked(ask: ProvisionAsk) -> Asked:
    return Asked(
        verb=ask.verb,
        english=ask.english,
        function=ask.function,
        rank=ask.rank,
        polarity=ask.polarity,
        addressees=ask.addressees,
        qualifiers=ask.qualifiers,
        deadline=ask.deadline,
        quantities=_quantities(ask.quantity, ask.further_quantities),
        beneficiaries=ask.beneficiaries,
    )


def _quantities(first: Quantity | None, further: tuple[Quantity, ...]) -> tuple[Quantity, ...]:
    return (first, *further) if first else further
