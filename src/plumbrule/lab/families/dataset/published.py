"""A reference population as somebody published it: shares or numbers of people, and how sure they are.

>>> found = reference_of("sex", "census 2021", people={"women": 520, "men": 480})
>>> found.shares["women"]
Share(value=0.52, size=None)
>>> reference_of("sex", "survey", shares={"women": 0.5, "men": 0.5}, errors={"women": 0.01, "men": 0.01}).shares["men"].size
2500.0
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from plumbrule.errors import InputError, TableError
from plumbrule.lab.families.dataset.who import Reference, Share, reference_from_counts, size_from_error
from plumbrule.lab.tables.reading import quote_name
from plumbrule.lab.tables.table import Table


def reference_of(
    attribute: str,
    source: str,
    *,
    shares: Mapping[str, float] | None = None,
    people: Mapping[str, float] | None = None,
    size: float | None = None,
    errors: Mapping[str, float] | None = None,
) -> Reference:
    """A reference from shares, or from numbers of people.

    Args:
        attribute, source: what is shared out, and who published it.
        shares: group to share, between 0 and 1. Give these or `people`.
        people: group to number of people.
        size: the effective size of the sample behind the shares; left out, with no errors either: exact (a census).
        errors: group to the standard error of its share.

    Raises:
        InputError: a number is missing or impossible.
    """
    plain = Reference(attribute=attribute, source=source, shares={name: Share(value=v) for name, v in (shares or {}).items()})
    if people is not None:
        plain = reference_from_counts(attribute, source, people, exact=True)
    without = [name for name in plain.shares if errors is not None and name not in errors]
    if without or (size is not None and not (math.isfinite(size) and size > 0)):
        fault = f"no standard error for {without[0]!r}" if without else f"a size of {size:g}"
        raise InputError(
            f"The reference of {attribute!r} gives {fault}.",
            expected="for a sample its size above 0, or the standard error of every share",
            cure="Add what is missing, or say that the numbers are exact.",
        )
    return Reference(
        attribute=attribute,
        source=source,
        shares={
            name: Share(value=one.value, size=size_from_error(one.value, errors[name]) if errors is not None else size)
            for name, one in plain.shares.items()
        },
    )


def published(table: Table, group: str, number: str) -> dict[str, float]:
    """Group to number, from two columns of a table.

    Raises:
        TableError: a column is not there, a value is missing or no number, or a group stands twice.
    """
    table.require(group)
    table.require_numeric(number)
    found: dict[str, float] = {}
    for name, value in table.query(f"SELECT {quote_name(group)}, {table.numeric_sql(number)} FROM {table.view}"):
        if name is None or value is None or str(name) in found:
            fault = "has a line without a group or a number" if name is None or value is None else f"names {name!r} twice"
            raise TableError(
                f"The reference {fault}.",
                expected=f"each group once in {group!r}, with its number in {number!r}",
                cure="Mend it.",
            )
        found[str(name)] = float(value)
    return found
