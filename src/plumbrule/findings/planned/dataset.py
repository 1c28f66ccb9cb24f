"""`[data_set]`: questions about the data set itself (docs/concepts/families/dataset.md)."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import ConfigDict, with_config

_STRICT = ConfigDict(extra="forbid", strict=True)


@with_config(_STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedDuplicates:
    """`[data_set.duplicates]`: rows that repeat an earlier one, in `columns` or in all of them.

    `label` is a column whose values should be the same for the same row. `loose` evens out spelling first.
    """

    columns: tuple[str, ...] | None = None
    label: str | None = None
    loose: bool = False


@with_config(_STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedDataSet:
    """`[data_set]`; what is left out is not asked."""

    duplicates: PlannedDuplicates | None = None
