"""What is missing, for whom; and how the labels are spread over the groups."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from plumbrule.base.observation import Estimate, Family, Group, Observation
from plumbrule.errors import TableError
from plumbrule.lab.columns import Attribute
from plumbrule.lab.families.dataset.groups import (
    Condition,
    GroupGap,
    count_groups,
    group_gaps,
    group_rates,
    is_missing,
    observe_groups,
    spare_key,
)
from plumbrule.lab.tables.reading import quote_name, quote_text
from plumbrule.lab.tables.table import Table

MOST_LABELS = 50
"""A label with more values than this is refused: it would be a number or a text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ByGroup:
    """Rates of one metric over everybody and in each group, and the gaps between the groups.

    A rate has an interval at `confidence` of its own; the gaps hold for all `comparisons` together.
    """

    metric: str
    rates: tuple[tuple[Group, Estimate], ...]
    gaps: tuple[GroupGap, ...]
    comparisons: int
    confidence: float


def missing_by_group(
    table: Table,
    by: Attribute,
    *,
    columns: Sequence[str] | None = None,
    reference: str | None = None,
    count: str | None = None,
    weight: str | None = None,
    confidence: float = 0.95,
    comparisons: int | None = None,
    judged: Collection[str] = (),
) -> ByGroup:
    """The share of people without a value, column by column: of everybody, of each group, and the gap between groups.

    Args:
        table: one row a person, or with `count` that many.
        by: the attribute whose groups are compared.
        columns: which columns to look at; all but the attribute when left out.
        reference: the group the others are held against; the largest when left out.
        count, weight: columns of people, or of sampling weights.
        confidence: of all gaps together.
        comparisons: size of the family; gaps times columns, differences and ratios, when left out. It never depends
            on what is missing, so that looking at a column that is whole costs what looking at any other does.

    Raises:
        TableError: a column or the reference is not there.
    """
    left_out = {by.name, count, weight}
    chosen = tuple(columns) if columns is not None else tuple(name for name in table.columns if name not in left_out)
    table.require(*chosen)
    key = spare_key("column", [by.name])
    conditions = [Condition(named=((key, name),), yes=is_missing(name)) for name in chosen]
    return _by_group(table, "missing_rate", by, conditions, reference, count, weight, confidence, comparisons, judged)


def labels_by_group(
    table: Table,
    by: Attribute,
    label: str,
    *,
    reference: str | None = None,
    count: str | None = None,
    weight: str | None = None,
    confidence: float = 0.95,
    comparisons: int | None = None,
    judged: Collection[str] = (),
) -> ByGroup:
    """The share of each label among the people with one: of everybody, of each group, and the gap between groups.

    Arguments as for `missing_by_group`. People without a label are not in the denominator; `missing_by_group` with
    `columns=[label]` says how many there are in each group.

    Raises:
        TableError: a column or the reference is not there, or the label is a number or a text.
    """
    table.require(label)
    if label == by.name:
        raise TableError(
            f"The label and the attribute are the same column, {label!r}.",
            expected="two columns",
            cure="Name the column of the groups, and that of the label.",
        )
    name = quote_name(label)
    values = table.query(
        f"SELECT {name} FROM {table.view} WHERE {name} IS NOT NULL GROUP BY 1 ORDER BY 1 LIMIT {MOST_LABELS + 1}"
    )
    if len(values) > MOST_LABELS:
        raise TableError(
            f"The label {label!r} holds more than {MOST_LABELS} values.",
            expected=f"at most {MOST_LABELS} labels",
            cure="Cut or group it in a query.",
        )
    conditions = [
        Condition(named=((label, str(value)),), yes=f"{name} = {quote_text(str(value))}", of=f"{name} IS NOT NULL")
        for (value,) in values
    ]
    # With two labels the second share is one minus the first: the same gap again, with the sign turned.
    conditions = conditions[1:] if len(conditions) == 2 else conditions
    return _by_group(table, "label_share", by, conditions, reference, count, weight, confidence, comparisons, judged)


def _by_group(
    table: Table,
    metric: str,
    by: Attribute,
    conditions: Sequence[Condition],
    reference: str | None,
    count: str | None,
    weight: str | None,
    confidence: float,
    comparisons: int | None,
    judged: Collection[str],
) -> ByGroup:
    counted = count_groups(table, (by,), conditions, count=count, weight=weight)
    everybody = count_groups(table, (), conditions, count=count, weight=weight)
    family = comparisons or max(2 * (len(counted.known()) - 1) * len(conditions), 1)
    return ByGroup(
        metric=metric,
        rates=(*group_rates(everybody, confidence), *group_rates(counted, confidence)),
        gaps=group_gaps(counted, reference, confidence, family, metric=metric, judged=judged),
        comparisons=family,
        confidence=confidence,
    )


def observe_by_group(found: ByGroup, *, inputs: tuple[str, ...], family: Family = "exploratory") -> tuple[Observation, ...]:
    """Rates (never judged alone) and gaps of `missing_by_group` or `labels_by_group`."""
    return observe_groups(
        found.metric,
        found.rates,
        found.gaps,
        confidence=found.confidence,
        comparisons=found.comparisons,
        inputs=inputs,
        family=family,
    )
