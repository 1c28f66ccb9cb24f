"""Read the data files of the rulebook into one value, and refuse what does not hang together."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import fields
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, ClassVar, Protocol, TypeVar, get_args

from plumbrule.errors import RulebookError
from plumbrule.rulebook.form import (
    AsksEntry,
    AsksFile,
    CrosswalkFile,
    InstrumentsFile,
    JurisdictionFile,
    ProfileFile,
    ProvisionEntry,
    ProvisionsFile,
    RequirementsFile,
    TiersFile,
    parse,
)
from plumbrule.rulebook.model import Crosswalk, Jurisdiction, Profile, Provision, Rulebook, TierName
from plumbrule.rulebook.soundness import refuse_if_unsound


class _Noun(Protocol):
    __dataclass_fields__: ClassVar[dict[str, Any]]


class _Named(Protocol):
    @property
    def id(self) -> str: ...


class _NamedNoun(_Named, _Noun, Protocol): ...


class _OfInstrument(Protocol):
    @property
    def instrument(self) -> str: ...


N = TypeVar("N", bound=_Named)
J = TypeVar("J", bound=_OfInstrument)
M = TypeVar("M", bound=_Named)
V = TypeVar("V", bound=_Noun)
E = TypeVar("E", bound=_NamedNoun)
F = TypeVar("F")
NOTHING_ASKED = AsksEntry(id="")


@cache
def load_rulebook() -> Rulebook:
    """The rulebook that ships with Plumbrule, read once per process.

    Raises:
        RulebookError: a data file was edited into something that cannot be read or does not hang together.
    """
    return read_rulebook(files("plumbrule.rulebook") / "data")


@cache
def load_profile(tier: TierName) -> Profile:
    """One of the profiles that ship with Plumbrule, without the rest of the rulebook, which takes ten times as long.

    Raises:
        RulebookError: its file was edited into something that cannot be read.
    """
    name = f"profiles/{tier}.yaml"
    return _profile({name: _text(files("plumbrule.rulebook") / "data" / "profiles" / f"{tier}.yaml")}, tier)


def read_rulebook(folder: Traversable) -> Rulebook:
    """A rulebook from a folder laid out like `rulebook/data/`; a `pathlib.Path` is such a folder.

    Raises:
        RulebookError: a file is missing, not in its form, or names something that does not exist; says which and where.
    """
    if not folder.is_dir():
        raise RulebookError(
            f"{folder} is not a folder.", expected="a folder laid out like rulebook/data/.", cure="Name that folder."
        )
    texts = dict(_texts(folder))
    instruments = _file(texts, "instruments.yaml", InstrumentsFile)
    tiers = _file(texts, "tiers.yaml", TiersFile)
    requirements = _file(texts, "requirements.yaml", RequirementsFile)
    rulebook = Rulebook(
        version=f"{instruments.version}+{_digest(texts)}",
        instruments=_by_id("instruments.yaml", instruments.instruments),
        provisions=_by_id("provisions", [p for i in instruments.instruments for p in _provisions(texts, i.id)]),
        requirements=_by_id("requirements.yaml", requirements.requirements),
        profiles=_by_id("profiles", [_profile(texts, tier) for tier in get_args(TierName)]),
        tier_rules=tiers.rules,
        tier_note=tiers.note,
        questions=tiers.questions,
        crosswalks=_by_id("crosswalks", _each(texts, "crosswalks", CrosswalkFile, Crosswalk)),
        jurisdictions=_by_id("jurisdictions", _each(texts, "jurisdictions", JurisdictionFile, Jurisdiction)),
        rows_without=requirements.rows_without,
    )
    refuse_if_unsound(rulebook)
    return rulebook


def _texts(folder: Traversable) -> Iterable[tuple[str, str]]:
    """Every YAML file by its name with forward slashes; two levels, as the layout has."""
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from ((f"{entry.name}/{inner.name}", _text(inner)) for inner in entry.iterdir() if inner.name.endswith(".yaml"))
        elif entry.name.endswith(".yaml"):
            yield entry.name, _text(entry)


def _text(entry: Traversable) -> str:
    try:
        return entry.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise RulebookError(
            f"{entry.name} is not UTF-8 text (byte {error.start}).", expected="UTF-8.", cure="Save the file as UTF-8."
        ) from error


def _digest(texts: Mapping[str, str]) -> str:
    """Twelve hex digits over names and texts, the same whichever way a checkout ends its lines."""
    whole = hashlib.sha256()
    for name in sorted(texts):
        body = texts[name].replace("\r\n", "\n").encode()
        whole.update(f"{name}\n{len(body)}\n".encode() + body)
    return whole.hexdigest()[:12]


def _file(texts: Mapping[str, str], name: str, form: type[F]) -> F:
    if name not in texts:
        raise RulebookError(
            f"{name} is missing.", expected=f"the file {name} in the folder of the rulebook.", cure="Put the file back."
        )
    return parse(name, texts[name], form)


def _provisions(texts: Mapping[str, str], instrument: str) -> list[Provision]:
    name = f"provisions/{instrument}.yaml"
    file = _of_instrument(name, instrument, _file(texts, name, ProvisionsFile))
    asks = _asks(texts, instrument)
    held = [_provision(instrument, entry, asks.pop(entry.id, NOTHING_ASKED)) for entry in file.provisions]
    if asks:
        raise RulebookError(
            f"asks/{instrument}.yaml, {next(iter(asks))}: there is no such provision.",
            expected=f"ids of {name}.",
            cure="Write the provision's wording, or mend the id.",
        )
    return held


def _provision(instrument: str, entry: ProvisionEntry, said: AsksEntry) -> Provision:
    return Provision(
        id=entry.id,
        instrument=instrument,
        kind=entry.kind,
        citation=entry.citation,
        wording=entry.wording,
        parent=entry.parent,
        cites=said.cites,
        asks=said.asks,
    )


def _asks(texts: Mapping[str, str], instrument: str) -> dict[str, AsksEntry]:
    """What each provision asks; an instrument without such a file (a report, a law) has none."""
    name = f"asks/{instrument}.yaml"
    if name not in texts:
        return {}
    return _by_id(name, _of_instrument(name, instrument, _file(texts, name, AsksFile)).provisions)


def _of_instrument(name: str, instrument: str, file: J) -> J:
    if file.instrument != instrument:
        raise RulebookError(
            f"{name}: the instrument is {file.instrument!r}.",
            expected=f"{instrument!r}, as the file is called.",
            cure="Mend one of the two.",
        )
    return file


def _profile(texts: Mapping[str, str], tier: str) -> Profile:
    name = f"profiles/{tier}.yaml"
    file = _file(texts, name, ProfileFile)
    if (file.id, file.tier) != (tier, tier):
        raise RulebookError(
            f"{name}: the id is {file.id!r} and the tier {file.tier!r}.",
            expected=f"both {tier!r}, as the file is called.",
            cure="Mend the file or its name.",
        )
    return _value(file, Profile)


def _each(texts: Mapping[str, str], folder: str, form: type[M], noun: type[E]) -> Iterable[E]:
    """Every file of a folder that may be empty, in the order of the names; a file is called as its id."""
    for name in sorted(texts):
        if name.startswith(f"{folder}/"):
            file = _file(texts, name, form)
            if name != f"{folder}/{file.id}.yaml":
                raise RulebookError(
                    f"{name}: the id is {file.id!r}.",
                    expected="the id that the file is called by.",
                    cure="Mend the file or its name.",
                )
            yield _value(file, noun)


def _value(file: object, noun: type[V]) -> V:
    """The noun that a file holds, without its schema version."""
    return noun(**{field.name: getattr(file, field.name) for field in fields(noun)})


def _by_id(place: str, entries: Iterable[N]) -> dict[str, N]:
    table: dict[str, N] = {}
    for entry in entries:
        if entry.id in table:
            raise RulebookError(
                f"{place}: the id {entry.id!r} is used twice.",
                expected="an id of its own for each entry.",
                cure="Rename one of them.",
            )
        table[entry.id] = entry
    return table
