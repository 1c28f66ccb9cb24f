"""Languages: the same items in several languages, compared item by item.

    >>> import pathlib, tempfile
    >>> from plumbrule.lab import open_table
    >>> from plumbrule.lab.families.languages.answers import AnswerColumns, answers_from_table, observe_languages
    >>> rows = "item,language,correct\\n" + "".join(f"{i},en,1\\n{i},kk,{int(i % 4 > 0)}\\n" for i in range(40))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "answers.csv"
    ...     _ = path.write_text(rows, encoding="utf-8")
    ...     with open_table(path) as table:
    ...         answers = answers_from_table(table, AnswerColumns(item="item", language="language", correct="correct"))
    >>> seen = {one.id: one.estimate for one in observe_languages(answers, reference="en")}
    >>> gap = seen["accuracy:language=kk~en:difference"]
    >>> round(gap.value, 3), round(gap.low, 3), round(gap.high, 3), gap.method
    (-0.25, -0.402, -0.14, 'tango')
    >>> round(seen["accuracy:language=kk~en:smallest_gap"].value, 3)
    0.219

Answers come from any table in long form (here), from Inspect logs (`inspect`) or from the runner
(`run`). Every gap says how many items stand behind it, and the smallest gap that so many could have shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from plumbrule.errors import TableError
from plumbrule.lab.families.languages.compare import (
    LanguageGap,
    LanguageRate,
    compare_languages,
    language_rates,
    observe_languages,
)
from plumbrule.lab.families.languages.model import METRICS, Answer, Answers, answers_of
from plumbrule.lab.tables.reading import quote_name
from plumbrule.lab.tables.table import Table

__all__ = [
    "METRICS",
    "Answer",
    "AnswerColumns",
    "Answers",
    "LanguageGap",
    "LanguageRate",
    "answers_from_table",
    "answers_of",
    "compare_languages",
    "language_rates",
    "observe_languages",
]

MOST_ROWS = 2_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerColumns:
    """Which column plays which part. `correct`, `refused` hold 0 and 1, or a score between them; an empty field is unknown.

    `answer` is the text that was said. `answered_in` is the language that somebody found it to be in (a BCP 47 code): a
    person's word or a better program's, it takes the place of our own screen.
    """

    item: str
    language: str
    correct: str | None = None
    run: str | None = None
    answer: str | None = None
    refused: str | None = None
    answered_in: str | None = None


def answers_from_table(table: Table, columns: AnswerColumns) -> Answers:
    """Answers from a table in long form, one row for each item, language and run.

    Raises:
        TableError: a column is missing or holds something else, a row stands twice, or there are too many.
    """
    named = {name: getattr(columns, name) for name in AnswerColumns.__slots__ if getattr(columns, name)}
    table.require(*named.values())
    if not {"correct", "answer", "refused"} & set(named):
        raise TableError(
            "Neither a column of correct answers nor one of texts was named.",
            expected="correct, answer or refused",
            cure="Name the column that says whether the answer was right.",
        )
    if table.rows > MOST_ROWS:
        raise TableError(f"The table has {table.rows} rows.", expected=f"at most {MOST_ROWS}", cure="Compare one part at a time.")
    for part in ("correct", "refused"):
        if part in named:
            _check_score(table, named[part])
    _check_keys(table, columns)
    return _read(table, columns)


def _read(table: Table, columns: AnswerColumns) -> Answers:
    found = {
        "item": quote_name(columns.item),
        "language": quote_name(columns.language),
        "correct": table.numeric_sql(columns.correct) if columns.correct else "NULL",
        "refused": table.numeric_sql(columns.refused) if columns.refused else "NULL",
        "answer": quote_name(columns.answer) if columns.answer else "NULL",
        "answered_in": quote_name(columns.answered_in) if columns.answered_in else "NULL",
    }
    chosen = ", ".join(f"{sql} AS c{place}" for place, sql in enumerate(found.values()))
    rows: Sequence[Any] = table.query(f"SELECT {chosen} FROM {table.view}")
    return answers_of(
        [Answer(item=row[0], language=row[1], correct=row[2], refused=row[3], text=row[4], answered_in=row[5]) for row in rows],
        texts=columns.answer is not None,
        source=table.sha256,
    )


def _check_score(table: Table, column: str) -> None:
    table.require_numeric(column)
    number = table.numeric_sql(column)
    bad = table.query(f"SELECT {quote_name(column)} FROM {table.view} WHERE {number} < 0 OR {number} > 1 LIMIT 1")
    if bad:
        raise TableError(
            f"The column {column!r} holds {bad[0][0]!r}.",
            expected="0 for wrong, 1 for right, or a score between them",
            cure="Divide the scores by their highest value in a query.",
        )


def _check_keys(table: Table, columns: AnswerColumns) -> None:
    """No item without a name, no row twice: a copy of a row would count as another run."""
    item, language = quote_name(columns.item), quote_name(columns.language)
    unnamed = table.query(f"SELECT count(*) FROM {table.view} WHERE {item} IS NULL OR {language} IS NULL")[0][0]
    if unnamed:
        raise TableError(
            f"{unnamed} rows have no item or no language.",
            expected="both in every row",
            cure="Fill them in, or leave the rows out with a query.",
        )
    keys = [item, language, *([quote_name(columns.run)] if columns.run else [])]
    twice = table.query(f"SELECT {item}, {language} FROM {table.view} GROUP BY {', '.join(keys)} HAVING count(*) > 1 LIMIT 1")
    if twice:
        where = " and one run" if columns.run else ""
        raise TableError(
            f"The item {str(twice[0][0])[:60]!r} stands in several rows of language {twice[0][1]!r}{where}.",
            expected="one row for each item, language and run",
            cure="Remove the copies." if columns.run else "Name the column that numbers the runs, or remove the copies.",
        )
