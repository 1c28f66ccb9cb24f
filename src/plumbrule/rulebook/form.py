"""The forms of the rulebook's YAML files, and how one file becomes values or is refused.

Each kind of file has its schema version in the first line: instruments, provisions and asks (one file per
instrument), requirements, tiers, profile (one file per tier), crosswalk, jurisdiction. `schema_documents` gives their
JSON Schemas for editors; the committed copies lie in `schemas/`.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, TypeVar

import yaml
from pydantic import ConfigDict, TypeAdapter, ValidationError

from plumbrule.base.languages import Wording
from plumbrule.errors import RulebookError
from plumbrule.rulebook.model import (
    Check,
    Instrument,
    Link,
    LocalLimit,
    LocalTier,
    ProvisionAsk,
    Requirement,
    ThresholdStatus,
    TierName,
    TierRule,
)

# A key that nobody expects is a slip of the pen; nested values inherit this from the file they stand in.
FORBID = ConfigDict(extra="forbid", allow_inf_nan=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentsFile:
    """`instruments.yaml`; `version` is the version of the whole rulebook."""

    __pydantic_config__: ClassVar[ConfigDict] = FORBID
    schema: Literal["plumbrule-instruments/1"]
    version: str
    instruments: tuple[Instrument, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvisionEntry:
    """One provision as it is written: the file names the instrument."""

    id: str
    kind: Literal["preamble", "operative", "item", "section", "objective", "action", "bullet", "dash", "annex", "article"]
    citation: str
    wording: Wording
    parent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvisionsFile:
    """`provisions/R265.yaml` and its like."""

    __pydantic_config__: ClassVar[ConfigDict] = FORBID
    schema: Literal["plumbrule-provisions/1"]
    instrument: str
    provisions: tuple[ProvisionEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AsksEntry:
    """What one provision asks and which symbols its text prints."""

    id: str
    cites: tuple[str, ...] = ()
    asks: tuple[ProvisionAsk, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AsksFile:
    """`asks/R265.yaml` and its like, made by `tools/rulebook_asks.py`; `language` is that of the text in hand."""

    __pydantic_config__: ClassVar[ConfigDict] = FORBID
    schema: Literal["plumbrule-asks/1"]
    instrument: str
    language: str
    provisions: tuple[AsksEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequirementsFile:
    """`requirements.yaml`; `rows_without` says why no requirement can be written for a row of the mission."""

    __pydantic_config__: ClassVar[ConfigDict] = FORBID
    schema: Literal["plumbrule-requirements/1"]
    requirements: tuple[Requirement, ...]
    rows_without: Mapping[str, Wording] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TiersFile:
    """`tiers.yaml`: the plain questions, in the order in which they are asked, and the decision table."""

    __pydantic_config__: ClassVar[ConfigDict] = FORBID
    schema: Literal["plumbrule-tiers/1"]
    note: Wording
    questions: Mapping[str, Wording]
    rules: tuple[TierRule, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileFile:
    """`profiles/high.yaml` and its like: a profile with its schema version."""

    __pydantic_config__: ClassVar[ConfigDict] = FORBID
    schema: Literal["plumbrule-profile/1"]
    id: str
    tier: TierName
    title: Wording
    requirements: tuple[str, ...]
    checks: tuple[Check, ...]
    grounds: tuple[str, ...]
    truths: tuple[float, float, float]
    inconclusive: Wording


@dataclass(frozen=True, slots=True, kw_only=True)
class CrosswalkFile:
    """`crosswalks/nist-ai-rmf-1.0.yaml` and its like: a crosswalk with its schema version."""

    __pydantic_config__: ClassVar[ConfigDict] = FORBID
    schema: Literal["plumbrule-crosswalk/1"]
    id: str
    title: Wording
    citation: str
    jurisdiction: str
    status: ThresholdStatus
    places: tuple[str, ...]
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class JurisdictionFile:
    """`jurisdictions/KZ.yaml` and its like: the profile of one jurisdiction with its schema version."""

    __pydantic_config__: ClassVar[ConfigDict] = FORBID
    schema: Literal["plumbrule-jurisdiction/1"]
    id: str
    name: Wording
    instrument: str
    tiers: tuple[LocalTier, ...]
    limits: tuple[LocalLimit, ...] = ()
    reviewed_by: str = ""


FILES: Mapping[str, type] = {
    "instruments": InstrumentsFile,
    "provisions": ProvisionsFile,
    "asks": AsksFile,
    "requirements": RequirementsFile,
    "tiers": TiersFile,
    "profile": ProfileFile,
    "crosswalk": CrosswalkFile,
    "jurisdiction": JurisdictionFile,
}
"""Kind of file to its form."""

F = TypeVar("F")

_BaseLoader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_BaseLoader):  # type: ignore[misc, valid-type]  # the C loader where PyYAML was built with it, ten times faster
    """Safe YAML with text as keys, each written once; YAML would silently keep the second, and read `no` as False."""


def _mapping(loader: yaml.SafeLoader, node: yaml.MappingNode) -> dict[Hashable, Any]:
    table: dict[Hashable, Any] = {}
    for key_node, value_node in node.value:
        key = key_node.value
        if key_node.tag != yaml.resolver.BaseResolver.DEFAULT_SCALAR_TAG:
            key = loader.construct_object(key_node, deep=True)
            raise yaml.constructor.ConstructorError(None, None, f"the key {key!r} is not text", key_node.start_mark)
        if key in table:
            raise yaml.constructor.ConstructorError(None, None, f"the key {key!r} is written twice", key_node.start_mark)
        table[key] = loader.construct_object(value_node, deep=True)
    return table


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


_ADAPTERS: dict[type, TypeAdapter[Any]] = {}


def _adapter(form: type[F]) -> TypeAdapter[F]:
    """Building one costs more than the reading itself, so each is built once, when first asked for."""
    if form not in _ADAPTERS:
        _ADAPTERS[form] = TypeAdapter(form)
    return _ADAPTERS[form]


def parse(name: str, text: str, form: type[F]) -> F:
    """One YAML file as values of its form.

    Raises:
        RulebookError: not YAML, a key written twice, or not in its form; names the file, the entry and the place.
    """
    try:
        raw = yaml.load(text, Loader=_Loader)  # noqa: S506  # _Loader is PyYAML's safe loader
    except (yaml.YAMLError, ValueError) as error:  # ValueError: a date that no calendar has
        raise _unreadable(name, error) from error
    try:
        # By way of JSON, where strict still lets a list be a tuple: nothing is quietly turned from one type into another.
        return _adapter(form).validate_json(json.dumps(raw, default=str), strict=True)
    except ValidationError as error:
        raise _misformed(name, raw, error) from error


def _unreadable(name: str, error: Exception) -> RulebookError:
    mark = getattr(error, "problem_mark", None)
    place = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
    problem = getattr(error, "problem", None) or str(error)
    return RulebookError(
        f"{name}{place}: {problem}.",
        expected="YAML in which every key is text and written once.",
        cure="Mend that line; put text that holds a colon, a quote or a # between double quotes.",
    )


def _misformed(name: str, raw: object, error: ValidationError) -> RulebookError:
    first, *others = error.errors(include_url=False, include_context=False)
    place = "".join(f", {part}" for part in _place(raw, first["loc"]))
    more = f" ({len(others)} more of this kind in the file.)" if others else ""
    got = first["input"]
    shown = "" if isinstance(got, dict | list) else f" (written: {got!r})"
    return RulebookError(
        f"{name}{place}: {first['msg']}{shown}.{more}",
        expected="the form in schemas/, which an editor can check while you write.",
        cure="Compare the entry with its neighbours in the same file.",
    )


def _place(raw: object, path: tuple[int | str, ...]) -> list[str]:
    """The path of an error for a person: an entry of a list is called by its id where it has one."""
    said: list[str] = []
    for step in path:
        raw = _step(raw, step)
        said.append(str(raw["id"]) if isinstance(step, int) and isinstance(raw, dict) and "id" in raw else _ordinal(step))
    return said


def _step(raw: object, step: int | str) -> object:
    if isinstance(raw, dict):
        return raw.get(step)
    return raw[step] if isinstance(raw, list) and isinstance(step, int) and step < len(raw) else None


def _ordinal(step: int | str) -> str:
    return f"entry {step + 1}" if isinstance(step, int) else step


def schema_documents() -> Mapping[str, dict[str, Any]]:
    """JSON Schema (2020-12) of each kind of file, by kind; `python -m plumbrule.rulebook.write_schemas` writes them."""
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return {kind: {**head, **_adapter(form).json_schema()} for kind, form in FILES.items()}
