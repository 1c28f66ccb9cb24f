"""`[data_set]`: questions about the data set itself (docs/concepts/families/dataset.md)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import ConfigDict, with_config

from plumbrule.findings.planned.files import PlannedTable

_STRICT = ConfigDict(extra="forbid", strict=True)


@with_config(_STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedReferenceTable(PlannedTable):
    """`[data_set.reference.table]`: published shares or counts in a file.

    `group` is the column of the groups, in the words of the decision table; `share` or `people` the column of numbers;
    `standard_error` the column of their errors, where the file gives them.
    """

    group: str
    share: str | None = None
    people: str | None = None
    standard_error: str | None = None


@with_config(_STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedReference:
    """`[[data_set.reference]]`: the population that the table is held against, for one attribute.

    One of `shares` (group to a share between 0 and 1), `people` (group to a number of people) and `table` (a file).
    And how sure it is, one of: `exact` (a census), `sample_size` (people in the sample it was estimated from, after the
    design effect), `standard_error` (group to an error of its share; or a column of the file).
    """

    attribute: str
    source: str
    shares: Mapping[str, float] | None = None
    people: Mapping[str, float] | None = None
    table: PlannedReferenceTable | None = None
    exact: bool = False
    sample_size: float | None = None
    standard_error: Mapping[str, float] | None = None


@with_config(_STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedMissing:
    """`[data_set.missing]`: the share of people without a value, in `columns` (all when left out), for each group.

    `by` are the attributes whose groups are compared; those of the decisions when left out.
    """

    columns: tuple[str, ...] | None = None
    by: tuple[str, ...] | None = None


@with_config(_STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedLabels:
    """`[data_set.labels]`: how the values of `label` (that of the decisions when left out) are spread over the groups."""

    label: str | None = None
    by: tuple[str, ...] | None = None


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
class PlannedLeakage:
    """`[data_set.leakage]`: rows of the test table that the training table holds too.

    `train` or `test` is a file beside the plan; the one that is left out is the decision table. Compared in `columns`,
    or in all that both have. `loose` evens out spelling first.
    """

    train: PlannedTable | None = None
    test: PlannedTable | None = None
    columns: tuple[str, ...] | None = None
    loose: bool = False


@with_config(_STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedProxies:
    """`[data_set.proxies]`: how well other columns tell the groups of an attribute apart.

    `by` are the attributes, those of the decisions when left out; `columns` all that play no part in the decisions (no
    prediction, label, count, weight or cluster) when left out; `cluster` that of the decisions.
    """

    by: tuple[str, ...] | None = None
    columns: tuple[str, ...] | None = None
    cluster: str | None = None


@with_config(_STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedAnonymity:
    """`[data_set.anonymity]`: how many rows share what others may know of a person (k), and what follows (l).

    `sensitive` are columns that others do not know. `cut` puts numbers into ranges first, as in the decisions. `sizes`
    are sizes of classes that count as small.
    """

    quasi_identifiers: tuple[str, ...]
    sensitive: tuple[str, ...] = ()
    cut: tuple[str, ...] = ()
    sizes: tuple[int, ...] | None = None


@with_config(_STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPersonalData:
    """`[data_set.personal_data]`: direct identifiers in `columns` (all when left out), by names and forms.

    `forms` is a file with a list of one's own, in the form of `identifiers.json`.
    """

    columns: tuple[str, ...] | None = None
    forms: str | None = None


@with_config(_STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedDescription:
    """`[data_set.description]`: a Croissant description: licence, source, and the answers of responsible AI."""

    file: str


@with_config(_STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedDigests:
    """`[data_set.digests]`: are the files in `folder` the ones that were declared?

    Declared in a `list` as `sha256sum` writes it, or in a Croissant `description`. `everything` also reports files of
    the folder that nobody declared.
    """

    list: str | None = None
    description: str | None = None
    folder: str = "."
    everything: bool = False


@with_config(_STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedDataSet:
    """`[data_set]`; what is left out is not asked.

    `table` is a file looked at in place of the decision table: the training data. Attributes and labels are then named
    in each question.
    """

    table: PlannedTable | None = None
    reference: tuple[PlannedReference, ...] = ()
    missing: PlannedMissing | None = None
    labels: PlannedLabels | None = None
    duplicates: PlannedDuplicates | None = None
    leakage: PlannedLeakage | None = None
    proxies: PlannedProxies | None = None
    anonymity: PlannedAnonymity | None = None
    personal_data: PlannedPersonalData | None = None
    description: PlannedDescription | None = None
    digests: PlannedDigests | None = None
