"""What `plumbrule read --format json` wrote, taken up again: parsed once, or refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from plumbrule.errors import InputError
from plumbrule.rulebook.asking import Addressee, Function, Polarity, Quantity, Rank
from plumbrule.rulebook.reading.model import Kind
from plumbrule.rulebook.reading.versions import Asked, Clause, Version


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ask:
    addressees: tuple[Mapping[str, str | None], ...]
    verb: str
    function: Function
    rank: Rank | None
    polarity: Polarity
    qualifiers: tuple[str, ...]
    deadline: str | None
    quantity: Quantity | None
    beneficiaries: tuple[str, ...]
    further_quantities: tuple[Quantity, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Provision:
    id: str
    kind: Kind
    parent: str | None
    text: str
    asks: tuple[_Ask, ...]
    cites: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Instrument:
    symbol: str | None
    title: str | None
    language: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Saved:
    instrument: _Instrument
    provisions: tuple[_Provision, ...]
    unread: tuple[object, ...]


_ADAPTER: TypeAdapter[_Saved] = TypeAdapter(_Saved)
_LARGEST = 1 << 29


def load_saved(path: Path) -> Version:
    """A reading that was saved as JSON.

    Raises:
        InputError: it cannot be read, is larger than 512 MiB, or is no such file; says where.
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise _refusal(path, "it is larger than 512 MiB")
        saved = _ADAPTER.validate_json(path.read_bytes())
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}).", expected="a file", cure="Check its name.") from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(str(step) for step in first["loc"])
        raise _refusal(path, f"{place or 'the file'}: {first['msg']}") from error
    said = saved.instrument
    return Version(
        name=path.name,
        language=said.language or "",
        official=True,
        clauses=tuple(_clause(provision) for provision in saved.provisions),
        symbol=said.symbol or "",
        title=said.title or "",
        unread=len(saved.unread),
    )


def _refusal(path: Path, why: str) -> InputError:
    return InputError(
        f"{path.name} is no reading ({why}).",
        expected="what `plumbrule read FILE --format json` writes",
        cure="Read the text again with that command.",
    )


def _clause(provision: _Provision) -> Clause:
    return Clause(
        id=provision.id,
        kind=provision.kind,
        parent=provision.parent or "",
        text=provision.text,
        cites=provision.cites,
        asks=tuple(_asked(ask) for ask in provision.asks),
    )


def _asked(ask: _Ask) -> Asked:
    return Asked(
        verb=ask.verb,
        function=ask.function,
        rank=ask.rank,
        polarity=ask.polarity,
        addressees=tuple(Addressee(kind=who.get("class") or "", name=who.get("name")) for who in ask.addressees),
        qualifiers=ask.qualifiers,
        deadline=ask.deadline,
        quantities=(*([ask.quantity] if ask.quantity else []), *ask.further_quantities),
        beneficiaries=ask.beneficiaries,
    )
