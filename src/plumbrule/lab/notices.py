"""What somebody should be told about a table before they trust its intervals: the same person may stand in several rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from plumbrule.base.observation import Known, Observation
from plumbrule.lab.columns import Decisions
from plumbrule.lab.tables.table import Table

SAMPLE, MOST_COLUMNS, LEAST = 20_000, 60, 50
"""Only the first rows and so many columns are looked at; with fewer different values a column marks nobody."""
OWN, NAMED = 0.5, 0.05
"""Different values for each row from which on a column looks like an identifier; fewer will do where its name says so."""
DIFFERENT = "different_share"
"""The metric of a column that looks like an identifier and repeats."""
_NAME = re.compile(
    r"(?:^|[_\W\d])(?:ids?|uid|uuid|guid|ssn|nino|inn|snils|cnp|iin|pesel|curp|cpf|persons?|person_?nr|people|applicants?|"
    r"defendants?|patients?|clients?|customers?|citizens?|students?|pupils?|users?|cases?|dossiers?|files?|names?|e?mail)"
    r"(?:$|[_\W\d])",
    re.IGNORECASE,
)
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeats:
    """A column that looks like an identifier of people and repeats: `different` values in the `rows` looked at."""

    column: str
    rows: int
    different: int


def repeated_identifier(table: Table, decisions: Decisions) -> Repeats | None:
    """The column that most looks like an identifier and repeats, among those that play no part; None when none does.

    A column looks like an identifier when its name says so and at least one value in 20 is a new one, or when at least
    half are new and they are text with letters or numbers of one length of six digits or more. A sum of money, a
    measurement or a date does not. Only the first `SAMPLE` rows are read, so repeats further apart go unseen, and nothing
    found does not mean that nobody stands there twice.
    """
    if decisions.cluster or decisions.count:
        return None
    parts = {attribute.name for attribute in (*decisions.by, *decisions.within)}
    named = parts | {decisions.prediction, decisions.label, decisions.score, decisions.weight}
    columns = [name for name in table.columns if name not in named][:MOST_COLUMNS]
    counted = zip(columns, _asked(table, columns, "count({c}), count(DISTINCT {c})"), strict=True)
    many = [(name, rows, different) for name, (rows, different) in counted if LEAST <= different < rows]
    told = [one for one in many if _says_so(one[0]) and one[2] >= NAMED * one[1]]
    other = [one for one in many if not _says_so(one[0]) and one[2] >= OWN * one[1]]
    found = told or _codes_or_names(table, other)
    if not found:
        return None
    name, rows, different = max(found, key=lambda one: one[2] / one[1])
    return Repeats(column=name, rows=rows, different=different)


def observe_repeats(found: Repeats | None, inputs: tuple[str, ...]) -> tuple[Observation, ...]:
    """As an exploratory observation `different_share:person_id`: different values for each row looked at."""
    if found is None:
        return ()
    share = found.different / found.rows
    return (
        Observation(
            id=f"{DIFFERENT}:{found.column}",
            means="test",
            metric=DIFFERENT,
            measure="share",
            estimate=Known(value=share, low=share, high=share, n=found.rows, method="counted"),
            group={},
            family="exploratory",
            inputs=inputs,
        ),
    )


def _says_so(name: str) -> bool:
    """Whether a column's name speaks of people or their identifiers.

    >>> [name for name in ("entity_id", "PersonNr", "caseID", "income", "valid", "side") if _says_so(name)]
    ['entity_id', 'PersonNr', 'caseID']
    """
    return _NAME.search(_HUMP.sub("_", name)) is not None


def _codes_or_names(table: Table, many: Sequence[tuple[str, int, int]]) -> list[tuple[str, int, int]]:
    """Those that are text with letters, or whole numbers of one length of six digits or more."""
    wanted = (
        "count(*) FILTER (regexp_matches({c}, '\\p{{L}}{{2}}')), count(*) FILTER (regexp_full_match({c}, '[0-9]+')), "
        "min(length({c})), max(length({c}))"
    )
    looks = zip(many, _asked(table, [name for name, _, _ in many], wanted), strict=True)
    return [
        one
        for one, (lettered, digits, shortest, longest) in looks
        if lettered >= OWN * one[1] or (digits == one[1] and shortest == longest and shortest >= 6)
    ]


def _asked(table: Table, columns: Sequence[str], wanted: str) -> list[tuple[int, ...]]:
    """What is wanted of the text of each column in the first rows."""
    if not columns:
        return []
    listed = ", ".join(f"{table.key_sql(name)} AS k{i}" for i, name in enumerate(columns))
    texts = ", ".join(f"{table.text_sql(name, f'k{i}')} AS c{i}" for i, name in enumerate(columns))
    each = ", ".join(wanted.format(c=f"c{i}") for i in range(len(columns)))
    (row,) = table.query(f"SELECT {each} FROM (SELECT {texts} FROM (SELECT {listed} FROM {table.relation} LIMIT {SAMPLE}))")
    width = len(row) // len(columns)
    return [tuple(row[width * i : width * (i + 1)]) for i in range(len(columns))]
