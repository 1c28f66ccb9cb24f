"""Bounds from published shares of the groups in each stratum (Fréchet; Duncan and Davis)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from plumbrule.base.messages import message
from plumbrule.base.observation import Estimate
from plumbrule.errors import TableError
from plumbrule.lab.cells import Cells, Key
from plumbrule.lab.exchange.bounded import BoundedMeasurement
from plumbrule.lab.families.not_held.strata import as_measured, strata_of
from plumbrule.lab.measure import choose_reference
from plumbrule.lab.model import Bounded, People
from plumbrule.lab.tables.reading import quote_name
from plumbrule.lab.tables.table import Table

ONLY_SHARES = message("the attribute is not in the table; only its shares are known")
ROUNDING = 0.005
"""By how much published shares may miss 1 in a stratum because they were rounded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """Published shares: of each stratum (values of `within`, in that order) the share of each group of `attribute`."""

    attribute: str
    within: tuple[str, ...]
    groups: tuple[str, ...]
    share: Mapping[Key, Mapping[str, float]]


def read_shares(table: Table, attribute: str, within: Sequence[str]) -> Shares:
    """Shares from a table with the stratum columns, the attribute's groups, and `share` (0 to 1).

    Raises:
        TableError: a column is missing, a share is no share, a line is there twice, or a stratum adds up to more than 1.
    """
    table.require(*within, attribute, "share")
    table.require_numeric("share")
    listed = ", ".join(quote_name(name) for name in (*within, attribute))
    found: dict[Key, dict[str, float]] = {}
    for *stratum, group, share in table.query(f"SELECT {listed}, {table.numeric_sql('share')} FROM {table.view} ORDER BY ALL"):
        key = tuple(stratum)
        if None in key or group is None or share is None or not 0 <= share <= 1 or group in found.get(key, {}):
            twice = group in found.get(key, {})
            raise TableError(
                f"The shares hold {'twice' if twice else 'the line'} {', '.join(map(str, key))}, {group}: {share}.",
                expected="one line for each stratum and group, with a share from 0 to 1",
                cure="Correct that line; leave a group out of a stratum where nobody of it lives.",
            )
        found.setdefault(key, {})[group] = float(share)
    for key, shares in found.items():
        if sum(shares.values()) > 1 + ROUNDING:
            raise TableError(
                f"The shares of {', '.join(map(str, key))} add up to {sum(shares.values()):.3f}.",
                expected="groups that do not overlap, with shares that add up to 1 or less",
                cure="Give shares and not per cent, and one set of groups only.",
            )
    groups = tuple(sorted({group for shares in found.values() for group in shares}))
    return Shares(attribute=attribute, within=tuple(within), groups=groups, share=found)


def bounds_from_shares(cells: Cells, shares: Shares, *, reference: str | None = None) -> BoundedMeasurement:
    """Between which ends the selection rate of each group, and its gap to the reference, must lie.

    Args:
        cells: the whole table, counted by the stratum columns.
        shares: the groups' shares of each stratum; everybody else is of none of these groups.
        reference: the group that others are held against; by default the largest.

    Raises:
        TableError: the table holds a stratum that the shares do not, or the reference is no group.
    """
    strata = strata_of(cells, shares.within)
    missing = [key for key in strata.keys if key not in shares.share]
    if missing or not strata.keys:
        named = "; ".join(", ".join(map(str, key)) for key in missing[:5])
        raise TableError(
            f"The shares do not name {len(missing)} of the table's strata: {named}."
            if missing
            else "No row has a known stratum.",
            expected="a line for every stratum that the table holds, written as there",
            cure="Add them, or leave those rows out of the table with a query.",
        )
    share = np.array([[shares.share[key].get(group, 0.0) for group in shares.groups] for key in strata.keys])
    held, yes = strata.people[:, None], strata.yes[:, None]
    size = (share * held).sum(axis=0)
    least = np.maximum(0.0, yes + share * held - held).sum(axis=0)
    most = np.minimum(yes, share * held).sum(axis=0)
    sizes = {group: round(float(n)) for group, n in zip(shares.groups, size, strict=True) if n > 0}
    ends = {
        group: (float(low / n), float(high / n))
        for group, low, high, n in zip(shares.groups, least, most, size, strict=True)
        if n > 0
    }
    chosen = choose_reference(shares.attribute, sizes, reference)

    def rate(group: str) -> Estimate:
        return Bounded(reason=ONLY_SHARES, bounds=ends[group], people=(_people(sizes[group]),))

    def gap(group: str) -> Estimate:
        (low, high), (first, last) = ends[group], ends[chosen]
        people = _people(sizes[group]), _people(sizes[chosen])
        return Bounded(reason=ONLY_SHARES, bounds=(low - last, high - first), people=people)

    return as_measured(strata, shares.attribute, sizes, chosen, {group: (rate(group), gap(group)) for group in sizes}, 1.0)


def _people(n: int) -> People:
    return People(least=n, most=n)
