"""The rows that a test looks at, and which of their columns are whose."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from plumbrule import lab
from plumbrule.errors import AssessmentError
from plumbrule.findings.further.files import side_table
from plumbrule.findings.further.look import Look, Ran
from plumbrule.findings.planned.files import PlannedTable


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rows:
    """A table, and the parts that its columns play: those of the decisions, or none in a table of the test's own."""

    table: lab.Table
    decisions: lab.Decisions | None

    @property
    def inputs(self) -> tuple[str, ...]:
        """The digest of the table."""
        return (self.table.sha256,)

    def part(self, name: str) -> str | None:
        """The column of the decisions that plays a part: prediction, label, score, count, weight or cluster."""
        found: str | None = getattr(self.decisions, name) if self.decisions else None
        return found

    def attributes(self, named: Sequence[str] | None, key: str, word: str = "by") -> tuple[lab.Attribute, ...]:
        """Attributes by name, cut as the decisions cut them; those of the decisions where none is named.

        Raises:
            AssessmentError: none is named, and there are no decisions.
        """
        known = self.decisions.by if self.decisions else ()
        if named is None and not known:
            raise AssessmentError(
                f"{key} does not say whose groups are compared.",
                expected=f"{word}, a list of columns",
                cure=f'Write {word} = ["sex"], or whatever the column is called.',
            )
        cut = {one.name: one for one in (*known, *(self.decisions.within if self.decisions else ()))}
        return known if named is None else tuple(cut.get(name, lab.Attribute(name=name)) for name in named)

    def one_row_a_person(self, key: str) -> None:
        """See that no row stands for many people.

        Raises:
            AssessmentError: the decisions name a count.
        """
        if self.part("count"):
            raise AssessmentError(
                f"{key} looks at people row by row; in this table a row stands for many of them.",
                expected="one row a person: decisions without count",
                cure=f"Give a table with one row a person, or take out {key}.",
            )

    def each_row_alone(self, key: str) -> None:
        """See that rows do not belong together: the intervals of this question would be too narrow.

        Raises:
            AssessmentError: the decisions name a cluster.
        """
        if self.part("cluster"):
            raise AssessmentError(
                f"{key} takes each row for a person of its own; in this table several rows belong to one (decisions.cluster).",
                expected="one row a person",
                cure="Name a table with one row a person for it: [data_set.table], or table in [privacy.membership].",
            )


@contextmanager
def rows_of(look: Look, own: PlannedTable | None, key: str) -> Iterator[tuple[Rows, Ran]]:
    """The rows of a file of the test's own, with the file to be listed; or those of the decision table.

    Raises:
        InputError: the file is not there or is no table; or there is neither a file nor a decision table.
    """
    if own is None:
        table, decisions = look.need_table(key)
        yield Rows(table=table, decisions=decisions), Ran()
        return
    with side_table(look, own, key) as (table, material):
        yield Rows(table=table, decisions=None), Ran(materials=(material,))
