"""Which columns of the table play which part, and the SQL that reads them.

Everything the table holds is text; here a column becomes a prediction, a label, a weight, a group. A value that does
not fit is refused with the values seen and how to map them.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from plumbrule.errors import TableError
from plumbrule.lab.reading import quote_name, quote_text
from plumbrule.lab.table import Table

_YES_WORDS = ("1", "1.0", "true", "t")
_NO_WORDS = ("0", "0.0", "false", "f")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """A column whose values are groups, or a number cut into groups at `edges` (ascending).

    An edge belongs to the group above it (`< 25`, `≥ 25`), or with `right` to the one below (`≤ 25`, `> 25`).
    """

    name: str
    edges: tuple[float, ...] = ()
    right: bool = False

    def names(self) -> tuple[str, ...]:
        """The names of the groups that the edges make, from low to high.

        >>> Attribute(name="age", edges=(25, 60)).names()
        ('< 25', '≥ 25 and < 60', '≥ 60')
        """
        below, above = ("≤", ">") if self.right else ("<", "≥")
        marks = [f"{edge:g}" for edge in self.edges]
        middle = [f"{above} {low} and {below} {high}" for low, high in itertools.pairwise(marks)]
        return (f"{below} {marks[0]}", *middle, f"{above} {marks[-1]}")

    def sql(self, table: Table) -> str:
        """The expression that gives the group's name, NULL where the value is missing."""
        if not self.edges:
            return quote_name(self.name)
        number = table.numeric_sql(self.name)
        compare = "<=" if self.right else "<"
        cases = " ".join(
            f"WHEN {number} {compare} {edge!r} THEN {quote_text(name)}"
            for edge, name in zip(self.edges, self.names(), strict=False)
        )
        return f"CASE WHEN {number} IS NULL THEN NULL {cases} ELSE {quote_text(self.names()[-1])} END"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """The parts that the columns of a decision table play.

    `favourable` names the value of the prediction (and of a label in the same words) that counts as yes; without it
    both must be 0 or 1. `count` is a whole number of people a row stands for, `weight` a sampling weight: never both.
    """

    prediction: str
    by: tuple[Attribute, ...]
    label: str | None = None
    score: str | None = None
    favourable: str | None = None
    count: str | None = None
    weight: str | None = None
    within: tuple[Attribute, ...] = ()
    cluster: str | None = None

    def check(self, table: Table) -> None:
        """Every column is there and holds what it should.

        Raises:
            TableError: with the values seen and how to map them.
        """
        wanted = [self.prediction, self.label, self.score, self.count, self.weight, self.cluster]
        table.require(*(name for name in wanted if name), *(attribute.name for attribute in (*self.by, *self.within)))
        _check_parts(self)
        _check_outcome(table, self.prediction, self.favourable, "prediction", must_hold=True)
        if self.label:
            _check_outcome(table, self.label, self.favourable, "label", must_hold=False)
        for name in (self.score, self.count, self.weight, *(a.name for a in (*self.by, *self.within) if a.edges)):
            if name:
                table.require_numeric(name)
        if self.count:
            _check_counts(table, self.count)
        if self.weight:
            _check_weights(table, self.weight)

    def cells_sql(self, table: Table) -> str:
        """The one GROUP BY: columns a0…, label, prediction, rows, weight, weight_sq, score, score_sq, scored."""
        keys = [attribute.sql(table) for attribute in (*self.by, *self.within)]
        chosen = [f"{key} AS a{position}" for position, key in enumerate(keys)]
        cluster = f"{quote_name(self.cluster)} AS cluster," if self.cluster else ""
        grouped = [
            *(f"a{position}" for position in range(len(keys))),
            "label",
            "prediction",
            *(["cluster"] if self.cluster else []),
        ]
        rows = table.numeric_sql(self.count) if self.count else "1"
        weight = table.numeric_sql(self.weight) if self.weight else rows
        squares = f"{weight} * {weight}" if self.weight else rows
        score = table.numeric_sql(self.score) if self.score else "NULL"
        scored = f"CASE WHEN {score} IS NULL THEN 0 ELSE {weight} END"
        return f"""
            SELECT {", ".join([*chosen, ""])} {cluster}
                   {outcome_sql(table, self.label, self.favourable)} AS label,
                   {outcome_sql(table, self.prediction, self.favourable)} AS prediction,
                   sum({rows})::BIGINT AS rows, sum({weight})::DOUBLE AS weight, sum({squares})::DOUBLE AS weight_sq,
                   coalesce(sum(({weight}) * ({score})), 0)::DOUBLE AS score,
                   coalesce(sum(({weight}) * ({score}) * ({score})), 0)::DOUBLE AS score_sq,
                   sum({scored})::DOUBLE AS scored
            FROM decisions GROUP BY {", ".join(grouped)}
        """


def outcome_sql(table: Table, column: str | None, favourable: str | None) -> str:
    """1, 0 or -1 for missing. With `favourable` every other value is 0, unless only 0 and 1 stand in the column."""
    if column is None:
        return "-1"
    name = quote_name(column)
    if favourable is not None and _holds(table, column, favourable):
        yes = f"{name} = {quote_text(favourable)}"
    else:
        yes = f"lower({name}) IN ({', '.join(quote_text(word) for word in _YES_WORDS)})"
    return f"CASE WHEN {name} IS NULL THEN -1 WHEN {yes} THEN 1 ELSE 0 END"


