"""Which labels there are: `definitions.yaml`, read strictly. No Django here.

>>> found = {one.id: one for one in definitions()}
>>> sorted(found)
['equal-outcomes', 'known-data']
>>> found["known-data"].requirements, found["known-data"].days
(('data-representation', 'purpose'), 30)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml
from pydantic import TypeAdapter, ValidationError

from plumbrule.errors import InputError

SCHEMA, FILE, MOST_DAYS = "plumbrule-labels/1", "definitions.yaml", 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """One label: the requirements that must all be satisfied in one assessment, and what it means and does not mean.

    A statement lives `days`, at most thirty; an assessment is evidence for `evidence_days` after the date that it gives.
    """

    id: str
    requirements: tuple[str, ...]
    days: int
    evidence_days: int
    name: Mapping[str, str]
    means: Mapping[str, str]
    not_means: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Book:
    schema: str
    status: str
    reviewed_by: tuple[str, ...]
    labels: tuple[Definition, ...]


@cache
def definitions() -> tuple[Definition, ...]:
    """Every label. Raises InputError if the file is not in its form."""
    return read_definitions(files(__name__.rpartition(".")[0]).joinpath(FILE).read_bytes())


def definition(label: str) -> Definition | None:
    """The label with this id, or None."""
    return next((one for one in definitions() if one.id == label), None)


def read_definitions(raw: bytes) -> tuple[Definition, ...]:
    """Read a file of labels. Raises InputError: not in its form, a life over thirty days, a label that rests on nothing."""
    try:
        book = TypeAdapter(_Book).validate_python(yaml.safe_load(raw))
    except (yaml.YAMLError, ValidationError) as error:
        raise InputError(f"{FILE}: {str(error).splitlines()[0]}", expected=SCHEMA, cure="mend the file.") from None
    for one in book.labels:
        if not 0 < one.days <= MOST_DAYS or not one.requirements or "en" not in one.name or one.evidence_days <= 0:
            raise InputError(
                f"{FILE}: the label {one.id} lives {one.days} days, or rests on nothing.",
                expected=f"at most {MOST_DAYS} days, at least one requirement, a name in English.",
                cure="mend the file.",
            )
    if book.schema != SCHEMA or len({one.id for one in book.labels}) < len(book.labels):
        raise InputError(f"{FILE}: another schema, or two labels of one id.", expected=SCHEMA, cure="mend the file.")
    return book.labels
