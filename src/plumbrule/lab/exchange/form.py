"""The form of a file of cells, `plumbrule-cells/1`: what stands in it, field by field, and its JSON Schema.

Every field is always there. A count that is hidden says "suppressed"; no number stands for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, TypeAdapter, with_config

SCHEMA: Literal["plumbrule-cells/1"] = "plumbrule-cells/1"
SUPPRESSED: Literal["suppressed"] = "suppressed"
_STRICT = ConfigDict(extra="forbid", strict=True)
Whole = Annotated[int, Field(ge=-(2**53) + 1, le=2**53 - 1)]
Real = Annotated[float, Field(allow_inf_nan=False)]
Name = Annotated[str, Field(min_length=1, max_length=1000)]
Value = Annotated[str, Field(max_length=1000)] | None
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Hidden = Literal["suppressed"]
Word = Literal["no", "yes", "unknown", "all"]


@with_config(_STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The table the cells were counted from: its SHA-256, a commitment to it (HMAC under a secret), or nothing.

    A plain digest of a small table lets a reader try out what was hidden; it is given with sealed cells only.
    """

    kind: Literal["sha256", "hmac-sha256", "withheld"]
    digest: Digest | None


@with_config(_STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """Counts under `least` are hidden, others beside them until no hidden small count is known closer than `width`.

    Tables of more than `order` attributes are left out. `after` is the SHA-256 of the earlier file this one was held against.
    """

    rule: Literal["suppress"] = "suppress"
    least: Annotated[int, Field(ge=2, le=1000)]
    width: Annotated[int, Field(ge=1)]
    order: Annotated[int, Field(ge=1)]
    after: Digest | None


@with_config(_STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class Rounding:
    """Every finest count was rounded at random to a multiple of `base`, right on average."""

    rule: Literal["round"] = "round"
    base: Annotated[int, Field(ge=2, le=1000)]


@with_config(_STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """Discrete Laplace noise with this epsilon was added to every finest count."""

    rule: Literal["noise"] = "noise"
    epsilon: Annotated[Real, Field(gt=0, le=100)]


@with_config(_STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """Exact sums, for one reader and not for publication."""

    rule: Literal["none"] = "none"


Disclosure = Suppression | Rounding | Noise | Sealed


@with_config(_STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class FileAttribute:
    """An attribute with its cut (`edges`, and whether an edge belongs to the group below it) and all its values.

    null is a missing value. A value that is not listed is held by nobody.
    """

    name: Name
    edges: tuple[Real, ...]
    right: bool
    levels: tuple[Value, ...]


@with_config(_STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A column of the tables: label and prediction. `label` is null where the table has none; "all" is the sum.

    An outcome that is not listed is held by nobody.
    """

    label: Word | None
    prediction: Word


@with_config(_STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class FileTable:
    """The counts of one set of attributes: a line for each group, in each a number for every outcome of the file.

    A group that is not listed has nobody in it where cells are exact, and is suppressed as a whole otherwise. `weight` and
    `weight_sq` sum sampling weights and their squares; `score`, `score_sq` and `scored` sum weight times score, its square,
    and the weight of those who have a score (sealed cells only).
    """

    attributes: tuple[Name, ...]
    groups: tuple[tuple[Value, ...], ...]
    rows: tuple[tuple[Whole | Hidden, ...], ...]
    weight: tuple[tuple[Real | Hidden, ...], ...] | None
    weight_sq: tuple[tuple[Real | Hidden, ...], ...] | None
    score: tuple[tuple[Real, ...], ...] | None
    score_sq: tuple[tuple[Real, ...], ...] | None
    scored: tuple[tuple[Real, ...], ...] | None


@with_config(_STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class CellsFile:
    """Counts of decisions by group, to be added to those of others; no row is in it.

    `prediction`, `label`, `favourable` and `score` are what was named when the cells were counted; cells are added only
    where they agree. `rows` is how many people were counted.
    """

    schema: Literal["plumbrule-cells/1"]
    software: Name
    source: Source
    prediction: Name
    label: Name | None
    favourable: Name | None
    score: Name | None
    weighted: bool
    attributes: Annotated[tuple[FileAttribute, ...], Field(min_length=1, max_length=12)]
    outcomes: Annotated[tuple[Outcome, ...], Field(min_length=1, max_length=16)]
    rows: Whole | Hidden
    disclosure: Annotated[Disclosure, Field(discriminator="rule")]
    tables: Annotated[tuple[FileTable, ...], Field(min_length=1)]


@cache
def adapter() -> TypeAdapter[CellsFile]:
    """The reader of the form; made when first needed."""
    return TypeAdapter(CellsFile)


def cells_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a file of cells; committed as `schemas/cells-1.json` (tools/cells_schema.py)."""
    found = adapter().json_schema()
    found["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    found["$id"] = f"urn:plumbrule:schema:{SCHEMA.replace('/', ':')}"
    _close(found)
    return found


def _close(schema: object) -> None:
    """Every object holds all of its fields and nothing else."""
    if isinstance(schema, dict):
        if "properties" in schema:
            schema["additionalProperties"] = False
            schema["required"] = sorted(schema["properties"])
        schema.pop("default", None)
        for part in schema.values():
            _close(part)
    elif isinstance(schema, list):
        for part in schema:
            _close(part)
