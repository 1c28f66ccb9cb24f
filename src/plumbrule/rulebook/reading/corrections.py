"""What a person confirmed or corrected, kept beside a document in a file of its own, and laid over every later reading.

An entry names the provision, where its verb stands, the person, and the ask as that person wants it read. It stays when
rules change; where rules read something else now, that is told. An entry that fits nothing any more is told too, never
dropped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, ClassVar, Literal

import yaml

from plumbrule.base.messages import message
from plumbrule.errors import InputError, RulebookError
from plumbrule.rulebook.reading.model import Addressee, Ask, Fault, Function, Passage, Polarity, Quantity, Rank, Reading, Span

Verdict = Literal["confirmed", "corrected", "no-ask"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """One entry. `verb` and `verb_at` find the ask; `order` tells apart asks with the same verb (0 for the first).

    The other fields say how it is to be read; with `no-ask` they are left out.
    """

    provision: str
    verb: str
    verb_at: Span
    by: str
    on: str
    verdict: Verdict
    order: int = 0
    function: Function | None = None
    rank: Rank | None = None
    polarity: Polarity = "do"
    addressees: tuple[Addressee, ...] = ()
    qualifiers: tuple[str, ...] = ()
    deadline: str | None = None
    quantity: Quantity | None = None
    further_quantities: tuple[Quantity, ...] = ()
    beneficiaries: tuple[str, ...] = ()
    cites: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionsFile:
    """`NAME.corrections.yaml`. `sha256` is the document that was read when the entries were made."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}
    schema: Literal["plumbrule-corrections/1"]
    sha256: str
    corrections: tuple[Correction, ...]


_FINDS = {"provision", "verb", "verb_at", "by", "on", "verdict", "order"}
_ASKED = tuple(field.name for field in fields(Correction) if field.name not in _FINDS)


def beside(document: Path) -> Path:
    """Where the corrections of a document lie when nobody says otherwise."""
    return document.with_name(document.name + ".corrections.yaml")


def load_corrections(path: Path) -> CorrectionsFile:
    """The entries of a file.

    Raises:
        InputError: it cannot be opened.
        RulebookError: it is not in its form, or an entry names nobody.
    """
    from plumbrule.rulebook.form import parse  # noqa: PLC0415 - the rulebook's forms use this room's model

    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read ({error}).", expected="a file of corrections", cure="Check its name.") from error
    found = parse(path.name, text, CorrectionsFile)
    for entry in found.corrections:
        if not entry.by.strip() or (entry.verdict != "no-ask" and entry.function is None):
            raise RulebookError(
                f"{path.name}, {entry.provision}: an entry needs the name of a person, and a function unless it is no ask.",
                expected="`by: NAME`, and how the ask is to be read",
                cure="Add what is missing.",
            )
    return found


def corrected(reading: Reading, given: CorrectionsFile) -> Reading:
    """A reading with what people said laid over it; what fits nothing, or reads otherwise now, is among the faults."""
    passages = {passage.id: passage for passage in reading.passages}
    faults: list[Fault] = []
    if given.sha256 != reading.sha256:
        faults.append(Fault(at=(0, 0), what=message("corrections were made for another version of this document")))
    for entry in given.corrections:
        passage = passages.get(entry.provision)
        place = _place(passage, entry) if passage else None
        if passage is None or (place is None and not _stands(passage, entry)):
            values = (("provision", entry.provision), ("verb", entry.verb), ("name", entry.by))
            what = message("a correction fits nothing any more: {provision}, {verb}, by {name}")
            faults.append(Fault(at=entry.verb_at, what=what, values=values))
            continue
        if place is not None and entry.verdict == "confirmed" and not _same(passage.asks[place], entry):
            values = (("provision", entry.provision), ("verb", entry.verb), ("name", entry.by))
            what = message("{provision}, {verb}: the rules read it otherwise now; what {name} confirmed stands")
            faults.append(Fault(at=entry.verb_at, what=what, values=values))
        passages[entry.provision] = replace(passage, asks=tuple(_laid(passage.asks, place, entry)))
    return replace(reading, passages=tuple(passages.values()), faults=(*reading.faults, *faults))


def _place(passage: Passage, entry: Correction) -> int | None:
    """The ask an entry speaks of: by where its verb stands, else by the verb where it is the only one of its kind."""
    exact = [n for n, ask in enumerate(passage.asks) if ask.verb_at == tuple(entry.verb_at) and ask.verb == entry.verb]
    if entry.order < len(exact):
        return exact[entry.order]
    alike = [n for n, ask in enumerate(passage.asks) if ask.verb == entry.verb]
    return alike[0] if len(alike) == 1 and not exact else None


def _stands(passage: Passage, entry: Correction) -> bool:
    """An ask the rules do not find (any more): its verb still stands in the provision."""
    return entry.verdict != "no-ask" and entry.verb in passage.text


def _same(ask: Ask, entry: Correction) -> bool:
    return all(getattr(ask, name) == getattr(entry, name) for name in _ASKED)


def _laid(asks: tuple[Ask, ...], place: int | None, entry: Correction) -> Iterator[Ask]:
    """The asks of a provision with one said anew, left out, or added in its place."""
    if place is None:
        yield from sorted([*asks, _said(entry, None)], key=lambda ask: ask.verb_at)
        return
    for n, ask in enumerate(asks):
        if n != place:
            yield ask
        elif entry.verdict != "no-ask":
            yield _said(entry, ask)


def _said(entry: Correction, ask: Ask | None) -> Ask:
    given = {name: getattr(entry, name) for name in _ASKED}
    return Ask(
        verb=entry.verb, verb_at=ask.verb_at if ask else entry.verb_at, confidence=1.0, rule=ask.rule if ask else "",
        confirmed_by=entry.by, **given,
    )


def confirmations(passage: Passage, *, by: str, on: str) -> Iterator[Correction]:
    """Entries that confirm every ask of a provision as it is read now."""
    seen: dict[tuple[str, Span], int] = {}
    for ask in passage.asks:
        key = (ask.verb, ask.verb_at)
        seen[key] = seen.get(key, -1) + 1
        given = {name: getattr(ask, name) for name in _ASKED}
        yield Correction(
            provision=passage.id, verb=ask.verb, verb_at=ask.verb_at, by=by, on=on, verdict="confirmed", order=seen[key], **given
        )


def written(sha256: str, entries: Iterable[Correction]) -> str:
    """The file as YAML, fields at their defaults left out."""
    rows = []
    for entry in entries:
        plain = asdict(entry)
        defaults = {field.name: field.default for field in fields(Correction)}
        rows.append({name: _lists(value) for name, value in plain.items() if value != defaults[name]})
    head = {"schema": "plumbrule-corrections/1", "sha256": sha256, "corrections": rows}
    return yaml.safe_dump(head, allow_unicode=True, sort_keys=False, default_flow_style=None, width=120)


def _lists(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _lists(inner) for name, inner in value.items() if inner is not None}
    return [_lists(inner) for inner in value] if isinstance(value, list | tuple) else value
