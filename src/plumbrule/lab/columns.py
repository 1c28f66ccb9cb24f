"""Which columns of the table play which part, and the SQL that reads them.

Everything the table holds is text; here a column becomes a prediction, a label, a weight, a group. A value that does
not fit is refused with the values seen and how to map them.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Literal

from plumbrule.errors import TableError
from plumbrule.lab.tables.reading import quote_name, quote_text
from plumbrule.lab.tables.table import Table

_YES_WORDS = ("1", "1.0", "true", "t")
_NO_WORDS = ("0", "0.0", "false", "f")
SAMPLE, MOST_OUTCOMES = 10_000, 50
"""A prediction or label with more than 50 values in the first 10,000 rows is refused before the rows are counted."""


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
        """The expression over the text table that gives the group's name, NULL where the value is missing."""
        return self._cut(table.numeric_sql(self.name)) if self.edges else quote_name(self.name)

    def key(self, table: Table) -> str:
        """The expression over `table.relation` to group by: a raw value, or the name that the cut gives."""
        return self._cut(table.number_sql(self.name)) if self.edges else table.key_sql(self.name)

    def place(self, table: Table) -> str:
        """The expression over `table.relation` that gives the place of the cut's name among `names()`, from 1."""
        return self._cases(table.number_sql(self.name), [str(number) for number in range(1, len(self.edges) + 2)])

    def text(self, table: Table, key: str) -> str:
        """The group's name, from what `key` gave."""
        return key if self.edges else table.text_sql(self.name, key)

    def _cut(self, number: str) -> str:
        return self._cases(number, [quote_text(name) for name in self.names()])

    def _cases(self, number: str, values: Sequence[str]) -> str:
        compare = "<=" if self.right else "<"
        cases = " ".join(
            f"WHEN {number} {compare} {edge!r} THEN {value}" for edge, value in zip(self.edges, values, strict=False)
        )
        return f"CASE WHEN {number} IS NULL THEN NULL {cases} ELSE {values[-1]} END"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """The parts that the columns of a decision table play.

    `favourable` names the value of the prediction (and of a label in the same words) that counts as yes; without it
    both must be 0 or 1. `count` is a whole number of people a row stands for, `weight` a sampling weight: never both.
    `kind` says what a decision is: yes or no, one of several classes (`classes`), or an amount (`moments`).
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
    kind: Literal["yes-no", "classes", "numbers"] = "yes-no"

    def check(self, table: Table) -> None:
        """Every column is there and holds what it should.

        Raises:
            TableError: with the values seen and how to map them.
        """
        self.check_columns(table)
        if self.kind == "yes-no":
            check_few_values(table, self)

    def check_columns(self, table: Table) -> None:
        """As `check`, without a look at the values of the prediction and the label."""
        wanted = [self.prediction, self.label, self.score, self.count, self.weight, self.cluster]
        table.require(*(name for name in wanted if name), *(attribute.name for attribute in (*self.by, *self.within)))
        check_parts(self)
        for name in (self.score, self.count, self.weight, *(a.name for a in (*self.by, *self.within) if a.edges)):
            if name:
                table.require_numeric(name)
        if self.count:
            _check_counts(table, self.count)
        if self.weight:
            _check_weights(table, self.weight)

    def coding(
        self, values: AbstractSet[str], part: Literal["label", "prediction"], beside: AbstractSet[str] = frozenset()
    ) -> dict[str, int]:
        """1 or 0 for each value that stands in the label or prediction column; `beside` is what stands in the other one.

        The favourable value may stand in one of them in words while the other is in 0 and 1.

        Raises:
            TableError: the values are not 0 and 1, and nothing says which of them counts as yes.
        """
        column = self.prediction if part == "prediction" else self.label
        if not values and column is not None:
            raise TableError(
                f"The {part} column {column!r} is empty.", expected="0 and 1, or two words", cure="Name another column."
            )
        if self.favourable in values:
            return {value: int(value == self.favourable) for value in values}
        plain = all(value.lower() in (*_YES_WORDS, *_NO_WORDS) for value in values)
        if plain and (self.favourable is None or self.favourable in beside):
            return {value: int(value.lower() in _YES_WORDS) for value in values}
        some = sorted(values)[:8]
        listed = ", ".join(map(repr, some)) + (" and more" if len(values) > len(some) else "")
        if self.favourable is None:
            raise TableError(
                f"The {part} column {column!r} holds {listed}.",
                expected="0 and 1 (or true and false)",
                cure=f"Name the value that counts as yes with --favourable, for instance --favourable {some[0]!r}; "
                f"or map it in a query: select *, ({column} = {some[0]!r})::int as {part}01 from …{other_kinds(values)}",
            )
        raise TableError(
            f"No row of the {part} column {column!r} holds {self.favourable!r}; it holds {listed}.",
            expected="a value that stands in the column, as it is written there",
            cure=f"Give one of these to --favourable: {listed}.",
        )

    def cells_sql(self, table: Table, *, where: str = "", most: int | None = None) -> str:
        """The one GROUP BY over the rows: columns a0…, label, prediction (text), cluster, rows, weight, and score sums.

        Rows are grouped by the values as they came; only the few lines that are left are written as text. `where` keeps
        some rows only; no more than `most` lines are given.
        """
        keys, sums = self._keys(table), self.sums(table)
        inner = ", ".join(f"{sql} AS {name}" for name, sql in {**{name: key for name, (key, _) in keys.items()}, **sums}.items())
        outer = ", ".join([*(f"{text} AS {name}" for name, (_, text) in keys.items()), *sums])
        grouped = f"SELECT {inner} FROM {table.relation}{f' WHERE {where}' if where else ''} GROUP BY ALL"
        # In a fixed order, so that what is added up from the lines comes out the same to the last bit.
        return f"SELECT {outer} FROM ({grouped}{f' LIMIT {most}' if most else ''}) ORDER BY ALL"

    def _keys(self, table: Table) -> dict[str, tuple[str, str]]:
        """What to group by, and how what comes out becomes text."""
        parts = (*self.by, *self.within)
        keys = {f"a{position}": (part.key(table), part.text(table, f"a{position}")) for position, part in enumerate(parts)}
        for name, column in (("label", self.label), ("prediction", self.prediction), ("cluster", self.cluster)):
            keys[name] = (table.key_sql(column), table.text_sql(column, name)) if column else ("NULL", "NULL")
        return keys

    def sums(self, table: Table) -> dict[str, str]:
        """SQL of what is added up in each group: rows, and where they were asked for weight and score sums."""
        rows = table.number_sql(self.count) if self.count else "1"
        weight = table.number_sql(self.weight) if self.weight else rows
        terms = {"weight": weight, "weight_sq": f"{weight} * {weight}"} if self.weight else {}
        if self.score:
            score = table.number_sql(self.score)
            terms |= {
                "score": f"{weight} * {score}",
                "score_sq": f"{weight} * {score} * {score}",
                "scored": f"CASE WHEN {score} IS NULL THEN 0 ELSE {weight} END",
            }
        return {"rows": f"sum({rows})::BIGINT" if self.count else "count(*)", **steady_sums(table, terms)}


def steady_sums(table: Table, terms: Mapping[str, str]) -> dict[str, str]:
    """SQL that adds each term to the same number every time, whichever thread comes first.

    Sums of floats depend on their order, and an assessment must come out the same when somebody recomputes it. Each
    term is written as a whole number of steps of 2^-62 of its largest value, which keeps every bit that matters, and
    whole numbers add the same in any order.
    """
    if not terms:
        return {}
    largest = ", ".join(f"max(abs({term}))" for term in terms.values())
    (found,) = table.query(f"SELECT {largest} FROM {table.relation}")
    if any(value and not math.isfinite(value) for value in found):
        raise TableError(
            "The weights or scores are too large: their products go beyond all floats.",
            expected="numbers up to about 1e100",
            cure="Look for a slip in the largest of them, or give them in other units.",
        )
    scales = [2.0 ** min(62 - math.frexp(value)[1], 1000) if value else 1.0 for value in found]
    return {
        name: f"coalesce(sum(CAST(({term}) * {scale!r} AS HUGEINT)), 0)::DOUBLE / {scale!r}"
        for (name, term), scale in zip(terms.items(), scales, strict=True)
    }


def outcome_sql(table: Table, decisions: Decisions) -> str:
    """The prediction over the text table as 1, 0 or -1 for missing."""
    name = quote_name(decisions.prediction)
    beside = _values(table, decisions.label) if decisions.label else set()
    coding = decisions.coding(_values(table, decisions.prediction), "prediction", beside)
    yes = [quote_text(value) for value, code in coding.items() if code]
    return f"CASE WHEN {name} IS NULL THEN -1 WHEN {name} IN ({', '.join(yes) or 'NULL'}) THEN 1 ELSE 0 END"


def _values(table: Table, column: str) -> set[str]:
    name = quote_name(column)
    return {str(value) for (value,) in table.query(f"SELECT DISTINCT {name} FROM {table.view} WHERE {name} IS NOT NULL")}


def other_kinds(values: AbstractSet[str]) -> str:
    """What else a column of these values may be, said after the cure: nobody gets there without asking for it."""
    try:
        amounts = len({float(value.replace(",", ".")) for value in values}) > 2
    except ValueError:
        amounts = False
    classes = 3 <= len(values) <= MOST_OUTCOMES
    said = [
        *(["--numeric if these are amounts"] if amounts else []),
        *([f"--multiclass if these are {len(values)} classes and no misspellings"] if classes else []),
    ]
    return f"; or give {', or '.join(said)}" if said else ""


def check_parts(decisions: Decisions) -> None:
    """The parts go together, whatever the table holds.

    Raises:
        TableError: both a count and a weight, no attribute, or a column named twice.
    """
    if decisions.count and decisions.weight:
        raise TableError(
            "Both --count and --weight were given.",
            expected="one of them: --count where a row stands for that many people, --weight for sampling weights",
            cure="Leave one out.",
        )
    if not decisions.by:
        raise TableError("No attribute was named.", expected="at least one column to compare by", cure="Name it with --by.")
    names = [attribute.name for attribute in (*decisions.by, *decisions.within)]
    for name in names:
        if names.count(name) > 1:
            raise TableError(
                f"The column {name!r} is named twice.",
                expected="each column once in --by and --within",
                cure=f"Name {name!r} once.",
            )


def check_few_values(table: Table, decisions: Decisions) -> None:
    """A prediction or label with many values is no decision; grouping by it would keep every row. A sample tells."""
    for column in filter(None, (decisions.prediction, decisions.label)):
        key = table.key_sql(column)
        sample = f"(SELECT {key} AS value FROM {table.relation} LIMIT {SAMPLE})"
        values = {
            str(value)
            for (value,) in table.query(f"SELECT DISTINCT {table.text_sql(column, 'value')} FROM {sample}")
            if value is not None
        }
        check_few(decisions, column, values)


def check_few(decisions: Decisions, column: str, values: AbstractSet[str]) -> None:
    """The values of a sample of the prediction or label are few, or at least 0 and 1 or with a favourable one among them.

    Raises:
        TableError: as `Decisions.coding`.
    """
    if len(values) > MOST_OUTCOMES:
        decisions.coding(values, "prediction" if column == decisions.prediction else "label")


MOST_PEOPLE = 2**53
"""Whole numbers are exact as floats up to here."""


def _check_counts(table: Table, column: str) -> None:
    number = table.numeric_sql(column)
    wrong = f"{number} IS NULL OR {number} < 0 OR {number} <> floor({number})"
    bad = table.connection.execute(f"SELECT {quote_name(column)} FROM decisions WHERE {wrong} LIMIT 1").fetchone()
    if bad:
        raise wrong_count(column, bad[0])
    ((people,),) = table.query(f"SELECT sum({number}) FROM decisions")
    if people and people > MOST_PEOPLE:
        raise TableError(
            f"The count column {column!r} adds up to {people:g} people.",
            expected=f"at most {MOST_PEOPLE:,}, so that every count is exact",
            cure="Look for a slip in the largest of them.",
        )


def wrong_count(column: str, value: object) -> TableError:
    """The refusal of a count that is missing, negative or no whole number."""
    return TableError(
        f"The count column {column!r} holds {value!r}.",
        expected="a whole number of people, zero or more, in every row",
        cure="Correct the row, or use --weight if these are sampling weights.",
    )


def _check_weights(table: Table, column: str) -> None:
    number = table.numeric_sql(column)
    wanted = f"min({number}), max({number}), bool_and({number} = floor({number})), count(*) - count({number}), count(*)"
    row = table.connection.execute(f"SELECT {wanted} FROM decisions").fetchone()
    low, high, whole, missing, rows = row or (None, None, None, 0, 0)
    check_weight_range(column, low=low, high=high, whole=whole, missing=missing, rows=rows)


def check_weight_range(
    column: str, *, low: float | None, high: float | None, whole: bool | None, missing: int, rows: int
) -> None:
    """The weights from `low` to `high` of `rows` rows, `missing` of them without, can be sampling weights.

    Raises:
        TableError: some are missing or negative; or all are whole numbers, and rather counts.
    """
    if missing or low is None or high is None or low < 0:
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
            cure=f"Use --count {column} if each row stands for that many people. Weights that happen to be whole are divided "
            f'in a query: select *, "{column}" / 1000.0 as weight from …',
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
