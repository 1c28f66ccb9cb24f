"""The quick way to count: first find the few values of each column, then count places in the lists of them.

A GROUP BY over six columns of text compares texts for every row. Where a column is stored as places in a list of values
(a dictionary of Parquet, the categories of a frame) no text has to be touched:

- **Parquet**: some rows show which values there are. DuckDB looks each value up once for each dictionary, not for each row
  (`list_position` is exact), and groups by one number made of the places. The numbers of all combinations are worked out
  beforehand; if two of them were equal nothing would be counted this way. Rows with a value that those rows did not show
  are counted by the plain GROUP BY in a second pass, so nothing is ever merged or lost.
- **Frames**: pandas or Arrow encode each column, and numpy counts the combinations.

What comes out is what the plain way gives, line by line; `None` where this way does not fit.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plumbrule.lab.columns import Decisions
from plumbrule.lab.sample import VALUES, Sample, parts_of
from plumbrule.lab.tables.encoded import Encoded, append, encode_texts
from plumbrule.lab.tables.table import Table

LEAST_ROWS = 50_000
"""Smaller tables are counted before the values would be found."""
MOST_VALUES, MOST_COMBINATIONS = 250, 1 << 20
"""Lists are handed to DuckDB again for every 2,048 rows, and all combinations are written down: neither may be long."""

_NESTED = ("[]", "STRUCT", "MAP", "UNION")
Found = dict[str, Any]
"""What a GROUP BY gave: an `Encoded` for each part, an array for each sum."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Coding:
    """How a part becomes places from 1: `expression` over the relation gives one, or NULL, which stands for `missing`.

    `texts` belong to the places. `complete` says that NULL is a missing value; otherwise it is one not seen before.
    """

    expression: str
    texts: tuple[str | None, ...]
    complete: bool


def count_quickly(table: Table, decisions: Decisions, sample: Sample | None) -> Found | None:
    """The lines of `Decisions.cells_sql` in their order, counted the quick way; None where it does not fit."""
    if decisions.cluster or table.rows < LEAST_ROWS or table.typed is None:
        return None
    if table.typed.encode:
        return _count_frame(table, decisions)
    if table.typed.parquet is None or sample is None:
        return None
    codings = _codings(table, decisions, sample)
    if codings is None or math.prod(len(one.texts) + 1 for one in codings.values()) > MOST_COMBINATIONS:
        return None
    return _count_file(table, decisions, codings)


# ── Parquet ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _codings(table: Table, decisions: Decisions, sample: Sample) -> dict[str, _Coding] | None:
    parts, typed = parts_of(decisions), table.typed
    cuts = {f"a{position}": part for position, part in enumerate((*decisions.by, *decisions.within)) if part.edges}
    found: dict[str, _Coding] = {}
    for name, column in parts.items():
        kind = typed.columns[column][1] if typed else ""
        if name in cuts:
            found[name] = _Coding(expression=cuts[name].place(table), texts=cuts[name].names(), complete=True)
        elif kind == "BOOLEAN":
            texts = (table.text_sql(column, "false"), table.text_sql(column, "true"))
            ((no, yes),) = table.query(f"SELECT {', '.join(texts)}")
            found[name] = _Coding(expression=f"CAST({table.key_sql(column)} AS INTEGER) + 1", texts=(no, yes), complete=True)
        elif typed and column in typed.dictionaries and sample.distinct[name] <= MOST_VALUES and not _nested(kind):
            values = f"list_append(getvariable('{VALUES}').{name}, NULL)"
            expression = f"list_position({values}, {table.key_sql(column)})"
            found[name] = _Coding(expression=expression, texts=(*sample.texts[name], None), complete=False)
        else:
            return None
    return found


def _nested(kind: str) -> bool:
    return any(word in kind for word in _NESTED)


def _count_file(table: Table, decisions: Decisions, codings: Mapping[str, _Coding]) -> Found | None:
    hashed = [_hashed(number, one.expression) for number, one in enumerate(codings.values())]
    sums = decisions.sums(table)
    wanted = ", ".join(f"{sql} AS {name}" for name, sql in sums.items())
    keys, order = _combinations(table, codings)
    if (keys[1:] == keys[:-1]).any():  # two combinations would be one: one chance in 10^8 at worst
        return None
    lines = table.columns_of(f"SELECT {_mixed(hashed)} AS key, {wanted} FROM {table.relation} GROUP BY 1")
    at = np.minimum(np.searchsorted(keys, lines["key"]), len(keys) - 1)
    if not np.array_equal(keys[at], lines["key"]):
        return None
    strange = np.zeros(len(at), bool)
    found: Found = {}
    places = np.unravel_index(order[at], [len(one.texts) + 1 for one in codings.values()])
    for (name, one), codes in zip(codings.items(), places, strict=True):  # 0 where the expression is NULL
        if not one.complete:
            strange |= codes == 0
        found[name] = Encoded(texts=(None, *one.texts), codes=codes)
    found |= {name: np.asarray(np.ma.filled(lines[name], 0)) for name in sums}
    if strange.any():
        unseen = " OR ".join(f"{one.expression} IS NULL" for one in codings.values() if not one.complete)
        found = _joined(found, ~strange, table.columns_of(decisions.cells_sql(table, where=unseen)), tuple(codings), tuple(sums))
    return _ordered(_with_constants(found), tuple(sums))