def _holds(table: Table, column: str, value: str) -> bool:
    row = table.connection.execute(f"SELECT bool_or({quote_name(column)} = ?) FROM decisions", [value]).fetchone()
    return bool(row and row[0])


def _check_parts(decisions: Decisions) -> None:
    if decisions.count and decisions.weight:
        raise TableError(
            "Both --count and --weight were given.",
            expected="one of them: --count where a row stands for that many people, --weight for sampling weights",
            cure="Leave one out.",
        )
    names = [attribute.name for attribute in (*decisions.by, *decisions.within)]
    for name in names:
        if names.count(name) > 1:
            raise TableError(
                f"The column {name!r} is named twice.",
                expected="each column once in --by and --within",
                cure=f"Name {name!r} once.",
            )


def _seen(table: Table, column: str, limit: int = 8) -> list[str]:
    name = quote_name(column)
    rows = table.connection.execute(
        f"SELECT {name} FROM decisions WHERE {name} IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT {limit + 1}"
    ).fetchall()
    return [str(value) for (value,) in rows]


def _check_outcome(table: Table, column: str, favourable: str | None, part: str, *, must_hold: bool) -> None:
    """A prediction or label: two values, 0 and 1 or one of them named favourable."""
    seen = _seen(table, column)
    listed = ", ".join(repr(value) for value in seen[:8]) + (" and more" if len(seen) > 8 else "")
    plain = all(value.lower() in (*_YES_WORDS, *_NO_WORDS) for value in seen)
    if not seen:
        raise TableError(f"The {part} column {column!r} is empty.", expected="0 and 1, or two words", cure="Name another column.")
    if favourable is None and not plain:
        raise TableError(
            f"The {part} column {column!r} holds {listed}.",
            expected="0 and 1 (or true and false)",
            cure=f"Name the value that counts as yes with --favourable, for instance --favourable {seen[0]!r}; "
            f"or map it in a query: select *, ({column} = {seen[0]!r})::int as {part}01 from …",
        )
    if favourable is not None and not (plain and not must_hold) and not _holds(table, column, favourable):
        raise TableError(
            f"No row of the {part} column {column!r} holds {favourable!r}; it holds {listed}.",
            expected="a value that stands in the column, as it is written there",
            cure=f"Give one of these to --favourable: {listed}.",
        )


def _check_counts(table: Table, column: str) -> None:
    number = table.numeric_sql(column)
    wrong = f"{number} IS NULL OR {number} < 0 OR {number} <> floor({number})"
    bad = table.connection.execute(f"SELECT {quote_name(column)} FROM decisions WHERE {wrong} LIMIT 1").fetchone()
    if bad:
        raise TableError(
            f"The count column {column!r} holds {bad[0]!r}.",
            expected="a whole number of people, zero or more, in every row",
            cure="Correct the row, or use --weight if these are sampling weights.",
        )


def _check_weights(table: Table, column: str) -> None:
    number = table.numeric_sql(column)
    wanted = f"min({number}), max({number}), bool_and({number} = floor({number})), count(*) - count({number}), count(*)"
    row = table.connection.execute(f"SELECT {wanted} FROM decisions").fetchone()
    low, high, whole, missing, rows = row or (None, None, None, 0, 0)
    if missing or low is None or low < 0:
        got = f"{missing} rows without a weight" if missing else f"a weight of {low:g}"
        raise TableError(
            f"The weight column {column!r} holds {got}.",
            expected="a sampling weight of zero or more in every row",
            cure="Correct those rows, or leave them out with a query.",
        )
    if rows and whole and high > 1:
        raise TableError(
            f"The weight column {column!r} holds only whole numbers up to {high:g}: they look like counts.",
            expected="sampling weights; a count of people and a weight have different intervals",
            cure=f"Use --count {column} if each row stands for that many people.",
        )


def parse_cut(text: str) -> Attribute:
    """`age:25,60` or `age:>25` (right-closed) to an attribute with edges.

    >>> parse_cut("age:>25").names()
    ('≤ 25', '> 25')
    """
    name, _, rest = text.rpartition(":")
    right = rest.startswith(">")
    try:
        edges = tuple(float(edge) for edge in rest.removeprefix(">").removeprefix("≥").split(","))
    except ValueError:
        edges = ()
    if not name or not edges or list(edges) != sorted(set(edges)) or any(edge - edge != 0 for edge in edges):
        raise TableError(
            f"The cut {text!r} could not be read.",
            expected="COLUMN:EDGE[,EDGE…] with rising numbers",
            cure="Write --cut age:25 for groups under 25 and 25 or over, --cut 'age:>25' for up to 25 and over 25.",
        )
    return Attribute(name=name, edges=edges, right=right)


def attributes(names: Sequence[str], cuts: Sequence[str]) -> tuple[Attribute, ...]:
    """The attributes asked for, each with its cut if one was given for it."""
    cut = {attribute.name: attribute for attribute in map(parse_cut, cuts)}
    for name in cut:
        if name not in names:
            raise TableError(
                f"A cut was given for {name!r}, which is not looked at.",
                expected="cuts for columns in --by or --within",
                cure=f"Add --by {name}.",
            )
    return tuple(cut.get(name, Attribute(name=name)) for name in names)
