"""Count the rows by the values of the columns that play a part, the quick way where it fits and the plain way elsewhere.

Both give the same lines in the same order (a test holds them equal). What would have nearly as many lines as rows is
refused: it is no summary of anything, and would not fit into memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from plumbrule.errors import TableError
from plumbrule.lab.columns import MOST_OUTCOMES, Decisions, check_few_values
from plumbrule.lab.quick import count_quickly
from plumbrule.lab.sample import Sample, take
from plumbrule.lab.tables.table import Table

MOST_LINES = 2_000_000
"""More lines than this are refused."""


def count_lines(table: Table, decisions: Decisions, sample: Sample | None = None) -> Mapping[str, Any]:
    """The columns of `Decisions.cells_sql` in its order, each text column as numpy array or `Encoded`.

    Args:
        table: the decision table.
        decisions: which column plays which part.
        sample: what `look` gave for these decisions, where that was asked already.

    Raises:
        TableError: a column does not hold what it should, or there are more lines than `MOST_LINES`.
    """
    sample = sample or look(table, decisions)
    found = count_quickly(table, decisions, sample)
    if found is None:
        found = table.columns_of(decisions.cells_sql(table, most=MOST_LINES + 1))
    if len(found["rows"]) > MOST_LINES:
        raise too_many(decisions)
    return found


def look(table: Table, decisions: Decisions) -> Sample:
    """See that the columns hold what they should, and what some rows show.

    Raises:
        TableError: a column is not there, or does not hold what it should.
    """
    decisions.check_columns(table)
    sample = take(table, decisions)
    many = max(sample.distinct.get("prediction", 0), sample.distinct.get("label", 0)) > MOST_OUTCOMES
    if many and decisions.kind == "yes-no":
        check_few_values(table, decisions)
    return sample


def too_many(decisions: Decisions) -> TableError:
    """The refusal of columns that together tell nearly every row from every other."""
    named = ", ".join(part.name for part in (*decisions.by, *decisions.within)) + (
        f" and the clusters {decisions.cluster}" if decisions.cluster else ""
    )
    return TableError(
        f"The columns {named} have more than {MOST_LINES:,} combinations of values.",
        expected="groups of people, not single ones",
        cure="Cut numbers into groups with --cut, group fine values in a query, or leave a column out.",
    )