def _combinations(table: Table, codings: Mapping[str, _Coding]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """The key of every combination of places in rising order, and the number of the combination (places as its digits)."""
    longest = max(len(one.texts) for one in codings.values())
    columns = ", ".join(f"{_hashed(number, 'place')} AS h{number}" for number in range(len(codings)))
    hashes = table.columns_of(
        f"SELECT {columns} FROM (SELECT unnest(list_prepend(NULL, range(1, {longest + 1})::INTEGER[])) AS place)"
    )
    keys = np.zeros(1, np.uint64)
    for number, one in enumerate(codings.values()):
        keys = (keys[:, None] ^ np.asarray(hashes[f"h{number}"])[None, : len(one.texts) + 1]).reshape(-1)
    order = np.argsort(keys)
    return keys[order], order


def _hashed(number: int, expression: str) -> str:
    """A number from a place, by another function for each part: DuckDB mixes in each further argument by a multiplication."""
    return f"hash({expression}{', 0' * number})"


def _mixed(terms: list[str]) -> str:
    """One number from several, by exclusive or."""
    while len(terms) > 1:
        terms = [f"xor({terms[i]}, {terms[i + 1]})" if i + 1 < len(terms) else terms[i] for i in range(0, len(terms), 2)]
    return terms[0]


def _joined(
    found: Found, kept: NDArray[np.bool_], plain: Mapping[str, Any], parts: tuple[str, ...], sums: tuple[str, ...]
) -> Found:
    """The lines that are kept, and after them those of the plain way."""
    joined: Found = {}
    for name in parts:
        mine = Encoded(texts=found[name].texts, codes=found[name].codes[kept])
        joined[name] = append(mine, encode_texts(plain[name]))
    return joined | {name: np.concatenate([found[name][kept], np.asarray(np.ma.filled(plain[name], 0))]) for name in sums}


# ── frames ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _count_frame(table: Table, decisions: Decisions) -> Found | None:
    if decisions.count or decisions.weight or decisions.score or any(part.edges for part in (*decisions.by, *decisions.within)):
        return None
    parts = parts_of(decisions)
    columns = table.encoded(tuple(parts.values()))
    if columns is None:
        return None
    encoded = {name: columns[column] for name, column in parts.items()}
    sizes = [len(one.texts) for one in encoded.values()]
    if math.prod(sizes) > MOST_COMBINATIONS:
        return None
    place = np.zeros(table.rows, np.int32)
    for one, size in zip(encoded.values(), sizes, strict=True):
        place *= size
        place += one.codes.astype(np.int32, copy=False)
    rows = np.bincount(place, minlength=math.prod(sizes))
    held = np.flatnonzero(rows)
    codes = np.unravel_index(held, sizes)
    found: Found = {name: Encoded(texts=one.texts, codes=code) for (name, one), code in zip(encoded.items(), codes, strict=True)}
    return _ordered(_with_constants(found | {"rows": rows[held]}), ("rows",))


# ── both ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _with_constants(found: Found) -> Found:
    """A part that nobody named is missing in every line."""
    nothing = Encoded(texts=(None,), codes=np.zeros(len(found["rows"]), np.int64))
    return {"label": nothing, "cluster": nothing} | found


def _ordered(found: Found, sums: tuple[str, ...]) -> Found:
    """The order of the plain way (`ORDER BY ALL`), so that what is added up comes out the same to the last bit."""
    attributes = [f"a{position}" for position in range(len(found)) if f"a{position}" in found]
    ranks = [found[name].ranks() for name in (*attributes, "label", "prediction", "cluster")]
    order = np.lexsort([*(found[name] for name in reversed(sums)), *reversed(ranks)])
    return {
        name: Encoded(texts=part.texts, codes=part.codes[order]) if isinstance(part, Encoded) else part[order]
        for name, part in found.items()
    }
