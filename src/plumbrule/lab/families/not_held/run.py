"""From files to what can be known of an attribute that the table does not hold."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from plumbrule.errors import TableError
from plumbrule.lab.cells import count_cells
from plumbrule.lab.columns import Attribute, Decisions
from plumbrule.lab.exchange.bounded import BoundedMeasurement
from plumbrule.lab.families.not_held.shares import bounds_from_shares, read_shares
from plumbrule.lab.families.not_held.survey import from_survey
from plumbrule.lab.tables.table import Table, open_table


def measure_not_held(
    table: Table,
    decisions: Decisions,
    *,
    shares: str | Path | None,
    survey: str | Path | None,
    reference: str | None = None,
    confidence: float = 0.95,
) -> BoundedMeasurement:
    """What can be known of one attribute that the table does not hold, from shares or from a survey.

    Args:
        table: the whole table.
        decisions: which column plays which part; `by` is the attribute, which only the other file holds, `within` the
            strata, which both hold.
        shares: a table of stratum columns, the attribute, and `share`.
        survey: a table of stratum columns, the attribute, and the decision, one line for each person asked.
        reference: the group that others are held against.
        confidence: of the survey's intervals.

    Raises:
        TableError: the parts do not go together, or a file does not hold what it should.
    """
    (attribute,) = _check_parts(table, decisions, shares, survey)
    within = tuple(one.name for one in decisions.within)
    cells = count_cells(table, replace(decisions, by=decisions.within, within=()))
    if shares is not None:
        with open_table(shares) as held:
            known = read_shares(held, attribute.name, within)
        return bounds_from_shares(cells, known, reference=reference)
    with open_table(survey) as asked:
        sample = count_cells(asked, replace(decisions, count=None, weight=None))
    return from_survey(cells, sample, attribute.name, within, reference=reference, confidence=confidence)


def _check_parts(
    table: Table, decisions: Decisions, shares: str | Path | None, survey: str | Path | None
) -> tuple[Attribute, ...]:
    """One attribute that the table lacks, strata, one further file, and no part that it could not answer for."""
    wrong: tuple[str, str, str] | None = None
    too_much = [name for name in ("label", "score", "cluster") if getattr(decisions, name)]
    if shares is not None and survey is not None:
        wrong = "Both --shares and --survey were given.", "one of them", "Ask twice, once with each."
    elif too_much:
        wrong = (
            f"--{too_much[0]} was given for an attribute that the table does not hold.",
            "only the share of positive decisions, which strata allow to bound",
            f"Leave --{too_much[0]} out.",
        )
    elif len(decisions.by) != 1 or not decisions.within:
        wrong = (
            f"{len(decisions.by)} attributes and {len(decisions.within)} stratum columns were named.",
            "one attribute in --by, which only the other file holds, and strata in --within, which both files hold",
            "Name them so, one attribute at a time.",
        )
    elif decisions.by[0].name in table.columns:
        wrong = (
            f"The table holds {decisions.by[0].name!r} itself.",
            "an attribute that the table does not hold",
            "Leave --shares and --survey out: the rows say more than they could.",
        )
    if wrong:
        raise TableError(wrong[0], expected=wrong[1], cure=wrong[2])
    return decisions.by
